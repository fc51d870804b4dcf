#pragma once

#include <optional>
#include <string>
#include <string_view>

// Texts in the character sets that steps name: `encoding: 'ISO-8859-1'`. Pure; any thread.

namespace runtask::jenkins {

// The bytes as a text; U+FFFD stands for those that are none, as Java decodes them. UTF-8, and no
// name, leave them as they are. None: there is no such character set.
[[nodiscard]] std::optional<std::string> decoded(std::string_view bytes,
                                                 const std::string& charset);
// The text as bytes; `?` stands for characters that the character set does not have.
[[nodiscard]] std::optional<std::string> encoded(std::string_view text, const std::string& charset);
// That there is none of that name.
[[nodiscard]] std::string no_charset(const std::string& charset);

}  // namespace runtask::jenkins
