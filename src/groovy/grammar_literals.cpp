#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "groovy/grammar.h"
#include "groovy/limits.h"

// Strings with values in them, and numbers.

namespace runtask::groovy {

ExprPtr Grammar::parse_gstring(const Token& source) {
  const Deeper deeper(*this);
  auto node = std::make_unique<GStringExpr>();
  node->range = source.range;
  for (const auto& part : source.parts) {
    if (part.tokens.empty()) {
      node->texts.push_back(part.text);
      continue;
    }
    const auto* outer_tokens = std::exchange(tokens_, &part.tokens);
    const std::size_t outer_at = std::exchange(at_, 0U);
    ExprPtr value;
    try {
      skip_newlines();
      value = parse_embedded(part);
      skip_newlines();
      if (!token().is(TokenKind::kEnd)) fail_unexpected("the end of the value");
    } catch (...) {
      tokens_ = outer_tokens;
      at_ = outer_at;
      throw;
    }
    tokens_ = outer_tokens;
    at_ = outer_at;
    check_depth(*node, std::max(node->depth - 1, value->depth));
    node->values.push_back(std::move(value));
  }
  return node;
}

// What stands in ${ }: to Groovy a block of statements. One expression is its value, more are a
// closure that is called at once: "${if (x) 'a' else 'b'}". A label is a statement too, so that
// the shell's ${NAME:-5} is -5, as in Groovy.
ExprPtr Grammar::parse_embedded(const StringPart& part) {
  auto closure = std::make_unique<ClosureExpr>();
  closure->range = part.range;
  closure->has_arrow = true;
  closure->it = unit_.intern("it");
  closure->body.range = part.range;
  const bool is_lazy = take_operator("->");  // ${-> x} is evaluated at each use.
  const bool was_top = std::exchange(is_top_, false);
  const int outer_deepest = std::exchange(deepest_, 0);
  while (true) {
    while (token().is(TokenKind::kNewline) || token().is_operator(";"))
      take();
    if (token().is(TokenKind::kEnd)) break;
    closure->body.statements.push_back(parse_statement());
  }
  is_top_ = was_top;
  const int below = std::exchange(deepest_, outer_deepest);
  check_depth(*closure, below);
  auto& statements = closure->body.statements;
  if (is_lazy) return closure;
  if (statements.empty()) {  // "${}" is null in Groovy.
    const Value nothing;
    auto null = std::make_unique<Constant>(nothing);
    null->range = part.range;
    return null;
  }
  if (statements.size() == 1 && statements[0]->kind == StmtKind::kExpression &&
      statements[0]->label == nullptr)
    return std::move(static_cast<ExpressionStmt&>(*statements[0]).expression);
  auto call = std::make_unique<CallExpr>();
  call->object = std::move(closure);
  call->calls_object = true;
  call->range = part.range;
  call->name_range = part.range;
  check_depth(*call, call->object->depth);
  return call;
}

ExprPtr Grammar::parse_number(const Token& source) {
  std::string text = source.text;
  const auto constant = [&](const Value& value) {
    auto node = std::make_unique<Constant>(value);
    node->range = source.range;
    return node;
  };
  const bool is_hex = text.size() > 1 && (text[1] == 'x' || text[1] == 'X');
  char suffix = static_cast<char>(text.back() | 0x20);
  const std::string_view suffixes = is_hex ? "lig" : "ligdf";
  if (suffixes.find(suffix) == std::string_view::npos)
    suffix = '\0';
  else
    text.pop_back();
  const bool has_fraction = !is_hex && text.find_first_of(".eE") != std::string::npos;
  if (suffix == 'd' || suffix == 'f')
    return constant(Value::real(std::strtod(text.c_str(), nullptr)));
  if (has_fraction) {
    const auto decimal = Decimal::parse(text);
    if (!decimal) {
      refuse(source.range, "a decimal of more than 38 digits is not supported");
      return constant(Value());
    }
    return constant(Ref<Number>(std::make_unique<Number>(Kind::kBigDecimal, *decimal).release()));
  }
  int base = 10;
  std::string_view digits = text;
  if (text.size() > 1 && text[0] == '0') {
    const char mark = static_cast<char>(text[1] | 0x20);
    base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    digits.remove_prefix(base == 8 ? 1 : 2);
  }
  std::uint64_t number = 0;
  const auto [end, failure] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  const bool is_read = failure == std::errc() && end == digits.data() + digits.size();
  if (!is_read && failure != std::errc::result_out_of_range)
    fail_at(source.range, "this is not a number");
  const bool fits_long = is_read && number <= static_cast<std::uint64_t>(INT64_MAX);
  if (suffix == 'g' || (!fits_long && suffix == '\0')) {
    const auto decimal =
        base == 10 ? Decimal::parse(text) : Decimal(static_cast<std::int64_t>(number));
    if (!decimal || (base != 10 && !fits_long)) {
      refuse(source.range, "an integer of more than 38 digits is not supported");
      return constant(Value());
    }
    return constant(Ref<Number>(std::make_unique<Number>(Kind::kBigInteger, *decimal).release()));
  }
  if (!fits_long) fail_at(source.range, "this number is too large");
  const auto whole = static_cast<std::int64_t>(number);
  if (suffix == 'i' && whole > INT32_MAX)
    fail_at(source.range, "this number is too large for an Integer");
  if (suffix == 'l' || whole > INT32_MAX) return constant(Value::whole(whole));
  return constant(Value::integer(static_cast<std::int32_t>(whole)));
}

}  // namespace runtask::groovy
