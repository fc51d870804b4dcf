#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sys/cgroup.h"
#include "sys/process_child.h"

// The keeper of a tree of processes: a fork of this program, without exec, that starts the child,
// adopts whatever the child's descendants leave behind, and kills all of it when the child ends
// (but for one that may linger), when it is told to, or when this program is gone. For the .cpp
// files of sys.

namespace runtask::sys {

// The keeper's words, in packets, over a socket (SOCK_SEQPACKET).
struct KeeperReport {
  // kLingers: the child has ended, others of its tree live on. kEnded: the tree is over.
  enum class Kind : std::int32_t { kStarted, kNotForked, kLingers, kEnded };
  Kind kind = Kind::kEnded;
  std::int32_t number = 0;          // The child's pid; the errno; its wait status.
  std::int32_t is_known = 0;        // kEnded: whether `number` is: the child could be reaped.
  std::int32_t out_of_memory = 0;   // kEnded.
  std::int32_t somebody_lives = 0;  // kEnded: not everybody could be killed.
};
// And what it is told: one byte a packet, a signal for the child or this.
constexpr unsigned char kKillTree = 0;

struct KeeperPlan {
  const ChildPlan& child;
  int socket;  // Its end; when the other one closes, the tree is killed.
  int output;  // For the child; above 2, as the two others.
  int error;
  std::uint64_t resident_bytes_max;  // Watched every 50 ms; 0: not at all.
  const MemoryCgroup* cgroup;        // Where the child is put, removed at the end; or none.
  bool may_linger;                   // ProcessSpec::may_linger and its mark.
  std::string_view mark;
  std::span<const std::string> orphaned_files;  // ProcessSpec's.
};

// In a fork of this program, with all signals blocked. Async-signal-safe.
[[noreturn]] void keep_tree(const KeeperPlan& plan);

}  // namespace runtask::sys
