#include "cli/command_line.h"

namespace runtask::cli::command_line {

void declare_pipeline_run(CLI::App& pipeline, Targets& targets) {
  auto& run = *pipeline.add_subcommand("run", "Carry a declarative pipeline out on this machine");
  auto& arguments = targets.pipeline_run;
  run.description(
      "Carries a Jenkinsfile out here, without Jenkins. The workspace is private to the job; an "
      "implicit checkout brings the working tree of the Jenkinsfile's repository as it is. Ends "
      "with 0 for SUCCESS, 1 FAILURE, 3 UNSTABLE, 4 ABORTED, 130 or 143 when interrupted, 2 when "
      "nothing ran.");
  const auto list = [&](const std::string& flag, std::vector<std::string>& target, const char* type,
                        const char* help) {
    run.add_option(flag, target, help)
        ->type_name(type)
        ->expected(1)
        ->allow_extra_args(false)
        ->take_all();
  };
  run.add_option("file", arguments.file, "The Jenkinsfile")->type_name("JENKINSFILE")->required();
  list("-p,--parameter", arguments.parameters, "NAME=VALUE",
       "A parameter's value; may be repeated");
  run.add_option("--workspace", arguments.workspace, "Where the steps work; else a private one")
      ->type_name("DIR");
  run.add_option("--scm", arguments.scm,
                 "What a checkout brings; else the Jenkinsfile's repository")
      ->type_name("DIR");
  run.add_option("--job", arguments.job, "The job's name; else repository and path")
      ->type_name("NAME");
  list("--input", arguments.inputs, "ID=VALUE", "The answer to an `input` step");
  run.add_option("--credentials", arguments.credentials, "A JSON file of credentials by id")
      ->type_name("FILE");
  list("--library", arguments.libraries, "NAME=DIR", "Where a shared library is");
  list("--tool", arguments.tools, "NAME=DIR", "Where a tool is");
  run.add_option("--since", arguments.since,
                 "The commit since which files count as changed, and commits as changeSets")
      ->type_name("REF");
  run.add_flag("--strict-choices", arguments.strict_choices,
               "Values of an extendedChoice outside its list are errors");
  // How `build job:` calls this program: not for people.
  run.add_option("--commission", arguments.commission)->group("");
  run.footer(with_example("docs/PIPELINE.md says what runs and how.",
                          "  runtask pipeline run Jenkinsfile -p ENVIRONMENT=integration"));
  chooses(run, targets, &Targets::pipeline_run);
}

}  // namespace runtask::cli::command_line
