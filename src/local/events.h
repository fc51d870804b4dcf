#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "ecs/types.h"

// What goes between the model of ECS and whatever runs its containers: the model says what to do
// with a container, the runtime says what has become of it. Values; any thread.

namespace runtask::local {

// A container is known by its task's id (32 hex digits) and its own name.
struct ContainerId {
  std::string task_id;
  std::string container;
  friend bool operator==(const ContainerId&, const ContainerId&) = default;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes it for a comparison with 0.
  friend auto operator<=>(const ContainerId&, const ContainerId&) = default;
};

// ---- To do

// Everything a runtime needs to know to start one container, overrides applied.
struct ContainerStart {
  ContainerId id;
  std::shared_ptr<const ecs::TaskDefinition> task_definition;
  std::size_t index = 0;  // Of the container in the definition.
  std::string runtime_id;
  std::string task_arn;
  std::string cluster_arn;
  std::string launch_type;
  std::vector<std::string> command;        // The override's, else the definition's.
  std::vector<ecs::KeyValue> environment;  // The definition's with the override's over it.
  std::uint64_t memory_mib = 0;            // Hard limit; 0 is none.
  bool has_environment_files = false;      // Of the definition or the override.
  [[nodiscard]] const ecs::ContainerDefinition& definition() const {
    return task_definition->container_definitions[index];
  }
};
struct StartContainer {
  std::shared_ptr<const ContainerStart> start;
};
// It is not wanted any more. If it has not begun, ContainerNotStarted without a reason follows; if
// it has, nothing comes of this.
struct CancelStart {
  ContainerId id;
};
struct SignalContainer {  // SIGTERM, the stop signal.
  ContainerId id;
};
struct KillContainer {
  ContainerId id;
};
struct CheckHealth {
  ContainerId id;
  std::vector<std::string> command;  // ECS API: starts with CMD or CMD-SHELL.
  Duration timeout{};
};
using Action =
    std::variant<StartContainer, CancelStart, SignalContainer, KillContainer, CheckHealth>;

[[nodiscard]] inline const ContainerId& id_of(const Action& action) {
  if (const auto* start = std::get_if<StartContainer>(&action)) return start->start->id;
  if (const auto* cancel = std::get_if<CancelStart>(&action)) return cancel->id;
  if (const auto* signal = std::get_if<SignalContainer>(&action)) return signal->id;
  if (const auto* kill = std::get_if<KillContainer>(&action)) return kill->id;
  return std::get<CheckHealth>(action).id;
}

// ---- What has happened

struct ContainerStarted {
  ContainerId id;
};
// It never ran. The reason is in ECS' form, "CannotPullContainerError: ..."; none: see CancelStart.
struct ContainerNotStarted {
  ContainerId id;
  std::string reason;
};
// It has ended, nothing of it runs any more, and all of its output is stored but for lines that
// there was no room for.
struct ContainerExited {
  ContainerId id;
  int exit_code = 0;
  bool out_of_memory = false;
  std::uint64_t lost_lines = 0;  // Which the log does not tell of.
};
struct HealthChecked {
  ContainerId id;
  bool passed = false;
};
using Event = std::variant<ContainerStarted, ContainerNotStarted, ContainerExited, HealthChecked>;

}  // namespace runtask::local
