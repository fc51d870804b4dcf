#include <algorithm>

#include "groovy/classes.h"
#include "groovy/fiber.h"
#include "groovy/java_methods.h"
#include "groovy/json_object.h"
#include "groovy/letter_range.h"
#include "groovy/native_objects.h"
#include "groovy/overload.h"
#include "groovy/regex.h"
#include "groovy/text_index.h"

// Names, properties, subscripts.

namespace runtask::groovy {
namespace {

// What getClass() tells: that of a host's object, of an array or of a GString too.
const ClassInfo& exact_class_of(const Value& object) {
  const ClassInfo* exact = find_class(class_name_of(object));
  return exact != nullptr && class_of(object)->declaration == nullptr ? *exact : *class_of(object);
}

}  // namespace

Value Fiber::get_name(const NameExpr& expr, const Ref<Scope>& scope) {
  if (expr.is_local) {
    if (const Scope::Slot* slot = scope->find(expr.name)) return slot->value;
  }
  if (expr.info != nullptr) {
    const Value of = heap().make<ClassValue>(*expr.info);
    return expr.member != nullptr ? get_property(of, *expr.member) : of;
  }
  return get_free_name(*expr.name, scope);
}

// A name that no variable of the text has: closures' delegates, the script's fields and binding,
// the host.
Value Fiber::get_free_name(const std::string& name, const Ref<Scope>& scope) {
  std::vector<Ref<Closure>> later;
  bool in_closure = false;
  for (Scope* at = scope.get(); at != nullptr; at = at->parent.get()) {
    if (!at->closure) continue;
    in_closure = true;
    Closure& closure = *at->closure;
    if (name == "delegate" || name == "owner" || name == "resolveStrategy")
      return *property_of_closure(closure, name);
    if (!closure.has_delegate) continue;
    const bool is_first =
        closure.strategy == Resolve::kDelegateFirst || closure.strategy == Resolve::kDelegateOnly;
    if (is_first) {
      const Value delegate = closure.delegate;
      if (auto value = try_property(delegate, name)) return *value;
      if (at->closure->strategy == Resolve::kDelegateOnly) missing_property(delegate, name);
    } else if (closure.strategy == Resolve::kOwnerFirst) {
      later.push_back(at->closure);
    }
  }
  const Value self = scope->this_value();
  if (auto value = self.is(Kind::kScript) ? property_of_script(*scope->script, name)
                                          : property_of_declared(self, name, !in_closure))
    return *value;
  for (const auto& closure : later)
    if (auto value = try_property(closure->delegate, name)) return *value;
  missing_property(self, name);
}

std::optional<Value> Fiber::property_of_script(Script& script, const std::string& name) {
  if (const auto field = script.fields.find(name); field != script.fields.end())
    return field->second;
  if (const Value* value = script.binding->find(std::string_view(name))) return *value;
  if (auto value = host().get(*this, name)) return unwrap(std::move(*value));
  if (name == "binding") return Value(heap().make<ScriptBinding>(script.binding));
  if (name == "class") return heap().make<ClassValue>(known_class("groovy.lang.Script"));
  return property_by_getter(Ref<Script>(&script), name);
}

std::string Fiber::accessor(std::string_view prefix, const std::string& name) {
  std::string method = std::string(prefix) + name;
  if (name.empty()) return method;
  char& first = method[prefix.size()];
  if (first >= 'a' && first <= 'z') first = static_cast<char>(first - 'a' + 'A');
  return method;
}

// What `def getWho() {...}` or `boolean isGood() {...}` of the text returns.
std::optional<Value> Fiber::property_by_getter(const Ref<Script>& script, const std::string& name) {
  for (const std::string_view prefix : {"get", "is"}) {
    const auto method = accessor(prefix, name);
    const auto* methods = script->methods_named(method);
    if (methods == nullptr) continue;
    const bool is_getter = std::any_of(methods->begin(), methods->end(), [&](const auto* one) {
      const bool returns_it =
          prefix == "is" ? one->type.name == "boolean" : one->type.name != "void";
      return returns_it && presets_of(one->parameters) == one->parameters.size();
    });
    Values none;
    if (is_getter) return call_script_method(script, method, none);
  }
  return std::nullopt;
}

std::optional<Value> Fiber::property_of_closure(Closure& closure, const std::string& name) {
  const auto owner = [&]() -> Value {
    if (closure.owner) return closure.owner;
    return closure.scope ? closure.scope->this_value() : Value();
  };
  if (name == "delegate") return closure.has_delegate ? closure.delegate : owner();
  if (name == "owner") return owner();
  if (name == "thisObject") return closure.scope ? closure.scope->this_value() : Value();
  if (name == "resolveStrategy") return Value::integer(static_cast<std::int32_t>(closure.strategy));
  if (name == "maximumNumberOfParameters") return Value::integer(std::max(arity_of(closure), 0));
  return std::nullopt;
}

std::optional<Value> Fiber::property_of_throwable(const Throwable& throwable,
                                                  const std::string& name) {
  if (name == "message" || name == "localizedMessage") return throwable.message;
  if (name == "cause") return throwable.cause;
  const bool is_missing = throwable.info.is_a("groovy.lang.MissingPropertyException");
  if (name == (is_missing ? "property" : "method") && throwable.payload.is(Kind::kString))
    return throwable.payload;
  if (throwable.payload.is(Kind::kHost)) {
    const Value payload = throwable.payload;
    if (auto value = payload.as<HostObject>().get(*this, name)) return unwrap(std::move(*value));
  }
  if (name == "stackTrace" || name == "suppressed") return Value(list());
  return std::nullopt;
}

std::optional<Value> Fiber::try_property(const Value& object, const std::string& name) {
  switch (object.kind()) {
    case Kind::kNull:
      throw_new("java.lang.NullPointerException",
                "Cannot get property '" + name + "' on null object");
    case Kind::kMap:
      return get_index(object, string(name));
    case Kind::kHost: {
      if (auto value = object.as<HostObject>().get(*this, name)) return unwrap(std::move(*value));
      if (name == "class") return heap().make<ClassValue>(exact_class_of(object));
      return std::nullopt;
    }
    case Kind::kScript:
      return property_of_script(object.as<Script>(), name);
    case Kind::kClosure:
      if (auto value = property_of_closure(object.as<Closure>(), name)) return value;
      break;
    case Kind::kThrowable:
      if (auto value = property_of_declared(object, name, false)) return value;
      if (auto value = property_of_throwable(object.as<Throwable>(), name)) return value;
      break;
    case Kind::kInstance:
    case Kind::kClass:
      if (auto value = property_of_declared(object, name, false)) return value;
      break;
    case Kind::kEntry:
      if (name == "key") return object.as<Entry>().key;
      if (name == "value") return object.as<Entry>().value;
      break;
    default:
      break;
  }
  if (name == "class") return heap().make<ClassValue>(exact_class_of(object));
  const bool is_array = object.is(Kind::kList) && object.as<List>().element != nullptr;
  if (is_array && name == "length")
    return Value::integer(static_cast<std::int32_t>(object.as<List>().items.size()));
  const bool is_collection =
      object.is(Kind::kList) || object.is(Kind::kSet) || object.is(Kind::kRange);
  const bool is_of_range =
      (name == "from" || name == "to" || name == "reverse") && text_of_range(object).has_value();
  if (is_collection && !is_of_range && name != "empty" && name != "indices")
    return spread_property(object, name);
  Values none;
  if (object.is(Kind::kClass)) {
    for (const std::string& one : {"static " + name, accessor("get", name)})
      if (auto value = call_builtin_method(object, one, none)) return value;
    if (java_has_constant(object, name)) missing_property(object, name);
  }
  if (auto value = try_method(object, accessor("get", name), none)) return value;
  return try_method(object, accessor("is", name), none);
}

Value Fiber::get_property(const Value& object, const std::string& name) {
  if (auto value = try_property(object, name)) return *value;
  missing_property(object, name);
}

Value Fiber::get_member(const Expr& expr, const Value& object, const std::string& name) {
  const auto* self = node_if<ThisExpr>(expr);
  const bool is_own = self != nullptr && !self->in_closure && !object.is(Kind::kScript);
  if (is_own)
    if (auto value = property_of_declared(object, name, true)) return *value;
  return get_property(object, name);
}

void Fiber::set_member(const Expr& expr, const Value& object, const std::string& name,
                       Value value) {
  const auto* self = node_if<ThisExpr>(expr);
  const bool is_own = self != nullptr && !self->in_closure && !object.is(Kind::kScript);
  if (is_own && set_declared_property(object, name, value, true)) return;
  set_property(object, name, std::move(value));
}

Value Fiber::spread_property(const Value& object, const std::string& name, bool keeps_nulls) {
  if (object.is_null()) return {};
  Values values;
  iterate(object, [&](const Value& item) {
    step();
    // list.name skips nulls, list*.name keeps them: as Groovy does.
    if (item.is_null()) {
      if (keeps_nulls) values.emplace_back();
      return true;
    }
    values.push_back(get_property(item, name));
    return true;
  });
  return list(std::move(values));
}

void Fiber::set_property(const Value& object, const std::string& name, Value value) {
  switch (object.kind()) {
    case Kind::kNull:
      throw_new("java.lang.NullPointerException",
                "Cannot set property '" + name + "' on null object");
    case Kind::kMap:
      return set_index(object, string(name), std::move(value));
    case Kind::kHost: {
      auto done = object.as<HostObject>().set(*this, name, value);
      if (!done) break;
      (void)unwrap(std::move(*done));
      return;
    }
    case Kind::kScript: {
      auto& script = object.as<Script>();
      if (const auto field = script.fields.find(name); field != script.fields.end()) {
        field->second = std::move(value);
        return;
      }
      script.binding->put(string(name), std::move(value));
      return;
    }
    case Kind::kClosure: {
      auto& closure = object.as<Closure>();
      if (name == "delegate") {
        closure.delegate = std::move(value);
        closure.has_delegate = true;
        return;
      }
      if (name == "resolveStrategy" && value.is(Kind::kInteger) && value.number() >= 0 &&
          value.number() <= 4) {
        closure.strategy = static_cast<Resolve>(value.number());
        return;
      }
      break;
    }
    case Kind::kEntry:
      if (name == "value" && object.as<Entry>().map) {
        put_into(Value(object.as<Entry>().map), object.as<Entry>().key, value);
        object.as<Entry>().value = std::move(value);
        return;
      }
      break;
    case Kind::kList:
      for (const auto& item : Values(object.as<List>().items))
        set_property(item, name, value);
      return;
    default:
      break;
  }
  if (set_declared_property(object, name, value, false)) return;
  refuse_unsupported(object, accessor("set", name), {value});
  const bool can_read = try_property(object, name).has_value();
  if (can_read)
    throw_new("groovy.lang.ReadOnlyPropertyException",
              "Cannot set readonly property: " + name + " for class: " + class_name_of(object));
  missing_property(object, name);
}

Value Fiber::value_in(Map& map, const Value& key) {
  if (const Value* value = map.find(key)) return *value;
  if (map.missing.is_null()) return {};
  Value value = call1(map.missing, key);
  map.put(key, value);
  return value;
}

Value Fiber::get_index(const Value& object, const Value& index) {
  switch (object.kind()) {
    case Kind::kNull:
      throw_new("java.lang.NullPointerException", "Cannot invoke method getAt() on null object");
    case Kind::kMap:  // As Groovy: `m["${x}"]` looks for a String, m.get("${x}") does not.
      return value_in(object.as<Map>(), plain(index));
    case Kind::kHost: {
      auto value = object.as<HostObject>().at(*this, plain(index));
      if (value) return unwrap(std::move(*value));
      missing_method(object, "getAt", {index});
    }
    case Kind::kList:
    case Kind::kRange:
      return index_list(object, index);
    case Kind::kSet:
      return index_list(list(items_of(object)), index);
    case Kind::kString:
    case Kind::kGString:
      return index_text(to_text(object), index);
    case Kind::kMatcher: {
      Values arguments{index};
      return call_method(object, "getAt", arguments);
    }
    default:
      if (auto value = ask(object, "getAt", index)) return *value;
      if (index.is_text()) return get_property(object, to_text(index));
      missing_method(object, "getAt", {index});
  }
}

Value Fiber::index_list(const Value& object, const Value& index) {
  const std::int64_t size = object.is(Kind::kRange)
                                ? object.as<Range>().size()
                                : static_cast<std::int64_t>(object.as<List>().items.size());
  const auto item = [&](std::int64_t place) {
    return object.is(Kind::kRange) ? object.as<Range>().at(place)
                                   : object.as<List>().items[static_cast<std::size_t>(place)];
  };
  if (index.is(Kind::kInteger) || index.is(Kind::kLong)) {
    std::int64_t place = index.number();
    const bool is_array = object.is(Kind::kList) && object.as<List>().element != nullptr;
    if (place < -size || (is_array && place >= size)) {
      throw_new("java.lang.ArrayIndexOutOfBoundsException",
                place < 0 ? "Negative array index [" + std::to_string(place) +
                                "] too large for array size " + std::to_string(size)
                          : "Index " + std::to_string(place) + " out of bounds for length " +
                                std::to_string(size));
    }
    if (place < 0) place += size;
    return place < size ? item(place) : Value();
  }
  if (index.is(Kind::kRange)) {
    const auto& range = index.as<Range>();
    if (range.is_empty) return list();
    std::int64_t from = range.first < 0 ? range.first + size : range.first;
    std::int64_t to = range.last < 0 ? range.last + size : range.last;
    const bool is_reverse = from > to;
    if (is_reverse) std::swap(from, to);
    if (from < 0)
      throw_new("java.lang.IndexOutOfBoundsException", "fromIndex = " + std::to_string(from));
    if (to >= size)
      throw_new("java.lang.IndexOutOfBoundsException", "toIndex = " + std::to_string(to + 1));
    Values items;
    for (std::int64_t place = from; place <= to; ++place)
      items.push_back(item(place));
    if (is_reverse) std::reverse(items.begin(), items.end());
    return list(std::move(items));
  }
  if (index.is(Kind::kList)) {
    Values items;
    for (const auto& one : index.as<List>().items) {
      step();
      Value part = index_list(object, one);
      if (one.is(Kind::kInteger) || one.is(Kind::kLong)) {
        items.push_back(std::move(part));
      } else {  // The members of a range among the places.
        const Values members = items_of(part);
        if (items.size() + members.size() > interpreter_.limits_.memory_bytes_max / sizeof(Value))
          abort(Code::kFull, "a list is too large");
        items.insert(items.end(), members.begin(), members.end());
      }
    }
    return list(std::move(items));
  }
  if (index.is_text()) return spread_property(object, to_text(index));
  missing_method(object, "getAt", {index});
}

Value Fiber::index_text(const std::string& text, const Value& index) {
  const TextIndex places(text);
  const auto size = static_cast<std::int64_t>(places.size());
  const auto out_of = [&](std::int64_t begin, std::int64_t end) {
    throw_new("java.lang.StringIndexOutOfBoundsException", "begin " + std::to_string(begin) +
                                                               ", end " + std::to_string(end) +
                                                               ", length " + std::to_string(size));
  };
  if (index.is(Kind::kInteger) || index.is(Kind::kLong)) {
    const std::int64_t place = index.number() < 0 ? index.number() + size : index.number();
    if (place < 0 || place >= size) out_of(place, place + 1);
    return string(places.part(place, place + 1));
  }
  if (index.is(Kind::kRange)) {
    const auto& range = index.as<Range>();
    if (range.is_empty) return string("");
    std::int64_t from = range.first < 0 ? range.first + size : range.first;
    std::int64_t to = range.last < 0 ? range.last + size : range.last;
    const bool is_reverse = from > to;
    if (is_reverse) std::swap(from, to);
    if (from < 0 || to >= size) out_of(from, to + 1);
    std::string part;
    for (std::int64_t i = 0; i <= to - from; ++i) {
      const std::int64_t place = is_reverse ? to - i : from + i;
      part += places.part(place, place + 1);
    }
    return string(std::move(part));
  }
  if (index.is(Kind::kList)) {
    std::string part;
    for (const auto& one : index.as<List>().items)
      part += to_text(index_text(text, one));
    return string(std::move(part));
  }
  missing_method(string(text), "getAt", {index});
}

Map& Fiber::changeable(const Value& map) {
  auto& result = map.as<Map>();
  if (result.is_fixed) throw_new("java.lang.UnsupportedOperationException", "");
  return result;
}

// list[1..2] = [...] puts the members in the place of others; list[0, 2] = [a, b] one in each.
void Fiber::set_indexes(const Value& object, const Value& indexes, const Value& value) {
  auto& target = object.as<List>();
  const bool is_many = value.is(Kind::kList) || value.is(Kind::kSet) || value.is(Kind::kRange);
  Values given = is_many ? items_of(value) : Values{value};
  if (indexes.is(Kind::kList)) {
    const Values places = indexes.as<List>().items;
    if (is_many && given.size() != places.size())
      throw_new("java.lang.IllegalArgumentException",
                "Trying to replace " + std::to_string(places.size()) + " elements with " +
                    std::to_string(given.size()) + " elements");
    for (std::size_t i = 0; i < places.size(); ++i)
      set_index(object, places[i], is_many ? given[i] : value);
    return;
  }
  const auto& range = indexes.as<Range>();
  const auto size = static_cast<std::int64_t>(target.items.size());
  const auto place_of = [&](std::int64_t index) { return index < 0 ? index + size : index; };
  const std::int64_t from = std::min(place_of(range.first), place_of(range.last));
  const std::int64_t last = std::max(place_of(range.first), place_of(range.last));
  const std::int64_t to = std::min(range.is_empty ? from : last + 1, std::max(from, size));
  if (target.element != nullptr) missing_method(object, "putAt", {indexes, value});
  if (target.is_fixed) throw_new("java.lang.UnsupportedOperationException", "");
  if (from < 0)
    throw_new("java.lang.IndexOutOfBoundsException", "fromIndex = " + std::to_string(from));
  if (from >= static_cast<std::int64_t>(interpreter_.limits_.memory_bytes_max / sizeof(Value)))
    abort(Code::kFull, "a list is too large");
  for (auto& item : given)
    item = kept_in(target, std::move(item));
  target.items.resize(static_cast<std::size_t>(std::max({from, to, size})));
  target.items.erase(target.items.begin() + from, target.items.begin() + to);
  target.items.insert(target.items.begin() + from, given.begin(), given.end());
  target.changed();
}

void Fiber::put_into(const Value& map, const Value& key, Value value) {
  auto& target = changeable(map);
  if (!target.is_json) {
    target.put(key, std::move(value));
  } else if (value.is_null()) {
    target.remove(key);
  } else {
    target.put(string(to_text(key)), json_of(*this, value));
  }
}

Value Fiber::kept_in(const List& list, Value value) {
  const bool is_typed = list.element != nullptr && list.element->name != "java.lang.Object";
  const bool is_row = value.is(Kind::kList);  // Of an array of several dimensions.
  if (is_typed && !is_row && !value.is_null()) return cast_to(value, *list.element, false);
  return list.is_json ? json_of(*this, value) : std::move(value);
}

void Fiber::set_index(const Value& object, const Value& index, Value value) {
  switch (object.kind()) {
    case Kind::kNull:
      throw_new("java.lang.NullPointerException", "Cannot invoke method putAt() on null object");
    case Kind::kMap:  // A GString key becomes a String here, though not in a literal.
      return put_into(object, plain(index), std::move(value));
    case Kind::kHost: {
      auto done = object.as<HostObject>().put(*this, plain(index), value);
      if (!done) missing_method(object, "putAt", {index, value});
      (void)unwrap(std::move(*done));
      return;
    }
    case Kind::kList: {
      auto& target = object.as<List>();
      if (index.is(Kind::kRange) || index.is(Kind::kList)) return set_indexes(object, index, value);
      if (!index.is(Kind::kInteger)) missing_method(object, "putAt", {index, value});
      if (target.is_fixed) throw_new("java.lang.UnsupportedOperationException", "");
      const auto size = static_cast<std::int64_t>(target.items.size());
      const std::int64_t place = index.number() < 0 ? index.number() + size : index.number();
      if (place < 0 || (target.element != nullptr && place >= size))
        throw_new("java.lang.ArrayIndexOutOfBoundsException",
                  "Index " + std::to_string(index.number()) + " out of bounds for length " +
                      std::to_string(size));
      if (place >= static_cast<std::int64_t>(interpreter_.limits_.memory_bytes_max / sizeof(Value)))
        abort(Code::kFull, "a list is too large");
      if (place >= size) {
        target.items.resize(static_cast<std::size_t>(place) + 1);
        target.changed();
      }
      target.items[static_cast<std::size_t>(place)] = kept_in(target, std::move(value));
      return;
    }
    default:
      if (Values both{index, value}; object.is(Kind::kInstance))
        if (call_declared(object, object.as<Instance>().info, "putAt", both)) return;
      if (index.is_text()) return set_property(object, to_text(index), std::move(value));
      missing_method(object, "putAt", {index, value});
  }
}

}  // namespace runtask::groovy
