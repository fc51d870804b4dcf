#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "groovy/ast.h"
#include "groovy/closure.h"

// A class of the text as a build uses it: its statics, and where an object of it keeps what. Made
// when first needed; one per class and build, owned by the Interpreter.

namespace runtask::groovy {

struct DeclaredClass {
  explicit DeclaredClass(const ClassInfo& info, DeclaredClass* declared_parent, Ref<Script> around);

  const ClassDecl& declaration;
  DeclaredClass* const parent;  // Null if that is a class of Java.
  const Ref<Script> script;     // Whose text the class is in.

  struct Place {
    const FieldDecl* field;
    std::size_t index;  // In the object's fields, or in statics.
  };
  std::unordered_map<std::string_view, Place> fields;  // Of objects, inherited ones too.
  std::size_t field_count = 0;
  std::unordered_map<std::string_view, Place> static_fields;  // Its own.
  Values statics;
  std::unordered_map<std::string_view, Value> constants;                         // Of an enum.
  std::unordered_map<std::string_view, std::vector<const MethodDecl*>> methods;  // Its own.
};

}  // namespace runtask::groovy
