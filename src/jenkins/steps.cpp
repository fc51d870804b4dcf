#include "jenkins/steps.h"

#include <algorithm>
#include <array>

namespace runtask::jenkins {
namespace {

constexpr std::array kSteps = std::to_array<StepEntry>({
    {"addBadge", step_notify, "text"},
    {"addShortText", step_notify, "text"},
    {"allure", step_notify, "results"},
    {"ansiColor", step_script, "colorMapName"},
    {"archive", step_archive, "includes", true},
    {"archiveArtifacts", step_archive, "artifacts", true},
    {"bat", step_not_here, "script"},
    {"bitbucketStatusNotify", step_notify, "buildState"},
    {"booleanParam", step_binding, ""},
    {"build", step_build, "job"},
    {"catchError", step_catch_error, "message"},
    {"certificate", step_binding, ""},
    {"checkout", step_checkout, "scm", true},
    {"choice", step_binding, ""},
    {"cleanWs", step_clean_ws, "", true},
    {"cobertura", step_notify, "coberturaReportFile"},
    {"cucumber", step_notify, "fileIncludePattern"},
    {"deleteDir", step_delete_dir, "", true},
    {"configFile", step_binding, ""},
    {"configFileProvider", step_config_files, "managedFiles"},
    {"container", step_container, "name"},
    {"dir", step_dir, "path", true},
    {"discordSend", step_notify, "description"},
    {"echo", step_echo, "message"},
    {"emailext", step_notify, "body"},
    {"emailextrecipients", step_binding, "recipientProviders"},
    {"error", step_error, "message"},
    {"extendedChoice", step_binding, ""},
    {"file", step_binding, ""},
    {"fileExists", step_file_exists, "file", true},
    {"findFiles", step_find_files, "glob", true},
    {"fingerprint", step_notify, "targets"},
    {"git", step_git, "url", true},
    {"githubNotify", step_notify, "description"},
    {"gitlabCommitStatus", step_notify, "name"},
    {"gitUsernamePassword", step_binding, ""},
    {"googlechatnotification", step_notify, "message"},
    {"hipchatSend", step_notify, "message"},
    {"input", step_input, "message"},
    {"isUnix", step_is_unix, ""},
    {"jacoco", step_notify, ""},
    {"junit", step_junit, "testResults", true},
    {"library", step_library, "identifier"},
    {"libraryResource", step_library_resource, "resource"},
    {"load", step_load, "path", true},
    {"localBranch", step_binding, "localBranch"},
    {"lock", step_lock, "resource"},
    {"mail", step_notify, "body"},
    {"mattermostSend", step_notify, "message"},
    {"milestone", step_nothing, "ordinal"},
    {"node", step_node, "label"},
    {"nodejs", step_with_tools, "nodeJSInstallationName"},
    {"office365ConnectorSend", step_notify, "message"},
    {"parallel", step_parallel, ""},
    {"password", step_binding, ""},
    {"powershell", step_not_here, "script"},
    {"properties", step_nothing, "properties"},
    {"publishChecks", step_notify, "name"},
    {"publishCoverage", step_notify, "adapters"},
    {"publishHTML", step_notify, "target"},
    {"pwd", step_pwd, ""},
    {"pwsh", step_pwsh, "script", true},
    {"readCSV", step_read_csv, "file", true},
    {"readFile", step_read_file, "file", true},
    {"readJSON", step_read_json, "", true},
    {"readManifest", step_read_manifest, "file", true},
    {"readMavenPom", step_read_maven_pom, "file", true},
    {"readProperties", step_read_properties, "file", true},
    {"readTrusted", step_read_trusted, "path"},
    {"readYaml", step_read_yaml, "file", true},
    {"recordCoverage", step_notify, "tools"},
    {"recordIssues", step_notify, "tools"},
    {"retry", step_retry, "count"},
    {"rtp", step_notify, "stableText"},
    {"scmGit", step_binding, ""},
    {"script", step_script, ""},
    {"sh", step_sh, "script", true},
    {"slackSend", step_notify, "message"},
    {"sleep", step_sleep, "time"},
    {"sshUserPrivateKey", step_binding, ""},
    {"sshagent", step_ssh_agent, "credentials"},
    {"stage", step_stage, "name"},
    {"stash", step_stash, "name", true},
    {"step", step_general, "delegate", true},
    {"string", step_binding, ""},
    {"telegramSend", step_notify, "message"},
    {"text", step_binding, ""},
    {"timeout", step_timeout, "time"},
    {"timestamps", step_timestamps, ""},
    {"tool", step_tool, "name"},
    {"touch", step_touch, "file", true},
    {"unstable", step_unstable, "message"},
    {"unstash", step_unstash, "name", true},
    {"unzip", step_unzip, "zipFile", true},
    {"updateGitlabCommitStatus", step_notify, "name"},
    {"usernameColonPassword", step_binding, ""},
    {"usernamePassword", step_binding, ""},
    {"waitUntil", step_wait_until, ""},
    {"warnError", step_warn_error, "message"},
    {"withAnt", step_with_tools, "installation"},
    {"withAWS", step_with_aws, "region"},
    {"withBuildUser", step_script, ""},
    {"withChecks", step_script, "name"},
    {"withCredentials", step_with_credentials, "bindings"},
    {"withDockerContainer", step_with_docker_container, "image", true},
    {"withDockerRegistry", step_with_docker_registry, "url"},
    {"withEnv", step_with_env, "overrides"},
    {"withGradle", step_with_tools, "gradle"},
    {"withMaven", step_with_tools, "maven"},
    {"withSonarQubeEnv", step_with_warning, "installationName"},
    {"wrap", step_wrap, "delegate"},
    {"writeCSV", step_write_csv, "", true},
    {"writeFile", step_write_file, "file", true},
    {"writeJSON", step_write_json, "", true},
    {"writeYaml", step_write_yaml, "", true},
    {"ws", step_ws, "dir"},
    {"xunit", step_notify, "tools"},
    {"zip", step_zip, "zipFile", true},
});

constexpr std::array<std::string_view, 11> kElsewhere = {
    "copyArtifacts",  "kubernetesDeploy", "podTemplate",        "readTOML",
    "scanForIssues",  "sshPublisher",     "waitForQualityGate", "withDockerServer",
    "withKubeConfig", "withNPM",          "withVault"};

// What describes something in an argument of another step, as in
// emailext(recipientProviders: [developers()]) and recordIssues(tools: [java()]).
constexpr std::array<std::string_view, 92> kSymbols = {"CTest",
                                                       "GoogleTest",
                                                       "JUnit",
                                                       "PyTest",
                                                       "agent",
                                                       "authorInChangelog",
                                                       "aws",
                                                       "brokenBuildSuspects",
                                                       "brokenTestsSuspects",
                                                       "buildParameter",
                                                       "buildUser",
                                                       "changelogToBranch",
                                                       "checkStyle",
                                                       "checkoutOption",
                                                       "clang",
                                                       "clangTidy",
                                                       "cleanAfterCheckout",
                                                       "cleanBeforeCheckout",
                                                       "cloneOption",
                                                       "cmake",
                                                       "coberturaAdapter",
                                                       "contributor",
                                                       "cppCheck",
                                                       "culprits",
                                                       "developers",
                                                       "dockerCert",
                                                       "dockerLint",
                                                       "doxygen",
                                                       "errorProne",
                                                       "esLint",
                                                       "excludeFile",
                                                       "findBugs",
                                                       "firstFailingBuildSuspects",
                                                       "flake8",
                                                       "gcc",
                                                       "gcc4",
                                                       "gitSCM",
                                                       "github",
                                                       "globalMavenSettingsConfig",
                                                       "goLint",
                                                       "goVet",
                                                       "hadoLint",
                                                       "includeFile",
                                                       "issues",
                                                       "istanbulCoberturaAdapter",
                                                       "jacocoAdapter",
                                                       "java",
                                                       "javaDoc",
                                                       "junitParser",
                                                       "junitPublisher",
                                                       "kotlin",
                                                       "kubernetesAgent",
                                                       "lastSuccessful",
                                                       "latestSavedBuild",
                                                       "legacySCM",
                                                       "lfs",
                                                       "localBranch",
                                                       "mavenConsole",
                                                       "mavenSettingsConfig",
                                                       "modernSCM",
                                                       "msBuild",
                                                       "nonresumable",
                                                       "pep8",
                                                       "permalink",
                                                       "php",
                                                       "phpCodeSniffer",
                                                       "phpStan",
                                                       "pmdParser",
                                                       "pruneStaleBranch",
                                                       "pruneTags",
                                                       "pyLint",
                                                       "recipients",
                                                       "requestor",
                                                       "ruboCop",
                                                       "sarif",
                                                       "scala",
                                                       "shellCheck",
                                                       "sourceFiles",
                                                       "sparseCheckout",
                                                       "specific",
                                                       "spotBugs",
                                                       "submodule",
                                                       "swiftLint",
                                                       "taskScanner",
                                                       "tomcat7",
                                                       "tomcat8",
                                                       "tomcat9",
                                                       "trivy",
                                                       "tsLint",
                                                       "upstreamDevelopers",
                                                       "userIdentity",
                                                       "yamlLint"};

}  // namespace

const StepEntry* find_step(std::string_view name) {
  const auto* found = std::find_if(kSteps.begin(), kSteps.end(),
                                   [&](const StepEntry& step) { return step.name == name; });
  return found != kSteps.end() ? found : nullptr;
}

std::vector<std::string> step_names() {
  std::vector<std::string> names;
  names.reserve(std::size(kSteps));
  for (const auto& step : kSteps)
    names.emplace_back(step.name);
  return names;
}

bool is_symbol(std::string_view name) {
  return std::find(kSymbols.begin(), kSymbols.end(), name) != kSymbols.end();
}

bool is_elsewhere(std::string_view name) {
  return std::find(kElsewhere.begin(), kElsewhere.end(), name) != kElsewhere.end();
}

namespace {

// As it was written: developers(), checkStyle(pattern: *.xml).
std::string words_of(Branch& branch, const Value& value) {
  if (value.is(groovy::Kind::kList)) {
    std::string words;
    for (const auto& item : value.as<groovy::List>().items)
      words += (words.empty() ? "" : ", ") + words_of(branch, item);
    return "[" + words + "]";
  }
  const auto* kind = value.is(groovy::Kind::kMap) ? value.as<groovy::Map>().find("$kind") : nullptr;
  if (kind == nullptr) return branch.text(value).value_or("");
  std::string words;
  for (const auto& item : value.as<groovy::Map>().items())
    if (const auto name = branch.text(item.key).value_or(""); name != "$kind")
      words += (words.empty() ? "" : ", ") + name + ": " + words_of(branch, item.value);
  return branch.text(*kind).value_or("") + "(" + words + ")";
}

}  // namespace

// Says what would be sent, and to whom nothing is.
Outcome step_notify(Execution& execution, StepCall& call) {
  std::string words;
  for (const auto& [name, value] : call.arguments)
    words += " " + name + "=" + words_of(call.branch, value);
  execution.say(call.branch, call.name + " (not sent from here):" + words);
  return execution.run_body(call.branch, call.body);
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
