#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sys/descriptor.h"

// A control group that limits the memory of one tree of processes, where this program may make one:
// beneath its own group or, in version 2, beneath the nearest group above that hands the memory
// controller to its children. For the .cpp files of sys.

namespace runtask::sys {

// Where the system shows its groups; elsewhere in tests.
struct CgroupRoots {
  std::string membership = "/proc/self/cgroup";
  std::string version_1 = "/sys/fs/cgroup/memory";  // The hierarchy of the memory controller.
  std::string version_2 = "/sys/fs/cgroup";
};

class MemoryCgroup {
 public:
  // None where the system does not let us. `serial` tells the groups of one program apart.
  [[nodiscard]] static std::optional<MemoryCgroup> create(const CgroupRoots& roots,
                                                          std::uint64_t bytes_max, unsigned serial);
  // Ends and removes what programs of this kind have left behind that were killed together with
  // their keepers. Their groups carry the program's number and start time, so none that lives is
  // touched.
  static void remove_leftovers(const CgroupRoots& roots);

  MemoryCgroup(MemoryCgroup&&) = default;
  MemoryCgroup& operator=(MemoryCgroup&&) = default;
  ~MemoryCgroup() = default;  // Leaves the group: it belongs to the keeper.

  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] std::string procs_file() const { return directory_ + "/cgroup.procs"; }

  // For the keeper; async-signal-safe. The descriptor is to be polled for `poll_for()`, and then
  // was_out_of_memory() asked.
  [[nodiscard]] int events() const { return events_.get(); }
  [[nodiscard]] short poll_for() const;
  [[nodiscard]] bool was_out_of_memory() const;
  // Only when no process is in it.
  void remove() const;

 private:
  enum class Version { kOne, kTwo };
  MemoryCgroup(Version version, std::string directory);
  [[nodiscard]] bool set_up(std::uint64_t bytes_max);

  Version version_;
  std::string directory_;
  std::string counters_file_;  // With the line "oom_kill N".
  Descriptor events_;
};

}  // namespace runtask::sys
