#include <algorithm>

#include "groovy/classes.h"
#include "groovy/grammar.h"
#include "groovy/limits.h"

namespace runtask::groovy {
namespace {

// A string of the text, owned by the tree: no heap counts it.
Value text_constant(std::string text) {
  return Ref<String>(std::make_unique<String>(std::move(text)).release());
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

}  // namespace

ExprPtr Grammar::string_constant(std::string text, SourceRange range) const {
  auto constant = std::make_unique<Constant>(text_constant(std::move(text)));
  constant->range = range;
  return constant;
}

// A name or a chain of members, as in `docker.image`: what can take arguments without parentheses.
bool Grammar::is_path(const Expr& expr) {
  if (expr.in_parentheses) return false;
  return expr.kind == ExprKind::kName || expr.kind == ExprKind::kProperty;
}

ExprPtr Grammar::parse_postfix() {
  // Only there a closure on the next line belongs to the call before it, as in `stage('x')` NL `{`.
  const bool takes_next_line = std::exchange(begins_statement_, false);
  ExprPtr value = parse_primary();
  while (true) {
    const Token& next = token();
    if (next.is(TokenKind::kNewline)) {
      const Token& later = (*tokens_)[after_newlines(at_)];
      const bool goes_on =
          later.is_operator(".") || later.is_operator("?.") || later.is_operator("*.");
      const bool takes_closure = takes_next_line && later.is_operator("{") &&
                                 !value->in_parentheses &&
                                 (is_path(*value) || value->kind == ExprKind::kCall);
      if (!goes_on && !takes_closure) return value;
      skip_newlines();
      continue;
    }
    if (!next.is(TokenKind::kOperator)) return value;
    const std::size_t begin = value->range.begin;
    if (next.text == "(" || next.text == "[" || next.text == "{") refuse_cast(*value);
    if (next.text == "." || next.text == "?." || next.text == "*." || next.text == ".&" ||
        next.text == ".@") {
      value = parse_member(std::move(value));
    } else if (next.text == "(") {
      value = parse_call(std::move(value));
    } else if (next.text == "[") {
      value = parse_subscript(std::move(value));
    } else if (next.text == "{") {  // As Groovy, after any value: m['a'] { }, "linux" { }.
      auto call = call_of(std::move(value));
      append_closures(*call);
      call->range = {begin, last_end()};
      value = std::move(call);
    } else if (next.text == "++" || next.text == "--") {
      const bool can = value->kind == ExprKind::kName || value->kind == ExprKind::kProperty ||
                       value->kind == ExprKind::kIndex;
      if (!can) fail_at(value->range, "this cannot be counted up or down");
      auto step = std::make_unique<StepExpr>();
      step->is_increment = take().text == "++";
      step->target = std::move(value);
      const Expr* part = step->target.get();
      return finish(std::move(step), begin, {part});  // i++.x is an error.
    } else {
      return value;
    }
  }
}

// `(a)(b)` is a cast for Groovy, whatever `a` is; only `(a)()` is a call.
void Grammar::refuse_cast(const Expr& value) const {
  if (!value.in_parentheses || (token().is_operator("(") && token(1).is_operator(")"))) return;
  for (const Expr* part = &value; part->kind != ExprKind::kName;) {
    const auto* property = node_if<PropertyExpr>(*part);
    if (property == nullptr || property->name == nullptr || property->is_safe ||
        property->is_spread || (part != &value && part->in_parentheses))
      return;
    part = property->object.get();
  }
  std::string name =
      unit_.source.substr(value.range.begin + 1, value.range.end - value.range.begin - 2);
  name.erase(std::remove(name.begin(), name.end(), ' '), name.end());
  const bool is_plain = name.find_first_of("()'\"\n") == std::string::npos;
  if (is_plain)
    fail_at(value.range, "unable to resolve class " + name,
            "this casts to a class: leave the parentheses around a variable out");
}

// The call node for `name`, `object.name` or any other value that is called. An existing call, as
// in `node('x') { }`, takes the closure as one argument more.
std::unique_ptr<CallExpr> Grammar::call_of(ExprPtr callee) {
  if (callee->kind == ExprKind::kCall && !callee->in_parentheses &&
      !static_cast<CallExpr&>(*callee).is_command && token().is_operator("{")) {
    return std::unique_ptr<CallExpr>(static_cast<CallExpr*>(callee.release()));
  }
  auto call = std::make_unique<CallExpr>();
  check_depth(*call, callee->depth);
  if (callee->kind == ExprKind::kName && !callee->in_parentheses) {
    call->name = static_cast<NameExpr&>(*callee).name;
    call->name_range = callee->range;
  } else if (callee->kind == ExprKind::kProperty && !callee->in_parentheses) {
    auto& property = static_cast<PropertyExpr&>(*callee);
    call->object = std::move(property.object);
    call->name = property.name;
    call->computed = std::move(property.computed);
    call->name_range = property.name_range;
    call->is_safe = property.is_safe;
    call->is_spread = property.is_spread;
  } else if (callee->kind == ExprKind::kGString ||
             (callee->kind == ExprKind::kConstant &&
              static_cast<Constant&>(*callee).value.is(Kind::kString))) {
    call->name_range = callee->range;
    call->computed = std::move(callee);  // "name"(x)
  } else {
    call->name_range = callee->range;
    call->object = std::move(callee);
    call->calls_object = true;
  }
  return call;
}

ExprPtr Grammar::parse_member(ExprPtr object) {
  const std::size_t begin = object->range.begin;
  const SourceRange op_range = token().range;
  const std::string op = take().text;
  skip_newlines();
  if (op == ".&") {
    if (!token().is(TokenKind::kIdentifier)) fail_unexpected("the name of a method");
    auto pointer = std::make_unique<MethodPointerExpr>();
    pointer->name = unit_.intern(take().text);
    pointer->object = std::move(object);
    const Expr* part = pointer->object.get();
    return finish(std::move(pointer), begin, {part});
  }
  if (op == ".@" || take_operator("@"))
    refuse({op_range.begin, last_end()}, "direct field access with .@ is not supported",
           "leave the @ out, where no getter does something else");
  auto property = std::make_unique<PropertyExpr>();
  property->is_safe = op == "?.";
  property->is_spread = op == "*.";
  property->object = std::move(object);
  property->name_range = token().range;
  const Token& name = token();
  if (name.is(TokenKind::kIdentifier) || name.is(TokenKind::kKeyword) ||
      name.is(TokenKind::kString)) {
    property->name = unit_.intern(take().text);
  } else if (name.is(TokenKind::kGString)) {
    property->computed = parse_gstring(take());
  } else if (name.is_operator("(")) {
    property->computed = parse_parenthesised();
  } else {
    fail_unexpected("a name after the dot");
  }
  const Expr* part = property->object.get();
  check_depth(*property, part->depth);
  property->range = {begin, last_end()};
  return class_or_property(std::move(property));
}

// groovy.json.JsonOutput is a class, not a chain of properties.
ExprPtr Grammar::class_or_property(std::unique_ptr<PropertyExpr> property) {
  if (property->name == nullptr || property->is_safe || property->is_spread ||
      !is_upper(property->name->c_str()[0]))
    return property;
  std::string name = *property->name;
  const Expr* object = property->object.get();
  while (const auto* outer = node_if<PropertyExpr>(*object)) {
    if (outer->name == nullptr) return property;
    name.insert(0, *outer->name + ".");
    object = outer->object.get();
  }
  const auto* first = node_if<NameExpr>(*object);
  if (first == nullptr) return property;
  name.insert(0, *first->name + ".");
  const ClassInfo* info = find_class(name);
  if (info == nullptr) return property;
  auto result = std::make_unique<ClassExpr>(*info);
  result->range = property->range;
  return result;
}

ExprPtr Grammar::parse_call(ExprPtr callee) {
  const std::size_t begin = callee->range.begin;
  auto call = call_of(std::move(callee));
  take();
  parse_arguments(call->arguments, ")");
  expect(")", "after the arguments");
  if (token().is_operator("{")) append_closures(*call);
  int below = call->object ? call->object->depth : 0;
  for (const auto& argument : call->arguments)
    below = std::max(below, argument.value->depth);
  call->range = {begin, last_end()};
  check_depth(*call, below);
  return call;
}

void Grammar::append_closures(CallExpr& call) {
  while (token().is_operator("{")) {
    Argument argument;
    argument.is_closure_block = true;
    argument.value = parse_closure();
    check_depth(call, std::max(call.depth - 1, argument.value->depth));
    call.arguments.push_back(std::move(argument));
  }
}

ExprPtr Grammar::parse_subscript(ExprPtr object) {
  const std::size_t begin = object->range.begin;
  take();
  auto node = std::make_unique<IndexExpr>();
  node->object = std::move(object);
  std::vector<Argument> indices;
  const std::size_t index_begin = token().range.begin;
  parse_arguments(indices, "]");
  expect("]", "after the index");
  for (const auto& one : indices)
    if (one.is_named)
      fail_at(one.label_range, "a map entry cannot be an index",
              "an argument in brackets needs parentheses: name([key: value])");
  if (indices.size() == 1 && indices[0].value->kind != ExprKind::kSpread) {
    node->index = std::move(indices[0].value);
  } else {
    auto list = std::make_unique<ListExpr>();
    list->range = {index_begin, last_end() - 1};
    for (auto& one : indices) {
      check_depth(*list, std::max(list->depth - 1, one.value->depth));
      list->items.push_back(std::move(one.value));
    }
    node->index = std::move(list);
  }
  const std::initializer_list<const Expr*> parts = {node->object.get(), node->index.get()};
  return finish(std::move(node), begin, parts);
}

// Up to `close`, which stays. A comma may stand before it.
void Grammar::parse_arguments(std::vector<Argument>& arguments, std::string_view close) {
  skip_newlines();
  while (!token().is_operator(close)) {
    arguments.push_back(parse_argument());
    skip_newlines();
    if (!take_operator(",")) return;
    skip_newlines();
    // Groovy forgives a second comma: [1,,2].
    if (token().is_operator(",")) {
      const std::size_t second = at_;
      take();
      skip_newlines();
      if (token().is_operator(",") || token().is_operator(close)) at_ = second;
    }
  }
}

bool Grammar::at_label() const {
  const Token& first = token();
  if (first.is_operator("*")) return token(1).is_operator(":");
  const bool is_word = first.is(TokenKind::kIdentifier) || first.is(TokenKind::kKeyword) ||
                       first.is(TokenKind::kString) || first.is(TokenKind::kGString) ||
                       first.is(TokenKind::kNumber);
  if (is_word) return token(1).is_operator(":");
  if (!first.is_operator("(") && !first.is_operator("[") && !first.is_operator("{")) return false;
  // (expression): value. Find the bracket's end.
  int open = 0;
  for (std::size_t place = at_; place < tokens_->size(); ++place) {
    const Token& current = (*tokens_)[place];
    if (!current.is(TokenKind::kOperator)) continue;
    if (current.text == "(" || current.text == "[" || current.text == "{") ++open;
    if (current.text == ")" || current.text == "]" || current.text == "}") --open;
    if (open == 0) return (*tokens_)[std::min(place + 1, tokens_->size() - 1)].is_operator(":");
  }
  return false;
}

Argument Grammar::parse_argument() {
  Argument argument;
  if (!at_label()) {
    if (!token().is_operator("*")) {
      argument.value = parse_expression();
      return argument;
    }
    const std::size_t begin = take().range.begin;
    auto spread = std::make_unique<SpreadExpr>();
    spread->value = parse_expression();
    const Expr* part = spread->value.get();
    argument.value = finish(std::move(spread), begin, {part});
    return argument;
  }
  argument.is_named = true;
  argument.label_range = token().range;
  const Token& label = token();
  if (label.is_operator("*")) {
    take();
    take();
    auto spread = std::make_unique<SpreadExpr>();
    spread->value = parse_expression();
    const Expr* part = spread->value.get();
    argument.value = finish(std::move(spread), argument.label_range.begin, {part});
    return argument;
  }
  if (label.is(TokenKind::kIdentifier) || label.is(TokenKind::kKeyword) ||
      label.is(TokenKind::kString)) {
    argument.label = take().text;
  } else if (label.is(TokenKind::kNumber)) {
    argument.label_value = parse_number(take());
  } else if (label.is(TokenKind::kGString)) {
    argument.label_value = parse_gstring(take());
  } else {
    argument.label_value = parse_primary();
    argument.label_range.end = last_end();
  }
  expect(":", "after the name");
  skip_newlines();
  argument.value = parse_expression();
  return argument;
}

ExprPtr Grammar::parse_primary() {
  const Token& first = token();
  switch (first.kind) {
    case TokenKind::kIdentifier: {
      auto name = std::make_unique<NameExpr>(unit_.intern(first.text));
      name->range = take().range;
      return name;
    }
    case TokenKind::kNumber:
      return parse_number(take());
    case TokenKind::kString:
      return string_constant(take().text, first.range);
    case TokenKind::kGString:
      return parse_gstring(take());
    case TokenKind::kKeyword:
      if (first.text == "trait" && token(1).is_operator(".")) {
        auto name = std::make_unique<NameExpr>(unit_.intern(first.text));
        name->range = take().range;
        return name;
      }
      return parse_keyword_value();
    case TokenKind::kOperator:
      if (first.text == "(") return parse_parenthesised();
      if (first.text == "[") return parse_bracketed();
      if (first.text == "{") return parse_closure();
      break;
    default:
      break;
  }
  if (first.is_operator(".") && token(1).is(TokenKind::kNumber))
    fail_at({first.range.begin, token(1).range.end}, "a number begins with a digit",
            "write 0." + token(1).text);
  fail_unexpected("a value");
}

ExprPtr Grammar::parse_keyword_value() {
  const Token& word = token();
  if (word.text == "new") return parse_new();
  if (word.text == "this" || word.text == "super") {
    auto node = std::make_unique<ThisExpr>(word.text == "super");
    node->range = take().range;
    return node;
  }
  Value value;
  if (word.text == "true" || word.text == "false") {
    value = Value::of(word.text == "true");
  } else if (is_primitive(word.text) && word.text != "void") {
    auto type = std::make_unique<ClassExpr>(*find_class(word.text));
    type->range = take().range;
    return type;
  } else if (word.text != "null") {
    fail_unexpected("a value");
  }
  auto constant = std::make_unique<Constant>(std::move(value));
  constant->range = take().range;
  return constant;
}

ExprPtr Grammar::parse_parenthesised() {
  const std::size_t begin = take().range.begin;
  skip_newlines();
  ExprPtr inside = parse_expression(Commands::kNo);
  skip_newlines();
  if (token().is_operator(",")) {  // (a, b) = list
    auto list = std::make_unique<ListExpr>();
    list->items.push_back(std::move(inside));
    while (take_operator(",")) {
      list->items.push_back(parse_expression());
      check_depth(*list, std::max(list->depth - 1, list->items.back()->depth));
    }
    expect(")", "after the variables");
    if (!token().is_operator("=")) fail_unexpected("`=` after (a, b)");
    list->in_parentheses = true;
    list->range = {begin, last_end()};
    for (const auto& item : list->items)
      if (item->kind != ExprKind::kName)
        fail_at(item->range, "only variables can be assigned together");
    return list;
  }
  expect(")", "after the expression");
  if (token().is_operator("->"))
    fail_at({begin, token().range.end}, "Groovy 2.4 has no lambdas", "write { x -> ... }");
  inside->in_parentheses = true;
  inside->range = {begin, last_end()};
  return inside;
}

ExprPtr Grammar::parse_bracketed() {
  const std::size_t begin = take().range.begin;
  if (token().is_operator(":")) {
    take();
    expect("]", "after the colon of an empty map");
    return finish(std::make_unique<MapExpr>(), begin, {});
  }
  std::vector<Argument> items;
  parse_arguments(items, "]");
  expect("]", "at the end of the list");
  int below = 0;
  for (const auto& item : items)
    below = std::max({below, item.value->depth, item.label_value ? item.label_value->depth : 0});
  const bool is_map = !items.empty() && items[0].is_named;
  for (const auto& item : items)
    if (item.is_named != is_map)
      fail_at(item.value->range,
              "a list cannot have named members, nor a map members without a name");
  if (is_map) {
    auto map = std::make_unique<MapExpr>();
    map->items = std::move(items);
    map->range = {begin, last_end()};
    check_depth(*map, below);
    return map;
  }
  auto list = std::make_unique<ListExpr>();
  for (auto& item : items)
    list->items.push_back(std::move(item.value));
  list->range = {begin, last_end()};
  check_depth(*list, below);
  return list;
}

// Whether `->` comes before the first statement's end. A closure may stand before it only in the
// preset of a parameter.
bool Grammar::closure_has_parameters() const {
  int open = 0;
  int closures = 0;
  bool has_preset = false;
  for (std::size_t place = at_; place < tokens_->size(); ++place) {
    const Token& current = (*tokens_)[place];
    if (current.is(TokenKind::kNewline)) {
      const bool goes_on = closures > 0 || place == at_ ||
                           (*tokens_)[place - 1].is(TokenKind::kNewline) ||
                           (*tokens_)[place - 1].is_operator(",") ||
                           (*tokens_)[after_newlines(place)].is_operator("->") ||
                           (*tokens_)[after_newlines(place)].is_operator(",");
      if (!goes_on) return false;
    }
    if (!current.is(TokenKind::kOperator)) continue;
    if (current.text == "->" && open == 0) return true;
    if (current.text == ";" && closures == 0) return false;
    if (current.text == "=" && open == 0) has_preset = true;
    if (current.text == "{") {
      if (!has_preset) return false;
      ++closures;
    }
    if (current.text == "}") --closures;
    if (current.text == "(" || current.text == "[" || current.text == "{") ++open;
    if (current.text == ")" || current.text == "]" || current.text == "}") --open;
    if (open < 0) return false;
  }
  return false;
}

ExprPtr Grammar::parse_closure() {
  const Deeper deeper(*this);
  auto closure = std::make_unique<ClosureExpr>();
  const std::size_t begin = take().range.begin;
  closure->it = unit_.intern("it");
  skip_newlines();
  closure->has_arrow = closure_has_parameters();
  if (closure->has_arrow) {
    closure->parameters = parse_parameters("->");
    expect("->", "after the parameters");
  }
  const bool was_top = is_top_;
  const int outer_deepest = std::exchange(deepest_, 0);
  parse_statements(closure->body, false);
  is_top_ = was_top;
  const int below = std::exchange(deepest_, outer_deepest);
  closure->body.range = {begin, token().range.end};
  if (errors.size() < kDiagnosticsMax) expect("}", "at the end of the closure");
  closure->range = {begin, last_end()};
  check_depth(*closure, below);
  return closure;
}

// [2][3] or [2][]
ExprPtr Grammar::parse_new_array(std::unique_ptr<NewExpr> node, std::size_t begin) {
  int below = 0;
  while (take_operator("[")) {
    node->has_open_size = !node->array_sizes.empty() && token().is_operator("]");
    if (node->has_open_size) {
      expect("]", "after the array's size");
      while (take_operator("["))
        expect("]", "after the first size that is left open");
      break;
    }
    node->array_sizes.push_back(parse_expression());
    below = std::max(below, node->array_sizes.back()->depth);
    expect("]", "after the array's size");
  }
  node->type.is_array = true;
  node->range = {begin, last_end()};
  check_depth(*node, below);
  return node;
}

ExprPtr Grammar::parse_new() {
  const Deeper deeper(*this);
  auto node = std::make_unique<NewExpr>();
  const std::size_t begin = take().range.begin;
  skip_newlines();
  node->type = parse_type();
  if (token().is_operator("[")) return parse_new_array(std::move(node), begin);
  if (node->type.is_array) fail_unexpected("the array's size: use a list and `as` instead");
  expect("(", "after the class");
  parse_arguments(node->arguments, ")");
  expect(")", "after the arguments");
  if (token().is_operator("{")) {
    refuse(token().range, "anonymous classes are not supported");
    node->has_body = true;
    skip_class();
  }
  int below = 0;
  for (const auto& argument : node->arguments)
    below = std::max(below, argument.value->depth);
  node->range = {begin, last_end()};
  check_depth(*node, below);
  return node;
}

}  // namespace runtask::groovy
