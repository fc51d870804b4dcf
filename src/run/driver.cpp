#include "run/driver.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

#include "base/match.h"
#include "base/text.h"
#include "ecs/life_cycle.h"
#include "run/log_reader.h"
#include "run/start_search.h"

namespace runtask::run {
namespace {

constexpr Duration kReviveEvery = std::chrono::seconds(1);

// STS and ECS API: of keys that were good once.
bool is_expiry(const ecs::CallError& error) {
  return error.name == "ExpiredToken" || error.name == "ExpiredTokenException";
}

// When a task ended, by ECS' clock if that can be this machine's: its RunTask was sent at `sent`,
// perhaps more than once, and answered at `answered`. Else as long after the start as ECS' clock
// says; but at no time that it cannot have been.
WallTime end_of(const ecs::Task& task, WallTime sent, WallTime answered, WallTime now) {
  const auto said = task.execution_stopped_at ? task.execution_stopped_at : task.stopped_at;
  if (!said) return now;
  if (!task.created_at) return std::clamp(*said, std::min(sent, now), now);
  const auto created = std::clamp(*task.created_at, sent, std::max(sent, answered));
  return std::clamp(created + (*said - *task.created_at), std::min(sent, now), now);
}

}  // namespace

class Driver::State {
 public:
  State(const Outside& outside, const Plan& plan, const Policy& policy, const LogPace& log_pace)
      : outside_(outside),
        plan_(plan),
        machine_(plan_, policy),
        own_ledger_(outside.history == nullptr
                        ? std::nullopt
                        : std::make_optional<HistoryLedger>(*outside.history, plan_.run_id)),
        ledger_(outside.ledger != nullptr ? outside.ledger
                                          : (own_ledger_ ? &*own_ledger_ : nullptr)),
        logs_({outside.loop, outside.clients, ledger_, outside.observer, outside.logs_client,
               [this](std::size_t target) { unreachable(target); },
               [this](int launch) { feed(HasWritten{launch}); },
               [this](int launch) { feed(LogsDrained{launch}); },
               [this](const Result<>& written) { check(written); }},
              plan_, log_pace),
        records_(plan_.launches.size()),
        last_revivals_(plan_.targets.size()) {
    assert(outside_.clients.size() == plan_.targets.size() && "every target has its client");
  }

  Result<> start(const history::RunRecord& record) {
    started_at_ = record.started_at;
    if (ledger_ != nullptr)
      TRY_DURING(ledger_->begin(record), "while writing the history, before anything starts");
    begin(Begin{});
    return {};
  }

  Result<> resume(const Restored& restored, const std::optional<Interrupted>& interrupted) {
    started_at_ = restored.started_at;
    TRY_DURING(logs_.restore(), "while reading what was recorded of the logs");
    for (const auto& one : restored.calls)
      calls_.emplace(one.call.call, OpenCall{one.call, nullptr});
    for (std::size_t i = 0; i < std::min(records_.size(), restored.launches.size()); ++i) {
      const auto& launch = restored.launches[i];
      records_[i].started_at = launch.started_at;
      records_[i].last_start_at = launch.last_start_at;
      records_[i].answered_at = launch.answered_at;
      if (!launch.ended) continue;
      records_[i].ended_at = launch.ended->at;
      records_[i].notes_before = launch.ended->log_notes;
    }
    begin(Resume{restored, interrupted});
    return {};
  }

  void post(Event event) {
    outside_.loop.post([this, alive = std::weak_ptr<int>(alive_), event = std::move(event)] {
      if (!alive.expired()) feed(event);
    });
  }

  void read_on() { logs_.read_on(); }

  [[nodiscard]] const Machine& machine() const { return machine_; }
  [[nodiscard]] const std::optional<Outcome>& outcome() const { return outcome_; }
  [[nodiscard]] bool is_left_unfinished() const { return is_left_unfinished_; }

