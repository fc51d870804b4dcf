#include "local/operations.h"

#include <array>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "base/json.h"
#include "ecs/life_cycle.h"
#include "local/log_names.h"

namespace runtask::local {
namespace {

using Serve = Answer<std::string> (*)(Service& service, const std::string& body,
                                      const std::string& caller_arn);

constexpr const char* kGroupName = "logGroupName";
constexpr const char* kGroupIdentifier = "logGroupIdentifier";

template <class Operation>
constexpr bool kTakesIdentifier = std::is_same_v<Operation, ecs::GetLogEvents> ||
                                  std::is_same_v<Operation, ecs::FilterLogEvents> ||
                                  std::is_same_v<Operation, ecs::DescribeLogStreams>;

// Logs API: what reads logs takes a group by its name or, as `logGroupIdentifier`, by its name or
// ARN. Only the name is known further in.
Answer<std::string> with_group_name(const Service& service, const std::string& body) {
  if (body.find(kGroupIdentifier) == std::string::npos) return body;
  auto tree = json::parse(body, "request");
  if (!tree || !tree->is_object() || !tree->contains(kGroupIdentifier)) return body;
  if (tree->contains(kGroupName))
    return invalid_parameter("Only one of logGroupName and logGroupIdentifier may be given.");
  const auto* identifier = tree->at(kGroupIdentifier).get_ptr<const json::Value::string_t*>();
  if (identifier == nullptr)
    return refuse(ecs::error_name::kSerialization, "logGroupIdentifier must be a string.");
  std::string name = *identifier;
  if (name.starts_with(service.log_group_arn(""))) {
    name.erase(0, service.log_group_arn("").size());
  } else if (ecs::parse_arn(name)) {
    return refuse(ecs::error_name::kResourceNotFound, "The specified log group does not exist.");
  }
  if (!is_log_group_name(name)) return invalid_parameter("Invalid logGroupIdentifier.");
  tree->erase(kGroupIdentifier);
  (*tree)[kGroupName] = name;
  return json::to_text(*tree);
}

template <class Operation>
Answer<std::string> serve(Service& service, const std::string& given,
                          const std::string& caller_arn) {
  std::string body = given.empty() ? "{}" : given;
  if constexpr (kTakesIdentifier<Operation>) body = TRY_ANSWER(with_group_name(service, body));
  const auto request = ecs::read_request<Operation>(body);
  if (!request) return refuse(ecs::error_name::kSerialization, request.error().message);
  const auto reply = TRY_ANSWER(service.call(*request, caller_arn));
  return ecs::write_reply<Operation>(reply);
}

struct Entry {
  ecs::Service api;
  std::string_view name;
  Serve serve;
};
template <class Operation>
constexpr Entry entry() {
  return {Operation::kService, Operation::kName, &serve<Operation>};
}

constexpr std::array kOperations{
    // The ones that are asked for most stand first.
    entry<ecs::DescribeTasks>(),
    entry<ecs::GetLogEvents>(),
    entry<ecs::RunTask>(),
    entry<ecs::StopTask>(),
    entry<ecs::ListTasks>(),
    entry<ecs::CreateCluster>(),
    entry<ecs::DescribeClusters>(),
    entry<ecs::ListClusters>(),
    entry<ecs::RegisterTaskDefinition>(),
    entry<ecs::DescribeTaskDefinition>(),
    entry<ecs::ListTaskDefinitions>(),
    entry<ecs::DeregisterTaskDefinition>(),
    entry<ecs::CreateLogGroup>(),
    entry<ecs::CreateLogStream>(),
    entry<ecs::PutLogEvents>(),
    entry<ecs::FilterLogEvents>(),
    entry<ecs::DescribeLogGroups>(),
    entry<ecs::DescribeLogStreams>(),
};

}  // namespace

Answer<std::string> answer_json(Service& service, ecs::Service api, const std::string& operation,
                                const std::string& body, const std::string& caller_arn) {
  for (const auto& it : kOperations)
    if (it.api == api && it.name == operation) return it.serve(service, body, caller_arn);
  return refuse(ecs::error_name::kUnknownOperation,
                "The embedded ECS of runtask has no operation " + operation + ".");
}

}  // namespace runtask::local
