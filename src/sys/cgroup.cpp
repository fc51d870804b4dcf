#include "sys/cgroup.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.h"

namespace runtask::sys {
namespace {

constexpr std::string_view kPrefix = "runtask-";
constexpr std::size_t kSmallFileBytesMax = 16'384;
constexpr int kStartTimeField = 22;  // Of /proc/<pid>/stat, proc(5).

std::string read_small(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return {};
  std::string text(kSmallFileBytesMax, '\0');
  const auto size = ::read(file.get(), text.data(), text.size());
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

// O_CREAT makes no file in a real group; it is for the plain directory that stands for one in
// tests.
Descriptor open_setting(const std::string& path, int flags) {
  return Descriptor(::open(path.c_str(), flags | O_CREAT | O_CLOEXEC, 0600));
}
bool write_setting(const std::string& path, const std::string& value) {
  const auto file = open_setting(path, O_WRONLY);
  return file.is_open() &&
         ::write(file.get(), value.data(), value.size()) == static_cast<ssize_t>(value.size());
}

std::string parent_of(const std::string& group) {
  const auto slash = group.rfind('/');
  return slash == std::string::npos ? std::string() : group.substr(0, slash);
}

// This program's own group, by the controller's name (version 1) or "" (version 2), without a
// slash at the end; none when it is in no such hierarchy. Lines are "id:controllers:/path".
std::optional<std::string> own_group(const CgroupRoots& roots, std::string_view controller) {
  for (const auto& line : split(read_small(roots.membership), '\n')) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const auto names = split(std::string_view(line).substr(first + 1, second - first - 1), ',');
    for (const auto& name : names) {
      if (name != controller) continue;
      const auto path = line.substr(second + 1);
      return path == "/" ? std::string() : path;
    }
  }
  return std::nullopt;
}

bool hands_memory_down(const std::string& directory) {
  for (const auto& name : split(trimmed(read_small(directory + "/cgroup.subtree_control")), ' ')) {
    if (name == "memory") return true;
  }
  return false;
}

// The directories in which a group may be made, the best first.
std::vector<std::string> parents_in_version_1(const CgroupRoots& roots) {
  const auto own = own_group(roots, "memory");
  if (!own) return {};
  // In a container the path may be the host's, and the root its own group.
  return {roots.version_1 + *own, roots.version_1};
}
std::vector<std::string> parents_in_version_2(const CgroupRoots& roots) {
  std::vector<std::string> parents;
  const auto own = own_group(roots, "");
  for (auto group = own.value_or(""); own;) {
    if (hands_memory_down(roots.version_2 + group)) parents.push_back(roots.version_2 + group);
    if (group.empty()) break;
    group = parent_of(group);
  }
  return parents;
}

struct Maker {
  std::uint64_t pid_namespace = 0;
  std::uint64_t pid = 0;
  std::uint64_t start = 0;
};

// In clock ticks since the machine's start; 0 when there is no such process.
std::uint64_t start_of(const std::string& process) {
  const auto text = read_small("/proc/" + process + "/stat");
  const auto bracket = text.rfind(')');
  if (bracket == std::string::npos || bracket + 2 > text.size()) return 0;
  const auto fields = split(std::string_view(text).substr(bracket + 2), ' ');
  constexpr std::size_t kIndex = kStartTimeField - 3;  // The third field is the first one here.
  if (fields.size() <= kIndex) return 0;
  return static_cast<std::uint64_t>(parse_integer(fields[kIndex], 0, INT64_MAX).value_or(0));
}

Maker myself() {
  struct stat status {};
  const bool is_known = ::stat("/proc/self/ns/pid", &status) == 0;
  return {is_known ? status.st_ino : 0, static_cast<std::uint64_t>(::getpid()), start_of("self")};
}

std::string name_of(const Maker& maker, unsigned serial) {
  return std::string(kPrefix) + std::to_string(maker.pid_namespace) + "-" +
         std::to_string(maker.pid) + "-" + std::to_string(maker.start) + "-" +
         std::to_string(serial);
}
std::optional<Maker> maker_of(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const auto parts = split(name.substr(kPrefix.size()), '-');
  if (parts.size() != 4) return std::nullopt;
  std::array<std::uint64_t, 4> numbers{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = parse_integer(parts[i], 0, INT64_MAX);
    if (!number) return std::nullopt;
    numbers.at(i) = static_cast<std::uint64_t>(*number);
  }
  return Maker{numbers[0], numbers[1], numbers[2]};
}

void remove_leftover(const std::string& directory) {
  for (const auto& line : split(read_small(directory + "/cgroup.procs"), '\n')) {
    // 0 stands for a process that this one cannot see.
    if (const auto pid = parse_integer(line, 2, INT32_MAX))
      (void)::kill(static_cast<pid_t>(*pid), SIGKILL);
  }
  (void)::rmdir(directory.c_str());  // Or the next time, when they are gone.
}

// Async-signal-safe: the number after "oom_kill " at the start of a line is not 0.
bool tells_oom_kill(std::string_view counters) {
  constexpr std::string_view kName = "oom_kill ";
  for (std::size_t at = 0; at < counters.size();) {
    const auto line = counters.substr(at);
    if (line.starts_with(kName) && line.size() > kName.size()) return line[kName.size()] != '0';
    const auto end = line.find('\n');
    if (end == std::string_view::npos) break;
    at += end + 1;
  }
  return false;
}

}  // namespace

MemoryCgroup::MemoryCgroup(Version version, std::string directory)
    : version_(version),
      directory_(std::move(directory)),
      counters_file_(directory_ +
                     (version == Version::kOne ? "/memory.oom_control" : "/memory.events")) {}

std::optional<MemoryCgroup> MemoryCgroup::create(const CgroupRoots& roots, std::uint64_t bytes_max,
                                                 unsigned serial) {
  const auto name = "/" + name_of(myself(), serial);
  const auto try_in = [&](const std::vector<std::string>& parents,
                          Version version) -> std::optional<MemoryCgroup> {
    for (const auto& parent : parents) {
      MemoryCgroup group(version, parent + name);
      if (::mkdir(group.directory_.c_str(), 0755) != 0) continue;
      if (group.set_up(bytes_max)) return group;
      group.remove();
    }
    return std::nullopt;
  };
  if (auto group = try_in(parents_in_version_2(roots), Version::kTwo)) return group;
  return try_in(parents_in_version_1(roots), Version::kOne);
}

bool MemoryCgroup::set_up(std::uint64_t bytes_max) {
  const auto limit = std::to_string(bytes_max);
  const auto set = [&](const char* name, const std::string& value) {
    return write_setting(directory_ + name, value);
  };
  if (version_ == Version::kTwo) {
    if (!set("/memory.max", limit)) return false;
    (void)set("/memory.swap.max", "0");   // Where the kernel counts swap.
    (void)set("/memory.oom.group", "1");  // All or nobody; the keeper does the same.
    events_ = open_setting(counters_file_, O_RDONLY);
    return events_.is_open();
  }
  if (!set("/memory.limit_in_bytes", limit)) return false;
  (void)set("/memory.memsw.limit_in_bytes", limit);
  events_ = Descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  const Descriptor control(::open(counters_file_.c_str(), O_RDONLY | O_CLOEXEC));
  return events_.is_open() && control.is_open() &&
         set("/cgroup.event_control",
             std::to_string(events_.get()) + " " + std::to_string(control.get()));
}

short MemoryCgroup::poll_for() const {
  // A file of version 2 is always readable.
  return version_ == Version::kOne ? POLLIN : POLLPRI;
}

bool MemoryCgroup::was_out_of_memory() const {
  std::array<char, 512> buffer{};
  if (version_ == Version::kOne) {
    // The event alone says that the kernel is about to kill somebody.
    std::uint64_t events = 0;
    if (::read(events_.get(), &events, sizeof events) > 0) return true;
    const int counters = ::open(counters_file_.c_str(), O_RDONLY | O_CLOEXEC);
    const auto size = ::read(counters, buffer.data(), buffer.size());
    if (counters >= 0) ::close(counters);
    return size > 0 && tells_oom_kill({buffer.data(), static_cast<std::size_t>(size)});
  }
  // Reading through this descriptor is also what makes the next poll wait.
  const auto size = ::pread(events_.get(), buffer.data(), buffer.size(), 0);
  return size > 0 && tells_oom_kill({buffer.data(), static_cast<std::size_t>(size)});
}

void MemoryCgroup::remove() const {
  (void)::rmdir(directory_.c_str());
}

void MemoryCgroup::remove_leftovers(const CgroupRoots& roots) {
  const auto me = myself();
  auto parents = parents_in_version_2(roots);
  for (auto& parent : parents_in_version_1(roots))
    parents.push_back(std::move(parent));
  for (const auto& parent : parents) {
    std::error_code failed;
    for (std::filesystem::directory_iterator at(parent, failed), end; !failed && at != end;
         at.increment(failed)) {
      const auto maker = maker_of(at->path().filename().string());
      // Another namespace's numbers mean nothing here.
      if (!maker || maker->pid_namespace != me.pid_namespace) continue;
      if (start_of(std::to_string(maker->pid)) != maker->start)
        remove_leftover(at->path().string());
    }
  }
}

}  // namespace runtask::sys
