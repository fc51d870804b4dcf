#include <algorithm>
#include <utility>

#include "ecs/life_cycle.h"
#include "ecs/limits.h"
#include "run/machine.h"

// How the machine watches tasks that are known, judges them when they have stopped, and replaces
// those that Spot took or that failed to start for a reason that passes.

namespace runtask::run {
namespace {

constexpr Duration kSayUnobservedAfter = std::chrono::seconds(30);

Verdict verdict_of(VerdictKind kind, std::string words) {
  return {kind, kExitCouldNotRun, {}, std::move(words)};
}

// What verdict and outcome need: thousands of tasks are kept at a time.
ecs::Task essence_of(const ecs::Task& task) {
  ecs::Task kept;
  kept.task_arn = task.task_arn;
  kept.task_definition_arn = task.task_definition_arn;
  kept.last_status = task.last_status;
  kept.desired_status = task.desired_status;
  kept.stop_code = task.stop_code;
  kept.stopped_reason = task.stopped_reason;
  kept.created_at = task.created_at;
  kept.execution_stopped_at = task.execution_stopped_at;
  kept.stopped_at = task.stopped_at;
  for (const auto& container : task.containers) {
    auto& one = kept.containers.emplace_back();
    one.name = container.name;
    one.runtime_id = container.runtime_id;
    one.last_status = container.last_status;
    one.exit_code = container.exit_code;
    one.health_status = container.health_status;
    one.reason = container.reason;
  }
  return kept;
}

// Whether it tells more than before: what the journal must not miss when ECS forgets the task.
bool tells_more(const ecs::Task& task, const ecs::Task& before) {
  if (task.last_status != before.last_status || task.stop_code != before.stop_code) return true;
  if (has_run(task) && !has_run(before)) return true;
  return std::any_of(task.containers.begin(), task.containers.end(),
                     [&](const ecs::Container& container) {
                       const auto* known = before.container(container.name);
                       const bool runs = container.last_status == "RUNNING";
                       return (container.exit_code && (known == nullptr || !known->exit_code)) ||
                              (runs && (known == nullptr || known->last_status != "RUNNING"));
                     });
}

// Whether its codes decide although it was never seen STOPPED.
bool shows_every_code(const ecs::Task& task, const Facts& facts) {
  if (task.containers.empty()) return false;
  const auto has_code = [&](const std::string& name) {
    const auto* container = task.container(name);
    return container != nullptr && container->exit_code;
  };
  if (!facts.essential.empty())
    return std::all_of(facts.essential.begin(), facts.essential.end(), has_code) &&
           std::all_of(facts.deciding.begin(), facts.deciding.end(), has_code);
  return std::all_of(task.containers.begin(), task.containers.end(),
                     [](const ecs::Container& container) { return !!container.exit_code; });
}

}  // namespace

// ---- Which tasks are looked at when

// The launch has a task: it is followed from now on.
void Machine::watch(int index) {
  auto& launch = at(index);
  auto& view = view_of(index);
  enter(index, Phase::kWatching);
  view.by_task[ecs::last_part(launch.task_arn)] = index;
  auto& facet = facet_of(index);
  facet.turn = ++last_turn_;
  view.rotation.emplace(facet.turn, index);
  launch.next_poll = now_;
  if (is_polled(launch)) view.polls.emplace(launch.next_poll, index);
  view.interval = policy_.pace.first;
  view.next_describe = now_ + policy_.pace.first;
  actions_.emplace_back(FollowLogs{index, launch.task_arn});
  name_containers(index, {});
  touch(Kind::kView, static_cast<int>(facet.view));
}

void Machine::unwatch(int index) {
  auto& view = view_of(index);
  view.rotation.erase({facet_of(index).turn, index});
  view.polls.erase({at(index).next_poll, index});
  touch(Kind::kView, static_cast<int>(facet_of(index).view));
}

bool Machine::is_polled(const LaunchState& launch) const {
  return policy_.polls && launch.our_stop == OurStop::kNone;
}

// When the view has something to look at next; none: nothing, or a look is under way.
std::optional<Instant> Machine::next_look(const View& view) const {
  if (view.describing || view.rotation.empty()) return {};
  if (view.polls.empty()) return view.next_describe;
  return std::min(view.next_describe, view.polls.begin()->first);
}

void Machine::describe_if_due(std::size_t number) {
  auto& view = views_[number];
  const auto due = next_look(view);
  if (!due || *due > now_) return;
  constexpr auto kTasksMax = ecs::limits::kTasksPerDescribeMax;
  while (!view.polls.empty() && view.polls.begin()->first <= now_ &&
         view.asked.size() < kTasksMax) {
    const auto index = view.polls.begin()->second;
    view.polls.erase(view.polls.begin());
    at(index).is_poll_asked = true;
    view.asked.push_back(index);
  }
  if (view.next_describe <= now_)
    for (auto it = view.rotation.begin();
         it != view.rotation.end() && view.asked.size() < kTasksMax; ++it)
      if (!at(it->second).is_poll_asked) view.asked.push_back(it->second);
  CallDescribe call{{}, view.target, view.cluster, number};
  call.task_arns.reserve(view.asked.size());
  for (const auto index : view.asked) {
    call.task_arns.push_back(at(index).task_arn);
    auto& turn = facet_of(index).turn;
    view.rotation.erase({turn, index});
    turn = ++last_turn_;
    view.rotation.emplace(turn, index);
  }
  view.describing = true;
  view.asked_at = now_;
  touch(Kind::kView, static_cast<int>(number));
  actions_.emplace_back(std::move(call));
}

// Up to a tenth less than the interval, so that many runs of one account do not call in step; and
// sooner where one call does not hold all tasks, so that each is still seen once per interval.
Duration Machine::until_next_describe(const View& view) {
  constexpr auto kTasksPerCall = ecs::limits::kTasksPerDescribeMax;
  const auto calls =
      std::max<std::size_t>(1, (view.rotation.size() + kTasksPerCall - 1) / kTasksPerCall);
  return (view.interval - view.interval * random_per_mille() / 10'000) /
         static_cast<std::ptrdiff_t>(calls);
}

// ---- What was seen

void Machine::handle(const Observed& event) {
  auto& view = views_.at(event.view);
  touch(Kind::kView, static_cast<int>(event.view));
  view.describing = false;
  view.unobserved_since.reset();
  view.interval = std::min<Duration>(
      std::max<Duration>(view.interval + view.interval / 2, view.interval + Duration(1)),
      policy_.pace.longest);
  const auto looked_at = std::exchange(view.asked, {});
  // Replies may be late: of a launch's earlier task nothing is wanted any more.
  const auto launch_of = [&](const std::string& arn) -> std::optional<int> {
    const auto found = view.by_task.find(ecs::last_part(arn));
    if (found == view.by_task.end()) return {};
    if (ecs::last_part(at(found->second).task_arn) != found->first) return {};
    return found->second;
  };
  std::set<int> answered, changed;
  for (const auto& task : event.tasks) {
    const auto launch = launch_of(task.task_arn);
    if (!launch) continue;
    answered.insert(*launch);
    at(*launch).was_seen = true;
    at(*launch).seen_as_of = view.asked_at;
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

void Machine::handle(const ObserveFailed& event) {
  auto& view = views_.at(event.view);
  touch(Kind::kView, static_cast<int>(event.view));
  view.describing = false;
  view.interval = std::min<Duration>(std::max<Duration>(view.interval * 2, kBackoffFirst / 4),
                                     policy_.pace.longest * kPaceFailing);
  view.next_describe = now_ + view.interval;
  const auto looked_at = std::exchange(view.asked, {});
  if (event.code == Code::kDenied) {
    actions_.emplace_back(Say{event.why + "; without DescribeTasks nobody can say how it ends"});
    // STS and ECS API: the name of the error stands in its words.
    const bool has_expired = event.why.find("ExpiredToken") != std::string::npos;
    const auto* why = has_expired ? "the credentials have expired" : "may not be described";
    for (int i = 0; i < static_cast<int>(launches_.size()); ++i)
      if (facet_of(i).view == event.view) end_what_is_left_of(i, why);
    return;
  }
  // That nobody answers, whoever calls ECS has said (aws/silence.h).
  const bool is_answer = event.code != Code::kUnavailable && event.code != Code::kTimeout;
  if (!is_answer) view.unobserved_since.reset();
  if (is_answer && !view.unobserved_since) view.unobserved_since = now_;
  if (view.unobserved_since && now_ - *view.unobserved_since >= kSayUnobservedAfter &&
      !view.said_unobserved) {
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
  auto& view = view_of(index);
  view.polls.erase({launch.next_poll, index});
  launch.next_poll = now_ + policy_.polls->every;
  view.polls.emplace(launch.next_poll, index);
  if (policy_.polls->most == 0 || launch.polls < policy_.polls->most) return;
  auto verdict = verdict_of(VerdictKind::kUnknown,
                            "not seen to end in " + std::to_string(launch.polls) +
                                (launch.polls == 1 ? " poll" : " polls") + "; its task still runs");
  verdict.exit_code = kExitGivenUp;
  verdict.may_still_run = true;
  end(index, std::move(verdict));
}

void Machine::observe(int index, const ecs::Task& task) {
  auto& launch = at(index);
  if (launch.phase != Phase::kWatching) return;
  // Replies may overtake one another; a life cycle never goes back.
  const auto before = ecs::status_of(launch.task.last_status);
  const auto after = ecs::status_of(task.last_status);
  if (!launch.task.last_status.empty() && after < before) return;
  const bool changed = launch.task.last_status != task.last_status;
  if (tells_more(task, launch.task)) {
    // The whole of it where it is the last: ECS forgets it within the hour.
    const bool is_last = after >= ecs::Status::kStopped;
    actions_.emplace_back(Keep{index, journal::Observed{is_last ? task : essence_of(task), {}}});
  }
  const auto known = std::exchange(launch.task, essence_of(task));
  launch.has_run |= has_run(task);
  if (changed) {
    actions_.emplace_back(ShowStatus{index, task});
    view_of(index).interval = policy_.pace.first;
  }
  // RUNNING may have been too short to be seen.
  if (after >= ecs::Status::kRunning && !launch.running) launch.running = now_;
  touch(Kind::kLaunch, index);
  name_containers(index, known);
  drain_stopped_containers(index);
  if (after < ecs::Status::kStopped) return;
  auto verdict = verdict_of_end(index, task);
  launch.again = again(index, task);
  judged(index, std::move(verdict));
}

// Before its lines are drained, at the latest.
void Machine::name_containers(int index, const ecs::Task& before) {
  for (const auto& container : at(index).task.containers) {
    const auto* known = before.container(container.name);
    if (!container.runtime_id.empty() && (known == nullptr || known->runtime_id.empty()))
      actions_.emplace_back(NameContainer{index, container.name, container.runtime_id});
  }
}

void Machine::drain_stopped_containers(int index) {
  auto& launch = at(index);
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

Verdict Machine::verdict_of_end(int index, const ecs::Task& stopped) const {
  const auto& launch = at(index);
  return judge(stopped, facts_[facet_of(index).part],
               launch.stop_called ? launch.our_stop : OurStop::kNone, launch.has_run);
}

// The task is over; what is left is to read its log to the end.
void Machine::judged(int index, Verdict verdict) {
  auto& launch = at(index);
  enter(index, Phase::kDraining);
  launch.ended = now_;
  launch.verdict = std::move(verdict);
  if (launch.again == LaunchState::Again::kNo) {
    note_failure(launch.verdict.kind);
  } else {
    ++replacing_;
  }
}

// ECS is eventually consistent: a task may be MISSING for a while after RunTask, and even once more
// after it was seen, when another replica answers. Only time tells. What was seen before counts.
void Machine::miss(int index) {
  auto& launch = at(index);
  if (launch.phase != Phase::kWatching) return;
  if (launch.misses++ == 0) launch.missing_since = now_;
  if (launch.was_seen && launch.misses == kMissesSeenMin)
    actions_.emplace_back(Say{"launch " + std::to_string(index + 1) +
                              ": ECS does not show its task any more (MISSING); looking on for a "
                              "minute"});
  const bool gone = launch.was_seen ? launch.misses >= kMissesSeenMin &&
                                          now_ - launch.missing_since >= kMissingGrace
                                    : now_ - launch.started >= kMissingGrace;
  if (!gone) return;
  actions_.emplace_back(DrainLogs{index, ""});
  const auto& facts = facts_[facet_of(index).part];
  if (shows_every_code(launch.task, facts))
    return judged(index, verdict_of_end(index, launch.task));
  std::string words = launch.was_seen ? "ECS does not know the task any more (MISSING)"
                                      : "ECS never showed the task (MISSING)";
  if (launch.was_seen && !launch.task.last_status.empty())
    words += "; it was last seen " + launch.task.last_status;
  auto verdict = verdict_of(VerdictKind::kUnknown, std::move(words));
  // From DEPROVISIONING on its containers have stopped.
  verdict.may_still_run = ecs::status_of(launch.task.last_status) < ecs::Status::kDeprovisioning;
  judged(index, std::move(verdict));
}

// ---- Another task instead

LaunchState::Again Machine::again(int index, const ecs::Task& stopped) const {
  using Again = LaunchState::Again;
  const auto& launch = at(index);
  if (!is_wanted(launch)) return Again::kNo;
  if (stopped.stop_code == ecs::stop_code::kSpotInterruption)
    return launch.spot_retries < policy_.retry_on_spot ? Again::kSpot : Again::kNo;
  const bool has_time = now_ < start_deadline(launch);
  return failed_to_start_for_now(stopped) && !launch.has_run && launch.attempts < policy_.retries &&
                 has_time
             ? Again::kStartFailed
             : Again::kNo;
}

// What the old task wrote has been shown. Its end stays the launch's verdict until there is another
// task.
void Machine::start_again(int index) {
  auto& launch = at(index);
  const bool by_spot = launch.again == LaunchState::Again::kSpot;
  const auto wait = backoff(1 + (by_spot ? launch.spot_retries : launch.attempts));
  if (!by_spot && now_ + wait >= start_deadline(launch)) return end_out_of_time(index);
  launch.again = LaunchState::Again::kNo;
  --replacing_;
  actions_.emplace_back(
      Keep{index, journal::Retry{launch.task_arn, launch.verdict.words, by_spot}});
  const auto number = by_spot ? ++launch.spot_retries : ++launch.attempts;
  const auto most = by_spot ? policy_.retry_on_spot : policy_.retries;
  actions_.emplace_back(Say{"launch " + std::to_string(index + 1) + ": " + launch.verdict.words +
                            "; starting it again (" + std::to_string(number) + " of " +
                            std::to_string(most) + ")"});
  if (by_spot) launch.task_before = launch.task_arn;
  launch.task_arn.clear();
  launch.task = {};
  launch.was_seen = false;
  launch.has_run = false;
  launch.seen_as_of = Instant::min();
  launch.misses = 0;
  launch.polls = 0;
  launch.running.reset();
  launch.drained_containers.clear();
  launch.next_attempt = now_ + wait;
  if (by_spot) launch.first_attempt.reset();
  enter(index, Phase::kBackoff);
}

}  // namespace runtask::run
