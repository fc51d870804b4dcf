#include <algorithm>
#include <utility>

#include "ecs/life_cycle.h"
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
    case OurStop::kHangUp:
      return "runtask: interrupted by a hang-up (SIGHUP)";
    case OurStop::kRunsStop:
      return "runtask: runs stop";
    case OurStop::kCancel:
      return "runtask: another launch failed";
    case OurStop::kNone:
      break;
  }
  return "runtask";
}

// Why it was to be stopped, of a task that was not.
std::string occasion_of(OurStop why) {
  switch (why) {
    case OurStop::kTimeout:
      return "--timeout has passed";
    case OurStop::kStartTimeout:
      return "not running at --start-timeout";
    case OurStop::kInterrupt:
      return "interrupted by Ctrl-C";
    case OurStop::kTerminate:
      return "interrupted by SIGTERM";
    case OurStop::kHangUp:
      return "interrupted by a hang-up (SIGHUP)";
    case OurStop::kRunsStop:
      return "to be stopped by runtask runs stop";
    case OurStop::kCancel:
      return "another launch failed";
    case OurStop::kNone:
      break;
  }
  return "given up";
}

// Of a launch whose task has ended, and that was to get another one. Work that Spot broke off, and
// that would have been taken up again, is what the signal ends.
Verdict verdict_without_next(Verdict ended, OurStop why) {
  const auto words = ended.words + "; not started again: " + occasion_of(why);
  const bool is_ours = ended.kind == VerdictKind::kInfrastructure && why != OurStop::kCancel;
  if (is_ours) ended = verdict_of_stop(why);
  ended.words = words;
  return ended;
}

}  // namespace

// What the call came to, where nothing did.
std::string Machine::words_of_stop(const LaunchState& launch) {
  if (!launch.stop_failure.empty()) return "; StopTask failed: " + launch.stop_failure;
  return launch.stop_called && !launch.stop_taken ? "; StopTask got no answer" : "";
}

bool Machine::is_ending(const LaunchState& launch) {
  return launch.task.desired_status == "STOPPED" ||
         ecs::status_of(launch.task.last_status) > ecs::Status::kRunning;
}

void Machine::stop(int index, OurStop why) {
  auto& launch = at(index);
  if (launch.our_stop != OurStop::kNone) return;
  switch (launch.phase) {
    case Phase::kWaiting:
    case Phase::kDone:
      return;
    case Phase::kDraining:
      if (std::exchange(launch.again, LaunchState::Again::kNo) == LaunchState::Again::kNo) return;
      --replacing_;  // Nothing follows it any more, so its own end counts.
      launch.verdict = verdict_without_next(launch.verdict, why);
      touch(Kind::kLaunch, index);
      return note_failure(launch.verdict.kind);
    case Phase::kStarting:
      launch.our_stop = why;
      return withdraw(launch.call);  // Else stopped as soon as its name is known: see deadline_of.
    case Phase::kBackoff:
      launch.our_stop = why;
      return stop_start(index, why);
    case Phase::kWatching:
      view_of(index).polls.erase({launch.next_poll, index});
      launch.our_stop = why;
      return send_stop(index);
  }
}

// Nothing more is started: what runs, or has been started already, goes on to its end.
void Machine::stop_starting(int index, OurStop why) {
  switch (at(index).phase) {
    case Phase::kStarting:
      return withdraw(at(index).call);
    case Phase::kBackoff:
      return stop_start(index, why);
    case Phase::kDraining:
      return stop(index, why);  // No other task follows.
    case Phase::kWaiting:
    case Phase::kWatching:
    case Phase::kDone:
      return;
  }
}

