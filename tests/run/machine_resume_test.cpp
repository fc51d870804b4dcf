#include <gtest/gtest.h>

#include "run/machinery.h"

// Going on with a run that another process began.

namespace runtask::run {
namespace {

using namespace std::chrono_literals;

Restored restored(int launches) {
  Restored made;
  made.launches.resize(static_cast<std::size_t>(launches));
  return made;
}

TEST(MachineResume, goes_on_where_each_launch_was) {
  auto from = restored(4);
  from.last_call = 6;
  from.launches[0].ended = journal::Ended{{VerdictKind::kSucceeded, 0, "main", ""}, {}, {}};
  from.launches[1].task_arn = arn(1);
  from.launches[1].task = task(1, "RUNNING");
  from.launches[2].was_tried = true;
  UnresolvedCall call;
  call.call = {5, {2}, "token", "run/5", true, {}, ""};
  call.launches = {2};
  call.age = 1min;
  from.calls.push_back(call);
  Machinery run(Machinery::plan(4), {}, from);
  EXPECT_EQ(run.take<FollowLogs>().at(0).task_arn, arn(1));
  const auto calls = run.take<CallRunTask>();
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].token, "token");
  EXPECT_FALSE(calls[0].is_first);
  EXPECT_EQ(calls[1].launches, std::vector<int>{3});
  EXPECT_EQ(calls[1].call, 7);
  EXPECT_EQ(run.take<CallDescribe>().at(0).task_arns, std::vector<std::string>{arn(1)});
  EXPECT_TRUE(run.take<LaunchEnded>().empty());
}

TEST(MachineResume, of_a_call_that_is_too_old_or_of_doubtful_age_the_tasks_are_looked_for) {
  for (const auto age : {std::optional<Duration>(kTokenSure), std::optional<Duration>()}) {
    auto from = restored(1);
    UnresolvedCall call;
    call.call = {1, {0}, "token", "run/1", true, {}, ""};
    call.launches = {0};
    call.age = age;
    from.calls.push_back(call);
    Machinery run(Machinery::plan(1), {}, from);
    EXPECT_TRUE(run.take<CallRunTask>().empty());
    EXPECT_EQ(run.take<CallFind>().size(), 1U);
  }
}

// It had been skipped for another's failure, and that other one has ended well after all.
TEST(MachineResume, what_was_skipped_keeps_what_follows_from_starting) {
  for (const auto given_up : {VerdictKind::kSkipped, VerdictKind::kCancelled}) {
    auto from = restored(3);
    from.launches[0].task_arn = arn(0);
    from.launches[1].ended = journal::Ended{{given_up, kExitCouldNotRun, "", ""}, {}, {}};
    Policy policy;
    policy.max_parallel = 1;
    Machinery run(Machinery::plan(3), policy, from);
    run.finish(0, 0);
    EXPECT_TRUE(run.take<CallRunTask>().empty());
    EXPECT_EQ(run.verdict(2), "skipped");
    EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, kExitCouldNotRun);
  }
}

TEST(MachineResume, a_journalled_stop_of_the_task_is_its_verdict_even_when_ecs_has_forgotten_it) {
  auto from = restored(1);
  from.launches[0].task_arn = arn(0);
  from.launches[0].task = stopped(0, 7);
  Machinery run(Machinery::plan(1), {}, from);
  run.feed(LogsDrained{0});
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 7);
}

TEST(MachineResume, exit_codes_that_were_seen_decide_when_ecs_has_forgotten_the_task) {
  auto from = restored(1);
  from.launches[0].task_arn = arn(0);
  from.launches[0].task = stopped(0, 7);
  from.launches[0].task.last_status = "DEPROVISIONING";
  Machinery run(Machinery::plan(1), {}, from);
  for (int i = 0; i < 90; ++i) {
    run.pass(1s);
    run.see_nothing_of(0);
  }
  run.feed(LogsDrained{0});
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 7);
}

TEST(MachineResume, what_an_interrupt_kept_from_starting_is_no_success) {
  Policy policy;
  policy.detach_on_interrupt = true;
  auto from = restored(2);
  from.interrupted_by = kExitInterrupted;
  from.launches[0].task_arn = arn(0);
  from.launches[0].task = task(0, "RUNNING");
  Machinery run(Machinery::plan(2), policy, from);
  EXPECT_TRUE(run.take<CallStop>().empty());
  EXPECT_TRUE(run.take<CallRunTask>().empty());
  run.finish(0, 0);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, kExitInterrupted);
}

TEST(MachineResume, an_interrupted_run_starts_nothing_and_stops_what_runs) {
  auto from = restored(2);
  from.interrupted_by = kExitTerminated;
  from.launches[0].task_arn = arn(0);
  from.launches[0].task = task(0, "RUNNING");
  Machinery run(Machinery::plan(2), {}, from);
  EXPECT_EQ(run.take<CallStop>().size(), 1U);
  EXPECT_TRUE(run.take<CallRunTask>().empty());
  EXPECT_EQ(run.verdict(1), "skipped");
}

