#include "sys/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace runtask::sys {
namespace {

// Gives the bytes it was told, then zeros.
class Scripted final : public Random {
 public:
  explicit Scripted(std::string bytes) : bytes_(std::move(bytes)) {}
  void fill(std::span<unsigned char> bytes) override {
    for (auto& byte : bytes) {
      byte = at_ < bytes_.size() ? static_cast<unsigned char>(bytes_[at_]) : 0;
      ++at_;
    }
  }
  [[nodiscard]] std::size_t used() const { return at_; }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

TEST(Random, uuids_are_version_4_and_never_the_same) {
  SystemRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto uuid = random.uuid();
    ASSERT_EQ(uuid.size(), 36U);
    EXPECT_EQ(uuid[14], '4');
    EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
    EXPECT_TRUE(seen.insert(uuid).second);
  }
}

TEST(Random, hex_digits_are_as_many_as_asked_for) {
  SystemRandom random;
  for (const std::size_t digits : {0U, 1U, 7U, 32U, 1000U}) {
    const auto text = random.hex_digits(digits);
    EXPECT_EQ(text.size(), digits);
    EXPECT_EQ(text.find_first_not_of("0123456789abcdef"), std::string::npos);
  }
}

TEST(Random, every_number_below_the_bound_comes_about_as_often) {
  SystemRandom random;
  std::array<int, 5> counts{};
  for (int i = 0; i < 5000; ++i)
    ++counts.at(random.below(5));
  for (const int count : counts)
    EXPECT_NEAR(count, 1000, 200);  // More than 6 standard deviations.
  EXPECT_EQ(random.below(1), 0U);
}

TEST(Random, numbers_that_would_make_some_results_likelier_are_thrown_away) {
  // 2^64 = 1 mod 3: of all 8-byte numbers only the last one is one too many.
  Scripted last(std::string(8, '\xff') + std::string(7, '\0') + "\x05");
  EXPECT_EQ(last.below(3), 2U);
  EXPECT_EQ(last.used(), 16U);
  Scripted before(std::string(7, '\xff') + "\xfe");
  EXPECT_EQ(before.below(3), 2U);
  EXPECT_EQ(before.used(), 8U);
  Scripted power(std::string(8, '\xff'));
  EXPECT_EQ(power.below(16), 15U);
}

TEST(Random, large_buffers_are_filled_to_the_end) {
  SystemRandom random;
  std::array<unsigned char, 1000> bytes{};
  random.fill(bytes);
  EXPECT_LT(std::count(bytes.begin(), bytes.end(), 0), 50);
  EXPECT_LT(std::count(bytes.end() - 100, bytes.end(), 0), 50);
}

}  // namespace
}  // namespace runtask::sys
