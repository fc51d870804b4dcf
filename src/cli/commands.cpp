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

}  // namespace

int carry_out(const Command& command, const World& world) {
  const int code = dispatch(command, world);
  world.screen.flush();
  // A run says so itself and keeps its verdict; any other command is only as good as its result.
  if (world.screen.lost_lines() == 0 || std::holds_alternative<RunArguments>(command)) return code;
  world.screen.message("error: cannot write to standard output: " + world.screen.lost_why());
  return code == kExitSuccess ? kExitFailure : code;
}

}  // namespace runtask::cli
