#include <algorithm>
#include <cassert>
#include <utility>

#include "ecs/life_cycle.h"
#include "ecs/limits.h"
#include "local/model_state.h"

// The life of a task: what its containers may do next, and what that makes of the task.

namespace runtask::local {
namespace {

using Phase = ContainerState::Phase;
using std::chrono::seconds;

// ECS agent: how long a container may take to start.
constexpr int kStartTimeoutSeconds = 180;
// ECS API: defaults of a health check.
constexpr int kHealthIntervalSeconds = 30;
constexpr int kHealthTimeoutSeconds = 5;
constexpr int kHealthRetries = 3;
constexpr int kKilledExitCode = 137;
constexpr std::size_t kReasonBytesMax = 1024;

constexpr std::string_view kFailedToStart = "Task failed to start";
constexpr std::string_view kOutOfMemory = "OutOfMemoryError: Container killed due to memory usage";

bool is_alive(const ContainerState& container) {
  return container.phase == Phase::kStarting || container.phase == Phase::kRunning;
}

// What has become of a dependency.
enum class Dependency { kOpen, kMet, kNeverMet };
Dependency dependency(const std::string& condition, const ContainerState& state,
                      const ecs::Container& container, const ecs::ContainerDefinition& definition) {
  const bool has_stopped = state.phase == Phase::kStopped;
  if (has_stopped && !state.was_started) return Dependency::kNeverMet;
  if (condition == "START") return state.was_started ? Dependency::kMet : Dependency::kOpen;
  if (condition == "HEALTHY") {
    if (has_stopped) return Dependency::kNeverMet;
    if (container.health_status == "HEALTHY") return Dependency::kMet;
    // containers-roadmap#2379: ECS leaves the task PENDING for three hours, unless a startTimeout
    // ends it. Here a check that has failed all its retries is the end, and startTimeout the way to
    // give the container longer.
    return container.health_status == "UNHEALTHY" && !definition.start_timeout
               ? Dependency::kNeverMet
               : Dependency::kOpen;
  }
  if (!has_stopped) return Dependency::kOpen;
  return condition == "COMPLETE" || container.exit_code == 0 ? Dependency::kMet
                                                             : Dependency::kNeverMet;
}

// Why it is never met.
std::string words_of_dependency(const std::string& condition, const ContainerState& state,
                                const ecs::Container& container) {
  std::string what = " never started";
  if (container.exit_code) {
    what = " exited with " + std::to_string(*container.exit_code);
  } else if (state.phase != Phase::kStopped) {
    what = " is UNHEALTHY (its check failed " + std::to_string(state.failed_checks) + " times)";
  }
  return "DependencyError: container " + container.name + what + ", and this one waits for its " +
         condition;
}

// Whether a container that has not started yet still lacks something of another one.
bool still_waits_for(const TaskState& task, std::size_t waiting, std::size_t other) {
  const auto& wanted = task.starts[waiting]->definition().depends_on;
  for (std::size_t k = 0; k < wanted.size(); ++k)
    if (task.containers[waiting].depends_on[k] == other &&
        dependency(wanted[k].condition, task.containers[other], task.task.containers[other],
                   task.starts[other]->definition()) != Dependency::kMet)
      return true;
  return false;
}

// "3m0s", as the agent (in Go) writes it.
std::string go_duration(int duration_seconds) {
  const std::string tail = std::to_string(duration_seconds % 60) + "s";
  return duration_seconds < 60 ? tail : std::to_string(duration_seconds / 60) + "m" + tail;
}

std::string reason_of(const ContainerExited& exit) {
  if (exit.out_of_memory) return std::string(kOutOfMemory);
  if (exit.lost_lines == 0) return {};
  return std::string(ecs::kLinesLostReason) + std::to_string(exit.lost_lines);
}

// The reason of the task when the container has that one.
std::string_view task_reason(const TaskState& task, std::string_view reason) {
  const bool is_shown = reason.starts_with("ResourceInitializationError:") ||
                        (task.task.launch_type == "FARGATE" && reason.starts_with("CannotPull"));
  return is_shown ? reason : kFailedToStart;
}

}  // namespace

void Model::State::on(const Event& event, const Moment& now) {
  const ContainerId& id =
      std::visit([](const auto& it) -> const ContainerId& { return it.id; }, event);
  TaskState* task = find_task(id.task_id);
  if (task == nullptr || task->is_stopped()) return;
  std::size_t index = 0;
  while (index < task->containers.size() && task->task.containers[index].name != id.container)
    ++index;
  if (index == task->containers.size()) return;
  if (std::holds_alternative<ContainerStarted>(event)) {
    on_started(*task, index, now);
  } else if (const auto* failure = std::get_if<ContainerNotStarted>(&event)) {
    on_not_started(*task, index, failure->reason, now);
  } else if (const auto* exit = std::get_if<ContainerExited>(&event)) {
    on_exited(*task, index, *exit, now);
  } else {
    on_health(*task, index, std::get<HealthChecked>(event).passed, now);
  }
  advance(*task, now);
}

void Model::State::on_started(TaskState& task, std::size_t index, const Moment& now) {
  ContainerState& state = task.containers[index];
  if (state.phase == Phase::kStopped && !state.was_started) {
    // It took too long and was given up: nobody counts on it any more.
    effects.actions.emplace_back(KillContainer{task.starts[index]->id});
    return;
  }
  if (state.phase != Phase::kStarting) return;
  clear_timer(task, index, TimerKind::kStart);
  state.phase = Phase::kRunning;
  state.was_started = true;
  state.started = now.instant;
  ecs::Container& container = task.task.containers[index];
  container.last_status = ecs::name_of(ecs::Status::kRunning);
  container.runtime_id = task.starts[index]->runtime_id;
  if (!task.task.pull_stopped_at) task.task.pull_stopped_at = now.wall;
  const auto& definition = task.starts[index]->definition();
  if (definition.start_timeout && !state.dependents.empty())
    set_timer(task, index, TimerKind::kDependency,
              now.instant + seconds(*definition.start_timeout));
  if (definition.health_check && definition.health_check->command[0] != "NONE")
    set_timer(
        task, index, TimerKind::kHealth,
        now.instant + seconds(definition.health_check->interval.value_or(kHealthIntervalSeconds)));
  touch(task);
}

void Model::State::on_not_started(TaskState& task, std::size_t index, const std::string& reason,
                                  const Moment& now) {
  if (task.containers[index].phase != Phase::kStarting) return;
  fail_to_start(task, index, reason, now);
}

// A container that will never run. An essential one takes the task with it, and so does a set-up
// that belongs to the task (secrets, logs) or an order of start that can no longer be kept.
void Model::State::fail_to_start(TaskState& task, std::size_t index, const std::string& reason,
                                 const Moment& now) {
  container_stopped(task, index, reason);
  const bool ends_task = task.starts[index]->definition().is_essential() ||
                         reason.starts_with("ResourceInitializationError:") ||
                         reason.starts_with("DependencyError:");
  if (ends_task)
    begin_stop(task, ecs::stop_code::kTaskFailedToStart, task_reason(task, reason), now);
}

void Model::State::on_exited(TaskState& task, std::size_t index, const ContainerExited& event,
                             const Moment& now) {
  ContainerState& state = task.containers[index];
  if (state.phase != Phase::kRunning) return;
  container_stopped(task, index, reason_of(event));
  task.task.containers[index].exit_code = event.out_of_memory ? kKilledExitCode : event.exit_code;
  if (task.starts[index]->definition().is_essential())
    begin_stop(task, ecs::stop_code::kEssentialContainerExited,
               "Essential container in task exited", now);
}

void Model::State::on_health(TaskState& task, std::size_t index, bool passed, const Moment& now) {
  ContainerState& state = task.containers[index];
  if (state.phase != Phase::kRunning || task.is_stopping) return;
  const ecs::HealthCheck& check = *task.starts[index]->definition().health_check;
  set_timer(task, index, TimerKind::kHealth,
            now.instant + seconds(check.interval.value_or(kHealthIntervalSeconds)));
  std::string& status = task.task.containers[index].health_status;
  const std::string before = status;
  if (passed) {
    state.failed_checks = 0;
    status = "HEALTHY";
  } else if (now.instant - state.started >= seconds(check.start_period.value_or(0)) ||
             status == "HEALTHY") {
    // ECS API: failures within the start period do not count, until the first success.
    state.failed_checks += 1;
    if (state.failed_checks >= check.retries.value_or(kHealthRetries)) status = "UNHEALTHY";
  }
  if (status == before) return;
  update_health(task);
  touch(task);
}

// ECS API: HEALTHY when all essential containers with a check are; otherwise the worst counts.
void Model::State::update_health(TaskState& task) {
  std::string health = "HEALTHY";
  for (std::size_t i = 0; i < task.containers.size(); ++i) {
    const auto& definition = task.starts[i]->definition();
    if (!definition.is_essential() || !definition.health_check) continue;
    const std::string& status = task.task.containers[i].health_status;
    if (status == "UNHEALTHY" || (status == "UNKNOWN" && health == "HEALTHY")) health = status;
  }
  task.task.health_status = health;
}

void Model::State::on_time(const Moment& now) {
  while (!timers_.empty() && timers_.begin()->due <= now.instant) {
    const Timer timer = *timers_.begin();
    TaskState& task = tasks.at(timer.sequence);
    clear_timer(task, timer.container, timer.kind);
    on_timer(task, timer, now);
    if (!task.is_stopped()) advance(task, now);
  }
}

void Model::State::on_timer(TaskState& task, const Timer& timer, const Moment& now) {
  const std::size_t index = timer.container;
  switch (timer.kind) {
    case TimerKind::kStep: {
      const auto status = ecs::status_of(task.task.last_status);
      if (status == ecs::Status::kProvisioning) set_status(task, ecs::Status::kPending);
      if (status == ecs::Status::kDeactivating) set_status(task, ecs::Status::kStopping);
      if (status == ecs::Status::kDeprovisioning) finish(task, now);
      return;
    }
    case TimerKind::kStart: {
      const int waited =
          task.starts[index]->definition().start_timeout.value_or(kStartTimeoutSeconds);
      const std::string name = task.task.launch_type == "FARGATE" ? "ContainerRuntimeTimeoutError"
                                                                  : "DockerTimeoutError";
      effects.actions.emplace_back(KillContainer{task.starts[index]->id});
      return fail_to_start(task, index,
                           name + ": Could not transition to started; timed out after waiting " +
                               go_duration(waited),
                           now);
    }
    case TimerKind::kDependency: {
      const auto& definition = task.starts[index]->definition();
      for (const std::size_t other : task.containers[index].dependents)
        if (task.containers[other].phase == Phase::kWaiting && !task.is_stopping &&
            still_waits_for(task, other, index))
          fail_to_start(task, other,
                        "DependencyError: container " + definition.name +
                            " did not get where this one waits for within its startTimeout of " +
                            go_duration(*definition.start_timeout),
                        now);
      return;
    }
    case TimerKind::kKill:
      effects.actions.emplace_back(KillContainer{task.starts[index]->id});
      return;
    case TimerKind::kHealth: {
      const ecs::HealthCheck& check = *task.starts[index]->definition().health_check;
      effects.actions.emplace_back(
          CheckHealth{task.starts[index]->id, check.command,
                      seconds(check.timeout.value_or(kHealthTimeoutSeconds))});
      return;
    }
  }
}

void Model::State::begin_stop(TaskState& task, std::string_view code, std::string_view reason,
                              const Moment& now) {
  if (task.is_stopping) return;  // The first cause is the cause.
  task.is_stopping = true;
  task.task.desired_status = ecs::name_of(ecs::Status::kStopped);
  task.task.stop_code = code;
  task.task.stopped_reason = reason.substr(0, kReasonBytesMax);
  task.task.stopping_at = now.wall;
  const bool was_running = ecs::status_of(task.task.last_status) == ecs::Status::kRunning;
  set_status(task, task.uses_awsvpc() && was_running ? ecs::Status::kDeactivating
                                                     : ecs::Status::kStopping);
  if (task.uses_awsvpc() && was_running)
    set_timer(task, kNoContainer, TimerKind::kStep, now.instant);
  for (std::size_t i = 0; i < task.containers.size(); ++i) {
    clear_timer(task, i, TimerKind::kHealth);
    clear_timer(task, i, TimerKind::kDependency);
    if (task.containers[i].phase == Phase::kWaiting) container_stopped(task, i, {});
  }
}

void Model::State::shorten_stop(TaskState& task, Duration stop_timeout_max, const Moment& now) {
  task.stop_timeout_max = stop_timeout_max;
  for (std::size_t i = 0; i < task.containers.size(); ++i) {
    const auto due = task.containers[i].due[static_cast<std::size_t>(TimerKind::kKill)];
    if (due) set_timer(task, i, TimerKind::kKill, std::min(*due, now.instant + stop_timeout_max));
  }
}

void Model::State::advance(TaskState& task, const Moment& now) {
  if (task.is_stopped() || (!task.has_room && !task.is_stopping)) return;
  if (!task.is_stopping) start_ready(task, now);
  if (task.is_stopping) signal_ready(task, now);
  const bool all_stopped =
      std::all_of(task.containers.begin(), task.containers.end(),
                  [](const auto& container) { return container.phase == Phase::kStopped; });
  if (all_stopped) return finish(task, now);
  const bool all_started =
      std::all_of(task.containers.begin(), task.containers.end(), [](const auto& container) {
        return container.phase == Phase::kRunning || container.phase == Phase::kStopped;
      });
  if (!task.is_stopping && all_started &&
      ecs::status_of(task.task.last_status) < ecs::Status::kRunning) {
    task.task.started_at = now.wall;
    set_status(task, ecs::Status::kRunning);
  }
}

// Tasks that have the memory of the instance they need begin; the others wait in their order.
void Model::State::give_room(const Moment& now) {
  while (!waiting_for_room.empty()) {
    const auto found = tasks.find(waiting_for_room.front());
    if (found != tasks.end() && !found->second.is_stopping) {
      TaskState& task = found->second;
      if (options.memory_mib > 0 && memory_in_use_mib + task.memory_mib > options.memory_mib)
        return;
      memory_in_use_mib += task.memory_mib;
      task.has_room = true;
      task.task.connectivity = "CONNECTED";
      task.task.connectivity_at = now.wall;
      touch(task);
      if (task.uses_awsvpc()) {
        set_timer(task, kNoContainer, TimerKind::kStep, now.instant);
      } else {
        advance(task, now);
      }
    }
    waiting_for_room.pop_front();
  }
}

void Model::State::start_ready(TaskState& task, const Moment& now) {
  if (ecs::status_of(task.task.last_status) < ecs::Status::kPending) return;
  for (std::size_t i = 0; i < task.containers.size() && !task.is_stopping; ++i) {
    if (task.containers[i].phase != Phase::kWaiting) continue;
    const auto& wanted = task.starts[i]->definition().depends_on;
    bool all_met = true;
    for (std::size_t k = 0; k < wanted.size(); ++k) {
      const std::size_t other = task.containers[i].depends_on[k];
      const auto found = dependency(wanted[k].condition, task.containers[other],
                                    task.task.containers[other], task.starts[other]->definition());
      all_met &= found == Dependency::kMet;
      if (found != Dependency::kNeverMet) continue;
      fail_to_start(task, i,
                    words_of_dependency(wanted[k].condition, task.containers[other],
                                        task.task.containers[other]),
                    now);
      break;
    }
    if (all_met && !task.is_stopping) start(task, i, now);
  }
}

void Model::State::start(TaskState& task, std::size_t index, const Moment& now) {
  task.containers[index].phase = Phase::kStarting;
  if (!task.task.pull_started_at) {
    task.task.pull_started_at = now.wall;
    touch(task);
  }
  const int patience =
      task.starts[index]->definition().start_timeout.value_or(kStartTimeoutSeconds);
  set_timer(task, index, TimerKind::kStart, now.instant + seconds(patience));
  effects.actions.emplace_back(StartContainer{task.starts[index]});
}

// ECS agent: a container that is not running yet when its task is stopped is not started any more.
// ECS API: containers are stopped in the reverse order of their dependencies.
void Model::State::signal_ready(TaskState& task, const Moment& now) {
  for (std::size_t i = 0; i < task.containers.size(); ++i) {
    ContainerState& state = task.containers[i];
    if (state.phase == Phase::kStarting && !std::exchange(state.was_cancelled, true))
      effects.actions.emplace_back(CancelStart{task.starts[i]->id});
    const bool is_needed =
        std::any_of(state.dependents.begin(), state.dependents.end(),
                    [&](std::size_t other) { return is_alive(task.containers[other]); });
    if (state.phase != Phase::kRunning || state.was_signalled || is_needed) continue;
    state.was_signalled = true;
    effects.actions.emplace_back(SignalContainer{task.starts[i]->id});
    Duration patience = seconds(task.starts[i]->definition().stop_timeout.value_or(
        ecs::limits::kStopTimeoutSecondsDefault));
    if (task.stop_timeout_max) patience = std::min(patience, *task.stop_timeout_max);
    set_timer(task, i, TimerKind::kKill, now.instant + patience);
  }
}

void Model::State::finish(TaskState& task, const Moment& now) {
  const bool ran = std::any_of(task.containers.begin(), task.containers.end(),
                               [](const auto& container) { return container.was_started; });
  if (ran && !task.task.execution_stopped_at) task.task.execution_stopped_at = now.wall;
  if (task.uses_awsvpc() && ecs::status_of(task.task.last_status) != ecs::Status::kDeprovisioning) {
    set_status(task, ecs::Status::kDeprovisioning);
    set_timer(task, kNoContainer, TimerKind::kStep, now.instant);
    return;
  }
  if (task.step_due) return;  // It is DEPROVISIONING until that step.
  clear_timers(task);
  task.task.stopped_at = now.wall;
  set_status(task, ecs::Status::kStopped);
  live.erase(task.sequence);
  stopped.emplace_back(now.wall, task.id);
  if (task.has_room) memory_in_use_mib -= task.memory_mib;
  task.definition.reset();
  task.starts = {};
  task.containers = {};
  give_room(now);
  forget_old_tasks(now);
}

void Model::State::container_stopped(TaskState& task, std::size_t index, std::string reason) {
  task.containers[index].phase = Phase::kStopped;
  for (std::size_t kind = 0; kind < kTimerKinds; ++kind)
    clear_timer(task, index, static_cast<TimerKind>(kind));
  ecs::Container& container = task.task.containers[index];
  container.last_status = ecs::name_of(ecs::Status::kStopped);
  container.reason = std::move(reason);
  container.reason.resize(std::min(container.reason.size(), kReasonBytesMax));
  touch(task);
}

void Model::State::set_status(TaskState& task, ecs::Status status) {
  task.task.last_status = ecs::name_of(status);
  touch(task);
}

void Model::State::touch(TaskState& task) {
  task.task.version += 1;
  effects.changes.tasks.insert(task.id);
}

void Model::State::set_timer(TaskState& task, std::size_t container, TimerKind kind, Instant due) {
  clear_timer(task, container, kind);
  task.due(container, kind) = due;
  timers_.insert({due, task.sequence, container, kind});
}

void Model::State::clear_timer(TaskState& task, std::size_t container, TimerKind kind) {
  auto& due = task.due(container, kind);
  if (due) timers_.erase({*due, task.sequence, container, kind});
  due.reset();
}

void Model::State::clear_timers(TaskState& task) {
  clear_timer(task, kNoContainer, TimerKind::kStep);
  for (std::size_t i = 0; i < task.containers.size(); ++i)
    for (std::size_t kind = 0; kind < kTimerKinds; ++kind)
      clear_timer(task, i, static_cast<TimerKind>(kind));
}

}  // namespace runtask::local
