#include "sys/processes.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "sys/cgroup.h"
#include "sys/process_child.h"
#include "sys/process_keeper.h"
#include "sys/process_nursery.h"
#include "sys/signals_blocked.h"

namespace runtask::sys {
namespace {

constexpr std::size_t kOutputBytesMax = 65'536;  // A call of on_output.
constexpr Duration kOutputGrace = std::chrono::seconds(1);

tl::unexpected<Error> no_resources(const char* what) {
  return fail(Code::kUnavailable,
              std::string("cannot start a process: ") + what + ": " + std::strerror(errno));
}

// Above the three standard ones, which the child arranges anew.
Descriptor above_standard(int number) {
  if (number > 2) return Descriptor(number);
  const Descriptor low(number);
  return Descriptor(::fcntl(number, F_DUPFD_CLOEXEC, 3));
}

struct Ends {
  Descriptor ours;
  Descriptor theirs;
  [[nodiscard]] bool are_open() const { return ours.is_open() && theirs.is_open(); }
};
Ends make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  return {above_standard(ends[0]), above_standard(ends[1])};
}
Ends make_sockets() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) return {};
  return {above_standard(ends[0]), above_standard(ends[1])};
}

std::optional<ChildFailure> read_failure(int error) {
  ChildFailure failure{};
  for (;;) {
    const auto size = ::read(error, &failure, sizeof failure);
    if (size == sizeof failure) return failure;
    if (size >= 0 || errno != EINTR) return std::nullopt;  // Closed by exec.
  }
}

// None when the keeper died.
std::optional<KeeperReport> read_report(int socket) {
  KeeperReport report;
  for (;;) {
    const auto size = ::recv(socket, &report, sizeof report, 0);
    if (size == sizeof report) return report;
    if (size >= 0 || errno != EINTR) return std::nullopt;
  }
}

// What is being started, with the ends of its pipes.
struct Birth {
  ChildPlan plan;
  Ends output;
  Ends error;
  Ends socket;  // With a keeper.
  std::optional<MemoryCgroup> cgroup;
  std::uint64_t resident_bytes_max = 0;
  bool may_linger = false;
  std::string mark;
  std::vector<std::string> orphaned_files;
  std::optional<ChildFailure> failure;  // After a failed start: why.

  [[nodiscard]] Result<pid_t> fork_child() const;
  [[nodiscard]] Result<pid_t> fork_keeper() const;
};

// No handler of this program may run in a fork of it, with what is shared with it.
Result<pid_t> Birth::fork_child() const {
  const SignalsBlocked blocked;
  const pid_t pid = ::fork();
  if (pid == 0) become_child(plan, output.theirs.get(), error.theirs.get());
  if (pid < 0) return no_resources("fork");
  return pid;
}

Result<pid_t> Birth::fork_keeper() const {
  const SignalsBlocked blocked;
  const pid_t pid = ::fork();
  if (pid == 0) {
    keep_tree({plan, socket.theirs.get(), output.theirs.get(), error.theirs.get(),
               resident_bytes_max, cgroup ? &*cgroup : nullptr, may_linger, mark, orphaned_files});
  }
  if (pid < 0) return no_resources("fork");
  return pid;
}

