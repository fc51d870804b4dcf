#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "run/machine.h"
#include "run/machinery.h"

// Runs over several environments, accounts and clusters.

namespace runtask::run {
namespace {

using namespace std::chrono_literals;

struct Stage {
  std::string environment;
  int launches = 1;
  std::size_t target = 0;
  std::string cluster = "c";
};

Plan plan_of(const std::vector<Stage>& stages) {
  Plan plan;
  for (const auto& stage : stages) {
    plan.targets.resize(std::max(plan.targets.size(), stage.target + 1));
    Part part;
    part.place.environment = stage.environment;
    part.place.target = stage.target;
    part.essential = {"main"};
    for (int i = 0; i < stage.launches; ++i) {
      Launch launch;
      launch.index = static_cast<int>(plan.launches.size());
      launch.input.cluster = stage.cluster;
      launch.input.reference_id = std::to_string(launch.index);  // Each has its own StartCall.
      launch.part = plan.parts.size();
      plan.launches.push_back(launch);
    }
    plan.parts.push_back(part);
  }
  return plan;
}

Policy policy_of(Order order, AfterFailure after_failure = AfterFailure::kFinishRunning) {
  Policy policy;
  policy.order = order;
  policy.after_failure = after_failure;
  return policy;
}

std::vector<int> started_by(Machinery& run) {
  std::vector<int> launches;
  for (const auto& call : run.take<CallRunTask>())
    launches.insert(launches.end(), call.launches.begin(), call.launches.end());
  return launches;
}

TEST(MachineOrder, an_environment_runs_side_by_side_and_the_next_one_when_it_has_succeeded) {
  Machinery run(plan_of({{"dev", 2}, {"test", 2}, {"prod", 1}}), policy_of(Order::kByEnvironment));
  EXPECT_EQ(started_by(run), (std::vector<int>{0, 1}));
  run.start(0);
  run.start(1);
  run.finish(1, 0);
  EXPECT_TRUE(started_by(run).empty());
  run.see(stopped(0, 0));
  EXPECT_TRUE(started_by(run).empty()) << "its log is still read";
  run.feed(LogsDrained{0});
  EXPECT_EQ(started_by(run), (std::vector<int>{2, 3}));
  run.start(2);
  run.start(3);
  run.finish(2, 0);
  run.finish(3, 0);
  EXPECT_EQ(started_by(run), std::vector<int>{4});
  run.start(4);
  run.finish(4, 0);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 0);
}

TEST(MachineOrder, the_limit_of_launches_alive_holds_within_an_environment_too) {
  auto policy = policy_of(Order::kByEnvironment);
  policy.max_parallel = 2;
  Machinery run(plan_of({{"dev", 3}, {"test", 1}}), policy);
  EXPECT_EQ(started_by(run), (std::vector<int>{0, 1}));
  run.start(0);
  run.finish(0, 0);
  EXPECT_EQ(started_by(run), std::vector<int>{2});
  run.start(1);
  run.finish(1, 0);
  EXPECT_TRUE(started_by(run).empty());
}

TEST(MachineOrder, after_a_failure_its_environment_ends_and_the_later_ones_are_skipped) {
  Machinery run(plan_of({{"dev", 2}, {"test", 2}}), policy_of(Order::kByEnvironment));
  run.start(0);
  run.start(1);
  run.finish(1, 3);
  EXPECT_TRUE(run.take<CallStop>().empty());
  EXPECT_FALSE(run.machine.is_done());
  EXPECT_EQ(run.verdict(2), "skipped");
  EXPECT_EQ(run.verdict(3), "skipped");
  run.finish(0, 0);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 3);
  EXPECT_EQ(started_by(run), (std::vector<int>{0, 1}));
}

TEST(MachineOrder, keep_going_waits_for_an_environment_to_end_and_goes_on_after_its_failure) {
  Machinery run(plan_of({{"dev", 2}, {"test", 1}}),
                policy_of(Order::kByEnvironment, AfterFailure::kKeepGoing));
  started_by(run);
  run.start(0);
  run.start(1);
  run.finish(0, 3);
  EXPECT_TRUE(started_by(run).empty());
  run.finish(1, 0);
  EXPECT_EQ(started_by(run), std::vector<int>{2});
  run.start(2);
  run.finish(2, 4);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 3);
}

