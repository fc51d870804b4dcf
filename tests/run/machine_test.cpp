#include "run/machine.h"

#include <gtest/gtest.h>

#include "run/machinery.h"

namespace runtask::run {
namespace {

using namespace std::chrono_literals;

TEST(Machine, a_short_task_that_was_never_seen_running_is_judged_by_its_code) {
  Machinery run(1);
  EXPECT_EQ(run.take<CallRunTask>().size(), 1U);
  run.start(0);
  run.see(stopped(0, 7));
  EXPECT_EQ(run.take<DrainLogs>().back().container, "");
  EXPECT_TRUE(run.take<RunEnded>().empty());  // Its log comes first.
  run.feed(LogsDrained{0});
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 7);
}

TEST(Machine, refusals_that_may_pass_are_retried_with_a_growing_pause_and_counted) {
  Policy policy;
  policy.retries = 3;
  policy.lists_lag = 0s;
  Machinery run(1, policy);
  Duration before{};
  for (int attempt = 1; attempt <= 3; ++attempt) {
    ASSERT_EQ(run.take<CallRunTask>().size(), 1U) << attempt;
    run.refuse(0, {"arn", "RESOURCE:MEMORY", ""});
    const auto pause = *run.machine.wake_at() - run.now;
    EXPECT_GE(pause, kBackoffFirst * (1 << (attempt - 1)) / 2);
    EXPECT_LE(pause, kBackoffFirst * (1 << (attempt - 1)));
    EXPECT_GT(pause, before / 2);
    before = pause;
    run.pass(pause);
  }
  run.refuse(0, {"arn", "RESOURCE:MEMORY", "no room"});
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 125);
  EXPECT_EQ(run.verdict(), "never_started");
  EXPECT_EQ(run.launch(0).verdict.words, "RESOURCE:MEMORY: no room");
}

TEST(Machine, errors_of_run_task_end_the_launch_or_are_retried_by_their_kind) {
  const auto retries = [](Code code, const std::string& why) {
    Machinery run(1);
    run.fail_start(0, code, why, false);
    return !run.machine.is_done();
  };
  EXPECT_TRUE(retries(Code::kThrottled, "ThrottlingException"));
  EXPECT_TRUE(retries(Code::kUnavailable, "ServerException"));
  EXPECT_TRUE(retries(Code::kInvalid, "too many tasks in PROVISIONING: the limit is 500"));
  EXPECT_FALSE(retries(Code::kDenied, "AccessDeniedException"));
  EXPECT_FALSE(retries(Code::kNotFound, "ClusterNotFoundException"));
  EXPECT_FALSE(retries(Code::kInvalid, "InvalidParameterException"));
}

TEST(Machine, a_lost_reply_is_asked_for_again_without_retries_until_the_start_timeout) {
  Policy policy;
  policy.retries = 0;
  policy.start_timeout = 3min;
  Machinery run(1, policy);
  const auto begin = run.now;
  int attempts = 0;
  while (!run.machine.is_done() && run.now < begin + 1h) {
    for (const auto& call : run.take<CallRunTask>()) {
      ++attempts;
      EXPECT_LT(run.now, begin + policy.start_timeout);
      run.feed(StartFailed{call.call, Code::kTimeout, "no reply", true});
    }
    run.pass(1s);
  }
  EXPECT_GE(attempts, 4);
  EXPECT_EQ(run.verdict(), "unknown");
  EXPECT_NE(run.launch(0).verdict.words.find("may have been started"), std::string::npos);
  EXPECT_EQ(run.machine.exit_code(), 125);
}

TEST(Machine, the_timeout_counts_from_running_and_the_task_is_stopped_and_drained) {
  Policy policy;
  policy.timeout = 30s;
  Machinery run(1, policy);
  run.start(0);
  run.pass(2min);
  EXPECT_TRUE(run.take<CallStop>().empty());
  run.see(task(0, "RUNNING"));
  run.pass(29s);
  EXPECT_TRUE(run.take<CallStop>().empty());
  run.pass(1s);
  ASSERT_EQ(run.take<CallStop>().size(), 1U);
  run.see(stopped(0, 143, "UserInitiated"));
  EXPECT_FALSE(run.take<DrainLogs>().empty());
  run.feed(LogsDrained{0});
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 124);
}

