#include "jenkins/containers.h"

#include <array>

#include "base/text.h"

namespace runtask::jenkins {
namespace {

// "1000:1000", as the system has it of this program; empty if it does not say.
std::string own_user(const sys::Files& files) {
  const auto status = files.read("/proc/self/status");
  if (!status) return "";
  std::string ids;
  for (const auto& line : split(*status, '\n')) {
    if (!line.starts_with("Uid:") && !line.starts_with("Gid:")) continue;
    const auto words = split(line, '\t');  // Name, real, effective, ...
    if (words.size() < 3) return "";
    ids += (ids.empty() ? "" : ":") + words[2];
  }
  return ids;
}

bool is_name(char c, bool is_first) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (!is_first && c >= '0' && c <= '9');
}

// $NAME and ${NAME} of variables that there are; others stay.
std::string expanded(const std::string& text, const std::map<std::string, std::string>& variables) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const bool has_brace = text.compare(i, 2, "${") == 0;
    const std::size_t begin = i + (has_brace ? 2 : 1);
    std::size_t end = begin;
    if (text[i] == '$')
      while (end < text.size() && is_name(text[end], end == begin))
        ++end;
    const bool is_whole = end > begin && (!has_brace || (end < text.size() && text[end] == '}'));
    const auto found = text[i] == '$' && is_whole ? variables.find(text.substr(begin, end - begin))
                                                  : variables.end();
    if (found == variables.end()) {
      result += text[i++];
      continue;
    }
    result += found->second;
    i = end + (has_brace ? 1 : 0);
  }
  return result;
}

// A name for what a Dockerfile makes: the same for the same file and words.
std::string name_of_build(const std::string& content) {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a.
  for (const char c : content)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::array<unsigned char, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<unsigned char>(hash >> (8 * i));
  return "runtask-build:" + hex(bytes);
}

std::string last_line(const std::string& text) {
  const auto words = trimmed(text);
  const auto newline = words.rfind('\n');
  return std::string(newline == std::string_view::npos ? words : words.substr(newline + 1));
}

tl::expected<std::vector<std::string>, Raised> words_of(Execution& execution, Branch& branch,
                                                        const std::string& arguments) {
  auto words = split_words(expanded(arguments, execution.environment_for(branch)));
  if (!words) return failed(Execution::invalid(branch, words.error().message).value());
  return *std::move(words);
}

}  // namespace

tl::expected<std::string, Raised> container_program(Execution& execution, Branch& branch) {
  const auto environment = execution.environment_for(branch);
  const auto path = environment.find("PATH");
  for (const auto* name : {"docker", "podman"})
    if (path != environment.end() && execution.program_on(path->second, name)) return name;
  return failed(Execution::abort(branch,
                                 "containers need the command docker or podman, and there "
                                 "is none on PATH: install one of them, or use agent any")
                    .value());
}

tl::expected<std::string, Raised> run_docker(Execution& execution, Branch& branch,
                                             std::vector<std::string> words, bool is_shown) {
  auto program = container_program(execution, branch);
  if (!program) return program;
  Execution::ProgramRun run;
  run.argv = {*program};
  run.argv.insert(run.argv.end(), words.begin(), words.end());
  run.environment = execution.environment_for(branch);
  run.directory = branch.context.directory.empty() ? "/" : branch.context.directory;
  run.is_shown = is_shown;
  execution.say(branch, "$ " + join(run.argv, " "));
  if (auto stop = execution.run_program(branch, run)) return failed(*std::move(stop));
  if (run.code == 0) return run.output;
  if (!is_shown && !trimmed(run.output).empty()) execution.say(branch, trimmed(run.output));
  return failed(Execution::abort(
                    branch, *program + " " + words[0] + " ended with " + std::to_string(run.code))
                    .value());
}

std::string image_name(const Branch& branch, const std::string& image) {
  const auto& registry = branch.context.registry;
  return registry.empty() || image.starts_with(registry + "/") ? image : registry + "/" + image;
}

