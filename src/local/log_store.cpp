#include "local/log_store.h"

#include <algorithm>
#include <cassert>
#include <optional>

#include "base/text.h"
#include "ecs/limits.h"
#include "local/log_names.h"
#include "local/log_tables.h"

namespace runtask::local {
namespace {

constexpr auto kBatchSpanMax = std::chrono::hours(24);
constexpr auto kFutureMax = std::chrono::hours(2);
constexpr auto kPastMax = std::chrono::hours(24 * 14);

// Events in the order of arrival have rising ids; readers go by time and then by id. The second
// index lets one walk over a group meet all of its streams' events in the order of time.
constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS log_groups(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS log_streams(
  id INTEGER PRIMARY KEY,
  group_id INTEGER NOT NULL REFERENCES log_groups(id),
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  first_event_at INTEGER,
  last_event_at INTEGER,
  last_ingestion_at INTEGER,
  bytes INTEGER NOT NULL DEFAULT 0,
  state INTEGER NOT NULL DEFAULT 0,  -- 0: anybody's, 1: a container writes, 2: it has ended
  UNIQUE(group_id, name));
CREATE TABLE IF NOT EXISTS log_events(
  id INTEGER PRIMARY KEY,
  stream_id INTEGER NOT NULL REFERENCES log_streams(id),
  group_id INTEGER NOT NULL,
  timestamp INTEGER NOT NULL,
  ingested_at INTEGER NOT NULL,
  message TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS log_events_by_stream ON log_events(stream_id, timestamp, id);
CREATE INDEX IF NOT EXISTS log_events_by_group ON log_events(group_id, timestamp, id);
)sql";

std::string next_sequence_token(WallTime now) {
  return "4900000000000000000000000000000000000000" + std::to_string(millis(now));
}

// What is wrong with a batch as a whole, in the words of the API.
std::optional<std::string> wrong_batch(const ecs::PutLogEvents& request) {
  const auto& events = request.log_events;
  if (events.empty() || events.size() > ecs::limits::kLogEventsPerPutMax)
    return "logEvents must have 1 to 10000 elements.";
  std::size_t bytes = 0;
  for (const auto& event : events) {
    if (event.message.empty()) return "Log event message must not be empty.";
    bytes += event.message.size() + ecs::limits::kLogEventOverheadBytes;
  }
  if (bytes > ecs::limits::kLogPutBytesMax)
    return "Upload too large: " + std::to_string(bytes) + " bytes exceeds limit of " +
           std::to_string(ecs::limits::kLogPutBytesMax);
  const bool is_sorted =
      std::is_sorted(events.begin(), events.end(),
                     [](const auto& a, const auto& b) { return a.timestamp < b.timestamp; });
  if (!is_sorted)
    return "Log events in a single PutLogEvents request must be in chronological order.";
  if (events.back().timestamp - events.front().timestamp > kBatchSpanMax)
    return "The batch of log events in a single PutLogEvents request cannot span more than 24 "
           "hours.";
  return std::nullopt;
}

}  // namespace

bool is_log_group_name(std::string_view name) {
  return !name.empty() && name.size() <= ecs::limits::kLogNameCharactersMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view(".-_/#").find(c) != std::string_view::npos;
         });
}

bool is_log_stream_name(std::string_view name) {
  return !name.empty() && name.size() <= ecs::limits::kLogNameCharactersMax &&
         name.find_first_of(":*") == std::string_view::npos && is_valid_utf8(name);
}

tl::unexpected<ApiError> cannot_store(const Error& error) {
  return refuse("ServiceUnavailableException",
                "The state of the embedded endpoint cannot be used: " + error.message);
}

Result<LogStore> LogStore::open(sys::Database& database, Options options) {
  TRY_DURING(database.execute(kSchema), "while making the log tables");
  return LogStore(database, std::move(options));
}

