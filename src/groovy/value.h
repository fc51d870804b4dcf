#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "groovy/decimal.h"
#include "groovy/object.h"
#include "groovy/raised.h"

// What Groovy code computes with: null, numbers, texts, lists, maps, closures and the host's own
// objects. A Value is 16 bytes; what is larger is an Object that it refers to. Who holds the baton
// may touch them, nobody else.

namespace runtask::groovy {

struct ClassInfo;
struct ClosureExpr;
class Closure;
class Fiber;
class Script;
class Value;

// Why a call did not return a value: a Groovy exception, or the end of the build.
struct Raised {
  Ref<Throwable> throwable;    // Null when the build is over.
  std::optional<Error> abort;  // Set when it is.
};
using Outcome = tl::expected<Value, Raised>;

class Value {
 public:
  Value() = default;  // null
  static Value of(bool truth) {
    Value value(Kind::kBool);
    value.data_.whole = truth ? 1 : 0;
    return value;
  }
  static Value integer(std::int32_t number) {
    Value value(Kind::kInteger);
    value.data_.whole = number;
    return value;
  }
  static Value whole(std::int64_t number) {  // A Long.
    Value value(Kind::kLong);
    value.data_.whole = number;
    return value;
  }
  static Value real(double number) {
    Value value(Kind::kDouble);
    value.data_.real = number;
    return value;
  }
  template <class T>
  Value(const Ref<T>& object) {  // NOLINT(google-explicit-constructor): every object is a value.
    if (object) assign(object.get());
  }
  explicit Value(Object* object) {
    if (object != nullptr) assign(object);
  }
  Value(const Value& other) : kind_(other.kind_), data_(other.data_) { hold(); }
  Value(Value&& other) noexcept : kind_(other.kind_), data_(other.data_) {
    other.kind_ = Kind::kNull;
  }
  Value& operator=(Value other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(data_, other.data_);
    return *this;
  }
  // NOLINTBEGIN(clang-analyzer-cplusplus.NewDelete): it does not follow the counts.
  ~Value() {
    if (is_object()) data_.object->release();
  }
  // NOLINTEND(clang-analyzer-cplusplus.NewDelete)

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is(Kind kind) const { return kind_ == kind; }
  [[nodiscard]] bool is_null() const { return kind_ == Kind::kNull; }
  [[nodiscard]] bool is_object() const { return kind_ > Kind::kDouble; }
  [[nodiscard]] bool is_text() const { return is(Kind::kString) || is(Kind::kGString); }
  [[nodiscard]] bool is_character() const;  // A text too.
  [[nodiscard]] bool is_number() const {
    return kind_ >= Kind::kInteger && kind_ <= Kind::kBigDecimal;
  }
  // The content, for the kinds that have it.
  [[nodiscard]] bool truth() const { return data_.whole != 0; }
  [[nodiscard]] std::int64_t number() const { return data_.whole; }
  [[nodiscard]] double real_number() const { return data_.real; }
  [[nodiscard]] Object* object() const { return data_.object; }
  template <class T>
  [[nodiscard]] T& as() const {
    return static_cast<T&>(*data_.object);  // NOLINT(clang-analyzer-cplusplus.NewDelete): see Ref
  }
  // The string's text. REQUIRES: is(kString).
  [[nodiscard]] const std::string& text() const;

 private:
  explicit Value(Kind kind) : kind_(kind) {}
  void assign(Object* object) {
    kind_ = object->kind();
    data_.object = object;
    object->retain();
  }
  void hold() const {
    if (is_object())
      data_.object->retain();  // NOLINT(clang-analyzer-cplusplus.NewDelete): as above.
  }

  Kind kind_ = Kind::kNull;
  union {
    std::int64_t whole;
    double real;
    Object* object;
  } data_{};
};

using Values = std::vector<Value>;

class Number : public Object {  // BigInteger and BigDecimal.
 public:
  Number(Kind kind, Decimal number) : Object(kind), value(number) {}
  const Decimal value;
};

// A Character is a String of one letter that calculates with its code and equals no String.
class String : public Object {
 public:
  explicit String(std::string content, bool of_character = false)
      : Object(Kind::kString), text(std::move(content)), is_character(of_character) {}
  const std::string text;
  const bool is_character;
};

// A text with values in it, not yet put together: turned to text on use.
class GString : public Object {
 public:
  GString(std::vector<std::string> around, Values inside)
      : Object(Kind::kGString), texts(std::move(around)), values(std::move(inside)) {}
  void clear() override { values.clear(); }
  const std::vector<std::string> texts;  // One more than values.
  Values values;                         // A closure is called at each conversion: `${-> x}`.
};

class List : public Object {
 public:
  explicit List(Values content, const ClassInfo* array_of = nullptr)
      : Object(Kind::kList), items(std::move(content)), element(array_of) {}
  void clear() override { items.clear(); }
  // After every change: counts the memory and tells iterations that the list is not what it was.
  void changed() {
    ++version;
    charge(items.capacity() * sizeof(Value));
  }
  Values items;
  const ClassInfo* element;  // Set for an array, which does not grow.
  std::uint32_t version = 0;
  bool is_fixed = false;
  bool is_json = false;  // An array of net.sf.json: see json_object.h.
};

// A map in the order of insertion, but for JsonSlurper's; a set is a map without values.
class Map : public Object {
 public:
  explicit Map(Kind kind = Kind::kMap) : Object(kind) {}
  void clear() override;

