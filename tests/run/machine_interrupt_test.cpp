#include <gtest/gtest.h>

#include "run/machinery.h"

// Signals and failures of other launches: what they stop, what they start no more, and what is said
// of it.

namespace runtask::run {
namespace {

using namespace std::chrono_literals;

TEST(MachineInterrupt,
     an_interrupt_stops_everything_alive_at_once_and_exits_with_the_signals_code) {
  for (const int code : {kExitInterrupted, kExitTerminated}) {
    Policy policy;
    policy.max_parallel = 2;
    Machinery run(3, policy);
    run.start(0);
    run.start(1);
    run.feed(Interrupted{code});
    EXPECT_EQ(run.take<CallStop>().size(), 2U);
    EXPECT_EQ(run.verdict(2), "skipped");
    for (const int launch : {0, 1}) {
      run.see(stopped(launch, 143, "UserInitiated"));
      run.feed(LogsDrained{launch});
    }
    EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, code);
    EXPECT_EQ(run.verdict(), "interrupted");
  }
}

TEST(MachineInterrupt, a_hang_up_is_no_sigterm_but_has_its_exit_code) {
  Machinery run(1);
  run.start(0);
  run.feed(Interrupted{kExitTerminated, OurStop::kHangUp});
  EXPECT_EQ(run.take<CallStop>().at(0).reason, "runtask: interrupted by a hang-up (SIGHUP)");
  std::optional<journal::Interrupted> kept;
  for (const auto& keep : run.take<Keep>())
    if (const auto* it = std::get_if<journal::Interrupted>(&keep.record)) kept = *it;
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->why, OurStop::kHangUp);
  run.see(stopped(0, 143, "UserInitiated"));
  run.feed(LogsDrained{0});
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, kExitTerminated);
  EXPECT_EQ(run.launch(0).verdict.words, "stopped by a hang-up (SIGHUP)");
}

TEST(MachineInterrupt, an_interrupt_ends_the_run_within_8_s_and_says_what_may_still_run) {
  Machinery run(1);
  run.start(0);
  run.feed(Interrupted{kExitInterrupted});
  run.pass(7999ms);
  EXPECT_FALSE(run.machine.is_done());
  run.pass(1ms);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 130);
  EXPECT_NE(run.launch(0).verdict.words.find("may still run"), std::string::npos);
  EXPECT_TRUE(is_left_running(run.launch(0).verdict));
}

TEST(MachineInterrupt, an_interrupt_while_starting_stops_the_task_once_its_name_is_known) {
  Machinery run(1);
  run.feed(Interrupted{kExitInterrupted});
  EXPECT_TRUE(run.take<CallStop>().empty());
  run.start(0);
  EXPECT_EQ(run.take<CallStop>().at(0).task_arn, arn(0));
}

// Asked for by RunTask it might be started by just that.
TEST(MachineInterrupt, an_interrupt_after_a_lost_reply_looks_for_the_task_to_stop_it) {
  for (const bool is_under_way : {false, true}) {
    Machinery run(1);
    run.finds_nothing = false;
    if (!is_under_way) run.fail_start(0, Code::kTimeout, "no reply", true);
    run.take<CallRunTask>();
    run.feed(Interrupted{kExitInterrupted});
    if (is_under_way) run.fail_start(0, Code::kTimeout, "no reply", true);
    EXPECT_TRUE(run.take<CallRunTask>().empty());
    EXPECT_EQ(run.take<CallFind>().size(), 1U);
    run.feed(Found{1, {task(0, "")}});
    EXPECT_EQ(run.take<CallStop>().size(), 1U);
  }
}

TEST(MachineInterrupt, an_interrupt_after_a_lost_reply_starts_nothing_and_says_what_may_run) {
  Machinery run(1);
  run.fail_start(0, Code::kTimeout, "no reply", true);
  run.take<CallRunTask>();
  run.feed(Interrupted{kExitInterrupted});
  run.pass(Policy().interrupt_patience);
  EXPECT_TRUE(run.take<CallRunTask>().empty());
  EXPECT_GE(run.take<CallFind>().size(), 3U);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 130);
  EXPECT_TRUE(run.launch(0).verdict.may_still_run);
}

TEST(MachineInterrupt, an_interrupt_withdraws_what_has_not_gone_out) {
  for (const bool detaches : {false, true}) {
    Policy policy;
    policy.detach_on_interrupt = detaches;
    Machinery run(2, policy);
    run.start(0);
    run.feed(Interrupted{kExitInterrupted});
    ASSERT_EQ(run.take<WithdrawStart>().size(), 1U);
    run.feed(StartWithdrawn{run.launch(1).call});
    EXPECT_EQ(run.verdict(1), "skipped");
    EXPECT_FALSE(run.launch(1).verdict.may_still_run);
    EXPECT_TRUE(run.take<CallFind>().empty());
  }
}

