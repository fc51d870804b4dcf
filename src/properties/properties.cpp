#include "properties/properties.h"

namespace runtask::properties {

void Properties::set(std::string_view name, std::string value) {
  if (const auto at = index_.find(name); at != index_.end()) {
    entries_[at->second].second = std::move(value);
    return;
  }
  index_.emplace(name, entries_.size());
  entries_.emplace_back(std::string(name), std::move(value));
}

std::optional<std::string> Properties::get(std::string_view name) const {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  return *value;
}

const std::string* Properties::find(std::string_view name) const {
  const auto at = index_.find(name);
  return at == index_.end() ? nullptr : &entries_[at->second].second;
}

}  // namespace runtask::properties
