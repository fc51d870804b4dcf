#include "local/process_runtime.h"

#include <algorithm>
#include <cassert>
#include <csignal>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "local/container_log.h"

namespace runtask::local {
namespace {

constexpr unsigned kOwnerOnly = 0700;
constexpr std::uint64_t kBytesPerMiB = 1U << 20U;
constexpr std::size_t kHostNameCharacters = 12;  // As Docker shortens a container's id.
constexpr const char* kPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::optional<json::Value> other_member(const json::Members& members, std::string_view name) {
  for (const auto& [member, text] : members)
    if (member == name)
      if (auto value = json::parse(text, name)) return *std::move(value);
  return std::nullopt;
}

// The path of the first host directory that the container mounts; empty when it mounts none.
std::string host_mount(const ContainerStart& start) {
  const auto volumes = other_member(start.task_definition->rest, "volumes");
  const auto mounts = other_member(start.definition().rest, "mountPoints");
  if (!volumes || !mounts || !volumes->is_array() || !mounts->is_array()) return {};
  const json::Value::json_pointer path("/host/sourcePath");
  const json::Value::json_pointer name("/name");
  const json::Value::json_pointer source("/sourceVolume");
  for (const auto& volume : *volumes) {
    if (!volume.contains(path) || !volume.at(path).is_string() || !volume.contains(name)) continue;
    for (const auto& mount : *mounts)
      if (mount.contains(source) && mount.at(source) == volume.at(name))
        return volume.at(path).get<std::string>();
  }
  return {};
}

bool has_elements(const json::Value& value, const char* pointer) {
  const json::Value::json_pointer at(pointer);
  return value.contains(at) && !value.at(at).empty();
}

void set_variable(std::vector<std::pair<std::string, std::string>>& environment,
                  const std::string& name, const std::string& value) {
  const auto same = std::find_if(environment.begin(), environment.end(),
                                 [&](const auto& it) { return it.first == name; });
  if (same == environment.end()) {
    environment.emplace_back(name, value);
  } else {
    same->second = value;
  }
}

Error with_name(const char* name, const Error& error) {
  std::string message = std::string(name) + ": " + error.message;
  for (const auto& line : error.context)
    message += " (" + line + ")";
  if (!error.hint.empty()) message += "; " + error.hint;
  return Error{error.code, std::move(message), {}, {}};
}

// In ECS' own words, and where the value is looked for here.
std::string words_of_missing(const ecs::SecretReference& secret, const std::string& images) {
  const bool is_parameter = secret.value_from.find(":secretsmanager:") == std::string::npos;
  const auto& name = secret.value_from;
  return "unable to pull secrets or registry auth: execution resource retrieval failed: " +
         (is_parameter ? "unable to retrieve secrets from ssm: invalid ssm parameters: " + name
                       : "unable to retrieve secret from asm: failed to fetch secret " + name +
                             " from secrets manager: ResourceNotFoundException: Secrets Manager "
                             "can't find the specified secret.") +
         " (the variable " + secret.name + "; the embedded ECS has no value for it in " + images +
         ")";
}

}  // namespace

std::optional<std::string> refused_settings(const ContainerStart& start) {
  const auto& definition = start.definition();
  const std::string end = ": the embedded endpoint runs containers as plain processes";
  if (definition.privileged.value_or(false)) return "privileged is refused" + end;
  if (start.task_definition->pid_mode == "host") return "pidMode host is refused" + end;
  if (start.task_definition->ipc_mode == "host") return "ipcMode host is refused" + end;
  const std::string mount = host_mount(start);
  if (!mount.empty()) return "mounting the host's " + mount + " is refused" + end;
  if (const auto linux_parameters = other_member(definition.rest, "linuxParameters")) {
    if (has_elements(*linux_parameters, "/devices")) return "host devices are refused" + end;
    if (has_elements(*linux_parameters, "/capabilities/add"))
      return "added capabilities are refused" + end;
  }
  return std::nullopt;
}

struct ProcessRuntime::Running {
  std::unique_ptr<sys::Process> process;
  ContainerLog log;
  Environment environment;
  std::string working_directory;
  std::unique_ptr<sys::Process> health_check;
  sys::PendingPtr health_timeout;
};

ProcessRuntime::ProcessRuntime(Outside outside, Options options,
                               std::function<void(const Event&)> report)
    : outside_(outside), options_(std::move(options)), report_(std::move(report)) {}
ProcessRuntime::~ProcessRuntime() = default;

void ProcessRuntime::carry_out(const Action& action) {
  if (const auto* to_start = std::get_if<StartContainer>(&action)) return start(*to_start->start);
  if (const auto* check = std::get_if<CheckHealth>(&action)) return check_health(*check);
  if (std::holds_alternative<CancelStart>(action)) return;  // A start is over in no time.
  const bool kill = std::holds_alternative<KillContainer>(action);
  const auto& id = kill ? std::get<KillContainer>(action).id : std::get<SignalContainer>(action).id;
  const auto found = running_.find(id);
  if (found == running_.end()) return;  // Its end is being told already.
  if (kill) {
    found->second->process->kill_tree();
  } else {
    found->second->process->signal(SIGTERM);
  }
}

void ProcessRuntime::start(const ContainerStart& start) {
  const auto started = try_start(start);
  if (started) return report_(ContainerStarted{start.id});
  remove_directory(start.id);
  report_(ContainerNotStarted{start.id, started.error().message});
}

Result<> ProcessRuntime::try_start(const ContainerStart& start) {
  const auto& definition = start.definition();
  if (const auto refused = refused_settings(start))
    return fail(Code::kDenied, "CannotCreateContainerError: " + *refused);
  auto images = ImageTable::load(outside_.files, options_.directory.images());
  if (!images && definition.image == kHostImage && definition.secrets.empty())
    images = ImageTable();  // Which needs nothing of the table.
  if (!images)
    return fail(images.error().code,
                "CannotPullContainerError: the table of images on this machine, " +
                    options_.directory.images() + ", is damaged or cannot be read");
  const auto image = images->find(definition.image);
  if (!image)
    return fail(Code::kNotFound,
                "CannotPullContainerError: there is no image '" + definition.image +
                    "' on this machine; `runtask local image add` makes one, and 'host' is always "
                    "there");
  auto log = ContainerLog::open(outside_.logs, log_target(start), outside_.loop.wall_now());
  if (!log) return fail(with_name("ResourceInitializationError", log.error()));
  // Whatever goes wrong from here on, nothing more will come, and readers may know.
  const auto give_up = [&](Error error) {
    log->end(outside_.loop.wall_now());
    return fail(std::move(error));
  };
  auto directory = working_directory_of(start, *image);
  if (!directory) return give_up(with_name("CannotCreateContainerError", directory.error()));
  auto environment = environment_of(start, *images, *image, *directory);
  if (!environment) return give_up(with_name("ResourceInitializationError", environment.error()));

  sys::ProcessSpec spec;
  spec.argv = definition.entry_point.empty() ? image->entry_point : definition.entry_point;
  spec.argv.insert(spec.argv.end(), start.command.begin(), start.command.end());
  if (spec.argv.empty())
    return give_up({Code::kInvalid, "CannotCreateContainerError: no command is specified", {}, {}});
  spec.environment = *environment;
  spec.working_directory = *directory;
  spec.keep_tree = true;
  spec.memory_bytes_max = start.memory_mib * kBytesPerMiB;

  auto running = std::make_unique<Running>(
      Running{nullptr, *std::move(log), *std::move(environment), *directory, nullptr, nullptr});
  Running* const raw = running.get();
  auto process = outside_.processes.spawn(
      spec,
      {[this, raw](std::string_view bytes) { raw->log.write(bytes, outside_.loop.wall_now()); },
       [this, id = start.id](const sys::ProcessExit& exit) { ended(id, exit); }});
  if (!process) {
    running->log.end(outside_.loop.wall_now());
    return fail(with_name("CannotStartContainerError", process.error()));
  }
  running->process = *std::move(process);
  running_.insert_or_assign(start.id, std::move(running));
  return {};
}

Result<std::string> ProcessRuntime::working_directory_of(const ContainerStart& start,
                                                         const Image& image) {
  if (!image.directory.empty()) return image.directory;
  if (!start.definition().working_directory.empty()) return start.definition().working_directory;
  const std::string path =
      options_.directory.tasks() + "/" + start.id.task_id + "/" + start.id.container;
  TRY(outside_.files.make_directory(path, kOwnerOnly));
  return path;
}

Result<ProcessRuntime::Environment> ProcessRuntime::environment_of(
    const ContainerStart& start, const ImageTable& images, const Image& image,
    const std::string& working_directory) const {
  if (start.has_environment_files)
    return fail(Code::kNotFound, "environmentFiles cannot be fetched by the embedded endpoint");
  const bool on_fargate = start.launch_type == "FARGATE";
  Environment environment{
      {"PATH", kPath},
      {"HOME", options_.home.empty() ? working_directory : options_.home},
      {"LANG", "C.UTF-8"},
      {"HOSTNAME", start.runtime_id.substr(0, kHostNameCharacters)},
      {"AWS_EXECUTION_ENV", on_fargate ? "AWS_ECS_FARGATE" : "AWS_ECS_EC2"},
      {"AWS_REGION", options_.region},
      {"AWS_DEFAULT_REGION", options_.region},
  };
  for (const auto& variable : image.environment)
    set_variable(environment, variable.name, variable.value);
  for (const auto& variable : start.environment)
    set_variable(environment, variable.name, variable.value);
  for (const auto& secret : start.definition().secrets) {
    const auto value = images.secret(secret.value_from);
    if (!value) return fail(Code::kNotFound, words_of_missing(secret, options_.directory.images()));
    set_variable(environment, secret.name, *value);
  }
  set_variable(environment, kTreeVariable, options_.installation + "/" + start.id.task_id);
  return environment;
}

void ProcessRuntime::ended(const ContainerId& id, const sys::ProcessExit& exit) {
  const auto found = running_.find(id);
  assert(found != running_.end() && "a process ends once");
  // The last line is stored before anybody hears of the end.
  const auto lost = found->second->log.end(outside_.loop.wall_now());
  running_.erase(found);
  remove_directory(id);
  report_(ContainerExited{id, exit.shell_code(), exit.out_of_memory, lost});
}

void ProcessRuntime::remove_directory(const ContainerId& id) {
  const std::string of_task = options_.directory.tasks() + "/" + id.task_id;
  // What cannot be removed now is removed at the next start of the endpoint.
  (void)outside_.files.remove(of_task + "/" + id.container);
  const auto others = outside_.files.list(of_task);
  if (others && others->empty()) (void)outside_.files.remove(of_task);
}

void ProcessRuntime::check_health(const CheckHealth& check) {
  const auto found = running_.find(check.id);
  if (found == running_.end()) return;
  Running& container = *found->second;
  sys::ProcessSpec spec;
  if (check.command[0] == "CMD-SHELL") {  // The one place where ECS itself asks for a shell.
    spec.argv = {"/bin/sh", "-c", check.command[1]};
  } else {
    spec.argv.assign(check.command.begin() + 1, check.command.end());
  }
  spec.environment = container.environment;
  spec.working_directory = container.working_directory;
  spec.keep_tree = true;
  auto process =
      outside_.processes.spawn(spec, {[](std::string_view) {},
                                      [this, id = check.id](const sys::ProcessExit& exit) {
                                        health_checked(id, exit.code == 0);
                                      }});
  if (!process) return report_(HealthChecked{check.id, false});
  container.health_check = *std::move(process);
  // Its end is reported as that of any other; code 0 it cannot have then.
  container.health_timeout = outside_.loop.after(check.timeout, [this, id = check.id] {
    const auto late = running_.find(id);
    if (late != running_.end() && late->second->health_check)
      late->second->health_check->kill_tree();
  });
}

void ProcessRuntime::health_checked(const ContainerId& id, bool passed) {
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  found->second->health_timeout.reset();
  found->second->health_check.reset();
  report_(HealthChecked{id, passed});
}

}  // namespace runtask::local
