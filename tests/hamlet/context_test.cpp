#include "hamlet/context.h"

#include <gtest/gtest.h>

#include "hamlet/context_units.h"
#include "sim/sim_files.h"

namespace runtask::hamlet {
namespace {

using Variables = std::map<std::string, std::string>;

// A Jenkins agent with a workspace.
class ContextTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(files.make_directory("/ws", 0700)); }

  static Variables jenkins(Variables more = {}) {
    more.insert({{"JENKINS_HOME", "/j"},
                 {"WORKSPACE", "/ws"},
                 {"BUILD_NUMBER", "42"},
                 {"PRODUCT", "shop"},
                 {"ENVIRONMENT", "dev"},
                 {"ACCOUNTS_LIST", "acct"}});
    return more;
  }
  std::optional<Context> context(Variables variables, const ContextRequest& request = {}) {
    const sys::Environment environment(std::move(variables));
    return set_context(request, {environment, files, git}, messages);
  }
  // The last value of each name.
  Variables values(Variables variables, const ContextRequest& request = {}) {
    Variables last;
    const auto result = context(std::move(variables), request);
    EXPECT_TRUE(result);
    if (result)
      for (const auto& [name, value] : result->properties)
        last[name] = value;
    return last;
  }
  std::string said() {
    std::string text;
    for (const auto& message : messages.take())
      text += message.line() + "\n";
    return text;
  }

  sim::SimFiles files;
  std::function<std::string(const std::string&)> git;
  Messages messages{Severity::kInfo};
};

TEST_F(ContextTest, flags_beat_variables_and_those_beat_the_jobs_name) {
  ContextRequest request;
  request.flags.product = "flagged";
  auto variables = jenkins({{"JOB_NAME", "a/cotp-named cote-first/cote-second/cott-acme"}});
  variables.erase("ENVIRONMENT");
  const auto seen = values(variables, request);
  EXPECT_EQ(seen.at("PRODUCT"), "flagged");
  EXPECT_EQ(seen.at("ENVIRONMENT"), "first");
  EXPECT_EQ(seen.at("TENANT"), "acme");
  EXPECT_EQ(values(jenkins({{"JOB_NAME", "cotp-named"}})).at("PRODUCT"), "shop");
}

TEST_F(ContextTest, only_whole_prefixes_of_the_jobs_name_count) {
  Variables variables{{"JENKINS_HOME", "/j"},
                      {"WORKSPACE", "/ws"},
                      {"JOB_NAME", "cotp-/xcotp-a/cotp/cot-b/cotpp-c/COTP-d/cote--e"}};
  const auto seen = values(variables);
  EXPECT_EQ(seen.at("PRODUCT"), "");
  EXPECT_EQ(seen.at("ENVIRONMENT"), "-e");
}

TEST_F(ContextTest, a_flag_may_empty_what_a_variable_says) {
  ContextRequest request;
  request.flags.segment = "";
  EXPECT_EQ(values(jenkins({{"SEGMENT", "blue"}}), request).at("SEGMENT"), "default");
}

TEST_F(ContextTest, a_segment_without_an_environment_is_the_environment) {
  auto variables = jenkins({{"SEGMENT", "blue"}});
  variables["ENVIRONMENT"] = "";
  const auto seen = values(variables);
  EXPECT_EQ(seen.at("ENVIRONMENT"), "blue");
  EXPECT_EQ(seen.at("SEGMENT"), "default");
  EXPECT_EQ(seen.at("RELEASE_TAG"), "r42-blue");
  EXPECT_EQ(values(jenkins({{"SEGMENT", "blue"}})).at("RELEASE_TAG"), "r42-dev-blue");
}

TEST_F(ContextTest, the_first_account_of_either_list_counts) {
  auto variables = jenkins({{"ACCOUNTS", "b c"}});
  EXPECT_EQ(values(variables).at("ACCOUNT"), "acct");
  variables["ACCOUNTS_LIST"] = " ,\n";
  EXPECT_EQ(values(variables).at("ACCOUNT"), "b");
  variables["SHOP_DEV_DEFAULT_ACCOUNT"] = "deep";
  EXPECT_EQ(values(variables).at("ACCOUNT"), "deep");
}

