#include "jenkins/secret_mask.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace runtask::jenkins {
namespace {

// What real programs write is tried in tests/cli/pipeline_mask_test.py.

std::string masked(const std::string& secret, std::string_view text) {
  SecretMask mask;
  mask.add(secret);
  return mask.masked(text);
}

TEST(SecretMask, hides_any_mixture_of_the_forms_of_its_characters) {
  const std::string secret = "a'b\"c\\d/e\tf\u00e9\U0001f600 g&h$i%j";
  for (const std::string_view form : {
           R"(a\'b"c\\d\/e\tfé😀 g\&h\$i%j)",
           R"(a'b\"c\\d/e\u0009f\u00e9\ud83d\ude00 g\u0026h$i%j)",
           R"(a'b\"c\\d\/e\u0009f\u00E9😀 g&h$i\u0025j)",
           R"(a'\''b"c\d/e'$'\t''f'$'\303\251''😀 g&h$i%j)",
           R"(a'"'"'b"c\d/e\011f\xe9\U0001f600 g&h$$i%%j)",
           R"(a%27b%22c%5Cd%2fe%09f%C3%a9%F0%9F%98%80+g%26h%24i%25j)",
           R"(a%2527b%2522c%255Cd/e%2509f%25C3%25A9%25F0%259F%2598%2580%2520g%2526h%2524i%2525j)",
           R"(a%27b%22c%255Cd%2fe%5Ctf%5Cu00e9%5Cud83d%5Cude00%2Bg%5C%26h%24i%25j)",
           R"(a&#39;b&quot;c\d/e&#x9;f&#233;&#x1F600; g&amp;h$i%j)",
           R"(a''b""c\d/e\x09fé😀 g&h$i%j)",
           R"(a'b\\\"c\\\\d\\\/e\\tf\\u00e9\\ud83d\\ude00 g&h\\\$i%j)",
       })
    EXPECT_EQ(masked(secret, "<" + std::string(form) + ">"), "<****>") << form;
  EXPECT_EQ(masked("it'''s", R"(it'"'''"'s it'\'''\'''\''s 'x it''''''s)"), "**** **** 'x ****");
  EXPECT_EQ(masked("'s", R"(''"'"'s')"), "'****'");
}

TEST(SecretMask, hides_letters_that_are_escaped_without_need) {
  for (const std::string_view form :
       {R"(\x61b)", R"(\u0061\u0062)", R"(\\u0061b)", R"(\141\142)", R"(%61%62)", R"(%2561b)",
        R"(a%62)", R"(%5Cu0061b)", R"(&#97;&#98;)", R"(&#x61;b)", R"(a\x62)"})
    EXPECT_EQ(masked("ab", "x" + std::string(form) + "x"), "x****x") << form;
  SecretMask mask;
  mask.add("ab");
  for (const std::string_view cut :
       {"x\\", "x\\x", "x\\u006", "x%", "x%6", "x&", "x&#9", "xa", "xa%6"})
    EXPECT_EQ(mask.whole_part(cut), 1U) << cut;
}

TEST(SecretMask, leaves_other_texts_alone) {
  for (const std::string_view text :
       {"pass\\word", "pass%20word", "pas\\u0073wore", "passwor", "&amp;", "\\", "%", "p\\assword"})
    EXPECT_EQ(masked("password", text), text);
  EXPECT_EQ(masked("a\"b", R"(a\\"c a"" b)"), R"(a\\"c a"" b)");
  SecretMask none;
  none.add("");
  none.add(" \t ");
  EXPECT_EQ(none.masked("a \t b"), "a \t b");
}

TEST(SecretMask, hides_what_overlaps_as_one_and_neighbours_each) {
  SecretMask mask;
  for (const auto* secret : {"abcdef", "xabc", "user"})
    mask.add(secret);
  EXPECT_EQ(mask.masked("xabcdef abcdef useruser abc"), "**** **** ******** abc");
}

TEST(SecretMask, takes_no_long_time_for_backslashes_and_quotes) {
  SecretMask mask;
  mask.add(std::string(60, '\\') + "!");
  mask.add(std::string(60, '\'') + "!");
  const auto text = std::string(2'000, '\\') + std::string(2'000, '\'');
  EXPECT_EQ(mask.masked(text), text);
  EXPECT_EQ(mask.masked(std::string(120, '\\') + "!"), "****");
}

// As it is cut into lines of that many letters.
std::vector<std::string> lines_of(const std::string& text, std::size_t width) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < text.size(); i += width)
    lines.push_back(text.substr(i, width));
  return lines;
}

TEST(SecretMask, hides_base64_that_is_cut_into_lines) {
  std::string secret;
  for (int i = 0; i < 150; ++i)
    secret += static_cast<char>('!' + (i * 31) % 90);
  SecretMask mask;
  mask.add(secret);
  for (const std::size_t width : {76U, 64U}) {
    for (std::size_t before = 0; before < 100; ++before) {
      SecretMask::Begun begun;
      std::string rest;  // What is left of the letters.
      for (const auto& line :
           lines_of(base64(std::string(before, '~') + secret + std::string(90, '~')), width)) {
        auto shown = mask.masked_line("  " + line, begun);
        ASSERT_TRUE(shown.starts_with("  ")) << shown;
        for (auto at = shown.find("****"); at != std::string::npos; at = shown.find("****"))
          shown.erase(at, 4);
        rest += trimmed(shown);
      }
      // Of both ends a letter or two belong to a neighbour as well; at the end of a line five could
      // be anything.
      const std::string around = base64(std::string(before + 90, '~'));
      EXPECT_LE(rest.size(), around.size() + 9) << before << " " << rest;
    }
  }
}

TEST(SecretMask, forgets_how_base64_goes_on_when_it_does_not) {
  SecretMask mask;
  mask.add("a secret of more than one line in base64, which has 57 bytes each, you know");
  const auto lines = lines_of(
      base64("a secret of more than one line in base64, which has 57 bytes each, you know"), 76);
  SecretMask::Begun begun;
  EXPECT_EQ(mask.masked_line("token: " + lines[0], begun), "token: ****");
  EXPECT_EQ(mask.masked_line(lines[1].substr(0, 5), begun), "****");
  EXPECT_EQ(mask.masked_line(lines[0], begun), "****");
  EXPECT_EQ(mask.masked_line("something else", begun), "something else");
  EXPECT_EQ(mask.masked_line(lines[1].substr(0, 5), begun), lines[1].substr(0, 5));
}

TEST(SecretMask, cuts_no_form_of_a_secret_into_two) {
  SecretMask mask;
  mask.add("pass\"word");
  EXPECT_EQ(mask.whole_part("a pass\\"), 2U);
  EXPECT_EQ(mask.whole_part("a pass\\u00"), 2U);
  EXPECT_EQ(mask.whole_part("a pass\\u0022wor"), 2U);
  const std::string more(40, '.');
  EXPECT_EQ(mask.whole_part("a pass\\u0022word" + more), 16U + more.size());
  EXPECT_EQ(mask.whole_part("a pass\\u0022wort" + more), 16U + more.size());
}

}  // namespace
}  // namespace runtask::jenkins
