#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run/machinery.h"

// StartCalls: who shares one, and how each is resolved.

namespace runtask::run {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

std::vector<ecs::Task> tasks(int from, int to) {
  std::vector<ecs::Task> made;
  for (int i = from; i < to; ++i)
    made.push_back(task(i, "PENDING"));
  return made;
}

TEST(MachineStart, launches_of_one_input_share_calls_of_ten) {
  Policy policy;
  policy.max_parallel = 25;
  Machinery run(Machinery::plan_of_same(30), policy);
  const auto calls = run.take<CallRunTask>();
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(calls[0].launches.size(), 10U);
  EXPECT_EQ(calls[2].launches, (std::vector<int>{20, 21, 22, 23, 24}));
  EXPECT_EQ(calls[0].token, "run-1");
  EXPECT_EQ(calls[2].started_by, "run/3");
  EXPECT_TRUE(calls[0].is_first);
}

TEST(MachineStart, what_a_call_started_goes_to_its_first_launches_and_the_rest_get_another_call) {
  Machinery run(Machinery::plan_of_same(4), {});
  run.finds_nothing = false;
  ASSERT_EQ(run.take<CallRunTask>().size(), 1U);
  run.feed(Started{1, tasks(0, 2), {{"arn", "RESOURCE:CPU", ""}}});
  EXPECT_EQ(run.launch(1).task_arn, arn(1));
  EXPECT_TRUE(run.launch(2).task_arn.empty());
  run.pass(2s);
  // The reply is no proof: the first call's tasks are looked for before there is another one.
  ASSERT_EQ(run.take<CallFind>().size(), 1U);
  EXPECT_TRUE(run.take<CallRunTask>().empty());
  run.feed(Found{1, tasks(0, 3)});
  EXPECT_EQ(run.launch(2).task_arn, arn(2));
  EXPECT_TRUE(run.take<CallRunTask>().empty()) << "the lists may lag";
  run.finds_nothing = true;
  run.pass(60s);
  const auto calls = run.take<CallRunTask>();
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].launches, std::vector<int>{3});
  EXPECT_NE(calls[0].token, "run-1");
}

TEST(MachineStart, a_task_that_replies_name_several_times_is_one_task_and_holds_nothing_up) {
  Policy policy;
  policy.retries = 2;
  policy.lists_lag = 0s;
  Machinery run(Machinery::plan_of_same(3), policy);
  for (int i = 0; i < 100 && !run.machine.is_done(); ++i) {
    for (const auto& call : run.take<CallRunTask>())
      run.feed(
          Started{call.call, {task(0, "PENDING"), task(0, "PENDING"), task(0, "PENDING")}, {}});
    run.see(stopped(0, 0));
    run.feed(LogsDrained{0});
    run.pass(1s);
  }
  EXPECT_TRUE(run.machine.is_done());
  EXPECT_EQ(run.verdict(0), "succeeded");
  EXPECT_EQ(run.verdict(1), "never_started");
  EXPECT_EQ(run.verdict(2), "never_started");
}

TEST(MachineStart, where_tasks_cannot_be_looked_for_only_the_same_call_is_sent_again) {
  Machinery run(1);
  run.finds_nothing = false;
  const auto token = run.take<CallRunTask>().at(0).token;
  run.refuse(0, {"arn", "AGENT", ""});
  run.pass(2s);
  run.take<Say>();
  run.feed(FindFailed{1, Code::kDenied, "ListTasks is denied"});
  const auto said = run.take<Say>();
  ASSERT_EQ(said.size(), 1U);
  EXPECT_NE(said[0].text.find("the reply is believed: ListTasks is denied"), std::string::npos);
  const auto again = run.take<CallRunTask>();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].token, token);
  EXPECT_FALSE(again[0].is_first);
}

TEST(MachineStart, a_call_that_was_refused_in_part_is_not_tried_again_blindly) {
  Machinery run(Machinery::plan_of_same(2), {});
  run.finds_nothing = false;
  run.feed(Started{1, tasks(0, 1), {{"arn", "AGENT", ""}}});
  run.pass(2s);
  run.take<CallRunTask>();
  run.feed(FindFailed{1, Code::kDenied, "ListTasks is denied"});
  EXPECT_TRUE(run.take<CallRunTask>().empty());
  EXPECT_EQ(run.verdict(1), "never_started");
}