TEST_F(ContextTest, build_directories_are_where_jenkins_put_them) {
  const auto directories = [&](Variables more) {
    const auto seen = values(jenkins(std::move(more)));
    return seen.at("AUTOMATION_BUILD_DIR") + " " + seen.at("AUTOMATION_BUILD_SRC_DIR") + " " +
           seen.at("AUTOMATION_BUILD_DEVOPS_DIR");
  };
  EXPECT_EQ(directories({}), "/ws /ws /ws");
  ASSERT_TRUE(files.make_directory("/ws/build/part/deploy", 0700));
  ASSERT_TRUE(files.make_directory("/ws/build/part/devops", 0700));
  ASSERT_TRUE(files.make_directory("/ws/build/part/pkg", 0700));
  ASSERT_TRUE(files.make_directory("/ws/build/part/package", 0700));
  ASSERT_TRUE(files.make_directory("/ws/build/part/content", 0700));
  EXPECT_EQ(directories({}), "/ws/build /ws/build /ws/build");
  EXPECT_EQ(directories({{"BUILD_PATH", "part"}}),
            "/ws/build/part /ws/build/part/content /ws/build/part/deploy");
  EXPECT_EQ(directories({{"BUILD_PATH", "part"}, {"BUILD_SRC_DIR", "pkg"}}),
            "/ws/build/part /ws/build/part/pkg /ws/build/part/deploy");
}

TEST_F(ContextTest, a_build_directory_that_is_not_there_ends_it) {
  ContextRequest request;
  request.complaints = {"Invalid option: \"-x\""};
  EXPECT_FALSE(context(jenkins({{"BUILD_PATH", "no"}}), request));
  EXPECT_EQ(said(), "(Fatal) Build path directory \"no\" not found\n");
  EXPECT_FALSE(context(jenkins({{"BUILD_SRC_DIR", "no"}}), request));
  EXPECT_EQ(said(), "(Fatal) Build source directory no not found\n");
  EXPECT_TRUE(context({{"AUTOMATION_PROVIDER", "hamletcli"}, {"BUILD_PATH", "no"}}));
}

TEST_F(ContextTest, help_stops_behind_the_modes_and_complaints_are_said) {
  ContextRequest request;
  request.help = true;
  request.complaints = {"Invalid option: \"-x\""};
  const auto result = context(jenkins(), request);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->properties.size(), 10U);
  EXPECT_EQ(said(), "(Fatal) Invalid option: \"-x\"\n");
}

TEST_F(ContextTest, the_provider_is_named_in_any_case) {
  auto variables = jenkins();
  variables["AUTOMATION_PROVIDER"] = "JENKINS";
  variables.erase("JENKINS_HOME");
  const auto result = context(variables);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->destination.provider, "jenkins");
  EXPECT_EQ(result->destination.data_directory, "/ws");
}

TEST_F(ContextTest, the_command_line_of_hamlet_asks_git_for_who_it_is) {
  git = [](const std::string& key) { return key == "user.name" ? "Jane" : "jane@x.test"; };
  const Variables variables{{"AUTOMATION_PROVIDER", "hamletcli"}, {"AUTOMATION_DATA_DIR", "/d"}};
  const auto result = context(variables);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->destination.data_directory, "/d");
  EXPECT_EQ(result->properties[0], (Property{"GIT_USER", "Jane"}));
  EXPECT_EQ(result->properties[1], (Property{"GIT_EMAIL", "jane@x.test"}));
  auto known = variables;
  known["GIT_USER"] = "Known";
  EXPECT_EQ(values(known).at("GIT_USER"), "Known");
}

TEST_F(ContextTest, azure_pipelines_get_their_directories_first) {
  ASSERT_TRUE(files.make_directory("/ws/deploy", 0700));
  const auto result = context({{"AUTOMATION_PROVIDER", "AzurePipelines"},
                               {"WORKSPACE", "/ws"},
                               {"BUILD_USER", "jane"},
                               {"BUILD_USER_EMAIL", "j@x.test"}});
  ASSERT_TRUE(result);
  EXPECT_EQ(std::vector<Property>(result->properties.begin(), result->properties.begin() + 6),
            (std::vector<Property>{{"GIT_USER", "jane"},
                                   {"GIT_EMAIL", "j@x.test"},
                                   {"AUTOMATION_DATA_DIR", "/ws"},
                                   {"AUTOMATION_BUILD_DIR", "/ws/deploy"},
                                   {"AUTOMATION_BUILD_SRC_DIR", "/ws"},
                                   {"AUTOMATION_BUILD_DEVOPS_DIR", "/ws"}}));
  EXPECT_EQ(result->properties.back().first, "REGISTRY_TYPES_LIST");
}

