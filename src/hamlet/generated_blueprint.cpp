#include <algorithm>

#include "base/text.h"
#include "hamlet/cmdb.h"
#include "hamlet/cmdb_contents.h"

// A Cmdb from a blueprint-config.json that hamlet has generated: what the runner's two jq
// selections see of it.

namespace runtask::hamlet {
namespace {

const Node* first_of(const Node* object, std::string_view key) {
  const auto* array = object == nullptr ? nullptr : object->find(key);
  return array == nullptr || !array->is_array() || array->members.empty()
             ? nullptr
             : array->members.front().value;
}

class BlueprintContents final : public Cmdb::Contents {
 public:
  explicit BlueprintContents(bool with_sources) : with_sources_(with_sources) {}

  Result<> load(const sys::Files& files, const std::string& path, const Scope& scope) {
    const auto text = TRY(files.read(path));
    if (trimmed(text).empty()) return fail(Code::kInvalid, path + ": the blueprint is empty");
    const auto* root = TRY(documents_.parse(text, path));
    const auto* environment =
        first_of(first_of(first_of(root, "Tenants"), "Products"), "Environments");
    const auto* segment = first_of(environment, "Segments");
    const auto* tiers = segment == nullptr ? nullptr : segment->find("Tiers");
    if (tiers == nullptr || !tiers->is_array())
      return fail(Code::kInvalid, path + ": not a blueprint of hamlet's: there is no " +
                                      "Tenants[0].Products[0].Environments[0].Segments[0].Tiers");
    for (const auto& tier : tiers->members)
      add_tier(*tier.value);
    state_files = {path};
    facts.scope = scope;
    facts.environment_source = facts.account_source = {{}, {}, "as asked for"};
    const auto& names = scope.names;
    if (scope.root_dir.empty() || names.account.empty() || names.product.empty() ||
        names.environment.empty())
      return {};
    const auto tree = TRY(Tree::read(files, scope.root_dir));
    facts = TRY(read_scope_input(files, tree, scope, documents_)).facts;
    return {};
  }

  [[nodiscard]] const Catalogue& names() const override { return names_; }

  [[nodiscard]] Occurrence task(std::size_t index) const override {
    auto occurrence = named_occurrence(names_, index);
    const auto& task = *tasks_[index];
    if (with_sources_) fill_name_sources(index, occurrence);
    const auto* solution = task.at({"Configuration", "Solution"});
    const auto* attributes = task.at({"State", "Attributes"});
    const auto of_solution = [&](const char* key) {
      return solution == nullptr ? nullptr : solution->find(key);
    };
    const auto of_state = [&](const char* key) {
      return attributes == nullptr ? nullptr : attributes->find(key);
    };
    if (const auto* enabled = of_solution("Enabled"); enabled != nullptr)
      set(occurrence.enabled, *enabled, enabled->text != "false");
    if (const auto* fixed = of_solution("FixedName"); fixed != nullptr)
      set(occurrence.fixed_name, *fixed, fixed->text == "true");
    set_text(occurrence.engine, of_solution("Engine"));
    set_text(occurrence.network_mode, of_solution("NetworkMode"), true);
    set_text(occurrence.platform_version, of_solution("aws:FargatePlatform"));
    if (!occurrence.platform_version.value) occurrence.platform_version.value = "LATEST";
    if (const auto* containers = of_solution("Containers");
        containers != nullptr && containers->is_object()) {
      std::vector<std::string> keys;
      for (const auto& member : containers->members)
        keys.push_back(member.key);
      std::sort(keys.begin(), keys.end());
      set(occurrence.containers, *containers, std::move(keys));
    }
    set_text(occurrence.cluster, of_state("ECSHOST"));
    set_text(occurrence.definition, of_state("DEFINITION"));
    if (occurrence.definition.value.value_or("").starts_with("arn:"))
      occurrence.definition_output = occurrence.definition;
    set_text(occurrence.capacity_provider, of_state("CAPACITY_PROVIDER"));
    set_text(occurrence.security_group, of_state("SECURITY_GROUP"));
    set_text(occurrence.subnet, of_state("SUBNET"));
    set_text(occurrence.public_ip, of_state("PUBLIC_IP"));
    set_text(occurrence.log_group, of_state("LOG_GROUP_NAME"));
    const auto* resource = task.at({"State", "ResourceGroups", "default", "Resources", "task"});
    if (resource != nullptr) {
      set_text(occurrence.resource_id, resource->find("Id"));
      const auto* deployed = resource->find("Deployed");
      occurrence.deployed = deployed != nullptr && deployed->text == "true";
      if (with_sources_ && deployed != nullptr)
        occurrence.name_sources.deployed = source_of(documents_, *deployed);
    }
    note_missing(occurrence);
    return occurrence;
  }

