#include "sys/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

namespace runtask::sys {
namespace {

constexpr int kStopRoundsMax = 64;

// "/proc/<pid><rest>"; std::string would use the heap.
class ProcPath {
 public:
  ProcPath& add(std::string_view text) {
    const auto size = std::min(text.size(), text_.size() - 1 - size_);
    std::memcpy(text_.data() + size_, text.data(), size);
    size_ += size;
    return *this;
  }
  ProcPath& add(pid_t number) {
    std::array<char, 16> digits{};
    std::size_t begin = digits.size();
    for (auto left = static_cast<unsigned>(number); begin > 0; left /= 10) {
      digits[--begin] = static_cast<char>('0' + left % 10);
      if (left < 10) break;
    }
    return add({digits.data() + begin, digits.size() - begin});
  }
  [[nodiscard]] const char* text() const { return text_.data(); }

 private:
  std::array<char, 96> text_{};
  std::size_t size_ = 0;
};

// The number that the text begins with, and what follows it; -1 when it begins with no digit.
long long take_number(std::string_view& text) {
  long long number = -1;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    number = std::max(number, 0LL) * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  return number;
}

int open_for_reading(const char* path, int flags) {
  return ::open(path, O_RDONLY | O_CLOEXEC | flags);
}

// The first bytes of a small file of /proc.
template <std::size_t N>
std::string_view read_start(const char* path, std::array<char, N>& buffer) {
  const int file = open_for_reading(path, 0);
  if (file < 0) return {};
  const auto size = ::read(file, buffer.data(), buffer.size());
  ::close(file);
  return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

// Calls `each` for every number among the names of a directory.
template <class Each>
bool for_each_number(const char* path, const Each& each) {
  const int directory = open_for_reading(path, O_DIRECTORY);
  if (directory < 0) return false;
  alignas(dirent64) std::array<char, 8192> buffer{};
  for (;;) {
    const auto size = ::getdents64(directory, buffer.data(), buffer.size());
    if (size <= 0) break;
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer.data() + at);
      std::string_view name = entry->d_name;
      const auto number = take_number(name);
      if (number > 0 && name.empty()) each(static_cast<pid_t>(number));
      at += entry->d_reclen;
    }
  }
  ::close(directory);
  return true;
}

// "S parent ..." of "pid (name) S parent ..."; the name may hold anything, a bracket as well.
template <std::size_t N>
std::string_view read_state(pid_t pid, std::array<char, N>& buffer) {
  auto text = read_start(ProcPath().add("/proc/").add(pid).add("/stat").text(), buffer);
  const auto bracket = text.rfind(')');
  if (bracket == std::string_view::npos || text.size() < bracket + 4) return {};
  text.remove_prefix(bracket + 2);
  return text;
}

pid_t parent_of(pid_t pid) {
  std::array<char, 512> buffer{};
  auto text = read_state(pid, buffer);
  if (text.empty()) return -1;
  text.remove_prefix(2);
  return static_cast<pid_t>(take_number(text));
}

// 'R', 'T', ...; of one that has ended 'X', collected or not.
char state_of(pid_t pid) {
  std::array<char, 512> buffer{};
  const auto text = read_state(pid, buffer);
  return text.empty() || text[0] == 'Z' ? 'X' : text[0];
}

enum class Mark { kOther, kSame, kNotSeen };

// Which value the environment gives the variable of `mark`. Of a process that is in the middle of
// an exec, which may last, nothing can be read or only the start: that of one that stands still is
// whole.
Mark mark_of(pid_t pid, std::string_view mark) {
  const int file = open_for_reading(ProcPath().add("/proc/").add(pid).add("/environ").text(), 0);
  if (file < 0) return Mark::kNotSeen;
  const auto name_size = mark.find('=') + 1;
  std::array<char, 4096> buffer{};
  std::size_t matched = 0;  // Letters of the mark that this entry has begun with.
  bool matches = true;
  Mark found = Mark::kNotSeen;
  for (;;) {
    const auto size = ::read(file, buffer.data(), buffer.size());
    if (size <= 0) break;
    for (const char letter : std::string_view(buffer.data(), static_cast<std::size_t>(size))) {
      if (letter == '\0') {
        const bool is_same = matches && matched == mark.size();
        if (matched >= name_size && found != Mark::kOther)
          found = is_same ? Mark::kSame : Mark::kOther;
        matched = 0;
        matches = true;
      } else if (matches && matched < mark.size() && letter == mark[matched]) {
        ++matched;
      } else {
        matches = false;
      }
    }
  }
  ::close(file);
  return found;
}

// The children that one thread has forked: "12 34 ". False when there is no such file.
template <class Each>
bool for_each_child_of_thread(const char* path, const Each& each) {
  const int file = open_for_reading(path, 0);
  if (file < 0) return false;
  std::array<char, 4096> buffer{};
  long long number = -1;
  for (;;) {
    const auto size = ::read(file, buffer.data(), buffer.size());
    if (size <= 0) break;
    // A number may be cut by the end of the buffer.
    for (const char letter : std::string_view(buffer.data(), static_cast<std::size_t>(size))) {
      if (letter >= '0' && letter <= '9') {
        number = std::max(number, 0LL) * 10 + (letter - '0');
      } else if (number > 0) {
        each(static_cast<pid_t>(number));
        number = -1;
      }
    }
  }
  if (number > 0) each(static_cast<pid_t>(number));
  ::close(file);
  return true;
}

template <class Each>
void for_each_child(pid_t parent, const Each& each) {
  bool is_told = false;
  for_each_number(ProcPath().add("/proc/").add(parent).add("/task").text(), [&](pid_t thread) {
    const auto path =
        ProcPath().add("/proc/").add(parent).add("/task/").add(thread).add("/children");
    is_told |= for_each_child_of_thread(path.text(), each);
  });
  // Some kernels lack the file. Or the parent is gone; then this finds nothing either.
  if (!is_told) {
    for_each_number("/proc", [&](pid_t pid) {
      if (parent_of(pid) == parent) each(pid);
    });
  }
}

// `on_found` is called for a process before its children are looked for.
template <class Found>
std::span<pid_t> gather(pid_t root, std::span<pid_t> memory, const Found& on_found) {
  std::size_t count = 0;
  const auto add = [&](pid_t pid) {
    if (count == memory.size()) return;
    memory[count++] = pid;
    on_found(pid);
  };
  for_each_child(root, add);
  for (std::size_t next = 0; next < count; ++next)
    for_each_child(memory[next], add);
  return memory.first(count);
}

}  // namespace

