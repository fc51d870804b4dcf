#include "local/request_limits.h"

#include <gtest/gtest.h>

namespace runtask::local {
namespace {

using namespace std::chrono_literals;

// How many of the calls are admitted, one after the other at that moment.
int admitted(RequestLimits& limits, std::string_view operation, Instant now, int calls = 1000) {
  int count = 0;
  for (int i = 0; i < calls; ++i)
    count += limits.admit(operation, now).has_value() ? 1 : 0;
  return count;
}

TEST(RequestLimits, a_burst_is_admitted_then_the_sustained_rate) {
  RequestLimits limits(Limits::kAws);
  EXPECT_EQ(admitted(limits, "DescribeTasks", 5s), 100);
  EXPECT_EQ(admitted(limits, "DescribeTasks", 5s), 0);
  EXPECT_EQ(admitted(limits, "DescribeTasks", 5050ms), 1);
  EXPECT_EQ(admitted(limits, "DescribeTasks", 6050ms), 20);
  EXPECT_EQ(admitted(limits, "DescribeTasks", 1h), 100);
}

TEST(RequestLimits, the_error_is_that_of_aws) {
  RequestLimits limits(Limits::kAws);
  (void)admitted(limits, "RunTask", 0s);
  const auto refused = limits.admit("RunTask", 0s);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().name, "ThrottlingException");
  EXPECT_EQ(refused.error().message, "Rate exceeded");
}

TEST(RequestLimits, a_family_shares_its_bucket_and_no_other) {
  RequestLimits limits(Limits::kAws);
  EXPECT_EQ(admitted(limits, "RunTask", 0s, 60), 60);
  EXPECT_EQ(admitted(limits, "StopTask", 0s), 40);
  EXPECT_EQ(admitted(limits, "ListTasks", 0s, 70), 70);
  EXPECT_EQ(admitted(limits, "DescribeTasks", 0s), 30);
  EXPECT_EQ(admitted(limits, "StopTask", 1s), 40);
  EXPECT_EQ(admitted(limits, "DescribeTasks", 1s), 20);
}

TEST(RequestLimits, every_family_has_its_documented_size) {
  struct Expected {
    std::string_view operation;
    int burst, in_a_second;
  };
  for (const auto& [operation, burst, in_a_second] :
       {Expected{"RegisterTaskDefinition", 20, 1}, Expected{"DescribeTaskDefinition", 50, 20},
        Expected{"DescribeServices", 100, 20}, Expected{"GetLogEvents", 10, 10},
        Expected{"FilterLogEvents", 5, 5}, Expected{"StopTask", 100, 40}}) {
    RequestLimits limits(Limits::kAws);
    EXPECT_EQ(admitted(limits, operation, 0s), burst) << operation;
    EXPECT_EQ(admitted(limits, operation, 1s), in_a_second) << operation;
  }
}

TEST(RequestLimits, fargate_counts_calls_and_tasks) {
  RequestLimits limits(Limits::kAws);
  for (int i = 0; i < 10; ++i)
    EXPECT_TRUE(limits.admit_fargate(10, 0s));
  EXPECT_FALSE(limits.admit_fargate(1, 0s));
  EXPECT_FALSE(limits.admit_fargate(3, 100ms));  // Two tasks have come back; a refusal costs none.
  EXPECT_TRUE(limits.admit_fargate(2, 100ms));
  RequestLimits calls(Limits::kAws);
  for (int i = 0; i < 20; ++i)
    EXPECT_TRUE(calls.admit_fargate(1, 0s));
  EXPECT_FALSE(calls.admit_fargate(1, 0s));
  EXPECT_TRUE(calls.admit_fargate(1, 50ms));
}

TEST(RequestLimits, without_limits_nothing_is_throttled) {
  RequestLimits limits(Limits::kNone);
  EXPECT_EQ(admitted(limits, "GetLogEvents", 0s), 1000);
  EXPECT_TRUE(limits.admit_fargate(10'000, 0s));
  RequestLimits aws(Limits::kAws);
  EXPECT_EQ(admitted(aws, "PutLogEvents", 0s), 1000);
}

TEST(RequestLimits, they_have_names) {
  EXPECT_EQ(limits_named(name_of(Limits::kAws)), Limits::kAws);
  EXPECT_EQ(limits_named(name_of(Limits::kNone)), Limits::kNone);
  EXPECT_FALSE(limits_named("gcp"));
}

}  // namespace
}  // namespace runtask::local