TEST_F(ContextTest, a_providers_settings_follow_its_first_use_only) {
  const auto result = context(jenkins({{"SHOP_GIT_PROVIDER", "GitLab"},
                                       {"SHOP_CODE__GIT_PROVIDER", "GITLAB"},
                                       {"GITLAB_DNS", "git.x.test"},
                                       {"GITLAB_GIT_API_DNS", "api.x.test"}}));
  ASSERT_TRUE(result);
  int count = 0;
  Variables last;
  for (const auto& [name, value] : result->properties) {
    count += name == "GITLAB_GIT_ORG" ? 1 : 0;
    last[name] = value;
  }
  EXPECT_EQ(count, 1);
  EXPECT_EQ(last.at("PRODUCT_GIT_PROVIDER"), "GitLab");
  EXPECT_EQ(last.at("PRODUCT_CODE_GIT_PROVIDER"), "GITLAB");
  EXPECT_EQ(last.at("GITLAB_GIT_DNS"), "git.x.test");
  EXPECT_EQ(last.at("GITLAB_GIT_API_DNS"), "api.x.test");
  EXPECT_EQ(values(jenkins({{"ACCT_GIT_PROVIDER", "bit"}})).at("BIT_GIT_API_DNS"), "api.");
}

TEST_F(ContextTest, registries_have_settings_by_provider_and_type) {
  const auto seen = values(jenkins({{"SHOP_DEV_DOCKER_PROVIDER", "priv"},
                                    {"PRIV_USER", "u"},
                                    {"PRIV_DOCKER_USER", "u2"},
                                    {"PRIV_DOCKER_API_DNS", "api"},
                                    {"ACCT_LAMBDA_JAR_REGION", "r"}}));
  EXPECT_EQ(seen.at("PRODUCT_DOCKER_PROVIDER"), "priv");
  EXPECT_EQ(seen.at("PRIV_DOCKER_USER_VAR"), "PRIV_DOCKER_USER");
  EXPECT_EQ(seen.at("PRIV_DOCKER_API_DNS"), "api");
  EXPECT_EQ(seen.at("ACCT_LAMBDA_JAR_REGION"), "r");
  EXPECT_EQ(seen.at("PRODUCT_SPA_PROVIDER"), "acct");
}

TEST_F(ContextTest, repositories_are_names_without_a_path) {
  const auto seen = values(jenkins({{"ACCT_CONFIG_REPO", "org/accounts.git"},
                                    {"SHOP_DEV_INFRASTRUCTURE_REPO", "https://h/x/"}}));
  EXPECT_EQ(seen.at("ACCOUNT_CONFIG_REPO"), "accounts.git");
  EXPECT_EQ(seen.at("PRODUCT_INFRASTRUCTURE_REPO"), "");
  EXPECT_EQ(seen.at("PRODUCT_CONFIG_REPO"), "shop-cmdb");
}

TEST_F(ContextTest, separators_may_be_set_but_not_by_level) {
  const auto seen = values(jenkins({{"DEPLOYMENT_UNIT_SEPARATORS", "+"},
                                    {"BUILD_REFERENCE_PART_SEPARATORS", "@"},
                                    {"IMAGE_FORMAT_SEPARATORS", "/|"},
                                    {"IMAGE_FORMAT", "a|b c"},
                                    {"DEPLOYMENT_UNIT", "My-App@v1+web"},
                                    {"SHOP_MY_APP_CODE_REPO", "x/src"}}));
  EXPECT_EQ(seen.at("DEPLOYMENT_UNIT_LIST"), "my-app web");
  EXPECT_EQ(seen.at("CODE_REPO_LIST"), "src ?");
  EXPECT_EQ(seen.at("PRODUCT_MY_APP_CODE_REPO"), "src");
  EXPECT_EQ(seen.at("IMAGE_FORMATS_LIST"), "a/b/c ?");
  EXPECT_EQ(seen.at("CLEANED_DEPLOYMENT_UNITS"), "my-app@v1@a/b/c+web");
}

