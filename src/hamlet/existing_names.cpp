#include "hamlet/existing_names.h"

#include <algorithm>
#include <set>

#include "base/diagnostic.h"
#include "base/text.h"

namespace runtask::hamlet {
namespace {

constexpr std::size_t kShownNamesMax = 20;
constexpr std::size_t kComparedNamesMax = 10'000;
constexpr int kNearestMax = 3;  // Of those that are spelled nearly alike.

// Each once, in the order in which they first came; no more than can be compared in a moment.
std::vector<std::string> distinct(const std::vector<std::string>& names) {
  std::set<std::string> known;
  std::vector<std::string> once;
  for (const auto& name : names)
    if (once.size() < kComparedNamesMax && known.insert(name).second) once.push_back(name);
  return once;
}

void order_by_nearness(const std::string& asked, std::vector<std::string>& names) {
  const auto wanted = lower_case(asked);
  const auto stem = wanted.substr(0, wanted.find('*'));
  auto rest = std::stable_partition(names.begin(), names.end(), [&](const std::string& name) {
    return lower_case(name) == wanted;
  });
  if (!stem.empty())
    rest = std::stable_partition(rest, names.end(), [&](const std::string& name) {
      return lower_case(name).starts_with(stem);
    });
  for (int i = 0; i < kNearestMax && rest != names.end(); ++i) {
    std::vector<std::string> candidates;
    for (auto at = rest; at != names.end(); ++at)
      candidates.push_back(lower_case(*at));
    const auto near = nearest_name(wanted, candidates);
    if (near.empty()) return;
    rest = std::stable_partition(rest, names.end(),
                                 [&](const std::string& name) { return lower_case(name) == near; });
  }
}

}  // namespace

std::string shown_name(const std::string& name) {
  return name.empty() ? "the unnamed one" : "`" + name + "`";
}

std::string what_exists(const std::string& asked, const std::vector<std::string>& all,
                        const std::string& plural) {
  auto names = distinct(all);
  if (names.empty()) return "there are no " + plural;
  order_by_nearness(asked, names);
  std::string text = names.size() == 1 ? "there is only " : "there are ";
  for (std::size_t i = 0; i < std::min(names.size(), kShownNamesMax); ++i)
    text += (i == 0 ? "" : ", ") + shown_name(names[i]);
  if (names.size() > kShownNamesMax)
    text += " and " + std::to_string(names.size() - kShownNamesMax) + " more";
  return text;
}

}  // namespace runtask::hamlet
