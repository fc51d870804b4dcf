#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "sys/event_loop.h"
#include "sys/processes.h"
#include "sys/programs.h"

// What the tests of processes share: a loop that carries one or several through, and a look at
// processes from outside.

namespace runtask::sys {

constexpr Duration kPatience = std::chrono::seconds(20);  // Until a test gives up.

inline ProcessSpec shell(const std::string& script) {
  ProcessSpec spec;
  spec.argv = {"/bin/sh", "-c", script};
  spec.environment = {{"PATH", "/usr/bin:/bin"}};
  spec.working_directory = "/";
  return spec;
}
inline ProcessSpec kept_shell(const std::string& script) {
  auto spec = shell(script);
  spec.keep_tree = true;
  return spec;
}

// "S", "Z", ... and the parent, as /proc tells; none when there is no such process.
struct Look {
  char state = '?';
  int parent = 0;
};
inline std::optional<Look> look_at(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  std::istringstream rest(text.substr(text.rfind(')') + 1));
  Look look;
  rest >> look.state >> look.parent;
  return look;
}
inline bool is_alive(int pid) {
  const auto look = look_at(pid);
  return look && look->state != 'Z' && look->state != 'X';
}
inline bool is_gone_soon(int pid) {
  return wait_for(kPatience, [&] { return !is_alive(pid); });
}

inline std::vector<int> numbers_in(const std::string& text) {
  std::istringstream words(text);
  std::vector<int> numbers;
  for (int number = 0; words >> number;)
    numbers.push_back(number);
  return numbers;
}

// One process on a loop of its own, with its output.
class ProcessRun {
 public:
  explicit ProcessRun(bool use_cgroups = true) : processes(loop, use_cgroups) {}

  void start(const ProcessSpec& spec) {
    auto spawned = processes.spawn(spec, {[this](std::string_view bytes) { on_output(bytes); },
                                          [this](ProcessExit ended) {
                                            EXPECT_FALSE(exit) << "it ends once";
                                            exit = ended;
                                            loop.stop();
                                          }});
    ASSERT_TRUE(spawned) << spawned.error().text();
    process = *std::move(spawned);
  }
  // Lets the loop run until the condition holds; it is asked whenever something was written.
  void run_until(std::function<bool()> condition) {
    if (condition()) return;
    until_ = std::move(condition);
    const auto deadline = loop.after(kPatience, [this] {
      ADD_FAILURE() << "it takes too long; so far: " << output.substr(0, 1000);
      loop.stop();
    });
    loop.run();
    until_ = nullptr;
  }
  ProcessExit wait() {
    if (!exit) run_until([this] { return exit.has_value(); });
    return exit.value_or(ProcessExit{});
  }
  ProcessExit run(const ProcessSpec& spec) {
    start(spec);
    return wait();
  }
  void run_for(Duration duration) {
    const auto end = loop.after(duration, [this] { loop.stop(); });
    loop.run();
  }

  EventLoop loop;
  SystemProcesses processes;
  std::unique_ptr<Process> process;
  std::string output;
  std::optional<ProcessExit> exit;

 private:
  void on_output(std::string_view bytes) {
    EXPECT_LE(bytes.size(), 65'536U);
    EXPECT_FALSE(exit) << "output comes before the end";
    output += bytes;
    if (until_ && until_()) loop.stop();
  }
  std::function<bool()> until_;
};

}  // namespace runtask::sys
