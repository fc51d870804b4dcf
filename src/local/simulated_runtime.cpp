#include "local/simulated_runtime.h"

#include <algorithm>

#include "local/container_log.h"
#include "local/simulated_command.h"

namespace runtask::local {
namespace {

constexpr int kTerminatedCode = 143;
constexpr int kKilledCode = 137;
// A handler of the loop is short: the rest of many lines comes in the next ones.
constexpr std::size_t kLinesPerTurnMax = 1000;

}  // namespace

struct SimulatedRuntime::Simulated {
  ContainerId id;
  SimulatedCommand command;
  ContainerLog log;
  bool is_running = false;
  Instant began{};
  Instant ends{};
  int exit_code = 0;
  std::size_t lines_written = 0;
  sys::PendingPtr timer;
};

SimulatedRuntime::SimulatedRuntime(Outside outside, std::function<void(const Event&)> report)
    : outside_(outside), report_(std::move(report)) {}
SimulatedRuntime::~SimulatedRuntime() = default;

void SimulatedRuntime::carry_out(const Action& action) {
  if (const auto* to_start = std::get_if<StartContainer>(&action)) return start(*to_start->start);
  const auto found = containers_.find(id_of(action));
  if (found == containers_.end()) return;  // Its end is being told already.
  Simulated& container = *found->second;
  if (std::holds_alternative<CheckHealth>(action)) {
    report_(HealthChecked{id_of(action), true});
  } else if (!container.is_running) {
    give_up(container, std::holds_alternative<CancelStart>(action));
  } else if (std::holds_alternative<CancelStart>(action)) {
    return;
  } else if (std::holds_alternative<SignalContainer>(action)) {
    signal(container);
  } else {
    end(container, kKilledCode);
  }
}

void SimulatedRuntime::start(const ContainerStart& start) {
  std::vector<std::string> words = start.definition().entry_point;
  words.insert(words.end(), start.command.begin(), start.command.end());
  auto command = SimulatedCommand::parse(words);
  if (!command)
    return report_(
        ContainerNotStarted{start.id, "CannotStartContainerError: " + command.error().message});
  auto log = ContainerLog::open(outside_.logs, log_target(start), outside_.loop.wall_now());
  if (!log)
    return report_(
        ContainerNotStarted{start.id, "ResourceInitializationError: " + log.error().message});
  auto made = std::make_unique<Simulated>(
      Simulated{start.id, *std::move(command), *std::move(log), false, {}, {}, 0, 0, nullptr});
  Simulated& container = *made;
  containers_.insert_or_assign(start.id, std::move(made));
  if (container.command.start == Duration(0)) return begin(container);
  container.timer =
      outside_.loop.after(container.command.start, [this, &container] { begin(container); });
}

void SimulatedRuntime::begin(Simulated& container) {
  container.is_running = true;
  container.began = outside_.loop.now();
  container.ends = container.began + container.command.run;
  container.exit_code = container.command.exit_code;
  std::string text;
  for (const auto& line : container.command.prints)
    text += line + "\n";
  if (!text.empty()) container.log.write(text, outside_.loop.wall_now());
  container.timer = outside_.loop.after(Duration(0), [this, &container] { go_on(container); });
  report_(ContainerStarted{container.id});  // Last: it may bring the container's end with it.
}

// Does what is due and waits for what comes next.
void SimulatedRuntime::go_on(Simulated& container) {
  Duration wait{0};
  const Instant now = outside_.loop.now();  // Looked at once: what is due by it is written.
  if (!write_lines(container, now)) {
    if (now >= container.ends) return end(container, container.exit_code);
    Instant next = container.ends;
    if (container.lines_written < container.command.lines)
      next = std::min(next, container.began + container.command.line_at(container.lines_written));
    wait = next - now;
  }
  container.timer = outside_.loop.after(wait, [this, &container] { go_on(container); });
}

bool SimulatedRuntime::write_lines(Simulated& container, Instant now) {
  const Duration ran = std::min(now, container.ends) - container.began;
  std::string text;
  std::size_t count = 0;
  const auto is_due = [&] {
    return container.lines_written < container.command.lines &&
           container.command.line_at(container.lines_written) <= ran;
  };
  for (; count < kLinesPerTurnMax && is_due(); ++count)
    text += container.command.line(container.lines_written++) + "\n";
  if (count > 0) container.log.write(text, outside_.loop.wall_now());
  return is_due();
}

void SimulatedRuntime::signal(Simulated& container) {
  if (!container.command.stop) return;
  const Instant ends = outside_.loop.now() + *container.command.stop;
  if (ends >= container.ends) return;  // Its own end comes first.
  container.ends = ends;
  container.exit_code = kTerminatedCode;
  go_on(container);
}

// Before it ran. Unless somebody waits to hear of it, nobody counts on it any more.
void SimulatedRuntime::give_up(Simulated& container, bool tell) {
  (void)container.log.end(outside_.loop.wall_now());  // It has no lines that could be lost.
  const ContainerId id = container.id;
  containers_.erase(id);
  if (tell) report_(ContainerNotStarted{id, ""});
}

void SimulatedRuntime::end(Simulated& container, int exit_code) {
  const auto lost = container.log.end(outside_.loop.wall_now());  // Before anybody hears of it.
  const ContainerId id = container.id;
  containers_.erase(id);
  report_(ContainerExited{id, exit_code, false, lost});
}

}  // namespace runtask::local
