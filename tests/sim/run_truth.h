#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "ecs/types.h"
#include "sim/run_cloud.h"

namespace runtask::run {

// What a truthful observer says of a stopped task: kind and exit code. Written apart from
// run/verdict.cpp, by the words of the contract.
class Truth {
 public:
  Truth(const ecs::Task& task, const sim::Cloud::Shape& shape, bool names_main)
      : task_(task), named_(names_main) {
    if (shape.has_sidecar && shape.sidecar_is_essential) essential_.emplace_back("sidecar");
    essential_.emplace_back("main");
  }

  [[nodiscard]] std::string by_codes() const {
    if (named_) {
      if (code("main") != 0) return failure(code("main"));
      for (const auto& name : essential_)
        if (code(name) != 0 && !is_killed(name)) return failure(code(name));
      return "succeeded 0";
    }
    bool has_zero = false, has_memory = false;
    std::string first_missing, first_kill;
    for (const auto& name : essential_) {
      const auto it = code(name);
      if (it && *it != 0 && !is_killed(name)) return failure(it);
      if (!it && first_missing.empty()) first_missing = failure(it);
      if (is_killed(name) && first_kill.empty()) first_kill = failure(it);
      has_zero |= it == 0;
      has_memory |= lacked_memory(name);
    }
    if (!first_missing.empty()) return first_missing;
    return has_zero && !(has_memory && !first_kill.empty()) ? "succeeded 0" : first_kill;
  }

  // Some container did something, be it that the task failed to start as a whole.
  [[nodiscard]] bool has_run() const {
    return std::any_of(task_.containers.begin(), task_.containers.end(),
                       [](const auto& container) { return container.exit_code.has_value(); });
  }

  // Of a stop that is neither the task's own end nor ours.
  [[nodiscard]] std::string of_others() const {
    const auto codes = by_codes();
    const auto number = codes.substr(codes.find(' ') + 1);
    return "stopped " + (number == "0" ? "125" : number);
  }

 private:
  [[nodiscard]] std::optional<std::int64_t> code(const std::string& name) const {
    const auto* container = task_.container(name);
    return container == nullptr ? std::nullopt : container->exit_code;
  }
  [[nodiscard]] bool lacked_memory(const std::string& name) const {
    const auto* container = task_.container(name);
    return container != nullptr && container->reason.find("OutOfMemory") != std::string::npos;
  }
  [[nodiscard]] bool is_killed(const std::string& name) const {
    return (code(name) == 137 || code(name) == 143) && !lacked_memory(name);
  }
  static std::string failure(std::optional<std::int64_t> code) {
    return "failed " + std::to_string(code.value_or(125));
  }

  const ecs::Task& task_;
  std::vector<std::string> essential_;
  bool named_ = false;
};

}  // namespace runtask::run
