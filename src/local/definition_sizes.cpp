#include "local/definition_sizes.h"

#include "base/text.h"
#include "ecs/task_sizes.h"

namespace runtask::local {

Answer<std::string> normalised_cpu(std::string_view text) {
  if (text.empty()) return std::string();
  const auto units = ecs::cpu_units(text);
  if (!units) return client_error("Invalid 'cpu' setting for task.");
  return std::to_string(*units);
}

Answer<std::string> normalised_memory(std::string_view text) {
  if (text.empty()) return std::string();
  const auto mib = ecs::memory_mib(text);
  if (!mib) return client_error("Invalid 'memory' setting for task.");
  return std::to_string(*mib);
}

std::optional<std::string> wrong_fargate_size(std::string_view cpu, std::string_view memory) {
  const auto units = parse_integer(cpu, 1, ecs::kCpuUnitsMax);
  const auto mib = parse_integer(memory, 1, ecs::kMemoryMiBMax);
  if (units && mib && ecs::is_fargate_size(*units, *mib)) return std::nullopt;
  if (units && mib && !ecs::is_fargate_cpu(*units)) return "Invalid 'cpu' setting for task.";
  return "No Fargate configuration exists for given values.";
}

}  // namespace runtask::local
