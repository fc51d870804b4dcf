#include "aws/web_identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/cached_credentials.h"
#include "ecs/sts.h"
#include "sim/sim_files.h"
#include "sim/sim_http.h"
#include "sim/sim_loop.h"
#include "sim/sim_random.h"

namespace runtask::aws {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kToken = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl";

class WebIdentityTest : public testing::Test {
 protected:
  WebIdentityTest() {
    EXPECT_TRUE(files.write("/token", std::string(kToken) + "\n", 0600));
    ClientOptions sts;
    sts.region = "eu-west-1";
    sts.endpoints = *one_endpoint("https://sts.example.com", "x");
    provider = *WebIdentityCredentials::create({loop, http, random}, sts, files,
                                               {"/token", "arn:r", "me"});
  }
  void will_assume(const std::string& id) {
    auto xml = ecs::to_xml(
        ecs::AssumeRoleReply{id, "secret", "session", loop.wall_now() + 1h, "arn:me", "x"}, "id");
    const std::string end = "</AssumeRoleResponse>";
    xml.replace(xml.find(end), end.size(), "</AssumeRoleWithWebIdentityResponse>");
    http.will_answer(200, xml);
  }
  Result<Credentials> get() {
    std::optional<Result<Credentials>> got;
    const auto pending =
        provider->get([&](Result<Credentials> result) { got = std::move(result); });
    EXPECT_FALSE(got) << "answered from inside";
    loop.run();
    return *got;
  }

  sim::SimLoop loop;
  sim::SimHttp http{loop};
  sim::SimRandom random{7};
  sim::SimFiles files;
  std::unique_ptr<CredentialsProvider> provider;
};

TEST_F(WebIdentityTest, sts_gets_the_token_and_no_signature) {
  will_assume("ASIA");
  const auto got = get();
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got->keys.access_key_id, "ASIA");
  EXPECT_EQ(got->keys.session_token.reveal(), "session");
  EXPECT_EQ(got->expiry, loop.wall_now() + 1h);
  const auto& request = http.requests().at(0);
  EXPECT_EQ(sys::header_value(request.headers, "Authorization"), "");
  EXPECT_EQ(sys::header_value(request.headers, "X-Amz-Date"), "");
  const auto form = *ecs::read_form(request.body);
  EXPECT_EQ(form.at("Action"), "AssumeRoleWithWebIdentity");
  EXPECT_EQ(form.at("WebIdentityToken"), kToken) << "without the newline";
  EXPECT_EQ(form.at("RoleArn"), "arn:r");
  EXPECT_EQ(form.at("RoleSessionName"), "me");
}

TEST_F(WebIdentityTest, the_file_is_read_again_for_every_session) {
  will_assume("ONE");
  ASSERT_TRUE(get());
  ASSERT_TRUE(files.write("/token", "renewed", 0600));
  will_assume("TWO");
  ASSERT_TRUE(get());
  EXPECT_EQ(ecs::read_form(http.requests().at(1).body)->at("WebIdentityToken"), "renewed");
}

TEST_F(WebIdentityTest, no_error_shows_the_token) {
  http.will_answer(400, "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>what is " +
                            std::string(kToken) + "</Message></Error></ErrorResponse>");
  const auto got = get();
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().text(), AllOf(HasSubstr("InvalidIdentityToken"), HasSubstr("arn:r"),
                                        HasSubstr("/token"), Not(HasSubstr(kToken))));
}

TEST_F(WebIdentityTest, a_provider_that_does_not_answer_sts_is_asked_again) {
  http.will_answer(400,
                   "<ErrorResponse><Error><Code>IDPCommunicationError</Code><Message>m</Message>"
                   "</Error></ErrorResponse>");
  will_assume("ASIA");
  EXPECT_TRUE(get());
  EXPECT_EQ(http.requests().size(), 2U);
}

TEST_F(WebIdentityTest, a_missing_token_file_is_named) {
  ASSERT_TRUE(files.remove("/token"));
  const auto got = get();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kNotFound);
  EXPECT_THAT(got.error().text(), HasSubstr("/token"));
  EXPECT_TRUE(http.requests().empty());
}

TEST_F(WebIdentityTest, an_expired_token_is_told_and_not_sent_again) {
  http.will_answer(400,
                   "<ErrorResponse><Error><Code>ExpiredTokenException</Code><Message>Token expired"
                   "</Message></Error></ErrorResponse>");
  const auto got = get();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kDenied);
  EXPECT_THAT(got.error().text(), HasSubstr("Token expired"));
  EXPECT_THAT(got.error().text(), HasSubstr("/token"));
  EXPECT_EQ(http.requests().size(), 1U);
}

TEST_F(WebIdentityTest, an_empty_token_file_is_told_and_not_sent) {
  for (const char* text : {"", "\n", " \n"}) {
    ASSERT_TRUE(files.write("/token", text, 0600));
    const auto got = get();
    ASSERT_FALSE(got);
    EXPECT_THAT(got.error().text(), HasSubstr("no token"));
    EXPECT_THAT(got.error().text(), HasSubstr("/token"));
  }
  EXPECT_TRUE(http.requests().empty());
}

TEST_F(WebIdentityTest, an_answer_after_it_was_called_off_is_dropped) {
  will_assume("ASIA");
  auto pending = provider->get([](const Result<Credentials>&) { ADD_FAILURE(); });
  pending.reset();
  loop.run();
}

TEST_F(WebIdentityTest, each_setting_is_the_environments_or_else_the_profiles) {
  ASSERT_TRUE(files.write("/config",
                          "[default]\nweb_identity_token_file = /p\nrole_arn = arn:p\n"
                          "role_session_name = ps\n",
                          0600));
  const auto find = [&](std::map<std::string, std::string> variables, bool use_environment) {
    variables["AWS_CONFIG_FILE"] = "/config";
    const sys::Environment environment(std::move(variables));
    const auto shared = *SharedConfig::load(environment, files, "");
    return **find_web_identity(environment, shared, use_environment, "runtask");
  };
  const std::map<std::string, std::string> some{{"AWS_ROLE_ARN", "arn:e"},
                                                {"AWS_ROLE_SESSION_NAME", "es"}};
  EXPECT_EQ(find(some, true).role_arn, "arn:e");
  EXPECT_EQ(find(some, true).session_name, "es");
  EXPECT_EQ(find(some, true).token_file, "/p");
  EXPECT_EQ(find(some, false).role_arn, "arn:p");
  EXPECT_EQ(find(some, false).session_name, "ps");
}

}  // namespace
}  // namespace runtask::aws
