#include "run/machine.h"

// How the machine stops a task: StopTask until ECS shows that it has taken it, then patience.

namespace runtask::run {
namespace {

std::string reason_of(OurStop why) {
  switch (why) {
    case OurStop::kTimeout:
      return "runtask: --timeout";
    case OurStop::kStartTimeout:
      return "runtask: --start-timeout";
    case OurStop::kInterrupt:
      return "runtask: interrupted by Ctrl-C";
    case OurStop::kTerminate:
      return "runtask: interrupted by SIGTERM";
    case OurStop::kCancel:
      return "runtask: another launch failed";
    case OurStop::kNone:
      break;
  }
  return "runtask";
}

}  // namespace

void Machine::stop(int index, OurStop why) {
  auto& launch = launches_[static_cast<std::size_t>(index)];
  if (launch.our_stop != OurStop::kNone) return;
  switch (launch.phase) {
    case Phase::kWaiting:
    case Phase::kDraining:
    case Phase::kDone:
      return;
    case Phase::kStarting:
      launch.our_stop = why;
      return;  // Stopped as soon as its name is known: see check_deadlines.
    case Phase::kBackoff:
      launch.our_stop = why;
      if (launch.may_have_started) {
        launch.next_attempt = now_;  // It must be found, to be stopped.
      } else {
        end(index, {VerdictKind::kSkipped, kExitCouldNotRun, {}, "given up before it started"});
      }
      return;
    case Phase::kWatching:
      launch.our_stop = why;
      send_stop(index);
      return;
  }
}

void Machine::send_stop(int index) {
  auto& launch = launches_[static_cast<std::size_t>(index)];
  if (!launch.stop_called)
    launch.stop_given_up =
        now_ + stop_patience_[facets_[static_cast<std::size_t>(index)].part] + kStopOverdue;
  launch.stop_called = true;
  launch.next_stop = now_ + kStopAgain;
  actions_.emplace_back(CallStop{index, launch.task_arn, reason_of(launch.our_stop)});
  auto& view = view_of(index);
  view.interval = policy_.pace.first;
  view.next_describe = std::min(view.next_describe, now_ + policy_.pace.first);
}

void Machine::handle(const StopFailed& event) {
  auto& launch = launches_.at(static_cast<std::size_t>(event.launch));
  if (launch.phase != Phase::kWatching) return;
  if (event.code != Code::kDenied) {
    launch.next_stop = now_ + kBackoffFirst;
    return;
  }
  if (launch.stop_denied) return;
  launch.stop_denied = true;
  actions_.emplace_back(Say{event.why + "; the task still runs: " + launch.task_arn});
  auto verdict = verdict_of_stop(launch.our_stop);
  verdict.words += ", but it could not be stopped and still runs";
  end(event.launch, std::move(verdict));
}

// A task that ignores its stop, or an ECS that does: nothing more can be done from here.
void Machine::give_up_stopping(int index) {
  const auto& launch = at(index);
  auto verdict = verdict_of_stop(launch.our_stop);
  const auto part = facets_[static_cast<std::size_t>(index)].part;
  verdict.words += ", but " + short_duration(stop_patience_[part] + kStopOverdue) +
                   " after StopTask it has not ended; its task may still run";
  actions_.emplace_back(Say{"a task does not stop and may still run: " + launch.task_arn});
  end(index, std::move(verdict));
}

}  // namespace runtask::run
