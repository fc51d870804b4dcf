#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/text.h"
#include "groovy/ast.h"
#include "groovy/date.h"
#include "groovy/json_object.h"
#include "groovy/text_index.h"

// JSON as JsonSlurper reads and JsonOutput writes it, keys in their order, and as net.sf.json reads
// it.

namespace runtask::groovy {

class JsonReader {
 public:
  // `is_json`: what net.sf.json makes of it.
  JsonReader(Fiber& fiber, const std::string& text, bool is_json)
      : fiber_(fiber), text_(text), is_json_(is_json) {}
  bool is_lazy = false;  // Whether its maps are: see Map.
  Value read() {
    Value value = read_value(0);
    skip_blanks();
    if (at_ < text_.size()) fail("the end");
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& wanted) {
    const std::string found = at_ < text_.size() ? "'" + text_.substr(at_, 1) + "'" : "the end";
    const auto place = position_of(text_, at_);
    raise("expected " + wanted + ", found " + found + " at line " + std::to_string(place.line) +
          ", column " + std::to_string(place.column));
  }
  [[noreturn]] void raise(const std::string& message) {
    fiber_.throw_new(is_json_ ? "net.sf.json.JSONException" : "groovy.json.JsonException", message);
  }
  void skip_blanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
      ++at_;
  }
  bool take(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (!std::string_view(text_).substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Value read_value(int depth) {
    if (depth > kJsonDepthMax) raise("the JSON is nested too deeply");
    skip_blanks();
    if (at_ >= text_.size()) fail("a value");
    const char c = text_[at_];
    if (c == '{') return read_object(depth);
    if (c == '[') return read_list(depth);
    if (c == '"') return fiber_.string(read_string());
    if (c == '-' || (c >= '0' && c <= '9')) return read_number();
    if (take_word("true")) return Value::of(true);
    if (take_word("false")) return Value::of(false);
    if (take_word("null")) return is_json_ ? fiber_.json_null() : Value();
    fail("a value");
  }

  Value read_object(int depth) {
    const auto map = fiber_.map();
    map->is_json = is_json_;
    ++at_;
    if (take('}')) {
      map->is_lazy = is_lazy;
      return map;
    }
    do {
      skip_blanks();
      if (at_ >= text_.size() || text_[at_] != '"') fail("a name");
      const Value key = fiber_.string(read_string());
      if (!take(':')) fail("':'");
      map->put(key, read_value(depth + 1));
      fiber_.step();
    } while (take(','));
    if (!take('}')) fail("',' or '}'");
    if (is_lazy) map->become_lazy();
    return map;
  }

  Value read_list(int depth) {
    const auto list = fiber_.list();
    list->is_json = is_json_;
    ++at_;
    if (take(']')) return list;
    do {
      list->items.push_back(read_value(depth + 1));
      list->changed();
      fiber_.step();
    } while (take(','));
    if (!take(']')) fail("',' or ']'");
    return list;
  }

  unsigned read_hex() {
    unsigned code = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = at_ < text_.size() ? text_[at_] : '\0';
      const char low = static_cast<char>(c | 0x20);
      const int digit = c >= '0' && c <= '9'       ? c - '0'
                        : low >= 'a' && low <= 'f' ? low - 'a' + 10
                                                   : -1;
      if (digit < 0) fail("a hexadecimal digit");
      code = code * 16 + static_cast<unsigned>(digit);
      ++at_;
    }
    return code;
  }

  std::string read_string() {
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != '"';) {
      if (text_[at_] != '\\') {
        out += text_[at_++];
        continue;
      }
      ++at_;
      constexpr std::string_view kLetters = "\"\\/bfnrt";
      constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
      const char c = at_ < text_.size() ? text_[at_++] : '\0';
      if (c == 'u') {
        unsigned code = read_hex();
        if (code >= 0xD800 && code < 0xDC00 && take_word("\\u")) {
          const unsigned low = read_hex();
          code = 0x10000 + ((code - 0xD800U) << 10U) + (low - 0xDC00U) % 0x400U;
        }
        out += character_of(code);
      } else if (const auto known = kLetters.find(c);
                 c != '\0' && known != std::string_view::npos) {
        out += kMeanings[known];
      } else {
        fail("an escape");
      }
    }
    if (at_ >= text_.size()) fail("'\"'");
    ++at_;
    return out;
  }

