#include "jenkins/build.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/sim_files.h"
#include "sim/sim_loop.h"
#include "sim/sim_processes.h"
#include "sim/sim_random.h"

// Builds in simulated time: what would take minutes takes none.

namespace runtask::jenkins {
namespace {

using testing::HasSubstr;
using testing::Not;

class SimulatedBuild {
 public:
  // A pipeline with one stage of these steps, and more sections after the stages.
  BuildEnd run(const std::string& steps, const std::string& sections = "") {
    const auto text = "pipeline {\n agent any\n " + sections + "\n stages {\n stage('Only') {\n" +
                      when + " steps { script {\n" + steps + "\n} }\n" +
                      " post { always { echo 'post of the stage' } }\n }\n" +
                      " stage('Next') { steps { echo 'the next stage' } }\n }\n" +
                      " post { aborted { echo 'post of the build' } }\n}\n";
    const auto checked = std::make_shared<const Checked>(check(text, "Jenkinsfile", {}));
    EXPECT_TRUE(checked->can_run()) << checked->report();
    BuildRequest request;
    request.file = checked;
    request.file_path = "/product/Jenkinsfile";
    request.job = "product/Jenkinsfile";
    request.run_id = request.cookie = "the-run";
    request.home = "/home";
    request.workspace = "/home/workspace";
    request.build_directory = "/home/build";
    request.source = source;
    request.since = source.empty() ? "" : "HEAD~1";
    Console console([this](WallTime, const std::string& line) { console_ += line + "\n"; },
                    [this] { return loop_.wall_now(); });
    Build build({loop_, files_, processes_, random_, environment_, console, {}, ask_, {}}, request);
    auto end = build.run();
    EXPECT_EQ(processes_.alive(), 0U);
    return end;
  }
  std::string source;  // Of `scm`; empty: there is none.
  std::string when;    // Of the stage.
  [[nodiscard]] const std::string& console() const { return console_; }
  [[nodiscard]] Duration passed() const { return loop_.now() - Instant(Duration(0)); }
  sim::SimProcesses& processes() { return processes_; }
  sim::SimFiles& files() { return files_; }
  // Somebody sits at the terminal, who types these lines and then is gone.
  void type(std::vector<std::string> lines) {
    ask_ = [this, lines = std::move(lines)](const std::string& question, const auto& done) {
      questions_.push_back(question);
      const auto at = questions_.size() - 1;
      loop_.post([done, line = at < lines.size() ? std::optional(lines[at]) : std::nullopt] {
        done(line);
      });
      return sys::PendingPtr();
    };
  }
  [[nodiscard]] const std::vector<std::string>& questions() const { return questions_; }

