#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "sys/files.h"

// What a run has in the state directory beside history.db while it can be gone on with
// (docs/formats/history.md): the lock of the process that carries it out, which the kernel drops
// however that dies; in the same file, how many log lines have been printed; and, apart, the values
// of its secrets. They are no row of the database, because what was a row stays legible in its
// journal until somebody writes there again.
//
// Blocking; errors are those of sys::Files.

namespace runtask::history {

class RunFiles {
 public:
  // `files` must outlive this.
  RunFiles(sys::Files& files, const std::string& state_directory)
      : files_(files), directory_(state_directory + "/runs") {}

  // Who holds it carries the run out. kConflict while another process does.
  [[nodiscard]] Result<std::unique_ptr<sys::FileLock>> lock(const std::string& run);
  [[nodiscard]] bool is_locked(const std::string& run) const;
  // False: the run has ended and all of it was printed, or it never had files.
  [[nodiscard]] bool exist(const std::string& run) const;

  // The file that holds the count; for sys::CountFile.
  [[nodiscard]] std::string shown_path(const std::string& run) const;
  // How many lines of the run's log have been printed; none: nobody has counted.
  [[nodiscard]] std::optional<std::uint64_t> shown(const std::string& run) const;

  // Mode 0600 and synced. `values` is `run`'s; empty: there is nothing to keep.
  [[nodiscard]] Result<> keep_secrets(const std::string& run, const Secret& values);
  [[nodiscard]] Result<Secret> secrets(const std::string& run) const;  // Empty: none are kept.
  [[nodiscard]] Result<> forget_secrets(const std::string& run);

  // All files of the run. By whoever holds its lock.
  [[nodiscard]] Result<> remove(const std::string& run);
  // The runs that have files, sorted.
  [[nodiscard]] Result<std::vector<std::string>> runs() const;

 private:
  [[nodiscard]] std::string path(const std::string& run, const char* suffix) const;

  sys::Files& files_;
  std::string directory_;
};

}  // namespace runtask::history
