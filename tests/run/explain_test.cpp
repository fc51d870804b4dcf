#include "run/explain.h"

#include <gtest/gtest.h>

#include "run/explained.h"

namespace runtask::run {
namespace {

LaunchOutcome failed(int code, const std::string& reason = "") {
  auto launch = ended(VerdictKind::kFailed, "Essential container in task exited", reason);
  launch.stop_code = "EssentialContainerExited";
  launch.containers[0].exit_code = code;
  launch.verdict = {VerdictKind::kFailed, code, "main",
                    "exit code " + std::to_string(code) + " of container main"};
  return launch;
}

TEST(Explain, how_a_program_ended) {
  EXPECT_EQ(cause(failed(137, "OutOfMemoryError: Container killed due to memory usage")),
            "a container needed more memory than it may have");
  for (const auto& [code, word] :
       std::vector<std::pair<int, std::string>>{{126, "could not be executed"},
                                                {127, "not found"},
                                                {129, "SIGHUP"},
                                                {130, "SIGINT"},
                                                {132, "SIGILL"},
                                                {134, "SIGABRT"},
                                                {135, "SIGBUS"},
                                                {136, "SIGFPE"},
                                                {137, "SIGKILL"},
                                                {139, "SIGSEGV"},
                                                {141, "SIGPIPE"},
                                                {143, "SIGTERM"},
                                                {1, "an error of its own"},
                                                {255, "an error of its own"}})
    EXPECT_NE(cause(failed(code)).find(word), std::string::npos) << code;
  auto wrong_cpu = failed(1);
  wrong_cpu.last_lines = {"starting", "exec /usr/bin/app: exec format error"};
  EXPECT_NE(cause(wrong_cpu).find("architecture"), std::string::npos);
  wrong_cpu.last_lines.push_back("cleaning up");
  EXPECT_NE(cause(wrong_cpu).find("an error of its own"), std::string::npos);
}

// ECS gives no order of ends: a container that ended by itself may have been stopped by then.
TEST(Explain, an_essential_sidecar_that_failed_is_named_and_which_ended_the_task_left_open) {
  const std::string own = "container proxy, which is essential, ended with an error of its own";
  auto launch = failed(3);
  launch.containers[0].name = launch.verdict.container = "proxy";
  launch.containers[0].is_essential = true;
  launch.containers.push_back({"main", 137, ""});
  EXPECT_EQ(cause(launch), own + ", and ECS probably stopped the others for it");
  launch.containers[1].exit_code = 0;
  EXPECT_EQ(cause(launch), own +
                               ": either that ended the task, or it was being stopped because main "
                               "ended (exit code 0); ECS does not say which of them ended first");
  EXPECT_NE(explain(launch, kRun).next_step.find("SIGTERM"), std::string::npos);
  launch.containers[1].exit_code = 7;  // Then nobody knows which was first.
  EXPECT_EQ(cause(launch), "the program in container proxy ended with an error of its own");
}

TEST(Explain, the_only_essential_container_that_failed_ended_the_task) {
  auto launch = failed(3);
  launch.containers[0].is_essential = true;
  launch.containers.push_back({"log", 137, "", false});
  EXPECT_EQ(cause(launch),
            "container main, which is essential, ended with an error of its own and ended the task "
            "with it");
  launch.containers[1].exit_code = 0;
  EXPECT_EQ(cause(launch), "the program in container main ended with an error of its own");
}

TEST(Explain, the_container_that_ended_by_itself_is_named_where_the_one_that_decides_was_killed) {
  for (const int kill : {137, 143})
    for (const int code : {0, 3}) {
      auto launch = failed(kill);
      launch.containers.insert(launch.containers.begin(), {"log", 1, "", false});
      launch.containers.push_back({"proxy", code, "", true});
      EXPECT_EQ(cause(launch),
                "ECS probably stopped container main because proxy ended (exit code " +
                    std::to_string(code) +
                    "), which is essential; it does not say which of them ended first");
      EXPECT_NE(explain(launch, kRun).next_step.find("do without proxy"), std::string::npos);
    }
  auto all_killed = failed(143);
  all_killed.containers.push_back({"proxy", 137, "", true});
  EXPECT_EQ(cause(all_killed), "it ended on SIGTERM");
  auto own = failed(3);
  own.containers.push_back({"proxy", 0, "", true});
  EXPECT_EQ(cause(own).find("proxy"), std::string::npos);
}

TEST(Explain, nothing_is_called_essential_that_is_not_known_to_be) {
  auto decided = failed(3);
  decided.containers.push_back({"proxy", 137, ""});
  for (const auto is_essential : {std::optional<bool>(), std::optional<bool>(false)}) {
    decided.containers[0].is_essential = is_essential;
    EXPECT_EQ(cause(decided), "the program in container main ended with an error of its own");
  }
  auto killed = failed(137);
  killed.containers.push_back({"proxy", 2, ""});
  EXPECT_EQ(
      cause(killed),
      "ECS may have stopped container main because proxy ended (exit code 2): whether proxy is "
      "essential is not known");
  EXPECT_EQ(explain(killed, kRun).next_step,
            "look at the log of proxy, and at the task definition");
}

constexpr auto kNoCommand =
    "CannotStartContainerError: exec: \"/no/such\": no such file or directory";
constexpr auto kLacksCommand = "the command is not there in the image";

TEST(Explain, the_cause_is_that_of_the_container_that_decided) {
  for (const auto is_essential : {false, true}) {
    auto launch = failed(3);
    launch.containers[0].is_essential = true;
    launch.containers.push_back({"log", {}, kNoCommand, is_essential});
    EXPECT_EQ(cause(launch), "the program in container main ended with an error of its own");
    launch.containers[0].reason = "OutOfMemoryError: Container killed due to memory usage";
    EXPECT_EQ(cause(launch), "a container needed more memory than it may have");
  }
  auto other_cpu = failed(3);
  other_cpu.last_lines = {"exec /log: exec format error"};
  other_cpu.containers.push_back({"log", 255, "", false});
  EXPECT_EQ(cause(other_cpu), "the program in container main ended with an error of its own");
}

TEST(Explain, where_no_container_decided_or_it_was_killed_the_cause_is_that_of_an_essential_one) {
  auto never = ended(VerdictKind::kNeverStarted, "Task failed to start");
  auto killed = failed(137);
  for (auto* launch : {&never, &killed}) {
    launch->containers.push_back({"proxy", {}, kNoCommand, false});
    EXPECT_NE(cause(*launch), kLacksCommand);
    launch->containers[1].is_essential = true;
    EXPECT_EQ(cause(*launch), kLacksCommand);
  }
}

TEST(Explain, a_code_that_is_missing_is_said_to_be) {
  auto launch = failed(0);
  launch.containers[0].exit_code.reset();
  EXPECT_NE(cause(launch).find("no exit code of container main"), std::string::npos);
}

TEST(Explain, what_stopped_a_task) {
  const auto stopped = [](const char* code, const char* reason) {
    auto launch = ended(VerdictKind::kStopped, reason);
    launch.stop_code = code;
    return cause(launch);
  };
  EXPECT_EQ(stopped("UserInitiated", "Task stopped by user"),
            "somebody or something else stopped it");
  EXPECT_EQ(stopped("UserInitiated", "runtask: interrupted by Ctrl-C"),
            "another runtask stopped it");
  // Whoever stops a task may write anything.
  EXPECT_EQ(stopped("UserInitiated", "it looked out of memory, and Spot would interrupt it anyway"),
            "somebody or something else stopped it");
  EXPECT_EQ(stopped("ServiceSchedulerInitiated",
                    "Scaling activity initiated by (deployment ecs-svc/1234)"),
            "the scheduler of an ECS service stopped it: a deployment, scaling or a health check");
  // Only AWS has a CloudTrail.
  auto stopped_somewhere = ended(VerdictKind::kStopped, "Task stopped by user");
  stopped_somewhere.stop_code = "UserInitiated";
  EXPECT_NE(explain(stopped_somewhere, kRun).next_step.find("CloudTrail"), std::string::npos);
  stopped_somewhere.where = "the embedded ECS, cluster default";
  EXPECT_EQ(explain(stopped_somewhere, kRun).next_step.find("CloudTrail"), std::string::npos);
  EXPECT_EQ(cause(ended(VerdictKind::kTimedOut, "runtask: --timeout")),
            "it ran longer than --timeout allows");
  auto late = ended(VerdictKind::kTimedOut, "runtask: --start-timeout");
  late.verdict.words = "stopped at --start-timeout as it started";
  EXPECT_EQ(cause(late), "it took longer to start than --start-timeout allows");
  LaunchOutcome slow = ended(VerdictKind::kNeverStarted, "runtask: --start-timeout");
  slow.verdict = verdict_of_stop(OurStop::kStartTimeout);
  EXPECT_EQ(cause(slow), "it was not RUNNING within --start-timeout");
}

TEST(Explain, what_became_of_the_host) {
  const auto lost = [](const char* code) {
    auto launch = ended(VerdictKind::kInfrastructure, "");
    launch.stop_code = code;
    return cause(launch);
  };
  EXPECT_EQ(lost("SpotInterruption"), "AWS took the Spot capacity back");
  EXPECT_EQ(lost("TerminationNotice"), "what it ran on went away");
  EXPECT_EQ(lost("InfrastructureHealth"), "AWS found the host unhealthy and moved away from it");
}

TEST(Explain, why_nobody_knows) {
  const auto unknown = [](const char* words) {
    auto launch = ended(VerdictKind::kUnknown, "");
    launch.verdict.words = words;
    return cause(launch);
  };
  EXPECT_NE(unknown("ECS never showed the task (MISSING)").find("never showed"), std::string::npos);
  EXPECT_NE(unknown("ECS does not know the task any more (MISSING)").find("about an hour"),
            std::string::npos);
  EXPECT_NE(unknown("its task may still run; the credentials have expired").find("ended before"),
            std::string::npos);
  auto expired = ended(VerdictKind::kUnknown, "");
  expired.verdict.words = "its task may still run; the credentials have expired";
  EXPECT_TRUE(explain(expired, kRun).next_step.ends_with("runs attach " + std::string(kRun)));
  EXPECT_TRUE(explain(expired, "").next_step.ends_with("look for its task in the cluster"));
  EXPECT_NE(unknown("its task may still run; may not be described").find("may not see"),
            std::string::npos);
  EXPECT_NE(unknown("it may have been started: no answer").find("was lost"), std::string::npos);
  const auto unseen = "it may have been started; looking for its task: ListTasks: not allowed";
  EXPECT_NE(unknown(unseen).find("could not be listed"), std::string::npos);
}

TEST(Explain, why_a_task_runs_on_that_was_to_be_stopped) {
  for (const auto kind :
       {VerdictKind::kTimedOut, VerdictKind::kNeverStarted, VerdictKind::kInterrupted}) {
    auto launch = ended(kind, "");
    launch.verdict.may_still_run = true;
    launch.verdict.words =
        "--timeout has passed; its task may not be stopped and still runs: StopTask: not allowed";
    EXPECT_EQ(explain(launch, kRun).next_step,
              "allow ecs:StopTask, then: runtask runs stop 20260131-123456-0123abcd");
    EXPECT_EQ(explain(launch, "").next_step, "allow ecs:StopTask, then stop it in the cluster");
    if (kind == VerdictKind::kInterrupted) continue;
    launch.verdict.words = "--timeout has passed; its task may still run: it has not ended";
    EXPECT_EQ(cause(launch), "it was asked to stop and was not seen to end");
    EXPECT_TRUE(
        explain(launch, kRun).next_step.ends_with("runtask runs stop " + std::string(kRun)));
  }
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
