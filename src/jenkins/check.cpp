#include "jenkins/check.h"

#include <algorithm>

#include "base/text.h"
#include "groovy/parser.h"
#include "jenkins/calls.h"
#include "jenkins/checker.h"

namespace runtask::jenkins {
namespace {

constexpr std::size_t kErrorsMax = 100;      // Of one file; the rest is counted, not shown.
constexpr std::size_t kQuotedBytesMax = 40;  // Of the user's own text in a message.

void sort_by_place(std::vector<Diagnostic>& diagnostics) {
  std::stable_sort(
      diagnostics.begin(), diagnostics.end(),
      [](const Diagnostic& a, const Diagnostic& b) { return a.range.begin < b.range.begin; });
}

const groovy::CallExpr* pipeline_call(const groovy::Stmt& statement) {
  const auto* call = call_of(statement);
  return call != nullptr && called_name(*call) == "pipeline" ? call : nullptr;
}

bool has_section(const groovy::ClosureExpr& block, std::initializer_list<const char*> names) {
  const auto& statements = block.body.statements;
  return std::any_of(statements.begin(), statements.end(), [&](const auto& statement) {
    const auto* call = call_of(*statement);
    const auto name = call != nullptr ? called_name(*call) : std::nullopt;
    return name && std::find(names.begin(), names.end(), *name) != names.end();
  });
}

std::string rendered(const Diagnostic& diagnostic, const Checked& checked,
                     std::string_view severity) {
  constexpr std::string_view kError = "error";  // What render() begins with.
  auto text = render(diagnostic, checked.source_name, checked.source);
  if (text.starts_with(kError)) text.replace(0, kError.size(), severity);
  return text + "\n";
}

std::string rendered(const std::vector<Diagnostic>& diagnostics, const Checked& checked,
                     std::string_view severity) {
  std::string text;
  for (std::size_t i = 0; i < diagnostics.size() && i < kErrorsMax; ++i)
    text += rendered(diagnostics[i], checked, severity);
  return text;
}

}  // namespace

Checked check(std::string source, std::string source_name,
              std::shared_ptr<const groovy::ClassPath> class_path) {
  Checked result;
  result.source = source;
  result.source_name = source_name;
  auto parsed = groovy::parse(std::move(source), std::move(source_name), std::move(class_path));
  result.errors = std::move(parsed.errors);
  result.unsupported = std::move(parsed.unsupported);
  result.unit = std::move(parsed.unit);
  if (!result.unit) return result;
  Checker(*result.unit, result).check_unit();
  sort_by_place(result.errors);
  sort_by_place(result.warnings);
  if (!result.errors.empty()) result.pipeline.reset();
  return result;
}

std::string Checked::report() const {
  // What Jenkins accepts and runtask has not is a mistake only where nothing else is one.
  const bool is_rejected = !errors.empty();
  const auto& mistakes = is_rejected ? errors : unsupported;
  std::vector<std::pair<const Diagnostic*, std::string_view>> all;
  for (std::size_t i = 0; i < mistakes.size() && i < kErrorsMax; ++i)
    all.emplace_back(&mistakes[i], "error");
  for (std::size_t i = 0; is_rejected && i < unsupported.size() && i < kErrorsMax; ++i)
    all.emplace_back(&unsupported[i], "warning");
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.first->range.begin < b.first->range.begin;
  });
  std::string text;
  for (const auto& [diagnostic, severity] : all)
    text += rendered(*diagnostic, *this, severity);
  text += std::to_string(mistakes.size()) + (mistakes.size() == 1 ? " error" : " errors");
  if (mistakes.size() > kErrorsMax) text += ", the first " + std::to_string(kErrorsMax) + " shown";
  return text;
}

std::string Checked::warnings_report() const {
  std::string text = rendered(warnings, *this, "warning");
  if (!text.empty()) text.pop_back();
  return text;
}

std::string Checked::unsupported_report() const {
  std::string text = rendered(unsupported, *this, "warning");
  if (!text.empty()) text.pop_back();
  return text;
}

// ---- The file

Checker::Checker(const groovy::Unit& unit, Checked& result) : unit_(unit), result_(result) {}

void Checker::error(SourceRange range, std::string message, std::string label, std::string hint) {
  result_.errors.push_back({std::move(message), range, std::move(label), std::move(hint)});
}

void Checker::warning(SourceRange range, std::string message, std::string label, std::string hint) {
  result_.warnings.push_back({std::move(message), range, std::move(label), std::move(hint)});
}

