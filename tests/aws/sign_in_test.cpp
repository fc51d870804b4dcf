#include "aws/sign_in.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/sign_in_credentials.h"
#include "sim/sim_files.h"
#include "sim/sim_http.h"
#include "sim/sim_loop.h"
#include "sim/sim_random.h"

namespace runtask::aws {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

// sha1 of "corp" and of "https://start".
constexpr const char* kSessionFile =
    "/home/me/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
constexpr const char* kLegacyFile =
    "/home/me/.aws/sso/cache/6ad0e7e61d1f47e491ea32c2031add41ef92e07d.json";
constexpr const char* kConfig =
    "[profile p]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = R/x y\n"
    "[sso-session corp]\nsso_start_url = https://start\nsso_region = eu-central-1\n"
    "[profile old]\nsso_start_url = https://start\nsso_region = eu-central-1\n"
    "sso_account_id = 1\nsso_role_name = R\n";
constexpr const char* kKeys =
    R"({"roleCredentials":{"accessKeyId":"ASIA","secretAccessKey":"s3","sessionToken":"t",)"
    R"("expiration":1769821200000,"new":1}})";

class SignInTest : public testing::Test {
 protected:
  SignInTest() {
    EXPECT_TRUE(files.make_directory("/home/me/.aws/sso/cache", 0700));
    EXPECT_TRUE(files.write("/home/me/.aws/config", kConfig, 0600));
  }
  Result<std::optional<SignInPlace>> find(const std::string& profile) {
    const sys::Environment environment(std::map<std::string, std::string>{{"HOME", "/home/me"}});
    const auto shared = TRY(SharedConfig::load(environment, files, profile));
    return find_sign_in(environment, shared);
  }
  Result<Credentials> get(const std::string& profile) {
    const auto place = TRY(find(profile));
    const SignInEndpoints endpoints{*parse_endpoint("https://portal.example.com", "x"),
                                    *parse_endpoint("https://oidc.example.com", "x")};
    const auto provider =
        TRY(SignInCredentials::create({loop, http, random}, options, endpoints, files, *place));
    std::optional<Result<Credentials>> got;
    const auto pending =
        provider->get([&](Result<Credentials> result) { got = std::move(result); });
    EXPECT_FALSE(got) << "answered from inside";
    loop.run();
    return *got;
  }
  // The session's token; `left` of its life, and what prolonging takes.
  void sign_in(Duration left, const std::string& more = kProlongable,
               const char* path = kSessionFile) {
    EXPECT_TRUE(files.write(path,
                            R"({"startUrl":"https://start","accessToken":"old-token-1",)"
                            R"("expiresAt":")" +
                                iso_time(loop.wall_now() + left) + "\"" + more + "}",
                            0600));
  }
  static constexpr const char* kProlongable =
      R"(,"refreshToken":"refresh-token","clientId":"id","clientSecret":"client-secret",)"
      R"("registrationExpiresAt":"2026-03-01T00:00:00Z","region":"eu-central-1")";

  std::string bearer(std::size_t request) {
    return std::string(
        sys::header_value(http.requests().at(request).headers, "x-amz-sso_bearer_token"));
  }

  sim::SimLoop loop;
  sim::SimHttp http{loop};
  sim::SimRandom random{7};
  sim::SimFiles files;
  ClientOptions options;
};

TEST_F(SignInTest, a_profile_names_its_session_or_is_of_the_older_form) {
  const auto place = **find("p");
  EXPECT_EQ(place.token_path, kSessionFile);
  EXPECT_EQ(place.start_url, "https://start");
  EXPECT_EQ(place.region, "eu-central-1");
  EXPECT_EQ(place.hint(), "sign in: aws sso login --sso-session corp");
  const auto old = **find("old");
  EXPECT_EQ(old.token_path, kLegacyFile);
  EXPECT_EQ(old.hint(), "sign in: aws sso login --profile old");
}

