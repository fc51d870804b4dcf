#include "run/driver.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "run/log_reader.h"

namespace runtask::run {
namespace {

constexpr Duration kReviveEvery = std::chrono::seconds(1);

template <class... F>
struct Match : F... {
  using F::operator()...;
};
template <class... F>
Match(F...) -> Match<F...>;

}  // namespace

class Driver::State {
 public:
  State(const Outside& outside, const Plan& plan, const Policy& policy, const LogPace& log_pace)
      : outside_(outside),
        plan_(plan),
        machine_(plan_, policy),
        logs_({outside.loop, outside.clients, outside.history, outside.observer,
               [this](int launch) { feed(LogsDrained{launch}); },
               [this](const Result<>& written) { check(written); }},
              plan_, log_pace),
        records_(plan_.launches.size()),
        last_revivals_(plan_.targets.size()) {
    assert(outside_.clients.size() == plan_.targets.size() && "every target has its client");
  }

  Result<> start(const history::RunRecord& record) {
    started_at_ = record.started_at;
    if (outside_.history != nullptr)
      TRY_DURING(outside_.history->begin(record),
                 "while writing the history, before anything starts");
    outside_.loop.post([this, alive = std::weak_ptr<int>(alive_)] {
      if (alive.expired()) return;
      logs_.begin();
      feed(Begin{});
    });
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

 private:
  struct Record {  // What a launch's outcome needs beside the machine's state.
    std::optional<WallTime> started_at, ended_at;
    bool is_journalled = false;
  };

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
        Match{[&](const CallRunTask& it) { run_task(it.launch); },
              [&](const CallDescribe& it) { describe(it); }, [&](const CallStop& it) { stop(it); },
              [&](const FollowLogs& it) { logs_.follow(it.launch, it.task_arn); },
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

  void run_task(int index) {
    auto& record = records_[static_cast<std::size_t>(index)];
    const auto& launch = launch_at(index);
    // What is about to be started, and by which token it can be found again, must be on disk before
    // it is sent for the first time. Later attempts are the same call.
    if (outside_.history != nullptr && !record.is_journalled) {
      const auto written =
          journal(index, "start_call", masked_json(ecs::write_request(launch.input), plan_.secrets),
                  history::History::Durability::kSynced);
      if (!written)
        return post(StartFailed{index, Code::kInvalid,
                                "the history cannot be written (" + written.error().message +
                                    "), without which a start could not be found again",
                                false});
      record.is_journalled = true;
    }
    if (!record.started_at) record.started_at = outside_.loop.wall_now();
    client_of(launch).call(
        launch.input, then<ecs::RunTaskReply>([this, index](ecs::Called<ecs::RunTaskReply> answer) {
          started(index, std::move(answer));
        }));
  }

  void started(int index, ecs::Called<ecs::RunTaskReply> answer) {
    if (!answer) {
      const auto& error = answer.error();
      // ECS API: the token was used with other parameters; these tasks exist already.
      if (error.name == ecs::error_name::kConflict && !error.resource_ids.empty()) {
        ecs::Task task;
        task.task_arn = error.resource_ids.front();
        return adopt(index, std::move(task));
      }
      return feed(
          StartFailed{index, error.error.code, error.error.message, error.may_have_happened});
    }
    if (!answer->tasks.empty() && !answer->tasks.front().task_arn.empty())
      return adopt(index, std::move(answer->tasks.front()));
    if (!answer->failures.empty()) return feed(StartRefused{index, answer->failures.front()});
    feed(StartFailed{index, Code::kInvalid, "RunTask: the reply holds neither a task nor a failure",
                     true});
  }

  void adopt(int index, ecs::Task task) {
    note(index, "started", "{\"task_arn\":" + json::quoted(task.task_arn) + "}");
    feed(Started{index, std::move(task)});
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
                       if (error.http_status == 0) unreachable(target);
                       feed(ObserveFailed{error.error.code, error.error.message, view});
                     }));
  }

