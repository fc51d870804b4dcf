// The reader, the writer and the interpolation under mutated files: nothing crashes, what was read
// can be written and read again, and interpolation says why it left things as they are.

#include <gtest/gtest.h>

#include <random>

#include "properties/interpolation.h"
#include "properties/reader.h"
#include "properties/writer.h"

namespace runtask::properties {
namespace {

constexpr unsigned kSeeds = 4000;
constexpr std::size_t kLengthMax = 400;

const std::vector<std::string>& corpus() {
  static const std::vector<std::string> kCorpus{
      "# comment\n! another\nPRODUCT=shop\nENVIRONMENT : dev\nSEGMENT default\n",
      "a=\\u0041\\t\\n\\\\\nb\\ c\\=d = \\\n    continued\\\r\n  twice\r\n=empty\n",
      "A=${B}/x\nB=${C:-${D}}\nD=$${A\nE=${base64Encoder:hi}${urlDecoder:%41+}\n",
      "A=1\nB=${A}${A}\nC=${B}${B}\nD=${C}${C}\nE=${D}${D}${date:yyyy}\n",
      "\xC3\xA9=\xF0\x9F\x98\x80\\ud83d\\ude00\nx=\xE9\xFF\\",
      "L=${L}\nM=${N}\nN=$${M}\n${M}=${:-}\n${}=}${\n"};
  return kCorpus;
}

std::string mutated(std::mt19937& random) {
  constexpr std::string_view kPieces = "\\\n\r \t=:#!u{}$-0Fa\xC3\xA9";
  const auto below = [&](std::size_t count) { return static_cast<std::size_t>(random() % count); };
  std::string text = corpus()[below(corpus().size())];
  for (std::size_t times = 1 + below(12); times > 0; --times) {
    const auto at = below(text.size() + 1);
    switch (below(5)) {
      case 0:
        text.insert(at, 1, kPieces[below(kPieces.size())]);
        break;
      case 1:
        text.erase(at, 1 + below(4));
        break;
      case 2:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        break;
      case 3:
        text.insert(at, text.substr(below(text.size() + 1), below(20)));
        break;
      default:
        text += corpus()[below(corpus().size())].substr(0, below(60));
    }
  }
  return text.substr(0, kLengthMax);
}

std::string written(const Properties& properties) {
  std::string text;
  for (const auto& [name, value] : properties.entries())
    text += line_of(name, value) + "\n";
  return text;
}

TEST(PropertiesFuzz, what_is_read_can_be_written_and_read_again) {
  int readable = 0;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto text = mutated(random);
    const auto charset = seed % 2 == 0 ? Charset::kLatin1 : Charset::kUtf8;
    const auto first = parse(text, charset, "fuzz");
    if (!first) {
      ASSERT_EQ(first.error().code, Code::kInvalid);
      ASSERT_NE(first.error().message.find("fuzz:"), std::string::npos);
      continue;
    }
    ++readable;
    const auto again = parse(written(*first), charset, "again");
    ASSERT_TRUE(again);
    ASSERT_EQ(again->entries(), first->entries());
    const auto result = interpolated(*first, {});
    ASSERT_EQ(result.properties.entries().size(), first->entries().size());
    ASSERT_TRUE(result.log.empty() ||
                (result.log.size() == 2 && result.properties.entries() == first->entries()));
  }
  EXPECT_GT(readable, static_cast<int>(kSeeds / 3)) << "mutations must not only break things";
}

}  // namespace
}  // namespace runtask::properties
