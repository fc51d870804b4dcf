#include "aws/retry.h"

#include <gtest/gtest.h>

namespace runtask::aws {
namespace {

using namespace std::chrono_literals;

ecs::CallError answered(int status, std::string name) {
  ecs::CallError error;
  error.http_status = status;
  error.name = std::move(name);
  error.error.code = ecs::classify(error.name, status, "");
  error.may_have_happened = status >= 500;
  return error;
}
ecs::CallError unanswered(Code code, bool may_have_happened) {
  ecs::CallError error;
  error.error.code = code;
  error.may_have_happened = may_have_happened;
  return error;
}

TEST(Retry, throttling_and_a_server_in_trouble_are_worth_another_attempt) {
  for (const char* name : {"ThrottlingException", "RequestLimitExceeded", "SlowDown",
                           "RequestTimeout", "LimitExceededException"})
    EXPECT_TRUE(is_worth_another(answered(400, name), Repeat::kOnlyIfNotDone)) << name;
  for (const int status : {500, 502, 503, 504})
    EXPECT_TRUE(is_worth_another(answered(status, ""), Repeat::kAnyTime)) << status;
}

TEST(Retry, a_refusal_is_final) {
  for (const char* name : {"ClientException", "AccessDeniedException", "ExpiredTokenException",
                           "UnrecognizedClientException", "ConflictException"})
    EXPECT_FALSE(is_worth_another(answered(400, name), Repeat::kAnyTime)) << name;
  for (const int status : {200, 301, 403, 404, 501})
    EXPECT_FALSE(is_worth_another(answered(status, ""), Repeat::kAnyTime)) << status;
}

TEST(Retry, what_did_not_arrive_may_be_sent_again_whatever_it_is) {
  EXPECT_TRUE(is_worth_another(unanswered(Code::kUnavailable, false), Repeat::kOnlyIfNotDone));
  EXPECT_TRUE(is_worth_another(unanswered(Code::kTimeout, false), Repeat::kOnlyIfNotDone));
  EXPECT_FALSE(is_worth_another(unanswered(Code::kUsage, false), Repeat::kAnyTime));
  EXPECT_FALSE(is_worth_another(unanswered(Code::kDenied, false), Repeat::kAnyTime));
}

TEST(Retry, what_may_have_happened_is_repeated_only_if_that_does_no_harm) {
  EXPECT_TRUE(is_worth_another(unanswered(Code::kTimeout, true), Repeat::kAnyTime));
  EXPECT_FALSE(is_worth_another(unanswered(Code::kTimeout, true), Repeat::kOnlyIfNotDone));
  EXPECT_FALSE(is_worth_another(answered(500, "ServerException"), Repeat::kOnlyIfNotDone));
}

TEST(Backoff, doubles_up_to_twenty_seconds_and_is_random_below) {
  const std::vector<Duration> limits{1s, 2s, 4s, 8s, 16s, 20s, 20s};
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const int number = static_cast<int>(i) + 1;
    EXPECT_EQ(backoff(number, 0.0), 0s);
    EXPECT_EQ(backoff(number, 0.5), limits[i] / 2);
    EXPECT_LT(backoff(number, 0.9999), limits[i]);
  }
  EXPECT_EQ(backoff(kAttemptsLimit, 0.5), 10s);
}

TEST(Quota, another_attempt_costs_5_and_10_after_a_timeout) {
  RetryQuota quota;
  int taken = 0;
  ASSERT_TRUE(quota.acquire(answered(500, ""), taken));
  EXPECT_EQ(taken, 5);
  EXPECT_EQ(quota.left(), 495);
  ASSERT_TRUE(quota.acquire(unanswered(Code::kTimeout, true), taken));
  EXPECT_EQ(taken, 10);
  EXPECT_EQ(quota.left(), 485);
  ASSERT_TRUE(quota.acquire(unanswered(Code::kUnavailable, true), taken));
  EXPECT_EQ(taken, 5);
}

TEST(Quota, a_success_gives_back_what_its_last_attempt_took_or_one) {
  RetryQuota quota;
  int taken = 0;
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(quota.acquire(answered(500, ""), taken));
  quota.succeeded(taken);
  EXPECT_EQ(quota.left(), 485);
  quota.succeeded(0);
  EXPECT_EQ(quota.left(), 486);
  for (int i = 0; i < 30; ++i)
    quota.succeeded(0);
  EXPECT_EQ(quota.left(), RetryQuota::kTokensMax);
}

TEST(Quota, an_empty_one_ends_the_attempts) {
  RetryQuota quota;
  int taken = 0;
  for (int i = 0; i < 49; ++i)
    ASSERT_TRUE(quota.acquire(unanswered(Code::kTimeout, true), taken)) << i;
  ASSERT_TRUE(quota.acquire(answered(500, ""), taken));
  EXPECT_EQ(quota.left(), 5);
  EXPECT_FALSE(quota.acquire(unanswered(Code::kTimeout, true), taken));
  EXPECT_TRUE(quota.acquire(answered(503, ""), taken));
  EXPECT_FALSE(quota.acquire(answered(503, ""), taken));
  EXPECT_EQ(quota.left(), 0);
}

const WallTime kNow{Duration(1'769'817'600'000)};  // 2026-01-31T00:00:00Z

TEST(ClockOffset, is_the_servers_date_when_it_refused_the_signature) {
  const std::vector<sys::Header> date{{"date", "Sat, 31 Jan 2026 00:10:00 GMT"}};
  for (const char* name : {"InvalidSignatureException", "RequestExpired", "SignatureDoesNotMatch"})
    EXPECT_EQ(clock_offset(answered(403, name), date, kNow, kNow), Duration(10min)) << name;
  EXPECT_FALSE(clock_offset(answered(400, "ClientException"), date, kNow, kNow));
}

TEST(ClockOffset, is_not_taken_from_a_cache_or_an_old_answer_or_nothing) {
  const auto error = answered(403, "InvalidSignatureException");
  const sys::Header date{"Date", "Sat, 31 Jan 2026 00:10:00 GMT"};
  EXPECT_FALSE(clock_offset(error, {date, {"Age", "5"}}, kNow, kNow));
  EXPECT_FALSE(clock_offset(error, {date}, kNow - 16min, kNow));
  EXPECT_FALSE(clock_offset(error, {}, kNow, kNow));
  EXPECT_FALSE(clock_offset(error, {{"Date", "soon"}}, kNow, kNow));
}

}  // namespace
}  // namespace runtask::aws
