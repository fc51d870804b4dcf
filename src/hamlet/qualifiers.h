#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hamlet/json_tree.h"

// Values that depend on where they are read (hamlet 9: `Qualifiers`, `qualifier:Rules`). Pure.

namespace runtask::hamlet {

// The active layers: "Environment" -> its id and its name, and so on.
using Layers = std::vector<std::pair<std::string, std::vector<std::string>>>;

// The tree with every qualifier resolved. What has none is shared with the tree given. Mistakes in
// qualifiers are added to `warnings`; such a rule is left out. Two forms:
//   {..., "Qualifiers": {"prod": {...}}}    keys are ids or names of any active layer; those that
//       match are merged over the rest of the object, or over its "Value" if it has one, in
//       alphabetical order
//   {..., "qualifier:Rules": [{"Filter": {"Environment": ["prod"]}, "Value": ...,
//       "MatchBehaviour": "onetoone", "CombineBehaviour": "merge"}], "qualifier:Default": ...}
//       (also as an array under "Qualifiers"): in order, every key of the filter must match
// In a name to compare with, `.*` stands for any characters and `|` separates alternatives.
[[nodiscard]] const Node* resolve_qualifiers(Documents& documents, const Node* node,
                                             const Layers& layers,
                                             std::vector<std::string>& warnings);
constexpr int kQualifyDepthMax = 128;

}  // namespace runtask::hamlet
