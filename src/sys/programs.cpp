#include "sys/programs.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <thread>

#include "base/text.h"
#include "sys/descriptor.h"
#include "sys/errno_code.h"
#include "sys/exec_words.h"

namespace runtask::sys {
namespace {

std::vector<std::string> assignments(const std::map<std::string, std::string>& environment) {
  std::vector<std::string> all;
  all.reserve(environment.size());
  for (const auto& [name, value] : environment)
    all.push_back(name + "=" + value);
  return all;
}

std::string last_lines(const std::string& path, off_t from) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  std::array<char, 2048> buffer{};
  const auto size = ::pread(file, buffer.data(), buffer.size(), from);
  ::close(file);
  return size > 0 ? std::string(trimmed({buffer.data(), static_cast<std::size_t>(size)})) : "";
}

// Runs in the grandchild, between fork and exec: only calls that are safe there.
[[noreturn]] void become_background(int ready, int log, char* const* argv, char* const* env) {
  (void)::setsid();
  (void)::chdir("/");
  const int null = ::open("/dev/null", O_RDWR);
  (void)::dup2(null, 0);
  (void)::dup2(ready, 1);
  (void)::dup2(log, 2);
  (void)::close_range(3, ~0U, 0);
  sigset_t none;
  sigemptyset(&none);
  (void)::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT})
    (void)::signal(signal, SIG_DFL);
  (void)::execve(argv[0], argv, env);
  ::_exit(127);
}

// One line from the descriptor, or what came before its end.
Result<std::string> read_line(int descriptor, Duration patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::string line;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
    if (left <= Duration(0)) return fail(Code::kTimeout, "it said nothing in time");
    pollfd wait{descriptor, POLLIN, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) return fail(Code::kUnavailable, std::strerror(errno));
    if (ready <= 0) continue;
    std::array<char, 512> buffer{};
    const auto size = ::read(descriptor, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return fail(Code::kUnavailable, "it ended before it was ready");
    line.append(buffer.data(), static_cast<std::size_t>(size));
    if (const auto end = line.find('\n'); end != std::string::npos) return line.substr(0, end);
  }
}

}  // namespace

std::string working_directory() {
  std::error_code error;
  const auto path = std::filesystem::current_path(error);
  return error ? "/" : path.string();
}

Result<std::string> own_program() {
  std::array<char, 4096> buffer{};
  const auto size = ::readlink("/proc/self/exe", buffer.data(), buffer.size());
  if (size <= 0) return fail(Code::kUnavailable, "cannot find the running program's own path");
  return std::string(buffer.data(), static_cast<std::size_t>(size));
}

Result<std::string> start_in_background(const Program& program, const std::string& log_file,
                                        Duration patience) {
  const int log = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0)
    return fail(code_of_errno(errno), "cannot write " + log_file + ": " + std::strerror(errno));
  const off_t log_begin = ::lseek(log, 0, SEEK_END);
  std::array<int, 2> ready{};
  if (::pipe2(ready.data(), O_CLOEXEC) != 0) {
    ::close(log);
    return fail(Code::kUnavailable, std::string("pipe: ") + std::strerror(errno));
  }
  const auto argv = exec_words(program.argv);
  const auto environment = assignments(program.environment);
  const auto env = exec_words(environment);
  // Twice, so that the program is nobody's child and leaves no zombie here.
  const pid_t child = ::fork();
  if (child == 0) {
    const pid_t grandchild = ::fork();
    if (grandchild == 0) become_background(ready[1], log, argv.data(), env.data());
    ::_exit(grandchild < 0 ? 1 : 0);
  }
  ::close(ready[1]);
  ::close(log);
  int status = 0;
  while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  auto line = child < 0 || status != 0 ? fail(Code::kUnavailable, "cannot fork")
                                       : read_line(ready[0], patience);
  ::close(ready[0]);
  if (!line) {
    auto error = line.error();
    error.message = "cannot start " + program.argv[0] + " in the background: " + error.message;
    const auto words = last_lines(log_file, log_begin);
    error.context.push_back(words.empty() ? "it left no word in " + log_file : words);
    if (words.empty()) error.hint = "there may be no room left for it: look at the disk";
    return fail(std::move(error));
  }
  return line;
}

void say_ready(const std::string& line) {
  std::string why;
  (void)write_all(1, line + "\n", why);  // Who started it may be gone; that is its business.
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null >= 0) {
    (void)::dup2(null, 1);
    ::close(null);
  }
}

Error replace_by(const Program& program) {
  const auto argv = exec_words(program.argv);
  const auto environment = assignments(program.environment);
  const auto env = exec_words(environment);
  (void)::execvpe(argv[0], argv.data(), env.data());
  const Code code = errno == ENOENT ? Code::kNotFound : Code::kUnavailable;
  return Error{code, "cannot run " + program.argv[0] + ": " + std::strerror(errno), {}, {}};
}

Result<> signal_process(int process_id, int signal) {
  if (process_id > 0 && ::kill(process_id, signal) == 0) return {};
  return fail(errno == EPERM ? Code::kDenied : Code::kNotFound,
              "cannot signal process " + std::to_string(process_id) + ": " + std::strerror(errno));
}

int own_process_id() {
  return ::getpid();
}

bool process_exists(int process_id) {
  return process_id > 0 && (::kill(process_id, 0) == 0 || errno == EPERM);
}

bool has_open(int process_id, const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return false;
  const auto folder = "/proc/" + std::to_string(process_id) + "/fd";
  std::error_code error;
  // The entries are links that lead to the open files themselves, whatever their names are by now.
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    struct stat open {};
    if (::stat(at->path().c_str(), &open) == 0 && open.st_dev == file.st_dev &&
        open.st_ino == file.st_ino)
      return true;
  }
  return false;
}

bool wait_for(Duration patience, const std::function<bool()>& condition) {
  constexpr Duration kLookAgain(5);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kLookAgain);
  }
  return true;
}

void leave(int exit_code) {
  ::_exit(exit_code);
}

void fill_standard_descriptors() {
  for (const int standard : {0, 1, 2})
    if (::fcntl(standard, F_GETFD) < 0)  // Then it is the lowest that is free.
      (void)::open("/dev/null", standard == 1 ? O_RDONLY : O_RDWR);
}

void forbid_core_dumps() {
  const rlimit none{0, 0};
  (void)::setrlimit(RLIMIT_CORE, &none);
}

bool is_listened_on(std::uint16_t port) {
  constexpr int kPatienceMs = 1000;  // For one that is too busy to take more at once.
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(socket.get(), generic, sizeof address) == 0) return true;
  if (errno != EINPROGRESS) return false;
  pollfd connected{socket.get(), POLLOUT, 0};
  int error = 0;
  socklen_t size = sizeof error;
  return ::poll(&connected, 1, kPatienceMs) == 1 &&
         ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

bool is_terminal(int descriptor) {
  return ::isatty(descriptor) == 1;
}

int terminal_width(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

int terminal_height(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) return 24;
  return size.ws_row;
}

bool write_all(int descriptor, std::string_view bytes, std::string& why) {
  while (!bytes.empty()) {
    const auto size = ::write(descriptor, bytes.data(), bytes.size());
    if (size >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(size));
    } else if (errno == EAGAIN) {
      pollfd wait{descriptor, POLLOUT, 0};
      (void)::poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      why = std::strerror(errno);
      return false;
    }
  }
  return true;
}

}  // namespace runtask::sys
