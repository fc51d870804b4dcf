#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json.h"
#include "base/text.h"
#include "jenkins/steps.h"

// Secrets: withCredentials and where they come from (jenkins-pipeline 2.5). A choice of our own: a
// file of them (--credentials), or the environment: CRED_<ID>.

namespace runtask::jenkins {
namespace {

std::string variable_of(const std::string& id) {
  std::string name = "CRED_";
  for (const char c : id) {
    const bool is_letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += !is_letter ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

std::string member(const json::Value& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// A text is a secret text; an object says by its members what it is.
Execution::Credential credential_of(const std::string& words, const sys::Files& files) {
  if (!words.starts_with('{')) return {"string", words, "", ""};
  const auto parsed = json::parse(words, "credential");
  if (!parsed || !parsed->is_object()) return {"string", words, "", ""};
  const auto& object = *parsed;
  const auto username = member(object, "username");
  if (object.contains("privateKey"))
    return {"sshUserPrivateKey", member(object, "privateKey"), username,
            member(object, "passphrase")};
  if (object.contains("password"))
    return {"usernamePassword", "", username, member(object, "password")};
  if (object.contains("file"))
    return {"file", files.read(member(object, "file")).value_or(""), "", ""};
  if (object.contains("content")) return {"file", member(object, "content"), "", ""};
  return {"string", member(object, "text"), "", ""};
}

// As Jenkins' old form has it: [$class: 'StringBinding', ...].
std::string kind_of_class(const std::string& name) {
  if (name.find("UsernamePasswordMulti") != std::string::npos) return "usernamePassword";
  if (name.find("UsernamePassword") != std::string::npos) return "usernameColonPassword";
  if (name.find("File") != std::string::npos) return "file";
  if (name.find("SSH") != std::string::npos) return "sshUserPrivateKey";
  return "string";
}

struct Binding {
  Execution& execution;
  Branch& branch;
  std::map<std::string, std::string> words;
  Execution::Credential credential;
  Execution::Texts variables;
  std::vector<std::string> secret_names;

  void add(const char* argument, const std::string& value, bool is_secret,
           const char* preset = "") {
    auto name = words.count(argument) > 0 ? words[argument] : std::string(preset);
    if (name.empty()) return;
    if (is_secret) {
      execution.outside().console.mask(value);
      secret_names.push_back(name);
    }
    variables.emplace_back(std::move(name), value);
  }

  // A plain `user:password` will do where a pair is wanted.
  void split_pair() {
    if (credential.kind != "string") return;
    const auto colon = credential.text.find(':');
    credential.username = credential.text.substr(0, colon);
    credential.password = colon == std::string::npos ? "" : credential.text.substr(colon + 1);
  }

  // What git asks for user and password; it stands in for a terminal.
  std::optional<Raised> bind_git() {
    split_pair();
    const auto made = execution.temporary_directory();
    const auto path = execution.new_temporary("askpass");
    constexpr std::string_view kAnswer =
        "#!/bin/sh\ncase $1 in\nUsername*) printf '%s\\n' \"$GIT_USERNAME\" ;;\n"
        "*) printf '%s\\n' \"$GIT_PASSWORD\" ;;\nesac\n";
    auto ready = made ? execution.outside().files.append(path, kAnswer, 0700) : fail(made.error());
    if (!ready) return Execution::abort(branch, ready.error().message).value();
    execution.secret_files.push_back(path);
    variables.insert(variables.end(), {{"GIT_ASKPASS", path}, {"GIT_TERMINAL_PROMPT", "false"}});
    add("", credential.username, false, "GIT_USERNAME");
    add("", credential.password, true, "GIT_PASSWORD");
    return std::nullopt;
  }

  std::optional<Raised> bind(const std::string& kind) {
    if (kind == "gitUsernamePassword") return bind_git();
    if (kind == "certificate" || kind == "zip")
      return Execution::abort(branch, "withCredentials has no " + kind + "(...) here").value();
    if (kind == "usernamePassword" || kind == "usernameColonPassword") {
      split_pair();
      if (kind == "usernameColonPassword") {
        add("variable", credential.username + ":" + credential.password, true);
        return std::nullopt;
      }
      add("usernameVariable", credential.username, false);
      add("passwordVariable", credential.password, true);
      return std::nullopt;
    }
    if (kind == "file" || kind == "sshUserPrivateKey") {
      auto path = execution.credential_file(branch, credential.text);
      if (!path) return path.error();
      add(kind == "file" ? "variable" : "keyFileVariable", *path, true);
      add("usernameVariable", credential.username, false);
      add("passphraseVariable", credential.password, true);
      return std::nullopt;
    }
    add("variable", credential.text, true);
    return std::nullopt;
  }
};

}  // namespace

std::optional<Execution::Credential> Execution::find_credential(const std::string& id) const {
  if (const auto found = request_.credentials.find(id); found != request_.credentials.end())
    return credential_of(found->second, outside_.files);
  for (const auto& name : {"CRED_" + id, variable_of(id)})
    if (const auto value = outside_.environment.get(name))
      return credential_of(*value, outside_.files);
  return std::nullopt;
}

tl::unexpected<Raised> Execution::no_credential(Branch& branch, const std::string& id) {
  return abort(branch, "Could not find credentials entry with ID '" + id +
                           "'; give it with --credentials FILE or in " + variable_of(id));
}

tl::expected<std::string, Raised> Execution::credential_file(Branch& branch,
                                                             const std::string& content) {
  outside_.console.mask(content);
  const auto made = temporary_directory();
  const auto path = new_temporary("secret");
  auto written = made ? outside_.files.append(path, content, 0600) : fail(made.error());
  if (!written) return tl::unexpected<Raised>(abort(branch, written.error().message).value());
  secret_files.push_back(path);
  return path;
}

void Execution::add_secrets(Branch& branch, Texts secrets) {
  if (secrets.empty()) return;
  if (const auto& before = branch.context.secrets)
    secrets.insert(secrets.end(), before->begin(), before->end());
  branch.context.secrets = std::make_shared<const Texts>(std::move(secrets));
}

namespace {

// The names of the secrets that Groovy has put into a value: GStrings as they were given, beside
// the strings that they have become.
void find_secrets(const Value& given, const Value& plain, const Execution::Texts& secrets,
                  std::set<std::string>& names, int depth) {
  using groovy::Kind;
  constexpr int kDepthMax = 8;  // Of lists and maps in an argument.
  if (depth > kDepthMax) return;
  if (given.is(Kind::kGString) && plain.is(Kind::kString)) {
    for (const auto& [name, value] : secrets)
      if (!value.empty() && plain.text().find(value) != std::string::npos) names.insert(name);
  } else if (given.is(Kind::kList) && plain.is(Kind::kList)) {
    const auto& from = given.as<groovy::List>().items;
    const auto& to = plain.as<groovy::List>().items;
    for (std::size_t i = 0; i < from.size() && i < to.size(); ++i)
      find_secrets(from[i], to[i], secrets, names, depth + 1);
  } else if (given.is(Kind::kMap) && plain.is(Kind::kMap)) {
    const auto& from = given.as<groovy::Map>().items();
    const auto& to = plain.as<groovy::Map>().items();
    for (std::size_t i = 0; i < from.size() && i < to.size(); ++i)
      find_secrets(from[i].value, to[i].value, secrets, names, depth + 1);
  }
}

}  // namespace

void Execution::warn_of_secrets(const Branch& branch, const std::string& step,
                                const groovy::Values& given, const groovy::Values& plain) {
  if (!branch.context.secrets) return;
  std::set<std::string> names;
  for (std::size_t i = 0; i < given.size() && i < plain.size(); ++i)
    find_secrets(given[i], plain[i], *branch.context.secrets, names, 0);
  if (names.empty()) return;
  say(branch, "WARNING: a secret was passed to " + step +
                  " using Groovy string interpolation, which is insecure: " +
                  join(std::vector<std::string>(names.begin(), names.end()), ", ") +
                  "; in single quotes the shell reads the variable itself");
}

Outcome step_with_credentials(Execution& execution, StepCall& call) {
  const ContextChange change(call.branch);
  auto& branch = call.branch;
  const auto bindings = call.value("bindings");
  Execution::Texts variables;
  Execution::Texts secrets;
  std::string names;
  const auto kept = execution.secret_files.size();
  if (bindings.is(groovy::Kind::kList))
    for (const auto& item : bindings.as<groovy::List>().items) {
      if (!item.is(groovy::Kind::kMap)) continue;
      Binding binding{execution, branch, {}, {}, {}, {}};
      for (const auto& pair : item.as<groovy::Map>().items())
        binding.words[branch.text(pair.key).value_or("")] = branch.text(pair.value).value_or("");
      const auto id = binding.words["credentialsId"];
      const auto credential = execution.find_credential(id);
      if (!credential) return Execution::no_credential(branch, id);
      binding.credential = *credential;
      auto kind = binding.words["$kind"];
      if (kind.empty()) kind = kind_of_class(binding.words["$class"]);
      if (auto error = binding.bind(kind)) return tl::unexpected<Raised>(*std::move(error));
      variables.insert(variables.end(), binding.variables.begin(), binding.variables.end());
      for (const auto& name : binding.secret_names)
        names += (names.empty() ? "$" : " or $") + name;
      for (const auto& variable : binding.variables)
        if (std::find(binding.secret_names.begin(), binding.secret_names.end(), variable.first) !=
            binding.secret_names.end())
          secrets.push_back(variable);
    }
  if (!names.empty()) execution.say(branch, "Masking supported pattern matches of " + names);
  Execution::add_secrets(branch, std::move(secrets));
  branch.context.layers = with_layer(branch.context.layers, std::move(variables));
  auto outcome = execution.run_body(branch, call.body);
  while (execution.secret_files.size() > kept) {
    execution.remove_temporary(execution.secret_files.back());
    execution.secret_files.pop_back();
  }
  return outcome;
}

}  // namespace runtask::jenkins
