#include "groovy/java_methods.h"

#include <algorithm>
#include <string>
#include <utility>

#include "groovy/classes.h"
#include "groovy/letter_range.h"
#include "groovy/overload.h"

namespace runtask::groovy {
namespace {

constexpr std::pair<char, std::string_view> kTypes[] = {
    {'O', "java.lang.Object"},
    {'S', "java.lang.String"},
    {'Q', "java.lang.CharSequence"},
    {'G', "groovy.lang.GString"},
    {'i', "int"},
    {'j', "long"},
    {'d', "double"},
    {'f', "float"},
    {'z', "boolean"},
    {'b', "byte"},
    {'c', "char"},
    {'h', "short"},
    {'I', "java.lang.Integer"},
    {'J', "java.lang.Long"},
    {'D', "java.lang.Double"},
    {'F', "java.lang.Float"},
    {'Z', "java.lang.Boolean"},
    {'C', "java.lang.Character"},
    {'N', "java.lang.Number"},
    {'E', "java.math.BigDecimal"},
    {'B', "java.math.BigInteger"},
    {'K', "groovy.lang.Closure"},
    {'L', "java.util.List"},
    {'V', "java.util.Collection"},
    {'T', "java.lang.Iterable"},
    {'M', "java.util.Map"},
    {'U', "java.util.Set"},
    {'R', "groovy.lang.Range"},
    {'X', "java.lang.Class"},
    {'P', "java.util.regex.Pattern"},
    {'m', "java.util.regex.Matcher"},
    {'t', "java.util.Date"},
    {'x', "java.lang.Throwable"},
    {'Y', "java.lang.Comparable"},
    {'s', "java.lang.StringBuilder"},
    {'e', "java.util.Map.Entry"},
    {'k', "groovy.lang.Closure"},  // An interface of one method, which Groovy makes of a closure.
    {'r', "java.lang.String"}};    // What is a text here: RoundingMode and TimeZone.

// `letters` is one parameter. What has no letter of its own no value here is of, but null.
bool is_for(const Value& value, std::string_view letters) {
  const bool is_array = letters.starts_with('[');
  if (is_array) letters.remove_prefix(1);
  const auto* const type = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const auto& one) {
    return letters.front() == one.first;
  });
  if (type == std::end(kTypes)) return value.is_null();
  TypeName wanted;
  wanted.name = type->second;
  wanted.is_array = is_array;
  wanted.info = find_class(type->second);
  return takes(wanted, value);
}

// Whether the method takes the arguments; the members of an array at its end may stand alone.
bool is_signature_for(std::string_view letters, const Values& arguments) {
  std::size_t place = 0;
  while (!letters.empty()) {
    const auto size = letters.find_first_not_of('[') + 1;
    const auto parameter = letters.substr(0, size);
    letters.remove_prefix(size);
    if (letters.empty() && parameter.starts_with('[')) {
      const auto rest = arguments.begin() + static_cast<std::ptrdiff_t>(place);
      if (place + 1 == arguments.size() && is_for(*rest, parameter)) return true;
      return std::all_of(rest, arguments.end(), [&](const Value& argument) {
        return is_for(argument, parameter.substr(1));
      });
    }
    if (place == arguments.size() || !is_for(arguments[place++], parameter)) return false;
  }
  return place == arguments.size();
}

// The overloads of the word, or nothing.
std::string_view overloads_of(const JavaMethods& methods, std::string_view word) {
  const auto at = methods.words.find(" " + std::string(word) + ":");
  if (at == std::string_view::npos) return {};
  const auto from = at + word.size() + 1;
  return methods.words.substr(from, methods.words.find(' ', from) - from);
}

bool has_method(const JavaMethods& methods, const std::string& word, const Values& arguments) {
  for (auto rest = overloads_of(methods, word); !rest.empty();) {
    rest.remove_prefix(1);  // The colon, or the comma.
    const auto size = std::min(rest.find(','), rest.size());
    if (is_signature_for(rest.substr(0, size), arguments)) return true;
    rest.remove_prefix(size);
  }
  return false;
}

