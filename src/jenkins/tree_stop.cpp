#include "jenkins/tree_stop.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include "sys/process_tree.h"
#include "sys/programs.h"

namespace runtask::jenkins {
namespace {

constexpr Duration kLookEvery{20};  // For what was asked to end.

// 'R', 'T', ...; of one that has ended 'Z', collected or not.
char state_of(const sys::Files& files, int pid) {
  const auto text = files.read("/proc/" + std::to_string(pid) + "/stat").value_or("");
  const auto after_name = text.rfind(") ");
  return after_name == std::string::npos || after_name + 2 >= text.size() ? 'Z'
                                                                          : text[after_name + 2];
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
  look();
}

void TreeStop::look() {
  const char state = state_of(files_, process_->pid());
  // Until it stands still it may start others.
  const bool is_still = state == 'T' || state == 'Z';
  if (is_still) ask_descendants();
  for (auto& one : asked_) {
    if (one.is_asked_again) continue;
    const auto now = command_of(files_, one.pid);
    if (now.empty() || now == one.command) continue;
    one.is_asked_again = true;
    (void)sys::signal_process(one.pid, SIGTERM);
  }
  if (is_still && std::none_of(asked_.begin(), asked_.end(), [this](const Asked& one) {
        return state_of(files_, one.pid) != 'Z';
      })) {
    process_->signal(SIGTERM);  // Comes with the SIGCONT, before the shell does anything else.
    process_->signal(SIGCONT);
    return;
  }
  next_look_ = loop_.after(kLookEvery, [this] { look(); });
}

// Those that have not been asked yet: each look may find new ones.
void TreeStop::ask_descendants() {
  const sys::TreeMemory memory;
  for (const auto pid : sys::descendants(process_->pid(), memory.pids())) {
    const bool was_asked = std::any_of(asked_.begin(), asked_.end(),
                                       [pid](const Asked& one) { return one.pid == pid; });
    if (was_asked || !is_of_build(files_, pid, cookie_)) continue;
    asked_.push_back({pid, command_of(files_, pid)});
    (void)sys::signal_process(pid, SIGTERM);
  }
}

}  // namespace runtask::jenkins
