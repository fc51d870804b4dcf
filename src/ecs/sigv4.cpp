#include "ecs/sigv4.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cassert>

#include "base/text.h"

namespace runtask::ecs {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
using Digest = std::array<unsigned char, 32>;

Digest sha256(std::string_view bytes) {
  Digest digest{};
  unsigned size = 0;
  const int done =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  assert(done == 1 && "SHA-256 has no failure of its own");
  (void)done;
  return digest;
}

std::string hmac(std::string_view key, std::string_view text) {
  Digest digest{};
  unsigned size = 0;
  const auto* done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  assert(done != nullptr && "HMAC has no failure of its own");
  (void)done;
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

bool is_unreserved(unsigned char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

std::string uri_encoded(std::string_view text, std::string_view also_plain) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(byte) || also_plain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kDigits[byte >> 4U];
      encoded += kDigits[byte & 15U];
    }
  }
  return encoded;
}

// SigV4: the path without dot segments and double slashes, its already encoded segments encoded
// once more.
std::string canonical_path(std::string_view path) {
  std::vector<std::string> segments;
  for (auto& segment : split(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else {
      segments.push_back(std::move(segment));
    }
  }
  std::string normal = "/" + join(segments, "/");
  if (normal.size() > 1 && path.ends_with('/')) normal += '/';
  return uri_encoded(normal, "/");
}

// SigV4: the parameters sorted by name, then value; a name without `=` has an empty value.
std::string canonical_query(std::string_view query) {
  if (query.empty()) return {};
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const auto& parameter : split(query, '&')) {
    const auto equals = parameter.find('=');
    parameters.emplace_back(parameter.substr(0, equals),
                            equals == std::string::npos ? "" : parameter.substr(equals + 1));
  }
  std::sort(parameters.begin(), parameters.end());
  std::string text;
  for (const auto& [name, value] : parameters)
    text += (text.empty() ? "" : "&") + name + "=" + value;
  return text;
}

std::string trimmed_value(std::string_view value) {
  std::string text;
  for (const char c : trimmed(value)) {
    const bool blank = c == ' ' || c == '\t';
    if (blank && text.ends_with(' ')) continue;
    text += blank ? ' ' : c;
  }
  return text;
}

// Lower-case name to value; several headers of one name have their values joined by commas, in
// their order.
std::vector<SigningHeader> canonical_headers(const SigningRequest& request) {
  std::vector<SigningHeader> headers;
  for (const auto& [name, value] : request.headers) {
    const auto lower = lower_case(trimmed(name));
    const auto same = std::find_if(headers.begin(), headers.end(),
                                   [&](const auto& header) { return header.name == lower; });
    if (same == headers.end()) {
      headers.push_back({lower, trimmed_value(value)});
    } else {
      same->value += "," + trimmed_value(value);
    }
  }
  std::sort(headers.begin(), headers.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return headers;
}

std::string joined_names(const std::vector<SigningHeader>& headers) {
  std::string names;
  for (const auto& header : headers)
    names += (names.empty() ? "" : ";") + header.name;
  return names;
}

std::string payload_hash(const SigningRequest& request,
                         const std::vector<SigningHeader>& canonical) {
  for (const auto& header : canonical)
    if (header.name == "x-amz-content-sha256") return header.value;
  return sha256_hex(request.body);
}

}  // namespace

std::string SigningScope::text() const {
  return date + "/" + region + "/" + service + "/aws4_request";
}

std::string sha256_hex(std::string_view bytes) {
  return hex(sha256(bytes));
}

std::string canonical_request(const SigningRequest& request) {
  const auto headers = canonical_headers(request);
  std::string text = request.method + "\n" + canonical_path(request.path) + "\n" +
                     canonical_query(request.query) + "\n";
  for (const auto& [name, value] : headers)
    text += name + ":" + value + "\n";
  return text + "\n" + joined_names(headers) + "\n" + payload_hash(request, headers);
}

std::string string_to_sign(std::string_view amz_date, const SigningScope& scope,
                           std::string_view canonical) {
  return std::string(kAlgorithm) + "\n" + std::string(amz_date) + "\n" + scope.text() + "\n" +
         sha256_hex(canonical);
}

Secret signing_key(const Secret& secret_access_key, const SigningScope& scope) {
  auto key = hmac("AWS4" + secret_access_key.reveal(), scope.date);
  key = hmac(key, scope.region);
  key = hmac(key, scope.service);
  return Secret(hmac(key, "aws4_request"));
}

std::string signature(const Secret& key, std::string_view text_to_sign) {
  const auto raw = hmac(key.reveal(), text_to_sign);
  return hex(std::span(reinterpret_cast<const unsigned char*>(raw.data()), raw.size()));
}

std::vector<SigningHeader> sign(SigningRequest request, const SigningKeys& keys,
                                std::string_view region, std::string_view service, WallTime now) {
  const auto amz_date = compact_time(now);
  std::vector<SigningHeader> added = {{"x-amz-date", amz_date}};
  if (!keys.session_token.empty())
    added.push_back({"x-amz-security-token", keys.session_token.reveal()});
  request.headers.insert(request.headers.end(), added.begin(), added.end());
  const SigningScope scope{amz_date.substr(0, 8), std::string(region), std::string(service)};
  const auto text = string_to_sign(amz_date, scope, canonical_request(request));
  added.push_back(
      {"authorization",
       std::string(kAlgorithm) + " Credential=" + keys.access_key_id + "/" + scope.text() +
           ", SignedHeaders=" + joined_names(canonical_headers(request)) +
           ", Signature=" + signature(signing_key(keys.secret_access_key, scope), text)});
  return added;
}

Result<Authorization> parse_authorization(std::string_view header) {
  const auto complain = [](const char* what) {
    return fail(Code::kInvalid, std::string("Authorization header: ") + what);
  };
  auto text = trimmed(header);
  if (!text.starts_with(kAlgorithm)) return complain("not AWS4-HMAC-SHA256");
  text.remove_prefix(kAlgorithm.size());
  Authorization authorization;
  std::string credential;
  for (const auto& part : split(text, ',')) {
    const auto pair = trimmed(part);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) return complain("a part without `=`");
    const auto name = pair.substr(0, equals);
    const std::string value(pair.substr(equals + 1));
    if (name == "Credential") credential = value;
    if (name == "SignedHeaders") authorization.signed_headers = split(value, ';');
    if (name == "Signature") authorization.signature = value;
  }
  const auto scope = split(credential, '/');
  if (scope.size() != 5 || scope[4] != "aws4_request" || scope[0].empty())
    return complain("no Credential of the form key/date/region/service/aws4_request");
  if (authorization.signed_headers.empty() || authorization.signature.empty())
    return complain("no SignedHeaders or no Signature");
  authorization.access_key_id = scope[0];
  authorization.scope = {scope[1], scope[2], scope[3]};
  return authorization;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace runtask::ecs
