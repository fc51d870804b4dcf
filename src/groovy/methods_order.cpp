#include <algorithm>
#include <unordered_map>

#include "groovy/classes.h"
#include "groovy/methods.h"

// Order, sums and sets over members.

namespace runtask::groovy {
namespace {

using Answer = std::optional<Value>;
using Table = std::unordered_map<std::string, Method>;

constexpr auto kNone = std::nullopt;

// a before b: by the closure of one member or of two, or by the members themselves. A closure that
// contradicts itself must not confuse the sort: merge sort asks for no more than it is told.
int order(MethodCall& c, const Value& a, const Value& b) {
  if (!c.arguments.empty() && c.arguments.back().is(Kind::kClosure)) {
    const Value& closure = c.arguments.back();
    if (Fiber::arity_of(closure.as<Closure>()) == 2) {
      Values both{a, b};
      const Value result = c.fiber.call_value(closure, both);
      return result.is_number() ? Fiber::compare_numbers(result, Value::integer(0)) : 0;
    }
    return c.fiber.compare(c.fiber.call1(closure, a), c.fiber.call1(closure, b));
  }
  return c.fiber.compare(a, b);
}

// Java's lists and maps know no order among themselves: Groovy's sort takes that of their hashes.
bool is_by_hash(const Value& value) {
  return value.is(Kind::kList) || value.is(Kind::kMap) || value.is(Kind::kSet);
}

int order_by_hash(MethodCall& c, const Value& a, const Value& b) {
  const auto hash_of_one = [&](const Value& one) {
    Values none;
    return c.fiber.call_method(one, "hashCode", none).number();
  };
  const auto left = hash_of_one(a);
  const auto right = hash_of_one(b);
  return left > right ? 1 : left == right && same(a, b) ? 0 : -1;
}

int order_of_sort(MethodCall& c, const Value& a, const Value& b) {
  if (c.arguments.empty() || !c.arguments.back().is(Kind::kClosure))
    return is_by_hash(a) && is_by_hash(b) ? order_by_hash(c, a, b) : c.fiber.compare(a, b);
  const Value& closure = c.arguments.back();
  if (Fiber::arity_of(closure.as<Closure>()) == 2) return order(c, a, b);
  const Value left = c.fiber.call1(closure, a);
  const Value right = c.fiber.call1(closure, b);
  return is_by_hash(left) && is_by_hash(right) ? order_by_hash(c, left, right)
                                               : c.fiber.compare(left, right);
}

void merge_sort(MethodCall& c, Values& items, std::size_t begin, std::size_t end) {
  if (end - begin < 2) return;
  const std::size_t middle = begin + (end - begin) / 2;
  merge_sort(c, items, begin, middle);
  merge_sort(c, items, middle, end);
  Values merged;
  merged.reserve(end - begin);
  std::size_t left = begin;
  std::size_t right = middle;
  while (left < middle && right < end) {
    c.fiber.step();
    merged.push_back(order_of_sort(c, items[right], items[left]) < 0 ? items[right++]
                                                                     : items[left++]);
  }
  merged.insert(merged.end(), items.begin() + static_cast<std::ptrdiff_t>(left),
                items.begin() + static_cast<std::ptrdiff_t>(middle));
  merged.insert(merged.end(), items.begin() + static_cast<std::ptrdiff_t>(right),
                items.begin() + static_cast<std::ptrdiff_t>(end));
  std::copy(merged.begin(), merged.end(), items.begin() + static_cast<std::ptrdiff_t>(begin));
}

// The list itself with these members.
Value replaced(MethodCall& c, Values items) {
  auto& list = c.self.as<List>();
  if (list.is_fixed) c.fiber.throw_new("java.lang.UnsupportedOperationException", "");
  list.items = std::move(items);
  list.changed();
  return c.self;
}

Answer sort(MethodCall& c) {
  const bool has_flag = c.is(0, Kind::kBool);
  const bool changes = !has_flag || c.arguments[0].truth();
  const std::size_t closures = c.count() - (has_flag ? 1 : 0);
  if (closures > 1 || (closures == 1 && !c.is(c.count() - 1, Kind::kClosure)) || c.self.is_text())
    return kNone;
  Values items = c.fiber.items_of(c.self);
  if (c.self.is(Kind::kMap) && closures == 0) {  // By key.
    std::stable_sort(items.begin(), items.end(), [&](const Value& a, const Value& b) {
      return c.fiber.compare(a.as<Entry>().key, b.as<Entry>().key) < 0;
    });
  } else {
    merge_sort(c, items, 0, items.size());
  }
  if (c.self.is(Kind::kMap)) {
    const auto map = c.fiber.map();
    for (const auto& item : items)
      map->put(item.as<Entry>().key, item.as<Entry>().value);
    return Value(map);
  }
  if (c.self.is(Kind::kList) && changes) return replaced(c, std::move(items));
  return Value(c.fiber.list(std::move(items)));
}

Answer max_or_min(MethodCall& c) {
  if (c.count() > 1 || (c.count() == 1 && !c.is(0, Kind::kClosure))) return kNone;
  const bool is_max = c.name == "max";
  Value best;
  bool is_first = true;
  c.fiber.iterate(c.self, [&](const Value& item) {
    if (item.is_null() && c.takes_none()) return true;
    const int way = is_first ? 1 : order(c, item, best);
    if (is_first || (is_max ? way > 0 : way < 0)) best = item;
    is_first = false;
    return true;
  });
  return best;
}

Answer sum(MethodCall& c) {
  if (c.self.is(Kind::kMap) || c.self.is_text() || c.count() > 2) return kNone;
  const bool has_closure = c.count() > 0 && c.is(c.count() - 1, Kind::kClosure);
  const bool has_first = c.count() == (has_closure ? 2U : 1U);
  Value total = has_first ? c.arguments[0] : Value();
  bool is_first = !has_first;
  c.fiber.iterate(c.self, [&](const Value& item) {
    const Value value = has_closure ? c.call(c.arguments[c.count() - 1], item) : item;
    total = is_first ? value : c.fiber.binary(Operator::kPlus, total, value);
    is_first = false;
    return true;
  });
  return total;
}

// A closure of two compares the members; one of one says what is compared, a list or map too.
Values distinct(MethodCall& c, const Values& items, bool by_closure) {
  const bool by_order = by_closure && Fiber::arity_of(c.arguments.back().as<Closure>()) == 2;
  Values kept;
  Values keys;
  for (const auto& item : items) {
    const Value key = by_closure && !by_order ? c.call(c.arguments.back(), item) : item;
    const bool is_known = std::any_of(keys.begin(), keys.end(), [&](const Value& one) {
      c.fiber.step();
      return by_order ? order(c, one, key) == 0 : c.fiber.equals(one, key);
    });
    if (is_known) continue;
    kept.push_back(item);
    keys.push_back(key);
  }
  return kept;
}

Answer unique(MethodCall& c) {
  if (c.self.is(Kind::kMap) || c.self.is_text()) return kNone;
  const bool has_flag = c.is(0, Kind::kBool);
  const bool changes = c.name == "unique" && !(has_flag && !c.arguments[0].truth());
  const bool by_closure = c.count() > 0 && c.is(c.count() - 1, Kind::kClosure);
  Values kept = distinct(c, c.fiber.items_of(c.self), by_closure);
  if (!changes || !c.self.is(Kind::kList)) return Value(c.fiber.list(std::move(kept)));
  return replaced(c, std::move(kept));
}

Answer reverse(MethodCall& c) {
  const bool changes = c.count() == 1 && c.is(0, Kind::kBool) && c.arguments[0].truth();
  if (c.self.is(Kind::kMap) || c.count() > 1 || (!c.takes_none() && !c.is(0, Kind::kBool)))
    return kNone;
  Values items = c.fiber.items_of(c.self);
  std::reverse(items.begin(), items.end());
  if (!changes || !c.self.is(Kind::kList)) return Value(c.fiber.list(std::move(items)));
  c.self.as<List>().items = std::move(items);
  c.self.as<List>().changed();
  return c.self;
}

Answer reverse_each(MethodCall& c) {
  if (!c.is(0, Kind::kClosure)) return kNone;
  const Values items = c.fiber.items_of(c.self);
  for (auto item = items.rbegin(); item != items.rend(); ++item)
    (void)c.call(c.arguments[0], *item);
  return c.self;
}

void flatten_into(MethodCall& c, const Value& value, Values& out, int depth) {
  if (depth > kPrintedDepthMax)
    c.fiber.abort(Code::kInvalid, "a list holds itself, or is nested too deeply");
  if (!value.is(Kind::kList) && !value.is(Kind::kSet) && !value.is(Kind::kRange)) {
    out.push_back(value);
    return;
  }
  for (const auto& item : c.fiber.items_of(value))
    flatten_into(c, item, out, depth + 1);
}

Answer flatten(MethodCall& c) {
  if (c.self.is(Kind::kMap) || c.self.is_text()) return kNone;
  Values items;
  flatten_into(c, c.self, items, 0);
  return Value(c.fiber.list(std::move(items)));
}

// The entries that another map has too.
Answer common_entries(MethodCall& c) {
  if (!c.is(0, Kind::kMap)) return kNone;
  const auto result = c.fiber.map();
  const auto items = c.self.as<Map>().items();
  for (const auto& item : items) {
    const Value* other = c.arguments[0].as<Map>().find(item.key);
    if (other != nullptr && c.fiber.equals(item.value, Value(*other)))
      result->put(item.key, item.value);
  }
  return Value(result);
}

Answer intersect(MethodCall& c) {
  if (c.count() != 1 || c.self.is_text()) return kNone;
  if (c.self.is(Kind::kMap)) return c.name == "intersect" ? common_entries(c) : kNone;
  const Values other = c.fiber.items_of(c.arguments[0]);
  Values both;
  for (const auto& item : c.fiber.items_of(c.self)) {
    c.fiber.step();
    if (std::any_of(other.begin(), other.end(),
                    [&](const Value& one) { return c.fiber.equals(one, item); }))
      both.push_back(item);
  }
  if (c.name == "disjoint") return Value::of(both.empty());
  return Value(c.fiber.list(distinct(c, both, false)));
}

Answer first_or_last(MethodCall& c) {
  if (!c.takes_none() || c.self.is(Kind::kMap) || c.self.is_text()) return kNone;
  const Values items = c.fiber.items_of(c.self);
  if (items.empty())
    c.fiber.throw_new("java.util.NoSuchElementException",
                      "Cannot access " + c.name + "() element from an empty List");
  return c.name == "last" ? items.back() : items.front();
}

Answer part(MethodCall& c) {  // take, drop, takeRight, dropRight, tail, init
  const bool is_counted = c.name != "tail" && c.name != "init";
  if (c.self.is_text() || (is_counted && !c.is_whole(0))) return kNone;
  const Values items = c.fiber.items_of(c.self);
  const auto size = static_cast<std::int64_t>(items.size());
  if (!is_counted && size == 0)
    c.fiber.throw_new("java.util.NoSuchElementException",
                      "Cannot access " + c.name + "() for an empty list");
  const std::int64_t n = std::clamp<std::int64_t>(is_counted ? c.number(0) : 1, 0, size);
  std::int64_t from = 0;
  std::int64_t to = size;
  if (c.name == "take") to = n;
  if (c.name == "takeRight") from = size - n;
  if (c.name == "drop" || c.name == "tail") from = n;
  if (c.name == "dropRight" || c.name == "init") to = size - n;
  Values kept(items.begin() + from, items.begin() + to);
  if (!c.self.is(Kind::kMap)) return Value(c.fiber.list(std::move(kept)));
  const auto map = c.fiber.map();
  for (const auto& item : kept)
    map->put(item.as<Entry>().key, item.as<Entry>().value);
  return Value(map);
}

}  // namespace

Method find_order_method(const std::string& name) {
  static const Table table = {
      {"sort", sort},
      {"toSorted",
       [](MethodCall& c) -> Answer {
         c.arguments.insert(c.arguments.begin(), Value::of(false));
         return sort(c);
       }},
      {"max", max_or_min},
      {"min", max_or_min},
      {"sum", sum},
      {"unique", unique},
      {"toUnique", unique},
      {"reverse", reverse},
      {"reverseEach", reverse_each},
      {"flatten", flatten},
      {"intersect", intersect},
      {"disjoint", intersect},
      {"first", first_or_last},
      {"last", first_or_last},
      {"head", first_or_last},
      {"take", part},
      {"drop", part},
      {"takeRight", part},
      {"dropRight", part},
      {"tail", part},
      {"init", part},
  };
  return find_in_table(table, name);
}

}  // namespace runtask::groovy
