#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "groovy/ast.h"
#include "groovy/closure.h"
#include "groovy/interpreter.h"

// One line of execution: a branch of `parallel`, or the build itself. The public half is for hosts;
// none of it throws. The rest walks the tree and belongs to this module's evaluate_*.cpp,
// execute.cpp and methods_*.cpp.

namespace runtask::groovy {

struct DeclaredClass;

class Fiber {
 public:
  // Counts the stack from here on: make it on the thread that will use it.
  explicit Fiber(Interpreter& interpreter);
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // The script from its beginning; its last value.
  [[nodiscard]] Outcome run(const Ref<Script>& script);
  // Calls a closure, or what `object.call(...)` would.
  [[nodiscard]] Outcome invoke(const Value& callable, Values arguments);
  // A method of any value, script or host object.
  [[nodiscard]] Outcome invoke_method(const Value& object, const std::string& name,
                                      Values arguments);
  // One expression of a tree in a scope: that of the closure it is written in, which gives its
  // variables, or one of inner_scope(). For whoever gives blocks a meaning of their own.
  [[nodiscard]] Outcome evaluate(const Expr& expr, const Ref<Scope>& scope);
  // The statements of a block, in a scope of their own; the last value.
  [[nodiscard]] Outcome execute(const Block& block, const Ref<Scope>& scope);
  // A scope inside another, for variables of the host; names come from a unit, see Unit::intern,
  // and a delegate answers for names that nobody declares.
  [[nodiscard]] Ref<Scope> inner_scope(const Ref<Scope>& scope);
  [[nodiscard]] Ref<Scope> scope_with_delegate(const Ref<Scope>& scope, Value delegate);
  // The outermost scope of a script.
  [[nodiscard]] Ref<Scope> script_scope(const Ref<Script>& script);
  // The value as Groovy's text, GStrings and all.
  [[nodiscard]] tl::expected<std::string, Raised> text(const Value& value);
  // With strings for GStrings, in lists and maps too: what a step gets.
  [[nodiscard]] Outcome without_gstrings(const Value& value);
  [[nodiscard]] tl::expected<bool, Raised> truth(const Value& value);
  // A number as Java's longValue() gives it: without its fraction.
  [[nodiscard]] tl::expected<std::int64_t, Raised> whole(const Value& number);
  // JSON as net.sf.json reads it: objects and arrays that print as JSON by toString().
  [[nodiscard]] Outcome read_json(const std::string& text);
  // The same value of plain maps, lists and nulls.
  [[nodiscard]] Outcome without_json_classes(const Value& value);
  // As net.sf.json writes any value; on one line, or with so many blanks more per level.
  [[nodiscard]] tl::expected<std::string, Raised> json(const Value& value, int indent_by);
  [[nodiscard]] tl::expected<bool, Raised> equal(const Value& a, const Value& b);

  // New values.
  [[nodiscard]] Value text_value(std::string text);
  [[nodiscard]] Ref<List> list(Values items = {});
  [[nodiscard]] Ref<Map> map();
  // An exception of a class by its name, for Outcome errors.
  [[nodiscard]] Value exception(std::string_view class_name, const std::string& message);
  [[nodiscard]] tl::unexpected<Raised> raise(std::string_view class_name,
                                             const std::string& message);
  [[nodiscard]] static tl::unexpected<Raised> raise(const Value& throwable);

  [[nodiscard]] Interpreter& interpreter() { return interpreter_; }
  [[nodiscard]] Host& host() { return interpreter_.host(); }
  [[nodiscard]] Heap& heap() { return interpreter_.heap(); }
  // Where the script is now: for messages.
  [[nodiscard]] std::string place() const;

 private:
  friend struct MethodCall;
  friend class JsonReader;
  friend class Interpreter;
  enum class Flow : std::uint8_t { kNormal, kReturn, kBreak, kContinue };

  template <class Body>
  Outcome guarded(Body&& body);

 public:
  // ---- For the module's own files: these throw Thrown and Aborted.