Answer<std::optional<std::int64_t>> find_log_group(sys::Database& database, std::string_view name) {
  std::optional<std::int64_t> id;
  const auto found = database.query("SELECT id FROM log_groups WHERE name = ?", {name},
                                    [&](const sys::Database::Row& row) {
                                      id = row.integer(0);
                                      return false;
                                    });
  if (!found) return cannot_store(found.error());
  return id;
}

Answer<std::int64_t> known_log_group(sys::Database& database, std::string_view name) {
  if (!is_log_group_name(name)) return invalid_parameter("Invalid logGroupName.");
  const auto id = TRY_ANSWER(find_log_group(database, name));
  if (!id)
    return refuse(ecs::error_name::kResourceNotFound, "The specified log group does not exist.");
  return *id;
}

Answer<std::optional<StreamRow>> find_log_stream(sys::Database& database, std::int64_t group,
                                                 std::string_view name) {
  std::optional<StreamRow> stream;
  const auto found =
      database.query("SELECT id, state FROM log_streams WHERE group_id = ? AND name = ?",
                     {group, name}, [&](const sys::Database::Row& row) {
                       stream = StreamRow{row.integer(0), row.integer(1) == 2};
                       return false;
                     });
  if (!found) return cannot_store(found.error());
  return stream;
}

Answer<StreamRow> known_log_stream(sys::Database& database, std::string_view group,
                                   std::string_view name) {
  if (!is_log_stream_name(name)) return invalid_parameter("Invalid logStreamName.");
  const std::int64_t group_id = TRY_ANSWER(known_log_group(database, group));
  const auto stream = TRY_ANSWER(find_log_stream(database, group_id, name));
  if (!stream)
    return refuse(ecs::error_name::kResourceNotFound, "The specified log stream does not exist.");
  return *stream;
}

Answer<ecs::EmptyReply> LogStore::call(const ecs::CreateLogGroup& request,
                                       const CallContext& context) {
  if (!is_log_group_name(request.log_group_name)) return invalid_parameter("Invalid logGroupName.");
  if (TRY_ANSWER(find_log_group(*database_, request.log_group_name)))
    return refuse(ecs::error_name::kResourceAlreadyExists,
                  "The specified log group already exists");
  const auto made = database_->change("INSERT INTO log_groups(name, created_at) VALUES(?, ?)",
                                      {request.log_group_name, millis(context.now.wall)});
  if (!made) return cannot_store(made.error());
  return ecs::EmptyReply{};
}

Answer<ecs::EmptyReply> LogStore::call(const ecs::CreateLogStream& request,
                                       const CallContext& context) {
  if (!is_log_stream_name(request.log_stream_name))
    return invalid_parameter("Invalid logStreamName.");
  const std::int64_t group = TRY_ANSWER(known_log_group(*database_, request.log_group_name));
  if (TRY_ANSWER(find_log_stream(*database_, group, request.log_stream_name)))
    return refuse(ecs::error_name::kResourceAlreadyExists,
                  "The specified log stream already exists");
  const auto made =
      database_->change("INSERT INTO log_streams(group_id, name, created_at) VALUES(?, ?, ?)",
                        {group, request.log_stream_name, millis(context.now.wall)});
  if (!made) return cannot_store(made.error());
  return ecs::EmptyReply{};
}

