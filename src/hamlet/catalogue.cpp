#include "hamlet/catalogue.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "hamlet/existing_names.h"

namespace runtask::hamlet {
namespace {

std::string unnamed_as_empty(const std::string& name) {
  return name == "default" ? "" : name;
}
// What is not there: "no instance `blue`", "no unnamed version"; after "no task has", where one
// "no" is enough: "instance `blue`", "an unnamed version".
std::string lacking(const std::string& kind, const std::string& name, bool is_negated = false) {
  if (name.empty()) return (is_negated ? "an unnamed " : "no unnamed ") + kind;
  return (is_negated ? "" : "no ") + kind + " `" + name + "`";
}
// Where an instance was looked for.
std::string within_version(const std::string& version) {
  return version.empty() ? " in the unnamed version" : " in version `" + version + "`";
}
std::string with_version(const std::string& instance, const std::string& version) {
  return version.empty() ? instance : instance + "/" + version;
}

class Selection {
 public:
  Selection(const Catalogue& catalogue, const Selector& selector)
      : all_(catalogue), selector_(selector) {}

  [[nodiscard]] Result<std::vector<std::size_t>> tasks() const {
    const auto tiers = TRY(chosen_tiers());
    const auto components = TRY(chosen_components(tiers));
    const auto clusters = TRY(chosen_clusters(components));
    return chosen_tasks(clusters);
  }

 private:
  using Indices = std::vector<std::size_t>;

  [[nodiscard]] Result<Indices> chosen_tiers() const {
    Indices chosen;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < all_.tiers.size(); ++i) {
      names.push_back(all_.tiers[i].name);
      if (!selector_.tier || all_.tiers[i].name == *selector_.tier) chosen.push_back(i);
    }
    if (!chosen.empty() || !selector_.tier) return chosen;
    std::string hint = what_exists(*selector_.tier, names, "tiers with components");
    for (const auto& tier : all_.tiers)
      if (tier.id == *selector_.tier)
        hint = "tiers are looked up by name: the one with the id `" + tier.id + "` is called `" +
               tier.name + "`";
    return fail(Code::kNotFound, "there is no tier `" + *selector_.tier + "`", hint);
  }

  [[nodiscard]] std::string tier_of(const ComponentRow& component) const {
    return all_.tiers[component.tier].name;
  }

  [[nodiscard]] Result<Indices> chosen_components(const Indices& tiers) const {
    Indices chosen;
    std::vector<std::string> names;
    const ComponentRow* by_id = nullptr;
    const ComponentRow* other_type = nullptr;
    for (std::size_t i = 0; i < all_.components.size(); ++i) {
      const auto& component = all_.components[i];
      if (std::find(tiers.begin(), tiers.end(), component.tier) == tiers.end()) continue;
      const bool is_asked = !selector_.component || component.name == *selector_.component;
      if (component.type == "ecs") names.push_back(component.name);
      if (component.type == "ecs" && is_asked) chosen.push_back(i);
      if (!selector_.component) continue;
      if (component.id == *selector_.component) by_id = &component;
      if (is_asked && component.type != "ecs") other_type = &component;
    }
    if (!selector_.component) return chosen;
    const auto& asked = *selector_.component;
    if (chosen.empty() && other_type != nullptr)
      return fail(Code::kNotFound,
                  "component `" + asked + "` of tier `" + tier_of(*other_type) + "` is of type `" +
                      other_type->type + "`: only an `ecs` component has tasks to run",
                  what_exists(asked, names, "ecs components in that tier"));
    if (chosen.empty()) {
      std::string hint = what_exists(asked, names, "ecs components there");
      if (by_id != nullptr)
        hint = "components are looked up by name: the one with the id `" + by_id->id +
               "` is called `" + by_id->name + "`";
      return fail(Code::kNotFound,
                  "there is no component `" + asked + "`" +
                      (selector_.tier ? " in tier `" + *selector_.tier + "`" : ""),
                  hint);
    }
    for (std::size_t i = 1; i < chosen.size(); ++i) {
      const auto& one = all_.components[chosen[i - 1]];
      const auto& other = all_.components[chosen[i]];
      if (one.tier == other.tier)
        return fail(Code::kConflict,
                    "two components of tier `" + tier_of(one) + "` are called `" + asked + "`: `" +
                        one.id + "` and `" + other.id + "`",
                    "give them names of their own in the CMDB");
    }
    return chosen;
  }

  [[nodiscard]] Result<Indices> chosen_clusters(const Indices& components) const {
    Indices chosen;
    std::vector<std::string> existing;
    std::vector<std::string> versions;
    const auto& wanted_instance = selector_.component_instance;
    const auto& wanted_version = selector_.component_version;
    for (std::size_t i = 0; i < all_.clusters.size(); ++i) {
      const auto& cluster = all_.clusters[i];
      if (!std::binary_search(components.begin(), components.end(), cluster.component)) continue;
      existing.push_back(with_version(cluster.instance, cluster.version));
      versions.push_back(cluster.version);
      if ((!wanted_instance || cluster.instance == unnamed_as_empty(*wanted_instance)) &&
          (!wanted_version || cluster.version == unnamed_as_empty(*wanted_version)))
        chosen.push_back(i);
    }
    if (!chosen.empty() || (!wanted_instance && !wanted_version)) return chosen;
    const auto instance = unnamed_as_empty(wanted_instance.value_or(""));
    const auto version = unnamed_as_empty(wanted_version.value_or(""));
    const bool is_negated = !selector_.component;
    const std::string sentence =
        is_negated ? "no component has " : "component `" + *selector_.component + "` has ";
    const bool has_version = std::find(versions.begin(), versions.end(), version) != versions.end();
    if (wanted_version && !has_version && !versions.empty())
      return fail(Code::kNotFound, sentence + lacking("version", version, is_negated),
                  what_exists(version, versions, "versions of it"));
    return fail(Code::kNotFound,
                sentence + lacking("instance", instance, is_negated) +
                    (wanted_version && has_versions(versions) ? within_version(version) : ""),
                what_exists(with_version(instance, version), existing, "instances of it"));
  }

