#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json.h"
#include "base/time.h"

// The two visitors behind members(): Reader fills a struct from JSON, Writer makes JSON of it. For
// .cpp files only, because it brings all of nlohmann::json. How a struct is described is said in
// base/json.h. Of a member's visit there are these kinds:
//
//   visit("name", field)           read if there; written unless empty (no value, "", [], {})
//   visit.required("name", field)  an error when it is missing; always written
//   visit.always("name", field)    read if there; always written, even when empty
//   visit.seconds / visit.millis   a WallTime as epoch seconds with fraction (ECS) or as integer
//                                  epoch milliseconds (CloudWatch Logs)
//   visit.text("name", field)      a string; a number is taken too, as its digits: some servers
//   write
//                                  numbers where AWS writes text
//   visit.rest(field)              must come last: every member that no visit has named
//
// null counts as absent, as the AWS services treat it.

namespace runtask::json {

class Reader;
class Writer;

template <class T>
concept Struct = std::is_class_v<T> && requires(T& thing, Reader& reader) {
  members(reader, thing);
};

class Reader {
 public:
  // `value` must outlive the reader; `source` starts the path in errors.
  Reader(const Value& value, std::string source) : value_(value), step_(std::move(source)) {}

  template <class T>
  void operator()(const char* name, T& field) {
    if (const auto* member = find(name)) read_at(*member, name, field);
  }
  template <class T>
  void required(const char* name, T& field) {
    if (const auto* member = find(name)) {
      read_at(*member, name, field);
    } else if (value_.is_object()) {
      complain("member `" + std::string(name) + "` is missing");
    }
  }
  template <class T>
  void always(const char* name, T& field) {
    (*this)(name, field);
  }
  void text(const char* name, std::string& field) {
    const auto* member = find(name);
    if (member != nullptr && member->is_number_integer()) {
      field = member->dump();
    } else if (member != nullptr) {
      read_at(*member, name, field);
    }
  }
  void seconds(const char* name, std::optional<WallTime>& field) {
    std::optional<double> number;
    (*this)(name, number);
    if (number) take_time(name, *number * 1000.0 + 0.5, field);
  }
  void millis(const char* name, WallTime& field) {
    std::optional<WallTime> time;
    millis(name, time);
    if (time) field = *time;
  }
  void millis(const char* name, std::optional<WallTime>& field) {
    std::optional<std::int64_t> number;
    (*this)(name, number);
    if (number) take_time(name, static_cast<double>(*number), field);
  }
  void rest(Members& members) {
    if (!value_.is_object()) return;
    for (const auto& [name, member] : value_.items()) {
      if (std::find(seen_.begin(), seen_.end(), name) == seen_.end() && !member.is_null())
        members.emplace_back(name, to_text(member));
    }
  }

  template <class T>
  void read(T& field) {
    if constexpr (Struct<T>) {
      if (!value_.is_object()) return complain_type("object");
      members(*this, field);
    } else {
      read_scalar(field);
    }
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  Reader(const Value& value, std::string step, const Reader* parent)
      : value_(value), step_(std::move(step)), parent_(parent) {}

  const Value* find(const char* name) {
    if (!value_.is_object()) return nullptr;
    seen_.emplace_back(name);
    const auto member = value_.find(name);
    return member == value_.end() || member->is_null() ? nullptr : &*member;
  }
  template <class T>
  void read_at(const Value& value, std::string step, T& field) {
    if (error_) return;
    Reader inner(value, std::move(step), this);
    inner.read(field);
    if (inner.error_) error_ = std::move(inner.error_);
  }
  template <class T>
  void read_scalar(std::optional<T>& field) {
    read(field.emplace());
  }
  template <class T>
  void read_scalar(std::vector<T>& field) {
    if (!value_.is_array()) return complain_type("array");
    field.clear();
    field.reserve(value_.size());
    std::size_t index = 0;
    for (const auto& element : value_)
      read_at(element, "[" + std::to_string(index++) + "]", field.emplace_back());
  }
  template <class T>
  void read_scalar(std::map<std::string, T>& field) {
    if (!value_.is_object()) return complain_type("object");
    for (const auto& [name, member] : value_.items())
      read_at(member, name, field[name]);
  }
  void read_scalar(std::string& field) {
    if (const auto* text = value_.get_ptr<const Value::string_t*>()) {
      field = *text;
    } else {
      complain_type("string");
    }
  }
  void read_scalar(bool& field) {
    if (!value_.is_boolean()) return complain_type("boolean");
    field = value_.get<bool>();
  }
  template <std::integral T>
  void read_scalar(T& field) {
    if (!value_.is_number_integer()) return complain_type("integer");
    const bool fits = value_.is_number_unsigned() ? std::in_range<T>(value_.get<std::uint64_t>())
                                                  : std::in_range<T>(value_.get<std::int64_t>());
    if (!fits) return complain("the number is too large");
    field = value_.is_number_unsigned() ? static_cast<T>(value_.get<std::uint64_t>())
                                        : static_cast<T>(value_.get<std::int64_t>());
  }
  void read_scalar(double& field) {
    if (!value_.is_number()) return complain_type("number");
    field = value_.get<double>();
  }

  // A server may say anything; what is after the year 9999 cannot be written as a time again.
  void take_time(const char* name, double milliseconds, std::optional<WallTime>& field) {
    constexpr double kMillisecondsMax = 253'402'300'799'999.0;
    if (milliseconds >= 0.0 && milliseconds <= kMillisecondsMax) {
      field = WallTime(Duration(static_cast<long long>(milliseconds)));
    } else {
      complain("member `" + std::string(name) + "` is not a time after 1970 and before 10000");
    }
  }

  void complain_type(const char* expected) {
    complain("expected " + std::string(expected) + ", found " + value_.type_name());
  }
  void complain(std::string message) {
    if (!error_) error_ = Error{Code::kInvalid, path() + ": " + std::move(message), {}, {}};
  }
  [[nodiscard]] std::string path() const {
    if (parent_ == nullptr) return step_;
    const std::string before = parent_->path() + (parent_->parent_ == nullptr ? ": " : "");
    return before + (step_.starts_with("[") ? "" : "/") + step_;
  }

  const Value& value_;
  std::string step_;
  const Reader* parent_ = nullptr;
  std::vector<std::string> seen_;
  std::optional<Error> error_;
};

class Writer {
 public:
  Writer() : value_(Value::object()) {}

