#include "local/log_store.h"

#include <gmock/gmock.h>

#include <chrono>

#include "ecs/limits.h"
#include "local/container_log.h"
#include "local/log_filter.h"

namespace runtask::local {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class LogStoreTest : public testing::Test {
 protected:
  template <class Operation>
  Answer<typename Operation::Reply> call(const std::string& json) {
    auto request = ecs::read_request<Operation>(json);
    EXPECT_TRUE(request) << (request ? "" : request.error().text());
    return logs.call(*request, {{Duration(0), now}, "arn"});
  }
  template <class Operation>
  std::string error_of(const std::string& json) {
    const auto answer = call<Operation>(json);
    return answer ? "" : answer.error().name + ": " + answer.error().message;
  }
  LogStore::StreamId open(const std::string& stream = "s") {
    return *logs.open_stream("g", stream, now);
  }
  void add(LogStore::StreamId stream, std::vector<std::string> messages) {
    std::vector<ecs::InputLogEvent> events;
    for (auto& message : messages)
      events.push_back({now, std::move(message)});
    ASSERT_TRUE(logs.append(stream, events, now));
  }
  Answer<ecs::GetLogEventsReply> get(const std::string& more) {
    return call<ecs::GetLogEvents>(R"({"logGroupName":"g","logStreamName":"s")" + more + "}");
  }
  static std::vector<std::string> messages(const ecs::GetLogEventsReply& reply) {
    std::vector<std::string> list;
    for (const auto& event : reply.events)
      list.push_back(event.message);
    return list;
  }
  static std::string token(const std::string& text) { return R"(,"nextToken":")" + text + R"(")"; }