TEST(MachineStart, a_lost_reply_is_asked_for_by_token_and_later_by_a_search) {
  Policy policy;
  policy.start_timeout = 1h;
  Machinery run(Machinery::plan(1), policy);
  run.finds_nothing = false;
  const auto token = run.take<CallRunTask>().at(0).token;
  const auto sent = run.now;
  std::vector<CallFind> finds;
  while (finds.empty() && run.now - sent < 30min) {
    for (const auto& call : run.take<CallRunTask>()) {
      EXPECT_EQ(call.token, token);
      EXPECT_LT(run.now - sent, kTokenSure);
    }
    if (run.launch(0).phase == Phase::kStarting)
      run.fail_start(0, Code::kTimeout, "no reply", true);
    run.pass(1s);
    finds = run.take<CallFind>();
  }
  ASSERT_EQ(finds.size(), 1U);
  EXPECT_GE(run.now - sent, kTokenSure);
  run.feed(Found{1, tasks(0, 1)});
  EXPECT_EQ(run.launch(0).phase, Phase::kWatching);
}

TEST(MachineStart, a_call_whose_tasks_cannot_be_found_ends_unknown_and_starts_nothing) {
  Machinery run(1);
  run.fail_start(0, Code::kTimeout, "no reply", true);
  run.feed(TokenTooOld{1});  // None is under way.
  run.pass(2s);
  run.take<CallRunTask>();
  run.feed(TokenTooOld{1});
  run.pass(1min);
  EXPECT_GE(run.take<CallFind>().size(), 5U);
  EXPECT_TRUE(run.take<CallRunTask>().empty());
  EXPECT_EQ(run.verdict(), "unknown");
  EXPECT_TRUE(run.launch(0).verdict.may_still_run);
}

TEST(MachineStart, a_refused_call_is_followed_by_another_only_when_the_lists_must_be_complete) {
  Policy policy;
  policy.retries = 1;
  Machinery run(1, policy);
  ASSERT_EQ(run.take<CallRunTask>().size(), 1U);
  for (const bool is_last : {false, true}) {
    run.refuse(0, {"arn", "AGENT", ""});
    const auto said = run.take<Say>();
    ASSERT_EQ(said.size(), 1U);
    EXPECT_NE(said[0].text.find(is_last ? "looking for up to 1m" : "trying again in 1m"),
              std::string::npos)
        << said[0].text;
    run.pass(policy.lists_lag - 1ms);
    const auto finds = run.take<CallFind>().size();
    EXPECT_TRUE(finds >= 4 && finds < 15) << finds;
    EXPECT_TRUE(run.take<CallRunTask>().empty());
    EXPECT_FALSE(run.machine.is_done());
    run.pass(1ms);
    EXPECT_EQ(run.take<CallFind>().size(), 1U);
    EXPECT_EQ(run.take<CallRunTask>().size(), is_last ? 0U : 1U);
  }
  EXPECT_EQ(run.verdict(), "never_started");
}

TEST(MachineStart, of_a_start_that_is_not_tried_again_for_want_of_time_it_is_said) {
  Policy policy;
  policy.start_timeout = 5s;
  const auto ends = "not tried again: --start-timeout would be over";
  Machinery refused(1, policy);
  refused.refuse(0, {"arn", "RESOURCE:CPU", ""});
  refused.pass(policy.lists_lag);
  EXPECT_EQ(refused.verdict(), "never_started");
  EXPECT_TRUE(refused.launch(0).verdict.words.ends_with(ends)) << refused.launch(0).verdict.words;
  Machinery throttled(1, policy);
  throttled.pass(4s + 999ms);
  throttled.fail_start(0, Code::kThrottled, "slow down", false);
  EXPECT_EQ(throttled.verdict(), "never_started");
  EXPECT_EQ(throttled.launch(0).verdict.words, std::string("slow down; ") + ends);
  // That no attempt is left is another thing.
  policy.retries = 0;
  Machinery last(1, policy);
  last.fail_start(0, Code::kThrottled, "slow down", false);
  EXPECT_EQ(last.launch(0).verdict.words, "slow down");
}

