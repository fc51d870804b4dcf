#include "hamlet/tree_plan.h"

#include <gtest/gtest.h>

namespace runtask::hamlet {
namespace {

using Variables = std::map<std::string, std::string>;

Variables usual(const Variables& more) {
  Variables all = more;
  all.insert({{"ACCOUNT", "acct"},
              {"PRODUCT", "shop"},
              {"ENVIRONMENT", "dev"},
              {"SEGMENT", "default"},
              {"PRODUCT_GIT_PROVIDER", "github"},
              {"ACCOUNT_GIT_PROVIDER", "github"},
              {"GITHUB_GIT_DNS", "github.com"},
              {"GITHUB_GIT_ORG", "org"},
              {"GITHUB_GIT_CREDENTIALS_VAR", "SECRET"},
              {"SECRET", "bob:s3cret"},
              {"PRODUCT_CONFIG_REPO", "shop-cmdb"},
              {"PRODUCT_INFRASTRUCTURE_REPO", "shop-cmdb"},
              {"ACCOUNT_CONFIG_REPO", "accounts-cmdb"},
              {"ACCOUNT_INFRASTRUCTURE_REPO", "accounts-cmdb"}});
  return all;
}

Result<TreesPlan> planned(const Variables& more, const TreeFlags& flags = {}) {
  const sys::Environment environment(usual(more));
  return plan_trees(flags, environment, {"/w", "/here"});
}

// The only tree's product config repository.
RepositoryPlan product(const Variables& more, const TreeFlags& flags = {}) {
  auto plan = planned(more, flags);
  EXPECT_TRUE(plan) << plan.error().text();
  return plan ? plan->trees.at(0).product_config : RepositoryPlan();
}

TEST(TreePlan, urls_are_built_without_the_secret) {
  const auto plan = product({});
  EXPECT_EQ(plan.repository.url, "https://github.com/org/shop-cmdb");
  ASSERT_TRUE(plan.repository.credentials);
  EXPECT_EQ(plan.repository.credentials->password, Secret("s3cret"));
  EXPECT_EQ(product({{"GITHUB_GIT_ORG", ""}}).repository.url, "https://github.com//shop-cmdb");
  EXPECT_EQ(product({{"PRODUCT_GIT_PROVIDER", "lab"}, {"LAB_GIT_DNS", "lab.org"}}).repository.url,
            "https://lab.org//shop-cmdb");
}

TEST(TreePlan, a_pointer_to_nothing_or_to_itself_means_no_credentials) {
  for (const std::string pointer : {"", "GITHUB_GIT_CREDENTIALS_VAR", "NOT_SET"})
    EXPECT_FALSE(product({{"GITHUB_GIT_CREDENTIALS_VAR", pointer}}).repository.credentials)
        << pointer;
  EXPECT_FALSE(product({{"SECRET", ""}}).repository.credentials);
}

TEST(TreePlan, a_url_given_whole_wins_and_gets_the_providers_secret_on_its_host_alone) {
  const auto secret_for = [](const std::string& url) {
    return product({{"REPO_URL", url}}).repository.credentials.has_value();
  };
  EXPECT_TRUE(secret_for("https://github.com/other/x"));
  EXPECT_FALSE(secret_for("https://evil.org/other/x"));
  EXPECT_FALSE(secret_for("https://github.com.evil.org/x"));
  EXPECT_FALSE(secret_for("ssh://github.com/x"));
  EXPECT_EQ(product({{"REPO_URL", "../x"}}).repository.url, "/here/../x");
  const auto both = product({{"REPO_URL", "/a"}, {"PRODUCT_CONFIG_REPO_URL", "/b"}});
  EXPECT_EQ(both.repository.url, "/b");
}

TEST(TreePlan, what_lacks_for_a_url_is_named_and_is_no_error_before_it_is_needed) {
  EXPECT_EQ(product({{"PRODUCT_GIT_PROVIDER", ""}}).missing, "PRODUCT_GIT_PROVIDER");
  EXPECT_EQ(product({{"PRODUCT_CONFIG_REPO", ""}}).missing, "PRODUCT_CONFIG_REPO");
  EXPECT_EQ(product({{"GITHUB_GIT_DNS", ""}}).missing, "GITHUB_GIT_DNS");
}

TEST(TreePlan, a_flag_beats_the_variable_and_that_the_default) {
  EXPECT_EQ(product({}).reference, "master");
  EXPECT_EQ(product({{"PRODUCT_CONFIG_REFERENCE", "main"}}).reference, "main");
  TreeFlags flags;
  flags.product_config = "v1";
  EXPECT_EQ(product({{"PRODUCT_CONFIG_REFERENCE", "main"}}, flags).reference, "v1");
}

TEST(TreePlan, every_variable_with_the_secret_is_withheld_from_git) {
  const auto plan = planned({{"SECRET_PSW", "s3cret"},
                             {"COPY", "bob:s3cret"},
                             {"A_URL", "https://bob:s3cret@github.com"},
                             {"HOME", "/home/bob"}});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->secret_variables,
            (std::set<std::string>{"A_URL", "COPY", "SECRET", "SECRET_PSW"}));
}

TEST(TreePlan, environments_that_agree_share_a_tree_and_others_get_one_beside) {
  const auto plan = planned({{"ENVIRONMENT", "dev, test,prod,next,dev"},
                             {"CONTEXT_COUNT", "4"},
                             {"CONTEXT_1_ENVIRONMENT", "dev"},
                             {"CONTEXT_2_ENVIRONMENT", "test"},
                             {"CONTEXT_3_ENVIRONMENT", "prod"},
                             {"CONTEXT_3_ACCOUNT", "live"},
                             {"CONTEXT_4_ENVIRONMENT", "next"},
                             {"CONTEXT_4_PRODUCT_CONFIG_REFERENCE", "next"}});
  ASSERT_TRUE(plan);
  std::vector<std::string> bases;
  for (const auto& context : plan->contexts)
    bases.push_back(plan->trees.at(context.tree).base);
  EXPECT_EQ(bases, (std::vector<std::string>{"/w/acct", "/w/acct", "/w/live", "/w/acct-next"}));
  EXPECT_EQ(plan->contexts[2].names.environment, "prod");
}

TEST(TreePlan, what_an_earlier_list_has_left_does_not_count_for_one_environment) {
  const auto plan = planned({{"CONTEXT_COUNT", "2"},
                             {"CONTEXT_1_ENVIRONMENT", "dev"},
                             {"CONTEXT_1_ACCOUNT", "live"},
                             {"CONTEXT_2_ENVIRONMENT", "prod"}});
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->contexts.size(), 1U);
  EXPECT_EQ(plan->contexts[0].names.account, "acct");
}

