#include <algorithm>

#include "base/text.h"
#include "hamlet/attributes.h"
#include "hamlet/blueprint.h"
#include "hamlet/cmdb.h"
#include "hamlet/cmdb_contents.h"
#include "hamlet/components.h"
#include "hamlet/environments.h"
#include "hamlet/qualifiers.h"
#include "hamlet/settings.h"
#include "hamlet/stack_outputs.h"
#include "hamlet/task_state.h"
#include "hamlet/tiers.h"

// A Cmdb from the files of a CMDB.

namespace runtask::hamlet {
namespace {

SourcedText text_at(const Documents& documents, const Node* node) {
  if (node == nullptr || !node->is_scalar() || node->text.empty()) return {};
  return {node->text, source_of(documents, *node)};
}

// Executor 9, section 7: variables and flags, the deployment unit's, the product's. The account's
// own region does not count.
SourcedText region_of(const Documents& documents, const Node& merged, const Scope& scope) {
  if (!scope.region.empty()) return {scope.region, {{}, {}, "as asked for"}};
  if (!scope.deployment_unit.empty())
    for (const char* layer : {"Account", "Product"})
      if (auto found = text_at(documents, merged.at({layer, scope.deployment_unit, "Region"}));
          found.value)
        return found;
  if (!scope.product_region.empty()) return {scope.product_region, {{}, {}, "PRODUCT_REGION"}};
  return text_at(documents, merged.at({"Product", "Region"}));
}

class FilesContents final : public Cmdb::Contents {
 public:
  explicit FilesContents(bool with_sources) : with_sources_(with_sources) {}

  Result<> load(const sys::Files& files, const Tree& tree, const Scope& scope) {
    documents_.look_out_for("__setting:");
    auto input = TRY(read_scope_input(files, tree, scope, documents_));
    if (documents_.has_seen_words())
      settings_ = TRY(Settings::read(files, documents_, tree, input.layout, scope.names));
    facts = std::move(input.facts);
    TRY(check_environment(tree, input.layout, scope.names));
    const auto layers = layers_of(*input.merged, scope.names);
    const auto* qualified = resolve_qualifiers(documents_, input.merged, layers, warnings);
    blueprint_ = documents_.merge(built_in_data(documents_), qualified);
    expansion_ = TRY(
        expand(documents_,
               active_tiers(documents_, *blueprint_, qualified->find("Tiers"), layers, warnings),
               warnings));
    const auto* number = blueprint_->at({"Account", "ProviderId"});
    outputs_ =
        TRY(StackOutputs::read(files, tree, input.layout, scope.names,
                               number != nullptr && number->is_scalar() ? number->text : ""));
    state_files = outputs_.files();
    for (auto& mistake : outputs_.mistakes())
      warnings.push_back(std::move(mistake));
    profiles_ = std::make_unique<Profiles>(documents_, *blueprint_);
    state_ = std::make_unique<TaskState>(
        TaskState::Given{documents_, *blueprint_, expansion_, outputs_, scope.names,
                         facts.region.value.value_or(""), with_sources_});
    return {};
  }

  [[nodiscard]] const Catalogue& names() const override { return expansion_.names; }

  [[nodiscard]] Occurrence task(std::size_t index) const override {
    auto occurrence = named_occurrence(expansion_.names, index);
    const auto& task = expansion_.tasks[index];
    if (with_sources_) fill_name_sources(task, occurrence);
    Attributes attributes(documents_, profiles_->add_to(task.contexts));
    fill_attributes(attributes, occurrence);
    if (asks_for_setting(occurrence.platform_version.value.value_or("")))
      fill_setting(index, attributes, occurrence);
    check_instances(expansion_.clusters[task.cluster], occurrence);
    const auto* provider = attributes.find({"Placement", "ComputeProvider", "Default", "Provider"});
    state_->fill(task, expansion_.clusters[task.cluster],
                 provider != nullptr && provider->is_text() ? provider->text : "", occurrence);
    return occurrence;
  }

 private:
  // Whatever has no `Name` is called by its key.
  [[nodiscard]] Source name_source(const Node* node) const {
    if (node == nullptr) return {{}, {}, "unnamed, as nothing is said"};
    if (const auto* name = node->find("Name"); name != nullptr && name->is_scalar())
      return source_of(documents_, *name);
    auto source = source_of(documents_, *node);
    if (!source.file.empty()) source.rule = "its key";
    return source;
  }
  void fill_name_sources(const Task& task, Occurrence& occurrence) const {
    const auto& cluster = expansion_.clusters[task.cluster];
    auto& sources = occurrence.name_sources;
    sources.tier = name_source(cluster.tier->node);
    sources.component = name_source(cluster.component);
    sources.component_instance = name_source(cluster.instance);
    sources.component_version = name_source(cluster.version);
    sources.task = name_source(task.node);
    sources.instance = name_source(task.instance);
    sources.version = name_source(task.version);
  }

