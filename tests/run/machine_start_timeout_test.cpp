#include <gtest/gtest.h>

#include "run/machinery.h"

// From the first RunTask to RUNNING.
namespace runtask::run {
namespace {

using namespace std::chrono_literals;

TEST(MachineStartTimeout, starts_are_given_up_at_the_start_timeout) {
  Policy policy;
  policy.retries = 1000;
  policy.start_timeout = 60s;
  Machinery run(1, policy);
  const auto begin = run.now;
  while (!run.machine.is_done() && run.now < begin + 1h) {
    if (!run.take<CallRunTask>().empty()) run.refuse(0, {"arn", "AGENT", ""});
    run.pass(1s);
  }
  EXPECT_EQ(run.verdict(), "never_started");
  EXPECT_LE(run.now - begin, 60s + kBackoffLongest + 1s);
}

TEST(MachineStartTimeout, a_task_that_does_not_get_to_running_is_stopped_at_the_start_timeout) {
  Policy policy;
  policy.start_timeout = 60s;
  Machinery run(1, policy);
  run.start(0);
  run.pass(59s);
  EXPECT_TRUE(run.take<CallStop>().empty());
  run.pass(1s);
  run.see(task(0, "PENDING"));  // As of a look that was sent before.
  EXPECT_TRUE(run.take<CallStop>().empty());
  run.pass(2s);
  run.see(task(0, "PENDING"));
  EXPECT_EQ(run.take<CallStop>().size(), 1U);
  run.see(stopped(0, {}, "UserInitiated"));
  run.feed(LogsDrained{0});
  EXPECT_EQ(run.verdict(), "never_started");
}

TEST(MachineStartTimeout,
     a_task_is_not_stopped_at_the_start_timeout_because_nobody_could_see_it_run) {
  Policy policy;
  policy.start_timeout = 60s;
  Machinery run(1, policy);
  run.start(0);
  run.feed(ObserveFailed{Code::kUnavailable, "ServerException", 0});
  run.pass(2min);
  EXPECT_TRUE(run.take<CallStop>().empty());
  run.see(task(0, "RUNNING"));
  run.pass(2min);
  EXPECT_TRUE(run.take<CallStop>().empty());
}

TEST(MachineStartTimeout, nothing_is_started_after_the_start_timeout) {
  Policy policy;
  policy.retries = 1000;
  policy.start_timeout = 10s;
  policy.lists_lag = 0s;
  Machinery run(1, policy);
  const auto begin = run.now;
  while (!run.machine.is_done() && run.now < begin + 1h) {
    if (!run.take<CallRunTask>().empty()) {
      EXPECT_LT(run.now - begin, 10s);
      run.refuse(0, {"arn", "RESOURCE:MEMORY", ""});
    }
    run.pass(100ms);
  }
  EXPECT_EQ(run.verdict(), "never_started");
  EXPECT_LE(run.now - begin, 10s);
}

TEST(MachineStartTimeout, a_start_that_is_tried_until_then_is_withdrawn) {
  for (const bool was_lost : {false, true}) {
    Policy policy;
    policy.start_timeout = 10s;
    Machinery run(1, policy);
    run.finds_nothing = false;
    if (was_lost) {
      run.fail_start(0, Code::kTimeout, "no reply", true);
      run.pass(2s);
    }
    run.pass(5s);
    EXPECT_TRUE(run.take<WithdrawStart>().empty());
    run.pass(5s);
    ASSERT_EQ(run.take<WithdrawStart>().size(), 1U);
    (void)run.take<CallRunTask>();
    if (was_lost) {
      run.feed(StartWithdrawn{run.launch(0).call});
      EXPECT_EQ(run.take<CallFind>().size(), 1U) << "it may run";
    } else {
      run.fail_start(0, Code::kThrottled, "Rate exceeded", false);
      EXPECT_EQ(run.verdict(), "never_started");
      EXPECT_EQ(run.launch(0).verdict.words,
                "Rate exceeded; not tried again: --start-timeout would be over");
      EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 125);
    }
    EXPECT_TRUE(run.take<CallRunTask>().empty());
  }
}

TEST(MachineStartTimeout, the_wait_for_its_rate_does_not_count) {
  for (const bool is_accepted : {false, true}) {
    Policy policy;
    policy.start_timeout = 10s;
    policy.max_parallel = 1;
    Machinery run(2, policy);
    run.sends_at_once = false;
    run.start(0);
    run.finish(0, 0);
    run.pass(1min);
    EXPECT_TRUE(run.take<WithdrawStart>().empty());
    if (is_accepted) {
      run.start(1);
    } else {
      run.feed(StartSent{run.launch(1).call});
    }
    run.pass(9900ms);
    EXPECT_TRUE(run.take<WithdrawStart>().empty());
    run.see(task(1, "PENDING"));
    EXPECT_TRUE(run.take<CallStop>().empty());
    run.pass(1s);
    run.see(task(1, "PENDING"));
    EXPECT_EQ(run.take<CallStop>().size() + run.take<WithdrawStart>().size(), 1U);
  }
}

TEST(MachineStartTimeout, a_search_that_takes_until_the_start_timeout_is_followed_by_no_start) {
  Policy policy;
  policy.start_timeout = 70s;
  Machinery run(1, policy);
  run.finds_nothing = false;
  (void)run.take<CallRunTask>();
  run.refuse(0, {"arn", "RESOURCE:MEMORY", ""});
  run.pass(60s);
  ASSERT_FALSE(run.take<CallFind>().empty());
  run.pass(10s);
  run.feed(Found{run.launch(0).call, {}});
  run.pass(2s);
  run.feed(Found{run.launch(0).call, {}});
  run.pass(1min);
  EXPECT_TRUE(run.take<CallRunTask>().empty());
  EXPECT_EQ(run.verdict(), "never_started");
  EXPECT_NE(run.launch(0).verdict.words.find("RESOURCE:MEMORY; not tried again"), std::string::npos)
      << run.launch(0).verdict.words;
}

}  // namespace
}  // namespace runtask::run
