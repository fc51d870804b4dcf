#include <algorithm>
#include <unordered_map>

#include "groovy/classes.h"
#include "groovy/methods.h"
#include "groovy/regex.h"
#include "groovy/text_index.h"

// Searching and replacing in strings, patterns and matchers.

namespace runtask::groovy {
namespace {

using Answer = std::optional<Value>;
using Table = std::unordered_map<std::string, Method>;

constexpr auto kNone = std::nullopt;

Ref<Pattern> pattern_of(MethodCall& c, std::size_t index) {
  if (c.is(index, Kind::kPattern)) return Ref<Pattern>(&c.arguments[index].as<Pattern>());
  return Pattern::compile(c.fiber, c.text(index));
}

bool is_pattern(const MethodCall& c, std::size_t index) {
  return c.is_text(index) || c.is(index, Kind::kPattern);
}

std::string part_of(const std::string& text, const std::optional<Span>& span) {
  return span ? text.substr(span->begin, span->end - span->begin) : std::string();
}

Value group_value(Fiber& fiber, const std::string& text, const std::optional<Span>& span) {
  return span ? fiber.string(part_of(text, span)) : Value();
}

// The whole match, or with groups a list of it and them: what Groovy gives to closures and [n].
Value match_value(Fiber& fiber, const std::string& text, const Match& match) {
  if (match.size() == 1) return group_value(fiber, text, match[0]);
  Values groups;
  for (const auto& span : match)
    groups.push_back(group_value(fiber, text, span));
  return fiber.list(std::move(groups));
}

std::vector<Match> all_matches(Fiber& fiber, const Pattern& pattern, const std::string& text) {
  std::vector<Match> matches;
  std::size_t from = 0;
  while (from <= text.size()) {
    auto match = pattern.find(text, from);
    if (!match) break;
    fiber.step();
    const Span whole = *(*match)[0];
    from = whole.end > whole.begin ? whole.end : whole.end + 1;
    while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0U) == 0x80U)
      ++from;
    matches.push_back(std::move(*match));
  }
  return matches;
}

// A closure gets the match, or with groups the match and each group if it takes so many.
Value call_with_match(Fiber& fiber, const Value& closure, const std::string& text,
                      const Match& match) {
  const Value value = match_value(fiber, text, match);
  if (value.is(Kind::kList) && Fiber::arity_of(closure.as<Closure>()) > 1) {
    Values groups = value.as<List>().items;
    return fiber.call_value(closure, groups);
  }
  return fiber.call1(closure, value);
}

Answer replace_all(MethodCall& c) {
  if (c.count() != 2 || !is_pattern(c, 0)) return kNone;
  const std::string text = c.self_text();
  const auto pattern = pattern_of(c, 0);
  const bool only_first = c.name == "replaceFirst";
  if (c.is_text(1))
    return c.fiber.string(replace_matches(c.fiber, *pattern, text, c.text(1), only_first));
  if (!c.is(1, Kind::kClosure)) return kNone;
  std::string out;
  std::size_t copied = 0;
  for (const auto& match : all_matches(c.fiber, *pattern, text)) {
    const Span whole = *match[0];
    out += text.substr(copied, whole.begin - copied);
    out += c.fiber.to_text(call_with_match(c.fiber, c.arguments[1], text, match));
    copied = whole.end;
    if (only_first) break;
  }
  return c.fiber.string(out + text.substr(copied));
}

Answer replace(MethodCall& c) {
  if (c.count() != 2 || !c.is_text(0) || !c.is_text(1)) return kNone;
  const std::string text = c.self_text();
  const std::string from = c.text(0);
  const std::string to = c.text(1);
  std::string out;
  std::size_t at = 0;
  while (true) {
    const auto found =
        from.empty() ? (at < text.size() ? at : std::string::npos) : text.find(from, at);
    if (found == std::string::npos) break;
    out += text.substr(at, found - at) + to;
    if (from.empty()) out += text[found];
    at = found + std::max<std::size_t>(from.size(), 1);
    if (out.size() > c.fiber.interpreter().limits().text_bytes_max)
      c.fiber.abort(Code::kFull, "a string became too long");
  }
  return c.fiber.string(out + text.substr(std::min(at, text.size())) + (from.empty() ? to : ""));
}

