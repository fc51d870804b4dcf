#include <algorithm>
#include <iterator>

#include "groovy/limits.h"
#include "groovy/packages.h"
#include "groovy/resolver_walk.h"

// `import static`: the members of classes that a file names without their class.

namespace runtask::groovy {
namespace {

// What Java's own classes have here that is static: see methods_class.cpp, methods_static.cpp.
struct Statics {
  std::string_view class_name;
  std::string_view members;  // Between blanks.
};
constexpr Statics kStatics[] = {
    {"java.lang.Boolean", " FALSE TRUE parseBoolean toString valueOf "},
    {"java.lang.Byte", " MAX_VALUE MIN_VALUE valueOf "},
    {"java.lang.Character",
     " isDigit isLetter isLetterOrDigit isLowerCase isUpperCase isWhitespace toLowerCase "
     "toUpperCase "},
    {"java.lang.Double",
     " MAX_VALUE NEGATIVE_INFINITY NaN POSITIVE_INFINITY compare isNaN parseDouble toString "
     "valueOf "},
    {"java.lang.Float", " compare parseFloat toString valueOf "},
    {"java.lang.Integer",
     " MAX_VALUE MIN_VALUE compare parseInt toBinaryString toHexString toOctalString toString "
     "valueOf "},
    {"java.lang.Long",
     " MAX_VALUE MIN_VALUE compare parseLong toBinaryString toHexString toOctalString toString "
     "valueOf "},
    {"java.lang.Math", " E PI abs ceil floor max min pow random round sqrt "},
    {"java.lang.Short", " MAX_VALUE MIN_VALUE valueOf "},
    {"java.lang.String", " format join valueOf "},
    {"java.lang.System", " currentTimeMillis lineSeparator "},
    {"java.lang.Thread", " sleep "},
    {"java.math.BigDecimal", " ONE ZERO valueOf "},
    {"java.math.RoundingMode", " CEILING DOWN FLOOR HALF_DOWN HALF_EVEN HALF_UP UP "},
    {"java.net.URLDecoder", " decode "},
    {"java.net.URLEncoder", " encode "},
    {"java.util.Arrays", " asList "},
    {"java.util.Collections",
     " emptyList emptyMap emptySet max min reverse singleton singletonList sort unmodifiableList "
     "unmodifiableMap "},
    {"java.util.TimeZone", " getTimeZone "},
    {"java.util.UUID", " randomUUID "},
    {"java.util.regex.Matcher", " quoteReplacement "},
    {"java.util.regex.Pattern", " compile quote "},
    {"groovy.json.JsonOutput", " prettyPrint toJson "},
    {"groovy.lang.Closure", " DELEGATE_FIRST DELEGATE_ONLY OWNER_FIRST OWNER_ONLY TO_SELF "},
    {"hudson.model.Result", " ABORTED FAILURE NOT_BUILT SUCCESS UNSTABLE "},
};

// "getName" is the property "name"; empty for what is no accessor.
std::string property_of(const std::string& method) {
  const std::size_t prefix = method.starts_with("get") || method.starts_with("set") ? 3
                             : method.starts_with("is")                             ? 2
                                                                                    : 0;
  if (prefix == 0 || method.size() == prefix) return {};
  std::string name = method.substr(prefix);
  if (name[0] < 'A' || name[0] > 'Z') return {};
  name[0] = static_cast<char>(name[0] - 'A' + 'a');
  return name;
}

// A static member of this very class: itself, or by an accessor that Groovy writes or calls.
bool has_own_static(const ClassDecl& one, const std::string& name) {
  const bool is_enum_method =
      one.form == ClassForm::kEnum && (name == "values" || name == "valueOf");
  const auto property = property_of(name);
  return is_enum_method ||
         std::any_of(one.methods.begin(), one.methods.end(),
                     [&](const auto& method) {
                       return method->is_static &&
                              (*method->name == name || property_of(*method->name) == name);
                     }) ||
         std::any_of(one.fields.begin(), one.fields.end(),
                     [&](const FieldDecl& field) {
                       const auto& known = *field.variable.name;
                       return field.is_static &&
                              (known == name || (field.is_property && known == property));
                     }) ||
         std::any_of(one.constants.begin(), one.constants.end(),
                     [&](const EnumConstant& constant) { return *constant.name == name; });
}

bool has_static(const ClassInfo& info, const std::string& name) {
  if (info.declaration == nullptr) {
    const auto* known =
        std::find_if(std::begin(kStatics), std::end(kStatics),
                     [&](const Statics& one) { return one.class_name == info.name; });
    return known != std::end(kStatics) &&
           known->members.find(" " + name + " ") != std::string::npos;
  }
  // The line of another file's class may not have been cut yet where it leads back to itself.
  int length = 0;
  for (const ClassInfo* at = &info; at != nullptr && at->declaration != nullptr; at = at->super) {
    if (has_own_static(*at->declaration, name)) return true;
    for (const ClassInfo* interface : at->interfaces)
      if (interface->declaration != nullptr && has_own_static(*interface->declaration, name))
        return true;
    if (++length > kInheritanceMax) break;
  }
  return false;
}

}  // namespace

Resolver::Parts Resolver::parts_of(const std::string& name) {
  std::size_t begin = 0;
  while (begin < name.size() && (name[begin] < 'A' || name[begin] > 'Z')) {
    const auto dot = name.find('.', begin);
    if (dot == std::string::npos) break;  // "java.util.regex": a package in a class's place.
    begin = dot + 1;
  }
  return {name.substr(0, begin > 0 ? begin - 1 : 0),
          name.substr(begin, name.find('.', begin) - begin)};
}

// A class that is not there is found missing even if nothing uses it.
void Resolver::check_imports() {
  for (const auto& import : unit_.imports) {
    const auto parts = parts_of(import.name);
    // A member of a class is no class: java.lang.Math.max.
    const auto last = import.name[import.name.rfind('.') + 1];
    const bool is_member = last >= 'a' && last <= 'z' && is_whole_package(parts.package);
    if (!import.is_static && !import.name.ends_with(".*") &&
        (is_member || lacks_class(parts.package, parts.class_name)) &&
        find_anywhere(import.name) == nullptr)
      complain(import.range, "unable to resolve class " + import.name);
  }
}

void Resolver::check_annotations() {
  check_annotations(unit_.annotations);
  for (const auto& method : unit_.methods)
    check_annotations(method->annotations);
  for (const auto& declaration : unit_.classes) {
    check_annotations(declaration->annotations);
    for (const auto& method : declaration->methods)
      check_annotations(method->annotations);
  }
}

void Resolver::check_annotations(const std::vector<Annotation>& annotations) {
  for (const auto& one : annotations) {
    const bool is_known = one.is_qualified || one.name == "Library" || is_left_out(one.name) ||
                          find_type(one.name) != nullptr || may_come_from_outside(one.name);
    if (is_known) continue;
    const bool is_transform = !lacks_class("groovy.transform", one.name);
    complain(one.range, "unable to resolve class " + one.name,
             is_transform ? "import groovy.transform." + one.name : "");
  }
}

void Resolver::read_static_imports() {
  for (const auto& import : unit_.imports) {
    if (!import.is_static || find_anywhere(import.name) != nullptr) continue;
    const auto dot = import.name.rfind('.');
    const auto class_name = import.name.substr(0, dot == std::string::npos ? 0 : dot);
    const auto member = import.name.substr(dot == std::string::npos ? 0 : dot + 1);
    const ClassInfo* info = find_anywhere(class_name);
    if (info == nullptr) {
      TypeName type;
      type.name = class_name;
      type.range = import.range;
      report_unknown(type);
    } else if (member == "*") {
      static_classes_.push_back(info);
    } else if (!has_static(*info, member)) {
      report_unknown_member(import, *info, member);
    } else {
      const auto& name = import.alias.empty() ? member : import.alias;
      static_imports_.insert_or_assign(name, StaticMember{info, unit_.intern(member)});
      // The getter's name brings the property.
      if (const auto property = property_of(name);
          !property.empty() && !property_of(member).empty())
        static_imports_.emplace(property, StaticMember{info, unit_.intern(property_of(member))});
    }
  }
}

void Resolver::report_unknown_member(const Import& import, const ClassInfo& info,
                                     const std::string& member) {
  if (info.declaration != nullptr && info.declaration->form != ClassForm::kScript)
    return complain(import.range,
                    "the class " + info.name + " has no static member `" + member + "`");
  refuse(import.range, "the static member " + info.name + "." + member + " is not supported");
}

Resolver::StaticMember Resolver::find_static(const std::string& name) {
  if (const auto found = static_imports_.find(name); found != static_imports_.end())
    return found->second;
  for (const ClassInfo* info : static_classes_)
    if (has_static(*info, name)) return {info, unit_.intern(name)};
  return {};
}

}  // namespace runtask::groovy
