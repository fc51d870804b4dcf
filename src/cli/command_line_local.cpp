#include "cli/command_line.h"

namespace runtask::cli::command_line {
namespace {

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
  list.footer("Example:\n  runtask local image list");
  chooses(list, targets, &Targets::image_list);
  auto& remove = *image.add_subcommand("remove", "Forget an image; its directory stays");
  remove.add_option("name", targets.image_remove.name, "Its name")->required()->type_name("NAME");
  remove.footer("Example:\n  runtask local image remove shop");
  chooses(remove, targets, &Targets::image_remove);
  auto& cluster = *local.add_subcommand("cluster", "Clusters of the embedded ECS");
  cluster.require_subcommand(1);
  cluster.footer("Example:\n  runtask local cluster create example");
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
  start
      .add_option("--limits", targets.start.limits,
                  "none (default), or aws: throttle requests as AWS documents it")
      ->check(one_of({"none", "aws"}))
      ->type_name("WHOSE");
  duration_option(start, "--idle-timeout", targets.start.idle_timeout,
                  "End after this time without requests and tasks; 0 is never (default 15m)");
  start.add_flag("--background-child", targets.start.background_child)->group("");
  start.footer("Example:\n  runtask local start --port 4566");
  chooses(start, targets, &Targets::start);
  auto& stop = *local.add_subcommand("stop", "Stop the endpoint and its tasks");
  stop.footer("Example:\n  runtask local stop");
  stop.final_callback([&targets] { targets.chosen = LocalStop{}; });
  auto& status = *local.add_subcommand("status", "Whether it runs, where, and what it runs");
  status.add_flag("--json", targets.status.json, "As one JSON object");
  status.footer("Example:\n  runtask local status --json");
  chooses(status, targets, &Targets::status);
}

}  // namespace

void declare_local(CLI::App& root, Targets& targets) {
  auto& local = *root.add_subcommand("local", "The embedded ECS on this machine");
  local.require_subcommand(1);
  local.footer(with_example(
      "Containers are processes of this machine, without isolation. The image `host` always "
      "exists; other names come from `local image add`. Containers of the image `simulated` run "
      "nothing: their command says how long they take, what they print and how they end.",
      "  runtask local register task.json\n  runtask run --local --task-definition hello\n"
      "  eval \"$(runtask local env)\"; aws ecs list-tasks"));
  declare_local_process(local, targets);
  auto& env = *local.add_subcommand("env", "Lines for eval: endpoints, keys, region");
  env.add_flag("--json", targets.env.json, "The variables as one JSON object; null: to be unset");
  chooses(env, targets, &Targets::env);
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
  logs.add_flag("--json", targets.logs.json, "One JSON object a line");
  logs.footer("Example:\n  runtask local logs last -f");
  chooses(logs, targets, &Targets::logs);
  declare_local_images(local, targets);
}

}  // namespace runtask::cli::command_line