TreeMemory::TreeMemory() {
  void* const start = ::mmap(nullptr, kTreeProcessesMax * sizeof(pid_t), PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start != MAP_FAILED) pids_ = {static_cast<pid_t*>(start), kTreeProcessesMax};
}
TreeMemory::~TreeMemory() {
  if (!pids_.empty()) ::munmap(pids_.data(), pids_.size_bytes());
}

std::span<pid_t> descendants(pid_t root, std::span<pid_t> memory) {
  return gather(root, memory, [](pid_t) {});
}

std::span<pid_t> children(pid_t parent, std::span<pid_t> memory) {
  std::size_t count = 0;
  for_each_child(parent, [&](pid_t pid) {
    if (count < memory.size()) memory[count++] = pid;
  });
  return memory.first(count);
}

void kill_descendants(pid_t root, std::span<pid_t> memory) {
  // A parent is stopped before its children are read: from then on it forks no more and reaps
  // nobody, so that their numbers cannot become somebody else's. It may have been in the middle of
  // a fork; so until nobody new turns up.
  std::span<pid_t> found;
  std::size_t count_before = 0;
  for (int round = 0; round < kStopRoundsMax; ++round) {
    found = gather(root, memory, [](pid_t pid) { ::kill(pid, SIGSTOP); });
    if (round > 0 && found.size() == count_before) break;
    count_before = found.size();
  }
  for (const pid_t pid : found)
    ::kill(pid, SIGKILL);
}

std::size_t kill_marked_descendants(pid_t root, std::span<pid_t> memory, std::string_view mark) {
  const auto found = gather(root, memory, [&](pid_t pid) {
    if (mark_of(pid, mark) != Mark::kOther) ::kill(pid, SIGSTOP);
  });
  std::size_t count = 0;
  for (const pid_t pid : found) {
    const char state = state_of(pid);
    if (state == 'X') continue;
    const auto its = mark_of(pid, mark);
    if (its == Mark::kOther) {
      // It was stopped before it could be told who it is.
      ::kill(pid, SIGCONT);
      continue;
    }
    ++count;
    // What is in the middle of an exec stands still behind it. The next time more is known of it.
    if (its == Mark::kNotSeen && state != 'T') continue;
    ::kill(pid, SIGKILL);
  }
  return count;
}

std::uint64_t resident_bytes(std::span<const pid_t> pids) {
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::uint64_t sum = 0;
  for (const pid_t pid : pids) {
    std::array<char, 128> buffer{};
    auto text = read_start(ProcPath().add("/proc/").add(pid).add("/statm").text(), buffer);
    (void)take_number(text);  // The virtual size.
    if (text.empty()) continue;
    text.remove_prefix(1);
    sum += page * static_cast<std::uint64_t>(std::max(take_number(text), 0LL));
  }
  return sum;
}

}  // namespace runtask::sys