  struct Item {
    Value key;
    Value value;
  };
  [[nodiscard]] const std::vector<Item>& items() const { return items_; }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] const Value* find(const Value& key) const;
  [[nodiscard]] const Value* find(std::string_view key) const;
  // True if the key is new. A known key keeps its place.
  bool put(const Value& key, Value value);
  bool remove(const Value& key);
  void assign(std::vector<Item> items);  // In this order; keys are distinct.
  void become_lazy();

  Value missing;  // The closure of withDefault, or null.
  std::uint32_t version = 0;
  bool is_fixed = false;  // Scripts cannot change it.
  bool is_json = false;   // An object of net.sf.json: see json_object.h.
  bool is_lazy = false;   // Of JsonSlurper: sorted by its keys, and its toString() is Java's.

 private:
  [[nodiscard]] std::optional<std::size_t> index_of(const Value& key, std::size_t hash) const;
  void index_all();

  std::vector<Item> items_;
  std::unordered_multimap<std::size_t, std::size_t> index_;  // From hash to place; large maps only.
};

class Entry : public Object {
 public:
  Entry(Value entry_key, Value entry_value, Ref<Map> entry_map)
      : Object(Kind::kEntry),
        key(std::move(entry_key)),
        value(std::move(entry_value)),
        map(std::move(entry_map)) {}
  void clear() override {
    key = value = Value();
    map = Ref<Map>();
  }
  Value key;
  Value value;
  Ref<Map> map;  // For entry.value = x.
};

// 1..3, 3..1, 0..<n. Counts without holding its members.
class Range : public Object {
 public:
  Range(std::int64_t first_number, std::int64_t last_number, bool backwards)
      : Object(Kind::kRange), first(first_number), last(last_number), is_reverse(backwards) {}
  [[nodiscard]] std::int64_t size() const {
    return is_empty ? 0 : (is_reverse ? first - last : last - first) + 1;
  }
  [[nodiscard]] Value at(std::int64_t index) const {
    return Value::integer(static_cast<std::int32_t>(is_reverse ? first - index : first + index));
  }
  // As it is written, which is its toString(): 1..3, 0..<4.
  [[nodiscard]] std::string text() const;
  const std::int64_t first;
  const std::int64_t last;
  const bool is_reverse;
  bool is_empty = false;  // 0..<0
  bool excludes_end = false;
};

class Date : public Object {
 public:
  explicit Date(WallTime moment) : Object(Kind::kDate), time(moment) {}
  const WallTime time;
};

class ClassValue : public Object {
 public:
  explicit ClassValue(const ClassInfo& class_info) : Object(Kind::kClass), info(class_info) {}
  const ClassInfo& info;
};

class Builder : public Object {
 public:
  Builder() : Object(Kind::kBuilder) {}
  std::string text;
};

// An exception as a value. `info` may be a class that only the host knows.
class Throwable : public Object {
 public:
  Throwable(const ClassInfo& class_info, Value text, Value reason)
      : Object(Kind::kThrowable),
        info(class_info),
        message(std::move(text)),
        cause(std::move(reason)) {}
  void clear() override {
    message = cause = payload = Value();
    fields.clear();
  }
  const ClassInfo& info;
  Value message;      // A string or null.
  Value cause;        // A throwable or null.
  Value payload;      // For the host; of a host object a script sees the properties and methods.
  std::string where;  // "Jenkinsfile:3:5" of the throw, or empty.
  Values fields;      // Of a class in Groovy.
};

// An object of a class in Groovy.
class Instance : public Object {
 public:
  explicit Instance(const ClassInfo& class_info) : Object(Kind::kInstance), info(class_info) {}
  void clear() override { fields.clear(); }
  const ClassInfo& info;
  Values fields;              // In the order of its DeclaredClass.
  std::string constant;       // Of an enum's constant: its name.
  std::int32_t ordinal = -1;  // Of an enum's constant.
};

// An object of the host: `env`, `params`, `currentBuild`, `docker`. Names come as text. Each answer
// of none means "there is no such thing" and becomes Groovy's own exception.
class HostObject : public Object {
 public:
  HostObject() : Object(Kind::kHost) {}
  [[nodiscard]] virtual std::string class_name() const = 0;  // For messages and for getClass().
  [[nodiscard]] virtual std::optional<Outcome> get(Fiber& fiber, const std::string& name);
  // Returns the value stored, or none if the property is not there or cannot be written.
  [[nodiscard]] virtual std::optional<Outcome> set(Fiber& fiber, const std::string& name,
                                                   const Value& value);
  [[nodiscard]] virtual std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                                    Values& arguments);
  // `object[index]` and `object[index] = value`: get and set with the index as text, by default.
  [[nodiscard]] virtual std::optional<Outcome> at(Fiber& fiber, const Value& index);
  [[nodiscard]] virtual std::optional<Outcome> put(Fiber& fiber, const Value& index,
                                                   const Value& value);
  [[nodiscard]] virtual std::string text() const { return class_name(); }
  [[nodiscard]] virtual bool truth() const { return true; }
};

inline const std::string& Value::text() const {
  return as<String>().text;
}
inline bool Value::is_character() const {
  return is(Kind::kString) && as<String>().is_character;
}

// Java's equals() and hashCode(), as maps, sets and contains() use them: 1 and 1L differ, a GString
// is not a String. Throws Aborted on lists nested deeper than kPrintedDepthMax.
[[nodiscard]] bool same(const Value& a, const Value& b, int depth = 0);
[[nodiscard]] std::size_t hash_of(const Value& value, int depth = 0);

// The name of the value's class: "java.lang.String"; "null" for null.
[[nodiscard]] std::string class_name_of(const Value& value);
[[nodiscard]] bool is_characters(const Value& value);  // A char[].
[[nodiscard]] std::string text_of(double number);      // As Java prints it: 1.0E7.

}  // namespace runtask::groovy
