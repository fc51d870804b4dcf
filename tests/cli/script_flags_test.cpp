#include "cli/script_flags.h"

#include <gtest/gtest.h>

namespace runtask::cli {
namespace {

// "a", "a=value", "?x" for an unknown letter, ":x" for one that lacks its value; then the rest.
std::vector<std::string> parsed(const std::vector<std::string>& words,
                                std::string_view accepted = "a:be:h") {
  std::vector<std::string> shown;
  const auto flags = parse_script_flags(words, accepted);
  for (const auto& flag : flags.flags) {
    std::string text(1, flag.letter);
    if (flag.kind == ScriptFlag::Kind::kUnknown) text = "?" + text;
    if (flag.kind == ScriptFlag::Kind::kLacksArgument) text = ":" + text;
    if (!flag.argument.empty()) text += "=" + flag.argument;
    shown.push_back(text);
  }
  if (!flags.rest.empty()) shown.push_back("|");
  shown.insert(shown.end(), flags.rest.begin(), flags.rest.end());
  return shown;
}
using Words = std::vector<std::string>;

TEST(ScriptFlags, a_value_is_the_rest_of_the_word_or_the_next_word) {
  EXPECT_EQ(parsed({"-a", "x", "-ey", "-b"}), (Words{"a=x", "e=y", "b"}));
  EXPECT_EQ(parsed({"-a", "-b", "-b"}), (Words{"a=-b", "b"}));
  EXPECT_EQ(parsed({"-a", "--", "-b"}), (Words{"a=--", "b"}));
  EXPECT_EQ(parsed({"-a", "", "-b"}), (Words{"a", "b"}));
}

TEST(ScriptFlags, letters_come_in_clusters) {
  EXPECT_EQ(parsed({"-bh"}), (Words{"b", "h"}));
  EXPECT_EQ(parsed({"-bax"}), (Words{"b", "a=x"}));
  EXPECT_EQ(parsed({"-ba", "x"}), (Words{"b", "a=x"}));
  EXPECT_EQ(parsed({"-abh"}), (Words{"a=bh"}));
}

TEST(ScriptFlags, the_first_word_that_is_no_flag_ends_them) {
  EXPECT_EQ(parsed({"-b", "stray", "-e", "late"}), (Words{"b", "|", "stray", "-e", "late"}));
  EXPECT_EQ(parsed({"-", "-b"}), (Words{"|", "-", "-b"}));
  EXPECT_EQ(parsed({"", "-b"}), (Words{"|", "", "-b"}));
  EXPECT_EQ(parsed({"-b", "--", "-h"}), (Words{"b", "|", "-h"}));
  EXPECT_EQ(parsed({}), Words{});
}

TEST(ScriptFlags, what_is_not_known_is_a_complaint_and_the_rest_goes_on) {
  EXPECT_EQ(parsed({"-xb", "-e", "1"}), (Words{"?x", "b", "e=1"}));
  EXPECT_EQ(parsed({"--help"}), (Words{"?-", "h", "e=lp"}));
  EXPECT_EQ(parsed({"-:b"}), (Words{"?:", "b"}));
  const auto flags = parse_script_flags(Words{"-x"}, "a:");
  EXPECT_EQ(flags.flags[0].complaint(), "Invalid option: \"-x\"");
}

TEST(ScriptFlags, a_value_that_is_missing_is_a_complaint) {
  EXPECT_EQ(parsed({"-b", "-e"}), (Words{"b", ":e"}));
  const auto flags = parse_script_flags(Words{"-ba"}, "a:b");
  EXPECT_EQ(flags.flags[0].complaint(), "");
  EXPECT_EQ(flags.flags[1].complaint(), "Option \"-a\" requires an argument");
}

TEST(ScriptFlags, half_a_letter_is_shown_as_its_byte) {
  const auto flags = parse_script_flags(Words{"-\xC3\xA9"}, "a:");
  ASSERT_EQ(flags.flags.size(), 2U);
  EXPECT_EQ(flags.flags[0].complaint(), "Invalid option: \"-\\xc3\"");
}

}  // namespace
}  // namespace runtask::cli