  Value read_number() {
    const auto end = std::min(text_.find_first_not_of("+-.eE0123456789", at_), text_.size());
    const std::string number = text_.substr(at_, end - at_);
    if (is_json_) return read_java_number(number);
    const auto decimal = Decimal::parse(number);
    if (!decimal) fail("a number");
    at_ = end;
    if (number.find_first_of(".eE") != std::string::npos) return fiber_.decimal(*decimal);
    if (decimal->compare(Decimal(INT32_MIN)) >= 0 && decimal->compare(Decimal(INT32_MAX)) <= 0)
      return Value::integer(static_cast<std::int32_t>(decimal->to_long()));
    if (decimal->compare(Decimal(INT64_MIN)) >= 0 && decimal->compare(Decimal(INT64_MAX)) <= 0)
      return Value::whole(decimal->to_long());
    return fiber_.number_value(Kind::kBigInteger, decimal);
  }

  // An Integer, a Long, a Double, or, of whole numbers that are larger, the text.
  Value read_java_number(const std::string& number) {
    const bool is_negative = number[0] == '-';
    const auto digits = std::string_view(number).substr(is_negative ? 1 : 0);
    const bool is_odd =
        digits.empty() || digits[0] < '0' || digits[0] > '9' ||
        (digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9');
    if (is_odd) fail("a number");
    const char* const last = number.data() + number.size();
    if (number.find_first_of(".eE") != std::string::npos) {
      double real = 0;
      const auto read = std::from_chars(number.data(), last, real);
      if (read.ptr != last) fail("a number");
      if (read.ec != std::errc()) real = std::strtod(number.c_str(), nullptr);
      at_ += number.size();
      return Value::real(real);
    }
    std::int64_t whole = 0;
    const auto read = std::from_chars(number.data(), last, whole);
    if (read.ptr != last) fail("a number");
    at_ += number.size();
    if (read.ec != std::errc()) return fiber_.string(number);
    return whole >= INT32_MIN && whole <= INT32_MAX
               ? Value::integer(static_cast<std::int32_t>(whole))
               : Value::whole(whole);
  }

  Fiber& fiber_;
  const std::string& text_;
  const bool is_json_;
  std::size_t at_ = 0;
};

Value read_json_object(Fiber& fiber, const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (trimmed(text) == "null") return fiber.json_null();
  if (first == std::string::npos || (text[first] != '{' && text[first] != '['))
    fiber.throw_new("net.sf.json.JSONException", "Invalid JSON String");
  return JsonReader(fiber, text, true).read();
}

Value parse_json(Fiber& fiber, const std::string& text, bool is_lazy) {
  if (text.empty())
    fiber.throw_new("java.lang.IllegalArgumentException", "Text must not be null or empty");
  JsonReader reader(fiber, text, false);
  reader.is_lazy = is_lazy;
  return reader.read();
}

namespace {

// JsonOutput writes what is not ASCII as \uXXXX.
std::string string_literal(const std::string& text) {
  std::string out = "\"";
  const auto unit = [&](unsigned code) {
    std::array<char, 12> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "\\u%04x", code);
    out += buffer.data();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    constexpr std::string_view kMeanings = "\"\\\b\f\n\r\t";
    constexpr std::string_view kLetters = "\"\\bfnrt";
    if (const auto known = kMeanings.find(static_cast<char>(c)); known != std::string_view::npos) {
      (out += '\\') += kLetters[known];
    } else if (c < 0x20 || c == 0x7F) {
      unit(c);
    } else if (c < 0x80) {
      out += static_cast<char>(c);
    } else {
      const unsigned more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
      unsigned code = c & (0x3FU >> more);
      for (unsigned j = 0; j < more && i + 1 < text.size(); ++j)
        code = (code << 6U) | (static_cast<unsigned char>(text[++i]) & 0x3FU);
      if (code >= 0x10000) {
        unit(0xD800U + ((code - 0x10000U) >> 10U));
        unit(0xDC00U + ((code - 0x10000U) & 0x3FFU));
      } else {
        unit(code);
      }
    }
  }
  return out + "\"";
}

// All into one text, however deep the value is.
class JsonWriter {
 public:
  explicit JsonWriter(Fiber& fiber) : fiber_(fiber) {}
  std::string write(const Value& value) {
    write_value(value, 0);
    return std::move(out_);
  }

