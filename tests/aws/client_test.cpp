#include "aws/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
constexpr const char* kToken = "FwoGZXIvYXdzEXAMPLETOKEN/with+signs==";

class ClientTest : public testing::Test {
 protected:
  void make(const std::string& url = "https://ecs.example.com", const std::string& token = {}) {
    ClientOptions options;
    options.region = "eu-west-1";
    options.endpoints = *one_endpoint(url, "AWS_ENDPOINT_URL");
    options.user_agent = "runtask/1";
    options.on_silence = [this](const std::string& text) { silences.push_back(text); };
    const Credentials credentials{{"AKIDEXAMPLE", Secret(kSecret), Secret(token)}, {}, "x"};
    auto made = Client::create({loop, http, random}, options,
                               std::make_unique<StaticCredentials>(loop, credentials));
    ASSERT_TRUE(made) << made.error().text();
    client = *std::move(made);
  }
  template <class Operation>
  ecs::Called<typename Operation::Reply> call(const Operation& request) {
    std::optional<ecs::Called<typename Operation::Reply>> answer;
    int answers = 0;
    client->call(request, [&](ecs::Called<typename Operation::Reply> came) {
      answer = std::move(came);
      ++answers;
    });
    EXPECT_FALSE(answer) << "answered from inside the call";
    loop.run();
    EXPECT_EQ(answers, 1);
    return *std::move(answer);
  }
  template <class Operation>
  ecs::CallError failure(const Operation& request) {
    const auto answer = call(request);
    EXPECT_FALSE(answer);
    return answer ? ecs::CallError() : answer.error();
  }
  void will_answer(int status, std::string body, std::vector<sys::Header> headers) {
    http.will_answer(
        sim::SimHttp::Answer{sys::HttpReply{status, std::move(headers), std::move(body)}});
  }
  std::string header(std::size_t request, std::string_view name) {
    return std::string(sys::header_value(http.requests().at(request).headers, name));
  }

  sim::SimLoop loop;
  sim::SimHttp http{loop};
  sim::SimRandom random{7};
  std::unique_ptr<Client> client;
  std::vector<std::string> silences;
};

constexpr const char* kTasks = R"({"tasks":[{"taskArn":"arn:t"}],"failures":[]})";

ecs::RunTask run_task(std::string token) {
  ecs::RunTask request;
  request.task_definition = "f";
  request.client_token = std::move(token);
  return request;
}

