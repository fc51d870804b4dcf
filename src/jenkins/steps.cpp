#include "jenkins/steps.h"

#include <algorithm>
#include <array>

namespace runtask::jenkins {
namespace {

constexpr std::array kSteps = std::to_array<StepEntry>({
    {"archive", step_archive, "includes", true},
    {"archiveArtifacts", step_archive, "artifacts", true},
    {"ansiColor", step_script, "colorMapName"},
    {"bat", step_not_here, "script"},
    {"build", step_build, "job"},
    {"catchError", step_catch_error, "message"},
    {"certificate", step_binding, ""},
    {"checkout", step_checkout, "scm", true},
    {"cleanWs", step_clean_ws, "", true},
    {"deleteDir", step_delete_dir, "", true},
    {"dir", step_dir, "path", true},
    {"echo", step_echo, "message"},
    {"emailext", step_notify, "body"},
    {"error", step_error, "message"},
    {"file", step_binding, ""},
    {"fileExists", step_file_exists, "file", true},
    {"findFiles", step_find_files, "glob", true},
    {"git", step_git, "url", true},
    {"githubNotify", step_notify, "description"},
    {"gitUsernamePassword", step_binding, ""},
    {"input", step_input, "message"},
    {"isUnix", step_is_unix, ""},
    {"junit", step_junit, "testResults", true},
    {"library", step_library, "identifier"},
    {"libraryResource", step_library_resource, "resource"},
    {"load", step_load, "path", true},
    {"lock", step_script, "resource"},
    {"mail", step_notify, "body"},
    {"milestone", step_nothing, "ordinal"},
    {"node", step_node, "label"},
    {"office365ConnectorSend", step_notify, "message"},
    {"parallel", step_parallel, ""},
    {"powershell", step_not_here, "script"},
    {"properties", step_nothing, "properties"},
    {"publishHTML", step_notify, "target"},
    {"pwd", step_pwd, ""},
    {"pwsh", step_not_here, "script"},
    {"readFile", step_read_file, "file", true},
    {"readJSON", step_read_json, "", true},
    {"readProperties", step_read_properties, "file", true},
    {"readTrusted", step_read_trusted, "path"},
    {"readYaml", step_read_yaml, "file", true},
    {"recordIssues", step_notify, "tools"},
    {"retry", step_retry, "count"},
    {"script", step_script, ""},
    {"sh", step_sh, "script", true},
    {"slackSend", step_notify, "message"},
    {"sleep", step_sleep, "time"},
    {"sshUserPrivateKey", step_binding, ""},
    {"stage", step_stage, "name"},
    {"stash", step_stash, "name", true},
    {"string", step_binding, ""},
    {"booleanParam", step_binding, ""},
    {"choice", step_binding, ""},
    {"text", step_binding, ""},
    {"password", step_binding, ""},
    {"telegramSend", step_notify, "message"},
    {"timeout", step_timeout, "time"},
    {"timestamps", step_timestamps, ""},
    {"tool", step_tool, "name"},
    {"touch", step_touch, "file", true},
    {"unstable", step_unstable, "message"},
    {"unstash", step_unstash, "name", true},
    {"usernameColonPassword", step_binding, ""},
    {"usernamePassword", step_binding, ""},
    {"waitUntil", step_wait_until, ""},
    {"warnError", step_warn_error, "message"},
    {"withCredentials", step_with_credentials, "bindings"},
    {"withEnv", step_with_env, "overrides"},
    {"wrap", step_script, "delegate"},
    {"writeFile", step_write_file, "file", true},
    {"writeJSON", step_write_json, "", true},
    {"ws", step_ws, "dir"},
    {"scmGit", step_binding, ""},
});

}  // namespace

const StepEntry* find_step(std::string_view name) {
  const auto* found = std::find_if(kSteps.begin(), kSteps.end(),
                                   [&](const StepEntry& step) { return step.name == name; });
  return found != kSteps.end() ? found : nullptr;
}

std::vector<std::string> step_names() {
  std::vector<std::string> names;
  for (const auto& step : kSteps)
    names.emplace_back(step.name);
  return names;
}

// Says what would be sent, and to whom nothing is.
Outcome step_notify(Execution& execution, StepCall& call) {
  std::string words;
  for (const auto& [name, value] : call.arguments)
    words += " " + name + "=" + call.branch.text(value).value_or("");
  execution.say(call.branch, call.name + " (not sent from here):" + words);
  return Value();
}

Outcome step_nothing(Execution& execution, StepCall& call) {
  return execution.run_body(call.branch, call.body);
}

// string(credentialsId: ...), booleanParam(...): a description that another step reads.
Outcome step_binding(Execution& /*execution*/, StepCall& call) {
  const auto map = call.branch.map();
  for (const auto& [name, value] : call.arguments)
    map->put(call.branch.text_value(name), value);
  map->put(call.branch.text_value("$kind"), call.branch.text_value(call.name));
  return Value(map);
}

}  // namespace runtask::jenkins