TEST(Machine, a_stop_is_sent_again_until_ecs_shows_that_it_was_taken) {
  Policy policy;
  policy.timeout = 1s;
  Machinery run(1, policy);
  run.start(0);
  run.see(task(0, "RUNNING"));
  run.pass(1s + kStopAgain * 2);
  EXPECT_EQ(run.take<CallStop>().size(), 3U);
  auto stopping = task(0, "STOPPING");
  stopping.desired_status = "STOPPED";
  run.see(stopping);
  run.pass(1min);
  EXPECT_TRUE(run.take<CallStop>().empty());
}

TEST(Machine, a_task_that_ignores_its_stop_is_given_up_and_said_to_run_on) {
  Policy policy;
  policy.timeout = 1s;
  auto plan = Machinery::plan(1);
  plan.parts[0].stop_patience = 30s;
  Machinery run(plan, policy);
  run.run_for(0, 1s);
  ASSERT_EQ(run.take<CallStop>().size(), 1U);
  auto stopping = task(0, "RUNNING");
  stopping.desired_status = "STOPPED";
  run.see(stopping);
  run.pass(30s + kStopOverdue - 1ms);
  EXPECT_FALSE(run.machine.is_done());
  run.pass(1ms);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 124);
  EXPECT_EQ(run.verdict(), "timed_out");
  EXPECT_NE(run.launch(0).verdict.words.find("may still run"), std::string::npos);
  EXPECT_TRUE(run.launch(0).verdict.may_still_run);
  EXPECT_NE(run.take<Say>().at(0).text.find(arn(0)), std::string::npos);
}

TEST(Machine, a_stop_that_never_arrives_is_given_up_too) {
  Policy policy;
  policy.start_timeout = 10s;
  Machinery run(1, policy);
  run.start(0);
  const auto begin = run.now;
  while (!run.machine.is_done() && run.now < begin + 1h) {
    if (!run.take<CallStop>().empty()) run.feed(StopFailed{0, arn(0), Code::kTimeout, "no answer"});
    run.pass(1s);
    run.see(task(0, "PENDING"));
  }
  EXPECT_LE(run.now - begin, 12s + kStopPatienceUnknown + kStopOverdue + 1s);
  EXPECT_EQ(run.verdict(), "unknown") << "it may come up yet";
  EXPECT_NE(run.launch(0).verdict.words.find("may still run"), std::string::npos);
}

TEST(Machine, a_stop_that_is_denied_is_said_and_the_outcome_is_honest) {
  Policy policy;
  policy.timeout = 1s;
  Machinery run(1, policy);
  run.run_for(0, 1s);
  run.take<CallDescribe>();
  run.deny_stop(0);
  run.see(task(0, "RUNNING"));  // Asked for before.
  EXPECT_FALSE(run.machine.is_done());
  run.pass(Policy().pace.longest);
  EXPECT_EQ(run.take<CallDescribe>().size(), 1U);
  run.see(task(0, "RUNNING"));
  EXPECT_EQ(run.take<Say>().size(), 1U);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 124);
  EXPECT_EQ(
      run.launch(0).verdict.words,
      "--timeout has passed; its task may not be stopped and still runs: StopTask: not allowed");
  EXPECT_TRUE(run.launch(0).verdict.may_still_run);
}

TEST(Machine, a_task_that_may_not_be_stopped_keeps_the_verdict_of_its_own_end) {
  for (const bool is_interrupted : {false, true}) {
    Policy policy;
    policy.timeout = 1s;
    Machinery run(1, policy);
    run.start(0);
    run.see(task(0, "RUNNING"));
    is_interrupted ? run.feed(Interrupted{kExitInterrupted}) : run.pass(1s);
    ASSERT_EQ(run.take<CallStop>().size(), 1U);
    run.deny_stop(0);
    run.pass(Policy().pace.longest);
    run.finish(0, 5);
    EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 5);
    EXPECT_EQ(run.verdict(), "failed");
    EXPECT_TRUE(run.take<CallStop>().empty());
  }
}