std::optional<Raised> start_container(Execution& execution, Branch& branch,
                                      const ContainerWish& wish) {
  auto& files = execution.outside().files;
  const auto program = container_program(execution, branch);
  if (!program) return program.error();
  const auto image = image_name(branch, wish.image);
  auto more = words_of(execution, branch, wish.arguments);
  if (!more) return more.error();
  Execution::ProgramRun look;
  look.argv = {*program, "inspect", "-f", ".", image};
  look.environment = execution.environment_for(branch);
  look.directory = branch.context.workspace;
  look.is_shown = false;
  if (!wish.always_pulls)
    if (auto stop = execution.run_program(branch, look)) return stop;
  if (wish.always_pulls || look.code != 0)
    if (auto pulled = run_docker(execution, branch, {"pull", image}, true); !pulled)
      return pulled.error();

  const auto made = execution.temporary_directory();
  if (!made) return Execution::abort(branch, made.error().message).value();
  const auto& workspace = branch.context.workspace;
  std::vector<std::string> words = {"run", "-t", "-d"};
  const auto add = [&](std::initializer_list<std::string> some) {
    words.insert(words.end(), some);
  };
  if (const auto user = own_user(files); !user.empty()) add({"-u", user});
  words.insert(words.end(), more->begin(), more->end());
  add({"-w", workspace, "-v", workspace + ":" + workspace + ":rw,z", "-v",
       *made + ":" + *made + ":rw,z", image, "cat"});
  auto output = run_docker(execution, branch, std::move(words), false);
  if (!output) return output.error();
  branch.context.container = std::make_shared<Container>(Container{*program, last_line(*output)});
  return std::nullopt;
}

void end_container(Execution& execution, Branch& branch, const Container& container) {
  Execution::ProgramRun run;
  run.argv = {container.program, "rm", "-f", "--volumes", container.id};
  run.environment = execution.variables().process;
  run.directory = "/";
  run.is_shown = false;
  execution.say(branch, "$ " + join(run.argv, " "));
  execution.run_cleanup(branch, run);
  if (run.code != 0)
    execution.say(branch, "WARNING: the container " + container.id +
                              " was not removed: " + std::string(trimmed(run.output)));
}

tl::expected<std::string, Raised> build_image(Execution& execution, Branch& branch,
                                              const ImageBuild& build) {
  const auto path = Execution::path_in(branch, build.file);
  const auto content = execution.outside().files.read(path);
  if (!content) return failed(branch.raise("java.nio.file.NoSuchFileException", path).value());
  const auto name = build.name.empty()
                        ? name_of_build(build.directory + '\n' + build.arguments + '\n' + *content)
                        : image_name(branch, build.name);
  auto more = words_of(execution, branch, build.arguments);
  if (!more) return failed(more.error());
  std::vector<std::string> words = {"build", "-t", name};
  words.insert(words.end(), more->begin(), more->end());
  words.insert(words.end(), {"-f", build.file, build.directory});
  if (auto output = run_docker(execution, branch, std::move(words), true); !output) return output;
  return name;
}

std::optional<Raised> enter_registry(Execution& execution, Branch& branch, const std::string& url,
                                     const std::string& credential) {
  auto host = url;
  for (const auto* scheme : {"https://", "http://"})
    if (host.starts_with(scheme)) host.erase(0, std::string_view(scheme).size());
  host = host.substr(0, host.find('/'));
  branch.context.registry = host;
  if (credential.empty()) return std::nullopt;
  const auto program = container_program(execution, branch);
  if (!program) return program.error();
  const auto found = execution.find_credential(credential);
  if (!found) return Execution::no_credential(branch, credential).value();
  if (found->kind != "usernamePassword")
    return Execution::abort(branch, "the credentials '" + credential + "' are no user and password")
        .value();
  execution.outside().console.mask(found->password);
  // The password goes neither into the command line nor into a file of ours.
  Execution::ProgramRun login;
  login.argv = {
      "/bin/sh",
      "-c",
      R"(printf %s "$RUNTASK_REGISTRY_PASSWORD" | "$0" login -u "$1" --password-stdin $2)",
      *program,
      found->username,
      host};
  login.environment = execution.environment_for(branch);
  login.environment["RUNTASK_REGISTRY_PASSWORD"] = found->password;
  login.directory = "/";
  execution.say(branch, "$ " + *program + " login -u " + found->username + " --password-stdin" +
                            (host.empty() ? "" : " " + host));
  if (auto stop = execution.run_program(branch, login)) return stop;
  if (login.code != 0)
    return Execution::abort(branch, *program + " login ended with " + std::to_string(login.code))
        .value();
  return std::nullopt;
}

