#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hamlet/cmdb.h"
#include "hamlet/components.h"
#include "hamlet/stack_outputs.h"

// What became of a task: the ids of its resources, and their values among the stack outputs.

namespace runtask::hamlet {

// Everything that the state of tasks depends on besides the tasks. Refers to all that it is given.
class TaskState {
 public:
  struct Given {
    const Documents& documents;
    const Node& blueprint;
    const Expansion& expansion;
    const StackOutputs& outputs;
    Names names;  // The scope's words.
    std::string region;
    bool with_sources = false;
  };
  explicit TaskState(const Given& given);

  // The state members of `occurrence`, whose attributes are there already. Mistakes that touch them
  // are added to it. hamlet 9: as long as the network of the tier is not deployed, a task has no
  // state at all.
  void fill(const Task& task, const Cluster& cluster, const std::string& provider,
            Occurrence& occurrence) const;

  // Names of product, environment and segment as paths and full names have them.
  [[nodiscard]] const std::vector<std::string>& segment_names() const { return segment_names_; }

 private:
  struct Network {
    std::string core_id;  // "mgmtXvpc"
    bool is_deployed = false;
    std::string what;  // "management/vpc", for messages.
    const Node* route_tables = nullptr;
    std::string mistake;  // Why there is none.
  };
  [[nodiscard]] Network network_of(const Cluster& cluster) const;
  [[nodiscard]] bool is_deployed(const std::string& network_id, const std::string& link_tier,
                                 const std::string& link_component) const;
  [[nodiscard]] std::string subnet_id(const std::string& network_id, const std::string& tier,
                                      const std::string& zone) const;
  // The output of that key.
  [[nodiscard]] SourcedText output(const std::string& key) const;
  // The same; remembered as missing when there is none.
  [[nodiscard]] SourcedText needed_output(const std::string& key, Occurrence& occurrence) const;
  void add_missing(const std::string& key, Occurrence& occurrence) const;
  // The fields of the state as they are while nothing is known, for that reason.
  void explain_unknown(const std::string& reason, Occurrence& occurrence) const;
  void fill_definition(const Task& task, Occurrence& occurrence) const;
  void fill_network(const Cluster& cluster, const Network& network, Occurrence& occurrence) const;
  void note_mistakes(Occurrence& occurrence, const std::vector<std::string>& keys) const;

  const Documents& documents_;
  const Expansion& expansion_;
  const StackOutputs& outputs_;
  bool with_sources_;
  bool is_legacy_network_;
  std::vector<std::string> zones_;          // Those that the region has, in their order.
  std::vector<std::string> network_tiers_;  // Segment.Network.Tiers.Order
  std::vector<std::string> segment_names_;
  mutable std::map<std::string, Network> networks_;  // By tier id and link, as they are needed.
};

}  // namespace runtask::hamlet
