#include <unordered_map>

#include "groovy/classes.h"
#include "groovy/date.h"
#include "groovy/fiber.h"
#include "groovy/json_object.h"
#include "groovy/letter_range.h"
#include "groovy/regex.h"

// Values as texts.

namespace runtask::groovy {

std::string Fiber::to_text(const Value& value) {
  if (value.is(Kind::kString)) return value.text();
  std::string text;
  append_text(text, value, 0);
  return text;
}

void Fiber::append_gstring(std::string& text, const Value& value, int depth) {
  // A closure in it may drop the value; the copy keeps it.
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization)
  const Value held = value;
  const auto& gstring = held.as<GString>();
  text += gstring.texts[0];
  for (std::size_t i = 0; i < gstring.values.size(); ++i) {
    Value part = gstring.values[i];
    if (part.is(Kind::kClosure) && arity_of(part.as<Closure>()) == 0) {
      Values none;
      part = call_value(part, none);
    }
    append_text(text, part, depth + 1);
    text += gstring.texts[i + 1];
  }
}

// What prints may change what is printed, by a closure in a string with values or a toString() of
// the text: members are taken one by one, by their places.
void Fiber::append_map(std::string& text, const Value& value, int depth) {
  const auto& map = value.as<Map>();
  const auto append = [&](const Value& part) {
    if (part.is_object() && part.object() == value.object())
      text += "(this Map)";
    else if (const auto range = text_of_range(part))
      text += *range;
    else
      append_text(text, part, depth + 1);
  };
  text += '[';
  for (std::size_t i = 0; i < map.size(); ++i) {
    if (i > 0) text += ", ";
    const auto item = map.items()[i];
    append(item.key);
    text += ':';
    append(item.value);
  }
  text += map.size() == 0 ? ":]" : "]";
}

void Fiber::append_list(std::string& text, const Value& value, int depth) {
  if (is_characters(value)) {
    for (const auto& letter : value.as<List>().items)
      text += letter.is(Kind::kString) ? letter.text() : std::string(1, '\0');
    return;
  }
  text += '[';
  std::size_t count = 0;
  const auto append = [&](const Value& item) {
    if (count++ > 0) text += ", ";
    if (item.is_object() && item.object() == value.object())
      text += "(this Collection)";
    else if (const auto range = text_of_range(item))
      text += *range;
    else
      append_text(text, item, depth + 1);
  };
  if (value.is(Kind::kRange)) {
    const auto& range = value.as<Range>();
    for (std::int64_t i = 0; i < range.size(); ++i) {
      check_text(text);
      append(range.at(i));
    }
  } else if (value.is(Kind::kSet)) {
    const auto& set = value.as<Map>();
    for (std::size_t i = 0; i < set.size(); ++i)
      append(Value(set.items()[i].key));
  } else {
    const auto& items = value.as<List>().items;
    for (std::size_t i = 0; i < items.size(); ++i)
      append(Value(items[i]));
  }
  text += ']';
}

void Fiber::check_text(const std::string& text) {
  if (text.size() > interpreter_.limits_.text_bytes_max)
    abort(Code::kFull, "a string became longer than " +
                           std::to_string(interpreter_.limits_.text_bytes_max >> 20U) + " MiB");
}

void Fiber::append_text(std::string& text, const Value& value, int depth) {
  if (depth > kPrintedDepthMax)
    abort(Code::kInvalid, "a list or a map holds itself, or is nested too deeply to be printed");
  check_text(text);
  switch (value.kind()) {
    case Kind::kNull:
      text += "null";
      return;
    case Kind::kBool:
      text += value.truth() ? "true" : "false";
      return;
    case Kind::kInteger:
    case Kind::kLong:
      text += std::to_string(value.number());
      return;
    case Kind::kDouble:
      text += text_of(value.real_number());
      return;
    case Kind::kBigInteger:
      text += value.as<Number>().value.plain_text();
      return;
    case Kind::kBigDecimal:
      text += value.as<Number>().value.text();
      return;
    case Kind::kString:
      text += value.text();
      return;
    case Kind::kGString:
      return append_gstring(text, value, depth);
    case Kind::kList:
    case Kind::kSet:
    case Kind::kRange:
      return append_list(text, value, depth);
    case Kind::kMap:
      return append_map(text, value, depth);
    case Kind::kEntry:
      text += java_text(*this, value);
      return;
    default:
      return append_object(text, value, depth);
  }
}