TEST(MachineStart, a_search_that_was_begun_before_the_lists_must_be_complete_proves_nothing) {
  Machinery run(1);
  run.take<CallRunTask>();
  run.finds_nothing = false;
  run.refuse(0, {"arn", "AGENT", ""});
  run.pass(2s);
  ASSERT_EQ(run.take<CallFind>().size(), 1U);
  run.pass(2min);
  run.feed(Found{1, {}});  // It took so long.
  EXPECT_TRUE(run.take<CallRunTask>().empty());
  ASSERT_EQ(run.take<CallFind>().size(), 1U);
  run.feed(Found{1, tasks(0, 1)});
  EXPECT_EQ(run.launch(0).phase, Phase::kWatching);
}

TEST(MachineStart, searches_that_fail_now_and_then_are_gone_on_with) {
  Machinery run(1);
  run.finds_nothing = false;
  run.take<CallRunTask>();
  run.refuse(0, {"arn", "AGENT", ""});
  int finds = 0;
  while (run.take<CallRunTask>().empty() && finds < 100) {
    run.pass(1s);
    for (const auto& find : run.take<CallFind>())
      ++finds % 2 == 1 ? run.feed(FindFailed{find.call, Code::kUnavailable, "ServerException"})
                       : run.feed(Found{find.call, {}});
  }
  EXPECT_FALSE(run.machine.is_done());
  EXPECT_LT(finds, 100);
}

// ---- More than was asked for

TEST(MachineStart, tasks_that_nobody_asked_for_are_said_and_stopped) {
  Machinery run(Machinery::plan_of_same(2), {});
  run.feed(Started{1, tasks(0, 4), {}});
  EXPECT_EQ(run.launch(1).task_arn, arn(1));
  const auto said = run.take<Say>();
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said[0].text,
            "ECS has started 2 more than the 2 asked for; stopping: " + arn(2) + ", " + arn(3));
  const auto stops = run.take<CallStop>();
  ASSERT_EQ(stops.size(), 2U);
  EXPECT_EQ(stops[0].task_arn, arn(2));
  EXPECT_EQ(stops[1].task_arn, arn(3));
  // Nothing of it concerns the launches; and the run waits for it.
  run.feed(StopTaken{0, arn(2)});
  run.finish(0, 0);
  run.finish(1, 0);
  EXPECT_FALSE(run.machine.is_done());
  run.feed(StopFailed{0, arn(3), Code::kTimeout, "no answer"});
  run.pass(2s);
  EXPECT_EQ(run.take<CallStop>().at(0).task_arn, arn(3));
  run.feed(StopTaken{0, arn(3)});
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 0);
}

TEST(MachineStart, a_task_that_nobody_asked_for_and_that_cannot_be_stopped_is_said_to_run) {
  for (const auto code : {Code::kDenied, Code::kTimeout}) {
    Machinery run(1);
    run.feed(Started{1, tasks(0, 2), {}});
    run.see(task(0, "RUNNING"));
    run.take<Say>();
    int stops = 0;
    for (int i = 0; i < 100; ++i) {
      stops += static_cast<int>(run.take<CallStop>().size());
      run.feed(StopFailed{0, arn(1), code, "no"});
      run.pass(1min);
    }
    run.finish(0, 0);
    EXPECT_EQ(stops, code == Code::kDenied ? 1 : kSurplusStopsMax);
    EXPECT_EQ(run.take<Say>().at(0).text,
              "no; a task that was not asked for still runs: " + arn(1));
    EXPECT_EQ(run.verdict(), "succeeded");
    EXPECT_THAT(run.machine.surplus_tasks(), ElementsAre(arn(1)));
  }
}

