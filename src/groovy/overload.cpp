#include "groovy/overload.h"

#include <algorithm>
#include <array>

#include "groovy/classes.h"

namespace runtask::groovy {
namespace {

// Any interface is nearer than any other number, and that nearer than any other class; an array
// made of the arguments is behind them all. Groovy shifts by 0, 21, 23 and 44 bits.
constexpr int kNumber = 1 << 6;
constexpr int kClass = 1 << 8;
constexpr int kRest = 1 << 20;
// A list for an array parameter, which Groovy takes only where nothing else is.
constexpr int kListForArray = 1 << 19;
// What Groovy adds for a class that is no interface, the count of its numbers and one.
constexpr int kNoInterface = 17;
constexpr int kPerAncestor = 3;

// What a parameter, or a member of its array, is declared as.
struct Wanted {
  Wanted(const TypeName& type, bool wants_array)
      : info(type.info != nullptr ? *type.info : known_class("java.lang.Object")),
        name(type.name),
        is_array(wants_array) {}
  const ClassInfo& info;  // Object's for `def` and for unknown ones.
  std::string_view name;
  bool is_array;
};

bool is_interface(const ClassInfo& info) {
  if (info.declaration != nullptr) return info.declaration->form == ClassForm::kInterface;
  return info.super == nullptr && info.name != "java.lang.Object";
}

// The steps from an interface of a class in Groovy to that one, the longest way; -1: it is none.
int steps_between(const ClassInfo& from, const ClassInfo& interface) {
  if (&from == &interface) return 0;
  int longest = -1;
  for (const ClassInfo* one : from.interfaces)
    if (const int steps = steps_between(*one, interface); steps >= 0)
      longest = std::max(longest, steps + 1);
  if (from.super == nullptr) return longest;
  const int above = steps_between(*from.super, interface);
  return std::max(longest, above >= 0 ? above + 1 : above);
}

// REQUIRES: the value is an instance of the interface.
int distance_to_interface(const Value& value, const ClassInfo& interface) {
  if (const int steps = steps_between(*class_of(value), interface); steps >= 0) return steps;
  // Java's: a range is a list, which is a collection, which can be iterated.
  return interface.name == "java.lang.Iterable"     ? 4
         : interface.name == "java.util.Collection" ? 3
         : interface.name == "java.util.List"       ? 2
                                                    : 1;
}

// REQUIRES: the value is an instance of the class.
int distance_to_class(const Value& value, const ClassInfo& info) {
  int distance = kNoInterface;
  const ClassInfo* at = class_of(value);
  for (; at != nullptr && at != &info; at = at->super)
    distance += kPerAncestor;
  if (at == nullptr && info.name != "java.lang.Object") distance = kNoInterface + 1;
  return kClass * distance;
}

// Single null is for the most general class: Object before an interface before other classes.
std::optional<int> distance_of_null(const Wanted& type) {
  if (type.is_array) return 2 * kClass;
  if (is_primitive(type.name)) return std::nullopt;
  if (is_interface(type.info)) return 1;
  int distance = 0;
  for (const ClassInfo* at = type.info.super; at != nullptr; at = at->super)
    distance += 2 * kClass;
  return distance;
}

struct NumberType {
  std::string_view primitive;
  std::string_view name;
};
// From the narrowest to the widest; each primitive has a place of its own before its class.
constexpr std::array<NumberType, 8> kNumbers = {{{"byte", "java.lang.Byte"},
                                                 {"short", "java.lang.Short"},
                                                 {"int", "java.lang.Integer"},
                                                 {"long", "java.lang.Long"},
                                                 {"", "java.math.BigInteger"},
                                                 {"float", "java.lang.Float"},
                                                 {"double", "java.lang.Double"},
                                                 {"", "java.math.BigDecimal"}}};

constexpr int kPlaces = 2 * static_cast<int>(kNumbers.size());

// Two places for each number: that of its primitive and its own. None for others.
std::optional<int> place_of(std::string_view primitive, std::string_view name) {
  const auto found = std::find_if(kNumbers.begin(), kNumbers.end(),
                                  [&](const NumberType& one) { return one.name == name; });
  if (found == kNumbers.end()) return std::nullopt;
  const int place = 2 * static_cast<int>(found - kNumbers.begin());
  return found->primitive == primitive ? place : place + 1;
}

// Where Groovy puts the other numbers that take one of so many digits: behind Number and Object.
constexpr std::array<std::string_view, 7> kBehindObject = {
    "int",   "java.lang.Integer", "java.math.BigDecimal", "double", "java.lang.Double",
    "float", "java.lang.Float"};

std::optional<int> distance_of_big(const Value& value, const Wanted& type) {
  const std::string_view name = is_primitive(type.name) ? type.name : type.info.name;
  if (name == class_of(value)->name) return 0;
  const auto* const found = std::find(kBehindObject.begin(), kBehindObject.end(), name);
  const auto* const first = kBehindObject.begin() + (value.is(Kind::kBigDecimal) ? 3 : 0);
  if (found < first || found == kBehindObject.end()) return std::nullopt;
  return kNumber * (kPlaces + 2 + static_cast<int>(found - kBehindObject.begin()));
}

// Groovy widens to every number that holds the values of the other.
std::optional<int> distance_of_number(const Value& value, const Wanted& type) {
  const int own = *place_of("none", class_of(value)->name);
  const auto wanted = place_of(type.name, type.info.name);
  if (!wanted) {
    const bool is_any = type.info.name == "java.lang.Object";
    if (!is_any && type.info.name != "java.lang.Number") return std::nullopt;
    return kNumber * (kPlaces + (is_any ? 1 : 0));
  }
  if (value.is(Kind::kBigDecimal) || value.is(Kind::kBigInteger))
    return distance_of_big(value, type);
  if (*wanted == own || *wanted == own - 1) return kNumber * (own - *wanted);
  const int steps = 1 + std::abs(*wanted - own);
  const bool is_real = type.info.name == "java.lang.Double" || type.info.name == "java.lang.Float";
  return *wanted > own || is_real ? std::optional(kNumber * steps) : std::nullopt;
}

// How far a value is from a type, 0 nearest; none if it does not fit.
std::optional<int> distance_between(const Value& value, const Wanted& type) {
  if (value.is_null()) return distance_of_null(type);
  const bool is_array = value.is(Kind::kList) && value.as<List>().element != nullptr;
  if (type.is_array) {
    if (!value.is(Kind::kList)) return std::nullopt;
    if (!is_array) return kListForArray;
    const ClassInfo& element = *value.as<List>().element;
    if (&element == &type.info) return 0;
    return kClass * (kNoInterface + kPerAncestor);
  }
  if (value.is_number())
    if (const auto distance = distance_of_number(value, type)) return distance;
  if (value.is(Kind::kGString) && type.info.name == "java.lang.String")
    return kClass * kNoInterface;
  if (!is_instance(value, type.info)) return std::nullopt;
  if (is_interface(type.info)) return distance_to_interface(value, type.info);
  if (class_of(value) == &type.info) return is_primitive(type.name) ? kNumber : 0;
  // Of an array Groovy prefers Object[] to Object.
  return distance_to_class(value, type.info) + (is_array ? 4 * kClass : 0);
}

// Whether one argument for such a parameter is the array already. A list is none, but makes one of
// the elements that the type names where it can be nothing else.
bool is_all_the_rest(const Value& argument, const Parameter& last, bool has_presets) {
  if (!argument.is(Kind::kList)) return argument.is_null();
  return argument.as<List>().element != nullptr ||
         (!has_presets && !last.is_variadic && last.type.info != nullptr &&
          last.type.info->name != "java.lang.Object");
}

// The distance of the arguments from here on, as the array's members.
std::optional<int> distance_of_rest(Values::const_iterator next, Values::const_iterator end,
                                    const Parameter& last) {
  const Wanted element(last.type, false);
  int distance = kRest * (1 + static_cast<int>(end - next));
  for (; next != end; ++next) {
    const auto one = distance_between(*next, element);
    const bool is_row = next->is(Kind::kList) && next->as<List>().element != nullptr;
    if (!one && !is_row) return std::nullopt;
    distance += one.value_or(0);
  }
  return distance;
}

// Sets the overload's distance. False: the arguments are none for it.
bool fits(const std::vector<Parameter>& parameters, const Values& arguments, bool has_presets,
          Overload& overload) {
  std::size_t presets_left = overload.presets_given;
  auto next = arguments.begin();
  for (const auto& parameter : parameters) {
    if (parameter.preset && presets_left == 0) continue;
    if (parameter.preset) --presets_left;
    const bool is_array = &parameter == &parameters.back() && takes_rest(parameter);
    if (is_array && overload.has_rest) {
      const auto rest = distance_of_rest(next, arguments.end(), parameter);
      overload.distance += rest.value_or(0);
      return rest.has_value();
    }
    if (next == arguments.end()) return false;
    if (is_array && !is_all_the_rest(*next, parameter, has_presets)) return false;
    const auto one =
        distance_between(*next, Wanted(parameter.type, is_array || parameter.type.is_array));
    if (!one) return false;
    overload.distance += *one;
    ++next;
  }
  return next == arguments.end();
}

// Whether two methods that are as near are for Groovy too: not an override and the method it
// overrides, and not by the way from a value to an interface of Java's, which is not counted here.
bool is_tie(const MethodDecl& one, const MethodDecl& other, const Values& arguments) {
  const std::size_t count =
      std::min({one.parameters.size(), other.parameters.size(), arguments.size()});
  bool differs = one.parameters.size() != other.parameters.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Wanted a(one.parameters[i].type, one.parameters[i].type.is_array);
    const Wanted b(other.parameters[i].type, other.parameters[i].type.is_array);
    const bool is_same = &a.info == &b.info && a.is_array == b.is_array &&
                         is_primitive(a.name) == is_primitive(b.name);
    if (is_same) continue;
    differs = true;
    const bool is_uncounted = !arguments[i].is_null() && !arguments[i].is(Kind::kInstance) &&
                              (is_interface(a.info) || is_interface(b.info));
    if (is_uncounted) return false;
  }
  return differs;
}

}  // namespace

