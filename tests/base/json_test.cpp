#include "base/json.h"

#include <gtest/gtest.h>

#include "base/json_members.h"

namespace runtask::json {
namespace {

struct Inner {
  std::string name;
  std::optional<int> size;
};
template <class Visitor>
void members(Visitor& visit, Inner& it) {
  visit.required("name", it.name);
  visit("size", it.size);
}
struct Outer {
  std::vector<Inner> inners;
  std::map<std::string, std::string> options;
  std::optional<WallTime> created;
  bool on = false;
  Members rest;
};
template <class Visitor>
void members(Visitor& visit, Outer& it) {
  visit.always("inners", it.inners);
  visit("options", it.options);
  visit.seconds("created", it.created);
  visit("on", it.on);
  visit.rest(it.rest);
}

TEST(JsonMembers, a_struct_comes_back_from_its_text_with_the_members_it_has_no_field_for) {
  const std::string text =
      R"({"inners":[{"name":"a","size":3},{"name":"b"}],"options":{"k":"v"},"created":1.5,)"
      R"("on":true,"later":{"x":[1,2]}})";
  const auto outer = read_text<Outer>(text, "x.json");
  ASSERT_TRUE(outer) << outer.error().text();
  EXPECT_EQ(outer->inners.at(0).size, 3);
  EXPECT_EQ(outer->created, WallTime(Duration(1500)));
  EXPECT_EQ(to_text(to_tree(*outer)), text);
}

TEST(JsonMembers, an_error_names_the_source_and_the_path) {
  EXPECT_EQ(read_text<Outer>(R"({"inners":[{"name":"a"},{"name":7}]})", "x.json").error().message,
            "x.json: /inners[1]/name: expected string, found number");
  EXPECT_EQ(read_text<Outer>(R"({"inners":[{}]})", "x.json").error().message,
            "x.json: /inners[0]: member `name` is missing");
  EXPECT_EQ(read_text<Outer>(R"({"inners":[{"name":"a","size":3000000000}]})", "x").error().message,
            "x: /inners[0]/size: the number is too large");
}

TEST(JsonMembers, an_error_at_the_root_names_the_source_alone) {
  EXPECT_EQ(read_text<Outer>("[]", "x.json").error().message,
            "x.json: expected object, found array");
}

TEST(JsonMembers, a_number_that_no_calendar_can_write_is_no_time) {
  EXPECT_FALSE(read_text<Outer>(R"({"created":1e300})", "x.json"));
  EXPECT_FALSE(read_text<Outer>(R"({"created":-1})", "x.json"));
}

struct Sized {
  std::string size;
};
template <class Visitor>
void members(Visitor& visit, Sized& it) {
  visit.text("size", it.size);
}

TEST(JsonMembers, a_text_may_come_as_a_number_but_as_nothing_else) {
  EXPECT_EQ(read_text<Sized>(R"({"size":256})", "x")->size, "256");
  EXPECT_EQ(read_text<Sized>(R"({"size":"256"})", "x")->size, "256");
  EXPECT_EQ(to_text(to_tree(Sized{"256"})), R"({"size":"256"})");
  for (const auto* bad : {R"({"size":true})", R"({"size":[]})", R"({"size":1.5})"})
    EXPECT_FALSE(read_text<Sized>(bad, "x")) << bad;
}

TEST(JsonMembers, null_counts_as_absent) {
  EXPECT_TRUE(read_text<Outer>(R"({"inners":null,"created":null})", "x.json"));
}

TEST(Json, a_syntax_error_shows_the_line_and_a_caret) {
  const auto bad = parse("{\n  \"a\": tru\n}", "task.json");
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message.find("--> task.json:2:"), std::string::npos) << bad.error().message;
  EXPECT_NE(bad.error().message.find("2 |   \"a\": tru"), std::string::npos) << bad.error().message;
}

TEST(Json, text_that_nests_too_deep_is_an_error_and_not_a_crash) {
  EXPECT_TRUE(parse(std::string(64, '[') + std::string(64, ']'), "x"));
  EXPECT_FALSE(parse(std::string(65, '[') + std::string(65, ']'), "x"));
  EXPECT_FALSE(parse(std::string(1'000'000, '['), "x"));
}

}  // namespace
}  // namespace runtask::json
