#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "sys/processes.h"

// How a forked process becomes the child that was asked for. For the .cpp files of sys.

namespace runtask::sys {

// All that is needed between fork and exec, where only system calls are allowed, ready made.
struct ChildPlan {
  // kUsage when there is no program or a text cannot be handed to exec.
  [[nodiscard]] static Result<ChildPlan> make(const ProcessSpec& spec);

  std::vector<std::string> arguments;
  std::vector<std::string> assignments;
  std::vector<char*> argv;  // Into the two above, as exec wants it.
  std::vector<char*> environment;
  std::vector<std::string> programs;  // The paths to try, in this order.
  std::string directory;              // Empty: that of this program.
  bool is_attended = false;           // As in the ProcessSpec.
  std::string cgroup_procs;           // The file that puts a process into its cgroup, or empty.
};

enum class ChildStep : std::int32_t { kCgroup, kDescriptors, kDirectory, kProgram };
// Written to the error pipe by the child that could not become what it should.
struct ChildFailure {
  ChildStep step;
  std::int32_t number;  // The errno.
};
[[nodiscard]] Error error_of(const ChildFailure& failure, const ChildPlan& plan);

// In the child, with all signals blocked. A session of its own, standard output and error to
// `output` (unless it is attended), every other descriptor closed, no signal handled, ignored or
// blocked. The descriptors are above 2, and `error` closes itself at exec. Async-signal-safe.
[[noreturn]] void become_child(const ChildPlan& plan, int output, int error);

}  // namespace runtask::sys
