#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include "base/text.h"
#include "ecs/limits.h"
#include "local/log_filter.h"
#include "local/log_names.h"
#include "local/log_store.h"
#include "local/log_tables.h"

// What reads the logs. The order is that of time, then of arrival; a position in it is a pair of
// both, and tokens are written positions. So a token stays right whatever is added behind it.

namespace runtask::local {
namespace {

using Row = sys::Database::Row;

constexpr std::int64_t kLast = INT64_MAX;
// Rows that one FilterLogEvents may look at before it answers with what it has: a handler of the
// loop must be short. ECS API: a page may be empty while there is a next token.
constexpr int kRowsPerFilterMax = 50'000;

struct Position {
  std::int64_t timestamp = 0;
  std::int64_t id = 0;
};

// "f/12/1706700000000/345": the direction, what it belongs to, and the position.
std::string token_text(char direction, std::int64_t owner, const Position& at) {
  return std::string(1, direction) + "/" + std::to_string(owner) + "/" +
         std::to_string(at.timestamp) + "/" + std::to_string(at.id);
}

std::optional<Position> token_position(std::string_view token, char direction, std::int64_t owner) {
  const auto parts = split(token, '/');
  if (parts.size() != 4 || parts[0] != std::string_view(&direction, 1)) return std::nullopt;
  std::array<std::int64_t, 3> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto number = parse_integer(parts[i + 1], 0, kLast);
    if (!number) return std::nullopt;
    numbers[i] = *number;
  }
  if (numbers[0] != owner) return std::nullopt;
  return Position{numbers[1], numbers[2]};
}

tl::unexpected<ApiError> invalid_token() {
  return invalid_parameter("The specified nextToken is invalid.");
}

struct TimeRange {
  std::int64_t from = 0;    // Inclusive.
  std::int64_t to = kLast;  // Exclusive.
};
TimeRange time_range(const std::optional<WallTime>& start, const std::optional<WallTime>& end) {
  return {start ? millis(*start) : 0, end ? millis(*end) : kLast};
}

Answer<std::size_t> events_per_page(const std::optional<int>& limit) {
  if (!limit) return ecs::limits::kLogEventsPerPageMax;
  if (*limit < 1 || static_cast<std::size_t>(*limit) > ecs::limits::kLogEventsPerPageMax)
    return invalid_parameter("limit must be between 1 and 10000.");
  return static_cast<std::size_t>(*limit);
}

// Collects events until a page is full, and says whether one more would have come.
class Page {
 public:
  explicit Page(std::size_t events_max) : events_max_(events_max) {}
  // Whether there is room for one more message of that size; remembers when there is not.
  bool take(std::size_t message_bytes) {
    const std::size_t size = message_bytes + ecs::limits::kLogEventOverheadBytes;
    if (count_ == events_max_ || (count_ > 0 && bytes_ + size > ecs::limits::kLogPageBytesMax)) {
      is_full_ = true;
      return false;
    }
    count_ += 1;
    bytes_ += size;
    return true;
  }
  [[nodiscard]] bool is_full() const { return is_full_; }
  [[nodiscard]] std::int64_t rows_max() const { return static_cast<std::int64_t>(events_max_) + 1; }

