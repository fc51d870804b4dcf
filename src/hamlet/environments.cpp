#include "hamlet/environments.h"

#include <algorithm>
#include <set>

#include "hamlet/existing_names.h"

namespace runtask::hamlet {
namespace {

constexpr const char* kShared = "shared";  // By every environment.

// The second part of a path below that directory.
std::string second_part(const std::string& path, const std::string& directory) {
  const auto first_end = path.find('/', directory.size() + 1);
  const auto end = path.find('/', first_end + 1);
  return path.substr(first_end + 1, end - first_end - 1);
}

}  // namespace

std::vector<std::string> environments_of(const Tree& tree, const Layout& layout) {
  std::set<std::string> names;
  if (!layout.product_solutions.empty())
    for (auto& name : tree.directories_in(layout.product_solutions))
      names.insert(std::move(name));
  // `*/ENVIRONMENT/SEGMENT/**/*-stack.json`, as state is looked for.
  if (!layout.product_state.empty())
    for (const auto& path : tree.find_below(layout.product_state, "*/*/*/**/*-stack.json"))
      names.insert(second_part(path, layout.product_state));
  names.erase(kShared);
  return {names.begin(), names.end()};
}

Result<> check_environment(const Tree& tree, const Layout& layout, const Names& names) {
  const auto& name = names.environment;
  const auto known = tree.directories_in(layout.product_solutions);
  if (std::find(known.begin(), known.end(), name) != known.end() ||
      (!layout.product_state.empty() &&
       !tree.find_below(layout.product_state, "*/" + name).empty()))
    return {};
  return fail(Code::kNotFound,
              "there is no environment `" + name + "` of product `" + names.product + "`" +
                  (name == "null" ? ": the text `null` is a parameter that nobody set" : ""),
              what_exists(name, environments_of(tree, layout), "environments"));
}

}  // namespace runtask::hamlet
