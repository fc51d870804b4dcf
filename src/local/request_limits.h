#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "local/answer.h"

namespace runtask::local {

// Whether an endpoint throttles as AWS does.
enum class Limits { kNone, kAws };

// "none" or "aws"; none for other words.
[[nodiscard]] std::optional<Limits> limits_named(std::string_view word);
[[nodiscard]] std::string_view name_of(Limits limits);

// ECS forgets a stopped task after an hour.
constexpr Duration kStoppedTasksKeptByAws = std::chrono::hours(1);

// AWS's request quotas as token buckets: each family of operations has one that holds `burst`
// requests and is filled by `rate` a second. ECS documents them for an account and region; here
// they are the endpoint's. Pure; one thread.
class RequestLimits {
 public:
  explicit RequestLimits(Limits limits) : limits_(limits) {}

  // Takes one request from its family's bucket; ThrottlingException when it is empty. Operations
  // without a family are never throttled.
  Answer<void> admit(std::string_view operation, Instant now);
  // Fargate's own limits, besides: RunTask calls, and the tasks that they ask for.
  Answer<void> admit_fargate(int tasks, Instant now);

 private:
  // In the order of kBuckets in the .cpp file.
  static constexpr std::size_t kBucketCount = 13;
  struct Bucket {
    double tokens = 0;
    std::optional<Instant> filled;  // None: never used, so it is full.
  };
  [[nodiscard]] bool has(std::size_t bucket, double amount, Instant now);

  Limits limits_;
  std::array<Bucket, kBucketCount> buckets_;
};

}  // namespace runtask::local