TEST(MachineResume, who_goes_on_with_the_run_stops_what_nobody_asked_for) {
  Restored restored;
  restored.launches.resize(1);
  restored.launches[0].was_tried = true;
  restored.launches[0].ended =
      journal::Ended{{VerdictKind::kSucceeded, 0, "main", "", false}, {}, {}};
  restored.surplus.push_back({0, arn(1)});
  Machinery run(Machinery::plan_of_same(1), {}, restored);
  EXPECT_EQ(run.take<CallStop>().at(0).task_arn, arn(1));
  EXPECT_FALSE(run.machine.is_done());
  run.feed(StopTaken{0, arn(1)});
  EXPECT_TRUE(run.machine.is_done());
  EXPECT_EQ(run.machine.exit_code(), 0);
}

UnresolvedCall lost_call(Duration age) {
  UnresolvedCall call;
  call.call = {1, {0}, "token", "run/1", true, {}, ""};
  call.launches = {0};
  call.age = age;
  return call;
}

TEST(MachineResume, who_is_to_stop_the_run_sends_no_start_that_may_be_the_first) {
  auto from = restored(2);
  from.launches[0].was_tried = true;
  from.calls.push_back(lost_call(1s));
  Machinery run(Machinery::plan(2), {},
                Resume{from, Interrupted{kExitTerminated, OurStop::kRunsStop}});
  EXPECT_TRUE(run.take<CallRunTask>().empty());
  ASSERT_EQ(run.take<CallFind>().size(), 1U);
  EXPECT_EQ(run.verdict(1), "skipped");
  run.feed(Found{1, {task(0, "RUNNING")}});
  const auto stops = run.take<CallStop>();
  ASSERT_EQ(stops.size(), 1U);
  EXPECT_EQ(stops[0].reason, "runtask: runs stop");
  run.see(stopped(0, 143, "UserInitiated"));
  run.feed(LogsDrained{0});
  EXPECT_EQ(run.launch(0).verdict.words, "stopped by runtask runs stop");
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, kExitTerminated);
  EXPECT_TRUE(run.take<CallRunTask>().empty());
}

TEST(MachineResume, a_lost_start_is_not_sent_again_after_start_timeout) {
  for (const auto age : {5s, 20s}) {
    Policy policy;
    policy.start_timeout = 10s;
    auto from = restored(1);
    from.launches[0].was_tried = true;
    from.launches[0].since_first_call = age;
    from.calls.push_back(lost_call(age));
    Machinery run(Machinery::plan(1), policy, from);
    EXPECT_EQ(run.take<CallRunTask>().size(), age < policy.start_timeout ? 1U : 0U);
    EXPECT_EQ(run.take<CallFind>().size(), age < policy.start_timeout ? 0U : 1U);
  }
}

TEST(MachineResume, what_has_come_up_meanwhile_is_looked_at_before_start_timeout_counts) {
  for (const bool is_running : {true, false}) {
    Policy policy;
    policy.start_timeout = 10s;
    auto from = restored(1);
    from.launches[0].was_tried = true;
    from.launches[0].since_first_call = from.launches[0].since_started = 1h;
    from.launches[0].task_arn = arn(0);
    from.launches[0].task = task(0, "PENDING");
    Machinery run(Machinery::plan(1), policy, from);
    EXPECT_EQ(run.take<CallDescribe>().size(), 1U);
    EXPECT_TRUE(run.take<CallStop>().empty());
    run.see(task(0, is_running ? "RUNNING" : "PENDING"));
    EXPECT_EQ(run.take<CallStop>().size(), is_running ? 0U : 1U);
  }
}

TEST(MachineResume, after_a_failure_a_lost_start_is_only_looked_for) {
  for (const auto after :
       {AfterFailure::kFinishRunning, AfterFailure::kFailFast, AfterFailure::kKeepGoing}) {
    Policy policy;
    policy.after_failure = after;
    auto from = restored(2);
    from.launches[0].was_tried = true;
    from.calls.push_back(lost_call(1s));
    from.launches[1].ended = journal::Ended{{VerdictKind::kFailed, 7, "main", "", false}, {}, {}};
    Machinery run(Machinery::plan(2), policy, from);
    const bool goes_on = after == AfterFailure::kKeepGoing;
    EXPECT_EQ(run.take<CallRunTask>().size(), goes_on ? 1U : 0U);
    EXPECT_EQ(run.take<CallFind>().size(), goes_on ? 0U : 1U);
  }
}

TEST(MachineResume, who_goes_on_after_the_start_timeout_starts_no_other_task_and_says_why) {
  Policy policy;
  policy.start_timeout = 1min;
  Restored restored;
  restored.launches.resize(1);
  restored.launches[0].was_tried = true;
  restored.launches[0].refusals = 1;
  restored.launches[0].since_first_call = 2min;
  restored.launches[0].verdict_before = {VerdictKind::kNeverStarted, 125, {}, "no network"};
  Machinery run(Machinery::plan(1), policy, restored);
  run.pass(1min);
  EXPECT_TRUE(run.take<CallRunTask>().empty());
  EXPECT_EQ(run.verdict(), "never_started");
  EXPECT_EQ(run.launch(0).verdict.words,
            "no network; not tried again: --start-timeout would be over");
}

}  // namespace
}  // namespace runtask::run
