#include "jenkins/signatures.h"

#include <algorithm>
#include <array>

namespace runtask::jenkins {
namespace {

// A row is a name and its fields in one text: `name:type`, the type with a `!` when it is required.
// s text, b truth, i integer, l list, u unit of time, a anything. `...` leaves the list open, `{}`
// says that a block of code follows.
struct Row {
  std::string_view name;
  std::string_view fields;
};

// jenkins-pipeline 2. Steps that are not here are not checked.
constexpr std::array kSteps = {
    Row{"ansiColor", "colorMapName:s {}"},
    Row{"archive", "includes:s! excludes:s"},
    Row{"archiveArtifacts",
        "artifacts:s! excludes:s allowEmptyArchive:b fingerprint:b onlyIfSuccessful:b "
        "followSymlinks:b caseSensitive:b defaultExcludes:b latestOnly:b"},
    Row{"bat", "script:s! returnStdout:b returnStatus:b encoding:s label:s"},
    Row{"build", "job:s! parameters:a wait:b propagate:b quietPeriod:a waitForStart:b"},
    Row{"catchError", "message:s buildResult:s stageResult:s catchInterruptions:b {}"},
    Row{"checkout", "scm:a! ..."},
    Row{"cleanWs",
        "cleanWhenAborted:b cleanWhenFailure:b cleanWhenNotBuilt:b cleanWhenSuccess:b "
        "cleanWhenUnstable:b cleanupMatrixParent:b deleteDirs:b disableDeferredWipeout:b "
        "externalDelete:s notFailBuild:b patterns:l skipWhenFailed:b"},
    Row{"deleteDir", ""},
    Row{"dir", "path:s! {}"},
    Row{"echo", "message:s!"},
    Row{"error", "message:s!"},
    Row{"fileExists", "file:s!"},
    Row{"git", "url:s! branch:s credentialsId:s changelog:b poll:b"},
    Row{"input", "message:s! id:s ok:s submitter:s submitterParameter:s parameters:a cancel:s"},
    Row{"isUnix", ""},
    Row{"junit", "testResults:s! ..."},
    Row{"load", "path:s!"},
    Row{"mail", "subject:s! body:s! to:s cc:s bcc:s from:s replyTo:s charset:s mimeType:s"},
    Row{"powershell", "script:s! returnStdout:b returnStatus:b encoding:s label:s ..."},
    Row{"pwd", "tmp:b"},
    Row{"pwsh", "script:s! returnStdout:b returnStatus:b encoding:s label:s ..."},
    Row{"readFile", "file:s! encoding:s"},
    Row{"readJSON", "file:s text:s returnPojo:b"},
    Row{"readProperties", "file:s text:s defaults:a interpolate:b charset:s replaceTokens:b"},
    Row{"retry", "count:i! conditions:a {}"},
    Row{"sh", "script:s! returnStdout:b returnStatus:b encoding:s label:s"},
    Row{"sleep", "time:i! unit:u"},
    Row{"stash", "name:s! includes:s excludes:s useDefaultExcludes:b allowEmpty:b"},
    Row{"timeout", "time:i! unit:u activity:b {}"},
    Row{"timestamps", "{}"},
    Row{"tool", "name:s! type:s"},
    Row{"unstable", "message:s!"},
    Row{"unstash", "name:s!"},
    Row{"waitUntil", "initialRecurrencePeriod:a quiet:b {}"},
    Row{"warnError", "message:s! ... {}"},
    Row{"withCredentials", "bindings:l! {}"},
    Row{"withEnv", "overrides:l! {}"},
    Row{"writeFile", "file:s! text:s! encoding:s"},
    Row{"ws", "dir:s! {}"},
};

// jenkins-pipeline 1.7. The first are Jenkins' own, then those of plugins that are often there.
constexpr std::array kOptions = {
    Row{"buildDiscarder", "strategy:a!"},
    Row{"checkoutToSubdirectory", "subdirectory:s!"},
    Row{"disableConcurrentBuilds", "abortPrevious:b"},
    Row{"disableRestartFromStage", ""},
    Row{"disableResume", ""},
    Row{"durabilityHint", "hint:s!"},
    Row{"newContainerPerStage", ""},
    Row{"overrideIndexTriggers", "enableTriggers:b!"},
    Row{"parallelsAlwaysFailFast", ""},
    Row{"preserveStashes", "buildCount:i"},
    Row{"quietPeriod", "quietPeriod:i!"},
    Row{"retry", "count:i! conditions:a"},
    Row{"skipDefaultCheckout", "skipDefaultCheckout:b!"},
    Row{"skipStagesAfterUnstable", ""},
    Row{"timeout", "time:i! unit:u activity:b"},
    Row{"timestamps", ""},
    Row{"ansiColor", "..."},
    Row{"allowBrokenBuildClaiming", "..."},
    Row{"authorizationMatrix", "..."},
    Row{"authorizeProjectProperty", "..."},
    Row{"azureKeyVault", "..."},
    Row{"buildBlocker", "..."},
    Row{"cache", "..."},
    Row{"catchError", "..."},
    Row{"container", "..."},
    Row{"copyArtifactPermission", "..."},
    Row{"datadog", "..."},
    Row{"discordNotifier", "..."},
    Row{"gerritReview", "..."},
    Row{"githubProjectProperty", "..."},
    Row{"gitLabConnection", "..."},
    Row{"gitlabBuilds", "..."},
    Row{"gitlabCommitStatus", "..."},
    Row{"giteaConnection", "..."},
    Row{"jiraSite", "..."},
    Row{"lock", "..."},
    Row{"logstash", "..."},
    Row{"office365ConnectorWebhooks", "..."},
    Row{"podTemplate", "..."},
    Row{"promotionProperty", "..."},
    Row{"rateLimitBuilds", "..."},
    Row{"rateLimit", "..."},
    Row{"rebuild", "..."},
    Row{"sidebarLinks", "..."},
    Row{"throttle", "..."},
    Row{"throttleJobProperty", "..."},
    Row{"warnError", "..."},
    Row{"withAWS", "..."},
    Row{"withAnt", "..."},
    Row{"withBuildUser", "..."},
    Row{"withChecks", "..."},
    Row{"withCredentials", "..."},
    Row{"withEnv", "..."},
    Row{"withFileParameter", "..."},
    Row{"withFolderProperties", "..."},
    Row{"withGradle", "..."},
    Row{"withNPM", "..."},
    Row{"withSonarQubeEnv", "..."},
    Row{"withVault", "..."},
    Row{"wrap", "..."},
    Row{"ws", "..."},
};

// Steps with a block that cannot be options: Jenkins takes no step there that works in a workspace.
constexpr std::array<std::string_view, 8> kWorkspaceSteps = {
    "configFileProvider", "nodejs",           "sshagent",       "withDockerContainer",
    "withDockerRegistry", "withDockerServer", "withKubeConfig", "withMaven"};

// Options of a job, which a stage does not have; all others wrap a block of steps, or are
// Jenkins' own that a stage may have too.
constexpr std::array<std::string_view, 29> kRootOptions = {"allowBrokenBuildClaiming",
                                                           "authorizationMatrix",
                                                           "authorizeProjectProperty",
                                                           "buildBlocker",
                                                           "buildDiscarder",
                                                           "copyArtifactPermission",
                                                           "disableConcurrentBuilds",
                                                           "disableRestartFromStage",
                                                           "disableResume",
                                                           "durabilityHint",
                                                           "githubProjectProperty",
                                                           "gitLabConnection",
                                                           "giteaConnection",
                                                           "jiraSite",
                                                           "newContainerPerStage",
                                                           "office365ConnectorWebhooks",
                                                           "overrideIndexTriggers",
                                                           "parallelsAlwaysFailFast",
                                                           "preserveStashes",
                                                           "promotionProperty",
                                                           "quietPeriod",
                                                           "rateLimit",
                                                           "rateLimitBuilds",
                                                           "rebuild",
                                                           "sidebarLinks",
                                                           "skipStagesAfterUnstable",
                                                           "throttle",
                                                           "throttleJobProperty",
                                                           "logstash"};

// jenkins-pipeline 1.9 and 5.
constexpr std::array kParameters = {
    Row{"base64File", "name:s! description:s"},
    Row{"booleanParam", "name:s! defaultValue:b description:s"},
    Row{"choice", "name:s! choices:a! description:s"},
    Row{"credentials", "name:s! description:s credentialType:s defaultValue:s required:b"},
    Row{"extendedChoice",
        "name:s! type:s value:s defaultValue:s description:s multiSelectDelimiter:s quoteValue:b "
        "visibleItemCount:i saveJSONParameterToFile:b projectName:s propertyFile:s propertyKey:s "
        "groovyScript:s groovyScriptFile:s bindings:s groovyClasspath:s javascript:s "
        "javascriptFile:s defaultPropertyFile:s defaultPropertyKey:s defaultGroovyScript:s "
        "defaultGroovyScriptFile:s defaultBindings:s defaultGroovyClasspath:s "
        "descriptionPropertyFile:s descriptionPropertyValue:s descriptionPropertyKey:s "
        "descriptionGroovyScript:s descriptionGroovyScriptFile:s descriptionBindings:s "
        "descriptionGroovyClasspath:s"},
    Row{"file", "name:s! description:s"},
    Row{"password", "name:s! defaultValue:s defaultValueAsSecret:a description:s"},
    Row{"run", "name:s! projectName:s description:s filter:s"},
    Row{"stashedFile", "name:s! description:s"},
    Row{"string", "name:s! defaultValue:s description:s trim:b"},
    Row{"text", "name:s! defaultValue:s description:s trim:b"},
    Row{"RESTList", "..."},
    Row{"activeChoice", "..."},
    Row{"activeChoiceHtml", "..."},
    Row{"activeChoiceParam", "..."},
    Row{"activeChoiceReactiveParam", "..."},
    Row{"activeChoiceReactiveReferenceParam", "..."},
    Row{"agentParameter", "..."},
    Row{"cascadeChoice", "..."},
    Row{"checkboxParameter", "..."},
    Row{"date", "..."},
    Row{"dynamicReference", "..."},
    Row{"editableChoice", "..."},
    Row{"extensibleChoice", "..."},
    Row{"gitParameter", "..."},
    Row{"hidden", "..."},
    Row{"imageTag", "..."},
    Row{"labelParam", "..."},
    Row{"listGitBranches", "..."},
    Row{"multiselect", "..."},
    Row{"nodeParam", "..."},
    Row{"nonStoredPassword", "..."},
    Row{"persistentBoolean", "..."},
    Row{"persistentChoice", "..."},
    Row{"persistentString", "..."},
    Row{"persistentText", "..."},
    Row{"reactiveChoice", "..."},
    Row{"separator", "..."},
    Row{"validatingString", "..."},
};

constexpr std::array kTriggers = {
    Row{"cron", "spec:s!"},
    Row{"pollSCM", "scmpoll_spec:s! ignorePostCommitHooks:b"},
    Row{"upstream", "upstreamProjects:s! threshold:a"},
    Row{"BitBucketTrigger", "..."},
    Row{"GenericTrigger", "..."},
    Row{"URLTrigger", "..."},
    Row{"bitBucketTrigger", "..."},
    Row{"bitbucketPush", "..."},
    Row{"dockerHubTrigger", "..."},
    Row{"eventTrigger", "..."},
    Row{"gerrit", "..."},
    Row{"ghprb", "..."},
    Row{"githubPullRequest", "..."},
    Row{"githubPullRequests", "..."},
    Row{"githubPush", "..."},
    Row{"gitea", "..."},
    Row{"gitee", "..."},
    Row{"gitlab", "..."},
    Row{"issueCommentTrigger", "..."},
    Row{"jiraTrigger", "..."},
    Row{"parameterizedCron", "..."},
    Row{"rabbitMQTrigger", "..."},
    Row{"snapshotDependencies", "..."},
    Row{"teamPRPushTrigger", "..."},
    Row{"teamPushTrigger", "..."},
    Row{"urlTrigger", "..."},
};

constexpr std::array kTools = {
    Row{"allure", ""},    Row{"ant", ""},          Row{"custom", ""}, Row{"customTool", ""},
    Row{"docker", ""},    Row{"dockerTool", ""},   Row{"git", ""},    Row{"go", ""},
    Row{"gradle", ""},    Row{"groovy", ""},       Row{"jdk", ""},    Row{"jfrog", ""},
    Row{"jgit", ""},      Row{"maven", ""},        Row{"nodejs", ""}, Row{"oc", ""},

    Row{"sonarQube", ""}, Row{"sonarScanner", ""}, Row{"snyk", ""},   Row{"terraform", ""},

};

// jenkins-pipeline 1.11.
constexpr std::array kConditions = {
    Row{"allOf", "{}"},
    Row{"anyOf", "{}"},
    Row{"branch", "pattern:s! comparator:s"},
    Row{"buildingTag", ""},
    Row{"changeRequest",
        "id:s target:s branch:s fork:s url:s title:s author:s authorDisplayName:s authorEmail:s "
        "comparator:s"},
    Row{"changelog", "pattern:s!"},
    Row{"changeset", "pattern:s! caseSensitive:b comparator:s shouldMatchAll:b"},
    Row{"environment", "name:s! value:s! ignoreCase:b"},
    Row{"equals", "expected:a! actual:a!"},
    Row{"expression", "{}"},
    Row{"isRestartedRun", ""},
    Row{"not", "{}"},
    Row{"tag", "pattern:s comparator:s"},
    Row{"triggeredBy", "cause:s! detail:s"},
};

constexpr std::array kFunctions = {
    Row{"logRotator",
        "daysToKeepStr:s numToKeepStr:s artifactDaysToKeepStr:s artifactNumToKeepStr:s "
        "removeLastBuild:b"},
};

// jenkins-pipeline 1.5.
constexpr std::array kAgents = {
    Row{"docker",
        "image:s! args:s label:s registryUrl:s registryCredentialsId:s reuseNode:b alwaysPull:b "
        "customWorkspace:s containerPerStageRoot:b"},
    Row{"dockerfile",
        "filename:s dir:s additionalBuildArgs:s args:s label:s registryUrl:s "
        "registryCredentialsId:s reuseNode:b alwaysPull:b customWorkspace:s "
        "containerPerStageRoot:b"},
    Row{"ecs", "..."},
    Row{"kubernetes", "..."},
    Row{"label", "label:s! customWorkspace:s retries:a"},
    Row{"node", "label:s! customWorkspace:s retries:a"},
    Row{"dockerContainer", "..."},
    Row{"podman", "..."},
};

template <std::size_t N>
const Row* find_row(const std::array<Row, N>& rows, std::string_view name) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.name == name; });
  return found != rows.end() ? &*found : nullptr;
}