// The user's text on one line, cut.
std::string Checker::text_of(SourceRange range) const {
  const auto& source = unit_.source;
  const std::size_t begin = std::min(range.begin, source.size());
  std::string text = source.substr(begin, std::max(range.end, begin) - begin);
  const std::size_t line_end = text.find_first_of("\r\n");
  bool is_cut = line_end != std::string::npos;
  if (is_cut) {
    text.resize(line_end);
    if (const auto brace = text.find('{'); brace != std::string::npos) text.resize(brace + 1);
  }
  if (text.size() > kQuotedBytesMax) {
    text.resize(kQuotedBytesMax);
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80U) != 0)
      text.pop_back();
    is_cut = true;
  }
  return is_cut ? text + " ..." : text;
}

std::size_t Checker::line_of(SourceRange range) const {
  return position_of(unit_.source, range.begin).line;
}

void Checker::check_repeated(const Seen& seen, SourceRange place,
                             const std::function<std::string(const std::string& name)>& words) {
  for (const auto& [name, ranges] : seen) {
    if (ranges.size() < 2) continue;
    std::vector<std::string> lines;
    for (const auto range : ranges)
      if (auto line = std::to_string(line_of(range)); lines.empty() || lines.back() != line)
        lines.push_back(std::move(line));
    const auto last = std::move(lines.back());
    lines.pop_back();
    error(
        place, words(name),
        lines.empty() ? "both on line " + last : "on lines " + join(lines, ", ") + " and " + last);
  }
}

void Checker::error_again(SourceRange again, SourceRange first, const std::string& words) {
  error(again, words, "the first is on line " + std::to_string(line_of(first)));
}

// As Jenkins reads it, before anything else of the file: literals only.
void Checker::check_library_annotations() {
  const auto check_name = [&](const groovy::Expr& value) {
    const auto name = "@Library value `" + text_of(value.range) + "`";
    if (literal_text(&value)) return;
    const bool is_constant = groovy::node_if<groovy::Constant>(value) != nullptr;
    error(value.range, name + (is_constant ? " was not a string" : " was not a constant"),
          is_constant ? "" : "did you mean to use the `library` step instead?");
  };
  for (const auto& annotation : unit_.annotations) {
    if (annotation.name != "Library") continue;
    bool has_value = false;
    for (const auto& argument : annotation.arguments) {
      if (argument.is_named && argument.label != "value") continue;
      has_value = true;
      if (const auto* list = groovy::node_if<groovy::ListExpr>(*argument.value)) {
        for (const auto& item : list->items)
          check_name(*item);
      } else {
        check_name(*argument.value);
      }
    }
    if (!has_value)
      error(annotation.range, "@Library was missing a value", "write `@Library('name') _`");
  }
}

void Checker::check_unit() {
  check_library_annotations();
  const groovy::CallExpr* first = nullptr;
  for (const auto& statement : unit_.body.statements) {
    const auto* call = pipeline_call(*statement);
    if (call == nullptr) continue;
    if (first != nullptr) {
      error_again(call->name_range, first->range, "a file has only one `pipeline` block");
      continue;
    }
    first = call;
    result_.pipeline = read_pipeline(*call);
  }
  if (first != nullptr) return;
  result_.is_scripted = true;
  read_library_pipelines();
  if (result_.pipelines_of_library.empty()) find_nested_pipelines(unit_.body);
}

// Wherever in a method `call` they stand, such as on both sides of an `if`. What has neither an
// agent nor stages is a call of somebody's own `pipeline`.
void Checker::read_library_pipelines() {
  const auto read = [&](const groovy::CallExpr& call) {
    if (called_name(call) != "pipeline" || call.arguments.size() != 1) return true;
    const auto* block = block_of(call);
    if (block == nullptr || !has_section(*block, {"agent", "stages"})) return true;
    if (auto pipeline = read_pipeline(call))
      result_.pipelines_of_library.push_back(*std::move(pipeline));
    return false;
  };
  for (const auto& method : unit_.methods)
    if (*method->name == "call") each_call(method->body, read);
}

void Checker::find_nested_pipelines(const groovy::Block& block) {
  for (const auto& statement : block.statements) {
    if (const auto* call = pipeline_call(*statement)) {
      error(call->name_range, "the `pipeline` block must be at the top level",
            "not within another block");
    } else if (const auto* outer = call_of(*statement)) {
      find_nested_pipelines(*outer);
    } else if (const auto* choice = groovy::node_if<groovy::IfStmt>(*statement)) {
      find_nested_pipelines(choice->yes);
      if (choice->no) find_nested_pipelines(*choice->no);
    } else if (const auto* attempt = groovy::node_if<groovy::TryStmt>(*statement)) {
      find_nested_pipelines(attempt->body);
    }
  }
}

void Checker::find_nested_pipelines(const groovy::Expr& expr) {
  const auto* call = groovy::node_if<groovy::CallExpr>(expr);
  if (call == nullptr) return;
  if (const auto* block = block_of(*call)) find_nested_pipelines(block->body);
}

}  // namespace runtask::jenkins
