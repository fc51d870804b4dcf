// Answers what our reader and writer make of what comes on standard input, for properties_test.py
// to compare with Java. One question a line, in hexadecimal:
//   latin1 FILE      the properties of a file: "NAME VALUE ..." in hexadecimal, or "error"
//   utf8 FILE
//   write NAME VALUE the line for it

#include <iostream>
#include <span>
#include <sstream>
#include <string>

#include "base/text.h"
#include "properties/characters.h"
#include "properties/reader.h"
#include "properties/writer.h"

namespace {

using namespace runtask;

// An empty text is "-": a word that is nothing would be lost between blanks.
std::string shown(const std::string& text) {
  if (text.empty()) return "-";
  return hex(std::span(reinterpret_cast<const unsigned char*>(text.data()), text.size()));
}

std::string bytes_of(const std::string& digits) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < digits.size(); at += 2)
    bytes += static_cast<char>(properties::hex_digit(digits[at]) * 16 +
                               properties::hex_digit(digits[at + 1]));
  return bytes;
}

std::string answer(const std::string& question) {
  std::istringstream words(question);
  std::string kind, first, second;
  words >> kind >> first >> second;
  if (kind == "write") return shown(properties::line_of(bytes_of(first), bytes_of(second)));
  const auto charset = kind == "latin1" ? properties::Charset::kLatin1 : properties::Charset::kUtf8;
  const auto parsed = properties::parse(bytes_of(first), charset, "probe");
  if (!parsed) return "error";
  std::string text;
  for (const auto& [name, value] : parsed->entries())
    text += (text.empty() ? "" : " ") + shown(name) + " " + shown(value);
  return text;
}

}  // namespace

int main() {
  std::string question;
  while (std::getline(std::cin, question))
    std::cout << answer(question) << "\n";
}
