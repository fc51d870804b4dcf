#include "cli/selection.h"

#include <algorithm>

#include "base/text.h"
#include "sys/programs.h"

namespace runtask::cli {
namespace {

// Parts of a comma list without the blanks around them; an empty part is the unnamed instance.
std::vector<std::string> parts_of(const std::string& list) {
  std::vector<std::string> parts;
  for (const auto& part : split(list, ','))
    parts.emplace_back(trimmed(part));
  if (parts.empty()) parts.emplace_back();
  return parts;
}

}  // namespace

Result<> check_named_files(const Selection& selection, const sys::Files& files) {
  if (!selection.root_dir.empty() && !files.is_directory(selection.root_dir))
    return fail(Code::kUsage, "--root-dir " + selection.root_dir + " is no directory");
  if (!selection.blueprint.empty() && !files.exists(selection.blueprint))
    return fail(Code::kUsage, "--blueprint " + selection.blueprint + " does not exist");
  return {};
}

hamlet::ScopeRequest scope_request_of(const Selection& selection,
                                      const sys::Environment& environment) {
  hamlet::ScopeRequest request;
  request.root_dir = selection.root_dir;
  request.tenant = selection.tenant;
  request.product = selection.product;
  request.environments = selection.environments;
  request.segment = selection.segment;
  request.accounts = selection.accounts;
  request.region = selection.region;
  request.blueprint = selection.blueprint.empty()
                          ? environment.get("RUNTASK_BLUEPRINT").value_or("")
                          : selection.blueprint;
  return request;
}

Result<hamlet::Selector> selector_of(const Selection& selection,
                                     const sys::Environment& environment, Absent absent) {
  const auto or_unnamed = [&](const std::optional<std::string>& given) {
    return given || absent == Absent::kAny ? given : std::optional<std::string>("");
  };
  hamlet::Selector selector;
  selector.tier = selection.tier;
  selector.component = selection.component;
  selector.version = or_unnamed(selection.task_version);
  selector.component_instance = or_unnamed(selection.component_instance);
  selector.component_version = or_unnamed(selection.component_version);
  selector.container = selection.container;
  if (selection.tasks)
    for (auto& task : parts_of(*selection.tasks))
      if (!task.empty() &&
          std::find(selector.tasks.begin(), selector.tasks.end(), task) == selector.tasks.end())
        selector.tasks.push_back(std::move(task));
  auto instances = selection.instances;
  if (!instances) instances = environment.get_non_empty("TASK_INSTANCE");
  instances = or_unnamed(instances);
  if (instances) selector.instances = parts_of(*instances);
  for (const auto& instance : selector.instances) {
    // All instances are all versions of them too, unless one is asked for.
    if (instance == "*" && !selection.task_version) selector.version.reset();
    if (instance == "null")
      return fail(Code::kUsage, "the task instance is the text `null`: a parameter that nobody set",
                  "give -x NAME, `default` for the unnamed instance, or `*` for all");
  }
  return selector;
}

Result<hamlet::Cmdb> load_cmdb(const sys::Files& files, const hamlet::ScopeRequest& request,
                               const hamlet::Scope& scope, hamlet::LoadOptions options) {
  if (request.blueprint.empty()) return hamlet::Cmdb::load(files, scope, options);
  const auto path = request.blueprint.front() == '/'
                        ? request.blueprint
                        : sys::working_directory() + "/" + request.blueprint;
  return hamlet::Cmdb::load_blueprint(files, path, scope, options);
}

}  // namespace runtask::cli
