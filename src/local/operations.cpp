#include "local/operations.h"

#include <array>
#include <map>

namespace runtask::local {
namespace {

using Serve = Answer<std::string> (*)(Service& service, const std::string& body,
                                      const std::string& caller_arn);

template <class Operation>
Answer<std::string> serve(Service& service, const std::string& body,
                          const std::string& caller_arn) {
  const auto request = ecs::read_request<Operation>(body.empty() ? "{}" : body);
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
