#pragma once

#include <map>
#include <string>
#include <string_view>

#include "sys/environment.h"

// The variables of a hamlet script: the environment, and over it what the script itself has
// defined; and how hamlet looks a setting up in them. Pure; any thread.

namespace runtask::hamlet {

// hamlet 2. The parts of a name may be of any case and come out in capitals; a part that is no part
// of an identifier makes a name that nothing can have, and the next one is tried.
struct Lookup {
  std::string name;    // The setting itself.
  std::string suffix;  // What the names of the levels end in.
  std::string level1{}, level2{}, level3{};
};

class ScriptVariables {
 public:
  explicit ScriptVariables(const sys::Environment& environment) : variables_(environment.all()) {}

  // Empty when it is not set: hamlet treats the two alike.
  [[nodiscard]] const std::string& get(const std::string& name) const;
  // Names that are no identifiers are kept out, as the shell does.
  void set(const std::string& name, std::string value);

  // The value found: NAME, LEVEL1_LEVEL2_LEVEL3_SUFFIX, LEVEL1_LEVEL2_SUFFIX, LEVEL1_SUFFIX, each
  // level name only when its last level is not empty; else the fallback.
  [[nodiscard]] std::string value(const Lookup& lookup, const std::string& fallback) const;
  // The name of the variable that has a value, or empty. NAME itself is a pointer here: it may
  // hold the name already, its user's choice or of an earlier call, and it is never the answer.
  [[nodiscard]] std::string variable(const Lookup& lookup) const;

  [[nodiscard]] const std::map<std::string, std::string>& all() const { return variables_; }

 private:
  [[nodiscard]] std::string level_variable(const Lookup& lookup) const;

  std::map<std::string, std::string> variables_;
};

}  // namespace runtask::hamlet
