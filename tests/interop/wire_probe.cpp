#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "ecs/api.h"

// Reads a request or a reply and writes it again: one JSON object a line in, one a line out.

namespace {

namespace ecs = runtask::ecs;
using nlohmann::json;
using runtask::Result;

json text_or_error(const Result<std::string>& text) {
  if (text) return {{"text", *text}};
  return {{"error", text.error().text()}};
}

template <class Operation>
Result<std::string> again(const std::string& kind, const std::string& text) {
  if (kind == "request")
    return ecs::write_request<Operation>(TRY(ecs::read_request<Operation>(text)));
  return ecs::write_reply<Operation>(TRY(ecs::read_reply<Operation>(text)));
}

template <class... Operations>
struct List {
  static json answer(const json& question) {
    const auto name = question.at("operation").get<std::string>();
    const auto kind = question.at("kind").get<std::string>();
    const auto text = question.at("text").get<std::string>();
    json answer = {{"error", "no such operation: " + name}};
    const auto try_one = [&]<class Operation>(Operation*) {
      if (name == Operation::kName) answer = text_or_error(again<Operation>(kind, text));
    };
    (try_one(static_cast<Operations*>(nullptr)), ...);
    return answer;
  }
};
using All = List<ecs::RunTask, ecs::StopTask, ecs::DescribeTasks, ecs::ListTasks,
                 ecs::CreateCluster, ecs::DescribeClusters, ecs::DescribeServices,
                 ecs::ListClusters, ecs::RegisterTaskDefinition, ecs::DescribeTaskDefinition,
                 ecs::ListTaskDefinitions, ecs::DeregisterTaskDefinition, ecs::CreateLogGroup,
                 ecs::CreateLogStream, ecs::PutLogEvents, ecs::GetLogEvents, ecs::FilterLogEvents,
                 ecs::DescribeLogGroups, ecs::DescribeLogStreams>;

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);)
    std::cout << All::answer(json::parse(line)).dump() << '\n';
  return 0;
}
