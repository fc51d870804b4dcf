#include "run/journal.h"

#include <gtest/gtest.h>

namespace runtask::run {
namespace {

using namespace std::chrono_literals;
using journal::to_event;

constexpr WallTime kStart{std::chrono::seconds(1'769'817'600)};
const ClockReading kNow{kStart + 1h, "boot", 2h};

ClockReading ago(Duration age) {
  return {kNow.wall - age, kNow.boot, kNow.up - age};
}

Plan plan(int launches) {
  Plan made;
  made.targets.emplace_back();
  made.parts.emplace_back();
  for (int i = 0; i < launches; ++i)
    made.launches.push_back({i, "job", {}, 0});
  return made;
}

journal::StartCall start_call(int call, std::vector<int> launches, Duration age = 1min) {
  return {call, std::move(launches), "token", "run/1", true, ago(age), "{}"};
}
ecs::Task task(const std::string& arn, const std::string& status) {
  ecs::Task made;
  made.task_arn = arn;
  made.last_status = status;
  return made;
}

class Journal : public testing::Test {
 protected:
  void add(int launch, const journal::Record& record) {
    events_.push_back(to_event(launch, kStart, record, {}));
  }
  Restored restored(int launches) {
    auto made = restore(plan(launches), kStart, events_, kNow);
    EXPECT_TRUE(made) << made.error().text();
    return made.value_or(Restored{});
  }
  std::vector<history::EventRecord> events_;
};

TEST_F(Journal, every_record_reads_back_as_it_was_written) {
  const std::vector<journal::Record> records = {
      start_call(3, {1, 2}),
      journal::Started{3, "arn/1", ago(1s)},
      journal::Refused{3, {2}, "AGENT"},
      journal::Observed{task("arn/1", "RUNNING"), ago(1s)},
      journal::StopCall{OurStop::kStartTimeout, "runtask: --start-timeout"},
      journal::Retry{"arn/1", "interrupted by Spot", true},
      journal::Interrupted{143, OurStop::kHangUp},
      journal::Ended{{VerdictKind::kTimedOut, 124, "main", "words"}, kStart, {"note"}},
  };
  for (const auto& record : records) {
    const auto event = to_event(1, kStart, record, {});
    const auto read = journal::read_event(event);
    ASSERT_TRUE(read && *read) << event.kind;
    EXPECT_EQ((*read)->index(), record.index());
    auto again = to_event(1, kStart, **read, {});
    if (event.kind == "start_call") again.data.insert(again.data.size() - 1, ",\"request\":{}");
    EXPECT_EQ(again.data, event.data);
  }
}

TEST_F(Journal, kinds_that_are_not_known_are_skipped_and_damaged_ones_are_errors) {
  events_.push_back({1, kStart, 0, "something new", "{}"});
  EXPECT_EQ(restored(1).last_call, 0);
  events_.push_back({2, kStart, 0, "started", "{}"});
  EXPECT_FALSE(restore(plan(1), kStart, events_, kNow));
  events_.pop_back();
  add(7, journal::Started{1, "arn", {}});
  EXPECT_FALSE(restore(plan(1), kStart, events_, kNow));
}

TEST_F(Journal, secrets_are_masked) {
  auto call = start_call(1, {0});
  call.request = R"({"value":"hunter2"})";
  const auto event = to_event(-1, kStart, call, {Secret("hunter2")});
  EXPECT_EQ(event.data.find("hunter2"), std::string::npos);
}

TEST_F(Journal, a_call_of_which_some_launches_are_not_answered_is_unresolved_for_these) {
  add(-1, start_call(1, {0, 1, 2}, 2min));
  add(1, journal::Started{1, "arn/1", ago(1min)});
  const auto made = restored(5);
  ASSERT_EQ(made.calls.size(), 1U);
  EXPECT_EQ(made.calls[0].launches, (std::vector<int>{0, 2}));
  EXPECT_EQ(made.calls[0].tasks, std::vector<std::string>{"arn/1"});
  EXPECT_EQ(made.calls[0].age, Duration(2min));
  EXPECT_EQ(made.launches[1].task_arn, "arn/1");
  EXPECT_FALSE(made.calls[0].was_refused);
  EXPECT_TRUE(made.launches[2].was_tried);
  EXPECT_FALSE(made.launches[3].was_tried);
  EXPECT_EQ(made.last_call, 1);
}

TEST_F(Journal, a_launch_that_spot_took_began_with_its_first_start_and_names_the_task) {
  add(-1, start_call(1, {0}));
  add(0, journal::Started{1, "arn/0", ago(1min)});
  add(0, journal::Observed{task("arn/0", "RUNNING"), ago(1min)});
  EXPECT_TRUE(restored(1).launches[0].has_run);
  add(0, journal::Retry{"arn/0", "interrupted by Spot", true});
  add(-1, start_call(2, {0}));
  events_.back().at = kStart + 1h;
  const auto launch = restored(1).launches[0];
  EXPECT_EQ(launch.started_at, kStart);
  EXPECT_EQ(launch.last_start_at, kStart + 1h);
  EXPECT_EQ(launch.task_before, "arn/0");
  EXPECT_FALSE(launch.has_run);
}

TEST_F(Journal, the_age_of_a_call_from_before_a_boot_is_doubtful) {
  auto call = start_call(1, {0}, 1min);
  call.clock.boot = "another";
  add(-1, call);
  EXPECT_FALSE(restored(1).calls.at(0).age);
}

TEST_F(Journal, a_refused_call_is_unresolved_until_another_one_follows_it) {
  add(-1, start_call(1, {0, 1}));
  add(0, journal::Started{1, "arn/0", ago(1s)});
  add(-1, journal::Refused{1, {1}, "AGENT"});
  ASSERT_EQ(restored(2).calls.size(), 1U);
  EXPECT_TRUE(restored(2).calls[0].was_refused);
  EXPECT_EQ(restored(2).calls[0].launches, std::vector<int>{1});
  EXPECT_EQ(restored(2).launches[1].refusals, 1);
  add(-1, start_call(2, {1}));
  ASSERT_EQ(restored(2).calls.size(), 1U);
  EXPECT_EQ(restored(2).calls[0].call.call, 2);
  EXPECT_FALSE(restored(2).calls[0].was_refused);
  EXPECT_EQ(restored(2).last_call, 2);
}

TEST_F(Journal, a_call_that_was_given_up_for_one_launch_is_given_up_for_the_others) {
  add(-1, start_call(1, {0, 1, 2}));
  add(0, journal::Started{1, "arn/0", ago(1s)});
  EXPECT_FALSE(restored(3).calls.at(0).was_given_up);
  add(0, journal::Ended{{VerdictKind::kSucceeded, 0, "", ""}, kStart, {}});
  EXPECT_FALSE(restored(3).calls.at(0).was_given_up);
  add(1, journal::Ended{{VerdictKind::kNeverStarted, 125, "", "throttled"}, kStart, {}});
  EXPECT_TRUE(restored(3).calls.at(0).was_given_up);
  EXPECT_EQ(restored(3).calls.at(0).launches, std::vector<int>{2});
}

TEST_F(Journal, a_call_of_which_nobody_knows_what_it_started_is_only_looked_for_later) {
  add(-1, start_call(1, {0, 1}));
  const journal::Ended unknown{{VerdictKind::kUnknown, 125, "", "", true}, kStart, {}};
  add(0, unknown);
  auto call = restored(2).calls.at(0);
  EXPECT_TRUE(call.was_given_up);
  EXPECT_EQ(call.launches, (std::vector<int>{0, 1}));
  add(-1, start_call(2, {0, 1}));
  EXPECT_FALSE(restored(2).calls.at(0).was_given_up);
  // An interrupted run starts nothing: by its token it learns at once what is to be stopped.
  add(-1, journal::Interrupted{130});
  add(0, unknown);
  EXPECT_FALSE(restored(2).calls.at(0).was_given_up);
}

TEST_F(Journal, a_task_that_nobody_asked_for_is_to_be_stopped_until_its_stop_was_taken) {
  add(-1, start_call(1, {0}));
  add(0, journal::Surplus{1, "arn/1"});
  add(0, journal::Surplus{1, "arn/2"});
  add(0, journal::SurplusStopped{"arn/1"});
  const auto made = restored(1);
  ASSERT_EQ(made.surplus.size(), 1U);
  EXPECT_EQ(made.surplus[0].launch, 0);
  EXPECT_EQ(made.surplus[0].task_arn, "arn/2");
  EXPECT_EQ(made.calls.size(), 1U) << "the launch itself has none by that";
}

TEST_F(Journal, what_has_a_task_or_an_end_leaves_no_call_behind) {
  add(-1, start_call(1, {0, 1, 2}));
  add(0, journal::Started{1, "arn/0", ago(1s)});
  add(1, journal::Started{1, "arn/1", ago(1s)});
  add(2, journal::Ended{{VerdictKind::kNeverStarted, 125, "", "ATTRIBUTE"}, kStart, {}});
  const auto made = restored(3);
  EXPECT_TRUE(made.calls.empty());
  ASSERT_TRUE(made.launches[2].ended);
  EXPECT_EQ(made.launches[2].ended->verdict.words, "ATTRIBUTE");
}

TEST_F(Journal, the_task_is_as_last_seen_and_running_counts_from_the_first_look_that_shows_it) {
  add(-1, start_call(1, {0}, 10min));
  add(0, journal::Started{1, "arn", ago(9min)});
  add(0, journal::Observed{task("arn", "PENDING"), ago(8min)});
  add(0, journal::Observed{task("arn", "RUNNING"), ago(7min)});
  add(0, journal::Observed{task("arn", "STOPPED"), ago(6min)});
  add(0, journal::StopCall{OurStop::kCancel, "r"});
  const auto launch = restored(1).launches[0];
  EXPECT_EQ(launch.task.last_status, "STOPPED");
  EXPECT_EQ(launch.since_first_call, Duration(10min));
  EXPECT_EQ(launch.since_started, Duration(9min));
  EXPECT_EQ(launch.since_running, Duration(7min));
  EXPECT_EQ(launch.our_stop, OurStop::kCancel);
}

TEST_F(Journal, after_a_boot_nobody_knows_how_long_ecs_has_had_to_show_the_task) {
  add(-1, start_call(1, {0}, 10min));
  auto before = ago(9min);
  before.boot = "the one before";
  add(0, journal::Started{1, "arn", before});
  EXPECT_EQ(restored(1).launches[0].since_started, Duration(0));
}

TEST_F(Journal, after_a_retry_the_launch_has_no_task_and_the_old_one_is_forgotten) {
  add(-1, start_call(1, {0}, 10min));
  add(0, journal::Started{1, "arn/old", ago(9min)});
  add(0, journal::Observed{task("arn/old", "RUNNING"), ago(7min)});
  add(0, journal::Retry{"arn/old", "Spot", true});
  EXPECT_TRUE(restored(1).launches[0].task_arn.empty());
  EXPECT_EQ(restored(1).launches[0].spot_retries, 1);
  add(-1, start_call(2, {0}, 5min));
  add(0, journal::Observed{task("arn/old", "STOPPED"), ago(4min)});
  EXPECT_EQ(restored(1).calls.size(), 1U);
  add(0, journal::Started{2, "arn/new", ago(4min)});
  const auto launch = restored(1).launches[0];
  EXPECT_EQ(launch.task_arn, "arn/new");
  EXPECT_TRUE(launch.task.last_status.empty());
  EXPECT_FALSE(launch.since_running);
  EXPECT_EQ(launch.since_first_call, Duration(5min));
}

TEST_F(Journal, what_was_left_running_is_not_over) {
  add(-1, start_call(1, {0}));
  add(0, journal::Started{1, "arn", ago(1s)});
  add(0, journal::Ended{{VerdictKind::kDetached, 0, "", ""}, kStart, {}});
  add(-1, journal::Interrupted{130});
  EXPECT_FALSE(restored(1).launches[0].ended);
  EXPECT_EQ(restored(1).interrupted_by, 130);
  EXPECT_EQ(restored(1).interrupted_why, OurStop::kInterrupt);
  add(0, journal::Ended{{VerdictKind::kInterrupted, 130, "", "", true}, kStart, {}});
  EXPECT_FALSE(restored(1).launches[0].ended);
}

TEST(ClockReading, time_is_taken_from_the_boot_clock_else_from_the_wall_clock_if_it_makes_sense) {
  const ClockReading then{kStart, "a", 10s};
  EXPECT_EQ(time_between(then, {kStart - 1h, "a", 15s}), Duration(5s));
  EXPECT_EQ(time_between(then, {kStart + 1h, "b", 15s}), Duration(1h));
  EXPECT_EQ(time_between(then, {kStart + 1h, "", 15s}), Duration(1h));
  EXPECT_FALSE(time_between(then, {kStart - 1s, "b", 15s}));
}

}  // namespace
}  // namespace runtask::run
