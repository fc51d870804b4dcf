#include "jenkins/yaml_words.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "base/text.h"

namespace runtask::jenkins {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kDigitsAndLines = "0123456789_";

bool is_of(std::string_view text, std::string_view letters) {
  return text.find_first_not_of(letters) == std::string_view::npos;
}
// Digits of the base with lines between them.
bool is_number(std::string_view text, std::string_view digits) {
  return text.find_first_of(digits) != std::string_view::npos &&
         is_of(text, std::string(digits) + "_");
}
bool begins_with_digit(std::string_view text, char least = '0') {
  return !text.empty() && text[0] >= least && text[0] <= '9';
}
std::string_view without_sign(std::string_view text) {
  return text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
}

// ":30:5" to the end of the text: minutes and seconds below sixty.
bool is_sixties(std::string_view text) {
  if (text.empty()) return false;
  for (const auto& part : split(text.substr(1), ':')) {
    const bool is_good =
        (part.size() == 1 || (part.size() == 2 && part[0] <= '5')) && is_of(part, kDigits);
    if (!is_good) return false;
  }
  return true;
}

bool is_integer(std::string_view word) {
  const auto text = without_sign(word);
  if (text == "0") return true;
  if (text.starts_with("0b")) return is_number(text.substr(2), "01");
  if (text.starts_with("0x")) return is_number(text.substr(2), "0123456789abcdefABCDEF");
  if (text.starts_with('0')) return is_number(text.substr(1), "01234567");
  const auto colon = std::min(text.find(':'), text.size());
  return begins_with_digit(text, '1') && is_of(text.substr(0, colon), kDigitsAndLines) &&
         (colon == text.size() || is_sixties(text.substr(colon)));
}

bool is_real(std::string_view word) {
  const auto text = without_sign(word);
  if (text == ".inf" || text == ".Inf" || text == ".INF") return true;
  if (word == ".nan" || word == ".NaN" || word == ".NAN") return true;
  const auto point = text.find('.');
  if (const auto colon = text.find(':'); colon != std::string_view::npos)
    return point != std::string_view::npos && begins_with_digit(text) && colon < point &&
           is_of(text.substr(0, colon), kDigitsAndLines) &&
           is_sixties(text.substr(colon, point - colon)) &&
           is_of(text.substr(point + 1), kDigitsAndLines);
  const auto power = std::min(text.find_first_of("eE"), text.size());
  if (power < text.size()) {
    const auto exponent = without_sign(text.substr(power + 1));
    if (exponent.empty() || !is_of(exponent, kDigits)) return false;
  }
  const auto number = text.substr(0, power);
  if (point == std::string_view::npos)
    return power < text.size() && begins_with_digit(number) && is_of(number, kDigitsAndLines);
  if (point > power) return false;
  const auto whole = number.substr(0, point);
  const auto fraction = number.substr(point + 1);
  return whole.empty() ? is_number(fraction, kDigits)
                       : begins_with_digit(whole) && is_of(whole, kDigitsAndLines) &&
                             is_of(fraction, kDigitsAndLines);
}

// Reads a time from the left.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : text_(text) {}

  // 2026-01-31, or 2026-1-31 10:20:30.5 +1:30 and what lies between.
  std::optional<WallTime> read() {
    const auto year = number(4, 4);
    const bool has_month = take("-");
    const auto month = number(1, 2);
    const bool has_day = take("-");
    const auto day = number(1, 2);
    if (!year || !has_month || !month || !has_day || !day) return std::nullopt;
    const auto first = std::chrono::year(*year) / std::chrono::January / 1;
    const auto days = std::chrono::sys_days(first + std::chrono::months(*month - 1)) +
                      std::chrono::days(*day - 1);
    const bool is_short = text_.size() == std::string_view("2026-01-31").size();
    if (at_ == text_.size() && is_short) return WallTime(days);
    if (!take("T") && !take("t") && !take_blanks()) return std::nullopt;
    const auto time = time_of_day();
    const auto zone = time ? zone_minutes() : std::nullopt;
    if (!zone || at_ != text_.size()) return std::nullopt;
    return WallTime(days) + *time - std::chrono::minutes(*zone);
  }

 private:
  bool take(std::string_view letters) {
    if (at_ >= text_.size() || letters.find(text_[at_]) == std::string_view::npos) return false;
    ++at_;
    return true;
  }
  bool take_blanks() {
    const auto before = at_;
    while (take(" \t")) {
    }
    return at_ > before;
  }
  std::optional<int> number(int least, int most) {
    int value = 0;
    int count = 0;
    for (; count < most && at_ < text_.size() && begins_with_digit(text_.substr(at_)); ++count)
      value = value * 10 + (text_[at_++] - '0');
    return count < least ? std::nullopt : std::optional(value);
  }

