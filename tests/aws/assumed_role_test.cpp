#include "aws/assumed_role.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/cached_credentials.h"
#include "ecs/sts.h"
#include "sim/sim_http.h"
#include "sim/sim_loop.h"
#include "sim/sim_random.h"

namespace runtask::aws {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
constexpr const char* kRoleArn = "arn:aws:iam::123456789012:role/r";

class ScriptedCodes final : public TokenCodes {
 public:
  explicit ScriptedCodes(sys::Loop& loop) : loop_(loop) {}
  [[nodiscard]] sys::PendingPtr ask(const std::string& serial,
                                    std::function<void(Result<std::string>)> done) override {
    asked.push_back(serial);
    return loop_.after(10s, [this, done = std::move(done)] { done(answer); });
  }
  std::vector<std::string> asked;
  Result<std::string> answer = std::string("123456");

 private:
  sys::Loop& loop_;
};

class AssumedRoleTest : public testing::Test {
 protected:
  void make(Role role) {
    ClientOptions options;
    options.region = "eu-west-1";
    options.endpoints = *one_endpoint("https://sts.example.com", "x");
    const Credentials source{{"AKIDEXAMPLE", Secret(kSecret), {}}, {}, "x"};
    auto made = AssumedRole::create({loop, http, random}, options,
                                    std::make_unique<StaticCredentials>(loop, source),
                                    std::move(role), codes);
    ASSERT_TRUE(made) << made.error().text();
    provider = *std::move(made);
  }
  void will_assume(const std::string& id) {
    http.will_answer(200, ecs::to_xml(ecs::AssumeRoleReply{id, "newsecret", "newtoken",
                                                           loop.wall_now() + 1h, "arn:me", "x"},
                                      "id"));
  }
  Result<Credentials> get() {
    std::optional<Result<Credentials>> got;
    const auto pending = provider->get([&](Result<Credentials> result) {
      got = std::move(result);
      loop.stop();
    });
    EXPECT_FALSE(got) << "answered from inside";
    loop.run();
    if (!got) return fail(Code::kUnavailable, "no answer");
    return *got;
  }
  ecs::FormFields form(std::size_t request) {
    return *ecs::read_form(http.requests()[request].body);
  }

  sim::SimLoop loop;
  sim::SimHttp http{loop};
  sim::SimRandom random{7};
  ScriptedCodes codes{loop};
  std::unique_ptr<CredentialsProvider> provider;
};

TEST_F(AssumedRoleTest, sts_is_asked_with_the_sources_keys) {
  make({kRoleArn, "hamlet_jane", "ext", {}, 900});
  will_assume("ASIA1");
  const auto got = get();
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got->keys.access_key_id, "ASIA1");
  EXPECT_EQ(got->keys.secret_access_key.reveal(), "newsecret");
  EXPECT_EQ(got->keys.session_token.reveal(), "newtoken");
  EXPECT_EQ(got->expiry, loop.wall_now() + 1h);
  EXPECT_THAT(got->source, HasSubstr(kRoleArn));
  EXPECT_EQ(form(0), (ecs::FormFields{{"Action", "AssumeRole"},
                                      {"Version", "2011-06-15"},
                                      {"RoleArn", kRoleArn},
                                      {"RoleSessionName", "hamlet_jane"},
                                      {"ExternalId", "ext"},
                                      {"DurationSeconds", "900"}}));
  EXPECT_EQ(http.requests()[0].url, "https://sts.example.com/");
  const auto signature = sys::header_value(http.requests()[0].headers, "Authorization");
  EXPECT_THAT(std::string(signature), HasSubstr("Credential=AKIDEXAMPLE/20260131/eu-west-1/sts/"));
}

TEST_F(AssumedRoleTest, sts_decides_how_long_unless_it_is_said) {
  make({kRoleArn, "s", {}, {}, {}});
  will_assume("A");
  ASSERT_TRUE(get());
  EXPECT_FALSE(form(0).contains("DurationSeconds"));
  EXPECT_FALSE(form(0).contains("ExternalId"));
  EXPECT_FALSE(form(0).contains("SerialNumber"));
}

TEST_F(AssumedRoleTest, a_device_is_asked_for_its_code_for_every_session) {
  make({kRoleArn, "s", {}, "arn:mfa", {}});
  will_assume("A");
  ASSERT_TRUE(get());
  EXPECT_EQ(form(0).at("SerialNumber"), "arn:mfa");
  EXPECT_EQ(form(0).at("TokenCode"), "123456");
  will_assume("B");
  ASSERT_TRUE(get());
  EXPECT_EQ(codes.asked, (std::vector<std::string>{"arn:mfa", "arn:mfa"}));
}

TEST_F(AssumedRoleTest, without_a_code_sts_is_not_asked) {
  make({kRoleArn, "s", {}, "arn:mfa", {}});
  codes.answer = fail(Code::kUnavailable, "there is no terminal");
  const auto got = get();
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().text(), AllOf(HasSubstr("no terminal"), HasSubstr(kRoleArn)));
  for (const char* bad : {"", "12345", "1234567", "12345x", "-12345"}) {
    codes.answer = std::string(bad);
    EXPECT_THAT(get().error().message, HasSubstr("6 digits")) << bad;
  }
  EXPECT_TRUE(http.requests().empty());
}

