#include "ecs/sts.h"

#include <array>
#include <optional>

#include "base/text.h"

namespace runtask::ecs {
namespace {

constexpr std::string_view kVersion = "2011-06-15";
constexpr std::string_view kXmlNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

Result<std::string> decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
    if (!high || !low) return fail(Code::kInvalid, "the form holds a broken %-escape");
    plain += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return plain;
}

std::string encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string form;
  for (const char c : text) {
    const bool is_plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain) {
      form += c;
    } else {
      form += '%';
      form += kHex[byte >> 4U];
      form += kHex[byte & 15U];
    }
  }
  return form;
}

struct Entity {
  std::string_view name;
  char character;
};
constexpr std::array<Entity, 5> kEntities = {
    {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};

std::string escaped(std::string_view text) {
  std::string xml;
  for (const char c : text) {
    const Entity* entity = nullptr;
    for (const auto& one : kEntities)
      if (one.character == c) entity = &one;
    if (entity != nullptr) {
      xml += entity->name;
    } else {
      xml += c;
    }
  }
  return xml;
}

// Only the five named entities: those are what escaped() and STS write.
std::string unescaped(std::string_view xml) {
  std::string text;
  while (!xml.empty()) {
    const Entity* entity = nullptr;
    for (const auto& one : kEntities)
      if (xml.starts_with(one.name)) entity = &one;
    text += entity == nullptr ? xml.front() : entity->character;
    xml.remove_prefix(entity == nullptr ? 1 : entity->name.size());
  }
  return text;
}

std::string element(std::string_view name, std::string_view text) {
  std::string xml;
  xml.append("<").append(name).append(">").append(escaped(text)).append("</").append(name);
  return xml + ">";
}

std::string answer(std::string_view operation, std::string_view result,
                   std::string_view request_id) {
  std::string xml;
  xml.append("<").append(operation).append("Response xmlns=\"").append(kXmlNamespace);
  xml.append("\"><").append(operation).append("Result>").append(result);
  xml.append("</").append(operation).append("Result><ResponseMetadata>");
  xml.append(element("RequestId", request_id)).append("</ResponseMetadata></");
  return xml.append(operation).append("Response>");
}

FormFields fields_of(std::string_view action) {
  return {{"Action", std::string(action)}, {"Version", std::string(kVersion)}};
}

Result<> check_whole(std::string_view xml, std::string_view operation) {
  const std::string end = "</" + std::string(operation) + "Response>";
  if (xml.find(end) != std::string_view::npos) return {};
  return fail(Code::kInvalid, std::string(operation) + " reply: not whole, or not STS' XML");
}

Result<std::string> required(std::string_view xml, std::string_view name) {
  auto text = xml_text(xml, name);
  if (text.empty())
    return fail(Code::kInvalid, "STS reply: element `" + std::string(name) + "` is missing");
  return text;
}

}  // namespace

std::string write_form(const FormFields& fields) {
  std::string form;
  for (const auto& [name, value] : fields) {
    if (!form.empty()) form += '&';
    form += encoded(name) + "=" + encoded(value);
  }
  return form;
}

Result<FormFields> read_form(std::string_view body) {
  FormFields fields;
  if (body.empty()) return fields;
  for (const std::string_view pair : split(body, '&')) {
    const auto equals = pair.find('=');
    auto name = TRY(decoded(pair.substr(0, equals)));
    auto value = TRY(decoded(equals == std::string_view::npos ? "" : pair.substr(equals + 1)));
    if (!fields.emplace(name, std::move(value)).second)
      return fail(Code::kInvalid, "the form names `" + name + "` twice");
  }
  return fields;
}

FormFields to_form(const GetCallerIdentity&) {
  return fields_of(GetCallerIdentity::kName);
}

FormFields to_form(const AssumeRole& request) {
  auto fields = fields_of(AssumeRole::kName);
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) fields.emplace(name, value);
  };
  add("RoleArn", request.role_arn);
  add("RoleSessionName", request.role_session_name);
  add("ExternalId", request.external_id);
  add("Policy", request.policy);
  add("SerialNumber", request.serial_number);
  add("TokenCode", request.token_code);
  if (request.duration_seconds) add("DurationSeconds", std::to_string(*request.duration_seconds));
  return fields;
}

FormFields to_form(const AssumeRoleWithWebIdentity& request) {
  auto fields = fields_of(AssumeRoleWithWebIdentity::kName);
  fields.emplace("RoleArn", request.role_arn);
  fields.emplace("RoleSessionName", request.role_session_name);
  fields.emplace("WebIdentityToken", request.web_identity_token);
  return fields;
}

std::string to_xml(const GetCallerIdentityReply& reply, std::string_view request_id) {
  const std::string result = element("Arn", reply.arn) + element("UserId", reply.user_id) +
                             element("Account", reply.account);
  return answer(GetCallerIdentity::kName, result, request_id);
}

std::string to_xml(const AssumeRoleReply& reply, std::string_view request_id) {
  const std::string result = "<Credentials>" + element("AccessKeyId", reply.access_key_id) +
                             element("SecretAccessKey", reply.secret_access_key) +
                             element("SessionToken", reply.session_token) +
                             element("Expiration", iso_time(reply.expiration)) +
                             "</Credentials><AssumedRoleUser>" +
                             element("Arn", reply.assumed_role_arn) +
                             element("AssumedRoleId", reply.assumed_role_id) + "</AssumedRoleUser>";
  return answer(AssumeRole::kName, result, request_id);
}

std::string error_xml(std::string_view code, std::string_view message,
                      std::string_view request_id) {
  std::string xml = "<ErrorResponse xmlns=\"" + std::string(kXmlNamespace) + "\"><Error>";
  xml += element("Type", "Sender") + element("Code", code) + element("Message", message);
  return xml + "</Error>" + element("RequestId", request_id) + "</ErrorResponse>";
}

Result<GetCallerIdentityReply> read_caller_identity(std::string_view xml) {
  TRY(check_whole(xml, GetCallerIdentity::kName));
  GetCallerIdentityReply reply;
  reply.arn = TRY(required(xml, "Arn"));
  reply.user_id = xml_text(xml, "UserId");
  reply.account = TRY(required(xml, "Account"));
  return reply;
}

Result<AssumeRoleReply> read_assume_role(std::string_view xml, std::string_view operation) {
  TRY(check_whole(xml, operation));
  AssumeRoleReply reply;
  reply.access_key_id = TRY(required(xml, "AccessKeyId"));
  reply.secret_access_key = TRY(required(xml, "SecretAccessKey"));
  reply.session_token = TRY(required(xml, "SessionToken"));
  const auto expiration = TRY(required(xml, "Expiration"));
  reply.expiration = TRY(parse_iso_time(expiration));
  reply.assumed_role_arn = xml_text(xml, "Arn");
  reply.assumed_role_id = xml_text(xml, "AssumedRoleId");
  return reply;
}

std::string xml_text(std::string_view xml, std::string_view element_name) {
  const std::string name(element_name);
  for (std::size_t at = 0; (at = xml.find("<" + name, at)) != std::string_view::npos;) {
    at += 1 + name.size();
    if (at >= xml.size() || (xml[at] != '>' && xml[at] != ' ')) continue;
    const auto start = xml.find('>', at);
    const auto end = xml.find("</" + name + ">", at);
    if (start == std::string_view::npos || end == std::string_view::npos || end < start) return {};
    return unescaped(xml.substr(start + 1, end - start - 1));
  }
  return {};
}

}  // namespace runtask::ecs