Answer index_of(MethodCall& c) {
  const bool is_code = c.is(0, Kind::kInteger);  // Of a letter.
  if (c.count() < 1 || c.count() > 2 || (!c.is_text(0) && !is_code) ||
      (c.count() == 2 && !c.is_whole(1)))
    return kNone;
  const std::string text = c.self_text();
  const TextIndex places(text);
  const std::string part = is_code ? character_of(c.number(0)) : c.text(0);
  if (is_code && part.empty()) return Value::integer(-1);
  std::size_t found = 0;
  if (c.name == "lastIndexOf") {
    const auto last = static_cast<std::int64_t>(places.size());
    if (c.count() == 2 && c.number(1) < 0) return Value::integer(-1);
    found = text.rfind(part, places.byte_of(c.count() == 2 ? std::min(c.number(1), last) : last));
  } else {
    const std::int64_t from =
        c.count() == 2
            ? std::clamp<std::int64_t>(c.number(1), 0, static_cast<std::int64_t>(places.size()))
            : 0;
    found = text.find(part, places.byte_of(from));
  }
  if (found == std::string::npos) return Value::integer(-1);
  return Value::integer(static_cast<std::int32_t>(places.character_of(found)));
}

Answer find(MethodCall& c) {
  if (!is_pattern(c, 0) || c.count() > 2) return kNone;
  const std::string text = c.self_text();
  const auto match = pattern_of(c, 0)->find(text, 0);
  if (c.count() == 1) return match ? group_value(c.fiber, text, (*match)[0]) : Value();
  if (!c.is(1, Kind::kClosure)) return kNone;
  return match ? call_with_match(c.fiber, c.arguments[1], text, *match) : Value();
}

Answer find_all(MethodCall& c) {
  if (!is_pattern(c, 0) || c.count() > 2) return kNone;
  const std::string text = c.self_text();
  Values results;
  for (const auto& match : all_matches(c.fiber, *pattern_of(c, 0), text))
    results.push_back(c.count() == 2 ? call_with_match(c.fiber, c.arguments[1], text, match)
                                     : group_value(c.fiber, text, match[0]));
  return Value(c.fiber.list(std::move(results)));
}

Answer each_match(MethodCall& c) {
  if (!is_pattern(c, 0) || !c.is(1, Kind::kClosure)) return kNone;
  const std::string text = c.self_text();
  for (const auto& match : all_matches(c.fiber, *pattern_of(c, 0), text))
    (void)call_with_match(c.fiber, c.arguments[1], text, match);
  return c.self;
}

// ---- Matchers

const Match& current_match(MethodCall& c) {
  auto& matcher = c.self.as<Matcher>();
  if (!matcher.current) c.fiber.throw_new("java.lang.IllegalStateException", "No match found");
  return *matcher.current;
}

std::size_t group_index(MethodCall& c, const Match& match) {
  std::size_t group = 0;
  if (c.is_text(0)) {
    const auto named = c.self.as<Matcher>().pattern->group_number(c.text(0));
    if (!named)
      c.fiber.throw_new("java.lang.IllegalArgumentException",
                        "No group with name <" + c.text(0) + ">");
    group = *named;
  } else if (c.is_whole(0)) {
    if (c.number(0) < 0 || static_cast<std::size_t>(c.number(0)) >= match.size())
      c.fiber.throw_new("java.lang.IndexOutOfBoundsException",
                        "No group " + std::to_string(c.number(0)));
    group = static_cast<std::size_t>(c.number(0));
  }
  return group;
}

Answer matcher_find(MethodCall& c) {
  auto& matcher = c.self.as<Matcher>();
  if (matcher.next > matcher.text.size()) return Value::of(false);
  matcher.current = matcher.pattern->find(matcher.text, matcher.next);
  if (!matcher.current) {
    matcher.next = matcher.text.size() + 1;
    return Value::of(false);
  }
  const Span whole = *(*matcher.current)[0];
  matcher.next = whole.end > whole.begin ? whole.end : whole.end + 1;
  return Value::of(true);
}

