#include "sys/process_nursery.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include "sys/process_keeper.h"
#include "sys/process_tree.h"

namespace runtask::sys {
namespace {

constexpr int kStrayRoundsMax = 100;
constexpr int kStrayPatienceMs = 20;                          // A round.
constexpr auto kAbandonedPatience = std::chrono::seconds(6);  // A keeper gives up after 5.

// The keeper's last word; none when it was killed before it could say it.
std::optional<KeeperReport> last_report(int socket) {
  KeeperReport report;
  for (int attempt = 0; attempt < 4; ++attempt) {
    const auto size = ::recv(socket, &report, sizeof report, MSG_DONTWAIT);
    if (size == sizeof report && report.kind == KeeperReport::Kind::kEnded) return report;
    if (size == sizeof report && report.kind == KeeperReport::Kind::kLingers) continue;
    // A command that the keeper has not read makes the first call fail, though its word is there.
    if (size >= 0 || (errno != ECONNRESET && errno != EINTR)) return std::nullopt;
  }
  return std::nullopt;
}

Descriptor handle_of(pid_t pid) {
  return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

bool wait_until_ended(const Descriptor& handle, int patience_ms) {
  pollfd ended{handle.get(), POLLIN, 0};
  return ::poll(&ended, 1, patience_ms) == 1;
}

}  // namespace

ProcessExit exit_of(int status) {
  ProcessExit exit;
  if (WIFEXITED(status)) {
    exit.code = WEXITSTATUS(status);
  } else {
    exit.signal = WTERMSIG(status);
  }
  return exit;
}

void StartedProcess::wake_keeper() const {
  (void)::syscall(SYS_pidfd_send_signal, handle.get(), SIGCONT, nullptr, 0);
}

void StartedProcess::kill() const {
  if (is_kept()) {
    (void)::send(socket.get(), &kKillTree, sizeof kKillTree, MSG_NOSIGNAL | MSG_DONTWAIT);
    // Also when the keeper does not get to read it.
    (void)::shutdown(socket.get(), SHUT_WR);
    wake_keeper();
    return;
  }
  const TreeMemory memory;
  kill_descendants(pid, memory.pids());
  (void)::kill(-pid, SIGKILL);  // Its group, with those whose parents are gone.
  (void)::kill(pid, SIGKILL);
}

ProcessExit SystemProcesses::Nursery::collect(const StartedProcess& process) {
  int status = 0;
  while (::waitpid(process.waited, &status, 0) < 0 && errno == EINTR) {
  }
  known_.erase(process.waited);
  if (adopts) reap_strays();
  if (!process.is_kept()) return exit_of(status);
  const auto report = last_report(process.socket.get());
  if (!report || report->somebody_lives != 0) {
    end_strays();
    if (!process.cgroup_directory.empty()) (void)::rmdir(process.cgroup_directory.c_str());
  }
  if (!report) return {};
  auto exit = report->is_known != 0 ? exit_of(report->number) : ProcessExit{};
  exit.out_of_memory = report->out_of_memory != 0;
  return exit;
}

std::span<pid_t> SystemProcesses::Nursery::strays(std::span<pid_t> memory) const {
  const auto all = children(::getpid(), memory);
  const pid_t session = ::getsid(0);
  // Keepers and what other code has forked here share this session; what a child leaves behind does
  // not.
  const auto end = std::remove_if(all.begin(), all.end(), [&](pid_t pid) {
    return known_.contains(pid) || ::getsid(pid) == session;
  });
  return all.first(static_cast<std::size_t>(end - all.begin()));
}

void SystemProcesses::Nursery::end_strays() const {
  const TreeMemory of_strays;
  const TreeMemory of_tree;
  for (int round = 0; round < kStrayRoundsMax; ++round) {
    const auto found = strays(of_strays.pids());
    if (found.empty()) return;
    for (const pid_t stray : found) {
      (void)::kill(stray, SIGSTOP);
      kill_descendants(stray, of_tree.pids());
      (void)::kill(stray, SIGKILL);
    }
    for (const pid_t stray : found) {
      (void)wait_until_ended(handle_of(stray), kStrayPatienceMs);
      (void)::waitpid(stray, nullptr, WNOHANG);
    }
  }
}

void SystemProcesses::Nursery::reap_strays() const {
  const TreeMemory memory;
  for (const pid_t stray : strays(memory.pids()))
    (void)::waitpid(stray, nullptr, WNOHANG);
}

void SystemProcesses::Nursery::abandon(StartedProcess process) {
  process.kill();
  const pid_t pid = process.waited;
  const int handle = process.handle.get();
  auto& abandoned = abandoned_[pid];
  abandoned.process = std::move(process);
  abandoned.end = loop.when_readable(handle, [this, pid] {
    auto ended = abandoned_.extract(pid);
    ended.mapped().end.reset();
    (void)collect(ended.mapped().process);  // Nobody wants to know how it ended.
  });
}

void SystemProcesses::Nursery::wait_for_abandoned() {
  const auto deadline = std::chrono::steady_clock::now() + kAbandonedPatience;
  for (auto& [pid, abandoned] : std::exchange(abandoned_, {})) {
    abandoned.end.reset();
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    const int left_ms = static_cast<int>(std::max<long long>(left.count(), 0));
    if (wait_until_ended(abandoned.process.handle, left_ms)) (void)collect(abandoned.process);
  }
}

}  // namespace runtask::sys
