#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hamlet/context_script.h"

// The deployment units of a context (hamlet 4, step 7): which parts of a product a pipeline is
// about, with the tag or commit, the image formats and the registry scope of each. For
// hamlet/context_settings.cpp. Pure; any thread.

namespace runtask::hamlet {

// The settings that hold the characters between units, between the parts of one, between formats.
constexpr const char* kUnitSeparators = "DEPLOYMENT_UNIT_SEPARATORS";
constexpr const char* kPartSeparators = "BUILD_REFERENCE_PART_SEPARATORS";
constexpr const char* kFormatSeparators = "IMAGE_FORMAT_SEPARATORS";

// `?` stands for what is not said.
struct Unit {
  std::string name;  // Lower case.
  std::string commit, tag, formats, scope;
  std::string repository, provider;
};

class Units {
 public:
  Units(std::vector<Unit> units, std::string separator, std::string part_separator)
      : units_(std::move(units)),
        separator_(std::move(separator)),
        part_separator_(std::move(part_separator)) {}

  [[nodiscard]] bool empty() const { return units_.empty(); }
  // As the scripts that follow take them: name, tag or commit, formats, each unit and each part
  // behind the first of its separators. Empty when the first unit has no name.
  [[nodiscard]] std::string cleaned() const;
  // One field of all, between blanks.
  [[nodiscard]] std::string list(std::string Unit::*field) const;

 private:
  std::vector<Unit> units_;
  std::string separator_;
  std::string part_separator_;
};

// Defines and saves them all.
Units define_units(Script& script);

// Splits as the shell's `read` does: blanks among the separators run together and are dropped at
// both ends, every other separator ends a field, which may be empty. Lines count as separated.
[[nodiscard]] std::vector<std::string> fields_of(std::string_view text,
                                                 std::string_view separators);

}  // namespace runtask::hamlet
