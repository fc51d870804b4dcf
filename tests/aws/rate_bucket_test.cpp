#include "aws/rate_bucket.h"

#include <gtest/gtest.h>

namespace runtask::aws {
namespace {

using namespace std::chrono_literals;

// Calls as fast as it allows; returns how many there were until then.
int calls(RateBucket& bucket, Instant& now, Instant end) {
  constexpr int kMost = 1'000'000;
  for (int made = 0; made < kMost; ++made) {
    now += bucket.wait(now, 1);
    if (now >= end) return made;
    bucket.take(now, 1);
  }
  return kMost;
}

TEST(RateBucket, gives_the_burst_at_once_and_then_the_rate) {
  RateBucket bucket(Quota{100, 20});
  Instant now = 0s;
  EXPECT_EQ(calls(bucket, now, 1ms), 100);
  now = 0s;
  EXPECT_EQ(calls(bucket, now, 10'001ms), 200);
}

TEST(RateBucket, after_a_pause_the_burst_is_back_and_no_more) {
  RateBucket bucket(Quota{5, 5});
  Instant now = 0s;
  EXPECT_EQ(calls(bucket, now, 1ms), 5);
  now = 1h;
  EXPECT_EQ(calls(bucket, now, 1h + 1ms), 5);
}

TEST(RateBucket, never_gives_more_than_burst_and_rate_allow_whatever_the_rhythm) {
  RateBucket bucket(Quota{10, 10});
  int made = 0;
  for (Instant now = 0s; now < 60s; now += 7ms)
    if (bucket.wait(now, 1) == 0ms) {
      bucket.take(now, 1);
      ++made;
    }
  EXPECT_LE(made, 10 + 600);
  EXPECT_GE(made, 600);
}

TEST(RateBucket, a_call_that_counts_more_than_the_burst_passes_when_it_is_full) {
  RateBucket bucket(Quota{5, 5});
  EXPECT_EQ(bucket.wait(0s, 10), 0ms);
  bucket.take(0s, 10);
  EXPECT_EQ(bucket.wait(0s, 1), 1200ms);  // The debt and one.
}

TEST(RateBucket, throttled_it_slows_down_below_what_was_called_and_recovers) {
  RateBucket bucket(Quota{100, 40});
  Instant now = 0s;
  (void)calls(bucket, now, 5s);
  bucket.throttled(now);
  EXPECT_TRUE(bucket.is_slowed());
  const auto slowed_at = now;
  const int at_once = calls(bucket, now, slowed_at + 2s);
  EXPECT_LE(at_once, 56);
  EXPECT_GE(at_once, 50);
  now = slowed_at + 60s;
  EXPECT_GE(bucket.wait(now, 1), 0ms);
  EXPECT_FALSE(bucket.is_slowed());
}

TEST(RateBucket, replies_that_come_together_slow_it_down_once) {
  RateBucket bucket(Quota{100, 40});
  Instant now = 0s;
  (void)calls(bucket, now, 5s);
  for (int i = 0; i < 100; ++i)
    bucket.throttled(now);
  const auto slowed_at = now;
  EXPECT_GE(calls(bucket, now, slowed_at + 2s), 50);
}

TEST(RateBucket, throttled_for_ever_it_keeps_going_slowly) {
  RateBucket bucket(Quota{100, 20});
  Instant now = 0s;
  int made = 0;
  while (now < 60s) {
    now += bucket.wait(now, 1);
    bucket.take(now, 1);
    ++made;
    bucket.throttled(now);
  }
  EXPECT_GE(made, 100);  // 2 a second.
  EXPECT_LE(made, 300);
}

TEST(RateBucket, a_rare_caller_is_hardly_slowed) {
  RateBucket bucket(Quota{100, 20});
  Duration waited{0};
  for (Instant now = 0s; now < 60s; now += 1s) {
    waited += bucket.wait(now, 1);
    bucket.take(now + bucket.wait(now, 1), 1);
    bucket.throttled(now);
  }
  EXPECT_LE(waited, 1s);
}

TEST(RateBucket, without_a_quota_nothing_waits_until_the_server_throttles) {
  RateBucket bucket(std::nullopt);
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(bucket.wait(0s, 1), 0ms);
    bucket.take(0s, 1);
  }
  Instant now = 10s;
  for (int i = 0; i < 50; ++i)
    bucket.take(now, 1);
  bucket.throttled(now);
  EXPECT_GT(bucket.wait(now, 1), 0ms);
  const auto slowed_at = now;
  EXPECT_LE(calls(bucket, now, slowed_at + 2s), 71);
  now = slowed_at + 2min;
  EXPECT_EQ(bucket.wait(now, 1), 0ms);
  EXPECT_FALSE(bucket.is_slowed());
}

}  // namespace
}  // namespace runtask::aws
