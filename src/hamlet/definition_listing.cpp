#include "hamlet/definition_listing.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>

#include "base/text.h"

namespace runtask::hamlet {
namespace {

struct Revision {
  long long number = 0;
  std::string arn;
};

// What a family of that scope begins with: "shop-integration-" or "shop-integration-blue-".
std::string beginning(const FamilyWords& words) {
  const bool shows_segment = !words.segment.empty() && words.segment != "default";
  return words.product + "-" + words.environment + "-" +
         (shows_segment ? words.segment + "-" : std::string());
}

bool is_random_part(std::string_view text) {
  return !text.empty() && text.find('-') == std::string_view::npos;
}

// Whether the word behind the scope's is a level, as in every stack that hamlet names.
bool has_level(std::string_view family, const FamilyWords& words) {
  const auto rest = family.substr(beginning(words).size());
  constexpr std::array<std::string_view, 3> kLevels{"app-", "soln-", "seg-"};
  return std::any_of(kLevels.begin(), kLevels.end(),
                     [&](std::string_view level) { return rest.starts_with(level); });
}

// Family and revision of an ARN; none for what is no task definition's.
std::optional<std::pair<std::string, Revision>> parts_of(const std::string& arn) {
  constexpr std::string_view kKind = ":task-definition/";
  const auto kind = arn.find(kKind);
  const auto colon = arn.rfind(':');
  if (kind == std::string::npos || colon < kind + kKind.size()) return std::nullopt;
  const auto number =
      parse_integer(std::string_view(arn).substr(colon + 1), 1, std::numeric_limits<int>::max());
  if (!number) return std::nullopt;
  const auto begin = kind + kKind.size();
  return std::pair(arn.substr(begin, colon - begin), Revision{*number, arn});
}

}  // namespace

bool is_family_of(std::string_view family, const FamilyWords& words) {
  if (!family.starts_with(beginning(words)) || !has_level(family, words)) return false;
  const auto id = "-" + words.resource_id + "-";
  const auto at = family.rfind(id);
  return at != std::string_view::npos && is_random_part(family.substr(at + id.size()));
}

Result<std::string> choose_definition(const std::vector<std::string>& arns,
                                      const FamilyWords& words) {
  std::map<std::string, Revision> newest;
  for (const auto& arn : arns) {
    const auto parts = parts_of(arn);
    if (!parts || !is_family_of(parts->first, words)) continue;
    auto& known = newest[parts->first];
    if (parts->second.number > known.number) known = parts->second;
  }
  if (newest.empty())
    return fail(Code::kNotFound, "no active task definition has a family like `" +
                                     beginning(words) + "...-" + words.resource_id + "-...`");
  if (newest.size() > 1) {
    std::vector<std::string> names;
    names.reserve(newest.size());
    for (const auto& [family, revision] : newest)
      names.push_back("`" + family + "`");
    return fail(Code::kConflict, "more than one task definition may be meant: " + join(names, ", "),
                "deregister the ones that are left over");
  }
  return newest.begin()->second.arn;
}

}  // namespace runtask::hamlet
