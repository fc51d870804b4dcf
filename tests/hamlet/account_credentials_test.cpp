#include "hamlet/account_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace runtask::hamlet {
namespace {

using Source = AccountCredentials::Source;
using Variables = std::map<std::string, std::string>;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kNumber = "123456789012";

// The recorded cases' account; each test changes what it is about.
class AccountCredentialsTest : public testing::Test {
 protected:
  AccountCredentialsTest() {
    question.account = "example01";
    question.provider = "aws";
    question.partition = "aws";
    question.facts = {"aws", kNumber, "", ""};
    question.has_profile = [this](const std::string& profile) -> Result<bool> {
      ++profile_questions;
      return profiles.contains(profile);
    };
  }
  Result<AccountCredentials> find(Variables variables) {
    variables.emplace("GIT_USER", "jane");
    return find_account_credentials(sys::Environment(std::move(variables)), question);
  }
  AccountCredentials found(Variables variables) {
    auto result = find(std::move(variables));
    EXPECT_TRUE(result) << (result ? "" : result.error().text());
    return result ? *result : AccountCredentials();
  }
  std::string refusal(Variables variables) {
    const auto result = find(std::move(variables));
    EXPECT_FALSE(result);
    if (result) return "none";
    EXPECT_EQ(result.error().code, Code::kUsage);
    return result.error().text();
  }