TEST(MachineStart, a_task_that_nobody_asked_for_keeps_a_place_until_it_is_stopped) {
  for (const bool is_denied : {true, false}) {
    Policy policy;
    policy.max_parallel = 2;
    Machinery run(Machinery::plan_of_same(4), policy);
    run.feed(Started{1, tasks(0, 3), {}});
    run.finish(0, 0);
    EXPECT_EQ(run.launch(2).phase, Phase::kWaiting) << "one runs, and one that nobody asked for";
    if (is_denied) {
      run.feed(StopFailed{0, arn(2), Code::kDenied, "no"});
    } else {
      run.feed(StopTaken{0, arn(2)});
    }
    EXPECT_EQ(run.launch(2).phase, is_denied ? Phase::kWaiting : Phase::kStarting);
  }
}

TEST(MachineStart,
     a_stop_of_a_task_that_nobody_asked_for_that_gets_no_answer_holds_the_end_up_for_10_s) {
  Machinery run(1);
  run.feed(Started{1, tasks(0, 2), {}});
  run.pass(1min);
  run.finish(0, 0);
  run.pass(kSurplusPatience - 1ms);
  EXPECT_FALSE(run.machine.is_done());
  run.pass(1ms);
  EXPECT_EQ(run.take<RunEnded>().at(0).exit_code, 0);
  EXPECT_THAT(run.machine.surplus_tasks(), ElementsAre(arn(1)));
}

TEST(MachineStart, where_it_keeps_the_only_place_nothing_more_is_started) {
  Policy policy;
  policy.max_parallel = 1;
  Machinery run(2, policy);
  run.feed(Started{1, tasks(0, 2), {}});
  run.feed(StopFailed{0, arn(1), Code::kDenied, "no"});
  run.finish(0, 0);
  EXPECT_EQ(run.verdict(0), "succeeded");
  EXPECT_EQ(run.verdict(1), "skipped");
  EXPECT_TRUE(run.machine.is_done());
}

TEST(MachineStart, a_task_that_nobody_asked_for_is_on_record_before_any_other_of_its_call) {
  Machinery run(1);
  run.take<Keep>();
  run.feed(Started{1, tasks(0, 2), {}});
  const auto kept = run.take<Keep>();
  ASSERT_GE(kept.size(), 2U);
  const auto* surplus = std::get_if<journal::Surplus>(&kept[0].record);
  ASSERT_NE(surplus, nullptr);
  EXPECT_EQ(surplus->task_arn, arn(1));
  EXPECT_TRUE(std::holds_alternative<journal::Started>(kept[1].record));
  run.feed(StopTaken{0, arn(1)});
  EXPECT_TRUE(std::holds_alternative<journal::SurplusStopped>(run.take<Keep>().back().record));
  EXPECT_THAT(run.machine.surplus_tasks(), ElementsAre());
}

TEST(MachineStart, of_an_interrupted_run_the_tasks_of_an_ended_launch_are_no_surplus) {
  Machinery run(Machinery::plan_of_same(2), {});
  run.finds_nothing = false;
  run.feed(Started{1, tasks(0, 1), {{"arn", "AGENT", ""}}});
  run.pass(2s);
  ASSERT_EQ(run.take<CallFind>().size(), 1U);
  run.feed(ObserveFailed{Code::kDenied, "DescribeTasks: not allowed", 0});  // Ends both.
  run.take<Say>();
  run.feed(Found{1, tasks(0, 2)});
  EXPECT_TRUE(run.take<Say>().empty());
  EXPECT_TRUE(run.take<CallStop>().empty());
}

TEST(MachineStart, a_refusal_after_a_lost_reply_is_looked_into_whatever_its_reason) {
  Machinery run(1);
  run.finds_nothing = false;
  run.fail_start(0, Code::kTimeout, "no reply", true);
  run.pass(2s);
  run.refuse(0, {"arn", "ATTRIBUTE", ""});
  EXPECT_EQ(run.take<CallFind>().size(), 1U);
  run.feed(Found{1, tasks(0, 1)});
  EXPECT_EQ(run.launch(0).phase, Phase::kWatching);
}

