#include "local/request_gate.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "ecs/sts.h"

namespace runtask::local {
namespace {

constexpr std::string_view kJson = "application/x-amz-json-1.1";
constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr int kUnavailable = 503;
constexpr std::size_t kEcsBodyBytesMax = 1U << 20U;

std::size_t count(const sys::ServerRequest& request, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(request.headers.begin(), request.headers.end(),
                    [&](const auto& header) { return lower_case(header.name) == name; }));
}

Answer<void> check_origin(const sys::ServerRequest& request, std::uint16_t port) {
  constexpr std::uint16_t kHttp = 80;  // Clients leave it out.
  std::string host = lower_case(sys::header_value(request.headers, "host"));
  const std::string suffix = ":" + std::to_string(port);
  if (port == kHttp && !host.ends_with(suffix)) host += suffix;
  const bool is_ours =
      host == "127.0.0.1" + suffix || host == "localhost" + suffix || host == "[::1]" + suffix;
  if (!is_ours)
    return refuse(ecs::error_name::kAccessDenied,
                  "The Host header must name this endpoint: 127.0.0.1" + suffix);
  const std::string site = lower_case(sys::header_value(request.headers, "sec-fetch-site"));
  if (count(request, "origin") > 0 || (!site.empty() && site != "none" && site != "same-origin"))
    return refuse(ecs::error_name::kAccessDenied, "Requests of web pages are refused.");
  return {};
}

// The media type without its parameters.
std::string media_type(const sys::ServerRequest& request) {
  const std::string_view header = sys::header_value(request.headers, "content-type");
  return lower_case(trimmed(header.substr(0, header.find(';'))));
}

// "Logs_20140328.GetLogEvents"
Answer<Route> target_route(const sys::ServerRequest& request, std::string_view target) {
  const auto unknown = [&] {
    return refuse(ecs::error_name::kUnknownOperation,
                  "The operation is not known: " + valid_utf8(target));
  };
  if (media_type(request) != kJson)
    return refuse(ecs::error_name::kSerialization, "Content-Type must be " + std::string(kJson));
  if (request.method != "POST") return unknown();
  const auto dot = target.find('.');
  if (dot == std::string_view::npos) return unknown();
  for (const auto service : {ecs::Service::kEcs, ecs::Service::kLogs}) {
    if (target.substr(0, dot) != ecs::target_prefix(service)) continue;
    if (service == ecs::Service::kEcs && request.body.size() > kEcsBodyBytesMax)
      return refuse(ecs::error_name::kSerialization, "The request is larger than 1 MiB.");
    return Route{service, std::string(target.substr(dot + 1))};
  }
  return unknown();
}

struct StsName {
  std::string_view name, sts_name;
};
// The query protocol has its own names for the errors that all services share.
constexpr std::array<StsName, 6> kStsNames{
    {{ecs::error_name::kMissingAuthenticationToken, "MissingAuthenticationToken"},
     {ecs::error_name::kIncompleteSignature, "IncompleteSignature"},
     {ecs::error_name::kUnrecognizedClient, "InvalidClientTokenId"},
     {ecs::error_name::kInvalidSignature, "SignatureDoesNotMatch"},
     {ecs::error_name::kAccessDenied, "AccessDenied"},
     {"ExpiredTokenException", "ExpiredToken"}}};

int json_status(std::string_view name) {
  if (name == ecs::error_name::kServer) return 500;
  if (name == "ServiceUnavailableException") return kUnavailable;
  return 400;
}

sys::ServerReply reply(int status, std::string_view type, std::string body,
                       const std::string& request_id) {
  return {status,
          {{"x-amzn-RequestId", request_id}, {"Content-Type", std::string(type)}},
          std::move(body)};
}

}  // namespace

Answer<Route> route_of(const sys::ServerRequest& request, std::uint16_t port) {
  for (const std::string_view name :
       {"host", "authorization", "x-amz-date", "x-amz-target", "x-amz-security-token",
        "x-amz-content-sha256", "content-type"})
    if (count(request, name) > 1)
      return refuse(ecs::error_name::kIncompleteSignature,
                    "The header " + std::string(name) + " is there more than once.");
  TRY_ANSWER(check_origin(request, port));
  const std::string path = request.target.substr(0, request.target.find('?'));
  if (path != "/")
    return refuse(ecs::error_name::kUnknownOperation, "There is nothing at " + valid_utf8(path));
  const std::string_view target = sys::header_value(request.headers, "x-amz-target");
  if (!target.empty()) return target_route(request, target);
  if (request.method == "POST" && media_type(request) == kForm)
    return Route{ecs::Service::kSts, {}};
  if (request.method == "GET" && request.target.find("Action=") != std::string::npos)
    return Route{ecs::Service::kSts, {}};
  return refuse(ecs::error_name::kUnknownOperation,
                "This is the embedded ECS of runtask: the request names no operation.");
}

sys::ServerReply error_reply(ecs::Service service, const ApiError& error,
                             const std::string& request_id) {
  if (service != ecs::Service::kSts)
    return reply(json_status(error.name), kJson,
                 ecs::write_error(error.name, error.message, error.resource_ids), request_id);
  const auto named = std::find_if(kStsNames.begin(), kStsNames.end(),
                                  [&](const auto& it) { return it.name == error.name; });
  const bool is_shared = named != kStsNames.end();
  const std::string_view name = is_shared ? named->sts_name : std::string_view(error.name);
  const int status = is_shared && name != "IncompleteSignature" ? 403 : json_status(error.name);
  return reply(status, "text/xml", ecs::error_xml(name, error.message, request_id), request_id);
}

sys::ServerReply refusal_reply(int status, const std::string& why, const std::string& request_id) {
  const auto name = status == kUnavailable ? std::string_view("ServiceUnavailableException")
                                           : ecs::error_name::kSerialization;
  return reply(status, kJson,
               ecs::write_error(name, "The HTTP server refuses it: " + why + ".", {}), request_id);
}

sys::ServerReply json_reply(std::string body, const std::string& request_id) {
  return reply(200, kJson, std::move(body), request_id);
}

sys::ServerReply xml_reply(std::string body, const std::string& request_id) {
  return reply(200, "text/xml", std::move(body), request_id);
}

}  // namespace runtask::local
