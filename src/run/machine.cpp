#include "run/machine.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/text.h"
#include "ecs/life_cycle.h"
#include "ecs/limits.h"

namespace runtask::run {
namespace {

constexpr int kUnlimited = 1'000'000;
constexpr Duration kSayUnobservedAfter = std::chrono::seconds(30);

bool contains(std::string_view text, std::string_view part) {
  return lower_case(text).find(part) != std::string::npos;
}

bool may_pass(Code code) {
  return code == Code::kThrottled || code == Code::kUnavailable || code == Code::kTimeout;
}
// ECS API: a cluster with too many provisioning tasks answers with a ClientException.
bool is_provisioning_quota(const std::string& why) {
  return contains(why, "provisioning") && contains(why, "limit");
}

Verdict verdict_of(VerdictKind kind, std::string words) {
  return {kind, kExitCouldNotRun, {}, std::move(words)};
}

// Until ECS shows that it has taken the stop, it is asked again: a StopTask may be lost.
bool must_stop_again(const LaunchState& launch) {
  return launch.our_stop != OurStop::kNone && launch.task.desired_status != "STOPPED";
}

}  // namespace

bool may_pass(const ecs::Failure& failure) {
  return failure.reason.starts_with("RESOURCE:") || failure.reason == "AGENT" ||
         contains(failure.reason, "capacity") || contains(failure.reason, "throttl") ||
         contains(failure.reason, "rate exceeded");
}

Machine::Machine(const Plan& plan, const Policy& policy)
    : policy_(policy), launches_(plan.launches.size()), jitter_(policy.jitter_seed) {
  for (const auto& part : plan.parts) {
    facts_.push_back({part.deciding, part.essential});
    stop_patience_.push_back(part.stop_patience);
  }
  std::map<std::pair<std::size_t, std::string>, std::size_t> views;
  std::map<std::string, std::size_t> environments;
  for (const auto& launch : plan.launches) {
    const auto& place = plan.part_of(launch).place;
    const auto& cluster = launch.input.cluster;
    const auto view = views.emplace(std::pair(place.target, cluster), views_.size()).first->second;
    const auto environment = environments.emplace(place.environment, environments.size());
    if (view == views_.size())
      views_.push_back(
          {place.target, cluster, {}, {}, false, {}, {}, policy.pace.first, 0, {}, {}});
    views_[view].launches.push_back(static_cast<int>(facets_.size()));
    facets_.push_back({launch.part, view, environment.first->second});
  }
}

std::vector<Action> Machine::on(const Event& event, Instant now) {
  actions_.clear();
  if (done_) return {};
  now_ = std::max(now_, now);
  std::visit([this](const auto& it) { handle(it); }, event);
  if (!begun_) return std::move(actions_);
  check_deadlines();
  start_ready_ones();
  for (std::size_t view = 0; view < views_.size(); ++view)
    describe_if_due(view);
  finish_if_over();
  return std::move(actions_);
}

// ---- Starting

void Machine::handle(const Begin&) {
  begun_ = true;
}
void Machine::handle(const Tick&) {}

int Machine::parallel_limit() const {
  if (policy_.order == Order::kListed) return 1;
  const bool first_is_alone =
      policy_.order == Order::kFirstAlone && launches_.front().phase != Phase::kDone;
  return first_is_alone ? 1 : std::min(policy_.max_parallel, kUnlimited);
}

// Launches of later environments wait. An environment is over when all of its launches are, logs
// and all; whether the next one is wanted after a failure, AfterFailure says.
std::size_t Machine::last_open_environment() const {
  if (policy_.order != Order::kByEnvironment) return facets_.size();
  for (std::size_t i = 0; i < launches_.size(); ++i)
    if (launches_[i].phase != Phase::kDone) return facets_[i].environment;
  return facets_.size();
}

// A launch whose log is still read to its end runs no task any more. Only where launches are to
// follow one another does the next one wait for it, so that their logs do not mix.
bool Machine::takes_a_place(const LaunchState& launch) const {
  if (launch.phase == Phase::kDraining) return parallel_limit() == 1;
  return launch.phase != Phase::kWaiting && launch.phase != Phase::kDone;
}

void Machine::start_ready_ones() {
  const bool stops_starting =
      interrupted_by_ || (failed_ && policy_.after_failure != AfterFailure::kKeepGoing);
  auto active = std::count_if(launches_.begin(), launches_.end(),
                              [this](const LaunchState& launch) { return takes_a_place(launch); });
  const auto open = last_open_environment();
  for (int i = 0; i < static_cast<int>(launches_.size()); ++i) {
    auto& launch = at(i);
    if (launch.phase == Phase::kBackoff && launch.next_attempt <= now_) {
      start(i);
    } else if (launch.phase == Phase::kWaiting && stops_starting) {
      end(i, verdict_of(VerdictKind::kSkipped, interrupted_by_
                                                   ? "not started: interrupted"
                                                   : "not started: another launch failed"));
    } else if (launch.phase == Phase::kWaiting && active < parallel_limit() &&
               facets_[static_cast<std::size_t>(i)].environment <= open) {
      ++active;
      launch.first_attempt = now_;
      start(i);
    }
  }
}

void Machine::start(int index) {
  auto& launch = launches_[static_cast<std::size_t>(index)];
  launch.phase = Phase::kStarting;
  ++launch.attempts;
  actions_.emplace_back(CallRunTask{index});
}

void Machine::handle(const Started& event) {
  auto& launch = launches_.at(static_cast<std::size_t>(event.launch));
  if (launch.phase != Phase::kStarting && launch.phase != Phase::kBackoff) return;
  launch.phase = Phase::kWatching;
  launch.task_arn = event.task.task_arn;
  launch.started = now_;
  auto& view = view_of(event.launch);
  view.by_task[ecs::last_part(launch.task_arn)] = event.launch;
  actions_.emplace_back(FollowLogs{event.launch, launch.task_arn});
  launch.next_poll = now_;
  view.interval = policy_.pace.first;
  view.next_describe = now_ + policy_.pace.first;
  observe(event.launch, event.task);
}

void Machine::handle(const StartRefused& event) {
  retry_or_end(
      event.launch, may_pass(event.failure),
      event.failure.reason + (event.failure.detail.empty() ? "" : ": " + event.failure.detail));
}

void Machine::handle(const StartFailed& event) {
  auto& launch = launches_.at(static_cast<std::size_t>(event.launch));
  if (launch.phase != Phase::kStarting) return;
  launch.may_have_started |= event.may_have_started;
  retry_or_end(event.launch,
               event.may_have_started || may_pass(event.code) || is_provisioning_quota(event.why),
               event.why);
}

void Machine::retry_or_end(int index, bool passes, const std::string& why) {
  auto& launch = launches_.at(static_cast<std::size_t>(index));
  if (launch.phase != Phase::kStarting) return;
  // After a lost reply the only way to learn whether a task runs, even one that is not wanted any
  // more, is to ask again with the same token: giving up would leave a task that nobody watches.
  const bool must_learn = launch.may_have_started;
  const bool wanted = launch.our_stop == OurStop::kNone && !interrupted_by_;
  const int attempts_max = std::max(policy_.retries + 1, must_learn ? kLearnAttemptsMin : 1);
  const bool out_of_patience =
      launch.attempts >= attempts_max || now_ - launch.first_attempt >= policy_.start_timeout;
  if (!passes || out_of_patience || (!wanted && !must_learn)) {
    if (must_learn)
      return end(index, verdict_of(VerdictKind::kUnknown, "it may have been started: " + why));
    return end(index, verdict_of(VerdictKind::kNeverStarted, why));
  }
  launch.phase = Phase::kBackoff;
  launch.next_attempt = now_ + (wanted ? backoff(launch.attempts) : kBackoffFirst / 4);
  actions_.emplace_back(Say{"start of launch " + std::to_string(index + 1) + ", attempt " +
                            std::to_string(launch.attempts) + ": " + why + "; trying again"});
}

// Doubles per attempt, with up to half of it taken off at random, so that many launches that were
// refused together do not come back together.
Duration Machine::backoff(int attempts) {
  const auto doubled = kBackoffFirst * (1LL << std::min(attempts - 1, 10));
  const auto longest = std::min<Duration>(doubled, kBackoffLongest);
  return longest - longest * random_per_mille() / 2000;
}

long long Machine::random_per_mille() {
  jitter_ = jitter_ * 6364136223846793005ULL + 1442695040888963407ULL;
  return static_cast<long long>((jitter_ >> 33U) % 1000);
}

// ---- Watching

bool Machine::is_polled(const LaunchState& launch) const {
  return policy_.polls && launch.our_stop == OurStop::kNone;
}

void Machine::handle(const Observed& event) {
  auto& view = views_.at(event.view);
  view.describing = false;
  view.unobserved_since.reset();
  view.interval = std::min<Duration>(
      std::max<Duration>(view.interval + view.interval / 2, view.interval + Duration(1)),
      policy_.pace.longest);
  const auto looked_at = std::exchange(view.asked, {});
  const auto launch_of = [&view](const std::string& arn) -> std::optional<int> {
    const auto found = view.by_task.find(ecs::last_part(arn));
    if (found == view.by_task.end()) return {};
    return found->second;
  };
  std::set<int> answered;
  std::set<int> changed;
  for (const auto& task : event.tasks) {
    const auto launch = launch_of(task.task_arn);
    if (!launch) continue;
    answered.insert(*launch);
    at(*launch).was_seen = true;
    at(*launch).misses = 0;
    const auto before = at(*launch).task.last_status;
    observe(*launch, task);
    if (at(*launch).task.last_status != before) changed.insert(*launch);
  }
  // Whatever was asked for and did not come is missing, with or without a failure that says so.
  for (const auto& arn : event.asked) {
    const auto launch = launch_of(arn);
    if (launch && !answered.contains(*launch)) miss(*launch);
  }
  view.next_describe = now_ + until_next_describe(view);
  for (const auto launch : looked_at)
    note_look(launch, answered.contains(launch), changed.contains(launch));
}

// Up to a tenth less than the interval, so that many runs of one account do not call in step; and
// sooner where one call does not hold all tasks, so that each is still seen once per interval.
Duration Machine::until_next_describe(const View& view) {
  constexpr std::ptrdiff_t kTasksPerCall{ecs::limits::kTasksPerDescribeMax};
  const auto alive = std::count_if(view.launches.begin(), view.launches.end(), [this](int launch) {
    return at(launch).phase == Phase::kWatching;
  });
  const auto calls = std::max<std::ptrdiff_t>(1, (alive + kTasksPerCall - 1) / kTasksPerCall);
  return (view.interval - view.interval * random_per_mille() / 10'000) / calls;
}

void Machine::handle(const ObserveFailed& event) {
  auto& view = views_.at(event.view);
  view.describing = false;
  view.interval = std::min<Duration>(std::max<Duration>(view.interval * 2, kBackoffFirst / 4),
                                     std::max(policy_.pace.longest, kBackoffFirst));
  view.next_describe = now_ + view.interval;
  const auto looked_at = std::exchange(view.asked, {});
  if (event.code == Code::kDenied) {
    actions_.emplace_back(Say{event.why + "; without DescribeTasks nobody can say how it ends"});
    for (const auto launch : view.launches)
      end_what_is_left_of(launch, "may not be described");
    return;
  }
  if (!view.unobserved_since) view.unobserved_since = now_;
  if (now_ - *view.unobserved_since >= kSayUnobservedAfter && !view.said_unobserved) {
    view.said_unobserved = true;
    actions_.emplace_back(Say{"cannot see the tasks at the moment (" + event.why + "); going on"});
  }
  for (const auto launch : looked_at)
    note_look(launch, false, false);
}

// hamlet 8, step 11: a poll that failed counts as a try.
void Machine::note_look(int index, bool answered, bool changed) {
  auto& launch = at(index);
  const bool is_poll = std::exchange(launch.is_poll_asked, false);
  if (policy_.polls && (is_poll || changed)) actions_.emplace_back(ShowLook{index, answered});
  if (!is_poll || launch.phase != Phase::kWatching || !is_polled(launch)) return;
  ++launch.polls;
  launch.next_poll = now_ + policy_.polls->every;
  if (policy_.polls->most == 0 || launch.polls < policy_.polls->most) return;
  auto verdict = verdict_of(VerdictKind::kUnknown,
                            "not seen to end in " + std::to_string(launch.polls) +
                                (launch.polls == 1 ? " poll" : " polls") + "; its task still runs");
  verdict.exit_code = kExitGivenUp;
  end(index, std::move(verdict));
}

void Machine::observe(int index, const ecs::Task& task) {
  auto& launch = launches_[static_cast<std::size_t>(index)];
  if (launch.phase != Phase::kWatching) return;
  // Replies may overtake one another; a life cycle never goes back.
  const auto before = ecs::status_of(launch.task.last_status);
  const auto after = ecs::status_of(task.last_status);
  if (!launch.task.last_status.empty() && after < before) return;
  const bool changed = launch.task.last_status != task.last_status;
  launch.task = task;
  if (changed) {
    actions_.emplace_back(ShowStatus{index, task});
    view_of(index).interval = policy_.pace.first;
  }
  // RUNNING may have been too short to be seen.
  if (after >= ecs::Status::kRunning && !launch.running) launch.running = now_;
  drain_stopped_containers(index);
  if (after < ecs::Status::kStopped) return;
  const auto& facts = facts_[facets_[static_cast<std::size_t>(index)].part];
  judged(index, judge(task, facts, launch.stop_called ? launch.our_stop : OurStop::kNone));
}

// The task is over; what is left is to read its log to the end.
void Machine::judged(int index, Verdict verdict) {
  auto& launch = launches_[static_cast<std::size_t>(index)];
  launch.phase = Phase::kDraining;
  launch.ended = now_;
  launch.verdict = std::move(verdict);
  note_failure(launch.verdict.kind);
}

void Machine::drain_stopped_containers(int index) {
  auto& launch = launches_[static_cast<std::size_t>(index)];
  const bool all = ecs::status_of(launch.task.last_status) >= ecs::Status::kStopped;
  for (const auto& container : launch.task.containers) {
    const bool stopped = all || container.exit_code || container.last_status == "STOPPED";
    if (stopped && launch.drained_containers.insert(container.name).second)
      actions_.emplace_back(DrainLogs{index, container.name});
  }
  // An empty name: every container that the reply did not mention has stopped too.
  if (all && launch.drained_containers.insert("").second)
    actions_.emplace_back(DrainLogs{index, ""});
}

// ECS is eventually consistent: a task may be MISSING for a while after RunTask, and even once more
// after it was seen, when another replica answers. Only time tells.
void Machine::miss(int index) {
  auto& launch = launches_[static_cast<std::size_t>(index)];
  if (launch.phase != Phase::kWatching) return;
  if (launch.misses++ == 0) launch.missing_since = now_;
  const bool gone = launch.was_seen ? launch.misses >= kMissesSeenMin &&
                                          now_ - launch.missing_since >= kMissingGraceSeen
                                    : now_ - launch.started >= kMissingGraceUnseen;
  if (!gone) return;
  actions_.emplace_back(DrainLogs{index, ""});
  judged(index, verdict_of(VerdictKind::kUnknown,
                           launch.was_seen ? "ECS does not know the task any more (MISSING)"
                                           : "ECS never showed the task (MISSING)"));
}

bool Machine::is_due(const View& view, const LaunchState& launch) const {
  if (launch.phase != Phase::kWatching) return false;
  return view.next_describe <= now_ || (is_polled(launch) && launch.next_poll <= now_);
}

// When the view has something to look at next; none: nothing, or a look is under way.
std::optional<Instant> Machine::next_look(const View& view) const {
  std::optional<Instant> next;
  if (view.describing) return next;
  for (const auto index : view.launches) {
    const auto& launch = launches_[static_cast<std::size_t>(index)];
    if (launch.phase != Phase::kWatching) continue;
    const auto when =
        is_polled(launch) ? std::min(launch.next_poll, view.next_describe) : view.next_describe;
    next = next ? std::min(*next, when) : when;
    if (!policy_.polls) break;  // All the same.
  }
  return next;
}

void Machine::describe_if_due(std::size_t number) {
  auto& view = views_[number];
  if (view.describing || (!policy_.polls && now_ < view.next_describe)) return;
  CallDescribe call{{}, view.target, view.cluster, number};
  const auto size = view.launches.size();
  const auto from = view.from;
  for (std::size_t i = 0; i < size && call.task_arns.size() < ecs::limits::kTasksPerDescribeMax;
       ++i) {
    const auto place = (from + i) % size;
    const auto index = view.launches[place];
    if (!is_due(view, at(index))) continue;
    call.task_arns.push_back(at(index).task_arn);
    view.asked.push_back(index);
    at(index).is_poll_asked = is_polled(at(index)) && at(index).next_poll <= now_;
    if (call.task_arns.size() == ecs::limits::kTasksPerDescribeMax) view.from = place + 1;
  }
  if (call.task_arns.empty()) return;
  view.describing = true;
  actions_.emplace_back(std::move(call));
}

// ---- Stopping

void Machine::handle(const Interrupted& event) {
  if (interrupted_by_) return;
  interrupted_by_ = event.exit_code;
  interrupted_at_ = now_;
  if (!begun_) begun_ = true;
  if (policy_.detach_on_interrupt) return;  // See finish_if_over.
  for (int i = 0; i < static_cast<int>(launches_.size()); ++i)
    stop(i, event.exit_code == kExitTerminated ? OurStop::kTerminate : OurStop::kInterrupt);
}

void Machine::check_deadlines() {
  if (interrupted_by_ && now_ - interrupted_at_ >= kInterruptPatience)
    end_whatever_is_left("not seen to end within 8s of the interrupt");
  for (int i = 0; i < static_cast<int>(launches_.size()); ++i)
    if (launches_[static_cast<std::size_t>(i)].phase == Phase::kWatching) check_deadlines(i);
}

void Machine::check_deadlines(int index) {
  const auto& launch = launches_[static_cast<std::size_t>(index)];
  if (policy_.timeout && launch.running && now_ - *launch.running >= *policy_.timeout)
    stop(index, OurStop::kTimeout);
  if (!launch.running && now_ - launch.first_attempt >= policy_.start_timeout)
    stop(index, OurStop::kStartTimeout);
  if (launch.stop_called && now_ >= launch.stop_given_up) return give_up_stopping(index);
  if (must_stop_again(launch) && launch.next_stop <= now_) send_stop(index);
}

// ---- Ending

void Machine::handle(const LogsDrained& event) {
  auto& launch = launches_.at(static_cast<std::size_t>(event.launch));
  if (launch.phase == Phase::kDraining) end(event.launch, launch.verdict);
}

void Machine::end(int index, Verdict verdict) {
  auto& launch = launches_[static_cast<std::size_t>(index)];
  assert(launch.phase != Phase::kDone && "a launch ends once");
  if (launch.phase != Phase::kDraining) launch.ended = now_;
  launch.phase = Phase::kDone;
  launch.verdict = std::move(verdict);
  actions_.emplace_back(LaunchEnded{index});
  note_failure(launch.verdict.kind);
}

void Machine::note_failure(VerdictKind kind) {
  if (kind == VerdictKind::kSucceeded || kind == VerdictKind::kDetached ||
      kind == VerdictKind::kSkipped || kind == VerdictKind::kCancelled)
    return;
  const bool first = !failed_;
  failed_ = true;
  if (!first || policy_.after_failure != AfterFailure::kFailFast) return;
  for (int i = 0; i < static_cast<int>(launches_.size()); ++i)
    stop(i, OurStop::kCancel);
}

void Machine::end_whatever_is_left(const std::string& words) {
  for (int i = 0; i < static_cast<int>(launches_.size()); ++i)
    end_what_is_left_of(i, words);
}

void Machine::end_what_is_left_of(int index, const std::string& words) {
  const auto& launch = at(index);
  if (launch.phase == Phase::kDone) return;
  if (launch.phase == Phase::kDraining) return end(index, launch.verdict);
  if (launch.phase == Phase::kWaiting)
    return end(index, verdict_of(VerdictKind::kSkipped, "not started"));
  const bool by_us = interrupted_by_.has_value() && launch.our_stop != OurStop::kNone;
  auto verdict = by_us ? verdict_of_stop(launch.our_stop) : verdict_of(VerdictKind::kUnknown, "");
  verdict.words =
      (launch.task_arn.empty() ? "it may have been started; " : "its task may still run; ") + words;
  end(index, std::move(verdict));
}

void Machine::finish_if_over() {
  const bool all_started =
      std::all_of(launches_.begin(), launches_.end(),
                  [](const LaunchState& launch) { return launch.phase >= Phase::kWatching; });
  if (policy_.detach && !interrupted_by_ && all_started) leave_detached("left running");
  // Launches whose RunTask is under way have until the end of the patience.
  if (policy_.detach_on_interrupt && interrupted_by_) leave_detached("interrupted: left running");
  const bool over = std::all_of(launches_.begin(), launches_.end(), [](const LaunchState& launch) {
    return launch.phase == Phase::kDone;
  });
  if (!over || done_) return;
  done_ = true;
  actions_.emplace_back(RunEnded{exit_code()});
}

void Machine::leave_detached(const std::string& words) {
  for (int i = 0; i < static_cast<int>(launches_.size()); ++i) {
    const auto& launch = launches_[static_cast<std::size_t>(i)];
    if (launch.phase == Phase::kWatching && launch.our_stop == OurStop::kNone) {
      end(i, {VerdictKind::kDetached, 0, {}, words});
    } else if (launch.phase == Phase::kBackoff && !launch.may_have_started) {
      end(i, verdict_of(VerdictKind::kSkipped, "given up before it started"));
    }
  }
}

std::optional<Instant> Machine::wake_at() const {
  if (done_ || !begun_) return {};
  std::optional<Instant> at;
  const auto consider = [&](Instant when) { at = at ? std::min(*at, when) : when; };
  if (interrupted_by_) consider(interrupted_at_ + kInterruptPatience);
  for (const auto& view : views_)
    if (const auto look = next_look(view)) consider(*look);
  for (const auto& launch : launches_) {
    if (launch.phase == Phase::kBackoff) consider(launch.next_attempt);
    if (launch.phase != Phase::kWatching) continue;
    if (launch.our_stop != OurStop::kNone) {
      if (must_stop_again(launch)) consider(launch.next_stop);
      if (launch.stop_called) consider(launch.stop_given_up);
    } else if (!launch.running) {
      consider(launch.first_attempt + policy_.start_timeout);
    } else if (policy_.timeout) {
      consider(*launch.running + *policy_.timeout);
    }
  }
  return at;
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
  return run_exit_code(verdicts_of(launches_), interrupted_by_);
}
VerdictKind Machine::kind() const {
  return run_kind(verdicts_of(launches_), interrupted_by_);
}

}  // namespace runtask::run
