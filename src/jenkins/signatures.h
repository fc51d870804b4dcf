#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The names that Jenkins knows with its usual plugins, and the arguments of those whose argument
// lists are settled. Pure tables.

namespace runtask::jenkins {

enum class ArgumentType : std::uint8_t { kAny, kText, kTruth, kInteger, kList, kTimeUnit };

struct Field {
  std::string name;
  ArgumentType type = ArgumentType::kAny;
  bool is_required = false;
};

struct Signature {
  std::vector<Field> fields;
  bool is_open = false;  // There may be more fields than are known here.
  bool takes_block = false;

  [[nodiscard]] const Field* find(std::string_view name) const;
  // The required field, if there is exactly one: what a single value without a name is.
  [[nodiscard]] const Field* sole_required() const;
  [[nodiscard]] std::size_t required_count() const;
  [[nodiscard]] std::vector<std::string> names() const;
};

// What a name is looked up as. Options are those of `options`, and so on.
enum class Family : std::uint8_t {
  kStep,
  kOption,
  kParameter,
  kTrigger,
  kTool,
  kCondition,
  kFunction,  // Nested in options: logRotator.
  kAgent,     // Of the settings in its block.
};

// None: nothing is known of the name.
[[nodiscard]] std::optional<Signature> signature_of(Family family, std::string_view name);
[[nodiscard]] bool is_known(Family family, std::string_view name);
// The names of a family, for suggestions.
[[nodiscard]] std::vector<std::string> names_of(Family family);

// A step with a block that is no option for that.
[[nodiscard]] bool needs_workspace(std::string_view name);

// Where an option may stand. jenkins-pipeline 1.7.
[[nodiscard]] bool is_stage_option(std::string_view name);

}  // namespace runtask::jenkins