bool Nearest::offer(const MethodDecl& other, const Values& arguments) {
  int ways = 0;
  const auto overload = overload_for(other.parameters, arguments, ways);
  if (!overload || (method != nullptr && overload->distance > distance)) return false;
  if (method != nullptr && overload->distance == distance) {
    is_ambiguous = is_ambiguous || is_tie(*method, other, arguments);
    return false;
  }
  *this = {&other, overload->distance, false};
  return true;
}

bool takes(const TypeName& type, const Value& value) {
  return distance_between(value, Wanted(type, type.is_array)).has_value();
}

bool takes_rest(const Parameter& last) {
  return last.is_variadic || last.type.is_array;
}

std::size_t presets_of(const std::vector<Parameter>& parameters) {
  return static_cast<std::size_t>(
      std::count_if(parameters.begin(), parameters.end(),
                    [](const Parameter& parameter) { return parameter.preset != nullptr; }));
}

std::optional<Overload> overload_for(const std::vector<Parameter>& parameters,
                                     const Values& arguments, int& ways) {
  const std::size_t presets = presets_of(parameters);
  const auto try_out = [&](std::size_t presets_given, bool has_rest) {
    Overload overload{presets_given, has_rest};
    const bool is_one = fits(parameters, arguments, presets > 0, overload);
    return is_one ? std::optional(overload) : std::nullopt;
  };
  ways = 0;
  for (std::size_t given = presets + 1; given-- > 0;)
    if (auto exact = try_out(given, false)) return exact;
  std::optional<Overload> longest;
  if (parameters.empty() || !takes_rest(parameters.back())) return longest;
  const std::size_t fewest = parameters.back().preset ? presets : 0;  // Else there is no array.
  for (std::size_t given = presets + 1; given-- > fewest;)
    if (auto one = try_out(given, true)) {
      ++ways;
      if (!longest) longest = one;
    }
  return longest;
}

}  // namespace runtask::groovy