// Of what is no data of its own: exceptions, dates, classes, objects of the text and of the host.
void Fiber::append_object(std::string& text, const Value& value, int depth) {
  switch (value.kind()) {
    case Kind::kThrowable: {
      const auto& throwable = value.as<Throwable>();
      if (const auto own = ask(value, "toString")) return append_text(text, *own, depth + 1);
      text += throwable.info.name;
      const Value message = ask(value, "getMessage").value_or(throwable.message);
      if (message.is_null()) return;
      text += ": ";
      return append_text(text, message, depth + 1);
    }
    case Kind::kInstance:
      if (const auto own = ask(value, "toString")) return append_text(text, *own, depth + 1);
      text += plain_name_of(value);
      return;
    case Kind::kDate: {
      const auto time = value.as<Date>().time;
      text += date_text(time, {host().zone_offset_minutes(time), host().zone_name(time)});
      return;
    }
    case Kind::kPattern:
      text += value.as<Pattern>().source;
      return;
    case Kind::kClass:
      text += "class " + value.as<ClassValue>().info.name;
      return;
    case Kind::kBuilder:
      text += value.as<Builder>().text;
      return;
    case Kind::kHost:
      text += value.as<HostObject>().text();
      return;
    case Kind::kClosure:
      text += "closure";
      return;
    case Kind::kScript:
      text += "WorkflowScript";
      return;
    default:
      text += class_name_of(value);
  }
}

namespace {

std::string inspected_text(const std::string& text) {
  constexpr std::string_view kMeanings = "\n\t\r\b\f'\\";
  constexpr std::string_view kLetters = "ntrbf'\\";
  std::string out = "'";
  for (const char c : text) {
    if (const auto known = kMeanings.find(c); known != std::string_view::npos)
      (out += '\\') += kLetters[known];
    else
      out += c;
  }
  return out + "'";
}

}  // namespace

std::string Fiber::inspected(const Value& value, int depth) {
  if (depth > kPrintedDepthMax)
    abort(Code::kInvalid, "a list or a map is nested too deeply to be printed");
  if (value.is(Kind::kString))
    return value.is_character() ? value.text() : inspected_text(value.text());
  if (value.is(Kind::kRange)) return value.as<Range>().text();
  const bool is_map = value.is(Kind::kMap);
  if (!is_map && !value.is(Kind::kList) && !value.is(Kind::kSet)) return to_text(value);
  const auto part = [&](const Value& one) -> std::string {
    if (one.is_object() && one.object() == value.object())
      return is_map ? "(this Map)" : "(this Collection)";
    return inspected(one, depth + 1);
  };
  std::string text = "[";
  if (is_map) {
    const auto items = value.as<Map>().items();
    for (const auto& item : items)
      text += (text.size() > 1 ? ", " : "") + part(item.key) + ":" + part(item.value);
    return items.empty() ? "[:]" : text + "]";
  }
  for (const auto& item : items_of(value))
    text += (text.size() > 1 ? ", " : "") + part(item);
  return text + "]";
}

Value Fiber::plain(const Value& value) {
  return value.is(Kind::kGString) ? string(to_text(value)) : value;
}

namespace {

// Copies lists and maps with strings for GStrings. What stands in several places is copied once: a
// few lists in lists of each other would else become millions.
class PlainCopy {
 public:
  explicit PlainCopy(Fiber& fiber) : fiber_(fiber) {}

  Value of(const Value& value, int depth) {
    if (depth > kPrintedDepthMax)
      fiber_.abort(Code::kInvalid, "a list or a map holds itself, or is nested too deeply");
    if (value.is(Kind::kGString)) return fiber_.plain(value);
    if (!value.is(Kind::kList) && !value.is(Kind::kMap)) return value;
    if (const auto known = copies_.find(value.object()); known != copies_.end())
      return known->second;
    Value copy =
        value.is(Kind::kList) ? list_of(value.as<List>(), depth) : map_of(value.as<Map>(), depth);
    copies_.emplace(value.object(), copy);
    return copy;
  }

 private:
  Value list_of(const List& list, int depth) {
    const auto copy = fiber_.heap().make<List>(list.items, list.element);
    copy->is_json = list.is_json;
    for (auto& item : copy->items)
      item = of(item, depth + 1);
    copy->changed();
    return copy;
  }
  Value map_of(const Map& map, int depth) {
    const auto copy = fiber_.map();
    copy->is_json = map.is_json;
    copy->is_lazy = map.is_lazy;
    const auto items = map.items();
    for (const auto& item : items)
      copy->put(of(item.key, depth + 1), of(item.value, depth + 1));
    return copy;
  }

  Fiber& fiber_;
  std::unordered_map<const Object*, Value> copies_;
};

}  // namespace

Value Fiber::deep_plain(const Value& value) {
  return PlainCopy(*this).of(value, 0);
}

}  // namespace runtask::groovy
