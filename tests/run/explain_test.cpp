#include "run/explain.h"

#include <gtest/gtest.h>

namespace runtask::run {
namespace {

LaunchOutcome ended(VerdictKind kind, const std::string& stopped_reason,
                    const std::string& container_reason = "") {
  LaunchOutcome launch;
  launch.verdict.kind = kind;
  launch.task_arn = "arn";
  launch.stopped_reason = stopped_reason;
  launch.containers = {{"main", {}, container_reason}};
  return launch;
}
std::string cause(const LaunchOutcome& launch) {
  const auto explanation = explain(launch);
  EXPECT_EQ(explanation.cause.empty(), explanation.next_step.empty());
  return explanation.cause;
}

// The reasons are ECS' own words, as they are reported in public.
TEST(Explain, why_a_task_did_not_start) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"CannotPullContainerError: there is no image 'manage' on this machine; `runtask local image "
       "add` makes one, and 'host' is always there",
       "the image is not known to the embedded ECS"},
      {"CannotPullContainerError: Error response from daemon: manifest for x/y:1 not found: "
       "manifest unknown",
       "the image, or its tag, does not exist in the registry"},
      {"CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to "
       "resolve "
       "ref docker.io/library/x:1: dial tcp 3.94.224.37:443: i/o timeout",
       "the registry cannot be reached from the task's subnet"},
      {"CannotPullECRContainerError: AccessDeniedException: User is not authorized to perform: "
       "ecr:GetAuthorizationToken",
       "the image may not be pulled, or is not there"},
      {"CannotPullContainerError: toomanyrequests: You have reached your pull rate limit",
       "the registry limits how often images are pulled"},
      {"ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
       "retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 "
       "time(s): RequestError: send request failed caused by: Post \"https://api.ecr\": dial tcp "
       "1.2.3.4:443: i/o timeout. Please check your task network configuration.",
       "the AWS services cannot be reached from the task's subnet"},
      {"ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
       "retrieval failed: unable to retrieve secret from asm: service call has been retried 1 "
       "time(s): failed to fetch secret arn:... from secrets manager: AccessDeniedException",
       "a secret could not be fetched"},
      {"ResourceInitializationError: failed to validate logger args: create stream has been "
       "retried "
       "1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified "
       "log group does not exist.",
       "the log group could not be used"},
      {"ECS was unable to assume the role 'arn:aws:iam::1:role/x' that was provided for this task.",
       "ECS may not assume the role"},
      {"Timeout waiting for network interface provisioning to complete.",
       "its network interface could not be set up"},
  };
  for (const auto& [reason, expected] : cases)
    EXPECT_EQ(cause(ended(VerdictKind::kNeverStarted, reason)), expected) << reason;
}

TEST(Explain, why_a_container_did_not_start) {
  const auto of = [](const char* reason) {
    return cause(ended(VerdictKind::kNeverStarted, "Task failed to start", reason));
  };
  EXPECT_EQ(of("CannotStartContainerError: exec: \"nope\": executable file not found in $PATH"),
            "the command is not there in the image");
  EXPECT_EQ(of("CannotStartContainerError: exec /run.sh: permission denied"),
            "the command may not be executed");
  EXPECT_EQ(of("CannotCreateContainerError: no command is specified"),
            "neither the image nor the task definition says what to run");
}

TEST(Explain, why_run_task_started_nothing) {
  const auto refused = [](const std::string& words) {
    LaunchOutcome launch;
    launch.verdict = {VerdictKind::kNeverStarted, 125, "", words};
    return cause(launch);
  };
  EXPECT_EQ(refused("RESOURCE:MEMORY"), "no container instance has that much room left");
  EXPECT_EQ(refused("RESOURCE:CPU: 1024 units"), "no container instance has that much room left");
  EXPECT_EQ(refused("Capacity is unavailable at this time. Please try again later"),
            "ECS has no capacity there at the moment");
  EXPECT_EQ(refused("RunTask: User: arn:aws:iam::1:user/x is not authorized to perform: "
                    "iam:PassRole on resource: arn"),
            "these credentials may not hand the task's roles to ECS");
  EXPECT_EQ(refused("RunTask: Cluster not found. (ClusterNotFoundException)"),
            "there is no such cluster in this account and region");
  EXPECT_EQ(refused("something that nobody has seen before"), "");
}

TEST(Explain, how_a_program_ended) {
  const auto failed = [](int code, const std::string& reason) {
    auto launch = ended(VerdictKind::kFailed, "Essential container in task exited", reason);
    launch.verdict = {VerdictKind::kFailed, code, "main",
                      "exit code " + std::to_string(code) + " of container main"};
    return cause(launch);
  };
  EXPECT_EQ(failed(137, "OutOfMemoryError: Container killed due to memory usage"),
            "a container needed more memory than it may have");
  EXPECT_NE(failed(137, "").find("SIGKILL"), std::string::npos);
  EXPECT_NE(failed(127, "").find("not found"), std::string::npos);
  EXPECT_NE(failed(1, "").find("an error of its own"), std::string::npos);
}

TEST(Explain, what_stopped_a_task) {
  EXPECT_EQ(cause(ended(VerdictKind::kInfrastructure, "Your Spot Task was interrupted.")),
            "AWS took the Spot capacity back");
  EXPECT_EQ(cause(ended(VerdictKind::kInfrastructure, "Host EC2 (instance i-1) terminated.")),
            "the instance that it ran on was terminated");
  EXPECT_EQ(cause(ended(VerdictKind::kStopped, "Task stopped by user")),
            "somebody or something else stopped it");
  EXPECT_EQ(cause(ended(VerdictKind::kTimedOut, "runtask: --timeout")),
            "it ran longer than --timeout allows");
  LaunchOutcome slow = ended(VerdictKind::kNeverStarted, "runtask: --start-timeout");
  slow.verdict = verdict_of_stop(OurStop::kStartTimeout);
  EXPECT_EQ(cause(slow), "it was not RUNNING within --start-timeout");
}

TEST(Explain, nothing_is_invented) {
  EXPECT_EQ(cause(ended(VerdictKind::kUnknown, "")), "");
  EXPECT_EQ(cause(ended(VerdictKind::kNeverStarted, "something new")), "");
  for (const auto kind : {VerdictKind::kSucceeded, VerdictKind::kSkipped, VerdictKind::kCancelled,
                          VerdictKind::kInterrupted, VerdictKind::kDetached})
    EXPECT_EQ(cause(ended(kind, "OutOfMemoryError")), "");
}

}  // namespace
}  // namespace runtask::run