// That it does not go out once more says nothing of the time that it was lost.
TEST(MachineInterrupt, a_lost_start_that_is_withdrawn_is_looked_for) {
  Machinery run(1);
  run.finds_nothing = false;
  run.fail_start(0, Code::kTimeout, "no reply", true);
  run.pass(10s);
  ASSERT_EQ(run.take<CallRunTask>().size(), 2U);
  run.feed(Interrupted{kExitInterrupted});
  ASSERT_EQ(run.take<WithdrawStart>().size(), 1U);
  run.feed(StartWithdrawn{run.launch(0).call});
  EXPECT_EQ(run.take<CallFind>().size(), 1U);
  run.feed(Found{1, {task(0, "")}});
  EXPECT_EQ(run.take<CallStop>().size(), 1U);
}

TEST(MachineInterrupt, a_start_is_withdrawn_only_when_none_of_its_launches_is_wanted) {
  Policy policy;
  policy.max_parallel = 3;
  policy.after_failure = AfterFailure::kFailFast;
  Machinery run(Machinery::plan_of_same(12), policy);
  // The first StartCall is for as many as there may be at a time.
  run.feed(Started{1, {task(0, "PENDING")}, {}});
  EXPECT_TRUE(run.take<WithdrawStart>().empty());
  run.finish(0, 1);
  EXPECT_TRUE(run.take<WithdrawStart>().empty()) << "it is looked for, not under way";
  run.pass(Policy().lists_lag);
  EXPECT_EQ(run.verdict(1), "skipped");
  EXPECT_EQ(run.verdict(2), "skipped");
}

TEST(MachineInterrupt, an_interrupt_of_a_launch_that_was_only_refused_starts_nothing_more) {
  for (const auto lag : {0s, 60s}) {
    Policy policy;
    policy.lists_lag = lag;
    Machinery run(1, policy);
    run.refuse(0, {"arn", "AGENT", ""});
    run.take<CallRunTask>();
    run.feed(Interrupted{kExitInterrupted});
    run.pass(Policy().interrupt_patience);
    EXPECT_TRUE(run.take<CallRunTask>().empty());
    EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 130);
    // As long as the lists may be late nobody can say that nothing runs.
    EXPECT_EQ(is_left_running(run.launch(0).verdict), lag != 0s);
  }
}

TEST(MachineInterrupt, an_interrupt_may_leave_the_tasks_running) {
  Policy policy;
  policy.detach_on_interrupt = true;
  Machinery run(2, policy);
  run.start(0);
  run.feed(Interrupted{kExitInterrupted});
  EXPECT_EQ(run.verdict(0), "detached");
  EXPECT_FALSE(run.machine.is_done());  // The other one is just being started.
  run.start(1);
  EXPECT_TRUE(run.take<CallStop>().empty());
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 130);
}

TEST(MachineInterrupt, an_interrupt_that_finds_no_stop_says_why) {
  Machinery run(1);
  run.start(0);
  run.see(task(0, "RUNNING"));
  run.feed(Interrupted{kExitInterrupted});
  run.feed(StopFailed{0, arn(0), Code::kUnavailable, "ServerException"});
  run.pass(8s);
  EXPECT_EQ(run.verdict(), "interrupted");
  EXPECT_NE(run.launch(0).verdict.words.find("; StopTask failed: ServerException"),
            std::string::npos);
}

TEST(MachineInterrupt, of_a_task_that_may_not_be_stopped_at_start_timeout_nobody_knows) {
  Policy policy;
  policy.start_timeout = 10s;
  Machinery run(1, policy);
  run.start(0);
  for (const auto wait : {10s, 2s}) {  // The first look was sent before the limit.
    run.pass(wait);
    run.see(task(0, "PENDING"));
  }
  ASSERT_EQ(run.take<CallStop>().size(), 1U);
  run.deny_stop(0);
  run.pass(kStopDeniedLook);
  EXPECT_EQ(run.verdict(), "unknown") << "it may come up yet";
  EXPECT_NE(run.launch(0).verdict.words.find("may not be stopped"), std::string::npos);
  EXPECT_TRUE(run.launch(0).verdict.may_still_run);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, kExitCouldNotRun);
}

TEST(MachineInterrupt, a_stop_that_nobody_answers_is_said) {
  for (const bool is_answered : {false, true}) {
    Machinery run(1);
    run.start(0);
    run.see(task(0, "RUNNING"));
    run.feed(Interrupted{kExitInterrupted});
    if (is_answered) run.feed(StopTaken{0, arn(0)});
    run.pass(8s);
    EXPECT_EQ(run.launch(0).verdict.words.find("; StopTask got no answer") == std::string::npos,
              is_answered);
  }
}

