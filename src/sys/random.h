#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace runtask::sys {

// Random bytes, good enough for keys and tokens. The system's twin cannot fail after it was made.
class Random {
 public:
  Random() = default;
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  virtual ~Random() = default;

  virtual void fill(std::span<unsigned char> bytes) = 0;

  [[nodiscard]] std::string uuid();  // Version 4, lower case with dashes.
  [[nodiscard]] std::string hex_digits(std::size_t digits);
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);  // Evenly in [0, bound); bound > 0.
};

// getrandom(2).
class SystemRandom final : public Random {
 public:
  void fill(std::span<unsigned char> bytes) override;
};

}  // namespace runtask::sys