TEST(MachineOrder, keep_going_goes_on_after_an_environment_where_nothing_could_be_started) {
  Machinery run(plan_of({{"dev", 1}, {"test", 1}}),
                policy_of(Order::kByEnvironment, AfterFailure::kKeepGoing));
  started_by(run);
  run.fail_start(0, Code::kDenied, "AccessDeniedException", false);
  EXPECT_EQ(started_by(run), std::vector<int>{1});
  run.start(1);
  run.finish(1, 0);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 125);
}

TEST(MachineOrder, fail_fast_stops_the_environment_that_runs_and_skips_the_rest) {
  Machinery run(plan_of({{"dev", 2}, {"test", 1}}),
                policy_of(Order::kByEnvironment, AfterFailure::kFailFast));
  run.start(0);
  run.start(1);
  run.see(stopped(0, 3));
  ASSERT_EQ(run.take<CallStop>().size(), 1U);
  EXPECT_EQ(run.verdict(2), "skipped");
  run.see(stopped(1, 143, "UserInitiated"));
  run.feed(LogsDrained{0});
  run.feed(LogsDrained{1});
  EXPECT_EQ(run.verdict(1), "cancelled");
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 3);
}

TEST(MachineOrder, all_starts_every_environment_at_once) {
  Machinery run(plan_of({{"dev", 2}, {"test", 2}}), policy_of(Order::kAll));
  EXPECT_EQ(started_by(run), (std::vector<int>{0, 1, 2, 3}));
}

TEST(MachineOrder, listed_goes_through_all_environments_one_launch_after_the_other) {
  Machinery run(plan_of({{"dev", 2}, {"test", 1}}), policy_of(Order::kListed));
  for (int launch = 0; launch < 3; ++launch) {
    EXPECT_EQ(started_by(run), std::vector<int>{launch});
    run.start(launch);
    run.finish(launch, 0);
  }
  EXPECT_TRUE(run.machine.is_done());
}

TEST(MachineOrder, first_alone_is_one_launch_and_then_all_environments) {
  Machinery run(plan_of({{"dev", 2}, {"test", 1}}), policy_of(Order::kFirstAlone));
  EXPECT_EQ(started_by(run), std::vector<int>{0});
  run.start(0);
  run.finish(0, 0);
  EXPECT_EQ(started_by(run), (std::vector<int>{1, 2}));
}

TEST(MachineOrder, the_exit_code_is_the_first_failures_of_the_plan_and_not_of_the_clock) {
  Machinery run(plan_of({{"dev", 1}, {"test", 1}}),
                policy_of(Order::kAll, AfterFailure::kKeepGoing));
  run.start(0);
  run.start(1);
  run.finish(1, 9);
  run.finish(0, 4);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 4);
}

TEST(MachineOrder, detach_leaves_when_the_last_environment_is_started) {
  auto policy = policy_of(Order::kByEnvironment);
  policy.detach = true;
  Machinery run(plan_of({{"dev", 1}, {"test", 1}}), policy);
  run.start(0);
  EXPECT_FALSE(run.machine.is_done());
  run.finish(0, 0);
  run.start(1);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 0);
  EXPECT_EQ(run.verdict(1), "detached");
}

TEST(MachineOrder, each_part_has_its_own_deciding_containers) {
  auto plan = plan_of({{"dev", 1}, {"test", 1}});
  plan.parts[0].deciding = {"main"};
  plan.parts[1].deciding = {"proxy"};
  Machinery run(plan, policy_of(Order::kAll, AfterFailure::kKeepGoing));
  run.start(0);
  run.start(1);
  for (const int launch : {0, 1}) {
    auto over = stopped(launch, 0);
    over.containers.emplace_back().name = "proxy";
    over.containers[1].exit_code = 8;
    run.see(over);
    run.feed(LogsDrained{launch});
  }
  EXPECT_EQ(run.verdict(0), "succeeded");
  EXPECT_EQ(run.launch(1).verdict.exit_code, 8);
}

// ---- Several targets and clusters

