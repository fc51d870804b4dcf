#include "groovy/declared_class.h"

#include "groovy/classes.h"

namespace runtask::groovy {

DeclaredClass::DeclaredClass(const ClassInfo& info, DeclaredClass* declared_parent,
                             Ref<Script> around)
    : declaration(*info.declaration), parent(declared_parent), script(std::move(around)) {
  if (parent != nullptr) {
    fields = parent->fields;
    field_count = parent->field_count;
  }
  for (const auto& field : declaration.fields) {
    const std::string& name = *field.variable.name;
    if (field.is_static)
      static_fields.emplace(name, Place{&field, static_fields.size()});
    else
      fields[name] = Place{&field, field_count++};
  }
  statics.resize(static_fields.size());
  for (const auto& method : declaration.methods)
    if (!method->is_abstract) methods[*method->name].push_back(method.get());
}

}  // namespace runtask::groovy
