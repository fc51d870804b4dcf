#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "aws/endpoint.h"
#include "sys/files.h"

// Says where services are called: one JSON object a line in, one a line out.

namespace {

using nlohmann::json;
using runtask::Result;
namespace aws = runtask::aws;

Result<json> answer(const json& question) {
  const runtask::sys::Environment environment(
      question.at("variables").get<std::map<std::string, std::string>>());
  const runtask::sys::SystemFiles files;
  const auto region = question.at("region").get<std::string>();
  const auto shared = TRY(aws::SharedConfig::load(environment, files, ""));
  const auto found = TRY(aws::find_endpoints(environment, shared, region));
  const auto sign_in = TRY(aws::find_sign_in_endpoints(environment, shared, region));
  return json{{"ecs", found.ecs.url},
              {"logs", found.logs.url},
              {"sts", found.sts.url},
              {"sso", sign_in.portal.url},
              {"sso-oidc", sign_in.tokens.url}};
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto answered = answer(json::parse(line));
    std::cout << (answered ? *answered : json{{"error", answered.error().text()}}).dump() << '\n';
  }
  return 0;
}
