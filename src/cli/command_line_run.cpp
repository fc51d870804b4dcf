#include "cli/command_line.h"

namespace runtask::cli::command_line {
namespace {

void declare_which(CLI::App& app, RunArguments& run) {
  app.add_option("--cluster", run.cluster, "The cluster's name or ARN (default: `default`)")
      ->type_name("CLUSTER")
      ->group("Which task, directly");
  app.add_option("--task-definition", run.task_definition, "family, family:revision or ARN")
      ->type_name("TASK")
      ->group("Which task, directly");
  app.add_option("--count", run.count, "How many times to start it")
      ->check(within(1, kCountMax))
      ->type_name("N")
      ->group("Which task, directly");
}

void declare_placement(CLI::App& app, RunArguments& run) {
  const char* group = "How ECS places it";
  app.add_option("--launch-type", run.launch_type, "EC2, FARGATE, EXTERNAL or MANAGED_INSTANCES")
      ->transform(one_of({"EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"}, CLI::ignore_case))
      ->type_name("TYPE")
      ->group(group);
  app.add_option("--capacity-provider", run.capacity_providers, "name[:weight[:base]]; repeatable")
      ->type_name("PROVIDER")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--platform-version", run.platform_version, "Of Fargate; LATEST if not given")
      ->type_name("VERSION")
      ->group(group);
  app.add_option("--subnet", run.subnets, "For network mode awsvpc; repeatable")
      ->type_name("ID")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--security-group", run.security_groups, "For network mode awsvpc; repeatable")
      ->type_name("ID")
      ->allow_extra_args(false)
      ->group(group);
  app.add_flag("--assign-public-ip", run.assign_public_ip, "Gives the task a public address")
      ->group(group);
  app.add_option("--network-from-service", run.network_from_service,
                 "Subnets, security groups and public address of this service of the cluster")
      ->type_name("SERVICE")
      ->group(group);
}

void declare_environment(CLI::App& app, RunArguments& run) {
  const char* group = "Configuration of this run";
  app.add_option_function<std::string>(
         "-e,--env",
         [&run](const std::string& text) {
           const auto equals = text.find('=');
           if (equals == 0 || text.empty())
             throw CLI::ValidationError("-e `" + text + "`: there is no name before the `=`",
                                        CLI::ExitCodes::ValidationError);
           EnvironmentFlag flag{text.substr(0, equals), {}};
           if (equals != std::string::npos) flag.value = text.substr(equals + 1);
           run.environment.push_back(std::move(flag));
         },
         "NAME=VALUE sets a variable, NAME= sets it empty, NAME takes it from runtask's own "
         "environment; repeatable")
      ->trigger_on_parse()
      ->type_name("NAME=VALUE")
      ->group(group);
  app.add_option_function<std::string>(
         "-v,--value",
         [&run](const std::string& text) {
           if (run.environment.empty() || run.environment.back().value)
             throw CLI::ValidationError("`-v` belongs right behind an `-e NAME` without a value",
                                        CLI::ExitCodes::ValidationError);
           run.environment.back().value = text;
         },
         "The value of the `-e NAME` just before it")
      ->trigger_on_parse()
      ->type_name("VALUE")
      ->group(group);
  app.add_option("--env-file", run.environment_files,
                 "A file of NAME=VALUE lines; -e wins over it; repeatable")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--secret", run.secrets,
                 "A variable whose value comes from runtask's own environment and is never shown; "
                 "repeatable")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->group(group);
}

void declare_configuration(CLI::App& app, RunArguments& run) {
  const char* group = "Configuration of this run";
  declare_environment(app, run);
  app.add_option("--command", run.command_words,
                 "The command as one text, split into words as a shell does")
      ->type_name("WORDS")
      ->group(group);
  app.add_option("--command-json", run.command_json, "The command as a JSON array of strings")
      ->type_name("JSON")
      ->group(group);
  app.add_option("--cpu", run.cpu, "CPU units of the whole task")->type_name("UNITS")->group(group);
  app.add_option("--memory", run.memory, "Memory of the whole task, in MiB")
      ->type_name("MIB")
      ->group(group);
  app.add_option("--task-role", run.task_role, "Role that the containers have")
      ->type_name("ARN")
      ->group(group);
  app.add_option("--execution-role", run.execution_role, "Role that ECS itself uses for the task")
      ->type_name("ARN")
      ->group(group);
  app.add_option("--override-json", run.override_json,
                 "A whole ECS `overrides` object from a file, or - for standard input; flags win")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--tag", run.tags, "KEY=VALUE; repeatable")
      ->type_name("K=V")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--started-by", run.started_by, "ECS's startedBy (default: the run's id)")
      ->type_name("TEXT")
      ->group(group);
  app.add_option("--group", run.group, "ECS's task group")->type_name("NAME")->group(group);
  app.add_flag("--enable-execute-command", run.enable_execute_command, "Allows ECS Exec")
      ->group(group);
}

