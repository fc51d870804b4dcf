#include "history/history.h"

#include <algorithm>
#include <array>
#include <limits>

namespace runtask::history {
namespace {

using Row = sys::Database::Row;

// What leads from one format to the next; the format's number is how many of them were taken. A
// step that was released is never edited: a change of the format is another step. A row's number
// rises with every row of its table, so within a run it is the order of arrival.
constexpr std::array<const char*, 2> kSteps = {R"sql(
CREATE TABLE runs(
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  started_at INTEGER NOT NULL,
  command TEXT NOT NULL,
  title TEXT NOT NULL,
  plan TEXT NOT NULL,
  launches INTEGER NOT NULL,
  process_id INTEGER NOT NULL,
  ended_at INTEGER,
  verdict TEXT,
  exit_code INTEGER,
  outcome TEXT);
CREATE TABLE events(
  sequence INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs(number),
  at INTEGER NOT NULL,
  launch INTEGER NOT NULL,
  kind TEXT NOT NULL,
  data TEXT NOT NULL);
CREATE INDEX events_by_run ON events(run, sequence);
CREATE TABLE log_lines(
  sequence INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs(number),
  launch INTEGER NOT NULL,
  container TEXT NOT NULL,
  timestamp INTEGER NOT NULL,
  text TEXT NOT NULL);
CREATE INDEX log_lines_by_run ON log_lines(run, sequence);
CREATE TABLE positions(
  run INTEGER NOT NULL REFERENCES runs(number),
  launch INTEGER NOT NULL,
  container TEXT NOT NULL,
  position TEXT NOT NULL,
  PRIMARY KEY(run, launch, container)) WITHOUT ROWID;
)sql",
                                               R"sql(
CREATE TABLE recipes(
  run INTEGER PRIMARY KEY REFERENCES runs(number),
  recipe TEXT NOT NULL);
)sql"};
constexpr auto kFormat = static_cast<std::int64_t>(kSteps.size());

constexpr std::size_t kNamesInHintMax = 5;
// Of what remove() takes out at a time: well under 100 ms, and others wait for 5 s.
constexpr std::int64_t kRowsRemovedAtOnce = 10'000;

std::int64_t number(WallTime time) {
  return time.time_since_epoch().count();
}
WallTime time_of(std::int64_t number) {
  return WallTime(Duration(number));
}

Result<std::int64_t> format_of(sys::Database& database) {
  std::int64_t format = 0;
  TRY(database.query("PRAGMA user_version", {}, [&](const Row& row) {
    format = row.integer(0);
    return false;
  }));
  return format;
}

Result<> check_not_newer(std::int64_t format, const std::string& path) {
  if (format <= kFormat) return {};
  return fail(Code::kInvalid,
              path + " has format " + std::to_string(format) + ", newer than " +
                  std::to_string(kFormat) + ", the newest that this runtask knows",
              "use the newer runtask that wrote it, or move the file away");
}

Result<> migrate(sys::Database& database, const std::string& path) {
  return database.transaction([&]() -> Result<> {
    // Asked inside: another program may have migrated it just before.
    const auto format = TRY(format_of(database));
    TRY(check_not_newer(format, path));
    if (format == kFormat) return {};
    for (auto step = format; step < kFormat; ++step)
      TRY(database.execute(kSteps.at(static_cast<std::size_t>(step))));
    return database.execute("PRAGMA user_version=" + std::to_string(kFormat));
  });
}

// The step's tables as ones of this connection alone.
std::string temporary(std::string_view step) {
  constexpr std::string_view kCreate = "CREATE TABLE ";
  std::string text(step);
  for (auto at = text.find(kCreate); at != std::string::npos; at = text.find(kCreate, at + 1))
    text.replace(at, kCreate.size(), "CREATE TEMPORARY TABLE ");
  return text;
}

Result<sys::Database> open_empty() {
  auto database = TRY(sys::Database::open("", sys::Database::Mode::kInMemory));
  TRY(migrate(database, "in memory"));
  return database;
}

Result<sys::Database> open_for_reading(const std::string& path) {
  auto database = sys::Database::open(path, sys::Database::Mode::kReadOnly);
  if (!database && database.error().code == Code::kNotFound) return open_empty();
  if (!database) return database;
  const auto format = TRY(format_of(*database));
  TRY(check_not_newer(format, path));
  if (format == 0) return open_empty();  // Its first writer is about to fill it.
  // A reader may not migrate the file, but it can see it as if it were: what later formats have
  // more is empty.
  for (auto step = format; step < kFormat; ++step)
    TRY(database->execute(temporary(kSteps.at(static_cast<std::size_t>(step)))));
  return database;
}

Result<sys::Database> open_for_writing(sys::Files& files, const std::string& directory,
                                       const std::string& path) {
  TRY(files.make_directory(directory, 0700));
  auto database = TRY(sys::Database::open(path, sys::Database::Mode::kReadWrite));
  // Looking first spares the common case the lock.
  const auto format = TRY(format_of(database));
  if (format != kFormat) TRY(migrate(database, path));
  return database;
}

constexpr std::string_view kRunColumns =
    "id, started_at, command, title, plan, launches, process_id, ended_at, verdict, exit_code,"
    " outcome";
std::string select_runs(std::string_view rest) {
  return "SELECT " + std::string(kRunColumns) + " FROM runs " + std::string(rest);
}
RunSummary run_of(const Row& row) {
  RunSummary run;
  run.record.id = row.text(0);
  run.record.started_at = time_of(row.integer(1));
  run.record.command = row.text(2);
  run.record.title = row.text(3);
  run.record.plan = row.text(4);
  run.record.launches = static_cast<int>(row.integer(5));
  run.record.process_id = static_cast<int>(row.integer(6));
  if (!row.is_null(7)) run.ended_at = time_of(row.integer(7));
  run.verdict = row.text(8);
  if (!row.is_null(9)) run.exit_code = static_cast<int>(row.integer(9));
  run.outcome = row.text(10);
  return run;
}

tl::unexpected<Error> no_such_run(std::string_view reference) {
  return fail(Code::kNotFound, "there is no run `" + std::string(reference) + "` in the history",
              "`runtask runs list` shows those there are");
}

tl::unexpected<Error> several_runs(std::string_view reference,
                                   const std::vector<RunSummary>& runs) {
  std::string hint = "it may be";
  for (std::size_t i = 0; i < std::min(runs.size(), kNamesInHintMax); ++i)
    hint += (i == 0 ? " " : ", ") + runs[i].record.id;
  if (runs.size() > kNamesInHintMax) hint += ", ...";
  return fail(Code::kUsage, "several runs begin with `" + std::string(reference) + "`", hint);
}

}  // namespace

