#include "local/service.h"

#include <algorithm>

#include "ecs/limits.h"
#include "local/leftovers.h"

namespace runtask::local {
namespace {

constexpr unsigned kOwnerOnly = 0700;
constexpr auto kRetrySavingAfter = std::chrono::seconds(1);
constexpr std::string_view kStopped = "The embedded endpoint was stopped.";

Model::Options model_options(const Service::Options& options) {
  Model::Options model;
  model.region = options.region;
  model.account = options.account;
  model.cpu_units = options.cpu_units;
  model.memory_mib = options.memory_mib;
  model.weightless_image = kSimulatedImage;
  if (options.limits == Limits::kAws) model.stopped_tasks_kept = kStoppedTasksKeptByAws;
  return model;
}

// A ServerException may come after the work was done, so that clients would try again and again.
tl::unexpected<ApiError> cannot_keep(const Error& error) {
  return refuse(
      ecs::error_name::kClient,
      "The embedded endpoint cannot store its state, so nothing was done: " + error.message);
}

}  // namespace

Result<std::unique_ptr<Service>> Service::open(const Outside& outside, const Options& options) {
  auto service = open_state(outside, options);
  if (service || service.error().code != Code::kInvalid) return service;
  Error error = std::move(service).error();
  const auto path = options.directory.database();
  if (error.hint.empty())
    error.hint = "move " + path +
                 " away together with the -wal and -shm files beside it; the next start makes a new"
                 " one, without the clusters, task definitions, tasks and log lines of this one";
  return fail(std::move(error));
}

Result<std::unique_ptr<Service>> Service::open_state(const Outside& outside,
                                                     const Options& options) {
  auto database =
      TRY(sys::Database::open(options.directory.database(), sys::Database::Mode::kReadWrite));
  auto owned = std::make_unique<sys::Database>(std::move(database));
  Store store = TRY(Store::open(*owned));
  LogStore logs = TRY(LogStore::open(*owned, {options.region, options.account}));
  std::unique_ptr<Service> service(
      new Service(outside, options, std::move(owned), store, std::move(logs)));
  TRY(service->recover());
  return service;
}

Service::Service(const Outside& outside, const Options& options,
                 std::unique_ptr<sys::Database> database, Store store, LogStore logs)
    : outside_(outside),
      options_(options),
      database_(std::move(database)),
      store_(store),
      logs_(std::move(logs)),
      model_(model_options(options), outside.random),
      limits_(options.limits) {}

Service::~Service() = default;

Result<> Service::recover() {
  installation_ = TRY(store_.installation(outside_.random));
  kill_leftovers(outside_.files, installation_);
  TRY(outside_.files.remove(options_.directory.tasks()));
  TRY(outside_.files.make_directory(options_.directory.tasks(), kOwnerOnly));
  auto snapshot = TRY_DURING(store_.load(), "while reading " + options_.directory.database());
  model_.restore(std::move(snapshot), now());
  TRY(logs_.mark_all_complete());
  TRY(keep_changes());
  // Not at once: what else happens in this turn of the loop is handled with it.
  const auto report = [this](const Event& event) {
    events_.push_back(event);
    if (!is_pumping_ && !soon_)
      soon_ = outside_.loop.after(Duration(0), [this] {
        soon_.reset();
        pump();
      });
  };
  processes_ = std::make_unique<ProcessRuntime>(
      ProcessRuntime::Outside{outside_.loop, outside_.files, outside_.processes, logs_},
      ProcessRuntime::Options{options_.directory, installation_, options_.region, options_.home},
      report);
  simulated_ =
      std::make_unique<SimulatedRuntime>(SimulatedRuntime::Outside{outside_.loop, logs_}, report);
  return {};
}

Moment Service::now() const {
  return {outside_.loop.now(), outside_.loop.wall_now()};
}

std::string Service::log_group_arn(const std::string& group) const {
  return "arn:aws:logs:" + options_.region + ":" + options_.account + ":log-group:" + group;
}

CallContext Service::context(const std::string& caller_arn) const {
  return {now(), caller_arn};
}

// Stores what the model has changed, with what could not be stored before.
Result<> Service::keep_changes() {
  Effects effects = model_.take_effects();
  actions_.insert(actions_.end(), std::make_move_iterator(effects.actions.begin()),
                  std::make_move_iterator(effects.actions.end()));
  unsaved_.add(effects.changes);
  if (unsaved_.empty()) return {};
  TRY(store_.save(unsaved_, model_));
  unsaved_ = {};
  retry_.reset();
  return {};
}

template <class Operation>
Answer<typename Operation::Reply> Service::call_model(const Operation& request,
                                                      const CallContext& context) {
  auto answer = model_.call(request, context);
  const std::size_t actions_before = actions_.size();
  const auto kept = keep_changes();
  if (kept) return answer;
  if (model_.undo()) {
    actions_.resize(actions_before);
    return cannot_keep(kept.error());
  }
  // What cannot be taken back goes on, and is stored when there is room again: a task must be
  // stopped although the disk is full.
  retry_keeping_later();
  return answer;
}

template <class Operation>
Answer<typename Operation::Reply> Service::call(const Operation& request,
                                                const std::string& caller_arn) {
  const CallContext asked = context(caller_arn);
  TRY_ANSWER(limits_.admit(Operation::kName, asked.now.instant));
  if constexpr (Operation::kService == ecs::Service::kLogs) {
    return logs_.call(request, asked);
  } else {
    if constexpr (std::is_same_v<Operation, ecs::RunTask>) {
      if (is_stopping_)
        return refuse(ecs::error_name::kServer, "The embedded endpoint is being stopped.");
      if (model_.launch_type_of(request) == "FARGATE")
        TRY_ANSWER(limits_.admit_fargate(
            std::clamp(request.count.value_or(1), 1, ecs::limits::kTasksPerRunTaskMax),
            asked.now.instant));
    }
    return call_model(request, asked);
  }
}

void Service::carry_out(const Action& action) {
  const auto* start = std::get_if<StartContainer>(&action);
  const bool is_simulated = start != nullptr ? start->start->definition().image == kSimulatedImage
                                             : simulated_->has(id_of(action));
  if (is_simulated) {
    simulated_->carry_out(action);
  } else {
    processes_->carry_out(action);
  }
}

void Service::pump() {
  if (is_pumping_) return;
  is_pumping_ = true;
  bool did_something = false;
  for (;;) {
    if (!actions_.empty()) {
      const Action action = std::move(actions_.front());
      actions_.pop_front();
      carry_out(action);
    } else if (!events_.empty()) {
      // All that came together is stored together.
      for (const Event& event : std::exchange(events_, {}))
        model_.on(event, now());
      if (!keep_changes()) retry_keeping_later();
    } else if (model_.next_wake() && *model_.next_wake() <= outside_.loop.now()) {
      model_.on_time(now());
      if (!keep_changes()) retry_keeping_later();
    } else {
      break;
    }
    did_something = true;
  }
  is_pumping_ = false;
  arm();
  if (did_something && on_change) on_change();
}

// Sees to it that the model is called when its next deadline has come.
void Service::arm() {
  const auto due = model_.next_wake();
  if (due == wake_at_ && (wake_ || !due)) return;
  wake_at_ = due;
  wake_.reset();
  if (!due) return;
  wake_ = outside_.loop.after(*due - outside_.loop.now(), [this] {
    wake_at_.reset();
    pump();
  });
}

void Service::retry_keeping_later() {
  if (retry_) return;
  retry_ = outside_.loop.after(kRetrySavingAfter, [this] {
    const auto done = std::move(retry_);
    if (!keep_changes()) retry_keeping_later();
  });
}

void Service::stop_tasks(Duration stop_timeout_max) {
  is_stopping_ = true;
  model_.stop_all(kStopped, stop_timeout_max, now());
  if (!keep_changes()) retry_keeping_later();
  pump();
}

#define RUNTASK_LOCAL_OPERATION(Operation)                                            \
  template Answer<ecs::Operation::Reply> Service::call(const ecs::Operation& request, \
                                                       const std::string& caller_arn);
RUNTASK_LOCAL_OPERATION(RunTask)
RUNTASK_LOCAL_OPERATION(StopTask)
RUNTASK_LOCAL_OPERATION(DescribeTasks)
RUNTASK_LOCAL_OPERATION(ListTasks)
RUNTASK_LOCAL_OPERATION(CreateCluster)
RUNTASK_LOCAL_OPERATION(DescribeClusters)
RUNTASK_LOCAL_OPERATION(ListClusters)
RUNTASK_LOCAL_OPERATION(RegisterTaskDefinition)
RUNTASK_LOCAL_OPERATION(DescribeTaskDefinition)
RUNTASK_LOCAL_OPERATION(ListTaskDefinitions)
RUNTASK_LOCAL_OPERATION(DeregisterTaskDefinition)
RUNTASK_LOCAL_OPERATION(CreateLogGroup)
RUNTASK_LOCAL_OPERATION(CreateLogStream)
RUNTASK_LOCAL_OPERATION(PutLogEvents)
RUNTASK_LOCAL_OPERATION(GetLogEvents)
RUNTASK_LOCAL_OPERATION(FilterLogEvents)
RUNTASK_LOCAL_OPERATION(DescribeLogGroups)
RUNTASK_LOCAL_OPERATION(DescribeLogStreams)
#undef RUNTASK_LOCAL_OPERATION

}  // namespace runtask::local
