#include "cli/arguments.h"

#include <CLI/CLI.hpp>

#include "base/diagnostic.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/version.h"

namespace runtask::cli {
namespace {

constexpr int kCountMax = 100'000;
constexpr int kMaxParallelMax = 10'000;

// CLI11's validators without the words that they would add to the help.
CLI::Validator within(int low, int high) {
  return CLI::Range(low, high).description("");
}
template <class... Filters>
CLI::Validator one_of(std::vector<std::string> words, Filters... filters) {
  return CLI::IsMember(std::move(words), filters...).description("");
}

// Takes a duration in the forms of base/time.h.
CLI::Option* duration_option(CLI::App& app, const std::string& name,
                             std::optional<Duration>& target, const std::string& help,
                             Duration least = Duration(-1)) {
  return app
      .add_option_function<std::string>(
          name,
          [&target, name, least](const std::string& text) {
            const auto duration = parse_duration(text);
            if (!duration)
              throw CLI::ValidationError(duration.error().message + "; " + duration.error().hint,
                                         CLI::ExitCodes::ValidationError);
            if (*duration <= least)
              throw CLI::ValidationError(name + " must be longer than 0",
                                         CLI::ExitCodes::ValidationError);
            target = *duration;
          },
          help)
      ->type_name("DURATION");
}

std::string with_example(const std::string& text, const std::string& examples) {
  return text + "\n\nExamples:\n" + examples;
}

void declare_which(CLI::App& app, RunArguments& run) {
  app.add_option("--cluster", run.cluster, "The cluster's name or ARN (default: `default`)")
      ->type_name("CLUSTER")
      ->group("Which task");
  app.add_option("--task-definition", run.task_definition, "family, family:revision or ARN")
      ->required()
      ->type_name("TASK")
      ->group("Which task");
  app.add_option("-c,--container", run.container,
                 "The container that -e and --command configure and whose exit code decides "
                 "(default: the first essential one)")
      ->type_name("NAME")
      ->group("Which task");
  app.add_option("--count", run.count, "How many times to start it")
      ->check(within(1, kCountMax))
      ->type_name("N")
      ->group("Which task");
}

void declare_placement(CLI::App& app, RunArguments& run) {
  const char* group = "How ECS places it";
  app.add_option("--launch-type", run.launch_type, "EC2, FARGATE or EXTERNAL")
      ->transform(one_of({"EC2", "FARGATE", "EXTERNAL"}, CLI::ignore_case))
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
  auto* words = app.add_option("--command", run.command_words,
                               "The command as one text, split into words as a shell does")
                    ->type_name("WORDS")
                    ->group(group);
  app.add_option("--command-json", run.command_json, "The command as a JSON array of strings")
      ->excludes(words)
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
  auto* fast =
      app.add_flag("--fail-fast", run.fail_fast, "After a failure: stop what runs, skip what waits")
          ->group(group);
  app.add_flag("--keep-going", run.keep_going, "After a failure: everything still runs")
      ->excludes(fast)
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
  app.add_option_function<std::string>(
         "--on-interrupt",
         [&run](const std::string& text) { run.detach_on_interrupt = text == "detach"; },
         "stop (default) or detach")
      ->check(one_of({"stop", "detach"}))
      ->type_name("WHAT")
      ->group(group);
  app.add_flag("--detach", run.detach, "End with 0 once everything is started; prints the run")
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
  app.add_flag("-q,--quiet", run.quiet, "Log lines and errors only")->group(logs);
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
  app.add_flag("--local", run.local, "On the embedded ECS (also RUNTASK_LOCAL=1)")->group(where);
  app.add_option("--profile", run.profile, "Of the AWS configuration files")
      ->type_name("NAME")
      ->group(where);
  app.add_option("--region", run.region, "The AWS region")->type_name("REGION")->group(where);
  app.add_flag("--insecure-http", run.insecure_http,
               "Allow an http:// endpoint that is not on this machine")
      ->group(where);
}

// Everything that parsing fills; lives as long as the CLI::App that points into it.
struct Targets {
  RunArguments run;
  RunsList runs_list;
  RunsShow runs_show;
  RunsLogs runs_logs;
  LocalStart start;
  LocalStatus status;
  LocalAws aws;
  LocalRegister task_definitions;
  LocalLogs logs;
  LocalImageAdd image_add;
  LocalImageList image_list;
  LocalImageRemove image_remove;
  LocalClusterCreate cluster_create;
  std::optional<Command> chosen;
};

template <class T>
void chooses(CLI::App& app, Targets& targets, T Targets::*member) {
  app.final_callback([&targets, member] { targets.chosen = targets.*member; });
}

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
      "  runtask run --cluster prod --task-definition report:7 --count 5 --timeout 30m --json"));
  declare_which(run, targets.run);
  declare_placement(run, targets.run);
  declare_configuration(run, targets.run);
  declare_how(run, targets.run);
  declare_output(run, targets.run);
  chooses(run, targets, &Targets::run);
}