// ---- Another launch's failure

TEST(MachineFailure, a_start_whose_outcome_is_unknown_is_then_only_looked_for) {
  Machinery run(2);
  run.finds_nothing = false;
  run.start(1);
  run.fail_start(0, Code::kTimeout, "no reply", true);
  run.take<CallRunTask>();
  run.finish(1, 7);
  run.pass(5s);
  EXPECT_TRUE(run.take<CallRunTask>().empty());
  ASSERT_GE(run.take<CallFind>().size(), 1U);
  run.feed(Found{run.launch(0).call, {task(0, "RUNNING")}});
  EXPECT_TRUE(run.take<CallStop>().empty()) << "what runs ends by itself";
  run.finish(0, 0);
  EXPECT_EQ(run.verdict(0), "succeeded");
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 7);
}

TEST(MachineFailure, a_start_that_is_not_sent_yet_is_withdrawn) {
  Machinery run(2);
  run.start(1);
  run.finish(1, 7);
  ASSERT_EQ(run.take<WithdrawStart>().size(), 1U);
  run.feed(StartWithdrawn{run.launch(0).call});
  EXPECT_EQ(run.verdict(0), "skipped");
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 7);
}

TEST(MachineFailure, a_refused_start_is_not_made_again) {
  Machinery run(2);
  run.start(1);
  run.take<CallRunTask>();
  run.refuse(0, {"arn", "RESOURCE:MEMORY", ""});
  run.finish(1, 7);
  run.pass(2min);
  EXPECT_TRUE(run.take<CallRunTask>().empty());
  EXPECT_EQ(run.verdict(0), "skipped");
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 7);
}

TEST(MachineFailure, no_other_task_follows_one_that_spot_took) {
  Policy policy;
  policy.retry_on_spot = 3;
  Machinery run(2, policy);
  run.start(0);
  run.start(1);
  run.take<CallRunTask>();
  run.see(stopped(0, {}, "SpotInterruption"));
  run.finish(1, 7);
  run.feed(LogsDrained{0});
  run.pass(1min);
  EXPECT_TRUE(run.take<CallRunTask>().empty());
  EXPECT_EQ(run.verdict(0), "infrastructure");
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, kExitCouldNotRun);
}

// Its log is read, or the pause before the next task goes on.
TEST(MachineInterrupt, work_that_spot_broke_off_and_that_is_not_taken_up_again_was_interrupted) {
  for (const bool is_drained : {false, true}) {
    Policy policy;
    policy.retry_on_spot = 3;
    Machinery run(1, policy);
    run.start(0, task(0, "RUNNING"));
    (void)run.take<CallRunTask>();
    run.see(stopped(0, 143, "SpotInterruption"));
    if (is_drained) run.feed(LogsDrained{0});
    run.feed(Interrupted{kExitInterrupted});
    if (!is_drained) run.feed(LogsDrained{0});
    run.pass(1min);
    EXPECT_TRUE(run.take<CallRunTask>().empty());
    EXPECT_EQ(run.verdict(), "interrupted");
    EXPECT_EQ(run.launch(0).verdict.words,
              "interrupted by Spot; not started again: interrupted by Ctrl-C");
    EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, kExitInterrupted);
  }
}

TEST(MachineInterrupt, so_was_work_whose_next_start_was_given_up) {
  Policy policy;
  policy.retry_on_spot = 3;
  Machinery run(1, policy);
  run.start(0, task(0, "RUNNING"));
  run.see(stopped(0, 143, "SpotInterruption"));
  run.feed(LogsDrained{0});
  run.pass(2s);
  run.feed(Interrupted{kExitTerminated});
  ASSERT_EQ(run.take<WithdrawStart>().size(), 1U);
  run.feed(StartWithdrawn{run.launch(0).call});
  EXPECT_EQ(run.verdict(), "interrupted");
  EXPECT_EQ(run.launch(0).verdict.words,
            "interrupted by Spot, and not started again: given up before it started");
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, kExitTerminated);
}

TEST(MachineInterrupt, of_a_start_that_is_refused_for_now_after_it_nothing_is_said_to_have_failed) {
  Machinery run(1);
  run.feed(Interrupted{kExitTerminated});
  run.fail_start(0, Code::kThrottled, "Rate exceeded", false);
  EXPECT_EQ(run.verdict(), "skipped");
  EXPECT_EQ(run.launch(0).verdict.words, "given up before it started; Rate exceeded");
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, kExitTerminated);
}

}  // namespace
}  // namespace runtask::run
