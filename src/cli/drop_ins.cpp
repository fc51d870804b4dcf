#include "cli/drop_ins.h"

#include <array>

namespace runtask::cli {
namespace {

constexpr const char* kMark = ".runtask-overlay";  // What build_overlay() has built has this file.

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

AgentDirectories below(const std::string& base) {
  return {base + "/automation", base + "/automation/jenkins/aws", base, base + "/cli"};
}

// Links in `to` for everything that `from` has, but for the names in `except`.
Result<> link_all(sys::Files& files, const std::string& from, const std::string& to,
                  const std::vector<std::string>& except) {
  TRY(files.make_directory(to, 0755));
  if (from.empty()) return {};
  const auto path = [](const std::string& folder, const std::string& name) {
    return folder + "/" + name;
  };
  for (const auto& name : TRY(files.list(from))) {
    bool is_ours = name == kMark;
    for (const auto& other : except)
      is_ours = is_ours || name == other;
    if (!is_ours) TRY(files.make_link(path(from, name), path(to, name)));
  }
  return {};
}

Result<> clear(sys::Files& files, const std::string& directory) {
  if (!files.exists(directory)) return {};
  if (!files.is_directory(directory)) return fail(Code::kConflict, directory + " is no directory");
  const auto names = TRY(files.list(directory));
  if (!names.empty() && !files.exists(directory + "/" + kMark))
    return fail(Code::kConflict, directory + " holds files that no overlay has put there",
                "give an empty directory, or one that does not exist yet");
  return files.remove(directory);
}

// The agent's own directory, absolute; empty when it has none. Not one of an overlay: that would
// link to itself.
Result<std::string> agents(const sys::Files& files, const sys::Environment& environment,
                           const char* variable, const std::string& overlay) {
  const auto value = environment.get_non_empty(variable);
  if (!value) return std::string();
  if (!files.is_directory(*value))
    return fail(Code::kNotFound,
                std::string(variable) + " is " + *value + ", which is no directory");
  if (*value == overlay || value->starts_with(overlay + "/"))
    return fail(Code::kConflict, std::string(variable) + " is already in the overlay " + overlay,
                "unset it, or point it to the bash executor itself");
  return *value;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> AgentDirectories::variables() const {
  return {{"AUTOMATION_BASE_DIR", automation_base},
          {"AUTOMATION_DIR", automation},
          {"GENERATION_BASE_DIR", generation_base},
          {"GENERATION_DIR", generation}};
}

Result<AgentDirectories> find_drop_ins(const sys::Files& files, const std::string& program) {
  const auto folder = folder_of(program);
  for (const auto& base : {folder_of(folder) + "/share/runtask", folder + "/share/runtask"})
    if (files.exists(base + "/cli/runTask.sh")) return below(base);
  return fail(Code::kNotFound, "the links with hamlet's script names are not beside " + program,
              "make install puts them into PREFIX/share/runtask");
}

Result<AgentDirectories> build_overlay(sys::Files& files, const AgentDirectories& drop_ins,
                                       const sys::Environment& environment,
                                       const std::string& directory) {
  const auto base = TRY(agents(files, environment, "GENERATION_BASE_DIR", directory));
  const auto automation_base = TRY(agents(files, environment, "AUTOMATION_BASE_DIR", directory));
  const auto automation = TRY(agents(files, environment, "AUTOMATION_DIR", directory));
  const auto generation = TRY(agents(files, environment, "GENERATION_DIR", directory));
  if (base.empty() && automation_base.empty() && automation.empty() && generation.empty())
    return fail(Code::kUsage, "the environment names no bash executor to lay the drop-ins over",
                "set GENERATION_BASE_DIR, AUTOMATION_BASE_DIR, AUTOMATION_DIR and GENERATION_DIR");
  TRY(clear(files, directory));
  const auto overlay = below(directory);
  TRY(files.make_directory(directory, 0755));
  TRY(files.write(directory + "/" + kMark, "built by runtask env --overlay\n", 0644));
  TRY(link_all(files, base, overlay.generation_base, {"automation", "cli"}));
  TRY(link_all(files, automation_base, overlay.automation_base,
               {"jenkins", "setContext.sh", "constructTree.sh"}));
  TRY(link_all(files, automation_base.empty() ? "" : automation_base + "/jenkins",
               overlay.automation_base + "/jenkins", {"aws"}));
  TRY(link_all(files, automation, overlay.automation, {"constructTree.sh"}));
  TRY(link_all(files, generation, overlay.generation, {"runTask.sh"}));
  for (const auto& [from, to, name] :
       {std::array{drop_ins.automation_base, overlay.automation_base, std::string("setContext.sh")},
        {drop_ins.automation_base, overlay.automation_base, "constructTree.sh"},
        {drop_ins.automation, overlay.automation, "constructTree.sh"},
        {drop_ins.generation, overlay.generation, "runTask.sh"}})
    TRY(files.make_link(std::string(from) + "/" + name, std::string(to) + "/" + name));
  return overlay;
}

}  // namespace runtask::cli
