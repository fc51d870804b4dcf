#include <array>

#include "base/text.h"
#include "jenkins/containers.h"
#include "jenkins/steps.h"

// Steps of common plugins that set variables around their block: tools, AWS; and the general forms
// that name a class of a plugin.

namespace runtask::jenkins {
namespace {

struct ToolArgument {
  std::string_view step;
  std::string_view argument;
  std::string_view tool;
};
// Which of a step's arguments names which tool.
constexpr std::array kToolArguments = std::to_array<ToolArgument>({
    {"nodejs", "nodeJSInstallationName", "nodejs"},
    {"withAnt", "installation", "ant"},
    {"withAnt", "jdk", "jdk"},
    {"withGradle", "gradle", "gradle"},
    {"withMaven", "jdk", "jdk"},
    {"withMaven", "maven", "maven"},
});

}  // namespace

Outcome step_with_tools(Execution& execution, StepCall& call) {
  const ContextChange change(call.branch);
  Execution::Texts variables;
  for (const auto& row : kToolArguments) {
    if (row.step != call.name) continue;
    if (const auto name = call.text(std::string(row.argument)); name && !name->empty())
      execution.add_tool(call.branch, std::string(row.tool), *name, variables);
  }
  auto& layers = call.branch.context.layers;
  layers = with_layer(layers, std::move(variables));
  return execution.run_body(call.branch, call.body);
}

// withAWS(region:, profile:, credentials:, endpointUrl:, role:): what the AWS CLI and SDKs look at.
Outcome step_with_aws(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  const ContextChange change(branch);
  for (const auto* argument : {"federatedUserId", "principalArn"})
    if (call.has(argument))
      return Execution::abort(branch, "withAWS(" + std::string(argument) +
                                          ": ...) is not available here; use a profile with the "
                                          "role (role_arn) in your AWS config, withAWS(profile: "
                                          "...)");
  Execution::Texts variables;
  if (const auto region = call.text("region")) {
    variables.emplace_back("AWS_DEFAULT_REGION", *region);
    variables.emplace_back("AWS_REGION", *region);
  }
  if (const auto profile = call.text("profile")) {
    variables.emplace_back("AWS_DEFAULT_PROFILE", *profile);
    variables.emplace_back("AWS_PROFILE", *profile);
  }
  if (const auto url = call.text("endpointUrl")) variables.emplace_back("AWS_ENDPOINT_URL", *url);
  if (const auto id = call.text("credentials")) {
    const auto credential = execution.find_credential(*id);
    if (!credential) return Execution::no_credential(branch, *id);
    if (credential->kind != "usernamePassword")
      return Execution::abort(branch, "the credentials '" + *id + "' are no user and password");
    execution.outside().console.mask(credential->password);
    variables.emplace_back("AWS_ACCESS_KEY_ID", credential->username);
    variables.emplace_back("AWS_SECRET_ACCESS_KEY", credential->password);
  }
  if (call.has("role")) {
    auto session = assume_role(execution, call, variables);
    if (!session) return failed(session.error());
    variables.insert(variables.end(), session->begin(), session->end());
  }
  branch.context.layers = with_layer(branch.context.layers, std::move(variables));
  return execution.run_body(branch, call.body);
}

// withDockerContainer('image') { }, withDockerContainer(image:, args:) { }
Outcome step_with_docker_container(Execution& execution, StepCall& call) {
  const ContextChange change(call.branch);
  if (auto error = start_container(execution, call.branch,
                                   {call.text_or("image", ""), call.text_or("args", ""), false}))
    return failed(*std::move(error));
  const auto container = call.branch.context.container;
  auto outcome = execution.run_body(call.branch, call.body);
  end_container(execution, call.branch, *container);
  return outcome;
}

// withDockerRegistry(url:, credentialsId:) { }, also as one map.
Outcome step_with_docker_registry(Execution& execution, StepCall& call) {
  const ContextChange change(call.branch);
  if (auto error = enter_registry(execution, call.branch, call.text_or("url", ""),
                                  call.text_or("credentialsId", "")))
    return failed(*std::move(error));
  return execution.run_body(call.branch, call.body);
}

// The block runs, without what a service of Jenkins would do around it.
Outcome step_with_warning(Execution& execution, StepCall& call) {
  execution.say(
      call.branch,
      "WARNING: " + call.name + " has no effect here: it is configured in Jenkins; its block runs");
  return execution.run_body(call.branch, call.body);
}

// wrap([$class: 'TimestamperBuildWrapper']) { }: the old form of a block.
Outcome step_wrap(Execution& execution, StepCall& call) {
  const auto delegate = call.value("delegate");
  if (delegate.is(groovy::Kind::kMap))
    if (const auto* name = delegate.as<groovy::Map>().find("$class"))
      if (call.branch.text(*name).value_or("").ends_with("TimestamperBuildWrapper"))
        return step_timestamps(execution, call);
  return execution.run_body(call.branch, call.body);
}

// step([$class: 'JUnitResultArchiver', testResults: '**/*.xml']): the old form of a step.
Outcome step_general(Execution& execution, StepCall& call) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSteps = {{
      {"ArtifactArchiver", "archiveArtifacts"},
      {"GitHubCommitStatusSetter", "githubNotify"},
      {"JUnitResultArchiver", "junit"},
      {"WsCleanup", "cleanWs"},
  }};
  const auto delegate = call.value("delegate");
  if (!delegate.is(groovy::Kind::kMap)) {
    const auto words = call.branch.text(delegate);
    if (!words) return failed(words.error());
    execution.say(call.branch, "step (not carried out here): " + *words);
    return Value();
  }
  const auto& map = delegate.as<groovy::Map>();
  const auto* class_name = map.find("$class");
  const auto name = class_name != nullptr ? call.branch.text(*class_name).value_or("") : "";
  const auto simple = name.substr(name.rfind('.') + 1);
  const auto plain = call.branch.map();
  for (const auto& item : map.items())
    if (call.branch.text(item.key).value_or("") != "$class") plain->put(item.key, item.value);
  for (const auto& [of_class, step_name] : kSteps)
    if (simple == of_class)
      return execution.run_step(call.branch, *find_step(step_name), {Value(plain)});
  execution.say(call.branch, "step (not carried out here): " + name + " " +
                                 call.branch.text(Value(plain)).value_or(""));
  return Value();
}

}  // namespace runtask::jenkins