// A start that waits for its next attempt.
void Machine::stop_start(int index, OurStop why) {
  auto& launch = at(index);
  auto* call = call_at(launch.call);
  if (call == nullptr)  // A task of it has ended: that was its end.
    return end(index, verdict_without_next(launch.verdict, why));
  if (!call->may_have_started && !call->is_refused)
    return end(index, {VerdictKind::kSkipped, kExitCouldNotRun, {}, "given up before it started"});
  if (call->state != Call::State::kPausing) return;
  call->next = now_;  // Its task must be found, to be stopped.
  touch(Kind::kCall, call->number);
}

void Machine::send_stop(int index) {
  auto& launch = at(index);
  if (!launch.stop_called)
    launch.stop_given_up = now_ + stop_patience_[facet_of(index).part] + kStopOverdue;
  auto reason = reason_of(launch.our_stop);
  if (!std::exchange(launch.stop_called, true))
    actions_.emplace_back(Keep{index, journal::StopCall{launch.our_stop, reason}});
  launch.next_stop = now_ + kStopAgain;
  actions_.emplace_back(CallStop{index, launch.task_arn, std::move(reason)});
  auto& view = view_of(index);
  view.interval = policy_.pace.first;
  view.next_describe = std::min(view.next_describe, now_ + policy_.pace.first);
  touch(Kind::kLaunch, index);
  touch(Kind::kView, static_cast<int>(facet_of(index).view));
}

// Of a launch that is watched, and of one that waits for its next task.
void Machine::check_deadlines(int index) {
  const auto& launch = at(index);
  if (launch.phase == Phase::kBackoff && launch.call == 0 && launch.next_attempt <= now_)
    return start_next(index);
  if (launch.phase != Phase::kWatching) return;
  if (policy_.timeout && launch.running && now_ - *launch.running >= *policy_.timeout)
    stop(index, OurStop::kTimeout);
  if (const auto deadline = start_deadline(launch); !launch.running && now_ >= deadline) {
    // What was seen before it tells nothing of now: a task that runs is not stopped for that.
    if (launch.seen_as_of >= deadline) {
      stop(index, OurStop::kStartTimeout);
    } else {
      auto& view = view_of(index);
      view.next_describe = std::min(view.next_describe, now_);
      touch(Kind::kView, static_cast<int>(facet_of(index).view));
    }
  }
  if (launch.our_stop == OurStop::kNone) return;
  if (launch.stop_denied && !is_ending(launch)) {
    const bool was_looked_at = launch.seen_as_of >= *launch.stop_denied;
    if (was_looked_at || now_ - *launch.stop_denied >= kStopDeniedLook)
      end_unstopped(index, std::string("its task may not be stopped and ") +
                               (was_looked_at ? "still runs: " : "may still run: ") +
                               launch.stop_failure);
    return;
  }
  if (launch.stop_called && now_ >= launch.stop_given_up) return give_up_stopping(index);
  if (!launch.stop_called || (!is_ending(launch) && launch.next_stop <= now_)) send_stop(index);
}

void Machine::handle(const Interrupted& event) {
  if (interrupted_by_) return;
  const auto why = event.why == OurStop::kNone ? stop_by_signal(event.exit_code) : event.why;
  actions_.emplace_back(Keep{-1, journal::Interrupted{event.exit_code, why}});
  interrupted_by_ = event.exit_code;
  interrupted_at_ = now_;
  begun_ = true;
  if (!policy_.detach_on_interrupt) {
    for (int i = 0; i < static_cast<int>(launches_.size()); ++i)
      stop(i, why);
    return;
  }
  // Launches whose RunTask is under way have until the end of the patience.
  leave_detached("interrupted: left running");
  for (int i = 0; i < static_cast<int>(launches_.size()); ++i)
    stop_starting(i, why);
}

void Machine::handle(const StopTaken& event) {
  if (auto* surplus = surplus_at(event.task_arn)) {
    surplus->state = Surplus::State::kStopped;
    actions_.emplace_back(Keep{surplus->launch, journal::SurplusStopped{surplus->task_arn}});
    return;
  }
  auto& launch = at(event.launch);
  if (launch.task_arn != event.task_arn || launch.stop_denied) return;
  launch.stop_taken = true;
  launch.stop_failure.clear();
}

