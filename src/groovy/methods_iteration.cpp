#include <algorithm>
#include <unordered_map>

#include "groovy/classes.h"
#include "groovy/methods.h"

// What lists, sets, maps, ranges and strings have in common: going through their members.

namespace runtask::groovy {
namespace {

using Answer = std::optional<Value>;
using Table = std::unordered_map<std::string, Method>;

constexpr auto kNone = std::nullopt;

Answer each(MethodCall& c) {
  if (c.count() != 1 || !c.is(0, Kind::kClosure)) return kNone;
  const Value closure = c.arguments[0];
  c.fiber.iterate(c.self, [&](const Value& item) {
    (void)c.call(closure, item);
    return true;
  });
  return c.self;
}

Answer for_each(MethodCall& c) {  // Java's, which returns nothing.
  if (c.self.is_text() || !each(c)) return kNone;
  return Value();
}

Answer each_with_index(MethodCall& c) {
  if (c.count() != 1 || !c.is(0, Kind::kClosure)) return kNone;
  const Value closure = c.arguments[0];
  std::int32_t index = 0;
  c.fiber.iterate(c.self, [&](const Value& item) {
    Values arguments{item, Value::integer(index++)};
    const bool takes_three = item.is(Kind::kEntry) && Fiber::arity_of(closure.as<Closure>()) == 3;
    if (takes_three) arguments = {item.as<Entry>().key, item.as<Entry>().value, arguments[1]};
    (void)c.fiber.call_value(closure, arguments);
    return true;
  });
  return c.self;
}

Answer collect(MethodCall& c) {
  if (c.count() > 2 || (c.count() == 2 && !c.is(0, Kind::kList))) return kNone;
  const bool has_closure = c.count() > 0 && c.is(c.count() - 1, Kind::kClosure);
  if (c.count() > 0 && !has_closure) return kNone;
  Values results = c.count() == 2 ? c.arguments[0].as<List>().items : Values();
  c.fiber.iterate(c.self, [&](const Value& item) {
    results.push_back(has_closure ? c.call(c.arguments[c.count() - 1], item) : item);
    return true;
  });
  return Value(c.fiber.list(std::move(results)));
}

Answer collect_many(MethodCall& c) {
  if (!c.is(0, Kind::kClosure)) return kNone;
  Values results;
  c.fiber.iterate(c.self, [&](const Value& item) {
    for (auto& one : c.fiber.items_of(c.call(c.arguments[0], item)))
      results.push_back(std::move(one));
    return true;
  });
  return Value(c.fiber.list(std::move(results)));
}

Answer collect_entries(MethodCall& c) {
  if (c.count() > 1 || (c.count() == 1 && !c.is(0, Kind::kClosure))) return kNone;
  const auto result = c.fiber.map();
  c.fiber.iterate(c.self, [&](const Value& item) {
    const Value made = c.count() == 1 ? c.call(c.arguments[0], item) : item;
    if (made.is(Kind::kMap)) {
      const auto items = made.as<Map>().items();
      for (const auto& one : items)
        result->put(one.key, one.value);
    } else if (made.is(Kind::kEntry)) {
      result->put(made.as<Entry>().key, made.as<Entry>().value);
    } else if (made.is(Kind::kList)) {
      const auto& pair = made.as<List>().items;
      if (pair.size() != 2)
        c.fiber.throw_new("java.lang.IllegalArgumentException",
                          "collectEntries needs a list of two or a map");
      result->put(pair[0], pair[1]);
    } else {
      c.fiber.throw_new("java.lang.IllegalArgumentException",
                        "collectEntries needs a list of two or a map");
    }
    return true;
  });
  return Value(result);
}

// The test of a closure, or the truth of the member itself.
bool passes(MethodCall& c, const Value& item) {
  if (c.takes_none()) return c.fiber.is_true(item);
  if (c.is(0, Kind::kClosure)) return c.test(c.arguments[0], item);
  return c.fiber.is_case(item, c.arguments[0]);
}

Answer find(MethodCall& c) {
  if (c.count() > 1 || (c.count() == 1 && !c.is(0, Kind::kClosure))) return kNone;
  Value found;
  c.fiber.iterate(c.self, [&](const Value& item) {
    if (!passes(c, item)) return true;
    found = item;
    return false;
  });
  return found;
}

Answer find_all(MethodCall& c) {  // findAll, grep; of a map, a map
  if (c.count() > 1) return kNone;
  if (c.self.is(Kind::kMap) && c.name == "findAll") {
    const auto result = c.fiber.map();
    c.fiber.iterate(c.self, [&](const Value& item) {
      if (passes(c, item)) result->put(item.as<Entry>().key, item.as<Entry>().value);
      return true;
    });
    return Value(result);
  }
  Values found;
  c.fiber.iterate(c.self, [&](const Value& item) {
    if (passes(c, item)) found.push_back(item);
    return true;
  });
  if (!c.self.is(Kind::kSet)) return Value(c.fiber.list(std::move(found)));
  const auto set = c.fiber.heap().make<Map>(Kind::kSet);
  for (const auto& item : found)
    set->put(item, Value());
  return Value(set);
}

Answer any_or_every(MethodCall& c) {
  if (c.count() > 1 || (c.count() == 1 && !c.is(0, Kind::kClosure))) return kNone;
  const bool is_any = c.name == "any";
  bool result = !is_any;
  c.fiber.iterate(c.self, [&](const Value& item) {
    if (passes(c, item) != is_any) return true;
    result = is_any;
    return false;
  });
  return Value::of(result);
}

Answer count(MethodCall& c) {
  if (c.count() != 1) return kNone;
  std::int32_t total = 0;
  c.fiber.iterate(c.self, [&](const Value& item) {
    const bool counts = c.is(0, Kind::kClosure) ? c.test(c.arguments[0], item)
                                                : c.fiber.equals(item, c.arguments[0]);
    if (counts) ++total;
    return true;
  });
  return Value::integer(total);
}

Answer inject(MethodCall& c) {
  if (c.count() < 1 || c.count() > 2 || !c.is(c.count() - 1, Kind::kClosure)) return kNone;
  const Value closure = c.arguments[c.count() - 1];
  bool has_value = c.count() == 2;
  Value value = has_value ? c.arguments[0] : Value();
  c.fiber.iterate(c.self, [&](const Value& item) {
    if (!has_value) {
      value = item;
      has_value = true;
      return true;
    }
    Values arguments{value, item};
    if (item.is(Kind::kEntry) && Fiber::arity_of(closure.as<Closure>()) == 3)
      arguments = {value, item.as<Entry>().key, item.as<Entry>().value};
    value = c.fiber.call_value(closure, arguments);
    return true;
  });
  if (!has_value)
    c.fiber.throw_new(
        "java.util.NoSuchElementException",
        "Cannot call inject() on an empty collection without passing an initial value.");
  return value;
}

// By the closure of that place; within each group by the next.
Value grouped(MethodCall& c, const Value& subject, const Values& closures, std::size_t place) {
  const auto result = c.fiber.map();
  c.fiber.iterate(subject, [&](const Value& item) {
    const Value key = c.call(closures[place], item);
    const Value* group = result->find(key);
    Value members = group != nullptr ? *group : Value();
    if (item.is(Kind::kEntry)) {
      if (members.is_null()) result->put(key, members = c.fiber.map());
      members.as<Map>().put(item.as<Entry>().key, item.as<Entry>().value);
    } else {
      if (members.is_null()) result->put(key, members = c.fiber.list());
      members.as<List>().items.push_back(item);
      members.as<List>().changed();
    }
    return true;
  });
  if (place + 1 < closures.size()) {
    const auto groups = result->items();
    for (const auto& group : groups)
      result->put(group.key, grouped(c, group.value, closures, place + 1));
  }
  return result;
}

Answer group_by(MethodCall& c) {  // groupBy(closures), groupBy(list of closures)
  const Values closures =
      c.count() == 1 && c.is(0, Kind::kList) ? c.arguments[0].as<List>().items : c.arguments;
  const bool is_good = !closures.empty() && !c.self.is_text() &&
                       std::all_of(closures.begin(), closures.end(),
                                   [](const Value& closure) { return closure.is(Kind::kClosure); });
  if (!is_good) return kNone;
  return grouped(c, c.self, closures, 0);
}

Answer count_by(MethodCall& c) {
  if (c.count() != 1 || !c.is(0, Kind::kClosure)) return kNone;
  const auto result = c.fiber.map();
  c.fiber.iterate(c.self, [&](const Value& item) {
    const Value key = c.call(c.arguments[0], item);
    const Value* before = result->find(key);
    result->put(key, Value::integer(
                         static_cast<std::int32_t>(before == nullptr ? 1 : before->number() + 1)));
    return true;
  });
  return Value(result);
}

Answer split_by(MethodCall& c) {  // split { } gives the members that pass and the others.
  if (!c.is(0, Kind::kClosure)) return kNone;
  Values yes;
  Values no;
  c.fiber.iterate(c.self, [&](const Value& item) {
    (c.test(c.arguments[0], item) ? yes : no).push_back(item);
    return true;
  });
  return Value(c.fiber.list({c.fiber.list(std::move(yes)), c.fiber.list(std::move(no))}));
}

Answer find_result(MethodCall& c) {  // findResult(closure), findResult(default, closure)
  if (c.count() < 1 || c.count() > 2 || !c.is(c.count() - 1, Kind::kClosure)) return kNone;
  Value result;
  c.fiber.iterate(c.self, [&](const Value& item) {
    result = c.call(c.arguments.back(), item);
    return result.is_null();
  });
  return result.is_null() && c.count() == 2 ? c.arguments[0] : result;
}

Answer find_results(MethodCall& c) {
  if (c.count() != 1 || !c.is(0, Kind::kClosure)) return kNone;
  Values results;
  c.fiber.iterate(c.self, [&](const Value& item) {
    Value result = c.call(c.arguments[0], item);
    if (!result.is_null()) results.push_back(std::move(result));
    return true;
  });
  return Value(c.fiber.list(std::move(results)));
}

Answer find_index(MethodCall& c) {  // findIndexOf(closure), findIndexOf(first place, closure)
  const bool has_first = c.count() == 2 && c.is_whole(0);
  if (c.count() != (has_first ? 2U : 1U) || !c.is(c.count() - 1, Kind::kClosure)) return kNone;
  std::int32_t index = 0;
  std::int32_t found = -1;
  c.fiber.iterate(c.self, [&](const Value& item) {
    const bool is_before = has_first && index < c.number(0);
    if (!is_before && c.test(c.arguments.back(), item)) {
      found = index;
      if (c.name == "findIndexOf") return false;
    }
    ++index;
    return true;
  });
  return Value::integer(found);
}

Answer find_index_values(MethodCall& c) {
  if (c.count() != 1 || !c.is(0, Kind::kClosure)) return kNone;
  Values found;
  std::int64_t index = 0;
  c.fiber.iterate(c.self, [&](const Value& item) {
    if (c.test(c.arguments[0], item)) found.push_back(Value::whole(index));
    ++index;
    return true;
  });
  return Value(c.fiber.list(std::move(found)));
}

Answer take_while(MethodCall& c) {
  if (!c.is(0, Kind::kClosure)) return kNone;
  Values kept;
  bool is_dropping = c.name == "dropWhile";
  c.fiber.iterate(c.self, [&](const Value& item) {
    if (c.name == "takeWhile") {
      if (!c.test(c.arguments[0], item)) return false;
      kept.push_back(item);
      return true;
    }
    is_dropping = is_dropping && c.test(c.arguments[0], item);
    if (!is_dropping) kept.push_back(item);
    return true;
  });
  if (c.self.is_text()) {
    std::string text;
    for (const auto& letter : kept)
      text += letter.text();
    return c.fiber.string(std::move(text));
  }
  if (!c.self.is(Kind::kMap)) return Value(c.fiber.list(std::move(kept)));
  const auto map = c.fiber.map();
  for (const auto& entry : kept)
    map->put(entry.as<Entry>().key, entry.as<Entry>().value);
  return Value(map);
}

Answer join(MethodCall& c) {
  if (c.count() > 1) return kNone;
  const std::string separator = c.takes_none() ? "" : c.text(0);
  std::string text;
  bool is_first = true;
  c.fiber.iterate(c.self, [&](const Value& item) {
    if (!is_first) text += separator;
    is_first = false;
    c.fiber.append_text(text, item, 0);
    return true;
  });
  return c.fiber.string(std::move(text));
}

}  // namespace

Method find_iteration_method(const std::string& name) {
  static const Table table = {
      {"each", each},
      {"forEach", for_each},
      {"eachWithIndex", each_with_index},
      {"collect", collect},
      {"collectMany", collect_many},
      {"collectEntries", collect_entries},
      {"find", find},
      {"findAll", find_all},
      {"grep", find_all},
      {"any", any_or_every},
      {"every", any_or_every},
      {"count", count},
      {"inject", inject},
      {"groupBy", group_by},
      {"countBy", count_by},
      {"split", split_by},
      {"findResult", find_result},
      {"findResults", find_results},
      {"findIndexOf", find_index},
      {"findLastIndexOf", find_index},
      {"findIndexValues", find_index_values},
      {"takeWhile", take_while},
      {"dropWhile", take_while},
      {"join", join},
      {"toList",
       [](MethodCall& c) -> Answer { return Value(c.fiber.list(c.fiber.items_of(c.self))); }},
      {"iterator",
       [](MethodCall& c) -> Answer {
         c.fiber.abort(Code::kInvalid, "iterator() is not supported", "use each or a for loop");
       }},
      {"stream",
       [](MethodCall& c) -> Answer {
         c.fiber.abort(Code::kInvalid, "stream() is not supported", "use collect, findAll, any");
       }},
      {"toSet",
       [](MethodCall& c) -> Answer {
         return c.fiber.cast_to(Value(c.fiber.list(c.fiber.items_of(c.self))),
                                known_class("java.util.Set"), true);
       }},
  };
  return find_in_table(table, name);
}

}  // namespace runtask::groovy