const Row* row_of(Family family, std::string_view name) {
  switch (family) {
    case Family::kStep:
      return find_row(kSteps, name);
    case Family::kOption:
      return find_row(kOptions, name);
    case Family::kParameter:
      return find_row(kParameters, name);
    case Family::kTrigger:
      return find_row(kTriggers, name);
    case Family::kTool:
      return find_row(kTools, name);
    case Family::kCondition:
      return find_row(kConditions, name);
    case Family::kFunction:
      return find_row(kFunctions, name);
    case Family::kAgent:
      return find_row(kAgents, name);
  }
  return nullptr;
}

template <std::size_t N>
std::vector<std::string> names_in(const std::array<Row, N>& rows) {
  std::vector<std::string> names;
  names.reserve(N);
  for (const auto& row : rows)
    names.emplace_back(row.name);
  return names;
}

ArgumentType type_of(char letter) {
  switch (letter) {
    case 's':
      return ArgumentType::kText;
    case 'b':
      return ArgumentType::kTruth;
    case 'i':
      return ArgumentType::kInteger;
    case 'l':
      return ArgumentType::kList;
    case 'u':
      return ArgumentType::kTimeUnit;
    default:
      return ArgumentType::kAny;
  }
}

Signature parsed(std::string_view text) {
  Signature signature;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word == "...") {
      signature.is_open = true;
    } else if (word == "{}") {
      signature.takes_block = true;
    } else if (const auto colon = word.find(':'); colon != std::string_view::npos) {
      signature.fields.push_back(
          {std::string(word.substr(0, colon)), type_of(word[colon + 1]), word.back() == '!'});
    }
  }
  return signature;
}

}  // namespace

