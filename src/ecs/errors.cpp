#include "ecs/errors.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "ecs/sts.h"

namespace runtask::ecs {
namespace {

constexpr std::array<std::string_view, 15> kThrottlingNames = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "RequestThrottled",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
    "Throttled",
};

constexpr std::array<std::string_view, 13> kDeniedNames = {
    "AccessDeniedException",
    "AccessDenied",
    "UnauthorizedOperation",
    "NotAuthorized",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "IncompleteSignatureException",
    "MissingAuthenticationTokenException",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "ExpiredTokenException",
    "ExpiredToken",
    "RequestExpired",
};

template <std::size_t Size>
bool is_one_of(std::string_view name, const std::array<std::string_view, Size>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// The start of a body that is no AWS error, as one line for people.
std::string excerpt(std::string_view body) {
  constexpr std::size_t kShownMax = 120;
  std::string text = valid_utf8(trimmed(body).substr(0, kShownMax));
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return text;
}

struct Parts {
  std::string name, message, request_id;
  std::vector<std::string> resource_ids;
};

std::string text_member(const json::Value& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

Parts json_parts(std::string_view body) {
  Parts parts;
  const auto tree = json::parse(body, "error reply");
  if (!tree || !tree->is_object()) return parts;
  parts.name = text_member(*tree, "__type");
  if (parts.name.empty()) parts.name = text_member(*tree, "code");
  // "com.amazonaws.ecs#ClientException", sometimes with ":http://..." behind it.
  if (const auto hash = parts.name.find('#'); hash != std::string::npos)
    parts.name.erase(0, hash + 1);
  if (const auto colon = parts.name.find(':'); colon != std::string::npos) parts.name.erase(colon);
  parts.message = text_member(*tree, "message");
  if (parts.message.empty()) parts.message = text_member(*tree, "Message");
  if (const auto ids = tree->find("resourceIds"); ids != tree->end() && ids->is_array())
    for (const auto& id : *ids)
      if (id.is_string()) parts.resource_ids.push_back(id.get<std::string>());
  return parts;
}

Parts xml_parts(std::string_view body) {
  return {xml_text(body, "Code"), xml_text(body, "Message"), xml_text(body, "RequestId"), {}};
}

}  // namespace

Code classify(std::string_view name, int http_status, std::string_view message) {
  if (is_one_of(name, kThrottlingNames) || http_status == 429) return Code::kThrottled;
  const auto lower = lower_case(message);
  if (contains(lower, "rate exceeded") || contains(lower, "throttl") ||
      contains(lower, "request limit exceeded"))
    return Code::kThrottled;
  if (is_one_of(name, kDeniedNames)) return Code::kDenied;
  if (contains(name, "NotFound")) return Code::kNotFound;
  if (name == error_name::kConflict || contains(name, "AlreadyExists")) return Code::kConflict;
  if (http_status >= 500) return Code::kUnavailable;
  if (name.empty() && (http_status == 401 || http_status == 403)) return Code::kDenied;
  return Code::kInvalid;
}

CallError read_error(std::string_view operation, int http_status, std::string_view content_type,
                     std::string_view body) {
  const auto start = trimmed(body);
  auto parts = start.starts_with("{")   ? json_parts(start)
               : start.starts_with("<") ? xml_parts(start)
                                        : Parts{};
  CallError error;
  error.http_status = http_status;
  error.name = parts.name;
  error.request_id = parts.request_id;
  error.resource_ids = std::move(parts.resource_ids);
  error.error.code = classify(parts.name, http_status, parts.message);
  if (!parts.name.empty()) {
    error.error.message = std::string(operation) + ": " + parts.name +
                          (parts.message.empty() ? "" : ": " + valid_utf8(parts.message));
    return error;
  }
  error.error.message = std::string(operation) + ": the server answered HTTP " +
                        std::to_string(http_status) + " that is not AWS'";
  if (!content_type.empty()) error.error.message += " (" + excerpt(content_type) + ")";
  if (!start.empty()) error.error.context.push_back("it said: " + excerpt(start));
  // Somebody in between answered, and who knows what the service behind it has done.
  error.may_have_happened = http_status >= 500 || http_status < 400;
  return error;
}

std::string write_error(std::string_view name, std::string_view message,
                        const std::vector<std::string>& resource_ids) {
  json::Value body = json::Value::object();
  body["__type"] = std::string(name);
  body["message"] = valid_utf8(message);
  if (!resource_ids.empty()) body["resourceIds"] = resource_ids;
  return json::to_text(body);
}

}  // namespace runtask::ecs
