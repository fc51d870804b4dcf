#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "groovy/classes.h"
#include "groovy/methods.h"

// Groups, combinations and orders of the members of a list.

namespace runtask::groovy {
namespace {

using Answer = std::optional<Value>;
using Table = std::unordered_map<std::string, Method>;

constexpr auto kNone = std::nullopt;
constexpr std::size_t kCombinationsMax = 1'000'000;  // Values in all of them.

bool is_sequence(const Value& value) {
  return value.is(Kind::kList) || value.is(Kind::kSet) || value.is(Kind::kRange);
}

// collate(size, step, keeps the last ones, which are shorter)
Answer collate(MethodCall& c) {
  const bool has_flag = c.count() > 1 && c.is(c.count() - 1, Kind::kBool);
  const std::size_t numbers = c.count() - (has_flag ? 1 : 0);
  const bool is_good = (numbers == 1 || numbers == 2) && c.is_whole(0) &&
                       (numbers == 1 || c.is_whole(1)) && is_sequence(c.self);
  if (!is_good) return kNone;
  const Values items = c.fiber.items_of(c.self);
  const auto all = static_cast<std::int64_t>(items.size());
  const bool keeps = !has_flag || c.arguments.back().truth();
  const std::int64_t size = c.number(0) <= 0 ? std::max<std::int64_t>(all, 1) : c.number(0);
  const std::int64_t step = numbers == 1 ? size : c.number(1);
  if (step <= 0) c.fiber.throw_new("java.lang.IllegalArgumentException", "step cannot be zero");
  Values groups;
  for (std::int64_t i = 0; i < all && (keeps || size <= all - i); i += step) {
    c.fiber.step();
    groups.push_back(
        c.fiber.list(Values(items.begin() + i, items.begin() + i + std::min(size, all - i))));
  }
  return Value(c.fiber.list(std::move(groups)));
}

// All ways to take one of each list, the first varying fastest.
Values combinations_of(MethodCall& c) {
  std::vector<Values> sources;
  std::size_t total = 1;
  for (const auto& source : c.fiber.items_of(c.self)) {
    sources.push_back(is_sequence(source) ? c.fiber.items_of(source) : Values{source});
    total *= sources.back().size();
    if (total * std::max<std::size_t>(sources.size(), 1) > kCombinationsMax)
      c.fiber.abort(Code::kFull, "these lists have too many combinations");
  }
  if (sources.empty()) total = 0;
  Values result;
  for (std::size_t i = 0; i < total; ++i) {
    Values one;
    std::size_t rest = i;
    for (const auto& source : sources) {
      one.push_back(source[rest % source.size()]);
      rest /= source.size();
    }
    result.emplace_back(c.fiber.list(std::move(one)));
  }
  return result;
}

// All orders of the members, by their places.
Values permutations_of(MethodCall& c) {
  const Values items = c.fiber.items_of(c.self);
  if (items.empty())
    c.fiber.throw_new("java.lang.IllegalArgumentException", "At least one item required");
  std::size_t total = items.size();
  for (std::size_t i = 2; i <= items.size() && total <= kCombinationsMax; ++i)
    total *= i;
  if (total > kCombinationsMax) c.fiber.abort(Code::kFull, "this list has too many permutations");
  std::vector<std::size_t> places(items.size());
  std::iota(places.begin(), places.end(), 0);
  Values result;
  do {
    Values one;
    for (const std::size_t place : places)
      one.push_back(items[place]);
    result.emplace_back(c.fiber.list(std::move(one)));
  } while (std::next_permutation(places.begin(), places.end()));
  return result;
}

// The members in their order, some left out, but not all.
Values subsequences_of(MethodCall& c) {
  const Values items = c.fiber.items_of(c.self);
  if (items.size() > 20 || (items.size() << items.size()) > kCombinationsMax)
    c.fiber.abort(Code::kFull, "this list has too many subsequences");
  Values result;
  for (std::size_t chosen = 1; chosen < (std::size_t{1} << items.size()); ++chosen) {
    Values one;
    for (std::size_t i = 0; i < items.size(); ++i)
      if (((chosen >> i) & 1U) != 0) one.push_back(items[i]);
    result.emplace_back(c.fiber.list(std::move(one)));
  }
  return result;
}

Value collected(MethodCall& c, Values all) {
  for (auto& one : all)
    one = c.fiber.call1(c.arguments[0], one);
  return c.fiber.list(std::move(all));
}

Value set_of(MethodCall& c, const Values& all) {
  const auto set = c.fiber.heap().make<Map>(Kind::kSet);
  for (const auto& one : all)
    set->put(one, Value());
  return set;
}

bool takes_nothing_or_closure(const MethodCall& c) {
  return is_sequence(c.self) && (c.takes_none() || (c.count() == 1 && c.is(0, Kind::kClosure)));
}

Answer combinations(MethodCall& c) {
  if (!takes_nothing_or_closure(c)) return kNone;
  Values all = combinations_of(c);
  return c.takes_none() ? Value(c.fiber.list(std::move(all))) : collected(c, std::move(all));
}

Answer permutations(MethodCall& c) {
  if (!takes_nothing_or_closure(c)) return kNone;
  Values all = permutations_of(c);
  return c.takes_none() ? set_of(c, all) : collected(c, std::move(all));
}

Answer subsequences(MethodCall& c) {
  if (!is_sequence(c.self) || !c.takes_none()) return kNone;
  return set_of(c, subsequences_of(c));
}

Answer each_of_all(MethodCall& c) {  // eachCombination, eachPermutation
  if (!is_sequence(c.self) || c.count() != 1 || !c.is(0, Kind::kClosure)) return kNone;
  (void)collected(c, c.name == "eachCombination" ? combinations_of(c) : permutations_of(c));
  return Value();
}

Value nested(MethodCall& c, const Value& value, int depth) {
  if (depth > kPrintedDepthMax)
    c.fiber.abort(Code::kInvalid, "a list holds itself, or is nested too deeply");
  if (!is_sequence(value)) return c.fiber.call1(c.arguments[0], value);
  Values items = c.fiber.items_of(value);
  for (auto& item : items)
    item = nested(c, item, depth + 1);
  return c.fiber.list(std::move(items));
}

Answer collect_nested(MethodCall& c) {
  if (!is_sequence(c.self) || c.count() != 1 || !c.is(0, Kind::kClosure)) return kNone;
  return nested(c, c.self, 0);
}

}  // namespace

Method find_combination_method(const std::string& name) {
  static const Table table = {
      {"collate", collate},
      {"combinations", combinations},
      {"eachCombination", each_of_all},
      {"permutations", permutations},
      {"eachPermutation", each_of_all},
      {"subsequences", subsequences},
      {"collectNested", collect_nested},
  };
  return find_in_table(table, name);
}

}  // namespace runtask::groovy
