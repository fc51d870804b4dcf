#pragma once

#include <array>
#include <deque>

#include "ecs/life_cycle.h"
#include "local/model.h"

// The inside of the model, shared by the model_*.cpp files and nobody else.

namespace runtask::local {

// What a container waits for. Of each kind it waits at most once at a time.
enum class TimerKind : std::uint8_t {
  kStep,        // The task's next life-cycle step, due at once (see State::step).
  kStart,       // The runtime should have said by now that the container started.
  kDependency,  // Its startTimeout: others wait for it to be complete or healthy.
  kKill,        // Its stopTimeout after the stop signal.
  kHealth,      // Its next health check.
};
constexpr std::size_t kTimerKinds = 5;
constexpr std::size_t kNoContainer = static_cast<std::size_t>(-1);  // Of the task itself: kStep.

struct ContainerState {
  enum class Phase { kWaiting, kStarting, kRunning, kStopped };
  Phase phase = Phase::kWaiting;
  bool was_started = false;
  bool was_cancelled = false;  // See CancelStart.
  bool was_signalled = false;
  int failed_checks = 0;
  Instant started{};
  std::vector<std::size_t> depends_on;  // Indexes, in the order of the definition's dependsOn.
  std::vector<std::size_t> dependents;
  std::array<std::optional<Instant>, kTimerKinds> due;
};

struct TaskState {
  ecs::Task task;
  std::string id;
  std::uint64_t sequence = 0;
  // All of the rest is empty once the task is STOPPED.
  std::shared_ptr<const ecs::TaskDefinition> definition;
  std::vector<std::shared_ptr<const ContainerStart>> starts;
  std::vector<ContainerState> containers;  // Side by side with task.containers.
  std::int64_t memory_mib = 0;             // What it takes of the instance.
  bool has_room = false;                   // It has got that.
  bool is_stopping = false;
  std::optional<Duration> stop_timeout_max;
  std::optional<Instant> step_due;

  [[nodiscard]] std::optional<Instant>& due(std::size_t container, TimerKind kind) {
    return container == kNoContainer ? step_due
                                     : containers[container].due[static_cast<std::size_t>(kind)];
  }
  [[nodiscard]] bool is_stopped() const { return task.stopped_at.has_value(); }
  [[nodiscard]] bool uses_awsvpc() const { return definition->network_mode == "awsvpc"; }
};

struct Family {
  int last_revision = 0;  // Never reused, also after a revision is gone.
  std::map<int, DefinitionRecord> revisions;
};

// A task definition as a request names it: a family, a family and revision, or an ARN.
struct DefinitionName {
  std::string family;
  std::optional<int> revision;
};
[[nodiscard]] Answer<DefinitionName> parse_definition_name(std::string_view text);
// Valid ones return nothing, others the reason.
[[nodiscard]] std::optional<std::string> wrong_tags(const std::vector<ecs::Tag>& tags);
[[nodiscard]] bool is_plain_name(std::string_view text);  // [A-Za-z0-9_-]{1,255}
// One page of a list: where it starts (after the token's position) and how long it may be.
[[nodiscard]] Answer<std::size_t> page_length(const std::optional<int>& max_results);
// ECS API: what a Describe operation may be asked to add is a list of its own.
[[nodiscard]] Answer<void> check_include(const std::vector<std::string>& include,
                                         std::initializer_list<std::string_view> known);
// Tokens of lists are opaque to callers: the text's bytes in hex.
[[nodiscard]] std::string to_page_token(std::string_view position);
[[nodiscard]] Answer<std::string> from_page_token(const std::string& token);

// Sequences of tasks by a text that several of them have. No entry is empty.
using TaskIndex = std::unordered_map<std::string, std::set<std::uint64_t>>;
// The family in a task definition's ARN.
[[nodiscard]] std::string family_of(const ecs::Task& task);
// Those that the cluster was made with and, as Fargate is everywhere here, FARGATE and
// FARGATE_SPOT.
[[nodiscard]] std::set<std::string> capacity_providers_of(const ecs::Cluster& cluster);
constexpr std::string_view kInstanceName = "local";  // Of the one pseudo container instance.

class Model::State {
 public:
  State(Options options, sys::Random& random);

  void restore(Snapshot snapshot, const Moment& now);

  // model_run_task.cpp
  Answer<ecs::RunTaskReply> run_task(const ecs::RunTask& request, const CallContext& context);
  // model_tasks.cpp
  Answer<ecs::StopTaskReply> stop_task(const ecs::StopTask& request, const CallContext& context);
  Answer<ecs::DescribeTasksReply> describe_tasks(const ecs::DescribeTasks& request);
  Answer<ecs::ListTasksReply> list_tasks(const ecs::ListTasks& request);
  [[nodiscard]] const std::set<std::uint64_t>* fewest_candidates(const ecs::ListTasks& request,
                                                                 bool live_only) const;
  // model_clusters.cpp
  Answer<ecs::CreateClusterReply> create_cluster(const ecs::CreateCluster& request);
  Answer<ecs::DescribeClustersReply> describe_clusters(const ecs::DescribeClusters& request);
  Answer<ecs::ListClustersReply> list_clusters(const ecs::ListClusters& request);
  // model_definitions.cpp
  Answer<ecs::RegisterTaskDefinitionReply> register_definition(
      const ecs::RegisterTaskDefinition& request, const CallContext& context);
  Answer<ecs::DescribeTaskDefinitionReply> describe_definition(
      const ecs::DescribeTaskDefinition& request);
  Answer<ecs::ListTaskDefinitionsReply> list_definitions(const ecs::ListTaskDefinitions& request);
  Answer<ecs::DeregisterTaskDefinitionReply> deregister_definition(
      const ecs::DeregisterTaskDefinition& request, const CallContext& context);

