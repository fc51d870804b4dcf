#include "run/journal.h"

#include <algorithm>
#include <array>

#include "base/json_members.h"
#include "ecs/api.h"
#include "ecs/life_cycle.h"

namespace runtask::run {

std::optional<Duration> time_between(const ClockReading& then, const ClockReading& now) {
  if (!then.boot.empty() && then.boot == now.boot && then.up <= now.up) return now.up - then.up;
  if (then.wall <= now.wall) return now.wall - then.wall;
  return {};
}

template <class Visitor>
void members(Visitor& visit, ClockReading& it) {
  visit.millis("wall", it.wall);
  visit("boot", it.boot);
  long long up = it.up.count();
  visit("up", up);
  it.up = Duration(up);
}

namespace journal {
namespace {

constexpr std::array kStops = {
    std::pair(OurStop::kNone, "none"),
    std::pair(OurStop::kTimeout, "timeout"),
    std::pair(OurStop::kStartTimeout, "start_timeout"),
    std::pair(OurStop::kInterrupt, "interrupt"),
    std::pair(OurStop::kTerminate, "terminate"),
    std::pair(OurStop::kHangUp, "hang_up"),
    std::pair(OurStop::kRunsStop, "runs_stop"),
    std::pair(OurStop::kCancel, "cancel"),
};

std::string word_of(OurStop why) {
  for (const auto& [stop, name] : kStops)
    if (stop == why) return name;
  return "none";
}
OurStop stop_named(const std::string& word) {
  for (const auto& [stop, name] : kStops)
    if (word == name) return stop;
  return OurStop::kNone;
}

}  // namespace

// ---- The JSON of each; docs/formats/history.md has the names.

template <class Visitor>
void members(Visitor& visit, StartCall& it) {
  visit.required("call", it.call);
  visit.required("launches", it.launches);
  visit.required("token", it.token);
  visit("started_by", it.started_by);
  visit.always("own_started_by", it.is_started_by_own);
  visit.required("clock", it.clock);
}
template <class Visitor>
void members(Visitor& visit, Started& it) {
  visit.required("call", it.call);
  visit.required("task_arn", it.task_arn);
  visit.required("clock", it.clock);
}
template <class Visitor>
void members(Visitor& visit, Refused& it) {
  visit.required("call", it.call);
  visit.required("launches", it.launches);
  visit("why", it.why);
}
template <class Visitor>
void members(Visitor& visit, Observed& it) {
  visit.required("task", it.task);
  visit.required("clock", it.clock);
}
template <class Visitor>
void members(Visitor& visit, StopCall& it) {
  auto why = word_of(it.why);
  visit.required("why", why);
  it.why = stop_named(why);
  visit("reason", it.reason);
}
template <class Visitor>
void members(Visitor& visit, Surplus& it) {
  visit.required("call", it.call);
  visit.required("task_arn", it.task_arn);
}
template <class Visitor>
void members(Visitor& visit, SurplusStopped& it) {
  visit.required("task_arn", it.task_arn);
}
template <class Visitor>
void members(Visitor& visit, Retry& it) {
  visit("task_arn", it.task_arn);
  visit("why", it.why);
  visit.always("by_spot", it.by_spot);
}
template <class Visitor>
void members(Visitor& visit, Interrupted& it) {
  visit.required("exit_code", it.exit_code);
  auto why = word_of(it.why == OurStop::kNone ? stop_by_signal(it.exit_code) : it.why);
  visit("why", why);
  it.why = stop_named(why);
}
template <class Visitor>
void members(Visitor& visit, Ended& it) {
  std::string kind(name_of(it.verdict.kind));
  visit.required("verdict", kind);
  it.verdict.kind = verdict_kind_of(kind);
  visit.required("exit_code", it.verdict.exit_code);
  visit("decided_by", it.verdict.container);
  visit("words", it.verdict.words);
  visit("may_still_run", it.verdict.may_still_run);
  visit.millis("at", it.at);
  visit("log_notes", it.log_notes);
}

namespace {

constexpr std::string_view kind_of(const StartCall*) {
  return "start_call";
}
constexpr std::string_view kind_of(const Started*) {
  return "started";
}
constexpr std::string_view kind_of(const Refused*) {
  return "refused";
}
constexpr std::string_view kind_of(const Observed*) {
  return "observed";
}
constexpr std::string_view kind_of(const StopCall*) {
  return "stop_call";
}
constexpr std::string_view kind_of(const Surplus*) {
  return "surplus";
}
constexpr std::string_view kind_of(const SurplusStopped*) {
  return "surplus_stopped";
}
constexpr std::string_view kind_of(const Retry*) {
  return "retry";
}
constexpr std::string_view kind_of(const Interrupted*) {
  return "interrupted";
}
constexpr std::string_view kind_of(const Ended*) {
  return "ended";
}

template <class T>
json::Value tree_of(const T& record) {
  return json::to_tree(record);
}
json::Value tree_of(const StartCall& record) {
  auto tree = json::to_tree(record);
  if (!record.request.empty())
    tree["request"] = json::parse(record.request, "request").value_or(json::Value());
  return tree;
}

// Reads the record when its kind is the event's.
template <class T>
Result<> read_as(const history::EventRecord& event, std::optional<Record>& record) {
  if (record || event.kind != kind_of(static_cast<const T*>(nullptr))) return {};
  record = TRY(json::read_text<T>(event.data, event.kind));
  return {};
}

}  // namespace

history::EventRecord to_event(int launch, WallTime at, const Record& record,
                              const std::vector<Secret>& secrets) {
  history::EventRecord event;
  event.at = at;
  event.launch = launch;
  std::visit(
      [&](const auto& it) {
        event.kind = kind_of(&it);
        event.data = masked_json(json::to_text(tree_of(it)), secrets);
      },
      record);
  return event;
}

Result<std::optional<Record>> read_event(const history::EventRecord& event) {
  std::optional<Record> record;
  TRY(read_as<StartCall>(event, record));
  TRY(read_as<Started>(event, record));
  TRY(read_as<Refused>(event, record));
  TRY(read_as<Observed>(event, record));
  TRY(read_as<StopCall>(event, record));
  TRY(read_as<Surplus>(event, record));
  TRY(read_as<SurplusStopped>(event, record));
  TRY(read_as<Retry>(event, record));
  TRY(read_as<Interrupted>(event, record));
  TRY(read_as<Ended>(event, record));
  return record;
}

}  // namespace journal

// ---- Reading back how far it got

namespace {

class Restorer {
 public:
  Restorer(const Plan& plan, WallTime started_at, const ClockReading& now) : now_(now) {
    restored_.started_at = started_at;
    restored_.launches.resize(plan.launches.size());
    calls_.resize(plan.launches.size());
    has_ended_.resize(plan.launches.size());
    is_left_.resize(plan.launches.size());
  }

