#include "base/diagnostic.h"

#include <algorithm>
#include <numeric>

namespace runtask {
namespace {

constexpr std::size_t kShownColumnsMax = 160;  // Of a source line; longer ones are cut.

// Insertions, deletions, changes and swaps of neighbours that turn one name into the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> rows(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  std::iota(rows[0].begin(), rows[0].end(), 0U);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    rows[i][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      rows[i][j] = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.size()][b.size()];
}

}  // namespace

SourcePosition position_of(std::string_view source, std::size_t offset) {
  offset = std::min(offset, source.size());
  const auto before = source.substr(0, offset);
  const auto line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const auto newline = before.rfind('\n');
  return {line, newline == std::string_view::npos ? offset + 1 : offset - newline};
}

std::string render(const Diagnostic& diagnostic, std::string_view source_name,
                   std::string_view source) {
  const auto at = position_of(source, diagnostic.range.begin);
  const std::size_t line_begin = std::min(diagnostic.range.begin, source.size()) - (at.column - 1);
  const std::size_t line_end = std::min(source.find('\n', line_begin), source.size());
  std::string line(source.substr(line_begin, line_end - line_begin));
  if (!line.empty() && line.back() == '\r') line.pop_back();
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');

  std::size_t caret = at.column - 1;
  std::size_t width = diagnostic.range.end > diagnostic.range.begin
                          ? diagnostic.range.end - diagnostic.range.begin
                          : 1;
  if (line.size() > kShownColumnsMax) {
    const std::size_t from = caret > kShownColumnsMax / 2 ? caret - kShownColumnsMax / 2 : 0;
    line = (from > 0 ? "..." : "") + line.substr(from, kShownColumnsMax) +
           (from + kShownColumnsMax < line.size() ? "..." : "");
    caret = caret - from + (from > 0 ? 3 : 0);
  }
  width = std::max<std::size_t>(1, std::min(width, line.size() > caret ? line.size() - caret : 1));

  const std::string number = std::to_string(at.line);
  const std::string margin(number.size(), ' ');
  std::string text = "error: " + diagnostic.message + "\n" + margin + "--> " +
                     std::string(source_name) + ":" + number + ":" + std::to_string(at.column) +
                     "\n" + margin + " |\n" + number + " | " + line + "\n" + margin + " | " +
                     std::string(caret, ' ') + std::string(width, '^');
  if (!diagnostic.label.empty()) text += " " + diagnostic.label;
  if (!diagnostic.hint.empty()) text += "\nhint: " + diagnostic.hint;
  return text;
}

std::string nearest_name(std::string_view name, std::span<const std::string> candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace runtask