void declare_runs(CLI::App& root, Targets& targets) {
  auto& runs = *root.add_subcommand("runs", "What ran and how it ended");
  runs.require_subcommand(1);
  runs.footer(with_example("RUN is an id, a unique prefix of one, or `last`.",
                           "  runtask runs list\n  runtask runs show last\n"
                           "  runtask runs logs last --launch 2"));
  auto& list = *runs.add_subcommand("list", "The newest runs");
  list.add_option("-n,--count", targets.runs_list.count, "How many (default 20)")
      ->check(within(1, kCountMax))
      ->type_name("N");
  list.add_flag("--json", targets.runs_list.json, "One JSON object a run");
  list.footer("Example:\n  runtask runs list -n 5");
  chooses(list, targets, &Targets::runs_list);
  auto& show = *runs.add_subcommand("show", "One run: its launches, codes, reasons");
  show.add_option("run", targets.runs_show.run, "An id, a unique prefix, or `last`")
      ->required()
      ->type_name("RUN");
  show.add_flag("--json", targets.runs_show.json, "As one JSON object");
  show.footer("Example:\n  runtask runs show last");
  chooses(show, targets, &Targets::runs_show);
  auto& logs = *runs.add_subcommand("logs", "The log lines of a run, as recorded");
  logs.add_option("run", targets.runs_logs.run, "An id, a unique prefix, or `last`")
      ->required()
      ->type_name("RUN");
  logs.add_flag("-f,--follow", targets.runs_logs.follow, "Go on until the run has ended");
  logs.add_option("--launch", targets.runs_logs.launch, "Only this launch, counted from 1")
      ->check(within(1, kCountMax))
      ->type_name("L");
  logs.add_flag("--timestamps", targets.runs_logs.timestamps, "Each line with its time");
  logs.add_flag("--json", targets.runs_logs.json, "One JSON object a line");
  logs.footer("Example:\n  runtask runs logs last -f");
  chooses(logs, targets, &Targets::runs_logs);
}

