#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "hamlet/json_tree.h"

// How a task's attributes come together from the places that may give them. Pure.

namespace runtask::hamlet {

// Attributes that named profiles add: below everything (deployment) or above it (policy).
// hamlet 9: the profiles that the layers name come before the task's own; of each one, `Modes` ->
// `*`, then the deployment mode (`update`); in there `*`, then the type.
class Profiles {
 public:
  Profiles(Documents& documents, const Node& blueprint)
      : documents_(documents), blueprint_(blueprint) {}

  // The contexts of a task with what its profiles add, weakest first.
  [[nodiscard]] std::vector<const Node*> add_to(const std::vector<const Node*>& contexts);

 private:
  using Added = std::vector<const Node*>;
  [[nodiscard]] std::vector<std::string> names(const std::vector<const Node*>& contexts,
                                               const char* kind) const;
  [[nodiscard]] const Added& added_by(const std::vector<std::string>& names, const char* set);

  Documents& documents_;
  const Node& blueprint_;
  std::map<std::pair<std::string, std::vector<std::string>>, Added> known_;
};

// Looks an attribute up among contexts, weakest first: the strongest that has it counts.
class Attributes {
 public:
  Attributes(const Documents& documents, std::vector<const Node*> contexts)
      : documents_(documents), contexts_(std::move(contexts)) {}

  // Null where no context has it. Below objects, each object on the path may come from another
  // context, as in hamlet.
  [[nodiscard]] const Node* find(std::initializer_list<std::string_view> path) const;
  // The same for a text, which has to be one of `accepted` (empty: any), or for a boolean. What is
  // of another type is a mistake and counts as not there.
  [[nodiscard]] const Node* find_text(const char* name,
                                      const std::vector<std::string_view>& accepted);
  [[nodiscard]] const Node* find_boolean(const char* name);

  struct Container {
    std::string name;
    const Node* node = nullptr;  // Where it is first given.
  };
  // `Containers`, by name in byte order: the entries of all contexts together; an entry
  // `Configuration` only holds defaults. Each needs a number `MemoryReservation`.
  [[nodiscard]] std::vector<Container> containers();

  // What hamlet's engine would refuse, each with its place.
  [[nodiscard]] std::vector<std::string> take_mistakes() { return std::move(mistakes_); }

 private:
  void add_mistake(const std::string& what, const Node& where);

  const Documents& documents_;
  std::vector<const Node*> contexts_;
  std::vector<std::string> mistakes_;
};

}  // namespace runtask::hamlet
