#include <gtest/gtest.h>

#include "ecs/life_cycle.h"
#include "run/driver.h"
#include "sim/forwarding_client.h"
#include "sim/run_cloud.h"
#include "sys/scratch.h"

// One run over several accounts: whose calls go where.

namespace runtask::run {
namespace {

using namespace std::chrono_literals;

class Notebook final : public Observer {
 public:
  void on_status(const Launch&, const ecs::Task&) override {}
  void on_log(const Launch& launch, const std::string& container,
              const ecs::LogEvent& event) override {
    lines[{launch.index, container}].push_back(event.message);
  }
  void on_message(const std::string&) override {}
  void on_launch_ended(const LaunchOutcome& launch) override { ended[launch.index] = launch; }
  void on_end(const Outcome& over) override { outcome = over; }

  std::map<std::pair<int, std::string>, std::vector<std::string>> lines;
  std::map<int, LaunchOutcome> ended;
  std::optional<Outcome> outcome;
};

// Nobody hears DescribeTasks: each call ends at its deadline.
class Deaf final : public sim::ForwardingClient {
 public:
  Deaf(sim::SimLoop& loop, ecs::Client& inner) : ForwardingClient(inner), loop_(loop) {}
  using ForwardingClient::call;
  void call(const ecs::DescribeTasks&, ecs::Done<ecs::DescribeTasksReply> done) override {
    waiting_.push_back(loop_.after(60s, [done] {
      done(tl::unexpected<ecs::CallError>(
          ecs::CallError{{Code::kTimeout, "no reply", {}, {}}, {}, 0, true, {}, {}}));
    }));
  }

 private:
  sim::SimLoop& loop_;
  std::vector<sys::PendingPtr> waiting_;
};

class RunTargets : public testing::Test {
 protected:
  static Request request(const std::string& environment, std::size_t target,
                         const std::string& cluster) {
    Request made;
    made.task_definition = "job";
    made.place = {environment, "", "default", target};
    made.cluster = cluster;
    return made;
  }
  void make_plan_of(const std::vector<Request>& requests) {
    std::vector<DefinedRequest> defined;
    for (const auto& one : requests)
      defined.push_back({one, &cloud_of(one.place.target).definition()});
    const auto made = make_plan(
        defined, {{"acct01", "eu-west-1", "Ireland"}, {"acct02", "us-east-1", "Virginia"}}, "r1");
    ASSERT_TRUE(made) << made.error().text();
    plan_ = *made;
  }
  sim::Cloud& cloud_of(std::size_t target) { return target == 0 ? first_ : second_; }