  // Whether versions tell anything apart there.
  static bool has_versions(const std::vector<std::string>& versions) {
    return std::any_of(versions.begin(), versions.end(),
                       [](const std::string& version) { return !version.empty(); });
  }

  // "the task `migrate` of component `web`", for messages.
  [[nodiscard]] std::string of_component() const {
    return selector_.component ? " of component `" + *selector_.component + "`" : "";
  }

  [[nodiscard]] Result<Indices> chosen_tasks(const Indices& clusters) const {
    Indices candidates;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < all_.tasks.size(); ++i) {
      const auto& task = all_.tasks[i];
      if (!std::binary_search(clusters.begin(), clusters.end(), task.cluster)) continue;
      names.push_back(task.name);
      candidates.push_back(i);
    }
    if (selector_.tasks.empty()) return instances_among(candidates, "");
    Indices chosen;
    for (const auto& name : selector_.tasks) {
      Indices of_name;
      const TaskRow* by_id = nullptr;
      for (const auto i : candidates) {
        if (all_.tasks[i].name == name) of_name.push_back(i);
        if (all_.tasks[i].id == name) by_id = &all_.tasks[i];
      }
      if (of_name.empty()) {
        std::string hint = what_exists(name, names, "tasks" + of_component());
        if (by_id != nullptr)
          hint = "tasks are looked up by name: the one with the id `" + by_id->id +
                 "` is called `" + by_id->name + "`";
        return fail(Code::kNotFound, "there is no task `" + name + "`" + of_component(), hint);
      }
      const auto instances = TRY(instances_among(of_name, name));
      TRY(check_one_meaning(instances, name));
      chosen.insert(chosen.end(), instances.begin(), instances.end());
    }
    return chosen;
  }

  // Two tasks of one cluster that nothing tells apart.
  [[nodiscard]] Result<> check_one_meaning(const Indices& chosen, const std::string& name) const {
    std::map<std::tuple<std::size_t, std::string, std::string>, std::size_t> known;
    for (const auto i : chosen) {
      const auto& task = all_.tasks[i];
      const auto [at, is_new] = known.try_emplace({task.cluster, task.instance, task.version}, i);
      if (is_new) continue;
      const auto& other = all_.tasks[at->second];
      return fail(Code::kConflict,
                  "two tasks" + of_component() + " are called `" + name + "`" +
                      (other.id == task.id ? ", with the same id"
                                           : ": `" + other.id + "` and `" + task.id + "`"),
                  "give them names of their own in the CMDB");
    }
    return {};
  }

  [[nodiscard]] Result<Indices> instances_among(const Indices& tasks,
                                                const std::string& name) const {
    Indices of_version;
    std::vector<std::string> versions;
    for (const auto i : tasks) {
      versions.push_back(all_.tasks[i].version);
      if (!selector_.version || all_.tasks[i].version == unnamed_as_empty(*selector_.version))
        of_version.push_back(i);
    }
    const auto& wanted = selector_.instances;
    const bool is_any =
        wanted.empty() || std::find(wanted.begin(), wanted.end(), "*") != wanted.end();
    if (is_any && (!of_version.empty() || tasks.empty())) return of_version;
    const std::string sentence =
        name.empty() ? "no task has " : "the task `" + name + "`" + of_component() + " has ";
    if (of_version.empty() && selector_.version && !tasks.empty()) {
      const auto version = unnamed_as_empty(*selector_.version);
      return fail(Code::kNotFound, sentence + lacking("version", version, name.empty()),
                  what_exists(version, versions, "versions"));
    }
    Indices chosen;
    for (const auto& asked : wanted) {
      const auto instance = unnamed_as_empty(asked);
      bool is_found = false;
      for (const auto i : of_version)
        if (all_.tasks[i].instance == instance) {
          if (std::find(chosen.begin(), chosen.end(), i) == chosen.end()) chosen.push_back(i);
          is_found = true;
        }
      if (!is_found) return no_instance(tasks, sentence, instance, name.empty());
    }
    return chosen;
  }

  [[nodiscard]] Result<Indices> no_instance(const Indices& tasks, const std::string& sentence,
                                            const std::string& instance, bool is_negated) const {
    std::vector<std::string> existing;
    std::vector<std::string> versions;
    for (const auto i : tasks) {
      const auto& task = all_.tasks[i];
      existing.push_back(with_version(task.instance, task.version));
      versions.push_back(task.version);
    }
    const auto version = unnamed_as_empty(selector_.version.value_or(""));
    return fail(Code::kNotFound,
                sentence + lacking("instance", instance, is_negated) +
                    (selector_.version && has_versions(versions) ? within_version(version) : ""),
                what_exists(with_version(instance, version), existing, "instances"));
  }

  const Catalogue& all_;
  const Selector& selector_;
};

}  // namespace

Result<std::vector<std::size_t>> select_tasks(const Catalogue& catalogue,
                                              const Selector& selector) {
  return Selection(catalogue, selector).tasks();
}

}  // namespace runtask::hamlet
