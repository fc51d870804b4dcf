#include <nlohmann/json.hpp>

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
      secret_names.push_back("$" + name);
    }
    variables.emplace_back(std::move(name), value);
  }

  std::optional<Raised> bind(const std::string& kind) {
    if (kind == "usernamePassword" || kind == "usernameColonPassword") {
      // A plain `user:password` will do where a pair is wanted.
      if (credential.kind == "string") {
        const auto colon = credential.text.find(':');
        credential.username = credential.text.substr(0, colon);
        credential.password = colon == std::string::npos ? "" : credential.text.substr(colon + 1);
      }
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

Outcome step_with_credentials(Execution& execution, StepCall& call) {
  const ContextChange change(call.branch);
  auto& branch = call.branch;
  const auto bindings = call.value("bindings");
  Execution::Texts variables;
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
      if (!credential)
        return Execution::abort(branch, "Could not find credentials entry with ID '" + id +
                                            "'; give it with --credentials FILE or in " +
                                            variable_of(id));
      binding.credential = *credential;
      auto kind = binding.words["$kind"];
      if (kind.empty()) kind = kind_of_class(binding.words["$class"]);
      if (auto error = binding.bind(kind)) return tl::unexpected<Raised>(*std::move(error));
      variables.insert(variables.end(), binding.variables.begin(), binding.variables.end());
      for (const auto& name : binding.secret_names)
        names += (names.empty() ? "" : " or ") + name;
    }
  if (!names.empty()) execution.say(branch, "Masking supported pattern matches of " + names);
  branch.context.layers = with_layer(branch.context.layers, std::move(variables));
  auto outcome = execution.run_body(branch, call.body);
  while (execution.secret_files.size() > kept) {
    (void)execution.outside().files.remove(execution.secret_files.back());
    execution.secret_files.pop_back();
  }
  return outcome;
}

}  // namespace runtask::jenkins
