#include "sys/count_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "sys/errno_code.h"

namespace runtask::sys {
namespace {

constexpr std::size_t kDigits = 20;  // Of the largest number that there is.

}  // namespace

Result<std::unique_ptr<CountFile>> CountFile::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return fail(code_of_errno(errno), "cannot open " + path + ": " + std::strerror(errno));
  return std::unique_ptr<CountFile>(new CountFile(descriptor));
}

CountFile::~CountFile() {
  ::close(descriptor_);
}

void CountFile::set(std::uint64_t count) noexcept {
  std::array<char, kDigits + 1> text{};
  text.fill('0');
  text.back() = '\n';
  for (std::size_t i = kDigits; i > 0 && count > 0; --i, count /= 10)
    text.at(i - 1) = static_cast<char>('0' + count % 10);
  [[maybe_unused]] const auto written = ::pwrite(descriptor_, text.data(), text.size(), 0);
}

}  // namespace runtask::sys
