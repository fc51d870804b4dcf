#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// Words, bytes and numbers as text. Pure; any thread. ASCII rules only: no locale is ever asked.

namespace runtask {

[[nodiscard]] std::string lower_case(std::string_view text);
[[nodiscard]] std::string upper_case(std::string_view text);
[[nodiscard]] std::string_view trimmed(std::string_view text);
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
[[nodiscard]] std::string join(std::span<const std::string> parts, std::string_view separator);

// Splits a command line into words as a POSIX shell would: quotes and backslashes are understood,
// nothing is expanded. Error kUsage on an open quote.
[[nodiscard]] Result<std::vector<std::string>> split_words(std::string_view line);
// The word as a shell would have to read it: quoted only when it must be.
[[nodiscard]] std::string shell_quoted(std::string_view word);

// Whether a shell could set a variable of that name: a letter or _, then letters, digits and _.
[[nodiscard]] bool is_identifier(std::string_view text);

[[nodiscard]] std::string hex(std::span<const unsigned char> bytes);
// A decimal integer, the whole text, within [low, high]; none otherwise.
[[nodiscard]] std::optional<long long> parse_integer(std::string_view text, long long low,
                                                     long long high);

// Text that is valid UTF-8: bytes that are not become \xNN, so that nothing is lost on the way
// through JSON. Valid input comes back unchanged.
[[nodiscard]] std::string valid_utf8(std::string_view bytes);
// How many characters (code points) valid UTF-8 has.
[[nodiscard]] std::size_t utf8_characters(std::string_view text);
[[nodiscard]] bool is_valid_utf8(std::string_view bytes);
// The longest prefix of at most `bytes_max` bytes that does not cut a UTF-8 sequence in two.
[[nodiscard]] std::size_t utf8_prefix(std::string_view text, std::size_t bytes_max);

// Random bytes as identifiers: "f81d4fae-7dec-4d0a-a765-00a0c91e6bf6" (version 4), and 32 hex
// digits as ECS writes task ids.
[[nodiscard]] std::string uuid_text(std::span<const unsigned char, 16> random);

}  // namespace runtask
