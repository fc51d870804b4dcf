#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

namespace runtask::jenkins {

// How a build or a stage ended, from the best to the worst (jenkins-pipeline 1.12).
enum class BuildResult : std::uint8_t { kSuccess, kUnstable, kFailure, kNotBuilt, kAborted };

[[nodiscard]] constexpr std::string_view name_of(BuildResult result) {
  switch (result) {
    case BuildResult::kSuccess:
      return "SUCCESS";
    case BuildResult::kUnstable:
      return "UNSTABLE";
    case BuildResult::kFailure:
      return "FAILURE";
    case BuildResult::kNotBuilt:
      return "NOT_BUILT";
    case BuildResult::kAborted:
      return "ABORTED";
  }
  return "";
}

[[nodiscard]] constexpr std::optional<BuildResult> result_named(std::string_view name) {
  for (const auto result : {BuildResult::kSuccess, BuildResult::kUnstable, BuildResult::kFailure,
                            BuildResult::kNotBuilt, BuildResult::kAborted})
    if (name_of(result) == name) return result;
  return std::nullopt;
}

[[nodiscard]] constexpr BuildResult worse(BuildResult a, BuildResult b) {
  return std::max(a, b);
}

}  // namespace runtask::jenkins