Result<History> History::open(sys::Files& files, const std::string& state_directory,
                              Access access) {
  const std::string path = state_directory + "/history.db";
  auto database =
      TRY_DURING(access == Access::kRead ? open_for_reading(path)
                                         : open_for_writing(files, state_directory, path),
                 "while opening the history");
  return History(std::move(database));
}

Result<> History::synced(const std::function<Result<>()>& body) {
  TRY(database_.sync_commits(true));
  auto result = database_.transaction(body);
  auto relaxed = database_.sync_commits(false);
  return result ? relaxed : result;
}

Result<std::int64_t> History::number_of(const std::string& run) {
  std::optional<std::int64_t> found;
  TRY(database_.query("SELECT number FROM runs WHERE id = ?", {run}, [&](const Row& row) {
    found = row.integer(0);
    return false;
  }));
  if (!found) return no_such_run(run);
  return *found;
}

Result<> History::begin(const RunRecord& run) {
  return database_.transaction([&]() -> Result<> {
    TRY(database_.change(
        "INSERT INTO runs(id, started_at, command, title, plan, launches, process_id)"
        " VALUES(?, ?, ?, ?, ?, ?, ?)",
        {run.id, number(run.started_at), run.command, run.title, run.plan, run.launches,
         run.process_id}));
    if (run.recipe.empty()) return {};
    return database_.change("INSERT INTO recipes(run, recipe) VALUES(?, ?)",
                            {database_.last_row_id(), run.recipe});
  });
}

