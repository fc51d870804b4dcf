#pragma once

#include <string>
#include <vector>

#include "hamlet/json_tree.h"
#include "hamlet/qualifiers.h"

// The tiers of a blueprint, and hamlet 9's `Solutions`, which may add to them. Pure.

namespace runtask::hamlet {

struct Tier {
  std::string key;  // Among `Tiers`.
  std::string id;
  std::string name;
  const Node* node = nullptr;
};

// Those that have components, in the order of the data: those of `written`, the `Tiers` of the
// files, before those that only hamlet's own data or a solution has. hamlet 8.8 and later: the
// top-level `Tiers` are a solution with priority 900 for every segment; each entry of `Solutions`
// whose `District.Layers` fit the active layers is merged in, from the highest priority number to
// the lowest. A solution's tier without a `Name` is named by its key, whatever the weaker ones say.
[[nodiscard]] std::vector<Tier> active_tiers(Documents& documents, const Node& blueprint,
                                             const Node* written, const Layers& layers,
                                             std::vector<std::string>& warnings);
constexpr std::size_t kSolutionsMax = 1000;

}  // namespace runtask::hamlet
