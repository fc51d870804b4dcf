#include "cli/command_line.h"

namespace runtask::cli::command_line {

void declare_agent_environment(CLI::App& root, Targets& targets) {
  auto& env = *root.add_subcommand("env", "What an agent exports to use runtask in hamlet's place");
  env.description(
      "Prints the exports that make a pipeline find runtask under the names of hamlet's scripts: "
      "setContext.sh, constructTree.sh and runTask.sh.");
  env.add_option("--overlay", targets.agent_environment.overlay,
                 "Build there the bash executor that the environment names, with the drop-ins in "
                 "the places of its scripts, and export that")
      ->type_name("DIR");
  env.footer(
      with_example("The agent needs no bash executor, and no bash, jq, JVM or AWS CLI, for these "
                   "three.",
                   "  eval \"$(runtask env)\"\n"
                   "  eval \"$(runtask env --overlay /opt/executor)\""));
  chooses(env, targets, &Targets::agent_environment);
}

}  // namespace runtask::cli::command_line