  AccountQuestion question;
  std::set<std::string> profiles;
  int profile_questions = 0;
};

Variables with_keys(Variables more) {
  more.emplace("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
  more.emplace("AWS_SECRET_ACCESS_KEY", "SECRETEXAMPLE");
  return more;
}

TEST_F(AccountCredentialsTest, keys_of_the_environment_are_the_usual_source) {  // R01
  const auto credentials = found(with_keys({}));
  EXPECT_EQ(credentials.source, Source::kKeys);
  EXPECT_EQ(credentials.source_word, "ENV");
  EXPECT_EQ(credentials.keys.access_key_id, "AKIDEXAMPLE");
  EXPECT_EQ(credentials.keys.secret_access_key.reveal(), "SECRETEXAMPLE");
  EXPECT_TRUE(credentials.keys.session_token.empty());
  EXPECT_EQ(credentials.role_arn, "");
  EXPECT_EQ(credentials.account, "example01");
  EXPECT_EQ(credentials.account_id, kNumber);
  EXPECT_EQ(credentials.account_id_source, "Account.ProviderId");
  EXPECT_EQ(credentials.session_name, "hamlet_jane");
  EXPECT_TRUE(credentials.is_identity_checked);
  EXPECT_TRUE(credentials.warnings.empty());
  EXPECT_EQ(profile_questions, 0) << "the AWS files are of no interest";
}

TEST_F(AccountCredentialsTest, a_session_token_of_the_environment_belongs_to_its_keys) {  // R78
  const auto credentials = found(with_keys({{"AWS_SESSION_TOKEN", "TOKENEXAMPLE"}}));
  EXPECT_EQ(credentials.keys.session_token.reveal(), "TOKENEXAMPLE");
}

TEST_F(AccountCredentialsTest, without_keys_the_sdks_own_chain_follows) {  // R91
  for (const auto& variables :
       {Variables{}, Variables{{"AWS_ACCESS_KEY_ID", "A"}},
        Variables{{"AWS_SECRET_ACCESS_KEY", "s"}},
        Variables{{"AWS_ACCESS_KEY_ID", ""}, {"AWS_SECRET_ACCESS_KEY", "s"}}}) {
    const auto credentials = found(variables);
    EXPECT_EQ(credentials.source, Source::kSdkChain);
    EXPECT_FALSE(credentials.is_default_files_only);
    EXPECT_TRUE(credentials.is_identity_checked);
  }
  EXPECT_EQ(found({{"HAMLET_AWS_AUTH_ROLE", "r"}}).role_arn, "arn:aws:iam::123456789012:role/r");
}

TEST_F(AccountCredentialsTest, the_accounts_own_setting_is_stronger_than_the_general_one) {
  const Variables both = with_keys({{"HAMLET_AWS_AUTH_ROLE", "base"},
                                    {"HAMLET_EXAMPLE01_AWS_AUTH_ROLE", "own"},
                                    {"HAMLET_AWS_AUTH_SOURCE", "INSTANCE:EC2"},
                                    {"HAMLET_EXAMPLE01_AWS_AUTH_SOURCE", "instance:ecs"}});
  EXPECT_EQ(found(both).role_arn, "arn:aws:iam::123456789012:role/own");
  EXPECT_EQ(found(both).source, Source::kContainer);
  auto empty = both;
  empty["HAMLET_EXAMPLE01_AWS_AUTH_ROLE"] = "";
  EXPECT_EQ(found(empty).role_arn, "arn:aws:iam::123456789012:role/base") << "empty is unset";
  question.account = "other";
  EXPECT_EQ(found(both).role_arn, "arn:aws:iam::123456789012:role/base");
  EXPECT_EQ(found(both).source, Source::kInstance);
}

TEST_F(AccountCredentialsTest, a_name_that_no_shell_can_set_counts_as_unset) {
  question.account = "my-account";
  const auto credentials = found(with_keys({{"HAMLET_MY-ACCOUNT_AWS_AUTH_ROLE", "own"},
                                            {"MY-ACCOUNT_AWS_ACCOUNT_ID", "1"},
                                            {"HAMLET_AWS_AUTH_ROLE", "base"}}));
  EXPECT_EQ(credentials.role_arn, "arn:aws:iam::123456789012:role/base");
  question.account = "";
  EXPECT_EQ(found(with_keys({{"HAMLET__AWS_AUTH_ROLE", "x"}, {"_AWS_ACCOUNT_ID", "1"}})).account_id,
            kNumber);
}

TEST_F(AccountCredentialsTest, the_source_comes_from_the_first_that_says_one) {
  struct Case {
    Variables variables;
    bool has_config_file;
    const char* word;
  };
  const Variables user = {{"BOT_AWS_ACCESS_KEY_ID", "B"}, {"BOT_AWS_SECRET_ACCESS_KEY", "s"}};
  const auto and_user = [&](Variables more) {
    more.insert(user.begin(), user.end());
    return more;
  };
  const std::vector<Case> cases = {
      {{}, false, "ENV"},
      {{}, true, "CONFIG"},
      {{{"AWS_CONFIG_FILE", "/x"}}, false, "CONFIG"},
      {{{"HAMLET_AWS_AUTH_SOURCE", "env"}}, true, "ENV"},
      {{{"HAMLET_EXAMPLE01_AWS_AUTH_SOURCE", "Env"}}, true, "ENV"},
      {{{"AWS_AUTOMATION_USER", "ROLE"}}, true, "INSTANCE"},
      {{{"AWS_AUTOMATION_USER", "ROLE"}, {"HAMLET_AWS_AUTH_SOURCE", "ENV"}}, false, "INSTANCE"},
      {{{"AWS_AUTOMATION_USER", "ROLE"}, {"HAMLET_EXAMPLE01_AWS_AUTH_SOURCE", "ENV"}},
       false,
       "ENV"},
      {and_user({{"AWS_AUTOMATION_USER", "bot"}}), true, "USER"},
      {and_user({{"AWS_AUTOMATION_USER", "bot"}, {"HAMLET_AWS_AUTH_SOURCE", "NONE"}}), false,
       "USER"},
      {{{"HAMLET_AWS_AUTH_SOURCE", "none"}}, true, "NONE"},
  };
  for (const auto& one : cases) {
    question.has_config_file = one.has_config_file;
    EXPECT_EQ(found(one.variables).source_word, one.word)
        << testing::PrintToString(one.variables) << one.has_config_file;
  }
}

TEST_F(AccountCredentialsTest, each_source_has_its_kind) {
  const std::map<std::string, Source> kinds = {{"INSTANCE", Source::kContainerOrInstance},
                                               {"instance:ecs", Source::kContainer},
                                               {"Instance:Ec2", Source::kInstance},
                                               {"none", Source::kSdkChain},
                                               {"ENV", Source::kKeys}};
  for (const auto& [word, kind] : kinds)
    EXPECT_EQ(found(with_keys({{"HAMLET_AWS_AUTH_SOURCE", word}})).source, kind) << word;
}

TEST_F(AccountCredentialsTest, an_unknown_source_is_refused_with_the_possible_ones) {  // R90
  for (const char* bad : {"bogus", "INSTANCE:", "ENV ", "ROLE"}) {
    const auto text = refusal(with_keys({{"HAMLET_EXAMPLE01_AWS_AUTH_SOURCE", bad}}));
    EXPECT_THAT(text, HasSubstr("HAMLET_EXAMPLE01_AWS_AUTH_SOURCE"));
    EXPECT_THAT(text, HasSubstr("INSTANCE:EC2"));
    EXPECT_THAT(text, HasSubstr("example01"));
  }
}

TEST_F(AccountCredentialsTest, a_users_keys_are_those_with_its_name_before_them) {
  const Variables variables = {{"HAMLET_AWS_AUTH_SOURCE", "USER"},
                               {"HAMLET_AWS_AUTH_USER", "bot"},
                               {"BOT_AWS_ACCESS_KEY_ID", "BOTKEY"},
                               {"BOT_AWS_SECRET_ACCESS_KEY", "botsecret"},
                               {"BOT_AWS_SESSION_TOKEN", "bottoken"}};
  const auto credentials = found(with_keys(variables));
  EXPECT_EQ(credentials.source, Source::kKeys);
  EXPECT_EQ(credentials.keys.access_key_id, "BOTKEY");
  EXPECT_EQ(credentials.keys.secret_access_key.reveal(), "botsecret");
  EXPECT_EQ(credentials.keys.session_token.reveal(), "bottoken") << "R81: not the access key";
}

TEST_F(AccountCredentialsTest, the_user_is_the_accounts_the_automations_or_the_general_one) {
  Variables variables = {{"HAMLET_AWS_AUTH_SOURCE", "USER"}, {"HAMLET_AWS_AUTH_USER", "C"}};
  for (const char* name : {"A", "B", "C"}) {
    variables[std::string(name) + "_AWS_ACCESS_KEY_ID"] = name;
    variables[std::string(name) + "_AWS_SECRET_ACCESS_KEY"] = "s";
  }
  EXPECT_EQ(found(variables).keys.access_key_id, "C");
  variables["AWS_AUTOMATION_USER"] = "B";
  EXPECT_EQ(found(variables).keys.access_key_id, "B");
  variables["HAMLET_EXAMPLE01_AWS_AUTH_USER"] = "A";
  EXPECT_EQ(found(variables).keys.access_key_id, "A");
}

TEST_F(AccountCredentialsTest, a_user_without_keys_or_without_a_name_is_refused) {
  EXPECT_THAT(refusal(with_keys({{"HAMLET_AWS_AUTH_SOURCE", "USER"}})),
              HasSubstr("no user is named"));
  EXPECT_THAT(refusal(with_keys({{"HAMLET_AWS_AUTH_SOURCE", "USER"},
                                 {"HAMLET_AWS_AUTH_USER", "bot"},
                                 {"BOT_AWS_SECRET_ACCESS_KEY", "hushhush"}})),
              AllOf(HasSubstr("BOT_AWS_ACCESS_KEY_ID is not set"), Not(HasSubstr("hushhush")),
                    Not(HasSubstr("SECRETEXAMPLE"))));
  EXPECT_THAT(refusal({{"AWS_AUTOMATION_USER", "bot"}, {"BOT_AWS_ACCESS_KEY_ID", "B"}}),
              HasSubstr("BOT_AWS_SECRET_ACCESS_KEY is not set"));
  EXPECT_THAT(refusal({{"AWS_AUTOMATION_USER", "my-bot"},
                       {"MY-BOT_AWS_ACCESS_KEY_ID", "B"},
                       {"MY-BOT_AWS_SECRET_ACCESS_KEY", "s"}}),
              HasSubstr("letters, digits"));
  EXPECT_THAT(refusal({{"AWS_AUTOMATION_USER", "role"}}), HasSubstr("`role`"))
      << "only ROLE in capitals means the machine's own role";
}

TEST_F(AccountCredentialsTest, a_role_is_a_name_in_the_account_or_a_whole_arn) {
  struct Case {
    const char* role;
    const char* partition;
    const char* arn;
  };
  const std::vector<Case> cases = {
      {"r", "aws", "arn:aws:iam::123456789012:role/r"},  // R79
      {"r", "", "arn:aws:iam::123456789012:role/r"},
      {"r", "aws-cn", "arn:aws-cn:iam::123456789012:role/r"},
      {"path/r", "aws-us-gov", "arn:aws-us-gov:iam::123456789012:role/path/r"},
      {"arn:aws-us-gov:iam::1:role/full", "aws", "arn:aws-us-gov:iam::1:role/full"},  // R80
      {"arn:x", "aws", "arn:aws:iam::123456789012:role/arn:x"},
  };
  for (const auto& one : cases) {
    question.partition = one.partition;
    EXPECT_EQ(found(with_keys({{"HAMLET_AWS_AUTH_ROLE", one.role}})).role_arn, one.arn);
  }
}

TEST_F(AccountCredentialsTest, the_automations_role_is_stronger_than_the_general_one_only) {
  Variables variables = with_keys({{"HAMLET_AWS_AUTH_ROLE", "c"}, {"AWS_AUTOMATION_ROLE", "b"}});
  EXPECT_EQ(found(variables).role_arn, "arn:aws:iam::123456789012:role/b");
  variables["HAMLET_EXAMPLE01_AWS_AUTH_ROLE"] = "a";
  EXPECT_EQ(found(variables).role_arn, "arn:aws:iam::123456789012:role/a");
}

TEST_F(AccountCredentialsTest, a_role_by_name_needs_the_accounts_number) {
  question.facts = {};
  EXPECT_THAT(refusal(with_keys({{"HAMLET_AWS_AUTH_ROLE", "r"}})),
              HasSubstr("HAMLET_AWS_ACCOUNT_"));
  EXPECT_EQ(found(with_keys({{"HAMLET_AWS_AUTH_ROLE", "arn:aws:iam::1:role/r"}})).role_arn,
            "arn:aws:iam::1:role/r");
}

TEST_F(AccountCredentialsTest, the_mfa_device_is_named_where_a_role_is_assumed_with_keys) {
  const std::string serial = "arn:aws:iam::1:mfa/x";
  Variables variables = with_keys({{"HAMLET_AWS_AUTH_MFA_SERIAL", serial}});
  EXPECT_EQ(found(variables).mfa_serial, "") << "nothing to assume";
  variables["HAMLET_AWS_AUTH_ROLE"] = "r";
  EXPECT_EQ(found(variables).mfa_serial, serial);
  variables["HAMLET_EXAMPLE01_AWS_AUTH_MFA_SERIAL"] = "own";
  EXPECT_EQ(found(variables).mfa_serial, "own");
  variables["HAMLET_AWS_AUTH_SOURCE"] = "INSTANCE";
  EXPECT_EQ(found(variables).mfa_serial, "");
}

TEST_F(AccountCredentialsTest, values_are_taken_literally) {  // R92
  const std::string value = "serial; touch /tmp/EVALUATED $(id) `id` $HOME";
  const auto credentials = found(
      with_keys({{"HAMLET_AWS_AUTH_MFA_SERIAL", value}, {"HAMLET_AWS_AUTH_ROLE", "a b;$(id)"}}));
  EXPECT_EQ(credentials.mfa_serial, value);
  EXPECT_EQ(credentials.role_arn, "arn:aws:iam::123456789012:role/a b;$(id)");
}

TEST_F(AccountCredentialsTest, the_accounts_number_comes_from_the_first_that_knows_it) {  // R93
  // In this order; each step takes the strongest away.
  Variables variables = with_keys({});
  const std::vector<std::string> names = {"HAMLET_EXAMPLE01_AWS_ACCOUNT_ID",
                                          "HAMLET_AWS_ACCOUNT_ID", "EXAMPLE01_AWS_ACCOUNT_ID",
                                          "AWS_ACCOUNT_ID", "PROVIDERID"};
  for (const auto& name : names)
    variables[name] = "of " + name;
  question.facts = {"aws", "of Account.ProviderId", "of Account.AWSId", "of Account.AzureId"};
  const auto expect = [&](const std::string& name) {
    const auto credentials = found(variables);
    EXPECT_EQ(credentials.account_id, "of " + name);
    EXPECT_EQ(credentials.account_id_source, name);
  };
  for (const auto& name : names) {
    expect(name);
    variables.erase(name);
  }
  expect("Account.ProviderId");
  question.facts.provider_id = "";
  expect("Account.AWSId");
  question.facts.aws_id = "";
  expect("Account.AzureId");
  question.facts.azure_id = "";
  EXPECT_EQ(found(variables).account_id, "");
  EXPECT_EQ(found(variables).account_id_source, "");
}

TEST_F(AccountCredentialsTest, the_profile_is_called_as_the_number_or_else_as_the_account) {  // R86
  question.has_config_file = true;
  profiles = {kNumber, "EXAMPLE01", "example01", "mine"};
  const Variables variables = with_keys({{"AWS_PROFILE", "mine"}});
  auto credentials = found(variables);
  EXPECT_EQ(credentials.source, Source::kProfile) << "not the keys of the environment";
  EXPECT_EQ(credentials.profile, kNumber);
  EXPECT_TRUE(credentials.warnings.empty());
  question.facts = {};
  EXPECT_EQ(found(variables).profile, "EXAMPLE01");
}

TEST_F(AccountCredentialsTest, without_such_a_profile_the_users_own_is_used_with_a_warning) {
  profiles = {"EXAMPLE01"};  // R87: the number is known, so that the name does not count.
  auto credentials = found(with_keys({{"AWS_CONFIG_FILE", "/x"}, {"AWS_PROFILE", "mine"}}));
  EXPECT_EQ(credentials.source, Source::kProfile);
  EXPECT_EQ(credentials.profile, "mine");
  ASSERT_EQ(credentials.warnings.size(), 1U);
  EXPECT_THAT(credentials.warnings[0],
              AllOf(HasSubstr(kNumber), HasSubstr("example01"), HasSubstr("AWS_PROFILE is used")));
  credentials = found(with_keys({{"AWS_CONFIG_FILE", "/x"}}));
  EXPECT_EQ(credentials.source, Source::kSdkChain);
  EXPECT_EQ(credentials.warnings.size(), 1U);
}

TEST_F(AccountCredentialsTest, files_that_cannot_be_understood_are_an_error_only_where_they_count) {
  question.has_profile = [](const std::string&) -> Result<bool> {
    return fail(Code::kUsage, "config:2: broken");
  };
  question.has_config_file = true;
  EXPECT_THAT(refusal({}), HasSubstr("config:2"));
  EXPECT_EQ(found(with_keys({{"HAMLET_AWS_AUTH_SOURCE", "ENV"}})).source, Source::kKeys);
}

TEST_F(AccountCredentialsTest, a_role_beside_a_profile_is_not_used_and_that_is_said) {
  profiles = {kNumber};
  question.has_config_file = true;
  const auto credentials = found({{"HAMLET_AWS_AUTH_ROLE", "r"}});
  EXPECT_EQ(credentials.role_arn, "");
  ASSERT_EQ(credentials.warnings.size(), 1U);
  EXPECT_THAT(credentials.warnings[0], HasSubstr("HAMLET_AWS_AUTH_ROLE is not used"));
}

TEST_F(AccountCredentialsTest, none_in_any_case_means_no_login_and_no_check) {  // R84, R85
  for (const char* none : {"NONE", "none", "None"}) {
    const auto credentials =
        found(with_keys({{"HAMLET_AWS_AUTH_SOURCE", none}, {"HAMLET_AWS_AUTH_ROLE", "r"}}));
    EXPECT_EQ(credentials.source, Source::kSdkChain);
    EXPECT_TRUE(credentials.is_default_files_only);
    EXPECT_FALSE(credentials.is_identity_checked);
    EXPECT_EQ(credentials.role_arn, "");
    ASSERT_EQ(credentials.warnings.size(), 1U);
    EXPECT_THAT(credentials.warnings[0], HasSubstr("no login"));
  }
}

TEST_F(AccountCredentialsTest, only_aws_accounts_run_tasks) {  // R94
  question.provider = "bogus";
  EXPECT_THAT(refusal(with_keys({})), HasSubstr("unknown account provider `bogus`"));
  question.provider = "azure";
  EXPECT_THAT(refusal(with_keys({})), HasSubstr("no ECS"));
  question.provider = "";
  EXPECT_EQ(found(with_keys({})).source, Source::kKeys) << "R94b: the CMDB says aws";
  question.facts.provider = "bogus";
  EXPECT_THAT(refusal(with_keys({})), HasSubstr("unknown account provider `bogus`"));
  question.provider = "aws";
  EXPECT_EQ(found(with_keys({})).source, Source::kKeys) << "ACCOUNT_PROVIDER is stronger";
  question.provider = question.facts.provider = "";
  EXPECT_EQ(found(with_keys({})).source, Source::kKeys);
}

TEST_F(AccountCredentialsTest, the_sessions_name_says_who_as_far_as_sts_allows) {
  EXPECT_EQ(found({{"GIT_USER", ""}}).session_name, "hamlet_EXAMPLE01");
  EXPECT_EQ(found({{"GIT_USER", "Jane Doe <j+d@x.org>"}}).session_name,
            "hamlet_Jane-Doe--j+d@x.org-");
  EXPECT_EQ(found({{"GIT_USER", std::string(100, 'x')}}).session_name.size(), 64U);
  question.account = "";
  EXPECT_EQ(found({{"GIT_USER", ""}}).session_name, "hamlet_");
}

}  // namespace
}  // namespace runtask::hamlet