Result<> History::append(const std::string& run, EventRecord event, Durability durability) {
  const auto write = [&]() -> Result<> {
    const auto in_run = TRY(number_of(run));
    return database_.change("INSERT INTO events(run, at, launch, kind, data) VALUES(?, ?, ?, ?, ?)",
                            {in_run, number(event.at), event.launch, event.kind, event.data});
  };
  return durability == Durability::kSynced ? synced(write) : database_.transaction(write);
}

Result<> History::append_lines(const std::string& run, int launch, const std::string& container,
                               std::span<const LogLine> lines, std::string_view position) {
  return database_.transaction([&]() -> Result<> {
    const auto in_run = TRY(number_of(run));
    for (const auto& line : lines) {
      TRY(database_.change(
          "INSERT INTO log_lines(run, launch, container, timestamp, text) VALUES(?, ?, ?, ?, ?)",
          {in_run, launch, container, number(line.timestamp), line.text}));
    }
    return database_.change(
        "INSERT INTO positions(run, launch, container, position) VALUES(?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET position = excluded.position",
        {in_run, launch, container, position});
  });
}

Result<> History::end(const std::string& run, const Ending& ending) {
  return synced([&]() -> Result<> {
    const auto in_run = TRY(number_of(run));
    return database_.change(
        "UPDATE runs SET ended_at = ?, verdict = ?, exit_code = ?, outcome = ? WHERE number = ?",
        {number(ending.at), ending.verdict, ending.exit_code, ending.outcome, in_run});
  });
}

Result<> History::take_over(const std::string& run, int process_id) {
  return database_.transaction([&]() -> Result<> {
    const auto in_run = TRY(number_of(run));
    return database_.change(
        "UPDATE runs SET process_id = ?, ended_at = NULL, verdict = NULL, exit_code = NULL,"
        " outcome = NULL WHERE number = ?",
        {process_id, in_run});
  });
}

Result<> History::remove(const std::string& run) {
  const auto in_run = TRY(number_of(run));
  for (const char* sql : {"DELETE FROM log_lines WHERE sequence IN"
                          " (SELECT sequence FROM log_lines WHERE run = ? LIMIT ?)",
                          "DELETE FROM events WHERE sequence IN (SELECT sequence FROM events WHERE "
                          "run = ? LIMIT ?)"}) {
    do {  // Bounded: what has ended gains no rows.
      TRY(database_.change(sql, {in_run, kRowsRemovedAtOnce}));
    } while (database_.changed_rows() > 0);
  }
  return database_.transaction([&]() -> Result<> {
    TRY(database_.change("DELETE FROM positions WHERE run = ?", {in_run}));
    TRY(database_.change("DELETE FROM recipes WHERE run = ?", {in_run}));
    return database_.change("DELETE FROM runs WHERE number = ?", {in_run});
  });
}

Result<> History::compact() {
  // The copy goes through the log beside the file; the file shrinks when it has been merged.
  return database_.execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);");
}

Result<std::vector<RunSummary>> History::list(int count_max) {
  std::vector<RunSummary> runs;
  TRY(database_.query(select_runs("ORDER BY number DESC LIMIT ?"), {std::max(count_max, 0)},
                      [&](const Row& row) {
                        runs.push_back(run_of(row));
                        return true;
                      }));
  return runs;
}

Result<RunSummary> History::find(std::string_view reference) {
  if (reference == "last") {
    auto newest = TRY(list(1));
    if (!newest.empty()) return std::move(newest.front());
    return fail(Code::kNotFound, "there are no runs in the history");
  }
  std::vector<RunSummary> runs;
  const auto keep = [&](const Row& row) {
    runs.push_back(run_of(row));
    return true;
  };
  if (!reference.empty()) {
    // Ids are ASCII; 0x7f is above all of it. The id itself comes first, being the shortest.
    TRY(database_.query(select_runs("WHERE id >= ?1 AND id < ?1 || char(127) ORDER BY id LIMIT ?2"),
                        {reference, static_cast<std::int64_t>(kNamesInHintMax + 1)}, keep));
  }
  if (runs.empty()) return no_such_run(reference);
  if (runs.size() > 1 && runs.front().record.id != reference) return several_runs(reference, runs);
  return std::move(runs.front());
}

