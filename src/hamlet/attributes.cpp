#include "hamlet/attributes.h"

#include <algorithm>
#include <array>

#include "base/diagnostic.h"

namespace runtask::hamlet {
namespace {

constexpr const char* kDeploymentMode = "update";
constexpr std::array<const char*, 6> kLayersWithProfiles = {"Tenant",      "Account", "Product",
                                                            "Environment", "Segment", "Solution"};

void add_texts(const Node* value, std::vector<std::string>& texts) {
  if (value == nullptr) return;
  const auto add = [&](const Node& node) {
    if (node.is_text() && std::find(texts.begin(), texts.end(), node.text) == texts.end())
      texts.push_back(node.text);
  };
  if (!value->is_array()) return add(*value);
  for (const auto& member : value->members)
    add(*member.value);
}

const Node* find_in(const std::vector<const Node*>& contexts,
                    std::initializer_list<std::string_view> path) {
  for (auto context = contexts.rbegin(); context != contexts.rend(); ++context)
    if (const auto* found = (*context)->at(path); found != nullptr) return found;
  return nullptr;
}

}  // namespace

std::vector<std::string> Profiles::names(const std::vector<const Node*>& contexts,
                                         const char* kind) const {
  std::vector<std::string> found;
  for (const char* layer : kLayersWithProfiles)
    add_texts(blueprint_.at({layer, "Profiles", kind}), found);
  add_texts(find_in(contexts, {"Profiles", kind}), found);
  return found;
}

const Profiles::Added& Profiles::added_by(const std::vector<std::string>& names, const char* set) {
  const auto [at, is_new] = known_.try_emplace({set, names});
  if (!is_new) return at->second;
  const Node* merged = nullptr;
  for (const auto& name : names)
    for (const char* mode : {"*", kDeploymentMode})
      if (const auto* more = blueprint_.at({set, name, "Modes", mode}); more != nullptr)
        merged = documents_.merge(merged, more);
  if (merged != nullptr)
    for (const char* type : {"*", "task"})
      if (const auto* added = merged->find(type); added != nullptr) at->second.push_back(added);
  return at->second;
}

std::vector<const Node*> Profiles::add_to(const std::vector<const Node*>& contexts) {
  const auto& below = added_by(names(contexts, "Deployment"), "DeploymentProfiles");
  const auto& above = added_by(names(contexts, "Policy"), "PolicyProfiles");
  auto all = below;
  all.insert(all.end(), contexts.begin(), contexts.end());
  all.insert(all.end(), above.begin(), above.end());
  return all;
}

const Node* Attributes::find(std::initializer_list<std::string_view> path) const {
  return find_in(contexts_, path);
}

void Attributes::add_mistake(const std::string& what, const Node& where) {
  mistakes_.push_back(what + ": " + documents_.place_of(where));
}

const Node* Attributes::find_text(const char* name, const std::vector<std::string_view>& accepted) {
  const auto* found = find({name});
  if (found == nullptr) return nullptr;
  if (!found->is_text()) {
    add_mistake("`" + std::string(name) + "` is not a text", *found);
    return nullptr;
  }
  if (accepted.empty() ||
      std::find(accepted.begin(), accepted.end(), found->text) != accepted.end())
    return found;
  std::string words;
  for (const auto& word : accepted)
    words += (words.empty() ? "" : ", ") + std::string(word);
  const auto near =
      nearest_name(found->text, std::vector<std::string>(accepted.begin(), accepted.end()));
  add_mistake("`" + std::string(name) + "` is `" + found->text + "`, which is none of " + words +
                  (near.empty() ? "" : " (did you mean `" + near + "`?)"),
              *found);
  return nullptr;
}

const Node* Attributes::find_boolean(const char* name) {
  const auto* found = find({name});
  if (found == nullptr || found->kind == Node::Kind::kBoolean) return found;
  add_mistake("`" + std::string(name) + "` is neither true nor false", *found);
  return nullptr;
}

std::vector<Attributes::Container> Attributes::containers() {
  std::vector<const Node*> maps;
  std::map<std::string, const Node*> by_name;
  for (const auto* context : contexts_) {
    const auto* map = context->find("Containers");
    if (map == nullptr) continue;
    if (!map->is_object()) {
      add_mistake("`Containers` is not an object", *map);
      continue;
    }
    maps.push_back(map);
    for (const auto& [name, value] : map->members) {
      if (value->kind == Node::Kind::kNull) continue;
      if (!value->is_object()) {
        add_mistake("container `" + name + "` is not an object", *value);
      } else if (name != "Configuration") {
        by_name.try_emplace(name, value);
      }
    }
  }
  std::vector<Container> containers;
  for (const auto& [name, node] : by_name) {
    const Node* memory = nullptr;
    for (const auto* map : maps)
      for (const auto& part : {std::string("Configuration"), name})
        if (const auto* given = map->at({part, "MemoryReservation"}); given != nullptr)
          memory = given;
    if (memory == nullptr) {
      add_mistake("container `" + name + "` has no `MemoryReservation`", *node);
    } else if (memory->kind != Node::Kind::kNumber) {
      add_mistake("`MemoryReservation` of container `" + name + "` is not a number", *memory);
    }
    containers.push_back({name, node});
  }
  return containers;
}

}  // namespace runtask::hamlet
