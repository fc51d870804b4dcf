#include "hamlet/blueprint.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace runtask::hamlet {
namespace {

// Names that begin so and end in ".json"; the one that sorts first comes last, so that it wins.
void add_kind(const std::vector<std::string>& names, const std::string& directory,
              std::string_view kind, std::vector<std::string>& paths) {
  for (auto name = names.rbegin(); name != names.rend(); ++name)
    if (name->starts_with(kind) && name->ends_with(".json") && name->size() >= kind.size() + 5)
      paths.push_back(directory + "/" + *name);
}

void add_directory(const Tree& tree, const std::string& directory, const std::string& own,
                   std::initializer_list<std::string_view> kinds, std::vector<std::string>& paths) {
  if (directory.empty()) return;
  const auto names = tree.names_in(directory);
  if (!own.empty() && std::binary_search(names.begin(), names.end(), own))
    paths.push_back(directory + "/" + own);
  for (const auto& kind : kinds)
    add_kind(names, directory, kind, paths);
}

// Where an object of a layer says what it is called; null where it does not.
const Node* name_node(const Node* object) {
  if (object == nullptr) return nullptr;
  for (const char* key : {"Name", "Id"})
    if (const auto* found = object->find(key); found != nullptr && found->is_scalar()) return found;
  return nullptr;
}

// What the merged files call a layer, against what the scope calls it.
Result<> check_name(const Documents& documents, const MergedFiles& files, const char* layer,
                    const std::string& expected, const std::string& hint) {
  const auto* from = name_node(files.merged->find(layer));
  const auto found = from == nullptr ? std::string() : from->text;
  if (found == expected || found == layer) return {};
  const auto word = lower_case(layer);
  if (found.empty())
    return fail(Code::kNotFound, "the CMDB says nothing of " + word + " `" + expected + "`", hint);
  const auto message = "the CMDB's " + word + " is `" + found + "`, not `" + expected +
                       "`: " + documents.place_of(*from);
  for (const auto* root : files.roots) {
    const auto* other = name_node(root->find(layer));
    if (other == nullptr || other->file == from->file || other->text == found) continue;
    return fail(
        Code::kConflict,
        message + ", which wins over `" + other->text + "` in " + documents.place_of(*other),
        "two files disagree about `" + std::string(layer) + "`: leave it to " + word +
            ".json, or let both say the same");
  }
  return fail(Code::kConflict, message,
              "the name in the file and the name of the directory have to agree");
}

// A tiny language for built-in objects.
class Maker {
 public:
  explicit Maker(Documents& documents) : documents_(documents) {}
  const Node* text(const std::string& value) { return documents_.make_text(value); }
  const Node* boolean(bool value) {
    auto& node = documents_.make(Node::Kind::kBoolean);
    node.text = value ? "true" : "false";
    return &node;
  }
  const Node* array(const std::vector<std::string>& texts) {
    auto& node = documents_.make(Node::Kind::kArray);
    for (const auto& value : texts)
      node.members.push_back({"", text(value)});
    return &node;
  }
  const Node* object(std::vector<Member> members) {
    auto& node = documents_.make(Node::Kind::kObject);
    node.members = std::move(members);
    Documents::finish(node);
    return &node;
  }

 private:
  Documents& documents_;
};

const Node* built_in_tiers(Maker& make) {
  struct Tier {
    const char* id;
    const char* name;
    const char* route_table;  // Null: no network.
  };
  constexpr std::array kTiers = {
      Tier{"web", "web", "internal"},       Tier{"api", "api", "internal"},
      Tier{"msg", "messaging", "internal"}, Tier{"app", "application", "internal"},
      Tier{"db", "database", "internal"},   Tier{"dir", "directories", "internal"},
      Tier{"ana", "analytics", "internal"}, Tier{"elb", "elb", "external"},
      Tier{"ilb", "ilb", "internal"},       Tier{"mgmt", "management", "external"},
      Tier{"shared", "shared", "external"}, Tier{"docs", "documentation", nullptr},
      Tier{"gbl", "global", nullptr},       Tier{"external", "external", nullptr}};
  // Components of hamlet's own that a look-up by name can hit; the network is one of them.
  const auto typed = [&](const char* type) { return make.object({{"Type", make.text(type)}}); };
  const auto* vpc =
      make.object({{"Type", make.text("network")},
                   {"RouteTables",
                    make.object({{"internal", make.object({})},
                                 {"external", make.object({{"Public", make.boolean(true)}})}})}});
  const auto* of_mgmt = make.object({{"seg-cert", typed("certificate")},
                                     {"seg-dns", typed("dns")},
                                     {"seg-dashboard", typed("dashboard")},
                                     {"baseline", typed("baseline")},
                                     {"ssh", typed("bastion")},
                                     {"vpc", vpc},
                                     {"igw", typed("gateway")},
                                     {"nat", typed("gateway")},
                                     {"vpcendpoint", typed("gateway")}});
  std::vector<Member> tiers;
  for (const auto& [id, name, route_table] : kTiers) {
    std::vector<Member> tier = {{"Name", make.text(name)}};
    if (route_table == nullptr) {
      tier.push_back({"Network", make.object({{"Enabled", make.boolean(false)}})});
    } else {
      const auto* link = make.object({{"Tier", make.text("mgmt")},
                                      {"Component", make.text("vpc")},
                                      {"Instance", make.text("")},
                                      {"Version", make.text("")}});
      tier.push_back({"Network", make.object({{"Enabled", make.boolean(true)},
                                              {"Link", link},
                                              {"RouteTable", make.text(route_table)}})});
    }
    if (std::string_view(id) == "mgmt") tier.push_back({"Components", of_mgmt});
    if (std::string_view(id) == "gbl")
      tier.push_back({"Components", make.object({{"cfredirect", typed("lambda")}})});
    tiers.push_back({id, make.object(std::move(tier))});
  }
  return make.object(std::move(tiers));
}

}  // namespace

