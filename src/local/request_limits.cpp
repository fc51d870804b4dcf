#include "local/request_limits.h"

#include <algorithm>

namespace runtask::local {
namespace {

struct Quota {
  double burst;
  double rate;  // A second.
};
// ECS API: "Request throttling"; Logs API: quotas of reading, which have no burst of their own.
enum : std::size_t {
  kClusterModify,
  kClusterRead,
  kTaskModify,
  kTaskRead,
  kDefinitionModify,
  kDefinitionRead,
  kServiceRead,
  kGetLogEvents,
  kFilterLogEvents,
  kDescribeLogGroups,
  kDescribeLogStreams,
  kFargateCalls,
  kFargateTasks,
};
constexpr std::array<Quota, 13> kQuotas{{{20, 1},
                                         {50, 20},
                                         {100, 40},
                                         {100, 20},
                                         {20, 1},
                                         {50, 20},
                                         {100, 20},
                                         {10, 10},
                                         {5, 5},
                                         {10, 10},
                                         {25, 25},
                                         {20, 20},
                                         {100, 20}}};

struct Member {
  std::string_view operation;
  std::size_t bucket;
};
constexpr std::array<Member, 16> kMembers{{{"RunTask", kTaskModify},
                                           {"StopTask", kTaskModify},
                                           {"DescribeTasks", kTaskRead},
                                           {"ListTasks", kTaskRead},
                                           {"RegisterTaskDefinition", kDefinitionModify},
                                           {"DeregisterTaskDefinition", kDefinitionModify},
                                           {"DescribeTaskDefinition", kDefinitionRead},
                                           {"ListTaskDefinitions", kDefinitionRead},
                                           {"DescribeServices", kServiceRead},
                                           {"CreateCluster", kClusterModify},
                                           {"DescribeClusters", kClusterRead},
                                           {"ListClusters", kClusterRead},
                                           {"GetLogEvents", kGetLogEvents},
                                           {"FilterLogEvents", kFilterLogEvents},
                                           {"DescribeLogGroups", kDescribeLogGroups},
                                           {"DescribeLogStreams", kDescribeLogStreams}}};

tl::unexpected<ApiError> throttled() {
  return refuse(ecs::error_name::kThrottling, "Rate exceeded");
}

}  // namespace

std::optional<Limits> limits_named(std::string_view word) {
  if (word == "none") return Limits::kNone;
  if (word == "aws") return Limits::kAws;
  return std::nullopt;
}

std::string_view name_of(Limits limits) {
  return limits == Limits::kAws ? "aws" : "none";
}

bool RequestLimits::has(std::size_t bucket, double amount, Instant now) {
  const Quota& quota = kQuotas.at(bucket);
  Bucket& state = buckets_.at(bucket);
  if (!state.filled) {
    state.tokens = quota.burst;
  } else {
    const double seconds = std::chrono::duration<double>(now - *state.filled).count();
    state.tokens = std::min(quota.burst, state.tokens + seconds * quota.rate);
  }
  state.filled = now;
  return state.tokens >= amount;
}

Answer<void> RequestLimits::admit(std::string_view operation, Instant now) {
  if (limits_ == Limits::kNone) return {};
  const auto member = std::find_if(kMembers.begin(), kMembers.end(),
                                   [&](const Member& it) { return it.operation == operation; });
  if (member == kMembers.end()) return {};
  if (!has(member->bucket, 1, now)) return throttled();
  buckets_.at(member->bucket).tokens -= 1;
  return {};
}

Answer<void> RequestLimits::admit_fargate(int tasks, Instant now) {
  if (limits_ == Limits::kNone) return {};
  const bool has_call = has(kFargateCalls, 1, now);
  if (!has(kFargateTasks, tasks, now) || !has_call) return throttled();
  buckets_.at(kFargateCalls).tokens -= 1;
  buckets_.at(kFargateTasks).tokens -= tasks;
  return {};
}

}  // namespace runtask::local
