#include <gtest/gtest.h>

#include <random>

#include "groovy/text_host.h"

namespace runtask::groovy {
namespace {

// Data that scripts read and the formats that they write with, changed at random from a seed.

std::string mutated(std::mt19937& random, std::string text, std::string_view letters) {
  const auto below = [&](std::size_t limit) { return random() % limit; };
  for (std::size_t i = 0, count = 1 + below(5); i < count; ++i) {
    const std::size_t at = below(text.size() + 1);
    if (below(3) == 0)
      text.erase(at, 1 + below(3));
    else if (below(2) == 0)
      text.insert(at, 1, letters[below(letters.size())]);
    else
      text.insert(at, text.substr(below(text.size() + 1), below(20)));
  }
  return text;
}

TEST(JsonFuzz, what_was_read_is_written_so_that_it_reads_the_same) {
  const std::string sample =
      R"({"a": [1, -2.50, 1e3, 12345678901, true, null], "b": {"c\n\u00e9\ud83d\ude00": "</x>\\"}, "d": [[], {}]})";
  constexpr unsigned kSeeds = 3'000;
  int read_well = 0;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    TextHost host;
    Interpreter interpreter(host);
    Fiber fiber(interpreter);
    const auto read = fiber.read_json(mutated(random, sample, "{}[]\",:\\u0d1eE.-+ntf \xC3\x01/"));
    if (!read) {
      ASSERT_TRUE(read.error().throwable || read.error().abort);
      continue;
    }
    const auto written = fiber.json(*read, 0);
    if (!written) continue;  // 1e999 is read, and nothing writes it.
    ++read_well;
    for (const int indent : {0, 3}) {
      const auto again = fiber.read_json(*fiber.json(*read, indent));
      ASSERT_TRUE(again) << *written;
      EXPECT_EQ(*fiber.json(*again, 0), *written);
      EXPECT_TRUE(*fiber.equal(*read, *again)) << *written;
    }
  }
  EXPECT_GT(read_well, 50);
}

TEST(FormatFuzz, formats_end_with_a_text_or_an_exception_of_java) {
  constexpr unsigned kSeeds = 3'000;
  int written = 0;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    std::mt19937 random(seed);
    const auto format =
        mutated(random, "%2$-8s|%,+09d|%s|%.3e|%<g|%x", "%$<-+0, #(.123456789sdxoefghbcntESX");
    SCOPED_TRACE(format);
    const auto output =
        output_of("try { println String.format('" + format +
                  "', 12345, 'text', 2.5e-7d, 77L, null, -0.0005, 1e300d, true) } "
                  "catch (IllegalArgumentException e) { println e.class.simpleName }");
    EXPECT_TRUE(output.ends_with('\n') || output.find("not supported") != std::string::npos)
        << output;
    if (output.find("Exception") == std::string::npos) ++written;
  }
  EXPECT_GT(written, 50);
}

}  // namespace
}  // namespace runtask::groovy
