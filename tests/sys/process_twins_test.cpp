// Simulated child processes keep the promises of the real ones. Each promise is checked on both:
// the real ones run a shell script that does the same steps.

#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/sim_loop.h"
#include "sim/sim_processes.h"
#include "sys/event_loop.h"
#include "sys/processes.h"

namespace runtask::sys {
namespace {

using sim::Exit;
using sim::Hold;
using sim::IgnoreTerm;
using sim::Say;
using sim::Steps;
using sim::Wait;

constexpr Duration kPatience = std::chrono::seconds(20);

struct Real {
  // As a process that runs until it is told to end by itself would do them.
  ProcessSpec does(const Steps& steps) {
    std::string script;
    for (const auto& step : steps) {
      if (const auto* say = std::get_if<Say>(&step)) script += "printf '%s' '" + say->text + "'\n";
      if (const auto* exit = std::get_if<Exit>(&step))
        script += "exit " + std::to_string(exit->code) + "\n";
      if (std::holds_alternative<IgnoreTerm>(step)) script += "trap '' TERM\n";
      if (std::holds_alternative<Hold>(step)) script += "while :; do sleep 0.01; done\n";
      if (const auto* wait = std::get_if<Wait>(&step))
        script +=
            "sleep " + std::to_string(static_cast<double>(wait->duration.count()) / 1000) + "\n";
    }
    ProcessSpec spec;
    spec.argv = {"/bin/sh", "-c", script};
    spec.environment = {{"PATH", "/usr/bin:/bin"}};
    spec.working_directory = "/";
    spec.keep_tree = true;
    return spec;
  }
  EventLoop loop;
  SystemProcesses processes{loop};
};

struct Simulated {
  ProcessSpec does(const Steps& steps) {
    processes.script([steps](const ProcessSpec&) { return steps; });
    ProcessSpec spec;
    spec.argv = {"it"};
    return spec;
  }
  sim::SimLoop loop;
  sim::SimProcesses processes{loop};
};

template <class World>
class ProcessTwins : public testing::Test {
 protected:
  void start(const Steps& steps) {
    auto spawned = world_.processes.spawn(world_.does(steps),
                                          {[this](std::string_view bytes) {
                                             EXPECT_LE(bytes.size(), 65'536U);
                                             EXPECT_FALSE(exit_) << "output comes before the end";
                                             output_ += bytes;
                                             world_.loop.stop();
                                           },
                                           [this](const ProcessExit& ended) {
                                             EXPECT_FALSE(exit_) << "it ends once";
                                             exit_ = ended;
                                             world_.loop.stop();
                                           }});
    ASSERT_TRUE(spawned) << spawned.error().text();
    process_ = *std::move(spawned);
    EXPECT_TRUE(output_.empty() && !exit_) << "never from inside";
  }
  void run_for(Duration duration) {
    bool over = false;
    const auto timer = world_.loop.after(duration, [&] {
      over = true;
      world_.loop.stop();
    });
    while (!over)
      world_.loop.run();
  }
  void run_until_output(const std::string& text) {
    const auto deadline = world_.loop.now() + kPatience;
    const auto timer = world_.loop.after(kPatience, [this] { world_.loop.stop(); });
    while (output_ != text && world_.loop.now() < deadline)
      world_.loop.run();
    ASSERT_EQ(output_, text);
  }
  ProcessExit wait() {
    const auto deadline = world_.loop.now() + kPatience;
    const auto timer = world_.loop.after(kPatience, [this] { world_.loop.stop(); });
    while (!exit_ && world_.loop.now() < deadline)
      world_.loop.run();
    EXPECT_TRUE(exit_) << "it takes too long";
    return exit_.value_or(ProcessExit{});
  }

  World world_;
  std::unique_ptr<Process> process_;
  std::string output_;
  std::optional<ProcessExit> exit_;
};
using Worlds = testing::Types<Real, Simulated>;
TYPED_TEST_SUITE(ProcessTwins, Worlds);

TYPED_TEST(ProcessTwins, output_comes_in_order_and_before_the_code) {
  this->start({Say{"one "}, Wait{Duration(10)}, Say{"two"}, Exit{7}});
  const auto exit = this->wait();
  EXPECT_EQ(this->output_, "one two");
  EXPECT_EQ(exit.code, 7);
  EXPECT_FALSE(exit.signal);
  EXPECT_FALSE(exit.out_of_memory);
  EXPECT_EQ(exit.shell_code(), 7);
}

TYPED_TEST(ProcessTwins, the_last_step_is_a_good_end) {
  this->start({Say{"x"}});
  EXPECT_EQ(this->wait().code, 0);
}

TYPED_TEST(ProcessTwins, long_output_comes_in_pieces) {
  const std::string text(100'000, 'x');
  this->start({Say{text}});
  EXPECT_EQ(this->wait().code, 0);
  EXPECT_EQ(this->output_, text);
}

TYPED_TEST(ProcessTwins, a_signal_ends_it_and_is_told) {
  this->start({Say{"up"}, Hold{}});
  this->run_until_output("up");
  this->process_->signal(0);  // Not one.
  this->process_->signal(SIGTERM);
  EXPECT_FALSE(this->exit_);
  const auto exit = this->wait();
  EXPECT_EQ(exit.signal, SIGTERM);
  EXPECT_FALSE(exit.code);
  EXPECT_EQ(exit.shell_code(), 143);
  this->process_->signal(SIGTERM);  // Of one that has ended: nothing.
  this->process_->kill_tree();
}

TYPED_TEST(ProcessTwins, one_that_ignores_the_signal_is_ended_by_kill_tree_only) {
  this->start({IgnoreTerm{}, Say{"up"}, Hold{}});
  this->run_until_output("up");
  this->process_->signal(SIGTERM);
  this->run_for(Duration(50));
  EXPECT_FALSE(this->exit_);
  this->process_->kill_tree();
  EXPECT_EQ(this->wait().signal, SIGKILL);
}

TYPED_TEST(ProcessTwins, output_that_is_paused_waits_and_holds_up_the_end) {
  this->start({Say{"all of it"}, Exit{3}});
  this->process_->pause_output(true);
  this->run_for(Duration(1300));  // Longer than the grace for a pipe that is held.
  EXPECT_EQ(this->output_, "");
  EXPECT_FALSE(this->exit_);
  this->process_->pause_output(false);
  EXPECT_EQ(this->output_, "") << "never from inside";
  EXPECT_EQ(this->wait().code, 3);
  EXPECT_EQ(this->output_, "all of it");
}

TYPED_TEST(ProcessTwins, one_that_is_destroyed_is_never_heard_of_again) {
  this->start({Say{"up"}, Hold{}});
  this->run_until_output("up");
  this->process_.reset();
  this->run_for(Duration(50));
  EXPECT_FALSE(this->exit_);
}

TYPED_TEST(ProcessTwins, a_handler_may_destroy_it) {
  int calls = 0;
  auto spawned = this->world_.processes.spawn(this->world_.does({Say{"x"}, Hold{}}),
                                              {[&](std::string_view) {
                                                 ++calls;
                                                 this->process_.reset();
                                                 this->world_.loop.stop();
                                               },
                                               [&](const ProcessExit&) { ++calls; }});
  ASSERT_TRUE(spawned);
  this->process_ = *std::move(spawned);
  this->world_.loop.run();
  this->run_for(Duration(20));
  EXPECT_EQ(calls, 1);
}

TYPED_TEST(ProcessTwins, without_words_nothing_is_started) {
  auto spec = this->world_.does({});
  spec.argv.clear();
  const auto spawned = this->world_.processes.spawn(spec, {});
  ASSERT_FALSE(spawned);
  EXPECT_EQ(spawned.error().code, Code::kUsage);
}

TEST(SimProcesses, remember_what_was_started_and_count_what_lives) {
  sim::SimLoop loop;
  sim::SimProcesses processes(loop);
  processes.script([](const ProcessSpec& spec) -> Result<Steps> {
    if (spec.argv[0] == "missing") return fail(Code::kNotFound, "there is no such program");
    if (spec.argv[0] == "hungry") return Steps{sim::RunOutOfMemory{}};
    return Steps{Wait{std::chrono::hours(1)}};
  });
  ProcessSpec spec;
  spec.argv = {"missing"};
  EXPECT_EQ(processes.spawn(spec, {}).error().code, Code::kNotFound);
  spec.argv = {"long"};
  const auto first = processes.spawn(spec, {});
  spec.argv = {"hungry"};
  std::optional<ProcessExit> exit;
  const auto second = processes.spawn(spec, {{}, [&](const ProcessExit& ended) { exit = ended; }});
  ASSERT_TRUE(first && second);
  EXPECT_NE((*first)->pid(), (*second)->pid());
  EXPECT_EQ(processes.alive(), 2U);
  loop.run_for(Duration(1));
  ASSERT_TRUE(exit);
  EXPECT_TRUE(exit->out_of_memory);
  EXPECT_EQ(exit->shell_code(), 137);
  EXPECT_EQ(processes.alive(), 1U);
  loop.run();
  EXPECT_EQ(processes.alive(), 0U);
  EXPECT_EQ(loop.now(), std::chrono::hours(1));
  EXPECT_EQ(processes.started().at(0).argv[0], "long");
}

}  // namespace
}  // namespace runtask::sys