// Calls what is given with the class's own table and with those of its ancestors, until it is true.
template <class Test>
bool any_in_line(std::string_view class_name, const Test& test) {
  const JavaMethods* own = java_methods_of(class_name);
  if (own == nullptr) return false;
  if (test(*own)) return true;
  for (auto rest = own->ancestors; !rest.empty();) {
    const auto size = std::min(rest.find(' '), rest.size());
    if (const auto* one = java_methods_of(rest.substr(0, size)); one != nullptr && test(*one))
      return true;
    rest.remove_prefix(std::min(size + 1, rest.size()));
  }
  return false;
}

// An array of the elements' class; those of primitives are not told from those of their classes.
std::string_view array_of(const ClassInfo& element) {
  constexpr std::pair<std::string_view, std::string_view> kPrimitives[] = {
      {"java.lang.Byte", "[B"}, {"java.lang.Character", "[C"}, {"java.lang.Integer", "[I"},
      {"java.lang.Long", "[J"}, {"java.lang.Double", "[D"},    {"java.lang.Boolean", "[Z"}};
  for (const auto& [name, array] : kPrimitives)
    if (element.name == name) return array;
  return "[Ljava.lang.Object;";
}

// The classes whose tables hold for the value; those of a list, all that `new` makes a list of.
std::vector<std::string_view> tables_for(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
    case Kind::kHost:
    case Kind::kScript:
      return {};
    case Kind::kInstance:
      return {"java.lang.Object"};
    case Kind::kThrowable:
      return {"java.lang.Throwable"};
    case Kind::kGString:
      return {"groovy.lang.GString", "java.lang.String"};
    case Kind::kList:
      if (value.as<List>().element != nullptr)
        return {array_of(*value.as<List>().element), "[Ljava.lang.Object;"};
      if (letter_range(value) != nullptr) return {"groovy.lang.ObjectRange"};
      return {"java.util.ArrayList", "java.util.LinkedList"};
    default:
      return {class_of(value)->name};
  }
}

// Whose static members are called on the value: those of a class are its own.
std::vector<std::string_view> static_tables_for(const Value& value) {
  if (!value.is(Kind::kClass)) return tables_for(value);
  return {value.as<ClassValue>().info.name};
}

bool is_json_object(const Value& value) {
  return (value.is(Kind::kList) && value.as<List>().is_json) ||
         (value.is(Kind::kMap) && value.as<Map>().is_json);
}

// A class that no table tells about.
bool is_unknown_class(const Value& value) {
  if (!value.is(Kind::kClass)) return false;
  const ClassInfo& info = value.as<ClassValue>().info;
  return info.declaration == nullptr && info.use != ClassUse::kThrowable &&
         java_methods_of(info.name) == nullptr;
}

}  // namespace

bool java_has_method(const Value& receiver, std::string_view name, const Values& arguments) {
  if (is_json_object(receiver) || is_unknown_class(receiver)) return true;
  if (java_has_static_method(receiver, name, arguments)) return true;
  const std::string word(name);
  const auto tables = tables_for(receiver);
  return std::any_of(tables.begin(), tables.end(), [&](std::string_view table) {
    return any_in_line(
        table, [&](const JavaMethods& methods) { return has_method(methods, word, arguments); });
  });
}

bool java_has_static_method(const Value& receiver, std::string_view name, const Values& arguments) {
  // The step, which a closure calls past its delegate: not what Groovy has for every object.
  if (name == "sleep") return false;
  const std::string word = "." + std::string(name);
  const auto classes = static_tables_for(receiver);
  return std::any_of(classes.begin(), classes.end(), [&](std::string_view one) {
    return any_in_line(
        one, [&](const JavaMethods& methods) { return has_method(methods, word, arguments); });
  });
}

bool java_has_constant(const Value& receiver, std::string_view name) {
  if (is_unknown_class(receiver)) return true;
  const std::string word = " ." + std::string(name) + " ";
  const auto classes = static_tables_for(receiver);
  return std::any_of(classes.begin(), classes.end(), [&](std::string_view one) {
    return any_in_line(one, [&](const JavaMethods& methods) {
      return methods.words.find(word) != std::string_view::npos;
    });
  });
}

}  // namespace runtask::groovy