 private:
  struct Record {  // What a launch's outcome needs beside the machine's state.
    std::optional<WallTime> started_at, last_start_at, answered_at, ended_at;
    std::vector<std::string> notes_before;  // Of its log, from the process that saw its end.
  };
  struct OpenCall {
    journal::StartCall record;
    std::unique_ptr<StartSearch> search;
  };

  void begin(Event event) {
    outside_.loop.post([this, alive = std::weak_ptr<int>(alive_), event = std::move(event)] {
      if (alive.expired()) return;
      logs_.begin();
      feed(event);
    });
  }

  void feed(const Event& event) {
    for (const auto& action : machine_.on(event, outside_.loop.now()))
      perform(action);
    arm();
  }

  void arm() {
    timer_.reset();
    const auto at = machine_.wake_at();
    if (!at) return;
    timer_ = outside_.loop.after(std::max(Duration(0), *at - outside_.loop.now()),
                                 [this] { feed(Tick{}); });
  }

  void perform(const Action& action) {
    std::visit(
        Match{[&](const CallRunTask& it) { run_task(it); },
              [&](const WithdrawStart& it) { withdraw(it.call); },
              [&](const CallFind& it) { find(it.call); },
              [&](const ForgetCall& it) { calls_.erase(it.call); },
              [&](const Keep& it) { keep(it.launch, it.record); },
              [&](const CallDescribe& it) { describe(it); }, [&](const CallStop& it) { stop(it); },
              [&](const FollowLogs& it) { logs_.follow(it.launch, it.task_arn); },
              [&](const NameContainer& it) { logs_.name(it.launch, it.container, it.runtime_id); },
              [&](const DrainLogs& it) { logs_.drain(it.launch, it.container); },
              [&](const ShowStatus& it) { show(it); }, [&](const ShowLook& it) { show(it); },
              [&](const Say& it) { outside_.observer.on_message(it.text); },
              [&](const LaunchEnded& it) { launch_ended(it.launch); },
              [&](const RunEnded& it) { run_ended(it.exit_code); }},
        action);
  }

  // An answer for a driver that is gone is dropped.
  template <class Reply, class Then>
  ecs::Done<Reply> then(Then body) {
    return [alive = std::weak_ptr<int>(alive_), body = std::move(body)](ecs::Called<Reply> answer) {
      if (!alive.expired()) body(std::move(answer));
    };
  }

