#include "run/machine.h"

#include <algorithm>
#include <cassert>

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

bool may_pass(const ecs::Failure& failure) {
  return failure.reason.starts_with("RESOURCE:") || failure.reason == "AGENT" ||
         contains(failure.reason, "capacity") || contains(failure.reason, "throttl") ||
         contains(failure.reason, "rate exceeded");
}

Machine::Machine(const Plan& plan, const Policy& policy)
    : policy_(policy),
      facts_{plan.deciding, plan.essential},
      launches_(plan.launches.size()),
      describe_interval_(policy.pace.first),
      jitter_(policy.jitter_seed) {}

std::vector<Action> Machine::on(const Event& event, Instant now) {
  actions_.clear();
  if (done_) return {};
  now_ = std::max(now_, now);
  std::visit([this](const auto& it) { handle(it); }, event);
  if (!begun_) return std::move(actions_);
  check_deadlines();
  start_ready_ones();
  describe_if_due();
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
  for (int i = 0; i < static_cast<int>(launches_.size()); ++i) {
    auto& launch = launches_[static_cast<std::size_t>(i)];
    if (launch.phase == Phase::kBackoff && launch.next_attempt <= now_) {
      start(i);
    } else if (launch.phase == Phase::kWaiting && stops_starting) {
      end(i, verdict_of(VerdictKind::kSkipped, interrupted_by_
                                                   ? "not started: interrupted"
                                                   : "not started: another launch failed"));
    } else if (launch.phase == Phase::kWaiting && active < parallel_limit()) {
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
  by_task_[ecs::last_part(launch.task_arn)] = event.launch;
  actions_.emplace_back(FollowLogs{event.launch, launch.task_arn});
  describe_interval_ = policy_.pace.first;
  next_describe_ = now_ + policy_.pace.first;
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

std::optional<int> Machine::launch_of(const std::string& task_arn) const {
  const auto at = by_task_.find(ecs::last_part(task_arn));
  if (at == by_task_.end()) return {};
  return at->second;
}

void Machine::handle(const Observed& event) {
  describing_ = false;
  unobserved_since_.reset();
  const auto interval_before = describe_interval_;
  describe_interval_ = std::min<Duration>(
      std::max<Duration>(interval_before + interval_before / 2, interval_before + Duration(1)),
      policy_.pace.longest);
  std::set<int> answered;
  for (const auto& task : event.tasks) {
    const auto launch = launch_of(task.task_arn);
    if (!launch) continue;
    answered.insert(*launch);
    launches_[static_cast<std::size_t>(*launch)].was_seen = true;
    launches_[static_cast<std::size_t>(*launch)].misses = 0;
    observe(*launch, task);
  }
  // Whatever was asked for and did not come is missing, with or without a failure that says so.
  for (const auto& arn : event.asked) {
    const auto launch = launch_of(arn);
    if (launch && !answered.contains(*launch)) miss(*launch);
  }
  next_describe_ = now_ + until_next_describe();
}

// Up to a tenth less than the interval, so that many runs of one account do not call in step; and
// sooner where one call does not hold all tasks, so that each is still seen once per interval.
Duration Machine::until_next_describe() {
  constexpr std::ptrdiff_t kTasksPerCall{ecs::limits::kTasksPerDescribeMax};
  const auto alive =
      std::count_if(launches_.begin(), launches_.end(),
                    [](const LaunchState& launch) { return launch.phase == Phase::kWatching; });
  const auto calls = std::max<std::ptrdiff_t>(1, (alive + kTasksPerCall - 1) / kTasksPerCall);
  return (describe_interval_ - describe_interval_ * random_per_mille() / 10'000) / calls;
}

void Machine::handle(const ObserveFailed& event) {
  describing_ = false;
  describe_interval_ =
      std::min<Duration>(std::max<Duration>(describe_interval_ * 2, kBackoffFirst / 4),
                         std::max(policy_.pace.longest, kBackoffFirst));
  next_describe_ = now_ + describe_interval_;
  if (event.code == Code::kDenied) {
    actions_.emplace_back(Say{event.why + "; without DescribeTasks nobody can say how it ends"});
    return end_whatever_is_left("may not be described");
  }
  if (!unobserved_since_) unobserved_since_ = now_;
  if (now_ - *unobserved_since_ >= kSayUnobservedAfter && !said_unobserved_) {
    said_unobserved_ = true;
    actions_.emplace_back(Say{"cannot see the tasks at the moment (" + event.why + "); going on"});
  }
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
    describe_interval_ = policy_.pace.first;
  }
  // RUNNING may have been too short to be seen.
  if (after >= ecs::Status::kRunning && !launch.running) launch.running = now_;
  drain_stopped_containers(index);
  if (after >= ecs::Status::kStopped) judged(index, judge(task, facts_, launch.our_stop));
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

void Machine::describe_if_due() {
  if (describing_ || now_ < next_describe_) return;
  CallDescribe call;
  const auto size = launches_.size();
  for (std::size_t i = 0; i < size && call.task_arns.size() < ecs::limits::kTasksPerDescribeMax;
       ++i) {
    const auto index = (describe_from_ + i) % size;
    if (launches_[index].phase != Phase::kWatching) continue;
    call.task_arns.push_back(launches_[index].task_arn);
    if (call.task_arns.size() == ecs::limits::kTasksPerDescribeMax) describe_from_ = index + 1;
  }
  if (call.task_arns.empty()) return;
  describing_ = true;
  actions_.emplace_back(std::move(call));
}

// ---- Stopping

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
        end(index, verdict_of(VerdictKind::kSkipped, "given up before it started"));
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
  launch.next_stop = now_ + kStopAgain;
  actions_.emplace_back(CallStop{index, launch.task_arn, reason_of(launch.our_stop)});
  describe_interval_ = policy_.pace.first;
  next_describe_ = std::min(next_describe_, now_ + policy_.pace.first);
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
  for (int i = 0; i < static_cast<int>(launches_.size()); ++i) {
    const auto& launch = launches_[static_cast<std::size_t>(i)];
    if (launch.phase == Phase::kDone) continue;
    if (launch.phase == Phase::kDraining) {
      end(i, launch.verdict);
    } else if (launch.phase == Phase::kWaiting) {
      end(i, verdict_of(VerdictKind::kSkipped, "not started"));
    } else {
      const bool by_us = interrupted_by_.has_value() && launch.our_stop != OurStop::kNone;
      auto verdict =
          by_us ? verdict_of_stop(launch.our_stop) : verdict_of(VerdictKind::kUnknown, "");
      verdict.words =
          (launch.task_arn.empty() ? "it may have been started; " : "its task may still run; ") +
          words;
      end(i, std::move(verdict));
    }
  }
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
  bool watches = false;
  for (const auto& launch : launches_) {
    if (launch.phase == Phase::kBackoff) consider(launch.next_attempt);
    if (launch.phase != Phase::kWatching) continue;
    watches = true;
    if (launch.our_stop != OurStop::kNone) {
      if (must_stop_again(launch)) consider(launch.next_stop);
    } else if (!launch.running) {
      consider(launch.first_attempt + policy_.start_timeout);
    } else if (policy_.timeout) {
      consider(*launch.running + *policy_.timeout);
    }
  }
  if (watches && !describing_) consider(next_describe_);
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