TEST(Machine, a_task_that_may_not_be_stopped_and_is_just_ending_is_watched_to_its_end) {
  Policy policy;
  policy.timeout = 1s;
  Machinery run(1, policy);
  run.run_for(0, 1s);
  run.deny_stop(0);
  run.take<CallStop>();
  for (int i = 0; i < 10; ++i) {
    run.pass(Policy().pace.longest);
    run.see(task(0, "DEACTIVATING"));
  }
  EXPECT_FALSE(run.machine.is_done());
  EXPECT_TRUE(run.take<CallStop>().empty());
  run.finish(0, 0);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 0);
}

TEST(Machine, a_stop_that_fails_for_now_is_said_once_and_what_it_came_to_at_the_end) {
  Policy policy;
  policy.timeout = 1s;
  for (const bool is_taken : {false, true}) {
    Machinery run(1, policy);
    run.run_for(0, 1s);
    run.take<Say>();
    for (int i = 0; i < 3; ++i) {
      run.feed(StopFailed{0, arn(0), Code::kUnavailable, "ServerException"});
      run.pass(5s);
    }
    const auto said = run.take<Say>();
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(said[0].text, "StopTask of launch 1 failed: ServerException; trying again");
    if (is_taken) run.feed(StopTaken{0, arn(0)});
    run.pass(1h);
    const auto& words = run.launch(0).verdict.words;
    EXPECT_EQ(words.find("after StopTask; StopTask failed: ServerException") == std::string::npos,
              is_taken)
        << words;
  }
}

TEST(Machine, a_task_that_may_neither_be_stopped_nor_seen_is_not_waited_for) {
  Policy policy;
  policy.timeout = 1s;
  Machinery run(1, policy);
  run.run_for(0, 1s);
  run.deny_stop(0);
  run.pass(kStopDeniedLook - 1ms);
  EXPECT_FALSE(run.machine.is_done());
  run.pass(1ms);
  EXPECT_EQ(run.verdict(), "timed_out");
  EXPECT_TRUE(run.launch(0).verdict.may_still_run);
}

TEST(Machine, what_an_interrupt_may_not_stop_is_left_for_somebody_who_may) {
  Machinery run(1);
  run.start(0);
  run.feed(Interrupted{kExitInterrupted});
  run.deny_stop(0);
  run.pass(kStopDeniedLook);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, kExitInterrupted);
  EXPECT_TRUE(is_left_running(run.launch(0).verdict));
}

TEST(Machine, a_new_task_may_be_missing_for_a_minute) {
  Machinery run(1);
  run.start(0);
  for (int second = 0; second < 59; ++second) {
    run.pass(1s);
    run.see_nothing_of(0);
  }
  EXPECT_FALSE(run.machine.is_done());
  run.see(task(0, "RUNNING"));
  run.finish(0, 0);
  EXPECT_EQ(run.verdict(), "succeeded");
}

TEST(Machine, a_task_that_never_shows_is_unknown_and_not_a_success) {
  Machinery run(1);
  run.start(0);
  run.pass(kMissingGrace);
  run.see_nothing_of(0);
  run.feed(LogsDrained{0});
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 125);
  EXPECT_EQ(run.verdict(), "unknown");
  EXPECT_TRUE(run.launch(0).verdict.may_still_run);
}

TEST(Machine, a_task_that_is_gone_may_still_run_unless_its_containers_were_seen_stopped) {
  const auto may_still_run = [](const char* last_seen) {
    Machinery run(1);
    run.start(0);
    run.see(task(0, last_seen));
    for (int miss = 0; miss < 10; ++miss) {
      run.pass(kMissingGrace);
      run.see_nothing_of(0);
    }
    run.feed(LogsDrained{0});
    EXPECT_EQ(run.verdict(), "unknown");
    return run.launch(0).verdict.may_still_run;
  };
  EXPECT_TRUE(may_still_run("PENDING"));
  EXPECT_TRUE(may_still_run("RUNNING"));
  EXPECT_TRUE(may_still_run("STOPPING"));
  EXPECT_FALSE(may_still_run("DEPROVISIONING"));
}

TEST(Machine, a_seen_task_that_is_missing_in_one_answer_goes_on_and_for_good_is_unknown) {
  Machinery run(1);
  run.start(0);
  run.see(task(0, "RUNNING"));
  run.see_nothing_of(0);
  run.pass(1min);
  run.see_nothing_of(0);
  EXPECT_FALSE(run.machine.is_done());
  run.see(task(0, "RUNNING"));
  for (int miss = 0; miss < kMissesSeenMin; ++miss) {
    EXPECT_TRUE(run.take<DrainLogs>().empty());
    run.pass(kMissingGrace);
    run.see_nothing_of(0);
  }
  EXPECT_FALSE(run.take<DrainLogs>().empty());  // What it wrote is still there.
  run.feed(LogsDrained{0});
  EXPECT_EQ(run.verdict(), "unknown");
}

