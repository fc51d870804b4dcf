#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ecs/api.h"
#include "local/answer.h"
#include "local/events.h"
#include "sys/random.h"

namespace runtask::local {

// One revision of a task definition with its tags; never changed once it is shared.
struct DefinitionRecord {
  std::shared_ptr<const ecs::TaskDefinition> definition;
  std::vector<ecs::Tag> tags;
};
// ECS API: a client token belongs to a cluster and is remembered for 24 hours.
struct TokenRecord {
  std::string cluster;  // Its name.
  std::string token;
  std::string request_hash;  // Of the request without the token.
  std::vector<std::string> task_ids;
  WallTime created_at{};
};
// All that an endpoint has to remember. Tasks oldest first.
struct Snapshot {
  std::vector<ecs::Cluster> clusters;
  std::vector<DefinitionRecord> definitions;
  std::vector<ecs::Task> tasks;
  std::vector<TokenRecord> tokens;
};
// What has changed since it was last asked, by name; the records are read from the model.
struct Changes {
  std::set<std::string> clusters;
  std::set<std::pair<std::string, int>> definitions;  // Family and revision.
  std::set<std::string> tasks;
  std::set<std::string> forgotten_tasks;
  std::set<std::pair<std::string, std::string>> tokens;  // Cluster and token.
  std::set<std::pair<std::string, std::string>> forgotten_tokens;
  [[nodiscard]] bool empty() const;
  void add(const Changes& more);
};
struct Effects {
  std::vector<Action> actions;  // For a runtime, in this order.
  Changes changes;              // For a store, to be kept before the actions are carried out.
};

// Amazon ECS as a pure machine: clusters, task definitions, tasks and their life. Calls and events
// go in, replies and effects come out; it has no clock, does no I/O and knows no process. So the
// embedded endpoint and the simulated AWS of the run machine's tests are the same ECS. One thread.
//
// After every call(), on() and on_time() the owner takes the effects. A model's next deadline is
// next_wake(); the owner calls on_time() when it has come, or earlier.
class Model {
 public:
  struct Options {
    std::string region = "us-east-1";
    std::string account = "000000000000";
    // The one pseudo container instance. ECS API: a task that can never fit is a failure
    // RESOURCE:CPU or RESOURCE:MEMORY. Tasks that fit, but not now, wait in PENDING for memory;
    // the processor is shared by the kernel. 0 is no limit.
    std::int64_t cpu_units = 0;
    std::int64_t memory_mib = 0;
    // ECS keeps stopped tasks for an hour; here they are kept much longer.
    std::size_t stopped_tasks_max = 20'000;
    Duration stopped_tasks_kept = std::chrono::hours(24 * 7);
    // Client tokens are remembered for a day, but no more than so many.
    std::size_t tokens_max = 50'000;
    // A task whose containers all have this image takes nothing of the instance. Empty: none.
    std::string weightless_image;
  };
  // `random` must outlive the model.
  Model(Options options, sys::Random& random);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  // What a dead endpoint left. Its tasks that were not STOPPED become so: stop code
  // TerminationNotice, container codes absent. Before any call.
  void restore(Snapshot snapshot, const Moment& now);

  // The operations of the API.
  Answer<ecs::RunTaskReply> call(const ecs::RunTask& request, const CallContext& context);
  Answer<ecs::StopTaskReply> call(const ecs::StopTask& request, const CallContext& context);
  Answer<ecs::DescribeTasksReply> call(const ecs::DescribeTasks& request,
                                       const CallContext& context);
  Answer<ecs::ListTasksReply> call(const ecs::ListTasks& request, const CallContext& context);
  Answer<ecs::CreateClusterReply> call(const ecs::CreateCluster& request,
                                       const CallContext& context);
  Answer<ecs::DescribeClustersReply> call(const ecs::DescribeClusters& request,
                                          const CallContext& context);
  Answer<ecs::ListClustersReply> call(const ecs::ListClusters& request, const CallContext& context);
  Answer<ecs::RegisterTaskDefinitionReply> call(const ecs::RegisterTaskDefinition& request,
                                                const CallContext& context);
  Answer<ecs::DescribeTaskDefinitionReply> call(const ecs::DescribeTaskDefinition& request,
                                                const CallContext& context);
  Answer<ecs::ListTaskDefinitionsReply> call(const ecs::ListTaskDefinitions& request,
                                             const CallContext& context);
  Answer<ecs::DeregisterTaskDefinitionReply> call(const ecs::DeregisterTaskDefinition& request,
                                                  const CallContext& context);

  // Takes back the last call that made something (RunTask, CreateCluster, RegisterTaskDefinition,
  // DeregisterTaskDefinition), because it could not be stored; only before anything else is done
  // with the model. Its effects must be dropped. False when there is nothing to take back: the
  // last call changed nothing, or something that only goes forward (StopTask).
  bool undo();

  // What a runtime reports. Events about containers that are not expected are ignored.
  void on(const Event& event, const Moment& now);
  // Does what is due at `now`.
  void on_time(const Moment& now);
  [[nodiscard]] std::optional<Instant> next_wake() const;

  // Stops every task, as a host that is going away would: stop code TerminationNotice. Containers
  // get at most `stop_timeout_max` between the stop signal and the kill.
  void stop_all(std::string_view reason, Duration stop_timeout_max, const Moment& now);
  // A task that ends for a reason of the infrastructure, such as SpotInterruption: its containers
  // are stopped as by StopTask. For the simulation.
  void interrupt(const std::string& task_id, std::string_view stop_code, std::string_view reason,
                 const Moment& now);

  [[nodiscard]] Effects take_effects();

  // Records, for stores and tests; null when there is none.
  [[nodiscard]] const ecs::Task* task(const std::string& task_id) const;
  [[nodiscard]] const ecs::Cluster* cluster(const std::string& name) const;
  [[nodiscard]] const DefinitionRecord* definition(const std::string& family, int revision) const;
  [[nodiscard]] const TokenRecord* token(const std::string& cluster,
                                         const std::string& token) const;
  // Where a RunTask would place its tasks: "FARGATE"; empty when its definition is not known.
  [[nodiscard]] std::string launch_type_of(const ecs::RunTask& request) const;
  [[nodiscard]] std::size_t live_tasks() const;
  [[nodiscard]] std::size_t tasks() const;

 private:
  class State;  // local/model_state.h
  State& new_call();
  std::unique_ptr<State> state_;
};

}  // namespace runtask::local
