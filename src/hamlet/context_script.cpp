#include "hamlet/context_script.h"

#include "base/text.h"

namespace runtask::hamlet {

void Script::define(const std::string& name, const std::string& value) {
  const auto upper = upper_case(name);
  settings.set(upper, value);
  properties.emplace_back(upper, value);
}

void Script::save(const std::string& name, const std::string& value) {
  properties.emplace_back(name, value.empty() ? settings.get(name) : value);
}

std::string Script::find_and_define(const Lookup& lookup, const std::string& fallback) {
  auto value = settings.value(lookup, fallback);
  define(lookup.name, value);
  return value;
}

}  // namespace runtask::hamlet