TEST_F(ClientTest, sends_a_signed_request_and_reads_the_reply) {
  make("http://127.0.0.1:8000");
  http.will_answer(200, kTasks);
  const auto reply = call(ecs::DescribeTasks{"c", {"t"}, {}});
  ASSERT_TRUE(reply) << reply.error().error.text();
  EXPECT_EQ(reply->tasks.at(0).task_arn, "arn:t");

  ASSERT_EQ(http.requests().size(), 1U);
  const auto& request = http.requests()[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://127.0.0.1:8000/");
  EXPECT_EQ(request.body, R"({"cluster":"c","tasks":["t"]})");
  EXPECT_GT(request.timeout, 0s);
  EXPECT_GT(request.connect_timeout, 0s);
  EXPECT_GT(request.reply_bytes_max, 6U << 20U);
  EXPECT_EQ(header(0, "Host"), "127.0.0.1:8000");
  EXPECT_EQ(header(0, "Content-Type"), "application/x-amz-json-1.1");
  EXPECT_EQ(header(0, "X-Amz-Target"), "AmazonEC2ContainerServiceV20141113.DescribeTasks");
  EXPECT_EQ(header(0, "X-Amz-Date"), "20260131T000000Z");
  EXPECT_EQ(header(0, "User-Agent"), "runtask/1");
  EXPECT_EQ(header(0, "amz-sdk-request"), "attempt=1; max=3");
  EXPECT_EQ(header(0, "amz-sdk-invocation-id").size(), 36U);
}

TEST_F(ClientTest, the_signature_is_that_of_the_headers_sent_but_not_of_those_that_proxies_change) {
  make("https://ecs.example.com", kToken);
  http.will_answer(200, kTasks);
  ASSERT_TRUE(call(ecs::DescribeTasks{"c", {"t"}, {}}));
  const auto authorization = ecs::parse_authorization(header(0, "Authorization"));
  ASSERT_TRUE(authorization) << authorization.error().text();
  EXPECT_EQ(authorization->scope.text(), "20260131/eu-west-1/ecs/aws4_request");
  EXPECT_EQ(authorization->signed_headers,
            (std::vector<std::string>{"content-type", "host", "x-amz-date", "x-amz-security-token",
                                      "x-amz-target"}));
  ecs::SigningRequest request{"POST", "/", "", {}, http.requests()[0].body};
  for (const auto& name : authorization->signed_headers)
    request.headers.push_back({name, header(0, name)});
  const auto to_sign = ecs::string_to_sign(header(0, "X-Amz-Date"), authorization->scope,
                                           ecs::canonical_request(request));
  EXPECT_EQ(authorization->signature,
            ecs::signature(ecs::signing_key(Secret(kSecret), authorization->scope), to_sign));
}

TEST_F(ClientTest, logs_and_sts_are_called_under_their_own_names) {
  make();
  http.will_answer(200, R"({"events":[]})");
  ASSERT_TRUE(call(ecs::GetLogEvents{}));
  EXPECT_EQ(header(0, "X-Amz-Target"), "Logs_20140328.GetLogEvents");
  EXPECT_THAT(header(0, "Authorization"), HasSubstr("/eu-west-1/logs/aws4_request"));

  http.will_answer(200, ecs::to_xml(ecs::GetCallerIdentityReply{"arn:me", "u", "1"}, "id"));
  const auto identity = call(ecs::GetCallerIdentity{});
  ASSERT_TRUE(identity) << identity.error().error.text();
  EXPECT_EQ(identity->arn, "arn:me");
  EXPECT_EQ(http.requests()[1].body, "Action=GetCallerIdentity&Version=2011-06-15");
  EXPECT_EQ(header(1, "X-Amz-Target"), "");
  EXPECT_THAT(header(1, "Content-Type"), HasSubstr("x-www-form-urlencoded"));
  EXPECT_THAT(header(1, "Authorization"), HasSubstr("/sts/aws4_request"));
}

TEST_F(ClientTest, plain_http_to_another_machine_is_refused_unless_allowed) {
  ClientOptions options;
  options.endpoints = *one_endpoint("http://192.0.2.1:1", "x");
  const auto create = [&] {
    return Client::create({loop, http, random}, options,
                          std::make_unique<StaticCredentials>(loop, Credentials{}));
  };
  ASSERT_FALSE(create());
  EXPECT_EQ(create().error().code, Code::kDenied);
  options.allow_insecure_http = true;
  EXPECT_TRUE(create());
}

// ---- What goes wrong, in plain words

TEST_F(ClientTest, refused_says_where_and_that_nothing_happened) {
  make("http://127.0.0.1:1");
  for (int i = 0; i < 3; ++i)
    http.will_fail(Code::kUnavailable, "cannot connect to 127.0.0.1:1: connection refused", false);
  const auto error = failure(run_task(""));
  EXPECT_THAT(error.error.message, HasSubstr("RunTask: cannot connect to 127.0.0.1:1"));
  EXPECT_THAT(error.error.text(), HasSubstr("after 3 attempts"));
  EXPECT_THAT(error.error.hint, HasSubstr("AWS_ENDPOINT_URL"));
  EXPECT_EQ(error.http_status, 0);
  EXPECT_FALSE(error.may_have_happened);
  EXPECT_EQ(http.requests().size(), 3U);
}

TEST_F(ClientTest, what_could_not_be_sent_at_all_is_not_the_addresss_fault) {
  make();
  http.will_fail(Code::kUsage, "the value of the header `X` must be one line", false);
  const auto error = failure(ecs::DescribeTasks{});
  EXPECT_EQ(error.error.hint, "");
  EXPECT_EQ(http.requests().size(), 1U);
}

TEST_F(ClientTest, a_reset_may_have_happened) {
  make();
  http.will_fail(Code::kUnavailable, "no whole answer: connection reset by peer", true);
  const auto error = failure(run_task("token"));
  EXPECT_THAT(error.error.message, HasSubstr("connection reset"));
  EXPECT_TRUE(error.may_have_happened);
}

TEST_F(ClientTest, a_stall_ends_in_a_timeout) {
  make();
  for (int i = 0; i < 3; ++i)
    http.will_stall();
  const auto error = failure(ecs::DescribeTasks{});
  EXPECT_EQ(error.error.code, Code::kTimeout);
  EXPECT_TRUE(error.may_have_happened);
  EXPECT_LE(loop.now(), 3 * 5s + 3s);
}

TEST_F(ClientTest, what_takes_ecs_longer_may_be_silent_for_longer) {
  make();
  const auto silence = [&](const auto& request) {
    http.will_answer(400, "{}");
    (void)failure(request);
    return http.requests().back().silence_max.value_or(0s);
  };
  EXPECT_EQ(silence(ecs::DescribeTasks{}), kSilenceMax);
  EXPECT_EQ(silence(ecs::StopTask{}), kSilenceMax);
  EXPECT_EQ(silence(ecs::DescribeTaskDefinition{}), kSilenceMax);
  EXPECT_EQ(silence(run_task("token")), kSilenceMaxOfWork);
  EXPECT_EQ(silence(ecs::GetLogEvents{}), kSilenceMaxOfWork);
  EXPECT_EQ(silence(ecs::FilterLogEvents{}), kSilenceMaxOfWork);
}

TEST_F(ClientTest, a_web_page_is_named_and_not_taken_for_a_reply) {
  make();
  will_answer(200, "<html><title>Welcome</title></html>", {{"Content-Type", "text/html"}});
  const auto error = failure(run_task("token"));
  EXPECT_THAT(error.error.message, HasSubstr("a web page (text/html) titled `Welcome`"));
  EXPECT_THAT(error.error.hint, HasSubstr("proxy"));
  EXPECT_TRUE(error.may_have_happened);
}

TEST_F(ClientTest, a_wrong_content_type_is_named) {
  make();
  will_answer(200, kTasks, {{"Content-Type", "text/plain"}});
  EXPECT_THAT(failure(ecs::DescribeTasks{}).error.message, HasSubstr("(text/plain)"));
  will_answer(200, kTasks, {});
  EXPECT_TRUE(call(ecs::DescribeTasks{})) << "some servers say none";
  will_answer(200, kTasks, {{"content-type", "Application/JSON; charset=utf-8"}});
  EXPECT_TRUE(call(ecs::DescribeTasks{}));
}

TEST_F(ClientTest, half_a_body_is_an_answer_that_cannot_be_understood) {
  make();
  http.will_answer(200, std::string(kTasks).substr(0, 20));
  const auto error = failure(run_task("token"));
  EXPECT_EQ(error.error.code, Code::kInvalid);
  EXPECT_THAT(error.error.message, HasSubstr("RunTask: the answer cannot be understood"));
  EXPECT_THAT(error.error.message, Not(HasSubstr("\n")));
  EXPECT_TRUE(error.may_have_happened);
  http.will_answer(200, "");
  EXPECT_THAT(failure(ecs::DescribeTasks{}).error.message, HasSubstr("cannot be understood"));
}

TEST_F(ClientTest, a_reply_of_wrong_types_is_told_with_its_path) {
  make();
  http.will_answer(200, R"({"tasks":[{"taskArn":1}]})");
  EXPECT_THAT(failure(run_task("t")).error.message, HasSubstr("/tasks[0]/taskArn"));
}

TEST_F(ClientTest, aws_own_errors_keep_their_words_name_and_request_id) {
  make();
  will_answer(400, R"({"__type":"ns#ClusterNotFoundException","message":"Cluster not found."})",
              {{"x-amzn-RequestId", "id-1"}});
  const auto error = failure(run_task("t"));
  EXPECT_EQ(error.error.message, "RunTask: Cluster not found (ClusterNotFoundException)");
  EXPECT_EQ(error.name, "ClusterNotFoundException");
  EXPECT_EQ(error.error.code, Code::kNotFound);
  EXPECT_EQ(error.request_id, "id-1");
  EXPECT_EQ(error.http_status, 400);
  EXPECT_FALSE(error.may_have_happened);
  EXPECT_EQ(http.requests().size(), 1U) << "final";
}

TEST_F(ClientTest, a_wrong_key_and_an_expired_token_say_what_to_do) {
  make();
  http.will_answer(400, R"({"__type":"UnrecognizedClientException","message":"m"})");
  EXPECT_THAT(failure(run_task("t")).error.hint, HasSubstr("does not know the access key"));
  http.will_answer(400, R"({"__type":"ExpiredTokenException","message":"m"})");
  EXPECT_THAT(failure(run_task("t")).error.hint, HasSubstr("expired"));
  http.will_answer(403, "");
  EXPECT_EQ(failure(run_task("t")).error.code, Code::kDenied);
}

TEST_F(ClientTest, no_secret_comes_back_in_an_error) {
  make("https://ecs.example.com", kToken);
  const auto check = [&](const std::string& body) {
    http.will_answer(403, body);
    const auto text = failure(ecs::DescribeTasks{}).error.text();
    EXPECT_THAT(text, Not(HasSubstr("wJalrXUtnFEMI")));
    EXPECT_THAT(text, Not(HasSubstr("FwoGZXIvYXdz")));
  };
  const std::string escaped = "FwoGZXIvYXdzEXAMPLETOKEN\\/with\\u002bsigns==";
  check(R"({"__type":"AccessDenied","message":"you sent )" + std::string(kToken) + "\"}");
  check(R"({"__type":"AccessDenied","message":"you sent )" + escaped + "\"}");
  check(R"({"__type":"AccessDenied","message":"you sent )" + std::string(kSecret) + "\"}");
  check("<html><title>" + std::string(kToken) + "</title>");
  check("<ErrorResponse><Error><Code>X</Code><Message>" + std::string(kToken) +
        "</Message></Error></ErrorResponse>");
  check(R"({"__type":"InvalidSignatureException","message":"No. The Canonical String for this )"
        R"(request should have been 'POST x-amz-security-token:)" +
        std::string(kToken) + "'\"}");
}