TEST_F(SignInTest, what_is_missing_or_contradicts_itself_is_named) {
  const std::map<std::string, std::string> cases = {
      {"sso_account_id = 1", "sso_role_name, sso_start_url, sso_region"},
      {"sso_role_name = R\nsso_session = nowhere", "[sso-session nowhere]"},
      {"sso_account_id = 1\nsso_role_name = R\nsso_session = corp\nsso_region = us-east-1",
       "sso_region of the profile `q`"},
  };
  for (const auto& [settings, words] : cases) {
    ASSERT_TRUE(files.write("/home/me/.aws/config",
                            std::string(kConfig) + "[profile q]\n" + settings + "\n", 0600));
    const auto found = find("q");
    ASSERT_FALSE(found) << settings;
    EXPECT_EQ(found.error().code, Code::kUsage);
    EXPECT_THAT(found.error().text(), HasSubstr(words));
  }
  ASSERT_TRUE(files.write("/home/me/.aws/config", "[profile q]\nsso_session = corp\n", 0600));
  EXPECT_FALSE(*find("q")) << "botocore: without account and role it is none";
}

TEST_F(SignInTest, the_portal_gives_keys_for_the_cached_token) {
  sign_in(8h);
  http.will_answer(200, kKeys);
  const auto got = get("p");
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got->keys.access_key_id, "ASIA");
  EXPECT_EQ(got->keys.secret_access_key.reveal(), "s3");
  EXPECT_EQ(got->keys.session_token.reveal(), "t");
  EXPECT_EQ(got->expiry, sim::SimLoop::kWallStart + 1h);
  const auto& request = http.requests().at(0);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url,
            "https://portal.example.com/federation/"
            "credentials?account_id=123456789012&role_name=R%2Fx%20y");
  EXPECT_EQ(bearer(0), "old-token-1");
  EXPECT_EQ(sys::header_value(request.headers, "Authorization"), "");
  EXPECT_GT(request.reply_bytes_max, 0U);
}

TEST_F(SignInTest, a_token_near_its_end_is_prolonged_and_put_back) {
  sign_in(14min);
  http.will_answer(200, R"({"accessToken":"new-token-2","expiresIn":3600,)"
                        R"("refreshToken":"refresh-token-2"})");
  http.will_answer(200, kKeys);
  const auto got = get("p");
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(http.requests().at(0).url, "https://oidc.example.com/token");
  EXPECT_EQ(http.requests().at(0).body,
            R"({"clientId":"id","clientSecret":"client-secret","grantType":"refresh_token",)"
            R"("refreshToken":"refresh-token"})");
  EXPECT_EQ(bearer(1), "new-token-2");
  const auto kept = read_sign_in_token(*files.read(kSessionFile), "x");
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->access_token.reveal(), "new-token-2");
  EXPECT_EQ(kept->refresh_token.reveal(), "refresh-token-2");
  EXPECT_EQ(kept->expiry, sim::SimLoop::kWallStart + 1h);
  EXPECT_THAT(*files.read(kSessionFile),
              AllOf(HasSubstr(R"("startUrl":"https://start")"),
                    HasSubstr(R"("registrationExpiresAt":"2026-03-01T00:00:00Z")"),
                    HasSubstr(R"("expiresAt":"2026-01-31T01:00:00Z")")));
  EXPECT_EQ(files.mode(kSessionFile), 0600U);
}

TEST_F(SignInTest, one_that_cannot_be_prolonged_is_used_to_its_end) {
  for (const char* more : {"", R"(,"refreshToken":"r","clientId":"i","clientSecret":"s",)"
                               R"("registrationExpiresAt":"2026-01-30T00:00:00Z")"}) {
    sign_in(5min, more);
    http.will_answer(200, kKeys);
    EXPECT_TRUE(get("p"));
  }
  sign_in(5min, kProlongable, kLegacyFile);
  http.will_answer(200, kKeys);
  EXPECT_TRUE(get("old")) << "the older form is never prolonged";
  for (const auto& request : http.requests())
    EXPECT_EQ(request.method, "GET");
  sign_in(5min);
  http.will_answer(400, R"({"error":"invalid_grant","error_description":"no"})");
  http.will_answer(200, kKeys);
  EXPECT_TRUE(get("p"));
  EXPECT_EQ(bearer(http.requests().size() - 1), "old-token-1");
}

