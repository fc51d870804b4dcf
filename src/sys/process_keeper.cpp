#include "sys/process_keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <optional>
#include <utility>

#include "sys/process_tree.h"

namespace runtask::sys {
namespace {

constexpr long long kLookEveryMs = 50;        // At the tree's memory.
constexpr long long kKillPatienceMs = 5'000;  // Then what cannot be killed is left alone.
constexpr int kKillAgainMs = 5;
// In a row that find nobody to kill: one misses whose parent dies in the middle of it.
constexpr int kLooksInVain = 3;

long long now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000LL + now.tv_nsec / 1'000'000;
}

// Everything but these and 0, 1, 2. Locks, sockets and pipes of the program that this was forked
// from must not outlive it here.
void close_all_but(std::array<int, 4> kept) {
  std::sort(kept.begin(), kept.end());
  unsigned next = 3;
  for (const int descriptor : kept) {
    if (descriptor < static_cast<int>(next)) continue;
    if (descriptor > static_cast<int>(next))
      ::close_range(next, static_cast<unsigned>(descriptor) - 1, 0);
    next = static_cast<unsigned>(descriptor) + 1;
  }
  ::close_range(next, ~0U, 0);
}

int watch_children() {
  sigset_t child_ended;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  return ::signalfd(-1, &child_ended, SFD_NONBLOCK | SFD_CLOEXEC);
}

class Keeper {
 public:
  Keeper(const KeeperPlan& plan, pid_t child)
      : plan_(plan), child_(child), signals_(watch_children()) {}

  // Until the child has ended, or the tree is to be killed.
  void watch() {
    const bool looks = plan_.resident_bytes_max > 0;
    auto next_look = now_ms() + kLookEveryMs;
    for (;;) {
      const bool has_children = reap();
      if (must_kill_ || (status_ && !(plan_.may_linger && has_children))) return;
      if (status_ && !std::exchange(has_told_, true))
        (void)send(KeeperReport::Kind::kLingers, false);
      std::array<pollfd, 3> ready{pollfd{signals_, POLLIN, 0}, pollfd{plan_.socket, POLLIN, 0},
                                  pollfd{-1, 0, 0}};  // -1 is passed over.
      if (plan_.cgroup != nullptr) ready[2] = {plan_.cgroup->events(), plan_.cgroup->poll_for(), 0};
      const auto left = looks ? std::max(next_look - now_ms(), 0LL) : -1;
      (void)::poll(ready.data(), ready.size(), static_cast<int>(left));
      forget_signals();
      if (ready[1].revents != 0) obey();
      if (ready[2].revents != 0) look_at_cgroup();
      if (looks && now_ms() >= next_look) {
        look_at_memory();
        next_look = now_ms() + kLookEveryMs;
      }
    }
  }

  // Everybody, until there is nobody to wait for: whoever is alive has a chain of living parents
  // that ends here. True when it came to that.
  bool kill_all() {
    if (status_) note_oom_kill();  // The kernel may have been quicker than its event.
    if (!status_) (void)::kill(child_, SIGKILL);
    const auto deadline = now_ms() + kKillPatienceMs;
    int looks_in_vain = 0;
    for (;;) {
      if (!reap()) return true;
      if (plan_.mark.empty()) {
        kill_descendants(::getpid(), memory_.pids());
      } else if (kill_marked_descendants(::getpid(), memory_.pids(), plan_.mark) > 0) {
        looks_in_vain = 0;
      } else if (++looks_in_vain == kLooksInVain) {
        (void)reap();
        return true;
      }
      if (!reap()) return true;
      if (now_ms() > deadline) return false;
      pollfd ended{signals_, POLLIN, 0};
      (void)::poll(&ended, 1, kKillAgainMs);
      forget_signals();
    }
  }

  void report(bool all_are_gone) {
    is_orphaned_ |= !send(KeeperReport::Kind::kEnded, !all_are_gone);
  }

