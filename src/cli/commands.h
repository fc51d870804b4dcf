#pragma once

#include "cli/arguments.h"
#include "cli/world.h"

// The commands. Each does its work, prints, and returns the exit code.

namespace runtask::cli {

// Prints it.
[[nodiscard]] int give(const Answer& answer, Screen& screen);

[[nodiscard]] int carry_out(const Command& command, const World& world);

[[nodiscard]] int run(const RunArguments& arguments, const World& world);

[[nodiscard]] int run_task_script(const RunTaskScript& arguments, const World& world);

[[nodiscard]] int find(const FindArguments& arguments, const World& world);

[[nodiscard]] int whoami(const WhoamiArguments& arguments, const World& world);

[[nodiscard]] int runs(const RunsList& arguments, const World& world);
[[nodiscard]] int runs(const RunsShow& arguments, const World& world);
[[nodiscard]] int runs(const RunsLogs& arguments, const World& world);
[[nodiscard]] int runs(const RunsAttach& arguments, const World& world);
[[nodiscard]] int runs(const RunsStop& arguments, const World& world);
[[nodiscard]] int runs(const RunsAgain& arguments, const World& world);
[[nodiscard]] int runs(const RunsPrune& arguments, const World& world);

[[nodiscard]] int local(const LocalStart& arguments, const World& world);
[[nodiscard]] int local(const LocalStop& arguments, const World& world);
[[nodiscard]] int local(const LocalStatus& arguments, const World& world);
[[nodiscard]] int local(const LocalEnv& arguments, const World& world);
[[nodiscard]] int local(const LocalAws& arguments, const World& world);
[[nodiscard]] int local(const LocalRegister& arguments, const World& world);
[[nodiscard]] int local(const LocalLogs& arguments, const World& world);
[[nodiscard]] int local(const LocalImageAdd& arguments, const World& world);
[[nodiscard]] int local(const LocalImageList& arguments, const World& world);
[[nodiscard]] int local(const LocalImageRemove& arguments, const World& world);
[[nodiscard]] int local(const LocalClusterCreate& arguments, const World& world);

[[nodiscard]] int context(const SetContext& arguments, const World& world);
[[nodiscard]] int context(const ConstructTree& arguments, const World& world);
// runtask as the program that git asks for a password (hamlet/git.h); before anything is parsed.
[[nodiscard]] int answer_git(const std::vector<std::string>& words,
                             const sys::Environment& environment, Screen& screen);

[[nodiscard]] int pipeline(const PipelineRun& arguments, const World& world);
[[nodiscard]] int pipeline(const PipelineLint& arguments, const World& world);
[[nodiscard]] int pipeline(const PipelineParams& arguments, const World& world);

[[nodiscard]] int agent_environment(const AgentEnvironment& arguments, const World& world);

}  // namespace runtask::cli