std::vector<std::string> blueprint_files(const Tree& tree, const Layout& layout,
                                         const Names& names) {
  std::vector<std::string> paths;
  add_directory(tree, layout.tenant, "tenant.json",
                {"profiles", "countrygroups", "ipaddressgroups", "domains"}, paths);
  add_directory(tree, layout.account, "account.json",
                {"countrygroups", "ipaddressgroups", "domains"}, paths);
  add_directory(tree, layout.product, "product.json",
                {"profiles", "countrygroups", "ipaddressgroups", "domains"}, paths);
  const auto& solutions = layout.product_solutions;
  for (const auto& directory : {solutions + "/shared", solutions + "/shared/" + names.segment,
                                solutions + "/" + names.environment,
                                solutions + "/" + names.environment + "/" + names.segment})
    add_directory(tree, directory, "",
                  {"profiles", "countrygroups", "ipaddressgroups", "domains", "solution",
                   "environment", "segment"},
                  paths);
  return paths;
}

Result<MergedFiles> merge_files(const sys::Files& files, Documents& documents,
                                const std::vector<std::string>& paths) {
  if (paths.size() > kBlueprintFilesMax)
    return fail(Code::kFull, "more than 10,000 files make up the CMDB of one scope");
  MergedFiles all;
  all.merged = &documents.make(Node::Kind::kObject);
  std::size_t bytes = 0;
  for (const auto& path : paths) {
    const auto text = TRY(files.read(path));
    bytes += text.size();
    if (bytes > kCmdbBytesMax)
      return fail(Code::kFull, "the CMDB's files of one scope are larger than 256 MiB");
    if (trimmed(text).empty()) continue;
    const auto* root = TRY(documents.parse(text, path));
    if (!root->is_object())
      return fail(Code::kInvalid, path + ": a JSON object is expected, not " +
                                      (root->is_array() ? "an array" : "a single value"));
    all.merged = documents.merge(all.merged, root);
    all.roots.push_back(root);
  }
  return all;
}

Result<> check_names(const Documents& documents, const MergedFiles& files, const Names& names) {
  TRY(check_name(documents, files, "Account", names.account, "see account.json"));
  TRY(check_name(documents, files, "Product", names.product, "see product.json"));
  return check_name(
      documents, files, "Segment", names.segment,
      "is there a segment `" + names.segment + "` in environment `" + names.environment + "`?");
}

Layers layers_of(const Node& merged, const Names& names) {
  Layers layers;
  for (const auto& [layer, word] : {std::pair{"Tenant", names.tenant},
                                    {"Account", names.account},
                                    {"Product", names.product},
                                    {"Environment", names.environment},
                                    {"Segment", names.segment}}) {
    std::vector<std::string> known;
    const auto add = [&](const std::string& name) {
      if (!name.empty() && std::find(known.begin(), known.end(), name) == known.end())
        known.push_back(name);
    };
    add(word);
    if (const auto* object = merged.find(layer); object != nullptr) {
      add(object->text_of("Id"));
      add(object->text_of("Name"));
    }
    layers.emplace_back(layer, std::move(known));
  }
  return layers;
}

const Node* built_in_data(Documents& documents) {
  Maker make(documents);
  const auto* tier_order =
      make.array({"web", "msg", "app", "db", "dir", "ana", "api", "spare", "elb", "ilb", "spare",
                  "spare", "spare", "spare", "spare", "mgmt"});
  const auto* zone_order = make.array({"a", "b", "spare", "spare"});
  const auto* network = make.object({{"Tiers", make.object({{"Order", tier_order}})},
                                     {"Zones", make.object({{"Order", zone_order}})}});
  std::vector<Member> environments;
  for (const auto& [id, name] : {std::pair{"int", "integration"},
                                 {"aat", "automatedacceptance"},
                                 {"uat", "useracceptance"},
                                 {"preprod", "preproduction"},
                                 {"stg", "staging"},
                                 {"prod", "production"},
                                 {"trn", "training"}})
    environments.push_back({id, make.object({{"Name", make.text(name)}})});
  // The zones that hamlet knows of a region, where it does not know a, b and c.
  std::vector<Member> regions;
  for (const auto& [region, zones] : {std::pair{"ap-northeast-1", "ac"},
                                      {"ap-northeast-2", "ac"},
                                      {"ap-south-1", "ab"},
                                      {"ap-southeast-1", "ab"},
                                      {"ca-central-1", "ab"}}) {
    std::vector<Member> known;
    for (const char* zone = zones; *zone != '\0'; ++zone)
      known.push_back({std::string(1, *zone), make.object({})});
    regions.push_back({region, make.object({{"Zones", make.object(std::move(known))}})});
  }
  return make.object({{"Tiers", built_in_tiers(make)},
                      {"Segment", make.object({{"Network", network}})},
                      {"Environments", make.object(std::move(environments))},
                      {"Regions", make.object(std::move(regions))}});
}

}  // namespace runtask::hamlet
