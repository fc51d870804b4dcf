#include "hamlet/script_variables.h"

#include <gtest/gtest.h>

namespace runtask::hamlet {
namespace {

ScriptVariables of(std::map<std::string, std::string> variables) {
  return ScriptVariables(sys::Environment(std::move(variables)));
}
const Lookup kAccount{"ACCOUNT", "ACCOUNT", "shop", "dev", "blue"};

TEST(ScriptVariables, the_name_itself_beats_the_levels_and_the_deepest_level_the_others) {
  std::map<std::string, std::string> variables{{"SHOP_ACCOUNT", "one"}};
  EXPECT_EQ(of(variables).value(kAccount, "none"), "one");
  variables["SHOP_DEV_ACCOUNT"] = "two";
  EXPECT_EQ(of(variables).value(kAccount, "none"), "two");
  variables["SHOP_DEV_BLUE_ACCOUNT"] = "three";
  EXPECT_EQ(of(variables).value(kAccount, "none"), "three");
  variables["ACCOUNT"] = "own";
  EXPECT_EQ(of(variables).value(kAccount, "none"), "own");
}

TEST(ScriptVariables, an_empty_variable_counts_as_unset) {
  EXPECT_EQ(of({{"ACCOUNT", ""}, {"SHOP_DEV_ACCOUNT", ""}, {"SHOP_ACCOUNT", "one"}})
                .value(kAccount, "none"),
            "one");
  EXPECT_EQ(of({}).value(kAccount, "none"), "none");
}

TEST(ScriptVariables, a_level_is_asked_only_when_its_last_part_is_there) {
  const auto settings = of({{"SHOP__ACCOUNT", "x"}, {"_DEV_ACCOUNT", "y"}, {"_ACCOUNT", "z"}});
  EXPECT_EQ(settings.value({"ACCOUNT", "ACCOUNT", "shop", ""}, "none"), "none");
  EXPECT_EQ(settings.value({"ACCOUNT", "ACCOUNT", "", "dev"}, "none"), "y");
  EXPECT_EQ(settings.value({"ACCOUNT", "ACCOUNT", "", ""}, "none"), "none");
  EXPECT_EQ(of({{"SHOP_", "x"}}).value({"SEPARATORS", "", "shop"}, "none"), "x")
      << "an empty suffix leaves the underscore";
}

TEST(ScriptVariables, names_are_in_capitals_and_values_keep_their_case) {
  EXPECT_EQ(of({{"shop_ACCOUNT", "no"}, {"SHOP_ACCOUNT", "MixedCase"}})
                .value({"account", "account", "Shop"}, ""),
            "MixedCase");
}

TEST(ScriptVariables, a_name_that_is_no_identifier_is_unset_and_the_next_one_is_asked) {
  const auto settings = of({{"MY-SHOP_DEV_ACCOUNT", "no"}, {"MY-SHOP_ACCOUNT", "no"}});
  EXPECT_EQ(settings.value({"ACCOUNT", "ACCOUNT", "my-shop", "dev"}, "none"), "none");
  EXPECT_EQ(of({{"SHOP_ACCOUNT", "yes"}})
                .value({"ACCOUNT", "ACCOUNT", "shop", "dev,test", "a*b"}, "none"),
            "yes");
  auto odd = of({});
  odd.set("NO-NAME", "x");
  EXPECT_EQ(odd.get("NO-NAME"), "");
}

TEST(ScriptVariables, a_pointer_is_the_name_of_the_variable_that_has_a_value) {
  const Lookup pointer{"GITHUB_GIT_CREDENTIALS_VAR", "CREDENTIALS", "github", "GIT"};
  EXPECT_EQ(of({}).variable(pointer), "");
  EXPECT_EQ(of({{"GITHUB_CREDENTIALS", "a:b"}}).variable(pointer), "GITHUB_CREDENTIALS");
  EXPECT_EQ(
      of({{"GITHUB_CREDENTIALS", "a:b"}, {"GITHUB_GIT_CREDENTIALS", "c:d"}}).variable(pointer),
      "GITHUB_GIT_CREDENTIALS");
}

TEST(ScriptVariables, a_pointer_that_is_set_is_kept_unless_it_leads_nowhere_or_to_itself) {
  const Lookup pointer{"GITHUB_GIT_CREDENTIALS_VAR", "CREDENTIALS", "github", "GIT"};
  const std::string name = "GITHUB_GIT_CREDENTIALS_VAR";
  EXPECT_EQ(
      of({{name, "MY_TOKEN"}, {"MY_TOKEN", "t"}, {"GITHUB_CREDENTIALS", "a:b"}}).variable(pointer),
      "MY_TOKEN");
  EXPECT_EQ(of({{name, "MY_TOKEN"}, {"GITHUB_CREDENTIALS", "a:b"}}).variable(pointer),
            "GITHUB_CREDENTIALS");
  EXPECT_EQ(of({{name, name}, {"GITHUB_CREDENTIALS", "a:b"}}).variable(pointer),
            "GITHUB_CREDENTIALS");
  EXPECT_EQ(of({{name, name}}).variable(pointer), "");
}

}  // namespace
}  // namespace runtask::hamlet
