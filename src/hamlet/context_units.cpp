#include "hamlet/context_units.h"

#include "base/text.h"
#include "hamlet/context_providers.h"

namespace runtask::hamlet {
namespace {

constexpr std::size_t kCommitCharacters = 40;  // A tag of that length is taken for a commit.

std::string joined(const std::vector<std::string>& parts, const std::string& separators) {
  return join(parts, separators.substr(0, 1));
}

Unit split_unit(const std::string& text, const std::string& separators) {
  const auto parts = fields_of(text, separators);
  const auto part = [&](std::size_t i) {
    return i < parts.size() && !parts[i].empty() ? parts[i] : std::string("?");
  };
  Unit unit;
  unit.name = parts.empty() ? "" : parts[0];
  unit.commit = "?";
  unit.tag = part(1);
  unit.formats = part(2);
  unit.scope = part(3);
  return unit;
}

// Variables of their own for one unit, which is easier where there is only one.
void override_unit(Unit& unit, const ScriptVariables& settings) {
  const auto set = [&](std::string& field, const char* name) {
    if (!settings.get(name).empty()) field = settings.get(name);
  };
  set(unit.commit, "GIT_COMMIT");
  set(unit.tag, "CODE_TAG");
  set(unit.scope, "REGISTRY_SCOPE");
  const auto& several = settings.get("IMAGE_FORMATS");
  const auto& formats = several.empty() ? settings.get("IMAGE_FORMAT") : several;
  const auto& separators = settings.get(kFormatSeparators);
  if (!formats.empty()) unit.formats = joined(fields_of(formats, separators + ", "), separators);
}

std::string variable_part(const std::string& unit) {
  auto name = upper_case(unit);
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
}

}  // namespace

std::vector<std::string> fields_of(std::string_view text, std::string_view separators) {
  const auto is_separator = [&](char c) {
    return c == '\n' || separators.find(c) != std::string_view::npos;
  };
  const auto is_blank = [&](char c) {
    return (c == ' ' || c == '\t' || c == '\n') && is_separator(c);
  };
  std::vector<std::string> fields;
  std::size_t at = 0;
  const auto skip_blanks = [&] {
    while (at < text.size() && is_blank(text[at]))
      ++at;
  };
  skip_blanks();
  while (at < text.size()) {
    const auto begin = at;
    while (at < text.size() && !is_separator(text[at]))
      ++at;
    fields.emplace_back(text.substr(begin, at - begin));
    skip_blanks();
    if (at < text.size() && is_separator(text[at])) ++at;
    skip_blanks();
  }
  return fields;
}

std::string Units::cleaned() const {
  if (units_.empty() || units_.front().name.empty()) return {};
  std::vector<std::string> all;
  for (const auto& unit : units_) {
    std::vector<std::string> parts{unit.name};
    if (unit.tag != "?") {
      parts.push_back(unit.tag);
    } else if (unit.commit != "?") {
      parts.push_back(unit.commit);
    }
    if (unit.formats != "?") parts.push_back(unit.formats);
    all.push_back(joined(parts, part_separator_));
  }
  return joined(all, separator_);
}

std::string Units::list(std::string Unit::*field) const {
  std::vector<std::string> values;
  for (const auto& unit : units_)
    values.push_back(unit.*field);
  return join(values, " ");
}

Units define_units(Script& script) {
  const auto& settings = script.settings;
  const auto& several = settings.get("DEPLOYMENT_UNITS");
  const auto text = several.empty() ? settings.get("DEPLOYMENT_UNIT") : several;
  const bool is_for_all = settings.get("APPLY_TO_ALL_DEPLOYMENT_UNITS") == "true";
  std::vector<Unit> units;
  for (const auto& field : fields_of(text, settings.get(kUnitSeparators))) {
    if (field.empty()) continue;
    auto unit = split_unit(field, settings.get(kPartSeparators));
    if (units.empty() || is_for_all) override_unit(unit, settings);
    if (unit.tag.size() == kCommitCharacters) unit.commit = std::exchange(unit.tag, "?");
    const auto variable = variable_part(unit.name);
    const auto name = "PRODUCT_" + variable + "_CODE_REPO";
    define_repository(script, {name, "CODE_REPO", settings.get("PRODUCT"), variable}, "?");
    unit.repository = script.properties.back().second;
    unit.name = lower_case(unit.name);
    unit.commit = lower_case(unit.commit);
    unit.provider = settings.get("PRODUCT_CODE_GIT_PROVIDER");
    units.push_back(std::move(unit));
  }
  Units all(std::move(units), settings.get(kUnitSeparators), settings.get(kPartSeparators));
  // Jenkins sets GIT_COMMIT whenever it checks something out.
  const auto commits = all.empty() ? settings.get("GIT_COMMIT") : all.list(&Unit::commit);
  script.save("DEPLOYMENT_UNIT_LIST", all.list(&Unit::name));
  script.save("CODE_COMMIT_LIST", commits);
  script.save("CODE_TAG_LIST", all.list(&Unit::tag));
  script.save("CODE_REPO_LIST", all.list(&Unit::repository));
  script.save("CODE_PROVIDER_LIST", all.list(&Unit::provider));
  script.save("IMAGE_FORMATS_LIST", all.list(&Unit::formats));
  script.save("REGISTRY_SCOPE_LIST", all.list(&Unit::scope));
  if (const auto cleaned = all.cleaned(); !cleaned.empty())
    script.save("CLEANED_DEPLOYMENT_UNITS", cleaned);
  return all;
}

}  // namespace runtask::hamlet
