#include <algorithm>
#include <unordered_map>

#include "groovy/classes.h"
#include "groovy/letters.h"
#include "groovy/methods.h"
#include "groovy/regex.h"
#include "groovy/text_index.h"

// Strings.

namespace runtask::groovy {
namespace {

using Answer = std::optional<Value>;
using Table = std::unordered_map<std::string, Method>;

constexpr auto kNone = std::nullopt;

bool is_blank(char c) {  // Java's trim() cuts everything up to the blank.
  return static_cast<unsigned char>(c) <= 0x20;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t from = 0;
  while (from < text.size()) {
    const auto end = std::min(text.find_first_of("\r\n", from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + (text.substr(end, 2) == "\r\n" ? 2 : 1);
  }
  return lines;
}

Value list_of(Fiber& fiber, const std::vector<std::string>& texts,
              const ClassInfo* array = nullptr) {
  Values items;
  items.reserve(texts.size());
  for (const auto& text : texts)
    items.push_back(fiber.string(text));
  const auto list = fiber.heap().make<List>(std::move(items), array);
  list->changed();
  return list;
}

// As java.lang.String.split: trailing empty parts go when there is no limit.
Answer split(MethodCall& c) {
  std::vector<std::string> parts;
  const std::string text = c.self_text();
  if (c.takes_none()) {  // Groovy's split() is a tokenize().
    std::size_t from = 0;
    while ((from = text.find_first_not_of(" \t\n\r\f", from)) != std::string::npos) {
      const auto end = std::min(text.find_first_of(" \t\n\r\f", from), text.size());
      parts.push_back(text.substr(from, end - from));
      from = end;
    }
    return list_of(c.fiber, parts, &known_class("java.lang.String"));
  }
  if (!c.is_text(0) || (c.count() == 2 && !c.is_whole(1)) || c.count() > 2) return kNone;
  const std::int64_t limit = c.count() == 2 ? c.number(1) : 0;
  const auto pattern = Pattern::compile(c.fiber, c.text(0));
  std::size_t from = 0;
  std::size_t search = 0;
  while (search <= text.size() &&
         (limit <= 0 || static_cast<std::int64_t>(parts.size()) < limit - 1)) {
    const auto match = pattern->find(text, search);
    if (!match) break;
    c.fiber.step();
    const Span span = *(*match)[0];
    const bool is_empty = span.end == span.begin;
    if (is_empty && span.begin >= text.size()) break;
    if (!(span.end == 0)) {
      parts.push_back(text.substr(from, span.begin - from));
      from = span.end;
    }
    search = is_empty ? span.end + 1 : span.end;
    while (is_empty && search < text.size() &&
           (static_cast<unsigned char>(text[search]) & 0xC0U) == 0x80U)
      ++search;
  }
  parts.push_back(text.substr(from));
  if (limit == 0)
    while (parts.size() > 1 && parts.back().empty())
      parts.pop_back();
  if (limit == 0 && parts.size() == 1 && parts[0].empty() && !text.empty()) parts.clear();
  return list_of(c.fiber, parts, &known_class("java.lang.String"));
}

Answer tokenize(MethodCall& c) {
  if (c.count() > 1 || (c.count() == 1 && !c.is_text(0))) return kNone;
  const std::string delimiters = c.takes_none() ? " \t\n\r\f" : c.text(0);
  const std::string text = c.self_text();
  std::vector<std::string> parts;
  std::size_t from = 0;
  while ((from = text.find_first_not_of(delimiters, from)) != std::string::npos) {
    const auto end = std::min(text.find_first_of(delimiters, from), text.size());
    parts.push_back(text.substr(from, end - from));
    from = end;
  }
  return list_of(c.fiber, parts);
}

Answer substring(MethodCall& c) {
  if (c.count() < 1 || c.count() > 2 || !c.is_whole(0) || (c.count() == 2 && !c.is_whole(1)))
    return kNone;
  const std::string text = c.self_text();
  const TextIndex places(text);
  const auto size = static_cast<std::int64_t>(places.size());
  const std::int64_t from = c.number(0);
  const std::int64_t to = c.count() == 2 ? c.number(1) : size;
  if (from < 0 || to > size || from > to)
    c.fiber.throw_new("java.lang.StringIndexOutOfBoundsException",
                      "begin " + std::to_string(from) + ", end " + std::to_string(to) +
                          ", length " + std::to_string(size));
  return c.fiber.string(places.part(from, to));
}

Answer pad(MethodCall& c) {
  if (c.count() < 1 || c.count() > 2 || !c.is_whole(0) || (c.count() == 2 && !c.is_text(1)))
    return kNone;
  const std::string text = c.self_text();
  const std::string filler = c.count() == 2 ? c.text(1) : " ";
  const auto size = static_cast<std::int64_t>(TextIndex(text).size());
  if (c.number(0) <= size || filler.empty()) return c.fiber.string(text);
  const auto missing = static_cast<std::size_t>(c.number(0) - size);
  if (missing > c.fiber.interpreter().limits().text_bytes_max)
    c.fiber.abort(Code::kFull, "a string became too long");
  const auto filling = [&](std::size_t width) {
    std::string fill;
    while (fill.size() < width)
      fill += filler;
    return fill.substr(0, width);
  };
  if (c.name == "padLeft") return c.fiber.string(filling(missing) + text);
  if (c.name == "padRight") return c.fiber.string(text + filling(missing));
  return c.fiber.string(filling(missing / 2) + text + filling(missing - missing / 2));
}

Answer strip_margin(MethodCall& c) {
  const char mark = c.is_text(0) && !c.text(0).empty() ? c.text(0)[0] : '|';
  const std::string text = c.self_text();
  std::string out;
  std::size_t from = 0;
  bool is_first = true;
  while (from <= text.size()) {
    const auto end = std::min(text.find('\n', from), text.size());
    std::string line = text.substr(from, end - from);
    if (end < text.size() && line.ends_with('\r')) line.pop_back();
    const auto begin = line.find_first_not_of(" \t\r\n\f\v");
    if (begin != std::string::npos && line[begin] == mark) line.erase(0, begin + 1);
    if (!is_first) out += '\n';
    out += line;
    is_first = false;
    if (end == text.size()) break;
    from = end + 1;
  }
  return c.fiber.string(out);
}

std::size_t indentation(const std::string& line) {
  return std::min(line.find_first_not_of(" \t"), line.size());
}

// Groovy's, of strings with values and with a number: so many blanks off each line, or as many as
// the line has that has least.
Answer strip_by(MethodCall& c) {
  const std::string text = c.self_text();
  const auto lines = lines_of(text);
  std::size_t least = std::string::npos;
  for (const auto& line : lines)
    if (indentation(line) < line.size()) least = std::min(least, indentation(line));
  if (c.count() == 1) least = static_cast<std::size_t>(std::max<std::int64_t>(c.number(0), 0));
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += '\n';
    if (lines[i].size() >= least && indentation(lines[i]) < lines[i].size())
      out += lines[i].substr(least);
  }
  return c.fiber.string(text.ends_with('\n') ? out + '\n' : std::move(out));
}

// Java's own, which strings have since Java 15: the last line counts even if it is blank, so that a
// text that ends with a line's end keeps its indentation, and blanks at the ends of lines go.
Answer strip_indent(MethodCall& c) {
  if (c.count() > 1 || (c.count() == 1 && !c.is(0, Kind::kInteger))) return kNone;
  if (c.count() == 1 || !c.self.is(Kind::kString)) return strip_by(c);
  const std::string& text = c.self.text();
  const bool is_ended = text.ends_with('\n') || text.ends_with('\r');
  const auto lines = lines_of(text);
  std::size_t least = is_ended || lines.empty() ? 0 : lines.back().size();
  for (const auto& line : lines)
    if (indentation(line) < line.size()) least = std::min(least, indentation(line));
  std::string out;
  for (const auto& line : lines) {
    if (&line != &lines.front()) out += '\n';
    const auto end = line.find_last_not_of(" \t\f\v") + 1;
    if (end > 0) out += line.substr(least, end - std::min(least, end));
  }
  return c.fiber.string(is_ended ? out + '\n' : std::move(out));
}

Answer to_number(MethodCall& c) {
  if (!c.takes_none()) return kNone;
  const std::string_view type = std::string_view(c.name).substr(2);
  const ClassInfo* info = find_class(type);
  const Value value = c.fiber.string(c.self_text());
  return c.fiber.parse_number(value.text(), *info);
}

Answer is_number(MethodCall& c) {
  if (!c.takes_none()) return kNone;
  const std::string_view type = std::string_view(c.name).substr(2);
  std::string text = c.self_text();
  while (!text.empty() && is_blank(text.back()))
    text.pop_back();
  text.erase(0, std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  const auto number = Decimal::parse(text);
  if (!number) return Value::of(false);
  if (type != "Integer" && type != "Long" && type != "BigInteger") return Value::of(true);
  if (text.find_first_of(".eE") != std::string::npos) return Value::of(false);
  const std::int64_t low = type == "Integer" ? INT32_MIN : INT64_MIN;
  const std::int64_t high = type == "Integer" ? INT32_MAX : INT64_MAX;
  return Value::of(type == "BigInteger" ||
                   (number->compare(Decimal(low)) >= 0 && number->compare(Decimal(high)) <= 0));
}

template <std::string (*Change)(const std::string&)>
Answer changed(MethodCall& c) {
  if (!c.takes_none()) return kNone;
  return c.fiber.string(Change(c.self_text()));
}

std::string trimmed_text(const std::string& text) {
  const auto begin = std::find_if_not(text.begin(), text.end(), is_blank);
  const auto end = std::find_if_not(text.rbegin(), std::make_reverse_iterator(begin), is_blank);
  return {begin, end.base()};
}
std::string capitalized(const std::string& text) {
  const auto first = TextIndex(text).byte_of(text.empty() ? 0 : 1);
  return upper(text.substr(0, first)) + text.substr(first);
}
std::string uncapitalized(const std::string& text) {
  const auto first = TextIndex(text).byte_of(text.empty() ? 0 : 1);
  return lower(text.substr(0, first)) + text.substr(first);
}
std::string reversed(const std::string& text) {
  const TextIndex places(text);
  std::string out;
  for (auto i = static_cast<std::int64_t>(places.size()); i-- > 0;)
    out += places.part(i, i + 1);
  return out;
}
// 'a'.next() is 'b': the last letter's neighbour.
Answer neighbour(MethodCall& c) {
  std::string text = c.self_text();
  if (!c.takes_none() || text.empty()) return kNone;
  const auto last = static_cast<unsigned char>(text.back());
  if (last == 0 || last >= 0x7FU) return kNone;  // Beyond ASCII: not here.
  text.back() = static_cast<char>(c.name == "next" ? last + 1 : last - 1);
  return c.fiber.string(std::move(text));
}
// The letters of a set as tr() reads it: a-z is a range.
std::string set_of_letters(const std::string& text) {
  std::string letters;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i + 2 >= text.size() || text[i + 1] != '-') {
      letters += text[i];
      continue;
    }
    for (int c = static_cast<unsigned char>(text[i]); c <= static_cast<unsigned char>(text[i + 2]);
         ++c)
      letters += static_cast<char>(c);
    i += 2;
  }
  return letters;
}
Answer translate(MethodCall& c) {
  if (c.count() != 2 || !c.is_text(0) || !c.is_text(1)) return kNone;
  const std::string from = set_of_letters(c.text(0));
  const std::string to = set_of_letters(c.text(1));
  std::string text = c.self_text();
  const auto is_plain = [](const std::string& letters) {
    return std::all_of(letters.begin(), letters.end(),
                       [](char letter) { return static_cast<unsigned char>(letter) < 0x80; });
  };
  if (to.empty() || !is_plain(from) || !is_plain(to)) return kNone;  // Beyond ASCII: not here.
  for (char& letter : text)
    if (const auto place = from.find(letter); place != std::string::npos)
      letter = to[std::min(place, to.size() - 1)];
  return c.fiber.string(std::move(text));
}
Answer take_drop(MethodCall& c) {
  if (!c.is_whole(0)) return kNone;
  const std::string text = c.self_text();
  const TextIndex places(text);
  const auto size = static_cast<std::int64_t>(places.size());
  const std::int64_t n = std::clamp<std::int64_t>(c.number(0), 0, size);
  return c.fiber.string(c.name == "take" ? places.part(0, n) : places.part(n, size));
}

Answer compare_to_ignore_case(MethodCall& c) {
  if (!c.is_text(0)) return kNone;
  Values other{c.fiber.string(lower(c.text(0)))};
  return c.fiber.call_method(c.fiber.string(lower(c.self_text())), "compareTo", other);
}

Answer is_blank_text(MethodCall& c) {
  return c.takes_none() ? Answer(Value::of(trimmed_text(c.self_text()).empty())) : kNone;
}

Answer repeat(MethodCall& c) {
  if (c.count() != 1 || !c.is(0, Kind::kInteger)) return kNone;
  return c.fiber.times(c.self, c.arguments[0]);
}

Answer to_boolean(MethodCall& c) {
  const std::string text = lower(trimmed_text(c.self_text()));
  return Value::of(text == "true" || text == "y" || text == "1");
}

Answer length(MethodCall& c) {
  if (!c.takes_none()) return kNone;
  return Value::integer(static_cast<std::int32_t>(TextIndex(c.self_text()).size()));
}

Answer size_of(MethodCall& c) {
  if (!c.takes_none()) return kNone;
  return Value::integer(static_cast<std::int32_t>(TextIndex(c.self_text()).size()));
}

Answer is_empty(MethodCall& c) {
  return Value::of(c.self_text().empty());
}

Answer is_all_whitespace(MethodCall& c) {
  const std::string text = c.self_text();
  return Value::of(text.find_first_not_of(" \t\r\n\f\v") == std::string::npos);
}

Answer read_lines(MethodCall& c) {
  return list_of(c.fiber, lines_of(c.self_text()));
}

Answer each_line(MethodCall& c) {
  if (!c.is(0, Kind::kClosure)) return kNone;
  Value last;
  std::int32_t number = 0;
  for (const auto& line : lines_of(c.self_text())) {
    Values arguments{c.fiber.string(line)};
    if (Fiber::arity_of(c.arguments[0].as<Closure>()) == 2)
      arguments.push_back(Value::integer(number));
    ++number;
    last = c.fiber.call_value(c.arguments[0], arguments);
  }
  return last;
}

Answer to_list(MethodCall& c) {
  return Value(c.fiber.list(c.fiber.items_of(c.self)));
}

Answer to_char_array(MethodCall& c) {
  if (!c.takes_none()) return kNone;
  Values letters = c.fiber.items_of(c.self);
  for (auto& letter : letters)
    letter = c.fiber.character(letter.text());
  const auto array =
      c.fiber.heap().make<List>(std::move(letters), &known_class("java.lang.Character"));
  array->changed();
  return Value(array);
}

Answer to_url(MethodCall& c) {
  c.fiber.abort(Code::kInvalid,
                "toURL() is not supported: a script reaches the network through steps only");
}

Answer execute(MethodCall& c) {
  c.fiber.abort(Code::kInvalid,
                "execute() is not supported: a script reaches the machine through steps only",
                "use sh");
}

Answer concat(MethodCall& c) {
  if (!c.is_text(0)) return kNone;
  return c.fiber.string(c.self_text() + c.text(0));
}

Answer operation(MethodCall& c) {
  if (c.count() != 1) return kNone;
  if (c.name == "plus") return c.fiber.plus(c.self, c.arguments[0]);
  if (c.name == "minus") return c.fiber.minus(c.self, c.arguments[0]);
  if (c.name == "multiply") return c.fiber.times(c.self, c.arguments[0]);
  return c.fiber.get_index(c.self, c.arguments[0]);
}

const Table& conversions() {
  static const Table table = {
      {"toInteger", to_number},    {"toLong", to_number},       {"toDouble", to_number},
      {"toFloat", to_number},      {"toBigDecimal", to_number}, {"toBigInteger", to_number},
      {"isInteger", is_number},    {"isLong", is_number},       {"isNumber", is_number},
      {"isDouble", is_number},     {"isFloat", is_number},      {"isBigDecimal", is_number},
      {"isBigInteger", is_number}, {"toBoolean", to_boolean},
  };
  return table;
}

Answer parts_of_gstring(MethodCall& c) {
  if (!c.self.is(Kind::kGString) || !c.takes_none()) return kNone;
  const auto& text = c.self.as<GString>();
  const bool wants_values = c.name == "getValues";
  Values parts = wants_values ? text.values : Values();
  for (const auto& one : text.texts)
    if (!wants_values) parts.push_back(c.fiber.string(one));
  return Value(c.fiber.heap().make<List>(
      std::move(parts), &known_class(wants_values ? "java.lang.Object" : "java.lang.String")));
}

}  // namespace

Method find_text_method(const std::string& name) {
  static const Table table = {
      {"getBytes", bytes_of_text},
      {"decodeBase64", decode_base64},
      {"decodeHex", decode_hex},
      {"getValues", parts_of_gstring},
      {"getStrings", parts_of_gstring},
      {"next", neighbour},
      {"previous", neighbour},
      {"tr", translate},
      {"compareToIgnoreCase", compare_to_ignore_case},
      {"trim", changed<trimmed_text>},
      {"strip", changed<trimmed_text>},
      {"isBlank", is_blank_text},
      {"repeat", repeat},
      {"toUpperCase", changed<upper>},
      {"toLowerCase", changed<lower>},
      {"capitalize", changed<capitalized>},
      {"uncapitalize", changed<uncapitalized>},
      {"reverse", changed<reversed>},
      {"stripIndent", strip_indent},
      {"stripMargin", strip_margin},
      {"split", split},
      {"tokenize", tokenize},
      {"substring", substring},
      {"padLeft", pad},
      {"padRight", pad},
      {"center", pad},
      {"take", take_drop},
      {"drop", take_drop},
      {"length", length},
      {"size", size_of},
      {"isEmpty", is_empty},
      {"isAllWhitespace", is_all_whitespace},
      {"readLines", read_lines},
      {"eachLine", each_line},
      {"toList", to_list},
      {"toCharArray", to_char_array},
      {"getChars", to_char_array},
      {"toURL", to_url},
      {"execute", execute},
      {"concat", concat},
      {"plus", operation},
      {"minus", operation},
      {"multiply", operation},
      {"getAt", operation},
  };
  const Method method = find_in_table(table, name);
  return method != nullptr ? method : find_in_table(conversions(), name);
}

}  // namespace runtask::groovy
