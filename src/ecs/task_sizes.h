#pragma once

#include <optional>
#include <string_view>

#include "base/json.h"

// How ECS writes the processor and memory of a whole task, and which sizes Fargate has. Pure; any
// thread.

namespace runtask::ecs {

constexpr long long kCpuUnitsMin = 128;
constexpr long long kCpuUnitsMax = 196'608;
constexpr long long kMemoryMiBMax = 64LL << 20U;

// "1024", "1 vCPU", ".5 vcpu" as units; none when it is not of that form or out of range.
[[nodiscard]] std::optional<long long> cpu_units(std::string_view text);
// "2048", "2GB", "2 GB" as MiB; none when it is not of that form or out of range.
[[nodiscard]] std::optional<long long> memory_mib(std::string_view text);

// ECS API: the task sizes of Fargate.
[[nodiscard]] bool is_fargate_cpu(long long units);
[[nodiscard]] bool is_fargate_size(long long units, long long mib);
// ECS API: the storage of a task on Fargate. Whether the `ephemeralStorage` among the overrides'
// other members is a size that it has; also when there is none.
[[nodiscard]] bool is_storage_size(const json::Members& overrides);

}  // namespace runtask::ecs