Answer<ecs::PutLogEventsReply> LogStore::call(const ecs::PutLogEvents& request,
                                              const CallContext& context) {
  const WallTime now = context.now.wall;
  if (const auto wrong = wrong_batch(request)) return invalid_parameter(*wrong);
  const StreamRow stream =
      TRY_ANSWER(known_log_stream(*database_, request.log_group_name, request.log_stream_name));
  // The batch is in order, so what is refused stands at its ends.
  const auto& events = request.log_events;
  std::size_t first = 0;
  std::size_t last = events.size();
  while (first < last && events[first].timestamp < now - kPastMax)
    ++first;
  while (last > first && events[last - 1].timestamp > now + kFutureMax)
    --last;
  ecs::PutLogEventsReply reply;
  reply.next_sequence_token = next_sequence_token(now);
  if (first > 0 || last < events.size()) {
    ecs::RejectedLogEvents rejected;
    if (first > 0) rejected.too_old_log_event_end_index = static_cast<int>(first);
    if (last < events.size()) rejected.too_new_log_event_start_index = static_cast<int>(last);
    reply.rejected_log_events_info = rejected;
  }
  if (first == last) return reply;
  const auto stored = append(stream.id, std::span(events).subspan(first, last - first), now);
  if (!stored) return cannot_store(stored.error());
  // Others write to it as well, so nobody can say when it is complete.
  const auto changed = database_->change(
      "UPDATE log_streams SET state = 0 WHERE id = ? AND state <> 0", {stream.id});
  if (!changed) return cannot_store(changed.error());
  return reply;
}

Result<LogStore::StreamId> LogStore::open_stream(std::string_view group, std::string_view stream,
                                                 WallTime now) {
  if (!is_log_group_name(group))
    return fail(Code::kInvalid, "`" + valid_utf8(group) + "` cannot be the name of a log group");
  if (!is_log_stream_name(stream))
    return fail(Code::kInvalid, "`" + valid_utf8(stream) + "` cannot be the name of a log stream");
  StreamId id = 0;
  const auto stored = database_->transaction([&]() -> Result<> {
    TRY(database_->change("INSERT OR IGNORE INTO log_groups(name, created_at) VALUES(?, ?)",
                          {group, millis(now)}));
    TRY(
        database_->change("INSERT OR IGNORE INTO log_streams(group_id, name, created_at) "
                          "SELECT id, ?, ? FROM log_groups WHERE name = ?",
                          {stream, millis(now), group}));
    TRY(
        database_->change("UPDATE log_streams SET state = 1 WHERE name = ? AND "
                          "group_id = (SELECT id FROM log_groups WHERE name = ?)",
                          {stream, group}));
    return database_->query(
        "SELECT s.id FROM log_streams s JOIN log_groups g ON g.id = s.group_id "
        "WHERE g.name = ? AND s.name = ?",
        {group, stream}, [&](const sys::Database::Row& row) {
          id = row.integer(0);
          return false;
        });
  });
  if (!stored) return fail(stored.error());
  return id;
}

Result<> LogStore::append(StreamId stream, std::span<const ecs::InputLogEvent> events,
                          WallTime now) {
  if (events.empty()) return {};
  return database_->transaction([&]() -> Result<> {
    std::int64_t group = 0;
    TRY(database_->query("SELECT group_id FROM log_streams WHERE id = ?", {stream},
                         [&](const sys::Database::Row& row) {
                           group = row.integer(0);
                           return false;
                         }));
    std::int64_t bytes = 0;
    for (const auto& event : events) {
      TRY(database_->change(
          "INSERT INTO log_events(stream_id, group_id, timestamp, ingested_at, message) "
          "VALUES(?, ?, ?, ?, ?)",
          {stream, group, millis(event.timestamp), millis(now), event.message}));
      bytes +=
          static_cast<std::int64_t>(event.message.size() + ecs::limits::kLogEventOverheadBytes);
    }
    return database_->change(
        "UPDATE log_streams SET bytes = bytes + ?1, last_ingestion_at = ?2, "
        "first_event_at = min(coalesce(first_event_at, ?3), ?3), "
        "last_event_at = max(coalesce(last_event_at, ?4), ?4) WHERE id = ?5",
        {bytes, millis(now), millis(events.front().timestamp), millis(events.back().timestamp),
         stream});
  });
}

Result<> LogStore::mark_complete(StreamId stream) {
  return database_->change("UPDATE log_streams SET state = 2 WHERE id = ?", {stream});
}

Result<> LogStore::mark_all_complete() {
  return database_->change("UPDATE log_streams SET state = 2 WHERE state = 1", {});
}

}  // namespace runtask::local