TEST_F(SignInTest, an_ended_sign_in_says_how_to_sign_in_again) {
  auto got = get("p");
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().text(), AllOf(HasSubstr("nobody is signed in"),
                                        HasSubstr("aws sso login --sso-session corp")));
  sign_in(-1min);
  http.will_answer(400, R"({"error":"invalid_grant"})");
  got = get("p");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kDenied);
  EXPECT_THAT(got.error().text(), AllOf(HasSubstr("expired at 2026-01-30T23:59:00"),
                                        HasSubstr("aws sso login --sso-session corp")));
  ASSERT_TRUE(files.write(kSessionFile, R"({"accessToken":"secret-thing"})", 0600));
  got = get("p");
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().text(), AllOf(HasSubstr("no token in"), HasSubstr("aws sso login"),
                                        Not(HasSubstr("secret-thing"))));
  EXPECT_EQ(http.requests().size(), 1U);
}

TEST_F(SignInTest, a_refusal_of_the_portal_shows_its_words_and_no_token) {
  sign_in(8h);
  http.will_answer(sim::SimHttp::Answer{
      sys::HttpReply{401,
                     {{"x-amzn-ErrorType", "UnauthorizedException:http://x"}},
                     R"({"message":"Session token old-token-1 not found or invalid"})"}});
  auto got = get("p");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kDenied);
  EXPECT_THAT(got.error().text(),
              AllOf(HasSubstr("UnauthorizedException"), HasSubstr("not found or invalid"),
                    HasSubstr("aws sso login"), Not(HasSubstr("old-token-1"))));
  http.will_answer(sim::SimHttp::Answer{sys::HttpReply{
      403, {{"x-amzn-ErrorType", "ForbiddenException"}}, R"({"message":"No access"})"}});
  got = get("p");
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().text(), AllOf(HasSubstr("No access"), HasSubstr("123456789012")));
  EXPECT_EQ(http.requests().size(), 2U) << "final";
}

TEST_F(SignInTest, a_portal_in_trouble_is_asked_again) {
  sign_in(8h);
  http.will_answer(503, "");
  http.will_answer(sim::SimHttp::Answer{sys::HttpReply{
      429, {{"x-amzn-ErrorType", "TooManyRequestsException"}}, R"({"message":"slow down"})"}});
  http.will_answer(200, kKeys);
  EXPECT_TRUE(get("p"));
  EXPECT_EQ(http.requests().size(), 3U);
  http.will_answer(200, R"({"roleCredentials":{"accessKeyId":"only"}})");
  const auto half = get("p");
  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().code, Code::kInvalid);
}

TEST_F(SignInTest, a_plain_http_portal_elsewhere_gets_no_token) {
  const auto place = **find("p");
  const auto plain = *parse_endpoint("http://192.0.2.1", "x");
  const auto made =
      SignInCredentials::create({loop, http, random}, options, {plain, plain}, files, place);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kDenied);
}

TEST(SignInToken, times_of_older_caches_are_understood) {
  const auto token =
      read_sign_in_token(R"({"accessToken":"a","expiresAt":"2026-01-31T12:00:00UTC"})", "x");
  ASSERT_TRUE(token);
  EXPECT_EQ(iso_time(token->expiry), "2026-01-31T12:00:00.000Z");
}

TEST(SignInToken, an_answer_without_a_sensible_life_is_refused) {
  for (const char* reply :
       {"", "[]", "{}", R"({"accessToken":"a"})", R"({"accessToken":"a","expiresIn":-1})",
        R"({"accessToken":"a","expiresIn":99999999999})", R"({"accessToken":"","expiresIn":10})"})
    EXPECT_FALSE(read_prolonged(reply, {}, {})) << reply;
}

}  // namespace
}  // namespace runtask::aws