void declare_local_images(CLI::App& local, Targets& targets) {
  auto& image = *local.add_subcommand("image", "The names that stand for directories");
  image.require_subcommand(1);
  image.footer("Example:\n  runtask local image add shop --dir ./shop --env DJANGO_DEBUG=0");
  auto& add = *image.add_subcommand("add", "Add or replace an image");
  add.add_option("name", targets.image_add.name, "As task definitions call it")
      ->required()
      ->type_name("NAME");
  add.add_option("--dir", targets.image_add.directory, "Where its commands run")
      ->required()
      ->type_name("DIR");
  add.add_option("--env", targets.image_add.environment, "A variable of the image; repeatable")
      ->type_name("K=V")
      ->allow_extra_args(false);
  add.add_option("--entry-point", targets.image_add.entry_point,
                 "A word of the entry point; repeatable")
      ->type_name("WORD")
      ->allow_extra_args(false);
  add.footer(
      "Example:\n  runtask local image add shop --dir ./shop --entry-point /usr/bin/python3");
  chooses(add, targets, &Targets::image_add);
  auto& list = *image.add_subcommand("list", "All images");
  list.add_flag("--json", targets.image_list.json, "One JSON object an image");
  chooses(list, targets, &Targets::image_list);
  auto& remove = *image.add_subcommand("remove", "Forget an image; its directory stays");
  remove.add_option("name", targets.image_remove.name, "Its name")->required()->type_name("NAME");
  chooses(remove, targets, &Targets::image_remove);
  auto& cluster = *local.add_subcommand("cluster", "Clusters of the embedded ECS");
  cluster.require_subcommand(1);
  auto& create = *cluster.add_subcommand("create", "Create a cluster (`default` is always there)");
  create.add_option("name", targets.cluster_create.name, "Its name")->required()->type_name("NAME");
  create.footer("Example:\n  runtask local cluster create example");
  chooses(create, targets, &Targets::cluster_create);
}

void declare_local_process(CLI::App& local, Targets& targets) {
  auto& start = *local.add_subcommand("start", "Start the endpoint in the background");
  start.add_option("--port", targets.start.port, "A port instead of a free one")
      ->check(within(1, 65535))
      ->type_name("N");
  start.add_flag("--foreground", targets.start.foreground, "Stay here; Ctrl-C ends it");
  start.add_option("--runtime", targets.start.runtime, "auto or process (podman comes later)")
      ->check(one_of({"auto", "process"}))
      ->type_name("KIND");
  duration_option(start, "--idle-timeout", targets.start.idle_timeout,
                  "End after this time without requests and tasks; 0 is never (default 15m)");
  start.add_flag("--background-child", targets.start.background_child)->group("");
  start.footer("Example:\n  runtask local start --port 4566");
  chooses(start, targets, &Targets::start);
  auto& stop = *local.add_subcommand("stop", "Stop the endpoint and its tasks");
  stop.final_callback([&targets] { targets.chosen = LocalStop{}; });
  auto& status = *local.add_subcommand("status", "Whether it runs, where, and what it runs");
  status.add_flag("--json", targets.status.json, "As one JSON object");
  chooses(status, targets, &Targets::status);
}

void declare_local(CLI::App& root, Targets& targets) {
  auto& local = *root.add_subcommand("local", "The embedded ECS on this machine");
  local.require_subcommand(1);
  local.footer(with_example(
      "Containers are processes of this machine, without isolation. The image `host` always "
      "exists; "
      "other names come from `local image add`.",
      "  runtask local register task.json\n  runtask run --local --task-definition hello\n"
      "  eval \"$(runtask local env)\"; aws ecs list-tasks"));
  declare_local_process(local, targets);
  auto& env = *local.add_subcommand("env", "Lines for eval: endpoints, keys, region");
  env.final_callback([&targets] { targets.chosen = LocalEnv{}; });
  env.footer("Example:\n  eval \"$(runtask local env)\"");
  auto& aws = *local.add_subcommand("aws", "The installed AWS CLI against the endpoint");
  aws.prefix_command();
  aws.footer("Example:\n  runtask local aws ecs list-clusters");
  aws.final_callback([&targets, &aws] {
    targets.aws.arguments = aws.remaining();
    targets.chosen = targets.aws;
  });
  auto& add = *local.add_subcommand("register", "Register task definitions from JSON files");
  add.add_option("files", targets.task_definitions.files,
                 "As `aws ecs register-task-definition --cli-input-json` takes them")
      ->required()
      ->type_name("FILE");
  add.add_flag("--json", targets.task_definitions.json, "The registered definitions as JSON");
  add.footer("Example:\n  runtask local register task.json");
  chooses(add, targets, &Targets::task_definitions);
  auto& logs = *local.add_subcommand("logs", "The log of one task, every container");
  logs.add_option("task", targets.logs.task, "An id, an ARN, or `last`")
      ->default_val("last")
      ->type_name("TASK");
  logs.add_flag("-f,--follow", targets.logs.follow, "Go on until the task has ended");
  logs.add_flag("--timestamps", targets.logs.timestamps, "Each line with its time");
  chooses(logs, targets, &Targets::logs);
  declare_local_images(local, targets);
}

