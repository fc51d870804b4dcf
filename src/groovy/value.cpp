#include "groovy/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "groovy/limits.h"

namespace runtask::groovy {
namespace {

constexpr std::size_t kIndexFrom = 8;  // Smaller maps are searched from end to end.

void check_depth(int depth) {
  if (depth > kPrintedDepthMax)
    throw Aborted{
        {Code::kInvalid, "a list or a map holds itself, or is nested too deeply", {}, {}}};
}

bool same_numbers(const Value& a, const Value& b) {
  if (a.is(Kind::kDouble)) return a.real_number() == b.real_number();
  if (a.is(Kind::kBigDecimal) || a.is(Kind::kBigInteger)) {
    const auto& left = a.as<Number>().value;
    const auto& right = b.as<Number>().value;
    return left.scale() == right.scale() && left.compare(right) == 0;
  }
  return a.number() == b.number();
}

bool same_maps(const Map& a, const Map& b, int depth) {
  if (a.size() != b.size()) return false;
  return std::all_of(a.items().begin(), a.items().end(), [&](const Map::Item& item) {
    const Value* other = b.find(item.key);
    return other != nullptr && same(item.value, *other, depth + 1);
  });
}

bool same_gstrings(const GString& a, const GString& b, int depth) {
  return a.texts == b.texts && a.values.size() == b.values.size() &&
         std::equal(a.values.begin(), a.values.end(), b.values.begin(),
                    [&](const Value& x, const Value& y) { return same(x, y, depth + 1); });
}

std::size_t mixed(std::size_t seed, std::size_t more) {
  return seed * 31 + more;
}

}  // namespace

bool same(const Value& a, const Value& b, int depth) {
  check_depth(depth);
  if (a.kind() != b.kind()) return false;
  if (a.is_null()) return true;
  if (a.is(Kind::kBool)) return a.truth() == b.truth();
  if (a.is_number()) return same_numbers(a, b);
  if (a.object() == b.object()) return true;
  switch (a.kind()) {
    case Kind::kString:
      return a.text() == b.text() && a.is_character() == b.is_character();
    case Kind::kGString:
      return same_gstrings(a.as<GString>(), b.as<GString>(), depth);
    case Kind::kList: {
      const auto& left = a.as<List>().items;
      const auto& right = b.as<List>().items;
      return left.size() == right.size() &&
             std::equal(left.begin(), left.end(), right.begin(),
                        [&](const Value& x, const Value& y) { return same(x, y, depth + 1); });
    }
    case Kind::kSet:
    case Kind::kMap:
      return same_maps(a.as<Map>(), b.as<Map>(), depth);
    case Kind::kEntry:
      return same(a.as<Entry>().key, b.as<Entry>().key, depth + 1) &&
             same(a.as<Entry>().value, b.as<Entry>().value, depth + 1);
    case Kind::kRange:
      return a.as<Range>().first == b.as<Range>().first &&
             a.as<Range>().size() == b.as<Range>().size() &&
             a.as<Range>().is_reverse == b.as<Range>().is_reverse;
    case Kind::kDate:
      return a.as<Date>().time == b.as<Date>().time;
    case Kind::kClass:
      return &a.as<ClassValue>().info == &b.as<ClassValue>().info;
    default:
      return false;
  }
}

std::size_t hash_of(const Value& value, int depth) {
  check_depth(depth);
  switch (value.kind()) {
    case Kind::kNull:
      return 0;
    case Kind::kBool:
    case Kind::kInteger:
    case Kind::kLong:
      return std::hash<std::int64_t>()(value.number());
    case Kind::kDouble:
      return std::hash<double>()(value.real_number());
    case Kind::kBigInteger:
    case Kind::kBigDecimal:
      return std::hash<double>()(value.as<Number>().value.to_double());
    case Kind::kString:
      return std::hash<std::string>()(value.text());
    case Kind::kList: {
      std::size_t hash = 1;
      for (const auto& item : value.as<List>().items)
        hash = mixed(hash, hash_of(item, depth + 1));
      return hash;
    }
    case Kind::kSet:
    case Kind::kMap: {
      std::size_t hash = 0;
      for (const auto& item : value.as<Map>().items())
        hash += hash_of(item.key, depth + 1) ^ hash_of(item.value, depth + 1);
      return hash;
    }
    case Kind::kEntry:
      return hash_of(value.as<Entry>().key, depth + 1);
    case Kind::kGString:
      return value.as<GString>().values.size();
    case Kind::kRange:
      return static_cast<std::size_t>(value.as<Range>().first);
    case Kind::kDate:
      return static_cast<std::size_t>(value.as<Date>().time.time_since_epoch().count());
    case Kind::kClass:
      return std::hash<const void*>()(&value.as<ClassValue>().info);
    default:
      return std::hash<const void*>()(value.object());
  }
}

std::string Range::text() const {
  const std::int64_t end = is_empty || !excludes_end ? last : is_reverse ? last - 1 : last + 1;
  return std::to_string(first) + (excludes_end ? "..<" : "..") + std::to_string(end);
}

void Map::clear() {
  items_.clear();
  index_.clear();
  missing = Value();
}

std::optional<std::size_t> Map::index_of(const Value& key, std::size_t hash) const {
  if (items_.size() <= kIndexFrom) {
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (same(items_[i].key, key)) return i;
    return std::nullopt;
  }
  const auto [begin, end] = index_.equal_range(hash);
  for (auto place = begin; place != end; ++place)
    if (same(items_[place->second].key, key)) return place->second;
  return std::nullopt;
}

const Value* Map::find(const Value& key) const {
  const auto place = index_of(key, items_.size() > kIndexFrom ? hash_of(key) : 0);
  return place ? &items_[*place].value : nullptr;
}

const Value* Map::find(std::string_view key) const {
  if (items_.size() > kIndexFrom)
    return find(Value(Ref<String>(std::make_unique<String>(std::string(key)).release())));
  for (const auto& item : items_)
    if (item.key.is(Kind::kString) && item.key.text() == key && !item.key.is_character())
      return &item.value;
  return nullptr;
}

namespace {

// Of the keys of JsonSlurper, which are texts; others come last.
bool is_key_before(const Value& key, const Map::Item& item) {
  if (!key.is(Kind::kString) || !item.key.is(Kind::kString)) return key.is(Kind::kString);
  return key.text() < item.key.text();
}

}  // namespace

bool Map::put(const Value& key, Value value) {
  const std::size_t hash = items_.size() >= kIndexFrom ? hash_of(key) : 0;
  if (const auto place = index_of(key, hash)) {
    items_[*place].value = std::move(value);
    return false;
  }
  ++version;
  const auto next =
      is_lazy ? std::upper_bound(items_.begin(), items_.end(), key, is_key_before) : items_.end();
  const bool is_last = next == items_.end();
  items_.insert(next, {key, std::move(value)});
  charge(items_.capacity() * sizeof(Item) + index_.size() * 4 * sizeof(void*));
  if (items_.size() == kIndexFrom + 1 || !is_last)
    index_all();
  else if (items_.size() > kIndexFrom)
    index_.emplace(hash, items_.size() - 1);
  return true;
}

bool Map::remove(const Value& key) {
  const auto place = index_of(key, items_.size() > kIndexFrom ? hash_of(key) : 0);
  if (!place) return false;
  ++version;
  items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(*place));
  index_all();
  return true;
}

