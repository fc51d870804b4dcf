#include "sys/process_child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include "base/text.h"
#include "sys/exec_words.h"

namespace runtask::sys {
namespace {

constexpr const char* kDefaultPath = "/usr/local/bin:/usr/bin:/bin";
constexpr int kErrorDescriptor = 3;
constexpr int kNotStarted = 127;  // Seen by nobody: the failure is told through the pipe.

bool has_nul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

std::vector<std::string> programs_of(const ProcessSpec& spec) {
  const auto& name = spec.argv.front();
  if (name.find('/') != std::string::npos) return {name};
  std::string path = kDefaultPath;
  for (const auto& [key, value] : spec.environment) {
    if (key == "PATH") path = value;
  }
  std::vector<std::string> programs;
  for (const auto& directory : split(path, ':'))
    programs.push_back((directory.empty() ? "." : directory) + "/" + name);
  return programs;
}

[[noreturn]] void give_up(int error, ChildStep step) {
  const ChildFailure failure{step, errno};
  // Nobody is left to tell when it fails.
  [[maybe_unused]] const auto written = ::write(error, &failure, sizeof failure);
  ::_exit(kNotStarted);
}

// All of the kernel's, and past the C library: it hides the first two real-time signals, which a
// parent may have left ignored all the same.
void reset_signals() {
  constexpr int kSignals = 64;
  struct {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)();
    unsigned long mask;
  } const by_default{SIG_DFL, 0, nullptr, 0};
  for (int number = 1; number <= kSignals; ++number)  // Fails for those that cannot be changed.
    (void)::syscall(SYS_rt_sigaction, number, &by_default, nullptr, sizeof by_default.mask);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void enter_cgroup(const ChildPlan& plan, int error) {
  if (plan.cgroup_procs.empty()) return;
  const int procs = ::open(plan.cgroup_procs.c_str(), O_WRONLY | O_CLOEXEC);
  if (procs < 0 || ::write(procs, "0", 1) != 1) give_up(error, ChildStep::kCgroup);
  ::close(procs);
}

void arrange_descriptors(const ChildPlan& plan, int output, int error) {
  if (::dup2(output, 1) < 0) give_up(error, ChildStep::kDescriptors);
  if (!plan.is_attended) {
    const int null = ::open("/dev/null", O_RDONLY);
    if (null < 0 || ::dup2(null, 0) < 0 || ::dup2(output, 2) < 0)
      give_up(error, ChildStep::kDescriptors);
  }
  if (error != kErrorDescriptor && ::dup3(error, kErrorDescriptor, O_CLOEXEC) < 0)
    give_up(error, ChildStep::kDescriptors);
  ::close_range(kErrorDescriptor + 1, ~0U, 0);
}

// As execvp goes through PATH, but without its shell for files that are no programs.
[[noreturn]] void execute(const ChildPlan& plan) {
  int reason = ENOENT;
  for (const auto& program : plan.programs) {
    ::execve(program.c_str(), plan.argv.data(), plan.environment.data());
    if (errno == EACCES) {
      reason = EACCES;  // Unless a later directory has it.
    } else if (errno != ENOENT && errno != ENOTDIR) {
      reason = errno;
      break;
    }
  }
  errno = reason;
  give_up(kErrorDescriptor, ChildStep::kProgram);
}

Code code_of(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return Code::kNotFound;
    case EACCES:
    case EPERM:
      return Code::kDenied;
    case ENOEXEC:
    case E2BIG:
    case ELOOP:
    case ENAMETOOLONG:
      return Code::kInvalid;
    default:
      return Code::kUnavailable;
  }
}

}  // namespace

Result<ChildPlan> ChildPlan::make(const ProcessSpec& spec) {
  if (spec.argv.empty() || spec.argv.front().empty())
    return fail(Code::kUsage, "there is no program to start");
  if (std::any_of(spec.argv.begin(), spec.argv.end(), has_nul) || has_nul(spec.working_directory))
    return fail(Code::kUsage, "a word of the command holds a NUL byte");
  ChildPlan plan;
  plan.arguments = spec.argv;
  for (const auto& [name, value] : spec.environment) {
    if (name.empty() || name.find('=') != std::string::npos || has_nul(name) || has_nul(value))
      return fail(Code::kUsage, "the environment cannot hold `" + valid_utf8(name) + "`");
    plan.assignments.push_back(name + "=" + value);
  }
  plan.argv = exec_words(plan.arguments);
  plan.environment = exec_words(plan.assignments);
  plan.programs = programs_of(spec);
  plan.directory = spec.working_directory;
  plan.is_attended = spec.is_attended;
  return plan;
}

Error error_of(const ChildFailure& failure, const ChildPlan& plan) {
  const std::string words = std::strerror(failure.number);
  std::string message = "cannot start `" + plan.arguments.front() + "`: ";
  switch (failure.step) {
    case ChildStep::kCgroup:
      message += "cannot enter its cgroup: ";
      break;
    case ChildStep::kDescriptors:
      message += "cannot redirect its output: ";
      break;
    case ChildStep::kDirectory:
      message += "cannot enter the directory " + plan.directory + ": ";
      break;
    case ChildStep::kProgram:
      break;
  }
  return Error{code_of(failure.number), message + words, {}, {}};
}

void become_child(const ChildPlan& plan, int output, int error) {
  if (plan.is_attended) {
    (void)::prctl(PR_SET_PDEATHSIG, SIGTERM);
  } else {
    (void)::setsid();
  }
  enter_cgroup(plan, error);
  arrange_descriptors(plan, output, error);
  if (!plan.directory.empty() && ::chdir(plan.directory.c_str()) != 0)
    give_up(kErrorDescriptor, ChildStep::kDirectory);
  const rlimit no_core{0, 0};
  (void)::setrlimit(RLIMIT_CORE, &no_core);
  reset_signals();
  execute(plan);
}

}  // namespace runtask::sys