 private:
  [[nodiscard]] Source source_at(const Node* node) const {
    if (node == nullptr) return {{}, {}, "unnamed, as nothing is said"};
    return source_of(documents_, *node);
  }
  void fill_name_sources(std::size_t index, Occurrence& occurrence) const {
    const auto cluster = names_.tasks[index].cluster;
    const auto component = names_.clusters[cluster].component;
    const auto& task = *tasks_[index];
    const auto& of_cluster = *clusters_[cluster];
    auto& sources = occurrence.name_sources;
    sources.tier = source_at(tiers_[names_.components[component].tier]->find("Name"));
    sources.component = source_at(components_[component]->find("Name"));
    sources.component_instance = source_at(of_cluster.at({"Core", "Instance", "Name"}));
    sources.component_version = source_at(of_cluster.at({"Core", "Version", "Name"}));
    sources.task = source_at(task.at({"Core", "SubComponent", "RawName"}));
    sources.instance = source_at(task.at({"Core", "Instance", "Name"}));
    sources.version = source_at(task.at({"Core", "Version", "Name"}));
    sources.deployed = {{}, {}, "the blueprint says nothing of it"};
  }

  template <class T>
  void set(Sourced<T>& target, const Node& node, T value) const {
    target.value = std::move(value);
    if (with_sources_) target.source = source_of(documents_, node);
  }
  // An empty text says nothing, and an object ({"Ref": ...}) that it was never deployed.
  void set_text(SourcedText& target, const Node* node, bool may_be_empty = false) const {
    if (node == nullptr || !node->is_scalar() || (node->text.empty() && !may_be_empty)) return;
    set(target, *node, node->text);
  }
  static void note_missing(Occurrence& occurrence) {
    if (!occurrence.cluster.value)
      occurrence.missing_outputs.emplace_back("State.Attributes.ECSHOST");
    if (!occurrence.resource_id.value)
      occurrence.missing_outputs.emplace_back("State.ResourceGroups.default.Resources.task");
    if (occurrence.network_mode.value.value_or("") != "awsvpc") return;
    if (!occurrence.security_group.value)
      occurrence.missing_outputs.emplace_back("State.Attributes.SECURITY_GROUP");
    if (!occurrence.subnet.value)
      occurrence.missing_outputs.emplace_back("State.Attributes.SUBNET");
  }

  void add_tier(const Node& tier) {
    tiers_.push_back(&tier);
    names_.tiers.push_back({tier.text_of("Id"), tier.text_of("Name")});
    const auto* components = tier.find("Components");
    if (components == nullptr || !components->is_array()) return;
    for (const auto& member : components->members)
      add_component(*member.value);
  }
  void add_component(const Node& component) {
    ComponentRow row{names_.tiers.size() - 1, component.text_of("Id"), component.text_of("Name"),
                     component.text_of("Type")};
    const auto* occurrences = component.find("Occurrences");
    const bool has_some = occurrences != nullptr && occurrences->is_array();
    if (has_some && !occurrences->members.empty())
      if (const auto* type = occurrences->members.front().value->at({"Core", "Type"});
          type != nullptr && type->is_text())
        row.type = type->text;
    components_.push_back(&component);
    names_.components.push_back(row);
    if (!has_some) return;
    for (const auto& member : occurrences->members) {
      const auto* core = member.value->find("Core");
      if (core == nullptr || core->text_of("Type") != "ecs") continue;
      clusters_.push_back(member.value);
      names_.clusters.push_back(
          {names_.components.size() - 1, name_in(*core, "Instance"), name_in(*core, "Version")});
      const auto* tasks = member.value->find("Occurrences");
      if (tasks == nullptr || !tasks->is_array()) continue;
      for (const auto& task : tasks->members)
        add_task(*task.value);
    }
  }
  void add_task(const Node& task) {
    const auto* core = task.find("Core");
    if (core == nullptr || core->text_of("Type") != "task") return;
    const auto* own = core->find("SubComponent");
    names_.tasks.push_back({names_.clusters.size() - 1,
                            own == nullptr ? "" : own->text_of("RawId", own->text_of("Id")),
                            own == nullptr ? "" : own->text_of("RawName"),
                            name_in(*core, "Instance"), name_in(*core, "Version")});
    tasks_.push_back(&task);
  }
  static std::string name_in(const Node& core, const char* key) {
    const auto* variant = core.find(key);
    return variant == nullptr ? "" : variant->text_of("Name");
  }

  bool with_sources_;
  Documents documents_;
  Catalogue names_;
  // Of the rows in names_.
  std::vector<const Node*> tiers_;
  std::vector<const Node*> components_;
  std::vector<const Node*> clusters_;
  std::vector<const Node*> tasks_;
};

}  // namespace

Result<Cmdb> Cmdb::load_blueprint(const sys::Files& files, const std::string& path,
                                  const Scope& scope, LoadOptions options) {
  auto contents = std::make_unique<BlueprintContents>(options.with_sources);
  TRY(contents->load(files, path, scope));
  return Cmdb(std::move(contents));
}

}  // namespace runtask::hamlet
