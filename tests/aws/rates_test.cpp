#include "aws/rates.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "sim/sim_loop.h"

namespace runtask::aws {
namespace {

using namespace std::chrono_literals;

class RatesOf : public testing::Test {
 protected:
  // As a client does: at once, or when it is let go.
  void call(const Rates::Call& call, const std::string& name = "") {
    const auto made = [this, call, name] {
      made_.push_back({std::string(call.operation) + name, loop_.now()});
    };
    if (rates_->admit(call)) return made();
    waiting_.push_back(rates_->wait(call, made));
  }
  void call(std::string_view operation, int times) {
    for (int i = 0; i < times; ++i)
      call(Rates::Call{operation, 0});
  }
  [[nodiscard]] std::size_t made_until(Instant end) {
    loop_.run_until(end);
    return made_.size();
  }

  sim::SimLoop loop_;
  std::optional<Rates> rates_{std::in_place, loop_, Rates::Quotas::kDocumented};
  std::vector<std::pair<std::string, Instant>> made_;
  std::vector<sys::PendingPtr> waiting_;
};

TEST_F(RatesOf, what_is_too_much_waits_and_all_is_made) {
  call("GetLogEvents", 100);
  EXPECT_EQ(made_.size(), 10U);
  EXPECT_LE(made_until(1s), 21U);
  EXPECT_LE(made_until(5s), 61U);
  EXPECT_EQ(made_until(10s), 100U);
}

TEST_F(RatesOf, families_do_not_wait_for_each_other_and_members_of_one_do) {
  call("FilterLogEvents", 50);
  call("DescribeTasks", 60);
  call("ListTasks", 60);
  EXPECT_EQ(made_.size(), 5U + 100U);
  call("CreateCluster", 500);
  EXPECT_EQ(made_.size(), 605U);
}

TEST_F(RatesOf, a_stop_is_made_before_the_starts_that_wait) {
  call("RunTask", 200);
  EXPECT_EQ(made_.size(), 100U);
  call("StopTask", 3);
  loop_.run_until(1s);
  ASSERT_GT(made_.size(), 110U);
  for (std::size_t i = 100; i < 103; ++i)
    EXPECT_EQ(made_[i].first, "StopTask");
  EXPECT_LE(made_[100].second, 25ms);
}

TEST_F(RatesOf, calls_of_one_rank_are_made_in_their_order) {
  for (int i = 0; i < 40; ++i)
    call({"FilterLogEvents", 0}, std::to_string(i));
  loop_.run();
  ASSERT_EQ(made_.size(), 40U);
  for (int i = 0; i < 40; ++i)
    EXPECT_EQ(made_[static_cast<std::size_t>(i)].first, "FilterLogEvents" + std::to_string(i));
}

TEST_F(RatesOf, whoever_comes_when_a_turn_is_free_does_not_pass_those_who_wait) {
  const auto late = loop_.after(200ms, [this] { call({"FilterLogEvents", 0}, "late"); });
  call("FilterLogEvents", 6);
  loop_.run();
  ASSERT_EQ(made_.size(), 7U);
  EXPECT_EQ(made_[5].first, "FilterLogEvents");
  EXPECT_EQ(made_[6].first, "FilterLogEventslate");
}

TEST_F(RatesOf, a_stop_that_takes_the_turn_makes_the_others_wait_longer) {
  const auto stop = loop_.after(25ms, [this] { call("StopTask", 1); });
  call("RunTask", 101);
  loop_.run();
  ASSERT_EQ(made_.size(), 102U);
  EXPECT_EQ(made_[100], std::pair(std::string("StopTask"), Instant(25ms)));
  EXPECT_EQ(made_[101], std::pair(std::string("RunTask"), Instant(50ms)));
}

TEST_F(RatesOf, fargate_has_its_own_limits_of_calls_and_of_tasks) {
  ecs::RunTask request;
  request.launch_type = "FARGATE";
  for (int i = 0; i < 50; ++i)
    call(Rates::call_of(request));
  EXPECT_EQ(made_.size(), 20U);
  loop_.run();
  EXPECT_EQ(made_.size(), 50U);
  made_.clear();
  loop_.run_for(1h);
  request.launch_type.clear();
  request.capacity_provider_strategy.emplace_back().capacity_provider = "FARGATE_SPOT";
  request.count = 10;
  for (int i = 0; i < 20; ++i)
    call(Rates::call_of(request));
  EXPECT_EQ(made_.size(), 10U);
  EXPECT_LE(made_until(loop_.now() + 2s), 14U);
  request.capacity_provider_strategy.clear();
  EXPECT_EQ(Rates::call_of(request).fargate_tasks, 0);
}

TEST_F(RatesOf, what_is_called_off_takes_no_turn) {
  call("FilterLogEvents", 15);
  waiting_.resize(1);
  loop_.run();
  EXPECT_EQ(made_.size(), 6U);
  EXPECT_LE(made_.back().second, 200ms);
}

TEST_F(RatesOf, a_call_may_call_the_others_off_or_end_it_all) {
  call("FilterLogEvents", 5);
  waiting_.push_back(rates_->wait({"FilterLogEvents", 0}, [this] {
    waiting_.clear();
    rates_.reset();
  }));
  for (int i = 0; i < 5; ++i)
    waiting_.push_back(rates_->wait({"FilterLogEvents", 0}, [this] { made_.emplace_back(); }));
  loop_.run();
  EXPECT_EQ(made_.size(), 5U);
}

TEST_F(RatesOf, whoever_throttles_gets_less_for_a_while) {
  call("DescribeTasks", 100);
  rates_->throttled({"DescribeTasks", 0});
  call("DescribeTasks", 100);
  EXPECT_LE(made_until(2s), 100U + 29U);
  EXPECT_EQ(made_until(1min), 200U);
}

TEST_F(RatesOf, without_quotas_nothing_waits_unless_the_server_throttles) {
  rates_.emplace(loop_, Rates::Quotas::kNone);
  call("GetLogEvents", 5000);
  EXPECT_EQ(made_.size(), 5000U);
  made_.clear();
  loop_.run_for(10s);
  call("GetLogEvents", 10);
  rates_->throttled({"GetLogEvents", 0});
  call("GetLogEvents", 100);
  EXPECT_EQ(made_.size(), 10U);
  EXPECT_EQ(made_until(2min), 110U);
}

}  // namespace
}  // namespace runtask::aws
