#include "cli/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/client.h"
#include "ecs/sts.h"
#include "sim/sim_files.h"
#include "sim/sim_http.h"
#include "sim/sim_random.h"

namespace runtask::cli {
namespace {

using testing::HasSubstr;
using Source = hamlet::AccountCredentials::Source;
using Variables = std::map<std::string, std::string>;

constexpr const char* kNumber = "123456789012";

// A world in memory, but for the loop; nothing here is sent anywhere.
class TargetTest : public testing::Test {
 protected:
  TargetTest() { EXPECT_TRUE(files.make_directory("/home/me/.aws", 0700)); }
  // Calls `use` with a world that has these variables.
  template <class Use>
  auto in_world(Variables variables, Use use) {
    variables.emplace("HOME", "/home/me");
    variables.emplace("AWS_EC2_METADATA_DISABLED", "true");
    const sys::Environment environment(std::move(variables));
    return use(World{loop, random, files, processes, environment, screen});
  }
  Result<hamlet::AccountCredentials> find(const Variables& variables,
                                          const std::string& region = "eu-west-1") {
    return in_world(variables, [&](const World& world) {
      return find_account(world, "example01", "", {"aws", kNumber, "", ""}, region);
    });
  }
  Result<> check(const hamlet::AccountCredentials& account) {
    Target target;
    aws::ClientOptions options;
    options.endpoints = *aws::one_endpoint("https://sts.example.com", "x");
    options.attempts_max = 1;
    target.client =
        *aws::Client::create({loop, http, random}, options,
                             std::make_unique<aws::StaticCredentials>(loop, aws::Credentials{}));
    return in_world({}, [&](const World& world) { return check_account(world, target, account); });
  }
  static hamlet::AccountCredentials known() {
    hamlet::AccountCredentials account;
    account.account = "example01";
    account.source_word = "ENV";
    account.role_arn = "arn:aws:iam::123456789012:role/r";
    account.account_id = kNumber;
    account.account_id_source = "Account.ProviderId";
    return account;
  }
  void will_be(const std::string& number) {
    http.will_answer(200, ecs::to_xml(ecs::GetCallerIdentityReply{"arn:me", "u", number}, "id"));
  }

  sys::EventLoop loop;
  sim::SimHttp http{loop};
  sim::SimRandom random{7};
  sim::SimFiles files;
  sys::SystemProcesses processes{loop};
  Screen screen{Screen::Options{}};
};

// ---- Whose credentials they are

TEST_F(TargetTest, the_account_meant_may_be_used) {
  will_be(kNumber);
  EXPECT_TRUE(check(known()));
}

TEST_F(TargetTest, another_account_is_an_error_with_both_numbers) {  // R88
  will_be("999999999999");
  const auto checked = check(known());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Code::kDenied);
  EXPECT_THAT(checked.error().text(),
              AllOf(HasSubstr("999999999999"), HasSubstr(kNumber), HasSubstr("Account.ProviderId"),
                    HasSubstr("example01"), HasSubstr("role/r"), HasSubstr("ENV"),
                    HasSubstr("HAMLET_EXAMPLE01_AWS_AUTH_ROLE")));
}

TEST_F(TargetTest, a_call_that_fails_is_an_error_where_the_number_is_known) {  // R89
  http.will_answer(403, ecs::error_xml("InvalidClientTokenId", "no", "id"));
  const auto checked = check(known());
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().text(),
              AllOf(HasSubstr("InvalidClientTokenId"), HasSubstr("example01")));
}

TEST_F(TargetTest, without_a_number_there_is_nothing_to_compare_with) {
  auto unknown = known();
  unknown.account_id = "";
  will_be("999999999999");
  EXPECT_TRUE(check(unknown));
  http.will_answer(403, "");
  EXPECT_TRUE(check(unknown)) << "a warning";
}

TEST_F(TargetTest, without_a_login_nobody_is_asked) {
  auto none = known();
  none.is_identity_checked = false;
  EXPECT_TRUE(check(none));
  EXPECT_TRUE(http.requests().empty());
}

// ---- What the world says

TEST_F(TargetTest, the_users_config_file_makes_its_profiles_the_source) {
  EXPECT_EQ(find({})->source_word, "ENV");
  EXPECT_TRUE(files.make_directory("/home/me/.aws/config", 0700));
  EXPECT_EQ(find({})->source_word, "ENV") << "a directory is no file";
  EXPECT_TRUE(files.remove("/home/me/.aws/config"));
  ASSERT_TRUE(files.write("/home/me/.aws/config", "[profile 123456789012]\nregion = x\n", 0600));
  const auto found = find({{"AWS_PROFILE", "missing"}});
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->source, Source::kProfile);
  EXPECT_EQ(found->profile, kNumber);
}

TEST_F(TargetTest, a_role_is_in_the_regions_partition) {
  const Variables role{{"HAMLET_AWS_AUTH_ROLE", "r"}};
  EXPECT_EQ(find(role)->role_arn, "arn:aws:iam::123456789012:role/r");
  EXPECT_EQ(find(role, "cn-north-1")->role_arn, "arn:aws-cn:iam::123456789012:role/r");
  EXPECT_EQ(find(role, "us-gov-west-1")->role_arn, "arn:aws-us-gov:iam::123456789012:role/r");
}

TEST_F(TargetTest, what_is_known_to_be_impossible_is_an_error_before_anything_is_called) {
  const auto words = [&](const Variables& variables) {
    return in_world(variables, [&](const World& world) -> std::string {
      const auto account =
          find_account(world, "example01", "", {"aws", kNumber, "", ""}, "eu-west-1");
      if (!account) return account.error().text();
      const auto target = account_target(world, *account, "eu-west-1", {});
      return target ? "target of " + target->account : target.error().text();
    });
  };
  const Variables keys{{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "s"}};
  const auto with = [&](Variables more) {
    more.insert(keys.begin(), keys.end());
    return more;
  };
  const std::string source = "HAMLET_AWS_AUTH_SOURCE";
  EXPECT_EQ(words(keys), "target of example01");
  EXPECT_EQ(words(with({{"HAMLET_AWS_AUTH_ROLE", "r"}})), "target of example01");
  EXPECT_THAT(words({}), HasSubstr("no AWS credentials"));
  EXPECT_THAT(words({{source, "INSTANCE:ECS"}}), HasSubstr("no container's credentials"));
  EXPECT_THAT(words({{source, "INSTANCE:EC2"}}), HasSubstr("switched off"));
  EXPECT_THAT(words({{source, "INSTANCE"}}), HasSubstr("switched off"));
  EXPECT_THAT(words(with({{"AWS_CONFIG_FILE", "/none"}, {"AWS_PROFILE", "mine"}})),
              HasSubstr("`mine`"));
  EXPECT_EQ(words(with({{source, "ENV"}, {"AWS_PROFILE", "mine"}})), "target of example01")
      << "the user's profile does not count";
  EXPECT_EQ(words(with({{source, "none"}, {"AWS_PROFILE", "mine"}})), "target of example01");
  EXPECT_THAT(words(with({{"AWS_ENDPOINT_URL", "http://192.0.2.1"}})), HasSubstr("plain http"));
}

}  // namespace
}  // namespace runtask::cli
