#include "history/history.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>

#include "sys/scratch.h"

namespace runtask::history {
namespace {

using sys::Database;
using sys::Scratch;
using Access = History::Access;
using Durability = History::Durability;

WallTime at(int ms) {
  return WallTime(Duration(ms));
}

RunRecord record(const std::string& id) {
  return {id, at(1'700'000), "runtask run ...", "manage on example", R"({"launches":[]})", 2, 4711};
}
std::vector<LogLine> numbered(int count) {
  std::vector<LogLine> lines;
  for (int i = 0; i < count; ++i)
    lines.push_back({at(i), "line " + std::to_string(i)});
  return lines;
}

class HistoryTest : public testing::Test {
 protected:
  History opened(Access access) {
    auto history = History::open(files_, directory_, access);
    EXPECT_TRUE(history) << history.error().text();
    return *std::move(history);
  }
  Code refusal(Access access) {
    const auto history = History::open(files_, directory_, access);
    EXPECT_FALSE(history);
    return history ? Code::kCancelled : history.error().code;
  }
  static std::vector<StoredLine> lines(History& history, const std::string& run,
                                       std::int64_t after) {
    std::vector<StoredLine> all;
    EXPECT_TRUE(history.lines(run, after, [&](const StoredLine& line) {
      all.push_back(line);
      return true;
    }));
    return all;
  }
  // In a child, because limits and users cannot be taken back.
  static bool holds_in_child(const std::function<bool()>& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body() ? 0 : 1);
    int status = -1;
    return ::waitpid(child, &status, 0) == child && status == 0;
  }

  Scratch scratch_;
  sys::SystemFiles files_;
  std::string directory_ = scratch_ / "state";
  std::string path_ = directory_ + "/history.db";
};

TEST_F(HistoryTest, a_run_comes_back_as_it_was_written) {
  auto history = opened(Access::kWrite);
  ASSERT_TRUE(history.begin(record("20260131-123456-4f2a91")));
  auto under_way = history.find("20260131-123456-4f2a91");
  ASSERT_TRUE(under_way);
  EXPECT_FALSE(under_way->ended_at);
  EXPECT_FALSE(under_way->exit_code);
  EXPECT_EQ(under_way->verdict, "");

  ASSERT_TRUE(history.end("20260131-123456-4f2a91", {at(1'800'000), "failed", 7, "{}"}));
  auto reader = opened(Access::kRead);
  const auto run = reader.find("last");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->record.id, "20260131-123456-4f2a91");
  EXPECT_EQ(run->record.started_at, at(1'700'000));
  EXPECT_EQ(run->record.command, "runtask run ...");
  EXPECT_EQ(run->record.title, "manage on example");
  EXPECT_EQ(run->record.plan, R"({"launches":[]})");
  EXPECT_EQ(run->record.launches, 2);
  EXPECT_EQ(run->record.process_id, 4711);
  EXPECT_EQ(run->ended_at, at(1'800'000));
  EXPECT_EQ(run->verdict, "failed");
  EXPECT_EQ(run->exit_code, 7);
  EXPECT_EQ(run->outcome, "{}");
}

