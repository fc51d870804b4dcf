#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

namespace runtask::sys {

// A number in a file, as decimal text of a fixed width. Each set() is one write of the system, so
// that whatever kills this process leaves the number of the last one. Any one thread at a time.
class CountFile {
 public:
  // An existing file keeps its number until the first set(). Errors as of Files.
  [[nodiscard]] static Result<std::unique_ptr<CountFile>> open(const std::string& path);
  ~CountFile();
  CountFile(const CountFile&) = delete;
  CountFile& operator=(const CountFile&) = delete;

  // What cannot be written is dropped: nobody could do anything about it.
  void set(std::uint64_t count) noexcept;

 private:
  explicit CountFile(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace runtask::sys