TEST(MachineTargets, the_tasks_of_each_target_and_cluster_are_described_together) {
  Machinery run(plan_of({{"dev", 2, 0, "a"}, {"test", 1, 0, "b"}, {"prod", 1, 1, "a"}}),
                policy_of(Order::kAll));
  for (const int launch : {0, 1, 2, 3})
    run.start(launch);
  run.pass(1s);
  const auto calls = run.take<CallDescribe>();
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(calls[0].task_arns, (std::vector<std::string>{arn(0), arn(1)}));
  EXPECT_EQ(calls[0].cluster, "a");
  EXPECT_EQ(calls[1].cluster, "b");
  EXPECT_EQ(calls[1].target, 0U);
  EXPECT_EQ(calls[2].task_arns, std::vector<std::string>{arn(3)});
  EXPECT_EQ(calls[2].target, 1U);
}

TEST(MachineTargets, one_that_never_answers_holds_up_no_other) {
  Machinery run(plan_of({{"dev", 1, 0}, {"test", 2, 1}}), policy_of(Order::kAll));
  for (const int launch : {0, 1, 2})
    run.start(launch);
  int answered = 0;
  for (int second = 0; second < 60; ++second) {
    run.pass(1s);
    for (const auto& call : run.take<CallDescribe>()) {
      if (call.target == 0) continue;  // Under way for ever.
      ++answered;
      run.feed(Observed{call.task_arns, {task(1, "RUNNING"), task(2, "RUNNING")}, {}, call.view});
    }
  }
  EXPECT_GE(answered, 9);
  run.finish(1, 0, 1);
  run.finish(2, 0, 1);
  EXPECT_EQ(run.verdict(2), "succeeded");
  EXPECT_FALSE(run.machine.is_done());
  run.feed(Interrupted{kExitInterrupted});
  run.pass(8s);
  EXPECT_TRUE(run.machine.is_done());
}

TEST(MachineTargets, one_that_fails_slows_no_other_down) {
  Machinery run(plan_of({{"dev", 1, 0}, {"test", 1, 1}}), policy_of(Order::kAll));
  run.start(0);
  run.start(1);
  const auto begin = run.now;
  while (run.take<CallDescribe>().empty())
    run.pass(*run.machine.wake_at() - run.now);
  for (int i = 0; i < 20; ++i)
    run.feed(ObserveFailed{Code::kUnavailable, "no reply", 0});
  EXPECT_LE(run.now - begin, 1s);
  run.see(task(1, "RUNNING"), 1);
  run.take<CallDescribe>();
  run.pass(1s);
  const auto calls = run.take<CallDescribe>();
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].target, 1U);
}

TEST(MachineTargets, one_that_denies_describe_tasks_ends_its_own_launches_only) {
  Machinery run(plan_of({{"dev", 2, 0}, {"test", 1, 1}}),
                policy_of(Order::kAll, AfterFailure::kKeepGoing));
  for (const int launch : {0, 1, 2})
    run.start(launch);
  run.feed(ObserveFailed{Code::kDenied, "DescribeTasks: not allowed", 0});
  EXPECT_EQ(run.verdict(0), "unknown");
  EXPECT_EQ(run.verdict(1), "unknown");
  EXPECT_FALSE(run.machine.is_done());
  run.finish(2, 0, 1);
  EXPECT_EQ(run.verdict(2), "succeeded");
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 125);
}

TEST(MachineTargets, the_same_task_id_in_two_accounts_is_two_tasks) {
  Machinery run(plan_of({{"dev", 1, 0}, {"test", 1, 1}}), policy_of(Order::kAll));
  run.start(0, task(7, "PENDING"));
  run.start(1, task(7, "PENDING"));
  run.see(stopped(7, 5), 0);
  EXPECT_EQ(run.launch(0).phase, Phase::kDraining);
  EXPECT_EQ(run.launch(1).phase, Phase::kWatching);
}

TEST(MachineTargets, an_interrupt_stops_what_is_alive_in_all_of_them_at_once) {
  Machinery run(plan_of({{"dev", 2, 0, "a"}, {"test", 1, 0, "b"}, {"prod", 1, 1}}),
                policy_of(Order::kAll));
  for (const int launch : {0, 1, 2, 3})
    run.start(launch);
  run.feed(Interrupted{kExitTerminated});
  EXPECT_EQ(run.take<CallStop>().size(), 4U);
}

