#include "base/time.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "base/text.h"

namespace runtask {
namespace {

using namespace std::chrono;

struct Calendar {
  year_month_day date;
  hh_mm_ss<milliseconds> time;
  weekday day_of_week;
};
Calendar calendar_of(WallTime time) {
  const auto day = floor<days>(time);
  return {year_month_day(day), hh_mm_ss<milliseconds>(time - day), weekday(day)};
}

template <class... Arguments>
std::string formatted(const char* format, Arguments... arguments) {
  std::array<char, 64> buffer{};
  const int length = std::snprintf(buffer.data(), buffer.size(), format, arguments...);
  return {buffer.data(), static_cast<std::size_t>(length)};
}

constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array kWeekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  const auto complain = [&] {
    return fail(Code::kUsage, "`" + std::string(text) + "` is not a duration",
                "write it like 90s, 10m, 1h30m or 500ms");
  };
  constexpr long long kMillisecondsMax = 100LL * 366 * 24 * 3600 * 1000;
  auto left = trimmed(text);
  if (left.empty()) return complain();
  long long total = 0;
  while (!left.empty()) {
    const auto digits = std::min(left.find_first_not_of("0123456789"), left.size());
    const auto number = parse_integer(left.substr(0, digits), 0, kMillisecondsMax);
    if (!number) return complain();
    left.remove_prefix(digits);
    const auto letters = std::min(left.find_first_of("0123456789"), left.size());
    const auto unit = left.substr(0, letters);
    left.remove_prefix(letters);
    long long factor = 0;
    if (unit == "ms") factor = 1;
    if (unit == "s" || (unit.empty() && total == 0)) factor = 1000;
    if (unit == "m") factor = 60'000;
    if (unit == "h") factor = 3'600'000;
    if (unit == "d") factor = 86'400'000;
    if (factor == 0 || *number > (kMillisecondsMax - total) / factor) return complain();
    total += *number * factor;
  }
  return Duration(total);
}

std::string short_duration(Duration duration) {
  const auto total = duration.count();
  if (total < 10'000) return formatted("%.1fs", static_cast<double>(total) / 1000.0);
  const long long seconds = total / 1000;
  if (seconds < 60) return formatted("%llds", seconds);
  if (seconds < 3600) return formatted("%lldm%02llds", seconds / 60, seconds % 60);
  return formatted("%lldh%02lldm", seconds / 3600, seconds / 60 % 60);
}

std::string iso_time(WallTime time) {
  const auto at = calendar_of(time);
  return formatted(
      "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(at.date.year()),
      static_cast<unsigned>(at.date.month()), static_cast<unsigned>(at.date.day()),
      static_cast<int>(at.time.hours().count()), static_cast<int>(at.time.minutes().count()),
      static_cast<int>(at.time.seconds().count()), static_cast<int>(at.time.subseconds().count()));
}

std::string compact_time(WallTime time) {
  const auto at = calendar_of(time);
  return formatted("%04d%02u%02uT%02d%02d%02dZ", static_cast<int>(at.date.year()),
                   static_cast<unsigned>(at.date.month()), static_cast<unsigned>(at.date.day()),
                   static_cast<int>(at.time.hours().count()),
                   static_cast<int>(at.time.minutes().count()),
                   static_cast<int>(at.time.seconds().count()));
}

std::string http_date(WallTime time) {
  const auto at = calendar_of(time);
  return formatted(
      "%s, %02u %s %04d %02d:%02d:%02d GMT", kWeekdays.at(at.day_of_week.c_encoding()),
      static_cast<unsigned>(at.date.day()), kMonths.at(static_cast<unsigned>(at.date.month()) - 1),
      static_cast<int>(at.date.year()), static_cast<int>(at.time.hours().count()),
      static_cast<int>(at.time.minutes().count()), static_cast<int>(at.time.seconds().count()));
}

namespace {

// Digits at a fixed place, consumed. None when they are not digits.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return {};
  const auto number = parse_integer(text.substr(0, count), 0, 9999);
  if (text.front() == '-' || text.front() == '+') return {};
  text.remove_prefix(count);
  if (!number) return {};
  return static_cast<int>(*number);
}
bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}
std::optional<WallTime> at(int y, int m, int d, Duration time_of_day) {
  const year_month_day date{year(y), month(static_cast<unsigned>(m)),
                            day(static_cast<unsigned>(d))};
  if (!date.ok() || time_of_day > 24h) return {};
  return WallTime(sys_days(date)) + time_of_day;
}

std::optional<WallTime> iso(std::string_view text) {
  const auto y = take_digits(text, 4);
  const bool dashed = take(text, '-');
  const auto m = take_digits(text, 2);
  if (dashed && !take(text, '-')) return {};
  const auto d = take_digits(text, 2);
  if (!y || !m || !d || !(take(text, 'T') || take(text, ' '))) return {};
  const auto hour = take_digits(text, 2);
  const bool colons = take(text, ':');
  const auto minute = take_digits(text, 2);
  if (colons && !take(text, ':')) return {};
  const auto second = take_digits(text, 2);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return {};
  Duration time = hours(*hour) + minutes(*minute) + seconds(*second);
  if (take(text, '.')) {
    int scale = 100;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      time += Duration((text.front() - '0') * scale);
      scale /= 10;
      text.remove_prefix(1);
    }
  }
  if (text == "Z" || text == "UTC") return at(*y, *m, *d, time);
  const bool ahead = take(text, '+');
  if (!ahead && !take(text, '-')) return {};
  const auto zone_hours = take_digits(text, 2);
  (void)take(text, ':');
  const auto zone_minutes = take_digits(text, 2);
  if (!zone_hours || !zone_minutes || !text.empty()) return {};
  auto moment = at(*y, *m, *d, time);
  if (!moment) return {};
  const Duration offset = hours(*zone_hours) + minutes(*zone_minutes);
  return ahead ? *moment - offset : *moment + offset;
}

}  // namespace

Result<WallTime> parse_iso_time(std::string_view text) {
  if (const auto time = iso(trimmed(text))) return *time;
  return fail(Code::kInvalid,
              "`" + std::string(text) + "` is not a time like 2026-01-31T12:34:56Z");
}

Result<WallTime> parse_http_date(std::string_view text) {
  const auto parts = split(trimmed(text), ' ');
  if (parts.size() == 6) {
    for (std::size_t m = 0; m < kMonths.size(); ++m) {
      if (parts[2] != kMonths[m]) continue;
      const auto date = formatted("%.4s-%02zu-%.2sT", parts[3].c_str(), m + 1, parts[1].c_str());
      if (const auto time = iso(date + parts[4] + "Z")) return *time;
    }
  }
  return fail(Code::kInvalid, "`" + std::string(text) + "` is not an HTTP date");
}

}  // namespace runtask