TEST_F(ContextTest, an_empty_list_keeps_what_was_inherited) {
  const auto seen = values(jenkins({{"CODE_TAG_LIST", "stale"}}));
  EXPECT_EQ(seen.at("CODE_TAG_LIST"), "stale");
  EXPECT_EQ(seen.at("CODE_REPO_LIST"), "");
  EXPECT_EQ(seen.count("CLEANED_DEPLOYMENT_UNITS"), 0U);
}

TEST_F(ContextTest, a_tag_of_forty_characters_is_a_commit) {
  const std::string commit(40, 'A');
  const auto seen = values(jenkins(
      {{"DEPLOYMENT_UNITS", "app!x web!" + commit}, {"CODE_TAG", commit}, {"GIT_COMMIT", "g"}}));
  EXPECT_EQ(seen.at("CODE_COMMIT_LIST"), std::string(40, 'a') + " " + std::string(40, 'a'));
  EXPECT_EQ(seen.at("CODE_TAG_LIST"), "? ?");
}

TEST_F(ContextTest, a_promotion_without_a_source_is_complained_about_and_goes_on) {
  const auto seen = values(jenkins({{"RELEASE_MODE", "promotion"}, {"FROM_ACCOUNT", "a"}}));
  EXPECT_EQ(said(), "(Fatal) PROMOTION environment/account not defined return 1\n");
  EXPECT_EQ(seen.at("FROM_ENVIRONMENT"), "");
  EXPECT_EQ(seen.at("ACCEPTANCE_TAG"), "r42-");
  EXPECT_EQ(seen.at("RELEASE_MODE_TAG"), "pr42--dev");
  (void)values(jenkins({{"RELEASE_MODE", "hotfix"}}));
  EXPECT_EQ(said(), "(Fatal) HOTFIX environment/account not defined return 1\n");
}

TEST_F(ContextTest, a_selective_release_takes_its_source_by_either_name) {
  const auto seen = values(jenkins({{"RELEASE_MODE", "selective"},
                                    {"SHOP_PROMOTION_FROM_SEGMENT", "stage"},
                                    {"SHOP_STAGE_DEFAULT_ACCOUNT", "nonprod"},
                                    {"NONPROD_GIT_PROVIDER", "bit"}}));
  EXPECT_EQ(said(), "");
  EXPECT_EQ(seen.at("FROM_ENVIRONMENT"), "stage");
  EXPECT_EQ(seen.at("FROM_ACCOUNT"), "nonprod");
  EXPECT_EQ(seen.at("FROM_PRODUCT_GIT_PROVIDER"), "bit");
  EXPECT_EQ(seen.at("BIT_GIT_ORG"), "");
  EXPECT_EQ(seen.at("ACCEPTANCE_TAG"), "latest");
  EXPECT_EQ(seen.count("RELEASE_MODE_TAG"), 0U);
}

TEST_F(ContextTest, a_hotfix_has_a_variable_of_its_own_for_the_account_it_comes_from) {
  auto variables = jenkins({{"RELEASE_MODE", "hotfix"},
                            {"SHOP_HOTFIX_FROM_SEGMENT", "stage"},
                            {"HOTFIX_FROM_ENVIRONMENT", "prod"},
                            {"SHOP_PROD_DEFAULT_ACCOUNT", "high"},
                            {"SHOP_STAGE_ACCOUNT", "low"}});
  const auto seen = values(variables);
  EXPECT_EQ(said(), "");
  EXPECT_EQ(seen.at("FROM_ENVIRONMENT"), "stage");
  EXPECT_EQ(seen.at("FROM_ACCOUNT"), "high");
  EXPECT_EQ(seen.at("FROM_PRODUCT_SPA_PROVIDER"), "high");
  EXPECT_EQ(seen.count("FROM_PRODUCT_CONFIG_REPO"), 0U);
}

TEST_F(ContextTest, identifiers_are_numbers_with_a_letter_or_somebodys_own) {
  auto variables = jenkins({{"RELEASE_IDENTIFIER", "1.2"}, {"DEPLOYMENT_IDENTIFIER", "007"}});
  auto seen = values(variables);
  EXPECT_EQ(seen.at("RELEASE_TAG"), "1.2-dev");
  EXPECT_EQ(seen.at("DEPLOYMENT_TAG"), "d007-dev");
  variables.erase("BUILD_NUMBER");
  variables.erase("RELEASE_IDENTIFIER");
  EXPECT_EQ(values(variables).at("RELEASE_TAG"), "-dev");
}

