#include "aws/credentials.h"

#include <gtest/gtest.h>

#include "aws/settings.h"
#include "sim/sim_files.h"
#include "sim/sim_loop.h"

namespace runtask::aws {
namespace {

using Variables = std::map<std::string, std::string>;

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() { EXPECT_TRUE(files.make_directory("/home/me/.aws", 0700)); }
  void config(std::string_view text) {
    EXPECT_TRUE(files.write("/home/me/.aws/config", text, 0600));
  }
  void credentials(std::string_view text) {
    EXPECT_TRUE(files.write("/home/me/.aws/credentials", text, 0600));
  }
  Result<Credentials> find(Variables variables, const std::string& profile = {}) {
    variables.emplace("HOME", "/home/me");
    const sys::Environment environment(std::move(variables));
    const auto shared = TRY(SharedConfig::load(environment, files, profile));
    // The order of sdk_credentials(), without those that must be fetched.
    if (!shared.is_explicit()) {
      auto keys = TRY(keys_of_environment(environment));
      if (keys) return *std::move(keys);
    }
    auto keys = TRY(keys_of_credentials_file(shared));
    if (!keys) keys = TRY(keys_of_config_file(shared));
    if (keys) return *std::move(keys);
    return fail(Code::kNotFound, "none");
  }
  // The access key's id, or the error.
  std::string id(Variables variables, const std::string& profile = {}) {
    const auto found = find(std::move(variables), profile);
    return found ? found->keys.access_key_id : found.error().text();
  }
  sim::SimFiles files;
};

const Variables kKeys{{"AWS_ACCESS_KEY_ID", "ENV"}, {"AWS_SECRET_ACCESS_KEY", "s3cret"}};
constexpr const char* kFile =
    "[default]\naws_access_key_id=DEFAULT\naws_secret_access_key=s\n"
    "[x]\naws_access_key_id=X\naws_secret_access_key=s\naws_session_token=t\n";

TEST_F(CredentialsTest, the_environment_is_used_with_its_token) {
  auto variables = kKeys;
  variables["AWS_SESSION_TOKEN"] = "token";
  variables["AWS_CREDENTIAL_EXPIRATION"] = "2026-01-31T12:00:00Z";
  const auto found = find(variables);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->keys.access_key_id, "ENV");
  EXPECT_EQ(found->keys.secret_access_key.reveal(), "s3cret");
  EXPECT_EQ(found->keys.session_token.reveal(), "token");
  EXPECT_EQ(found->expiry, WallTime(Duration(1'769'860'800'000)));
}

TEST_F(CredentialsTest, an_explicit_profile_is_stronger_than_the_environment) {
  credentials(kFile);
  EXPECT_EQ(id(kKeys), "ENV");
  EXPECT_EQ(id(kKeys, "x"), "X");
  auto variables = kKeys;
  variables["AWS_PROFILE"] = "x";
  EXPECT_EQ(id(variables), "ENV");
}

TEST_F(CredentialsTest, the_profile_is_the_flag_the_environment_or_default) {
  credentials(kFile);
  EXPECT_EQ(id({}), "DEFAULT");
  EXPECT_EQ(id({{"AWS_PROFILE", "x"}}), "X");
  EXPECT_EQ(id({{"AWS_DEFAULT_PROFILE", "x"}}), "X");
  EXPECT_EQ(id({{"AWS_PROFILE", "x"}}, "default"), "DEFAULT");
  EXPECT_EQ(find({}, "x")->keys.session_token.reveal(), "t");
  EXPECT_EQ(find({}, "x")->source, "the profile `x` of /home/me/.aws/credentials");
}

TEST_F(CredentialsTest, the_credentials_file_is_stronger_than_the_config_file) {
  config(
      "[profile x]\naws_access_key_id=CONFIG\naws_secret_access_key=s\n"
      "[profile y]\naws_access_key_id=Y\naws_secret_access_key=s\n");
  EXPECT_EQ(id({}, "x"), "CONFIG");
  credentials(kFile);
  EXPECT_EQ(id({}, "x"), "X");
  EXPECT_EQ(id({}, "y"), "Y");
}

