#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// JSON at the edge. Structs describe their members once, in a template
//
//   template <class Visitor>
//   void members(Visitor& visit, Thing& thing) {
//     visit("name", thing.name);
//     visit("tags", thing.tags);
//     visit.rest(thing.rest);
//   }
//
// found by argument-dependent lookup, and are then read and written with read_text and to_text
// (base/json_members.h, which is included by .cpp files only). nlohmann::json stays behind this
// header: its exceptions never leave json.cpp. Pure; any thread.

namespace runtask::json {

// An ordered tree, for the few places where JSON stays JSON.
using Value = nlohmann::ordered_json;

constexpr int kDepthMax =
    64;  // Nesting that parse() accepts; deeper text is an error, not a crash.

// Parses a whole text. `source` names it in the error: "task.json:3:7: expected ..., found ...",
// with the line and a caret. Error kInvalid.
[[nodiscard]] Result<Value> parse(std::string_view text, std::string_view source);

// One line, and indented by two blanks for people. Text that is not UTF-8 is written with \xNN for
// the bytes that are not.
[[nodiscard]] std::string to_text(const Value& value);
[[nodiscard]] std::string to_pretty_text(const Value& value);
// A JSON string literal with its quotes.
[[nodiscard]] std::string quoted(std::string_view text);

// Members of an object that the reader had no field for, in their order, kept so that they can be
// written again. The value is JSON text.
using Members = std::vector<std::pair<std::string, std::string>>;

class Reader;  // The two visitors of members(): base/json_members.h.
class Writer;

}  // namespace runtask::json
