#pragma once

#include <map>
#include <string>
#include <string_view>

#include "ecs/api.h"

// STS' query protocol: form fields in, XML out. Pure; any thread.

namespace runtask::ecs {

using FormFields = std::map<std::string, std::string>;
[[nodiscard]] std::string write_form(const FormFields& fields);
// Error kInvalid on broken percent-encoding or a name given twice.
[[nodiscard]] Result<FormFields> read_form(std::string_view body);

[[nodiscard]] FormFields to_form(const GetCallerIdentity& request);
[[nodiscard]] FormFields to_form(const AssumeRole& request);
[[nodiscard]] FormFields to_form(const AssumeRoleWithWebIdentity& request);

[[nodiscard]] std::string to_xml(const GetCallerIdentityReply& reply, std::string_view request_id);
[[nodiscard]] std::string to_xml(const AssumeRoleReply& reply, std::string_view request_id);
[[nodiscard]] std::string error_xml(std::string_view code, std::string_view message,
                                    std::string_view request_id);

[[nodiscard]] Result<GetCallerIdentityReply> read_caller_identity(std::string_view xml);
// Of AssumeRole, or of the operation named, which answers alike.
[[nodiscard]] Result<AssumeRoleReply> read_assume_role(
    std::string_view xml, std::string_view operation = AssumeRole::kName);

// The text of the first element of that name, entities resolved; empty when there is none. Enough
// for STS' flat answers.
[[nodiscard]] std::string xml_text(std::string_view xml, std::string_view element);

}  // namespace runtask::ecs
