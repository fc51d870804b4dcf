#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sys/event_loop.h"

// Child processes. No shell is ever involved, no descriptor but 0, 1 and 2 reaches a child, and no
// zombie stays.

namespace runtask::sys {

struct ProcessSpec {
  std::vector<std::string> argv;  // argv[0] is looked up on the PATH of `environment` unless it has a '/'.
  std::vector<std::pair<std::string, std::string>> environment;  // All of it, nothing inherited.
  std::string working_directory;
  // Read by on_output: standard output and standard error through one pipe, so that their order is
  // kept. Standard input is /dev/null.

  // The whole tree of processes that the child starts, whoever forked or detached them, is killed
  // when the child itself ends, when the Process is destroyed, and when this program dies, even of
  // SIGKILL. A keeper process (a fork of this one, its children's subreaper) sees to that.
  bool keep_tree = false;

  // For a kept tree: the memory it may have resident, in bytes; 0 is no limit. By a cgroup where
  // one can be made, else by watching the tree, which sees an excess within about 50 ms.
  std::uint64_t memory_bytes_max = 0;
};

struct ProcessExit {
  std::optional<int> code;    // Exactly one of code and signal, unless the keeper itself was killed:
  std::optional<int> signal;  // then neither is known.
  bool out_of_memory = false; // Killed because the tree was over memory_bytes_max.

  // As a shell says it: the code, or 128 + the signal; 137 when nothing is known.
  [[nodiscard]] int shell_code() const { return code ? *code : 128 + signal.value_or(9); }
};

// Why a child could not be started, found out by the child itself after the fork: exec's errno.
// kNotFound for a missing program or directory, kDenied when it may not be executed.

class Process {
 public:
  Process() = default;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  virtual ~Process() = default;  // Kills what still runs.

  [[nodiscard]] virtual int pid() const = 0;       // The child's own, not the keeper's.
  virtual void signal(int number) = 0;             // To the child itself.
  virtual void kill_tree() = 0;                    // SIGKILL to it and to all it has started.
  // Stops reading the child's output, so that it blocks when the pipe is full; and goes on.
  virtual void pause_output(bool paused) = 0;
};

class Processes {
 public:
  Processes() = default;
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;
  virtual ~Processes() = default;

  struct Handlers {
    std::function<void(std::string_view bytes)> on_output;  // As it comes; at most 64 KiB a call.
    // Once, after the last on_output. With keep_tree the whole tree is gone by then.
    std::function<void(ProcessExit)> on_exit;
  };
  // Returns only after exec succeeded or failed. Handlers are never called from inside.
  [[nodiscard]] virtual Result<std::unique_ptr<Process>> spawn(const ProcessSpec& spec,
                                                               Handlers handlers) = 0;
};

// The real ones: pidfd and pipes on the loop.
class SystemProcesses final : public Processes {
 public:
  explicit SystemProcesses(EventLoop& loop) : loop_(loop) {}
  [[nodiscard]] Result<std::unique_ptr<Process>> spawn(const ProcessSpec& spec,
                                                       Handlers handlers) override;

 private:
  EventLoop& loop_;
};

}  // namespace runtask::sys
