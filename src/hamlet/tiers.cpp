#include "hamlet/tiers.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace runtask::hamlet {
namespace {

constexpr long long kTiersPriority = 900;
constexpr long long kDefaultPriority = 100;

struct Solution {
  long long priority = kDefaultPriority;
  const Node* tiers = nullptr;
};

// Whether one of the layers that the solution is for is active.
bool fits_layers(const Node& solution, const Layers& layers) {
  const auto* filters = solution.at({"District", "Layers"});
  if (filters == nullptr || !filters->is_object()) return false;
  for (const auto& [key, filter] : filters->members) {
    const auto type = filter->text_of("Type");
    const auto id = filter->text_of("Id", "*");
    for (const auto& [layer, names] : layers)
      if (lower_case(layer) == lower_case(type) &&
          (id == "*" || std::find(names.begin(), names.end(), id) != names.end()))
        return true;
  }
  return false;
}

// A tier as a solution's schema makes it: with the defaults that then beat weaker solutions.
const Node* with_defaults(Documents& documents, const std::string& key, const Node& tier) {
  auto& defaults = documents.make(Node::Kind::kObject);
  defaults.members.push_back({"Id", documents.make_text(key)});
  defaults.members.push_back({"Name", documents.make_text(key)});
  Documents::finish(defaults);
  return documents.merge(&defaults, &tier);
}

void add_warning(const std::string& solution, const std::string& tier, const std::string& place,
                 std::vector<std::string>& warnings) {
  std::string text = "solution `";
  text.append(solution).append("` gives its tier `").append(tier);
  warnings.push_back(text.append("` no `Index`, which hamlet insists on: ").append(place));
}

const Node* tiers_of(Documents& documents, const Node& solution, const std::string& name,
                     std::vector<std::string>& warnings) {
  const auto* tiers = solution.find("Tiers");
  if (tiers == nullptr || !tiers->is_object()) return nullptr;
  auto& made = documents.make(Node::Kind::kObject);
  for (const auto& [key, tier] : tiers->members) {
    if (!tier->is_object()) continue;
    if (tier->find("Index") == nullptr) add_warning(name, key, documents.place_of(*tier), warnings);
    made.members.push_back({key, with_defaults(documents, key, *tier)});
  }
  Documents::finish(made);
  return &made;
}

}  // namespace

std::vector<Tier> active_tiers(Documents& documents, const Node& blueprint, const Node* written,
                               const Layers& layers, std::vector<std::string>& warnings) {
  std::vector<Solution> solutions;
  if (const auto* tiers = blueprint.find("Tiers"); tiers != nullptr && tiers->is_object())
    solutions.push_back({kTiersPriority, tiers});
  const auto* more = blueprint.find("Solutions");
  if (more != nullptr && more->is_object()) {
    for (const auto& [name, solution] : more->members) {
      if (!solution->is_object() || solutions.size() >= kSolutionsMax) continue;
      if (const auto type = solution->at({"District", "Type"});
          type != nullptr && type->is_scalar() && type->text != "segment")
        continue;
      if (!fits_layers(*solution, layers)) continue;
      const auto* tiers = tiers_of(documents, *solution, name, warnings);
      if (tiers == nullptr) continue;
      const auto priority = parse_integer(solution->text_of("Priority"), 0, 1'000'000'000);
      solutions.push_back({priority.value_or(kDefaultPriority), tiers});
    }
  }
  // The smallest number is merged last. Of equals hamlet sorts upwards and turns the list around.
  std::stable_sort(solutions.begin(), solutions.end(),
                   [](const auto& a, const auto& b) { return a.priority < b.priority; });
  std::reverse(solutions.begin(), solutions.end());
  const Node* merged = nullptr;
  for (const auto& solution : solutions)
    merged = documents.merge(merged, solution.tiers);

  std::vector<Tier> tiers;
  if (merged == nullptr || !merged->is_object()) return tiers;
  for (const auto& [key, tier] : merged->members) {
    if (tier->kind == Node::Kind::kNull) continue;
    if (!tier->is_object()) {
      warnings.push_back("tier `" + key + "` is not an object: " + documents.place_of(*tier));
      continue;
    }
    const auto* components = tier->find("Components");
    if (components == nullptr || !components->has_members()) continue;
    tiers.push_back({key, tier->text_of("Id", key), tier->text_of("Name", key), tier});
  }
  std::map<std::string, std::size_t> places;
  if (written != nullptr)
    for (const auto& member : written->members)
      places.emplace(member.key, places.size());
  const auto place_of = [&](const Tier& tier) {
    const auto found = places.find(tier.key);
    return found == places.end() ? places.size() : found->second;
  };
  std::stable_sort(tiers.begin(), tiers.end(),
                   [&](const Tier& a, const Tier& b) { return place_of(a) < place_of(b); });
  return tiers;
}

}  // namespace runtask::hamlet
