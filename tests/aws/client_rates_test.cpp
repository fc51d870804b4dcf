#include <gtest/gtest.h>

#include "aws/client.h"
#include "sim/sim_http.h"
#include "sim/sim_loop.h"
#include "sim/sim_random.h"

// How a client behaves that shares an account's rates.

namespace runtask::aws {
namespace {

using namespace std::chrono_literals;

constexpr const char* kThrottled = R"({"__type":"ThrottlingException","message":"Rate exceeded"})";
constexpr const char* kTasks = R"({"tasks":[],"failures":[]})";
constexpr const char* kPage = R"({"events":[],"nextForwardToken":"f/1"})";

class ClientRates : public testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<Client> client() {
    ClientOptions options;
    options.region = "eu-west-1";
    options.endpoints = *one_endpoint("https://ecs.example.com", "AWS_ENDPOINT_URL");
    options.rates = rates;
    const Credentials credentials{{"AKIDEXAMPLE", Secret("secret"), Secret("")}, {}, "x"};
    auto made = Client::create({loop, http, random}, options,
                               std::make_unique<StaticCredentials>(loop, credentials));
    EXPECT_TRUE(made) << made.error().text();
    return *std::move(made);
  }
  template <class Operation>
  void call(Client& caller, const Operation& request) {
    caller.call(request, [this](ecs::Called<typename Operation::Reply> answer) {
      ++answers;
      failures += answer ? 0 : 1;
    });
  }
  void will_answer(int times, int status, const char* body) {
    for (int i = 0; i < times; ++i)
      http.will_answer(status, body);
  }

  sim::SimLoop loop;
  sim::SimHttp http{loop};
  sim::SimRandom random{7};
  std::shared_ptr<Rates> rates = std::make_shared<Rates>(loop, Rates::Quotas::kDocumented);
  int answers = 0, failures = 0;
};

TEST_F(ClientRates, clients_of_one_account_share_what_they_may_call) {
  const auto one = client();
  const auto other = client();
  will_answer(60, 200, kPage);
  for (int i = 0; i < 30; ++i) {
    call(*one, ecs::GetLogEvents{});
    call(*other, ecs::GetLogEvents{});
  }
  loop.run_until(999ms);
  EXPECT_LE(http.requests().size(), 20U);
  loop.run_until(6s);
  EXPECT_EQ(answers, 60);
  EXPECT_EQ(failures, 0);
}

TEST_F(ClientRates, being_throttled_makes_a_call_wait_and_not_fail) {
  const auto one = client();
  will_answer(10, 400, kThrottled);
  will_answer(1, 200, kTasks);
  call(*one, ecs::DescribeTasks{});
  loop.run();
  EXPECT_EQ(answers, 1);
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(http.requests().size(), 11U);
  EXPECT_LE(loop.now(), 60s);
}

TEST_F(ClientRates, being_throttled_for_ever_ends_in_an_answer) {
  const auto one = client();
  will_answer(100, 400, kThrottled);
  call(*one, ecs::DescribeTasks{});
  loop.run();
  EXPECT_EQ(failures, 1);
  EXPECT_LE(http.requests().size(), 16U);
}

TEST_F(ClientRates, starts_that_are_throttled_hold_no_stop_back) {
  const auto one = client();
  will_answer(60, 400, kThrottled);
  for (int i = 0; i < 60; ++i) {
    ecs::RunTask request;
    request.client_token = "token-" + std::to_string(i);
    call(*one, request);
  }
  loop.run_for(200ms);
  for (int i = 0; i < 60; ++i)
    one->withdraw_start("token-" + std::to_string(i));
  loop.run_for(1ms);
  const auto before = http.requests().size();
  will_answer(200, 200, R"({"task":{}})");
  for (int i = 0; i < 60; ++i)
    call(*one, ecs::StopTask{});
  loop.run_for(1s);
  EXPECT_GE(http.requests().size(), before + 60);
}

TEST_F(ClientRates, a_start_that_is_held_back_can_be_withdrawn) {
  const auto one = client();
  will_answer(500, 200, kTasks);
  std::vector<Code> codes;
  for (int i = 0; i < 200; ++i) {
    ecs::RunTask request;
    request.client_token = "token-" + std::to_string(i);
    one->call(request, [this, &codes](ecs::Called<ecs::RunTaskReply> answer) {
      ++answers;
      if (answer) return;
      codes.push_back(answer.error().error.code);
      EXPECT_FALSE(answer.error().may_have_happened);
    });
  }
  loop.run_for(1s);
  const auto sent = http.requests().size();
  ASSERT_LT(sent, 200U);
  for (int i = 0; i < 200; ++i)
    one->withdraw_start("token-" + std::to_string(i));
  one->withdraw_start("token-0");
  loop.run();
  EXPECT_EQ(http.requests().size(), sent);
  EXPECT_EQ(answers, 200);
  EXPECT_EQ(codes, std::vector(200 - sent, Code::kCancelled));
}

TEST_F(ClientRates, of_a_start_it_is_told_when_it_first_goes_out) {
  const auto one = client();
  will_answer(1, 400, kThrottled);
  will_answer(500, 200, kTasks);
  std::vector<std::size_t> sent;
  for (int i = 0; i < 200; ++i) {
    ecs::RunTask request;
    request.client_token = "token-" + std::to_string(i);
    one->start(
        request, [&] { sent.push_back(http.requests().size()); },
        [&](const ecs::Called<ecs::RunTaskReply>& answer) { answers += answer ? 1 : 0; });
  }
  EXPECT_EQ(sent.size(), 0U);
  loop.run_for(1s);
  const auto early = sent.size();
  EXPECT_GT(early, 0U);
  EXPECT_LT(early, 200U) << "the others wait for their rate";
  loop.run();
  EXPECT_EQ(answers, 200);
  EXPECT_EQ(sent.size(), 200U);
  EXPECT_EQ(http.requests().size(), 201U);
}

TEST_F(ClientRates, a_start_that_is_under_way_gets_its_own_answer) {
  const auto one = client();
  will_answer(1, 200, kTasks);
  ecs::RunTask request;
  request.client_token = "token";
  call(*one, request);
  while (http.requests().empty())
    loop.run_for(1ms);
  one->withdraw_start("token");
  loop.run();
  EXPECT_EQ(answers, 1);
  EXPECT_EQ(failures, 0);
}

TEST_F(ClientRates, a_throttled_start_can_be_withdrawn_between_two_attempts) {
  const auto one = client();
  will_answer(1, 400, kThrottled);
  ecs::RunTask request;
  request.client_token = "token";
  call(*one, request);
  while (http.requests().empty())
    loop.run_for(1ms);
  loop.run_for(20ms);
  one->withdraw_start("token");
  loop.run();
  EXPECT_EQ(http.requests().size(), 1U);
  EXPECT_EQ(failures, 1);
}

TEST_F(ClientRates, a_start_that_is_withdrawn_while_it_is_under_way_is_sent_no_second_time) {
  for (const auto& [status, body] : {std::pair(400, kThrottled), std::pair(503, "")}) {
    const auto one = client();
    const auto before = http.requests().size();
    will_answer(1, status, body);
    ecs::RunTask request;
    request.client_token = "token";
    std::string why;
    one->call(request, [&](ecs::Called<ecs::RunTaskReply> answer) {
      ASSERT_FALSE(answer);
      why = answer.error().error.message;
    });
    while (http.requests().size() == before)
      loop.run_for(1ms);
    one->withdraw_start("token");
    loop.run();
    EXPECT_EQ(http.requests().size(), before + 1);
    EXPECT_NE(why, "");
  }
}

TEST_F(ClientRates, a_start_that_is_withdrawn_after_a_failure_says_which) {
  const auto one = client();
  will_answer(1, 400, kThrottled);
  ecs::RunTask request;
  request.client_token = "token";
  std::optional<ecs::CallError> error;
  one->call(request, [&](ecs::Called<ecs::RunTaskReply> answer) { error = answer.error(); });
  while (http.requests().empty())
    loop.run_for(1ms);
  loop.run_for(20ms);
  one->withdraw_start("token");
  loop.run();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->error.code, Code::kThrottled);
  EXPECT_NE(error->error.message.find("Rate exceeded"), std::string::npos) << error->error.message;
}