  WallTime now{std::chrono::seconds(1'769'817'600)};
  sys::Database database = *sys::Database::open("", sys::Database::Mode::kInMemory);
  LogStore logs = *LogStore::open(database, {});
};

TEST_F(LogStoreTest, the_end_is_the_token_that_was_sent) {
  const auto stream = open();
  add(stream, {"a", "", "c"});
  const auto first = get(R"(,"startFromHead":true)");
  EXPECT_THAT(messages(*first), ElementsAre("a", "", "c"));
  const auto end = get(token(first->next_forward_token));
  EXPECT_TRUE(end->events.empty());
  EXPECT_EQ(end->next_forward_token, first->next_forward_token);
  EXPECT_FALSE(end->complete);
  // Lines that come later are behind the same token, also within the same millisecond.
  add(stream, {"d"});
  const auto later = get(token(first->next_forward_token));
  EXPECT_THAT(messages(*later), ElementsAre("d"));
  EXPECT_NE(later->next_forward_token, first->next_forward_token);
}

TEST_F(LogStoreTest, an_empty_stream_has_tokens_that_find_the_first_line) {
  const auto stream = open();
  for (const std::string from : {"", R"(,"startFromHead":true)"}) {
    const auto empty = get(from);
    ASSERT_TRUE(empty);
    EXPECT_FALSE(empty->next_forward_token.empty());
    EXPECT_FALSE(empty->next_backward_token.empty());
    EXPECT_EQ(get(token(empty->next_forward_token))->next_forward_token, empty->next_forward_token);
  }
  const auto before = get(R"(,"startFromHead":true)");
  add(stream, {"first"});
  EXPECT_THAT(messages(*get(token(before->next_forward_token))), ElementsAre("first"));
}

TEST_F(LogStoreTest, without_a_direction_the_newest_page_comes_in_ascending_order) {
  const auto stream = open();
  for (int i = 0; i < 5; ++i) {
    now += Duration(1);
    add(stream, {std::to_string(i)});
  }
  const auto newest = get(R"(,"limit":2)");
  EXPECT_THAT(messages(*newest), ElementsAre("3", "4"));
  const auto before = get(R"(,"limit":2)" + token(newest->next_backward_token));
  EXPECT_THAT(messages(*before), ElementsAre("1", "2"));
  const auto oldest = get(token(before->next_backward_token));
  EXPECT_THAT(messages(*oldest), ElementsAre("0"));
  EXPECT_TRUE(get(token(oldest->next_backward_token))->events.empty());
  EXPECT_EQ(get(token(oldest->next_backward_token))->next_backward_token,
            oldest->next_backward_token);
}

TEST_F(LogStoreTest, times_include_the_start_and_exclude_the_end) {
  const auto stream = open();
  const auto start = now;
  for (int i = 0; i < 4; ++i) {
    add(stream, {std::to_string(i)});
    now += Duration(1);
  }
  const auto ms = [&](int i) {
    return std::to_string((start + Duration(i)).time_since_epoch().count());
  };
  const auto page = get(R"(,"startFromHead":true,"startTime":)" + ms(1) + R"(,"endTime":)" + ms(3));
  EXPECT_THAT(messages(*page), ElementsAre("1", "2"));
}

TEST_F(LogStoreTest, pages_keep_below_their_limits_and_lose_nothing) {
  const auto stream = open();
  std::vector<std::string> lines;
  for (int i = 0; i < 25'000; ++i)
    lines.push_back(i % 5'000 == 0 ? std::string(300'000, 'x') : std::to_string(i));
  add(stream, lines);
  std::vector<std::string> seen;
  std::string at;
  for (int pages = 0; pages < 100; ++pages) {
    const auto page = get(R"(,"startFromHead":true)" + (at.empty() ? "" : token(at)));
    ASSERT_TRUE(page);
    std::size_t bytes = 0;
    for (const auto& event : page->events) {
      bytes += event.message.size() + ecs::limits::kLogEventOverheadBytes;
      seen.push_back(event.message);
    }
    EXPECT_LE(page->events.size(), ecs::limits::kLogEventsPerPageMax);
    EXPECT_LE(bytes, ecs::limits::kLogPageBytesMax);
    if (page->next_forward_token == at) break;
    at = page->next_forward_token;
  }
  EXPECT_EQ(seen, lines);
}

TEST_F(LogStoreTest, one_line_larger_than_a_page_still_comes) {
  const auto stream = open();
  add(stream, {std::string(2U << 20U, 'x'), "after"});
  const auto page = get(R"(,"startFromHead":true)");
  ASSERT_EQ(page->events.size(), 1U);
  EXPECT_THAT(messages(*get(token(page->next_forward_token))), ElementsAre("after"));
}

TEST_F(LogStoreTest, complete_is_said_at_the_end_of_a_stream_that_has_ended) {
  const auto stream = open();
  add(stream, {"a", "b"});
  EXPECT_FALSE(get(R"(,"startFromHead":true)")->complete);
  ASSERT_TRUE(logs.mark_complete(stream));
  EXPECT_FALSE(get(R"(,"startFromHead":true,"limit":1)")->complete);
  const auto whole = get(R"(,"startFromHead":true)");
  EXPECT_EQ(whole->complete, true);
  EXPECT_EQ(get(token(whole->next_forward_token))->complete, true);
  EXPECT_EQ(get("")->complete, true);
  // Somebody else writes to it after all.
  EXPECT_EQ(error_of<ecs::PutLogEvents>(
                R"({"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":)" +
                std::to_string(now.time_since_epoch().count()) + R"(,"message":"x"}]})"),
            "");
  EXPECT_FALSE(get(R"(,"startFromHead":true)")->complete);
}

TEST_F(LogStoreTest, after_the_death_of_an_endpoint_its_streams_are_complete) {
  (void)open();
  (void)call<ecs::CreateLogStream>(R"({"logGroupName":"g","logStreamName":"foreign"})");
  ASSERT_TRUE(logs.mark_all_complete());
  EXPECT_EQ(get(R"(,"startFromHead":true)")->complete, true);
  EXPECT_FALSE(
      call<ecs::GetLogEvents>(R"({"logGroupName":"g","logStreamName":"foreign"})")->complete);
}

TEST_F(LogStoreTest, names_that_are_wrong_or_unknown_are_refused) {
  EXPECT_EQ(error_of<ecs::GetLogEvents>(R"({"logGroupName":"g","logStreamName":"s"})"),
            "ResourceNotFoundException: The specified log group does not exist.");
  EXPECT_EQ(error_of<ecs::CreateLogGroup>(R"({"logGroupName":"g"})"), "");
  EXPECT_THAT(error_of<ecs::CreateLogGroup>(R"({"logGroupName":"g"})"),
              HasSubstr("ResourceAlreadyExistsException"));
  EXPECT_EQ(error_of<ecs::GetLogEvents>(R"({"logGroupName":"g","logStreamName":"s"})"),
            "ResourceNotFoundException: The specified log stream does not exist.");
  EXPECT_EQ(error_of<ecs::CreateLogStream>(R"({"logGroupName":"g","logStreamName":"a/../b"})"), "");
  EXPECT_THAT(error_of<ecs::CreateLogStream>(R"({"logGroupName":"g","logStreamName":"a/../b"})"),
              HasSubstr("ResourceAlreadyExistsException"));
  EXPECT_THAT(error_of<ecs::CreateLogStream>(R"({"logGroupName":"g","logStreamName":"a:b"})"),
              HasSubstr("InvalidParameterException"));
  EXPECT_THAT(error_of<ecs::CreateLogGroup>(R"({"logGroupName":"a b"})"),
              HasSubstr("InvalidParameterException"));
}

TEST_F(LogStoreTest, tokens_of_other_streams_and_nonsense_are_refused) {
  const auto other = open("other");
  add(open(), {"a"});
  add(other, {"b"});
  const auto foreign = call<ecs::GetLogEvents>(R"({"logGroupName":"g","logStreamName":"other"})")
                           ->next_forward_token;
  for (const std::string& wrong : {foreign, std::string("f/1"), std::string("x"),
                                   std::string("f/a/b/c"), std::string("f/1/-1/0")})
    EXPECT_FALSE(get(token(wrong))) << wrong;
  EXPECT_FALSE(get(R"(,"limit":0)"));
  EXPECT_FALSE(get(R"(,"limit":10001)"));
}

TEST_F(LogStoreTest, put_checks_its_batch_and_reports_what_is_too_old_or_new) {
  (void)open();
  const auto put = [&](const std::string& events) {
    return call<ecs::PutLogEvents>(R"({"logGroupName":"g","logStreamName":"s","logEvents":[)" +
                                   events + "]}");
  };
  const auto event = [&](Duration from_now) {
    return R"({"message":"m","timestamp":)" +
           std::to_string((now + from_now).time_since_epoch().count()) + "}";
  };
  using std::chrono::hours;
  EXPECT_FALSE(put(""));
  EXPECT_THAT(put(event(Duration(1)) + "," + event(Duration(0))).error().message,
              HasSubstr("chronological"));
  EXPECT_THAT(put(event(-hours(25)) + "," + event(Duration(0))).error().message,
              HasSubstr("24 hours"));
  const auto reply = put(event(Duration(0)) + "," + event(hours(3)));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->rejected_log_events_info->too_new_log_event_start_index, 1);
  EXPECT_FALSE(reply->next_sequence_token.empty());
  EXPECT_EQ(put(event(-hours(24 * 15)))->rejected_log_events_info->too_old_log_event_end_index, 1);
  EXPECT_EQ(get(R"(,"startFromHead":true)")->events.size(), 1U);
}

TEST_F(LogStoreTest, filter_goes_over_streams_in_the_order_of_time) {
  const auto a = open("a/1");
  const auto b = open("b/1");
  for (int i = 0; i < 6; ++i) {
    add(i % 2 ? a : b, {"line " + std::to_string(i)});
    now += Duration(1);
  }
  const auto filter = [&](const std::string& more) {
    return call<ecs::FilterLogEvents>(R"({"logGroupName":"g")" + more + "}");
  };
  std::vector<std::string> seen;
  std::set<std::string> ids;
  std::string at;
  do {
    const auto page = filter(R"(,"limit":4)" + (at.empty() ? "" : token(at)));
    for (const auto& event : page->events) {
      seen.push_back(event.log_stream_name + " " + event.message);
      ids.insert(event.event_id);
    }
    at = page->next_token;
  } while (!at.empty());
  EXPECT_THAT(seen, ElementsAre("b/1 line 0", "a/1 line 1", "b/1 line 2", "a/1 line 3",
                                "b/1 line 4", "a/1 line 5"));
  EXPECT_EQ(ids.size(), 6U);
  EXPECT_EQ(filter("")->events[0].event_id, *ids.begin());  // The same whenever it is read.
  EXPECT_EQ(filter(R"(,"logStreamNamePrefix":"a/")")->events.size(), 3U);
  EXPECT_EQ(filter(R"(,"logStreamNames":["b/1"])")->events.size(), 3U);
  EXPECT_EQ(filter(R"(,"logStreamNames":["b/1","a/1"])")->events.size(), 6U);
  EXPECT_EQ(filter(R"(,"filterPattern":"\"line 3\"")")->events.size(), 1U);
  EXPECT_FALSE(filter(R"(,"logStreamNames":["none"])"));
  EXPECT_FALSE(filter(R"(,"logStreamNames":["a/1"],"logStreamNamePrefix":"a")"));
}

TEST(LogFilter, terms_phrases_exclusions_and_alternatives) {
  const auto matches = [](const char* pattern, const char* message) {
    return LogFilter::parse(pattern)->matches(message);
  };
  EXPECT_TRUE(matches("", "anything"));
  EXPECT_TRUE(matches("ERROR disk", "disk: ERROR"));
  EXPECT_FALSE(matches("ERROR disk", "ERROR net"));
  EXPECT_FALSE(matches("error", "ERROR"));
  EXPECT_TRUE(matches("\"not found\"", "it was not found"));
  EXPECT_FALSE(matches("\"not found\"", "found not"));
  EXPECT_FALSE(matches("ERROR -debug", "ERROR debug"));
  EXPECT_TRUE(matches("-debug", "ERROR"));
  EXPECT_FALSE(matches("-\"a b\"", "x a b"));
  EXPECT_TRUE(matches("?a ?b", "b"));
  EXPECT_FALSE(matches("?a ?b", "c"));
  EXPECT_FALSE(LogFilter::parse("{ $.x = 1 }"));
  EXPECT_FALSE(LogFilter::parse("\"open"));
}

TEST_F(LogStoreTest, groups_and_streams_are_described_in_pages) {
  for (const std::string stream : {"x/1", "x/2", "y/1"}) {
    now += Duration(1);
    add(open(stream), {"1"});
  }
  (void)logs.open_stream("/runtask/job", "s", now);
  const auto groups = call<ecs::DescribeLogGroups>(R"({"logGroupNamePrefix":"/run"})");
  ASSERT_EQ(groups->log_groups.size(), 1U);
  EXPECT_EQ(groups->log_groups[0].arn,
            "arn:aws:logs:us-east-1:000000000000:log-group:/runtask/job:*");
  const auto streams = [&](const std::string& more) {
    std::vector<std::string> names;
    const auto reply = call<ecs::DescribeLogStreams>(R"({"logGroupName":"g")" + more + "}");
    for (const auto& stream : reply->log_streams)
      names.push_back(stream.log_stream_name);
    return names;
  };
  EXPECT_THAT(streams(R"(,"logStreamNamePrefix":"x/")"), ElementsAre("x/1", "x/2"));
  EXPECT_THAT(streams(R"(,"orderBy":"LastEventTime","descending":true)"),
              ElementsAre("y/1", "x/2", "x/1"));
  EXPECT_THAT(streams(R"(,"limit":2)"), ElementsAre("x/1", "x/2"));
  EXPECT_THAT(streams(R"(,"limit":2,"nextToken":"2")"), ElementsAre("y/1"));
  EXPECT_FALSE(call<ecs::DescribeLogStreams>(
      R"({"logGroupName":"g","orderBy":"LastEventTime","logStreamNamePrefix":"x"})"));
}

TEST_F(LogStoreTest, a_hundred_thousand_lines_are_appended_and_all_there) {
  const auto stream = open();
  std::vector<ecs::InputLogEvent> batch;
  for (int i = 0; i < 1'000; ++i)
    batch.push_back(
        {now, "2026-01-31 00:00:00 a line of a usual length, number " + std::to_string(i)});
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(logs.append(stream, batch, now));
  std::size_t lines = 0;
  auto page = get(R"(,"startFromHead":true)");
  for (int pages = 0; pages < 100 && page && !page->events.empty(); ++pages) {
    lines += page->events.size();
    page = get(token(page->next_forward_token));
  }
  EXPECT_EQ(lines, 100'000U);
}

TEST(LineSplitter, lines_come_as_they_are_and_the_last_one_needs_no_newline) {
  LineSplitter splitter;
  std::vector<std::string> lines;
  splitter.add("one\n\ntw", lines);
  EXPECT_THAT(lines, ElementsAre("one", ""));
  splitter.add("o\r\nthree", lines);
  EXPECT_THAT(lines, ElementsAre("one", "", "two\r"));
  splitter.end(lines);
  EXPECT_THAT(lines, ElementsAre("one", "", "two\r", "three"));
  splitter.end(lines);
  EXPECT_EQ(lines.size(), 4U);
}

TEST(LineSplitter, long_lines_are_cut_between_characters_and_bad_bytes_are_shown) {
  LineSplitter splitter;
  std::vector<std::string> lines;
  const std::size_t limit = ecs::limits::kLogLineBytesMax;
  // The two bytes of the character would stand on both sides of the cut.
  splitter.add(std::string(limit - 1, 'x') + "\xC3\xA9" + "end\n", lines);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].size(), limit - 1);
  EXPECT_EQ(lines[1],
            "\xC3\xA9"
            "end");
  lines.clear();
  splitter.add("a\xFFz\n", lines);
  EXPECT_THAT(lines, ElementsAre("a\\xffz"));
  lines.clear();
  splitter.add("\xC3", lines);  // A character in two pieces.
  splitter.add("\xA9\n", lines);
  EXPECT_THAT(lines, ElementsAre("\xC3\xA9"));
}

TEST_F(LogStoreTest, lines_that_no_line_could_tell_of_are_counted_at_the_end) {
  auto log = ContainerLog::open(logs, {"g", "s"}, now);
  ASSERT_TRUE(log);
  log->write("before\n", now);
  ASSERT_TRUE(database.execute("PRAGMA query_only = 1"));
  log->write("lost 1\nlost 2\nlost 3", now);
  EXPECT_EQ(log->end(now), 3U);
}

TEST_F(LogStoreTest, a_full_disk_drops_lines_and_says_so_when_there_is_room_again) {
  auto log = ContainerLog::open(logs, {"g", "s"}, now);
  ASSERT_TRUE(log);
  log->write("before\n", now);
  ASSERT_TRUE(database.execute("PRAGMA query_only = 1"));  // As a disk that takes no more.
  log->write("lost 1\nlost 2\nlo", now);
  ASSERT_TRUE(database.execute("PRAGMA query_only = 0"));
  log->write("st\nafter\n", now);
  EXPECT_EQ(log->end(now), 0U);  // It is told.
  EXPECT_THAT(messages(*get(R"(,"startFromHead":true)")),
              ElementsAre("before", "[runtask: 2 lines are missing here: they could not be stored]",
                          "lost", "after"));
  EXPECT_EQ(get(R"(,"startFromHead":true)")->complete, true);
}

TEST_F(LogStoreTest, timestamps_of_a_container_never_go_back) {
  auto log = ContainerLog::open(logs, {"g", "s"}, now);
  log->write("one\n", now);
  log->write("two\n", now - std::chrono::hours(1));
  log->end(now);
  const auto page = get(R"(,"startFromHead":true)");
  EXPECT_THAT(messages(*page), ElementsAre("one", "two"));
  EXPECT_EQ(page->events[0].timestamp, page->events[1].timestamp);
}

}  // namespace
}  // namespace runtask::local
