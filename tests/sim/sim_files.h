#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sys/files.h"

namespace runtask::sim {

// Files in memory, with faults on demand. Absolute paths; "/" is there from the start. Like the
// real ones, a path below a missing directory is kNotFound.
class SimFiles final : public sys::Files {
 public:
  // From now on nothing can be changed at this path or below it: kFull as on a full disk, kDenied
  // as on a read-only one. Reading goes on.
  void break_writes(const std::string& path, Code code) { broken_[path] = code; }
  void repair_writes(const std::string& path) { broken_.erase(path); }
  // As if another process took the lock, and let it go.
  void lock_elsewhere(const std::string& path) { locks_->insert(path); }
  void unlock_elsewhere(const std::string& path) { locks_->erase(path); }
  // The mode something was made with; none when it is not there.
  [[nodiscard]] std::optional<unsigned> mode(const std::string& path) const {
    const auto found = entries_.find(plain(path));
    if (found == entries_.end()) return {};
    return found->second.mode;
  }

  [[nodiscard]] Result<std::string> read(const std::string& path) const override {
    const auto found = entries_.find(plain(path));
    if (found == entries_.end()) return missing("cannot read", path);
    if (found->second.is_directory)
      return fail(Code::kUnavailable, "cannot read " + path + ": Is a directory");
    return found->second.content;
  }
  [[nodiscard]] Result<> write(const std::string& path, std::string_view content,
                               unsigned mode) override {
    TRY(changeable("cannot write", path));
    if (!is_directory(parent(path))) return missing("cannot write", path);
    if (is_directory(path))
      return fail(Code::kUnavailable, "cannot write " + path + ": Is a directory");
    entries_[plain(path)] = Entry{std::string(content), mode, false};
    return {};
  }
  [[nodiscard]] Result<> append(const std::string& path, std::string_view content,
                                unsigned mode) override {
    TRY(changeable("cannot write", path));
    if (!is_directory(parent(path))) return missing("cannot write", path);
    if (is_directory(path))
      return fail(Code::kUnavailable, "cannot write " + path + ": Is a directory");
    entries_.try_emplace(plain(path), Entry{{}, mode, false}).first->second.content += content;
    return {};
  }
  [[nodiscard]] bool exists(const std::string& path) const override {
    return entries_.contains(plain(path));
  }
  [[nodiscard]] bool is_directory(const std::string& path) const override {
    const auto found = entries_.find(plain(path));
    return found != entries_.end() && found->second.is_directory;
  }
  [[nodiscard]] bool is_private(const std::string& path) const override {
    const auto found = entries_.find(plain(path));
    return found != entries_.end() && (found->second.mode & 077U) == 0;
  }
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) const override {
    if (!is_directory(path)) return missing("cannot list", path);
    std::vector<std::string> names;
    for (const auto& [name, entry] : entries_) {
      if (name != "/" && parent(name) == plain(path))
        names.push_back(name.substr(name.rfind('/') + 1));
    }
    return names;  // The map is sorted.
  }
  [[nodiscard]] Result<std::vector<sys::DirectoryEntry>> entries(
      const std::string& path) const override {
    using Kind = sys::DirectoryEntry::Kind;
    std::vector<sys::DirectoryEntry> found;
    for (auto& name : TRY(list(path))) {
      const auto& entry = entries_.at(plain(path) + (path == "/" ? "" : "/") + name);
      const auto other = entry.is_link ? Kind::kLink : Kind::kFile;
      found.push_back({name, entry.is_directory ? Kind::kDirectory : other});
    }
    return found;
  }
  [[nodiscard]] Result<> make_directory(const std::string& path, unsigned mode) override {
    const auto name = plain(path);
    if (is_directory(name)) return {};
    TRY(changeable("cannot make directory", path));
    if (exists(name))
      return fail(Code::kUnavailable, "cannot make directory " + path + ": File exists");
    TRY(make_directory(parent(name), mode));
    entries_[name] = Entry{{}, mode, true};
    return {};
  }
  // Not followed by anybody here: its content is its target.
  [[nodiscard]] Result<> make_link(const std::string& target, const std::string& path) override {
    TRY(changeable("cannot link", path));
    if (!is_directory(parent(path))) return missing("cannot link", path);
    const auto found = entries_.find(plain(path));
    if (found != entries_.end() && !found->second.is_link)
      return fail(Code::kConflict, "cannot link " + path + ": it is there, and no link");
    entries_[plain(path)] = Entry{target, 0777, false, true};
    return {};
  }
  [[nodiscard]] Result<> remove(const std::string& path) override {
    if (!exists(path)) return {};
    TRY(changeable("cannot remove", path));
    std::erase_if(entries_, [&](const auto& entry) { return is_within(entry.first, plain(path)); });
    return {};
  }
  [[nodiscard]] Result<> rename(const std::string& from, const std::string& to) override {
    if (!exists(from)) return missing("cannot rename", from);
    if (!is_directory(parent(to))) return missing("cannot rename", from);
    TRY(changeable("cannot rename", from));
    TRY(changeable("cannot rename", to));
    if (exists(to))
      return fail(Code::kConflict, "cannot rename " + from + ": " + to + " is there already");
    std::map<std::string, Entry> moved;
    for (const auto& [name, entry] : entries_)
      if (is_within(name, plain(from)))
        moved.emplace(plain(to) + name.substr(plain(from).size()), entry);
    std::erase_if(entries_, [&](const auto& entry) { return is_within(entry.first, plain(from)); });
    entries_.merge(moved);
    return {};
  }
  // Never waits: the time of a simulation would not pass meanwhile.
  [[nodiscard]] Result<std::unique_ptr<sys::FileLock>> lock(const std::string& path,
                                                            Duration /*patience*/) override {
    const auto changes = changeable("cannot lock", path);
    // A full disk has room for a lock on a file that is there; a read-only one has not.
    if (!changes && (changes.error().code == Code::kDenied || !exists(path)))
      return fail(changes.error());
    if (!exists(path)) TRY(write(path, "", 0600));
    if (!locks_->insert(plain(path)).second)
      return fail(Code::kConflict, path + " is locked by another process");
    return std::unique_ptr<sys::FileLock>(std::make_unique<Lock>(locks_, plain(path)));
  }
  [[nodiscard]] bool is_locked(const std::string& path) const override {
    return locks_->contains(plain(path));
  }

