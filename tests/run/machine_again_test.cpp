#include <gtest/gtest.h>

#include "run/machinery.h"

// Another task of the same launch: after one that Spot took, or that failed to start for a reason
// that passes.
namespace runtask::run {
namespace {

using namespace std::chrono_literals;

ecs::Task failed_for_now(int number) {
  auto failed = stopped(number, {}, "TaskFailedToStart");
  failed.stopped_reason = "Timeout waiting for network interface provisioning to complete.";
  return failed;
}

TEST(MachineAgain, spot_gets_another_task_as_often_as_allowed_and_ends_once) {
  Policy policy;
  policy.retry_on_spot = 1;
  Machinery run(1, policy);
  run.take<CallRunTask>();
  run.start(0);
  run.see(stopped(0, 137, "SpotInterruption"));
  run.feed(LogsDrained{0});
  EXPECT_TRUE(run.take<LaunchEnded>().empty());
  run.pass(2s);
  EXPECT_EQ(run.take<CallRunTask>().size(), 1U);
  run.start(0, task(7, "PENDING"));
  EXPECT_EQ(run.take<FollowLogs>().back().task_arn, arn(7));
  run.see(stopped(0, 0));  // Late news of the first one.
  EXPECT_EQ(run.launch(0).phase, Phase::kWatching);
  run.see(stopped(7, 137, "SpotInterruption"));
  run.feed(LogsDrained{0});
  EXPECT_EQ(run.take<LaunchEnded>().size(), 1U);
  EXPECT_EQ(run.verdict(), "infrastructure");
}

TEST(MachineAgain, a_start_that_failed_for_a_reason_that_passes_is_made_again) {
  Policy policy;
  policy.retries = 1;
  Machinery run(1, policy);
  for (int attempt = 0; attempt < 2; ++attempt) {
    ASSERT_EQ(run.take<CallRunTask>().size(), 1U);
    run.start(0, task(attempt, "PENDING"));
    auto failed = stopped(attempt, {}, "TaskFailedToStart");
    failed.stopped_reason = "Timeout waiting for network interface provisioning to complete.";
    run.see(failed);
    run.feed(LogsDrained{0});
    run.pass(5s);
  }
  EXPECT_EQ(run.verdict(), "never_started");
  EXPECT_TRUE(run.take<CallRunTask>().empty());
}

TEST(MachineAgain, what_was_seen_running_or_has_written_is_not_started_again) {
  enum class Proof { kSeenRunning, kEarlyLine, kLateLine };
  for (const auto by : {Proof::kSeenRunning, Proof::kEarlyLine, Proof::kLateLine}) {
    Policy policy;
    policy.retries = 1;
    Machinery run(1, policy);
    (void)run.take<CallRunTask>();
    run.start(0, task(0, "PENDING"));
    auto pending = task(0, "PENDING");
    pending.containers.emplace_back().name = "side";
    pending.containers.back().last_status = by == Proof::kSeenRunning ? "RUNNING" : "PENDING";
    run.see(pending);
    if (by == Proof::kEarlyLine) run.feed(HasWritten{0});
    auto failed = stopped(0, {}, "TaskFailedToStart");
    failed.stopped_reason = "Timeout waiting for network interface provisioning to complete.";
    run.see(failed);
    if (by == Proof::kLateLine) run.feed(HasWritten{0});
    run.feed(LogsDrained{0});
    run.pass(10s);
    EXPECT_TRUE(run.take<CallRunTask>().empty());
    EXPECT_EQ(run.verdict(), "failed");
    EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 125);
  }
}

TEST(MachineAgain, what_has_written_has_run_also_when_its_log_is_read_no_further) {
  Machinery run(1);
  run.start(0);
  auto failed = stopped(0, {}, "TaskFailedToStart");
  failed.stopped_reason = "CannotPullContainerError: no such image";
  run.see(failed);
  EXPECT_EQ(run.verdict(), "never_started");
  run.feed(HasWritten{0});
  run.feed(Interrupted{kExitInterrupted});
  run.pass(8s);
  EXPECT_TRUE(run.machine.is_done());
  EXPECT_EQ(run.verdict(), "failed");
}

TEST(MachineAgain, a_failure_to_start_of_what_has_written_is_a_failure_for_the_others_too) {
  Policy policy;
  policy.retries = 1;
  policy.after_failure = AfterFailure::kFailFast;
  Machinery run(2, policy);
  run.start(0);
  run.start(1);
  auto failed = stopped(0, {}, "TaskFailedToStart");
  failed.stopped_reason = "Timeout waiting for network interface provisioning to complete.";
  run.see(failed);
  EXPECT_TRUE(run.take<CallStop>().empty()) << "it would be started again";
  run.feed(HasWritten{0});
  EXPECT_EQ(run.take<CallStop>().size(), 1U);
}

TEST(MachineAgain, a_launch_that_spot_took_and_that_is_not_started_again_did_start) {
  Policy policy;
  policy.retry_on_spot = 1;
  Machinery run(1, policy);
  (void)run.take<CallRunTask>();
  run.start(0, task(0, "RUNNING"));
  run.see(stopped(0, 143, "SpotInterruption"));
  run.feed(LogsDrained{0});
  run.pass(10s);
  const auto again = run.take<CallRunTask>();
  ASSERT_EQ(again.size(), 1U);
  run.feed(StartFailed{again[0].call, Code::kDenied, "not authorized", false});
  EXPECT_EQ(run.verdict(), "infrastructure");
  EXPECT_EQ(run.launch(0).task_before, arn(0));
  EXPECT_NE(run.launch(0).verdict.words.find("not authorized"), std::string::npos);
}

TEST(MachineAgain, no_other_task_is_started_after_the_start_timeout) {
  // The time runs out while the log is read, or during the pause, or while the process sleeps.
  enum class During { kDrain, kPause, kSleep };
  for (const auto during : {During::kDrain, During::kPause, During::kSleep}) {
    Policy policy;
    policy.start_timeout = 10s;
    Machinery run(1, policy);
    run.start(0);
    (void)run.take<CallRunTask>();
    run.pass(during == During::kPause ? 9900ms : 5000ms);
    run.see(failed_for_now(0));
    EXPECT_EQ(run.launch(0).again, LaunchState::Again::kStartFailed);
    if (during == During::kDrain) run.pass(6s);
    run.feed(LogsDrained{0});
    if (during == During::kSleep) {
      EXPECT_EQ(run.launch(0).phase, Phase::kBackoff);
      run.now += 1h;
      run.feed(Tick{});
    }
    run.pass(20s);
    EXPECT_TRUE(run.take<CallRunTask>().empty());
    EXPECT_EQ(run.verdict(), "never_started");
    EXPECT_EQ(run.launch(0).verdict.words,
              "Timeout waiting for network interface provisioning to complete.; not tried again: "
              "--start-timeout would be over");
    const bool said_again = during == During::kSleep;
    EXPECT_EQ(run.take<Say>().size(), said_again ? 1U : 0U);
    EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 125);
  }
}

TEST(MachineAgain, what_follows_a_task_that_spot_took_never_makes_it_a_launch_that_never_started) {
  Policy policy;
  policy.retry_on_spot = 1;
  policy.retries = 0;
  Machinery run(1, policy);
  run.start(0, task(0, "RUNNING"));
  run.see(stopped(0, 143, "SpotInterruption"));
  run.feed(LogsDrained{0});
  run.pass(10s);
  run.start(0, task(7, "PENDING"));
  run.see(failed_for_now(7));
  run.feed(LogsDrained{0});
  EXPECT_EQ(run.verdict(), "infrastructure");
  EXPECT_EQ(
      run.launch(0).verdict.words,
      "interrupted by Spot (" + arn(0) +
          "); the next task: Timeout waiting for network interface provisioning to complete.");
}

}  // namespace
}  // namespace runtask::run
