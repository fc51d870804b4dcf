#include "hamlet/script_variables.h"

#include <utility>

#include "base/text.h"

namespace runtask::hamlet {

const std::string& ScriptVariables::get(const std::string& name) const {
  static const std::string kNothing;
  const auto at = variables_.find(name);
  // The environment may hold names that no shell variable can have.
  return at == variables_.end() || !is_identifier(name) ? kNothing : at->second;
}

void ScriptVariables::set(const std::string& name, std::string value) {
  if (is_identifier(name)) variables_[name] = std::move(value);
}

std::string ScriptVariables::level_variable(const Lookup& lookup) const {
  const auto level1 = upper_case(lookup.level1);
  const auto level2 = upper_case(lookup.level2);
  const auto level3 = upper_case(lookup.level3);
  const auto suffix = upper_case(lookup.suffix);
  for (const auto& [last, name] :
       {std::pair(&level3, level1 + "_" + level2 + "_" + level3 + "_" + suffix),
        std::pair(&level2, level1 + "_" + level2 + "_" + suffix),
        std::pair(&level1, level1 + "_" + suffix)})
    if (!last->empty() && !get(name).empty()) return name;
  return {};
}

std::string ScriptVariables::value(const Lookup& lookup, const std::string& fallback) const {
  if (const auto& own = get(upper_case(lookup.name)); !own.empty()) return own;
  const auto variable = level_variable(lookup);
  return variable.empty() ? fallback : get(variable);
}

std::string ScriptVariables::variable(const Lookup& lookup) const {
  const auto name = upper_case(lookup.name);
  if (const auto& target = get(name); target != name && !get(target).empty()) return target;
  return level_variable(lookup);
}

}  // namespace runtask::hamlet