TEST_F(ContextTest, the_detail_message_says_what_there_is) {
  auto variables = jenkins({{"SEGMENT", "blue"},
                            {"DEPLOYMENT_UNITS", "app"},
                            {"MODE", "stop"},
                            {"GIT_USER", "jane"},
                            {"COMMENT", "why"}});
  EXPECT_EQ(values(variables).at("DETAIL_MESSAGE"),
            "product=shop, environment=dev, segment=blue, units=app, mode=stop, user=jane, "
            "comment=why");
  variables["PRODUCT"] = "";
  variables["SEGMENT"] = "dev";
  EXPECT_EQ(values(variables).at("DETAIL_MESSAGE"),
            "account=acct, environment=dev, units=app, mode=stop, user=jane, comment=why");
}

// Several environments.

TEST_F(ContextTest, each_environment_has_what_it_would_have_alone) {
  const Variables accounts{{"SHOP_DEV_ACCOUNT", "low"},
                           {"SHOP_PROD_ACCOUNT", "high"},
                           {"LOW_CONFIG_REPO", "low-cmdb"},
                           {"HIGH_DOCKER_DNS", "images"}};
  auto variables = jenkins(accounts);
  variables["ENVIRONMENT"] = " dev,, prod ,dev";
  const auto both = values(variables);
  EXPECT_EQ(both.at("ENVIRONMENT"), " dev,, prod ,dev");
  EXPECT_EQ(both.at("CONTEXT_COUNT"), "2");
  EXPECT_EQ(both.count("ACCOUNT"), 0U);
  EXPECT_EQ(both.at("SEGMENT"), "default");
  EXPECT_EQ(both.at("CONTEXT_1_SEGMENT"), "default");
  EXPECT_EQ(both.count("CONTEXT_1_PRODUCT"), 0U);
  EXPECT_EQ(both.at("HIGH_DOCKER_API_DNS"), "images") << "only one has it: no contradiction";
  for (const auto& [k, name] : {std::pair("1", "dev"), std::pair("2", "prod")}) {
    variables["ENVIRONMENT"] = name;
    for (const auto& [word, value] : values(variables)) {
      const auto own = both.find(std::string("CONTEXT_") + k + "_" + word);
      EXPECT_EQ(own != both.end() ? own->second : both.at(word), value) << k << word;
    }
  }
}

TEST_F(ContextTest, a_list_of_one_is_that_one) {
  auto variables = jenkins();
  variables["ENVIRONMENT"] = "dev,";
  const auto seen = values(variables);
  EXPECT_EQ(seen.at("ENVIRONMENT"), "dev");
  EXPECT_EQ(seen.count("CONTEXT_COUNT"), 0U);
}

TEST_F(ContextTest, what_an_earlier_list_has_left_is_blanked) {
  auto variables = jenkins({{"CONTEXT_COUNT", "2"},
                            {"CONTEXT_1_ACCOUNT", "old"},
                            {"CONTEXT_2_ROOT_DIR", "/old"},
                            {"CONTEXT_OF_MINE", "kept"}});
  const auto single = values(variables);
  EXPECT_EQ(single.at("CONTEXT_COUNT"), "");
  EXPECT_EQ(single.at("CONTEXT_1_ACCOUNT"), "");
  EXPECT_EQ(single.at("CONTEXT_2_ROOT_DIR"), "");
  EXPECT_EQ(single.count("CONTEXT_OF_MINE"), 0U);
  variables["ENVIRONMENT"] = "dev,prod";
  variables["RELEASE_TAG"] = "r41-dev";
  const auto both = values(variables);
  EXPECT_EQ(both.at("CONTEXT_COUNT"), "2");
  EXPECT_EQ(both.at("CONTEXT_1_ACCOUNT"), "acct");
  EXPECT_EQ(both.at("CONTEXT_2_ROOT_DIR"), "");
  EXPECT_EQ(both.at("RELEASE_TAG"), "") << "one environment's value of an earlier call";
}

