#include "jenkins/tree_stop.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include "sys/process_tree.h"
#include "sys/programs.h"

namespace runtask::jenkins {
namespace {

constexpr Duration kLookEvery{20};  // For what was asked to end.

// Not one that has ended and is only not collected yet.
bool is_running(const sys::Files& files, int pid) {
  const auto state = files.read("/proc/" + std::to_string(pid) + "/stat");
  if (!state) return false;
  const auto after_name = state->rfind(") ");
  return after_name != std::string::npos && after_name + 2 < state->size() &&
         (*state)[after_name + 2] != 'Z';
}

std::string command_of(const sys::Files& files, int pid) {
  return files.read("/proc/" + std::to_string(pid) + "/cmdline").value_or("");
}

bool is_of_build(const sys::Files& files, int pid, const std::string& cookie) {
  const auto environment =
      std::string(1, '\0') + files.read("/proc/" + std::to_string(pid) + "/environ").value_or("");
  const auto variable = std::string(1, '\0') + kCookie;
  const auto at = environment.find(variable);
  return at == std::string::npos || environment.compare(at + variable.size(), cookie.size() + 1,
                                                        cookie.c_str(), cookie.size() + 1) == 0;
}

}  // namespace

TreeStop::TreeStop(sys::Loop& loop, const sys::Files& files, std::string cookie)
    : loop_(loop), files_(files), cookie_(std::move(cookie)) {}

void TreeStop::ask(sys::Process& process) {
  process_ = &process;
  // A shell that ends takes its tree with it, and one whose command ends goes on to the next:
  // so it stands still until what it has started has ended in peace.
  process.signal(SIGSTOP);
  const sys::TreeMemory memory;
  for (const auto pid : sys::descendants(process.pid(), memory.pids()))
    if (is_of_build(files_, pid, cookie_)) {
      asked_.push_back({pid, command_of(files_, pid)});
      (void)sys::signal_process(pid, SIGTERM);
    }
  look();
}

void TreeStop::look() {
  if (process_ == nullptr) return;
  for (auto& one : asked_) {
    if (one.is_asked_again) continue;
    const auto now = command_of(files_, one.pid);
    if (now.empty() || now == one.command) continue;
    one.is_asked_again = true;
    (void)sys::signal_process(one.pid, SIGTERM);
  }
  if (std::none_of(asked_.begin(), asked_.end(),
                   [this](const Asked& one) { return is_running(files_, one.pid); })) {
    process_->signal(SIGTERM);  // Comes with the SIGCONT, before the shell does anything else.
    process_->signal(SIGCONT);
    return;
  }
  next_look_ = loop_.after(kLookEvery, [this] { look(); });
}

}  // namespace runtask::jenkins