  template <class T>
  void set(Sourced<T>& target, const Node* node, T value) const {
    target.value = std::move(value);
    if (!with_sources_) return;
    target.source =
        node == nullptr ? Source{{}, {}, "hamlet's default"} : source_of(documents_, *node);
  }
  void set_text(SourcedText& target, const Node* node, const char* otherwise) const {
    set<std::string>(target, node, node == nullptr ? otherwise : node->text);
  }

  void fill_attributes(Attributes& attributes, Occurrence& occurrence) const {
    const auto* enabled = attributes.find_boolean("Enabled");
    set(occurrence.enabled, enabled, enabled == nullptr || enabled->text == "true");
    const auto* fixed = attributes.find_boolean("FixedName");
    set(occurrence.fixed_name, fixed, fixed != nullptr && fixed->text == "true");
    set_text(occurrence.engine, attributes.find_text("Engine", {"ec2", "fargate", "aws:fargate"}),
             "ec2");
    set_text(
        occurrence.network_mode,
        attributes.find_text("NetworkMode", {"none", "bridge", "host", "awsvpc", "aws:awsvpc"}),
        "");
    set_text(occurrence.platform_version, attributes.find_text("aws:FargatePlatform", {}),
             "LATEST");
    std::vector<std::string> containers;
    const Node* first = nullptr;
    for (const auto& container : attributes.containers()) {
      if (first == nullptr) first = container.node;
      containers.push_back(container.name);
    }
    set(occurrence.containers, first, std::move(containers));
    occurrence.mistakes = attributes.take_mistakes();
  }

  // hamlet 9: a cluster whose compute provider profile has no instance group takes tasks in network
  // mode awsvpc alone.
  void check_instances(const Cluster& cluster, Occurrence& occurrence) const {
    const auto mode = occurrence.network_mode.value.value_or("");
    if (mode == "awsvpc" || mode == "aws:awsvpc") return;
    const Attributes of_cluster(documents_, cluster.contexts);
    const auto* name = of_cluster.find({"Profiles", "ComputeProvider"});
    if (name == nullptr || !name->is_text()) return;
    const auto* profile = blueprint_->at({"ComputeProviders", name->text});
    if (profile == nullptr) return;
    const auto* providers = profile->at({"Containers", "Providers"});
    for (const char* kind : {"*", "ecs"})
      if (const auto* found = profile->at({"Modes", "*", kind, "Containers", "Providers"});
          found != nullptr)
        providers = found;
    if (providers == nullptr || !providers->is_array()) return;
    for (const auto& member : providers->members)
      if (member.value->text == "_autoscalegroup") return;
    occurrence.mistakes.push_back(
        "the cluster has no instances (compute provider profile `" + name->text +
        "`), so its tasks need `NetworkMode` awsvpc: " + documents_.place_of(*providers));
  }

  // The names of hamlet's settings namespaces: by names and ids, cut and uncut, with the type.
  [[nodiscard]] Settings::Owner owner_of(std::size_t index, const Attributes& attributes) const {
    const auto& task = expansion_.tasks[index];
    const auto& row = expansion_.names.clusters[task.cluster];
    const auto& component = expansion_.names.components[row.component];
    Settings::Owner owner;
    auto raw_names = task.name_parts;
    auto raw_ids = task.id_parts;
    raw_names[1] = component.name;
    raw_ids[1] = component.id;
    for (const auto& parts : {task.name_parts, raw_names, task.id_parts, raw_ids})
      for (const char* type : {"", "-task"})
        owner.names.push_back(lower_case(join(parts, "-") + type));
    const auto& names = facts.scope.names;
    const auto& segment = state_->segment_names();
    owner.own = {{"TENANT", names.tenant},
                 {"ACCOUNT", names.account},
                 {"PRODUCT", segment[0]},
                 {"ENVIRONMENT", segment[1]},
                 {"SEGMENT", names.segment},
                 {"TIER", task.name_parts[0]},
                 {"COMPONENT", task.name_parts[1]},
                 {"COMPONENT_INSTANCE", expansion_.names.tasks[index].instance},
                 {"COMPONENT_VERSION", expansion_.names.tasks[index].version}};
    if (const auto* unit = attributes.find({"deployment:Unit"}); unit != nullptr) {
      owner.unit = unit->text;
    } else if (const auto* units = attributes.find({"DeploymentUnits"});
               units != nullptr && !units->members.empty()) {
      owner.unit = units->members.front().value->text;
    }
    return owner;
  }
  void fill_setting(std::size_t index, const Attributes& attributes, Occurrence& occurrence) const {
    std::string unknown;
    auto& platform = occurrence.platform_version;
    auto resolved = settings_.resolve(*platform.value, owner_of(index, attributes), unknown);
    if (resolved) {
      platform.value = std::move(resolved);
      platform.source.rule = "with the settings that it asks for";
      return;
    }
    const auto* where = attributes.find({"aws:FargatePlatform"});
    occurrence.mistakes.push_back("there is no setting `" + unknown +
                                  "`: " + documents_.place_of(*where));
    platform.value.reset();
  }

