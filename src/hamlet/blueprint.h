#pragma once

#include <string>
#include <vector>

#include "hamlet/json_tree.h"
#include "hamlet/layout.h"
#include "hamlet/qualifiers.h"
#include "hamlet/scope.h"

// The merged input of a scope: which files, in which order, over which data of hamlet's own.

namespace runtask::hamlet {

// Files weakest first. hamlet 9: tenant, account and product directories, then among the solutions
// `shared`, `shared/SEGMENT`, `ENVIRONMENT`, `ENVIRONMENT/SEGMENT`; in a directory kind by kind;
// within a kind the name that sorts first (in bytes) is the strongest.
[[nodiscard]] std::vector<std::string> blueprint_files(const Tree& tree, const Layout& layout,
                                                       const Names& names);
constexpr std::size_t kBlueprintFilesMax = 10'000;
constexpr std::size_t kCmdbBytesMax = 256U << 20U;  // Of all files of one scope.

// Files of a scope as they are read, and what they are together.
struct MergedFiles {
  const Node* merged = nullptr;
  std::vector<const Node*> roots;  // Of each file that is not empty, weakest first.
};
// All of them merged as jq's `*` does it, nothing else. kInvalid, with the place, for a file that
// is not a JSON object; empty files count as not there.
[[nodiscard]] Result<MergedFiles> merge_files(const sys::Files& files, Documents& documents,
                                              const std::vector<std::string>& paths);

// hamlet 9: the names that the merged files give account, product and segment must be the scope's.
// kNotFound when they give none, kConflict when another; with both places when files disagree.
[[nodiscard]] Result<> check_names(const Documents& documents, const MergedFiles& files,
                                   const Names& names);

// Ids and names of the scope's layers: as asked for and as the merged files have them.
[[nodiscard]] Layers layers_of(const Node& merged, const Names& names);

// hamlet's own data that tasks depend on: tiers and their networks, the order of tiers and zones,
// zones of regions, names of environments. The merged files go over it.
[[nodiscard]] const Node* built_in_data(Documents& documents);

}  // namespace runtask::hamlet
