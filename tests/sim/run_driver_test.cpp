#include <gtest/gtest.h>

#include <algorithm>

#include "ecs/life_cycle.h"
#include "run/driver.h"
#include "sim/forwarding_client.h"
#include "sim/run_cloud.h"
#include "sys/scratch.h"

namespace runtask::run {
namespace {

using namespace std::chrono_literals;
using Access = history::History::Access;

class Notebook final : public Observer {
 public:
  void on_status(const Launch&, const ecs::Task& task) override {
    statuses.push_back(task.last_status);
  }
  void on_log(const Launch&, const std::string& container, const ecs::LogEvent& event) override {
    lines[container].push_back(event.message);
  }
  [[nodiscard]] bool takes_lines() const override { return !is_full; }
  void on_message(const std::string& text) override { messages.push_back(text); }
  void on_launch_ended(const LaunchOutcome& launch) override { launches.push_back(launch); }
  void on_end(const Outcome& ended) override { outcome = ended; }

  bool is_full = false;
  std::vector<std::string> statuses, messages;
  std::map<std::string, std::vector<std::string>> lines;
  std::vector<LaunchOutcome> launches;
  std::optional<Outcome> outcome;
};

class RunDriver : public testing::Test {
 protected:
  history::History open() {
    auto opened = history::History::open(files_, scratch_.path(), Access::kWrite);
    EXPECT_TRUE(opened) << opened.error().text();
    return *std::move(opened);
  }
  void make_plan_of(const Request& request) {
    const auto made = make_plan({{request, &cloud_.definition()}}, {}, "run-1");
    ASSERT_TRUE(made) << made.error().text();
    plan_ = *made;
    record_.id = plan_.run_id;
    record_.plan = to_json(plan_);
    record_.launches = static_cast<int>(plan_.launches.size());
    record_.started_at = loop_.wall_now();
  }
  static Request request() {
    Request made;
    made.task_definition = "job";
    return made;
  }

  sys::Scratch scratch_;
  sys::SystemFiles files_;
  sim::SimLoop loop_;
  sim::Cloud cloud_{loop_, 2, {}, {true, true, false}};
  Notebook notebook_;
  Plan plan_;
  history::RunRecord record_;
  LogPace logs_{1s, 5s, 6s};
};

// Looks at the journal at the moment when RunTask is called.
class Witness final : public sim::ForwardingClient {
 public:
  Witness(ecs::Client& inner, std::function<void()> look)
      : ForwardingClient(inner), look_(std::move(look)) {}
  using ForwardingClient::call;
  void call(const ecs::RunTask& request, ecs::Done<ecs::RunTaskReply> done) override {
    look_();
    ForwardingClient::call(request, std::move(done));
  }

