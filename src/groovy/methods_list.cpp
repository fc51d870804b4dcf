#include <algorithm>
#include <unordered_map>

#include "groovy/classes.h"
#include "groovy/letter_range.h"
#include "groovy/methods.h"

// Lists, arrays and ranges.

namespace runtask::groovy {
namespace {

using Answer = std::optional<Value>;
using Table = std::unordered_map<std::string, Method>;

constexpr auto kNone = std::nullopt;

// The list, if it can grow; an array has no such methods.
List* growing(MethodCall& c) {
  if (!c.self.is(Kind::kList) || c.self.as<List>().element != nullptr) return nullptr;
  if (c.self.as<List>().is_fixed) c.fiber.throw_new("java.lang.UnsupportedOperationException", "");
  return &c.self.as<List>();
}

void check_place(MethodCall& c, std::int64_t place, std::size_t size, bool may_be_end) {
  const auto limit = static_cast<std::int64_t>(size) + (may_be_end ? 1 : 0);
  if (place < 0 || place >= limit)
    c.fiber.throw_new("java.lang.IndexOutOfBoundsException",
                      "Index: " + std::to_string(place) + ", Size: " + std::to_string(size));
}

Answer add(MethodCall& c) {
  List* list = growing(c);
  if (list == nullptr || c.count() < 1 || c.count() > 2) return kNone;
  if (c.count() == 2) {
    if (!c.is_whole(0)) return kNone;
    check_place(c, c.number(0), list->items.size(), true);
    list->items.insert(list->items.begin() + c.number(0), c.fiber.kept_in(*list, c.arguments[1]));
    list->changed();
    return Value();
  }
  list->items.push_back(c.fiber.kept_in(*list, c.arguments[0]));
  list->changed();
  return Value::of(true);
}

Answer add_all(MethodCall& c) {
  List* list = growing(c);
  if (list == nullptr || c.count() < 1 || c.count() > 2) return kNone;
  Values more = c.fiber.items_of(c.arguments.back());
  for (auto& item : more)
    item = c.fiber.kept_in(*list, std::move(item));
  std::int64_t place = static_cast<std::int64_t>(list->items.size());
  if (c.count() == 2) {
    if (!c.is_whole(0)) return kNone;
    place = c.number(0);
    check_place(c, place, list->items.size(), true);
  }
  list->items.insert(list->items.begin() + place, more.begin(), more.end());
  list->changed();
  return Value::of(!more.empty());
}

// As wanted.equals(item), which a class of the text may have.
bool is_equal(MethodCall& c, const Value& wanted, const Value& item) {
  return wanted.is(Kind::kInstance) ? c.fiber.equals(wanted, item) : same(item, wanted);
}

Answer remove(MethodCall& c) {
  List* list = growing(c);
  if (list == nullptr || c.count() != 1) return kNone;
  if ((c.is(0, Kind::kInteger) && c.name == "remove") || c.name == "removeAt") {
    check_place(c, c.number(0), list->items.size(), false);
    const Value removed = list->items[static_cast<std::size_t>(c.number(0))];
    list->items.erase(list->items.begin() + c.number(0));
    list->changed();
    return removed;
  }
  const Values items = list->items;  // An equals() of the text may change it.
  const auto found = std::find_if(items.begin(), items.end(), [&](const Value& item) {
    return is_equal(c, c.arguments[0], item);
  });
  if (found == items.end() || items.size() != list->items.size()) return Value::of(false);
  list->items.erase(list->items.begin() + (found - items.begin()));
  list->changed();
  return Value::of(true);
}

Answer remove_all(MethodCall& c) {  // removeAll, retainAll
  List* list = growing(c);
  if (list == nullptr || c.count() != 1) return kNone;
  const bool keeps = c.name == "retainAll";
  const Values chosen = c.is(0, Kind::kClosure) ? Values() : c.fiber.items_of(c.arguments[0]);
  Values kept;
  for (const auto& item : Values(list->items)) {
    const bool is_chosen = c.is(0, Kind::kClosure)
                               ? c.test(c.arguments[0], item)
                               : std::any_of(chosen.begin(), chosen.end(), [&](const Value& one) {
                                   return is_equal(c, item, one);
                                 });
    if (is_chosen == keeps) kept.push_back(item);
  }
  const bool changed = kept.size() != list->items.size();
  list->items = std::move(kept);
  list->changed();
  return Value::of(changed);
}

Answer pop(MethodCall& c) {  // pop and removeLast take from the end in Groovy 2.4.
  List* list = growing(c);
  if (list == nullptr || !c.takes_none()) return kNone;
  if (list->items.empty())
    c.fiber.throw_new("java.util.NoSuchElementException", "Cannot pop() an empty List");
  const Value last = list->items.back();
  list->items.pop_back();
  list->changed();
  return last;
}

Answer index_of(MethodCall& c) {
  if (c.count() != 1) return kNone;
  const Values items = c.fiber.items_of(c.self);
  std::int32_t found = -1;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (is_equal(c, c.arguments[0], items[i])) {
      found = static_cast<std::int32_t>(i);
      if (c.name == "indexOf") break;
    }
  return Value::integer(found);
}

Answer get(MethodCall& c) {
  if (c.count() != 1 || !c.is_whole(0)) return kNone;
  const Values items = c.fiber.items_of(c.self);
  check_place(c, c.number(0), items.size(), false);
  return items[static_cast<std::size_t>(c.number(0))];
}

Answer set(MethodCall& c) {
  if (c.count() != 2 || !c.is_whole(0) || !c.self.is(Kind::kList)) return kNone;
  auto& items = c.self.as<List>().items;
  check_place(c, c.number(0), items.size(), false);
  return std::exchange(items[static_cast<std::size_t>(c.number(0))],
                       c.fiber.kept_in(c.self.as<List>(), c.arguments[1]));
}

Answer sub_list(MethodCall& c) {
  if (c.count() != 2 || !c.is_whole(0) || !c.is_whole(1)) return kNone;
  const Values items = c.fiber.items_of(c.self);
  const auto size = static_cast<std::int64_t>(items.size());
  if (c.number(0) < 0)
    c.fiber.throw_new("java.lang.IndexOutOfBoundsException",
                      "fromIndex = " + std::to_string(c.number(0)));
  if (c.number(1) > size)
    c.fiber.throw_new("java.lang.IndexOutOfBoundsException",
                      "toIndex = " + std::to_string(c.number(1)));
  if (c.number(0) > c.number(1))
    c.fiber.throw_new("java.lang.IllegalArgumentException",
                      "fromIndex(" + std::to_string(c.number(0)) + ") > toIndex(" +
                          std::to_string(c.number(1)) + ")");
  return Value(c.fiber.list(Values(items.begin() + c.number(0), items.begin() + c.number(1))));
}

Answer with_index(MethodCall& c) {
  if (c.count() > 1 || (c.count() == 1 && !c.is_whole(0))) return kNone;
  auto index = static_cast<std::int32_t>(c.takes_none() ? 0 : c.number(0));
  if (c.name == "indexed") {
    const auto map = c.fiber.map();
    for (const auto& item : c.fiber.items_of(c.self))
      map->put(Value::integer(index++), item);
    return Value(map);
  }
  Values pairs;
  for (const auto& item : c.fiber.items_of(c.self))
    pairs.push_back(c.fiber.list({item, Value::integer(index++)}));
  return Value(c.fiber.list(std::move(pairs)));
}

Answer transpose(MethodCall& c) {
  Values result;
  const Values rows = c.fiber.items_of(c.self);
  std::size_t least = rows.empty() ? 0 : std::string::npos;
  std::vector<Values> columns;
  for (const auto& row : rows) {
    columns.push_back(c.fiber.cast_to(row, known_class("java.util.List"), false).as<List>().items);
    least = std::min(least, columns.back().size());
  }
  for (std::size_t i = 0; i < least; ++i) {
    Values one;
    for (const auto& row : columns)
      one.push_back(row[i]);
    result.push_back(c.fiber.list(std::move(one)));
  }
  return Value(c.fiber.list(std::move(result)));
}

Answer step(MethodCall& c) {
  if (!c.is_whole(0) || c.number(0) <= 0 || !text_of_range(c.self)) return kNone;
  Values items;
  const auto* letters = letter_range(c.self);
  const std::int64_t size = letters != nullptr ? static_cast<std::int64_t>(letters->items.size())
                                               : c.self.as<Range>().size();
  for (std::int64_t i = 0; i < size; i += c.number(0))
    items.push_back(letters != nullptr ? letters->items[static_cast<std::size_t>(i)]
                                       : c.self.as<Range>().at(i));
  if (c.is(1, Kind::kClosure)) {
    for (const auto& item : items)
      (void)c.fiber.call1(c.arguments[1], item);
    return Value();
  }
  return Value(c.fiber.list(std::move(items)));
}

Answer contains(MethodCall& c) {
  if (c.count() != 1) return kNone;
  if (c.name == "contains") return Value::of(c.fiber.is_in(c.arguments[0], c.self));
  const Values wanted = c.fiber.items_of(c.arguments[0]);
  return Value::of(std::all_of(wanted.begin(), wanted.end(),
                               [&](const Value& one) { return c.fiber.is_in(one, c.self); }));
}

Answer operation(MethodCall& c) {
  if (c.count() != 1) return kNone;
  if (c.name == "plus") return c.fiber.plus(c.self, c.arguments[0]);
  if (c.name == "minus") return c.fiber.minus(c.self, c.arguments[0]);
  if (c.name == "multiply") return c.fiber.times(c.self, c.arguments[0]);
  if (c.name == "leftShift") return c.fiber.shift_left(c.self, c.arguments[0]);
  return c.fiber.get_index(c.self, c.arguments[0]);
}

Answer push(MethodCall& c) {
  return c.count() == 1 ? add(c) : kNone;
}

Answer remove_at(MethodCall& c) {
  return c.is(0, Kind::kInteger) ? remove(c) : kNone;
}

Answer remove_if(MethodCall& c) {
  return c.is(0, Kind::kClosure) ? remove_all(c) : kNone;
}

Answer clear(MethodCall& c) {
  List* list = growing(c);
  if (list == nullptr) return kNone;
  list->items.clear();
  list->changed();
  return Value();
}

Answer size_of(MethodCall& c) {
  if (!c.takes_none()) return kNone;
  if (c.self.is(Kind::kRange))
    return Value::integer(static_cast<std::int32_t>(c.self.as<Range>().size()));
  return Value::integer(static_cast<std::int32_t>(c.self.as<List>().items.size()));
}

Answer is_empty(MethodCall& c) {
  return Value::of(!c.fiber.is_true(c.self));
}

Answer put_at(MethodCall& c) {
  if (c.count() != 2) return kNone;
  c.fiber.set_index(c.self, c.arguments[0], c.arguments[1]);
  return Value();
}

Answer get_indices(MethodCall& c) {
  const auto size = static_cast<std::int64_t>(c.fiber.items_of(c.self).size());
  const auto range = c.fiber.heap().make<Range>(0, std::max<std::int64_t>(size - 1, 0), false);
  range->is_empty = size == 0;
  range->excludes_end = true;
  return Value(range);
}

Answer swap_items(MethodCall& c) {
  List* list = growing(c);
  if (list == nullptr || c.count() != 2 || !c.is_whole(0) || !c.is_whole(1)) return kNone;
  for (const std::size_t place : {0U, 1U})
    check_place(c, c.number(place), list->items.size(), false);
  std::swap(list->items[static_cast<std::size_t>(c.number(0))],
            list->items[static_cast<std::size_t>(c.number(1))]);
  return c.self;
}

Answer to_array(MethodCall& c) {
  if (!c.takes_none()) return kNone;
  return Value(
      c.fiber.heap().make<List>(c.fiber.items_of(c.self), &known_class("java.lang.Object")));
}

// The smaller or the larger end of a range.
Answer end_of_range(MethodCall& c) {
  const bool is_first = c.name == "getFrom";
  if (c.self.is(Kind::kRange)) {
    const auto& range = c.self.as<Range>();
    return Value::integer(static_cast<std::int32_t>(is_first ? std::min(range.first, range.last)
                                                             : std::max(range.first, range.last)));
  }
  const auto* letters = letter_range(c.self);
  if (letters == nullptr || letters->items.empty()) return kNone;
  const auto& front = letters->items.front();
  const auto& back = letters->items.back();
  return (front.text() <= back.text()) == is_first ? front : back;
}

Answer is_reverse(MethodCall& c) {
  if (c.self.is(Kind::kRange)) return Value::of(c.self.as<Range>().is_reverse);
  const auto* letters = letter_range(c.self);
  if (letters == nullptr) return kNone;
  return Value::of(!letters->items.empty() &&
                   letters->items.front().text() > letters->items.back().text());
}

Answer contains_within_bounds(MethodCall& c) {
  if (c.count() != 1 || !text_of_range(c.self)) return kNone;
  return Value::of(c.fiber.is_in(c.arguments[0], c.self));
}

Answer as_immutable(MethodCall& c) {
  const auto fixed = c.fiber.list(c.fiber.items_of(c.self));
  fixed->is_fixed = true;
  return Value(fixed);
}

Answer clone(MethodCall& c) {
  return Value(c.fiber.list(c.fiber.items_of(c.self)));
}

}  // namespace

Method find_list_method(const std::string& name) {
  static const Table table = {
      {"add", add},
      {"addAll", add_all},
      {"push", push},
      {"pop", pop},
      {"removeLast", pop},
      {"remove", remove},
      {"removeAt", remove_at},
      {"removeElement", remove},
      {"removeAll", remove_all},
      {"removeIf", remove_if},
      {"retainAll", remove_all},
      {"clear", clear},
      {"size", size_of},
      {"isEmpty", is_empty},
      {"contains", contains},
      {"containsAll", contains},
      {"indexOf", index_of},
      {"lastIndexOf", index_of},
      {"get", get},
      {"getAt", operation},
      {"set", set},
      {"putAt", put_at},
      {"subList", sub_list},
      {"withIndex", with_index},
      {"indexed", with_index},
      {"transpose", transpose},
      {"getIndices", get_indices},
      {"swap", swap_items},
      {"toArray", to_array},
      {"encodeBase64", encode_base64},
      {"encodeHex", encode_hex},
      {"asList", [](MethodCall& c) -> Answer { return c.takes_none() ? Answer(c.self) : kNone; }},
      {"toListString",
       [](MethodCall& c) -> Answer {
         return c.takes_none() ? Answer(c.fiber.string(c.self_text())) : kNone;
       }},
      {"step", step},
      {"plus", operation},
      {"minus", operation},
      {"multiply", operation},
      {"leftShift", operation},
      {"getFrom", end_of_range},
      {"getTo", end_of_range},
      {"isReverse", is_reverse},
      {"containsWithinBounds", contains_within_bounds},
      {"asImmutable", as_immutable},
      {"clone", clone},
  };
  return find_in_table(table, name);
}

}  // namespace runtask::groovy
