#include "groovy/date.h"

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
    week_year = int(std::chrono::year_month_day(saturday).year());
  }
  std::chrono::year_month_day date;
  unsigned weekday = 0;
  std::chrono::hh_mm_ss<std::chrono::milliseconds> clock;
  std::int64_t day_of_year = 0;
  int week_year = 0;
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
