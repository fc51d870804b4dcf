#include "cli/command_line.h"

namespace runtask::cli::command_line {
namespace {

void declare_names(CLI::App& app, Selection& selection) {
  const char* group = "Which task, by hamlet's names";
  const auto name = [&](const char* flags, std::optional<std::string>& target, const char* help) {
    return app.add_option(flags, target, help)->type_name("NAME")->group(group);
  };
  name("-t,--tier", selection.tier, "The tier's name: application, not app");
  name("-i,--component", selection.component, "The ecs component's name");
  name("-w,--task", selection.tasks, "The task's name; a comma list of several");
  name(
      "-x,--instance", selection.instances,
      "Of the task; a comma list of several, `default` or nothing for the unnamed one, `*` for all "
      "(also TASK_INSTANCE)");
  name("-y,--task-version", selection.task_version, "Of the task");
  name("-j,--component-instance", selection.component_instance, "Of the component");
  name("-k,--component-version", selection.component_version, "Of the component");
  app.add_option("-c,--container", selection.container,
                 "The container that -e and --command configure (default: hamlet's rule)")
      ->type_name("NAME")
      ->group(group);
}

void declare_scope(CLI::App& app, Selection& selection) {
  const char* group = "Where in the CMDB (else hamlet's variables, else the working directory)";
  const auto word = [&](const char* flag, std::string& target, const char* help,
                        const char* type = "NAME") {
    return app.add_option(flag, target, help)->type_name(type)->group(group);
  };
  word("--environment", selection.environments, "A comma list of several (ENVIRONMENT)");
  word("--segment", selection.segment, "SEGMENT; `default` if nothing says otherwise");
  word("--tenant", selection.tenant, "TENANT");
  word("--product", selection.product, "PRODUCT");
  app.add_option("--account", selection.accounts,
                 "NAME, or ENVIRONMENT=NAME for one of several environments (ACCOUNT); repeatable")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->group(group);
  word("--region", selection.region, "REGION; else the CMDB's", "REGION");
  word("--root-dir", selection.root_dir,
       "ROOT_DIR; else the nearest parent with root.json, else with config and infrastructure",
       "DIR");
  word("--blueprint", selection.blueprint,
       "A blueprint-config.json that hamlet has generated, instead of the CMDB "
       "(RUNTASK_BLUEPRINT)",
       "FILE");
}

}  // namespace

void declare_selection(CLI::App& app, Selection& selection) {
  declare_names(app, selection);
  declare_scope(app, selection);
}

void declare_find(CLI::App& root, Targets& targets) {
  auto& find = *root.add_subcommand("find", "The tasks that a hamlet CMDB defines");
  find.description(
      "Looks up tasks in a hamlet CMDB: the names, what they run on, what is deployed. Flags that "
      "are not given do not restrict. Nothing found: exit code 1.");
  find.footer(with_example(
      "The working directory counts too: inside the CMDB most of the scope need not be given.",
      "  runtask find --product shop --environment integration\n"
      "  runtask find --environment integration -t application -i web -w migrate -x default\n"
      "  runtask find -w migrate --explain\n"
      "  runtask find --environment int,prod --account prod=acct02 --json"));
  declare_selection(find, targets.find.selection);
  find.add_flag("--json", targets.find.json, "One JSON object a task, one line each");
  find.add_flag("--explain", targets.find.explain,
                "Also the file and the path in it that each value came from");
  chooses(find, targets, &Targets::find);
}

}  // namespace runtask::cli::command_line