TEST(MachineTargets, an_end_before_our_stop_was_sent_is_not_our_doing) {
  Machinery run(1);
  run.feed(Interrupted{kExitInterrupted});
  // The name of the task comes together with the news that somebody has stopped it.
  run.start(0, stopped(0, 137, "UserInitiated"));
  EXPECT_TRUE(run.take<CallStop>().empty());
  run.feed(LogsDrained{0});
  EXPECT_EQ(run.verdict(), "stopped");
}

// ---- A target that is gone for good

TEST(MachineOrder, a_target_that_is_gone_for_good_ends_its_launches_and_starts_none) {
  Policy policy;
  policy.max_parallel = 4;
  policy.after_failure = AfterFailure::kKeepGoing;
  Machinery run(5, policy);
  run.start(0);
  run.finish(0, 0);
  run.start(1);
  run.see(stopped(1, 0));  // Its log is still read.
  run.start(2);
  run.see(task(2, "RUNNING"));
  run.fail_start(3, Code::kTimeout, "no reply", true);
  run.take<CallRunTask>();
  run.take<Say>();
  for (int i = 0; i < 2; ++i)
    run.feed(TargetGone{0, "the embedded ECS was stopped"});
  EXPECT_EQ(run.take<Say>().size(), 1U);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 125);
  EXPECT_TRUE(run.take<CallRunTask>().empty());
  EXPECT_EQ(run.verdict(0), "succeeded");
  EXPECT_EQ(run.verdict(1), "succeeded");
  EXPECT_EQ(run.verdict(2), "infrastructure");
  EXPECT_EQ(run.verdict(3), "infrastructure");
  EXPECT_FALSE(run.launch(3).verdict.may_still_run);
}

TEST(MachineOrder, a_target_that_is_gone_leaves_no_launch_that_waits_a_success) {
  Policy policy;
  policy.max_parallel = 1;
  Machinery run(2, policy);
  run.start(0);
  run.see(stopped(0, 0));
  run.take<CallRunTask>();
  run.feed(TargetGone{0, "the embedded ECS was stopped"});
  EXPECT_TRUE(run.take<CallRunTask>().empty());
  EXPECT_EQ(run.verdict(1), "never_started");
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 125);
}

TEST(MachineOrder, a_target_without_tasks_that_is_gone_says_and_ends_nothing_of_another) {
  Machinery run(1);
  run.feed(Started{1, {task(0, "PENDING"), task(1, "PENDING")}, {}});  // One more than asked for.
  run.take<Say>();
  run.feed(TargetGone{1, "the embedded ECS was stopped"});
  EXPECT_TRUE(run.take<Say>().empty());
  run.finish(0, 0);
  EXPECT_FALSE(run.machine.is_done()) << "the other task is still being stopped";
  run.feed(TargetGone{0, "the embedded ECS was stopped"});
  EXPECT_EQ(run.take<Say>().size(), 1U);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 0);
}

// ---- Polls, hamlet's way of waiting

Policy polling(Duration every, int most) {
  Policy policy;
  policy.polls = Polls{every, most};
  policy.start_timeout = 24h;
  return policy;
}

// Answers every DescribeTasks, with that task or not at all, and tells when the polls came.
std::vector<Duration> poll(Machinery& run, Duration until, const std::optional<ecs::Task>& answer) {
  std::vector<Duration> times;
  const auto begin = run.now;
  while (!run.machine.is_done()) {
    for (const auto& call : run.take<CallDescribe>()) {
      const auto polls = run.launch(0).polls;
      if (answer) {
        run.feed(Observed{call.task_arns, {*answer}, {}, call.view});
      } else {
        run.feed(ObserveFailed{Code::kTimeout, "no reply", call.view});
      }
      if (run.launch(0).polls != polls) times.push_back(run.now - begin);
    }
    const auto wake = run.machine.wake_at();
    if (!wake || *wake - begin > until) break;
    run.pass(*wake - run.now);
  }
  return times;
}

TEST(MachinePolls, the_first_is_at_once_and_after_the_last_the_task_is_left_running) {
  Machinery run(Machinery::plan(1), polling(30s, 4));
  run.start(0);
  EXPECT_EQ(poll(run, 1h, task(0, "RUNNING")), (std::vector<Duration>{0s, 30s, 60s, 90s}));
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 1);
  EXPECT_EQ(run.verdict(), "unknown");
  EXPECT_NE(run.launch(0).verdict.words.find("4 polls; its task still runs"), std::string::npos);
  EXPECT_TRUE(run.launch(0).verdict.may_still_run);
  EXPECT_TRUE(run.take<CallStop>().empty());
}

