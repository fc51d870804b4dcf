#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "aws/endpoint.h"
#include "base/time.h"
#include "ecs/sigv4.h"

// Signs what it reads: one JSON object a line in, one a line out.

namespace {

using nlohmann::json;

std::string bytes_of(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

json answer(const json& question) {
  const auto text = [&](const char* name) { return question.at(name).get<std::string>(); };
  const auto body = bytes_of(text("body"));
  runtask::ecs::SigningRequest request{text("method"), text("path"), text("query"), {}, body};
  for (const auto& header : question.at("headers"))
    request.headers.push_back({header.at(0).get<std::string>(), header.at(1).get<std::string>()});
  const auto endpoint = runtask::aws::parse_endpoint(text("endpoint"), "the test");
  if (!endpoint) return {{"error", endpoint.error().text()}};
  request.headers.push_back({"Host", endpoint->host});
  const auto now = runtask::parse_iso_time(text("date"));
  if (!now) return {{"error", now.error().text()}};

  const runtask::ecs::SigningKeys keys{text("key"), runtask::Secret(text("secret")),
                                       runtask::Secret(text("token"))};
  json signed_as = json::object();
  for (const auto& header :
       runtask::ecs::sign(request, keys, text("region"), text("service"), *now)) {
    signed_as[header.name] = header.value;
    if (header.name != "Authorization") request.headers.push_back(header);
  }
  signed_as["canonical"] = runtask::ecs::canonical_request(request);
  return signed_as;
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);)
    std::cout << answer(json::parse(line)).dump() << '\n';
  return 0;
}
