#include "run/start_failure.h"

#include <gtest/gtest.h>

namespace runtask::run {
namespace {

TEST(StartFailure, failures_that_may_pass_are_told_from_those_that_will_not) {
  for (const auto* reason : {"RESOURCE:CPU", "RESOURCE:ENI", "AGENT", "Rate exceeded",
                             "Capacity is unavailable at this time",
                             "You've reached the limit on the number of tasks you can run "
                             "concurrently"})
    EXPECT_TRUE(may_pass(ecs::Failure{"", reason, ""})) << reason;
  for (const auto* reason : {"ATTRIBUTE", "LOCATION", "MISSING", "INACTIVE", "something new"})
    EXPECT_FALSE(may_pass(ecs::Failure{"", reason, ""})) << reason;
  // As the embedded ECS says that it can never fit, whatever ends meanwhile.
  EXPECT_FALSE(may_pass(
      ecs::Failure{"", "RESOURCE:MEMORY", "the task needs 9999999 MiB; this machine has 24105"}));
}

TEST(StartFailure, errors_may_pass_by_their_kind_or_by_what_hides_in_their_message) {
  for (const auto code : {Code::kThrottled, Code::kUnavailable, Code::kTimeout})
    EXPECT_TRUE(may_pass(code, ""));
  for (const auto* message :
       {"Error retrieving subnet information for [subnet-1]: Request limit exceeded",
        "The maximum number of tasks in PROVISIONING: the limit is 500",
        "You've reached the limit on the number of vCPUs you can run concurrently",
        "Capacity is unavailable at this time. Please try again later or in a different zone"})
    EXPECT_TRUE(may_pass(Code::kInvalid, message)) << message;
  for (const auto* message : {"TaskDefinition is inactive", "subnets can have at most 16 items",
                              "Container Overrides length must be at most 8192"})
    EXPECT_FALSE(may_pass(Code::kInvalid, message)) << message;
  EXPECT_FALSE(may_pass(Code::kDenied, "not authorized: rate exceeded"));
  EXPECT_FALSE(may_pass(Code::kNotFound, "ClusterNotFoundException"));
}

ecs::Task failed(const std::string& reason, const std::string& container_reason = "") {
  ecs::Task task;
  task.last_status = "STOPPED";
  task.stop_code = "TaskFailedToStart";
  task.stopped_reason = reason;
  task.containers.emplace_back().reason = container_reason;
  return task;
}

TEST(StartFailure, stop_reasons_that_pass_are_told_from_those_that_stay) {
  for (const auto* reason :
       {"Timeout waiting for network interface provisioning to complete.",
        "Timeout waiting for EphemeralStorage provisioning to complete.",
        "CannotPullContainerError: ref pull has been retried 5 time(s): dial tcp: i/o timeout",
        "CannotPullContainerError: failed to copy: read: unexpected EOF",
        "CannotPullContainerError: failed to extract layer: invalid argument",
        "Unexpected EC2 error while attempting to Create Network Interface in subnet 'subnet-1': "
        "AuthFailure",
        "Capacity is unavailable at this time. Please try again later"}) {
    EXPECT_TRUE(failed_to_start_for_now(failed(reason))) << reason;
    EXPECT_TRUE(failed_to_start_for_now(failed("Task failed to start", reason))) << reason;
  }
  for (const auto* reason :
       {"CannotPullContainerError: repository does not exist", "Task failed to start",
        "ResourceInitializationError: unable to pull secrets: AccessDeniedException",
        "CannotStartContainerError: exec: \"eof\": not found", "AuthFailure"})
    EXPECT_FALSE(failed_to_start_for_now(failed(reason))) << reason;
}

TEST(StartFailure, a_task_that_did_start_is_none) {
  auto task = failed("Timeout waiting for network interface provisioning to complete.");
  task.stop_code = "EssentialContainerExited";
  EXPECT_FALSE(failed_to_start_for_now(task));
}

TEST(StartFailure, a_task_of_which_one_container_has_run_is_not_started_anew) {
  const auto* passing = "CannotPullContainerError: dial tcp 1.2.3.4:443: i/o timeout";
  auto task = failed("Task failed to start", passing);
  ASSERT_TRUE(failed_to_start_for_now(task));
  task.containers.emplace_back().exit_code = 0;
  EXPECT_FALSE(failed_to_start_for_now(task));
  task.containers.back() = {};
  task.containers.back().health_status = "UNHEALTHY";
  EXPECT_FALSE(failed_to_start_for_now(task));
  task.containers.pop_back();
  task.started_at = WallTime();
  EXPECT_FALSE(failed_to_start_for_now(task));
}

}  // namespace
}  // namespace runtask::run
