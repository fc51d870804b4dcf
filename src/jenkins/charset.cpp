#include "jenkins/charset.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <memory>

#include "base/text.h"
#include "properties/characters.h"

namespace runtask::jenkins {
namespace {

constexpr const char* kUtf8 = "UTF-8";
constexpr std::string_view kBigEndianMark = "\xFE\xFF";
constexpr std::string_view kLittleEndianMark = "\xFF\xFE";

bool is_utf8(const std::string& charset) {
  const auto name = lower_case(charset);
  return name.empty() || name == "utf-8" || name == "utf8";
}

// What else may stand in a name would tell iconv how to convert.
bool is_name(const std::string& charset) {
  return std::all_of(charset.begin(), charset.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == ':';
  });
}

// One unit of `unit` bytes that cannot be converted becomes `instead`, with what belongs to it.
struct Conversion {
  std::string from;
  std::string to;
  std::size_t unit = 1;
  std::string_view instead;
};

std::optional<std::string> converted(std::string_view text, const Conversion& conversion) {
  // What iconv_open() fails with.
  // NOLINTNEXTLINE(performance-no-int-to-ptr, cppcoreguidelines-pro-type-cstyle-cast)
  const auto none = (iconv_t)-1;
  const iconv_t opened = iconv_open(conversion.to.c_str(), conversion.from.c_str());
  if (opened == none) return std::nullopt;
  const std::unique_ptr<void, decltype(&iconv_close)> handle(opened, &iconv_close);
  std::string input(text);
  std::string result;
  std::array<char, 4096> buffer{};
  char* in = input.data();
  std::size_t left = input.size();
  while (left > 0) {
    char* out = buffer.data();
    std::size_t room = buffer.size();
    const bool is_done =
        iconv(handle.get(), &in, &left, &out, &room) != static_cast<std::size_t>(-1);
    const int error = errno;
    result.append(buffer.data(), buffer.size() - room);
    if (is_done || error == E2BIG) continue;
    result += conversion.instead;
    std::size_t skipped = error == EINVAL ? left : std::min(left, conversion.unit);
    // The rest of a character of UTF-8.
    while (conversion.from == kUtf8 && skipped < left &&
           (static_cast<unsigned char>(in[skipped]) & 0xC0U) == 0x80U)
      ++skipped;
    in += skipped;
    left -= skipped;
  }
  return result;
}

}  // namespace

std::optional<std::string> decoded(std::string_view bytes, const std::string& charset) {
  if (is_utf8(charset)) return std::string(bytes);
  if (!is_name(charset)) return std::nullopt;
  Conversion conversion{charset, kUtf8, 1, "\xEF\xBF\xBD"};
  const auto name = lower_case(charset);
  if (name.starts_with("utf-16")) conversion.unit = 2;
  if (name == "utf-16") {  // Without a mark it is big-endian to Java, and the machine's to iconv.
    const bool is_little = bytes.starts_with(kLittleEndianMark);
    if (is_little || bytes.starts_with(kBigEndianMark)) bytes.remove_prefix(2);
    conversion.from = is_little ? "UTF-16LE" : "UTF-16BE";
  }
  return converted(bytes, conversion);
}

std::optional<std::string> encoded(std::string_view text, const std::string& charset) {
  if (is_utf8(charset)) return std::string(text);
  if (!is_name(charset)) return std::nullopt;
  const auto repaired = properties::repaired_utf8(text);
  if (lower_case(charset) != "utf-16") return converted(repaired, {kUtf8, charset, 1, "?"});
  const auto bytes = converted(repaired, {kUtf8, "UTF-16BE", 1, "?"});
  return bytes ? std::optional(std::string(kBigEndianMark) + *bytes) : std::nullopt;
}

std::string no_charset(const std::string& charset) {
  return "there is no encoding '" + charset + "' here; `iconv -l` lists those there are";
}

}  // namespace runtask::jenkins
