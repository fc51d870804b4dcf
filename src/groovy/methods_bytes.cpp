#include <array>
#include <charconv>

#include "groovy/classes.h"
#include "groovy/methods.h"

// Bytes, which are lists of numbers from -128 to 127 as in Java, base 64 and hex.

namespace runtask::groovy {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr unsigned kByteMask = 0xFFU;

bool is_bytes(const Value& value) {
  return value.is(Kind::kList) && value.as<List>().element == &known_class("java.lang.Byte");
}

Value bytes(Fiber& fiber, const std::string& text) {
  Values items;
  items.reserve(text.size());
  for (const char c : text)
    items.push_back(Value::integer(static_cast<signed char>(c)));
  const auto list = fiber.heap().make<List>(std::move(items), &known_class("java.lang.Byte"));
  list->changed();
  return list;
}

}  // namespace

std::optional<std::string> text_of_bytes(const Value& value) {
  if (!is_bytes(value)) return std::nullopt;
  std::string text;
  for (const auto& item : value.as<List>().items)
    text += static_cast<char>(static_cast<unsigned>(item.number()) & kByteMask);
  return text;
}

// text.bytes and text.getBytes('UTF-8'): always UTF-8.
std::optional<Value> bytes_of_text(MethodCall& c) {
  if (c.count() > 1 || (c.count() == 1 && !c.is_text(0))) return std::nullopt;
  return bytes(c.fiber, c.self_text());
}

std::optional<Value> encode_base64(MethodCall& c) {
  const auto text = text_of_bytes(c.self);
  if (!text || !c.takes_none()) return std::nullopt;
  std::string coded;
  for (std::size_t i = 0; i < text->size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, text->size() - i);
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (k < count ? static_cast<unsigned char>((*text)[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      coded += k <= count ? kDigits[(group >> (18 - 6 * k)) & 0x3FU] : '=';
  }
  return c.fiber.string(std::move(coded));
}

std::optional<Value> decode_base64(MethodCall& c) {
  if (!c.takes_none()) return std::nullopt;
  std::string plain;
  unsigned group = 0;
  unsigned bits = 0;
  for (const char digit : c.self_text()) {
    if (digit == '=' || digit == '\n' || digit == '\r' || digit == ' ' || digit == '\t') continue;
    const auto place = kDigits.find(digit);
    if (place == std::string_view::npos)
      c.fiber.throw_new("java.lang.RuntimeException", "bad character in base64 value");
    group = (group << 6U | static_cast<unsigned>(place)) & 0xFFFFFFU;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    plain += static_cast<char>((group >> bits) & kByteMask);
  }
  return bytes(c.fiber, plain);
}

std::optional<Value> encode_hex(MethodCall& c) {
  const auto text = text_of_bytes(c.self);
  if (!text || !c.takes_none()) return std::nullopt;
  std::string digits;
  for (const char one : *text) {
    const auto byte = static_cast<unsigned char>(one);
    (digits += kHexDigits[byte >> 4U]) += kHexDigits[byte & 0xFU];
  }
  return c.fiber.string(std::move(digits));
}

std::optional<Value> decode_hex(MethodCall& c) {
  if (!c.takes_none()) return std::nullopt;
  const std::string digits = c.self_text();
  if (digits.size() % 2 != 0)
    c.fiber.throw_new("java.lang.NumberFormatException", "odd number of characters in hex string");
  std::string text;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    unsigned byte = 0;
    const char* const end = digits.data() + i + 2;
    if (const auto read = std::from_chars(digits.data() + i, end, byte, 16); read.ptr != end)
      c.fiber.throw_new("java.lang.NumberFormatException",
                        "For input string: \"" + digits.substr(i, 2) + "\" under radix 16");
    text += static_cast<char>(byte);
  }
  return bytes(c.fiber, text);
}

}  // namespace runtask::groovy