 private:
  void write_value(const Value& value, int depth) {
    if (depth > kJsonDepthMax) fiber_.abort(Code::kInvalid, "this is nested too deeply for JSON");
    switch (value.kind()) {
      case Kind::kNull:
        out_ += "null";
        break;
      case Kind::kBool:
      case Kind::kInteger:
      case Kind::kLong:
      case Kind::kDouble:
      case Kind::kBigInteger:
      case Kind::kBigDecimal:
        out_ += fiber_.to_text(value);
        break;
      case Kind::kList:
      case Kind::kSet:
      case Kind::kRange:
        write_items(value, depth);
        break;
      case Kind::kMap:
        write_entries(value, depth);
        break;
      case Kind::kString:
      case Kind::kGString:
      case Kind::kBuilder:
        out_ += string_literal(fiber_.to_text(value));
        break;
      case Kind::kDate:
        write_date(value.as<Date>());
        break;
      case Kind::kInstance:
        write_object(value, depth);
        break;
      default:
        if (!is_json_null(value))
          fiber_.abort(Code::kInvalid,
                       "JsonOutput of a " + class_name_of(value) + " is not supported");
        out_ += "null";
    }
    fiber_.check_text(out_);
  }

  void write_items(const Value& value, int depth) {
    bool is_first = true;
    out_ += '[';
    for (const auto& item : fiber_.items_of(value)) {
      if (!std::exchange(is_first, false)) out_ += ',';
      write_value(item, depth + 1);
    }
    out_ += ']';
  }

  void write_entries(const Value& value, int depth) {
    bool is_first = true;
    out_ += '{';
    const auto items = value.as<Map>().items();
    for (const auto& item : items) {
      if (!std::exchange(is_first, false)) out_ += ',';
      if (item.key.is_null())
        fiber_.throw_new("java.lang.IllegalArgumentException",
                         "Maps with null keys can't be converted to JSON");
      write_entry(fiber_.to_text(item.key), item.value, depth);
    }
    out_ += '}';
  }

  void write_entry(const std::string& name, const Value& value, int depth) {
    out_ += string_literal(name) + ":";
    write_value(value, depth + 1);
  }

  void write_date(const Date& date) {
    char bad = 0;
    const auto text = format_date(date.time, "yyyy-MM-dd'T'HH:mm:ssZ", Zone{0, "GMT"}, bad);
    out_ += string_literal(text.value_or(""));
  }

  // An object of a class of the text: its properties; a constant: its name.
  void write_object(const Value& value, int depth) {
    const auto& object = value.as<Instance>();
    if (object.ordinal >= 0) {
      out_ += string_literal(object.constant);
      return;
    }
    bool is_first = true;
    out_ += '{';
    for (const ClassInfo* info = &object.info; info != nullptr && info->declaration != nullptr;
         info = info->super)
      for (const auto& field : info->declaration->fields) {
        if (!field.is_property || field.is_static) continue;
        if (!std::exchange(is_first, false)) out_ += ',';
        const std::string& name = *field.variable.name;
        write_entry(name, fiber_.get_property(value, name), depth);
      }
    out_ += '}';
  }

  Fiber& fiber_;
  std::string out_;
};

}  // namespace

std::string json_text(Fiber& fiber, const Value& value) {
  return JsonWriter(fiber).write(value);
}

// As JsonOutput.prettyPrint: four blanks, an empty object and list over two lines.
std::string pretty_json(Fiber& fiber, const std::string& text) {
  (void)parse_json(fiber, text, false);
  std::string out;
  std::size_t depth = 0;
  const auto line = [&] { out += "\n" + std::string(depth * 4, ' '); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const std::size_t from = i++;
      while (text[i] != '"')
        i += text[i] == '\\' ? 2 : 1;
      out += text.substr(from, i - from + 1);
    } else if (c == '{' || c == '[') {
      out += c;
      ++depth;
      line();
    } else if (c == '}' || c == ']') {
      --depth;
      line();
      out += c;
    } else if (c == ',') {
      out += c;
      line();
    } else if (c == ':') {
      out += ": ";
    } else if (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
      out += c;
    }
  }
  return out;
}

}  // namespace runtask::groovy
