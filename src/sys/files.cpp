#include "sys/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include "sys/descriptor.h"
#include "sys/errno_code.h"
#include "sys/random.h"

namespace runtask::sys {
namespace {

constexpr auto kLockPollEvery = Duration(5);
constexpr int kTemporaryNamesTried = 8;

// "what path: the system's words", from errno as the failed call left it.
tl::unexpected<Error> system_failure(const std::string& what, const std::string& path, int number) {
  return fail(code_of_errno(number), what + " " + path + ": " + std::strerror(number));
}

Descriptor opened(const std::string& path, int flags, mode_t mode) {
  for (;;) {
    const int number = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (number >= 0 || errno != EINTR) return Descriptor(number);
  }
}

// 0, or the errno of what went wrong.
int write_whole(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = ::write(descriptor, bytes.data(), bytes.size());
    if (size >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(size));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Where the bytes really go: links lead to their file, so that replacing it keeps the link.
std::string resolved(const std::string& path) {
  char* const real = ::realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string target = real;
  std::free(real);  // NOLINT: realpath allocates so.
  return target;
}

// A device or a pipe has no content that could be replaced; the bytes are handed to it.
Result<> write_into(const std::string& path, std::string_view content) {
  const auto file = opened(path, O_WRONLY, 0);
  if (!file.is_open()) return system_failure("cannot write", path, errno);
  if (const int number = write_whole(file.get(), content))
    return system_failure("cannot write", path, number);
  return {};
}

struct Temporary {
  std::string path;
  Descriptor file;
};
// A new file beside the target: renaming works only within one file system.
Result<Temporary> make_temporary(const std::string& target) {
  SystemRandom random;
  for (int attempt = 1;; ++attempt) {
    auto path = target + ".new-" + random.hex_digits(12);
    auto file = opened(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (file.is_open()) return Temporary{std::move(path), std::move(file)};
    if (errno != EEXIST || attempt == kTemporaryNamesTried)
      return system_failure("cannot write", target, errno);
  }
}

// 0, or the errno of the step that failed.
int finish_write(const Temporary& temporary, const std::string& target, std::string_view content,
                 unsigned mode) {
  if (const int number = write_whole(temporary.file.get(), content)) return number;
  if (::fchmod(temporary.file.get(), mode) != 0) return errno;  // Whatever the umask is.
  if (::fsync(temporary.file.get()) != 0) return errno;
  if (::rename(temporary.path.c_str(), target.c_str()) != 0) return errno;
  return 0;
}

// The new name must survive a power cut as well. A directory that cannot be opened or synced (some
// network file systems) leaves it to the system; the content itself is safe by then.
void sync_directory(const std::string& path) {
  const auto directory = opened(path, O_RDONLY | O_DIRECTORY, 0);
  if (directory.is_open()) (void)::fsync(directory.get());
}

class SystemFileLock final : public FileLock {
 public:
  explicit SystemFileLock(Descriptor file) : file_(std::move(file)) {}
  ~SystemFileLock() override {
    // Said aloud, because a child between fork and exec shares the open file and would keep it.
    struct flock all {};
    all.l_type = F_UNLCK;
    all.l_whence = SEEK_SET;
    (void)::fcntl(file_.get(), F_OFD_SETLK, &all);
  }

 private:
  Descriptor file_;
};

// Whether the path still leads to the locked file, and not to one that was put in its place.
bool is_still_there(int descriptor, const std::string& path) {
  struct stat mine {};
  struct stat there {};
  return ::fstat(descriptor, &mine) == 0 && ::stat(path.c_str(), &there) == 0 &&
         mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

// One attempt; none when somebody else holds it.
Result<std::unique_ptr<FileLock>> try_lock(const std::string& path) {
  auto file = opened(path, O_RDWR | O_CREAT, 0600);
  if (!file.is_open()) return system_failure("cannot lock", path, errno);
  struct flock all {};
  all.l_type = F_WRLCK;
  all.l_whence = SEEK_SET;
  if (::fcntl(file.get(), F_OFD_SETLK, &all) == 0) {
    if (!is_still_there(file.get(), path)) return std::unique_ptr<FileLock>();
    return std::unique_ptr<FileLock>(std::make_unique<SystemFileLock>(std::move(file)));
  }
  if (errno == EAGAIN || errno == EACCES || errno == EINTR) return std::unique_ptr<FileLock>();
  return system_failure("cannot lock", path, errno);
}

// A link that leads nowhere is one all the same; one to a pipe is as good as the pipe.
DirectoryEntry::Kind kind_of_link(const std::string& path) {
  struct stat status {};
  const bool is_other =
      ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
  return is_other ? DirectoryEntry::Kind::kOther : DirectoryEntry::Kind::kLink;
}

// Most file systems say in the directory itself what an entry is; the others are asked.
DirectoryEntry::Kind kind_of(const std::string& directory, const dirent& entry) {
  using Kind = DirectoryEntry::Kind;
  const auto path = [&] { return directory + "/" + &entry.d_name[0]; };
  switch (entry.d_type) {
    case DT_REG:
      return Kind::kFile;
    case DT_DIR:
      return Kind::kDirectory;
    case DT_LNK:
      return kind_of_link(path());
    case DT_UNKNOWN:
      break;
    default:
      return Kind::kOther;
  }
  struct stat status {};
  if (::lstat(path().c_str(), &status) != 0) return Kind::kOther;
  if (S_ISREG(status.st_mode)) return Kind::kFile;
  if (S_ISDIR(status.st_mode)) return Kind::kDirectory;
  return S_ISLNK(status.st_mode) ? kind_of_link(path()) : Kind::kOther;
}

}  // namespace

Result<std::string> SystemFiles::read(const std::string& path) const {
  const auto file = opened(path, O_RDONLY, 0);
  if (!file.is_open()) return system_failure("cannot read", path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return system_failure("cannot read", path, errno);
  std::string content;
  // The size is a hint only: files under /proc say 0, and a file may grow meanwhile.
  std::size_t room = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)) + 1;
  for (;;) {
    const std::size_t length = content.size();
    content.resize(std::min(length + std::max<std::size_t>(room, 4096), kFileBytesMax + 1));
    room = length;
    const auto size = ::read(file.get(), content.data() + length, content.size() - length);
    const int number = errno;
    content.resize(length + static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    if (size == 0) return content;
    if (size < 0 && number != EINTR) return system_failure("cannot read", path, number);
    if (content.size() > kFileBytesMax) {
      return fail(Code::kFull, "cannot read " + path + ": it is larger than " +
                                   std::to_string(kFileBytesMax >> 20U) + " MiB");
    }
  }
}

Result<> SystemFiles::write(const std::string& path, std::string_view content, unsigned mode) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
    return write_into(path, content);
  const auto target = resolved(path);
  const auto temporary = TRY(make_temporary(target));
  if (const int number = finish_write(temporary, target, content, mode)) {
    (void)::unlink(temporary.path.c_str());
    return system_failure("cannot write", path, number);
  }
  sync_directory(directory_of(target));
  return {};
}

Result<> SystemFiles::append(const std::string& path, std::string_view content, unsigned mode) {
  const auto file = opened(path, O_WRONLY | O_APPEND | O_CREAT, mode);
  if (!file.is_open()) return system_failure("cannot write", path, errno);
  struct stat before {};
  const bool is_file = ::fstat(file.get(), &before) == 0 && S_ISREG(before.st_mode);
  if (const int number = write_whole(file.get(), content)) {
    // A device takes nothing back, and neither does a file that cannot even be cut.
    const bool is_cut = is_file && ::ftruncate(file.get(), before.st_size) == 0;
    (void)is_cut;
    return system_failure("cannot write", path, number);
  }
  return {};
}

bool SystemFiles::exists(const std::string& path) const {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

bool SystemFiles::is_directory(const std::string& path) const {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool SystemFiles::is_private(const std::string& path) const {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return false;
  return !S_ISLNK(status.st_mode) && status.st_uid == ::geteuid() &&
         (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

Result<std::vector<DirectoryEntry>> SystemFiles::entries(const std::string& path) const {
  DIR* const directory = ::opendir(path.c_str());
  if (directory == nullptr) return system_failure("cannot list", path, errno);
  std::vector<DirectoryEntry> entries;
  errno = 0;
  while (const dirent* entry = ::readdir(directory)) {  // NOLINT: the stream is ours alone.
    const std::string_view name = &entry->d_name[0];
    if (name != "." && name != "..") entries.push_back({std::string(name), kind_of(path, *entry)});
    errno = 0;
  }
  const int number = errno;
  ::closedir(directory);
  if (number != 0) return system_failure("cannot list", path, number);
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return entries;
}

Result<std::vector<std::string>> SystemFiles::list(const std::string& path) const {
  std::vector<std::string> names;
  for (auto& entry : TRY(entries(path)))
    names.push_back(std::move(entry.name));
  return names;
}

Result<> SystemFiles::make_directory(const std::string& path, unsigned mode) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const auto part = path.substr(0, end);
    if (is_directory(part)) continue;
    if (::mkdir(part.c_str(), mode) == 0) {
      // Whatever the umask is.
      if (::chmod(part.c_str(), mode) != 0)
        return system_failure("cannot make directory", part, errno);
    } else if (const int number = errno; number != EEXIST || !is_directory(part)) {
      return system_failure("cannot make directory", part, number);
    }
  }
  return {};
}

Result<> SystemFiles::make_link(const std::string& target, const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    if (!S_ISLNK(status.st_mode))
      return fail(Code::kConflict, "cannot link " + path + ": it is there, and no link");
    if (::unlink(path.c_str()) != 0) return system_failure("cannot replace", path, errno);
  }
  if (::symlink(target.c_str(), path.c_str()) != 0)
    return system_failure("cannot link", path, errno);
  return {};
}

Result<> SystemFiles::remove(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return system_failure("cannot remove", path, error.value());
  return {};
}

Result<> SystemFiles::rename(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  int number = errno;
  // Some file systems (of the network, mostly) do not know the flag.
  if (number == EINVAL || number == ENOSYS) {
    struct stat status {};
    if (::lstat(to.c_str(), &status) == 0) {
      number = EEXIST;
    } else {
      if (::rename(from.c_str(), to.c_str()) == 0) return {};
      number = errno;
    }
  }
  if (number == EEXIST || number == ENOTEMPTY)
    return fail(Code::kConflict, "cannot rename " + from + ": " + to + " is there already");
  return system_failure("cannot rename", from, number);
}

Result<std::unique_ptr<FileLock>> SystemFiles::lock(const std::string& path, Duration patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto lock = TRY(try_lock(path));
    if (lock) return lock;
    if (std::chrono::steady_clock::now() >= deadline)
      return fail(Code::kConflict, path + " is locked by another process");
    std::this_thread::sleep_for(kLockPollEvery);
  }
}

bool SystemFiles::is_locked(const std::string& path) const {
  const auto file = opened(path, O_RDONLY, 0);
  if (!file.is_open()) return false;
  struct flock all {};
  all.l_type = F_WRLCK;
  all.l_whence = SEEK_SET;
  return ::fcntl(file.get(), F_OFD_GETLK, &all) == 0 && all.l_type != F_UNLCK;
}

}  // namespace runtask::sys