  bool with_sources_;
  Documents documents_;
  Settings settings_;
  const Node* blueprint_ = nullptr;
  Expansion expansion_;
  StackOutputs outputs_;
  std::unique_ptr<Profiles> profiles_;
  std::unique_ptr<TaskState> state_;
};

Source environment_source(const Tree& tree, const Layout& layout, const Names& names) {
  const auto known = tree.directories_in(layout.product_solutions);
  const bool has_own = std::find(known.begin(), known.end(), names.environment) != known.end();
  return {has_own ? layout.product_solutions + "/" + names.environment : std::string(),
          {},
          "as asked for"};
}

// "the directory ... of account `acct01`" for a row of hamlet's table that has no directory.
Error missing_directory(const Tree& tree, const std::string& missing, const Scope& scope) {
  const bool is_product = missing.starts_with("PRODUCT");
  const std::string of = missing == "TENANT" ? "tenant `" + scope.names.tenant + "`"
                         : is_product        ? "product `" + scope.names.product + "`"
                                             : "account `" + scope.names.account + "`";
  std::string what = lower_case(missing);
  std::replace(what.begin(), what.end(), '_', ' ');
  std::string hint = "looked everywhere below " + tree.root() + "; is that the root of the CMDB?";
  if (!tree.find("appsettings").empty() || !tree.find("credentials").empty())
    hint =
        "the CMDB is of the time before 1.1.0 (`appsettings`): hamlet's own upgrade has to "
        "bring it up to date first";
  return {Code::kNotFound,
          "there is no " + what + " directory" +
              (missing == "TENANT" && scope.names.tenant.empty() ? "" : " of " + of),
          {},
          hint};
}

}  // namespace

Result<ScopeInput> read_scope_input(const sys::Files& files, const Tree& tree, const Scope& scope,
                                    Documents& documents) {
  ScopeInput input;
  input.layout = find_layout(tree, scope.names);
  if (const auto missing = first_missing(input.layout, true); !missing.empty())
    return fail(missing_directory(tree, missing, scope));
  const auto merged =
      TRY(merge_files(files, documents, blueprint_files(tree, input.layout, scope.names)));
  TRY(check_names(documents, merged, scope.names));
  input.merged = merged.merged;
  input.facts.scope = scope;
  input.facts.environment_source = environment_source(tree, input.layout, scope.names);
  if (const auto* account = input.merged->find("Account"); account != nullptr)
    if (const auto* name = account->find(account->find("Name") != nullptr ? "Name" : "Id");
        name != nullptr)
      input.facts.account_source = source_of(documents, *name);
  input.facts.region = region_of(documents, *input.merged, scope);
  if (!input.facts.region.value)
    return fail(Code::kNotFound, "no region is known for product `" + scope.names.product + "`",
                "put `Region` into `Product` in product.json, give --region, or set REGION");
  for (const char* key : {"ProviderId", "AWSId", "AzureId"})
    if (!input.facts.account_number.value)
      input.facts.account_number = text_at(documents, input.merged->at({"Account", key}));
  input.facts.account_provider = text_at(documents, input.merged->at({"Account", "Provider"}));
  if (!input.facts.account_provider.value)
    input.facts.account_provider = {"aws", {{}, {}, "hamlet's default"}};
  return input;
}

Result<Cmdb> Cmdb::load(const sys::Files& files, const Scope& scope, LoadOptions options) {
  auto contents = std::make_unique<FilesContents>(options.with_sources);
  if (options.tree != nullptr) {
    TRY(contents->load(files, *options.tree, scope));
  } else {
    const auto tree = TRY(Tree::read(files, scope.root_dir));
    TRY(contents->load(files, tree, scope));
  }
  return Cmdb(std::move(contents));
}

}  // namespace runtask::hamlet
