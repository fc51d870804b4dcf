#include <algorithm>

#include "base/text.h"
#include "local/definition_check.h"
#include "local/model_state.h"

namespace runtask::local {
namespace {

constexpr std::string_view kCannotDescribe = "Unable to describe task definition.";
constexpr int kRevisionMax = 1'000'000'000;

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

Answer<DefinitionName> parse_definition_name(std::string_view text) {
  DefinitionName name;
  std::string_view rest = text;
  if (text.starts_with("arn:")) {
    const auto slash = text.rfind("task-definition/");
    if (slash == std::string_view::npos) return client_error("Invalid arn: " + std::string(text));
    rest = text.substr(slash + std::string_view("task-definition/").size());
  }
  const auto colon = rest.find(':');
  name.family = rest.substr(0, colon);
  if (colon == std::string_view::npos) return name;
  const std::string_view number = rest.substr(colon + 1);
  const auto revision = parse_integer(number, 1, kRevisionMax);
  if (!revision)
    return invalid_parameter("Invalid revision number. Number: " + std::string(number));
  name.revision = static_cast<int>(*revision);
  return name;
}

Answer<DefinitionName> Model::State::definition_name(std::string_view text) const {
  DefinitionName name = TRY_ANSWER(parse_definition_name(text));
  if (text.starts_with("arn:") && !text.starts_with(arn("task-definition/"))) name.family.clear();
  return name;
}

const DefinitionRecord* Model::State::find_definition(const DefinitionName& name) const {
  const auto family = families.find(name.family);
  if (family == families.end()) return nullptr;
  const auto& revisions = family->second.revisions;
  if (name.revision) {
    const auto found = revisions.find(*name.revision);
    return found == revisions.end() ? nullptr : &found->second;
  }
  for (auto it = revisions.rbegin(); it != revisions.rend(); ++it)
    if (it->second.definition->status == "ACTIVE") return &it->second;
  return nullptr;
}

Answer<ecs::RegisterTaskDefinitionReply> Model::State::register_definition(
    const ecs::RegisterTaskDefinition& request, const CallContext& context) {
  if (const auto wrong = wrong_tags(request.tags)) return invalid_parameter(*wrong);
  ecs::TaskDefinition definition = TRY_ANSWER(checked_definition(request.definition));
  Family& family = families[definition.family];
  definition.revision = ++family.last_revision;
  definition.status = "ACTIVE";
  definition.registered_at = context.now.wall;
  definition.registered_by = context.caller_arn;
  definition.task_definition_arn = arn("task-definition/" + definition.family_revision());
  auto shared = std::make_shared<const ecs::TaskDefinition>(std::move(definition));
  family.revisions.emplace(shared->revision, DefinitionRecord{shared, request.tags});
  effects.changes.definitions.emplace(shared->family, shared->revision);
  undo_last = [this, name = shared->family, revision = shared->revision] {
    Family& changed = families[name];
    changed.revisions.erase(revision);
    changed.last_revision = revision - 1;
  };
  return ecs::RegisterTaskDefinitionReply{*shared, request.tags};
}

Answer<ecs::DescribeTaskDefinitionReply> Model::State::describe_definition(
    const ecs::DescribeTaskDefinition& request) {
  if (request.task_definition.empty()) return client_error("TaskDefinition can not be blank.");
  TRY_ANSWER(check_include(request.include, {"TAGS"}));
  const DefinitionName name = TRY_ANSWER(definition_name(request.task_definition));
  const DefinitionRecord* record = find_definition(name);
  if (record == nullptr) return client_error(std::string(kCannotDescribe));
  ecs::DescribeTaskDefinitionReply reply{*record->definition, {}};
  if (contains(request.include, "TAGS")) reply.tags = record->tags;
  return reply;
}

Answer<ecs::ListTaskDefinitionsReply> Model::State::list_definitions(
    const ecs::ListTaskDefinitions& request) {
  const std::size_t length = TRY_ANSWER(page_length(request.max_results));
  const std::string status = request.status.empty() ? "ACTIVE" : request.status;
  if (status != "ACTIVE" && status != "INACTIVE" && status != "DELETE_IN_PROGRESS")
    return invalid_parameter("Invalid status: " + status);
  if (!request.sort.empty() && request.sort != "ASC" && request.sort != "DESC")
    return invalid_parameter("Invalid sort: " + request.sort);
  const std::string after = TRY_ANSWER(from_page_token(request.next_token));
  const auto position =
      after.empty() ? Answer<DefinitionName>(DefinitionName{}) : parse_definition_name(after);
  if (!position) return invalid_parameter("Invalid token.");

  const bool descends = request.sort == "DESC";
  const std::pair from(position->family, position->revision.value_or(0));
  ecs::ListTaskDefinitionsReply reply;
  std::string last;
  // Whether there is no more room; a revision behind the last that fits makes a next page.
  const auto add = [&](const ecs::TaskDefinition& definition) {
    const std::pair here(definition.family, definition.revision);
    if (!after.empty() && (descends ? here >= from : here <= from)) return false;
    if (definition.status != status) return false;
    if (reply.task_definition_arns.size() == length) {
      reply.next_token = to_page_token(last);
      return true;
    }
    reply.task_definition_arns.push_back(definition.task_definition_arn);
    last = definition.family_revision();
    return false;
  };
  const auto add_family = [&](const Family& family) {
    if (descends)
      return std::any_of(family.revisions.rbegin(), family.revisions.rend(),
                         [&](const auto& entry) { return add(*entry.second.definition); });
    return std::any_of(family.revisions.begin(), family.revisions.end(),
                       [&](const auto& entry) { return add(*entry.second.definition); });
  };
  if (!request.family_prefix.empty()) {  // ECS API: the full name of a family, despite its name.
    const auto family = families.find(request.family_prefix);
    if (family != families.end()) add_family(family->second);
    return reply;
  }
  const auto add_entry = [&](const auto& entry) { return add_family(entry.second); };
  if (descends) {
    (void)std::any_of(families.rbegin(), families.rend(), add_entry);
  } else {
    (void)std::any_of(families.begin(), families.end(), add_entry);
  }
  return reply;
}

Answer<ecs::DeregisterTaskDefinitionReply> Model::State::deregister_definition(
    const ecs::DeregisterTaskDefinition& request, const CallContext& context) {
  if (request.task_definition.empty()) return client_error("TaskDefinition can not be blank.");
  const DefinitionName name = TRY_ANSWER(definition_name(request.task_definition));
  // ECS API: here the revision must be named.
  if (!name.revision) return client_error("Invalid revision number. Number: null");
  if (find_definition(name) == nullptr)
    return client_error(
        "The specified task definition does not exist. Specify a valid account, "
        "family, revision and try again.");
  DefinitionRecord& record = families.at(name.family).revisions.at(*name.revision);
  if (record.definition->status != "ACTIVE")
    return ecs::DeregisterTaskDefinitionReply{*record.definition};
  auto changed = std::make_shared<ecs::TaskDefinition>(*record.definition);
  changed->status = "INACTIVE";
  changed->deregistered_at = context.now.wall;
  undo_last = [this, name, before = record.definition] {
    families.at(name.family).revisions.at(*name.revision).definition = before;
  };
  record.definition = changed;  // Tasks that run keep the one that they were started with.
  effects.changes.definitions.emplace(name.family, *name.revision);
  return ecs::DeregisterTaskDefinitionReply{*changed};
}

}  // namespace runtask::local
