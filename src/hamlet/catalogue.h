#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "hamlet/cmdb.h"

// The names of everything that a look-up can hit, whatever they were read from, and the look-up
// itself. Pure; any thread.

namespace runtask::hamlet {

struct TierRow {
  std::string id;
  std::string name;
};
struct ComponentRow {
  std::size_t tier = 0;  // Index into Catalogue::tiers.
  std::string id;        // As written: uncut.
  std::string name;
  std::string type;
};
struct ClusterRow {
  std::size_t component = 0;  // Index into Catalogue::components.
  std::string instance;
  std::string version;
};
struct TaskRow {
  std::size_t cluster = 0;  // Index into Catalogue::clusters.
  std::string id;
  std::string name;
  std::string instance;
  std::string version;
};
struct Catalogue {
  std::vector<TierRow> tiers;
  std::vector<ComponentRow> components;
  std::vector<ClusterRow> clusters;
  std::vector<TaskRow> tasks;
};

// Indices into Catalogue::tasks of what the selector picks; errors as Cmdb::find().
[[nodiscard]] Result<std::vector<std::size_t>> select_tasks(const Catalogue& catalogue,
                                                            const Selector& selector);

}  // namespace runtask::hamlet
