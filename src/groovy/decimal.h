#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Exact decimal numbers of at most 38 digits: Groovy's BigDecimal, and BigInteger with scale 0.
// A result that needs more digits is none: the caller raises an error, never a rounded number.
// Scales follow java.math.BigDecimal, because they are printed: 1.10 + 2.205 is 3.305, 2.50 stays
// 2.50. Pure; any thread.

namespace runtask::groovy {

class Decimal {
 public:
  __extension__ using Unscaled = __int128;
  static constexpr int kDigitsMax = 38;
  static constexpr int kScaleMax = 1000;

  Decimal() = default;
  explicit Decimal(std::int64_t value) : unscaled_(value) {}
  // "-12.50", "1e3": none if it is no number or too long.
  static std::optional<Decimal> parse(std::string_view text);
  // The shortest decimal that reads back as the double, as Java's BigDecimal.valueOf.
  static std::optional<Decimal> of(double value);

  [[nodiscard]] int sign() const { return unscaled_ == 0 ? 0 : unscaled_ < 0 ? -1 : 1; }
  [[nodiscard]] int scale() const { return scale_; }
  [[nodiscard]] std::string text() const;        // As BigDecimal.toString: 1E+3.
  [[nodiscard]] std::string plain_text() const;  // Without an exponent.
  [[nodiscard]] double to_double() const;
  // Cut towards zero; the low 64 bits if it does not fit, as Java's longValue.
  [[nodiscard]] std::int64_t to_long() const;
  [[nodiscard]] bool is_whole() const;

  [[nodiscard]] std::optional<Decimal> plus(const Decimal& other) const;
  [[nodiscard]] std::optional<Decimal> minus(const Decimal& other) const;
  [[nodiscard]] std::optional<Decimal> times(const Decimal& other) const;
  // As Groovy: exact if it ends, else with ten digits more than the longer of the two, of which at
  // most ten (or the larger scale) after the point. The divisor is not zero.
  [[nodiscard]] std::optional<Decimal> over(const Decimal& other) const;
  enum class Rounding : std::uint8_t { kDown, kHalfUp, kUp, kFloor, kCeiling, kHalfEven };
  // With so many digits after the point, as java.math.BigDecimal. The divisor is not zero.
  [[nodiscard]] std::optional<Decimal> over(const Decimal& other, int scale,
                                            Rounding rounding) const;
  [[nodiscard]] std::optional<Decimal> remainder(const Decimal& other) const;
  [[nodiscard]] std::optional<Decimal> power(int exponent) const;  // exponent >= 0
  [[nodiscard]] Decimal negated() const;
  [[nodiscard]] std::optional<Decimal> rounded(int scale, Rounding rounding) const;
  [[nodiscard]] std::optional<Decimal> stripped() const;  // Without trailing zeros.
  [[nodiscard]] int compare(const Decimal& other) const;

 private:
  Decimal(Unscaled unscaled, int scale) : unscaled_(unscaled), scale_(scale) {}
  static std::optional<Decimal> make(std::optional<Unscaled> unscaled, int scale);

  Unscaled unscaled_ = 0;
  int scale_ = 0;  // Digits after the point; negative for 1E+3.
};

}  // namespace runtask::groovy
