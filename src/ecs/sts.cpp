#include "ecs/sts.h"

#include <array>

#include "base/text.h"

namespace runtask::ecs {
namespace {

constexpr std::string_view kNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";
constexpr std::string_view kVersion = "2011-06-15";

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.~").find(c) != std::string_view::npos;
    if (plain) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kDigits[byte >> 4U];
      encoded += kDigits[byte & 15U];
    }
  }
  return encoded;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return fail(Code::kInvalid, "broken percent-encoding in a form");
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return decoded;
}

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string xml_resolved(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kEntities = {
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
  std::string resolved;
  while (!text.empty()) {
    bool known = false;
    for (const auto& [entity, c] : kEntities) {
      if (!text.starts_with(entity)) continue;
      resolved += c;
      text.remove_prefix(entity.size());
      known = true;
      break;
    }
    if (known) continue;
    resolved += text.front();
    text.remove_prefix(1);
  }
  return resolved;
}

std::string element(std::string_view name, std::string_view text) {
  const std::string tag(name);
  return "<" + tag + ">" + xml_escaped(text) + "</" + tag + ">";
}

std::string response(const std::string& operation, const std::string& result,
                     std::string_view request_id) {
  return "<" + operation + "Response xmlns=\"" + std::string(kNamespace) + "\"><" + operation +
         "Result>" + result + "</" + operation + "Result><ResponseMetadata>" +
         element("RequestId", request_id) + "</ResponseMetadata></" + operation + "Response>";
}

}  // namespace

std::string write_form(const FormFields& fields) {
  std::string body;
  for (const auto& [name, value] : fields)
    body += (body.empty() ? "" : "&") + percent_encoded(name) + "=" + percent_encoded(value);
  return body;
}

Result<FormFields> read_form(std::string_view body) {
  FormFields fields;
  if (trimmed(body).empty()) return fields;
  for (const auto& pair : split(trimmed(body), '&')) {
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = TRY(percent_decoded(std::string_view(pair).substr(0, equals)));
    auto value =
        TRY(percent_decoded(std::string_view(pair).substr(std::min(equals + 1, pair.size()))));
    if (!fields.emplace(name, std::move(value)).second)
      return fail(Code::kInvalid, "the form names `" + name + "` twice");
  }
  return fields;
}

FormFields to_form(const GetCallerIdentity& /*request*/) {
  return {{"Action", "GetCallerIdentity"}, {"Version", std::string(kVersion)}};
}

FormFields to_form(const AssumeRole& request) {
  FormFields fields = {{"Action", "AssumeRole"},
                       {"Version", std::string(kVersion)},
                       {"RoleArn", request.role_arn},
                       {"RoleSessionName", request.role_session_name}};
  if (!request.external_id.empty()) fields["ExternalId"] = request.external_id;
  if (!request.policy.empty()) fields["Policy"] = request.policy;
  if (!request.serial_number.empty()) fields["SerialNumber"] = request.serial_number;
  if (!request.token_code.empty()) fields["TokenCode"] = request.token_code;
  if (request.duration_seconds)
    fields["DurationSeconds"] = std::to_string(*request.duration_seconds);
  return fields;
}

std::string to_xml(const GetCallerIdentityReply& reply, std::string_view request_id) {
  return response("GetCallerIdentity",
                  element("Arn", reply.arn) + element("UserId", reply.user_id) +
                      element("Account", reply.account),
                  request_id);
}

std::string to_xml(const AssumeRoleReply& reply, std::string_view request_id) {
  return response("AssumeRole",
                  "<Credentials>" + element("AccessKeyId", reply.access_key_id) +
                      element("SecretAccessKey", reply.secret_access_key) +
                      element("SessionToken", reply.session_token) +
                      element("Expiration", iso_time(reply.expiration)) +
                      "</Credentials><AssumedRoleUser>" + element("Arn", reply.assumed_role_arn) +
                      element("AssumedRoleId", reply.assumed_role_id) + "</AssumedRoleUser>",
                  request_id);
}

std::string error_xml(std::string_view code, std::string_view message,
                      std::string_view request_id) {
  return "<ErrorResponse xmlns=\"" + std::string(kNamespace) + "\"><Error>" +
         element("Type", "Sender") + element("Code", code) + element("Message", message) +
         "</Error>" + element("RequestId", request_id) + "</ErrorResponse>";
}

Result<GetCallerIdentityReply> read_caller_identity(std::string_view xml) {
  GetCallerIdentityReply reply{xml_text(xml, "Arn"), xml_text(xml, "UserId"),
                               xml_text(xml, "Account")};
  if (reply.arn.empty() || reply.account.empty())
    return fail(Code::kInvalid, "GetCallerIdentity: the reply holds no Arn and Account");
  return reply;
}

Result<AssumeRoleReply> read_assume_role(std::string_view xml) {
  AssumeRoleReply reply;
  reply.access_key_id = xml_text(xml, "AccessKeyId");
  reply.secret_access_key = xml_text(xml, "SecretAccessKey");
  reply.session_token = xml_text(xml, "SessionToken");
  reply.assumed_role_arn = xml_text(xml, "Arn");
  reply.assumed_role_id = xml_text(xml, "AssumedRoleId");
  if (reply.access_key_id.empty() || reply.secret_access_key.empty())
    return fail(Code::kInvalid, "AssumeRole: the reply holds no credentials");
  reply.expiration = TRY(parse_iso_time(xml_text(xml, "Expiration")));
  return reply;
}

std::string xml_text(std::string_view xml, std::string_view element) {
  const std::string open = "<" + std::string(element) + ">";
  const std::string close = "</" + std::string(element) + ">";
  const auto begin = xml.find(open);
  if (begin == std::string_view::npos) return {};
  const auto end = xml.find(close, begin);
  if (end == std::string_view::npos) return {};
  return xml_resolved(xml.substr(begin + open.size(), end - begin - open.size()));
}

}  // namespace runtask::ecs