  [[nodiscard]] const Launch& launch_at(int index) const {
    return plan_.launches[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] ecs::Client& client_of(const Launch& launch) const {
    return *outside_.clients[plan_.part_of(launch).place.target];
  }

  // ---- ECS

  [[nodiscard]] ecs::RunTask request_of(const journal::StartCall& call) const {
    auto request = launch_at(call.launches.front()).input;
    request.count = static_cast<int>(call.launches.size());
    request.client_token = call.token;
    request.started_by = call.started_by;
    return request;
  }

  void run_task(const CallRunTask& action) {
    auto& call = calls_[action.call].record;
    if (action.is_first) {
      call = {action.call,
              action.launches,
              action.token,
              action.started_by,
              action.is_started_by_own,
              clock(),
              {}};
      if (auto made = note_start(call); !made) return post(std::move(made).error());
    } else if (const auto age = time_between(call.clock, clock()); !age || *age >= kTokenSure) {
      // The machine's own clock may have stood still, as when the computer slept.
      return post(TokenTooOld{action.call});
    }
    client_of(launch_at(call.launches.front()))
        .start(
            request_of(call), [this, number = action.call] { post(StartSent{number}); },
            then<ecs::RunTaskReply>(
                [this, number = action.call](ecs::Called<ecs::RunTaskReply> answer) {
                  started(number, std::move(answer));
                }));
  }

  // What is about to be started, and how it can be found again, must be on disk before it is sent
  // for the first time.
  tl::expected<void, StartFailed> note_start(journal::StartCall& call) {
    if (ledger_ != nullptr) {
      call.request = ecs::write_request(request_of(call));
      const auto written =
          ledger_->append(journal::to_event(-1, call.clock.wall, call, plan_.secrets),
                          history::History::Durability::kSynced);
      call.request.clear();
      if (!written)
        return tl::unexpected(StartFailed{call.call, Code::kInvalid,
                                          "the history cannot be written (" +
                                              written.error().message +
                                              "), without which a start could not be found again",
                                          false});
    }
    for (const auto index : call.launches) {
      auto& record = records_[static_cast<std::size_t>(index)];
      if (!record.started_at) record.started_at = call.clock.wall;
      record.last_start_at = call.clock.wall;
      record.answered_at.reset();
    }
    return {};
  }

  void started(int call, ecs::Called<ecs::RunTaskReply> answer) {
    if (!answer) {
      const auto& error = answer.error();
      // ECS API: the token was used with other parameters; these tasks exist already.
      if (error.name == ecs::error_name::kConflict && !error.resource_ids.empty())
        return look_at(call, error.resource_ids, error.error.message);
      if (error.error.code == Code::kCancelled && !error.may_have_happened)
        return feed(StartWithdrawn{call});
      if (error.http_status == 0) unanswered(call);
      // Nor does one that names none say that there are none: the token has been used.
      const bool may_have_started =
          error.may_have_happened || error.name == ecs::error_name::kConflict;
      return feed(StartFailed{call, error.error.code, error.error.message, may_have_started});
    }
    if (answer->tasks.empty() && answer->failures.empty())
      return feed(StartFailed{call, Code::kInvalid,
                              "RunTask: the reply holds neither a task nor a failure", true});
    feed(Started{call, std::move(answer->tasks), std::move(answer->failures)});
  }

  // Nobody answered a StartCall, which may be resolved by now, or the search for its tasks.
  void unanswered(int number) {
    const auto call = calls_.find(number);
    if (call == calls_.end()) return;
    unreachable(plan_.part_of(launch_at(call->second.record.launches.front())).place.target);
  }

  void withdraw(int number) {
    const auto& call = calls_[number].record;
    client_of(launch_at(call.launches.front())).withdraw_start(call.token);
  }

  void find(int number) {
    auto& call = calls_[number];
    const auto& launch = launch_at(call.record.launches.front());
    call.search = std::make_unique<StartSearch>(
        client_of(launch), launch.input, call.record,
        [this, number](ecs::Called<StartsFound> found) {
          if (found) return feed(Found{number, std::move(found->tasks), std::move(found->older)});
          if (found.error().http_status == 0) unanswered(number);
          feed(FindFailed{number, found.error().error.code, found.error().error.message});
        });
  }

  // Tasks that are said to be the call's. They are followed, and stopped, only if they show that.
  void look_at(int number, std::vector<std::string> named, const std::string& why) {
    auto& call = calls_[number];
    const auto& launch = launch_at(call.record.launches.front());
    call.search = std::make_unique<StartSearch>(
        client_of(launch), launch.input, call.record,
        [this, number, why](ecs::Called<StartsFound> found) {
          if (found && !found->tasks.empty())
            return feed(Started{number, std::move(found->tasks), {}});
          feed(StartFailed{number, Code::kConflict, why, true});
        },
        std::move(named));
  }

  void describe(const CallDescribe& action) {
    ecs::DescribeTasks request;
    request.cluster = action.cluster;
    request.tasks = action.task_arns;
    outside_.clients[action.target]->call(
        request, then<ecs::DescribeTasksReply>(
                     [this, asked = action.task_arns, target = action.target,
                      view = action.view](ecs::Called<ecs::DescribeTasksReply> answer) {
                       if (answer)
                         return feed(Observed{asked, std::move(answer->tasks),
                                              std::move(answer->failures), view});
                       const auto& error = answer.error();
                       // It has been deleted, and ECS has forgotten its tasks.
                       if (error.name == ecs::error_name::kClusterNotFound)
                         return feed(Observed{asked, {}, {}, view});
                       if (error.http_status == 0) unreachable(target);
                       is_expired_ = is_expiry(error);
                       is_left_unfinished_ |= is_expired_;
                       feed(ObserveFailed{error.error.code, error.error.message, view});
                       is_expired_ = false;
                     }));
  }

  void unreachable(std::size_t target) {
    const auto now = outside_.loop.now();
    auto& last = last_revivals_[target];
    if (!outside_.on_unreachable || (last && now - *last < kReviveEvery)) return;
    last = now;
    // Not at once: whoever found nobody is still at it.
    if (auto words = outside_.on_unreachable(target)) post(TargetGone{target, *std::move(words)});
  }

  void stop(const CallStop& action) {
    ecs::StopTask request;
    const auto& launch = launch_at(action.launch);
    request.cluster = launch.input.cluster;
    request.task = action.task_arn;
    request.reason = action.reason + " (run " + plan_.run_id + ")";
    client_of(launch).call(
        request, then<ecs::StopTaskReply>([this, index = action.launch, arn = action.task_arn](
                                              ecs::Called<ecs::StopTaskReply> answer) {
          if (answer) return feed(StopTaken{index, arn});
          feed(StopFailed{index, arn, answer.error().error.code, answer.error().error.message});
        }));
  }

  void show(const ShowStatus& action) {
    const auto& launch = launch_at(action.launch);
    outside_.observer.on_status(launch, action.task);
  }

  void show(const ShowLook& action) {
    const auto& state = machine_.launches()[static_cast<std::size_t>(action.launch)];
    outside_.observer.on_look(launch_at(action.launch), action.answered ? &state.task : nullptr);
  }

  // ---- The journal

  [[nodiscard]] ClockReading clock() const {
    return outside_.clock ? outside_.clock() : ClockReading{outside_.loop.wall_now(), "", {}};
  }

  void keep(int launch, journal::Record record) {
    const auto now = clock();
    if (auto* started = std::get_if<journal::Started>(&record)) {
      started->clock = now;
      records_[static_cast<std::size_t>(launch)].answered_at = now.wall;
    }
    if (ledger_ == nullptr) return;
    if (auto* observed = std::get_if<journal::Observed>(&record)) observed->clock = now;
    check(ledger_->append(journal::to_event(launch, now.wall, record, plan_.secrets),
                          history::History::Durability::kWritten));
  }

  // In the middle of a run a history that cannot be written costs one warning, never the run.
  void check(const Result<>& written) {
    if (written) return;
    if (!history_incomplete_)
      outside_.observer.on_message("the history of this run is incomplete: " +
                                   written.error().message);
    history_incomplete_ = true;
  }

  // ---- The end

  LaunchOutcome outcome_of(int index) const {
    const auto& launch = machine_.launches()[static_cast<std::size_t>(index)];
    const auto& record = records_[static_cast<std::size_t>(index)];
    LaunchOutcome outcome;
    outcome.index = index;
    outcome.name = launch_at(index).name;
    const auto& part = plan_.part_of(launch_at(index));
    outcome.environment = part.place.environment;
    outcome.task = part.place.task;
    outcome.instance = part.place.instance;
    outcome.account = plan_.target_of(part).account;
    outcome.region = plan_.target_of(part).region;
    outcome.cluster = part.cluster;
    outcome.where = where(plan_, part);
    outcome.verdict = launch.verdict;
    outcome.task_arn = launch.task_arn;
    const bool is_over = (launch.verdict.kind == VerdictKind::kInfrastructure ||
                          launch.verdict.kind == VerdictKind::kInterrupted) &&
                         !launch.verdict.may_still_run;
    if (outcome.task_arn.empty() && is_over) outcome.task_arn = launch.task_before;
    outcome.stop_code = launch.task.stop_code;
    outcome.stopped_reason = launch.task.stopped_reason;
    for (const auto& container : launch.task.containers) {
      auto& one = outcome.containers.emplace_back();
      one.name = container.name;
      one.exit_code = container.exit_code;
      one.reason = container.reason;
      const auto& essential = part.essential;
      if (!essential.empty())
        one.is_essential =
            std::find(essential.begin(), essential.end(), one.name) != essential.end();
    }
    outcome.started_at = record.started_at;
    outcome.ended_at = record.ended_at;
    const auto& log = logs_.log_of(index);
    outcome.log_lines = log.lines;
    outcome.log_notes = record.notes_before;
    outcome.log_notes.insert(outcome.log_notes.end(), log.notes.begin(), log.notes.end());
    outcome.last_lines = log.last_lines;
    return outcome;
  }

  void launch_ended(int index) {
    auto& record = records_[static_cast<std::size_t>(index)];
    const auto& launch = machine_.launches()[static_cast<std::size_t>(index)];
    if (record.started_at) {
      const auto sent = record.last_start_at.value_or(*record.started_at);
      record.ended_at =
          end_of(launch.task, sent, record.answered_at.value_or(sent), outside_.loop.wall_now());
    }
    for (const auto& container : launch.task.containers)
      if (container.reason.starts_with(ecs::kLinesLostReason))
        logs_.lose(index, "container " + container.name + ": " + container.reason);
    logs_.end(index, launch.verdict);
    const auto outcome = outcome_of(index);
    if (!is_expired_)
      keep(index, journal::Ended{outcome.verdict, outcome.ended_at.value_or(clock().wall),
                                 outcome.log_notes});
    outside_.observer.on_launch_ended(outcome);
  }

  void run_ended(int exit_code) {
    Outcome outcome;
    outcome.run_id = plan_.run_id;
    outcome.title = plan_.title;
    outcome.kind = machine_.kind();
    outcome.exit_code = exit_code;
    outcome.started_at = started_at_;
    outcome.ended_at = outside_.loop.wall_now();
    for (int i = 0; i < static_cast<int>(plan_.launches.size()); ++i)
      outcome.launches.push_back(outcome_of(i));
    outcome.surplus_tasks = machine_.surplus_tasks();
    outcome.history_incomplete = history_incomplete_;
    outcome.is_recorded = ledger_ != nullptr;
    if (ledger_ != nullptr && !is_left_unfinished_) {
      check(ledger_->end({outcome.ended_at, std::string(name_of(outcome.kind)), exit_code,
                          masked_json(to_json(outcome), plan_.secrets)}));
      outcome.history_incomplete = history_incomplete_;
    }
    outcome_ = std::move(outcome);
    outside_.observer.on_end(*outcome_);
  }

  Outside outside_;
  const Plan plan_;
  Machine machine_;
  std::optional<HistoryLedger> own_ledger_;
  Ledger* ledger_;  // None: nothing is recorded.
  LogReader logs_;
  std::map<int, OpenCall> calls_;  // Those that the machine has not forgotten.
  std::vector<Record> records_;
  WallTime started_at_{};
  sys::PendingPtr timer_;
  std::vector<std::optional<Instant>> last_revivals_;  // By target.
  std::optional<Outcome> outcome_;
  bool history_incomplete_ = false;
  bool is_expired_ = false;  // What ends now ends because of that.
  bool is_left_unfinished_ = false;
  // Shared only to be watched: callbacks of the client may outlive the driver.
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

Driver::Driver(const Outside& outside, const Plan& plan, const Policy& policy,
               const LogPace& log_pace)
    : state_(std::make_unique<State>(outside, plan, policy, log_pace)) {}
Driver::~Driver() = default;

Result<> Driver::start(const history::RunRecord& record) {
  return state_->start(record);
}
Result<> Driver::resume(const Restored& restored, const std::optional<Interrupted>& interrupted) {
  return state_->resume(restored, interrupted);
}
void Driver::interrupt(int exit_code, OurStop why) {
  state_->post(Interrupted{exit_code, why});
}
void Driver::read_on() {
  state_->read_on();
}
const Machine& Driver::machine() const {
  return state_->machine();
}
const std::optional<Outcome>& Driver::outcome() const {
  return state_->outcome();
}
bool Driver::is_left_unfinished() const {
  return state_->is_left_unfinished();
}

}  // namespace runtask::run