TEST(MachineStart, an_error_after_a_lost_reply_is_looked_into_whatever_its_kind) {
  for (const auto code : {Code::kDenied, Code::kNotFound, Code::kInvalid, Code::kConflict}) {
    for (const bool is_found : {false, true}) {
      Machinery run(1);
      run.fail_start(0, Code::kTimeout, "no reply", true);
      run.pass(2s);
      ASSERT_EQ(run.take<CallRunTask>().size(), 2U);
      run.finds_nothing = !is_found;
      run.fail_start(0, code, "no", false);
      ASSERT_EQ(run.take<CallFind>().size(), 1U);
      if (is_found) {
        run.feed(Found{1, tasks(0, 1)});
        EXPECT_EQ(run.launch(0).phase, Phase::kWatching);
      } else {
        run.pass(1min);
        EXPECT_EQ(run.verdict(), "unknown");
        EXPECT_TRUE(run.launch(0).verdict.may_still_run);
      }
      EXPECT_TRUE(run.take<CallRunTask>().empty());
    }
  }
}

TEST(MachineStart, who_may_do_nothing_after_a_lost_reply_does_not_know) {
  Machinery run(1);
  run.finds_nothing = false;
  run.fail_start(0, Code::kTimeout, "no reply", true);
  run.pass(2s);
  run.fail_start(0, Code::kDenied, "RunTask is denied", false);
  run.feed(FindFailed{1, Code::kDenied, "ListTasks is denied"});
  EXPECT_EQ(run.verdict(), "unknown");
  EXPECT_TRUE(run.launch(0).verdict.may_still_run);
}

TEST(MachineStart, a_token_that_is_said_to_be_used_is_looked_for_and_not_sent_again) {
  Machinery run(1);
  run.take<CallRunTask>();
  run.finds_nothing = false;
  run.fail_start(0, Code::kConflict, "ConflictException", true);
  EXPECT_TRUE(run.take<CallRunTask>().empty());
  ASSERT_EQ(run.take<CallFind>().size(), 1U);
  run.feed(Found{1, tasks(0, 1)});
  EXPECT_EQ(run.launch(0).phase, Phase::kWatching);
}

TEST(MachineStart, a_refusal_that_will_not_pass_is_looked_into_for_a_few_seconds) {
  for (const auto lag : {Duration(0s), Duration(60s)}) {
    Policy policy;
    policy.lists_lag = lag;
    Machinery run(1, policy);
    run.take<CallRunTask>();
    run.refuse(0, {"arn", "MISSING", ""});
    if (lag > 0s) {
      run.pass(kFinalRefusalLook - 1ms);
      EXPECT_FALSE(run.machine.is_done());
      run.pass(1ms);
    }
    const auto finds = run.take<CallFind>().size();
    EXPECT_TRUE(lag == 0s ? finds == 1 : finds >= 3) << finds;
    EXPECT_TRUE(run.take<CallRunTask>().empty());
    EXPECT_EQ(run.verdict(), "never_started");
    EXPECT_EQ(run.launch(0).verdict.words, "MISSING");
  }
}

TEST(MachineStart, a_task_of_a_call_with_a_refusal_that_will_not_pass_is_found) {
  Machinery run(1);
  run.finds_nothing = false;
  run.refuse(0, {"arn", "MISSING", ""});
  run.feed(Found{1, {}});
  run.pass(2s);
  run.feed(Found{1, tasks(0, 1)});
  EXPECT_EQ(run.launch(0).phase, Phase::kWatching);
}

TEST(MachineStart, by_a_users_own_started_by_too_many_matches_are_none) {
  auto plan = Machinery::plan(1);
  plan.launches[0].input.started_by = "me";
  Machinery run(plan, {});
  run.finds_nothing = false;
  EXPECT_FALSE(run.take<CallRunTask>().at(0).is_started_by_own);
  run.refuse(0, {"arn", "AGENT", ""});
  run.pass(2s);
  run.feed(Found{1, tasks(0, 2)});
  EXPECT_EQ(run.verdict(), "unknown");
  EXPECT_EQ(run.launch(0).verdict.words,
            "it may have been started: 2 tasks look like it and have its startedBy me");
}

}  // namespace
}  // namespace runtask::run
