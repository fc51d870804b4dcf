#include "run/machine.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "ecs/api.h"
#include "ecs/life_cycle.h"

// The order of things: what starts when, what is due, how a launch and the run end.

namespace runtask::run {
namespace {

constexpr int kUnlimited = 1'000'000;

Verdict verdict_of(VerdictKind kind, std::string words) {
  return {kind, kExitCouldNotRun, {}, std::move(words)};
}

// What StartCalls have in common when it is equal: all of the call but its token, and startedBy
// where that is not the user's.
std::string common_text(const ecs::RunTask& input, std::size_t target) {
  auto common = input;
  common.client_token.clear();
  return std::to_string(target) + ecs::write_request(common);
}

}  // namespace

Machine::Machine(const Plan& plan, const Policy& policy)
    : policy_(policy),
      run_id_(plan.run_id),
      launches_(plan.launches.size()),
      jitter_(policy.jitter_seed) {
  for (const auto& part : plan.parts) {
    facts_.push_back({part.deciding, part.essential});
    stop_patience_.push_back(part.stop_patience);
  }
  // The plan's own startedBy stands where the user gave none.
  const auto by_plan = started_by_of_calls(plan.run_id);
  std::map<std::pair<std::size_t, std::string>, std::size_t> views;
  std::map<std::string, std::size_t> environments, inputs;
  for (const auto& launch : plan.launches) {
    const auto& place = plan.part_of(launch).place;
    const auto& cluster = launch.input.cluster;
    const auto view = views.emplace(std::pair(place.target, cluster), views_.size()).first->second;
    const auto environment = environments.emplace(place.environment, environments.size());
    const auto input = inputs.emplace(common_text(launch.input, place.target), inputs.size());
    if (view == views_.size()) {
      auto& made = views_.emplace_back();
      made.target = place.target;
      made.cluster = cluster;
      made.interval = policy.pace.first;
    }
    if (input.second)
      inputs_.push_back({launch.input.started_by == by_plan ? "" : launch.input.started_by});
    if (environment.second) left_.push_back(0);
    ++left_[environment.first->second];
    facets_.push_back(
        {launch.part, view, environment.first->second, input.first->second, std::uint64_t{0}});
  }
  counts_[static_cast<std::size_t>(Phase::kWaiting)] = launches_.size();
}

std::vector<Action> Machine::on(const Event& event, Instant now) {
  actions_.clear();
  if (done_) return {};
  now_ = std::max(now_, now);
  std::visit([this](const auto& it) { handle(it); }, event);
  if (!begun_) return std::move(actions_);
  if (interrupted_by_ && now_ - interrupted_at_ >= policy_.interrupt_patience)
    end_whatever_is_left("not seen to end within " + short_duration(policy_.interrupt_patience) +
                         " of the interrupt");
  settle();
  start_ready_ones();
  settle();
  finish_if_over();
  return std::move(actions_);
}

void Machine::handle(const Begin&) {
  begun_ = true;
}
void Machine::handle(const Tick&) {}

void Machine::enter(int index, Phase phase) {
  auto& launch = at(index);
  --counts_[static_cast<std::size_t>(launch.phase)];
  ++counts_[static_cast<std::size_t>(phase)];
  if (launch.phase == Phase::kWatching) unwatch(index);
  launch.phase = phase;
  if (phase == Phase::kDone) {
    --left_[facet_of(index).environment];
    while (open_environment_ < left_.size() && left_[open_environment_] == 0)
      ++open_environment_;
  }
  touch(Kind::kLaunch, index);
}

// ---- What is due

// Whatever an event has touched may be due at once, and what is done about it may touch more.
void Machine::settle() {
  constexpr int kRoundsMax = 1'000'000;
  for (int round = 0; round < kRoundsMax; ++round) {
    for (const auto& [kind, index] : std::exchange(touched_, {})) {
      if (leaving_ && kind == Kind::kLaunch) leave_detached(index);
      rearm(kind, index, Instant::min());
    }
    if (!touched_.empty()) continue;
    if (deadlines_.empty() || std::get<Instant>(*deadlines_.begin()) > now_) return;
    const auto [when, kind, index] = *deadlines_.begin();
    meet(kind, index);
    // Whatever it was, it is not due again before time has passed.
    rearm(kind, index, now_ + Duration(1));
  }
  assert(false && "what is due comes to an end");
}

void Machine::meet(Kind kind, int index) {
  switch (kind) {
    case Kind::kLaunch:
      return check_deadlines(index);
    case Kind::kCall:
      if (auto* call = call_at(index)) go_on(*call);
      return;
    case Kind::kView:
      return describe_if_due(static_cast<std::size_t>(index));
    case Kind::kSurplus:
      return send_stop(surplus_[static_cast<std::size_t>(index)]);
  }
}

void Machine::rearm(Kind kind, int index, Instant not_before) {
  const auto key = std::pair(kind, index);
  const auto armed = armed_.find(key);
  auto when = deadline_of(kind, index);
  if (when) when = std::max(*when, not_before);
  if (armed != armed_.end()) {
    if (when == armed->second) return;
    deadlines_.erase({armed->second, kind, index});
    armed_.erase(armed);
  }
  if (!when) return;
  deadlines_.emplace(*when, kind, index);
  armed_.emplace(key, *when);
}

std::optional<Instant> Machine::deadline_of(Kind kind, int index) const {
  if (kind == Kind::kView) return next_look(views_[static_cast<std::size_t>(index)]);
  if (kind == Kind::kCall) {
    const auto call = calls_.find(index);
    if (call == calls_.end()) return {};
    if (call->second.state == Call::State::kPausing) return call->second.next;
    // What has not gone out by then would only be stopped.
    const bool goes_out =
        call->second.state == Call::State::kUnderWay && !call->second.is_withdrawn;
    const auto deadline = goes_out ? start_deadline(call->second) : Instant::max();
    return deadline == Instant::max() ? std::nullopt : std::optional(deadline);
  }
  if (kind == Kind::kSurplus) return surplus_[static_cast<std::size_t>(index)].next_stop;
  const auto& launch = at(index);
  if (launch.phase == Phase::kBackoff && launch.call == 0) return launch.next_attempt;
  if (launch.phase != Phase::kWatching) return {};
  if (launch.our_stop != OurStop::kNone) {
    if (!launch.stop_called) return now_;
    if (launch.stop_denied && !is_ending(launch))
      return launch.seen_as_of >= *launch.stop_denied ? now_
                                                      : *launch.stop_denied + kStopDeniedLook;
    // Until ECS shows that it has taken the stop, it is asked again: a StopTask may be lost.
    return is_ending(launch) ? launch.stop_given_up
                             : std::min(launch.next_stop, launch.stop_given_up);
  }
  if (!launch.running) {
    const auto deadline = start_deadline(launch);
    if (now_ < deadline || launch.seen_as_of >= deadline) return deadline;
    return {};  // The next look will tell.
  }
  if (policy_.timeout) return *launch.running + *policy_.timeout;
  return {};
}

std::optional<Instant> Machine::wake_at() const {
  if (done_ || !begun_) return {};
  std::optional<Instant> when;
  if (!deadlines_.empty()) when = std::get<Instant>(*deadlines_.begin());
  if (interrupted_by_) {
    const auto end = interrupted_at_ + policy_.interrupt_patience;
    when = when ? std::min(*when, end) : end;
  }
  if (all_ended_) {
    const auto end = *all_ended_ + kSurplusPatience;
    when = when ? std::min(*when, end) : end;
  }
  return when;
}

// ---- Whose turn it is

int Machine::parallel_limit() const {
  if (policy_.order == Order::kListed) return 1;
  const auto& first = launches_.front();
  const bool first_is_alone = policy_.order == Order::kFirstAlone &&
                              (first.phase != Phase::kDone || first.verdict.may_still_run);
  return first_is_alone ? 1 : std::min(policy_.max_parallel, kUnlimited);
}

// A launch whose log is still read to its end runs no task any more. Only where launches are to
// follow one another does the next one wait for it, so that their logs do not mix. One that was
// given up while its task may run keeps its place, and so does a task that nobody asked for.
bool Machine::has_place() const {
  const auto limit = parallel_limit();
  auto active = count(Phase::kStarting) + count(Phase::kBackoff) + count(Phase::kWatching);
  active += limit == 1 ? count(Phase::kDraining) : replacing_;
  const auto others = unended_ + count(Surplus::State::kStopping) + count(Surplus::State::kGivenUp);
  return active + others < static_cast<std::size_t>(limit);
}

bool Machine::will_have_place() const {
  const auto limit = static_cast<std::size_t>(parallel_limit());
  const auto others = unended_ + count(Surplus::State::kGivenUp);
  return others < limit || count(Phase::kDone) + count(Phase::kWaiting) < launches_.size();
}

bool Machine::starts_no_more() const {
  return interrupted_by_ || cut_short_by_ ||
         (failed_ && policy_.after_failure != AfterFailure::kKeepGoing);
}

// Launches start in their order. Those of later environments wait: an environment is over when all
// of its launches are, logs and all; whether the next one is wanted after a failure, AfterFailure
// says.
void Machine::start_ready_ones() {
  const auto size = static_cast<int>(launches_.size());
  for (; next_waiting_ < size; ++next_waiting_) {
    const auto index = next_waiting_;
    if (at(index).phase != Phase::kWaiting) continue;
    if (starts_no_more() || !will_have_place()) {
      const bool interrupted = interrupted_by_ || cut_short_by_;
      const char* why = interrupted          ? "interrupted"
                        : !will_have_place() ? "as many tasks as may run at a time may still run"
                                             : "another launch failed";
      end(index, verdict_of(VerdictKind::kSkipped, std::string("not started: ") + why));
      continue;
    }
    if (!has_place()) break;
    if (policy_.order == Order::kByEnvironment && facet_of(index).environment > open_environment_)
      break;
    enter(index, Phase::kStarting);
    ready_.push_back(index);
  }
  make_calls();
}

// Whether a task may still be started for it. One that has been is its task nevertheless.
bool Machine::is_wanted(const LaunchState& launch) const {
  return launch.our_stop == OurStop::kNone && !starts_no_more();
}

// ---- Ending

// What has written has run, and what it did must not be done twice.
void Machine::handle(const HasWritten& event) {
  auto& launch = at(event.launch);
  if (launch.phase != Phase::kWatching && launch.phase != Phase::kDraining) return;
  if (std::exchange(launch.has_run, true)) return;
  touch(Kind::kLaunch, event.launch);
  if (launch.phase != Phase::kDraining || launch.verdict.kind != VerdictKind::kNeverStarted) return;
  launch.verdict = verdict_of_end(event.launch, launch.task);
  if (launch.again != LaunchState::Again::kStartFailed) return;
  launch.again = LaunchState::Again::kNo;
  --replacing_;
  note_failure(launch.verdict.kind);
}

void Machine::handle(const LogsDrained& event) {
  auto& launch = at(event.launch);
  if (launch.phase != Phase::kDraining) return;
  if (launch.again != LaunchState::Again::kNo) return start_again(event.launch);
  end(event.launch, launch.verdict);
}

void Machine::end(int index, Verdict verdict) {
  auto& launch = at(index);
  assert(launch.phase != Phase::kDone && "a launch ends once");
  if (launch.phase != Phase::kDraining) launch.ended = now_;
  const bool seems_unstarted =
      verdict.kind == VerdictKind::kNeverStarted || verdict.kind == VerdictKind::kSkipped;
  if (seems_unstarted && !launch.task_before.empty()) {
    // The one that Spot took ran, and what it did is done.
    const bool is_cut_short = verdict.kind == VerdictKind::kSkipped && interrupted_by_;
    verdict.kind = is_cut_short ? VerdictKind::kInterrupted : VerdictKind::kInfrastructure;
    verdict.exit_code = is_cut_short ? *interrupted_by_ : kExitCouldNotRun;
    verdict.words = (launch.task_arn.empty()
                         ? "interrupted by Spot, and not started again: "
                         : "interrupted by Spot (" + launch.task_before + "); the next task: ") +
                    verdict.words;
  }
  if (std::exchange(launch.again, LaunchState::Again::kNo) != LaunchState::Again::kNo) --replacing_;
  leave_call(index);
  enter(index, Phase::kDone);
  launch.verdict = std::move(verdict);
  if (launch.verdict.may_still_run) ++unended_;
  launch.drained_containers.clear();
  actions_.emplace_back(LaunchEnded{index});
  note_failure(launch.verdict.kind);
}

void Machine::note_failure(VerdictKind kind) {
  // One that was given up for another's failure is one as well: that other may turn out, after an
  // attach, to have ended well.
  if (kind == VerdictKind::kSucceeded || kind == VerdictKind::kDetached) return;
  if (std::exchange(failed_, true) || policy_.after_failure == AfterFailure::kKeepGoing) return;
  const bool stops = policy_.after_failure == AfterFailure::kFailFast;
  for (int i = 0; i < static_cast<int>(launches_.size()); ++i)
    stops ? stop(i, OurStop::kCancel) : stop_starting(i, OurStop::kCancel);
}

void Machine::end_whatever_is_left(const std::string& words) {
  for (int i = 0; i < static_cast<int>(launches_.size()); ++i)
    end_what_is_left_of(i, words);
}

void Machine::end_what_is_left_of(int index, const std::string& words) {
  const auto& launch = at(index);
  if (launch.phase == Phase::kDone) return;
  if (launch.phase == Phase::kWaiting)
    return end(index, verdict_of(VerdictKind::kSkipped, "not started"));
  const bool waits_for_next = launch.again != LaunchState::Again::kNo ||
                              (launch.phase == Phase::kBackoff && launch.call == 0);
  if (launch.phase == Phase::kDraining || waits_for_next) {
    auto ended = launch.verdict;
    if (waits_for_next) ended.words += "; not started again: " + words;
    return end(index, std::move(ended));
  }
  const bool by_us = interrupted_by_.has_value() && launch.our_stop != OurStop::kNone;
  auto verdict = by_us ? verdict_of_stop(launch.our_stop) : verdict_of(VerdictKind::kUnknown, "");
  verdict.words =
      (launch.task_arn.empty() ? "it may have been started; " : "its task may still run; ") + words;
  verdict.words += words_of_stop(launch);
  verdict.may_still_run = true;
  end(index, std::move(verdict));
}

void Machine::handle(const TargetGone& event) {
  const auto is_there = [&](int launch) { return view_of(launch).target == event.target; };
  bool is_left = false;
  for (const auto& surplus : surplus_)
    is_left |= is_there(surplus.launch) && surplus.state == Surplus::State::kStopping;
  for (int i = 0; i < static_cast<int>(launches_.size()); ++i)
    is_left |= is_there(i) && at(i).phase != Phase::kDone;
  if (!is_left) return;
  actions_.emplace_back(Say{event.words + "; its tasks have ended with it"});
  for (int i = 0; i < static_cast<int>(launches_.size()); ++i)
    if (is_there(i)) end_with_its_target(i, event.words);
  for (auto& surplus : surplus_)
    if (is_there(surplus.launch)) surplus.state = Surplus::State::kStopped;
}

void Machine::end_with_its_target(int index, const std::string& words) {
  const auto& launch = at(index);
  if (launch.phase == Phase::kDone) return;
  const bool has_ended =
      launch.phase == Phase::kDraining || (launch.phase == Phase::kBackoff && launch.call == 0);
  if (has_ended) return end(index, launch.verdict);
  if (launch.phase == Phase::kWaiting)
    return end(index, verdict_of(VerdictKind::kNeverStarted, "not started: " + words));
  if (launch.our_stop != OurStop::kNone) return end(index, verdict_of_stop(launch.our_stop));
  end(index, verdict_of(VerdictKind::kInfrastructure, words));
}

void Machine::finish_if_over() {
  if (policy_.detach && !interrupted_by_ && !leaving_ && count(Phase::kWaiting) == 0 &&
      count(Phase::kStarting) == 0 && count(Phase::kBackoff) == 0) {
    leave_detached("left running");
    settle();
  }
  if (count(Phase::kDone) < launches_.size() || done_) return;
  if (!all_ended_) all_ended_ = now_;
  const bool may_wait = now_ - *all_ended_ < kSurplusPatience &&
                        (!interrupted_by_ || now_ - interrupted_at_ < policy_.interrupt_patience);
  if (count(Surplus::State::kStopping) > 0 && may_wait) return;
  done_ = true;
  actions_.emplace_back(RunEnded{exit_code()});
}

// From now on what is watched is left running, also what becomes known only later.
void Machine::leave_detached(std::string words) {
  leaving_ = std::move(words);
  for (int i = 0; i < static_cast<int>(launches_.size()); ++i)
    touch(Kind::kLaunch, i);
}

void Machine::leave_detached(int index) {
  const auto& launch = at(index);
  if (launch.phase == Phase::kWatching && launch.our_stop == OurStop::kNone)
    end(index, {VerdictKind::kDetached, 0, {}, *leaving_, true});
}

namespace {
std::vector<Verdict> verdicts_of(const std::vector<LaunchState>& launches) {
  std::vector<Verdict> verdicts;
  verdicts.reserve(launches.size());
  for (const auto& launch : launches)
    verdicts.push_back(launch.verdict);
  return verdicts;
}
}  // namespace

int Machine::exit_code() const {
  return run_exit_code(verdicts_of(launches_), interrupted_by_ ? interrupted_by_ : cut_short_by_);
}
VerdictKind Machine::kind() const {
  return run_kind(verdicts_of(launches_), interrupted_by_ ? interrupted_by_ : cut_short_by_);
}

}  // namespace runtask::run
