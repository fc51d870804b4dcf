#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "groovy/value.h"

// The Java classes that a script can name, with their line of ancestors: for catch, instanceof,
// casts, and for telling a class that Jenkins has from one that nobody has. Constant tables. The
// classes that files declare have a ClassInfo too, in their ClassDecl (ast.h).

namespace runtask::groovy {

// What runtask can do with a class.
enum class ClassUse : std::uint8_t {
  kValue,      // Values of it exist here; `new` only as the interpreter knows it.
  kThrowable,  // Can be constructed with a message and a cause, thrown and caught.
  kName,       // Can be named as a type. Nothing here makes one.
};

struct ClassDecl;

struct ClassInfo {
  std::string name;                  // "java.lang.Exception"
  const ClassInfo* super = nullptr;  // Null for java.lang.Object and interfaces.
  ClassUse use = ClassUse::kValue;
  const ClassDecl* declaration = nullptr;    // Of a class in Groovy.
  std::vector<const ClassInfo*> interfaces;  // Of a class in Groovy: inherited ones too.
  [[nodiscard]] std::string_view simple_name() const {
    const auto dot = std::string_view(name).rfind('.');
    return std::string_view(name).substr(dot == std::string_view::npos ? 0 : dot + 1);
  }
  [[nodiscard]] bool is_a(std::string_view ancestor) const;
};

// By full name, or by the simple name of one that Groovy imports by itself. Null if unknown.
[[nodiscard]] const ClassInfo* find_class(std::string_view name);
// The last part of a name, of any known package: what `catch (AbortException e)` means after an
// import. Null if unknown.
[[nodiscard]] const ClassInfo* find_class_anywhere(std::string_view simple_name);
// A class that is certainly in the table. REQUIRES: it is.
[[nodiscard]] const ClassInfo& known_class(std::string_view name);
[[nodiscard]] bool is_primitive(std::string_view name);

// The class of a value; java.lang.Object for objects of the host. Null for null.
[[nodiscard]] const ClassInfo* class_of(const Value& value);
// value instanceof type, interfaces included.
[[nodiscard]] bool is_instance(const Value& value, const ClassInfo& type);

}  // namespace runtask::groovy