TEST_F(ClientRates, other_failures_cost_attempts_as_ever) {
  const auto one = client();
  will_answer(2, 400, kThrottled);
  will_answer(100, 500, "");
  call(*one, ecs::DescribeTasks{});
  loop.run();
  EXPECT_EQ(failures, 1);
  EXPECT_EQ(http.requests().size(), 5U);
}

TEST_F(ClientRates, a_throttled_account_is_called_more_rarely_by_everybody) {
  const auto one = client();
  const auto other = client();
  will_answer(1, 400, kThrottled);
  will_answer(200, 200, kTasks);
  call(*one, ecs::DescribeTasks{});
  loop.run();
  const auto before = http.requests().size();
  for (int i = 0; i < 100; ++i)
    call(*other, ecs::DescribeTasks{});
  loop.run_for(1s);
  EXPECT_LE(http.requests().size(), before + 10);
  loop.run();
  EXPECT_EQ(answers, 101);
  EXPECT_EQ(failures, 0);
}

TEST_F(ClientRates, the_embedded_endpoint_is_called_without_waiting_until_it_throttles) {
  rates = std::make_shared<Rates>(loop, Rates::Quotas::kNone);
  const auto one = client();
  will_answer(500, 200, kPage);
  for (int i = 0; i < 500; ++i)
    call(*one, ecs::GetLogEvents{});
  loop.run_until(900ms);
  EXPECT_EQ(answers, 500);
}

TEST_F(ClientRates, destroying_a_client_calls_off_what_waits_for_its_turn) {
  auto one = client();
  const auto other = client();
  will_answer(100, 200, kPage);
  for (int i = 0; i < 50; ++i)
    call(*one, ecs::GetLogEvents{});
  one.reset();
  call(*other, ecs::GetLogEvents{});
  loop.run_until(200ms);
  EXPECT_EQ(answers, 1);
  loop.run();
  EXPECT_EQ(answers, 1);
}

}  // namespace
}  // namespace runtask::aws
