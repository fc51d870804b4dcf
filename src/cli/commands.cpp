#include "cli/commands.h"

#include <type_traits>

#include "cli/exit_code.h"

namespace runtask::cli {

namespace {

int dispatch(const Command& command, const World& world) {
  return std::visit(
      [&](const auto& arguments) {
        using Arguments = std::decay_t<decltype(arguments)>;
        if constexpr (std::is_same_v<Arguments, RunArguments>) {
          return run(arguments, world);
        } else if constexpr (std::is_same_v<Arguments, RunTaskScript>) {
          return run_task_script(arguments, world);
        } else if constexpr (std::is_same_v<Arguments, FindArguments>) {
          return find(arguments, world);
        } else if constexpr (std::is_same_v<Arguments, WhoamiArguments>) {
          return whoami(arguments, world);
        } else if constexpr (std::is_same_v<Arguments, AgentEnvironment>) {
          return agent_environment(arguments, world);
        } else if constexpr (requires { pipeline(arguments, world); }) {
          return pipeline(arguments, world);
        } else if constexpr (requires { context(arguments, world); }) {
          return context(arguments, world);
        } else if constexpr (requires { runs(arguments, world); }) {
          return runs(arguments, world);
        } else {
          return local(arguments, world);
        }
      },
      command);
}

// A run says itself what could not be written, and keeps its verdict.
bool carries_a_run_out(const Command& command) {
  if (const auto* run = std::get_if<RunArguments>(&command)) return !run->plan;
  if (const auto* again = std::get_if<RunsAgain>(&command)) return !again->plan;
  return std::holds_alternative<RunsAttach>(command);
}

// Anything else is only as good as its result.
int code_when_written(Screen& screen, int code, int code_of_failure) {
  screen.flush();
  if (screen.lost_lines() == 0) return code;
  screen.message("error: cannot write to standard output: " + screen.lost_why());
  return code == kExitSuccess ? code_of_failure : code;
}

}  // namespace

int give(const Answer& answer, Screen& screen) {
  if (answer.is_error) {
    screen.message(answer.text);
    if (!answer.record.empty()) screen.output(answer.record);
    return answer.exit_code;
  }
  screen.output_raw(answer.text + "\n");
  return code_when_written(screen, answer.exit_code, kExitFailure);
}

int carry_out(const Command& command, const World& world) {
  const int code = dispatch(command, world);
  if (carries_a_run_out(command)) return code;
  return code_when_written(
      world.screen, code,
      std::holds_alternative<RunArguments>(command) ? kExitCouldNotRun : kExitFailure);
}

}  // namespace runtask::cli
