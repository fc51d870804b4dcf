#include "sys/random.h"

#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdlib>
#include <vector>

#include "base/text.h"

namespace runtask::sys {

std::string Random::uuid() {
  std::array<unsigned char, 16> bytes{};
  fill(bytes);
  return uuid_text(bytes);
}

std::string Random::hex_digits(std::size_t digits) {
  std::vector<unsigned char> bytes((digits + 1) / 2);
  fill(bytes);
  return hex(bytes).substr(0, digits);
}

std::uint64_t Random::below(std::uint64_t bound) {
  assert(bound > 0 && "a range with something in it");
  // The numbers at the top that would make the low remainders likelier are thrown away; that is
  // fewer than half, so this ends soon.
  const std::uint64_t uneven = (UINT64_MAX % bound + 1) % bound;
  for (;;) {
    std::array<unsigned char, 8> bytes{};
    fill(bytes);
    std::uint64_t number = 0;
    for (const auto byte : bytes)
      number = number << 8U | byte;
    if (number <= UINT64_MAX - uneven) return number % bound;
  }
}

void SystemRandom::fill(std::span<unsigned char> bytes) {
  constexpr std::size_t kBytesPerCall = 256;  // What getentropy(3) takes; it is getrandom(2).
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), kBytesPerCall));
    // Every kernel that runs Debian bookworm has it. Going on with bytes that are not random would
    // give away keys.
    if (::getentropy(part.data(), part.size()) != 0) std::abort();
    bytes = bytes.subspan(part.size());
  }
}

}  // namespace runtask::sys
