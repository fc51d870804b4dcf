#include <algorithm>

#include "groovy/grammar.h"
#include "groovy/limits.h"

namespace runtask::groovy {
namespace {

constexpr int kRecursionMax = 5 * kNestingMax;  // Of the functions that count: see Deeper.

std::string shown(const Token& token) {
  switch (token.kind) {
    case TokenKind::kEnd:
      return "the end of the text";
    case TokenKind::kNewline:
      return "the end of the line";
    case TokenKind::kString:
    case TokenKind::kGString:
      return "a string";
    default:
      return "`" + token.text + "`";
  }
}

}  // namespace

Grammar::Deeper::Deeper(Grammar& parser) : grammar(parser) {
  if (grammar.depth_ >= kRecursionMax)
    grammar.fail_at(grammar.token().range, "this is nested too deeply",
                    "split it into variables or methods");
  ++grammar.depth_;
}

// ---- Tokens

const Token& Grammar::take() {
  const Token& current = token();
  if (at_ < tokens_->size()) ++at_;
  return current;
}

bool Grammar::take_operator(std::string_view text) {
  if (!token().is_operator(text)) return false;
  take();
  return true;
}

bool Grammar::take_keyword(std::string_view text) {
  if (!token().is_keyword(text)) return false;
  take();
  return true;
}

void Grammar::expect(std::string_view text, std::string_view where) {
  if (take_operator(text)) return;
  fail_unexpected("`" + std::string(text) + "` " + std::string(where));
}

void Grammar::skip_newlines() {
  at_ = after_newlines(at_);
}

std::size_t Grammar::after_newlines(std::size_t from) const {
  while (from < tokens_->size() && (*tokens_)[from].is(TokenKind::kNewline))
    ++from;
  return from;
}

std::size_t Grammar::last_end() const {
  return at_ > 0 ? (*tokens_)[std::min(at_, tokens_->size()) - 1].range.end : 0;
}

void Grammar::fail_at(SourceRange range, std::string message, std::string hint) const {
  throw SyntaxError{{std::move(message), range, {}, std::move(hint)}};
}

void Grammar::fail_unexpected(std::string_view wanted) const {
  std::string message = "unexpected " + shown(token());
  if (!wanted.empty()) message += ", expected " + std::string(wanted);
  fail_at(token().range, std::move(message));
}

void Grammar::refuse(SourceRange range, std::string message, std::string hint) {
  unsupported.push_back({std::move(message), range, {}, std::move(hint)});
}

void Grammar::check_depth(Expr& node, int depth_below) {
  node.depth = depth_below + 1;
  deepest_ = std::max(deepest_, node.depth);
  if (node.depth > kTreeDepthMax)
    throw SyntaxError{
        {"this expression is nested too deeply", node.range, {}, "split it into variables"}, true};
}

// ---- Statements

void Grammar::parse_unit() {
  parse_statements(unit_.body, true);
  unit_.body.range = {0, unit_.source.size()};
}

// Up to the end of the text or to the } that ends a block, which stays.
void Grammar::parse_statements(Block& block, bool is_top) {
  while (errors.size() < kDiagnosticsMax) {
    while (token().is(TokenKind::kNewline) || token().is_operator(";"))
      take();
    if (token().is(TokenKind::kEnd)) return;
    if (token().is_operator("}") && !is_top) return;
    const std::size_t before = at_;
    const int deepest_before = deepest_;
    try {
      is_top_ = is_top;
      if (is_top) {
        parse_top_statement(block);
      } else {
        block.statements.push_back(parse_statement());
      }
    } catch (const SyntaxError& error) {
      errors.push_back(error.diagnostic);
      deepest_ = deepest_before;  // What failed is not in the tree.
      recover(error.is_too_deep);
      if (at_ == before) take();
    }
  }
}

void Grammar::parse_top_statement(Block& block) {
  const bool is_first = after_newlines(0) == at_;
  auto annotations = parse_annotations();
  // An annotation stands for `def` too.
  const bool has_annotation = !annotations.empty() && token().is(TokenKind::kIdentifier);
  if (token().is_keyword("import") || token().is_keyword("package")) {
    parse_import(std::move(annotations), is_first);
  } else if (at_class()) {
    parse_class(std::move(annotations));
  } else if (!annotations.empty() && token().text == "_" && token().is(TokenKind::kIdentifier)) {
    take();  // @Library('x') _
    std::move(annotations.begin(), annotations.end(), std::back_inserter(unit_.annotations));
    end_statement();
  } else if ((at_declaration() && at_method()) || (has_annotation && at_bare_method())) {
    const std::size_t begin = token().range.begin;
    auto modifiers = take_modifiers();
    modifiers.is_abstract = false;
    unit_.methods.push_back(parse_method(modifiers, begin));
    unit_.methods.back()->annotations = std::move(annotations);
    end_statement();
  } else if (at_declaration() ||
             (has_annotation &&
              (token(1).is_operator("=") || token(1).is_operator(";") ||
               token(1).is(TokenKind::kNewline) || token(1).is(TokenKind::kEnd)))) {
    block.statements.push_back(parse_declaration(annotations));
    std::move(annotations.begin(), annotations.end(), std::back_inserter(unit_.annotations));
    end_statement();
  } else {
    if (!annotations.empty()) fail_unexpected("a declaration or an import after the annotation");
    block.statements.push_back(parse_statement());
  }
}

// Whether a line that ends with this token goes on: `a +`, `f(x,`.
bool Grammar::goes_on_after(std::size_t place) const {
  constexpr std::string_view kOperators[] = {"+", "-", "*", "/", "&&", "||", ",", ".", "?", "?:"};
  const Token& last = (*tokens_)[place];
  return std::any_of(std::begin(kOperators), std::end(kOperators),
                     [&](std::string_view one) { return last.is_operator(one); });
}

// To the end of the statement in which the error stands.
void Grammar::recover(bool is_too_deep) {
  int open = 0;
  for (; !token().is(TokenKind::kEnd); take()) {
    const Token& current = token();
    const bool goes_on = is_too_deep && at_ > 0 && goes_on_after(at_ - 1);
    const bool may_end = current.is_operator(";") || (current.is(TokenKind::kNewline) && !goes_on);
    if (open == 0 && may_end) return;
    if (!current.is(TokenKind::kOperator)) continue;
    if (current.text == "{" || current.text == "(" || current.text == "[") ++open;
    if (current.text == "}" || current.text == ")" || current.text == "]") {
      if (open == 0 && current.text == "}") return;
      open = std::max(0, open - 1);
    }
  }
}

void Grammar::end_statement() {
  const Token& next = token();
  if (next.is(TokenKind::kNewline) || next.is(TokenKind::kEnd) || next.is_operator(";") ||
      next.is_operator("}") || next.is_keyword("else"))
    return;
  if (next.is_operator("=") || next.is_operator("::") || next.is_operator("===") ||
      next.is_operator("!=="))
    refuse_newer_syntax();
  fail_unexpected("the end of the statement");
}

StmtPtr Grammar::parse_statement() {
  const Deeper deeper(*this);
  if (token().is(TokenKind::kIdentifier) && token(1).is_operator(":")) return parse_labelled();
  const std::size_t begin = token().range.begin;
  const std::string& word = token().text;
  StmtPtr statement;
  if (token().is(TokenKind::kKeyword) && token(1).is_operator(":") &&
      !token().is_keyword("default")) {
    fail_unexpected("a statement");
  } else if (token().is_keyword("if")) {
    statement = parse_if();
  } else if (token().is_keyword("while")) {
    statement = parse_while();
  } else if (token().is_keyword("for")) {
    statement = parse_for();
  } else if (token().is_keyword("switch")) {
    statement = parse_switch();
  } else if (token().is_keyword("try")) {
    statement = parse_try();
  } else if (token().is_keyword("synchronized") && token(1).is_operator("(")) {
    statement = parse_synchronized();
  } else if (token().is_keyword("do")) {
    fail_at(token().range, "Groovy 2.4 has no do/while loop",
            "write while (true) { ...; if (!x) break }");
  } else if (at_bare_block()) {
    fail_at(token().range, "this could be a block or a closure",
            "name its parameter ({ it -> ... }), or leave the braces out");
  } else if (at_class()) {
    fail_at(token().range, "a class can only stand at the top of a file");
  } else {
    if (word == "return" || word == "throw" || word == "break" || word == "continue") {
      statement = token().is(TokenKind::kKeyword) ? parse_jump() : parse_expression_statement();
    } else if (token().is_keyword("assert")) {
      statement = parse_assert();
    } else if (token().is_operator("@") || at_declaration()) {
      const auto annotations = parse_annotations();
      if (at_method()) fail_at(token().range, "a method can only be defined at the top of a file");
      statement = parse_declaration(annotations);
    } else if (const auto end = type_end(at_); end && (*tokens_)[*end].is(TokenKind::kString)) {
      at_ = *end;  // To Groovy `Word 'text'` declares a variable named by a string.
      fail_at(token().range, "unexpected a string after a word that begins with a capital",
              "a call needs parentheses: Word('text'); a variable an equals sign: WORD = 'text'");
    } else {
      statement = parse_expression_statement();
    }
  }
  statement->range = {begin, last_end()};
  // The ; of an inner statement ends the outer one too: if (x) a(); b()
  if (at_ == 0 || !(*tokens_)[at_ - 1].is_operator(";")) end_statement();
  return statement;
}

// name: statement. Only loops are jumped to, but any statement may have one.
StmtPtr Grammar::parse_labelled() {
  const Name label = unit_.intern(take().text);
  take();
  skip_newlines();
  StmtPtr statement;
  if (token().is_operator("{")) {  // A block here, not a closure.
    auto block = std::make_unique<BlockStmt>();
    block->block = parse_block();
    block->range = block->block.range;
    end_statement();
    statement = std::move(block);
  } else {
    statement = parse_statement();
  }
  statement->label = label;
  return statement;
}

// A { that is not the beginning of a closure with parameters.
bool Grammar::at_bare_block() {
  if (!token().is_operator("{")) return false;
  const std::size_t here = at_;
  take();
  skip_newlines();
  const bool is_closure = closure_has_parameters();
  at_ = here;
  return !is_closure;
}

StmtPtr Grammar::parse_expression_statement() {
  auto statement = std::make_unique<ExpressionStmt>();
  statement->expression = parse_expression(Commands::kYes);
  return statement;
}

Block Grammar::parse_block() {
  Block block;
  const std::size_t begin = token().range.begin;
  skip_newlines();
  expect("{", "here");
  const bool was_top = is_top_;
  parse_statements(block, false);
  is_top_ = was_top;
  if (errors.size() < kDiagnosticsMax) expect("}", "at the end of the block");
  block.range = {begin, last_end()};
  return block;
}

// A block, or one statement without braces.
Block Grammar::parse_body() {
  skip_newlines();
  if (token().is_operator("{")) return parse_block();
  Block block;
  const std::size_t begin = token().range.begin;
  if (!take_operator(";")) block.statements.push_back(parse_statement());
  block.range = {begin, last_end()};
  return block;
}

// Unlike a loop's body, it is not left out.
Block Grammar::parse_branch() {
  skip_newlines();
  if (token().is_operator(";"))
    fail_at(token().range, "unexpected token: ;", "write { } where nothing is to be done");
  return parse_body();
}

StmtPtr Grammar::parse_if() {
  auto statement = std::make_unique<IfStmt>();
  take();
  expect("(", "before the condition");
  statement->condition = parse_ternary();
  if (token().is_operator("="))
    fail_at(token().range, "an assignment cannot be a condition", "compare with ==");
  expect(")", "after the condition");
  statement->yes = parse_branch();
  std::size_t next = after_newlines(at_);
  if (next < tokens_->size() && (*tokens_)[next].is_operator(";")) next = after_newlines(next + 1);
  if (next >= tokens_->size() || !(*tokens_)[next].is_keyword("else")) return statement;
  at_ = next + 1;
  statement->no = std::make_unique<Block>(parse_branch());
  return statement;
}

StmtPtr Grammar::parse_while() {
  auto statement = std::make_unique<WhileStmt>();
  take();
  expect("(", "before the condition");
  statement->condition = parse_expression();
  expect(")", "after the condition");
  statement->body = parse_body();
  return statement;
}

void Grammar::refuse_comma() {
  if (token().is_operator(","))
    fail_at(token().range, "Groovy 2.4 has one expression here in a for loop",
            "write the others before the loop or in it");
}

void Grammar::fail_modifier_of_loop(SourceRange range) const {
  fail_at(range, "only the modifier `final` is allowed for the variable of a loop");
}

StmtPtr Grammar::parse_for() {
  const std::size_t begin = token().range.begin;
  take();
  expect("(", "after `for`");
  // for (x in xs), for (def x in xs), for (Type x : xs)
  std::size_t name = at_;
  while ((*tokens_)[name].is_keyword("def") || (*tokens_)[name].is_keyword("final"))
    ++name;
  if (const auto end = type_end(name); end && (*tokens_)[*end].is(TokenKind::kIdentifier))
    name = *end;
  const bool is_in =
      name + 1 < tokens_->size() && (*tokens_)[name].is(TokenKind::kIdentifier) &&
      ((*tokens_)[name + 1].is_keyword("in") || (*tokens_)[name + 1].is_operator(":"));
  if (is_in) return parse_for_in(begin);

  auto statement = std::make_unique<ForStmt>();
  if (!token().is_operator(";")) {
    if (at_declaration()) {
      statement->first.push_back(parse_declaration({}));
      statement->first.back()->range = {begin, last_end()};
      const auto& first = static_cast<const DeclarationStmt&>(*statement->first.back());
      if (first.refused_modifier.end > 0) fail_modifier_of_loop(first.refused_modifier);
      if (first.variables.size() > 1)
        fail_at(statement->first.back()->range, "Groovy 2.4 declares one variable in a for loop",
                "declare the others before the loop");
    } else {
      auto first = std::make_unique<ExpressionStmt>();
      first->expression = parse_expression();
      first->range = first->expression->range;
      statement->first.push_back(std::move(first));
      refuse_comma();
    }
  }
  expect(";", "in the head of the loop");
  if (!token().is_operator(";")) statement->condition = parse_expression();
  expect(";", "in the head of the loop");
  if (!token().is_operator(")")) {
    statement->next.push_back(parse_expression());
    refuse_comma();
  }
  expect(")", "after the head of the loop");
  statement->body = parse_body();
  return statement;
}

StmtPtr Grammar::parse_for_in(std::size_t /*begin*/) {
  auto statement = std::make_unique<ForInStmt>();
  const auto modifiers = take_modifiers();
  if (modifiers.not_of_variables.end > 0) fail_modifier_of_loop(modifiers.not_of_variables);
  bool is_declared = modifiers.any;
  if (const auto end = type_end(at_); end && (*tokens_)[*end].is(TokenKind::kIdentifier)) {
    statement->type = parse_type();
    is_declared = true;
  }
  statement->name = unit_.intern(take().text);
  if (token().is_operator(":") && !is_declared)
    fail_at(token().range, "a loop with `:` needs a type or `def` before its variable",
            "write `in` in place of `:`");
  take();  // `in` or `:`
  statement->items = parse_expression();
  expect(")", "after the head of the loop");
  statement->body = parse_body();
  return statement;
}

StmtPtr Grammar::parse_synchronized() {
  auto statement = std::make_unique<BlockStmt>();
  take();
  take();
  statement->monitor = parse_expression();
  expect(")", "after the value");
  statement->block = parse_block();
  return statement;
}

StmtPtr Grammar::parse_switch() {
  auto statement = std::make_unique<SwitchStmt>();
  take();
  expect("(", "after `switch`");
  statement->subject = parse_expression();
  expect(")", "after the value");
  skip_newlines();
  expect("{", "before the cases");
  bool has_default = false;
  while (true) {
    while (token().is(TokenKind::kNewline) || token().is_operator(";"))
      take();
    if (take_operator("}")) break;
    SwitchCase one;
    if (take_keyword("case")) {
      one.value = parse_expression();
    } else if (token().is_keyword("default")) {
      if (has_default) fail_at(token().range, "a switch has one `default`");
      has_default = true;
      take();
    } else {
      fail_unexpected("`case`, `default` or `}`");
    }
    expect(":", "after the case");
    skip_newlines();
    const bool is_label = token().is_keyword("case") || token().is_keyword("default");
    if (token().is_operator(";") || token().is_operator("}") || (is_label && !one.value))
      fail_unexpected("a statement after the case");
    const std::size_t from = token().range.begin;
    while (true) {
      while (token().is(TokenKind::kNewline) || token().is_operator(";"))
        take();
      if (token().is_keyword("case") || token().is_keyword("default") || token().is_operator("}"))
        break;
      if (token().is(TokenKind::kEnd)) fail_unexpected("`}` at the end of the switch");
      if (token().is_operator("{")) {
        auto inner = std::make_unique<BlockStmt>();
        inner->block = parse_block();
        inner->range = inner->block.range;
        one.body.statements.push_back(std::move(inner));
      } else {
        one.body.statements.push_back(parse_statement());
      }
    }
    one.body.range = {from, last_end()};
    statement->cases.push_back(std::move(one));
  }
  // As Groovy 2.4, unlike Java: `default` comes after all the cases, wherever it stands.
  const auto is_case = [](const SwitchCase& one) { return one.value != nullptr; };
  std::stable_partition(statement->cases.begin(), statement->cases.end(), is_case);
  return statement;
}

StmtPtr Grammar::parse_try() {
  auto statement = std::make_unique<TryStmt>();
  const SourceRange word = take().range;
  skip_newlines();
  if (token().is_operator("("))
    fail_at(token().range, "Groovy 2.4 has no try with resources", "close it in a finally block");
  statement->body = parse_block();
  while ((*tokens_)[after_newlines(at_)].is_keyword("catch")) {
    skip_newlines();
    statement->catches.push_back(parse_catch());
  }
  if ((*tokens_)[after_newlines(at_)].is_keyword("finally")) {
    skip_newlines();
    take();
    statement->finally = std::make_unique<Block>(parse_block());
  }
  if (statement->catches.empty() && !statement->finally)
    fail_at(word, "`try` needs a `catch` or a `finally`");
  return statement;
}

Catch Grammar::parse_catch() {
  Catch result;
  take();
  expect("(", "after `catch`");
  (void)take_modifiers();
  if (token(1).is_operator(")")) {
    if (!token().is(TokenKind::kIdentifier)) fail_unexpected("a name for the exception");
  } else {
    do {
      result.types.push_back(parse_type());
    } while (take_operator("|"));
    if (!token().is(TokenKind::kIdentifier)) fail_unexpected("a name for the exception");
  }
  result.name = unit_.intern(take().text);
  expect(")", "after the exception");
  result.body = parse_block();
  return result;
}

StmtPtr Grammar::parse_jump() {
  const std::string word = take().text;
  const Token& next = token();
  const bool is_bare = next.is(TokenKind::kNewline) || next.is(TokenKind::kEnd) ||
                       next.is_operator(";") || next.is_operator("}");
  if (word == "return") {
    auto statement = std::make_unique<ReturnStmt>();
    if (!is_bare) statement->value = parse_expression();
    return statement;
  }
  if (word == "throw") {
    auto statement = std::make_unique<ThrowStmt>();
    statement->value = parse_expression();
    return statement;
  }
  if (!is_bare && !next.is(TokenKind::kIdentifier)) fail_unexpected("the end of the statement");
  const Name target = is_bare ? nullptr : unit_.intern(take().text);
  if (word == "break") {
    auto statement = std::make_unique<BreakStmt>();
    statement->target = target;
    return statement;
  }
  auto statement = std::make_unique<ContinueStmt>();
  statement->target = target;
  return statement;
}

StmtPtr Grammar::parse_assert() {
  auto statement = std::make_unique<AssertStmt>();
  take();
  statement->condition = parse_ternary();
  if (take_operator(":") || take_operator(",")) {
    skip_newlines();
    statement->message = parse_expression();
  }
  return statement;
}

}  // namespace runtask::groovy
