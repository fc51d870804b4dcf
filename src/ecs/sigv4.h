#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

// AWS Signature Version 4 for requests with a whole body, as pure functions that the client and the
// embedded endpoint share. Steps and encodings follow the published specification: canonical
// request, string to sign, derived key, signature. Any thread.

namespace runtask::ecs {

struct SigningHeader {
  std::string name;
  std::string value;
};

struct SigningRequest {
  std::string method;
  std::string path;                    // As on the request line, encoded; empty means "/".
  std::string query;                   // Without '?', as on the request line.
  std::vector<SigningHeader> headers;  // Those to sign, host included; any order and case.
  std::string_view body;
};

struct SigningScope {
  std::string date;  // "20260131"
  std::string region;
  std::string service;
  [[nodiscard]] std::string text() const;  // "20260131/eu-west-1/ecs/aws4_request"
};

struct SigningKeys {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;  // May be empty.
};

[[nodiscard]] std::string sha256_hex(std::string_view bytes);

[[nodiscard]] std::string canonical_request(const SigningRequest& request);
[[nodiscard]] std::string string_to_sign(std::string_view amz_date, const SigningScope& scope,
                                         std::string_view canonical);
// The key that a secret gives for one day, region and service: 32 raw bytes. Worth caching.
[[nodiscard]] Secret signing_key(const Secret& secret_access_key, const SigningScope& scope);
[[nodiscard]] std::string signature(const Secret& key, std::string_view text_to_sign);

// The headers to add to a request so that it is signed: x-amz-date, x-amz-security-token if there
// is one, authorization. The request's own headers must hold host.
[[nodiscard]] std::vector<SigningHeader> sign(SigningRequest request, const SigningKeys& keys,
                                              std::string_view region, std::string_view service,
                                              WallTime now);

// The parts of an Authorization header; kInvalid when it is not of that form.
struct Authorization {
  std::string access_key_id;
  SigningScope scope;
  std::vector<std::string> signed_headers;  // Lower case, as given.
  std::string signature;
};
[[nodiscard]] Result<Authorization> parse_authorization(std::string_view header);

// Whether two texts are equal, in a time that depends on their length only.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace runtask::ecs
