#pragma once

#include <string>
#include <vector>

#include "cli/target.h"
#include "cli/world.h"
#include "run/driver.h"
#include "run/plan_record.h"

// One run from its plan to its exit code, whoever has made the plan: `runtask run` from flags or by
// hamlet's names, or runTask.sh. And the questions that are asked of ECS before a plan is made.

namespace runtask::cli {

struct RunSettings {
  run::Policy policy;
  run::LogPace log_pace;
  bool history = true;
  std::vector<std::string> typed;    // The words of the command line, for the record.
  std::vector<std::string> reports;  // Paths whose suffix says the form: .json, .xml, .md.
  // Where the plan's secrets came from, so that the run can be repeated.
  std::vector<run::NamedSecret> secrets;
  bool is_script = false;  // hamlet's runTask.sh, whose exit codes differ.
  bool only_one = false;   // Its locks are held (cli/only_one.h).
};

// The time, for people and for order, and enough chance to be unique.
[[nodiscard]] std::string new_run_id(const World& world);

// For the plan: what is known of the targets, in their order.
[[nodiscard]] std::vector<run::TargetWords> words_of(const std::vector<Target>& targets);

struct DefinitionName {
  const Target& target;
  std::string name;
};
// The definitions, in the order of the names; none where one may not be read: that costs a warning,
// checks and logs, not the run. kNotFound when there is none of a name.
[[nodiscard]] Result<std::vector<std::optional<ecs::TaskDefinition>>> read_definitions(
    const World& world, const std::vector<DefinitionName>& names);
// What a run begins with: "run ID: TITLE (eu-west-1, us-east-1)".
[[nodiscard]] std::string heading(const run::Plan& plan);
// kUsage when there are more than 100 of them and nobody has said --yes.
[[nodiscard]] Result<> check_launches(std::size_t launches, bool yes);

// How often to look. The embedded endpoint is this machine: looking often costs nobody anything,
// and it shows a container STOPPED only when all of its lines are stored.
void set_pace(const std::vector<Target>& targets, RunSettings& settings);

// Opens the history, takes the run's lock, starts the plan, and watches it to its end
// (cli/run_watch.h). `targets` are the plan's, in its order. Errors: the history cannot be written,
// before anything is started.
[[nodiscard]] Result<int> carry_out(const World& world, const RunSettings& settings,
                                    const std::vector<Target>& targets, const run::Plan& plan,
                                    run::Observer& observer);

// A run's exit code as the command that started it gives it: hamlet's script knows no 125.
[[nodiscard]] int exit_code_of(const run::PlanRecord& record, int code);
// The last record of a run that there is not.
[[nodiscard]] std::string no_run_record(const std::string& why, int exit_code);
// Says why there is no run, and gives the exit code. A program that reads records always gets a
// last one.
[[nodiscard]] int say_no_run(const World& world, const Error& error, bool json);

}  // namespace runtask::cli