// ---- The global `docker`

namespace {

using groovy::Fiber;
using groovy::Values;

// An argument of a method as text; empty if it is not there.
std::string text_at(Fiber& fiber, const Values& arguments, std::size_t i) {
  if (i >= arguments.size() || arguments[i].is_null() || arguments[i].is(groovy::Kind::kClosure))
    return "";
  return fiber.text(arguments[i]).value_or("");
}
Value body_of(const Values& arguments) {
  return !arguments.empty() && arguments.back().is(groovy::Kind::kClosure) ? arguments.back()
                                                                           : Value();
}

// What image.run and withRun give.
class ContainerObject final : public groovy::HostObject {
 public:
  ContainerObject(Execution& execution, std::string id)
      : execution_(execution), id_(std::move(id)) {}
  [[nodiscard]] std::string class_name() const override {
    return "org.jenkinsci.plugins.docker.workflow.Docker$Container";
  }
  [[nodiscard]] std::optional<Outcome> get(Fiber& fiber, const std::string& name) override {
    if (name == "id") return fiber.text_value(id_);
    return std::nullopt;
  }
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override {
    auto& branch = static_cast<Branch&>(fiber);
    if (method == "stop") {
      const auto program = container_program(execution_, branch);
      if (!program) return Outcome(failed(program.error()));
      end_container(execution_, branch, {*program, id_});
      return Value();
    }
    if (method == "port") {
      auto output =
          run_docker(execution_, branch, {"port", id_, text_at(fiber, arguments, 0)}, false);
      if (!output) return Outcome(failed(output.error()));
      return fiber.text_value(std::string(trimmed(*output)));
    }
    return std::nullopt;
  }

 private:
  Execution& execution_;
  std::string id_;
};

class ImageObject final : public groovy::HostObject {
 public:
  ImageObject(Execution& execution, std::string image)
      : execution_(execution), image_(std::move(image)) {}
  [[nodiscard]] std::string class_name() const override {
    return "org.jenkinsci.plugins.docker.workflow.Docker$Image";
  }
  [[nodiscard]] std::optional<Outcome> get(Fiber& fiber, const std::string& name) override {
    if (name == "id") return fiber.text_value(image_);
    return std::nullopt;
  }
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override {
    auto& branch = static_cast<Branch&>(fiber);
    if (method == "inside") return inside(branch, arguments);
    if (method == "run") return run(branch, arguments);
    if (method == "withRun") return with_run(branch, arguments);
    const auto name = image_name(branch, image_);
    if (method == "imageName") return fiber.text_value(name);
    if (method == "pull") return shown(branch, {"pull", name});
    if (method == "tag" || method == "push") return tag(branch, arguments, method == "push");
    return std::nullopt;
  }

 private:
  Outcome shown(Branch& branch, std::vector<std::string> words) {
    auto output = run_docker(execution_, branch, std::move(words), true);
    if (!output) return failed(output.error());
    return Value();
  }

  // Under another tag, or the name that the registry has for it.
  Outcome tag(Branch& branch, const Values& arguments, bool pushes) {
    const auto name = image_name(branch, image_);
    auto target = name;
    if (const auto wanted = text_at(branch, arguments, 0); !wanted.empty()) {
      const auto slash = target.rfind('/');
      const auto colon = target.rfind(':');
      if (colon != std::string::npos && (slash == std::string::npos || colon > slash))
        target.erase(colon);
      target += ":" + wanted;
    }
    if (target != image_ || !pushes)
      if (auto outcome = shown(branch, {"tag", image_, target}); !outcome) return outcome;
    if (!pushes) return Value();
    return shown(branch, {"push", target});
  }