 private:
  decltype(BuildOutside::ask) ask_;
  std::vector<std::string> questions_;
  sim::SimLoop loop_;
  sim::SimFiles files_;
  sim::SimProcesses processes_{loop_};
  sim::SimRandom random_{1};
  const sys::Environment environment_{{{"PATH", "/bin"}}};
  std::string console_;
};

constexpr auto kGivesUp = "terminating with extreme prejudice\n";

TEST(Build, what_a_timeout_interrupts_may_take_a_minute_to_end) {
  SimulatedBuild build;
  const auto end = build.run(
      "timeout(time: 10, unit: 'MINUTES') {\n"
      " try { sleep 3600 } finally { sleep 59; echo 'has tidied' }\n}\n echo 'not reached'");
  EXPECT_EQ(end.result, BuildResult::kAborted);
  EXPECT_THAT(build.console(), HasSubstr("has tidied\n"));
  EXPECT_THAT(build.console(), Not(HasSubstr(kGivesUp)));
  EXPECT_THAT(build.console(), Not(HasSubstr("not reached")));
  EXPECT_EQ(build.passed(), std::chrono::seconds(659));
}

constexpr auto kAsks =
    "def v = input(message: 'go', parameters: [choice(name: 'C', choices: ['a', 'b'],\n"
    "description: 'which'), booleanParam(name: 'B', defaultValue: true), string(name: 'S')])\n"
    "echo \"got ${v}\"";

TEST(Build, an_input_asks_for_each_parameter_and_again_after_a_wrong_answer) {
  SimulatedBuild build;
  build.type({"zzz", "Proceed", "c", "b", "maybe", "n", "abort"});
  EXPECT_EQ(build.run(kAsks).result, BuildResult::kSuccess);
  EXPECT_THAT(build.console(), HasSubstr("got [C:b, B:false, S:abort]\n"));
  EXPECT_THAT(build.questions(),
              testing::ElementsAre(
                  "go (Proceed / Abort) ", "`zzz` is no answer here.\ngo (Proceed / Abort) ",
                  "C (which)\n  one of: a, b [a]: ",
                  "`c` is no answer here.\nC (which)\n  one of: a, b [a]: ",
                  "B\n  one of: true, false [true]: ",
                  "`maybe` is no answer here.\nB\n  one of: true, false [true]: ", "S: "));
}

TEST(Build, an_input_can_be_refused_at_each_question_with_choices) {
  for (const auto& lines : std::vector<std::vector<std::string>>{
           {"Abort"}, {"zzz", "no"}, {"", "abort"}, {"y", "a", "Abort"}}) {
    SimulatedBuild build;
    build.type(lines);
    const auto end = build.run(kAsks);
    EXPECT_EQ(end.result, BuildResult::kAborted);
    EXPECT_THAT(build.console(), HasSubstr("Rejected by the person at the terminal"));
    EXPECT_EQ(build.questions().size(), lines.size());
  }
}

TEST(Build, an_input_whose_person_leaves_or_never_answers_right_fails) {
  for (const auto& lines : {std::vector<std::string>{"y"}, std::vector<std::string>(200, "zzz")}) {
    SimulatedBuild build;
    build.type(lines);
    const auto end = build.run(kAsks);
    EXPECT_EQ(end.result, BuildResult::kFailure);
    EXPECT_THAT(end.error, HasSubstr("not answered at the terminal"));
    EXPECT_LE(build.questions().size(), 100U);
  }
}

TEST(Build, a_body_that_swallows_its_interruption_is_abandoned_a_minute_later) {
  for (const std::string body :
       {"while (true) { try { sleep 7 } catch (e) { echo 'swallowed' } }",
        "while (true) { catchError { sleep 7 } }",
        "parallel a: { while (true) { try { sleep 7 } catch (e) { } } }, b: { sleep 3600 }"}) {
    SCOPED_TRACE(body);
    SimulatedBuild build;
    const auto end = build.run("timeout(time: 10, unit: 'MINUTES') {\n try {\n" + body +
                               "\n} finally { echo 'not reached' }\n}\n echo 'not reached'");
    EXPECT_EQ(end.result, BuildResult::kAborted);
    EXPECT_EQ(end.error, "Timeout has been exceeded");
    EXPECT_THAT(build.console(), HasSubstr(kGivesUp));
    EXPECT_THAT(build.console(), HasSubstr("post of the stage\n"));
    EXPECT_THAT(build.console(), HasSubstr("post of the build\n"));
    EXPECT_THAT(build.console(), Not(HasSubstr("not reached")));
    EXPECT_THAT(build.console(), Not(HasSubstr("the next stage")));
    EXPECT_EQ(build.passed(), std::chrono::seconds(660));
  }
}

TEST(Build, a_script_around_an_abandoned_body_goes_on) {
  SimulatedBuild build;
  const auto end = build.run(
      "try {\n timeout(time: 1, unit: 'MINUTES') { while (true) { try { sleep 7 } catch (e) { } } "
      "}\n"
      "} catch (e) { echo \"caught ${e.message}\" }");
  EXPECT_EQ(end.result, BuildResult::kSuccess);
  EXPECT_THAT(build.console(), HasSubstr("caught Timeout has been exceeded\n"));
  EXPECT_THAT(build.console(), HasSubstr("the next stage\n"));
}

TEST(Build, post_runs_where_the_timeout_of_the_whole_build_has_been_ignored) {
  SimulatedBuild build;
  const auto end = build.run("while (true) { try { sleep 7 } catch (e) { } }",
                             "options { timeout(time: 10, unit: 'MINUTES') }");
  EXPECT_EQ(end.result, BuildResult::kAborted);
  EXPECT_THAT(build.console(), HasSubstr("post of the stage\n"));
  EXPECT_THAT(build.console(), HasSubstr("post of the build\n"));
  EXPECT_EQ(build.passed(), std::chrono::seconds(660));
}

TEST(Build, what_has_interrupted_branches_leaves_the_post_around_them_alone) {
  for (const std::string steps :
       {"parallel a: { sleep 3600 }, b: { sleep 3600 }",
        "parallel a: { parallel b: { sleep 3600 }, c: { sleep 3600 } }, d: { sleep 3600 }"}) {
    SimulatedBuild build;
    const auto end = build.run(steps, "options { timeout(time: 10, unit: 'MINUTES') }");
    EXPECT_EQ(end.result, BuildResult::kAborted);
    EXPECT_THAT(build.console(), HasSubstr("post of the stage\n"));
    EXPECT_THAT(build.console(), HasSubstr("post of the build\n"));
    EXPECT_EQ(build.passed(), std::chrono::seconds(600));
  }
}

TEST(Build, of_two_timeouts_the_outer_one_ends_what_the_inner_one_cannot) {
  SimulatedBuild build;
  const auto end = build.run(
      "timeout(time: 10, unit: 'MINUTES') {\n while (true) {\n"
      " try { timeout(time: 7, unit: 'MINUTES') { while (true) { try { sleep 7 } catch (e) { } } "
      "}\n"
      " } catch (e) { echo 'inner' }\n}\n}");
  EXPECT_EQ(end.result, BuildResult::kAborted);
  EXPECT_EQ(build.passed(), std::chrono::seconds(660));
}

TEST(Build, a_script_of_an_abandoned_body_is_killed) {
  SimulatedBuild build;
  build.processes().script([](const sys::ProcessSpec&) {
    return sim::Steps{sim::Say{"works\n"}, sim::Hold{}};
  });
  const auto end = build.run(
      "timeout(time: 10, unit: 'MINUTES') {\n while (true) { try { sh './work' } catch (e) { } "
      "}\n}");
  EXPECT_EQ(end.result, BuildResult::kAborted);
  EXPECT_THAT(build.console(), HasSubstr("Sending interrupt signal to process\n"));
  EXPECT_THAT(build.console(), HasSubstr(kGivesUp));
  EXPECT_EQ(build.passed(), std::chrono::seconds(660));
}

// A repository whose programs all do what they are asked for, but for the one that takes for ever.
void with_repository(SimulatedBuild& build, std::size_t hanging) {
  build.source = "/product";
  ASSERT_TRUE(build.files().make_directory("/product/.git", 0755));
  ASSERT_TRUE(build.files().write("/product/file", "", 0644));
  build.processes().script([&build, hanging](const sys::ProcessSpec& spec) {
    if (build.processes().started().size() == hanging) return sim::Steps{sim::Hold{}};
    if (spec.argv.back().ends_with("/clone")) {
      EXPECT_TRUE(build.files().make_directory(spec.argv.back() + "/.git", 0755));
    }
    return sim::Steps{sim::Say{"file"}};
  });
}

TEST(Build, an_interruption_is_never_lost_whichever_program_it_meets) {
  constexpr auto kSkips = "options { skipDefaultCheckout() }";
  struct Case {
    std::string name, steps;
    std::size_t programs;
  };
  for (const auto& [name, steps, programs] :
       std::vector<Case>{{"checkout", "timeout(10) { checkout scm; echo 'not reached' }", 9},
                         {"clone", "timeout(10) { git url: 'u'; echo 'not reached' }", 6}}) {
    for (std::size_t hanging = 0; hanging <= programs; ++hanging) {
      SCOPED_TRACE(name + ", program " + std::to_string(hanging));
      SimulatedBuild build;
      with_repository(build, hanging);
      const auto end = build.run(steps, kSkips);
      ASSERT_EQ(build.processes().started().size(), std::min(hanging + 1, programs));
      if (hanging == programs) {
        EXPECT_EQ(end.result, BuildResult::kSuccess);
        continue;
      }
      EXPECT_EQ(end.result, BuildResult::kAborted);
      EXPECT_EQ(end.error, "Timeout has been exceeded");
      EXPECT_THAT(build.console(), HasSubstr("Sending interrupt signal to process\n"));
      EXPECT_THAT(build.console(), Not(HasSubstr("not reached")));
    }
  }
}

TEST(Build, an_interruption_that_meets_a_look_at_the_changes_ends_the_stage) {
  for (const auto* condition : {"changeset '**'", "changelog '.*'"}) {
    SimulatedBuild build;
    with_repository(build, 0);
    build.when = std::string("when { ") + condition + " }\n";
    const auto end =
        build.run("echo 'not reached'", "options { skipDefaultCheckout(); timeout(10) }");
    EXPECT_EQ(end.result, BuildResult::kAborted);
  }
}

TEST(Build, a_build_that_another_one_has_started_ends_in_its_own_time_until_it_is_abandoned) {
  for (const bool ends : {true, false}) {
    SimulatedBuild build;
    ASSERT_TRUE(build.files().make_directory("/product", 0755));
    ASSERT_TRUE(build.files().write("/product/child", "pipeline { }", 0644));
    // Beyond SIGTERM: its `post`, which ends half a minute later, or never.
    build.processes().script([&](const sys::ProcessSpec&) {
      if (ends) return sim::Steps{sim::IgnoreTerm{}, sim::Wait{std::chrono::seconds(630)}};
      return sim::Steps{sim::IgnoreTerm{}, sim::Hold{}};
    });
    const auto end = build.run("timeout(time: 10, unit: 'MINUTES') { build 'child' }");
    EXPECT_EQ(end.result, BuildResult::kAborted);
    EXPECT_EQ(end.error, "Timeout has been exceeded");
    EXPECT_THAT(build.console(), Not(HasSubstr("did not stop")));
    EXPECT_EQ(build.passed(), std::chrono::seconds(ends ? 630 : 660));
  }
}

}  // namespace
}  // namespace runtask::jenkins
