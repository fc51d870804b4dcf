#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// Who descends from whom, as /proc tells it. A snapshot is never exact, because processes come and
// go while it is taken: who must catch all of them repeats until there is nobody left to wait for.
//
// Async-signal-safe throughout, and so without the heap: the keeper of a tree is a fork without
// exec.

namespace runtask::sys {

constexpr std::size_t kTreeProcessesMax = 65'536;  // Of one snapshot; a larger tree takes several.

// Memory for snapshots, outside the heap; only what is used of it is ever real.
class TreeMemory {
 public:
  TreeMemory();
  TreeMemory(const TreeMemory&) = delete;
  TreeMemory& operator=(const TreeMemory&) = delete;
  ~TreeMemory();
  [[nodiscard]] std::span<pid_t> pids() const { return pids_; }

 private:
  std::span<pid_t> pids_;  // Empty when the system had no memory.
};

// The root's descendants, parents before children, without the root itself, as many as fit.
[[nodiscard]] std::span<pid_t> descendants(pid_t root, std::span<pid_t> memory);
[[nodiscard]] std::span<pid_t> children(pid_t parent, std::span<pid_t> memory);

// SIGKILL to every descendant (not to the root). They are stopped first, so that a tree that forks
// all the time cannot outrun it. New ones may have escaped nevertheless.
void kill_descendants(pid_t root, std::span<pid_t> memory);
// The same but for those whose environment at their exec gives the variable of `mark`,
// "NAME=VALUE", another value. How many were not spared and may still live.
std::size_t kill_marked_descendants(pid_t root, std::span<pid_t> memory, std::string_view mark);

// What the processes have resident, in bytes: a page that two of them share counts twice.
[[nodiscard]] std::uint64_t resident_bytes(std::span<const pid_t> pids);

}  // namespace runtask::sys
