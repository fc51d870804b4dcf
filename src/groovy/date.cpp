#include "groovy/date.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

namespace runtask::groovy {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

struct Fields {
  Fields(WallTime time, const Zone& zone) {
    const auto local = time + std::chrono::minutes(zone.offset_minutes);
    const auto day = std::chrono::floor<std::chrono::days>(local);
    date = std::chrono::year_month_day(day);
    weekday = std::chrono::weekday(day).c_encoding();
    clock = std::chrono::hh_mm_ss(local - day);
    const std::chrono::sys_days first = date.year() / std::chrono::January / 1;
    day_of_year = (day - first).count() + 1;
    const auto saturday = day + std::chrono::days(6 - static_cast<int>(weekday));
    const std::chrono::year_month_day week(saturday);
    const std::chrono::sys_days week_first = week.year() / std::chrono::January / 1;
    week_year = int(week.year());
    week_of_year = (saturday - week_first).count() / 7 + 1;
  }
  std::chrono::year_month_day date;
  unsigned weekday = 0;
  std::chrono::hh_mm_ss<std::chrono::milliseconds> clock;
  std::int64_t day_of_year = 0;
  int week_year = 0;  // Weeks begin on Sundays; the first is that of the 1st of January.
  std::int64_t week_of_year = 0;
};

std::string padded(std::int64_t number, std::size_t width) {
  std::string digits = std::to_string(number < 0 ? -number : number);
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return (number < 0 ? "-" : "") + digits;
}

std::string offset_text(int minutes, bool with_colon, bool with_minutes = true) {
  const int size = std::abs(minutes);
  std::string text = (minutes < 0 ? "-" : "+") + padded(size / 60, 2);
  if (with_minutes) text += (with_colon ? ":" : "") + padded(size % 60, 2);
  return text;
}

std::string name_of(std::string_view name, std::size_t letters) {
  return std::string(letters >= 4 ? name : name.substr(0, 3));
}

std::optional<std::string> number_field(char letter, std::size_t count, const Fields& fields) {
  const auto hours = fields.clock.hours().count();
  switch (letter) {
    case 'd':
      return padded(unsigned(fields.date.day()), count);
    case 'D':
      return padded(fields.day_of_year, count);
    case 'H':
      return padded(hours, count);
    case 'k':
      return padded(hours == 0 ? 24 : hours, count);
    case 'K':
      return padded(hours % 12, count);
    case 'h':
      return padded(hours % 12 == 0 ? 12 : hours % 12, count);
    case 'm':
      return padded(fields.clock.minutes().count(), count);
    case 's':
      return padded(fields.clock.seconds().count(), count);
    case 'S':
      return padded(fields.clock.subseconds().count(), count);
    case 'w':
      return padded(fields.week_of_year, count);
    case 'W': {
      const unsigned day = unsigned(fields.date.day()) - 1;
      const unsigned first = (fields.weekday + 35 - day) % 7;  // The weekday of the 1st.
      return padded((day + first) / 7 + 1, count);
    }
    case 'F':
      return padded((unsigned(fields.date.day()) - 1) / 7 + 1, count);
    case 'u':
      return padded(fields.weekday == 0 ? 7 : fields.weekday, count);
    default:
      return std::nullopt;
  }
}

std::optional<std::string> field(char letter, std::size_t count, const Fields& fields,
                                 const Zone& zone) {
  switch (letter) {
    case 'G':
      return "AD";
    case 'y':
      return count == 2 ? padded(int(fields.date.year()) % 100, 2)
                        : padded(int(fields.date.year()), count);
    case 'Y':  // The year that the week belongs to: that of its Saturday.
      return count == 2 ? padded(fields.week_year % 100, 2) : padded(fields.week_year, count);
    case 'M':
    case 'L':
      if (count >= 3) return name_of(kMonths[unsigned(fields.date.month()) - 1], count);
      return padded(unsigned(fields.date.month()), count);
    case 'E':
      return name_of(kDays[fields.weekday], count);
    case 'a':
      return fields.clock.hours().count() < 12 ? "AM" : "PM";
    case 'z':
      return zone.name;
    case 'Z':
      return offset_text(zone.offset_minutes, false);
    case 'X':
      if (zone.offset_minutes == 0) return "Z";
      return offset_text(zone.offset_minutes, count == 3, count > 1);
    default:
      return number_field(letter, count, fields);
  }
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::optional<std::string> format_date(WallTime time, std::string_view pattern, const Zone& zone,
                                       char& bad) {
  const Fields fields(time, zone);
  std::string text;
  for (std::size_t i = 0; i < pattern.size();) {
    const char c = pattern[i];
    if (c == '\'') {  // Quoted text; two quotes are one.
      if (pattern.substr(i).starts_with("''")) {
        text += '\'';
        i += 2;
        continue;
      }
      ++i;
      while (i < pattern.size() && (pattern[i] != '\'' || pattern.substr(i).starts_with("''"))) {
        if (pattern[i] == '\'') ++i;
        text += pattern[i++];
      }
      if (i >= pattern.size()) {
        bad = '\'';
        return std::nullopt;
      }
      ++i;
      continue;
    }
    if (!is_letter(c)) {
      text += c;
      ++i;
      continue;
    }
    std::size_t count = 1;
    while (i + count < pattern.size() && pattern[i + count] == c)
      ++count;
    const auto part = field(c, count, fields, zone);
    if (!part) {
      bad = c;
      return std::nullopt;
    }
    text += *part;
    i += count;
  }
  return text;
}

namespace {

class DateReader {
 public:
  DateReader(std::string_view text, std::string_view pattern, const Zone& zone)
      : text_(text), pattern_(pattern), offset_minutes_(zone.offset_minutes) {}

  std::optional<WallTime> read() {
    std::size_t i = 0;
    while (i < pattern_.size()) {
      const char c = pattern_[i];
      if (c == '\'') {
        const auto close = pattern_.find('\'', i + 1);
        if (close == std::string_view::npos) return std::nullopt;
        const auto quoted =
            close == i + 1 ? std::string_view("'") : pattern_.substr(i + 1, close - i - 1);
        if (!take(quoted)) return std::nullopt;
        i = close + 1;
      } else if (!is_letter(c)) {
        if (!take(pattern_.substr(i, 1))) return std::nullopt;
        ++i;
      } else {
        std::size_t count = 1;
        while (i + count < pattern_.size() && pattern_[i + count] == c)
          ++count;
        const bool touches_next = i + count < pattern_.size() && is_letter(pattern_[i + count]);
        if (!read_field(c, count, touches_next)) return std::nullopt;
        i += count;
      }
    }
    return moment();
  }

 private:
  bool take(std::string_view wanted) {
    if (!text_.substr(at_).starts_with(wanted)) return false;
    at_ += wanted.size();
    return true;
  }

  std::optional<std::int64_t> number(std::size_t digits_max) {
    while (at_ < text_.size() && text_[at_] == ' ')
      ++at_;
    std::int64_t value = 0;
    std::size_t digits = 0;
    constexpr std::size_t kDigitsMax = 9;  // More do not fit a field of Java's either.
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && digits < digits_max) {
      if (++digits > kDigitsMax) return std::nullopt;
      value = value * 10 + (text_[at_++] - '0');
    }
    return digits > 0 ? std::optional(value) : std::nullopt;
  }

  template <std::size_t kCount>
  std::optional<int> name(const std::array<std::string_view, kCount>& names) {
    for (std::size_t i = 0; i < kCount; ++i)
      if (take(names[i])) return static_cast<int>(i);
    for (std::size_t i = 0; i < kCount; ++i)
      if (take(names[i].substr(0, 3))) return static_cast<int>(i);
    return std::nullopt;
  }

  bool read_zone() {
    if (take("Z")) {
      offset_minutes_ = 0;
      return true;
    }
    const bool has_name = take("GMT") || take("UTC");
    if (has_name) offset_minutes_ = 0;
    const bool has_sign = at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-');
    if (!has_sign) return has_name;
    const int sign = text_[at_++] == '-' ? -1 : 1;
    const auto hours = number(2);
    if (!hours) return false;
    (void)take(":");
    const auto minutes = number(2);
    offset_minutes_ = sign * static_cast<int>(*hours * 60 + minutes.value_or(0));
    return true;
  }

  bool read_field(char letter, std::size_t count, bool touches_next) {
    if (letter == 'z' || letter == 'Z' || letter == 'X') return read_zone();
    if (letter == 'E') return name(kDays).has_value();
    if (letter == 'a') {
      half_ = take("AM") ? 0 : take("PM") ? 12 : -1;
      return half_ >= 0;
    }
    if ((letter == 'M' || letter == 'L') && count >= 3) {
      const auto month = name(kMonths);
      month_ = month.value_or(0);
      return month.has_value();
    }
    const auto value = number(touches_next ? count : std::string_view::npos);
    return value && set(letter, count, *value);
  }

  bool set(char letter, std::size_t count, std::int64_t value) {
    constexpr std::int64_t kCentury = 2000;
    switch (letter) {
      case 'y':
      case 'Y':
        year_ = count == 2 && value < 100 ? kCentury + value : value;
        return year_ <= 9999;
      case 'M':
      case 'L':
        month_ = value - 1;
        return true;
      case 'd':
        day_ = value;
        return true;
      case 'D':
        day_ = value;
        month_ = 0;
        return true;
      case 'H':
      case 'K':
        hour_ = value;
        return true;
      case 'k':
        hour_ = value % 24;
        return true;
      case 'h':
        hour_ = value % 12;
        return true;
      case 'm':
        minute_ = value;
        return true;
      case 's':
        second_ = value;
        return true;
      case 'S':
        millisecond_ = value;
        return true;
      default:
        return letter == 'u';
    }
  }

  [[nodiscard]] WallTime moment() const {
    const auto months = year_ * 12 + month_;
    const auto first = std::chrono::sys_days(
        std::chrono::year(static_cast<int>(months / 12)) /
        std::chrono::month(static_cast<unsigned>(months % 12 + 1)) / std::chrono::day(1));
    return first + std::chrono::days(day_ - 1) + std::chrono::hours(hour_ + std::max(half_, 0)) +
           std::chrono::minutes(minute_ - offset_minutes_) + std::chrono::seconds(second_) +
           std::chrono::milliseconds(millisecond_);
  }

  std::string_view text_;
  std::string_view pattern_;
  std::size_t at_ = 0;
  int offset_minutes_;
  int half_ = -1;
  std::int64_t year_ = 1970;
  std::int64_t month_ = 0;  // From 0.
  std::int64_t day_ = 1;
  std::int64_t hour_ = 0;
  std::int64_t minute_ = 0;
  std::int64_t second_ = 0;
  std::int64_t millisecond_ = 0;
};

}  // namespace

std::optional<WallTime> parse_date(std::string_view text, std::string_view pattern,
                                   const Zone& zone) {
  return DateReader(text, pattern, zone).read();
}

std::string date_text(WallTime time, const Zone& zone) {
  char bad = 0;
  return format_date(time, "EEE MMM dd HH:mm:ss z yyyy", zone, bad).value_or("");
}

std::optional<Zone> zone_of(std::string_view name) {
  if (name == "UTC" || name == "GMT" || name == "Z" || name == "Etc/UTC")
    return Zone{0, name == "GMT" ? "GMT" : "UTC"};
  if (!name.starts_with("GMT") || name.size() < 5) return std::nullopt;
  const std::string digits(name.substr(4));
  const int sign = name[3] == '-' ? -1 : 1;
  const auto colon = digits.find(':');
  const int hours = std::atoi(digits.substr(0, colon).c_str());
  const int minutes = colon == std::string::npos ? 0 : std::atoi(digits.substr(colon + 1).c_str());
  if ((name[3] != '+' && name[3] != '-') || hours > 23 || minutes > 59) return std::nullopt;
  return Zone{sign * (hours * 60 + minutes), std::string(name)};
}

}  // namespace runtask::groovy
