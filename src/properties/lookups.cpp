#include "properties/lookups.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/text.h"
#include "properties/characters.h"

namespace runtask::properties {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string hex_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return hex(std::span(&byte, 1));
}

// As Java's library does, of the text in ISO-8859-1.
std::string base64_encoded(std::string_view text) {
  const auto bytes = to_latin1(text);
  std::string encoded;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    const auto count = std::min<std::size_t>(3, bytes.size() - at);
    for (std::size_t i = 0; i < 3; ++i)
      group = group << 8U | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      encoded += i <= count ? kBase64[(group >> (18 - 6 * i)) & 0x3FU] : '=';
  }
  return encoded;
}

Result<std::string> base64_decoded(std::string_view text) {
  const auto bad_end = [] {
    return fail(Code::kInvalid, "Input byte array has wrong 4-byte ending unit");
  };
  const auto padding = std::min(text.find('='), text.size());
  const auto digits = text.substr(0, padding);
  const auto pads = text.substr(padding);
  if (!pads.empty() && (pads != std::string_view("==").substr(0, pads.size()) ||
                        (digits.size() + pads.size()) % 4 != 0))
    return bad_end();
  std::string bytes;
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (const char c : digits) {
    const auto value = kBase64.find(c);
    if (value == std::string_view::npos)
      return fail(Code::kInvalid, "Illegal base64 character " + hex_byte(c));
    group = (group << 6U | static_cast<std::uint32_t>(value)) & 0xFF'FFFFU;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>((group >> bits) & 0xFFU);
  }
  if (digits.size() % 4 == 1) return bad_end();
  return from_latin1(bytes);
}

std::string url_encoded(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-*_";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos) {
      encoded += c;
    } else if (c == ' ') {
      encoded += '+';
    } else {
      encoded += '%';
      encoded += kDigits[byte >> 4U];
      encoded += kDigits[byte & 0xFU];
    }
  }
  return encoded;
}

Result<std::string> url_decoded(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      bytes += text[at] == '+' ? ' ' : text[at];
      continue;
    }
    if (at + 2 >= text.size())
      return fail(Code::kInvalid, "URLDecoder: Incomplete trailing escape (%) pattern");
    const int high = hex_digit(text[at + 1]);
    const int low = hex_digit(text[at + 2]);
    if (high < 0 || low < 0)
      return fail(Code::kInvalid, "URLDecoder: Illegal hex characters in escape (%) pattern: " +
                                      std::string(text.substr(at, 3)));
    bytes += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return repaired_utf8(bytes);
}

}  // namespace

Result<std::optional<std::string>> look_up(std::string_view lookup, std::string_view text,
                                           const DateFormat& date) {
  std::optional<std::string> found;
  if (lookup == "base64Encoder") {
    found = base64_encoded(text);
  } else if (lookup == "base64Decoder") {
    found = TRY(base64_decoded(text));
  } else if (lookup == "urlEncoder") {
    found = url_encoded(text);
  } else if (lookup == "urlDecoder") {
    found = TRY(url_decoded(text));
  } else if (lookup == "date" && date) {
    found = TRY(date(text));
  }
  return found;
}

}  // namespace runtask::properties