 private:
  struct Entry {
    std::string content;
    unsigned mode = 0;
    bool is_directory = false;
    bool is_link = false;
  };
  using Locks = std::set<std::string>;
  class Lock final : public sys::FileLock {
   public:
    Lock(std::shared_ptr<Locks> locks, std::string path)
        : locks_(std::move(locks)), path_(std::move(path)) {}
    ~Lock() override { locks_->erase(path_); }

   private:
    std::shared_ptr<Locks> locks_;
    std::string path_;
  };

  static std::string plain(std::string path) {
    while (path.size() > 1 && path.back() == '/')
      path.pop_back();
    return path;
  }
  static std::string parent(const std::string& path) {
    const auto name = plain(path);
    const auto slash = name.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : name.substr(0, slash);
  }
  static bool is_within(const std::string& path, const std::string& tree) {
    return path == tree || tree == "/" || path.starts_with(tree + "/");
  }
  static tl::unexpected<Error> missing(const std::string& what, const std::string& path) {
    return fail(Code::kNotFound, what + " " + path + ": No such file or directory");
  }
  [[nodiscard]] Result<> changeable(const std::string& what, const std::string& path) const {
    for (const auto& [tree, code] : broken_) {
      if (!is_within(plain(path), tree)) continue;
      const std::string words =
          code == Code::kFull ? "No space left on device" : "Read-only file system";
      return fail(code, what + " " + path + ": " + words);
    }
    return {};
  }

  std::map<std::string, Entry> entries_{{"/", Entry{{}, 0755, true}}};
  std::map<std::string, Code> broken_;
  // Shared, because a lock may outlive the files.
  std::shared_ptr<Locks> locks_ = std::make_shared<Locks>();
};

}  // namespace runtask::sim
