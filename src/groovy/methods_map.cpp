#include <algorithm>
#include <unordered_map>

#include "groovy/classes.h"
#include "groovy/methods.h"

// Maps, their entries, and sets.

namespace runtask::groovy {
namespace {

using Answer = std::optional<Value>;
using Table = std::unordered_map<std::string, Method>;

constexpr auto kNone = std::nullopt;

bool is_map(const MethodCall& c) {
  return c.self.is(Kind::kMap);
}

Answer get(MethodCall& c) {
  if (!is_map(c) || c.count() < 1 || c.count() > 2) return kNone;
  auto& map = c.self.as<Map>();
  if (const Value* value = map.find(c.arguments[0])) return *value;
  if (c.count() == 1)
    return c.fiber.value_in(map, map.is_json ? c.fiber.plain(c.arguments[0]) : c.arguments[0]);
  // Groovy's get keeps the default.
  if (c.name == "get") c.fiber.changeable(c.self).put(c.arguments[0], c.arguments[1]);
  return c.arguments[1];
}

Answer put(MethodCall& c) {
  if (!is_map(c) || c.count() != 2) return kNone;
  auto& map = c.fiber.changeable(c.self);
  const Value* known = map.find(c.arguments[0]);
  const Value old = known != nullptr ? *known : Value();
  if (c.name == "putIfAbsent" && !old.is_null()) return old;
  c.fiber.put_into(c.self, c.arguments[0], c.arguments[1]);
  return old;
}

Answer put_all(MethodCall& c) {
  if (c.count() != 1 || !is_map(c) || !c.is(0, Kind::kMap)) return kNone;
  const auto items = c.arguments[0].as<Map>().items();
  for (const auto& item : items)
    c.fiber.put_into(c.self, item.key, item.value);
  return Value();
}

// computeIfAbsent, computeIfPresent, compute: what the closure makes of the key, or of the key and
// its value; null takes the key away.
Answer compute(MethodCall& c) {
  if (!is_map(c) || c.count() != 2 || !c.is(1, Kind::kClosure)) return kNone;
  auto& map = c.fiber.changeable(c.self);
  const Value key = c.arguments[0];
  const Value* known = map.find(key);
  const Value old = known != nullptr ? *known : Value();
  if (c.name == "computeIfAbsent" && !old.is_null()) return old;
  if (c.name == "computeIfPresent" && old.is_null()) return Value();
  Values given = c.name == "computeIfAbsent" ? Values{key} : Values{key, old};
  Value made = c.fiber.call_value(c.arguments[1], given);
  if (made.is_null())
    map.remove(key);
  else
    map.put(key, made);
  return made;
}

Answer merge(MethodCall& c) {
  if (!is_map(c) || c.count() != 3 || !c.is(2, Kind::kClosure)) return kNone;
  auto& map = c.fiber.changeable(c.self);
  const Value* known = map.find(c.arguments[0]);
  Value made = c.arguments[1];
  if (known != nullptr && !known->is_null()) {
    Values both{*known, c.arguments[1]};
    made = c.fiber.call_value(c.arguments[2], both);
  }
  map.put(c.arguments[0], made);
  return made;
}

Answer remove(MethodCall& c) {
  if (c.count() != 1 || c.self.is(Kind::kEntry)) return kNone;
  auto& map = c.fiber.changeable(c.self);
  const Value* known = map.find(c.arguments[0]);
  if (!is_map(c)) return Value::of(map.remove(c.arguments[0]));
  const Value old = known != nullptr ? *known : Value();
  map.remove(c.arguments[0]);
  return old;
}

// subMap(keys), subMap(key, key, ...)
Answer sub_map(MethodCall& c) {
  if (!is_map(c) || c.takes_none()) return kNone;
  const bool has_list = c.count() == 1 && !c.is_text(0);
  const auto result = c.fiber.map();
  for (const auto& key : has_list ? c.fiber.items_of(c.arguments[0]) : c.arguments)
    if (const Value* value = c.self.as<Map>().find(key)) result->put(key, *value);
  return Value(result);
}

// Each value by what the closure makes of the key and the value.
Answer replace_all(MethodCall& c) {
  if (!is_map(c) || c.count() != 1 || !c.is(0, Kind::kClosure)) return kNone;
  const auto items = c.self.as<Map>().items();
  for (const auto& item : items) {
    Values both{item.key, item.value};
    c.fiber.put_into(c.self, item.key, c.fiber.call_value(c.arguments[0], both));
  }
  return Value();
}

Answer parts(MethodCall& c) {  // keySet, values, entrySet: copies, where Java has views.
  if (!is_map(c) || !c.takes_none()) return kNone;
  if (c.name == "values") {
    Values values;
    for (const auto& item : c.self.as<Map>().items())
      values.push_back(item.value);
    return Value(c.fiber.list(std::move(values)));
  }
  const auto set = c.fiber.heap().make<Map>(Kind::kSet);
  if (c.name == "keySet") {
    for (const auto& item : c.self.as<Map>().items())
      set->put(item.key, Value());
  } else {
    for (const auto& entry : c.fiber.items_of(c.self))
      set->put(entry, Value());
  }
  return Value(set);
}

Answer with_default(MethodCall& c) {
  if (!is_map(c) || !c.is(0, Kind::kClosure)) return kNone;
  const auto copy = c.fiber.map();
  copy->assign(c.self.as<Map>().items());
  copy->missing = c.arguments[0];
  return Value(copy);
}

Answer contains_value(MethodCall& c) {
  if (!is_map(c) || c.count() != 1) return kNone;
  const auto& items = c.self.as<Map>().items();
  return Value::of(std::any_of(items.begin(), items.end(), [&](const Map::Item& item) {
    return same(item.value, c.arguments[0]);
  }));
}

Answer add(MethodCall& c) {  // Of a set.
  if (!c.self.is(Kind::kSet) || c.count() != 1) return kNone;
  if (c.name == "add") return Value::of(c.fiber.changeable(c.self).put(c.arguments[0], Value()));
  bool changed = false;
  for (const auto& item : c.fiber.items_of(c.arguments[0]))
    changed = (c.name == "addAll" ? c.fiber.changeable(c.self).put(item, Value())
                                  : c.fiber.changeable(c.self).remove(item)) ||
              changed;
  return Value::of(changed);
}

Answer remove_if(MethodCall& c) {
  if (c.count() != 1) return kNone;
  if (!c.is(0, Kind::kClosure)) return add(c);
  if (c.self.is(Kind::kMap)) return kNone;
  auto& map = c.fiber.changeable(c.self);
  Values chosen;
  c.fiber.iterate(c.self, [&](const Value& item) {
    if (c.test(c.arguments[0], item)) chosen.push_back(item);
    return true;
  });
  for (const auto& key : chosen)
    map.remove(key);
  return Value::of(!chosen.empty());
}

Answer operation(MethodCall& c) {
  if (c.count() != 1 || c.self.is(Kind::kEntry)) return kNone;
  if (c.name == "plus") return c.fiber.plus(c.self, c.arguments[0]);
  if (c.name == "minus") return c.fiber.minus(c.self, c.arguments[0]);
  if (c.name == "leftShift") return c.fiber.shift_left(c.self, c.arguments[0]);
  return c.fiber.get_index(c.self, c.arguments[0]);
}

Answer contains(MethodCall& c) {
  if (!c.self.is(Kind::kSet) || c.count() != 1) return kNone;
  if (c.name == "contains") return Value::of(c.self.as<Map>().find(c.arguments[0]) != nullptr);
  const Values wanted = c.fiber.items_of(c.arguments[0]);
  return Value::of(std::all_of(wanted.begin(), wanted.end(), [&](const Value& one) {
    return c.self.as<Map>().find(one) != nullptr;
  }));
}

Answer replace(MethodCall& c) {
  if (!is_map(c) || c.count() != 2) return kNone;
  return c.self.as<Map>().find(c.arguments[0]) != nullptr ? put(c) : Answer(Value());
}

Answer as_immutable(MethodCall& c) {
  if (c.self.is(Kind::kEntry)) return kNone;
  const auto copy = c.fiber.heap().make<Map>(c.self.kind());
  copy->assign(c.self.as<Map>().items());
  copy->is_fixed = true;
  return Value(copy);
}

Answer contains_key(MethodCall& c) {
  if (!is_map(c) || c.count() != 1) return kNone;
  return Value::of(c.self.as<Map>().find(c.arguments[0]) != nullptr);
}

Answer size_of(MethodCall& c) {
  if (c.self.is(Kind::kEntry) || !c.takes_none()) return kNone;
  return Value::integer(static_cast<std::int32_t>(c.self.as<Map>().size()));
}

Answer is_empty(MethodCall& c) {
  if (c.self.is(Kind::kEntry)) return kNone;
  return Value::of(c.self.as<Map>().size() == 0);
}

Answer clear(MethodCall& c) {
  if (c.self.is(Kind::kEntry)) return kNone;
  c.fiber.changeable(c.self).assign({});
  return Value();
}

Answer get_key(MethodCall& c) {
  return c.self.is(Kind::kEntry) ? Answer(c.self.as<Entry>().key) : kNone;
}

Answer get_value(MethodCall& c) {
  return c.self.is(Kind::kEntry) ? Answer(c.self.as<Entry>().value) : kNone;
}

Answer set_value(MethodCall& c) {
  if (!c.self.is(Kind::kEntry) || c.count() != 1) return kNone;
  const Value old = c.self.as<Entry>().value;
  c.fiber.set_property(c.self, "value", c.arguments[0]);
  return old;
}

Answer put_at(MethodCall& c) {
  if (c.count() != 2 || !is_map(c)) return kNone;
  c.fiber.set_index(c.self, c.arguments[0], c.arguments[1]);
  return Value();
}

Answer clone(MethodCall& c) {
  if (c.self.is(Kind::kEntry)) return kNone;
  const auto copy = c.fiber.heap().make<Map>(c.self.kind());
  copy->assign(c.self.as<Map>().items());
  return Value(copy);
}

}  // namespace

Method find_map_method(const std::string& name) {
  static const Table table = {
      {"get", get},
      {"getOrDefault", get},
      {"put", put},
      {"putIfAbsent", put},
      {"putAll", put_all},
      {"computeIfAbsent", compute},
      {"computeIfPresent", compute},
      {"compute", compute},
      {"merge", merge},
      {"replace", replace},
      {"asImmutable", as_immutable},
      {"remove", remove},
      {"subMap", sub_map},
      {"replaceAll", replace_all},
      {"keySet", parts},
      {"values", parts},
      {"entrySet", parts},
      {"withDefault", with_default},
      {"containsValue", contains_value},
      {"containsKey", contains_key},
      {"size", size_of},
      {"isEmpty", is_empty},
      {"clear", clear},
      {"getKey", get_key},
      {"getValue", get_value},
      {"setValue", set_value},
      {"add", add},
      {"addAll", add},
      {"removeAll", remove_if},
      {"contains", contains},
      {"containsAll", contains},
      {"plus", operation},
      {"minus", operation},
      {"leftShift", operation},
      {"getAt", operation},
      {"putAt", put_at},
      {"clone", clone},
      {"toMapString",
       [](MethodCall& c) -> Answer {
         return is_map(c) && c.takes_none() ? Answer(c.fiber.string(c.self_text())) : kNone;
       }},
  };
  return find_in_table(table, name);
}

}  // namespace runtask::groovy