void Machine::handle(const StopFailed& event) {
  if (auto* surplus = surplus_at(event.task_arn)) return handle_failed_stop(*surplus, event);
  auto& launch = at(event.launch);
  if (launch.phase != Phase::kWatching || launch.task_arn != event.task_arn) return;
  if (launch.stop_denied) return;
  launch.stop_failure = event.why;
  if (event.code != Code::kDenied) {
    if (!std::exchange(said_stop_fails_, true))
      actions_.emplace_back(Say{"StopTask of launch " + std::to_string(event.launch + 1) +
                                " failed: " + event.why + "; trying again"});
    launch.next_stop = now_ + kBackoffFirst;
    touch(Kind::kLaunch, event.launch);
    return;
  }
  launch.stop_denied = now_;
  touch(Kind::kLaunch, event.launch);
  view_of(event.launch).next_describe = now_;
  touch(Kind::kView, static_cast<int>(facet_of(event.launch).view));
}

// ---- Tasks that nobody asked for

Machine::Surplus* Machine::surplus_at(const std::string& task_arn) {
  const auto found = std::find_if(surplus_.begin(), surplus_.end(), [&](const Surplus& surplus) {
    return surplus.task_arn == task_arn;
  });
  return found == surplus_.end() ? nullptr : &*found;
}

std::size_t Machine::count(Surplus::State state) const {
  return static_cast<std::size_t>(
      std::count_if(surplus_.begin(), surplus_.end(),
                    [&](const Surplus& surplus) { return surplus.state == state; }));
}

std::vector<std::string> Machine::surplus_tasks() const {
  std::vector<std::string> tasks;
  for (const auto& surplus : surplus_)
    if (surplus.state != Surplus::State::kStopped) tasks.push_back(surplus.task_arn);
  return tasks;
}

void Machine::add_surplus(int launch, const std::string& task_arn) {
  view_of(launch).by_task.emplace(ecs::last_part(task_arn), launch);
  surplus_.push_back({launch, task_arn, now_});
  send_stop(surplus_.back());
}

void Machine::send_stop(Surplus& surplus) {
  if (!surplus.next_stop || now_ < *surplus.next_stop) return;
  surplus.next_stop.reset();
  ++surplus.stops;
  actions_.emplace_back(
      CallStop{surplus.launch, surplus.task_arn, "runtask: more than was asked for"});
}

void Machine::handle_failed_stop(Surplus& surplus, const StopFailed& event) {
  if (surplus.state != Surplus::State::kStopping) return;
  if (event.code != Code::kDenied && surplus.stops < kSurplusStopsMax) {
    surplus.next_stop = now_ + backoff(surplus.stops);
    return touch(Kind::kSurplus, static_cast<int>(&surplus - surplus_.data()));
  }
  surplus.state = Surplus::State::kGivenUp;
  actions_.emplace_back(
      Say{event.why + "; a task that was not asked for still runs: " + surplus.task_arn});
}

// ---- Giving up

// A task that ignores its stop, or an ECS that does: nothing more can be done from here.
void Machine::give_up_stopping(int index) {
  const auto part = facet_of(index).part;
  end_unstopped(index, "its task may still run: it has not ended " +
                           short_duration(stop_patience_[part] + kStopOverdue) + " after StopTask" +
                           words_of_stop(at(index)));
}

void Machine::end_unstopped(int index, const std::string& words) {
  const auto& launch = at(index);
  actions_.emplace_back(Say{words + "; " + launch.task_arn});
  auto verdict = verdict_of_stop(launch.our_stop);
  // It may come up yet.
  if (verdict.kind == VerdictKind::kNeverStarted) verdict.kind = VerdictKind::kUnknown;
  verdict.words = occasion_of(launch.our_stop) + "; " + words;
  verdict.may_still_run = true;
  end(index, std::move(verdict));
}

}  // namespace runtask::run
