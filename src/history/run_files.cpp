#include "history/run_files.h"

#include <limits>

#include "base/text.h"

namespace runtask::history {
namespace {

constexpr const char* kLock = ".lock";
constexpr const char* kSecrets = ".secrets";
// Whoever only looks whether it is locked holds nothing; so this is for a lock that is let go of
// in this moment.
constexpr Duration kLockPatience{50};

}  // namespace

std::string RunFiles::path(const std::string& run, const char* suffix) const {
  return directory_ + "/" + run + suffix;
}

Result<std::unique_ptr<sys::FileLock>> RunFiles::lock(const std::string& run) {
  TRY(files_.make_directory(directory_, 0700));
  return files_.lock(path(run, kLock), kLockPatience);
}

bool RunFiles::is_locked(const std::string& run) const {
  return files_.is_locked(path(run, kLock));
}

bool RunFiles::exist(const std::string& run) const {
  return files_.exists(path(run, kLock));
}

std::string RunFiles::shown_path(const std::string& run) const {
  return path(run, kLock);
}

std::optional<std::uint64_t> RunFiles::shown(const std::string& run) const {
  const auto text = files_.read(path(run, kLock));
  if (!text) return {};
  const auto count = parse_integer(trimmed(*text), 0, std::numeric_limits<long long>::max());
  if (!count) return {};
  return static_cast<std::uint64_t>(*count);
}

Result<> RunFiles::keep_secrets(const std::string& run, const Secret& values) {
  if (values.empty()) return {};
  TRY(files_.make_directory(directory_, 0700));
  return files_.write(path(run, kSecrets), values.reveal(), 0600);
}

Result<Secret> RunFiles::secrets(const std::string& run) const {
  const auto file = path(run, kSecrets);
  if (!files_.exists(file)) return Secret();
  return Secret(TRY(files_.read(file)));
}

Result<> RunFiles::forget_secrets(const std::string& run) {
  return files_.remove(path(run, kSecrets));
}

Result<> RunFiles::remove(const std::string& run) {
  TRY(forget_secrets(run));
  return files_.remove(path(run, kLock));
}

Result<std::vector<std::string>> RunFiles::runs() const {
  std::vector<std::string> runs;
  if (!files_.is_directory(directory_)) return runs;
  for (const auto& name : TRY(files_.list(directory_))) {
    const auto dot = name.rfind('.');
    const auto run = name.substr(0, dot);
    const bool is_new = runs.empty() || runs.back() != run;
    if (dot != std::string::npos && is_new) runs.push_back(run);
  }
  return runs;
}

}  // namespace runtask::history
