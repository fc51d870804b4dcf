#pragma once

#include <string>
#include <vector>

#include "hamlet/catalogue.h"
#include "hamlet/cmdb.h"
#include "hamlet/json_tree.h"

namespace runtask::hamlet {

// What a Cmdb looks into: the files of a CMDB, or a blueprint that hamlet has generated.
class Cmdb::Contents {
 public:
  Contents() = default;
  Contents(const Contents&) = delete;
  Contents& operator=(const Contents&) = delete;
  virtual ~Contents() = default;

  [[nodiscard]] virtual const Catalogue& names() const = 0;
  // All of a task but its container.
  [[nodiscard]] virtual Occurrence task(std::size_t index) const = 0;

  ScopeFacts facts;
  std::vector<std::string> state_files;
  std::vector<std::string> warnings;
};

// A CMDB's merged files, checked, and what the scope's facts are by them.
struct ScopeInput {
  Layout layout;
  const Node* merged = nullptr;
  ScopeFacts facts;
};
[[nodiscard]] Result<ScopeInput> read_scope_input(const sys::Files& files, const Tree& tree,
                                                  const Scope& scope, Documents& documents);

// Where a node was written.
[[nodiscard]] Source source_of(const Documents& documents, const Node& node);

// The occurrence with the names that the catalogue has for it.
[[nodiscard]] Occurrence named_occurrence(const Catalogue& names, std::size_t index);

}  // namespace runtask::hamlet
