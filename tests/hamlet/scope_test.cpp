#include "hamlet/scope.h"

#include <gtest/gtest.h>

#include "sim/sim_files.h"

namespace runtask::hamlet {
namespace {

std::unique_ptr<sim::SimFiles> tree_of(const std::vector<std::string>& paths) {
  auto files = std::make_unique<sim::SimFiles>();
  for (const auto& path : paths) {
    EXPECT_TRUE(files->make_directory(path.substr(0, path.rfind('/')), 0755));
    EXPECT_TRUE(files->write(path, "{}", 0644));
  }
  return files;
}
sys::Environment environment_of(std::map<std::string, std::string> variables) {
  return sys::Environment(std::move(variables));
}

class ScopeTest : public testing::Test {
 protected:
  Result<std::vector<Scope>> resolve(const ScopeRequest& request,
                                     std::map<std::string, std::string> variables,
                                     const std::string& directory = "/cmdb") {
    return resolve_scopes(request, environment_of(std::move(variables)), *files_, directory);
  }
  std::unique_ptr<sim::SimFiles> files_ =
      tree_of({"/cmdb/root.json", "/cmdb/shop/config/product.json",
               "/cmdb/shop/config/solutionsv2/prod/environment.json",
               "/cmdb/shop/config/solutionsv2/prod/blue/segment.json",
               "/cmdb/shop/config/solutionsv2/lone/segment.json",
               "/cmdb/shop/config/settings/prod/blue/settings.json",
               "/cmdb/accounts/acct/config/account.json"});
};

TEST_F(ScopeTest, a_flag_beats_a_variable_beats_the_working_directory) {
  const std::string here = "/cmdb/shop/config/solutionsv2/prod/blue";
  auto scopes = resolve({}, {{"ACCOUNT", "acct"}}, here);
  ASSERT_TRUE(scopes) << scopes.error().text();
  ASSERT_EQ(scopes->size(), 1U);
  EXPECT_EQ(scopes->front().root_dir, "/cmdb");
  EXPECT_EQ(scopes->front().names.product, "shop");
  EXPECT_EQ(scopes->front().names.environment, "prod");
  EXPECT_EQ(scopes->front().names.segment, "blue");
  scopes = resolve({}, {{"SEGMENT", "green"}, {"PRODUCT", "other"}}, here);
  ASSERT_TRUE(scopes);
  EXPECT_EQ(scopes->front().names.segment, "green");
  EXPECT_EQ(scopes->front().names.product, "other");
  ScopeRequest request;
  request.segment = "red";
  scopes = resolve(request, {{"SEGMENT", "green"}}, here);
  ASSERT_TRUE(scopes);
  EXPECT_EQ(scopes->front().names.segment, "red");
}

TEST_F(ScopeTest, a_segment_directory_without_an_environment_above_is_the_environment) {
  const auto scopes = resolve({}, {}, "/cmdb/shop/config/solutionsv2/lone");
  ASSERT_TRUE(scopes);
  EXPECT_EQ(scopes->front().names.environment, "lone");
  EXPECT_EQ(scopes->front().names.segment, "default");
}

TEST_F(ScopeTest, a_settings_directory_stands_for_the_same_place_among_solutions) {
  const auto scopes = resolve({}, {}, "/cmdb/shop/config/settings/prod/blue");
  ASSERT_TRUE(scopes);
  EXPECT_EQ(scopes->front().names.environment, "prod");
  EXPECT_EQ(scopes->front().names.segment, "blue");
}

TEST_F(ScopeTest, the_account_is_the_roots_name_when_nothing_says_otherwise) {
  const auto scopes = resolve({}, {{"PRODUCT", "shop"}, {"ENVIRONMENT", "prod"}});
  ASSERT_TRUE(scopes);
  EXPECT_EQ(scopes->front().names.account, "cmdb");
  EXPECT_EQ(scopes->front().names.segment, "default");
}

TEST_F(ScopeTest, what_is_missing_is_named) {
  auto scopes = resolve({}, {});
  ASSERT_FALSE(scopes);
  EXPECT_EQ(scopes.error().message, "the scope is not whole: product and environment missing");
  scopes = resolve({}, {{"PRODUCT", "shop"}});
  ASSERT_FALSE(scopes);
  EXPECT_EQ(scopes.error().message, "the scope is not whole: environment missing");
  scopes = resolve({}, {{"PRODUCT", "shop"}, {"ENVIRONMENT", "prod"}}, "/");
  ASSERT_FALSE(scopes);
  EXPECT_NE(scopes.error().message.find("no CMDB here"), std::string::npos);
}

TEST_F(ScopeTest, a_pattern_is_no_name) {
  for (const char* name : {"*", "p*d", "a/b"}) {
    const auto scopes = resolve({}, {{"PRODUCT", "shop"}, {"ENVIRONMENT", name}});
    ASSERT_FALSE(scopes) << name;
    EXPECT_EQ(scopes.error().code, Code::kUsage);
  }
}

TEST_F(ScopeTest, several_environments_each_have_their_own_context) {
  const std::map<std::string, std::string> variables = {{"PRODUCT", "shop"},
                                                        {"ENVIRONMENT", "a,b"},
                                                        {"CONTEXT_COUNT", "2"},
                                                        {"CONTEXT_1_ENVIRONMENT", "a"},
                                                        {"CONTEXT_1_ACCOUNT", "acct-a"},
                                                        {"CONTEXT_1_ROOT_DIR", "/ws/acct-a"},
                                                        {"CONTEXT_2_ENVIRONMENT", "b"},
                                                        {"CONTEXT_2_ACCOUNT", "acct-b"},
                                                        {"CONTEXT_2_ROOT_DIR", "/ws/acct-b/"},
                                                        {"CONTEXT_2_SEGMENT", "green"}};
  auto scopes = resolve({}, variables);
  ASSERT_TRUE(scopes);
  ASSERT_EQ(scopes->size(), 2U);
  EXPECT_EQ((*scopes)[0].names.account, "acct-a");
  EXPECT_EQ((*scopes)[0].root_dir, "/ws/acct-a");
  EXPECT_EQ((*scopes)[0].names.segment, "default");
  EXPECT_EQ((*scopes)[1].names.account, "acct-b");
  EXPECT_EQ((*scopes)[1].root_dir, "/ws/acct-b");
  EXPECT_EQ((*scopes)[1].names.segment, "green");
  ScopeRequest request;
  request.environments = "b";
  request.accounts = {"every", "a=other"};
  scopes = resolve(request, variables);
  ASSERT_TRUE(scopes);
  ASSERT_EQ(scopes->size(), 1U);
  EXPECT_EQ(scopes->front().names.account, "every");
  EXPECT_EQ(scopes->front().root_dir, "/ws/acct-b");
}

TEST_F(ScopeTest, a_repeated_environment_counts_once_unless_contexts_tell_its_places_apart) {
  auto scopes = resolve({}, {{"PRODUCT", "shop"}, {"ENVIRONMENT", "a, b,a"}});
  ASSERT_TRUE(scopes);
  ASSERT_EQ(scopes->size(), 2U);
  EXPECT_EQ((*scopes)[0].names.environment, "a");
  EXPECT_EQ((*scopes)[1].names.environment, "b");
  std::map<std::string, std::string> variables = {{"PRODUCT", "shop"},
                                                  {"ENVIRONMENT", "a,a"},
                                                  {"CONTEXT_COUNT", "1"},
                                                  {"CONTEXT_1_ENVIRONMENT", "a"},
                                                  {"CONTEXT_1_SEGMENT", "blue"}};
  scopes = resolve({}, variables);
  ASSERT_TRUE(scopes);
  EXPECT_EQ(scopes->size(), 1U);
  variables["CONTEXT_COUNT"] = "2";
  variables["CONTEXT_2_ENVIRONMENT"] = "a";
  variables["CONTEXT_2_SEGMENT"] = "green";
  scopes = resolve({}, variables);
  ASSERT_TRUE(scopes);
  ASSERT_EQ(scopes->size(), 2U);
  EXPECT_EQ((*scopes)[0].names.segment, "blue");
  EXPECT_EQ((*scopes)[1].names.segment, "green");
}

TEST_F(ScopeTest, an_account_flag_without_a_name_is_refused) {
  ScopeRequest request;
  request.environments = "prod";
  request.product = "shop";
  for (const char* flag : {"", "=x", "prod="}) {
    request.accounts = {flag};
    EXPECT_FALSE(resolve(request, {})) << flag;
  }
}

}  // namespace
}  // namespace runtask::hamlet
