#include <algorithm>

#include "ecs/life_cycle.h"
#include "run/machine.h"

// How the machine goes on with a run that another process began: what has ended stays so, tasks are
// watched, StartCalls are resolved, and what waits waits on.

namespace runtask::run {

void Machine::handle(const Resume& event) {
  if (begun_ || event.restored.launches.size() != launches_.size()) return;
  begun_ = true;
  const auto& restored = event.restored;
  last_call_ = restored.last_call;
  // What is decided by others first, so that whatever an end brings about meets it.
  for (const auto& call : restored.calls)
    restore(call);
  for (const auto& surplus : restored.surplus)
    add_surplus(surplus.launch, surplus.task_arn);
  for (int i = 0; i < static_cast<int>(launches_.size()); ++i)
    restore(i, restored.launches[static_cast<std::size_t>(i)]);
  for (int i = 0; i < static_cast<int>(launches_.size()); ++i)
    if (const auto& ended = restored.launches[static_cast<std::size_t>(i)].ended)
      note_failure(ended->verdict.kind);
  if (!restored.interrupted_by) {
    if (event.interrupted) handle(*event.interrupted);
    return;
  }
  // Tasks that were left running are watched now; what had not been started stays so.
  cut_short_by_ = restored.interrupted_by;
  if (policy_.detach_on_interrupt) return;
  interrupted_by_ = restored.interrupted_by;
  interrupted_at_ = now_;
  const auto why = restored.interrupted_why == OurStop::kNone ? stop_by_signal(*interrupted_by_)
                                                              : restored.interrupted_why;
  for (int i = 0; i < static_cast<int>(launches_.size()); ++i)
    stop(i, why);
}

void Machine::restore(int index, const RestoredLaunch& from) {
  auto& launch = at(index);
  launch.attempts = from.refusals;
  launch.spot_retries = from.spot_retries;
  if (from.was_tried) launch.first_attempt = now_ - from.since_first_call;
  launch.task_arn = from.task_arn;
  launch.task = from.task;
  launch.task_before = from.task_before;
  launch.has_run = from.has_run;
  if (!from.task_arn.empty()) view_of(index).by_task[ecs::last_part(from.task_arn)] = index;
  if (from.ended) {
    enter(index, Phase::kDone);
    launch.call = 0;
    launch.verdict = from.ended->verdict;
    launch.ended = now_;
    return;
  }
  if (launch.call != 0) return;  // See the other one.
  if (from.task_arn.empty()) {
    if (from.refusals == 0 && from.spot_retries == 0) return;  // It waits.
    launch.verdict = from.verdict_before;
    launch.next_attempt = now_;
    enter(index, Phase::kBackoff);
    return;
  }
  launch.started = now_ - from.since_started;
  if (from.since_running) launch.running = now_ - *from.since_running;
  // Whether DescribeTasks has shown it the journal does not tell; one that has come this far it
  // has.
  launch.was_seen = ecs::status_of(from.task.last_status) >= ecs::Status::kRunning ||
                    from.since_started >= kMissingGrace;
  launch.our_stop = from.our_stop;
  if (from.our_stop != OurStop::kNone) {
    launch.stop_called = true;
    launch.next_stop = now_;
    launch.stop_given_up = now_ + stop_patience_[facet_of(index).part] + kStopOverdue;
  }
  watch(index);
  auto& view = view_of(index);
  view.next_describe = now_;
  if (from.task.last_status.empty()) return;
  actions_.emplace_back(ShowStatus{index, from.task});
  observe(index, from.task);
}

void Machine::restore(const UnresolvedCall& from) {
  Call call;
  call.number = from.call.call;
  call.launches = from.call.launches;
  call.open = from.launches;
  call.token = from.call.token;
  call.started_by = from.call.started_by;
  call.is_started_by_own = from.call.is_started_by_own;
  constexpr Duration kDoubtful = std::chrono::hours(24);
  call.first_sent = now_ - from.age.value_or(kDoubtful);
  call.is_token_unsure = !from.age || *from.age >= kTokenSure;
  const auto last_sent = from.age ? std::min(now_, call.first_sent + kTokenSure) : now_;
  call.lists_complete = last_sent + policy_.lists_lag;
  call.tasks = from.tasks.size();
  call.sends = 1;  // Perhaps; what is journalled is not journalled again.
  call.may_have_started = true;
  call.is_refused = from.was_refused;
  call.why = from.why;
  call.is_last = from.was_given_up;
  call.next = now_;
  auto& known = views_[facet_of(call.launches.front()).view].by_task;
  for (const auto& task : from.tasks)
    known.emplace(ecs::last_part(task), call.launches.front());
  for (const auto index : call.open) {
    auto& launch = at(index);
    launch.call = call.number;
    enter(index, Phase::kBackoff);
  }
  touch(Kind::kCall, call.number);
  calls_.emplace(call.number, std::move(call));
}

}  // namespace runtask::run
