#include "hamlet/components.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace runtask::hamlet {
namespace {

// hamlet 9: without a `Type`, the last key that is none of these names the type.
constexpr std::array<std::string_view, 6> kKeysThatAreNoType = {
    "id", "name", "title", "description", "deploymentunits", "multiaz"};

std::string type_of(const Node& component) {
  if (const auto type = component.text_of("Type"); !type.empty()) return lower_case(type);
  std::string last;
  for (const auto& [key, value] : component.members) {
    const auto name = lower_case(key);
    const bool is_none = std::find(kKeysThatAreNoType.begin(), kKeysThatAreNoType.end(), name) !=
                         kKeysThatAreNoType.end();
    if (!is_none && value->kind != Node::Kind::kNull) last = name;
  }
  return last;
}

std::string cut_at_dash(const std::string& name) {
  return name.substr(0, name.find('-'));
}

struct Label {
  std::string id;
  std::string name;
};
// An instance or a version: `default` is called nothing.
struct Variant {
  Label label;
  const Node* node = nullptr;  // Null for the one that is there when nothing is said.
};

class Expander {
 public:
  Expander(Documents& documents, std::vector<std::string>& warnings)
      : documents_(documents), warnings_(warnings) {}

  Result<Expansion> expand(std::vector<Tier> tiers) {
    all_.tiers = std::move(tiers);
    for (std::size_t i = 0; i < all_.tiers.size(); ++i) {
      const auto& tier = all_.tiers[i];
      all_.names.tiers.push_back({tier.id, tier.name});
      const auto* components = tier.node->find("Components");
      if (components == nullptr || !components->is_object()) continue;
      for (const auto& [key, component] : components->members)
        if (component->is_object()) TRY(add_component(i, key, *component));
    }
    return std::move(all_);
  }

 private:
  static Label label_of(const std::string& key, const Node& node) {
    return {node.text_of("Id", key), node.text_of("Name", key)};
  }

  Result<> add_component(std::size_t tier, const std::string& key, const Node& component) {
    const auto label = label_of(key, component);
    const auto type = type_of(component);
    all_.names.components.push_back({tier, label.id, label.name, type});
    if (type != "ecs") return {};

    const Node* type_object = nullptr;
    for (const auto& member : component.members)
      if (lower_case(member.key) == type && member.value->is_object() &&
          member.value->has_members())
        type_object = member.value;
    // Without a type object the component itself carries the instances, if it has a `Type`.
    const bool is_its_own = type_object == nullptr && component.find("Type") != nullptr;
    const auto* carrier = is_its_own ? &component : type_object;
    std::vector<const Node*> contexts{&component};
    if (type_object != nullptr) contexts.push_back(type_object);

    const auto& tier_row = all_.tiers[tier];
    for (const auto& instance : variants(carrier, "Instances")) {
      for (const auto& version : variants(instance.node, "Versions")) {
        Cluster cluster;
        cluster.tier = &tier_row;
        cluster.component = &component;
        cluster.instance = instance.node;
        cluster.version = version.node;
        cluster.instance_id = instance.label.id;
        cluster.version_id = version.label.id;
        cluster.contexts = contexts;
        for (const auto* node : {instance.node, version.node})
          if (node != nullptr) cluster.contexts.push_back(node);
        cluster.id_parts = {tier_row.id, cut_at_dash(label.id)};
        cluster.name_parts = {tier_row.name, cut_at_dash(label.name)};
        add_variant(instance.label, version.label, cluster.id_parts, cluster.name_parts);
        all_.names.clusters.push_back(
            {all_.names.components.size() - 1, instance.label.name, version.label.name});
        all_.clusters.push_back(std::move(cluster));
        TRY(add_tasks());
      }
    }
    return {};
  }

  // The instances or versions that an object has: at least one, unless it says that there is none.
  std::vector<Variant> variants(const Node* carrier, const char* key) {
    const auto* node = carrier == nullptr ? nullptr : carrier->find(key);
    if (node != nullptr && !node->is_object()) {
      warnings_.push_back("`" + std::string(key) +
                          "` is not an object: " + documents_.place_of(*node));
      node = nullptr;
    }
    if (node == nullptr) return {{}};
    std::vector<Variant> found;
    for (const auto& [name, value] : node->members) {
      if (!value->is_object()) continue;
      auto label = label_of(name, *value);
      if (label.id == "default") label.id.clear();
      if (label.name == "default") label.name.clear();
      found.push_back({std::move(label), value});
    }
    return found;
  }

