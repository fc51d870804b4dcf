#include "jenkins/schedule.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"

namespace runtask::jenkins {
namespace {

struct Bounds {
  long long low;
  long long high;
};
// Minute, hour, day of the month, month, day of the week (0 and 7 are Sunday).
constexpr std::array<Bounds, 5> kFields = {{{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 7}}};
constexpr std::array<std::string_view, 7> kAliases = {"@yearly", "@annually", "@monthly", "@weekly",
                                                      "@daily",  "@midnight", "@hourly"};

constexpr long long kStepMax = 1'000'000;

// `3-7`, within the bounds and not backwards.
bool is_range(std::string_view text, Bounds bounds) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return false;
  const auto low = parse_integer(text.substr(0, dash), bounds.low, bounds.high);
  const auto high = parse_integer(text.substr(dash + 1), bounds.low, bounds.high);
  return low && high && *low <= *high;
}

// *, H, H(0-29), 5, 1-5, each but a single number with a /step.
bool is_term(std::string_view term, Bounds bounds) {
  const std::size_t slash = term.find('/');
  const std::string_view base = term.substr(0, slash);
  if (slash != std::string_view::npos && !parse_integer(term.substr(slash + 1), 1, kStepMax))
    return false;
  if (base == "*" || base == "H") return true;
  if (base.starts_with("H(") && base.ends_with(")"))
    return is_range(base.substr(2, base.size() - 3), bounds);
  if (is_range(base, bounds)) return true;
  return slash == std::string_view::npos &&
         parse_integer(base, bounds.low, bounds.high).has_value();
}

bool is_line(std::string_view line) {
  if (line.starts_with("@"))
    return std::find(kAliases.begin(), kAliases.end(), line) != kAliases.end();
  std::string spaced(line);
  std::replace(spaced.begin(), spaced.end(), '\t', ' ');
  std::size_t count = 0;
  for (const auto& field : split(spaced, ' ')) {
    if (field.empty()) continue;
    if (count == kFields.size()) return false;
    for (const auto& term : split(field, ','))
      if (!is_term(term, kFields[count])) return false;
    ++count;
  }
  return count == kFields.size();
}

}  // namespace

bool is_schedule(std::string_view text) {
  bool is_first = true;
  for (const auto& each : split(text, '\n')) {
    const auto line = trimmed(each);
    if (line.empty() || line.starts_with("#")) continue;
    const bool is_zone = is_first && line.starts_with("TZ=");
    is_first = false;
    if (!is_zone && !is_line(line)) return false;
  }
  return true;
}

}  // namespace runtask::jenkins
