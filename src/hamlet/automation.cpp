#include "hamlet/automation.h"

#include "base/text.h"

namespace runtask::hamlet {
namespace {

// The parts of a job's name between slashes and blanks. A part such as `cotp-shop` names the
// product, whatever folder it is in; the first of a kind counts.
void read_job_name(ScriptVariables& settings) {
  constexpr std::string_view kBetween = "/ \t\n";
  const std::string job = settings.get("JOB_NAME");
  for (std::size_t at = 0; at < job.size();) {
    const auto begin = job.find_first_not_of(kBetween, at);
    if (begin == std::string::npos) break;
    at = std::min(job.find_first_of(kBetween, begin), job.size());
    const auto part = job.substr(begin, at - begin);
    if (part.size() < 6 || !part.starts_with("cot") || part[4] != '-') continue;
    const char kind = part[3];
    const char* name = kind == 't'   ? "TENANT"
                       : kind == 'p' ? "PRODUCT"
                       : kind == 'e' ? "ENVIRONMENT"
                       : kind == 's' ? "SEGMENT"
                                     : nullptr;
    if (name != nullptr && settings.get(name).empty()) settings.set(name, part.substr(5));
  }
}

void default_to(ScriptVariables& settings, const char* name, const char* other) {
  if (settings.get(name).empty()) settings.set(name, settings.get(other));
}

bool read_build_directories(const sys::Files& files, ScriptVariables& settings,
                            Messages& messages) {
  std::string build = settings.get("WORKSPACE");
  if (files.is_directory(build + "/build")) build += "/build";
  if (const auto& path = settings.get("BUILD_PATH"); !path.empty()) {
    if (!files.is_directory(build + "/" + path)) {
      messages.fatal("Build path directory \"" + path + "\" not found");
      return false;
    }
    build += "/" + path;
  }
  std::string source = build;
  if (const auto& path = settings.get("BUILD_SRC_DIR"); !path.empty()) {
    source = build + "/" + path;
    if (!files.is_directory(source)) {
      messages.fatal("Build source directory " + path + " not found");
      return false;
    }
  } else {
    // The last one that is there, and `content` is asked for twice: it beats all the others.
    for (const char* name : {"src", "app", "pkg", "package", "content"})
      if (files.is_directory(build + "/" + name)) source = build + "/" + name;
  }
  std::string devops = build;
  for (const char* name : {"devops", "deploy"})
    if (files.is_directory(build + "/" + name)) devops = build + "/" + name;
  settings.set("AUTOMATION_BUILD_DIR", build);
  settings.set("AUTOMATION_BUILD_SRC_DIR", source);
  settings.set("AUTOMATION_BUILD_DEVOPS_DIR", devops);
  return true;
}

bool read_jenkins(const ContextSources& sources, Script& script, Messages& messages) {
  auto& settings = script.settings;
  read_job_name(settings);
  default_to(settings, "GIT_USER", "BUILD_USER");
  default_to(settings, "GIT_EMAIL", "BUILD_USER_EMAIL");
  settings.set("AUTOMATION_DATA_DIR", settings.get("WORKSPACE"));
  if (!read_build_directories(sources.files, settings, messages)) return false;
  settings.set("AUTOMATION_JOB_IDENTIFIER", settings.get("BUILD_NUMBER"));
  return true;
}

void read_azure(const ContextSources& sources, Script& script) {
  auto& settings = script.settings;
  const auto keep = [&](const char* name, const std::string& value) {
    settings.set(name, value);
    script.save(name);
  };
  default_to(settings, "GIT_USER", "BUILD_USER");
  default_to(settings, "GIT_EMAIL", "BUILD_USER_EMAIL");
  script.save("GIT_USER");
  script.save("GIT_EMAIL");
  const auto workspace = settings.get("WORKSPACE");
  keep("AUTOMATION_DATA_DIR", workspace);
  for (const char* name : {"devops", "deploy"})
    if (const auto path = workspace + "/" + name; sources.files.is_directory(path))
      keep("AUTOMATION_BUILD_DIR", path);
  keep("AUTOMATION_BUILD_SRC_DIR", workspace);
  keep("AUTOMATION_BUILD_DEVOPS_DIR", workspace);
}

void read_hamlet_cli(const ContextSources& sources, Script& script) {
  for (const auto& [name, key] :
       {std::pair("GIT_USER", "user.name"), std::pair("GIT_EMAIL", "user.email")}) {
    if (script.settings.get(name).empty() && sources.git_setting)
      script.settings.set(name, sources.git_setting(key));
    script.save(name);
  }
}

}  // namespace

bool read_automation(const ContextSources& sources, Script& script, Messages& messages) {
  auto& settings = script.settings;
  auto provider = settings.get("AUTOMATION_PROVIDER");
  if (provider.empty() && !settings.get("JENKINS_HOME").empty()) provider = "jenkins";
  provider = lower_case(provider);
  settings.set("AUTOMATION_PROVIDER", provider);
  if (provider == "jenkins" && !read_jenkins(sources, script, messages)) return false;
  if (provider == "azurepipelines") read_azure(sources, script);
  if (provider == "hamletcli") read_hamlet_cli(sources, script);
  script.destination = {provider, settings.get("AUTOMATION_DATA_DIR")};
  return true;
}

}  // namespace runtask::hamlet
