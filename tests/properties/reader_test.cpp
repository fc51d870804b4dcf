#include "properties/reader.h"

#include <gtest/gtest.h>

namespace runtask::properties {
namespace {

using Entries = std::vector<Properties::Entry>;

Entries read(std::string_view text, Charset charset = Charset::kUtf8) {
  const auto result = parse(text, charset, "test.properties");
  EXPECT_TRUE(result) << result.error().text();
  return result ? result->entries() : Entries{{"error", ""}};
}

TEST(PropertiesReader, the_first_separator_that_is_not_escaped_ends_the_name) {
  EXPECT_EQ(read("a=1\nb:2\nc 3\nd\t4\ne = 5\nf:=6\ng  :  7\nh\fi\n"), (Entries{{"a", "1"},
                                                                                {"b", "2"},
                                                                                {"c", "3"},
                                                                                {"d", "4"},
                                                                                {"e", "5"},
                                                                                {"f", "=6"},
                                                                                {"g", "7"},
                                                                                {"h", "i"}}));
  EXPECT_EQ(read("a==1\nkey with=1\na\\=b=c\\:d\nx\\ y=z\n"),
            (Entries{{"a", "=1"}, {"key", "with=1"}, {"a=b", "c:d"}, {"x y", "z"}}));
}

TEST(PropertiesReader, blanks_before_a_value_go_and_those_behind_it_stay) {
  EXPECT_EQ(read("  a =  1 \t\n"), (Entries{{"a", "1 \t"}}));
  EXPECT_EQ(read("a=\\ 1\nb=\\\t2"), (Entries{{"a", " 1"}, {"b", "\t2"}}));
}

TEST(PropertiesReader, a_name_alone_has_an_empty_value_and_a_name_may_be_empty) {
  EXPECT_EQ(read("a\nb=\n=c\n:"), (Entries{{"a", ""}, {"b", ""}, {"", ""}}));
}

TEST(PropertiesReader, a_later_value_wins_at_the_place_of_the_first) {
  EXPECT_EQ(read("a=1\nb=2\na=3"), (Entries{{"a", "3"}, {"b", "2"}}));
}

TEST(PropertiesReader, comments_and_blank_lines_are_skipped_and_are_never_continued) {
  EXPECT_EQ(read("# a=1\\\nb=2\n\n  ! c=3\n \t\f\nd=#4\n"), (Entries{{"b", "2"}, {"d", "#4"}}));
  EXPECT_EQ(read(""), Entries{});
  EXPECT_EQ(read("\n\r\n#"), Entries{});
}

TEST(PropertiesReader, lines_end_as_on_any_system) {
  EXPECT_EQ(read("a=1\r\nb=2\rc=3\n\rd=4"),
            (Entries{{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}}));
}

TEST(PropertiesReader, an_odd_backslash_at_the_end_joins_lines_without_the_blanks_between) {
  EXPECT_EQ(read("a=1\\\n   2\\\r\n\t3\nb=x\\\\\nc=y"),
            (Entries{{"a", "123"}, {"b", "x\\"}, {"c", "y"}}));
  EXPECT_EQ(read("a=1\\\n# no comment"), (Entries{{"a", "1# no comment"}}));
  EXPECT_EQ(read("a=1\\\n\nb=2"), (Entries{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(read("a\\\nb\\\n=c"), (Entries{{"ab", "c"}}));
  EXPECT_EQ(read("a=1\\"), (Entries{{"a", "1"}}));
  EXPECT_EQ(read("\\\n\\\n\na=1"), (Entries{{"a", "1"}}));
  EXPECT_EQ(read("\\\n#a=1\\\nb=2"), (Entries{{"b", "2"}})) << "nothing was continued";
}

TEST(PropertiesReader, a_lone_backslash_at_the_very_end_is_an_empty_name_as_for_java) {
  EXPECT_EQ(read("\\"), (Entries{{"", ""}}));
  EXPECT_EQ(read("\\\n"), (Entries{{"", ""}}));
  EXPECT_EQ(read("\\\n  "), Entries{});
  EXPECT_EQ(read("\\\r"), (Entries{{"", ""}}));
  EXPECT_EQ(read("\\\r\n"), Entries{});
}

TEST(PropertiesReader, escapes_are_characters_and_any_other_character_is_itself) {
  EXPECT_EQ(read(R"(a=\t\n\r\f\\\"\z\u0041\u00e9\u20AC)"),
            (Entries{{"a", "\t\n\r\f\\\"zA\xC3\xA9\xE2\x82\xAC"}}));
  EXPECT_EQ(read("\\u0061\\tb=\\#"), (Entries{{"a\tb", "#"}}));
}

TEST(PropertiesReader, two_halves_of_a_pair_are_one_character_and_a_half_is_none) {
  EXPECT_EQ(read(R"(a=\ud83d\ude00)"), (Entries{{"a", "\xF0\x9F\x98\x80"}}));
  EXPECT_EQ(read(R"(a=\ud83dx\ude00)"), (Entries{{"a", "\xEF\xBF\xBDx\xEF\xBF\xBD"}}));
  EXPECT_EQ(read(R"(a=\ud83d\ud83d\ude00\ud83d)"),
            (Entries{{"a", "\xEF\xBF\xBD\xF0\x9F\x98\x80\xEF\xBF\xBD"}}));
}

TEST(PropertiesReader, bytes_are_iso_8859_1_or_utf_8_as_asked) {
  EXPECT_EQ(read("a=\xE9", Charset::kLatin1), (Entries{{"a", "\xC3\xA9"}}));
  EXPECT_EQ(read("a=\xC3\xA9", Charset::kLatin1), (Entries{{"a", "\xC3\x83\xC2\xA9"}}));
  EXPECT_EQ(read("a=\xC3\xA9", Charset::kUtf8), (Entries{{"a", "\xC3\xA9"}}));
  EXPECT_EQ(read("a=\xE9z", Charset::kUtf8), (Entries{{"a", "\xEF\xBF\xBDz"}}));
  EXPECT_EQ(read("a=\xED\xA0\x80", Charset::kUtf8).size(), 1U) << "a surrogate is no UTF-8";
}

TEST(PropertiesReader, a_backslash_u_without_four_digits_is_shown_where_it_stands) {
  for (const char* text : {"a=1\nbc=x\\u12g4", "a=1\nbc=x\\u123", "a=1\nbc=x\\u", "#\nb\\u=1"}) {
    const auto result = parse(text, Charset::kLatin1, "shop.properties");
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code, Code::kInvalid);
    EXPECT_NE(result.error().message.find("shop.properties:2:"), std::string::npos)
        << result.error().message;
  }
  const auto continued = parse("a=1\nb=2\\\n    \\u00", Charset::kLatin1, "x");
  ASSERT_FALSE(continued);
  EXPECT_NE(continued.error().message.find("x:3:5"), std::string::npos)
      << continued.error().message;
}

TEST(PropertiesReader, a_large_file_is_read_in_time_that_grows_with_it) {
  std::string text;
  for (int i = 0; i < 50'000; ++i)
    text += "name" + std::to_string(i) + "=\\\nvalue\n";
  EXPECT_EQ(read(text).size(), 50'000U);
}

}  // namespace
}  // namespace runtask::properties