TEST_F(ClientTest, expired_credentials_are_an_error_before_anything_is_sent) {
  make();
  const Credentials old{{"A", Secret(kSecret), Secret()}, loop.wall_now(), "the environment"};
  ClientOptions options;
  options.region = "r";
  options.endpoints = *one_endpoint("https://x", "y");
  client = *Client::create({loop, http, random}, options,
                           std::make_unique<StaticCredentials>(loop, old));
  const auto error = failure(run_task("t"));
  EXPECT_THAT(error.error.text(), HasSubstr("expired"));
  EXPECT_THAT(error.error.text(), HasSubstr("while calling RunTask"));
  EXPECT_FALSE(error.may_have_happened);
  EXPECT_TRUE(http.requests().empty());
}

// ---- Trying again

TEST_F(ClientTest, a_throttled_call_is_tried_again_under_the_same_invocation_id) {
  make();
  http.will_answer(400, R"({"__type":"ThrottlingException","message":"Rate exceeded"})");
  http.will_answer(503, "");
  http.will_answer(200, kTasks);
  ASSERT_TRUE(call(ecs::DescribeTasks{}));
  ASSERT_EQ(http.requests().size(), 3U);
  EXPECT_EQ(header(0, "amz-sdk-invocation-id"), header(2, "amz-sdk-invocation-id"));
  EXPECT_EQ(header(2, "amz-sdk-request"), "attempt=3; max=3");
  EXPECT_GT(loop.now(), 0s);
  EXPECT_LT(loop.now(), 3s);
}