  Result<> take(const history::EventRecord& event) {
    auto record = TRY(journal::read_event(event));
    if (!record) return {};
    return std::visit([&](auto& it) { return take(event, it); }, *record);
  }

  Restored finish() && {
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      const auto open = open_.find(calls_[i]);
      if (open == open_.end()) continue;
      if (!has_ended_[i]) open->second.launches.push_back(static_cast<int>(i));
      // Who said that nobody knows whether it was started does not start it later.
      if (has_ended_[i] || (is_left_[i] && !restored_.interrupted_by))
        open->second.was_given_up = true;
    }
    for (auto& [number, call] : open_)
      if (!call.launches.empty()) restored_.calls.push_back(std::move(call));
    return std::move(restored_);
  }

 private:
  Result<std::size_t> index_of(int launch) const {
    if (launch >= 0 && static_cast<std::size_t>(launch) < calls_.size())
      return static_cast<std::size_t>(launch);
    return fail(Code::kInvalid, "the journal names a launch that the plan does not have: " +
                                    std::to_string(launch));
  }

  Result<> take(const history::EventRecord& event, journal::StartCall& it) {
    for (const auto launch : it.launches) {
      const auto index = TRY(index_of(launch));
      calls_[index] = it.call;
      is_left_[index] = false;
      auto& state = restored_.launches[index];
      state.task_arn.clear();
      state.task = {};
      if (!std::exchange(state.was_tried, true)) {
        state.since_first_call = since(it.clock);
      }
      if (!state.started_at) state.started_at = event.at;
      state.last_start_at = event.at;
      state.answered_at.reset();
      state.has_run = false;
    }
    restored_.last_call = std::max(restored_.last_call, it.call);
    UnresolvedCall call;
    // Across boots only the wall clock tells, and people set that: a token that is taken for
    // younger than it is starts tasks twice.
    if (it.clock.boot == now_.boot) call.age = time_between(it.clock, now_);
    const auto number = it.call;
    call.call = std::move(it);
    open_.insert_or_assign(number, std::move(call));
    return {};
  }
  Result<> take(const history::EventRecord& event, journal::Started& it) {
    const auto index = TRY(index_of(event.launch));
    auto& state = restored_.launches[index];
    calls_[index] = 0;
    if (const auto open = open_.find(it.call); open != open_.end()) {
      open->second.tasks.push_back(it.task_arn);
      open->second.was_refused = false;  // A later answer than the refusal: it may hold more.
    }
    state.task_arn = std::move(it.task_arn);
    state.answered_at = event.at;
    // Across boots people's clocks tell: a task that is taken for older than it is counts as
    // forgotten before ECS has shown it.
    state.since_started = it.clock.boot == now_.boot ? since(it.clock) : Duration(0);
    state.since_running.reset();
    state.our_stop = OurStop::kNone;
    return {};
  }
  Result<> take(const history::EventRecord&, journal::Refused& it) {
    for (const auto launch : it.launches) {
      ++restored_.launches[TRY(index_of(launch))].refusals;
    }
    if (const auto open = open_.find(it.call); open != open_.end()) {
      open->second.was_refused = true;
      open->second.why = std::move(it.why);
    }
    return {};
  }
  Result<> take(const history::EventRecord& event, journal::Observed& it) {
    auto& state = restored_.launches[TRY(index_of(event.launch))];
    if (it.task.task_arn != state.task_arn) return {};
    if (ecs::status_of(it.task.last_status) >= ecs::Status::kRunning && !state.since_running)
      state.since_running = since(it.clock);
    state.has_run |= has_run(it.task);
    state.task = std::move(it.task);
    return {};
  }
  Result<> take(const history::EventRecord& event, journal::StopCall& it) {
    restored_.launches[TRY(index_of(event.launch))].our_stop = it.why;
    return {};
  }
  Result<> take(const history::EventRecord& event, journal::Surplus& it) {
    (void)TRY(index_of(event.launch));
    restored_.surplus.push_back({event.launch, std::move(it.task_arn)});
    return {};
  }
  Result<> take(const history::EventRecord&, journal::SurplusStopped& it) {
    std::erase_if(restored_.surplus,
                  [&](const RestoredSurplus& one) { return one.task_arn == it.task_arn; });
    return {};
  }
  Result<> take(const history::EventRecord& event, journal::Retry& it) {
    auto& state = restored_.launches[TRY(index_of(event.launch))];
    ++(it.by_spot ? state.spot_retries : state.refusals);
    if (it.by_spot) state.task_before = it.task_arn;
    state.verdict_before = {it.by_spot ? VerdictKind::kInfrastructure : VerdictKind::kNeverStarted,
                            kExitCouldNotRun,
                            {},
                            std::move(it.why)};
    state.task_arn.clear();
    state.task = {};
    // The time that a start may take counts from the new one when the old one had succeeded.
    if (it.by_spot) state.was_tried = false;
    return {};
  }
  Result<> take(const history::EventRecord&, journal::Interrupted& it) {
    restored_.interrupted_by = it.exit_code;
    restored_.interrupted_why = it.why;
    return {};
  }
  Result<> take(const history::EventRecord& event, journal::Ended& it) {
    const auto index = TRY(index_of(event.launch));
    if (is_left_running(it.verdict)) {
      is_left_[index] = true;
      return {};
    }
    has_ended_[index] = true;
    restored_.launches[index].ended = std::move(it);
    return {};
  }

  [[nodiscard]] Duration since(const ClockReading& then) const {
    return time_between(then, now_).value_or(Duration(0));
  }

  ClockReading now_;
  Restored restored_;
  std::vector<int> calls_;  // By launch: its StartCall as long as that is unresolved, else 0.
  std::vector<bool> has_ended_;
  std::vector<bool> is_left_;  // It has ended for the process before, which left it running.
  std::map<int, UnresolvedCall> open_;
};

}  // namespace

Result<Restored> restore(const Plan& plan, WallTime started_at,
                         std::span<const history::EventRecord> events, const ClockReading& now) {
  Restorer restorer(plan, started_at, now);
  for (const auto& event : events)
    TRY_DURING(restorer.take(event), "while reading the journal, event " +
                                         std::to_string(event.sequence) + " (" + event.kind + ")");
  return std::move(restorer).finish();
}

}  // namespace runtask::run