// matcher[0..1], matcher[0, 2]: whichever way a range goes, the first match comes first; what
// stands behind `..<` is left out twice.
Values matches_at(MethodCall& c, const Value& places) {
  Values found;
  if (places.is(Kind::kList)) {
    for (const auto& place : Values(places.as<List>().items)) {
      Values some =
          place.is(Kind::kRange) ? matches_at(c, place) : Values{c.fiber.get_index(c.self, place)};
      found.insert(found.end(), some.begin(), some.end());
    }
    return found;
  }
  const auto& range = places.as<Range>();
  if (range.is_empty) return found;
  const auto& matcher = c.self.as<Matcher>();
  const auto count =
      static_cast<std::int64_t>(all_matches(c.fiber, *matcher.pattern, matcher.text).size());
  const auto place_of = [&](std::int64_t index) { return index < 0 ? index + count : index; };
  const std::int64_t last = std::max(place_of(range.first), place_of(range.last));
  for (auto place = std::min(place_of(range.first), place_of(range.last));
       place <= (range.excludes_end ? last - 1 : last); ++place)
    found.push_back(c.fiber.get_index(c.self, Value::whole(place)));
  return found;
}

Answer matcher_at(MethodCall& c) {
  if (c.is(0, Kind::kRange) || c.is(0, Kind::kList))
    return Value(c.fiber.list(matches_at(c, c.arguments[0])));
  if (!c.is_whole(0)) return kNone;
  auto& matcher = c.self.as<Matcher>();
  const auto matches = all_matches(c.fiber, *matcher.pattern, matcher.text);
  const auto size = static_cast<std::int64_t>(matches.size());
  const std::int64_t place = c.number(0) < 0 ? c.number(0) + size : c.number(0);
  if (place < 0 || place >= size)
    c.fiber.throw_new("java.lang.IndexOutOfBoundsException",
                      "index is out of range " + std::to_string(-size) + ".." +
                          std::to_string(size - 1) + " (index = " + std::to_string(c.number(0)) +
                          ")");
  // As in Java, asking for a match moves the matcher there.
  matcher.current = matches[static_cast<std::size_t>(place)];
  const Span whole = *(*matcher.current)[0];
  matcher.next = whole.end > whole.begin ? whole.end : whole.end + 1;
  return match_value(c.fiber, matcher.text, matches[static_cast<std::size_t>(place)]);
}

Answer matches(MethodCall& c) {
  auto& matcher = c.self.as<Matcher>();
  matcher.current = matcher.pattern->match_whole(matcher.text);
  if (matcher.current) matcher.next = matcher.text.size() + 1;
  return Value::of(matcher.current.has_value());
}

Answer group(MethodCall& c) {
  const Match& match = current_match(c);
  return group_value(c.fiber, c.self.as<Matcher>().text, match[group_index(c, match)]);
}

Answer start(MethodCall& c) {
  const Match& match = current_match(c);
  const auto span = match[group_index(c, match)];
  return Value::integer(span ? static_cast<std::int32_t>(
                                   TextIndex(c.self.as<Matcher>().text).character_of(span->begin))
                             : -1);
}

Answer end(MethodCall& c) {
  const Match& match = current_match(c);
  const auto span = match[group_index(c, match)];
  return Value::integer(
      span ? static_cast<std::int32_t>(TextIndex(c.self.as<Matcher>().text).character_of(span->end))
           : -1);
}

Answer group_count(MethodCall& c) {
  return Value::integer(static_cast<std::int32_t>(c.self.as<Matcher>().pattern->group_count()));
}

Answer has_group(MethodCall& c) {
  return Value::of(c.self.as<Matcher>().pattern->group_count() > 0);
}

Answer reset(MethodCall& c) {
  c.self.as<Matcher>().current.reset();
  c.self.as<Matcher>().next = 0;
  return c.self;
}

Answer get_count(MethodCall& c) {
  auto& m = c.self.as<Matcher>();
  return Value::integer(static_cast<std::int32_t>(all_matches(c.fiber, *m.pattern, m.text).size()));
}

Answer size_of(MethodCall& c) {
  auto& m = c.self.as<Matcher>();
  return Value::integer(static_cast<std::int32_t>(all_matches(c.fiber, *m.pattern, m.text).size()));
}

Answer replace_all_matches(MethodCall& c) {
  if (!c.is_text(0)) return kNone;
  auto& m = c.self.as<Matcher>();
  return c.fiber.string(replace_matches(c.fiber, *m.pattern, m.text, c.text(0), false));
}

Answer replace_first(MethodCall& c) {
  if (!c.is_text(0)) return kNone;
  auto& m = c.self.as<Matcher>();
  return c.fiber.string(replace_matches(c.fiber, *m.pattern, m.text, c.text(0), true));
}

