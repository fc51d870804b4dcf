#include "base/text.h"

#include <gtest/gtest.h>

#include <array>

namespace runtask {
namespace {

using Words = std::vector<std::string>;

TEST(Text, words_split_as_a_shell_would_without_expanding_anything) {
  EXPECT_EQ(*split_words("a  b\tc"), (Words{"a", "b", "c"}));
  EXPECT_EQ(*split_words(R"(say 'it is' "a \"b\" $HOME" c\ d)"),
            (Words{"say", "it is", "a \"b\" $HOME", "c d"}));
  EXPECT_EQ(*split_words("a '' b"), (Words{"a", "", "b"}));
  EXPECT_EQ(*split_words(R"("C:\dir")"), (Words{R"(C:\dir)"}));
  EXPECT_EQ(*split_words("  "), Words{});
  EXPECT_EQ(split_words("say 'it").error().code, Code::kUsage);
}

TEST(Text, a_quoted_word_splits_back_to_itself) {
  for (const std::string word : {"", "plain", "two words", "it's", "$HOME `x` \"y\" \\", "a\nb"}) {
    EXPECT_EQ(*split_words(shell_quoted(word)), Words{word}) << shell_quoted(word);
  }
  EXPECT_EQ(shell_quoted("--cluster=a/b:1"), "--cluster=a/b:1");
}

TEST(Text, only_whole_decimal_numbers_within_the_bounds_are_integers) {
  EXPECT_EQ(parse_integer("0", 0, 9), 0);
  EXPECT_EQ(parse_integer("-3", -5, 9), -3);
  for (const auto* bad : {"", "x", "1x", " 1", "+1", "10", "99999999999999999999", "0x1", "1.0"})
    EXPECT_FALSE(parse_integer(bad, 0, 9)) << bad;
}

TEST(Text, bytes_that_are_no_utf8_become_escapes_and_all_others_stay) {
  EXPECT_EQ(valid_utf8("caf\xC3\xA9 \xF0\x9F\x98\x80"), "caf\xC3\xA9 \xF0\x9F\x98\x80");
  EXPECT_EQ(valid_utf8("caf\xE9!"), "caf\\xe9!");
  EXPECT_EQ(valid_utf8("\xC0\xAF"), "\\xc0\\xaf");           // Overlong.
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), "\\xed\\xa0\\x80");  // A surrogate.
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(valid_utf8("\xE2\x82"), "\\xe2\\x82");  // Cut off.
  EXPECT_TRUE(is_valid_utf8(valid_utf8("\xFF\xFE\x80")));
}

TEST(Text, a_prefix_never_cuts_a_character_in_two) {
  const std::string text = "ab\xC3\xA9\xE2\x82\xAC";
  EXPECT_EQ(utf8_prefix(text, 100), text.size());
  EXPECT_EQ(utf8_prefix(text, 3), 2U);
  EXPECT_EQ(utf8_prefix(text, 4), 4U);
  EXPECT_EQ(utf8_prefix(text, 5), 4U);
  EXPECT_EQ(utf8_prefix(text, 6), 4U);
  EXPECT_EQ(utf8_prefix(std::string(10, '\x80'), 5), 5U);  // No UTF-8 at all: cut anywhere.
}

TEST(Text, cases_are_those_of_ascii_alone) {
  EXPECT_EQ(upper_case("aZ9_-\xC3\xA9"), "AZ9_-\xC3\xA9");
  EXPECT_EQ(lower_case("aZ9_-\xC3\x89"), "az9_-\xC3\x89");
}

TEST(Text, an_identifier_is_what_a_shell_could_set) {
  for (const char* good : {"A", "_", "a1", "_9", "HAMLET_A_B"})
    EXPECT_TRUE(is_identifier(good)) << good;
  for (const char* bad : {"", "1A", "A-B", "A B", "A=", "\xC3\xA9", "A\n"})
    EXPECT_FALSE(is_identifier(bad)) << bad;
}

TEST(Text, characters_are_code_points) {
  EXPECT_EQ(utf8_characters("ab\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 5U);
  EXPECT_EQ(utf8_characters(""), 0U);
}

TEST(Text, a_uuid_has_its_version_and_variant) {
  std::array<unsigned char, 16> bytes{};
  bytes.fill(0xFF);
  EXPECT_EQ(uuid_text(bytes), "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

}  // namespace
}  // namespace runtask
