#include "hamlet/task_state.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace runtask::hamlet {
namespace {

std::vector<std::string> texts_of(const Node* array) {
  std::vector<std::string> texts;
  if (array != nullptr && array->is_array())
    for (const auto& member : array->members)
      if (member.value->is_text()) texts.push_back(member.value->text);
  return texts;
}

// Whether hamlet knows that zone in the region: those that the data lists, and, in a region that
// hamlet lists no zones of, the ones that every region has.
bool has_zone(const Node& blueprint, const std::string& region, const std::string& zone) {
  constexpr std::array<std::string_view, 5> kOddRegions = {
      "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ca-central-1"};
  constexpr std::array<std::string_view, 3> kUsualZones = {"a", "b", "c"};
  if (blueprint.at({"Regions", region, "Zones", zone}) != nullptr) return true;
  return std::find(kOddRegions.begin(), kOddRegions.end(), region) == kOddRegions.end() &&
         std::find(kUsualZones.begin(), kUsualZones.end(), zone) != kUsualZones.end();
}

// By the data, else as the scope calls it.
std::string layer_name(const Node& blueprint, const char* layer, const char* library,
                       const std::string& word) {
  const auto* object = blueprint.find(layer);
  if (object == nullptr) return word;
  const auto id = object->text_of("Id");
  auto name = object->text_of("Name");
  if (name.empty() && library != nullptr)
    if (const auto* known = blueprint.at({library, id}); known != nullptr)
      name = known->text_of("Name");
  if (name.empty()) name = id;
  return name.empty() ? word : name;
}

bool is_awsvpc(const Occurrence& occurrence) {
  const auto mode = occurrence.network_mode.value.value_or("");
  return mode == "awsvpc" || mode == "aws:awsvpc";
}
bool is_fargate(const Occurrence& occurrence) {
  const auto engine = occurrence.engine.value.value_or("");
  return engine == "fargate" || engine == "aws:fargate";
}

}  // namespace

TaskState::TaskState(const Given& given)
    : documents_(given.documents),
      expansion_(given.expansion),
      outputs_(given.outputs),
      with_sources_(given.with_sources),
      is_legacy_network_(outputs_.find("vpcXsegmentXvpc") != nullptr ||
                         outputs_.find("vpcXsegment") != nullptr),
      network_tiers_(texts_of(given.blueprint.at({"Segment", "Network", "Tiers", "Order"}))) {
  const auto& blueprint = given.blueprint;
  for (const auto& zone : texts_of(blueprint.at({"Segment", "Network", "Zones", "Order"})))
    if (has_zone(blueprint, given.region, zone)) zones_.push_back(zone);
  segment_names_ = {layer_name(blueprint, "Product", nullptr, given.names.product),
                    layer_name(blueprint, "Environment", "Environments", given.names.environment)};
  const auto segment = layer_name(blueprint, "Segment", nullptr, given.names.segment);
  if (segment != "default") segment_names_.push_back(segment);
}

std::string TaskState::subnet_id(const std::string& network_id, const std::string& tier,
                                 const std::string& zone) const {
  return is_legacy_network_ ? core_id({"subnet", tier, zone})
                            : "subnetX" + core_id({network_id, tier, zone});
}

// hamlet 9: any of the network's resources.
bool TaskState::is_deployed(const std::string& network_id, const std::string& link_tier,
                            const std::string& link_component) const {
  if (is_legacy_network_ || outputs_.find("vpcX" + network_id) != nullptr) return true;
  for (const auto& tier : expansion_.tiers) {
    const auto* link = tier.node->at({"Network", "Link"});
    if (link == nullptr || link->text_of("Tier") != link_tier ||
        link->text_of("Component") != link_component)
      continue;
    for (const auto& zone : zones_)
      if (outputs_.find(subnet_id(network_id, tier.id, zone)) != nullptr) return true;
  }
  return false;
}

