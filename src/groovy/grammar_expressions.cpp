#include <algorithm>
#include <climits>
#include <optional>

#include "groovy/classes.h"
#include "groovy/grammar.h"
#include "groovy/limits.h"

namespace runtask::groovy {
namespace {

struct BinaryOperator {
  std::string_view text;
  Operator op;
  int level;
};

constexpr int kLowest = 1;
constexpr int kRelational = 8;
constexpr int kShift = 9;

// Groovy 2.4's order, loosest first; `..`, `as` and `instanceof` have their own nodes.
constexpr BinaryOperator kBinary[] = {
    {"||", Operator::kOr, 1},         {"&&", Operator::kAnd, 2},
    {"|", Operator::kBitOr, 3},       {"^", Operator::kBitXor, 4},
    {"&", Operator::kBitAnd, 5},      {"=~", Operator::kFind, 6},
    {"==~", Operator::kMatch, 6},     {"==", Operator::kEqual, 7},
    {"!=", Operator::kUnequal, 7},    {"<=>", Operator::kCompare, 7},
    {"<", Operator::kLess, 8},        {"<=", Operator::kLessEqual, 8},
    {">", Operator::kGreater, 8},     {">=", Operator::kGreaterEqual, 8},
    {"in", Operator::kIn, 8},         {"<<", Operator::kLeftShift, 9},
    {">>", Operator::kRightShift, 9}, {">>>", Operator::kUnsignedShift, 9},
    {"+", Operator::kPlus, 10},       {"-", Operator::kMinus, 10},
    {"*", Operator::kTimes, 11},      {"/", Operator::kOver, 11},
    {"%", Operator::kRemainder, 11},
};

const BinaryOperator* binary_operator(const Token& token) {
  const bool may_be = token.is(TokenKind::kOperator) || token.is_keyword("in");
  if (!may_be) return nullptr;
  for (const auto& one : kBinary)
    if (one.text == token.text) return &one;
  return nullptr;
}

std::optional<Operator> assignment_operator(const Token& token) {
  if (!token.is(TokenKind::kOperator) || token.text.back() != '=') return std::nullopt;
  if (token.text == "=") return Operator::kNone;
  if (token.text == "**=") return Operator::kPower;
  const std::string_view text = token.text;
  for (const auto& one : kBinary)
    if (one.level != 7 && one.level != kRelational && one.level > 2 && one.level != 6 &&
        text.substr(0, text.size() - 1) == one.text)
      return one.op;
  return std::nullopt;
}

bool can_be_assigned(const Expr& target) {
  return target.kind == ExprKind::kName || target.kind == ExprKind::kProperty ||
         target.kind == ExprKind::kIndex;
}

}  // namespace

// As Groovy: `echo 'x'`, `'org.example.Tool' 'x'` in the tools of a pipeline, `m['a'] 'x'`, and
// even `24 hours`, a call of 24, which fails when it is reached. After a call comes a member: see
// parse_chain.
bool Grammar::takes_command(const Expr& expr) {
  // `(a) 1` is a cast.
  if (expr.in_parentheses) return expr.kind != ExprKind::kName && expr.kind != ExprKind::kProperty;
  switch (expr.kind) {
    case ExprKind::kName:
    case ExprKind::kProperty:
    case ExprKind::kIndex:
    case ExprKind::kConstant:
    case ExprKind::kGString:
    case ExprKind::kList:
    case ExprKind::kMap:
    case ExprKind::kNew:
    case ExprKind::kClosure:
      return true;
    default:
      return false;
  }
}

ExprPtr Grammar::parse_expression(Commands commands) {
  const Deeper deeper(*this);
  const std::size_t begin = token().range.begin;
  begins_statement_ = commands == Commands::kYes;
  ExprPtr left = parse_ternary();
  if (const auto op = assignment_operator(token())) {
    left = parse_assignment(std::move(left), *op);
    left->range.begin = begin;
    return left;
  }
  if (commands == Commands::kNo) return left;
  if (takes_command(*left) && at_command_argument()) left = parse_command(std::move(left));
  // `a { } b { }` is a chain too: a({ }).b({ }). `a b "c"` is a(b).c.
  while (left->kind == ExprKind::kCall && !left->in_parentheses && at_chain_member()) {
    left = parse_chain(std::move(left));
    if (takes_command(*left) && at_command_argument()) left = parse_command(std::move(left));
  }
  return left;
}

ExprPtr Grammar::parse_assignment(ExprPtr target, Operator op) {
  const std::size_t begin = target->range.begin;
  const bool is_many =
      op == Operator::kNone && target->kind == ExprKind::kList && target->in_parentheses;
  if (!is_many && (!can_be_assigned(*target) || target->in_parentheses))
    fail_at(target->range, "this cannot be assigned to");
  take();
  skip_newlines();
  if (is_many) {
    auto many = std::make_unique<AssignManyExpr>();
    for (auto& item : static_cast<ListExpr&>(*target).items)
      many->targets.push_back(std::move(item));
    many->value = parse_expression(Commands::kYes);
    const Expr* value = many->value.get();
    return finish(std::move(many), begin, {value});
  }
  auto assign = std::make_unique<AssignExpr>();
  assign->op = op;
  assign->target = std::move(target);
  assign->value = parse_expression(Commands::kYes);
  const std::initializer_list<const Expr*> parts = {assign->target.get(), assign->value.get()};
  return finish(std::move(assign), begin, parts);
}

// `echo 'x'`, `readProperties file: "x"`, and chains: `a b c d` is a(b).c(d).
ExprPtr Grammar::parse_command(ExprPtr head) {
  const std::size_t begin = head->range.begin;
  auto call = call_of(std::move(head));
  call->is_command = true;
  int below = call->object ? call->object->depth : 0;
  do {
    skip_newlines();
    call->arguments.push_back(parse_argument());
    below = std::max(below, call->arguments.back().value->depth);
  } while (take_operator(","));
  call->range = {begin, last_end()};
  check_depth(*call, below);
  return call;
}

// The `c` of `a b c d`: a member of what the command before it gave.
ExprPtr Grammar::parse_chain(ExprPtr head) {
  const Deeper deeper(*this);
  const std::size_t begin = head->range.begin;
  auto member = std::make_unique<PropertyExpr>();
  member->object = std::move(head);
  member->name_range = token().range;
  if (token().is(TokenKind::kGString))
    member->computed = parse_gstring(take());
  else
    member->name = unit_.intern(take().text);
  const Expr* object = member->object.get();
  ExprPtr result = finish(std::move(member), begin, {object});
  while (true) {
    if (token().is_operator("(")) {
      result = parse_call(std::move(result));
    } else if (token().is_operator("[")) {
      result = parse_subscript(std::move(result));
    } else if (token().is_operator(".")) {
      result = parse_member(std::move(result));
    } else if (token().is_operator("{")) {
      auto call = call_of(std::move(result));
      append_closures(*call);
      call->range = {begin, last_end()};
      result = std::move(call);
    } else {
      return result;
    }
  }
}

bool Grammar::at_chain_member() const {
  const Token& next = token();
  return next.is(TokenKind::kIdentifier) || next.is(TokenKind::kString) ||
         next.is(TokenKind::kGString) || next.is(TokenKind::kNumber) || next.is_keyword("true") ||
         next.is_keyword("false") || next.is_keyword("null") || next.is_keyword("this");
}

bool Grammar::at_command_argument() const {
  const Token& next = token();
  switch (next.kind) {
    case TokenKind::kIdentifier:
    case TokenKind::kNumber:
    case TokenKind::kString:
    case TokenKind::kGString:
      return true;
    case TokenKind::kKeyword:
      if (token(1).is_operator(":")) return next.text != "else";
      return next.text == "this" || next.text == "new" || next.text == "true" ||
             next.text == "false" || next.text == "null" || next.text == "super";
    case TokenKind::kOperator:
      return next.text == "!" || next.text == "~";
    default:
      return false;
  }
}

ExprPtr Grammar::parse_ternary() {
  const std::size_t begin = token().range.begin;
  ExprPtr condition = parse_binary(kLowest);
  const std::size_t next = after_newlines(at_);
  const Token& mark = (*tokens_)[next];
  if (!mark.is_operator("?") && !mark.is_operator("?:")) return condition;
  const Deeper deeper(*this);
  at_ = next;
  auto node = std::make_unique<TernaryExpr>();
  const bool is_elvis = take().text == "?:";
  skip_newlines();
  node->condition = std::move(condition);
  if (!is_elvis) {
    node->yes = parse_expression();
    skip_newlines();
    expect(":", "between the two values");
    skip_newlines();
  }
  node->no = parse_ternary();
  const std::initializer_list<const Expr*> parts = {node->condition.get(), node->yes.get(),
                                                    node->no.get()};
  return finish(std::move(node), begin, parts);
}

ExprPtr Grammar::parse_binary(int level) {
  const std::size_t begin = token().range.begin;
  ExprPtr left = parse_unary();
  int ceiling = INT_MAX;  // After `x as T` only what binds looser can follow.
  while (true) {
    const Token& next = token();
    if ((next.is_operator("..") || next.is_operator("..<")) && level <= kShift &&
        ceiling > kShift) {
      auto range = std::make_unique<RangeExpr>();
      range->excludes_end = take().text == "..<";
      skip_newlines();
      range->from = std::move(left);
      range->to = parse_binary(kShift + 1);
      const std::initializer_list<const Expr*> parts = {range->from.get(), range->to.get()};
      left = finish(std::move(range), begin, parts);
    } else if ((next.is_keyword("as") || next.is_keyword("instanceof")) && level <= kRelational &&
               ceiling > kRelational) {
      ceiling = kRelational - 1;
      const bool is_as = take().text == "as";
      skip_newlines();
      const Expr* value = left.get();
      if (is_as) {
        auto cast = std::make_unique<CastExpr>();
        cast->is_as = true;
        cast->value = std::move(left);
        cast->type = parse_type();
        left = finish(std::move(cast), begin, {value});
      } else {
        auto test = std::make_unique<InstanceOfExpr>();
        test->value = std::move(left);
        test->type = parse_type();
        left = finish(std::move(test), begin, {value});
      }
    } else {
      refuse_newer_syntax();
      const auto* op = binary_operator(next);
      if (op == nullptr || op->level < level || op->level > ceiling) return left;
      if (op->level == kRelational) ceiling = kRelational - 1;  // a < b < c is none.
      auto node = std::make_unique<BinaryExpr>();
      node->op = op->op;
      node->op_range = take().range;
      skip_newlines();
      node->left = std::move(left);
      node->right = parse_binary(op->level + 1);
      const std::initializer_list<const Expr*> parts = {node->left.get(), node->right.get()};
      left = finish(std::move(node), begin, parts);
    }
  }
}

// What later Groovy has and the Groovy of Jenkins has not.
void Grammar::refuse_newer_syntax() {
  const Token& next = token();
  if (next.is_operator("===") || next.is_operator("!=="))
    fail_at(next.range, "Groovy 2.4 has no `" + next.text + "`", "compare with .is()");
  if (next.is_operator("::"))
    fail_at(next.range, "Groovy 2.4 has no method references with ::", "write object.&method");
  if (next.is_operator("!") && (token(1).is_keyword("in") || token(1).is_keyword("instanceof")))
    fail_at({next.range.begin, token(1).range.end}, "Groovy 2.4 has no `!" + token(1).text + "`",
            "write !(a " + token(1).text + " b)");
}

namespace {

// After a sign: what is too large for an Integer or a Long by itself, but not with it. The smallest
// of each stays what it is when it is negated.
void narrow_to_smallest(Expr& operand, const Token& first) {
  if (!first.is(TokenKind::kNumber) || operand.kind != ExprKind::kConstant) return;
  auto& value = static_cast<Constant&>(operand).value;
  const bool has_suffix =
      std::string_view("lLgG").find(first.text.back()) != std::string_view::npos;
  if (has_suffix) return;
  if (value.is(Kind::kLong) && value.number() == -std::int64_t{INT32_MIN})
    value = Value::integer(INT32_MIN);
  else if (value.is(Kind::kBigInteger) &&
           value.as<Number>().value.negated().compare(Decimal(INT64_MIN)) == 0)
    value = Value::whole(INT64_MIN);
}

}  // namespace

// `takes_power`: a power after the operand belongs to it, as in -2**2; not so in 2 ** -1 ** 2.
ExprPtr Grammar::parse_unary(bool takes_power) {
  const Token& first = token();
  const bool is_sign = first.is_operator("-") || first.is_operator("+");
  const bool is_step = first.is_operator("++") || first.is_operator("--");
  if (!is_sign && !is_step) return takes_power ? parse_power() : parse_prefix();
  const Deeper deeper(*this);
  const std::size_t begin = first.range.begin;
  const std::string op = take().text;
  skip_newlines();
  const Token operand_begin = token();
  ExprPtr operand = parse_unary(takes_power);
  if (op == "-") narrow_to_smallest(*operand, operand_begin);
  const Expr* part = operand.get();
  if (is_step) {
    if (!can_be_assigned(*operand)) fail_at(operand->range, "this cannot be counted up or down");
    auto step = std::make_unique<StepExpr>();
    step->is_increment = op == "++";
    step->is_prefix = true;
    step->target = std::move(operand);
    return finish(std::move(step), begin, {part});
  }
  auto node = std::make_unique<UnaryExpr>();
  node->op = op == "-" ? Operator::kNegative : Operator::kPositive;
  node->operand = std::move(operand);
  return finish(std::move(node), begin, {part});
}

// Binds tighter than the sign before it: -2**2 is -4.
ExprPtr Grammar::parse_power() {
  const std::size_t begin = token().range.begin;
  ExprPtr left = parse_prefix();
  while (token().is_operator("**")) {
    auto node = std::make_unique<BinaryExpr>();
    node->op = Operator::kPower;
    node->op_range = take().range;
    skip_newlines();
    node->left = std::move(left);
    node->right = parse_unary(false);
    const std::initializer_list<const Expr*> parts = {node->left.get(), node->right.get()};
    left = finish(std::move(node), begin, parts);
  }
  return left;
}

ExprPtr Grammar::parse_prefix() {
  const std::size_t begin = token().range.begin;
  if (token().is_operator("!") || token().is_operator("~")) {
    const Deeper deeper(*this);
    auto node = std::make_unique<UnaryExpr>();
    node->op = take().text == "!" ? Operator::kNot : Operator::kBitNot;
    skip_newlines();
    node->operand = parse_unary();
    const Expr* part = node->operand.get();
    return finish(std::move(node), begin, {part});
  }
  if (at_cast()) {
    const Deeper deeper(*this);
    auto node = std::make_unique<CastExpr>();
    take();
    node->type = parse_type();
    take();
    node->value = parse_unary();
    const Expr* part = node->value.get();
    return finish(std::move(node), begin, {part});
  }
  return parse_postfix();
}

// `(Type) value`, as opposed to `(Value) + 1` or `(Value)()`.
bool Grammar::at_cast() const {
  if (!token().is_operator("(")) return false;
  const auto end = type_end(at_ + 1);
  if (!end || !(*tokens_)[*end].is_operator(")")) return false;
  const Token& next = (*tokens_)[std::min(*end + 1, tokens_->size() - 1)];
  const Token& first = token(1);
  switch (next.kind) {
    case TokenKind::kIdentifier:
    case TokenKind::kNumber:
    case TokenKind::kString:
    case TokenKind::kGString:
      return true;
    case TokenKind::kKeyword:
      return next.text == "this" || next.text == "new" || next.text == "true" ||
             next.text == "false" || next.text == "null";
    case TokenKind::kOperator:
      if (next.text == "!" || next.text == "~") return true;
      if (next.text == "-") return first.is(TokenKind::kKeyword);
      if (next.text == "(")
        return !(*tokens_)[std::min(*end + 2, tokens_->size() - 1)].is_operator(")");
      return next.text == "[" || next.text == "{";
    default:
      return false;
  }
}

}  // namespace runtask::groovy
