#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "groovy/ast.h"
#include "groovy/value.h"

// Which of several methods a call means: how far its arguments are from the parameters, as Groovy's
// MetaClassHelper.calculateParameterDistance counts it. Pure.

namespace runtask::groovy {

// Groovy makes several methods of one that has presets: for each number of presets that are left
// out, the last ones first. This is one of them, and how it takes the arguments.
struct Overload {
  std::size_t presets_given = 0;
  bool has_rest = false;  // The last parameter gets an array of the arguments that are left.
  int distance = 0;       // The nearest overload is the one that is called.
};

// The nearest of the methods that are offered one by one.
struct Nearest {
  const MethodDecl* method = nullptr;
  int distance = 0;
  bool is_ambiguous = false;  // Another one is as near, and Groovy calls none of them.

  // True if the method is nearer than those before it.
  bool offer(const MethodDecl& other, const Values& arguments);
};

// Whether Groovy passes the value to a parameter of that type.
[[nodiscard]] bool takes(const TypeName& type, const Value& value);

// Whether the last parameter gets all arguments that are left, as an array.
[[nodiscard]] bool takes_rest(const Parameter& last);
[[nodiscard]] std::size_t presets_of(const std::vector<Parameter>& parameters);

// The overload that a call means: one that takes the arguments as they are, else the longest that
// takes the last ones as an array. `ways` counts the latter. None if the arguments do not fit.
[[nodiscard]] std::optional<Overload> overload_for(const std::vector<Parameter>& parameters,
                                                   const Values& arguments, int& ways);

}  // namespace runtask::groovy
