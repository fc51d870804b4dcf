#include "properties/properties.h"

#include <algorithm>

namespace runtask::properties {

void Properties::set(std::string_view name, std::string value) {
  const auto at = std::find_if(entries_.begin(), entries_.end(),
                               [&](const Entry& entry) { return entry.first == name; });
  if (at != entries_.end()) {
    at->second = std::move(value);
  } else {
    entries_.emplace_back(std::string(name), std::move(value));
  }
}

std::optional<std::string> Properties::get(std::string_view name) const {
  for (const auto& [known, value] : entries_)
    if (known == name) return value;
  return std::nullopt;
}

}  // namespace runtask::properties
