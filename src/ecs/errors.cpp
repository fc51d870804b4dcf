#include "ecs/errors.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/json_members.h"
#include "base/json_text.h"
#include "base/text.h"
#include "ecs/sts.h"

namespace runtask::ecs {
namespace {

constexpr std::size_t kMessageBytesMax = 2000;  // AWS' own are shorter; a page from a proxy is not.
constexpr std::size_t kTitleBytesMax = 80;

// The names are those that botocore's standard retry mode treats as throttling, without
// LimitExceededException, which ECS uses for limits that do not go away.
constexpr std::array<std::string_view, 13> kThrottlingNames = {
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
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException"};

struct Known {
  std::string_view name;
  Code code;
  std::string_view hint;
};
constexpr std::string_view kNoPermissionHint =
    "these credentials lack the permission for this call";
constexpr std::string_view kNewKeysHint =
    "the credentials have expired: get new ones (for example `aws sso login`) and try again";
constexpr std::string_view kWrongKeyHint =
    "this endpoint does not know the access key: check which keys are used (AWS_ACCESS_KEY_ID, "
    "--profile), and that they belong to this endpoint";
constexpr std::string_view kWrongSecretHint =
    "the secret key does not belong to the access key, or this machine's clock is off by more than "
    "five minutes";
constexpr std::array<Known, 27> kKnown = {{
    {error_name::kAccessDenied, Code::kDenied, kNoPermissionHint},
    {"AccessDenied", Code::kDenied, kNoPermissionHint},
    {"AuthFailure", Code::kDenied, kWrongSecretHint},
    {"BlockedException", Code::kDenied, "AWS has blocked this account"},
    {"ExpiredToken", Code::kDenied, kNewKeysHint},
    {"ExpiredTokenException", Code::kDenied, kNewKeysHint},
    {"InvalidClientTokenId", Code::kDenied, kWrongKeyHint},
    {"NotAuthorized", Code::kDenied, ""},
    {"UnauthorizedOperation", Code::kDenied, kNoPermissionHint},
    {"OptInRequired", Code::kDenied, "the region is not enabled for this account"},
    {"RequestExpired", Code::kDenied, kWrongSecretHint},
    {"RequestInTheFuture", Code::kDenied, kWrongSecretHint},
    {"RequestTimeTooSkewed", Code::kDenied, kWrongSecretHint},
    {"SignatureDoesNotMatch", Code::kDenied, kWrongSecretHint},
    {error_name::kIncompleteSignature, Code::kDenied, ""},
    {error_name::kInvalidSignature, Code::kDenied, kWrongSecretHint},
    {error_name::kMissingAuthenticationToken, Code::kDenied, ""},
    {error_name::kUnrecognizedClient, Code::kDenied, kWrongKeyHint},
    {error_name::kConflict, Code::kConflict, ""},
    {error_name::kResourceAlreadyExists, Code::kConflict, ""},
    {error_name::kClusterNotFound, Code::kNotFound, ""},
    {error_name::kResourceNotFound, Code::kNotFound, ""},
    {error_name::kServer, Code::kUnavailable, ""},
    {"RequestTimeout", Code::kUnavailable, ""},
    {"RequestTimeoutException", Code::kUnavailable, ""},
    {"ServiceUnavailableException", Code::kUnavailable, ""},
    {"LimitExceededException", Code::kFull, ""},
}};

const Known* find_known(std::string_view name) {
  const auto* const found = std::find_if(kKnown.begin(), kKnown.end(),
                                         [&](const Known& known) { return known.name == name; });
  return found == kKnown.end() ? nullptr : found;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// One line, bounded, no control characters, and without the full stop that our own messages do not
// have either.
std::string one_line(std::string_view text, std::size_t bytes_max) {
  std::string line;
  for (const char c : trimmed(text.substr(0, utf8_prefix(text, bytes_max))))
    line += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
  if (line.ends_with('.')) line.pop_back();
  return valid_utf8(line);
}

// An error reply before it is put into words.
struct Refusal {
  std::string name;
  std::string message;
  std::vector<std::string> resource_ids;
  std::string request_id;
};

Refusal read_json(const json::Value& object) {
  Refusal refusal;
  for (const char* name : {"__type", "code"})
    if (refusal.name.empty()) refusal.name = json::text_of(object, name);
  // "com.amazonaws.ecs#ClientException", and in some services "Name:http://its.page/".
  refusal.name.erase(0, refusal.name.find('#') + 1);
  refusal.name.resize(std::min(refusal.name.find(':'), refusal.name.size()));
  for (const char* name : {"message", "Message", "errorMessage"})
    if (refusal.message.empty()) refusal.message = json::text_of(object, name);
  if (const auto ids = object.find("resourceIds"); ids != object.end() && ids->is_array()) {
    for (const auto& id : *ids) {
      if (const auto* text = id.get_ptr<const json::Value::string_t*>())
        refusal.resource_ids.push_back(*text);
    }
  }
  return refusal;
}

Refusal read_xml(std::string_view body) {
  return {xml_text(body, "Code"), xml_text(body, "Message"), {}, xml_text(body, "RequestId")};
}

Refusal read_refusal(std::string_view body) {
  const auto start = trimmed(body);
  if (start.starts_with('<')) return contains(body, "<ErrorResponse") ? read_xml(body) : Refusal();
  const auto value = json::parse(body, "reply");
  return value && value->is_object() ? read_json(*value) : Refusal();
}

std::string what_came(std::string_view content_type, std::string_view body) {
  if (trimmed(body).empty()) return "an empty body";
  const std::string kind =
      content_type.empty() ? std::string() : " (" + one_line(content_type, kTitleBytesMax) + ")";
  const std::string start = lower_case(trimmed(body).substr(0, 200));
  if (contains(start, "<html") || contains(start, "<!doctype") || contains(content_type, "html")) {
    const auto title = one_line(xml_text(body, "title"), kTitleBytesMax);
    return "a web page" + kind + (title.empty() ? "" : " titled `" + title + "`");
  }
  if (start.starts_with('{')) return "JSON" + kind + " that is not AWS' or not whole";
  return "something" + kind + " that is no reply of AWS";
}

}  // namespace

Code classify(std::string_view name, int http_status, std::string_view message) {
  constexpr int kTooManyRequests = 429;
  const bool is_throttled =
      http_status == kTooManyRequests ||
      std::find(kThrottlingNames.begin(), kThrottlingNames.end(), name) != kThrottlingNames.end() ||
      contains(message, "Rate exceeded") || contains(message, "Throttling") ||
      contains(message, "Request limit exceeded");
  if (is_throttled) return Code::kThrottled;
  if (const auto* known = find_known(name)) return known->code;
  // ECS API: what is missing other than a cluster is told by words only.
  const bool may_be_missing = name == error_name::kClient || name == error_name::kInvalidParameter;
  if (may_be_missing &&
      (contains(message, "not found") || contains(message, "Unable to describe task definition")))
    return Code::kNotFound;
  if (http_status >= 500 || http_status == 0) return Code::kUnavailable;
  if (!name.empty()) return Code::kInvalid;
  if (http_status == 401 || http_status == 403 || http_status == 407) return Code::kDenied;
  return Code::kInvalid;
}

CallError read_error(std::string_view operation, int http_status, std::string_view content_type,
                     std::string_view body) {
  Refusal refusal = read_refusal(body);
  CallError error;
  error.http_status = http_status;
  // Also a named 5xx may come after the work was done.
  error.may_have_happened = http_status >= 500;
  error.name = one_line(refusal.name, kTitleBytesMax);
  error.resource_ids = std::move(refusal.resource_ids);
  error.request_id = one_line(refusal.request_id, kTitleBytesMax);
  error.error.code = classify(error.name, http_status, refusal.message);
  error.error.message = std::string(operation) + ": ";
  if (error.name.empty()) {
    error.error.message +=
        "HTTP " + std::to_string(http_status) + " with " + what_came(content_type, body);
    error.error.hint =
        "that did not come from AWS: check the endpoint's address and whether a proxy is in "
        "between";
    return error;
  }
  // After that AWS repeats the whole request, its session token included.
  refusal.message.resize(
      std::min(refusal.message.find("The Canonical String"), refusal.message.size()));
  const std::string words = one_line(refusal.message, kMessageBytesMax);
  error.error.message += words.empty() ? error.name : words + " (" + error.name + ")";
  if (const auto* known = find_known(error.name)) error.error.hint = std::string(known->hint);
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
