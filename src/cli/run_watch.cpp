#include "cli/run_watch.h"

#include <algorithm>
#include <csignal>

#include "cli/endpoint_process.h"
#include "cli/run_output.h"
#include "run/report.h"
#include "sys/boot_clock.h"
#include "sys/programs.h"

namespace runtask::cli {
namespace {

using namespace std::chrono_literals;
// How long the words of leaving at once wait for a terminal or pipe that is full.
constexpr Duration kLastWordsPatience = 200ms;

Result<> write_reports(const RunWatch& watch, const run::Outcome& outcome) {
  if (watch.reports.empty()) return {};
  // Before anything is written for XML or Markdown, where a value would look otherwise.
  const auto masked = run::masked_json(run::to_json(outcome), watch.plan.secrets);
  auto shown = TRY(run::read_outcome(masked));
  shown.kind = outcome.kind;  // Whatever the words of a verdict are: they are no secret.
  for (std::size_t i = 0; i < shown.launches.size(); ++i)
    shown.launches[i].verdict.kind = outcome.launches[i].verdict.kind;
  for (const auto& path : watch.reports) {
    const auto text = path.ends_with(".json")  ? masked + "\n"
                      : path.ends_with(".xml") ? run::to_junit(shown)
                                               : run::to_markdown(shown);
    TRY(watch.world.files.write(path, text, 0644));
  }
  return {};
}

void leave_at_once(const RunWatch& watch, const run::Driver& driver, int code) {
  auto& screen = watch.world.screen;
  screen.status({});
  std::string tasks;
  bool is_under_way = false;
  for (const auto& launch : driver.machine().launches()) {
    // The task of one that is draining has ended: only its log is still read.
    if (launch.phase == run::Phase::kDone || launch.phase == run::Phase::kDraining) continue;
    is_under_way = true;
    if (!launch.task_arn.empty()) tasks += "\n  " + launch.task_arn;
  }
  std::string text =
      is_under_way ? "left at once; what was started may still run:" + tasks
                   : "left at once; the tasks have ended, their logs were not read to the end";
  if (watch.history != nullptr) text += "\ngo on with it: " + attach_command(watch.plan.run_id);
  if (const auto left = screen.unwritten_lines(); left > 0)
    text += "\n" + std::to_string(left) + " lines were not written";
  screen.message(text);
  screen.wait_until_written(kLastWordsPatience);
  sys::leave(code);
}

run::Driver::Outside outside_of(const RunWatch& watch) {
  run::Driver::Outside outside{watch.world.loop, {}, watch.history, watch.observer, {}};
  outside.clock = [&world = watch.world] { return clock_reading(world); };
  for (const auto& target : watch.targets)
    outside.clients.push_back(target.client.get());
  outside.on_unreachable = [&world = watch.world, &targets = watch.targets](
                               std::size_t target) -> std::optional<std::string> {
    if (!targets[target].is_local) return std::nullopt;
    // Who has stopped it does not want it back.
    if (is_endpoint_stopped(world)) return "the embedded ECS was stopped (runtask local stop)";
    (void)ensure_endpoint(world, {0, kIdleTimeoutDefault});
    return std::nullopt;
  };
  outside.logs_client = [&targets = watch.targets](
                            std::size_t target, const std::string& region) -> Result<ecs::Client*> {
    const auto& make = targets[target].logs_client;
    if (!make) return nullptr;
    return make(region);
  };
  return outside;
}

// Lines are counted from the first one on, so that whoever goes on with the run knows which of them
// were seen. That it cannot be done costs the run nothing.
void count_lines(const RunWatch& watch, std::uint64_t shown) {
  if (watch.files == nullptr) return;
  auto file = sys::CountFile::open(watch.files->shown_path(watch.plan.run_id));
  if (!file) return;
  (*file)->set(shown);
  watch.world.screen.count_log_lines(*std::move(file), shown);
}

// Whether there is nothing left to go on with.
bool is_over(const RunWatch& watch, const run::Driver& driver) {
  const auto& outcome = *driver.outcome();
  if (driver.is_left_unfinished() || is_left_running(outcome)) return false;
  if (!outcome.history_incomplete) return true;
  const auto ended = watch.history->has_ended(watch.plan.run_id);
  return ended && *ended;
}

}  // namespace

run::ClockReading clock_reading(const World& world) {
  auto since_boot = sys::boot_time(world.files);
  return {world.loop.wall_now(), std::move(since_boot.boot), since_boot.up};
}

std::string attach_command(const std::string& run_id) {
  return "runtask runs attach " + run_id;
}

Result<int> watch_run(const RunWatch& watch, const RunBeginning& beginning) {
  const auto& world = watch.world;
  run::Driver driver(outside_of(watch), watch.plan, watch.policy, watch.log_pace);
  TRY(beginning.start(driver));

  RunOutput output(world, driver);
  count_lines(watch, beginning.shown);
  if (beginning.catch_up) TRY(beginning.catch_up());
  int signals = 0;
  const auto announce = [&] {
    ++signals;
    output.hurry();
    if (driver.outcome()) return false;  // Only its output is still written.
    world.screen.message(watch.policy.detach_on_interrupt
                             ? "leaving the tasks running"
                             : "stopping the tasks; once more to leave at once");
    return true;
  };
  const auto interrupt = [&](int code, run::OurStop why) {
    if (signals > 0) leave_at_once(watch, driver, code);
    if (announce()) driver.interrupt(code, why);
  };
  std::vector<sys::PendingPtr> watches;
  struct Signal {
    int number, exit_code;
    run::OurStop why;
  };
  for (const auto& it : {Signal{SIGINT, run::kExitInterrupted, run::OurStop::kInterrupt},
                         Signal{SIGTERM, run::kExitTerminated, run::OurStop::kTerminate},
                         Signal{SIGHUP, run::kExitTerminated, run::OurStop::kHangUp}})
    watches.push_back(
        world.loop.on_signal(it.number, [&interrupt, it] { interrupt(it.exit_code, it.why); }));
  if (beginning.is_stopping) announce();
  world.loop.run();
  if (!driver.outcome()) return fail(Code::kUnavailable, "the run came to no end");
  const auto& outcome = *driver.outcome();
  const bool can_go = watch.files != nullptr && is_over(watch, driver);
  if (can_go) (void)watch.files->forget_secrets(watch.plan.run_id);  // remove() says why not.
  output.finish();
  const auto written = write_reports(watch, outcome);
  if (!written) world.screen.message(written.error().text());
  if (can_go && watch.shows_lines)
    if (const auto removed = watch.files->remove(watch.plan.run_id); !removed)
      world.screen.warning(removed.error().message);
  if (watch.files != nullptr && (driver.is_left_unfinished() || is_left_running(outcome)))
    world.screen.message("tasks run on, or may; to go on with the run: " +
                         attach_command(watch.plan.run_id));
  // Whoever asked for a report counts on it; a failure of the tasks says more.
  return !written && outcome.exit_code == 0 ? +run::kExitCouldNotRun : outcome.exit_code;
}

}  // namespace runtask::cli
