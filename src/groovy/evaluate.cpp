#include <algorithm>

#include "groovy/classes.h"
#include "groovy/fiber.h"
#include "groovy/letter_range.h"
#include "groovy/methods.h"
#include "groovy/native_objects.h"
#include "groovy/regex.h"

// Expressions.

namespace runtask::groovy {

Value Fiber::eval(const Expr& expr, const Ref<Scope>& scope) {
  check_stack();
  switch (expr.kind) {
    case ExprKind::kConstant:
      return static_cast<const Constant&>(expr).value;
    case ExprKind::kName:
      return get_name(static_cast<const NameExpr&>(expr), scope);
    case ExprKind::kGString:
      return eval_gstring(static_cast<const GStringExpr&>(expr), scope);
    case ExprKind::kCall:
      return eval_call(static_cast<const CallExpr&>(expr), scope);
    case ExprKind::kBinary:
      return eval_binary(static_cast<const BinaryExpr&>(expr), scope);
    case ExprKind::kAssign:
      return eval_assign(static_cast<const AssignExpr&>(expr), scope);
    case ExprKind::kProperty: {
      const auto& node = static_cast<const PropertyExpr&>(expr);
      if (node.info != nullptr) return heap().make<ClassValue>(*node.info);
      const Value object = eval(*node.object, scope);
      if (node.is_safe && object.is_null()) return {};
      const std::string name =
          node.name != nullptr ? *node.name : to_text(eval(*node.computed, scope));
      return node.is_spread ? spread_property(object, name, true)
                            : get_member(*node.object, object, name);
    }
    case ExprKind::kIndex: {
      const auto& node = static_cast<const IndexExpr&>(expr);
      const Value object = eval(*node.object, scope);
      return get_index(object, eval(*node.index, scope));
    }
    case ExprKind::kUnary:
      return eval_unary(static_cast<const UnaryExpr&>(expr), scope);
    case ExprKind::kTernary:
      return eval_ternary(static_cast<const TernaryExpr&>(expr), scope);
    case ExprKind::kClosure:
      return heap().make<Closure>(static_cast<const ClosureExpr&>(expr), scope);
    default:
      return eval_uncommon(expr, scope);
  }
}

Value Fiber::eval_uncommon(const Expr& expr, const Ref<Scope>& scope) {
  switch (expr.kind) {
    case ExprKind::kThis:
      return scope->this_value();
    case ExprKind::kClass:
      return heap().make<ClassValue>(static_cast<const ClassExpr&>(expr).info);
    case ExprKind::kNew:
      return eval_new(static_cast<const NewExpr&>(expr), scope);
    case ExprKind::kList:
      return eval_list(static_cast<const ListExpr&>(expr), scope);
    case ExprKind::kMap:
      return eval_map(static_cast<const MapExpr&>(expr).items, scope);
    case ExprKind::kRange:
      return eval_range(static_cast<const RangeExpr&>(expr), scope);
    case ExprKind::kAssignMany:
      return eval_assign_many(static_cast<const AssignManyExpr&>(expr), scope);
    case ExprKind::kStep:
      return eval_step(static_cast<const StepExpr&>(expr), scope);
    case ExprKind::kCast:
      return eval_cast(static_cast<const CastExpr&>(expr), scope);
    case ExprKind::kInstanceOf: {
      const auto& node = static_cast<const InstanceOfExpr&>(expr);
      const Value value = eval(*node.value, scope);
      if (node.type.is_array) {
        const ClassInfo* element = value.is(Kind::kList) ? value.as<List>().element : nullptr;
        return Value::of(element != nullptr && node.type.info != nullptr &&
                         element->is_a(node.type.info->name));
      }
      return Value::of(node.type.info != nullptr && is_instance(value, *node.type.info));
    }
    case ExprKind::kMethodPointer:
      return eval_method_pointer(static_cast<const MethodPointerExpr&>(expr), scope);
    default:
      abort(Code::kInvalid, "`*` can only stand in arguments and lists");
  }
}

Value Fiber::eval_gstring(const GStringExpr& expr, const Ref<Scope>& scope) {
  Values values;
  values.reserve(expr.values.size());
  for (const auto& value : expr.values)
    values.push_back(eval(*value, scope));
  return heap().make<GString>(expr.texts, std::move(values));
}

Value Fiber::eval_list(const ListExpr& expr, const Ref<Scope>& scope) {
  Values items;
  items.reserve(expr.items.size());
  for (const auto& item : expr.items) {
    if (const auto* spread = node_if<SpreadExpr>(*item)) {
      for (auto& one : items_of(eval(*spread->value, scope)))
        items.push_back(std::move(one));
    } else {
      items.push_back(eval(*item, scope));
    }
  }
  return list(std::move(items));
}

Value Fiber::eval_map(const std::vector<Argument>& items, const Ref<Scope>& scope) {
  const auto result = map();
  for (const auto& item : items) {
    if (const auto* spread = node_if<SpreadExpr>(*item.value)) {
      const Value other = eval(*spread->value, scope);
      if (other.is_null()) continue;
      if (!other.is(Kind::kMap)) abort(Code::kInvalid, "`*:` needs a map");
      const auto entries = other.as<Map>().items();
      for (const auto& entry : entries)
        result->put(entry.key, entry.value);
      continue;
    }
    // A GString key stays one, and is then not found by a String: docs/GROOVY.md.
    const Value key = item.label_value ? eval(*item.label_value, scope) : string(item.label);
    result->put(key, eval(*item.value, scope));
  }
  return result;
}

Value Fiber::eval_range(const RangeExpr& expr, const Ref<Scope>& scope) {
  const Value from = plain(eval(*expr.from, scope));
  const Value to = plain(eval(*expr.to, scope));
  if (from.is(Kind::kString) && to.is(Kind::kString) && from.text().size() == 1 &&
      to.text().size() == 1) {
    const int step = from.text()[0] <= to.text()[0] ? 1 : -1;
    const bool are_characters = from.is_character() && to.is_character();
    Values items;
    for (int c = static_cast<unsigned char>(from.text()[0]);; c += step) {
      const bool is_last = c == static_cast<unsigned char>(to.text()[0]);
      if (is_last && expr.excludes_end) break;
      std::string letter(1, static_cast<char>(c));
      items.push_back(are_characters ? character(std::move(letter)) : string(std::move(letter)));
      if (is_last) break;
    }
    // As Groovy: what excludes its end is told by the last letter that it has.
    const std::string text =
        items.empty() ? from.text() + "..<" + to.text() : from.text() + ".." + items.back().text();
    const auto range = heap().make<LetterRange>(std::move(items), text);
    range->changed();
    return range;
  }
  const auto is_whole = [](const Value& value) {
    return value.is(Kind::kInteger) || value.is(Kind::kLong);
  };
  if (!is_whole(from) || !is_whole(to))
    abort(Code::kInvalid, "only ranges of integers and of single letters are supported");
  const std::int64_t first = from.number();
  std::int64_t last = to.number();
  const auto fits = [](std::int64_t number) { return number >= INT32_MIN && number <= INT32_MAX; };
  if (!fits(first) || !fits(last))
    abort(Code::kInvalid, "only ranges of integers of 32 bits are supported");
  bool is_reverse = first > last;
  const bool is_empty = expr.excludes_end && first == last;
  if (expr.excludes_end && !is_empty) last += is_reverse ? 1 : -1;
  if (last == first) is_reverse = false;
  const auto range = heap().make<Range>(first, last, is_reverse);
  range->is_empty = is_empty;
  range->excludes_end = expr.excludes_end;
  return range;
}

Value Fiber::eval_unary(const UnaryExpr& expr, const Ref<Scope>& scope) {
  Value value = eval(*expr.operand, scope);
  if (expr.op == Operator::kNot) return Value::of(!is_true(value));
  if (value.is_number() && expr.op == Operator::kNegative) return negated(value);
  const std::string method = expr.op == Operator::kNegative   ? "negative"
                             : expr.op == Operator::kPositive ? "positive"
                                                              : "bitwiseNegate";
  if (const auto own = ask(value, method)) return *own;
  switch (expr.op) {
    case Operator::kNegative:
      return negated(value);
    case Operator::kPositive:
      if (!value.is_number()) missing_method(value, method, {});
      return value;
    default: {
      if (value.is_text()) return Pattern::compile(*this, to_text(value));
      if (value.is(Kind::kInteger))
        return Value::integer(~static_cast<std::int32_t>(value.number()));
      if (value.is(Kind::kLong)) return Value::whole(~value.number());
      missing_method(value, method, {});
    }
  }
}

Value Fiber::eval_binary(const BinaryExpr& expr, const Ref<Scope>& scope) {
  const Value left = eval(*expr.left, scope);
  if (expr.op == Operator::kAnd)
    return Value::of(is_true(left) && is_true(eval(*expr.right, scope)));
  if (expr.op == Operator::kOr)
    return Value::of(is_true(left) || is_true(eval(*expr.right, scope)));
  const Value right = eval(*expr.right, scope);
  // The common case, in a few instructions.
  if (left.is(Kind::kInteger) && right.is(Kind::kInteger)) {
    const auto a = static_cast<std::int32_t>(left.number());
    const auto b = static_cast<std::int32_t>(right.number());
    std::int32_t sum = 0;
    switch (expr.op) {
      case Operator::kPlus:
        (void)__builtin_add_overflow(a, b, &sum);
        return Value::integer(sum);
      case Operator::kMinus:
        (void)__builtin_sub_overflow(a, b, &sum);
        return Value::integer(sum);
      case Operator::kLess:
        return Value::of(a < b);
      case Operator::kGreater:
        return Value::of(a > b);
      case Operator::kEqual:
        return Value::of(a == b);
      default:
        break;
    }
  }
  return binary(expr.op, left, right);
}

Value Fiber::eval_ternary(const TernaryExpr& expr, const Ref<Scope>& scope) {
  Value condition = eval(*expr.condition, scope);
  const bool yes = is_true(condition);
  if (!yes) return eval(*expr.no, scope);
  return expr.yes ? eval(*expr.yes, scope) : condition;
}

Value Fiber::eval_cast(const CastExpr& expr, const Ref<Scope>& scope) {
  const Value value = eval(*expr.value, scope);
  if (expr.is_as && value.is(Kind::kInstance) && expr.type.info != nullptr && !expr.type.is_array)
    if (const auto own = ask(value, "asType", heap().make<ClassValue>(*expr.type.info)))
      return *own;
  return cast(value, expr.type, expr.is_as);
}

Value Fiber::eval_method_pointer(const MethodPointerExpr& expr, const Ref<Scope>& scope) {
  const Value object = eval(*expr.object, scope);
  if (object.is_null())
    throw_new("java.lang.NullPointerException", "Cannot take a method of a null object");
  const std::string name = *expr.name;
  auto native = [object = object.object(), name](Fiber& fiber, Values& arguments) {
    return fiber.call_method(Value(object), name, arguments);
  };
  if (!object.is_object()) abort(Code::kInvalid, "methods of numbers cannot be pointed at");
  return heap().make<Closure>(native, Values{object}, -1);
}

Value Fiber::eval_new(const NewExpr& expr, const Ref<Scope>& scope) {
  if (!expr.array_sizes.empty()) return eval_new_array(expr, scope);
  Values arguments = eval_arguments(expr.arguments, scope);
  at(expr.range, *scope);
  return construct(*expr.type.info, arguments);
}

Value Fiber::eval_new_array(const NewExpr& expr, const Ref<Scope>& scope) {
  std::vector<std::size_t> sizes;
  std::size_t all = 1;
  for (const auto& each : expr.array_sizes) {
    const Value size = eval(*each, scope);
    if (!size.is(Kind::kInteger) || size.number() < 0)
      throw_new("java.lang.NegativeArraySizeException", to_text(size));
    sizes.push_back(static_cast<std::size_t>(size.number()));
    all *= std::max<std::size_t>(sizes.back(), 1);
    if (all > interpreter_.limits_.memory_bytes_max / sizeof(Value))
      abort(Code::kFull, "an array is too large");
  }
  Value filler;
  if (is_primitive(expr.type.name) && !expr.has_open_size)
    filler = expr.type.name == "boolean" ? Value::of(false)
                                         : cast_to(Value::integer(0), *expr.type.info, true);
  const std::function<Value(std::size_t)> make = [&](std::size_t level) -> Value {
    const auto array = heap().make<List>(Values(), expr.type.info);
    array->items.reserve(sizes[level]);
    for (std::size_t i = 0; i < sizes[level]; ++i)
      array->items.push_back(level + 1 < sizes.size() ? make(level + 1) : filler);
    array->changed();
    return array;
  };
  return make(0);
}

Value Fiber::construct(const ClassInfo& info, Values& arguments) {
  if (info.declaration != nullptr) return construct_declared(info, arguments);
  const std::string_view name = info.simple_name();
  const auto bad_arguments = [&] { no_constructor(info, arguments); };
  if (info.use == ClassUse::kThrowable) {
    // Made of other things than a message: of what only the host knows.
    if (info.name == "org.jenkinsci.plugins.workflow.steps.FlowInterruptedException") {
      Call call{*this, "new " + info.name, std::move(arguments), {}, {}};
      auto made = host().call(call);
      if (!made) no_constructor(info, call.arguments);
      return unwrap(*std::move(made));
    }
    const auto throwable = heap().make<Throwable>(info, Value(), Value());
    set_message(*throwable, arguments);
    return throwable;
  }
  if (name == "Date") {
    if (arguments.size() == 1 && (arguments[0].is(Kind::kLong) || arguments[0].is(Kind::kInteger)))
      return heap().make<Date>(WallTime(std::chrono::milliseconds(arguments[0].number())));
    if (!arguments.empty()) bad_arguments();
    const auto now = host().now();
    if (!now) abort(Code::kInvalid, "there is no clock for `new Date()` here");
    return heap().make<Date>(*now);
  }
  if (name == "String" && arguments.size() == 2 && arguments[1].is_text())
    arguments.pop_back();  // new String(bytes, 'UTF-8')
  if (name == "SimpleDateFormat") {
    if (arguments.size() != 1 || !arguments[0].is_text())
      abort(Code::kInvalid, "SimpleDateFormat takes a pattern here, and nothing else");
    return heap().make<DateFormat>(to_text(arguments[0]));
  }
  if (arguments.size() > 1) bad_arguments();
  const Value first = arguments.empty() ? Value() : arguments[0];
  if (name == "StringBuilder" || name == "StringBuffer") {
    const auto builder = heap().make<Builder>();
    if (first.is_text()) builder->text = to_text(first);
    return builder;
  }
  if (name == "ArrayList" || name == "LinkedList")
    return list(first.is_number() ? Values() : items_of(first));
  if (name == "HashSet" || name == "LinkedHashSet") {
    const auto set = heap().make<Map>(Kind::kSet);
    if (!first.is_number())
      for (const auto& item : items_of(first))
        set->put(item, Value());
    return set;
  }
  if (name == "HashMap" || name == "LinkedHashMap") {
    const auto result = map();
    if (first.is(Kind::kMap)) result->assign(first.as<Map>().items());
    return result;
  }
  if (name == "JsonBuilder")
    return heap().make<JsonText>(first, arguments.empty() ? "" : json_text(*this, first));
  if (name == "JsonSlurper" || name == "JsonSlurperClassic" || name == "JsonOutput" ||
      name == "Object" || (name == "Random" && arguments.empty()))
    return heap().make<ClassValue>(info);  // They have no state: the class serves as the object.
  if (name == "Random") abort(Code::kInvalid, "Java's row of numbers from a seed is not supported");
  if (first.is_null()) {
    if (name == "String") return string("");
    bad_arguments();
  }
  if (name == "String")
    if (auto text = text_of_bytes(first)) return string(*std::move(text));
  return construct_number(info, arguments);
}

void Fiber::no_constructor(const ClassInfo& info, const Values& arguments) {
  std::string types;
  for (const auto& argument : arguments)
    types += (types.empty() ? "" : ", ") + class_name_of(argument);
  throw_new("groovy.lang.GroovyRuntimeException",
            "Could not find matching constructor for: " + info.name + "(" + types + ")");
}

// What the constructors of Java's exceptions do with a message, a cause, or both.
void Fiber::set_message(Throwable& throwable, const Values& arguments) {
  if (arguments.size() > 2) no_constructor(throwable.info, arguments);
  Value message;
  for (const auto& argument : arguments)
    (argument.is(Kind::kThrowable) ? throwable.cause : message) = argument;
  if (arguments.size() == 1 && !throwable.cause.is_null()) message = throwable.cause;
  if (!message.is_null()) throwable.message = string(to_text(message));
}

Value Fiber::construct_number(const ClassInfo& info, Values& arguments) {
  if (info.simple_name() == "String") return string(to_text(arguments[0]));
  if (info.simple_name() == "Boolean") return Value::of(to_text(arguments[0]) == "true");
  if (arguments[0].is_text()) return parse_number(to_text(arguments[0]), info);
  return cast_to(arguments[0], info, true);
}

}  // namespace runtask::groovy
