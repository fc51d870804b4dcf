#include "groovy/parser.h"

#include <algorithm>

#include "groovy/grammar.h"
#include "groovy/lexer.h"
#include "groovy/limits.h"
#include "groovy/resolver.h"

namespace runtask::groovy {
namespace {

void sort_by_place(std::vector<Diagnostic>& diagnostics) {
  std::stable_sort(
      diagnostics.begin(), diagnostics.end(),
      [](const Diagnostic& a, const Diagnostic& b) { return a.range.begin < b.range.begin; });
  if (diagnostics.size() > kDiagnosticsMax) diagnostics.resize(kDiagnosticsMax);
}

}  // namespace

Parsed parse(std::string source, std::string source_name) {
  Parsed result;
  if (source.size() > kSourceBytesMax) {
    result.errors.push_back(
        {"the file is larger than " + std::to_string(kSourceBytesMax >> 10U) + " KiB",
         {0, 0},
         {},
         "load data with readFile or readJSON instead"});
    return result;
  }
  auto unit = std::make_shared<Unit>();
  unit->source = std::move(source);
  unit->source_name = std::move(source_name);
  auto lexed = lex(unit->source);
  Grammar grammar(*unit, lexed.tokens);
  grammar.parse_unit();
  result.errors = std::move(lexed.diagnostics);
  // Behind a broken string or bracket the grammar finds only what follows from it.
  const std::size_t trusted =
      result.errors.empty() ? unit->source.size() + 1 : result.errors.front().range.begin;
  for (auto& error : grammar.errors)
    if (error.range.begin < trusted) result.errors.push_back(std::move(error));
  result.unsupported = std::move(grammar.unsupported);
  const bool has_tree = result.errors.empty();
  if (has_tree) resolve(*unit, result.errors, result.unsupported);
  sort_by_place(result.errors);
  sort_by_place(result.unsupported);
  if (has_tree) result.unit = std::move(unit);
  return result;
}

}  // namespace runtask::groovy