void declare_how(CLI::App& app, RunArguments& run) {
  const char* group = "How to run";
  app.add_option("--order", run.order,
                 "by-environment (default), listed (one after the other), first-alone, or all")
      ->check(one_of({"by-environment", "listed", "first-alone", "all"}))
      ->type_name("ORDER")
      ->group(group);
  app.add_option("--max-parallel", run.max_parallel, "Launches alive at once (default 10)")
      ->check(within(1, kMaxParallelMax))
      ->type_name("N")
      ->group(group);
  app.add_flag("--fail-fast", run.fail_fast, "After a failure: stop what runs, skip what waits")
      ->group(group);
  app.add_flag("--keep-going", run.keep_going, "After a failure: everything still runs")
      ->group(group);
  duration_option(app, "--timeout", run.timeout, "From RUNNING; then the task is stopped (124)",
                  Duration(0))
      ->group(group);
  duration_option(app, "--start-timeout", run.start_timeout,
                  "From RunTask to RUNNING (default 10m)", Duration(0))
      ->group(group);
  app.add_option("--retries", run.retries,
                 "Of failures to start that may pass: capacity, agent, throttling (default 3)")
      ->check(within(0, 1000))
      ->type_name("N")
      ->group(group);
  app.add_option("--retry-on-spot", run.retry_on_spot,
                 "How often a launch that Spot has ended is started anew (default 0)")
      ->check(within(0, 1000))
      ->type_name("N")
      ->group(group);
  app.add_option_function<std::string>(
         "--on-interrupt",
         [&run](const std::string& text) { run.detach_on_interrupt = text == "detach"; },
         "stop (default) or detach")
      ->check(one_of({"stop", "detach"}))
      ->type_name("WHAT")
      ->group(group);
  app.add_flag("--detach", run.detach, "End with 0 once everything is started; prints the run")
      ->group(group);
  app.add_flag("--only-one", run.only_one,
               "Refuse while a task of the same family runs in the cluster, whoever started it")
      ->group(group);
  app.add_flag("--yes", run.yes, "Allow more than 100 launches")->group(group);
  app.add_flag("--plan", run.plan, "Show what would be started, start nothing")->group(group);
}

void declare_output(CLI::App& app, RunArguments& run) {
  const char* logs = "Logs and reports";
  app.add_flag_callback(
         "--no-logs", [&run] { run.logs = false; }, "Do not follow the logs")
      ->group(logs);
  duration_option(app, "--drain", run.drain,
                  "How long to wait for late log lines after the container's stop (default 6s)")
      ->group(logs);
  app.add_option("--log-group", run.log_group, "Follow this group, whatever the definition says")
      ->type_name("GROUP")
      ->group(logs);
  app.add_option("--log-stream-prefix", run.log_stream_prefix, "The same for the stream's prefix")
      ->type_name("PREFIX")
      ->group(logs);
  app.add_flag("--timestamps", run.timestamps, "Each log line with its time")->group(logs);
  app.add_flag("-q,--quiet", run.quiet, "Log lines, warnings and errors only")->group(logs);
  app.add_option("--report", run.reports,
                 "Write the outcome to a .json, .xml (JUnit) or .md file; repeatable")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group(logs);
  app.add_flag("--json", run.json, "Every line of standard output is a JSON object")->group(logs);
  app.add_flag_callback(
         "--no-history", [&run] { run.history = false; }, "Keep no record of the run")
      ->group(logs);

  const char* where = "Where";
  app.add_flag("--local", run.local, "On the embedded ECS, as RUNTASK_LOCAL=1 (true, yes, on) does")
      ->group(where);
  app.add_option("--profile", run.profile, "Of the AWS configuration files")
      ->type_name("NAME")
      ->group(where);
  app.add_flag("--insecure-http", run.insecure_http,
               "Allow an http:// endpoint that is not on this machine")
      ->group(where);
}

}  // namespace

void declare_run(CLI::App& root, Targets& targets) {
  auto& run = *root.add_subcommand("run", "Run a task and wait for it");
  run.description(
      "Runs a task on ECS, prints its log lines as they come, and ends with the exit code of the "
      "container that decides.");
  run.footer(with_example(
      "Exit codes of its own: 2 usage, 124 timed out, 125 could not run or infrastructure, 130/143 "
      "interrupted.",
      "  runtask run --cluster prod --task-definition manage -e \"MANAGE_PY_TASK=migrate "
      "--no-input\"\n"
      "  runtask run --local --task-definition hello --command \"echo hi\"\n"
      "  runtask run --environment int -t app -i web -w migrate -x default,tenant2 -e DRY=1\n"
      "  runtask run --cluster prod --task-definition report:7 --count 5 --timeout 30m --json"));
  declare_which(run, targets.run);
  declare_selection(run, targets.run.selection);
  declare_placement(run, targets.run);
  declare_configuration(run, targets.run);
  declare_how(run, targets.run);
  declare_output(run, targets.run);
  chooses(run, targets, &Targets::run);
}

}  // namespace runtask::cli::command_line