TEST_F(ContextTest, what_an_earlier_build_has_left_in_the_workspace_is_blanked) {
  ASSERT_TRUE(files.write("/ws/context.properties",
                          "CONTEXT_COUNT=2\nCONTEXT_1_ACCOUNT=old\nCONTEXT_2_SEGMENT=\n"
                          "RELEASE_TAG=r41-dev\n",
                          0600));
  const auto single = values(jenkins());
  EXPECT_EQ(single.at("CONTEXT_COUNT"), "");
  EXPECT_EQ(single.at("CONTEXT_1_ACCOUNT"), "");
  EXPECT_EQ(single.count("CONTEXT_2_SEGMENT"), 0U) << "it is blank already";
  auto variables = jenkins();
  variables["ENVIRONMENT"] = "dev,prod";
  EXPECT_EQ(values(variables).at("RELEASE_TAG"), "");
  ASSERT_TRUE(files.write("/ws/context.properties", "CONTEXT_COUNT=2\nX=\\u12\n", 0600));
  EXPECT_TRUE(context(jenkins())) << "a broken file is not this command's to complain about";
}

TEST_F(ContextTest, there_is_a_limit_to_a_list) {
  std::string many;
  for (int i = 0; i <= 1000; ++i)
    many += "e" + std::to_string(i) + ",";
  auto variables = jenkins();
  variables["ENVIRONMENT"] = many;
  EXPECT_FALSE(context(variables));
  EXPECT_EQ(said(), "(Fatal) ENVIRONMENT names more than 1000 environments\n");
}

TEST(Fields, blanks_run_together_and_other_separators_do_not) {
  using Fields = std::vector<std::string>;
  EXPECT_EQ(fields_of("  a  b ", " ,"), (Fields{"a", "b"}));
  EXPECT_EQ(fields_of("a,,b , c,", " ,"), (Fields{"a", "", "b", "c"}));
  EXPECT_EQ(fields_of(",a", ","), (Fields{"", "a"}));
  EXPECT_EQ(fields_of("a b\nc", ";"), (Fields{"a b", "c"}));
  EXPECT_EQ(fields_of("", ";"), Fields{});
  EXPECT_EQ(fields_of(" \n", "; ,"), Fields{});
}

// Where it goes.

class SavedTest : public ContextTest {
 protected:
  Result<Saved> save(const Destination& destination, std::vector<Property> properties) {
    return save_properties(files, destination, properties, messages);
  }
};

TEST_F(SavedTest, jenkins_gets_its_file_appended) {
  ASSERT_TRUE(files.write("/ws/context.properties", "A=1", 0600));
  ASSERT_TRUE(save({"jenkins", "/ws"}, {{"A", "2"}, {"B", "c:\\d"}}));
  EXPECT_EQ(files.read("/ws/context.properties").value_or(""), "A=1\nA=2\nB=c:\\\\d\n")
      << "a file without a line end at its end does not swallow a name";
  EXPECT_EQ(said(), "");
}

TEST_F(SavedTest, a_reference_is_written_and_warned_of) {
  ASSERT_TRUE(save({"hamletcli", "/ws"}, {{"COMMENT", "costs ${X}"}}));
  EXPECT_EQ(files.read("/ws/context.properties").value_or(""), "COMMENT=costs ${X}\n");
  EXPECT_EQ(said(),
            "(Warn) COMMENT contains \"${\", which a reader that interpolates may replace\n");
}

TEST_F(SavedTest, azure_pipelines_get_commands_of_one_line_each) {
  const auto saved = save({"azurepipelines", ""}, {{"A", "1 \t"}, {"B", "x\ny"}, {"C", ""}});
  ASSERT_TRUE(saved);
  EXPECT_EQ(saved->output,
            "##vso[task.setvariable variable=A]1\n##vso[task.setvariable variable=B]x%0Ay\n"
            "##vso[task.setvariable variable=C]\n");
}

TEST_F(SavedTest, no_place_is_no_error_but_said) {
  for (const auto& [provider, directory] : {std::pair("", "/ws"), std::pair("travis", "/ws"),
                                            std::pair("jenkins", ""), std::pair("hamletcli", "")}) {
    const auto saved = save({provider, directory}, {{"A", "1"}});
    ASSERT_TRUE(saved);
    EXPECT_FALSE(saved->somewhere);
    EXPECT_NE(said().find("(Warn) The context is written nowhere"), std::string::npos);
  }
  EXPECT_FALSE(files.exists("/ws/context.properties"));
}

TEST_F(SavedTest, a_file_that_cannot_be_written_is_an_error) {
  files.break_writes("/ws", Code::kFull);
  const auto saved = save({"jenkins", "/ws"}, {{"A", "1"}});
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().code, Code::kFull);
}

}  // namespace
}  // namespace runtask::hamlet
