#include "local/definition_sizes.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace runtask::local {
namespace {

constexpr int kUnitsPerCpu = 1024;
constexpr int kMiBPerGiB = 1024;
constexpr long long kCpuUnitsMin = 128;

// "N unit" as N times `scale`; none when it is not of that form or not a whole number then.
std::optional<long long> with_unit(std::string_view text, std::string_view unit, int scale) {
  const std::string lower = lower_case(trimmed(text));
  if (!lower.ends_with(unit)) return std::nullopt;
  const std::string_view number =
      trimmed(std::string_view(lower).substr(0, lower.size() - unit.size()));
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value,
                                            std::chars_format::fixed);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  const double scaled = value * scale;
  if (!(scaled > 0) || scaled > 1e12 || scaled != std::floor(scaled)) return std::nullopt;
  return static_cast<long long>(scaled);
}

struct FargateSize {
  int cpu;
  int memory_min, memory_max, memory_step;
};
// ECS API: task sizes of Fargate.
constexpr std::array<FargateSize, 6> kFargateSizes{{{512, 1024, 4096, 1024},
                                                    {1024, 2048, 8192, 1024},
                                                    {2048, 4096, 16384, 1024},
                                                    {4096, 8192, 30720, 1024},
                                                    {8192, 16384, 61440, 4096},
                                                    {16384, 32768, 122880, 8192}}};

}  // namespace

Answer<std::string> normalised_cpu(std::string_view text) {
  if (text.empty()) return std::string();
  auto units = parse_integer(trimmed(text), kCpuUnitsMin, kCpuUnitsMax);
  if (!units) units = with_unit(text, "vcpu", kUnitsPerCpu);
  if (!units || *units < kCpuUnitsMin || *units > kCpuUnitsMax)
    return client_error("Invalid 'cpu' setting for task.");
  return std::to_string(*units);
}

Answer<std::string> normalised_memory(std::string_view text) {
  if (text.empty()) return std::string();
  auto mib = parse_integer(trimmed(text), 1, kMemoryMiBMax);
  if (!mib) mib = with_unit(text, "gb", kMiBPerGiB);
  if (!mib || *mib > kMemoryMiBMax) return client_error("Invalid 'memory' setting for task.");
  return std::to_string(*mib);
}

std::optional<std::string> wrong_fargate_size(std::string_view cpu, std::string_view memory) {
  const auto units = parse_integer(cpu, 1, kCpuUnitsMax);
  const auto mib = parse_integer(memory, 1, kMemoryMiBMax);
  const std::string none = "No Fargate configuration exists for given values.";
  if (!units || !mib) return none;
  if (*units == 256) {
    if (*mib == 512 || *mib == 1024 || *mib == 2048) return std::nullopt;
    return none;
  }
  for (const auto& size : kFargateSizes) {
    if (size.cpu != *units) continue;
    if (*mib >= size.memory_min && *mib <= size.memory_max &&
        (*mib - size.memory_min) % size.memory_step == 0)
      return std::nullopt;
    return none;
  }
  return "Invalid 'cpu' setting for task.";
}

}  // namespace runtask::local