  // execute.cpp
  Flow run_block(const Block& block, const Ref<Scope>& scope, bool in_own_scope = true);
  Flow run_stmt(const Stmt& stmt, const Ref<Scope>& scope);
  void run_declaration(const DeclarationStmt& stmt, const Ref<Scope>& scope);
  Flow run_if(const IfStmt& stmt, const Ref<Scope>& scope);
  [[nodiscard]] bool goes_on(const Stmt& loop, Flow& flow);
  Flow run_while(const WhileStmt& stmt, const Ref<Scope>& scope);
  Flow run_for_in(const ForInStmt& stmt, const Ref<Scope>& scope);
  Flow run_for(const ForStmt& stmt, const Ref<Scope>& scope);
  Flow run_switch(const SwitchStmt& stmt, const Ref<Scope>& scope);
  Flow run_try(const TryStmt& stmt, const Ref<Scope>& scope);
  Flow run_catches(const TryStmt& stmt, const Thrown& thrown, const Ref<Scope>& scope);
  void run_assert(const AssertStmt& stmt, const Ref<Scope>& scope);
  bool is_case(const Value& subject, const Value& candidate);
  void step();
  void check_stop();
  void check_stack();

  // evaluate.cpp
  Value eval(const Expr& expr, const Ref<Scope>& scope);
  Value eval_uncommon(const Expr& expr, const Ref<Scope>& scope);
  Value eval_gstring(const GStringExpr& expr, const Ref<Scope>& scope);
  Value eval_list(const ListExpr& expr, const Ref<Scope>& scope);
  Value eval_map(const std::vector<Argument>& items, const Ref<Scope>& scope);
  Value eval_range(const RangeExpr& expr, const Ref<Scope>& scope);
  Value eval_unary(const UnaryExpr& expr, const Ref<Scope>& scope);
  Value eval_binary(const BinaryExpr& expr, const Ref<Scope>& scope);
  Value eval_ternary(const TernaryExpr& expr, const Ref<Scope>& scope);
  Value eval_new(const NewExpr& expr, const Ref<Scope>& scope);
  Value eval_new_array(const NewExpr& expr, const Ref<Scope>& scope);
  Value eval_cast(const CastExpr& expr, const Ref<Scope>& scope);
  Value eval_method_pointer(const MethodPointerExpr& expr, const Ref<Scope>& scope);
  Value construct(const ClassInfo& info, Values& arguments);
  Value construct_number(const ClassInfo& info, Values& arguments);
  [[noreturn]] void no_constructor(const ClassInfo& info, const Values& arguments);
  void set_message(Throwable& throwable, const Values& arguments);

  // evaluate_assign.cpp
  Value eval_assign(const AssignExpr& expr, const Ref<Scope>& scope);
  Value eval_assign_many(const AssignManyExpr& expr, const Ref<Scope>& scope);
  Value eval_step(const StepExpr& expr, const Ref<Scope>& scope);
  void assign(const Expr& target, Value value, const Ref<Scope>& scope);
  void assign_name(const NameExpr& target, Value value, const Ref<Scope>& scope);
  Value update(const Expr& target, const Ref<Scope>& scope, bool gives_old,
               const std::function<Value(const Value&)>& change);

  // evaluate_names.cpp
  Value get_name(const NameExpr& expr, const Ref<Scope>& scope);
  Value get_free_name(const std::string& name, const Ref<Scope>& scope);
  std::optional<Value> try_property(const Value& object, const std::string& name);
  Value get_property(const Value& object, const std::string& name);
  // Of what `expr` is: a class's own text reaches its fields without their accessors.
  Value get_member(const Expr& expr, const Value& object, const std::string& name);
  void set_member(const Expr& expr, const Value& object, const std::string& name, Value value);
  std::optional<Value> property_of_script(Script& script, const std::string& name);
  std::optional<Value> property_by_getter(const Ref<Script>& script, const std::string& name);
  std::optional<Value> property_of_closure(Closure& closure, const std::string& name);
  std::optional<Value> property_of_throwable(const Throwable& throwable, const std::string& name);
  void set_property(const Value& object, const std::string& name, Value value);
  void set_free_name(const std::string& name, Value value, const Ref<Scope>& scope);
  Value get_index(const Value& object, const Value& index);
  Value index_list(const Value& object, const Value& index);
  Value index_text(const std::string& text, const Value& index);
  void set_index(const Value& object, const Value& index, Value value);
  void set_indexes(const Value& list, const Value& indexes, const Value& value);
  // Into a map of the script, as its kind keeps it: JSON of net.sf.json turns what it is given into
  // JSON, and drops a key that is given null.
  void put_into(const Value& map, const Value& key, Value value);
  // What a list keeps for the value.
  Value kept_in(const List& list, Value value);
  Value spread_property(const Value& object, const std::string& name, bool keeps_nulls = false);

