#include "cli/run_observer.h"

#include <algorithm>

#include "base/json.h"
#include "base/lines.h"
#include "base/text.h"
#include "cli/stream_prefix.h"
#include "ecs/life_cycle.h"
#include "run/report.h"

namespace runtask::cli {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t kStatusLinesMax = 10;

}  // namespace

RunObserver::RunObserver(Screen& screen, sys::Loop& loop, const run::Plan& plan,
                         const Options& options)
    : screen_(screen), loop_(loop), plan_(plan), options_(options) {
  for (const auto& launch : plan.launches)
    lines_.push_back({launch.name, "waiting", {}, false});
}

std::string RunObserver::masked(std::string text) const {
  return run::masked(std::move(text), plan_.secrets);
}

std::string RunObserver::prefix(const run::Launch& launch, const std::string& container) const {
  const auto& part = plan_.part_of(launch);
  const auto count = std::count_if(part.logs.begin(), part.logs.end(),
                                   [](const auto& source) { return !source.group.empty(); });
  return stream_prefix(
      {launch.name, static_cast<std::size_t>(count), !part.place.environment.empty()}, container,
      plan_.launches.size() > 1);
}

// How a record says whose it is.
std::string RunObserver::json_head(const char* type, const run::Launch& launch) const {
  const auto& place = plan_.part_of(launch).place;
  const auto member = [](const char* name, const std::string& value) {
    return value.empty() ? "" : ",\"" + std::string(name) + "\":" + json::quoted(value);
  };
  return "{\"type\":\"" + std::string(type) + "\",\"launch\":" + std::to_string(launch.index + 1) +
         ",\"name\":" + json::quoted(launch.name) + member("environment", place.environment) +
         member("task", place.task) + member("instance", place.instance);
}

// What the codes of a task that ended by itself mean, as soon as they are known: its log may have
// to be waited for much longer. Whoever stops a task decides more than its codes do.
std::optional<run::Verdict> RunObserver::verdict_by_codes(const run::Launch& launch,
                                                          const ecs::Task& task) const {
  if (task.last_status != ecs::name_of(ecs::Status::kStopped) ||
      task.stop_code != ecs::stop_code::kEssentialContainerExited)
    return std::nullopt;
  const auto& part = plan_.part_of(launch);
  return run::judge(task, {part.deciding, part.essential}, run::OurStop::kNone);
}

void RunObserver::on_status(const run::Launch& launch, const ecs::Task& task) {
  auto& line = lines_[static_cast<std::size_t>(launch.index)];
  line.state = task.last_status;
  if (!line.since) line.since = loop_.now();
  const auto verdict = verdict_by_codes(launch, task);
  if (options_.json) {
    std::string words;
    if (verdict)
      words = ",\"verdict\":" + json::quoted(run::name_of(verdict->kind)) +
              ",\"exit_code\":" + std::to_string(verdict->exit_code);
    screen_.output(json_head("status", launch) + ",\"task_arn\":" + json::quoted(task.task_arn) +
                   ",\"status\":" + json::quoted(task.last_status) + words + "}");
    flush_soon();
  } else if (!screen_.shows_status() && !options_.quiet) {
    const std::string more = task.last_status != "STOPPED" ? ecs::last_part(task.task_arn)
                             : verdict                     ? masked(verdict->words)
                                                           : std::string();
    screen_.message(launch.name + ": " + task.last_status + (more.empty() ? "" : "  " + more));
  }
  redraw();
}

void RunObserver::on_log(const run::Launch& launch, const std::string& container,
                         const ecs::LogEvent& event) {
  if (skipped_lines_ > 0) {
    --skipped_lines_;
    return;
  }
  if (!options_.logs) return;
  const auto& text = event.message;
  if (options_.json) {
    screen_.output_log_line(json_head("log", launch) + ",\"container\":" + json::quoted(container) +
                            ",\"timestamp\":" + json::quoted(iso_time(event.timestamp)) +
                            ",\"message\":" + json::quoted(text) + "}");
  } else {
    const auto time = options_.timestamps ? iso_time(event.timestamp) + " " : std::string();
    screen_.output_log_line(with_prefix(time + prefix(launch, container), text));
  }
  flush_soon();
}

// Once per turn of the loop and not once per line.
void RunObserver::flush_soon() {
  flush_ = loop_.after(0ms, [this] { screen_.flush(); });
}

void RunObserver::on_message(const std::string& text) {
  screen_.message(screen_.bold("warning:") + " " + masked(text));
}

void RunObserver::on_launch_ended(const run::LaunchOutcome& launch) {
  auto& line = lines_[static_cast<std::size_t>(launch.index)];
  line.state = std::string(run::name_of(launch.verdict.kind));
  line.is_over = true;
  redraw();
}

void RunObserver::on_end(const run::Outcome& outcome) {
  is_left_running_ = run::is_left_running(outcome);
  clock_.reset();
  flush_.reset();
  screen_.status({});
  if (options_.json) screen_.output(run::masked_json(run::to_json(outcome), plan_.secrets));
  screen_.flush();
  if (!options_.quiet) screen_.message(masked(run::table(outcome)));
  for (const auto& launch : outcome.launches)
    if (const auto block = run::failure_block(launch, run::recorded_id(outcome)); !block.empty())
      screen_.message("\n" + screen_.red(masked(block)));
  if (const auto surplus = run::surplus_words(outcome); !surplus.empty())
    screen_.message("\n" + screen_.red(surplus));
  loop_.stop();
}

void RunObserver::redraw() {
  if (!screen_.shows_status() || options_.quiet) return;
  const auto now = loop_.now();
  std::vector<std::string> shown;
  std::size_t waiting = 0;
  std::size_t over = 0;
  for (const auto& line : lines_) {
    if (line.is_over) ++over;
    if (!line.since && !line.is_over) ++waiting;
    if (line.is_over || !line.since || shown.size() == kStatusLinesMax) continue;
    shown.push_back(line.name + "  " + line.state + "  " + short_duration(now - *line.since));
  }
  if (lines_.size() > 1)
    shown.push_back(std::to_string(over) + " of " + std::to_string(lines_.size()) + " ended, " +
                    std::to_string(waiting) + " waiting");
  screen_.status(std::move(shown));
  clock_ = loop_.after(1s, [this] { redraw(); });
}

}  // namespace runtask::cli