 private:
  std::size_t events_max_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  bool is_full_ = false;
};

struct FoundEvents {
  std::vector<ecs::LogEvent> events;  // Oldest first.
  Position first, last;               // Of the events, when there are any.
  bool more = false;                  // In the direction of reading.
};

constexpr std::string_view kForwards =
    "SELECT timestamp, id, message, ingested_at FROM log_events "
    "WHERE stream_id = ?1 AND timestamp >= ?2 AND timestamp < ?3 AND (timestamp, id) > (?4, ?5) "
    "ORDER BY timestamp, id LIMIT ?6";
constexpr std::string_view kBackwards =
    "SELECT timestamp, id, message, ingested_at FROM log_events "
    "WHERE stream_id = ?1 AND timestamp >= ?2 AND timestamp < ?3 AND (timestamp, id) < (?4, ?5) "
    "ORDER BY timestamp DESC, id DESC LIMIT ?6";

Answer<FoundEvents> find_events(sys::Database& database, std::int64_t stream,
                                const TimeRange& range, const Position& from, bool forwards,
                                std::size_t events_max) {
  FoundEvents found;
  std::vector<Position> positions;
  Page page(events_max);
  const auto read =
      database.query(forwards ? kForwards : kBackwards,
                     {stream, range.from, range.to, from.timestamp, from.id, page.rows_max()},
                     [&](const Row& row) {
                       const std::string_view message = row.view(2);
                       if (!page.take(message.size())) return false;
                       positions.push_back({row.integer(0), row.integer(1)});
                       found.events.push_back({wall_time(row.integer(0)), std::string(message),
                                               wall_time(row.integer(3))});
                       return true;
                     });
  if (!read) return cannot_store(read.error());
  found.more = page.is_full();
  if (!forwards) {
    std::reverse(found.events.begin(), found.events.end());
    std::reverse(positions.begin(), positions.end());
  }
  if (!positions.empty()) {
    found.first = positions.front();
    found.last = positions.back();
  }
  return found;
}

}  // namespace

Answer<ecs::GetLogEventsReply> LogStore::call(const ecs::GetLogEvents& request,
                                              const CallContext&) {
  const std::size_t events_max = TRY_ANSWER(events_per_page(request.limit));
  const StreamRow stream =
      TRY_ANSWER(known_log_stream(*database_, request.log_group_name, request.log_stream_name));
  const TimeRange range = time_range(request.start_time, request.end_time);
  bool forwards = request.start_from_head.value_or(false);
  Position from = forwards ? Position{0, 0} : Position{kLast, kLast};
  if (!request.next_token.empty()) {
    forwards = request.next_token.starts_with('f');
    const auto position = token_position(request.next_token, forwards ? 'f' : 'b', stream.id);
    if (!position) return invalid_token();
    from = *position;
  }
  FoundEvents found =
      TRY_ANSWER(find_events(*database_, stream.id, range, from, forwards, events_max));
  ecs::GetLogEventsReply reply;
  if (found.events.empty()) {
    // Nothing (yet): both tokens stay where this call looked. At the far end that is the position
    // before everything, so that what is added later is found with the forward token.
    if (request.next_token.empty()) from = {range.from, 0};
    found.first = found.last = from;
  }
  reply.next_forward_token = token_text('f', stream.id, found.last);
  reply.next_backward_token = token_text('b', stream.id, found.first);
  // Read backwards without a token, a page ends with the newest event there is.
  const bool at_end = forwards ? !found.more : request.next_token.empty();
  if (at_end && stream.is_complete && !request.end_time) reply.complete = true;
  reply.events = std::move(found.events);
  return reply;
}