  // What the program would have removed itself, had it not died.
  void remove_orphaned_files() const {
    if (!is_orphaned_) return;
    for (const auto& path : plan_.orphaned_files)
      (void)::unlink(path.c_str());
  }

 private:
  // False: there is nobody to tell.
  bool send(KeeperReport::Kind kind, bool somebody_lives) const {
    KeeperReport report;
    report.kind = kind;
    report.number = status_.value_or(0);
    report.is_known = status_ ? 1 : 0;
    report.out_of_memory = out_of_memory_ ? 1 : 0;
    report.somebody_lives = somebody_lives ? 1 : 0;
    return ::send(plan_.socket, &report, sizeof report, MSG_NOSIGNAL) >= 0;
  }

  // All who have ended; false when there are no children any more.
  bool reap() {
    for (;;) {
      int status = 0;
      const pid_t pid = ::waitpid(-1, &status, WNOHANG);
      if (pid == child_) status_ = status;
      if (pid == 0) return true;
      if (pid < 0 && errno != EINTR) return false;
    }
  }

  void forget_signals() const {
    signalfd_siginfo signal{};
    while (::read(signals_, &signal, sizeof signal) > 0) {
    }
  }

  void obey() {
    unsigned char word = kKillTree;
    const auto size = ::recv(plan_.socket, &word, 1, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size == 1 && word != kKillTree) {
      // Not reaped yet: the number is still the child's.
      if (!status_) (void)::kill(child_, word);
    } else {
      must_kill_ = true;  // So it was told, or whoever tells is gone.
      is_orphaned_ = size != 1;
    }
  }

  void look_at_memory() {
    const auto pids = descendants(::getpid(), memory_.pids());
    if (resident_bytes(pids) > plan_.resident_bytes_max) out_of_memory_ = must_kill_ = true;
  }

  void look_at_cgroup() {
    note_oom_kill();
    must_kill_ |= out_of_memory_;
  }
  void note_oom_kill() {
    out_of_memory_ |= plan_.cgroup != nullptr && plan_.cgroup->was_out_of_memory();
  }

  const KeeperPlan& plan_;
  pid_t child_;
  int signals_;
  TreeMemory memory_;
  std::optional<int> status_;
  bool out_of_memory_ = false;
  bool must_kill_ = false;
  bool is_orphaned_ = false;
  bool has_told_ = false;  // That the child has ended and others live.
};

}  // namespace

void keep_tree(const KeeperPlan& plan) {
  // A group of its own, but the session of its program: that tells it from adopted strays.
  (void)::setpgid(0, 0);
  (void)::prctl(PR_SET_NAME, "runtask-keeper");
  (void)::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const rlimit no_core{0, 0};
  (void)::setrlimit(RLIMIT_CORE, &no_core);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int standard = 0; null >= 0 && standard <= 2; ++standard)
    (void)::dup2(null, standard);
  close_all_but(
      {plan.socket, plan.output, plan.error, plan.cgroup == nullptr ? -1 : plan.cgroup->events()});

  const pid_t keeper = ::getpid();
  const pid_t child = ::_Fork();
  if (child == 0) {
    (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != keeper) ::_exit(1);  // It died before it could be asked for.
    become_child(plan.child, plan.output, plan.error);
  }
  KeeperReport report;
  report.kind = child > 0 ? KeeperReport::Kind::kStarted : KeeperReport::Kind::kNotForked;
  report.number = child > 0 ? child : errno;
  // Whoever reads their other ends waits for the child to close them, not for this process.
  ::close(plan.output);
  ::close(plan.error);
  (void)::send(plan.socket, &report, sizeof report, MSG_NOSIGNAL);
  if (child > 0) {
    Keeper watcher(plan, child);
    watcher.watch();
    const bool all_are_gone = watcher.kill_all();
    if (plan.cgroup != nullptr) plan.cgroup->remove();
    watcher.report(all_are_gone);
    watcher.remove_orphaned_files();
  }
  ::_exit(0);
}

}  // namespace runtask::sys