void Map::assign(std::vector<Item> items) {
  ++version;
  items_ = std::move(items);
  charge(items_.capacity() * sizeof(Item));
  index_all();
}

void Map::become_lazy() {
  is_lazy = true;
  std::stable_sort(items_.begin(), items_.end(), [](const Item& one, const Item& other) {
    return is_key_before(one.key, other);
  });
  index_all();
}

void Map::index_all() {
  index_.clear();
  if (items_.size() <= kIndexFrom) return;
  for (std::size_t i = 0; i < items_.size(); ++i)
    index_.emplace(hash_of(items_[i].key), i);
}

std::optional<Outcome> HostObject::get(Fiber& /*fiber*/, const std::string& /*name*/) {
  return std::nullopt;
}
std::optional<Outcome> HostObject::set(Fiber& /*fiber*/, const std::string& /*name*/,
                                       const Value& /*value*/) {
  return std::nullopt;
}
std::optional<Outcome> HostObject::call(Fiber& /*fiber*/, const std::string& /*method*/,
                                        Values& /*arguments*/) {
  return std::nullopt;
}
std::optional<Outcome> HostObject::at(Fiber& fiber, const Value& index) {
  if (!index.is(Kind::kString)) return std::nullopt;
  return get(fiber, index.text());
}
std::optional<Outcome> HostObject::put(Fiber& fiber, const Value& index, const Value& value) {
  if (!index.is(Kind::kString)) return std::nullopt;
  return set(fiber, index.text(), value);
}

std::string text_of(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  if (number == 0) return std::signbit(number) ? "-0.0" : "0.0";
  std::array<char, 64> buffer{};
  const double size = std::fabs(number);
  if (size >= 1e-3 && size < 1e7) {
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                   std::chars_format::fixed)
                         .ptr;
    std::string text(buffer.data(), end);
    return text.find('.') == std::string::npos ? text + ".0" : text;
  }
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                 std::chars_format::scientific)
                       .ptr;
  std::string text(buffer.data(), end);
  const auto mark = text.find('e');
  std::string mantissa = text.substr(0, mark);
  if (mantissa.find('.') == std::string::npos) mantissa += ".0";
  std::string exponent = text.substr(mark + 1);
  const bool is_negative = exponent.starts_with('-');
  exponent.erase(0, std::min(exponent.find_first_not_of("+-0"), exponent.size() - 1));
  return mantissa + "E" + (is_negative ? "-" : "") + exponent;
}

}  // namespace runtask::groovy
