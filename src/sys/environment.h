#pragma once

#include <map>
#include <optional>
#include <string>

namespace runtask::sys {

// The environment variables as they were when the program began; a copy, so that nothing that
// happens later changes what a command sees. A simulated one is just another map.
class Environment {
 public:
  explicit Environment(std::map<std::string, std::string> variables)
      : variables_(std::move(variables)) {}
  [[nodiscard]] static Environment of_process();

  [[nodiscard]] std::optional<std::string> get(const std::string& name) const;
  // The value, or none when it is not set or empty: most tools treat the two alike.
  [[nodiscard]] std::optional<std::string> get_non_empty(const std::string& name) const;
  [[nodiscard]] const std::map<std::string, std::string>& all() const { return variables_; }

 private:
  std::map<std::string, std::string> variables_;
};

}  // namespace runtask::sys