  // model_life.cpp
  void on(const Event& event, const Moment& now);
  void on_time(const Moment& now);
  void begin_stop(TaskState& task, std::string_view code, std::string_view reason,
                  const Moment& now);
  // No container gets longer than that from now on, also one that was signalled before.
  void shorten_stop(TaskState& task, Duration stop_timeout_max, const Moment& now);
  // Does all that a task's state now allows: starts, signals, changes of status, the end.
  void advance(TaskState& task, const Moment& now);

  // Into the collection of all tasks, and out of it.
  TaskState& add_task(TaskState state);
  void erase_task(const std::string& id);
  [[nodiscard]] TaskState* find_task(const std::string& id);
  // By its id, its ARN or, as older accounts have it, the ARN without the cluster; null when it is
  // in another cluster, account or region.
  [[nodiscard]] TaskState* find_task_in(const std::string& cluster, const std::string& id_or_arn);
  // The named cluster's name, `default` for an empty one; ClusterNotFoundException.
  [[nodiscard]] Answer<std::string> find_cluster(std::string_view name_or_arn) const;
  // Also one that is not active any more; null when its account or region is another.
  [[nodiscard]] const ecs::Cluster* any_cluster(std::string_view name_or_arn) const;
  // The name in a request. An ARN of another account or region names no family.
  [[nodiscard]] Answer<DefinitionName> definition_name(std::string_view text) const;
  [[nodiscard]] const DefinitionRecord* find_definition(const DefinitionName& name) const;
  [[nodiscard]] std::string arn(std::string_view resource) const;
  [[nodiscard]] std::string instance_arn() const;
  [[nodiscard]] std::string task_arn(const std::string& cluster, const std::string& id) const;
  void forget_old_tasks(const Moment& now);

  Options options;
  sys::Random& random;
  std::map<std::string, ecs::Cluster> clusters;
  std::map<std::string, Family> families;
  std::map<std::uint64_t, TaskState> tasks;  // By sequence, so oldest first.
  std::unordered_map<std::string, std::uint64_t> task_sequences;
  // For lists: the tasks of a family and of a startedBy (those that have one), live and stopped.
  TaskIndex by_family;
  TaskIndex by_started_by;
  std::set<std::uint64_t> live;
  std::deque<std::pair<WallTime, std::string>> stopped;  // Ids in the order of their end.
  std::deque<std::uint64_t> waiting_for_room;
  std::int64_t memory_in_use_mib = 0;
  std::map<std::pair<std::string, std::string>, TokenRecord> tokens;
  std::deque<std::pair<std::string, std::string>> tokens_by_age;
  Effects effects;
  std::function<void()> undo_last;

 private:
  struct Timer {
    Instant due;
    std::uint64_t sequence;
    std::size_t container;
    TimerKind kind;
    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes it for a comparison with 0.
    friend auto operator<=>(const Timer&, const Timer&) = default;
  };

  // model_run_task.cpp
  Answer<std::optional<ecs::RunTaskReply>> replay(const ecs::RunTask& request,
                                                  const std::string& cluster,
                                                  const std::string& hash);
  std::optional<ecs::Failure> misfit(const ecs::RunTask& request,
                                     const ecs::TaskDefinition& definition) const;
  TaskState& create_task(const ecs::RunTask& request, const std::string& cluster,
                         const DefinitionRecord& record, const Moment& now);
  void add_containers(TaskState& task, const ecs::TaskOverride& overrides);
  void forget_old_tokens(WallTime now);
  void forget_oldest_token();
  void drop_task(const std::string& id);
  void keep_token(const ecs::RunTask& request, const std::string& cluster, const std::string& hash,
                  const ecs::RunTaskReply& reply, WallTime now);

  // model_life.cpp
  void on_started(TaskState& task, std::size_t index, const Moment& now);
  void on_not_started(TaskState& task, std::size_t index, const std::string& reason,
                      const Moment& now);
  void on_exited(TaskState& task, std::size_t index, const ContainerExited& event,
                 const Moment& now);
  void on_health(TaskState& task, std::size_t index, bool passed, const Moment& now);
  void on_timer(TaskState& task, const Timer& timer, const Moment& now);
  void give_room(const Moment& now);
  void start_ready(TaskState& task, const Moment& now);
  void start(TaskState& task, std::size_t index, const Moment& now);
  void signal_ready(TaskState& task, const Moment& now);
  void finish(TaskState& task, const Moment& now);
  void container_stopped(TaskState& task, std::size_t index, std::string reason);
  void fail_to_start(TaskState& task, std::size_t index, const std::string& reason,
                     const Moment& now);
  void set_status(TaskState& task, ecs::Status status);
  void update_health(TaskState& task);
  void touch(TaskState& task);
  void set_timer(TaskState& task, std::size_t container, TimerKind kind, Instant due);
  void clear_timer(TaskState& task, std::size_t container, TimerKind kind);
  void clear_timers(TaskState& task);

  std::set<Timer> timers_;
  std::uint64_t last_sequence_ = 0;

 public:
  [[nodiscard]] std::optional<Instant> next_wake() const {
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->due;
  }
};

}  // namespace runtask::local
