#include "base/text.h"
#include "cli/commands.h"
#include "cli/drop_ins.h"
#include "cli/exit_code.h"
#include "sys/programs.h"

namespace runtask::cli {
namespace {

Result<AgentDirectories> choose(const AgentEnvironment& arguments, const World& world) {
  const auto program = TRY(sys::own_program());
  const auto drop_ins = TRY(find_drop_ins(world.files, program));
  if (arguments.overlay.empty()) return drop_ins;
  return build_overlay(world.files, drop_ins, world.environment,
                       World::absolute(arguments.overlay));
}

}  // namespace

int agent_environment(const AgentEnvironment& arguments, const World& world) {
  const auto directories = choose(arguments, world);
  if (!directories) {
    world.screen.message(directories.error().text());
    return directories.error().code == Code::kUsage ? kExitUsage : kExitFailure;
  }
  for (const auto& [name, value] : directories->variables())
    world.screen.output("export " + name + "=" + shell_quoted(value));
  return kExitSuccess;
}

}  // namespace runtask::cli