TEST_F(ClientTest, there_are_three_attempts_and_not_more) {
  make();
  for (int i = 0; i < 5; ++i)
    http.will_answer(400, R"({"__type":"ThrottlingException","message":"Rate exceeded"})");
  EXPECT_EQ(failure(ecs::DescribeTasks{}).error.code, Code::kThrottled);
  EXPECT_EQ(http.requests().size(), 3U);
}

TEST_F(ClientTest, calls_share_what_may_be_spent_on_trying_again) {
  make();
  http.script([](const sys::HttpRequest& request) {
    const bool is_fine = request.body.find("fine") != std::string::npos;
    return sim::SimHttp::Answer{sys::HttpReply{is_fine ? 200 : 503, {}, is_fine ? kTasks : ""}};
  });
  const auto attempts = [&](const ecs::DescribeTasks& request) {
    const auto before = http.requests().size();
    (void)call(request);
    return http.requests().size() - before;
  };
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(attempts({}), 3U) << i;
  EXPECT_EQ(attempts({}), 1U) << "500 tokens have been spent, 5 at a time";
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(attempts({"fine", {}, {}}), 1U);
  EXPECT_EQ(attempts({}), 2U) << "five successes earned one more";
}

TEST_F(ClientTest, the_users_own_patience_counts_instead) {
  ClientOptions options;
  options.region = "eu-west-1";
  options.endpoints = *one_endpoint("https://ecs.example.com", "x");
  options.silence_max = 700ms;
  client = *Client::create({loop, http, random}, options,
                           std::make_unique<StaticCredentials>(loop, Credentials{}));
  http.will_answer(400, "{}");
  (void)failure(run_task("t"));
  EXPECT_EQ(http.requests().back().silence_max, Duration(700ms));
}

TEST_F(ClientTest, run_task_after_a_lost_answer_is_left_to_the_caller) {
  make();
  for (const auto* token : {"", "token"}) {
    const auto before = http.requests().size();
    http.will_fail(Code::kUnavailable, "reset", true);
    EXPECT_TRUE(failure(run_task(token)).may_have_happened);
    http.will_answer(500, R"({"__type":"ServerException"})");
    EXPECT_TRUE(failure(run_task(token)).may_have_happened);
    EXPECT_EQ(http.requests().size(), before + 2);
    EXPECT_TRUE(http.requests().back().is_sent_once);
  }
  http.will_answer(200, kTasks);
  ASSERT_TRUE(call(ecs::DescribeTasks{}));
  EXPECT_FALSE(http.requests().back().is_sent_once);
}

