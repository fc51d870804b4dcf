#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "jenkins/steps.h"

// Steps that give their block something of this machine's or of the credentials file: keys in an
// ssh-agent, files by their id, a role of AWS.

namespace runtask::jenkins {
namespace {

// A program of this machine, its output kept.
tl::expected<Execution::ProgramRun, Raised> run(Execution& execution, Branch& branch,
                                                std::vector<std::string> argv,
                                                const Execution::Texts& more = {}) {
  Execution::ProgramRun program;
  program.argv = std::move(argv);
  program.environment = execution.environment_for(branch);
  for (const auto& [name, value] : more)
    program.environment[name] = value;
  program.directory = branch.context.directory.empty() ? "/" : branch.context.directory;
  program.is_shown = false;
  program.may_linger = true;  // ssh-agent goes on in the background.
  if (auto stop = execution.run_program(branch, program)) return failed(*std::move(stop));
  return program;
}

// `NAME=value;` in what ssh-agent prints.
std::string assigned(const std::string& output, const std::string& name) {
  const auto at = output.find(name + "=");
  if (at == std::string::npos) return "";
  const auto begin = at + name.size() + 1;
  return output.substr(begin, output.find(';', begin) - begin);
}

// Adds the key of a credential to the agent whose variables are `agent`.
std::optional<Raised> add_key(Execution& execution, Branch& branch, const std::string& id,
                              const Execution::Texts& agent) {
  const auto credential = execution.find_credential(id);
  if (!credential) return Execution::no_credential(branch, id).value();
  auto key = credential->text;
  if (!key.ends_with('\n')) key += '\n';  // ssh-add takes no key without.
  const auto file = execution.credential_file(branch, key);
  if (!file) return file.error();
  auto variables = agent;
  if (!credential->password.empty()) {
    execution.outside().console.mask(credential->password);
    const auto script = execution.new_temporary("askpass");
    const auto written = execution.outside().files.append(
        script, "#!/bin/sh\nprintf '%s\\n' \"$RUNTASK_PASSPHRASE\"\n", 0700);
    if (!written) return Execution::abort(branch, written.error().message).value();
    execution.secret_files.push_back(script);
    variables.emplace_back("SSH_ASKPASS", script);
    variables.emplace_back("SSH_ASKPASS_REQUIRE", "force");
    variables.emplace_back("DISPLAY", "none");
    variables.emplace_back("RUNTASK_PASSPHRASE", credential->password);
  }
  const auto added = run(execution, branch, {"ssh-add", *file}, variables);
  if (!added) return added.error();
  if (added->code == 0) return std::nullopt;
  return Execution::abort(branch, "ssh-add took no key from the credentials '" + id +
                                      "': " + std::string(trimmed(added->output)))
      .value();
}

}  // namespace

// sshagent(['id', ...]) { }, sshagent(credentials: [...], ignoreMissing: true) { }: an agent of its
// own with these keys, for the block.
Outcome step_ssh_agent(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  const ContextChange change(branch);
  const auto started = run(execution, branch, {"ssh-agent", "-s"});
  if (!started) return failed(started.error());
  const Execution::Texts agent = {{"SSH_AUTH_SOCK", assigned(started->output, "SSH_AUTH_SOCK")},
                                  {"SSH_AGENT_PID", assigned(started->output, "SSH_AGENT_PID")}};
  if (started->code != 0 || agent[0].second.empty())
    return Execution::abort(branch, started->code == 127
                                        ? "sshagent needs the program ssh-agent (openssh-client)"
                                        : "ssh-agent did not start: " + started->output);
  const auto kept = execution.secret_files.size();
  std::optional<Raised> error;
  for (const auto& id : call.texts("credentials")) {
    if (call.truth("ignoreMissing", false) && !execution.find_credential(id)) {
      execution.say(branch, "[ssh-agent] Could not find specified credentials: " + id);
      continue;
    }
    error = add_key(execution, branch, id, agent);
    if (error) break;
    execution.say(branch, "[ssh-agent] Using credentials " + id);
  }
  while (execution.secret_files.size() > kept) {
    execution.remove_temporary(execution.secret_files.back());
    execution.secret_files.pop_back();
  }
  auto& layers = branch.context.layers;
  layers = with_layer(layers, agent);
  auto outcome = error ? Outcome(failed(*std::move(error))) : execution.run_body(branch, call.body);
  Execution::ProgramRun stop;
  stop.argv = {"ssh-agent", "-k"};
  stop.environment = execution.environment_for(branch);
  stop.directory = "/";
  stop.is_shown = false;
  execution.run_cleanup(branch, stop);
  return outcome;
}

// container('name') { }: there are no pods here.
Outcome step_container(Execution& execution, StepCall& call) {
  execution.say(call.branch, "WARNING: there is no pod with a container '" +
                                 call.text_or("name", "") + "' here: its block runs in place");
  return execution.run_body(call.branch, call.body);
}

// configFileProvider([configFile(fileId:, variable:, targetLocation:)]) { }: the files are those
// of the credentials file, by their ids.
Outcome step_config_files(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  auto& files = execution.outside().files;
  const ContextChange change(branch);
  Execution::Texts variables;
  std::vector<std::string> made;
  std::optional<Raised> error;
  const auto list = call.value("managedFiles");
  if (!list.is(groovy::Kind::kList))
    return Execution::invalid(branch, "configFileProvider needs a list of configFile(...)");
  for (const auto& item : list.as<groovy::List>().items) {
    if (error || !item.is(groovy::Kind::kMap)) continue;
    const auto& map = item.as<groovy::Map>();
    const auto word = [&](const char* name) {
      const auto* value = map.find(name);
      return value == nullptr || value->is_null() ? "" : branch.text(*value).value_or("");
    };
    const auto id = word("fileId");
    const auto found = execution.find_credential(id);
    if (!found) {
      error = Execution::no_credential(branch, id).value();
      continue;
    }
    auto path = word("targetLocation");
    path = path.empty() ? execution.new_temporary("config") : Execution::path_in(branch, path);
    auto ready = files.make_directory(path.substr(0, path.rfind('/')), 0755);
    if (ready) ready = files.write(path, found->text, 0600);
    if (!ready) error = Execution::abort(branch, ready.error().message).value();
    made.push_back(path);
    execution.say(branch, "provisioning config file " + id + " to " + path);
    if (const auto variable = word("variable"); !variable.empty())
      variables.emplace_back(variable, path);
  }
  branch.context.layers = with_layer(branch.context.layers, std::move(variables));
  auto outcome = error ? Outcome(failed(*std::move(error))) : execution.run_body(branch, call.body);
  for (const auto& path : made)
    execution.remove_temporary(path);
  return outcome;
}

// The variables of a role's session, as `aws sts assume-role` gives them.
tl::expected<Execution::Texts, Raised> assume_role(Execution& execution, StepCall& call,
                                                   const Execution::Texts& keys) {
  auto& branch = call.branch;
  auto role = call.text_or("role", "");
  if (!role.starts_with("arn:")) {
    const auto account = call.text_or("roleAccount", "");
    if (account.empty())
      return failed(
          Execution::abort(branch, "withAWS(role: '" + role +
                                       "') needs the account too: roleAccount: '123456789012', "
                                       "or the role's whole ARN")
              .value());
    role = "arn:aws:iam::" + account + ":role/" + role;
  }
  std::vector<std::string> argv = {"aws",
                                   "sts",
                                   "assume-role",
                                   "--role-arn",
                                   role,
                                   "--output",
                                   "json",
                                   "--role-session-name",
                                   call.text_or("roleSessionName", "runtask")};
  for (const auto& [argument, option] : {std::pair("externalId", "--external-id"),
                                         {"policy", "--policy"},
                                         {"duration", "--duration-seconds"}})
    if (const auto value = call.text(argument)) argv.insert(argv.end(), {option, *value});
  const auto assumed = run(execution, branch, std::move(argv), keys);
  if (!assumed) return failed(assumed.error());
  if (assumed->code != 0)
    return failed(Execution::abort(branch, assumed->code == 127
                                               ? "withAWS(role: ...) needs the AWS CLI, `aws`"
                                               : "the role " + role + " cannot be assumed: " +
                                                     std::string(trimmed(assumed->output)))
                      .value());
  const auto answer = json::parse(assumed->output, "aws sts assume-role");
  const auto word = [&](const char* name) -> std::string {
    if (!answer || !answer->is_object() || !answer->contains("Credentials")) return "";
    const auto& credentials = answer->at("Credentials");
    return credentials.is_object() && credentials.contains(name) && credentials.at(name).is_string()
               ? credentials.at(name).get<std::string>()
               : "";
  };
  for (const auto* name : {"SecretAccessKey", "SessionToken"})
    execution.outside().console.mask(word(name));
  if (word("AccessKeyId").empty())
    return failed(Execution::abort(branch, "aws sts assume-role gave no keys for " + role).value());
  execution.say(branch, "Requesting assume role: " + role);
  return Execution::Texts{{"AWS_ACCESS_KEY_ID", word("AccessKeyId")},
                          {"AWS_SECRET_ACCESS_KEY", word("SecretAccessKey")},
                          {"AWS_SESSION_TOKEN", word("SessionToken")}};
}

}  // namespace runtask::jenkins