TEST_F(CredentialsTest, another_profile_of_the_same_files_is_an_explicit_one) {
  credentials(kFile);
  config("[profile y]\nregion = r\n");
  const auto shared =
      *SharedConfig::load(sys::Environment(Variables{{"HOME", "/home/me"}}), files, "");
  for (const char* name : {"x", "y", "default"})
    EXPECT_TRUE(*shared.has_profile(name)) << name;
  EXPECT_FALSE(*shared.has_profile("z"));
  EXPECT_FALSE(shared.is_explicit());
  const auto other = shared.with_profile("x");
  ASSERT_TRUE(other) << other.error().text();
  EXPECT_TRUE(other->is_explicit());
  EXPECT_EQ((*keys_of_credentials_file(*other))->keys.access_key_id, "X");
  EXPECT_EQ(shared.with_profile("y")->setting("region"), "r");
  EXPECT_EQ(shared.with_profile("y")->credentials()->get("aws_access_key_id"), "");
  EXPECT_FALSE(shared.with_profile("z"));
}

TEST_F(CredentialsTest, the_files_may_be_elsewhere) {
  EXPECT_TRUE(files.write("/home/me/other", kFile, 0600));
  EXPECT_EQ(id({{"AWS_SHARED_CREDENTIALS_FILE", "/home/me/other"}}), "DEFAULT");
  EXPECT_EQ(id({{"AWS_SHARED_CREDENTIALS_FILE", "~/other"}}), "DEFAULT");
}

TEST_F(CredentialsTest, profile_default_of_the_config_file_wins_over_default) {
  config(
      "[default]\naws_access_key_id=A\naws_secret_access_key=s\n"
      "[profile default]\naws_access_key_id=B\naws_secret_access_key=s\n");
  EXPECT_EQ(id({}), "B");
  config("[x]\naws_access_key_id=A\naws_secret_access_key=s\n");
  EXPECT_NE(id({}, "x").find("in neither"), std::string::npos)
      << "without `profile` it is no profile there";
}

TEST_F(CredentialsTest, a_missing_profile_is_named_with_who_named_it) {
  credentials(kFile);
  EXPECT_NE(id({}, "y").find("the profile `y` (--profile) is in neither"), std::string::npos);
  EXPECT_NE(id({{"AWS_PROFILE", "y"}}).find("(AWS_PROFILE)"), std::string::npos);
}

TEST_F(CredentialsTest, half_a_pair_is_an_error_and_shows_no_secret) {
  const auto text = id({{"AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI"}});
  EXPECT_NE(text.find("AWS_ACCESS_KEY_ID is missing"), std::string::npos) << text;
  EXPECT_EQ(text.find("wJalr"), std::string::npos);
  credentials("[default]\naws_access_key_id=A\n");
  EXPECT_NE(id({}).find("aws_secret_access_key is missing"), std::string::npos);
}

TEST_F(CredentialsTest, a_broken_file_is_an_error_with_its_line) {
  credentials("[default]\noops\n");
  EXPECT_NE(id({}).find("/home/me/.aws/credentials:2:"), std::string::npos);
  EXPECT_EQ(find({}).error().code, Code::kUsage);
}

TEST_F(CredentialsTest, without_a_home_there_are_no_files) {
  credentials(kFile);
  EXPECT_EQ(id({{"HOME", ""}, {"AWS_ACCESS_KEY_ID", "E"}, {"AWS_SECRET_ACCESS_KEY", "s"}}), "E");
  EXPECT_EQ(find({{"HOME", ""}}).error().code, Code::kNotFound);
}

TEST(StaticCredentials, are_given_later_on_the_loop_until_they_expire) {
  sim::SimLoop loop;
  Credentials keys{{"A", Secret("s"), Secret()}, sim::SimLoop::kWallStart + Duration(1000), "x"};
  StaticCredentials provider(loop, keys);
  std::optional<Result<Credentials>> got;
  auto pending = provider.get([&](Result<Credentials> result) { got = std::move(result); });
  EXPECT_FALSE(got);
  loop.run();
  ASSERT_TRUE(got && *got);
  EXPECT_EQ((**got).keys.access_key_id, "A");

  loop.run_for(Duration(1000));
  pending = provider.get([&](Result<Credentials> result) { got = std::move(result); });
  loop.run();
  ASSERT_FALSE(*got);
  EXPECT_EQ(got->error().code, Code::kDenied);
  EXPECT_NE(got->error().message.find("expired at 2026-01-31T00:00:01"), std::string::npos);

  got.reset();
  pending = provider.get([&](Result<Credentials> result) { got = std::move(result); });
  pending.reset();
  loop.run();
  EXPECT_FALSE(got) << "called off";
}