namespace {

// The streams of a group that a request names; none given means all.
struct StreamChoice {
  std::unordered_map<std::int64_t, std::string> names;
};

Answer<StreamChoice> chosen_streams(sys::Database& database, std::int64_t group,
                                    const ecs::FilterLogEvents& request) {
  if (!request.log_stream_names.empty() && !request.log_stream_name_prefix.empty())
    return invalid_parameter("logStreamNames and logStreamNamePrefix exclude each other.");
  if (request.log_stream_names.size() > ecs::limits::kLogStreamsPerFilterMax)
    return invalid_parameter("logStreamNames cannot have more than 100 elements.");
  StreamChoice choice;
  for (const auto& name : request.log_stream_names) {
    if (!is_log_stream_name(name)) return invalid_parameter("Invalid logStreamName.");
    const auto stream = TRY_ANSWER(find_log_stream(database, group, name));
    if (!stream)
      return refuse(ecs::error_name::kResourceNotFound, "The specified log stream does not exist.");
    choice.names.emplace(stream->id, name);
  }
  if (!request.log_stream_names.empty()) return choice;
  const std::string& prefix = request.log_stream_name_prefix;
  const auto read = database.query(
      "SELECT id, name FROM log_streams WHERE group_id = ?1 AND substr(name, 1, length(?2)) = ?2",
      {group, prefix}, [&](const Row& row) {
        choice.names.emplace(row.integer(0), row.text(1));
        return true;
      });
  if (!read) return cannot_store(read.error());
  return choice;
}

// Unique and the same whenever the event is read.
std::string event_id(std::int64_t id) {
  const std::string digits = std::to_string(id);
  return std::string(32 - digits.size(), '0') + digits;
}

constexpr std::string_view kOfGroup =
    "SELECT timestamp, id, message, ingested_at, stream_id FROM log_events "
    "WHERE group_id = ?1 AND timestamp >= ?2 AND timestamp < ?3 AND (timestamp, id) > (?4, ?5) "
    "ORDER BY timestamp, id LIMIT ?6";
constexpr std::string_view kOfStream =
    "SELECT timestamp, id, message, ingested_at, stream_id FROM log_events "
    "WHERE stream_id = ?1 AND timestamp >= ?2 AND timestamp < ?3 AND (timestamp, id) > (?4, ?5) "
    "ORDER BY timestamp, id LIMIT ?6";

}  // namespace

Answer<ecs::FilterLogEventsReply> LogStore::call(const ecs::FilterLogEvents& request,
                                                 const CallContext&) {
  const std::size_t events_max = TRY_ANSWER(events_per_page(request.limit));
  const LogFilter filter = TRY_ANSWER(LogFilter::parse(request.filter_pattern));
  const std::int64_t group = TRY_ANSWER(known_log_group(*database_, request.log_group_name));
  const StreamChoice choice = TRY_ANSWER(chosen_streams(*database_, group, request));
  const TimeRange range = time_range(request.start_time, request.end_time);
  Position last;
  if (!request.next_token.empty()) {
    const auto position = token_position(request.next_token, 'n', group);
    if (!position) return invalid_token();
    last = *position;
  }
  ecs::FilterLogEventsReply reply;
  if (choice.names.empty()) return reply;
  const bool is_one = choice.names.size() == 1;
  Page page(events_max);
  int rows = 0;
  bool has_more = false;
  const auto read = database_->query(
      is_one ? kOfStream : kOfGroup,
      {is_one ? choice.names.begin()->first : group, range.from, range.to, last.timestamp, last.id,
       std::int64_t{kRowsPerFilterMax} + 1},
      [&](const Row& row) {
        const std::string_view message = row.view(2);
        const auto stream = choice.names.find(row.integer(4));
        const bool is_wanted = stream != choice.names.end() && filter.matches(message);
        if (++rows > kRowsPerFilterMax || (is_wanted && !page.take(message.size()))) {
          has_more = true;
          return false;
        }
        last = {row.integer(0), row.integer(1)};
        if (is_wanted)
          reply.events.push_back({stream->second, wall_time(row.integer(0)), std::string(message),
                                  wall_time(row.integer(3)), event_id(row.integer(1))});
        return true;
      });
  if (!read) return cannot_store(read.error());
  if (has_more) reply.next_token = token_text('n', group, last);
  return reply;
}

namespace {

Answer<std::int64_t> describe_limit(const std::optional<int>& limit) {
  if (!limit) return static_cast<std::int64_t>(ecs::limits::kLogDescribePageMax);
  if (*limit < 1 || static_cast<std::size_t>(*limit) > ecs::limits::kLogDescribePageMax)
    return invalid_parameter("limit must be between 1 and 50.");
  return std::int64_t{*limit};
}

std::string logs_arn(const LogStore::Options& options, const std::string& resource) {
  return "arn:aws:logs:" + options.region + ":" + options.account + ":" + resource;
}

std::optional<WallTime> time_or_none(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return wall_time(row.integer(column));
}

}  // namespace