  static void add_variant(const Label& instance, const Label& version,
                          std::vector<std::string>& ids, std::vector<std::string>& names) {
    for (const auto* label : {&instance, &version}) {
      if (!label->id.empty()) ids.push_back(label->id);
      if (!label->name.empty()) names.push_back(label->name);
    }
  }

  // The tasks of the last cluster.
  Result<> add_tasks() {
    const Node* tasks = nullptr;
    for (const auto* context : all_.clusters.back().contexts) {
      const auto* more = context->find("Tasks");
      if (more == nullptr) continue;
      if (!more->is_object()) {
        warnings_.push_back("`Tasks` is not an object: " + documents_.place_of(*more));
        continue;
      }
      tasks = documents_.merge(tasks, more);
    }
    if (tasks == nullptr) return {};
    const auto* components = tasks->find("Components");
    if (components != nullptr && components->is_object() && components->has_members()) {
      for (const auto& [key, value] : components->members)
        if (value->is_object()) TRY(add_task(key, *value, tasks));
      return {};
    }
    const auto* shared = tasks->find("Configuration");
    if (shared != nullptr && !shared->is_object()) shared = nullptr;
    for (const auto& [key, value] : tasks->members)
      if (value->is_object() && key != "Configuration" && key != "Enabled" && key != "Configured")
        TRY(add_task(key, *value, shared));
    return {};
  }

  Result<> add_task(const std::string& key, const Node& node, const Node* shared) {
    const auto label = label_of(key, node);
    const auto cluster_index = all_.clusters.size() - 1;
    const auto& cluster = all_.clusters.back();
    const auto& cluster_row = all_.names.clusters.back();
    for (const auto& instance : variants(&node, "Instances")) {
      for (const auto& version : variants(instance.node, "Versions")) {
        if (all_.tasks.size() >= kOccurrencesMax)
          return fail(Code::kFull, "the CMDB defines more than 200,000 tasks in one scope");
        Task task;
        task.cluster = cluster_index;
        task.node = &node;
        task.instance = instance.label.name.empty() && !cluster_row.instance.empty()
                            ? cluster.instance
                            : instance.node;
        task.version = version.label.name.empty() && !cluster_row.version.empty() ? cluster.version
                                                                                  : version.node;
        task.contexts = cluster.contexts;
        if (shared != nullptr) task.contexts.push_back(shared);
        task.contexts.push_back(&node);
        for (const auto* context : {instance.node, version.node})
          if (context != nullptr) task.contexts.push_back(context);
        task.id_parts = cluster.id_parts;
        task.name_parts = cluster.name_parts;
        for (auto& part : split(label.id, '-'))
          task.id_parts.push_back(std::move(part));
        for (auto& part : split(label.name, '-'))
          task.name_parts.push_back(std::move(part));
        add_variant(instance.label, version.label, task.id_parts, task.name_parts);
        // What is not named takes the cluster's name, in the look-up alone.
        all_.names.tasks.push_back(
            {cluster_index, label.id, label.name,
             instance.label.name.empty() ? cluster_row.instance : instance.label.name,
             version.label.name.empty() ? cluster_row.version : version.label.name});
        all_.tasks.push_back(std::move(task));
      }
    }
    return {};
  }

  Documents& documents_;
  std::vector<std::string>& warnings_;
  Expansion all_;
};

}  // namespace

Result<Expansion> expand(Documents& documents, std::vector<Tier> tiers,
                         std::vector<std::string>& warnings) {
  return Expander(documents, warnings).expand(std::move(tiers));
}

std::string core_id(const std::vector<std::string>& parts) {
  std::string id;
  for (const auto& part : parts) {
    if (part.empty()) continue;
    if (!id.empty()) id += 'X';
    for (const char c : part)
      if (c != ',') id += c == '-' || c == '_' || c == '/' ? 'X' : c;
  }
  return id;
}

}  // namespace runtask::hamlet