  Outcome inside(Branch& branch, const Values& arguments) {
    if (branch.context.directory.empty())
      return Execution::abort(branch,
                              "docker.image(...).inside needs a workspace: put it into a "
                              "node block");
    const ContextChange change(branch);
    if (auto error =
            start_container(execution_, branch, {image_, text_at(branch, arguments, 0), false}))
      return failed(*std::move(error));
    const auto container = branch.context.container;
    auto outcome = execution_.run_body(branch, body_of(arguments));
    end_container(execution_, branch, *container);
    return outcome;
  }

  Outcome run(Branch& branch, const Values& arguments) {
    std::vector<std::string> words = {"run", "-d"};
    for (std::size_t i = 0; i < 2; ++i) {
      auto more = words_of(execution_, branch, text_at(branch, arguments, i));
      if (!more) return failed(more.error());
      words.insert(words.end(), more->begin(), more->end());
      if (i == 0) words.push_back(image_name(branch, image_));
    }
    auto output = run_docker(execution_, branch, std::move(words), false);
    if (!output) return failed(output.error());
    return Value(branch.heap().make<ContainerObject>(execution_, last_line(*output)));
  }

  Outcome with_run(Branch& branch, const Values& arguments) {
    auto container = run(branch, arguments);
    if (!container) return container;
    auto outcome = branch.invoke(body_of(arguments), {*container});
    if (auto stopped = branch.invoke_method(*container, "stop", {}); !stopped && outcome)
      return stopped;
    return outcome;
  }

  Execution& execution_;
  std::string image_;
};

class DockerObject final : public groovy::HostObject {
 public:
  explicit DockerObject(Execution& execution) : execution_(execution) {}
  [[nodiscard]] std::string class_name() const override {
    return "org.jenkinsci.plugins.docker.workflow.Docker";
  }
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override {
    auto& branch = static_cast<Branch&>(fiber);
    const auto first = text_at(fiber, arguments, 0);
    if (method == "image" && arguments.size() == 1) return image(branch, first);
    if (method == "build" && !arguments.empty()) return build(branch, arguments);
    const ContextChange change(branch);
    if (method == "withRegistry" && !first.empty()) {
      if (auto error = enter_registry(execution_, branch, first, text_at(fiber, arguments, 1)))
        return Outcome(failed(*std::move(error)));
      return execution_.run_body(branch, body_of(arguments));
    }
    if (method == "withServer") {
      auto& layers = branch.context.layers;
      layers = with_layer(layers, {{"DOCKER_HOST", first}});
      return execution_.run_body(branch, body_of(arguments));
    }
    if (method == "withTool") return execution_.run_body(branch, body_of(arguments));
    return std::nullopt;
  }

 private:
  Value image(Branch& branch, const std::string& name) {
    return Value(branch.heap().make<ImageObject>(execution_, name));
  }

  // The last word of the arguments is the directory, as docker build has it.
  Outcome build(Branch& branch, const Values& arguments) {
    auto words = split_words(text_at(branch, arguments, 1));
    if (!words) return Execution::invalid(branch, words.error().message);
    if (words->empty()) words->emplace_back(".");
    ImageBuild wish;
    wish.name = text_at(branch, arguments, 0);
    wish.directory = words->back();
    words->pop_back();
    wish.file = wish.directory + "/Dockerfile";
    for (std::size_t i = 0; i < words->size(); ++i) {
      const bool is_file =
          ((*words)[i] == "-f" || (*words)[i] == "--file") && i + 1 < words->size();
      if (is_file) wish.file = (*words)[++i];
      if (!is_file) wish.arguments += shell_quoted((*words)[i]) + " ";
    }
    auto name = build_image(execution_, branch, wish);
    if (!name) return failed(name.error());
    return image(branch, arguments.empty() ? *name : wish.name);
  }

  Execution& execution_;
};

}  // namespace

Value make_docker(Execution& execution, groovy::Heap& heap) {
  return heap.make<DockerObject>(execution);
}

}  // namespace runtask::jenkins
