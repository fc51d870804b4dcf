#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "hamlet/scope.h"
#include "sys/files.h"

// The task that is meant by hamlet's names: CMDB files -> merged blueprint -> occurrences -> the
// values that a run needs, each with the place that it came from. As hamlet's engine 9 does it; see
// docs/CMDB.md. Reads files, and only those that matter. Any thread.

namespace runtask::hamlet {

// Where a value was written: a file and a JSON pointer in it ("/Tiers/app/Components/web/Type").
// Both are empty for hamlet's own defaults and for what follows from names; `rule` then says which.
struct Source {
  std::string file;
  std::string pointer;
  std::string rule;  // Such as "default", "stack output ecsXappXweb", or empty.
};

// A value that may be unknown, with where it came from. Sources are filled only if LoadOptions asks
// for them.
template <class T>
struct Sourced {
  std::optional<T> value;
  Source source;
};
using SourcedText = Sourced<std::string>;

// One task of one cluster: hamlet's sub-occurrence of type `task`.
struct Occurrence {
  // The names that select it. An unnamed instance or version is "". A task's own unnamed instance
  // and version take those of the cluster (hamlet 9), so they are what `-x` and `-y` have to be.
  std::string tier, component, component_instance, component_version;
  std::string task, instance, version;

  // Where those names were written, and `deployed`; like all sources only if they are asked for.
  struct NameSources {
    Source tier, component, component_instance, component_version, task, instance, version;
    Source deployed;
  };
  NameSources name_sources;

  Sourced<bool> enabled;
  Sourced<std::string> engine;                   // "ec2", "fargate", "aws:fargate"
  Sourced<std::string> platform_version;         // "LATEST" where nothing is set.
  Sourced<std::string> network_mode;             // "" where nothing is set.
  Sourced<bool> fixed_name;                      // The definition's family is the task's name.
  Sourced<std::vector<std::string>> containers;  // Keys, in byte order.
  // The one that overrides go to: the selector's, else the first key without its last `-` part.
  SourcedText container;

  // State. Unknown where it was never deployed.
  SourcedText resource_id;  // "ecsTaskXappXwebXmigrate"; unknown without a network.
  bool deployed = false;    // The definition is among the stack outputs.
  SourcedText cluster;      // A name or an ARN.
  SourcedText definition;   // An ARN; the family if fixed_name.
  // The ARN among the outputs of the scope's account, with fixed_name too. A run is to prefer it to
  // `definition`, since a fixed family has no environment in it and may be that of another one.
  SourcedText definition_output;
  SourcedText capacity_provider;  // "FARGATE", "FARGATE_SPOT" or the cluster's own.
  SourcedText security_group;     // In network mode awsvpc, else unknown.
  SourcedText subnet;             // As security_group; the first zone's.
  SourcedText public_ip;          // "true" or "false" in awsvpc: whether the route table is public.
  SourcedText log_group;
  // Outputs that a run would need and that are in none of Cmdb::state_files(): "ecsXappXweb".
  std::vector<std::string> missing_outputs;
  // Of those, why: one line each for what is there for another account number alone.
  std::vector<std::string> missing_notes;
  // The tier's network is not deployed, so that nothing is known of the rest: the cluster and the
  // task may be deployed or not. missing_outputs then holds the network's output alone.
  bool network_missing = false;
  // Mistakes in the CMDB that touch this task, each with its place. The engine would refuse.
  std::vector<std::string> mistakes;
};

// What is the same for all tasks of a scope.
struct ScopeFacts {
  Scope scope;  // As asked for: the words that a task definition's family begins with.
  Source environment_source;  // A directory, if there is one of that name.
  Source account_source;
  SourcedText region;
  SourcedText account_number;    // ProviderId, AWSId or AzureId of the account.
  SourcedText account_provider;  // "aws"
};

// Which tasks. What is not set does not restrict.
struct Selector {
  std::optional<std::string> tier;       // By Name ("application", not "app").
  std::optional<std::string> component;  // By Name.
  std::vector<std::string> tasks;        // By RawName. Each must exist.
  // `default` and "" are the unnamed one, `*` is every one. Each must exist for each task.
  std::vector<std::string> instances;
  std::optional<std::string> version;
  std::optional<std::string> component_instance;  // `default` is the unnamed one.
  std::optional<std::string> component_version;
  std::string container;  // Empty: hamlet's rule.
};

struct LoadOptions {
  bool with_sources = false;  // For --explain; costs time and memory.
  // What is below the scope's root_dir, if somebody has read it already; used during load() alone.
  const Tree* tree = nullptr;
};

// The CMDB as one scope sees it. Holds no reference to what it was loaded from.
class Cmdb {
 public:
  // Errors: kNotFound for a directory that hamlet insists on, for a scope that the files say
  // nothing of, and when no region is known; kInvalid, with file:line:column, for a file that is
  // not JSON; kConflict for files that disagree with the scope about its names.
  [[nodiscard]] static Result<Cmdb> load(const sys::Files& files, const Scope& scope,
                                         LoadOptions options = {});
  // From a blueprint-config.json that hamlet has generated. Region and account come from the CMDB
  // if the scope is whole, with the errors of load(), else they are unknown.
  [[nodiscard]] static Result<Cmdb> load_blueprint(const sys::Files& files, const std::string& path,
                                                   const Scope& scope, LoadOptions options = {});
  Cmdb(Cmdb&&) noexcept;
  Cmdb& operator=(Cmdb&&) noexcept;
  ~Cmdb();

  [[nodiscard]] std::size_t task_count() const;
  // Every task, in the order of the files; tasks with mistakes are among them.
  [[nodiscard]] std::vector<Occurrence> tasks() const;
  // Those that the selector picks: in the CMDB's order by cluster and task, instances as selected.
  // Errors: kNotFound says what does exist, nearest first; kConflict when one name means two
  // components or tasks; kInvalid when a task asked for by name has mistakes.
  [[nodiscard]] Result<std::vector<Occurrence>> find(const Selector& selector) const;

  [[nodiscard]] const ScopeFacts& facts() const;
  // Stack output files that were searched, or, if there is none, the patterns.
  [[nodiscard]] const std::vector<std::string>& state_files() const;
  // Mistakes in what was read that touch no task for sure, each one line with its place.
  [[nodiscard]] const std::vector<std::string>& warnings() const;
  // The mistakes of all tasks, each once: for hamlet's engine each is a reason to refuse the whole
  // segment. Looks at every task.
  [[nodiscard]] std::vector<std::string> mistakes() const;

  class Contents;  // What it was read from.
  explicit Cmdb(std::unique_ptr<const Contents> contents);

 private:
  std::unique_ptr<const Contents> contents_;
};

}  // namespace runtask::hamlet
