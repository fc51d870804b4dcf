#include "cli/named_tasks.h"

#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "cli/run_session.h"
#include "cli/selection.h"
#include "ecs/life_cycle.h"
#include "hamlet/account_credentials.h"
#include "hamlet/definition_listing.h"
#include "sys/programs.h"

namespace runtask::cli {
namespace {

constexpr int kListingPagesMax = 1000;  // Of 100 ARNs each.

std::string in_environment(const NamedTasks& tasks, const NamedTasks::Task& task) {
  const auto& names = tasks.environments[task.environment].facts.scope.names;
  return names.environment.empty() ? std::string() : " in environment " + names.environment;
}

std::string name_of(const hamlet::Occurrence& task) {
  return "task `" + task.task + "`" +
         (task.instance.empty() ? "" : ", instance `" + task.instance + "`");
}

// "ecs (a, b)" with the files that were searched, at most a few of them.
std::string looked_in(const std::vector<std::string>& files) {
  constexpr std::size_t kFilesShownMax = 5;
  std::vector<std::string> shown(
      files.begin(),
      files.begin() + static_cast<std::ptrdiff_t>(std::min(files.size(), kFilesShownMax)));
  if (files.size() > shown.size())
    shown.push_back("and " + std::to_string(files.size() - shown.size()) + " more");
  return "looked for in " + join(shown, ", ");
}

// Where outputs were looked for, and why some that are there do not count.
std::string where_missing(const NamedTasks& tasks, const NamedTasks::Task& task) {
  auto words = looked_in(tasks.environments[task.environment].state_files);
  for (const auto& note : task.occurrence.missing_notes)
    words += "; " + note;
  return words;
}

Result<std::vector<std::string>> list_definitions(const World& world, const Target& target) {
  std::vector<std::string> arns;
  ecs::ListTaskDefinitions request;
  request.status = "ACTIVE";
  for (int page = 0; page < kListingPagesMax; ++page) {
    auto reply = call_and_wait(world, *target.client, request);
    if (!reply) {
      auto error = std::move(reply).error().error;
      error.context.push_back("while listing the task definitions of " + target.words);
      return fail(std::move(error));
    }
    for (auto& arn : reply->task_definition_arns)
      arns.push_back(std::move(arn));
    if (reply->next_token.empty()) return arns;
    request.next_token = reply->next_token;
  }
  return fail(Code::kFull, "the account lists more task definitions than 1000 pages hold");
}

using Listing = std::optional<std::vector<std::string>>;  // None: not asked for yet.

Result<std::string> choose_by_listing(const World& world, const Target& target, Listing& listing,
                                      const NamedTasks& tasks, const NamedTasks::Task& task) {
  if (!listing) listing = TRY(list_definitions(world, target));
  const auto& names = tasks.environments[task.environment].facts.scope.names;
  return hamlet::choose_definition(*listing, {names.product, names.environment, names.segment,
                                              task.occurrence.resource_id.value.value_or("")});
}

// The CMDB would have said which definition it is, had the task been deployed as it is there.
Error explained(Error error, const NamedTasks& tasks, const NamedTasks::Task& task) {
  error.context.push_back("while looking for the definition of " + name_of(task.occurrence) +
                          in_environment(tasks, task));
  const auto& missing = task.occurrence.missing_outputs;
  if (missing.empty() || error.code == Code::kConflict) return error;
  error.hint = "was it deployed? there is no stack output " + join(missing, ", ") + "; " +
               where_missing(tasks, task);
  return error;
}

std::vector<std::string> list_of(const hamlet::SourcedText& text) {
  std::vector<std::string> parts;
  for (const auto& part : split(text.value.value_or(""), ','))
    if (const auto word = trimmed(part); !word.empty()) parts.emplace_back(word);
  return parts;
}

// hamlet 9 lets both be written with the provider in front; the script knows them only without.
bool is_word(const hamlet::SourcedText& text, const std::string& word, RequestStyle style) {
  return text.value == word || (style == RequestStyle::kRunTask && text.value == "aws:" + word);
}

void place(const hamlet::Occurrence& task, RequestStyle style, run::Request& request) {
  // A launch type that was asked for does not get what only Fargate has.
  const bool may_be_fargate = request.launch_type.empty() || request.launch_type == "FARGATE";
  if (is_word(task.network_mode, "awsvpc", style) && request.subnets.empty()) {
    request.subnets = list_of(task.subnet);
    if (request.security_groups.empty()) request.security_groups = list_of(task.security_group);
    if (style == RequestStyle::kRunTask && may_be_fargate && task.public_ip.value == "true")
      request.assign_public_ip = true;
  }
  const bool is_fargate = is_word(task.engine, "fargate", style);
  if (is_fargate && may_be_fargate && request.platform_version.empty())
    request.platform_version = task.platform_version.value.value_or("LATEST");
  if (!request.launch_type.empty() || !request.capacity_providers.empty()) return;
  const auto provider = task.capacity_provider.value.value_or("");
  if (style == RequestStyle::kRunTask && !provider.empty()) {
    request.capacity_providers = {{provider, {}, {}}};
  } else if (is_fargate) {
    request.launch_type = "FARGATE";
  }
}

// The target of one environment, with the credentials of its account checked.
Result<Target> target_of(const World& world, const hamlet::ScopeFacts& facts,
                         const TargetChoice& choice) {
  run::TargetRecipe recipe;
  recipe.by_names = true;
  recipe.is_local = choice.local;
  recipe.profile = choice.profile;
  recipe.region = facts.region.value.value_or("");
  recipe.insecure_http = choice.calls.insecure_http;
  recipe.account = facts.scope.names.account;
  recipe.provider = world.environment.get("ACCOUNT_PROVIDER").value_or("");
  recipe.cmdb_provider = facts.account_provider.value.value_or("");
  recipe.account_number = facts.account_number.value.value_or("");
  return target_by(world, recipe, choice.calls.counts_throttling);
}

Result<std::vector<Target>> make_targets(const World& world, NamedTasks& tasks,
                                         const TargetChoice& choice) {
  using AccountAndRegion = std::pair<std::string, std::string>;
  std::vector<Target> targets;
  std::map<AccountAndRegion, std::size_t> known;
  for (auto& task : tasks.tasks) {
    const auto& facts = tasks.environments[task.environment].facts;
    const auto key =
        choice.local ? AccountAndRegion()
                     : AccountAndRegion(facts.scope.names.account, facts.region.value.value_or(""));
    const auto [at, is_new] = known.try_emplace(key, targets.size());
    task.target = at->second;
    if (is_new) targets.push_back(TRY(target_of(world, facts, choice)));
  }
  return targets;
}

// The embedded ECS has what stands for the CMDB's clusters and definitions, in an account and
// region of its own: by their names.
std::string name_at(const Target& target, const std::string& arn_or_name) {
  return target.is_local ? ecs::last_part(arn_or_name) : arn_or_name;
}

// The container of hamlet's rule, which need not be there: then the rule of `runtask run` follows,
// unless it was to be configured.
std::string container_of(const hamlet::Occurrence& task, const run::Request& base,
                         const ecs::TaskDefinition* definition) {
  auto name = task.container.value.value_or("");
  const bool is_configured = !base.environment.empty() || base.command.has_value();
  if (is_configured || definition == nullptr || !base.container.empty()) return name;
  for (const auto& container : definition->container_definitions)
    if (container.name == name) return name;
  return {};
}

}  // namespace

Result<std::vector<hamlet::Cmdb>> load_cmdbs(const World& world, const Selection& selection) {
  const auto request = scope_request_of(selection, world.environment);
  const auto scopes = TRY(
      hamlet::resolve_scopes(request, world.environment, world.files, sys::working_directory()));
  std::vector<hamlet::Cmdb> cmdbs;
  cmdbs.reserve(scopes.size());
  for (const auto& scope : scopes)
    cmdbs.push_back(TRY(load_cmdb(world.files, request, scope)));
  return cmdbs;
}

Result<NamedTasks> find_tasks(const World& world, const std::vector<hamlet::Cmdb>& cmdbs,
                              const Selection& selection) {
  const auto selector = TRY(selector_of(selection, world.environment, Absent::kUnnamed));
  NamedTasks all;
  for (const auto& cmdb : cmdbs) {
    for (const auto& warning : cmdb.warnings())
      all.warnings.push_back(warning);
    const auto& name = cmdb.facts().scope.names.environment;
    auto found = TRY_DURING(cmdb.find(selector),
                            name.empty() ? name : "while looking in environment " + name);
    for (auto& occurrence : found)
      all.tasks.push_back({all.environments.size(), std::move(occurrence), 0, {}});
    all.environments.push_back({cmdb.facts(), cmdb.state_files()});
  }
  return all;
}

Result<> check_deployed(const NamedTasks& tasks) {
  for (const auto& task : tasks.tasks) {
    const auto& occurrence = task.occurrence;
    const bool needs_network = occurrence.network_mode.value.value_or("").ends_with("awsvpc");
    const bool lacks_network =
        needs_network && (!occurrence.subnet.value || occurrence.subnet.value->empty());
    const bool is_nameless = !occurrence.resource_id.value && !occurrence.definition.value;
    const bool lacks_cluster = !occurrence.cluster.value || occurrence.cluster.value->empty();
    if (!lacks_network && !is_nameless && !lacks_cluster) continue;
    const auto what = occurrence.network_missing ? "its tier's network"
                      : lacks_cluster            ? "its cluster"
                      : lacks_network            ? "its network (subnet)"
                                                 : "it";
    auto missing = join(occurrence.missing_outputs, ", ");
    return fail(Code::kNotFound,
                name_of(occurrence) + in_environment(tasks, task) + ": " + what +
                    " was never deployed" + (missing.empty() ? "" : "; no stack output " + missing),
                where_missing(tasks, task));
  }
  return {};
}

Result<std::vector<Target>> targets_of(const World& world, NamedTasks& tasks,
                                       const TargetChoice& choice) {
  auto targets = make_targets(world, tasks, choice);
  if (targets) return targets;
  // Keys, profiles and regions are no mistake in this command's words: it could not run.
  auto error = std::move(targets).error();
  if (error.code == Code::kUsage) error.code = Code::kDenied;
  return fail(std::move(error));
}

Result<> choose_definitions(const World& world, const std::vector<Target>& targets,
                            NamedTasks& tasks) {
  std::map<std::size_t, Listing> listings;  // By target.
  for (auto& task : tasks.tasks) {
    const auto& occurrence = task.occurrence;
    const auto& output = occurrence.definition_output.value;
    const auto& known = output ? output : occurrence.definition.value;
    if (known && !known->empty()) {
      task.definition = name_at(targets[task.target], *known);
      continue;
    }
    auto chosen =
        choose_by_listing(world, targets[task.target], listings[task.target], tasks, task);
    if (!chosen) return fail(explained(std::move(chosen).error(), tasks, task));
    task.definition = *std::move(chosen);
  }
  return {};
}

Result<NamedRequests> make_requests(const World& world, const std::vector<Target>& targets,
                                    const NamedTasks& tasks, const run::Request& base,
                                    RequestStyle style) {
  NamedRequests made;
  std::set<std::string> names;
  for (const auto& task : tasks.tasks)
    names.insert(task.occurrence.task);
  std::map<std::pair<std::size_t, std::string>, std::size_t> asked;
  std::vector<DefinitionName> definition_names;
  for (const auto& task : tasks.tasks)
    if (asked.emplace(std::pair(task.target, task.definition), definition_names.size()).second)
      definition_names.push_back({targets[task.target], task.definition});
  std::vector<const ecs::TaskDefinition*> definitions;
  for (auto& read : TRY(read_definitions(world, definition_names)))
    definitions.push_back(read ? &made.definitions.emplace_back(*std::move(read)) : nullptr);
  for (const auto& task : tasks.tasks) {
    const auto* definition = definitions[asked.at({task.target, task.definition})];
    auto request = base;
    const auto& occurrence = task.occurrence;
    request.place = {tasks.environments[task.environment].facts.scope.names.environment,
                     names.size() > 1 ? occurrence.task : std::string(),
                     occurrence.instance.empty() ? "default" : occurrence.instance, task.target};
    const auto& target = targets[task.target];
    request.cluster = name_at(target, *occurrence.cluster.value);
    request.task_definition = task.definition;
    request.container = container_of(occurrence, base, definition);
    place(occurrence, style, request);
    // Nor has it the capacity providers that an account has made for itself.
    if (target.is_local && base.capacity_providers.empty())
      std::erase_if(request.capacity_providers,
                    [](const auto& one) { return !one.capacity_provider.starts_with("FARGATE"); });
    made.requests.push_back({std::move(request), definition});
  }
  return made;
}

}  // namespace runtask::cli
