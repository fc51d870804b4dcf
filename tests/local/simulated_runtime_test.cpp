#include "local/simulated_runtime.h"

#include <gmock/gmock.h>

#include "local/container_log.h"
#include "local/simulated_command.h"
#include "sim/sim_loop.h"

namespace runtask::local {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST(SimulatedCommand, its_words_say_time_lines_and_end) {
  const auto command = SimulatedCommand::parse(
      {"start=1s", "run=2m", "print=a=b c", "print=", "lines=5", "exit=7", "stop=500ms"});
  ASSERT_TRUE(command) << command.error().text();
  EXPECT_EQ(command->start, 1s);
  EXPECT_EQ(command->run, 2min);
  EXPECT_THAT(command->prints, ElementsAre("a=b c", ""));
  EXPECT_EQ(command->lines, 5U);
  EXPECT_EQ(command->exit_code, 7);
  EXPECT_EQ(command->stop, 500ms);
  EXPECT_FALSE(SimulatedCommand::parse({"stop=never"})->stop);
}

TEST(SimulatedCommand, no_words_mean_success_at_once) {
  const auto command = SimulatedCommand::parse({});
  EXPECT_EQ(command->run, 0ms);
  EXPECT_EQ(command->exit_code, 0);
  EXPECT_EQ(command->stop, 0ms);
}

TEST(SimulatedCommand, other_words_are_refused_by_name) {
  for (const std::string word :
       {"run", "run=", "run=x", "run=-1s", "exit=256", "exit=-1", "lines=1000001", "lines=", "=1",
        "RUN=1s", "stop=no", "start=never", "sleep 1", ""}) {
    const auto command = SimulatedCommand::parse({"exit=0", word});
    ASSERT_FALSE(command) << word;
    EXPECT_THAT(command.error().message, StartsWith("`" + word + "` "));
  }
}

TEST(SimulatedCommand, lines_are_spread_from_the_start_to_the_very_end) {
  auto command = *SimulatedCommand::parse({"run=10s", "lines=5"});
  EXPECT_EQ(command.line_at(0), 0ms);
  EXPECT_EQ(command.line_at(1), 2500ms);
  EXPECT_EQ(command.line_at(4), 10s);
  EXPECT_EQ(SimulatedCommand::parse({"run=10s", "lines=1"})->line_at(0), 0ms);
  command = *SimulatedCommand::parse({"run=36500d", "lines=1000000"});
  EXPECT_EQ(command.line_at(999'999), command.run);
}

class SimulatedRuntimeTest : public testing::Test {
 protected:
  static ContainerId id(const std::string& name = "app") { return {"t", name}; }
  void start(std::vector<std::string> command, const std::string& name = "app",
             std::vector<std::string> entry_point = {}) {
    auto definition = std::make_shared<ecs::TaskDefinition>();
    definition->family = "job";
    definition->container_definitions.resize(1);
    definition->container_definitions[0].name = name;
    definition->container_definitions[0].image = "simulated";
    definition->container_definitions[0].entry_point = std::move(entry_point);
    auto start = std::make_shared<ContainerStart>();
    start->id = id(name);
    start->task_definition = std::move(definition);
    start->command = std::move(command);
    runtime.carry_out(StartContainer{std::move(start)});
  }
  void signal() { runtime.carry_out(SignalContainer{id()}); }
  void kill() { runtime.carry_out(KillContainer{id()}); }

  // "started app at 0", "exited app 3 at 2000", "not started app: ..."
  void hear(const Event& event) {
    const std::string at = " at " + std::to_string(loop.now().count());
    if (const auto* started = std::get_if<ContainerStarted>(&event)) {
      heard.push_back("started " + started->id.container + at);
    } else if (const auto* failure = std::get_if<ContainerNotStarted>(&event)) {
      heard.push_back("not started " + failure->id.container + ": " + failure->reason);
    } else if (const auto* exit = std::get_if<ContainerExited>(&event)) {
      heard.push_back("exited " + exit->id.container + " " + std::to_string(exit->exit_code) + at);
    } else {
      heard.push_back(std::get<HealthChecked>(event).passed ? "healthy" : "unhealthy");
    }
  }
  ecs::GetLogEventsReply page(const std::string& name = "app") {
    ecs::GetLogEvents request;
    request.log_group_name = "/runtask/job";
    request.log_stream_name = name + "/t";
    request.start_from_head = true;
    auto reply = logs.call(request, {{loop.now(), loop.wall_now()}, "arn"});
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().message);
    return reply ? *std::move(reply) : ecs::GetLogEventsReply{};
  }
  // Each with when it was written.
  std::vector<std::string> lines(const std::string& name = "app") {
    std::vector<std::string> list;
    for (const auto& event : page(name).events)
      list.push_back(std::to_string((event.timestamp - sim::SimLoop::kWallStart).count()) + " " +
                     event.message);
    return list;
  }

  sim::SimLoop loop;
  sys::Database database = *sys::Database::open("", sys::Database::Mode::kInMemory);
  LogStore logs = *LogStore::open(database, {});
  std::vector<std::string> heard;
  SimulatedRuntime runtime{{loop, logs}, [this](const Event& event) { hear(event); }};
};

TEST_F(SimulatedRuntimeTest, a_container_runs_prints_and_ends_as_it_says) {
  start({"run=2s", "lines=3", "print=hello", "exit=3"});
  EXPECT_TRUE(runtime.has(id()));
  loop.run();
  EXPECT_THAT(heard, ElementsAre("started app at 0", "exited app 3 at 2000"));
  EXPECT_THAT(lines(),
              ElementsAre("0 hello", "0 line 1 of 3", "1000 line 2 of 3", "2000 line 3 of 3"));
  EXPECT_EQ(page().complete, true);
  EXPECT_FALSE(runtime.has(id()));
}

TEST_F(SimulatedRuntimeTest, a_slow_machine_loses_no_line_before_the_end) {
  loop.per_look = 3ms;
  for (int i = 0; i < 20; ++i) {
    const auto name = "app" + std::to_string(i);
    start({"run=" + std::to_string(50 + i) + "ms", "lines=50"}, name);
    loop.run();
    const auto written = page(name).events;
    ASSERT_EQ(written.size(), 50U) << name;
    EXPECT_EQ(written.back().message, "line 50 of 50");
  }
}

TEST_F(SimulatedRuntimeTest, the_words_of_the_entry_point_come_first) {
  start({"exit=5"}, "app", {"run=1s", "exit=4"});
  loop.run();
  EXPECT_THAT(heard, ElementsAre("started app at 0", "exited app 5 at 1000"));
}

TEST_F(SimulatedRuntimeTest, it_starts_when_it_says) {
  start({"start=5s", "run=1s"});
  loop.run_for(4s);
  EXPECT_TRUE(heard.empty());
  loop.run();
  EXPECT_THAT(heard, ElementsAre("started app at 5000", "exited app 0 at 6000"));
}

TEST_F(SimulatedRuntimeTest, a_wrong_word_is_a_container_that_cannot_start) {
  start({"run=soon"});
  EXPECT_THAT(heard, ElementsAre(HasSubstr(
                         "not started app: CannotStartContainerError: `run=soon` says nothing")));
  EXPECT_FALSE(runtime.has(id()));
}

TEST_F(SimulatedRuntimeTest, the_stop_signal_ends_it_at_once) {
  start({"run=1h", "lines=2"});
  loop.run_for(1s);
  signal();
  EXPECT_THAT(heard, ElementsAre("started app at 0", "exited app 143 at 1000"));
  EXPECT_THAT(lines(), ElementsAre("0 line 1 of 2"));
  loop.run();
  EXPECT_EQ(heard.size(), 2U);
}

TEST_F(SimulatedRuntimeTest, it_goes_on_after_the_signal_as_long_as_it_says) {
  start({"run=1h", "stop=2s", "lines=3601"});
  loop.run_for(10s);
  signal();
  loop.run();
  EXPECT_THAT(heard, ElementsAre("started app at 0", "exited app 143 at 12000"));
  EXPECT_EQ(lines().size(), 13U);
}

TEST_F(SimulatedRuntimeTest, its_own_end_may_come_before_that) {
  start({"run=3s", "stop=2s", "exit=9"});
  loop.run_for(2s);
  signal();
  loop.run();
  EXPECT_EQ(heard.back(), "exited app 9 at 3000");
}

TEST_F(SimulatedRuntimeTest, one_that_never_stops_is_killed) {
  start({"run=1h", "stop=never"});
  loop.run_for(1s);
  signal();
  loop.run_for(30s);
  EXPECT_EQ(heard.size(), 1U);
  kill();
  EXPECT_EQ(heard.back(), "exited app 137 at 31000");
  kill();
  signal();
  loop.run();
  EXPECT_EQ(heard.size(), 2U);
}

TEST_F(SimulatedRuntimeTest, one_that_is_given_up_before_it_runs_is_never_heard_of) {
  start({"start=1h"});
  kill();
  EXPECT_FALSE(runtime.has(id()));
  EXPECT_EQ(page().complete, true);
  loop.run();
  EXPECT_TRUE(heard.empty());
}

TEST_F(SimulatedRuntimeTest, one_that_is_cancelled_before_it_runs_never_does) {
  start({"start=1h", "print=hello", "stop=never"});
  runtime.carry_out(CancelStart{id()});
  EXPECT_FALSE(runtime.has(id()));
  loop.run();
  EXPECT_THAT(heard, ElementsAre("not started app: "));
  EXPECT_TRUE(lines().empty());
  EXPECT_EQ(page().complete, true);  // Whoever reads its log does not wait.
}

TEST_F(SimulatedRuntimeTest, one_that_runs_is_not_cancelled) {
  start({"run=1s"});
  runtime.carry_out(CancelStart{id()});
  loop.run();
  EXPECT_THAT(heard, ElementsAre("started app at 0", "exited app 0 at 1000"));
}

TEST_F(SimulatedRuntimeTest, its_health_checks_pass) {
  start({"run=1m"});
  runtime.carry_out(CheckHealth{id(), {"CMD", "check"}, 1s});
  EXPECT_EQ(heard.back(), "healthy");
}

TEST_F(SimulatedRuntimeTest, many_lines_at_once_are_all_written_before_the_end) {
  start({"lines=5000", "exit=1"});
  loop.run();
  const auto read = page();
  ASSERT_EQ(read.events.size(), 5000U);
  EXPECT_EQ(read.events.back().message, "line 5000 of 5000");
  EXPECT_EQ(heard.back(), "exited app 1 at 0");
}

TEST_F(SimulatedRuntimeTest, containers_do_not_disturb_each_other) {
  for (int i = 0; i < 100; ++i)
    start({"run=" + std::to_string(i + 1) + "s", "lines=1", "exit=" + std::to_string(i)},
          "c" + std::to_string(i));
  loop.run();
  ASSERT_EQ(heard.size(), 200U);
  for (int i = 0; i < 100; ++i) {
    const auto name = "c" + std::to_string(i);
    EXPECT_EQ(heard[static_cast<std::size_t>(100 + i)],
              "exited " + name + " " + std::to_string(i) + " at " + std::to_string(1000 * (i + 1)));
    EXPECT_THAT(lines(name), ElementsAre("0 line 1 of 1"));
  }
}

}  // namespace
}  // namespace runtask::local
