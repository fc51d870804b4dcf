#include <algorithm>

#include "groovy/packages.h"
#include "groovy/resolver_walk.h"

// What may not be assigned to, and what Jenkins' turning of a text into continuations (CPS) and the
// Java machine behind it do not take.

namespace runtask::groovy {
namespace {

constexpr std::size_t kMapEntriesMax = 125;    // Of a literal, and of the names in a call.
constexpr std::size_t kListItemsMax = 250;     // Of a literal.
constexpr std::size_t kTextBytesMax = 65'535;  // Of a constant, in Java's own form of UTF-8.

// Zero has two bytes there, what lies beyond U+FFFF six.
std::size_t java_bytes(const std::string& text) {
  std::size_t bytes = text.size();
  for (const char c : text) {
    if (c == '\0') ++bytes;
    if (static_cast<unsigned char>(c) >= 0xF0) bytes += 2;
  }
  return bytes;
}

}  // namespace

// The name of a class is never that of a variable which nobody has declared.
void Resolver::check_target_name(const Expr& target) {
  const auto* variable = node_if<NameExpr>(target);
  if (variable == nullptr) return;
  if (!variable->is_local) {
    const bool is_field = class_ != nullptr || std::find(fields_.begin(), fields_.end(),
                                                         variable->name) != fields_.end();
    const auto package = importing_package(*variable->name);
    const bool is_class = variable->info != nullptr && variable->member == nullptr;
    if (!is_field && (is_class || !package.empty()))
      complain(target.range,
               "you tried to assign a value to the class " +
                   (is_class ? variable->info->name : std::string(package) + "." + *variable->name),
               "choose another name, or declare the variable with `def`");
    return;
  }
  const bool is_final = std::any_of(scopes_.begin(), scopes_.end(), [&](const ScopeNames& scope) {
    return std::find(scope.finals.begin(), scope.finals.end(), variable->name) !=
           scope.finals.end();
  });
  if (is_final)
    complain(target.range, "cannot assign a value to the final variable `" + *variable->name + "`");
}

// Groovy refuses these modifiers where it generates code; what CPS has replaced by then is safe.
void Resolver::check_modifier(const DeclarationStmt& node) {
  const auto range = node.refused_modifier;
  if (range.end == 0 || is_cps_) return;
  complain(range,
           "Modifier '" + unit_.source.substr(range.begin, range.end - range.begin) +
               "' not allowed here.",
           "only `final` goes with a variable, and what @Field has made a field");
}

void Resolver::check_synchronized(const BlockStmt& node) {
  if (node.monitor == nullptr || !is_cps_) return;
  complain(node.range, "synchronized is unsupported for CPS transformation",
           "move it into a method with @NonCPS, or use the step `lock`");
}

void Resolver::check_size(const ListExpr& node) {
  if (is_cps_ && node.items.size() > kListItemsMax)
    complain(
        node.range,
        "List expressions can only contain up to " + std::to_string(kListItemsMax) + " elements",
        "add two shorter ones, or read the values from a file");
}

void Resolver::check_size(SourceRange range, const std::vector<Argument>& entries) {
  if (!is_cps_ || entries.size() <= kMapEntriesMax) return;
  std::size_t named = 0;
  for (const auto& entry : entries)
    named += entry.is_named ? 1U : 0U;
  if (named > kMapEntriesMax)
    complain(
        range,
        "Map expressions can only contain up to " + std::to_string(kMapEntriesMax) + " entries",
        "add two shorter ones, or read the values from a file");
}

void Resolver::check_text(const std::string& text, SourceRange range) {
  if (text.size() * 2 <= kTextBytesMax || java_bytes(text) <= kTextBytesMax) return;
  complain(range,
           "this text is longer than " + std::to_string(kTextBytesMax) +
               " bytes, the most that Java takes in one constant",
           "add two shorter ones, or read it from a file");
}

}  // namespace runtask::groovy
