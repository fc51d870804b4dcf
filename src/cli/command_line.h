#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/arguments.h"

// How the command line is declared: one function per family of commands fills its part of Targets.
// For the files of cli that know CLI11 (arguments.cpp, command_line_*.cpp) and nobody else.

namespace runtask::cli::command_line {

constexpr int kCountMax = 100'000;
constexpr int kMaxParallelMax = 10'000;

// Everything that parsing fills; lives as long as the CLI::App that points into it.
struct Targets {
  RunArguments run;
  RunsList runs_list;
  RunsShow runs_show;
  RunsLogs runs_logs;
  RunsAttach runs_attach;
  RunsStop runs_stop;
  RunsAgain runs_again;
  RunsPrune runs_prune;
  LocalStart start;
  LocalEnv env;
  LocalStatus status;
  LocalAws aws;
  LocalRegister task_definitions;
  LocalLogs logs;
  LocalImageAdd image_add;
  LocalImageList image_list;
  LocalImageRemove image_remove;
  LocalClusterCreate cluster_create;
  AgentEnvironment agent_environment;
  FindArguments find;
  WhoamiArguments whoami;
  SetContext set_context;
  ConstructTree construct_tree;
  PipelineRun pipeline_run;
  PipelineLint pipeline_lint;
  PipelineParams pipeline_params;
  std::optional<Command> chosen;
};

template <class T>
void chooses(CLI::App& app, Targets& targets, T Targets::*member) {
  app.final_callback([&targets, member] { targets.chosen = targets.*member; });
}

// CLI11's validators without the words that they would add to the help.
[[nodiscard]] CLI::Validator within(int low, int high);
template <class... Filters>
CLI::Validator one_of(std::vector<std::string> words, Filters... filters) {
  return CLI::IsMember(std::move(words), filters...).description("");
}
// Takes a duration in the forms of base/time.h that is longer than `least`.
CLI::Option* duration_option(CLI::App& app, const std::string& name,
                             std::optional<Duration>& target, const std::string& help,
                             Duration least = Duration(-1));
[[nodiscard]] std::string with_example(const std::string& text, const std::string& examples);

// The flags that pick tasks by hamlet's names: -t, -i, -w, -x, -y, -j, -k, -c and the scope.
void declare_selection(CLI::App& app, Selection& selection);

void declare_run(CLI::App& root, Targets& targets);
void declare_find(CLI::App& root, Targets& targets);
void declare_whoami(CLI::App& root, Targets& targets);
void declare_runs(CLI::App& root, Targets& targets);
void declare_local(CLI::App& root, Targets& targets);
void declare_context(CLI::App& root, Targets& targets);
void declare_pipeline(CLI::App& root, Targets& targets);
void declare_pipeline_run(CLI::App& pipeline, Targets& targets);
void declare_agent_environment(CLI::App& root, Targets& targets);

}  // namespace runtask::cli::command_line
