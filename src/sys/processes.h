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
  std::vector<std::string>
      argv;  // argv[0] is looked up on the PATH of `environment` unless it has a '/'.
  std::vector<std::pair<std::string, std::string>> environment;  // All of it, nothing inherited.
  std::string working_directory;                                 // Empty: this program's own.
  // Read by on_output: standard output and standard error through one pipe, so that their order is
  // kept. Standard input is /dev/null.

  // It may talk with whoever runs this program: standard input, standard error and the terminal are
  // this program's own, and so is the group, so that Ctrl-C ends it as well. SIGTERM, if this
  // program dies before it. on_output hears standard output alone. Not with keep_tree.
  bool is_attended = false;

  // The whole tree of processes that the child starts, whoever forked or detached them, is killed
  // when the child itself ends, when the Process is destroyed, and when this program dies, even of
  // SIGKILL. A keeper process (a fork of this one, its children's subreaper) sees to that.
  bool keep_tree = false;

  // For a kept tree: it outlives the child. on_exit comes when the child has ended, with its output
  // so far, and what it has left behind runs until the Process is destroyed or kill_tree() is
  // called; its output is read and dropped.
  bool may_linger = false;
  // Of such a tree: "NAME=VALUE". Whoever has given itself another value of that variable is not
  // killed, and at last outlives this program. Empty: everybody is.
  std::string mark;

  // Of a kept tree: absolute paths of files that are removed, when this program dies, once the tree
  // has been killed.
  std::vector<std::string> orphaned_files;

  // For a kept tree: the memory it may have resident, in bytes; 0 is no limit. By a cgroup where
  // one can be made, else by watching the tree, which sees an excess within about 50 ms and counts
  // a page that two of its processes share twice. Either way the whole tree is killed.
  std::uint64_t memory_bytes_max = 0;
};

struct ProcessExit {
  std::optional<int> code;  // Exactly one of code and signal, unless the keeper itself was killed:
  std::optional<int> signal;  // then neither is known.
  // The tree was over memory_bytes_max. The child itself may still have ended by itself, with a
  // code, when it was another process of its tree that the kernel killed.
  bool out_of_memory = false;

  // As a shell says it: the code, or 128 + the signal; 137 when nothing is known.
  [[nodiscard]] int shell_code() const { return code ? *code : 128 + signal.value_or(9); }
};

// Why a child could not be started, found out by the child itself after the fork: exec's errno.
// kNotFound for a missing program or directory, kDenied when it may not be executed or entered,
// kInvalid when it is no program or its arguments are too large, kUsage for what no program can be
// given (no words, a NUL byte, a variable without a name), kUnavailable when the system lacks
// processes, memory or descriptors.

class Process {
 public:
  Process() = default;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  // Kills what still runs, with all it has started, and calls no handler any more. Does not wait:
  // the loop collects it.
  virtual ~Process() = default;

  [[nodiscard]] virtual int pid() const = 0;  // The child's own, not the keeper's.
  virtual void signal(int number) = 0;        // To the child itself, while it runs.
  // SIGKILL to it and to all it has started; without keep_tree, to all that can still be found.
  virtual void kill_tree() = 0;
  // With may_linger: the child has ended, and others of its tree live.
  [[nodiscard]] virtual bool lingers() const { return false; }
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
    // Once, after the last on_output. With keep_tree the whole tree is gone by then. Somebody whom
    // the child has left behind may still hold the pipe: 1 s after the child's end the output is
    // taken to be over.
    std::function<void(ProcessExit)> on_exit;
  };
  // Returns only after exec succeeded or failed. Handlers are never called from inside. A handler
  // may destroy the Process.
  [[nodiscard]] virtual Result<std::unique_ptr<Process>> spawn(const ProcessSpec& spec,
                                                               Handlers handlers) = 0;
};

// The real ones: pidfd and pipes on the loop, which outlives them. Destroying it waits for those
// whose Process was destroyed to end. The first kept tree makes this program adopt the orphans of
// its descendants (PR_SET_CHILD_SUBREAPER), so that it can end those of a keeper that was killed.
// One for a whole program: when a keeper was killed, children in sessions of their own that this
// object has not started are taken for that keeper's.
class SystemProcesses final : public Processes {
 public:
  explicit SystemProcesses(EventLoop& loop);
  // `use_cgroups` false: memory is always limited by watching.
  SystemProcesses(EventLoop& loop, bool use_cgroups);
  ~SystemProcesses() override;
  [[nodiscard]] Result<std::unique_ptr<Process>> spawn(const ProcessSpec& spec,
                                                       Handlers handlers) override;

 private:
  class Nursery;  // Who was started and has not been reaped.
  class Child;
  std::shared_ptr<Nursery> nursery_;
};

}  // namespace runtask::sys
