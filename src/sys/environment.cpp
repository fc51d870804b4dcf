#include "sys/environment.h"

#include <unistd.h>

#include <string_view>

namespace runtask::sys {

Environment Environment::of_process() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;  // Not a variable: no name.
    // The first of a name counts, as it does for getenv().
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return Environment(std::move(variables));
}

std::optional<std::string> Environment::get(const std::string& name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end()) return {};
  return found->second;
}

std::optional<std::string> Environment::get_non_empty(const std::string& name) const {
  auto value = get(name);
  if (value && value->empty()) return {};
  return value;
}

}  // namespace runtask::sys
