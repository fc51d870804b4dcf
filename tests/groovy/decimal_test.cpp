#include "groovy/decimal.h"

#include <gtest/gtest.h>

namespace runtask::groovy {
namespace {

Decimal number(std::string_view text) {
  return Decimal::parse(text).value();
}

TEST(Decimal, prints_what_it_read_with_its_scale) {
  for (const auto* text : {"0", "-12.50", "0.0", "123456789012345678901234567890.12345678", "1E+3",
                           "1E-7", "-1.5E+10"})
    EXPECT_EQ(number(text).text(), text);
  EXPECT_EQ(number("1e3").text(), "1E+3");
  EXPECT_EQ(number("1e3").plain_text(), "1000");
  EXPECT_EQ(number("0.000001").text(), "0.000001");
}

TEST(Decimal, refuses_what_is_no_number_or_too_long) {
  for (const auto* text : {"", "-", ".", "1.2.3", "1e", "1x", " 1", "1e99999",
                           "123456789012345678901234567890123456789"})
    EXPECT_FALSE(Decimal::parse(text)) << text;
}

TEST(Decimal, divides_as_groovy_does) {
  EXPECT_EQ(number("1").over(number("3"))->text(), "0.3333333333");
  EXPECT_EQ(number("2").over(number("3"))->text(), "0.6666666667");
  EXPECT_EQ(number("100").over(number("3"))->text(), "33.3333333333");
  EXPECT_EQ(number("1").over(number("8"))->text(), "0.125");
  EXPECT_EQ(number("1e10").over(number("3"))->text(), "3333333333.3");
  EXPECT_EQ(number("-1").over(number("3"))->text(), "-0.3333333333");
}

TEST(Decimal, says_none_where_digits_would_be_lost) {
  const auto large = number("99999999999999999999999999999999999999");
  EXPECT_FALSE(large.plus(number("1")));
  EXPECT_FALSE(large.times(number("10")));
  EXPECT_FALSE(number("10").power(38));
  EXPECT_TRUE(number("10").power(37));
  EXPECT_EQ(large.compare(number("1e40")), -1);
}

TEST(Decimal, rounds_half_up_and_otherwise) {
  using Rounding = Decimal::Rounding;
  EXPECT_EQ(number("2.345").rounded(2, Rounding::kHalfUp)->text(), "2.35");
  EXPECT_EQ(number("-2.345").rounded(2, Rounding::kHalfUp)->text(), "-2.35");
  EXPECT_EQ(number("2.345").rounded(2, Rounding::kHalfEven)->text(), "2.34");
  EXPECT_EQ(number("2.1").rounded(0, Rounding::kCeiling)->text(), "3");
  EXPECT_EQ(number("-2.1").rounded(0, Rounding::kFloor)->text(), "-3");
}

}  // namespace
}  // namespace runtask::groovy
