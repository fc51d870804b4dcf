#include <algorithm>

#include "base/text.h"
#include "jenkins/containers.h"
#include "jenkins/execution.h"

// The whole of a declarative pipeline, its agents, options and environment (jenkins-pipeline 1.4 to
// 1.6).

namespace runtask::jenkins {
namespace {

bool is_credentials(const groovy::Expr& expr) {
  const auto* call = groovy::node_if<groovy::CallExpr>(expr);
  return call != nullptr && call->object == nullptr && call->name != nullptr &&
         *call->name == "credentials" && call->arguments.size() == 1;
}

// What an option without an argument means is true.
bool flag_of(const Call& option) {
  return option.arguments.empty() || literal_bool(option.arguments[0].value).value_or(true);
}

const Call* find_option(const std::vector<Call>& options, std::string_view name) {
  for (const auto& option : options)
    if (option.name == name) return &option;
  return nullptr;
}

}  // namespace

void Execution::set_build_variables() {
  auto& build = variables_.build;
  variables_.process = outside_.environment.all();
  const auto number = std::to_string(request_.number);
  std::string tag = "jenkins-" + request_.job + "-" + number;
  std::replace(tag.begin(), tag.end(), '/', '-');
  // Of the place where the builds are kept: messages of notifications name it.
  std::string place = request_.job;
  std::replace(place.begin(), place.end(), '/', '+');
  const auto url = "file://" + request_.home + "/jobs/" + place + "/";
  build = {{"BUILD_NUMBER", number},
           {"BUILD_ID", number},
           {"BUILD_TAG", tag},
           {"BUILD_DISPLAY_NAME", "#" + number},
           {"BUILD_URL", url + "builds/" + number + "/"},
           {"JOB_URL", url},
           {"RUN_DISPLAY_URL", url + "builds/" + number + "/"},
           {"JENKINS_URL", "file://" + request_.home + "/"},
           {"JOB_NAME", request_.job},
           {"JOB_BASE_NAME", request_.job.substr(request_.job.rfind('/') + 1)},
           {"JENKINS_HOME", request_.home},
           {"HUDSON_HOME", request_.home},
           {"NODE_NAME", "built-in"},
           {"NODE_LABELS", "built-in"},
           {"EXECUTOR_NUMBER", "0"},
           {"CLASSPATH", ""},
           {"CI", "true"}};
  for (const auto& [name, value] : request_.exports)
    if (variables_.process.count(name) == 0) build[name] = value;
  set_parameter_variables();
}

void Execution::set_parameter_variables() {
  auto& build = variables_.build;
  for (const auto& parameter : request_.parameters.values) {
    std::string upper = parameter.name;
    for (char& c : upper)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    build[upper] = parameter.text;  // The legacy of Jenkins.
    if (parameter.is_secret()) outside_.console.mask(parameter.text);
  }
  for (const auto& parameter : request_.parameters.values)
    build[parameter.name] = parameter.text;
}

tl::expected<std::string, Raised> Execution::text_of(Branch& branch, const groovy::Expr& expr) {
  auto value = branch.evaluate(expr, scope_);
  if (!value) return tl::unexpected<Raised>(value.error());
  return branch.text(*value);
}

Outcome Execution::value_of(Branch& branch, const groovy::Expr& expr) {
  auto value = branch.evaluate(expr, scope_);
  if (!value) return value;
  return branch.without_gstrings(*value);
}

void Execution::add_models(const std::shared_ptr<const Checked>& file) {
  if (file->pipeline) models_[file->pipeline->body] = {file, &*file->pipeline};
  for (const auto& pipeline : file->pipelines_of_library)
    models_[pipeline.body] = {file, &pipeline};
}

Outcome Execution::run_pipeline(Branch& branch, const Value& body) {
  const auto& closure = body.as<groovy::Closure>();
  const auto found = models_.find(closure.code);
  if (found == models_.end())
    return abort(branch,
                 "this `pipeline` block cannot run: only one at the top level of a file, or in a "
                 "method `call` of a library's vars/*.groovy, can");
  if (model_.pipeline != nullptr)
    return branch.raise("java.lang.IllegalStateException",
                        "Only one pipeline { ... } block can be executed in a single run.");
  model_ = found->second;
  scope_ = branch.inner_scope(closure.scope);
  auto error = load_libraries(branch);
  if (!error) error = compute_parameters(branch);
  bool has_run_post = false;
  if (!error) {
    auto outcome = run_root(branch, has_run_post);
    if (!outcome) error = std::move(outcome).error();
  }
  // What fails before the stages does so outside of agent and environment, and so does its post.
  if (!has_run_post && !(error && is_refusal(*error))) run_root_post(branch, error);
  if (error) return failed(std::move(error));
  return Value();
}

std::optional<Raised> Execution::load_libraries(Branch& branch) {
  for (const auto& library : pipeline().libraries)
    if (!library.arguments.empty())
      if (const auto name = literal_text(library.arguments[0].value))
        if (auto error = load_library(branch, *name)) return error;
  return std::nullopt;
}

// Defaults and choices that nothing but the build can compute: `defaultValue: config.branch`.
std::optional<Raised> Execution::compute_parameters(Branch& branch) {
  using Items = std::optional<std::vector<std::string>>;
  std::optional<Raised> error;
  std::map<const groovy::Expr*, Items> known;  // Each is computed once.
  const auto compute = [&](const groovy::Expr& expr) -> Items {
    const auto [place, is_new] = known.try_emplace(&expr);
    if (!is_new || error) return place->second;
    const auto value = value_of(branch, expr);
    if (!value) {
      error = value.error();
    } else if (value->is(groovy::Kind::kList)) {
      place->second.emplace();
      for (const auto& item : value->as<groovy::List>().items)
        place->second->push_back(branch.text(item).value_or(""));
    } else if (!value->is_null()) {
      place->second = {branch.text(*value).value_or("")};
    }
    return place->second;
  };
  auto& values = request_.parameters.values;
  auto definitions =
      parameters_of(declared_parameters(pipeline_unit(), nullptr), pipeline_unit(), compute);
  // Those of properties() may use variables of a block around it, which nobody has here.
  if (error && !error->abort) error.reset();
  for (auto& definition : parameters_of(pipeline().parameters, pipeline_unit(), compute))
    put_definition(definitions, std::move(definition));
  for (const auto& definition : definitions) {
    const auto same = std::find_if(values.begin(), values.end(), [&](const ParameterValue& value) {
      return value.name == definition.name;
    });
    if (!definition.preset) continue;
    if (same == values.end()) {
      values.push_back({definition.name, *definition.preset, definition.kind, false});
    } else if (!same->is_given) {
      same->text = *definition.preset;
    }
  }
  set_parameter_variables();
  if (error) return error;
  auto warnings = check_computed_choices(definitions, request_.parameters);
  if (!warnings) return Raised{{}, std::move(warnings).error()};
  for (const auto& warning : *warnings)
    say(branch, "warning: " + warning);
  return std::nullopt;
}

// Root: agent, environment, option wrappers, stages, post (spec 1.6).
Outcome Execution::run_root(Branch& branch, bool& has_run_post) {
  const ContextChange change(branch);
  const auto& model = pipeline();
  auto error = enter_agent(branch, model.agent, model.options, true);
  if (!error && model.environment) error = enter_environment(branch, *model.environment);
  Outcome outcome;
  if (error) {
    outcome = failed(std::move(error));
  } else {
    outcome = with_options(branch, model.options, 0,
                           [&] { return run_inside_agent(branch, has_run_post); });
  }
  leave_agent(branch, nullptr);
  return outcome;
}

Outcome Execution::run_inside_agent(Branch& branch, bool& has_run_post) {
  const ContextChange change(branch);
  const auto& model = pipeline();
  if (model.agent.kind != Agent::Kind::kNone) enter_tools(branch, model.tools);
  has_failed_early_ = false;
  Outcome outcome = run_stages(branch, model.stages);
  std::optional<Raised> error;
  if (!outcome) error = std::move(outcome).error();
  has_run_post = true;
  run_root_post(branch, error);
  if (error) return failed(std::move(error));
  return Value();
}

void Execution::run_root_post(Branch& branch, std::optional<Raised>& error) {
  const auto& post = pipeline().post;
  if (!post) return;
  const auto context_result = error ? result_of(*error) : BuildResult::kSuccess;
  const auto result = worse(current_result(), context_result);
  const bool has_any =
      std::any_of(post->blocks.begin(), post->blocks.end(),
                  [&](const PostBlock& block) { return holds(block.condition, result); });
  if (!has_any) return;  // Then there is no such stage.
  const ContextChange change(branch);
  const std::string name = "Declarative: Post Actions";
  say(branch, "Stage \"" + name + "\"");
  branch.context.layers = with_layer(branch.context.layers, {{"STAGE_NAME", name}});
  run_post(branch, *post, context_result, error);
}

// ---- Agents

tl::expected<std::string, Raised> Execution::setting_of(Branch& branch, const Agent& agent,
                                                        const char* name) {
  const auto* setting = agent.find(name);
  return setting != nullptr ? text_of(branch, *setting) : std::string();
}

std::optional<Raised> Execution::enter_agent(Branch& branch, const Agent& agent,
                                             const std::vector<Call>& options, bool is_root) {
  auto& context = branch.context;
  const bool has_container =
      agent.kind == Agent::Kind::kDocker || agent.kind == Agent::Kind::kDockerfile;
  context.container.reset();
  if (agent.kind == Agent::Kind::kNone) {
    if (is_root) return std::nullopt;
    context.workspace.clear();
    context.directory.clear();
    context.place.reset();
    return std::nullopt;
  }
  if (agent.kind == Agent::Kind::kOther)
    return abort(branch, "agent " + agent.type +
                             " is not available here: steps run on this machine itself; use agent "
                             "any, or agent { docker '...' } with docker or podman")
        .value();
  if (has_container)
    if (auto program = container_program(*this, branch); !program) return program.error();
  if (has_container && !is_root && !context.workspace.empty() &&
      literal_bool(agent.find("reuseNode")).value_or(false)) {
    context.directory = context.workspace;
    return start_agent_container(branch, agent);
  }
  const auto label = setting_of(branch, agent, "label");
  if (!label) return label.error();
  const auto custom = setting_of(branch, agent, "customWorkspace");
  if (!custom) return custom.error();
  if (custom->empty()) {
    if (auto error = take_workspace(branch)) return error;
  } else {
    const auto path = custom->starts_with('/') ? *custom : request_.home + "/workspaces/" + *custom;
    if (auto error = enter_workspace(branch, path)) return error;
  }
  say(branch, "Running on built-in" + (label->empty() ? "" : " (label " + *label + ")") + " in " +
                  context.workspace);
  if (auto error = agent_and(branch, agent, options, is_root)) return error;
  if (!has_container) return std::nullopt;
  if (is_root && find_option(options, "newContainerPerStage") != nullptr) {
    per_stage_workspace_ = context.workspace;
    return std::nullopt;
  }
  return start_agent_container(branch, agent);
}

std::optional<Raised> Execution::take_workspace(Branch& branch) {
  std::string path = request_.workspace;
  for (int number = 2; places_.count(path) > 0; ++number)
    path = request_.workspace + "@" + std::to_string(number);
  places_.insert(path);
  branch.context.place =
      std::shared_ptr<void>(nullptr, [this, path](void*) { places_.erase(path); });
  return enter_workspace(branch, path);
}

std::optional<Raised> Execution::enter_workspace(Branch& branch, const std::string& path) {
  auto& context = branch.context;
  if (!outside_.files.is_directory(path))
    if (auto made = outside_.files.make_directory(path, 0755); !made)
      return abort(branch, made.error().message).value();
  context.workspace = context.directory = path;
  context.layers =
      with_layer(context.layers, {{"WORKSPACE", path}, {"WORKSPACE_TMP", path + "@tmp"}});
  return std::nullopt;
}

// The container of `agent { docker }` and `agent { dockerfile }`, made after the checkout.
std::optional<Raised> Execution::start_agent_container(Branch& branch, const Agent& agent) {
  std::map<std::string, std::string> settings;
  for (const auto* name : {"image", "args", "registryUrl", "registryCredentialsId", "filename",
                           "dir", "additionalBuildArgs"}) {
    auto text = setting_of(branch, agent, name);
    if (!text) return text.error();
    settings[name] = *std::move(text);
  }
  const auto registry = branch.context.registry;
  if (!settings["registryUrl"].empty() || !settings["registryCredentialsId"].empty())
    if (auto error = enter_registry(*this, branch, settings["registryUrl"],
                                    settings["registryCredentialsId"]))
      return error;
  ContainerWish wish{settings["image"], settings["args"],
                     literal_bool(agent.find("alwaysPull")).value_or(false)};
  if (agent.kind == Agent::Kind::kDockerfile) {
    const auto directory = settings["dir"].empty() ? "." : settings["dir"];
    const auto file = settings["filename"].empty() ? "Dockerfile" : settings["filename"];
    auto built = build_image(*this, branch,
                             {"", directory, directory == "." ? file : directory + "/" + file,
                              settings["additionalBuildArgs"]});
    if (!built) return built.error();
    branch.context.registry.clear();
    wish.image = *built;
  }
  auto error = start_container(*this, branch, wish);
  branch.context.registry = registry;
  return error;
}

void Execution::leave_agent(Branch& branch, const std::shared_ptr<const Container>& before) {
  const auto container = branch.context.container;
  if (container && container != before) end_container(*this, branch, *container);
  branch.context.container = before;
}

// The checkout that comes with an agent, and its variables.
std::optional<Raised> Execution::agent_and(Branch& branch, const Agent& /*agent*/,
                                           const std::vector<Call>& options, bool is_root) {
  auto& context = branch.context;
  for (const auto* some : {&options, &pipeline().options})
    if (const auto* skips = find_option(*some, "skipDefaultCheckout"))
      if (flag_of(*skips)) return std::nullopt;
  if (request_.source.empty()) return std::nullopt;
  std::string directory = context.workspace;
  for (const auto* some : {&options, &pipeline().options}) {
    const auto* into = find_option(*some, "checkoutToSubdirectory");
    if (into == nullptr || into->arguments.empty()) continue;
    auto text = text_of(branch, *into->arguments[0].value);
    if (!text) return text.error();
    directory = path_in(branch, *text);
    break;
  }
  if (is_root) say(branch, "Stage \"Declarative: Checkout SCM\"");
  auto variables = check_out_source(branch, directory);
  if (!variables) return variables.error();
  context.layers = with_layer(context.layers, *std::move(variables));
  return std::nullopt;
}

// ---- Environment

tl::expected<Execution::Texts, Raised> Execution::secrets_of(Branch& branch,
                                                             const Environment& block) {
  Texts secrets;
  for (const auto& entry : block.entries) {
    if (!is_credentials(*entry.value)) continue;
    const auto& call = static_cast<const groovy::CallExpr&>(*entry.value);
    auto id = text_of(branch, *call.arguments[0].value);
    if (!id) return tl::unexpected<Raised>(id.error());
    const auto credential = find_credential(*id);
    if (!credential) return no_credential(branch, *id);
    const bool has_user = credential->kind == "usernamePassword";
    if (credential->kind == "file" || credential->kind == "sshUserPrivateKey") {
      auto path = credential_file(branch, credential->text);
      if (!path) return tl::unexpected<Raised>(path.error());
      secrets.emplace_back(entry.name, *path);
    } else {
      const auto text =
          has_user ? credential->username + ":" + credential->password : credential->text;
      outside_.console.mask(text);
      secrets.emplace_back(entry.name, text);
    }
    if (has_user || credential->kind == "sshUserPrivateKey") {
      outside_.console.mask(credential->password);
      secrets.emplace_back(entry.name + "_USR", credential->username);
      secrets.emplace_back(entry.name + "_PSW", credential->password);
    }
  }
  return secrets;
}

std::optional<Raised> Execution::enter_environment(Branch& branch, const Environment& block) {
  // Credentials first: variables may refer to them (spec 1.4).
  auto secrets = secrets_of(branch, block);
  if (!secrets) return secrets.error();
  Texts masked = *secrets;
  std::erase_if(masked, [](const auto& secret) { return secret.first.ends_with("_USR"); });
  add_secrets(branch, std::move(masked));
  branch.context.layers = with_layer(branch.context.layers, *std::move(secrets));

  // Each entry is computed once, when it or another asks for it.
  std::map<std::string, std::optional<std::string>> values;
  std::vector<std::string> computing;
  std::function<tl::expected<std::string, Raised>(const EnvironmentEntry&)> compute =
      [&](const EnvironmentEntry& entry) -> tl::expected<std::string, Raised> {
    if (const auto found = values.find(entry.name); found != values.end()) return *found->second;
    computing.push_back(entry.name);
    auto text = text_of(branch, *entry.value);
    computing.pop_back();
    if (text) values[entry.name] = *text;
    return text;
  };
  branch.sibling = [&](const std::string& name) -> std::optional<Outcome> {
    const auto entry = std::find_if(block.entries.begin(), block.entries.end(),
                                    [&](const auto& one) { return one.name == name; });
    if (entry == block.entries.end() || is_credentials(*entry->value)) return std::nullopt;
    if (!computing.empty() && computing.back() == name) return std::nullopt;  // The outer value.
    if (std::find(computing.begin(), computing.end(), name) != computing.end())
      return abort(branch, "circular reference in environment: " + name + " needs " +
                               computing.back() + ", which needs " + name);
    auto text = compute(*entry);
    if (!text) return tl::unexpected<Raised>(text.error());
    return branch.text_value(*std::move(text));
  };
  std::optional<Raised> error;
  Texts variables;
  for (const auto& entry : block.entries) {
    if (is_credentials(*entry.value)) continue;
    auto text = compute(entry);
    if (!text) {
      const auto& raised = text.error();
      const bool is_null =
          raised.throwable && raised.throwable->info.name == "java.lang.NullPointerException";
      error = is_null
                  ? invalid(branch, "One or more variables have some issues with their values: " +
                                        entry.name + "\n" + message_of(raised))
                        .value()
                  : raised;
      break;
    }
    variables.emplace_back(entry.name, *std::move(text));
  }
  branch.sibling = {};
  if (!error) branch.context.layers = with_layer(branch.context.layers, std::move(variables));
  return error;
}

void Execution::enter_tools(Branch& branch, const std::vector<Call>& tools) {
  Texts variables;
  for (const auto& tool : tools) {
    if (tool.arguments.empty()) continue;
    auto name = text_of(branch, *tool.arguments[0].value);
    if (name) add_tool(branch, tool.name, *name, variables);
  }
  branch.context.layers = with_layer(branch.context.layers, std::move(variables));
}

void Execution::add_tool(const Branch& branch, const std::string& kind, const std::string& name,
                         Texts& variables) {
  const auto found = request_.tools.find(name);
  if (found == request_.tools.end()) {
    say(branch, "WARNING: no directory is known for the tool " + kind + " '" + name +
                    "'; what is on PATH is used (--tool '" + name + "=DIR')");
    return;
  }
  const auto& home = found->second;
  const auto add = [&](const char* variable) { variables.emplace_back(variable, home); };
  if (kind == "maven") add("M2_HOME"), add("MAVEN_HOME");
  if (kind == "jdk") add("JAVA_HOME");
  if (kind == "gradle") add("GRADLE_HOME");
  if (kind == "ant") add("ANT_HOME");
  variables.emplace_back("PATH+" + kind,
                         outside_.files.is_directory(home + "/bin") ? home + "/bin" : home);
}

// ---- Options that wrap what is inside, in the order of the text

Outcome Execution::with_options(Branch& branch, const std::vector<Call>& options, std::size_t from,
                                const std::function<Outcome()>& body) {
  const ContextChange change(branch);
  for (; from < options.size(); ++from) {
    const auto& option = options[from];
    if (option.name == "timestamps") {
      branch.context.style.timestamps = true;
      continue;
    }
    // Wrappers are steps with a block; the other options are said elsewhere what they do.
    const auto* step = find_step(option.name);
    if (step == nullptr) {
      if (is_elsewhere(option.name))
        say(branch, "WARNING: the option " + option.name + " has no effect here");
      continue;
    }
    groovy::Values arguments;
    const auto map = branch.map();
    for (const auto& argument : option.arguments) {
      auto value = value_of(branch, *argument.value);
      if (!value) return value;
      if (argument.name.empty()) {
        arguments.push_back(*value);
      } else {
        map->put(branch.text_value(argument.name), *value);
      }
    }
    if (map->size() > 0) arguments.insert(arguments.begin(), Value(map));
    std::optional<Raised> ended;
    // A native closure would have to throw; the error of the body is handed through it instead.
    const auto native = branch.heap().make<groovy::Closure>(
        [this, &branch, &options, from, &body](groovy::Fiber& fiber, groovy::Values&) -> Value {
          return fiber.unwrap(with_options(branch, options, from + 1, body));
        },
        groovy::Values(), 0);
    arguments.emplace_back(native);
    return run_step(branch, *step, arguments);
  }
  return body();
}

// ---- post

bool Execution::holds(PostCondition condition, BuildResult result) const {
  const std::optional<BuildResult> before =
      request_.previous.empty() ? std::nullopt : std::optional(request_.previous[0].result);
  switch (condition) {
    case PostCondition::kAlways:
    case PostCondition::kCleanup:
      return true;
    case PostCondition::kChanged:
      return !before || *before != result;
    case PostCondition::kFixed:
      return before && (*before == BuildResult::kFailure || *before == BuildResult::kUnstable) &&
             result == BuildResult::kSuccess;
    case PostCondition::kRegression:
      return before && result > *before;
    case PostCondition::kAborted:
      return result == BuildResult::kAborted;
    case PostCondition::kSuccess:
      return result == BuildResult::kSuccess;
    case PostCondition::kUnsuccessful:
      return result != BuildResult::kSuccess;
    case PostCondition::kUnstable:
      return result == BuildResult::kUnstable;
    case PostCondition::kFailure:
      return result == BuildResult::kFailure;
    case PostCondition::kNotBuilt:
      return result == BuildResult::kNotBuilt;
  }
  return false;
}

void Execution::run_post(Branch& branch, const Post& post, BuildResult context_result,
                         std::optional<Raised>& error) {
  for (const auto& block : post.blocks) {
    auto result = worse(current_result(), context_result);
    if (branch.context.stage != nullptr) result = worse(result, branch.context.stage->result);
    if (!holds(block.condition, result)) continue;
    const ContextChange change(branch);
    // It still runs where everything else has been given up.
    if (const auto* scope = branch.abandoned()) branch.context.interrupts = scope->outer;
    branch.context.post_result = result;
    const auto outcome = explained(branch, branch.execute(block.body->body, scope_));
    if (!outcome) {
      say(branch, "Error when executing " + std::string(name_of(block.condition)) +
                      " post condition:\n" + words_of(outcome.error()));
      context_result = worse(context_result, result_of(outcome.error()));
      if (!error) error = outcome.error();
    }
  }
}

}  // namespace runtask::jenkins