Result<bool> History::has_ended(const std::string& run) {
  const auto in_run = TRY(number_of(run));
  bool has_ended = false;
  TRY(database_.query("SELECT ended_at FROM runs WHERE number = ?", {in_run}, [&](const Row& row) {
    has_ended = !row.is_null(0);
    return false;
  }));
  return has_ended;
}

Result<std::string> History::recipe(const std::string& run) {
  const auto in_run = TRY(number_of(run));
  std::string recipe;
  TRY(database_.query("SELECT recipe FROM recipes WHERE run = ?", {in_run}, [&](const Row& row) {
    recipe = row.text(0);
    return false;
  }));
  return recipe;
}

Result<std::vector<EventRecord>> History::events(const std::string& run) {
  std::vector<EventRecord> all;
  TRY(events(run, 0, [&](const EventRecord& event) {
    all.push_back(event);
    return true;
  }));
  return all;
}

Result<> History::events(const std::string& run, std::int64_t after,
                         const std::function<bool(const EventRecord&)>& each) {
  const auto in_run = TRY(number_of(run));
  return database_.query(
      "SELECT sequence, at, launch, kind, data FROM events WHERE run = ? AND sequence > ?"
      " ORDER BY sequence",
      {in_run, after}, [&](const Row& row) {
        return each({row.integer(0), time_of(row.integer(1)), static_cast<int>(row.integer(2)),
                     row.text(3), row.text(4)});
      });
}

Result<> History::lines(const std::string& run, std::int64_t after,
                        const std::function<bool(const StoredLine&)>& each) {
  const auto in_run = TRY(number_of(run));
  return database_.query(
      "SELECT sequence, launch, container, timestamp, text FROM log_lines"
      " WHERE run = ? AND sequence > ? ORDER BY sequence",
      {in_run, after}, [&](const Row& row) {
        return each({row.integer(0),
                     static_cast<int>(row.integer(1)),
                     row.text(2),
                     {time_of(row.integer(3)), row.text(4)}});
      });
}

Result<History::LinePlace> History::place_after(const std::string& run, std::uint64_t count) {
  const auto in_run = TRY(number_of(run));
  LinePlace place;
  const auto wanted = static_cast<std::int64_t>(
      std::min<std::uint64_t>(count, std::numeric_limits<std::int64_t>::max()));
  TRY(
      database_.query("SELECT count(*), max(sequence) FROM"
                      " (SELECT sequence FROM log_lines WHERE run = ? ORDER BY sequence LIMIT ?)",
                      {in_run, wanted}, [&](const Row& row) {
                        place = {row.integer(1), static_cast<std::uint64_t>(row.integer(0))};
                        return false;
                      }));
  return place;
}

Result<std::vector<History::OldRun>> History::older_than(WallTime time) {
  std::vector<OldRun> runs;
  TRY(database_.query(
      "SELECT id, ended_at, process_id, coalesce(ended_at, "
      "(SELECT at FROM events WHERE events.run = runs.number ORDER BY sequence DESC LIMIT 1), "
      "started_at) AS last_sign FROM runs WHERE last_sign < ? ORDER BY number",
      {number(time)}, [&](const Row& row) {
        runs.push_back({row.text(0), !row.is_null(1), static_cast<int>(row.integer(2)),
                        time_of(row.integer(3))});
        return true;
      }));
  return runs;
}

Result<std::string> History::position(const std::string& run, int launch,
                                      const std::string& container) {
  const auto in_run = TRY(number_of(run));
  std::string position;
  TRY(database_.query(
      "SELECT position FROM positions WHERE run = ? AND launch = ? AND container = ?",
      {in_run, launch, container}, [&](const Row& row) {
        position = row.text(0);
        return false;
      }));
  return position;
}

}  // namespace runtask::history
