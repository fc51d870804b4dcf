#include "cli/command_line.h"

namespace runtask::cli::command_line {

void declare_whoami(CLI::App& root, Targets& targets) {
  auto& app = *root.add_subcommand("whoami", "Whose credentials a run would use");
  auto& whoami = targets.whoami;
  app.description(
      "Asks AWS (STS) whose the credentials are that `runtask run` would use, and says where they "
      "come from and until when they are good. docs/CREDENTIALS.md says where they are looked "
      "for.");
  app.add_option("--profile", whoami.profile, "A profile of the AWS files")->type_name("NAME");
  app.add_option("--region", whoami.region, "The AWS region")->type_name("REGION");
  app.add_flag("--local", whoami.local,
               "On the embedded ECS, as RUNTASK_LOCAL=1 (true, yes, on) does");
  app.add_flag("--insecure-http", whoami.insecure_http,
               "Allows an endpoint that is plain http to another machine");
  app.add_flag("--json", whoami.json, "One JSON object");
  app.footer(with_example("No key is ever shown.",
                          "  runtask whoami\n  runtask whoami --profile production --json"));
  chooses(app, targets, &Targets::whoami);
}

}  // namespace runtask::cli::command_line