  sim::SimLoop loop_;
  sim::Cloud first_{loop_, 5, {}, {true, true, false}};
  sim::Cloud second_{loop_, 6, {}, {false, false, false}};
  Notebook notebook_;
  Plan plan_;
  Policy policy_;
  LogPace logs_{1s, 5s, 6s};
};

TEST_F(RunTargets, every_call_of_a_launch_goes_to_its_own_target_and_cluster) {
  policy_.order = Order::kAll;
  policy_.after_failure = AfterFailure::kKeepGoing;
  make_plan_of(
      {request("dev", 0, "default"), request("test", 0, "other"), request("prod", 1, "other")});
  Driver driver({loop_, {&first_, &second_}, nullptr, notebook_, {}}, plan_, policy_, logs_);
  ASSERT_TRUE(driver.start({}));
  loop_.run_until(1h);
  ASSERT_TRUE(notebook_.outcome);
  EXPECT_EQ(first_.tasks(), 2U);
  EXPECT_EQ(second_.tasks(), 1U);
  bool has_lines = false;
  for (const auto& launch : notebook_.outcome->launches) {
    const auto& part = plan_.part_of(plan_.launches.at(static_cast<std::size_t>(launch.index)));
    auto& cloud = cloud_of(part.place.target);
    const auto* task = cloud.task(launch.task_arn);
    ASSERT_NE(task, nullptr) << launch.name;
    EXPECT_EQ(ecs::last_part(task->cluster_arn), part.cluster);
    EXPECT_TRUE(launch.verdict.kind == VerdictKind::kSucceeded ||
                launch.verdict.kind == VerdictKind::kFailed)
        << launch.verdict.words;
    for (const auto& source : part.logs) {
      const auto lines = cloud.lines_of(launch.task_arn, source.container);
      EXPECT_EQ((notebook_.lines[{launch.index, source.container}]), lines);
      has_lines |= !lines.empty();
    }
  }
  EXPECT_TRUE(has_lines);
}

TEST_F(RunTargets, a_stop_reaches_each_task_where_it_runs) {
  policy_.order = Order::kAll;
  policy_.timeout = 1ms;
  policy_.pace = {5ms, 50ms};  // Before the containers end by themselves.
  make_plan_of({request("dev", 0, "other"), request("test", 1, "default")});
  Driver driver({loop_, {&first_, &second_}, nullptr, notebook_, {}}, plan_, policy_, logs_);
  ASSERT_TRUE(driver.start({}));
  loop_.run_until(1h);
  ASSERT_TRUE(notebook_.outcome);
  for (const auto& launch : notebook_.outcome->launches) {
    const auto target = plan_.parts.at(static_cast<std::size_t>(launch.index)).place.target;
    EXPECT_TRUE(cloud_of(target).was_asked_to_stop(launch.task_arn, "--timeout")) << launch.name;
    EXPECT_EQ(name_of(launch.verdict.kind), "timed_out");
  }
}

TEST_F(RunTargets, one_that_hears_nothing_delays_no_launch_of_the_other) {
  policy_.order = Order::kAll;
  policy_.after_failure = AfterFailure::kKeepGoing;
  make_plan_of({request("dev", 0, ""), request("test", 1, "")});
  Deaf deaf(loop_, first_);
  std::vector<std::size_t> asked;
  Driver driver({loop_,
                 {&deaf, &second_},
                 nullptr,
                 notebook_,
                 [&](std::size_t target) {
                   asked.push_back(target);
                   return std::nullopt;
                 }},
                plan_, policy_, logs_);
  ASSERT_TRUE(driver.start({}));
  loop_.run_until(10min);
  EXPECT_FALSE(notebook_.ended.contains(0));
  ASSERT_TRUE(notebook_.ended.contains(1));
  // A container of the simulation lives 23 s at the longest; then come one look and the log.
  EXPECT_LE(*notebook_.ended[1].ended_at - sim::SimLoop::kWallStart, 45s);
  ASSERT_FALSE(asked.empty());
  EXPECT_EQ(std::set<std::size_t>(asked.begin(), asked.end()), std::set<std::size_t>{0});
}

TEST_F(RunTargets, the_record_says_of_each_launch_where_it_was) {
  policy_.after_failure = AfterFailure::kKeepGoing;
  make_plan_of({request("dev", 0, "default"), request("test", 1, "other")});
  sys::Scratch scratch;
  sys::SystemFiles files;
  auto history = history::History::open(files, scratch.path(), history::History::Access::kWrite);
  ASSERT_TRUE(history) << history.error().text();
  Driver driver({loop_, {&first_, &second_}, &*history, notebook_, {}}, plan_, policy_, logs_);
  history::RunRecord record;
  record.id = plan_.run_id;
  record.plan = to_json(plan_);
  record.launches = 2;
  ASSERT_TRUE(driver.start(record));
  loop_.run_until(1h);
  ASSERT_TRUE(driver.outcome());
  const auto run = history->find("r1");
  ASSERT_TRUE(run) << run.error().text();
  const auto outcome = read_outcome(run->outcome);
  ASSERT_TRUE(outcome) << outcome.error().text();
  const auto& launch = outcome->launches.at(1);
  EXPECT_EQ(launch.name, "test/default");
  EXPECT_EQ(launch.environment, "test");
  EXPECT_EQ(launch.instance, "default");
  EXPECT_EQ(launch.account, "acct02");
  EXPECT_EQ(launch.region, "us-east-1");
  EXPECT_EQ(launch.cluster, "other");
  EXPECT_EQ(launch.where, "Virginia, account acct02, cluster other");
}

}  // namespace
}  // namespace runtask::run
