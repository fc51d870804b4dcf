#include "aws/credentials_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ecs/sts.h"
#include "sim/sim_files.h"
#include "sim/sim_http.h"
#include "sim/sim_loop.h"
#include "sim/sim_processes.h"
#include "sim/sim_random.h"

namespace runtask::aws {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Variables = std::map<std::string, std::string>;

class NoCodes final : public TokenCodes {
 public:
  explicit NoCodes(sys::Loop& loop) : loop_(loop) {}
  [[nodiscard]] sys::PendingPtr ask(const std::string& serial,
                                    std::function<void(Result<std::string>)> done) override {
    serials.push_back(serial);
    return loop_.after(Duration(0), [done = std::move(done)] { done(std::string("000000")); });
  }
  std::vector<std::string> serials;

 private:
  sys::Loop& loop_;
};

class ChainTest : public testing::Test {
 protected:
  ChainTest() {
    EXPECT_TRUE(files.make_directory("/home/me/.aws", 0700));
    // Everybody who may be asked; what they were asked is in http.requests().
    http.script([this](const sys::HttpRequest& request) -> std::optional<sim::SimHttp::Answer> {
      const auto answer = [](std::string body) {
        return sim::SimHttp::Answer{sys::HttpReply{200, {}, std::move(body)}};
      };
      if (request.url.starts_with("https://sts.")) {
        const auto form = *ecs::read_form(request.body);
        auto xml = ecs::to_xml(ecs::AssumeRoleReply{"of " + form.at("RoleArn"), "s", "t",
                                                    loop.wall_now() + 1h, "", ""},
                               "id");
        const std::string end = "</AssumeRoleResponse>";
        if (form.contains("WebIdentityToken"))
          xml.replace(xml.find(end), end.size(), "</AssumeRoleWithWebIdentityResponse>");
        return answer(std::move(xml));
      }
      if (request.url.starts_with("https://portal.sso."))
        return answer(R"({"roleCredentials":{"accessKeyId":"SSO","secretAccessKey":"s",)"
                      R"("sessionToken":"t","expiration":1801353600000}})");
      if (request.url.starts_with("http://169.254.170.2/")) return answer(keys("CONTAINER"));
      if (!is_machine_in_cloud) return sim::SimHttp::no_connection();
      if (request.url.ends_with("/token")) return answer("token");
      if (request.url.ends_with("-credentials/")) return answer("role");
      return answer(keys("MACHINE"));
    });
  }
  static std::string keys(const std::string& id) {
    return R"({"AccessKeyId":")" + id + R"(","SecretAccessKey":"s","Token":"t"})";
  }
  void config(std::string_view text) {
    EXPECT_TRUE(files.write("/home/me/.aws/config", text, 0600));
  }
  void credentials(std::string_view text) {
    EXPECT_TRUE(files.write("/home/me/.aws/credentials", text, 0600));
  }
  // What the ways below need: a token file, a program, a sign-in (sha1 of "https://start").
  void files_ready() {
    EXPECT_TRUE(files.write("/token", "jwt\n", 0600));
    EXPECT_TRUE(files.make_directory("/home/me/.aws/sso/cache", 0700));
    EXPECT_TRUE(files.write("/home/me/.aws/sso/cache/6ad0e7e61d1f47e491ea32c2031add41ef92e07d.json",
                            R"({"accessToken":"sign-in-token","expiresAt":"2027-01-01T00:00:00Z"})",
                            0600));
    processes.script([](const sys::ProcessSpec&) -> Result<sim::Steps> {
      return sim::Steps{sim::Say{R"({"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"s"})"}};
    });
  }
  RoleAccess access() {
    RoleAccess access;
    access.sts.region = "eu-west-1";
    access.sts.endpoints = *one_endpoint("https://sts.eu-west-1.amazonaws.com", "x");
    access.session_name = "runtask";
    return access;
  }
  Result<Credentials> ask(Result<ProviderPtr> provider) {
    if (!provider) return fail(provider.error());
    std::optional<Result<Credentials>> got;
    const auto pending = (*provider)->get([&](Result<Credentials> result) {
      got = std::move(result);
      loop.stop();
    });
    loop.run();
    return *got;
  }
  Result<Credentials> find(Variables variables, const std::string& profile = {}) {
    variables.emplace("HOME", "/home/me");
    const sys::Environment environment(std::move(variables));
    const auto shared = TRY(SharedConfig::load(environment, files, profile));
    return ask(sdk_credentials(world, environment, shared, access()));
  }
  // The key's id, or the error.
  std::string id(Variables variables, const std::string& profile = {}) {
    const auto found = find(std::move(variables), profile);
    return found ? found->keys.access_key_id : found.error().text();
  }
  ecs::FormFields form(std::size_t request) {
    return *ecs::read_form(http.requests().at(request).body);
  }
  std::string signer(std::size_t request) {
    const std::string header(
        sys::header_value(http.requests().at(request).headers, "Authorization"));
    if (header.empty()) return header;
    const auto start = header.find("Credential=") + 11;
    return header.substr(start, header.find("/2026", start) - start);
  }

