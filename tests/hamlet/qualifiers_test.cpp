#include "hamlet/qualifiers.h"

#include <gtest/gtest.h>

namespace runtask::hamlet {
namespace {

class Qualifiers : public testing::Test {
 protected:
  // The text of member `v` once qualifiers are resolved; "-" when it is not there.
  std::string v(const std::string& text) {
    const auto node = documents_.parse(text, "q.json");
    EXPECT_TRUE(node) << text;
    const auto* resolved = resolve_qualifiers(documents_, *node, layers_, warnings_);
    return resolved->text_of("v", "-");
  }
  Documents documents_;
  Layers layers_ = {{"Tenant", {"acme"}},
                    {"Account", {"acct"}},
                    {"Product", {"shop"}},
                    {"Environment", {"int", "integration"}},
                    {"Segment", {"default"}}};
  std::vector<std::string> warnings_;
};

TEST_F(Qualifiers, the_short_form_takes_ids_and_names_of_any_layer) {
  EXPECT_EQ(v(R"({"v": 1, "Qualifiers": {"integration": {"v": 2}}})"), "2");
  EXPECT_EQ(v(R"({"v": 1, "Qualifiers": {"int": {"v": 2}}})"), "2");
  EXPECT_EQ(v(R"({"v": 1, "Qualifiers": {"shop": {"v": 2}}})"), "2");
  EXPECT_EQ(v(R"({"v": 1, "Qualifiers": {"prod": {"v": 2}}})"), "1");
}

TEST_F(Qualifiers, several_matches_apply_in_alphabetical_order) {
  EXPECT_EQ(v(R"({"Qualifiers": {"shop": {"v": "shop"}, "acme": {"v": "acme"}}})"), "shop");
}

TEST_F(Qualifiers, a_value_takes_the_place_of_all_other_members) {
  EXPECT_EQ(v(R"({"v": 1, "Value": {"w": 1}, "Qualifiers": {"int": {"x": 2}}})"), "-");
  EXPECT_EQ(v(R"({"v": 1, "Value": {"v": 5}, "Qualifiers": {"prod": {"v": 2}}})"), "5");
}

TEST_F(Qualifiers, every_key_of_a_filter_has_to_match) {
  const auto rules = [&](const std::string& filter, const std::string& more = "") {
    return v(R"({"v": 1, "Qualifiers": [{"Filter": )" + filter + R"(, "Value": {"v": 2})" + more +
             "}]}");
  };
  EXPECT_EQ(rules(R"({"Environment": "int"})"), "2");
  EXPECT_EQ(rules(R"({"Environment": ["prod", "integration"], "Segment": "default"})"), "2");
  EXPECT_EQ(rules(R"({"Environment": "int", "Segment": "blue"})"), "1");
  EXPECT_EQ(rules(R"({"Any": "acct"})"), "2");
  EXPECT_EQ(rules(R"({"Segment": "int"})"), "1");
  EXPECT_EQ(rules(R"({"Nowhere": "int"})"), "1");
  EXPECT_EQ(rules(R"({"Environment": "prod"})", R"(, "MatchBehaviour": "any")"), "2");
  EXPECT_EQ(rules(R"({"Environment": "int"})", R"(, "MatchBehaviour": "exactlyonetoone")"), "1");
  EXPECT_EQ(rules(R"({"Environment": "i.*n"})"), "2");
  EXPECT_EQ(rules(R"({"Environment": "x|int"})"), "2");
  EXPECT_EQ(rules(R"({"Environment": "i.*x"})"), "1");
}

TEST_F(Qualifiers, rules_apply_in_their_order_and_combine_as_they_say) {
  EXPECT_EQ(v(R"({"qualifier:Default": {"v": 1, "w": 1}, "qualifier:Rules": [
              {"Filter": {"Any": "int"}, "Value": {"v": 2}},
              {"Filter": {"Any": "shop"}, "Value": {"v": 3}}]})"),
            "3");
  EXPECT_EQ(v(R"({"v": 1, "qualifier:Rules": [
              {"Filter": {"Any": "int"}, "Value": {"w": 2}, "CombineBehaviour": "replace"}]})"),
            "-");
}

TEST_F(Qualifiers, they_nest_and_reach_into_arrays) {
  const auto node = documents_.parse(
      R"([{"v": 1, "Qualifiers": {"int": {"v": 2, "Qualifiers": {"shop": {"v": 3}}}}}])", "q");
  ASSERT_TRUE(node);
  const auto* resolved = resolve_qualifiers(documents_, *node, layers_, warnings_);
  EXPECT_EQ(resolved->members.front().value->text_of("v"), "3");
}

TEST_F(Qualifiers, a_rule_without_a_filter_is_left_out_with_a_warning) {
  EXPECT_EQ(v(R"({"v": 1, "Qualifiers": [{"Value": {"v": 2}}, 7]})"), "1");
  ASSERT_EQ(warnings_.size(), 2U);
  EXPECT_NE(warnings_[0].find("q.json at /Qualifiers/0"), std::string::npos) << warnings_[0];
}

TEST_F(Qualifiers, what_has_none_is_shared) {
  const auto node = documents_.parse(R"({"a": {"b": [1, {"c": 2}]}})", "q");
  ASSERT_TRUE(node);
  EXPECT_EQ(resolve_qualifiers(documents_, *node, layers_, warnings_), *node);
}

}  // namespace
}  // namespace runtask::hamlet
