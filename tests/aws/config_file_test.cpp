#include "aws/config_file.h"

#include <gtest/gtest.h>

namespace runtask::aws {
namespace {

ConfigSections parsed(std::string_view text) {
  const auto sections = parse_config(text, "config");
  EXPECT_TRUE(sections) << sections.error().text();
  return sections ? *sections : ConfigSections();
}

TEST(ConfigFile, sections_hold_names_in_any_case_and_values_as_they_are) {
  const auto sections = parsed(
      "[default]\nRegion = eu-west-1\nempty=\nkey=a=b %(x)s $HOME\n[profile x]\nregion=us-east-1");
  ASSERT_EQ(sections.size(), 2U);
  EXPECT_EQ(sections.at("default").get("region"), "eu-west-1");
  EXPECT_EQ(sections.at("default").get("empty"), "");
  EXPECT_EQ(sections.at("default").get("key"), "a=b %(x)s $HOME");
  EXPECT_EQ(sections.at("default").get("nothing"), "");
  EXPECT_EQ(sections.at("profile x").get("region"), "us-east-1");
}

TEST(ConfigFile, comments_begin_a_line_or_follow_a_blank) {
  const auto sections =
      parsed("# one\n; two\n[default] # three\na = b # four\nc = d;e#f\t; five\n  # six\ng=h\n");
  EXPECT_EQ(sections.at("default").get("a"), "b");
  EXPECT_EQ(sections.at("default").get("c"), "d;e#f");
  EXPECT_EQ(sections.at("default").get("g"), "h");
}

TEST(ConfigFile, names_of_profiles_may_be_quoted_and_hold_blanks) {
  const auto sections = parsed("[profile \"two words\"]\na=1\n[  profile\tx ]\na=2\n['y']\na=3\n");
  EXPECT_EQ(sections.at("profile two words").get("a"), "1");
  EXPECT_EQ(sections.at("y").get("a"), "3");
}

TEST(ConfigFile, a_tab_separates_the_words_of_a_heading_too) {
  EXPECT_TRUE(parsed("[profile\tx]\n").contains("profile x"));
}

TEST(ConfigFile, indented_lines_are_nested_below_a_name_without_value) {
  const auto sections = parsed(
      "[services mine]\necs =\n  endpoint_url = http://a\n  other = x\ncloudwatch_logs =\n"
      "\tENDPOINT_URL=http://b\n");
  const auto& mine = sections.at("services mine");
  EXPECT_EQ(mine.nested.at("ecs").at("endpoint_url"), "http://a");
  EXPECT_EQ(mine.nested.at("cloudwatch_logs").at("endpoint_url"), "http://b");
}

TEST(ConfigFile, other_indented_lines_go_on_with_the_value_above) {
  EXPECT_EQ(parsed("[default]\na = b\n  c\n").at("default").get("a"), "b\nc");
}

TEST(ConfigFile, a_section_may_be_indented_as_a_whole) {  // As botocore reads it.
  const auto sections = parsed(
      "[default]\n  region = eu-west-1\n  output = json\n  s3 =\n    a = b\n  # c\n  last = 1\n"
      "  [profile x]\n\tregion = us-east-1\n\toutput = text\nregion = us-west-2\n");
  EXPECT_EQ(sections.at("default").get("region"), "eu-west-1");
  EXPECT_EQ(sections.at("default").get("output"), "json");
  EXPECT_EQ(sections.at("default").nested.at("s3").at("a"), "b");
  EXPECT_EQ(sections.at("default").get("last"), "1");
  EXPECT_EQ(sections.at("profile x").get("output"), "text");
  EXPECT_EQ(sections.at("profile x").get("region"), "us-west-2");
}

TEST(ConfigFile, a_colon_separates_too) {
  EXPECT_EQ(parsed("[a]\nb: c=d\n").at("a").get("b"), "c=d");
  EXPECT_EQ(parsed("[a]\nb = https://c:8\n").at("a").get("b"), "https://c:8");
}

TEST(ConfigFile, of_what_comes_twice_the_later_wins_and_the_rest_stays) {
  const auto sections = parsed("[x]\na=1\nb=2\n[y]\n[x]\na=3\n");
  EXPECT_EQ(sections.at("x").get("a"), "3");
  EXPECT_EQ(sections.at("x").get("b"), "2");
}

TEST(ConfigFile, windows_line_ends_and_a_byte_order_mark_do_no_harm) {
  const auto sections = parsed("\xEF\xBB\xBF[default]\r\na = b\r\n\r\nc =\r\n  d = e\r\n");
  EXPECT_EQ(sections.at("default").get("a"), "b");
  EXPECT_EQ(sections.at("default").nested.at("c").at("d"), "e");
}

TEST(ConfigFile, what_is_wrong_is_told_by_line_and_without_its_text) {
  const auto message = [](std::string_view text) {
    const auto sections = parse_config(text, "/h/.aws/config");
    EXPECT_FALSE(sections) << text;
    return sections ? std::string() : sections.error().message;
  };
  EXPECT_EQ(message("[a]\nwJalrXUtnFEMI\n"),
            "/h/.aws/config:2: expected `name = value` or `[section]`");
  EXPECT_EQ(message("\na=b\n"), "/h/.aws/config:2: there is no `[section]` above this line");
  EXPECT_EQ(message("[a\n"), "/h/.aws/config:1: the section's heading has no closing `]`");
  EXPECT_EQ(message("[ ]\n"), "/h/.aws/config:1: the section has no name");
  EXPECT_EQ(message("  b=c\n"), "/h/.aws/config:1: there is no `[section]` above this line");
  EXPECT_EQ(message("[a]\nb =\n  c\n"), "/h/.aws/config:3: expected `name = value`");
}

}  // namespace
}  // namespace runtask::aws
