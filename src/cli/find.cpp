#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/selection.h"
#include "sys/programs.h"

namespace runtask::cli {
namespace {

constexpr std::size_t kWarningsShownMax = 20;
constexpr std::size_t kFilesShownMax = 5;

// One field of a task: how it is written, and where it came from.
struct Field {
  std::string name;
  json::Value value;
  hamlet::Source source;
};

template <class T>
Field field(const char* name, const hamlet::Sourced<T>& sourced) {
  return {name, sourced.value ? json::Value(*sourced.value) : json::Value(), sourced.source};
}
Field field(const char* name, const std::string& value, const hamlet::Source& source) {
  return {name, valid_utf8(value), source};
}

// In the order of the contract (docs/CMDB.md).
std::vector<Field> fields_of(const hamlet::Occurrence& task, const hamlet::ScopeFacts& facts) {
  const auto& sources = task.name_sources;
  return {field("tier", task.tier, sources.tier),
          field("component", task.component, sources.component),
          field("component_instance", task.component_instance, sources.component_instance),
          field("component_version", task.component_version, sources.component_version),
          field("task", task.task, sources.task),
          field("instance", task.instance, sources.instance),
          field("version", task.version, sources.version),
          field("enabled", task.enabled),
          {"deployed", task.deployed, sources.deployed},
          field("cluster", task.cluster),
          field("engine", task.engine),
          field("platform_version", task.platform_version),
          field("network_mode", task.network_mode),
          field("containers", task.containers),
          field("container", task.container),
          field("resource_id", task.resource_id),
          field("definition", task.definition),
          field("capacity_provider", task.capacity_provider),
          field("security_group", task.security_group),
          field("subnet", task.subnet),
          field("log_group", task.log_group),
          field("region", facts.region),
          field("environment", facts.scope.names.environment, facts.environment_source),
          field("account", facts.scope.names.account, facts.account_source)};
}

bool is_known(const hamlet::Source& source) {
  return !source.file.empty() || !source.rule.empty();
}

std::string json_line(const std::vector<Field>& fields, bool explain) {
  auto object = json::Value::object();
  for (const auto& each : fields)
    object[each.name] = each.value;
  if (explain) {
    auto sources = json::Value::object();
    for (const auto& [name, value, source] : fields) {
      if (!is_known(source)) continue;
      auto& entry = sources[name] = json::Value::object();
      if (!source.file.empty()) entry["file"] = source.file;
      if (!source.pointer.empty()) entry["path"] = source.pointer;
      if (!source.rule.empty()) entry["rule"] = source.rule;
    }
    object["sources"] = std::move(sources);
  }
  return json::to_text(object);
}

std::string text_of(const json::Value& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return value.get_ref<const std::string&>();
  return json::to_text(value);
}

std::string with_variant(const std::string& name, const std::string& instance,
                         const std::string& version) {
  if (instance.empty() && version.empty()) return name;
  return name + "[" + instance + (version.empty() ? "" : "/" + version) + "]";
}

using Row = std::array<std::string, 9>;

Row row_of(const hamlet::Occurrence& task, const hamlet::ScopeFacts& facts) {
  const auto shown = [](const auto& sourced) { return sourced.value.value_or("-"); };
  std::string state = task.deployed ? "deployed" : "not deployed";
  if (task.enabled.value == false) state += ", disabled";
  if (!task.mistakes.empty()) state = "mistake";
  const auto mode = task.network_mode.value.value_or("");
  return {facts.scope.names.environment,
          task.tier,
          with_variant(task.component, task.component_instance, task.component_version),
          task.task,
          task.instance.empty() ? "-" : task.instance,
          task.version.empty() ? "-" : task.version,
          shown(task.engine) + (mode.empty() ? "" : "/" + mode),
          shown(task.container),
          state};
}

void print_table(const std::vector<Row>& rows, const World& world) {
  const Row heads = {"ENVIRONMENT", "TIER",    "COMPONENT", "TASK", "INSTANCE",
                     "VERSION",     "RUNS ON", "CONTAINER", "STATE"};
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (std::size_t i = 0; i < heads.size(); ++i) {
    widths[i] = heads[i].size();
    for (const auto& row : rows)
      widths[i] = std::max(widths[i], row[i].size());
  }
  const auto print = [&](const Row& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    world.screen.output(line);
  };
  print(heads);
  for (const auto& row : rows)
    print(row);
}

// Every value of a task with the place that it came from.
void print_explained(const hamlet::Occurrence& task, const hamlet::ScopeFacts& facts,
                     const World& world) {
  world.screen.output("");
  world.screen.output(
      with_variant(task.component, task.component_instance, task.component_version) + " " +
      with_variant(task.task, task.instance, task.version) + ":");
  for (const auto& [name, value, source] : fields_of(task, facts)) {
    if (!is_known(source)) continue;
    std::string line = "  " + name + " = " + text_of(value);
    if (!source.rule.empty()) line += "  (" + source.rule + ")";
    world.screen.output(line);
    if (!source.file.empty())
      world.screen.output("      " + source.file +
                          (source.pointer.empty() ? "" : " " + source.pointer));
  }
}

// A task that was never deployed, and where that was looked for.
void note_missing(const hamlet::Occurrence& task, const hamlet::Cmdb& cmdb, const World& world) {
  if (task.missing_outputs.empty()) return;
  const auto& files = cmdb.state_files();
  const char* what = task.network_missing ? ": its network is not deployed"
                     : task.deployed      ? " is not deployed whole"
                                          : " is not deployed";
  std::string text = "note: " + with_variant(task.task, task.instance, task.version) + what +
                     ": no stack output " + join(task.missing_outputs, ", ") + " in";
  for (std::size_t i = 0; i < std::min(files.size(), kFilesShownMax); ++i)
    text += "\n  " + files[i];
  if (files.size() > kFilesShownMax)
    text += "\n  and " + std::to_string(files.size() - kFilesShownMax) + " more";
  for (const auto& why : task.missing_notes)
    text += "\n  " + why;
  world.screen.message(text);
}

void warn(const std::vector<std::string>& warnings, const World& world) {
  for (std::size_t i = 0; i < std::min(warnings.size(), kWarningsShownMax); ++i)
    world.screen.message("warning: " + warnings[i]);
  if (warnings.size() > kWarningsShownMax)
    world.screen.message("warning: and " + std::to_string(warnings.size() - kWarningsShownMax) +
                         " more");
}

class Finder {
 public:
  Finder(const FindArguments& arguments, const World& world, hamlet::ScopeRequest request,
         hamlet::Selector selector)
      : arguments_(arguments),
        world_(world),
        request_(std::move(request)),
        selector_(std::move(selector)) {}