  std::optional<std::chrono::milliseconds> time_of_day() {
    const auto hour = number(1, 2);
    const bool has_minute = take(":");
    const auto minute = number(2, 2);
    const bool has_second = take(":");
    const auto second = number(2, 2);
    if (!hour || !has_minute || !minute || !has_second || !second) return std::nullopt;
    double fraction = 0;
    if (take("."))
      for (double unit = 0.1; begins_with_digit(text_.substr(at_)); unit /= 10)
        fraction += unit * (text_[at_++] - '0');
    return std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
           std::chrono::seconds(*second) + std::chrono::milliseconds(std::llround(fraction * 1000));
  }

  // East of Greenwich; 0 if no zone is named.
  std::optional<int> zone_minutes() {
    const auto before = at_;
    (void)take_blanks();
    if (take("Z")) return 0;
    const bool is_west = at_ < text_.size() && text_[at_] == '-';
    if (!take("+-")) {
      at_ = before;
      return 0;
    }
    const auto hours = number(1, 2);
    if (!hours) return std::nullopt;
    int minutes = *hours * 60;
    if (take(":") || begins_with_digit(text_.substr(at_))) {
      const auto more = number(2, 2);
      if (!more) return std::nullopt;
      minutes += *more;
    }
    return is_west ? -minutes : minutes;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// no, No and NO, but not nO.
bool is_word(std::string_view text, std::string_view word) {
  if (lower_case(text) != word) return false;
  const auto rest = text.substr(1);
  const bool is_lower = lower_case(rest) == rest;
  return is_lower || upper_case(text) == text;
}

}  // namespace

YamlType yaml_type_of(std::string_view word) {
  if (word.empty() || word == "~" || is_word(word, "null")) return YamlType::kNull;
  if (word == "<<") return YamlType::kMerge;
  for (const auto* const one : {"yes", "no", "true", "false", "on", "off"})
    if (is_word(word, one)) return YamlType::kBool;
  if (!begins_with_digit(word) && word[0] != '-' && word[0] != '+' && word[0] != '.')
    return YamlType::kText;
  if (is_integer(word)) return YamlType::kInteger;
  if (is_real(word)) return YamlType::kReal;
  return TimeReader(word).read() ? YamlType::kTime : YamlType::kText;
}

bool yaml_truth(std::string_view word) {
  const auto lower = lower_case(word);
  return lower == "yes" || lower == "true" || lower == "on";
}

std::optional<groovy::Decimal> yaml_integer(std::string_view word) {
  using groovy::Decimal;
  std::string text(without_sign(word));
  std::erase(text, '_');
  std::int64_t base = 10;
  if (text.size() > 1 && text[0] == '0') {
    base = text[1] == 'x' ? 16 : text[1] == 'b' ? 2 : 8;
    text.erase(0, base == 8 ? 1 : 2);
  }
  std::optional<Decimal> number(Decimal(0));
  std::optional<Decimal> sixties(Decimal(0));  // What stands left of the last colon.
  const auto add = [](const std::optional<Decimal>& to, std::int64_t times, std::int64_t digit) {
    const auto more = to ? to->times(Decimal(times)) : std::nullopt;
    return more ? more->plus(Decimal(digit)) : std::nullopt;
  };
  for (const char c : text) {
    if (c == ':') {
      sixties = add(sixties, 60, 0);
      sixties = sixties && number ? sixties->plus(*number) : std::nullopt;
      number = Decimal(0);
    } else {
      number = add(number, base, c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
  }
  sixties = add(sixties, 60, 0);
  if (!sixties || !number) return std::nullopt;
  number = sixties->plus(*number);
  return number && word.starts_with('-') ? number->negated() : number;
}

double yaml_real(std::string_view word) {
  std::string text(without_sign(word));
  std::erase(text, '_');
  const double sign = word.starts_with('-') ? -1 : 1;
  const auto lower = lower_case(text);
  if (lower == ".inf") return sign * std::numeric_limits<double>::infinity();
  if (lower == ".nan") return std::numeric_limits<double>::quiet_NaN();
  double value = 0;
  for (const auto& part : split(text, ':'))
    value = value * 60 + std::strtod(part.c_str(), nullptr);
  return sign * value;
}

WallTime yaml_time(std::string_view word) {
  return TimeReader(word).read().value_or(WallTime());
}

}  // namespace runtask::jenkins