  // evaluate_calls.cpp
  Value eval_call(const CallExpr& expr, const Ref<Scope>& scope);
  Values eval_arguments(const std::vector<Argument>& arguments, const Ref<Scope>& scope);
  Value call_free(const CallExpr& expr, const std::string& name, Values& arguments,
                  const Ref<Scope>& scope);
  std::optional<Value> call_delegate(const Ref<Scope>& scope, const std::string& name,
                                     Values& arguments, bool first);
  std::optional<Value> call_script_method(const Ref<Script>& script, const std::string& name,
                                          Values& arguments);
  Value call_own(const CallExpr& expr, const Value& self, const std::string& name,
                 Values& arguments, const Ref<Scope>& scope);
  std::optional<Value> call_imported(const CallExpr& expr, Values& arguments);
  Value run_method(const Ref<Scope>& scope, const MethodDecl& method, Values& arguments);
  // Groovy calls no closure that could take them as its array in more than one way.
  static bool fits_closure(const std::vector<Parameter>& parameters, const Values& arguments);
  void declare_parameter(const Parameter& parameter, Value value, Scope& scope);
  std::optional<Value> call_builtin(const std::string& name, Values& arguments);
  std::optional<Value> call_builtin_method(const Value& self, const std::string& name,
                                           Values& arguments);
  std::optional<Value> try_method(const Value& object, const std::string& name, Values& arguments);
  std::optional<Value> call_on_null(const std::string& name, Values& arguments);
  Value call_method(const Value& object, const std::string& name, Values& arguments);
  Value call_closure(Closure& closure, Values& arguments);
  Value call_value(const Value& callable, Values& arguments);
  Value call1(const Value& callable, Value argument);
  void bind(const std::vector<Parameter>& parameters, Values& arguments, const Ref<Scope>& scope);
  static int arity_of(const Closure& closure);

  // evaluate_classes.cpp
  DeclaredClass& class_state(const ClassInfo& info);
  Ref<Scope> class_scope(const DeclaredClass& of, Value self);
  Value construct_declared(const ClassInfo& info, Values& arguments);
  void fill(const Value& object, DeclaredClass& state, Values& arguments);
  void run_constructor(const Value& object, DeclaredClass& state, Values& arguments);
  static std::shared_ptr<const Unit> unit_of(const ClassInfo& info);
  Value make_script(const ClassInfo& info);
  void compute_fields(const Ref<Script>& script, const Ref<Scope>& scope);
  void set_first_values(const Value& object, const DeclaredClass& state);
  std::optional<Value> call_declared(const Value& self, const ClassInfo& from,
                                     const std::string& name, Values& arguments);
  std::optional<Value> method_of_declared(const Value& self, const std::string& name,
                                          Values& arguments);
  std::optional<Value> method_of_enum(const Value& self, const ClassInfo& info,
                                      const std::string& name, const Values& arguments);
  std::optional<Value> call_missing(const Value& self, const std::string& name, Values& arguments);
  // getName of "get" and "name".
  static std::string accessor(std::string_view prefix, const std::string& name);
  std::optional<Value> call_accessor(const Value& self, const std::string& method,
                                     Values& arguments);
  Value constant_of(const ClassInfo& info, const std::string& name);
  const FieldDecl* field_named(const Value& self, const std::string& name);
  Value* find_field(const Value& self, const std::string& name);
  void set_field(const Value& self, const std::string& name, Value value);
  std::optional<Value> property_of_declared(const Value& self, const std::string& name,
                                            bool from_inside);
  bool set_declared_property(const Value& self, const std::string& name, Value value,
                             bool from_inside);
  Value call_super(const ThisExpr& expr, const std::string& name, Values& arguments,
                   const Ref<Scope>& scope);
  // A method that the object's class declares, without arguments or with one; none if it does not.
  std::optional<Value> ask(const Value& self, const std::string& name);
  std::optional<Value> ask(const Value& self, const std::string& name, const Value& argument);
  // The methods of the text with that name, as a list of their names.
  Value methods_named(const Value& self, const std::string& name);
  static std::string plain_name_of(const Value& self);