TEST(MachinePolls, one_that_fails_or_does_not_show_the_task_counts_as_a_try) {
  Machinery run(Machinery::plan(1), polling(10s, 3));
  run.start(0);
  EXPECT_EQ(poll(run, 1h, std::nullopt), (std::vector<Duration>{0s, 10s, 20s}));
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 1);
  Machinery other(Machinery::plan(1), polling(10s, 3));
  other.start(0);
  EXPECT_EQ(poll(other, 1h, task(9, "RUNNING")), (std::vector<Duration>{0s, 10s, 20s}));
}

TEST(MachinePolls, without_a_limit_go_on_at_the_same_distance_whatever_they_show) {
  Machinery run(Machinery::plan(1), polling(10s, 0));
  run.start(0);
  auto times = poll(run, 10min, task(0, "PENDING"));
  ASSERT_EQ(times.size(), 61U);
  for (std::size_t i = 1; i < times.size(); ++i)
    ASSERT_EQ(times[i] - times[i - 1], 10s);
  times = poll(run, 20min, task(0, "RUNNING"));
  EXPECT_EQ(times.size(), 120U);
  EXPECT_FALSE(run.machine.is_done());
}

TEST(MachinePolls, between_two_the_pace_goes_on_and_sees_an_end_without_counting) {
  Machinery run(Machinery::plan(1), polling(30s, 2));
  run.start(0);
  ASSERT_EQ(run.take<CallDescribe>().size(), 1U);
  run.see(task(0, "RUNNING"));
  run.pass(2s);
  ASSERT_EQ(run.take<CallDescribe>().size(), 1U);
  run.see(task(0, "RUNNING"));
  EXPECT_EQ(run.launch(0).polls, 1);
  run.pass(3s);
  ASSERT_EQ(run.take<CallDescribe>().size(), 1U);
  run.finish(0, 6);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 6);
}

TEST(MachinePolls, are_told_of_each_and_of_changes_between_them) {
  Machinery run(Machinery::plan(1), polling(30s, 0));
  run.start(0);
  run.take<CallDescribe>();
  run.see(task(0, "PENDING"));
  ASSERT_EQ(run.take<ShowLook>().size(), 1U);  // A poll.
  run.pass(2s);
  run.take<CallDescribe>();
  run.see(task(0, "PENDING"));
  EXPECT_TRUE(run.take<ShowLook>().empty());
  run.pass(3s);
  run.take<CallDescribe>();
  run.see(task(0, "RUNNING"));
  EXPECT_TRUE(run.take<ShowLook>().at(0).answered);  // A change.
  for (int look = 0; look < 100 && run.launch(0).next_poll > run.now; ++look) {
    run.pass(*run.machine.wake_at() - run.now);
    if (run.launch(0).next_poll > run.now && !run.take<CallDescribe>().empty())
      run.see(task(0, "RUNNING"));
  }
  EXPECT_TRUE(run.take<ShowLook>().empty());
  run.feed(ObserveFailed{Code::kTimeout, "no reply", 0});
  EXPECT_FALSE(run.take<ShowLook>().at(0).answered);
}

TEST(MachinePolls, an_end_that_the_last_one_shows_is_judged_by_its_code) {
  Machinery run(Machinery::plan(1), polling(10s, 2));
  run.start(0);
  ASSERT_EQ(run.take<CallDescribe>().size(), 1U);
  run.see(task(0, "RUNNING"));
  run.pass(10s);
  run.finish(0, 6);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 6);
}

TEST(MachinePolls, every_launch_is_polled_and_counted_from_its_own_start) {
  auto policy = polling(10s, 3);
  policy.after_failure = AfterFailure::kKeepGoing;
  Machinery run(Machinery::plan(2), policy);
  const auto begin = run.now;
  std::map<int, Duration> over;
  const auto until = [&](Duration end) {
    while (run.now - begin < end && !run.machine.is_done()) {
      for (const auto& call : run.take<CallDescribe>())
        run.feed(Observed{call.task_arns, {task(0, "RUNNING"), task(1, "RUNNING")}, {}, call.view});
      for (const auto& ended : run.take<LaunchEnded>())
        over[ended.launch] = run.now - begin;
      const auto wake = run.machine.wake_at();
      run.pass(std::min(wake ? *wake - run.now : end, end - (run.now - begin)));
    }
  };
  run.start(0);
  until(4s);
  run.start(1);
  until(1min);
  EXPECT_EQ(over, (std::map<int, Duration>{{0, 20s}, {1, 24s}}));
}