TEST(Machine, errors_of_describe_tasks_never_end_a_run_but_a_denial_does) {
  Machinery run(1);
  run.start(0);
  run.see(task(0, "RUNNING"));  // Else --start-timeout would end it.
  run.pass(10s);
  run.take<CallDescribe>();
  for (int i = 0; i < 200; ++i) {
    // Of calls that have no answer the client tells.
    if (i == 100) {
      EXPECT_TRUE(run.take<Say>().empty());
    }
    run.feed(ObserveFailed{i < 100 ? Code::kUnavailable : Code::kInvalid, "no reply"});
    run.pass(1min);
    ASSERT_EQ(run.take<CallDescribe>().size(), 1U);
  }
  EXPECT_EQ(run.take<Say>().size(), 1U);
  run.feed(ObserveFailed{Code::kDenied, "DescribeTasks: not allowed"});
  EXPECT_EQ(run.take<Say>().size(), 1U);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 125);
  EXPECT_NE(run.launch(0).verdict.words.find("may still run"), std::string::npos);
}

TEST(Machine, looks_often_after_a_change_and_ever_more_rarely_without_one) {
  Policy policy;
  policy.pace = {3ms, 250ms};
  Machinery run(1, policy);
  run.start(0);
  std::vector<Duration> pauses;
  for (int i = 0; i < 40; ++i) {
    const auto before = run.now;
    run.now = *run.machine.wake_at();
    pauses.push_back(run.now - before);
    run.feed(Tick{});
    ASSERT_EQ(run.take<CallDescribe>().size(), 1U);
    run.see(task(0, i < 30 ? "PENDING" : "RUNNING"));
  }
  EXPECT_EQ(pauses.at(0), 3ms);
  EXPECT_GE(pauses.at(29), 225ms);
  EXPECT_LE(pauses.at(29), 250ms);
  EXPECT_EQ(pauses.at(31), 3ms);
}

TEST(Machine, one_call_describes_up_to_100_tasks_and_all_are_described_in_turn) {
  Policy policy;
  policy.max_parallel = 250;
  Machinery run(250, policy);
  for (int i = 0; i < 250; ++i)
    run.start(i);
  run.actions.clear();
  std::set<std::string> seen;
  for (int call = 0; call < 3; ++call) {
    run.pass(10s);
    const auto calls = run.take<CallDescribe>();
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_LE(calls[0].task_arns.size(), 100U);
    seen.insert(calls[0].task_arns.begin(), calls[0].task_arns.end());
    Observed answer{calls[0].task_arns, {}, {}};
    for (const auto& one : calls[0].task_arns)
      answer.tasks.push_back(task(std::stoi(one.substr(one.rfind('/') + 1)), "RUNNING"));
    run.feed(answer);
  }
  EXPECT_EQ(seen.size(), 250U);
}

TEST(Machine, no_more_than_max_parallel_run_and_a_log_that_is_read_holds_no_place) {
  Policy policy;
  policy.max_parallel = 2;
  Machinery run(4, policy);
  EXPECT_EQ(run.take<CallRunTask>().size(), 2U);
  run.start(0);
  run.start(1);
  run.see(stopped(1, 0));
  EXPECT_EQ(run.take<CallRunTask>().at(0).launches.front(), 2);
  run.start(2);
  EXPECT_TRUE(run.take<CallRunTask>().empty());
}

TEST(Machine, listed_launches_follow_one_another_log_and_all) {
  Policy policy;
  policy.order = Order::kListed;
  Machinery run(2, policy);
  run.take<CallRunTask>();
  run.start(0);
  run.see(stopped(0, 0));
  EXPECT_TRUE(run.take<CallRunTask>().empty());
  run.feed(LogsDrained{0});
  EXPECT_EQ(run.take<CallRunTask>().at(0).launches.front(), 1);
}