TEST_F(HistoryTest, the_file_and_its_directory_are_private) {
  auto history = opened(Access::kWrite);
  ASSERT_TRUE(history.begin(record("a")));
  struct stat status {};
  ASSERT_EQ(::stat(directory_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  for (const auto* end : {"", "-wal", "-shm"}) {
    ASSERT_EQ(::stat((path_ + end).c_str(), &status), 0) << end;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << end;
  }
}

TEST_F(HistoryTest, events_keep_their_order_and_their_run) {
  auto history = opened(Access::kWrite);
  for (const auto* id : {"a", "b"})
    ASSERT_TRUE(history.begin(record(id)));
  ASSERT_TRUE(history.append("a", {0, at(5), -1, "start_call", "{1}"}, Durability::kSynced));
  ASSERT_TRUE(history.append("b", {0, at(5), 0, "started", "{}"}, Durability::kWritten));
  ASSERT_TRUE(history.append("a", {0, at(3), 1, "started", "{2}"}, Durability::kWritten));
  const auto events = history.events("a");
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 2U);
  EXPECT_EQ((*events)[0].kind, "start_call");
  EXPECT_EQ((*events)[0].launch, -1);
  EXPECT_EQ((*events)[0].data, "{1}");
  EXPECT_EQ((*events)[1].at, at(3));
  EXPECT_LT((*events)[0].sequence, (*events)[1].sequence);
}

TEST_F(HistoryTest, lines_keep_their_order_over_containers_and_their_bytes) {
  auto history = opened(Access::kWrite);
  ASSERT_TRUE(history.begin(record("a")));
  const std::vector<LogLine> first{{at(2), std::string("x\0\xff", 3)}, {at(1), ""}};
  const std::vector<LogLine> second{{at(0), std::string(100'000, 'l')}};
  ASSERT_TRUE(history.append_lines("a", 0, "app", first, "1"));
  ASSERT_TRUE(history.append_lines("a", 1, "side", second, "2"));
  const auto all = lines(history, "a", 0);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].line.text, first[0].text);
  EXPECT_EQ(all[0].line.timestamp, at(2));
  EXPECT_EQ(all[1].line.text, "");
  EXPECT_EQ(all[2].launch, 1);
  EXPECT_EQ(all[2].container, "side");
  EXPECT_EQ(all[2].line.text, second[0].text);
  EXPECT_EQ(lines(history, "a", all[1].sequence).size(), 1U) << "after is exclusive";
  int seen = 0;
  ASSERT_TRUE(history.lines("a", 0, [&](const StoredLine&) { return ++seen < 2; }));
  EXPECT_EQ(seen, 2) << "false stops";
}

TEST_F(HistoryTest, a_position_is_that_of_the_last_lines_of_its_container) {
  auto history = opened(Access::kWrite);
  ASSERT_TRUE(history.begin(record("a")));
  EXPECT_EQ(history.position("a", 0, "app"), "");
  ASSERT_TRUE(history.append_lines("a", 0, "app", numbered(2), "one"));
  ASSERT_TRUE(history.append_lines("a", 0, "app", {}, "two"));
  ASSERT_TRUE(history.append_lines("a", 0, "side", {}, "other"));
  EXPECT_EQ(history.position("a", 0, "app"), "two");
  EXPECT_EQ(history.position("a", 1, "app"), "");
}

TEST_F(HistoryTest, ten_thousand_lines_in_one_call_are_all_kept_in_their_order) {
  auto history = opened(Access::kWrite);
  ASSERT_TRUE(history.begin(record("a")));
  const auto lines = numbered(10'000);
  ASSERT_TRUE(history.append_lines("a", 0, "app", lines, "{}"));
  std::size_t at = 0;
  const auto read = history.lines("a", 0, [&](const StoredLine& stored) {
    return at < lines.size() && stored.line.text == lines[at++].text;
  });
  ASSERT_TRUE(read);
  EXPECT_EQ(at, lines.size());
}

TEST_F(HistoryTest, a_run_is_found_by_id_by_unique_prefix_and_as_last) {
  auto history = opened(Access::kWrite);
  for (const auto* id : {"20260131-2", "20260131-1", "20260131-12"})
    ASSERT_TRUE(history.begin(record(id)));
  const auto found = [&](std::string_view reference) {
    const auto run = history.find(reference);
    return run ? run->record.id : "none";
  };
  EXPECT_EQ(found("20260131-2"), "20260131-2");
  EXPECT_EQ(found("20260131-1"), "20260131-1") << "a whole id wins over being a prefix";
  EXPECT_EQ(found("20260131-12"), "20260131-12");
  EXPECT_EQ(found("last"), "20260131-12");
  const auto several = history.find("20260131");
  EXPECT_EQ(several.error().code, Code::kUsage);
  EXPECT_NE(several.error().hint.find("20260131-12"), std::string::npos);
  for (const auto* none : {"", "2027", "%", "20260131-22"})
    EXPECT_EQ(history.find(none).error().code, Code::kNotFound) << none;
  const auto newest = history.list(2);
  ASSERT_TRUE(newest);
  ASSERT_EQ(newest->size(), 2U);
  EXPECT_EQ((*newest)[0].record.id, "20260131-12");
  EXPECT_EQ((*newest)[1].record.id, "20260131-1");
}

TEST_F(HistoryTest, what_belongs_to_no_run_is_refused_and_an_id_is_taken_once) {
  auto history = opened(Access::kWrite);
  ASSERT_TRUE(history.begin(record("a")));
  EXPECT_EQ(history.begin(record("a")).error().code, Code::kConflict);
  EXPECT_EQ(history.append("b", {}, Durability::kSynced).error().code, Code::kNotFound);
  EXPECT_EQ(history.append_lines("b", 0, "app", numbered(1), "{}").error().code, Code::kNotFound);
  EXPECT_EQ(history.end("b", {}).error().code, Code::kNotFound);
  EXPECT_EQ(history.events("b").error().code, Code::kNotFound);
  EXPECT_EQ(history.position("b", 0, "app").error().code, Code::kNotFound);
}

TEST_F(HistoryTest, reading_where_nothing_was_written_finds_nothing_and_makes_nothing) {
  auto history = opened(Access::kRead);
  EXPECT_TRUE(history.list(10)->empty());
  EXPECT_EQ(history.find("last").error().code, Code::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(directory_));
}

TEST_F(HistoryTest, a_file_that_its_first_writer_has_only_created_is_empty) {
  std::filesystem::create_directory(directory_);
  { std::ofstream empty(path_); }
  auto history = opened(Access::kRead);
  EXPECT_TRUE(history.list(10)->empty());
}

TEST_F(HistoryTest, a_newer_format_is_refused_and_left_alone) {
  { opened(Access::kWrite); }
  {
    auto database = Database::open(path_, Database::Mode::kReadWrite);
    ASSERT_TRUE(database->execute("PRAGMA user_version=3"));
  }
  EXPECT_EQ(refusal(Access::kWrite), Code::kInvalid);
  EXPECT_EQ(refusal(Access::kRead), Code::kInvalid);
  const auto history = History::open(files_, directory_, Access::kRead);
  EXPECT_NE(history.error().message.find("newer"), std::string::npos);
  EXPECT_FALSE(history.error().hint.empty());
}

// As the programs before format 2 have left it.
void make_format_1(const std::string& directory, const std::string& path) {
  std::filesystem::create_directory(directory);
  auto database = Database::open(path, Database::Mode::kReadWrite);
  ASSERT_TRUE(database->execute(
      "CREATE TABLE runs(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, started_at INTEGER"
      " NOT NULL, command TEXT NOT NULL, title TEXT NOT NULL, plan TEXT NOT NULL, launches INTEGER"
      " NOT NULL, process_id INTEGER NOT NULL, ended_at INTEGER, verdict TEXT, exit_code INTEGER,"
      " outcome TEXT);"
      "CREATE TABLE events(sequence INTEGER PRIMARY KEY, run INTEGER NOT NULL, at INTEGER NOT NULL,"
      " launch INTEGER NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL);"
      "CREATE TABLE log_lines(sequence INTEGER PRIMARY KEY, run INTEGER NOT NULL, launch INTEGER "
      "NOT"
      " NULL, container TEXT NOT NULL, timestamp INTEGER NOT NULL, text TEXT NOT NULL);"
      "CREATE TABLE positions(run INTEGER NOT NULL, launch INTEGER NOT NULL, container TEXT NOT"
      " NULL, position TEXT NOT NULL, PRIMARY KEY(run, launch, container)) WITHOUT ROWID;"
      "INSERT INTO runs VALUES(1, 'old', 5, 'c', 't', '{}', 1, 9, 6, 'succeeded', 0, '{}');"
      "PRAGMA user_version=1"));
}

TEST_F(HistoryTest, an_older_format_is_read_as_it_is_and_migrated_by_the_first_who_writes) {
  make_format_1(directory_, path_);
  const auto format = [&] {
    auto database = Database::open(path_, Database::Mode::kReadOnly);
    std::int64_t number = 0;
    EXPECT_TRUE(database->query("PRAGMA user_version", {}, [&](const Database::Row& row) {
      number = row.integer(0);
      return false;
    }));
    return number;
  };
  {
    auto reader = opened(Access::kRead);
    EXPECT_EQ(reader.find("old")->exit_code, 0);
    EXPECT_EQ(reader.recipe("old"), "");
  }
  EXPECT_EQ(format(), 1);
  auto writer = opened(Access::kWrite);
  EXPECT_EQ(format(), 2);
  EXPECT_EQ(writer.recipe("old"), "");
  EXPECT_EQ(writer.find("old")->record.process_id, 9);
}

TEST_F(HistoryTest, a_recipe_stays_with_its_run) {
  auto history = opened(Access::kWrite);
  auto with = record("a");
  with.recipe = "{1}";
  ASSERT_TRUE(history.begin(with));
  ASSERT_TRUE(history.begin(record("b")));
  EXPECT_EQ(history.recipe("a"), "{1}");
  EXPECT_EQ(history.recipe("b"), "");
  EXPECT_EQ(history.recipe("c").error().code, Code::kNotFound);
}

TEST_F(HistoryTest, a_run_that_is_taken_over_has_no_end_and_another_process) {
  auto history = opened(Access::kWrite);
  ASSERT_TRUE(history.begin(record("a")));
  ASSERT_TRUE(history.end("a", {at(9), "detached", 0, "{}"}));
  ASSERT_TRUE(history.take_over("a", 4712));
  const auto run = history.find("a");
  EXPECT_FALSE(run->ended_at);
  EXPECT_FALSE(run->exit_code);
  EXPECT_EQ(run->verdict, "");
  EXPECT_EQ(run->outcome, "");
  EXPECT_EQ(run->record.process_id, 4712);
  EXPECT_EQ(history.take_over("b", 1).error().code, Code::kNotFound);
}

TEST_F(HistoryTest, events_are_read_on_from_any_of_them) {
  auto history = opened(Access::kWrite);
  for (const auto* id : {"a", "b"})
    ASSERT_TRUE(history.begin(record(id)));
  for (const auto* data : {"1", "2", "3"})
    for (const auto* id : {"a", "b"})
      ASSERT_TRUE(history.append(id, {0, at(5), 0, "observed", data}, Durability::kWritten));
  const auto second = (*history.events("a"))[1].sequence;
  std::string seen;
  ASSERT_TRUE(history.events("a", second - 1, [&](const EventRecord& event) {
    seen += event.data;
    return event.data != "2";
  }));
  EXPECT_EQ(seen, "2") << "false stops";
  ASSERT_TRUE(history.events("a", second, [&](const EventRecord& event) {
    seen += event.data;
    return true;
  }));
  EXPECT_EQ(seen, "23") << "after is exclusive";
}

TEST_F(HistoryTest, a_count_of_lines_leads_to_the_place_behind_them) {
  auto history = opened(Access::kWrite);
  for (const auto* id : {"a", "b"})
    ASSERT_TRUE(history.begin(record(id)));
  ASSERT_TRUE(history.append_lines("b", 0, "app", numbered(3), "{}"));
  ASSERT_TRUE(history.append_lines("a", 0, "app", numbered(2), "{}"));
  ASSERT_TRUE(history.append_lines("b", 0, "app", numbered(1), "{}"));
  ASSERT_TRUE(history.append_lines("a", 1, "side", numbered(1), "{}"));
  const auto rest = [&](std::uint64_t count) {
    return lines(history, "a", history.place_after("a", count)->sequence).size();
  };
  EXPECT_EQ(rest(0), 3U);
  EXPECT_EQ(rest(2), 1U);
  EXPECT_EQ(rest(3), 0U);
  EXPECT_EQ(rest(~0ULL), 0U);
  EXPECT_EQ(history.place_after("a", 0)->lines, 0U);
  EXPECT_EQ(history.place_after("a", 2)->lines, 2U);
  EXPECT_EQ(history.place_after("a", ~0ULL)->lines, 3U);
}

TEST_F(HistoryTest, a_run_is_as_old_as_its_last_sign_of_life) {
  auto history = opened(Access::kWrite);
  for (const auto* id : {"started", "told", "ended"})
    ASSERT_TRUE(history.begin(record(id)));  // At 1,700,000.
  ASSERT_TRUE(history.append("told", {0, at(1'700'010), 0, "x", ""}, Durability::kWritten));
  ASSERT_TRUE(history.append("told", {0, at(1'700'020), 0, "x", ""}, Durability::kWritten));
  ASSERT_TRUE(history.append("ended", {0, at(1'700'005), 0, "x", ""}, Durability::kWritten));
  ASSERT_TRUE(history.end("ended", {at(1'700'030), "failed", 7, "{}"}));
  const auto before = [&](int ms) {
    std::string names;
    const auto runs = history.older_than(at(ms));
    for (const auto& run : *runs)
      names += run.id + (run.has_ended ? "! " : " ");
    return names;
  };
  EXPECT_EQ(before(1'700'000), "");
  EXPECT_EQ(before(1'700'001), "started ");
  EXPECT_EQ(before(1'700'021), "started told ");
  EXPECT_EQ(before(1'700'031), "started told ended! ");
}

TEST_F(HistoryTest, a_run_that_is_removed_leaves_nothing_behind_and_the_others_alone) {
  auto history = opened(Access::kWrite);
  for (const auto* id : {"a", "b"}) {
    auto run = record(id);
    run.recipe = "{}";
    ASSERT_TRUE(history.begin(run));
    ASSERT_TRUE(history.append(id, {0, at(5), 0, "x", ""}, Durability::kWritten));
    ASSERT_TRUE(history.append_lines(id, 0, "app", numbered(25'000), "{}"));
  }
  ASSERT_TRUE(history.remove("a"));
  EXPECT_EQ(history.find("a").error().code, Code::kNotFound);
  EXPECT_EQ(history.remove("a").error().code, Code::kNotFound);
  EXPECT_EQ(lines(history, "b", 0).size(), 25'000U);
  EXPECT_EQ(history.events("b")->size(), 1U);
  EXPECT_EQ(history.recipe("b"), "{}");
  auto database = Database::open(path_, Database::Mode::kReadOnly);
  for (const auto* table : {"events", "positions", "recipes"}) {
    ASSERT_TRUE(database->query("SELECT count(*) FROM " + std::string(table), {},
                                [&](const Database::Row& row) {
                                  EXPECT_EQ(row.integer(0), 1) << table;
                                  return false;
                                }));
  }
}

TEST_F(HistoryTest, what_was_removed_gives_its_room_back_when_it_is_compacted) {
  auto history = opened(Access::kWrite);
  for (const auto* id : {"a", "b"}) {
    ASSERT_TRUE(history.begin(record(id)));
    ASSERT_TRUE(history.append_lines(id, 0, "app", numbered(20'000), "{}"));
  }
  ASSERT_TRUE(history.compact());  // So that all of it is in the file.
  const auto before = std::filesystem::file_size(path_);
  ASSERT_TRUE(history.remove("a"));
  ASSERT_TRUE(history.compact());
  EXPECT_LT(std::filesystem::file_size(path_), before * 2 / 3);
  EXPECT_EQ(lines(history, "b", 0).size(), 20'000U);
}

TEST_F(HistoryTest, a_damaged_file_is_refused_and_left_alone) {
  std::filesystem::create_directory(directory_);
  const std::string garbage(5000, 'x');
  { std::ofstream(path_) << garbage; }
  EXPECT_EQ(refusal(Access::kWrite), Code::kInvalid);
  EXPECT_EQ(refusal(Access::kRead), Code::kInvalid);
  EXPECT_EQ(files_.read(path_), garbage);
}

TEST_F(HistoryTest, a_full_disk_loses_the_call_and_nothing_else) {
  { ASSERT_TRUE(opened(Access::kWrite).begin(record("a"))); }
  EXPECT_TRUE(holds_in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{200'000, 200'000};
    auto history = opened(Access::kWrite);
    if (!history.append_lines("a", 0, "app", numbered(10), "before")) return false;
    if (::setrlimit(RLIMIT_FSIZE, &small) != 0) return false;
    const auto refused = history.append_lines("a", 0, "app", numbered(100'000), "after");
    return !refused && refused.error().code == Code::kFull &&
           history.position("a", 0, "app") == "before" && lines(history, "a", 0).size() == 10;
  }));
  auto history = opened(Access::kWrite);
  EXPECT_EQ(lines(history, "a", 0).size(), 10U);
  EXPECT_TRUE(history.append_lines("a", 0, "app", numbered(10), "later"));
}

TEST_F(HistoryTest, a_read_only_directory_is_denied_for_writing_and_fine_for_reading) {
  { ASSERT_TRUE(opened(Access::kWrite).begin(record("a"))); }
  ::chmod(scratch_.path().c_str(), 0755);
  for (const auto* part : {"", "-wal", "-shm"})
    ASSERT_EQ(::chmod((path_ + part).c_str(), 0444), 0) << part;
  ::chmod(directory_.c_str(), 0555);
  EXPECT_TRUE(holds_in_child([&] {
    if (::getuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) return false;
    if (refusal(Access::kWrite) != Code::kDenied) return false;
    auto history = opened(Access::kRead);
    return history.find("last")->record.id == "a";
  }));
  ::chmod(directory_.c_str(), 0755);
}

TEST_F(HistoryTest, a_reader_beside_a_writer_that_is_killed_sees_whole_calls_only) {
  { ASSERT_TRUE(opened(Access::kWrite).begin(record("a"))); }
  constexpr int kLinesPerCall = 100;
  constexpr int kCallsMax = 3'000;  // So that it ends even if this test gives up on it.
  constexpr std::size_t kLinesAwaited = 3'000;
  const pid_t writer = ::fork();
  ASSERT_GE(writer, 0);
  if (writer == 0) {
    auto history = History::open(files_, directory_, Access::kWrite);
    for (int call = 1; history && call <= kCallsMax; ++call)
      (void)history->append_lines("a", 0, "app", numbered(kLinesPerCall), std::to_string(call));
    ::_exit(0);
  }
  auto reader = opened(Access::kRead);
  std::size_t seen = 0;
  while (seen < kLinesAwaited) {  // Ends with the writer, if not before.
    seen = lines(reader, "a", 0).size();
    ASSERT_EQ(seen % kLinesPerCall, 0U);
    ASSERT_EQ(::waitpid(writer, nullptr, WNOHANG), 0);
  }
  ::kill(writer, SIGKILL);
  ::waitpid(writer, nullptr, 0);

  auto again = opened(Access::kWrite);
  const auto count = lines(again, "a", 0).size();
  EXPECT_GE(count, seen);
  EXPECT_EQ(again.position("a", 0, "app"), std::to_string(count / kLinesPerCall));
  EXPECT_EQ(lines(reader, "a", 0).size(), count);
  EXPECT_TRUE(again.append_lines("a", 0, "app", numbered(1), "{}"));
}

// The SQL without comments and blanks, by the name of what it makes.
std::map<std::string, std::string> schema_of(Database& database) {
  std::map<std::string, std::string> schema;
  EXPECT_TRUE(database.query(
      "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL", {},
      [&](const Database::Row& row) {
        const auto code = std::regex_replace(row.text(1), std::regex("--[^\n]*"), std::string());
        schema[row.text(0)] = std::regex_replace(code, std::regex("\\s+"), std::string());
        return true;
      }));
  return schema;
}

TEST_F(HistoryTest, the_page_on_the_format_shows_the_schema_that_is_made) {
  const auto page = files_.read(RUNTASK_SOURCE_DIR "/docs/formats/history.md");
  ASSERT_TRUE(page) << page.error().text();
  const auto begin = page->find("```sql\n");
  ASSERT_NE(begin, std::string::npos);
  const auto sql = page->substr(begin + 7, page->find("```", begin + 7) - begin - 7);
  auto shown = Database::open("", Database::Mode::kInMemory);
  ASSERT_TRUE(shown->execute(sql));

  { opened(Access::kWrite); }
  auto real = Database::open(path_, Database::Mode::kReadOnly);
  ASSERT_TRUE(real);
  EXPECT_EQ(schema_of(*shown), schema_of(*real));
  EXPECT_NE(page->find("## Format 2\n"), std::string::npos);
  ASSERT_TRUE(real->query("PRAGMA user_version", {}, [](const Database::Row& row) {
    EXPECT_EQ(row.integer(0), 2);
    return true;
  }));
}

}  // namespace
}  // namespace runtask::history
