#include "cli/command_line.h"

namespace runtask::cli::command_line {
namespace {

constexpr int kKeepDaysMax = 36'500;

void which_run(CLI::App& app, std::string& target) {
  app.add_option("run", target, "An id, a unique prefix, or `last`")->required()->type_name("RUN");
}

// How a run is shown, as `runtask run` has it.
template <class Arguments>
void how_shown(CLI::App& app, Arguments& arguments) {
  app.add_flag("--timestamps", arguments.timestamps, "Each log line with its time");
  app.add_flag("-q,--quiet", arguments.quiet, "Log lines, warnings and errors only");
  app.add_flag("--json", arguments.json, "Every line of standard output is a JSON object");
}

void declare_looking(CLI::App& runs, Targets& targets) {
  auto& list = *runs.add_subcommand("list", "The newest runs");
  list.add_option("-n,--count", targets.runs_list.count, "How many (default 20)")
      ->check(within(1, kCountMax))
      ->type_name("N");
  list.add_flag("--json", targets.runs_list.json, "One JSON object a run");
  list.footer("Example:\n  runtask runs list -n 5");
  chooses(list, targets, &Targets::runs_list);
  auto& show = *runs.add_subcommand("show", "One run: its launches, codes, reasons");
  which_run(show, targets.runs_show.run);
  show.add_flag("--json", targets.runs_show.json, "As one JSON object");
  show.footer("Example:\n  runtask runs show last");
  chooses(show, targets, &Targets::runs_show);
  auto& logs = *runs.add_subcommand("logs", "The log lines of a run, as recorded");
  which_run(logs, targets.runs_logs.run);
  logs.add_flag("-f,--follow", targets.runs_logs.follow, "Go on until the run has ended");
  logs.add_option("--launch", targets.runs_logs.launch, "Only this launch, counted from 1")
      ->check(within(1, kCountMax))
      ->type_name("L");
  logs.add_flag("--timestamps", targets.runs_logs.timestamps, "Each line with its time");
  logs.add_flag("--json", targets.runs_logs.json, "One JSON object a line");
  logs.footer("Example:\n  runtask runs logs last -f");
  chooses(logs, targets, &Targets::runs_logs);
}

void declare_going_on(CLI::App& runs, Targets& targets) {
  auto& attach = *runs.add_subcommand("attach", "Go on with a run whose process is gone");
  which_run(attach, targets.runs_attach.run);
  how_shown(attach, targets.runs_attach);
  attach.footer(with_example(
      "Nothing is started twice: what runs is watched, what has ended meanwhile is looked up, "
      "what\n"
      "waits is started in its turn. Prints the log from where it was left, and ends with the\n"
      "run's own exit code. While another process carries the run out, its output is followed,\n"
      "and Ctrl-C only ends the following; when that process dies, this one goes on.",
      "  runtask runs attach last"));
  chooses(attach, targets, &Targets::runs_attach);
  auto& stop = *runs.add_subcommand("stop", "Stop the tasks of a run, whoever carries it out");
  which_run(stop, targets.runs_stop.run);
  stop.add_flag("--json", targets.runs_stop.json, "The outcome as one JSON object");
  stop.footer(with_example(
      "The process that carries the run out is sent SIGTERM; when there is none any more, or it\n"
      "leaves the tasks running, they are stopped from here. Waits for the end of the run.",
      "  runtask runs stop last"));
  chooses(stop, targets, &Targets::runs_stop);
  auto& again = *runs.add_subcommand("again", "The same plan as a new run");
  which_run(again, targets.runs_again.run);
  again.add_flag("--plan", targets.runs_again.plan, "Show what would be started, start nothing");
  again.add_flag("--yes", targets.runs_again.yes, "Allow more than 100 launches");
  again.add_flag("--detach", targets.runs_again.detach,
                 "End with 0 once everything is started; prints the run");
  how_shown(again, targets.runs_again);
  again.footer(with_example(
      "The requests are those of the old run: the CMDB is not asked again. Values of --secret are\n"
      "read from the environment by their names, and credentials as for any run. The flags of the\n"
      "old run count again (--only-one, --detach, --max-parallel, ...).",
      "  runtask runs again last --plan\n  runtask runs again last"));
  chooses(again, targets, &Targets::runs_again);
}

void declare_prune(CLI::App& runs, Targets& targets) {
  auto& prune = *runs.add_subcommand("prune", "Forget old runs");
  prune
      .add_option("--keep-days", targets.runs_prune.keep_days,
                  "Forget those that ended more than N days ago, and those whose process is gone "
                  "and of which nothing was heard for as long; those left running stay for 30 "
                  "days, those without a process for 7")
      ->required()
      ->check(within(0, kKeepDaysMax))
      ->type_name("N");
  prune.add_flag("--json", targets.runs_prune.json, "One JSON object");
  prune.footer("Example:\n  runtask runs prune --keep-days 30");
  chooses(prune, targets, &Targets::runs_prune);
}

}  // namespace

void declare_runs(CLI::App& root, Targets& targets) {
  auto& runs = *root.add_subcommand("runs", "What ran and how it ended");
  runs.require_subcommand(1);
  runs.footer(with_example("RUN is an id, a unique prefix of one, or `last`.",
                           "  runtask runs list\n  runtask runs show last\n"
                           "  runtask runs logs last --launch 2\n  runtask runs attach last"));
  declare_looking(runs, targets);
  declare_going_on(runs, targets);
  declare_prune(runs, targets);
}

}  // namespace runtask::cli::command_line
