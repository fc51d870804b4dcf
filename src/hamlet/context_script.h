#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hamlet/context_file.h"
#include "hamlet/script_variables.h"

// setContext.sh half way: its variables and what it has saved so far. For the parts of
// hamlet/context.cpp. Pure; any thread.

namespace runtask::hamlet {

struct Script {
  ScriptVariables settings;
  Destination destination;
  std::vector<Property> properties;

  // Defines a variable and saves it.
  void define(const std::string& name, const std::string& value);
  // Saves a value; instead of an empty one, what the variable of that name holds (hamlet 3).
  void save(const std::string& name, const std::string& value);
  void save(const std::string& name) { save(name, settings.get(name)); }
  // Looks a value up, defines and saves it, and hands it back.
  std::string find_and_define(const Lookup& lookup, const std::string& fallback);
};

}  // namespace runtask::hamlet