TEST(TreePlan, a_list_without_its_context_is_refused) {
  for (const std::string count : {"", "1", "3", "x", "-2"})
    EXPECT_FALSE(planned({{"ENVIRONMENT", "dev,test"},
                          {"CONTEXT_COUNT", count},
                          {"CONTEXT_1_ENVIRONMENT", "dev"},
                          {"CONTEXT_2_ENVIRONMENT", "test"}}))
        << count;
  EXPECT_FALSE(planned({{"ENVIRONMENT", "dev,test"},
                        {"CONTEXT_COUNT", "2"},
                        {"CONTEXT_1_ENVIRONMENT", "dev"},
                        {"CONTEXT_2_ENVIRONMENT", "prod"}}));
}

TEST(TreePlan, names_that_lead_out_of_the_tree_are_refused) {
  for (const std::string name : {"", ".", "..", "a/b", "/", ".git", "a\nb"}) {
    EXPECT_FALSE(planned({{"ACCOUNT", name}})) << name;
    EXPECT_FALSE(planned({{"PRODUCT", name}})) << name;
  }
  EXPECT_TRUE(planned({{"ACCOUNT", "a b,c*-[x]"}}));
  TreeFlags flags;
  flags.exclude_product = true;
  EXPECT_TRUE(planned({{"PRODUCT", ""}}, flags));
}

TEST(MergedProperties, one_list_stays_as_it_is) {
  const std::vector<Property> one{{"B", "1"}, {"A", "2"}, {"B", "3"}};
  EXPECT_EQ(merged_properties({one}), one);
}

TEST(MergedProperties, only_what_all_agree_on_has_the_plain_name) {
  const auto merged = merged_properties({{{"ROOT_DIR", "/r"}, {"A", "x"}, {"B", "1"}},
                                         {{"ROOT_DIR", "/r"}, {"A", "x"}, {"B", "2"}, {"C", "3"}}});
  EXPECT_EQ(merged, (std::vector<Property>{{"ROOT_DIR", "/r"},
                                           {"CONTEXT_1_ROOT_DIR", "/r"},
                                           {"CONTEXT_2_ROOT_DIR", "/r"},
                                           {"A", "x"},
                                           {"CONTEXT_1_B", "1"},
                                           {"CONTEXT_2_B", "2"},
                                           {"CONTEXT_2_C", "3"}}));
}

}  // namespace
}  // namespace runtask::hamlet