  void unreachable(std::size_t target) {
    const auto now = outside_.loop.now();
    auto& last = last_revivals_[target];
    if (!outside_.on_unreachable || (last && now - *last < kReviveEvery)) return;
    last = now;
    outside_.on_unreachable(target);
  }

  void stop(const CallStop& action) {
    ecs::StopTask request;
    const auto& launch = launch_at(action.launch);
    request.cluster = launch.input.cluster;
    request.task = action.task_arn;
    request.reason = action.reason + " (run " + plan_.run_id + ")";
    note(action.launch, "stop_call", "{\"reason\":" + json::quoted(request.reason) + "}");
    client_of(launch).call(
        request, then<ecs::StopTaskReply>([this, index = action.launch](
                                              ecs::Called<ecs::StopTaskReply> answer) {
          if (!answer)
            feed(StopFailed{index, answer.error().error.code, answer.error().error.message});
        }));
  }

  void show(const ShowStatus& action) {
    const auto& launch = launch_at(action.launch);
    // Stopped tasks are forgotten by ECS after an hour; then only this record knows.
    if (outside_.history != nullptr)
      note(action.launch, "observed", masked_json(ecs::to_text(action.task), plan_.secrets));
    outside_.observer.on_status(launch, action.task);
  }

  void show(const ShowLook& action) {
    const auto& state = machine_.launches()[static_cast<std::size_t>(action.launch)];
    outside_.observer.on_look(launch_at(action.launch), action.answered ? &state.task : nullptr);
  }

  // ---- The journal

  Result<> journal(int launch, const char* kind, std::string data,
                   history::History::Durability durability) {
    if (outside_.history == nullptr) return {};
    history::EventRecord event;
    event.at = outside_.loop.wall_now();
    event.launch = launch;
    event.kind = kind;
    event.data = std::move(data);
    return outside_.history->append(plan_.run_id, std::move(event), durability);
  }

  void note(int launch, const char* kind, std::string data) {
    check(journal(launch, kind, std::move(data), history::History::Durability::kWritten));
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
    outcome.stop_code = launch.task.stop_code;
    outcome.stopped_reason = launch.task.stopped_reason;
    for (const auto& container : launch.task.containers)
      outcome.containers.push_back({container.name, container.exit_code, container.reason});
    outcome.started_at = record.started_at;
    outcome.ended_at = record.ended_at;
    const auto& log = logs_.log_of(index);
    outcome.log_lines = log.lines;
    outcome.log_notes = log.notes;
    outcome.last_lines = log.last_lines;
    return outcome;
  }

  void launch_ended(int index) {
    auto& record = records_[static_cast<std::size_t>(index)];
    if (record.started_at) record.ended_at = outside_.loop.wall_now();
    const auto kind = machine_.launches()[static_cast<std::size_t>(index)].verdict.kind;
    logs_.end(index, kind == VerdictKind::kDetached);
    const auto outcome = outcome_of(index);
    note(index, "ended", "{\"verdict\":" + json::quoted(name_of(outcome.verdict.kind)) + "}");
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
    outcome.history_incomplete = history_incomplete_;
    if (outside_.history != nullptr) {
      check(outside_.history->end(plan_.run_id,
                                  {outcome.ended_at, std::string(name_of(outcome.kind)), exit_code,
                                   masked_json(to_json(outcome), plan_.secrets)}));
      outcome.history_incomplete = history_incomplete_;
    }
    outcome_ = std::move(outcome);
    outside_.observer.on_end(*outcome_);
  }

  Outside outside_;
  const Plan plan_;
  Machine machine_;
  LogReader logs_;
  std::vector<Record> records_;
  WallTime started_at_{};
  sys::PendingPtr timer_;
  std::vector<std::optional<Instant>> last_revivals_;  // By target.
  std::optional<Outcome> outcome_;
  bool history_incomplete_ = false;
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
void Driver::interrupt(int exit_code) {
  state_->post(Interrupted{exit_code});
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

}  // namespace runtask::run