TaskState::Network TaskState::network_of(const Cluster& cluster) const {
  const auto& tier = *cluster.tier;
  const auto* link = tier.node->at({"Network", "Link"});
  const auto tier_id = link == nullptr ? "" : link->text_of("Tier");
  const auto component_id = link == nullptr ? "" : link->text_of("Component");
  if (link == nullptr || tier_id.empty() || component_id.empty())
    return {{},
            false,
            {},
            nullptr,
            "tier `" + tier.name + "` has no network, which hamlet insists on for a task"};
  // A link that does not say which instance means the one of the component that links.
  const auto instance =
      link->find("Instance") == nullptr ? cluster.instance_id : link->text_of("Instance");
  const auto version =
      link->find("Version") == nullptr ? cluster.version_id : link->text_of("Version");
  const auto key = tier_id + '\0' + component_id + '\0' + instance + '\0' + version;
  if (const auto known = networks_.find(key); known != networks_.end()) return known->second;

  Network network;
  network.what = tier_id + "/" + component_id;
  network.mistake = "the network of tier `" + tier.name + "`, component `" + component_id +
                    "` of tier `" + tier_id + "`, is not in the CMDB";
  for (const auto& other : expansion_.tiers) {
    const auto* components = other.node->find("Components");
    if (other.id != tier_id || components == nullptr) continue;
    for (const auto& [name, component] : components->members) {
      if (!component->is_object()) continue;
      const auto id = component->text_of("Id", name);
      if (id != component_id && id.substr(0, id.find('-')) != component_id) continue;
      const auto unnamed = [](const std::string& word) { return word == "default" ? "" : word; };
      network.mistake.clear();
      network.core_id =
          core_id({tier_id, id.substr(0, id.find('-')), unnamed(instance), unnamed(version)});
      network.route_tables = component->find("RouteTables");
      if (network.route_tables == nullptr)
        network.route_tables = component->at({"network", "RouteTables"});
      const auto* enabled = component->find("Enabled");
      network.is_deployed = (enabled == nullptr || enabled->text != "false") &&
                            is_deployed(network.core_id, tier_id, component_id);
      break;
    }
  }
  networks_.emplace(key, network);
  return network;
}

SourcedText TaskState::output(const std::string& key) const {
  SourcedText found;
  if (with_sources_) found.source.rule = "stack output " + key;
  const auto* known = outputs_.find(key);
  if (known == nullptr) return found;
  found.value = known->value;
  if (with_sources_) {
    found.source.file = outputs_.files()[known->file];
    found.source.pointer = known->pointer;
  }
  return found;
}

SourcedText TaskState::needed_output(const std::string& key, Occurrence& occurrence) const {
  auto found = output(key);
  if (!found.value) add_missing(key, occurrence);
  return found;
}

void TaskState::add_missing(const std::string& key, Occurrence& occurrence) const {
  occurrence.missing_outputs.push_back(key);
  if (auto why = outputs_.why_missing(key); !why.empty())
    occurrence.missing_notes.push_back(std::move(why));
}

void TaskState::explain_unknown(const std::string& reason, Occurrence& occurrence) const {
  if (!with_sources_) return;
  for (auto* field : {&occurrence.resource_id, &occurrence.cluster, &occurrence.definition,
                      &occurrence.definition_output, &occurrence.capacity_provider,
                      &occurrence.security_group, &occurrence.subnet, &occurrence.log_group})
    field->source.rule = reason;
  occurrence.name_sources.deployed.rule = reason;
}

void TaskState::fill_definition(const Task& task, Occurrence& occurrence) const {
  const auto& id = *occurrence.resource_id.value;
  const auto resource = output(id);
  occurrence.deployed = resource.value.has_value();
  occurrence.name_sources.deployed = resource.source;
  occurrence.definition_output = output(id + "Xarn");
  if (occurrence.fixed_name.value.value_or(false)) {
    occurrence.definition.value = join(task.name_parts, "-");
    if (with_sources_) occurrence.definition.source.rule = "the task's name, because of FixedName";
    if (!occurrence.deployed) add_missing(id, occurrence);
    return;
  }
  // The ARN counts once there is the resource itself, in whatever account.
  if (outputs_.is_known(id)) {
    occurrence.definition = needed_output(id + "Xarn", occurrence);
  } else {
    add_missing(id, occurrence);
    if (with_sources_) occurrence.definition.source.rule = "stack output " + id;
  }
}

