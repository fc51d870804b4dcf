#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/json.h"
#include "base/text.h"
#include "cli/cluster_check.h"
#include "cli/commands.h"
#include "cli/container_log.h"
#include "cli/endpoint_process.h"
#include "cli/exit_code.h"
#include "cli/named_file.h"
#include "cli/target.h"
#include "ecs/limits.h"
#include "ecs/shape.h"
#include "local/definition_check.h"
#include "local/image_table.h"
#include "sys/programs.h"

namespace runtask::cli {
namespace {

int failed(const World& world, const Error& error) {
  world.screen.message(error.text());
  return error.code == Code::kUsage ? kExitUsage : kExitFailure;
}

const EndpointStart kStartDefault{0, kIdleTimeoutDefault, local::Limits::kNone};

// What AWS' tools would take instead of what is set for them here, or refuse together with it.
constexpr std::array kInTheWay = {
    "AWS_SESSION_TOKEN",     "AWS_SECURITY_TOKEN",        "AWS_CREDENTIAL_EXPIRATION",
    "AWS_PROFILE",           "AWS_DEFAULT_PROFILE",       "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"};

// Under both names: AWS' tools would ask for this machine through a proxy, too, and sign for it.
constexpr std::array kNoProxy = {"no_proxy", "NO_PROXY"};
// None: there is no proxy, or it is for no host of this machine already.
std::optional<std::string> no_proxy_for(const sys::Environment& environment,
                                        const std::string& host) {
  constexpr std::array kProxies = {"HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"};
  if (std::none_of(kProxies.begin(), kProxies.end(),
                   [&](const char* name) { return environment.get_non_empty(name); }))
    return {};
  auto others = environment.get_non_empty(kNoProxy[0]);
  if (!others) others = environment.get_non_empty(kNoProxy[1]);
  if (!others) return host;
  return *others == "*" ? std::nullopt : std::optional(*others + "," + host);
}

struct TaskCounts {
  int running = 0;
  int pending = 0;
};
Result<TaskCounts> count_tasks(const World& world, ecs::Client& client) {
  constexpr auto kMost = ecs::limits::kClustersPerDescribeMax;
  const auto arns = TRY(all_clusters(world, client));
  TaskCounts counts;
  for (std::size_t at = 0; at < arns.size(); at += kMost) {
    ecs::DescribeClusters request;
    for (std::size_t i = at; i < std::min(arns.size(), at + kMost); ++i)
      request.clusters.push_back(arns[i]);
    const auto reply = call_and_wait(world, client, request);
    if (!reply) return fail(reply.error().error);
    for (const auto& cluster : reply->clusters) {
      counts.running += cluster.running_tasks_count;
      counts.pending += cluster.pending_tasks_count;
    }
  }
  return counts;
}

}  // namespace

int local(const LocalStart& arguments, const World& world) {
  const EndpointStart start{static_cast<std::uint16_t>(arguments.port),
                            arguments.idle_timeout.value_or(kIdleTimeoutDefault),
                            local::limits_named(arguments.limits).value_or(local::Limits::kNone)};
  if (arguments.foreground) {
    const auto served = serve_endpoint(world, start, arguments.background_child);
    return served ? kExitSuccess : failed(world, served.error());
  }
  const auto endpoint = ensure_endpoint(world, start);
  if (!endpoint) return failed(world, endpoint.error());
  const auto& address = endpoint->address;
  std::string otherwise;  // How it runs, where that is not as it is asked for.
  if (!arguments.limits.empty() && address.limits != name_of(start.limits))
    otherwise = "with --limits " + address.limits;
  if (start.port != 0 && address.port != start.port)
    otherwise = "on port " + std::to_string(address.port);
  if (endpoint->was_running && !otherwise.empty())
    return failed(world, Error{Code::kConflict,
                               "the embedded ECS runs already, " + otherwise,
                               {},
                               "`runtask local stop` ends it"});
  world.screen.message(
      (endpoint->was_running ? "It runs already: " : "The embedded ECS serves on ") +
      address.url() + " (process " + std::to_string(address.process_id) + ").");
  if (!endpoint->was_running)
    world.screen.message("Containers run as processes of this machine, without isolation.");
  return kExitSuccess;
}

int local(const LocalStop&, const World& world) {
  const auto stopped = stop_endpoint(world);
  if (!stopped) return failed(world, stopped.error());
  world.screen.message(*stopped ? "The embedded ECS has ended."
                                : "The embedded ECS is not running.");
  return kExitSuccess;
}

int local(const LocalStatus& arguments, const World& world) {
  const auto found = running_endpoint(world);
  if (!found) return failed(world, found.error());
  const auto& address = *found;
  if (!address) {
    world.screen.output(arguments.json ? R"({"running":false})" : "not running");
    return kExitSuccess;
  }
  auto target = local_target(world);
  if (!target) return failed(world, target.error());
  const auto counts = count_tasks(world, *target->client);
  if (!counts) return failed(world, counts.error());
  if (arguments.json) {
    world.screen.output(R"({"running":true,"url":)" + json::quoted(address->url()) +
                        ",\"port\":" + std::to_string(address->port) +
                        ",\"process_id\":" + std::to_string(address->process_id) +
                        ",\"started_at\":" + json::quoted(iso_time(address->started_at)) +
                        ",\"running_tasks\":" + std::to_string(counts->running) +
                        ",\"pending_tasks\":" + std::to_string(counts->pending) +
                        ",\"limits\":" + json::quoted(address->limits) + "}");
  } else {
    world.screen.output("running on " + address->url() + " since " + iso_time(address->started_at) +
                        ", process " + std::to_string(address->process_id) +
                        (address->limits == "aws" ? ", with AWS's limits" : ""));
    world.screen.output(std::to_string(counts->running) + " tasks running, " +
                        std::to_string(counts->pending) + " pending");
  }
  return kExitSuccess;
}

namespace {

// What AWS' tools need to come here; none: what must not be set.
using Variables = std::vector<std::pair<std::string, std::optional<std::string>>>;
Variables variables_for(const World& world, const EndpointProcess& endpoint) {
  Variables variables;
  // One variable per service, so that calls to services that are not here still go to AWS.
  for (const auto* service : {"ECS", "CLOUDWATCH_LOGS", "STS"})
    variables.emplace_back(std::string("AWS_ENDPOINT_URL_") + service, endpoint.address.url());
  variables.emplace_back("AWS_ACCESS_KEY_ID", endpoint.keys.access_key_id);
  variables.emplace_back("AWS_SECRET_ACCESS_KEY", endpoint.keys.secret_access_key.reveal());
  variables.emplace_back("AWS_REGION", endpoint.address.region);
  variables.emplace_back("AWS_DEFAULT_REGION", endpoint.address.region);
  variables.emplace_back("AWS_EC2_METADATA_DISABLED", "true");
  if (const auto no_proxy = no_proxy_for(world.environment, local::kEndpointHost))
    for (const auto* name : kNoProxy)
      variables.emplace_back(name, *no_proxy);
  for (const auto* name : kInTheWay)
    variables.emplace_back(name, std::nullopt);
  return variables;
}

}  // namespace

int local(const LocalEnv& arguments, const World& world) {
  const auto endpoint = ensure_endpoint(world, kStartDefault);
  if (!endpoint) return failed(world, endpoint.error());
  std::vector<std::string> members;
  std::string others;
  for (const auto& [name, value] : variables_for(world, *endpoint)) {
    members.push_back(json::quoted(name) + ":" + (value ? json::quoted(*value) : "null"));
    if (!value) {
      others += " " + name;
    } else if (!arguments.json) {
      world.screen.output("export " + name + "=" + shell_quoted(*value));
    }
  }
  world.screen.output(arguments.json ? "{" + join(members, ",") + "}" : "unset" + others);
  return kExitSuccess;
}

int local(const LocalAws& arguments, const World& world) {
  const auto endpoint = ensure_endpoint(world, kStartDefault);
  if (!endpoint) return failed(world, endpoint.error());
  sys::Program program;
  program.argv = {"aws", "--endpoint-url", endpoint->address.url()};
  program.argv.insert(program.argv.end(), arguments.arguments.begin(), arguments.arguments.end());
  program.environment = world.environment.all();
  for (const auto& [name, value] : variables_for(world, *endpoint))
    if (value) {
      program.environment[name] = *value;
    } else {
      program.environment.erase(name);
    }
  auto error = sys::replace_by(program);
  if (error.code == Code::kNotFound) error.hint = "install it: apt-get install awscli";
  return failed(world, error);
}

namespace {

// DescribeTaskDefinition's reply has the definition in a member, which the AWS CLI prints with
// times as text.
Result<ecs::RegisterTaskDefinition> read_definition(const std::string& text,
                                                    const std::string& path) {
  const auto tree = json::parse(text, path);
  if (tree && tree->is_object() && tree->contains("taskDefinition"))
    return fail(Code::kUsage, path + " is a reply of DescribeTaskDefinition",
                "register what is in its `taskDefinition`: `aws ecs describe-task-definition "
                "--query taskDefinition` prints that alone");
  auto request = ecs::read_registration(text, path);
  if (request) return request;
  for (const auto* name : {"registeredAt", "deregisteredAt"})
    if (tree && tree->is_object() && tree->contains(name) && !tree->at(name).is_number())
      return fail(Code::kUsage,
                  path + " has a member `" + name + "`, which is not part of a registration",
                  "DescribeTaskDefinition adds it to its reply: remove it");
  return as_words(std::move(request));
}

// To be known before a task is run and not found out by it.
void note_members_without_effect(const World& world, const ecs::TaskDefinition& definition) {
  auto names = local::members_without_effect(definition);
  if (names.empty()) return;
  for (auto& name : names)
    name = "`" + name + "`";
  world.screen.note(definition.family_revision() + ": the embedded ECS keeps " + join(names, ", ") +
                    ", which " + (names.size() == 1 ? "has" : "have") +
                    " no effect on its plain processes");
}

Result<ecs::RegisterTaskDefinitionReply> register_file(const World& world, ecs::Client& client,
                                                       const std::string& path) {
  const auto text = TRY(read_named_file(world, path));
  auto request = TRY(read_definition(text, path));
  TRY(ecs::check_registration_shape(text, path));
  auto reply = call_and_wait(world, client, request);
  if (!reply) {
    auto error = reply.error().error;
    error.context.push_back("while registering " + path);
    return fail(std::move(error));
  }
  return *std::move(reply);
}

}  // namespace

int local(const LocalRegister& arguments, const World& world) {
  auto target = local_target(world);
  if (!target) return failed(world, target.error());
  for (const auto& path : arguments.files) {
    const auto registered = register_file(world, *target->client, path);
    if (!registered) return failed(world, registered.error());
    const auto& definition = registered->task_definition;
    world.screen.output(arguments.json ? ecs::to_text(definition)
                                       : "registered " + definition.family_revision());
    note_members_without_effect(world, definition);
  }
  return kExitSuccess;
}

int local(const LocalLogs& arguments, const World& world) {
  auto target = local_target(world);
  if (!target) return failed(world, target.error());
  const auto printed =
      print_task_log(world, *target->client,
                     {arguments.task, arguments.follow, arguments.timestamps, arguments.json});
  return printed ? kExitSuccess : failed(world, printed.error());
}

namespace {

struct OpenTable {
  local::ImageTable table;
  std::string path;
};
Result<OpenTable> open_images(const World& world) {
  const auto directory = TRY(local_state(world));
  auto table = TRY(local::ImageTable::load(world.files, directory.images()));
  return OpenTable{std::move(table), directory.images()};
}

Result<> add_image(const LocalImageAdd& arguments, const World& world) {
  const auto is_blank = [](unsigned char c) { return c <= ' ' || c == 0x7F; };
  if (std::any_of(arguments.name.begin(), arguments.name.end(), is_blank))
    return fail(Code::kUsage, "the name of an image has no blanks in it: `" + arguments.name + "`");
  if (arguments.directory.empty())
    return fail(Code::kUsage, "--dir is empty", "`--dir .` is the directory you are in");
  if (!arguments.entry_point.empty() && arguments.entry_point.front().empty())
    return fail(Code::kUsage, "--entry-point begins with an empty word, which no program is called",
                "leave it out, and the container's command is run as it is");
  auto images = TRY(open_images(world));
  local::Image image;
  image.name = arguments.name;
  image.directory = World::absolute(arguments.directory);
  image.entry_point = arguments.entry_point;
  for (const auto& text : arguments.environment) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(Code::kUsage, "`" + text + "` is not of the form NAME=VALUE");
    image.environment.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  if (!world.files.is_directory(image.directory))
    return fail(Code::kUsage, image.directory + " is not a directory");
  TRY(images.table.set(std::move(image)));
  return images.table.save(world.files, images.path);
}

Result<> remove_image(const std::string& name, const World& world) {
  auto images = TRY(open_images(world));
  TRY(images.table.remove(name));
  return images.table.save(world.files, images.path);
}

std::string place_of(const local::Image& image) {
  if (image.name == local::kSimulatedImage) return "no process: the command says what happens";
  return image.directory.empty() ? "this machine as it is" : image.directory;
}

}  // namespace

int local(const LocalImageAdd& arguments, const World& world) {
  const auto added = add_image(arguments, world);
  if (!added) return failed(world, added.error());
  world.screen.output("image " + arguments.name + " is " + World::absolute(arguments.directory));
  return kExitSuccess;
}

int local(const LocalImageRemove& arguments, const World& world) {
  const auto removed = remove_image(arguments.name, world);
  return removed ? kExitSuccess : failed(world, removed.error());
}

int local(const LocalImageList& arguments, const World& world) {
  const auto images = open_images(world);
  if (!images) return failed(world, images.error());
  for (const auto& image : images->table.all()) {
    if (arguments.json) {
      std::vector<std::string> words;
      for (const auto& word : image.entry_point)
        words.push_back(json::quoted(word));
      std::vector<std::string> variables;
      for (const auto& [name, value] : image.environment)
        variables.push_back(json::quoted(name) + ":" + json::quoted(value));
      world.screen.output("{\"name\":" + json::quoted(image.name) +
                          ",\"directory\":" + json::quoted(image.directory) + ",\"environment\":{" +
                          join(variables, ",") + "},\"entryPoint\":[" + join(words, ",") + "]}");
    } else {
      world.screen.output(image.name + "\t" + place_of(image));
    }
  }
  return kExitSuccess;
}

int local(const LocalClusterCreate& arguments, const World& world) {
  auto target = local_target(world);
  if (!target) return failed(world, target.error());
  ecs::CreateCluster request;
  request.cluster_name = arguments.name;
  const auto reply = call_and_wait(world, *target->client, request);
  if (!reply) return failed(world, reply.error().error);
  world.screen.output("created " + reply->cluster.cluster_arn);
  return kExitSuccess;
}

}  // namespace runtask::cli