std::string path_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* at = &app; at != nullptr; at = at->get_parent())
    names.insert(names.begin(), at->get_name());
  return join(names, " ");
}

const CLI::App& deepest(const CLI::App& root) {
  const CLI::App* app = &root;
  while (!app->get_subcommands().empty())
    app = app->get_subcommands().front();
  return *app;
}

// The names that could stand where `word` does: the long options, or the subcommands.
std::vector<std::string> names_like(const CLI::App& app, std::string_view word) {
  std::vector<std::string> names;
  if (word.starts_with("--")) {
    for (const auto* option : app.get_options())
      for (const auto& name : option->get_lnames())
        names.push_back("--" + name);
  } else {
    for (const auto* sub : app.get_subcommands({}))
      names.push_back(sub->get_name());
  }
  return names;
}

// CLI11 complains of what is missing before what is misspelt; a person wants to hear of the word
// that is wrong.
Answer usage_error(const CLI::App& root, const std::vector<std::string>& arguments,
                   const std::string& complaint) {
  const auto& app = deepest(root);
  const auto refuse = [&](const std::string& name) -> Answer {
    const auto near = nearest_name(name, names_like(app, name));
    const Error error{
        Code::kUsage,
        "`" + name + "` is not known",
        {},
        near.empty() ? "see `" + path_of(app) + " --help`" : "did you mean `" + near + "`?"};
    return {kExitUsage, error.text(), true};
  };
  // The words before are the commands that lead here.
  std::size_t depth = 0;
  for (const auto* at = &app; at != &root; at = at->get_parent())
    ++depth;
  const bool needs_command = complaint.find("subcommand") != std::string::npos;
  if (needs_command && arguments.size() > depth && !arguments[depth].starts_with('-'))
    return refuse(arguments[depth]);
  for (const auto& word : arguments) {
    const auto name = word.substr(0, word.find('='));
    const auto names = names_like(app, name);
    const bool is_unknown =
        name.size() > 2 && std::find(names.begin(), names.end(), name) == names.end();
    if (word.starts_with("--") && is_unknown && !nearest_name(name, names).empty())
      return refuse(name);
  }
  return {kExitUsage, "error: " + complaint + "\nhint: see `" + path_of(app) + " --help`", true};
}

}  // namespace

std::variant<Command, Answer> parse_arguments(const std::vector<std::string>& arguments) {
  Targets targets;
  targets.run.typed = arguments;
  CLI::App root("Runs one-off tasks on Amazon ECS, or on an embedded ECS on this machine.",
                "runtask");
  root.set_version_flag("--version", std::string("runtask ") + kVersion);
  root.require_subcommand(1);
  root.footer(with_example("Every command has --help.",
                           "  runtask run --cluster prod --task-definition manage\n"
                           "  runtask run --local --task-definition hello\n  runtask runs list"));
  declare_run(root, targets);
  declare_runs(root, targets);
  declare_local(root, targets);
  try {
    root.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    const auto& app = deepest(root);
    const std::string prefix = app.get_parent() == nullptr ? "" : path_of(*app.get_parent());
    return Answer{kExitSuccess, std::string(trimmed(app.help(prefix))), false};
  } catch (const CLI::CallForVersion& version) {
    return Answer{kExitSuccess, version.what(), false};
  } catch (const CLI::ParseError& error) {
    return usage_error(root, arguments, error.what());
  }
  if (!targets.chosen) return Answer{kExitUsage, "error: no command given", true};
  return *std::move(targets.chosen);
}

}  // namespace runtask::cli