TEST(Settings, hold_what_flags_environment_and_files_say) {
  sim::SimFiles files;
  auto variables = kKeys;
  variables["AWS_REGION"] = "eu-west-1";
  const auto settings = find_settings(sys::Environment(variables), files, {});
  ASSERT_TRUE(settings) << settings.error().text();
  EXPECT_EQ(settings->region, "eu-west-1");
  EXPECT_EQ(settings->endpoints.ecs.url, "https://ecs.eu-west-1.amazonaws.com/");
  EXPECT_EQ(settings->shared.profile(), "default");
  EXPECT_EQ(settings->attempts_max, 3);
  EXPECT_TRUE(settings->warnings.empty());
}

TEST(Settings, the_number_of_attempts_can_be_set) {
  sim::SimFiles files;
  auto variables = kKeys;
  variables["AWS_REGION"] = "eu-west-1";
  variables["AWS_MAX_ATTEMPTS"] = "7";
  EXPECT_EQ(find_settings(sys::Environment(variables), files, {})->attempts_max, 7);
  for (const char* bad : {"0", "x", "101"}) {
    variables["AWS_MAX_ATTEMPTS"] = bad;
    EXPECT_FALSE(find_settings(sys::Environment(variables), files, {})) << bad;
  }
}

TEST(Settings, timeouts_and_certificates_can_be_set) {
  sim::SimFiles files;
  ASSERT_TRUE(files.write("/config", "[default]\nca_bundle = /profile.pem\n", 0600));
  auto variables = kKeys;
  variables["AWS_REGION"] = "eu-west-1";
  variables["AWS_CONFIG_FILE"] = "/config";
  auto settings = find_settings(sys::Environment(variables), files, {});
  ASSERT_TRUE(settings) << settings.error().text();
  EXPECT_EQ(settings->ca_bundle, "/profile.pem");
  EXPECT_FALSE(settings->connect_timeout);
  EXPECT_FALSE(settings->read_timeout);
  variables["AWS_CA_BUNDLE"] = "/own.pem";
  variables["RUNTASK_CONNECT_TIMEOUT"] = "2";
  variables["RUNTASK_READ_TIMEOUT"] = "300ms";
  settings = find_settings(sys::Environment(variables), files, {});
  EXPECT_EQ(settings->ca_bundle, "/own.pem");
  EXPECT_EQ(settings->connect_timeout, Duration(2000));
  EXPECT_EQ(settings->read_timeout, Duration(300));
  for (const char* bad : {"0", "-1", "x", "2h"}) {
    variables["RUNTASK_READ_TIMEOUT"] = bad;
    const auto refused = find_settings(sys::Environment(variables), files, {});
    ASSERT_FALSE(refused) << bad;
    EXPECT_NE(refused.error().message.find("RUNTASK_READ_TIMEOUT"), std::string::npos);
  }
}

TEST(Settings, keys_and_a_profile_in_the_environment_are_worth_a_warning) {
  sim::SimFiles files;
  ASSERT_TRUE(files.write("/credentials", kFile, 0600));
  auto variables = kKeys;
  variables["AWS_REGION"] = "eu-west-1";
  variables["AWS_PROFILE"] = "x";
  variables["AWS_SHARED_CREDENTIALS_FILE"] = "/credentials";
  const auto settings = find_settings(sys::Environment(variables), files, {});
  ASSERT_TRUE(settings) << settings.error().text();
  EXPECT_EQ(settings->warnings.size(), 1U);
  EXPECT_TRUE(find_settings(sys::Environment(variables), files, {"x", ""})->warnings.empty());
}

}  // namespace
}  // namespace runtask::aws
