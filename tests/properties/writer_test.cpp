#include "properties/writer.h"

#include <gtest/gtest.h>

#include <random>

#include "properties/characters.h"
#include "properties/reader.h"

namespace runtask::properties {
namespace {

TEST(PropertiesWriter, what_a_reader_gets_back_is_written_raw) {
  for (const char* value : {"", "plain", "a b ", "# no comment", "=:x", "quo\"te'", "$HOME `id`",
                            "tab\there", "https://h/p?q=1#f", "!", "a=b:c"})
    EXPECT_EQ(line_of("NAME", value), std::string("NAME=") + value);
  EXPECT_EQ(line_of("MY-ACCT_DNS", ""), "MY-ACCT_DNS=");
}

TEST(PropertiesWriter, what_a_reader_would_not_get_back_is_escaped_and_nothing_else) {
  EXPECT_EQ(line_of("A", "c:\\dir"), "A=c:\\\\dir");
  EXPECT_EQ(line_of("A", "one\ntwo=x"), "A=one\\ntwo=x");
  EXPECT_EQ(line_of("A", "one\r\n"), "A=one\\r\\n");
  EXPECT_EQ(line_of("A", "  two"), "A=\\  two");
  EXPECT_EQ(line_of("A", "\ttab"), "A=\\ttab");
  EXPECT_EQ(line_of("A", "\f"), "A=\\f");
  EXPECT_EQ(line_of("A", "\xC3\xA9\xF0\x9F\x98\x80"), "A=\\u00e9\\ud83d\\ude00");
}

TEST(PropertiesWriter, names_are_kept_together) {
  EXPECT_EQ(line_of("a b=c:d", "1"), "a\\ b\\=c\\:d=1");
  EXPECT_EQ(line_of("#a#", "1"), "\\#a#=1");
  EXPECT_EQ(line_of("!", "1"), "\\!=1");
  EXPECT_EQ(line_of("a\nb\\", "1"), "a\\nb\\\\=1");
  EXPECT_EQ(line_of("", ""), "=");
}

TEST(PropertiesWriter, bytes_that_are_no_utf_8_stay_as_they_are) {
  EXPECT_EQ(line_of("A", "\xE9"), "A=\xE9");
}

TEST(PropertiesWriter, what_an_interpolating_reader_would_change_is_known) {
  EXPECT_TRUE(looks_interpolated("a${b"));
  EXPECT_FALSE(looks_interpolated("$HOME {x} $"));
}

// Text that is mostly what is special to the format.
std::string random_text(std::mt19937& random, std::size_t length_max) {
  constexpr std::string_view kSpecial = " \t\f\r\n\\=:#!u0ab${}";
  std::string text;
  const auto length = random() % (length_max + 1);
  for (std::size_t i = 0; i < length; ++i) {
    const auto kind = random() % 10;
    if (kind < 7) {
      text += kSpecial[random() % kSpecial.size()];
    } else {
      const std::uint32_t top = kind == 7 ? 0x80 : kind == 8 ? 0x3000 : 0x110000;
      auto code = static_cast<std::uint32_t>(1 + random() % (top - 1));
      if (code >= 0xD800 && code < 0xE000) code = 'x';
      append_utf8(text, code);
    }
  }
  return text;
}

TEST(PropertiesWriter, whatever_is_written_is_read_back_in_either_charset) {
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    Properties properties;
    std::string text;
    for (int i = 0; i < 5; ++i) {
      const auto name = random_text(random, 8);
      const auto value = random_text(random, 20);
      properties.set(name, value);
      text += line_of(name, value) + "\n";
    }
    for (const auto charset : {Charset::kLatin1, Charset::kUtf8}) {
      const auto back = parse(text, charset, "x");
      ASSERT_TRUE(back) << back.error().text();
      ASSERT_EQ(back->entries(), properties.entries()) << text;
    }
  }
}

}  // namespace
}  // namespace runtask::properties