  template <class T>
  void operator()(const char* name, const T& field) {
    if (!is_empty(field)) value_[name] = tree(field);
  }
  template <class T>
  void required(const char* name, const T& field) {
    value_[name] = tree(field);
  }
  template <class T>
  void always(const char* name, const T& field) {
    value_[name] = tree(field);
  }
  void text(const char* name, const std::string& field) { (*this)(name, field); }
  void seconds(const char* name, const std::optional<WallTime>& field) {
    if (field) value_[name] = static_cast<double>(field->time_since_epoch().count()) / 1000.0;
  }
  void millis(const char* name, const WallTime& field) {
    value_[name] = field.time_since_epoch().count();
  }
  void millis(const char* name, const std::optional<WallTime>& field) {
    if (field) value_[name] = field->time_since_epoch().count();
  }
  void rest(const Members& members) {
    for (const auto& [name, text] : members)
      value_[name] = Value::parse(text, nullptr, false);
  }

  template <class T>
  static Value tree(const T& field) {
    if constexpr (Struct<T>) {
      Writer writer;
      // members() is written once for both visitors; this one only reads the fields.
      members(writer, const_cast<T&>(field));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
      return std::move(writer.value_);
    } else {
      return scalar_tree(field);
    }
  }

 private:
  template <class T>
  static Value scalar_tree(const std::optional<T>& field) {
    return field ? tree(*field) : Value();
  }
  template <class T>
  static Value scalar_tree(const std::vector<T>& field) {
    Value array = Value::array();
    for (const auto& element : field)
      array.push_back(tree(element));
    return array;
  }
  template <class T>
  static Value scalar_tree(const std::map<std::string, T>& field) {
    Value object = Value::object();
    for (const auto& [name, member] : field)
      object[name] = tree(member);
    return object;
  }
  template <class T>
  requires std::is_arithmetic_v<T> || std::same_as<T, std::string>
  static Value scalar_tree(const T& field) { return Value(field); }

  template <class T>
  static bool is_empty(const std::optional<T>& field) {
    return !field.has_value();
  }
  template <class T>
  static bool is_empty(const T& field) {
    if constexpr (requires { field.empty(); }) {
      return field.empty();
    } else {
      return false;
    }
  }

  Value value_;
};

// The struct as JSON, and back. `source` starts the path in the error (kInvalid).
template <class T>
[[nodiscard]] Value to_tree(const T& thing) {
  return Writer::tree(thing);
}
template <class T>
[[nodiscard]] Result<T> read_tree(const Value& value, std::string source) {
  T thing{};
  Reader reader(value, std::move(source));
  reader.read(thing);
  if (reader.error()) return fail(*reader.error());
  return thing;
}
template <class T>
[[nodiscard]] Result<T> read_text(std::string_view text, std::string source) {
  const auto value = TRY(parse(text, source));
  return read_tree<T>(value, std::move(source));
}

}  // namespace runtask::json