// The next token of both descriptions is how many there were before it: lists of groups and streams
// only grow, and a reader that pages through them minds a repetition less than a gap.
Answer<ecs::DescribeLogGroupsReply> LogStore::call(const ecs::DescribeLogGroups& request,
                                                   const CallContext&) {
  if (!request.log_group_name_prefix.empty() && !request.log_group_name_pattern.empty())
    return invalid_parameter("logGroupNamePrefix and logGroupNamePattern exclude each other.");
  const std::int64_t limit = TRY_ANSWER(describe_limit(request.limit));
  const auto skip =
      request.next_token.empty() ? 0 : parse_integer(request.next_token, 0, kLast - limit - 1);
  if (!skip) return invalid_token();
  ecs::DescribeLogGroupsReply reply;
  const auto read = database_->query(
      "SELECT g.name, g.created_at, "
      "(SELECT coalesce(sum(s.bytes), 0) FROM log_streams s WHERE s.group_id = g.id) "
      "FROM log_groups g WHERE substr(g.name, 1, length(?1)) = ?1 AND instr(g.name, ?2) > 0 "
      "ORDER BY g.name LIMIT ?3 OFFSET ?4",
      {request.log_group_name_prefix, request.log_group_name_pattern, limit + 1, *skip},
      [&](const Row& row) {
        if (reply.log_groups.size() == static_cast<std::size_t>(limit)) {
          reply.next_token = std::to_string(*skip + limit);
          return false;
        }
        ecs::LogGroup group;
        group.log_group_name = row.text(0);
        group.creation_time = wall_time(row.integer(1));
        group.stored_bytes = row.integer(2);
        group.arn = logs_arn(options_, "log-group:" + group.log_group_name + ":*");
        reply.log_groups.push_back(std::move(group));
        return true;
      });
  if (!read) return cannot_store(read.error());
  return reply;
}

Answer<ecs::DescribeLogStreamsReply> LogStore::call(const ecs::DescribeLogStreams& request,
                                                    const CallContext&) {
  const bool by_time = request.order_by == "LastEventTime";
  if (!request.order_by.empty() && !by_time && request.order_by != "LogStreamName")
    return invalid_parameter("orderBy must be LogStreamName or LastEventTime.");
  if (by_time && !request.log_stream_name_prefix.empty())
    return invalid_parameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
  const std::int64_t limit = TRY_ANSWER(describe_limit(request.limit));
  const std::int64_t group = TRY_ANSWER(known_log_group(*database_, request.log_group_name));
  const auto skip =
      request.next_token.empty() ? 0 : parse_integer(request.next_token, 0, kLast - limit - 1);
  if (!skip) return invalid_token();
  const std::string order = std::string(by_time ? "coalesce(last_event_at, 0)" : "name") +
                            (request.descending.value_or(false) ? " DESC" : "") + ", id";
  ecs::DescribeLogStreamsReply reply;
  const auto read = database_->query(
      "SELECT name, created_at, first_event_at, last_event_at, last_ingestion_at, bytes "
      "FROM log_streams WHERE group_id = ?1 AND substr(name, 1, length(?2)) = ?2 ORDER BY " +
          order + " LIMIT ?3 OFFSET ?4",
      {group, request.log_stream_name_prefix, limit + 1, *skip}, [&](const Row& row) {
        if (reply.log_streams.size() == static_cast<std::size_t>(limit)) {
          reply.next_token = std::to_string(*skip + limit);
          return false;
        }
        ecs::LogStream stream;
        stream.log_stream_name = row.text(0);
        stream.creation_time = wall_time(row.integer(1));
        stream.first_event_timestamp = time_or_none(row, 2);
        stream.last_event_timestamp = time_or_none(row, 3);
        stream.last_ingestion_time = time_or_none(row, 4);
        stream.stored_bytes = row.integer(5);
        stream.upload_sequence_token = "0";
        stream.arn = logs_arn(options_, "log-group:" + request.log_group_name +
                                            ":log-stream:" + stream.log_stream_name);
        reply.log_streams.push_back(std::move(stream));
        return true;
      });
  if (!read) return cannot_store(read.error());
  return reply;
}

}  // namespace runtask::local
