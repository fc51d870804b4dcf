#pragma once

#include <optional>
#include <string>
#include <string_view>

// The life of a task and the names in it. Pure; any thread.

namespace runtask::ecs {

// ECS API: lastStatus, in the order in which a task goes through them; some may be skipped, none is
// ever gone back to. Names that are not known count as kPending: alive, not yet running.
enum class Status {
  kProvisioning,
  kPending,
  kActivating,
  kRunning,
  kDeactivating,
  kStopping,
  kDeprovisioning,
  kStopped,
  kDeleted,
};
[[nodiscard]] Status status_of(std::string_view name);
[[nodiscard]] std::string_view name_of(Status status);

namespace stop_code {
constexpr std::string_view kTaskFailedToStart = "TaskFailedToStart";
constexpr std::string_view kEssentialContainerExited = "EssentialContainerExited";
constexpr std::string_view kUserInitiated = "UserInitiated";
constexpr std::string_view kServiceSchedulerInitiated = "ServiceSchedulerInitiated";
constexpr std::string_view kSpotInterruption = "SpotInterruption";
constexpr std::string_view kTerminationNotice = "TerminationNotice";
constexpr std::string_view kInfrastructureHealth = "InfrastructureHealth";
}  // namespace stop_code

// How the embedded endpoint begins the reason of a container whose last lines it could not store.
constexpr std::string_view kLinesLostReason =
    "The embedded endpoint could not store its last log lines; lost: ";

// "arn:aws:ecs:eu-west-1:123456789012:task/example/0123..."; older accounts leave the cluster out.
struct Arn {
  std::string partition, service, region, account, resource;
};
[[nodiscard]] std::optional<Arn> parse_arn(std::string_view text);
// The part behind the last slash: a task's id, a cluster's name; a plain name is returned as it is.
[[nodiscard]] std::string last_part(std::string_view arn_or_name);

// The awslogs driver's names for a container's stream: "prefix/container/task-id". ECS API: without
// a prefix the driver takes the container's runtime id; the embedded endpoint "container/task-id".
[[nodiscard]] std::string log_stream_name(std::string_view prefix, std::string_view container,
                                          std::string_view task_id);

}  // namespace runtask::ecs
