#pragma once

#include <string_view>

#include "groovy/value.h"

// What Groovy 2.4 and Java have for the values that runtask has, whether runtask has it or not. A
// call that Groovy would take and runtask does not ends the script: a MissingMethodException could
// be caught, and the script go on with a wrong result. Pure.

namespace runtask::groovy {

// Whether Groovy finds a method of the receiver for these arguments. Of a class of Java's without a
// table here everything counts as a method; of objects of the host and of the script nothing.
[[nodiscard]] bool java_has_method(const Value& receiver, std::string_view name,
                                   const Values& arguments);
// A static one, which Groovy calls on the class's objects too: 10.toString(2) is
// Integer.toString(2).
[[nodiscard]] bool java_has_static_method(const Value& receiver, std::string_view name,
                                          const Values& arguments);
// Of a class, or of a value's class.
[[nodiscard]] bool java_has_constant(const Value& receiver, std::string_view name);

// java_methods_table.cpp: a class, its ancestors with tables, and what it adds to them as words,
// each between blanks: `name:` with the parameters of every overload, `.name:` of a static method,
// `.NAME` of a constant. Each parameter is one letter, after a `[` for an array.
struct JavaMethods {
  std::string_view name;
  std::string_view ancestors;
  std::string_view words;
};
// Null: there is no table.
[[nodiscard]] const JavaMethods* java_methods_of(std::string_view class_name);

}  // namespace runtask::groovy
