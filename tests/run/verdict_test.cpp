#include "run/verdict.h"

#include <gtest/gtest.h>

#include <random>

namespace runtask::run {
namespace {

ecs::Container container(const std::string& name, std::optional<std::int64_t> code,
                         const std::string& reason = "") {
  ecs::Container made;
  made.name = name;
  made.exit_code = code;
  made.reason = reason;
  return made;
}
ecs::Task stopped(std::vector<ecs::Container> containers,
                  std::string_view stop_code = "EssentialContainerExited") {
  ecs::Task task;
  task.last_status = "STOPPED";
  task.stop_code = stop_code;
  task.containers = std::move(containers);
  return task;
}
const Facts kPair{{}, {"sidecar", "main"}};
const Facts kNamed{{"main"}, {"sidecar", "main"}};
constexpr auto kOom = "OutOfMemoryError: Container killed due to memory usage";

void expect(const Verdict& verdict, VerdictKind kind, int code) {
  EXPECT_EQ(name_of(verdict.kind), name_of(kind)) << verdict.words;
  EXPECT_EQ(verdict.exit_code, code) << verdict.words;
}

TEST(Verdict, a_task_that_failed_to_start_is_never_success_and_never_started_only_if_nothing_ran) {
  const auto said = [](std::optional<std::int64_t> code, const std::string& reason) {
    return judge(stopped({container("main", code, reason)}, "TaskFailedToStart"), {},
                 OurStop::kNone);
  };
  expect(said({}, ""), VerdictKind::kNeverStarted, 125);
  for (const auto code : {126, 127, 128})  // Of what could not be started.
    expect(said(code, "CannotStartContainerError: no"), VerdictKind::kNeverStarted, 125);
  for (const auto code : {0, 7, 137}) {
    const auto verdict = said(code, code == 137 ? kOom : "");
    expect(verdict, VerdictKind::kFailed, 125);
    EXPECT_NE(verdict.words.find("exit code " + std::to_string(code) + " of container main"),
              std::string::npos)
        << verdict.words;
  }
  const auto task = stopped({container("main", {})}, "TaskFailedToStart");
  auto started = task;
  started.started_at = WallTime();
  expect(judge(started, {}, OurStop::kNone), VerdictKind::kFailed, 125);
  for (const auto* health : {"HEALTHY", "UNHEALTHY", "UNKNOWN"}) {
    auto checked = task;
    checked.containers[0].health_status = health;
    const bool has_run = health != std::string("UNKNOWN");
    expect(judge(checked, {}, OurStop::kNone),
           has_run ? VerdictKind::kFailed : VerdictKind::kNeverStarted, 125);
  }
  expect(said({}, kOom), VerdictKind::kFailed, 125);
}

TEST(Verdict, without_a_stop_code_success_needs_a_reason_that_speaks_of_no_other_end) {
  const auto said = [](const std::string& reason, int code) {
    auto task = stopped({container("main", code)}, "");
    task.stopped_reason = reason;
    return judge(task, {}, OurStop::kNone);
  };
  for (const auto* reason : {"", "Essential container in task exited"})
    expect(said(reason, 0), VerdictKind::kSucceeded, 0);
  for (const auto* reason : {"Task stopped by user alice", "Task failed container health checks",
                             "Scaling activity initiated by (deployment ecs-svc/1)"}) {
    expect(said(reason, 0), VerdictKind::kStopped, 125);
    EXPECT_NE(said(reason, 0).words.find(reason), std::string::npos);
    expect(said(reason, 3), VerdictKind::kFailed, 3);
    auto task = stopped({container("main", {})}, "");
    task.stopped_reason = reason;
    expect(judge(task, {}, OurStop::kNone), VerdictKind::kStopped, 125);
  }
  expect(judge(stopped({container("main", {})}, ""), {}, OurStop::kNone), VerdictKind::kFailed,
         125);
}

TEST(Verdict, what_never_started_says_why_in_the_most_telling_words) {
  auto task = stopped({container("main", {}, "CannotPullContainerError: no")}, "TaskFailedToStart");
  task.stopped_reason = "Task failed to start";
  EXPECT_EQ(judge(task, {}, OurStop::kNone).words, "CannotPullContainerError: no");
  task.containers.insert(task.containers.begin(), container("log", {}, "of no matter"));
  EXPECT_EQ(judge(task, {{}, {"main"}}, OurStop::kNone).words, "CannotPullContainerError: no");
  task.containers.erase(task.containers.begin());
  task.containers[0].reason.clear();
  EXPECT_EQ(judge(task, {}, OurStop::kNone).words, "Task failed to start");
}

TEST(Verdict, spot_and_lost_hosts_are_infrastructure_whatever_the_codes) {
  for (const auto* code : {"SpotInterruption", "TerminationNotice", "InfrastructureHealth"})
    expect(judge(stopped({container("main", 0)}, code), {}, OurStop::kNone),
           VerdictKind::kInfrastructure, 125);
  auto lost = stopped({container("main", 0)}, "EssentialContainerExited");
  lost.stopped_reason = "Host EC2 (instance i-0123) terminated.";
  expect(judge(lost, {}, OurStop::kNone), VerdictKind::kInfrastructure, 125);
}

TEST(Verdict, a_stop_by_somebody_else_is_never_success) {
  for (const auto* code : {"UserInitiated", "ServiceSchedulerInitiated", "SomethingNew"}) {
    expect(judge(stopped({container("main", 0)}, code), {}, OurStop::kNone), VerdictKind::kStopped,
           125);
    expect(judge(stopped({container("main", 9)}, code), {}, OurStop::kNone), VerdictKind::kStopped,
           9);
  }
}

TEST(Verdict, our_own_stop_is_named_by_its_cause) {
  const auto task = stopped({container("main", 143)}, "UserInitiated");
  expect(judge(task, {}, OurStop::kTimeout), VerdictKind::kTimedOut, 124);
  expect(judge(task, {}, OurStop::kStartTimeout), VerdictKind::kTimedOut, 124);
  auto pending = stopped({container("main", {})}, "UserInitiated");
  expect(judge(pending, {}, OurStop::kStartTimeout), VerdictKind::kNeverStarted, 125);
  expect(judge(pending, {}, OurStop::kStartTimeout, true), VerdictKind::kTimedOut, 124);
  pending.started_at = WallTime(std::chrono::seconds(1));
  expect(judge(pending, {}, OurStop::kStartTimeout), VerdictKind::kTimedOut, 124);
  expect(judge(task, {}, OurStop::kRunsStop), VerdictKind::kInterrupted, 143);
  expect(judge(task, {}, OurStop::kInterrupt), VerdictKind::kInterrupted, 130);
  expect(judge(task, {}, OurStop::kTerminate), VerdictKind::kInterrupted, 143);
  expect(judge(task, {}, OurStop::kCancel), VerdictKind::kCancelled, 125);
}

TEST(Verdict, a_task_that_ended_by_itself_just_before_our_stop_keeps_its_own_verdict) {
  expect(judge(stopped({container("main", 0)}), {}, OurStop::kTimeout), VerdictKind::kSucceeded, 0);
  expect(judge(stopped({container("main", 7)}), {}, OurStop::kInterrupt), VerdictKind::kFailed, 7);
}

TEST(Verdict, the_named_container_decides_and_a_missing_code_of_it_is_a_failure) {
  expect(judge(stopped({container("sidecar", 0), container("main", 7)}), kNamed, OurStop::kNone),
         VerdictKind::kFailed, 7);
  expect(judge(stopped({container("sidecar", 3), container("main", 7)}), kNamed, OurStop::kNone),
         VerdictKind::kFailed, 7);
  expect(judge(stopped({container("sidecar", 0), container("main", {})}), kNamed, OurStop::kNone),
         VerdictKind::kFailed, 125);
  expect(judge(stopped({container("sidecar", 0)}), kNamed, OurStop::kNone), VerdictKind::kFailed,
         125);
}

TEST(Verdict, beside_a_named_0_another_essential_failure_counts_but_a_kill_at_the_end_does_not) {
  const auto with = [](std::int64_t code, const char* reason = "") {
    return judge(stopped({container("sidecar", code, reason), container("main", 0)}), kNamed,
                 OurStop::kNone);
  };
  expect(with(3), VerdictKind::kFailed, 3);
  expect(with(137), VerdictKind::kSucceeded, 0);
  expect(with(143), VerdictKind::kSucceeded, 0);
  expect(with(137, kOom), VerdictKind::kFailed, 137);
}

TEST(Verdict, where_nobody_knows_which_are_essential_the_named_ones_decide_alone) {
  const Facts named{{"main"}, {}};
  const auto with = [&](std::optional<std::int64_t> main, std::optional<std::int64_t> other,
                        const char* reason = "") {
    return judge(stopped({container("sidecar", other, reason), container("main", main)}), named,
                 OurStop::kNone);
  };
  expect(with(7, 3), VerdictKind::kFailed, 7);
  expect(with({}, 3), VerdictKind::kFailed, 125);
  for (const auto other : {std::optional<std::int64_t>(), std::optional<std::int64_t>(3)}) {
    expect(with(0, other), VerdictKind::kSucceeded, 0);
    EXPECT_EQ(with(0, other).words,
              "exit code 0 of container main; it is not known whether sidecar is essential");
  }
  expect(with(0, 137, kOom), VerdictKind::kSucceeded, 0);
  EXPECT_NE(with(0, 137, kOom).words, "exit code 0 of container main");
  for (const int code : {0, 137, 143})
    EXPECT_EQ(with(0, code).words, "exit code 0 of container main");
  // With none named every one counts.
  expect(judge(stopped({container("sidecar", 3), container("main", 0)}), {}, OurStop::kNone),
         VerdictKind::kFailed, 3);
}

TEST(Verdict, with_nothing_named_the_first_essential_failure_in_the_definitions_order_decides) {
  // The reply's order is not the definition's.
  const auto task = stopped({container("main", 7), container("sidecar", 5)});
  expect(judge(task, kPair, OurStop::kNone), VerdictKind::kFailed, 5);
  expect(judge(stopped({container("sidecar", 143), container("main", 7)}), kPair, OurStop::kNone),
         VerdictKind::kFailed, 7);
}

TEST(Verdict, with_nothing_named_only_kills_are_success_beside_a_0_and_a_failure_without_one) {
  expect(judge(stopped({container("sidecar", 137), container("main", 0)}), kPair, OurStop::kNone),
         VerdictKind::kSucceeded, 0);
  expect(judge(stopped({container("sidecar", 137), container("main", 143)}), kPair, OurStop::kNone),
         VerdictKind::kFailed, 137);
  expect(judge(stopped({container("sidecar", 137, kOom), container("main", 0)}), kPair,
               OurStop::kNone),
         VerdictKind::kFailed, 137);
}

TEST(Verdict, with_nothing_named_a_kill_is_no_end_of_task_kill_when_any_reason_tells_of_memory) {
  // The reason may stand beside the other container, or beside the task.
  expect(judge(stopped({container("sidecar", 137), container("main", 0, kOom)}), kPair,
               OurStop::kNone),
         VerdictKind::kFailed, 137);
  auto task = stopped({container("sidecar", 137), container("main", 0)});
  task.stopped_reason = kOom;
  expect(judge(task, kPair, OurStop::kNone), VerdictKind::kFailed, 137);
}

TEST(Verdict, with_nothing_named_a_missing_essential_code_is_no_success) {
  expect(judge(stopped({container("sidecar", {}), container("main", 0)}), kPair, OurStop::kNone),
         VerdictKind::kFailed, 125);
  expect(judge(stopped({}), {}, OurStop::kNone), VerdictKind::kUnknown, 125);
}

TEST(Verdict, containers_that_are_not_essential_never_decide) {
  const Facts facts{{}, {"main"}};
  expect(judge(stopped({container("log", 9), container("main", 0)}), facts, OurStop::kNone),
         VerdictKind::kSucceeded, 0);
}

TEST(Verdict, codes_outside_of_a_byte_become_1) {
  for (const std::int64_t code : {256LL, -1LL, 4294967295LL})
    expect(judge(stopped({container("main", code)}), {}, OurStop::kNone), VerdictKind::kFailed, 1);
  for (int code = 1; code < 256; ++code)
    EXPECT_EQ(judge(stopped({container("main", code)}), {}, OurStop::kNone).exit_code, code);
}

// Over random tasks: success is never given where any rule forbids it, and always has a reason.
TEST(Verdict, success_over_random_tasks_needs_a_natural_end_and_a_deciding_0) {
  std::mt19937 random(1);
  const std::vector<std::optional<std::int64_t>> codes = {{}, 0, 0, 1, 7, 137, 143, 256};
  const std::vector<std::string> stop_codes = {
      "EssentialContainerExited", "EssentialContainerExited", "", "UserInitiated",
      "SpotInterruption",         "TaskFailedToStart"};
  int successes = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto pick = [&](const auto& all) { return all[random() % all.size()]; };
    const auto sidecar = container("sidecar", pick(codes), random() % 4 == 0 ? kOom : "");
    const auto main = container("main", pick(codes));
    const auto facts = random() % 2 == 0 ? kPair : kNamed;
    const auto our_stop = random() % 3 == 0 ? OurStop::kTimeout : OurStop::kNone;
    const auto task = stopped({sidecar, main}, pick(stop_codes));
    const auto verdict = judge(task, facts, our_stop);
    ASSERT_EQ(verdict.exit_code == 0, verdict.kind == VerdictKind::kSucceeded);
    if (verdict.kind != VerdictKind::kSucceeded) continue;
    ++successes;
    ASSERT_TRUE(task.stop_code == "EssentialContainerExited" || task.stop_code.empty());
    ASSERT_TRUE(!task.stop_code.empty() || our_stop == OurStop::kNone);
    const bool named = !facts.deciding.empty();
    ASSERT_TRUE(named ? main.exit_code == 0 : main.exit_code == 0 || sidecar.exit_code == 0);
    ASSERT_TRUE(main.exit_code && sidecar.exit_code);
    for (const auto& one : {sidecar, main})
      ASSERT_TRUE(*one.exit_code == 0 ||
                  ((*one.exit_code == 137 || *one.exit_code == 143) && one.reason != kOom));
  }
  EXPECT_GT(successes, 500);  // The property was exercised.
}

TEST(RunExitCode, is_the_first_failed_launch_in_the_order_of_the_plan) {
  const Verdict good{VerdictKind::kSucceeded, 0, "", ""};
  const Verdict seven{VerdictKind::kFailed, 7, "", ""};
  const Verdict nine{VerdictKind::kFailed, 9, "", ""};
  const Verdict cancelled{VerdictKind::kCancelled, 125, "", ""};
  const Verdict skipped{VerdictKind::kSkipped, 125, "", ""};
  EXPECT_EQ(run_exit_code({good, good}, {}), 0);
  EXPECT_EQ(run_exit_code({good, nine, seven}, {}), 9);
  EXPECT_EQ(run_exit_code({cancelled, skipped, seven}, {}), 7);
  // What they were given up for has ended well after all; not everything was done.
  EXPECT_EQ(run_exit_code({good, cancelled, good}, {}), 125);
  EXPECT_EQ(run_kind({good, cancelled, good}, {}), VerdictKind::kCancelled);
  EXPECT_EQ(run_exit_code({good, skipped}, {}), 125);
  EXPECT_EQ(run_exit_code({{VerdictKind::kDetached, 0, "", ""}}, {}), 0);
}

TEST(RunExitCode, is_the_signals_when_something_was_cut_short_by_it) {
  const Verdict good{VerdictKind::kSucceeded, 0, "", ""};
  EXPECT_EQ(run_exit_code({good, {VerdictKind::kInterrupted, 130, "", ""}}, 130), 130);
  EXPECT_EQ(run_exit_code({good, {VerdictKind::kSkipped, 125, "", ""}}, 143), 143);
  EXPECT_EQ(run_exit_code({{VerdictKind::kNeverStarted, 125, "", ""}}, 130), 130);
  EXPECT_EQ(run_exit_code({{VerdictKind::kUnknown, 125, "", ""}}, 143), 143);
  EXPECT_EQ(run_exit_code({{VerdictKind::kDetached, 0, "", ""}}, 130), 130);
  EXPECT_EQ(run_exit_code({good}, 130), 0);  // It had ended before.
  EXPECT_EQ(run_exit_code({{VerdictKind::kFailed, 7, "", ""}}, 130), 7);
}

}  // namespace
}  // namespace runtask::run