  // Whether a mistake of several lines is among the warnings already: "FILE: its first line".
  static bool is_summed_up(const std::string& mistake, const std::vector<std::string>& warnings) {
    const auto line_end = mistake.find('\n');
    if (line_end == std::string::npos) return false;
    const auto ending = ": " + mistake.substr(0, line_end);
    return std::any_of(warnings.begin(), warnings.end(), [&](const std::string& warning) {
      return warning.ends_with(ending) &&
             mistake.find(warning.substr(0, warning.size() - ending.size()), line_end) !=
                 std::string::npos;
    });
  }

  // Everything that hamlet's engine would refuse, each once.
  static std::vector<std::string> warnings_of(const hamlet::Cmdb& cmdb,
                                              const std::vector<hamlet::Occurrence>& tasks) {
    auto warnings = cmdb.warnings();
    std::set<std::string> known(warnings.begin(), warnings.end());
    const auto add = [&](const std::string& mistake) {
      if (!is_summed_up(mistake, cmdb.warnings()) && known.insert(mistake).second)
        warnings.push_back(mistake);
    };
    if (tasks.size() == cmdb.task_count()) {
      for (const auto& task : tasks)
        for (const auto& mistake : task.mistakes)
          add(mistake);
    } else {
      for (const auto& mistake : cmdb.mistakes())
        add(mistake);
    }
    return warnings;
  }

  // The tree below the scope's root, read once for all scopes that share it; null if that fails,
  // so that the load says why.
  const hamlet::Tree* tree_of(const hamlet::Scope& scope) {
    if (!request_.blueprint.empty() || scope.root_dir.empty()) return nullptr;
    if (!tree_ || tree_->root() != scope.root_dir) {
      tree_.reset();
      if (auto tree = hamlet::Tree::read(world_.files, scope.root_dir))
        tree_.emplace(*std::move(tree));
    }
    return tree_ ? &*tree_ : nullptr;
  }

  // Whether something was found.
  Result<bool> look_in(const hamlet::Scope& scope) {
    const hamlet::LoadOptions options{.with_sources = arguments_.explain, .tree = tree_of(scope)};
    const auto cmdb = TRY(load_cmdb(world_.files, request_, scope, options));
    const auto tasks = TRY(cmdb.find(selector_));
    warn(warnings_of(cmdb, tasks), world_);
    for (const auto& task : tasks) {
      if (arguments_.json) {
        world_.screen.output(json_line(fields_of(task, cmdb.facts()), arguments_.explain));
      } else {
        rows_.push_back(row_of(task, cmdb.facts()));
        if (arguments_.explain)
          explanations_.emplace_back([task, facts = cmdb.facts(), &world = world_] {
            print_explained(task, facts, world);
          });
      }
      if (!selector_.tasks.empty() || arguments_.explain) note_missing(task, cmdb, world_);
    }
    return !tasks.empty();
  }

  void print() const {
    if (!rows_.empty()) print_table(rows_, world_);
    for (const auto& explanation : explanations_)
      explanation();
  }

 private:
  const FindArguments& arguments_;
  const World& world_;
  hamlet::ScopeRequest request_;
  hamlet::Selector selector_;
  std::optional<hamlet::Tree> tree_;
  std::vector<Row> rows_;
  std::vector<std::function<void()>> explanations_;
};

int exit_code_of(const Error& error) {
  return error.code == Code::kUsage ? kExitUsage : kExitFailure;
}

}  // namespace

int find(const FindArguments& arguments, const World& world) {
  const auto fail_with = [&](const Error& error) {
    world.screen.message(error.text());
    return exit_code_of(error);
  };
  if (auto named = check_named_files(arguments.selection, world.files); !named)
    return fail_with(named.error());
  const auto request = scope_request_of(arguments.selection, world.environment);
  const auto scopes =
      hamlet::resolve_scopes(request, world.environment, world.files, sys::working_directory());
  if (!scopes) return fail_with(scopes.error());
  auto selector = selector_of(arguments.selection, world.environment, Absent::kAny);
  if (!selector) return fail_with(selector.error());

  Finder finder(arguments, world, request, *std::move(selector));
  int code = kExitSuccess;
  for (const auto& scope : *scopes) {
    auto found = finder.look_in(scope);
    if (found && *found) continue;
    code = kExitFailure;
    if (!found) {
      auto error = std::move(found).error();
      if (scopes->size() > 1) error.context.push_back("in environment " + scope.names.environment);
      code = std::max(code, fail_with(error));
    } else {
      world.screen.message("the CMDB defines no task" +
                           (scope.names.environment.empty()
                                ? std::string()
                                : " for environment " + scope.names.environment));
    }
  }
  finder.print();
  return code;
}

}  // namespace runtask::cli
