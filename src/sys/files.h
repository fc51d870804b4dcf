#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace runtask::sys {

constexpr std::size_t kFileBytesMax = 64U << 20U;  // What read() takes; larger is an error.

// A file lock that ends with the object or with the process, however it dies.
class FileLock {
 public:
  FileLock() = default;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  virtual ~FileLock() = default;
};

struct DirectoryEntry {
  enum class Kind { kFile, kDirectory, kLink, kOther };  // kOther: pipes, devices, links to them.
  std::string name;
  Kind kind = Kind::kFile;
};

// Files by path. Errors name the path and carry the system's words: kNotFound, kDenied, kFull (disk
// or quota), kUnavailable for the rest. Blocking, because local files are quick; any thread.
class Files {
 public:
  Files() = default;
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  virtual ~Files() = default;

  [[nodiscard]] virtual Result<std::string> read(const std::string& path) const = 0;
  // The new content is there whole or not at all, and synced: written beside it, then renamed.
  // `mode` is the permission bits of the new file.
  [[nodiscard]] virtual Result<> write(const std::string& path, std::string_view content,
                                       unsigned mode) = 0;
  // Adds to the end, in one go; a file that is not there is made with `mode` less the umask. What
  // could not be added whole is taken away again. Not synced: for files that can be made anew.
  [[nodiscard]] virtual Result<> append(const std::string& path, std::string_view content,
                                        unsigned mode) = 0;
  [[nodiscard]] virtual bool exists(const std::string& path) const = 0;
  [[nodiscard]] virtual bool is_directory(const std::string& path) const = 0;
  // Whether it is a file or directory, not a link, of this user's own that nobody else may read or
  // change.
  [[nodiscard]] virtual bool is_private(const std::string& path) const = 0;
  // Names in the directory, sorted, without "." and "..".
  [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::string& path) const = 0;
  // The same names, each with what it is.
  [[nodiscard]] virtual Result<std::vector<DirectoryEntry>> entries(
      const std::string& path) const = 0;
  // With its parents. An existing directory is fine and keeps its mode.
  [[nodiscard]] virtual Result<> make_directory(const std::string& path, unsigned mode) = 0;
  // A symbolic link; one that is there gets the new target. kConflict when a file or directory is.
  [[nodiscard]] virtual Result<> make_link(const std::string& target, const std::string& path) = 0;
  // A file or a whole directory; absent is fine. Links are removed, never followed.
  [[nodiscard]] virtual Result<> remove(const std::string& path) = 0;
  // Gives something another place on the same file system, whole or not at all. kConflict when
  // something is there already; nothing is ever replaced.
  [[nodiscard]] virtual Result<> rename(const std::string& from, const std::string& to) = 0;
  // An exclusive lock on a file that is created when missing. kConflict when another process holds
  // it and does not let go within `patience`.
  [[nodiscard]] virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path,
                                                               Duration patience) = 0;
  // Whether somebody else holds the lock now.
  [[nodiscard]] virtual bool is_locked(const std::string& path) const = 0;
};

class SystemFiles final : public Files {
 public:
  [[nodiscard]] Result<std::string> read(const std::string& path) const override;
  [[nodiscard]] Result<> write(const std::string& path, std::string_view content,
                               unsigned mode) override;
  [[nodiscard]] Result<> append(const std::string& path, std::string_view content,
                                unsigned mode) override;
  [[nodiscard]] bool exists(const std::string& path) const override;
  [[nodiscard]] bool is_directory(const std::string& path) const override;
  [[nodiscard]] bool is_private(const std::string& path) const override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) const override;
  [[nodiscard]] Result<std::vector<DirectoryEntry>> entries(const std::string& path) const override;
  [[nodiscard]] Result<> make_directory(const std::string& path, unsigned mode) override;
  [[nodiscard]] Result<> make_link(const std::string& target, const std::string& path) override;
  [[nodiscard]] Result<> remove(const std::string& path) override;
  [[nodiscard]] Result<> rename(const std::string& from, const std::string& to) override;
  [[nodiscard]] Result<std::unique_ptr<FileLock>> lock(const std::string& path,
                                                       Duration patience) override;
  [[nodiscard]] bool is_locked(const std::string& path) const override;
};

}  // namespace runtask::sys