Result<StartedProcess> start(Birth& birth, bool is_kept) {
  birth.output = make_pipe();
  birth.error = make_pipe();
  if (is_kept) birth.socket = make_sockets();
  if (!birth.output.are_open() || !birth.error.are_open() || (is_kept && !birth.socket.are_open()))
    return no_resources("pipe");
  StartedProcess started;
  started.waited = TRY(is_kept ? birth.fork_keeper() : birth.fork_child());
  started.pid = started.waited;
  for (auto* ends : {&birth.output, &birth.error, &birth.socket})
    ends->theirs.close();
  started.handle = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, started.waited, 0)));
  const int pidfd_errno = errno;
  std::optional<KeeperReport> report;
  if (is_kept) report = read_report(birth.socket.ours.get());
  birth.failure = read_failure(birth.error.ours.get());
  const bool was_forked = !is_kept || (report && report->kind == KeeperReport::Kind::kStarted);
  if (was_forked && !birth.failure && started.handle.is_open()) {
    if (is_kept) started.pid = report->number;
    started.socket = std::move(birth.socket.ours);
    if (birth.cgroup) started.cgroup_directory = birth.cgroup->directory();
    return started;
  }
  // It ends by itself, or has to be made to, without a pidfd. A keeper is told: it must not take
  // this program for dead.
  started.socket = std::move(birth.socket.ours);
  if (is_kept) started.kill();
  if (!is_kept) (void)::kill(started.waited, SIGKILL);
  while (::waitpid(started.waited, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (birth.failure) return fail(error_of(*birth.failure, birth.plan));
  errno = started.handle.is_open() ? (report ? report->number : ECHILD) : pidfd_errno;
  return no_resources(started.handle.is_open() ? "fork" : "pidfd_open");
}

}  // namespace

