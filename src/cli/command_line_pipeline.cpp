#include "cli/command_line.h"

namespace runtask::cli::command_line {
namespace {

void add_libraries(CLI::App& command, std::vector<std::string>& libraries) {
  command.add_option("--library", libraries, "Where a shared library is: its pipelines count too")
      ->type_name("NAME=DIR")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
}

void declare_pipeline_lint(CLI::App& pipeline, Targets& targets) {
  auto& lint = *pipeline.add_subcommand("lint", "Check Jenkinsfiles; nothing runs");
  lint.description(
      "Checks declarative pipelines as Jenkins does before a build, and reports all mistakes of a "
      "file at once, each with its line. A file of a shared library's vars/ is checked too. Ends "
      "with 0 if every file is in order, with 2 if not.");
  lint.add_option("files", targets.pipeline_lint.files, "The Jenkinsfiles")
      ->type_name("JENKINSFILE")
      ->required();
  add_libraries(lint, targets.pipeline_lint.libraries);
  lint.footer(with_example("docs/PIPELINE.md says what is checked.",
                           "  runtask pipeline lint Jenkinsfile\n"
                           "  runtask pipeline lint pipelines/*.Jenkinsfile"));
  chooses(lint, targets, &Targets::pipeline_lint);
}

void declare_pipeline_params(CLI::App& pipeline, Targets& targets) {
  auto& params = *pipeline.add_subcommand("params", "What a build of a Jenkinsfile can be given");
  params.description("Prints the parameters of a pipeline: kind, default and choices.");
  params.add_option("file", targets.pipeline_params.file, "The Jenkinsfile")
      ->type_name("JENKINSFILE")
      ->required();
  add_libraries(params, targets.pipeline_params.libraries);
  params.add_flag("--json", targets.pipeline_params.json, "One object per parameter and line");
  params.footer(with_example("A build gets them as -p NAME=VALUE.",
                             "  runtask pipeline params Jenkinsfile\n"
                             "  runtask pipeline params Jenkinsfile --json"));
  chooses(params, targets, &Targets::pipeline_params);
}

}  // namespace

void declare_pipeline(CLI::App& root, Targets& targets) {
  auto& pipeline = *root.add_subcommand("pipeline", "Jenkins' declarative pipelines");
  pipeline.require_subcommand(1);
  pipeline.footer("Example:\n  runtask pipeline lint Jenkinsfile");
  declare_pipeline_run(pipeline, targets);
  declare_pipeline_lint(pipeline, targets);
  declare_pipeline_params(pipeline, targets);
}

}  // namespace runtask::cli::command_line
