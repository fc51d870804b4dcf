#pragma once

#include <string_view>

#include "base/result.h"
#include "properties/properties.h"

// Reads the bytes of a .properties file as java.util.Properties does: comments, `=`, `:` or a blank
// between name and value, lines continued by a backslash, \t \n \r \f \uXXXX, a backslash before
// any other character for that character. Pure; any thread.

namespace runtask::properties {

// How the bytes stand for characters. Java's own default, and that of Jenkins' readProperties for
// files, is ISO-8859-1. Bytes that are not UTF-8 become U+FFFD, as for Java.
enum class Charset { kLatin1, kUtf8 };

// Error kInvalid for the one thing that Java refuses as well, a \u without four hexadecimal digits;
// its message shows the line with a caret, `source` names the file. Half of a surrogate pair, which
// UTF-8 cannot hold, becomes U+FFFD.
[[nodiscard]] Result<Properties> parse(std::string_view bytes, Charset charset,
                                       std::string_view source);

}  // namespace runtask::properties
