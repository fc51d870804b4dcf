#include "cli/run_task_observer.h"

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "run/report.h"

namespace runtask::cli {
namespace {

constexpr int kIndent = 4;  // As the AWS CLI prints, whose output the script passed on.

// The three members that the script asked for, in its order.
json::Value result_of(const ecs::Task& task) {
  const auto whole = json::parse(ecs::to_text(task), "task").value_or(json::Value::object());
  auto result = json::Value::object();
  for (const auto* name : {"taskArn", "overrides", "containers"}) {
    const auto at = whole.find(name);
    result[name] = at == whole.end() ? json::Value() : *at;
  }
  if (result["overrides"].is_null()) result["overrides"] = json::Value::object();
  if (!result["overrides"].contains("containerOverrides"))
    result["overrides"]["containerOverrides"] = json::Value::array();
  if (result["containers"].is_null()) result["containers"] = json::Value::array();
  return result;
}

}  // namespace

RunTaskObserver::RunTaskObserver(Screen& screen, sys::Loop& loop, const run::Plan& plan,
                                 std::string limit)
    : screen_(screen), loop_(loop), plan_(plan), limit_(std::move(limit)) {}

std::string RunTaskObserver::masked(std::string text) const {
  return run::masked(std::move(text), plan_.secrets);
}

// hamlet 8: said when RunTask has answered, whatever comes first after that.
void RunTaskObserver::announce() {
  if (is_watching_) return;
  is_watching_ = true;
  screen_.output("(Info) Starting Task...");
  screen_.output("(Info) Watching task...");
}

void RunTaskObserver::show(const run::Launch& launch, const std::string& status) {
  announce();
  screen_.output("..." + status + (plan_.launches.size() > 1 ? " " + launch.name : ""));
  screen_.flush();
}

void RunTaskObserver::on_status(const run::Launch& launch, const ecs::Task& task) {
  announce();
  last_seen_[launch.index] = task;
}

// Not the answer to RunTask, which the script did not show either.
void RunTaskObserver::on_look(const run::Launch& launch, const ecs::Task* task) {
  if (task != nullptr) last_seen_[launch.index] = *task;
  show(launch, task == nullptr ? "" : task->last_status);
}

void RunTaskObserver::on_log(const run::Launch& launch, const std::string& container,
                             const ecs::LogEvent& event) {
  const bool is_alone = plan_.launches.size() == 1 && plan_.part_of(launch).logs.size() == 1;
  screen_.output_log_line((is_alone ? std::string() : launch.name + " " + container + " | ") +
                          event.message);
  flush_ = loop_.after(Duration(0), [this] { screen_.flush(); });
}

void RunTaskObserver::on_message(const std::string& text) {
  screen_.message("(Warn) " + masked(text));
}

void RunTaskObserver::on_launch_ended(const run::LaunchOutcome& /*launch*/) {}

void RunTaskObserver::on_end(const run::Outcome& outcome) {
  flush_.reset();
  if (!last_seen_.empty()) show_results(outcome);
  for (const auto& launch : outcome.launches) {
    const auto words = masked(run::failure_block(launch, run::recorded_id(outcome)));
    if (launch.verdict.kind == run::VerdictKind::kNeverStarted && launch.task_arn.empty())
      screen_.message("(Fatal) Task could not be started");
    if (launch.verdict.exit_code == run::kExitGivenUp &&
        launch.verdict.kind == run::VerdictKind::kUnknown)
      screen_.message("(Fatal) Task has not completed in " + limit_ +
                      " seconds and has reached the DELAY and RETRY_COUNT limit\n(Fatal) Stopping "
                      "monitoring of the task - the task will keep running");
    if (!words.empty()) screen_.message(words);
  }
  loop_.stop();
}

void RunTaskObserver::show_results(const run::Outcome& outcome) {
  auto results = json::Value::array();
  for (const auto& launch : outcome.launches)
    if (const auto at = last_seen_.find(launch.index); at != last_seen_.end())
      results.push_back(result_of(at->second));
  screen_.output("(Info) Task Results");
  screen_.output_lines(
      masked(results.dump(kIndent, ' ', false, json::Value::error_handler_t::replace)));
  screen_.flush();
}

}  // namespace runtask::cli
