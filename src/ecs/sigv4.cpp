#include "ecs/sigv4.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <map>
#include <span>
#include <utility>

#include "base/text.h"

namespace runtask::ecs {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kScopeEnd = "aws4_request";
constexpr std::size_t kDigestBytes = 32;
using Digest = std::array<unsigned char, kDigestBytes>;

Digest sha256(std::string_view bytes) {
  Digest digest;
  [[maybe_unused]] const int done =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  assert(done == 1 && "SHA-256 of bytes in memory cannot fail");
  return digest;
}

std::string hmac(std::string_view key, std::string_view text) {
  Digest digest;
  unsigned length = kDigestBytes;
  [[maybe_unused]] const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                           reinterpret_cast<const unsigned char*>(text.data()),
                                           text.size(), digest.data(), &length);
  assert(done != nullptr && "HMAC of bytes in memory cannot fail");
  return {digest.begin(), digest.end()};
}

// Leading and trailing blanks away, runs of them inside as one.
std::string folded(std::string_view value) {
  std::string text;
  bool gap = false;
  for (const char c : value) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      gap = !text.empty();
      continue;
    }
    if (gap) text += ' ';
    gap = false;
    text += c;
  }
  return text;
}

// The signed headers by lower-case name, which is also the order of their names in the canonical
// request. Several of one name are one, their values joined in the order in which they are sent.
std::map<std::string, std::string> canonical_headers(const std::vector<SigningHeader>& headers) {
  std::map<std::string, std::string> canonical;
  for (const auto& header : headers) {
    const auto [at, is_new] = canonical.emplace(lower_case(header.name), folded(header.value));
    if (!is_new) at->second += "," + folded(header.value);
  }
  return canonical;
}

std::string signed_names(const std::map<std::string, std::string>& headers) {
  std::string names;
  for (const auto& [name, value] : headers) {
    if (!names.empty()) names += ';';
    names += name;
  }
  return names;
}

void append_encoded(std::string& text, std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : bytes) {
    const bool is_plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    if (is_plain) {
      text += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      text += '%';
      text += kHex[byte >> 4U];
      text += kHex[byte & 15U];
    }
  }
}