TEST(Machine, first_alone_starts_the_rest_when_the_first_has_succeeded) {
  Policy policy;
  policy.order = Order::kFirstAlone;
  Machinery run(4, policy);
  EXPECT_EQ(run.take<CallRunTask>().size(), 1U);
  run.start(0);
  run.finish(0, 0);
  EXPECT_EQ(run.take<CallRunTask>().size(), 3U);
}

TEST(Machine, after_a_failure_what_runs_ends_and_what_waits_is_skipped) {
  Policy policy;
  policy.max_parallel = 2;
  Machinery run(3, policy);
  run.start(0);
  run.start(1);
  run.finish(0, 9);
  EXPECT_TRUE(run.take<CallStop>().empty());
  EXPECT_EQ(run.verdict(2), "skipped");
  run.finish(1, 0);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 9);
  EXPECT_EQ(run.verdict(1), "succeeded");
}

TEST(Machine, fail_fast_stops_what_runs_as_soon_as_the_failure_is_seen) {
  Policy policy;
  policy.after_failure = AfterFailure::kFailFast;
  policy.max_parallel = 3;
  Machinery run(4, policy);
  run.start(0);
  run.start(1);
  run.see(stopped(1, 9));  // Its log is still read.
  EXPECT_EQ(run.take<CallStop>().at(0).launch, 0);
  run.start(2);  // Its name comes only now.
  EXPECT_EQ(run.take<CallStop>().at(0).launch, 2);
  for (const int launch : {0, 2}) {
    run.see(stopped(launch, 143, "UserInitiated"));
    run.feed(LogsDrained{launch});
    EXPECT_EQ(run.verdict(launch), "cancelled");
  }
  EXPECT_EQ(run.verdict(3), "skipped");
  run.feed(LogsDrained{1});
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 9);
}

TEST(Machine, keep_going_runs_everything_and_gives_the_first_failure_of_the_plan) {
  Policy policy;
  policy.after_failure = AfterFailure::kKeepGoing;
  policy.max_parallel = 1;
  Machinery run(3, policy);
  const std::vector<int> codes = {0, 4, 5};
  for (int i = 0; i < 3; ++i) {
    run.start(i);
    run.finish(i, codes.at(static_cast<std::size_t>(i)));
  }
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 4);
}

TEST(Machine, detach_ends_with_0_once_everything_is_started) {
  Policy policy;
  policy.detach = true;
  Machinery run(2, policy);
  run.start(1);
  EXPECT_FALSE(run.machine.is_done());
  run.start(0);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 0);
  EXPECT_EQ(run.machine.kind(), VerdictKind::kDetached);
}

TEST(Machine, detach_with_a_launch_that_did_not_start_is_no_success) {
  Policy policy;
  policy.detach = true;
  policy.after_failure = AfterFailure::kKeepGoing;
  Machinery run(2, policy);
  run.start(1);
  run.refuse(0, {"arn", "ATTRIBUTE", ""});
  run.pass(kFinalRefusalLook);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 125);
}

TEST(Machine, answers_that_come_late_or_twice_change_nothing) {
  Machinery run(1);
  run.start(0);
  run.start(0);
  run.fail_start(0, Code::kTimeout, "late", true);
  run.refuse(0, {"arn", "AGENT", ""});
  EXPECT_EQ(run.take<FollowLogs>().size(), 1U);
  run.see(task(0, "RUNNING"));
  run.see(task(0, "PENDING"));  // From a replica that lags.
  EXPECT_EQ(run.launch(0).task.last_status, "RUNNING");
  run.feed(LogsDrained{0});
  EXPECT_FALSE(run.machine.is_done());
  run.finish(0, 3);
  run.finish(0, 0);
  run.feed(Interrupted{kExitInterrupted});
  const auto ends = run.take<RunEnded>();
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].exit_code, 3);
}

TEST(Machine, a_container_that_has_ended_is_drained_before_its_task_is_stopped) {
  Machinery run(1);
  run.start(0);
  auto ending = task(0, "DEPROVISIONING");
  ending.containers[0].exit_code = 0;
  run.see(ending);
  run.see(ending);
  const auto drains = run.take<DrainLogs>();
  ASSERT_EQ(drains.size(), 1U);
  EXPECT_EQ(drains[0].container, "main");
}

}  // namespace
}  // namespace runtask::run
