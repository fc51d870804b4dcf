#include "groovy/parser.h"

#include <algorithm>

#include "groovy/class_path.h"
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

// By its byte-order mark, or by every other one of its first bytes being zero.
bool is_utf16(std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return true;
  if (text.size() < 4) return false;
  const auto is_zero = [&](std::size_t place) { return text[place] == '\0'; };
  return is_zero(0) == is_zero(2) && is_zero(1) == is_zero(3) && is_zero(0) != is_zero(1);
}

// The tree as written, with the errors of the text; null if the text has none.
std::shared_ptr<Unit> parse_text(std::string source, std::string source_name, Parsed& result) {
  if (source.size() > kSourceBytesMax) {
    result.errors.push_back(
        {"the file is larger than " + std::to_string(kSourceBytesMax >> 10U) + " KiB",
         {0, 0},
         {},
         "load data with readFile or readJSON instead"});
    return nullptr;
  }
  if (is_utf16(source)) {
    result.errors.push_back(
        {"the file is UTF-16, not UTF-8", {0, 0}, {}, "save it as UTF-8, e.g. with iconv"});
    return nullptr;
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
  return result.errors.empty() ? std::move(unit) : nullptr;
}

// A file of a library without a class is one itself, whose methods are those of the file.
void declare_script(Unit& unit) {
  if (!unit.classes.empty()) return;
  const auto from = unit.source_name.rfind('/') + 1;  // npos + 1 is 0.
  auto declaration = std::make_unique<ClassDecl>();
  declaration->form = ClassForm::kScript;
  declaration->unit = &unit;
  declaration->name =
      unit.intern(unit.source_name.substr(from, unit.source_name.rfind('.') - from));
  declaration->info.name = (unit.package.empty() ? "" : unit.package + ".") + *declaration->name;
  declaration->info.declaration = declaration.get();
  unit.classes.push_back(std::move(declaration));
}

void sort_diagnostics(Parsed& result) {
  sort_by_place(result.errors);
  sort_by_place(result.unsupported);
}

}  // namespace

Parsed parse(std::string source, std::string source_name,
             std::shared_ptr<const ClassPath> class_path) {
  Parsed result;
  auto unit = parse_text(std::move(source), std::move(source_name), result);
  if (unit != nullptr) {
    link_classes(*unit, class_path.get(), result.errors, result.unsupported);
    resolve(*unit, class_path.get(), result.errors, result.unsupported);
    unit->class_path = std::move(class_path);
  }
  sort_diagnostics(result);
  result.unit = std::move(unit);
  return result;
}

const ClassInfo* ClassPath::find(std::string_view name) const {
  const auto found = classes_.find(name);
  return found == classes_.end() ? nullptr : found->second;
}

std::vector<Parsed> ClassPath::add(std::vector<File> files) {
  std::vector<Parsed> results(files.size());
  std::vector<std::shared_ptr<Unit>> units;
  for (std::size_t i = 0; i < files.size(); ++i) {
    units.push_back(parse_text(std::move(files[i].source), std::move(files[i].name), results[i]));
    if (units[i] == nullptr || !results[i].can_run()) continue;
    declare_script(*units[i]);
    for (const auto& declaration : units[i]->classes)
      classes_.emplace(declaration->info.name, &declaration->info);
  }
  for (std::size_t i = 0; i < files.size(); ++i)
    if (units[i] != nullptr)
      link_classes(*units[i], this, results[i].errors, results[i].unsupported);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (units[i] != nullptr) resolve(*units[i], this, results[i].errors, results[i].unsupported);
    sort_diagnostics(results[i]);
    if (units[i] == nullptr) continue;
    if (!results[i].can_run())
      for (const auto& declaration : units[i]->classes) {
        // Other files may have found it already: none may make an object of it.
        declaration->info.use = ClassUse::kName;
        const auto known = classes_.find(declaration->info.name);
        if (known != classes_.end() && known->second == &declaration->info) classes_.erase(known);
      }
    results[i].unit = units[i];
    units_.push_back(std::move(units[i]));
  }
  return results;
}

}  // namespace runtask::groovy
