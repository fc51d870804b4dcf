#pragma once

#include <deque>
#include <string>
#include <vector>

#include "hamlet/catalogue.h"
#include "hamlet/json_tree.h"
#include "hamlet/tiers.h"

// Tiers -> components -> occurrences of clusters and of their tasks. hamlet 9's expansion of
// instances, versions and sub-components, with the names and ids that follow. Pure.

namespace runtask::hamlet {

// An ecs component in one instance and version.
struct Cluster {
  const Tier* tier = nullptr;
  // Where its names were written. No node: nothing is said of instances or versions.
  const Node* component = nullptr;
  const Node* instance = nullptr;
  const Node* version = nullptr;
  std::string instance_id, version_id;
  std::vector<const Node*> contexts;  // Where attributes are looked for, weakest first.
  std::vector<std::string> id_parts;  // "app", "web", ...: joined by X they are the Core.Id.
  std::vector<std::string> name_parts;
};
// One of its tasks, in one instance and version.
struct Task {
  std::size_t cluster = 0;
  // Where its names were written; instance and version are the cluster's where it has their names.
  const Node* node = nullptr;
  const Node* instance = nullptr;
  const Node* version = nullptr;
  std::vector<const Node*> contexts;  // Those of the cluster included.
  std::vector<std::string> id_parts;
  std::vector<std::string> name_parts;
};

struct Expansion {
  Catalogue names;
  std::vector<Tier> tiers;
  // clusters[i] belongs to names.clusters[i], tasks[i] to names.tasks[i].
  std::deque<Cluster> clusters;
  std::vector<Task> tasks;
};

// kFull beyond kOccurrencesMax tasks. What makes no sense is left out with a warning.
[[nodiscard]] Result<Expansion> expand(Documents& documents, std::vector<Tier> tiers,
                                       std::vector<std::string>& warnings);
constexpr std::size_t kOccurrencesMax = 200'000;

// hamlet 9: parts joined by "X"; "-", "_" and "/" in a part become "X", "," is dropped.
[[nodiscard]] std::string core_id(const std::vector<std::string>& parts);

}  // namespace runtask::hamlet