 private:
  std::function<void()> look_;
};

TEST_F(RunDriver, a_start_is_in_the_journal_before_it_is_sent) {
  make_plan_of(request());
  auto history = open();
  int looks = 0;
  Witness witness(cloud_, [&] {
    ++looks;
    const auto events = history.events("run-1");
    ASSERT_TRUE(events && events->size() == 1U);
    EXPECT_EQ(events->front().kind, "start_call");
    EXPECT_NE(events->front().data.find(R"("token":"run-1-1")"), std::string::npos);
  });
  Driver driver({loop_, {&witness}, &history, notebook_, {}}, plan_, {}, logs_);
  ASSERT_TRUE(driver.start(record_));
  loop_.run_until(1h);
  EXPECT_EQ(looks, 1);
  ASSERT_TRUE(notebook_.outcome);
}

TEST_F(RunDriver, the_history_holds_the_stopped_task_every_line_and_the_outcome) {
  make_plan_of(request());
  auto history = open();
  Driver driver({loop_, {&cloud_}, &history, notebook_, {}}, plan_, {}, logs_);
  ASSERT_TRUE(driver.start(record_));
  loop_.run_until(1h);
  ASSERT_TRUE(notebook_.outcome);
  EXPECT_FALSE(notebook_.outcome->history_incomplete);

  const auto run = history.find("run-1");
  ASSERT_TRUE(run && run->exit_code);
  EXPECT_EQ(*run->exit_code, notebook_.outcome->exit_code);
  EXPECT_EQ(run->verdict, name_of(notebook_.outcome->kind));
  const auto outcome = read_outcome(run->outcome);
  ASSERT_TRUE(outcome) << outcome.error().text();
  EXPECT_EQ(to_json(*outcome), to_json(*notebook_.outcome));

  ecs::Task task;
  const auto events = history.events("run-1");
  ASSERT_TRUE(events);
  for (const auto& event : *events)
    if (event.kind == "observed")
      task = std::get<journal::Observed>(**journal::read_event(event)).task;
  EXPECT_EQ(task.last_status, "STOPPED");
  EXPECT_EQ(task.stop_code, notebook_.outcome->launches[0].stop_code);

  std::map<std::string, std::vector<std::string>> stored;
  ASSERT_TRUE(history.lines("run-1", 0, [&](const history::StoredLine& line) {
    stored[line.container].push_back(line.line.text);
    return true;
  }));
  EXPECT_EQ(stored, notebook_.lines);
  EXPECT_FALSE(stored.empty());
}

TEST_F(RunDriver, nothing_is_started_when_the_run_cannot_be_recorded) {
  make_plan_of(request());
  auto history = open();
  {
    auto other = sys::Database::open(scratch_ / "history.db", sys::Database::Mode::kReadWrite);
    ASSERT_TRUE(other && other->execute("DROP TABLE runs"));
  }
  Driver driver({loop_, {&cloud_}, &history, notebook_, {}}, plan_, {}, logs_);
  EXPECT_FALSE(driver.start(record_));
  loop_.run_until(1h);
  EXPECT_TRUE(cloud_.tokens().empty());
  EXPECT_FALSE(notebook_.outcome);
}

TEST_F(RunDriver, nothing_is_started_when_the_start_cannot_be_recorded) {
  make_plan_of(request());
  auto history = open();
  Driver driver({loop_, {&cloud_}, &history, notebook_, {}}, plan_, {}, logs_);
  ASSERT_TRUE(driver.start(record_));
  {
    auto other = sys::Database::open(scratch_ / "history.db", sys::Database::Mode::kReadWrite);
    ASSERT_TRUE(other && other->execute("DROP TABLE events"));
  }
  loop_.run_until(1h);
  EXPECT_TRUE(cloud_.tokens().empty());
  ASSERT_TRUE(notebook_.outcome);
  EXPECT_EQ(notebook_.outcome->exit_code, kExitCouldNotRun);
  EXPECT_NE(notebook_.outcome->launches[0].verdict.words.find("history"), std::string::npos);
}

TEST_F(RunDriver, a_history_that_breaks_in_the_middle_costs_one_warning_and_not_the_verdict) {
  make_plan_of(request());
  // The same without a history, to compare.
  sim::SimLoop other_loop;
  sim::Cloud other_cloud(other_loop, 2, {}, {true, true, false});
  Notebook expected;
  Driver reference({other_loop, {&other_cloud}, nullptr, expected, {}}, plan_, {}, logs_);
  ASSERT_TRUE(reference.start(record_));
  other_loop.run_until(1h);

  auto history = open();
  Driver driver({loop_, {&cloud_}, &history, notebook_, {}}, plan_, {}, logs_);
  ASSERT_TRUE(driver.start(record_));
  loop_.run_until(500ms);
  ASSERT_FALSE(cloud_.tokens().empty());
  {
    auto other = sys::Database::open(scratch_ / "history.db", sys::Database::Mode::kReadWrite);
    ASSERT_TRUE(other && other->execute("DROP TABLE events; DROP TABLE log_lines"));
  }
  loop_.run_until(1h);
  ASSERT_TRUE(notebook_.outcome && expected.outcome);
  EXPECT_TRUE(notebook_.outcome->history_incomplete);
  EXPECT_EQ(notebook_.outcome->exit_code, expected.outcome->exit_code);
  EXPECT_EQ(notebook_.lines, expected.lines);
  ASSERT_EQ(notebook_.messages.size(), 1U);
  EXPECT_NE(notebook_.messages[0].find("incomplete"), std::string::npos);
}

TEST_F(RunDriver, secrets_reach_ecs_and_no_record) {
  auto asked = request();
  asked.environment = {{"PASSWORD", "hunter2-hunter2", true}};
  make_plan_of(asked);
  auto history = open();
  bool arrived = false;
  Witness witness(cloud_, [&] { arrived = true; });
  Driver driver({loop_, {&witness}, &history, notebook_, {}}, plan_, {}, logs_);
  ASSERT_TRUE(driver.start(record_));
  loop_.run_until(1h);
  ASSERT_TRUE(arrived && notebook_.outcome);
  const auto* task = cloud_.task(notebook_.outcome->launches[0].task_arn);
  ASSERT_NE(task, nullptr);
  EXPECT_EQ(task->overrides.container_overrides.at(0).environment.at(0).value, "hunter2-hunter2");
  std::string all = history.find("run-1")->outcome + history.find("run-1")->record.plan;
  const auto events = history.events("run-1");
  ASSERT_TRUE(events);
  for (const auto& event : *events)
    all += event.data;
  EXPECT_EQ(all.find("hunter2"), std::string::npos);
  EXPECT_NE(all.find("****"), std::string::npos);
}

TEST_F(RunDriver, reads_no_page_while_nobody_takes_the_lines_and_loses_none_of_them) {
  make_plan_of(request());
  Driver driver({loop_, {&cloud_}, nullptr, notebook_, {}}, plan_, {}, logs_);
  notebook_.is_full = true;
  ASSERT_TRUE(driver.start(record_));
  loop_.run_until(1h);
  EXPECT_TRUE(notebook_.lines.empty());
  ASSERT_FALSE(notebook_.statuses.empty());
  EXPECT_EQ(notebook_.statuses.back(), "STOPPED");  // The task is not held up.
  EXPECT_FALSE(notebook_.outcome);
  driver.read_on();  // Still full.
  loop_.run_until(2h);
  EXPECT_TRUE(notebook_.lines.empty());

  notebook_.is_full = false;
  driver.read_on();
  loop_.run_until(3h);
  ASSERT_TRUE(notebook_.outcome);
  EXPECT_TRUE(notebook_.outcome->launches[0].log_notes.empty());
  ASSERT_EQ(notebook_.lines.size(), 2U);
  for (const auto& [container, lines] : notebook_.lines) {
    EXPECT_FALSE(lines.empty()) << container;
    EXPECT_EQ(lines, cloud_.lines_of(notebook_.outcome->launches[0].task_arn, container));
  }
}

TEST_F(RunDriver, an_interrupt_ends_in_time_although_nobody_takes_the_lines) {
  make_plan_of(request());
  Driver driver({loop_, {&cloud_}, nullptr, notebook_, {}}, plan_, {}, logs_);
  notebook_.is_full = true;
  ASSERT_TRUE(driver.start(record_));
  loop_.run_until(1h);
  EXPECT_FALSE(notebook_.outcome);
  driver.interrupt(kExitInterrupted, OurStop::kInterrupt);
  loop_.run_until(1h + Policy().interrupt_patience);
  ASSERT_TRUE(notebook_.outcome);  // The task's own verdict: it had ended before.
  EXPECT_FALSE(notebook_.outcome->launches[0].log_notes.empty());
}

TEST_F(RunDriver, a_driver_that_is_gone_is_told_nothing_more) {
  make_plan_of(request());
  {
    Driver driver({loop_, {&cloud_}, nullptr, notebook_, {}}, plan_, {}, logs_);
    ASSERT_TRUE(driver.start(record_));
    loop_.run_until(100ms);
  }
  const auto told = notebook_.statuses.size() + notebook_.messages.size();
  loop_.run_until(1h);
  EXPECT_EQ(notebook_.statuses.size() + notebook_.messages.size(), told);
  EXPECT_FALSE(notebook_.outcome);
}

TEST_F(RunDriver, when_nobody_answers_it_asks_for_the_endpoint_at_most_once_a_second) {
  sim::Faults faults;
  faults.lost_request = 100;
  sim::Cloud silent(loop_, 1, faults, {});
  // RunTask reaches the cloud that answers; whatever is asked later, nobody hears.
  class Silence final : public sim::ForwardingClient {
   public:
    Silence(ecs::Client& inner, ecs::Client& nobody) : ForwardingClient(inner), nobody_(nobody) {}
    using ForwardingClient::call;
    void call(const ecs::DescribeTasks& request, ecs::Done<ecs::DescribeTasksReply> done) override {
      nobody_.call(request, std::move(done));
    }

   private:
    ecs::Client& nobody_;
  };
  make_plan_of(request());
  Silence client(cloud_, silent);
  std::vector<Instant> revivals;
  std::optional<std::string> words;
  const auto unreachable = [&](std::size_t) {
    revivals.push_back(loop_.now());
    return words;
  };
  Driver driver({loop_, {&client}, nullptr, notebook_, unreachable}, plan_, {}, logs_);
  ASSERT_TRUE(driver.start(record_));
  loop_.run_until(2min);
  ASSERT_GT(revivals.size(), 5U);
  for (std::size_t i = 1; i < revivals.size(); ++i)
    EXPECT_GE(revivals[i] - revivals[i - 1], 1s);
  EXPECT_FALSE(notebook_.outcome);  // It goes on,
  words = "it was stopped";         // unless nobody will ever answer.
  loop_.run_until(4min);
  ASSERT_TRUE(notebook_.outcome);
  EXPECT_EQ(notebook_.outcome->launches[0].verdict.kind, VerdictKind::kInfrastructure);
  EXPECT_EQ(notebook_.outcome->launches[0].verdict.words, "it was stopped");
}

TEST_F(RunDriver, when_nobody_answers_a_start_it_asks_for_the_endpoint_too) {
  class Refusing final : public sim::ForwardingClient {
   public:
    Refusing(sim::SimLoop& loop, ecs::Client& inner) : ForwardingClient(inner), loop_(loop) {}
    using ForwardingClient::call;
    void call(const ecs::RunTask&, ecs::Done<ecs::RunTaskReply> done) override {
      ecs::CallError error;
      error.error = {Code::kUnavailable, "connection refused", {}, {}};
      loop_.post(
          [done = std::move(done), error = std::move(error)] { done(tl::unexpected(error)); });
    }

   private:
    sim::SimLoop& loop_;
  };
  make_plan_of(request());
  Refusing client(loop_, cloud_);
  const auto gone = [](std::size_t) { return std::optional<std::string>("it was stopped"); };
  Driver driver({loop_, {&client}, nullptr, notebook_, gone}, plan_, {}, logs_);
  ASSERT_TRUE(driver.start(record_));
  loop_.run_until(2s);
  ASSERT_TRUE(notebook_.outcome);
  EXPECT_EQ(notebook_.outcome->launches[0].verdict.kind, VerdictKind::kInfrastructure);
  EXPECT_EQ(notebook_.outcome->launches[0].verdict.words, "it was stopped");
}

TEST_F(RunDriver, lines_that_the_endpoint_says_it_has_lost_are_said_of_a_success_too) {
  class Losing final : public sim::ForwardingClient {
   public:
    explicit Losing(ecs::Client& inner) : ForwardingClient(inner) {}
    using ForwardingClient::call;
    void call(const ecs::DescribeTasks& request, ecs::Done<ecs::DescribeTasksReply> done) override {
      ForwardingClient::call(request, [done](ecs::Called<ecs::DescribeTasksReply> reply) {
        if (reply)
          for (auto& task : reply->tasks)
            for (auto& container : task.containers)
              if (container.exit_code) container.reason = std::string(ecs::kLinesLostReason) + "4";
        done(std::move(reply));
      });
    }
  };
  make_plan_of(request());
  Losing client(cloud_);
  Driver driver({loop_, {&client}, nullptr, notebook_, {}}, plan_, {}, logs_);
  ASSERT_TRUE(driver.start(record_));
  loop_.run_until(10min);
  ASSERT_TRUE(notebook_.outcome);
  const auto& notes = notebook_.outcome->launches[0].log_notes;
  ASSERT_FALSE(notes.empty());
  EXPECT_NE(notes[0].find("could not store its last log lines; lost: 4"), std::string::npos);
  EXPECT_NE(std::find(notebook_.messages.begin(), notebook_.messages.end(), notes[0]),
            notebook_.messages.end());
}

}  // namespace
}  // namespace runtask::run