void TaskState::fill_network(const Cluster& cluster, const Network& network,
                             Occurrence& occurrence) const {
  if (!is_awsvpc(occurrence)) {
    if (!with_sources_) return;
    occurrence.security_group.source.rule = "in network mode awsvpc alone";
    occurrence.subnet.source.rule = "in network mode awsvpc alone";
    return;
  }
  const auto task_id = occurrence.resource_id.value->substr(std::string("ecsTaskX").size());
  occurrence.security_group = needed_output("securityGroupX" + task_id, occurrence);
  const auto& tier = *cluster.tier;
  const auto* enabled = tier.node->at({"Network", "Enabled"});
  const bool has_subnets =
      (enabled == nullptr || enabled->text != "false") &&
      std::find(network_tiers_.begin(), network_tiers_.end(), tier.id) != network_tiers_.end();
  if (has_subnets && !zones_.empty()) {
    occurrence.subnet =
        needed_output(subnet_id(network.core_id, tier.id, zones_.front()), occurrence);
  } else if (with_sources_) {
    occurrence.subnet.source.rule = "Segment.Network has no place for tier " + tier.id;
  }
  const auto* network_of_tier = tier.node->find("Network");
  const auto table = network_of_tier->text_of("RouteTable", "internal");
  const auto* is_public =
      network.route_tables == nullptr ? nullptr : network.route_tables->at({table, "Public"});
  occurrence.public_ip.value = is_public != nullptr && is_public->text == "true" ? "true" : "false";
  if (with_sources_ && is_public != nullptr && is_public->file >= 0)
    occurrence.public_ip.source = {
        documents_.file_name(is_public->file), Documents::pointer_to(*is_public), {}};
}

void TaskState::note_mistakes(Occurrence& occurrence, const std::vector<std::string>& keys) const {
  for (const auto& key : keys)
    for (auto& mistake : outputs_.mistakes_about(key))
      if (std::find(occurrence.mistakes.begin(), occurrence.mistakes.end(), mistake) ==
          occurrence.mistakes.end())
        occurrence.mistakes.push_back(std::move(mistake));
}

void TaskState::fill(const Task& task, const Cluster& cluster, const std::string& provider,
                     Occurrence& occurrence) const {
  const auto network = network_of(cluster);
  if (!network.mistake.empty()) {
    occurrence.mistakes.push_back(network.mistake + ": " +
                                  documents_.place_of(*cluster.tier->node));
    explain_unknown("unknown: the tier has no network", occurrence);
    return;
  }
  const auto cluster_id = core_id(cluster.id_parts);
  const auto task_id = core_id(task.id_parts);
  // Quoted, so that a longer id does not count.
  note_mistakes(occurrence, {"\"vpcX" + network.core_id + "\"", "\"ecsX" + cluster_id + "\"",
                             "\"ecsTaskX" + task_id + "\"", "\"ecsTaskX" + task_id + "Xarn\"",
                             "\"securityGroupX" + task_id + "\""});
  if (!network.is_deployed) {
    occurrence.network_missing = true;
    const auto key = "vpcX" + network.core_id;
    add_missing(key, occurrence);
    explain_unknown("unknown without the network: stack output " + key, occurrence);
    return;
  }
  occurrence.resource_id.value = "ecsTaskX" + task_id;
  auto path = segment_names_;
  path.insert(path.end(), task.name_parts.begin(), task.name_parts.end());
  occurrence.log_group.value = "/" + join(path, "/");
  if (with_sources_) {
    occurrence.resource_id.source.rule = "the names of tier, component and task";
    occurrence.log_group.source.rule = "the names of product, environment, tier, component, task";
  }
  occurrence.cluster = needed_output("ecsX" + cluster_id, occurrence);
  fill_definition(task, occurrence);
  if (is_fargate(occurrence)) {
    const bool is_spot = lower_case(provider).find("spot") != std::string::npos;
    occurrence.capacity_provider.value = is_spot ? "FARGATE_SPOT" : "FARGATE";
    if (with_sources_) occurrence.capacity_provider.source.rule = "the engine";
  } else {
    // A run does without it: not every cluster has one.
    occurrence.capacity_provider = output("ecsCapacityProviderX" + cluster_id + "Xasg");
  }
  fill_network(cluster, network, occurrence);
}

}  // namespace runtask::hamlet