TEST_F(AssumedRoleTest, what_sts_refuses_is_told_with_the_role_and_without_secrets) {
  make({kRoleArn, "s", {}, {}, {}});
  http.will_answer(403, ecs::error_xml("AccessDenied", std::string("no, ") + kSecret, "id"));
  const auto got = get();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kDenied);
  EXPECT_THAT(got.error().text(),
              AllOf(HasSubstr("AccessDenied"), HasSubstr(kRoleArn), Not(HasSubstr("wJalr"))));
}

TEST_F(AssumedRoleTest, an_answer_that_is_cut_off_shows_no_key) {
  make({kRoleArn, "s", {}, {}, {}});
  auto xml =
      ecs::to_xml(ecs::AssumeRoleReply{"A", "hushhush", "newtoken", loop.wall_now(), "", ""}, "id");
  http.will_answer(200, xml.substr(0, xml.size() - 10));
  const auto cut = get();
  ASSERT_FALSE(cut);
  EXPECT_THAT(cut.error().text(), Not(HasSubstr("hushhush")));
  xml.replace(xml.find("<SessionToken>"), 14, "<SessionTokem>");
  http.will_answer(200, xml);
  const auto wrong = get();
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().text(), AllOf(HasSubstr("SessionToken"), Not(HasSubstr("hushhush"))));
}

TEST_F(AssumedRoleTest, a_passing_trouble_of_sts_is_tried_again) {
  make({kRoleArn, "s", {}, {}, {}});
  http.will_answer(503, "");
  http.will_fail(Code::kUnavailable, "reset", true);
  will_assume("A");
  EXPECT_TRUE(get());
}

TEST_F(AssumedRoleTest, it_can_be_called_off_at_every_step) {
  for (const char* serial : {"", "arn:mfa"}) {
    make({kRoleArn, "s", {}, serial, {}});
    for (const Duration when : {0ms, 1ms, 10'000ms, 15'000ms}) {
      http.script([](const sys::HttpRequest&) -> std::optional<sim::SimHttp::Answer> {
        return sim::SimHttp::Answer{sys::HttpReply{500, {}, ""}, 1s};
      });
      bool is_answered = false;
      auto pending = provider->get([&](const Result<Credentials>&) { is_answered = true; });
      loop.run_for(when);
      if (is_answered) continue;
      pending.reset();
      loop.run();
      EXPECT_FALSE(is_answered);
    }
  }
}

TEST_F(AssumedRoleTest, the_provider_may_go_while_sts_is_asked) {
  make({kRoleArn, "s", {}, {}, {}});
  http.will_stall();
  auto pending = provider->get([](const Result<Credentials>&) { FAIL(); });
  loop.run_for(1s);
  pending.reset();
  provider.reset();
  loop.run();
}

TEST_F(AssumedRoleTest, plain_http_to_another_machine_is_refused) {
  ClientOptions options;
  options.endpoints = *one_endpoint("http://192.0.2.1", "x");
  const auto made =
      AssumedRole::create({loop, http, random}, options,
                          std::make_unique<StaticCredentials>(loop, Credentials{}), {}, codes);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kDenied);
}

TEST_F(AssumedRoleTest, a_client_gets_a_new_session_when_the_old_one_is_refused_as_expired) {
  make({kRoleArn, "s", {}, {}, {}});
  ClientOptions options;
  options.region = "eu-west-1";
  options.endpoints = *one_endpoint("https://ecs.example.com", "x");
  auto client = *Client::create({loop, http, random}, options,
                                std::make_unique<CachedCredentials>(loop, std::move(provider)));
  const auto run = [&](const std::string& token) {
    ecs::RunTask request;
    request.client_token = token;
    std::optional<ecs::Called<ecs::RunTaskReply>> answer;
    client->call(request, [&](auto came) { answer = std::move(came); });
    loop.run_for(1min);
    return *answer;
  };
  const std::string expired = R"({"__type":"ExpiredTokenException","message":"expired"})";
  const auto key_of = [&](std::size_t request) {
    const std::string header(sys::header_value(http.requests()[request].headers, "Authorization"));
    const auto start = header.find("Credential=") + 11;
    return header.substr(start, header.find('/', start) - start);
  };

  will_assume("A");
  http.will_answer(400, expired);
  will_assume("B");
  http.will_answer(200, R"({"tasks":[],"failures":[]})");
  EXPECT_TRUE(run("token"));
  ASSERT_EQ(http.requests().size(), 4U);
  EXPECT_EQ(key_of(1), "A");
  EXPECT_EQ(key_of(3), "B");

  // Once only; and a call without a token, which was refused and not lost, as well.
  http.will_answer(400, expired);
  will_assume("C");
  http.will_answer(400, expired);
  const auto given_up = run("");
  ASSERT_FALSE(given_up);
  EXPECT_EQ(given_up.error().name, "ExpiredTokenException");
  EXPECT_FALSE(given_up.error().may_have_happened);
  EXPECT_EQ(http.requests().size(), 7U);
}

}  // namespace
}  // namespace runtask::aws