const Field* Signature::find(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const Field& field) { return field.name == name; });
  return found != fields.end() ? &*found : nullptr;
}

const Field* Signature::sole_required() const {
  const Field* sole = nullptr;
  for (const auto& field : fields) {
    if (!field.is_required) continue;
    if (sole != nullptr) return nullptr;
    sole = &field;
  }
  return sole;
}

std::size_t Signature::required_count() const {
  return static_cast<std::size_t>(std::count_if(
      fields.begin(), fields.end(), [](const Field& field) { return field.is_required; }));
}

std::vector<std::string> Signature::names() const {
  std::vector<std::string> names;
  for (const auto& field : fields)
    names.push_back(field.name);
  return names;
}

std::optional<Signature> signature_of(Family family, std::string_view name) {
  const Row* row = row_of(family, name);
  return row != nullptr ? std::optional(parsed(row->fields)) : std::nullopt;
}

bool is_known(Family family, std::string_view name) {
  return row_of(family, name) != nullptr;
}

std::vector<std::string> names_of(Family family) {
  switch (family) {
    case Family::kStep:
      return names_in(kSteps);
    case Family::kOption:
      return names_in(kOptions);
    case Family::kParameter:
      return names_in(kParameters);
    case Family::kTrigger:
      return names_in(kTriggers);
    case Family::kTool:
      return names_in(kTools);
    case Family::kCondition:
      return names_in(kConditions);
    case Family::kFunction:
      return names_in(kFunctions);
    case Family::kAgent:
      return names_in(kAgents);
  }
  return {};
}

bool needs_workspace(std::string_view name) {
  return std::find(kWorkspaceSteps.begin(), kWorkspaceSteps.end(), name) != kWorkspaceSteps.end();
}

bool is_stage_option(std::string_view name) {
  return std::find(kRootOptions.begin(), kRootOptions.end(), name) == kRootOptions.end();
}

}  // namespace runtask::jenkins
