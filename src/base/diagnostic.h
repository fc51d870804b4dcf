#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Mistakes in what a user wrote (a file, a flag), shown with the line and a caret under the place.
// Pure; any thread.

namespace runtask {

// A place in a source text: offsets in bytes, the end exclusive.
struct SourceRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct Diagnostic {
  std::string message;  // One fact: lower case, no full stop, no newline.
  SourceRange range;
  std::string label;  // A few words beside the caret, or empty.
  std::string hint;   // The next step, or empty.
};

// Line and column of an offset, both from 1; the column counts bytes. An offset past the end means
// the end.
struct SourcePosition {
  std::size_t line = 1;
  std::size_t column = 1;
};
[[nodiscard]] SourcePosition position_of(std::string_view source, std::size_t offset);

// The diagnostic for a person:
//   error: unknown key `famly`
//    --> task.json:3:5
//     |
//   3 |   "famly": "manage",
//     |   ^^^^^^^ did you mean `family`?
//   hint: ...
// Tabs in the shown line become one blank each, so that the caret stands where it should; a very
// long line is cut around the place.
[[nodiscard]] std::string render(const Diagnostic& diagnostic, std::string_view source_name,
                                 std::string_view source);

// The candidate that is nearest to a mistyped name, or empty when none is near (more than a third
// of its letters differ).
[[nodiscard]] std::string nearest_name(std::string_view name,
                                       std::span<const std::string> candidates);

}  // namespace runtask
