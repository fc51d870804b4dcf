#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "groovy/decimal.h"

// What an unquoted word of YAML is, by the rules of YAML 1.1 as SnakeYAML, which Jenkins uses,
// spells them. The values are for words of their type alone. Pure; any thread.

namespace runtask::jenkins {

enum class YamlType : std::uint8_t { kText, kNull, kBool, kInteger, kReal, kTime, kMerge };

[[nodiscard]] YamlType yaml_type_of(std::string_view word);
[[nodiscard]] bool yaml_truth(std::string_view word);
// 010 is eight, 0x10 sixteen, 1_000 a thousand, 1:30 ninety. None: more than 38 digits.
[[nodiscard]] std::optional<groovy::Decimal> yaml_integer(std::string_view word);
[[nodiscard]] double yaml_real(std::string_view word);
// Leniently, as Java's calendar: the 32nd of January is the 1st of February. UTC if no zone is
// named.
[[nodiscard]] WallTime yaml_time(std::string_view word);

}  // namespace runtask::jenkins
