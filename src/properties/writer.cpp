#include "properties/writer.h"

#include <cstdint>

#include "properties/characters.h"

namespace runtask::properties {
namespace {

void append_unit(std::string& line, std::uint32_t unit) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  line += "\\u";
  for (unsigned shift = 16; shift > 0;) {
    shift -= 4;
    line += kDigits[(unit >> shift) & 0xFU];
  }
}

void append_escaped(std::string& line, std::uint32_t code) {
  switch (code) {
    case '\n':
      line += "\\n";
      return;
    case '\r':
      line += "\\r";
      return;
    case '\t':
      line += "\\t";
      return;
    case '\f':
      line += "\\f";
      return;
    default:
      break;
  }
  if (code < 0x80) {
    line += '\\';
    line += static_cast<char>(code);
  } else if (code < 0x10000) {
    append_unit(line, code);
  } else {
    append_unit(line, 0xD800U + ((code - 0x10000U) >> 10U));
    append_unit(line, 0xDC00U + ((code - 0x10000U) & 0x3FFU));
  }
}

enum class Part { kName, kValue };

bool needs_escape(std::uint32_t code, Part part, bool is_first) {
  if (code == '\\' || code == '\n' || code == '\r' || code >= 0x80) return true;
  const bool is_blank = code == ' ' || code == '\t' || code == '\f';
  if (part == Part::kValue) return is_blank && is_first;
  return is_blank || code == '=' || code == ':' || (is_first && (code == '#' || code == '!'));
}

void append(std::string& line, std::string_view text, Part part) {
  bool is_first = true;  // Of a value: still among the blanks at its beginning.
  for (std::size_t at = 0; at < text.size();) {
    const auto character = character_at(text, at);
    if (character.code == kNoCharacter) {
      line += text[at];
    } else if (needs_escape(character.code, part, is_first)) {
      append_escaped(line, character.code);
    } else {
      line += text.substr(at, character.bytes);
    }
    is_first = false;
    at += character.bytes;
  }
}

}  // namespace

std::string line_of(std::string_view name, std::string_view value) {
  std::string line;
  line.reserve(name.size() + 1 + value.size());
  append(line, name, Part::kName);
  line += '=';
  append(line, value, Part::kValue);
  return line;
}

bool looks_interpolated(std::string_view value) {
  return value.find("${") != std::string_view::npos;
}

}  // namespace runtask::properties