  // operators.cpp
  Value binary(Operator op, const Value& left, const Value& right);
  Value of_codes(Operator op, const Value& left, const Value& right);  // Of characters.
  Value plus(const Value& left, const Value& right);
  Value minus(const Value& left, const Value& right);
  Value times(const Value& left, const Value& right);
  Value shift_left(const Value& left, const Value& right);
  Value integer_operation(Operator op, const Value& left, const Value& right);
  Value matcher_of(const Value& text, const Value& pattern);
  bool is_in(const Value& item, const Value& container);

  // arithmetic.cpp
  Value arithmetic(Operator op, const Value& left, const Value& right);
  Value power(const Value& base, const Value& exponent);
  Value negated(const Value& value);
  Value joined(const GString& left, const Value& right);
  // What the map has for the key, or what its default makes of it.
  Value value_in(Map& map, const Value& key);
  Value number_value(Kind kind, const std::optional<Decimal>& number);
  static Decimal decimal_of(const Value& number);
  static double real_of(const Value& number);
  static int compare_numbers(const Value& left, const Value& right);

  // convert.cpp
  bool is_true(const Value& value);
  bool equals(const Value& left, const Value& right);
  int compare(const Value& left, const Value& right);
  std::optional<Value> code_of(const Value& value);

  // print.cpp
  std::string to_text(const Value& value);
  void append_text(std::string& text, const Value& value, int depth);
  void append_gstring(std::string& text, const Value& value, int depth);
  void append_map(std::string& text, const Value& map, int depth);
  void append_list(std::string& text, const Value& list, int depth);  // A set or a range, too.
  void append_object(std::string& text, const Value& value, int depth);
  void check_text(const std::string& text);
  std::string inspected(const Value& value, int depth = 0);
  Value plain(const Value& value);  // A String for a GString.
  Value deep_plain(const Value& value);

  // convert.cpp
  Value cast(const Value& value, const TypeName& type, bool is_as);
  Value cast_to(const Value& value, const ClassInfo& info, bool is_as);
  Value cast_to_number(const Value& value, const ClassInfo& info, bool is_as);
  Value cast_to_declared(const Value& value, const ClassInfo& info, bool is_as);
  Value parse_number(const std::string& text, const ClassInfo& info);
  Values items_of(const Value& value);  // Of a list, set, range, map (entries), string or null.
  bool iterate(const Value& value, const std::function<bool(const Value&)>& visit);
  bool iterate_map(Map& map, const std::function<bool(const Value&)>& visit);

  // Values and errors.
  Value string(std::string text);
  Value character(std::string letter);
  Value decimal(const Decimal& number);
  Value json_null();  // That of net.sf.json.
  [[noreturn]] void throw_new(std::string_view class_name, const std::string& message);
  // A map or set that the script is about to change; throws if it cannot.
  [[nodiscard]] Map& changeable(const Value& map);
  [[noreturn]] void throw_value(const Value& throwable);
  [[noreturn]] void missing_method(const Value& object, const std::string& name,
                                   const Values& arguments);
  // Also where Groovy has the method, but it ends so.
  [[noreturn]] void throw_missing_method(const Value& object, const std::string& name,
                                         const Values& arguments);
  // Several methods or constructors are as near.
  [[noreturn]] void throw_ambiguous(const Value& object, const std::string& name,
                                    const Values& arguments);
  [[noreturn]] void missing_property(const Value& object, const std::string& name);
  // Ends the script at what Groovy has for the value and runtask has not.
  void refuse_unsupported(const Value& object, const std::string& name, const Values& arguments);
  [[noreturn]] void abort(Code code, std::string message, std::string hint = {});
  Value unwrap(Outcome outcome);

  void at(SourceRange range, const Scope& scope) {
    range_ = range;
    unit_ = scope.script ? scope.script->unit.get() : nullptr;
  }

 private:
  struct Depth;
  Interpreter& interpreter_;
  Name jump_target_ = nullptr;  // Of the break or continue under way: a label; null for none.
  Value result_;                // Of the statement that ran last, or of `return`.
  int calls_ = 0;
  std::size_t stack_begin_ = 0;  // The address of the stack where the fiber began.
  std::uint64_t next_check_ = 0;
  SourceRange range_;
  const Unit* unit_ = nullptr;  // Where range_ is; the interpreter holds it.
};

// A call in a call. Aborts beyond the limit.
struct Fiber::Depth {
  explicit Depth(Fiber& of_fiber);
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;
  ~Depth() { --fiber.calls_; }
  Fiber& fiber;
};

}  // namespace runtask::groovy
