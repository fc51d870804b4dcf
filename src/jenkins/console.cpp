#include "jenkins/console.h"

#include <algorithm>

#include "base/text.h"

namespace runtask::jenkins {
namespace {

constexpr std::size_t kBase64Min = 6;  // Fewer letters would be found anywhere.

// As bash quotes a word for `printf %q`. A first # or ~ has a backslash only where it begins the
// word; the form without is found in both.
std::string backslashed(std::string_view text) {
  constexpr std::string_view kQuoted = " \"'\\|&;()<>!{}*[]?^$`,";
  std::string quoted;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_home = text[i] == '~' && i > 0 && (text[i - 1] == ':' || text[i - 1] == '=');
    if (is_home || kQuoted.find(text[i]) != std::string_view::npos) quoted += '\\';
    quoted += text[i];
  }
  return quoted;
}

// As bash does with control characters in it, in $'...'.
std::string escaped(std::string_view text) {
  constexpr std::string_view kNamed = "\a\b\033\f\n\r\t\v\\'";
  constexpr std::string_view kNames = "abEfnrtv\\'";
  std::string quoted;
  for (const char c : text) {
    const unsigned byte = static_cast<unsigned char>(c);
    if (const auto at = kNamed.find(c); at != std::string_view::npos) {
      quoted += {'\\', kNames[at]};
    } else if (byte < 0x20 || byte == 0x7f) {
      quoted += '\\';
      for (const unsigned digit : {byte >> 6U & 7U, byte >> 3U & 7U, byte & 7U})
        quoted += std::to_string(digit);
    } else {
      quoted += c;
    }
  }
  return quoted;
}

}  // namespace

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      text += k <= count ? kDigits[group >> (18U - 6U * k) & 63U] : '=';
  }
  return text;
}

void Console::print(const Style& style, std::string_view text) {
  std::size_t begin = 0;
  for (;;) {
    const auto end = text.find('\n', begin);
    line(style, text.substr(begin, end == std::string_view::npos ? end : end - begin));
    if (end == std::string_view::npos) return;
    begin = end + 1;
  }
}

void Console::line(const Style& style, std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  const auto at = now_();
  std::string shown;
  if (style.timestamps) shown = "[" + iso_time(at) + "] ";
  shown += masked(style.prefix);
  shown += masked(line);
  sink_(at, shown);
}

void Console::mask(const std::string& secret) {
  if (std::find(secrets_.begin(), secrets_.end(), secret) != secrets_.end()) return;
  secrets_.push_back(secret);
  const auto add = [&](std::string text) {
    if (trimmed(text).empty()) return;
    if (std::find(hidden_.begin(), hidden_.end(), text) == hidden_.end())
      hidden_.push_back(std::move(text));
  };
  add(secret);
  // Inside a longer text its base64 form depends on where it begins; without the letters at either
  // end that its neighbours have a part in.
  for (std::size_t shift = 0; shift < 3; ++shift) {
    const auto whole = base64(std::string(shift, ' ') + secret);
    const std::size_t begin = shift == 0 ? 0 : shift + 1;
    const std::size_t end = (shift + secret.size()) * 8 / 6;
    if (end >= begin + kBase64Min) add(whole.substr(begin, end - begin));
  }
  add(base64(secret));
  // A key of several lines is printed line by line.
  if (secret.find('\n') != std::string::npos)
    for (const auto& line : split(secret, '\n'))
      add(std::string(trimmed(line)));
  // As a shell writes it in its trace: each quote apart.
  if (secret.find('\'') != std::string::npos) {
    std::string quoted;
    for (const char c : secret)
      quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    add(quoted);
  }
  add(backslashed(secret));
  add(escaped(secret));
  std::stable_sort(hidden_.begin(), hidden_.end(),
                   [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

std::string Console::masked(std::string_view text) const {
  std::string result(text);
  for (const auto& secret : hidden_)
    for (auto at = result.find(secret); at != std::string::npos; at = result.find(secret, at + 4))
      result.replace(at, secret.size(), "****");
  return result;
}

std::size_t Console::whole_part(std::string_view text) const {
  std::size_t cut = text.size();
  bool is_whole = false;
  while (!is_whole) {
    is_whole = true;
    for (const auto& secret : hidden_)
      for (auto at = cut - std::min(cut, secret.size() - 1); at < cut; ++at)
        if (secret.starts_with(text.substr(at, secret.size()))) {
          cut = at;
          is_whole = false;
        }
  }
  return cut == 0 ? text.size() : cut;
}

void LineBuffer::add(std::string_view bytes) {
  for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    pending_ += bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    on_line_(pending_);
    pending_.clear();
  }
  pending_ += bytes;
  if (pending_.size() < kLineBytesMax) return;
  const auto part = part_(pending_);
  on_line_(std::string_view(pending_).substr(0, part));
  pending_.erase(0, part);
}

void LineBuffer::finish() {
  if (!pending_.empty()) on_line_(pending_);
  pending_.clear();
}

}  // namespace runtask::jenkins
