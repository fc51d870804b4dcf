#include <algorithm>
#include <array>

#include "groovy/packages.h"
#include "groovy/resolver_walk.h"

// What the names of classes mean, and what is said where they mean nothing that is here.

namespace runtask::groovy {

void Resolver::resolve_type(TypeName& type) {
  if (type.name.empty() || type.name == "void") return;
  if (is_type_parameter(type.name)) return;  // Whatever the text says at run time.
  type.info = find_type(type.name);
  if (type.info == nullptr) report_unknown(type);
  resolve_type_arguments(type);
}

void Resolver::resolve_type_arguments(TypeName& type) {
  for (auto& argument : type.arguments)
    if (!is_type_parameter(argument.name) && find_type(argument.name) == nullptr)
      report_unknown(argument);
}

bool Resolver::is_type_parameter(const std::string& name) const {
  return std::find(type_parameters_.begin(), type_parameters_.end(), name) !=
         type_parameters_.end();
}

const ClassInfo* Resolver::find_type(const std::string& name) const {
  if (const auto own = own_.find(name); own != own_.end()) return own->second;
  for (const auto& import : unit_.imports) {
    const auto last = import.name.substr(import.name.rfind('.') + 1);
    if (last == "*") {
      if (const auto* info = find_anywhere(import.name.substr(0, import.name.size() - 1) + name))
        return info;
    } else if (name == (import.alias.empty() ? last : import.alias)) {
      const auto* info = find_anywhere(import.name);
      if (info != nullptr || !import.is_static) return info;
    }
  }
  if (!unit_.package.empty())
    if (const auto* info = find_anywhere(unit_.package + "." + name)) return info;
  if (const auto* info = find_anywhere(name)) return info;
  const auto package = importing_package(name);
  return package.empty() ? nullptr : find_anywhere(std::string(package) + "." + name);
}

const ClassInfo* Resolver::find_anywhere(const std::string& name) const {
  if (class_path_ != nullptr)
    if (const auto* info = class_path_->find(name)) return info;
  return find_class(name);
}

// Whether it is a class of this text that has been refused where it stands, or one inside of it.
bool Resolver::is_left_out(const std::string& name) const {
  return std::find(unit_.left_out.begin(), unit_.left_out.end(),
                   name.substr(name.rfind('.') + 1)) != unit_.left_out.end();
}

void Resolver::report_unknown(const TypeName& type) {
  if (is_left_out(type.name)) return;
  if (may_come_from_outside(type.name)) return refuse_class(type.name, type.range);
  complain(type.range, "unable to resolve class " + type.name);
}

void Resolver::refuse_class(const std::string& name, SourceRange range) {
  refuse(range, "the class " + name + " is not supported",
         "runtask has the language and the classes of the libraries that it is given, not those of "
         "Jenkins and Java");
}

// Whether Jenkins could know a class that this module does not.
bool Resolver::may_come_from_outside(const std::string& name) const {
  if (name.find('.') != std::string::npos) {
    const auto parts = parts_of(name);
    return !lacks_class(parts.package, parts.class_name);
  }
  if (!importing_package(name).empty()) return true;
  const bool has_library = std::any_of(
      unit_.annotations.begin(), unit_.annotations.end(),
      [](const Annotation& one) { return one.name == "Library" || one.name == "Grab"; });
  return has_library ||
         std::any_of(unit_.imports.begin(), unit_.imports.end(), [&](const Import& import) {
           if (import.is_static) return false;
           const auto last = import.name.substr(import.name.rfind('.') + 1);
           if (last == "*")
             return !lacks_class(import.name.substr(0, import.name.size() - 2), name);
           return name == (import.alias.empty() ? last : import.alias);
         });
}

// ---- Without `new`

// Of `Jenkins.instance`: a class that needs no import and is not there. The name alone may be meant
// for a parameter of the build.
void Resolver::note_imported_class(const ExprPtr& object) {
  const auto* name = object ? node_if<NameExpr>(*object) : nullptr;
  if (name == nullptr || name->is_local || name->info != nullptr) return;
  const auto package = importing_package(*name->name);
  if (!package.empty())
    note_missing_class(std::string(package) + "." + *name->name, *name->name, name->range);
}

void Resolver::note_missing_class(const std::string& name, std::string_view root,
                                  SourceRange range) {
  constexpr std::array kPackages = {"java.",          "javax.",        "groovy.",
                                    "hudson.",        "jenkins.",      "org.codehaus.",
                                    "org.jenkinsci.", "com.cloudbees."};
  const auto last = name.rfind('.') + 1;
  const bool is_class = last > 0 && name[last] >= 'A' && name[last] <= 'Z' &&
                        std::none_of(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(last),
                                     [](char c) { return c >= 'A' && c <= 'Z'; });
  const bool is_outside = std::any_of(kPackages.begin(), kPackages.end(), [&](const char* package) {
    return name.starts_with(package);
  });
  if (is_class && is_outside && find_anywhere(name) == nullptr)
    missing_classes_.push_back({name, std::string(root), range});
}

void Resolver::refuse_missing_classes() {
  for (const auto& one : missing_classes_) {
    const bool is_field =
        std::any_of(fields_.begin(), fields_.end(), [&](Name name) { return *name == one.root; });
    if (!is_field && assigned_.count(one.root) == 0) refuse_class(one.name, one.range);
  }
}

}  // namespace runtask::groovy