class SystemProcesses::Child final : public Process {
 public:
  Child(std::shared_ptr<Nursery> nursery, StartedProcess started, Descriptor output,
        Handlers handlers, bool may_linger)
      : nursery_(std::move(nursery)),
        started_(std::move(started)),
        output_(std::move(output)),
        handlers_(std::make_shared<Handlers>(std::move(handlers))) {
    nursery_->note(started_.waited);
    watch_output();
    end_watch_ = nursery_->loop.when_readable(started_.handle.get(), [this] { on_end(); });
    if (may_linger)
      word_watch_ = nursery_->loop.when_readable(started_.socket.get(), [this] { on_word(); });
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() override {
    end_watch_.reset();
    word_watch_.reset();
    output_watch_.reset();
    if (!is_collected_) nursery_->abandon(std::move(started_));
  }

  [[nodiscard]] int pid() const override { return started_.pid; }

  void signal(int number) override {
    if (exit_ || number <= 0 || number > SIGRTMAX) return;
    if (started_.is_kept()) {
      const auto word = static_cast<unsigned char>(number);
      (void)::send(started_.socket.get(), &word, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
      started_.wake_keeper();
    } else {
      (void)::syscall(SYS_pidfd_send_signal, started_.handle.get(), number, nullptr, 0);
    }
  }

  void kill_tree() override {
    if (!is_collected_) started_.kill();
  }

  [[nodiscard]] bool lingers() const override { return exit_ && !is_collected_; }

  void pause_output(bool paused) override {
    is_paused_ = paused;
    if (paused || !output_.is_open()) {
      output_watch_.reset();
    } else if (!output_watch_) {
      watch_output();
    }
  }

 private:
  void watch_output() {
    output_watch_ = nursery_->loop.when_readable(output_.get(), [this] { on_output(); });
  }

  void on_output() {
    std::array<char, kOutputBytesMax> buffer;  // NOLINT: filled by read.
    const auto size = ::read(output_.get(), buffer.data(), buffer.size());
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) {
      output_watch_.reset();
      output_.close();
      return finish_if_over();
    }
    const auto count = static_cast<std::size_t>(size);
    if (left_) *left_ -= std::min(*left_, count);
    const std::weak_ptr<Handlers> alive = handlers_;
    // Held here, because the handler may destroy this process and so itself.
    if (const auto handlers = handlers_; handlers->on_output)
      handlers->on_output({buffer.data(), count});
    if (!alive.expired()) finish_if_over();
  }

  // The keeper says that the child has left somebody behind, or its last word, which is read when
  // it has ended.
  void on_word() {
    KeeperReport report;
    const auto size =
        ::recv(started_.socket.get(), &report, sizeof report, MSG_DONTWAIT | MSG_PEEK);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    word_watch_.reset();
    if (size != sizeof report || report.kind != KeeperReport::Kind::kLingers) return;
    exit_ = exit_of(report.number);
    exit_->out_of_memory = report.out_of_memory != 0;
    stop_waiting();
  }

  void on_end() {
    end_watch_.reset();
    word_watch_.reset();
    const auto exit = nursery_->collect(started_);
    is_collected_ = true;
    started_.handle.close();
    started_.socket.close();
    if (exit_) return;  // It was told when the child ended.
    exit_ = exit;
    // Somebody who was left behind may hold the pipe for ever.
    grace_ = nursery_->loop.after(kOutputGrace, [this] { stop_waiting(); });
    finish_if_over();
  }

  // What is in the pipe now still counts; what may come later does not.
  void stop_waiting() {
    int size = 0;
    if (!output_.is_open() || ::ioctl(output_.get(), FIONREAD, &size) != 0) size = 0;
    left_ = static_cast<std::size_t>(size);
    finish_if_over();
  }

  void finish_if_over() {
    if (!exit_ || is_told_ || (output_.is_open() && left_ != std::size_t{0})) return;
    is_told_ = true;
    grace_.reset();
    if (!lingers()) {  // Else who is left would find nobody to write to.
      output_watch_.reset();
      output_.close();
    }
    if (const auto handlers = std::exchange(handlers_, std::make_shared<Handlers>());
        handlers->on_exit)
      handlers->on_exit(*exit_);
  }

  std::shared_ptr<Nursery> nursery_;
  StartedProcess started_;
  Descriptor output_;
  std::shared_ptr<Handlers> handlers_;  // Shared with the call that is under way.
  PendingPtr output_watch_;
  PendingPtr end_watch_;
  PendingPtr word_watch_;
  PendingPtr grace_;
  std::optional<ProcessExit> exit_;
  std::optional<std::size_t> left_;  // Bytes that are still read, once waiting is over.
  bool is_paused_ = false;
  bool is_collected_ = false;
  bool is_told_ = false;  // on_exit was called.
};

SystemProcesses::SystemProcesses(EventLoop& loop) : SystemProcesses(loop, true) {}
SystemProcesses::SystemProcesses(EventLoop& loop, bool use_cgroups)
    : nursery_(std::make_shared<Nursery>(loop, use_cgroups)) {}
SystemProcesses::~SystemProcesses() {
  nursery_->wait_for_abandoned();
}

Result<std::unique_ptr<Process>> SystemProcesses::spawn(const ProcessSpec& spec,
                                                        Handlers handlers) {
  Birth birth{TRY(ChildPlan::make(spec)), {}, {}, {}, std::nullopt, 0, false, {}, {}, std::nullopt};
  const bool may_linger = spec.keep_tree && spec.may_linger;
  birth.may_linger = may_linger;
  if (may_linger && spec.mark.find('=') != std::string::npos) birth.mark = spec.mark;
  if (spec.keep_tree) birth.orphaned_files = spec.orphaned_files;
  if (spec.keep_tree && !nursery_->adopts)
    nursery_->adopts = ::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0;
  const bool is_limited = spec.keep_tree && spec.memory_bytes_max > 0;
  if (is_limited && nursery_->use_cgroups) {
    const CgroupRoots roots;
    if (nursery_->groups_made == 0) MemoryCgroup::remove_leftovers(roots);
    birth.cgroup = MemoryCgroup::create(roots, spec.memory_bytes_max, nursery_->groups_made++);
    if (birth.cgroup) birth.plan.cgroup_procs = birth.cgroup->procs_file();
  }
  if (is_limited && !birth.cgroup) birth.resident_bytes_max = spec.memory_bytes_max;
  auto started = start(birth, spec.keep_tree);
  if (!started && birth.failure && birth.failure->step == ChildStep::kCgroup) {
    // It can be made but not entered: then the limit is kept by watching, from now on.
    nursery_->use_cgroups = false;
    return spawn(spec, std::move(handlers));
  }
  if (!started) return fail(std::move(started).error());
  const int output = birth.output.ours.get();
  (void)::fcntl(output, F_SETFL, ::fcntl(output, F_GETFL) | O_NONBLOCK);
  return std::unique_ptr<Process>(std::make_unique<Child>(nursery_, *std::move(started),
                                                          std::move(birth.output.ours),
                                                          std::move(handlers), may_linger));
}

}  // namespace runtask::sys
