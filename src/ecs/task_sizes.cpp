#include "ecs/task_sizes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "base/text.h"
#include "ecs/limits.h"

namespace runtask::ecs {
namespace {

constexpr int kUnitsPerCpu = 1024;
constexpr int kMiBPerGiB = 1024;

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
constexpr std::array<FargateSize, 6> kFargateSizes{{{512, 1024, 4096, 1024},
                                                    {1024, 2048, 8192, 1024},
                                                    {2048, 4096, 16384, 1024},
                                                    {4096, 8192, 30720, 1024},
                                                    {8192, 16384, 61440, 4096},
                                                    {16384, 32768, 122880, 8192}}};
constexpr int kSmallestFargateCpu = 256;  // Its memory does not go in equal steps.

bool is_storage(const json::Value& storage) {
  if (!storage.is_object()) return false;
  const auto size = storage.find("sizeInGiB");
  if (size == storage.end() || !size->is_number_integer()) return false;
  const auto gib = size->get<std::int64_t>();
  return gib >= limits::kEphemeralStorageGiBMin && gib <= limits::kEphemeralStorageGiBMax;
}

}  // namespace

std::optional<long long> cpu_units(std::string_view text) {
  auto units = parse_integer(trimmed(text), kCpuUnitsMin, kCpuUnitsMax);
  if (!units) units = with_unit(text, "vcpu", kUnitsPerCpu);
  if (!units || *units < kCpuUnitsMin || *units > kCpuUnitsMax) return std::nullopt;
  return units;
}

std::optional<long long> memory_mib(std::string_view text) {
  auto mib = parse_integer(trimmed(text), 1, kMemoryMiBMax);
  if (!mib) mib = with_unit(text, "gb", kMiBPerGiB);
  if (!mib || *mib > kMemoryMiBMax) return std::nullopt;
  return mib;
}

bool is_fargate_cpu(long long units) {
  return units == kSmallestFargateCpu ||
         std::any_of(kFargateSizes.begin(), kFargateSizes.end(),
                     [&](const FargateSize& size) { return size.cpu == units; });
}

bool is_fargate_size(long long units, long long mib) {
  if (units == kSmallestFargateCpu) return mib == 512 || mib == 1024 || mib == 2048;
  return std::any_of(kFargateSizes.begin(), kFargateSizes.end(), [&](const FargateSize& size) {
    return size.cpu == units && mib >= size.memory_min && mib <= size.memory_max &&
           (mib - size.memory_min) % size.memory_step == 0;
  });
}

bool is_storage_size(const json::Members& overrides) {
  return std::all_of(overrides.begin(), overrides.end(), [](const auto& member) {
    if (member.first != "ephemeralStorage") return true;
    const auto storage = json::parse(member.second, member.first);
    return storage && is_storage(*storage);
  });
}

}  // namespace runtask::ecs