TEST_F(ClientTest, run_task_that_surely_did_not_arrive_is_sent_again_without_a_token) {
  make();
  http.will_fail(Code::kUnavailable, "refused", false);
  http.will_answer(400, R"({"__type":"ThrottlingException"})");
  http.will_answer(200, kTasks);
  EXPECT_TRUE(call(run_task("")));
}

TEST_F(ClientTest, a_later_refusal_does_not_make_a_lost_answer_certain) {
  make();
  http.will_fail(Code::kUnavailable, "reset", true);
  http.will_fail(Code::kUnavailable, "refused", false);
  http.will_answer(400, R"({"__type":"AccessDeniedException"})");
  const auto error = failure(ecs::StopTask{});
  EXPECT_EQ(error.name, "AccessDeniedException");
  EXPECT_TRUE(error.may_have_happened) << "the first attempt may have stopped the task";
}

// ---- The clock

constexpr const char* kBadSignature =
    R"({"__type":"InvalidSignatureException","message":"Signature expired: ..."})";

TEST_F(ClientTest, a_clock_that_is_off_is_corrected_by_the_servers_date_and_stays_so) {
  make();
  will_answer(403, kBadSignature, {{"Date", "Sat, 31 Jan 2026 01:00:00 GMT"}});
  http.will_answer(200, kTasks);
  ASSERT_TRUE(call(ecs::DescribeTasks{}));
  ASSERT_EQ(http.requests().size(), 2U);
  EXPECT_EQ(header(0, "X-Amz-Date"), "20260131T000000Z");
  EXPECT_EQ(header(1, "X-Amz-Date"), "20260131T010000Z");
  EXPECT_EQ(loop.now(), 0s) << "at once";

  http.will_answer(200, kTasks);
  ASSERT_TRUE(call(ecs::DescribeTasks{}));
  EXPECT_EQ(header(2, "X-Amz-Date"), "20260131T010000Z");
}

TEST_F(ClientTest, a_wrong_secret_is_not_mistaken_for_a_wrong_clock) {
  make();
  will_answer(403, kBadSignature, {{"Date", "Sat, 31 Jan 2026 00:01:00 GMT"}});
  EXPECT_EQ(failure(ecs::DescribeTasks{}).name, "InvalidSignatureException");
  EXPECT_EQ(http.requests().size(), 1U);
}

TEST_F(ClientTest, the_clock_is_corrected_once_per_call) {
  make();
  for (int hour = 1; hour < 9; ++hour)
    will_answer(403, kBadSignature,
                {{"Date", "Sat, 31 Jan 2026 0" + std::to_string(hour) + ":00:00 GMT"}});
  EXPECT_EQ(failure(ecs::DescribeTasks{}).name, "InvalidSignatureException");
  EXPECT_EQ(http.requests().size(), 2U);
}

// ---- Ending

TEST_F(ClientTest, destroying_it_calls_off_everything_under_way) {
  make();
  http.will_stall();
  bool answered = false;
  client->call(run_task("t"), [&](const auto&) { answered = true; });
  client->call(ecs::DescribeTasks{}, [&](const auto&) { answered = true; });
  loop.run_for(1s);
  client.reset();
  loop.run();
  EXPECT_FALSE(answered);
  EXPECT_TRUE(loop.is_idle());
}

TEST_F(ClientTest, it_may_be_destroyed_by_an_answer) {
  make();
  http.will_answer(200, kTasks);
  int answers = 0;
  client->call(ecs::DescribeTasks{}, [&](const auto&) {
    ++answers;
    client.reset();
  });
  client->call(ecs::ListTasks{}, [&](const auto&) { ++answers; });
  loop.run();
  EXPECT_EQ(answers, 1);
}

TEST_F(ClientTest, an_answer_may_call_again) {
  make();
  http.will_answer(200, kTasks);
  http.will_answer(200, kTasks);
  int answers = 0;
  client->call(ecs::DescribeTasks{}, [&](const auto&) {
    client->call(ecs::DescribeTasks{}, [&](const auto& reply) { answers += reply ? 1 : 0; });
  });
  loop.run();
  EXPECT_EQ(answers, 1);
}

}  // namespace
}  // namespace runtask::aws