TEST(MachinePolls, a_launch_that_is_being_stopped_is_looked_at_by_the_pace_and_without_limit) {
  Machinery run(Machinery::plan(1), polling(30s, 1));
  run.start(0);
  run.take<CallDescribe>();
  run.feed(Interrupted{kExitInterrupted});
  run.see(task(0, "RUNNING"));  // The poll that was under way.
  EXPECT_FALSE(run.machine.is_done());
  run.pass(1100ms);
  EXPECT_EQ(run.take<CallDescribe>().size(), 1U);
  run.see(stopped(0, 143, "UserInitiated"));
  run.feed(LogsDrained{0});
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 130);
}

TEST(MachinePolls, giving_up_is_a_failure_for_what_waits) {
  Machinery run(plan_of({{"dev", 1}, {"test", 1}}), polling(10s, 1));
  run.start(0);
  run.take<CallDescribe>();
  run.see(task(0, "RUNNING"));
  EXPECT_EQ(run.verdict(1), "skipped");
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 1);
}

TEST(MachineOrder, the_first_alone_keeps_its_place_too) {
  Policy policy;
  policy.timeout = 1s;
  policy.order = Order::kFirstAlone;
  policy.after_failure = AfterFailure::kKeepGoing;
  Machinery run(3, policy);
  run.run_for(0, 1s);
  run.deny_stop(0);
  run.pass(kStopDeniedLook);
  EXPECT_EQ(run.verdict(0), "timed_out");
  EXPECT_EQ(run.verdict(1), "skipped");
  EXPECT_EQ(run.verdict(2), "skipped");
}

TEST(MachineOrder, a_task_that_cannot_be_stopped_keeps_its_place) {
  for (const int places : {1, 2}) {
    Policy policy;
    policy.timeout = 1s;
    policy.max_parallel = places;
    policy.after_failure = AfterFailure::kKeepGoing;
    Machinery run(3, policy);
    run.run_for(0, 1s);
    run.deny_stop(0);
    run.pass(kStopDeniedLook);
    EXPECT_EQ(run.verdict(0), "timed_out");
    if (places == 1) {
      EXPECT_EQ(run.verdict(1), "skipped");
      EXPECT_EQ(run.verdict(2), "skipped");
      EXPECT_EQ(run.launch(2).verdict.words,
                "not started: as many tasks as may run at a time may still run");
      EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, kExitTimedOut);
      continue;
    }
    EXPECT_EQ(run.launch(2).phase, Phase::kWaiting);
    run.start(1);
    run.finish(1, 0);
    run.start(2);
    run.finish(2, 0);
    EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, kExitTimedOut);
  }
}

TEST(MachineOrder, a_container_is_named_once_it_has_a_runtime_id_and_before_it_is_drained) {
  Machinery run(2);
  run.start(0);
  run.start(1);
  run.see(task(0, "PENDING"));
  EXPECT_TRUE(run.take<NameContainer>().empty());
  auto named = task(0, "PENDING");
  named.containers[0].runtime_id = "ab12";
  run.see(named);
  named.last_status = "RUNNING";
  run.see(named);
  const auto names = run.take<NameContainer>();
  ASSERT_EQ(names.size(), 1U);
  EXPECT_EQ(names[0].launch, 0);
  EXPECT_EQ(names[0].container, "main");
  EXPECT_EQ(names[0].runtime_id, "ab12");
  // A short task, which is seen when it is over.
  auto over = stopped(1, 0);
  over.containers[0].runtime_id = "cd34";
  run.see(over);
  std::vector<std::size_t> order;
  for (const auto& action : run.actions)
    if (std::holds_alternative<NameContainer>(action) || std::holds_alternative<DrainLogs>(action))
      order.push_back(action.index());
  ASSERT_FALSE(order.empty());
  EXPECT_EQ(order[0], Action(NameContainer{}).index());
}

}  // namespace
}  // namespace runtask::run