  sim::SimLoop loop;
  sim::SimHttp http{loop};
  sim::SimRandom random{7};
  sim::SimFiles files;
  NoCodes codes{loop};
  sim::SimProcesses processes{loop};
  const ProviderWorld world{{loop, http, random}, files, processes, codes};
  bool is_machine_in_cloud = false;
};

const Variables kKeys{{"AWS_ACCESS_KEY_ID", "ENV"}, {"AWS_SECRET_ACCESS_KEY", "s"}};
const Variables kContainer{{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c"}};
constexpr const char* kFile =
    "[default]\naws_access_key_id=DEFAULT\naws_secret_access_key=s\n"
    "[x]\naws_access_key_id=X\naws_secret_access_key=s\n";

TEST_F(ChainTest, environment_files_container_machine) {
  is_machine_in_cloud = true;
  credentials(kFile);
  auto variables = kKeys;
  variables.insert(kContainer.begin(), kContainer.end());
  EXPECT_EQ(id(variables), "ENV");
  EXPECT_EQ(id(variables, "x"), "X");
  EXPECT_EQ(id(kContainer), "DEFAULT");
  credentials("");
  EXPECT_TRUE(http.requests().empty()) << "nobody was asked so far";
  EXPECT_EQ(id(kContainer), "CONTAINER");
  EXPECT_EQ(id({}), "MACHINE");
  config("[profile only-region]\nregion = eu-west-1\n");
  EXPECT_EQ(id(kKeys, "only-region"), "MACHINE") << "an agent's own role";
}

TEST_F(ChainTest, none_at_all_says_what_to_do_after_a_second) {
  const auto found = find({});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::kDenied);
  EXPECT_THAT(found.error().text(), AllOf(HasSubstr("no AWS credentials"), HasSubstr("--local"),
                                          HasSubstr("169.254.169.254")));
  EXPECT_EQ(loop.now(), 1s);
  const auto off = find({{"AWS_EC2_METADATA_DISABLED", "true"}});
  ASSERT_FALSE(off);
  EXPECT_EQ(off.error().code, Code::kUsage);
  EXPECT_THAT(off.error().text(), HasSubstr("no AWS credentials"));
  EXPECT_EQ(loop.now(), 1s);
}

TEST_F(ChainTest, half_a_pair_is_an_error_and_not_a_reason_to_look_further) {
  is_machine_in_cloud = true;
  EXPECT_THAT(id({{"AWS_ACCESS_KEY_ID", "A"}}), HasSubstr("AWS_SECRET_ACCESS_KEY is missing"));
}

TEST_F(ChainTest, aws_login_is_named_as_not_supported) {
  config("[profile p]\nlogin_session = s\n");
  const auto found = find({}, "p");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::kUsage);
  EXPECT_THAT(found.error().text(),
              AllOf(HasSubstr("login_session"), HasSubstr("export-credentials --profile p")));
  credentials("[p]\naws_access_key_id=P\naws_secret_access_key=s\n");
  EXPECT_EQ(id({}, "p"), "P") << "keys in the credentials file come before it";
}

// One way after the other is taken away, from the strongest to the weakest.
TEST_F(ChainTest, the_ways_of_a_profile_are_tried_in_the_sdks_order) {
  files_ready();
  const std::vector<std::string> ways = {"web_identity_token_file = /token\nrole_arn = arn:web\n",
                                         "sso_account_id = 1\nsso_role_name = R\nsso_region = "
                                         "eu-west-1\nsso_start_url = https://start\n",
                                         "", "credential_process = /bin/p\n",
                                         "aws_access_key_id=CONFIG\naws_secret_access_key=s\n"};
  const std::vector<std::string> ids = {"of arn:web", "SSO", "STORED", "PROCESS", "CONFIG"};
  for (std::size_t first = 0; first < ways.size(); ++first) {
    std::string text = "[profile p]\n";
    for (std::size_t i = first; i < ways.size(); ++i)
      text += ways[i];
    config(text);
    credentials(first <= 2 ? "[p]\naws_access_key_id=STORED\naws_secret_access_key=s\n" : "");
    EXPECT_EQ(id({}, "p"), ids[first]) << text;
  }
}

TEST_F(ChainTest, what_is_not_needed_is_not_looked_at) {
  // Nothing but what is asked for exists: reading the token, starting the program or asking
  // somebody would be an error or a request.
  config(
      "[default]\naws_access_key_id=D\naws_secret_access_key=s\n"
      "[profile p]\nsso_account_id = 1\nsso_role_name = R\nsso_region = eu-west-1\n"
      "sso_start_url = https://start\n");
  EXPECT_EQ(id(kKeys), "ENV");
  EXPECT_EQ(id({}), "D");
  EXPECT_TRUE(http.requests().empty());
  EXPECT_TRUE(processes.started().empty());
  // What is a directory cannot be read.
  ASSERT_TRUE(files.make_directory("/home/me/.aws/credentials", 0700));
  EXPECT_EQ(id(kKeys), "ENV");
  auto named = kKeys;
  named["AWS_PROFILE"] = "p";
  EXPECT_EQ(id(named), "ENV") << "the config file has that profile";
  EXPECT_THAT(id({}), HasSubstr("Is a directory")) << "and here it may be needed";
}

TEST_F(ChainTest, the_environments_web_identity_needs_no_profile_and_yields_to_an_explicit_one) {
  files_ready();
  credentials(kFile);
  const Variables identity{{"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"}, {"AWS_ROLE_ARN", "arn:w"}};
  EXPECT_EQ(id(identity), "of arn:w");
  EXPECT_EQ(form(0).at("WebIdentityToken"), "jwt");
  EXPECT_EQ(form(0).at("RoleSessionName"), "runtask");
  EXPECT_EQ(signer(0), "") << "the token is the proof";
  EXPECT_EQ(id(identity, "x"), "X");
  auto with_keys = identity;
  with_keys.insert(kKeys.begin(), kKeys.end());
  EXPECT_EQ(id(with_keys), "ENV");
  EXPECT_THAT(id({{"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"}}), HasSubstr("AWS_ROLE_ARN"));
}

TEST_F(ChainTest, a_source_profile_may_have_any_way) {
  files_ready();
  config(
      "[profile r]\nrole_arn = arn:r\nsource_profile = s\n"
      "[profile s]\ncredential_process = /bin/p\n"
      "[profile r2]\nrole_arn = arn:r2\nsource_profile = s2\n"
      "[profile s2]\nrole_arn = arn:s2\nweb_identity_token_file = /token\n");
  EXPECT_EQ(id({}, "r"), "of arn:r");
  EXPECT_EQ(signer(0), "PROCESS");
  EXPECT_EQ(id({}, "r2"), "of arn:r2");
  EXPECT_EQ(signer(2), "of arn:s2");
}

TEST_F(ChainTest, a_profiles_role_is_assumed_with_the_keys_of_its_source) {
  credentials(kFile);
  config(
      "[profile r]\nrole_arn = arn:r\nsource_profile = x\nexternal_id = e\nmfa_serial = m\n"
      "role_session_name = n\nduration_seconds = 1800\n"
      "[profile plain]\nrole_arn = arn:p\nsource_profile = default\n");
  EXPECT_EQ(id({}, "r"), "of arn:r");
  EXPECT_EQ(signer(0), "X");
  EXPECT_EQ(form(0).at("RoleSessionName"), "n");
  EXPECT_EQ(form(0).at("ExternalId"), "e");
  EXPECT_EQ(form(0).at("SerialNumber"), "m");
  EXPECT_EQ(form(0).at("DurationSeconds"), "1800");
  EXPECT_EQ(codes.serials, std::vector<std::string>{"m"});
  EXPECT_EQ(id({{"AWS_PROFILE", "plain"}}), "of arn:p");
  EXPECT_EQ(signer(1), "DEFAULT");
  EXPECT_EQ(form(1).at("RoleSessionName"), "runtask");
}

TEST_F(ChainTest, a_profiles_role_is_stronger_than_its_own_keys_and_may_use_them) {
  credentials(
      "[x]\naws_access_key_id=X\naws_secret_access_key=s\nrole_arn=arn:x\nsource_profile=x\n");
  EXPECT_EQ(id({}, "x"), "of arn:x");
  EXPECT_EQ(signer(0), "X");
}

TEST_F(ChainTest, roles_may_be_chained_but_not_in_a_circle) {
  credentials(kFile);
  config(
      "[profile a]\nrole_arn = arn:a\nsource_profile = b\n"
      "[profile b]\nrole_arn = arn:b\nsource_profile = x\n"
      "[profile c]\nrole_arn = arn:c\nsource_profile = d\n"
      "[profile d]\nrole_arn = arn:d\nsource_profile = c\n");
  EXPECT_EQ(id({}, "a"), "of arn:a");
  EXPECT_EQ(form(0).at("RoleArn"), "arn:b");
  EXPECT_EQ(signer(1), "of arn:b");
  EXPECT_THAT(id({}, "c"), HasSubstr("its own source"));
}

TEST_F(ChainTest, five_roles_in_a_row_are_as_many_as_there_may_be) {
  credentials(kFile);
  std::string roles = "[profile p5]\nrole_arn = arn:5\nsource_profile = x\n";
  for (int i = 0; i < 5; ++i)
    roles += "[profile p" + std::to_string(i) + "]\nrole_arn = arn:" + std::to_string(i) +
             "\nsource_profile = p" + std::to_string(i + 1) + "\n";
  config(roles);
  EXPECT_EQ(id({}, "p1"), "of arn:1");
  EXPECT_THAT(id({}, "p0"), HasSubstr("more than 5 roles in a row"));
}

TEST_F(ChainTest, a_profiles_role_may_be_assumed_with_what_the_machine_has) {
  is_machine_in_cloud = true;
  config(
      "[profile e]\nrole_arn = arn:e\ncredential_source = Environment\n"
      "[profile c]\nrole_arn = arn:c\ncredential_source = EcsContainer\n"
      "[profile i]\nrole_arn = arn:i\ncredential_source = Ec2InstanceMetadata\n");
  EXPECT_EQ(id(kKeys, "e"), "of arn:e");
  EXPECT_EQ(signer(0), "ENV");
  EXPECT_EQ(id(kContainer, "c"), "of arn:c");
  EXPECT_EQ(signer(2), "CONTAINER");
  EXPECT_EQ(id({}, "i"), "of arn:i");
  EXPECT_EQ(signer(6), "MACHINE");
  EXPECT_THAT(id({}, "e"), HasSubstr("none are set"));
  EXPECT_THAT(id({}, "c"), HasSubstr("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set"));
  EXPECT_THAT(id({{"AWS_EC2_METADATA_DISABLED", "true"}}, "i"), HasSubstr("switched off"));
}

TEST_F(ChainTest, a_role_without_a_sensible_source_is_an_error_before_anything_is_asked) {
  credentials(kFile);
  const std::map<std::string, std::string> cases = {
      {"", "neither source_profile nor"},
      {"source_profile = x\ncredential_source = Environment", "both source_profile and"},
      {"credential_source = Moon", "none of Environment"},
      {"source_profile = nobody", "`nobody` is in neither"},
      {"source_profile = empty", "has no keys"},
      {"source_profile = x\nduration_seconds = 60", "duration_seconds"},
      {"source_profile = x\nduration_seconds = 1h", "duration_seconds"},
  };
  for (const auto& [settings, words] : cases) {
    config("[profile p]\nrole_arn = arn:p\n" + settings + "\n[profile empty]\nregion = x\n");
    const auto found = find({}, "p");
    ASSERT_FALSE(found) << settings;
    EXPECT_EQ(found.error().code, Code::kUsage);
    EXPECT_THAT(found.error().text(), HasSubstr(words));
  }
  EXPECT_TRUE(http.requests().empty());
}

TEST_F(ChainTest, the_instances_source_prefers_the_container) {
  is_machine_in_cloud = true;
  const auto of = [&](const Variables& variables) {
    const sys::Environment environment(variables);
    const auto shared = *SharedConfig::load(environment, files, "");
    const auto found = ask(container_or_instance_credentials(world, environment, shared));
    return found ? found->keys.access_key_id : found.error().text();
  };
  EXPECT_EQ(of(kContainer), "CONTAINER");
  EXPECT_EQ(of({}), "MACHINE");
  EXPECT_EQ(of({{"ECS_CONTAINER_METADATA_URI_V4", "http://127.0.0.1:9/"}}), "MACHINE")
      << "a container without a role of its own";
}

TEST_F(ChainTest, fetched_keys_are_kept) {
  const auto provider = container_credentials(world, sys::Environment(kContainer));
  ASSERT_TRUE(provider);
  for (int i = 0; i < 3; ++i) {
    const auto pending = (*provider)->get([](const Result<Credentials>&) {});
    loop.run();
  }
  EXPECT_EQ(http.requests().size(), 1U);
}

}  // namespace
}  // namespace runtask::aws
