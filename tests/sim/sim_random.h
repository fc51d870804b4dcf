#pragma once

#include <cstdint>
#include <span>

#include "sys/random.h"

namespace runtask::sim {

// The same bytes for the same seed, on every machine (SplitMix64).
class SimRandom final : public sys::Random {
 public:
  explicit SimRandom(std::uint64_t seed) : state_(seed) {}

  void fill(std::span<unsigned char> bytes) override {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i, word >>= 8U) {
      if (i % 8 == 0) word = next();
      bytes[i] = static_cast<unsigned char>(word & 0xFFU);
    }
  }
  // True in `percent` of 100 cases.
  [[nodiscard]] bool happens(unsigned percent) { return below(100) < percent; }

 private:
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t word = state_;
    word = (word ^ (word >> 30U)) * 0xBF58476D1CE4E5B9U;
    word = (word ^ (word >> 27U)) * 0x94D049BB133111EBU;
    return word ^ (word >> 31U);
  }

  std::uint64_t state_;
};

}  // namespace runtask::sim
