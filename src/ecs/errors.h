#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// How a call to AWS fails. Pure; any thread.

namespace runtask::ecs {

// The names of errors that our code compares with.
namespace error_name {
constexpr std::string_view kAccessDenied = "AccessDeniedException";
constexpr std::string_view kClient = "ClientException";
constexpr std::string_view kClusterNotFound = "ClusterNotFoundException";
constexpr std::string_view kConflict = "ConflictException";
constexpr std::string_view kInvalidParameter = "InvalidParameterException";
constexpr std::string_view kInvalidSignature = "InvalidSignatureException";
constexpr std::string_view kIncompleteSignature = "IncompleteSignatureException";
constexpr std::string_view kMissingAuthenticationToken = "MissingAuthenticationTokenException";
constexpr std::string_view kPlatformUnknown = "PlatformUnknownException";
constexpr std::string_view kResourceAlreadyExists = "ResourceAlreadyExistsException";
constexpr std::string_view kResourceNotFound = "ResourceNotFoundException";
constexpr std::string_view kSerialization = "SerializationException";
constexpr std::string_view kServer = "ServerException";
constexpr std::string_view kThrottling = "ThrottlingException";
constexpr std::string_view kUnknownOperation = "UnknownOperationException";
constexpr std::string_view kUnrecognizedClient = "UnrecognizedClientException";
}  // namespace error_name

// What came back instead of a reply.
struct CallError {
  Error error;          // For people: operation, AWS' own words; code as classify() says.
  std::string name;     // "ClusterNotFoundException", without namespace; empty: no error reply.
  int http_status = 0;  // 0: no reply at all.
  bool may_have_happened = false;         // No whole reply came: the call may have taken effect.
  std::vector<std::string> resource_ids;  // ECS API: ConflictException names the existing tasks.
  std::string request_id;
};

// The error's kind by its name and status. Throttling hides under many names, and even in the
// message of an InvalidParameterException (dagster-io/dagster#33439).
[[nodiscard]] Code classify(std::string_view name, int http_status, std::string_view message);

// Reads an error reply: JSON `{"__type":"ns#Name","message":"..."}` or, for STS, XML. A body that
// is neither (HTML from a proxy, nothing) still gives an error that says what came.
[[nodiscard]] CallError read_error(std::string_view operation, int http_status,
                                   std::string_view content_type, std::string_view body);
// The JSON body of an error reply.
[[nodiscard]] std::string write_error(std::string_view name, std::string_view message,
                                      const std::vector<std::string>& resource_ids);

}  // namespace runtask::ecs
