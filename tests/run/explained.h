#pragma once

#include <gtest/gtest.h>

#include <string>

#include "run/explain.h"

// Launches that ended in some way, and the cause that explain() finds. For the tests of it.

namespace runtask::run {

inline constexpr auto kRun = "20260131-123456-0123abcd";

inline LaunchOutcome ended(VerdictKind kind, const std::string& stopped_reason,
                           const std::string& container_reason = "") {
  LaunchOutcome launch;
  launch.verdict.kind = kind;
  launch.task_arn = "arn";
  launch.stopped_reason = stopped_reason;
  launch.containers = {{"main", {}, container_reason}};
  return launch;
}
inline std::string cause(const LaunchOutcome& launch) {
  const auto explanation = explain(launch, kRun);
  EXPECT_EQ(explanation.cause.empty(), explanation.next_step.empty());
  return explanation.cause;
}

}  // namespace runtask::run