// Every service but S3 wants dot segments resolved, double slashes folded, and the path encoded
// once more than it is on the request line.
std::string canonical_path(std::string_view path) {
  std::vector<std::string> kept;
  for (auto& segment : split(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      kept.push_back(std::move(segment));
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string canonical;
  for (const auto& segment : kept) {
    canonical += '/';
    append_encoded(canonical, segment);
  }
  if (kept.empty() || path.ends_with('/')) canonical += '/';
  return canonical;
}

// The pairs as they are encoded on the request line, sorted by name, then by value.
std::string canonical_query(std::string_view query) {
  if (query.empty()) return {};
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& pair : split(query, '&')) {
    const auto equals = std::min(pair.find('='), pair.size());
    pairs.emplace_back(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
  }
  std::sort(pairs.begin(), pairs.end());
  std::string canonical;
  for (const auto& [name, value] : pairs) {
    if (!canonical.empty()) canonical += '&';
    canonical.append(name).append("=").append(value);
  }
  return canonical;
}

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// "AKID/20260131/eu-west-1/ecs/aws4_request"; false when it is not of that form.
bool read_credential(std::string_view text, Authorization& into) {
  auto parts = split(text, '/');
  constexpr std::size_t kParts = 5;
  constexpr std::size_t kDateCharacters = 8;
  if (parts.size() != kParts || parts[4] != kScopeEnd) return false;
  if (parts[0].empty() || parts[2].empty() || parts[3].empty()) return false;
  if (parts[1].size() != kDateCharacters || !parse_integer(parts[1], 0, 99'999'999)) return false;
  into.access_key_id = std::move(parts[0]);
  into.scope = {std::move(parts[1]), std::move(parts[2]), std::move(parts[3])};
  return true;
}

}  // namespace

std::string SigningScope::text() const {
  std::string text = date;
  text.append("/").append(region).append("/").append(service).append("/").append(kScopeEnd);
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  return hex(sha256(bytes));
}

std::string canonical_request(const SigningRequest& request) {
  const auto headers = canonical_headers(request.headers);
  std::string canonical = request.method + "\n" + canonical_path(request.path) + "\n" +
                          canonical_query(request.query) + "\n";
  for (const auto& [name, value] : headers)
    canonical.append(name).append(":").append(value).append("\n");
  // A client that sends the body's hash signs that header's value; who verifies must compare it
  // with the body.
  const auto given_hash = headers.find("x-amz-content-sha256");
  canonical.append("\n").append(signed_names(headers)).append("\n");
  canonical += given_hash == headers.end() ? sha256_hex(request.body) : given_hash->second;
  return canonical;
}

std::string string_to_sign(std::string_view amz_date, const SigningScope& scope,
                           std::string_view canonical) {
  std::string text(kAlgorithm);
  text.append("\n").append(amz_date).append("\n").append(scope.text()).append("\n");
  return text + sha256_hex(canonical);
}

Secret signing_key(const Secret& secret_access_key, const SigningScope& scope) {
  std::string key = hmac("AWS4" + secret_access_key.reveal(), scope.date);
  key = hmac(key, scope.region);
  key = hmac(key, scope.service);
  return Secret(hmac(key, kScopeEnd));
}

std::string signature(const Secret& key, std::string_view text_to_sign) {
  const std::string digest = hmac(key.reveal(), text_to_sign);
  return hex(std::span(reinterpret_cast<const unsigned char*>(digest.data()), digest.size()));
}

std::vector<SigningHeader> sign(SigningRequest request, const SigningKeys& keys,
                                std::string_view region, std::string_view service, WallTime now) {
  const std::string amz_date = compact_time(now);
  const SigningScope scope{amz_date.substr(0, amz_date.find('T')), std::string(region),
                           std::string(service)};
  std::vector<SigningHeader> added{{"X-Amz-Date", amz_date}};
  if (!keys.session_token.empty())
    added.push_back({"X-Amz-Security-Token", keys.session_token.reveal()});
  request.headers.insert(request.headers.end(), added.begin(), added.end());

  const auto to_sign = string_to_sign(amz_date, scope, canonical_request(request));
  std::string authorization(kAlgorithm);
  authorization.append(" Credential=").append(keys.access_key_id).append("/").append(scope.text());
  authorization.append(", SignedHeaders=").append(signed_names(canonical_headers(request.headers)));
  authorization.append(", Signature=");
  authorization += signature(signing_key(keys.secret_access_key, scope), to_sign);
  added.push_back({"Authorization", std::move(authorization)});
  return added;
}

Result<Authorization> parse_authorization(std::string_view header) {
  header = trimmed(header);
  if (!header.starts_with(kAlgorithm) || header.substr(kAlgorithm.size(), 1) != " ")
    return fail(Code::kInvalid, "the Authorization header does not begin with AWS4-HMAC-SHA256");
  header.remove_prefix(kAlgorithm.size());

  Authorization authorization;
  std::map<std::string, std::string> fields;
  for (const auto& part : split(header, ',')) {
    const auto field = trimmed(part);
    const auto equals = field.find('=');
    if (equals == std::string_view::npos ||
        !fields.emplace(field.substr(0, equals), field.substr(equals + 1)).second)
      return fail(Code::kInvalid, "the Authorization header is not a list of name=value");
  }
  if (!read_credential(fields["Credential"], authorization))
    return fail(Code::kInvalid,
                "Credential in the Authorization header is not key/date/region/service/" +
                    std::string(kScopeEnd));
  authorization.signed_headers = split(fields["SignedHeaders"], ';');
  if (fields["SignedHeaders"].empty())
    return fail(Code::kInvalid, "SignedHeaders is missing in the Authorization header");
  authorization.signature = fields["Signature"];
  if (authorization.signature.size() != 2 * kDigestBytes || !is_hex(authorization.signature))
    return fail(Code::kInvalid, "Signature in the Authorization header is not 64 hex digits");
  return authorization;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace runtask::ecs
