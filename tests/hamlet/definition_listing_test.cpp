#include "hamlet/definition_listing.h"

#include <gtest/gtest.h>

namespace runtask::hamlet {
namespace {

const FamilyWords kDefault{"shop", "dev", "default", "ecsTaskXappXwebXmigrate"};
const FamilyWords kBlue{"shop", "dev", "blue", "ecsTaskXappXwebXmigrate"};

std::string arn(const std::string& family, int revision) {
  return "arn:aws:ecs:eu-west-1:012345678912:task-definition/" + family + ":" +
         std::to_string(revision);
}

TEST(DefinitionListing, the_scope_stands_at_the_start_and_the_task_at_the_end) {
  EXPECT_TRUE(is_family_of("shop-dev-app-web-ecsTaskXappXwebXmigrate-1ABC", kDefault));
  EXPECT_FALSE(is_family_of("x-shop-dev-app-web-ecsTaskXappXwebXmigrate-1ABC", kDefault));
  EXPECT_FALSE(is_family_of("shop-development-app-web-ecsTaskXappXwebXmigrate-1ABC", kDefault));
  EXPECT_FALSE(is_family_of("shop-dev-app-web-ecsTaskXappXwebXmigrateXtenant2-1ABC", kDefault));
  EXPECT_FALSE(is_family_of("shop-dev-ecsTaskXappXwebXmigrate-app-web", kDefault));
  EXPECT_FALSE(is_family_of("shop-dev-app-web-ecsTaskXappXwebXmigrate-", kDefault));
  EXPECT_FALSE(is_family_of("shop-dev-app-web-ecsTaskXappXwebXmigrate-1ABC", kBlue));
  EXPECT_TRUE(is_family_of("shop-dev-blue-app-web-ecsTaskXappXwebXmigrate-1ABC", kBlue));
}

TEST(DefinitionListing, the_newest_revision_is_taken_by_number_and_not_by_text) {
  const auto family = "shop-dev-app-web-ecsTaskXappXwebXmigrate-1ABC";
  const auto chosen = choose_definition(
      {arn(family, 9), arn(family, 10), arn("shop-dev-other", 99), arn(family, 2)}, kDefault);
  ASSERT_TRUE(chosen);
  EXPECT_EQ(*chosen, arn(family, 10));
}

TEST(DefinitionListing, another_segments_or_environments_is_not_taken_even_when_it_is_alone) {
  for (const std::string family : {"shop-dev-blue-app-web-ecsTaskXappXwebXmigrate-1ABC",
                                   "shop-dev-eu-app-web-ecsTaskXappXwebXmigrate-1ABC",
                                   "shop-dev-blue-green-app-web-ecsTaskXappXwebXmigrate-1ABC"}) {
    EXPECT_FALSE(is_family_of(family, kDefault)) << family;
    EXPECT_FALSE(choose_definition({arn(family, 5)}, kDefault)) << family;
  }
  EXPECT_FALSE(is_family_of("shop-dev-blue-green-app-web-ecsTaskXappXwebXmigrate-1ABC", kBlue));
}

TEST(DefinitionListing, a_segment_that_does_not_show_is_told_from_others_by_hamlets_levels) {
  const auto chosen =
      choose_definition({arn("shop-dev-blue-app-web-ecsTaskXappXwebXmigrate-1ABC", 5),
                         arn("shop-dev-app-web-ecsTaskXappXwebXmigrate-2DEF", 1)},
                        kDefault);
  ASSERT_TRUE(chosen);
  EXPECT_EQ(*chosen, arn("shop-dev-app-web-ecsTaskXappXwebXmigrate-2DEF", 1));
}

TEST(DefinitionListing, two_candidates_are_an_error_that_names_both) {
  const auto chosen = choose_definition({arn("shop-dev-app-web-ecsTaskXappXwebXmigrate-1ABC", 5),
                                         arn("shop-dev-app-old-ecsTaskXappXwebXmigrate-2DEF", 1)},
                                        kDefault);
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code, Code::kConflict);
  EXPECT_NE(chosen.error().message.find("shop-dev-app-web-"), std::string::npos);
  EXPECT_NE(chosen.error().message.find("shop-dev-app-old-"), std::string::npos);
}

TEST(DefinitionListing, what_is_no_definition_is_passed_over_and_none_is_an_error) {
  const auto chosen = choose_definition(
      {"", "None", "arn:aws:ecs:eu-west-1:012345678912:task-definition/", "x:task-definition/f:0"},
      kDefault);
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().code, Code::kNotFound);
}

}  // namespace
}  // namespace runtask::hamlet
