#include <algorithm>

#include "jenkins/checker.h"

// Entries of `environment` that need each other (jenkins-pipeline 1.4), which no build could ever
// compute.

namespace runtask::jenkins {
namespace {

// The names that an expression cannot be computed without, as `NAME` and as `env.NAME`. What only
// one side of a choice or a closure needs does not count.
void add_names(const groovy::Expr* expr, std::vector<std::string>& names) {
  using groovy::node_if;
  if (expr == nullptr) return;
  if (const auto* name = node_if<groovy::NameExpr>(*expr)) {
    if (!name->is_local) names.push_back(*name->name);
  } else if (const auto* gstring = node_if<groovy::GStringExpr>(*expr)) {
    for (const auto& value : gstring->values)
      add_names(value.get(), names);
  } else if (const auto* property = node_if<groovy::PropertyExpr>(*expr)) {
    const auto* object = node_if<groovy::NameExpr>(*property->object);
    if (object != nullptr && !object->is_local && *object->name == "env") {
      if (property->name != nullptr) names.push_back(*property->name);
    } else {
      add_names(property->object.get(), names);
    }
  } else if (const auto* binary = node_if<groovy::BinaryExpr>(*expr)) {
    add_names(binary->left.get(), names);
    if (binary->op == groovy::Operator::kPlus) add_names(binary->right.get(), names);
  } else if (const auto* call = node_if<groovy::CallExpr>(*expr)) {
    add_names(call->object.get(), names);
    for (const auto& argument : call->arguments)
      add_names(argument.value.get(), names);
  }
}

struct Node {
  const EnvironmentEntry* entry;
  std::vector<std::size_t> needs;
};

// The way from `start` back to it, without its end; empty: there is none.
std::vector<std::size_t> circle_at(const std::vector<Node>& nodes, std::size_t start) {
  std::vector<std::size_t> came_from(nodes.size(), nodes.size());
  std::vector<std::size_t> queue = {start};
  for (std::size_t next = 0; next < queue.size(); ++next)
    for (const auto needed : nodes[queue[next]].needs) {
      if (needed == start) {
        std::vector<std::size_t> way;
        for (auto at = queue[next]; at != start; at = came_from[at])
          way.push_back(at);
        way.push_back(start);
        std::reverse(way.begin(), way.end());
        return way;
      }
      if (came_from[needed] != nodes.size()) continue;
      came_from[needed] = queue[next];
      queue.push_back(needed);
    }
  return {};
}

}  // namespace

void Checker::check_environment_circles(const Environment& environment) {
  std::vector<Node> nodes;
  for (const auto& entry : environment.entries)
    nodes.push_back({&entry, {}});
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    std::vector<std::string> names;
    add_names(nodes[i].entry->value, names);
    for (const auto& name : names)
      for (std::size_t other = 0; other < nodes.size(); ++other)
        // Its own name is the outer variable.
        if (other != i && nodes[other].entry->name == name) nodes[i].needs.push_back(other);
  }
  std::vector<bool> is_told(nodes.size(), false);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (is_told[i]) continue;
    const auto circle = circle_at(nodes, i);
    if (circle.empty()) continue;
    std::string words = in_backticks(nodes[i].entry->name);
    for (std::size_t k = 1; k < circle.size(); ++k)
      words += " needs " + in_backticks(nodes[circle[k]].entry->name) + ", which";
    words += " needs " + in_backticks(nodes[i].entry->name);
    for (const auto at : circle)
      is_told[at] = true;
    error(nodes[i].entry->name_range, "circular reference in `environment`: " + words);
  }
}

}  // namespace runtask::jenkins