Answer matches_in_order(MethodCall& c) {  // What iterating over a matcher visits.
  auto& m = c.self.as<Matcher>();
  Values values;
  for (const auto& match : all_matches(c.fiber, *m.pattern, m.text))
    values.push_back(match_value(c.fiber, m.text, match));
  return Value(c.fiber.list(std::move(values)));
}

const Table& matcher_methods() {
  static const Table table = {
      {"matches", matches},
      {"find", matcher_find},
      {"group", group},
      {"start", start},
      {"end", end},
      {"groupCount", group_count},
      {"hasGroup", has_group},
      {"reset", reset},
      {"getAt", matcher_at},
      {"getCount", get_count},
      {"size", size_of},
      {"replaceAll", replace_all_matches},
      {"replaceFirst", replace_first},
      {"matches in order", matches_in_order},
  };
  return table;
}

const Table& pattern_methods() {
  static const Table table = {
      {"matcher",
       [](MethodCall& c) -> Answer {
         if (!c.is_text(0)) return kNone;
         return c.fiber.matcher_of(c.arguments[0], c.self);
       }},
      {"pattern",
       [](MethodCall& c) -> Answer { return c.fiber.string(c.self.as<Pattern>().source); }},
      {"toString",
       [](MethodCall& c) -> Answer { return c.fiber.string(c.self.as<Pattern>().source); }},
  };
  return table;
}

}  // namespace

Method find_matcher_method(const std::string& name) {
  return find_in_table(matcher_methods(), name);
}

Method find_pattern_method(const std::string& name) {
  return find_in_table(pattern_methods(), name);
}

Method find_text_search_method(const std::string& name) {
  static const Table table = {
      {"contains",
       [](MethodCall& c) -> Answer {
         if (c.count() != 1 || !c.is_text(0)) return kNone;
         return Value::of(c.self_text().find(c.text(0)) != std::string::npos);
       }},
      {"startsWith",
       [](MethodCall& c) -> Answer {
         if (c.count() != 1 || !c.is_text(0)) return kNone;
         return Value::of(c.self_text().starts_with(c.text(0)));
       }},
      {"endsWith",
       [](MethodCall& c) -> Answer {
         if (c.count() != 1 || !c.is_text(0)) return kNone;
         return Value::of(c.self_text().ends_with(c.text(0)));
       }},
      {"equalsIgnoreCase",
       [](MethodCall& c) -> Answer {
         if (c.count() != 1) return kNone;
         if (!c.is_text(0)) return Value::of(false);
         const auto low = [](std::string text) {
           for (char& one : text)
             if (one >= 'A' && one <= 'Z') one = static_cast<char>(one - 'A' + 'a');
           return text;
         };
         return Value::of(low(c.self_text()) == low(c.text(0)));
       }},
      {"matches",
       [](MethodCall& c) -> Answer {
         if (c.count() != 1 || !is_pattern(c, 0)) return kNone;
         return Value::of(pattern_of(c, 0)->matches(c.fiber, c.self_text()));
       }},
      {"charAt",
       [](MethodCall& c) -> Answer {
         if (!c.is_whole(0)) return kNone;
         if (c.number(0) < 0)
           c.fiber.throw_new("java.lang.StringIndexOutOfBoundsException",
                             "index " + std::to_string(c.number(0)));
         const Value letter = c.fiber.index_text(c.self_text(), c.arguments[0]);
         return c.fiber.character(letter.text());
       }},
      {"codePointAt",
       [](MethodCall& c) -> Answer {
         if (!c.is_whole(0) || c.number(0) < 0) return kNone;
         return c.fiber.code_of(c.fiber.index_text(c.self_text(), c.arguments[0]));
       }},
      {"indexOf", index_of},
      {"lastIndexOf", index_of},
      {"replace", replace},
      {"replaceAll", replace_all},
      {"replaceFirst", replace_all},
      {"find", find},
      {"findAll", find_all},
      {"eachMatch", each_match},
      {"count",
       [](MethodCall& c) -> Answer {
         if (!c.is_text(0)) return kNone;
         const std::string text = c.self_text();
         const std::string part = c.text(0);
         std::int32_t count = 0;
         for (auto at = text.find(part); at != std::string::npos && !part.empty();
              at = text.find(part, at + part.size()))
           ++count;
         return Value::integer(count);
       }},
  };
  return find_in_table(table, name);
}

}  // namespace runtask::groovy
