#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/diagnostic.h"
#include "groovy/classes.h"
#include "groovy/value.h"

// The syntax tree of one file. The evaluator walks it; so does whoever gives blocks a meaning of
// their own, as the declarative pipeline does: `pipeline { ... }` is a Call with a closure as its
// last argument, whose statements are calls again. Every node has its place in the text. Immutable
// once parsed and resolved; used on one thread at a time, since its constants are counted values.

namespace runtask::groovy {

class ClassPath;
struct Unit;

// A name of the text. Equal names of one unit are one pointer.
using Name = const std::string*;

enum class ExprKind : std::uint8_t {
  kConstant,
  kGString,
  kName,
  kThis,
  kClass,
  kProperty,
  kIndex,
  kCall,
  kNew,
  kList,
  kMap,
  kRange,
  kUnary,
  kBinary,
  kTernary,
  kAssign,
  kAssignMany,
  kStep,
  kCast,
  kInstanceOf,
  kClosure,
  kMethodPointer,
  kSpread,
};

struct Expr {
  explicit Expr(ExprKind which) : kind(which) {}
  virtual ~Expr() = default;
  Expr(const Expr&) = delete;
  Expr& operator=(const Expr&) = delete;
  const ExprKind kind;
  bool in_parentheses = false;
  int depth = 1;  // Of the tree below.
  SourceRange range;
};
using ExprPtr = std::unique_ptr<Expr>;

enum class StmtKind : std::uint8_t {
  kExpression,
  kDeclaration,
  kBlock,
  kIf,
  kWhile,
  kForIn,
  kFor,
  kSwitch,
  kTry,
  kThrow,
  kReturn,
  kBreak,
  kContinue,
  kAssert,
};

struct Stmt {
  explicit Stmt(StmtKind which) : kind(which) {}
  virtual ~Stmt() = default;
  Stmt(const Stmt&) = delete;
  Stmt& operator=(const Stmt&) = delete;
  const StmtKind kind;
  SourceRange range;
  Name label = nullptr;  // outer: for (...)
};
using StmtPtr = std::unique_ptr<Stmt>;

// The node as what it is, or null.
template <class T, class Node>
const T* node_if(const Node& node) {
  return node.kind == T::kKind ? static_cast<const T*>(&node) : nullptr;
}

// A type as written. Its arguments only have to be there, as for Groovy's own compiler.
struct TypeName {
  std::string name;  // "String", "java.util.List"; empty for def.
  SourceRange range;
  bool is_array = false;
  const ClassInfo* info = nullptr;  // Set by the resolver; null for def and for unknown ones.
  std::vector<TypeName> arguments;  // All between < and >, those of the inner ones too.
};

struct Block {
  std::vector<StmtPtr> statements;
  SourceRange range;
  bool declares = false;  // Set by the resolver: it has variables of its own.
};

struct Parameter {
  TypeName type;
  Name name = nullptr;
  ExprPtr preset;  // Or null.
  SourceRange range;
  bool is_variadic = false;
  bool is_final = false;
};

// ---- Expressions

struct Constant : Expr {
  static constexpr auto kKind = ExprKind::kConstant;
  explicit Constant(Value content) : Expr(kKind), value(std::move(content)) {}
  Value value;  // null, a truth, a number or a string.
};

struct GStringExpr : Expr {
  static constexpr auto kKind = ExprKind::kGString;
  GStringExpr() : Expr(kKind) {}
  std::vector<std::string> texts;  // One more than values.
  std::vector<ExprPtr> values;     // A ClosureExpr without parameters for ${-> x}.
};

struct NameExpr : Expr {
  static constexpr auto kKind = ExprKind::kName;
  explicit NameExpr(Name which) : Expr(kKind), name(which) {}
  Name name;
  bool is_local = false;            // Set by the resolver: a variable or parameter of the text.
  const ClassInfo* info = nullptr;  // Set by the resolver: the class that the name means,
  Name member = nullptr;            // or that has this static member, which the name means.
};

struct ThisExpr : Expr {  // this, super
  static constexpr auto kKind = ExprKind::kThis;
  explicit ThisExpr(bool super) : Expr(kKind), is_super(super) {}
  const bool is_super;
  const ClassInfo* of = nullptr;  // Set by the resolver: the class whose text this is.
  bool in_closure = false;        // Set by the resolver.
};

struct ClassExpr : Expr {
  static constexpr auto kKind = ExprKind::kClass;
  explicit ClassExpr(const ClassInfo& which) : Expr(kKind), info(which) {}
  const ClassInfo& info;
};

struct PropertyExpr : Expr {  // object.name, object?.name, objects*.name
  static constexpr auto kKind = ExprKind::kProperty;
  PropertyExpr() : Expr(kKind) {}
  ExprPtr object;
  Name name = nullptr;  // Null when computed.
  ExprPtr computed;     // object."$name"
  SourceRange name_range;
  bool is_safe = false;
  bool is_spread = false;
  const ClassInfo* info = nullptr;  // Set by the resolver: org.example.Tool, the class of a file.
};

struct IndexExpr : Expr {  // object[index]; several indices are a list.
  static constexpr auto kKind = ExprKind::kIndex;
  IndexExpr() : Expr(kKind) {}
  ExprPtr object;
  ExprPtr index;
};

struct Argument {
  std::string label;    // Of a named one, when it is a word or a constant string.
  ExprPtr label_value;  // Of a named one with a computed label: (x): 1, "$x": 1.
  SourceRange label_range;
  bool is_named = false;
  bool is_closure_block = false;  // A { ... } after the parentheses or after the name.
  ExprPtr value;                  // A SpreadExpr for *list; for *: map with is_named.
};

struct CallExpr : Expr {  // name(args), object.name(args), value(args)
  static constexpr auto kKind = ExprKind::kCall;
  CallExpr() : Expr(kKind) {}
  ExprPtr object;       // Null for a call on nobody: a step, a method of the script.
  Name name = nullptr;  // Null when computed, or when the object itself is called.
  ExprPtr computed;     // object."$name"()
  SourceRange name_range;
  std::vector<Argument> arguments;  // In the order of the text; a closure block is the last.
  bool is_safe = false;
  bool is_spread = false;
  bool is_command = false;       // Written without parentheses: echo 'x'.
  bool calls_object = false;     // value(args): object is what is called.
  bool may_be_variable = false;  // Set by the resolver: `name` is a variable of the text.
  // Set by the resolver when an `import static` has the name: the class and its static member.
  const ClassInfo* info = nullptr;
  Name member = nullptr;
};

struct NewExpr : Expr {
  static constexpr auto kKind = ExprKind::kNew;
  NewExpr() : Expr(kKind) {}
  TypeName type;
  std::vector<Argument> arguments;
  std::vector<ExprPtr> array_sizes;  // new String[3][2]
  bool has_open_size = false;        // new String[3][]: the arrays inside are still to come.
  bool has_body = false;             // Of an anonymous class, which is left out.
};

struct ListExpr : Expr {
  static constexpr auto kKind = ExprKind::kList;
  ListExpr() : Expr(kKind) {}
  std::vector<ExprPtr> items;
};

struct MapExpr : Expr {
  static constexpr auto kKind = ExprKind::kMap;
  MapExpr() : Expr(kKind) {}
  std::vector<Argument> items;  // All named.
};

struct RangeExpr : Expr {
  static constexpr auto kKind = ExprKind::kRange;
  RangeExpr() : Expr(kKind) {}
  ExprPtr from;
  ExprPtr to;
  bool excludes_end = false;
};

enum class Operator : std::uint8_t {
  // Binary.
  kPlus,
  kMinus,
  kTimes,
  kOver,
  kRemainder,
  kPower,
  kLeftShift,
  kRightShift,
  kUnsignedShift,
  kBitAnd,
  kBitOr,
  kBitXor,
  kEqual,
  kUnequal,
  kCompare,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kFind,
  kMatch,
  kIn,
  kAnd,
  kOr,
  // Unary.
  kNot,
  kNegative,
  kPositive,
  kBitNot,
  // Of an assignment: none but the assignment itself.
  kNone,
};

struct UnaryExpr : Expr {
  static constexpr auto kKind = ExprKind::kUnary;
  UnaryExpr() : Expr(kKind) {}
  Operator op = Operator::kNone;
  ExprPtr operand;
};

struct BinaryExpr : Expr {
  static constexpr auto kKind = ExprKind::kBinary;
  BinaryExpr() : Expr(kKind) {}
  Operator op = Operator::kNone;
  SourceRange op_range;
  ExprPtr left;
  ExprPtr right;
};

struct TernaryExpr : Expr {
  static constexpr auto kKind = ExprKind::kTernary;
  TernaryExpr() : Expr(kKind) {}
  ExprPtr condition;
  ExprPtr yes;  // Null for a ?: b.
  ExprPtr no;
};

struct AssignExpr : Expr {
  static constexpr auto kKind = ExprKind::kAssign;
  AssignExpr() : Expr(kKind) {}
  Operator op = Operator::kNone;  // kPlus for +=.
  ExprPtr target;                 // A name, property or index.
  ExprPtr value;
};

struct AssignManyExpr : Expr {  // (a, b) = list
  static constexpr auto kKind = ExprKind::kAssignMany;
  AssignManyExpr() : Expr(kKind) {}
  std::vector<ExprPtr> targets;
  ExprPtr value;
};

struct StepExpr : Expr {  // ++ and --
  static constexpr auto kKind = ExprKind::kStep;
  StepExpr() : Expr(kKind) {}
  ExprPtr target;
  bool is_increment = true;
  bool is_prefix = false;
};

struct CastExpr : Expr {  // value as Type, (Type) value
  static constexpr auto kKind = ExprKind::kCast;
  CastExpr() : Expr(kKind) {}
  ExprPtr value;
  TypeName type;
  bool is_as = false;
};

struct InstanceOfExpr : Expr {
  static constexpr auto kKind = ExprKind::kInstanceOf;
  InstanceOfExpr() : Expr(kKind) {}
  ExprPtr value;
  TypeName type;
};

struct ClosureExpr : Expr {
  static constexpr auto kKind = ExprKind::kClosure;
  ClosureExpr() : Expr(kKind) {}
  std::vector<Parameter> parameters;
  bool has_arrow = false;  // { -> } takes nothing; without an arrow there is `it`.
  Name it = nullptr;       // The unit's name "it".
  Block body;
};

struct MethodPointerExpr : Expr {  // object.&name
  static constexpr auto kKind = ExprKind::kMethodPointer;
  MethodPointerExpr() : Expr(kKind) {}
  ExprPtr object;
  Name name = nullptr;
};

struct SpreadExpr : Expr {  // *list in arguments and lists
  static constexpr auto kKind = ExprKind::kSpread;
  SpreadExpr() : Expr(kKind) {}
  ExprPtr value;
};

// ---- Statements

struct ExpressionStmt : Stmt {
  static constexpr auto kKind = StmtKind::kExpression;
  ExpressionStmt() : Stmt(kKind) {}
  ExprPtr expression;
};

struct Variable {
  TypeName type;
  Name name = nullptr;
  SourceRange range;
  ExprPtr value;  // Or null.
};

struct DeclarationStmt : Stmt {
  static constexpr auto kKind = StmtKind::kDeclaration;
  DeclarationStmt() : Stmt(kKind) {}
  std::vector<Variable> variables;
  ExprPtr all;            // def (a, b) = all
  bool is_field = false;  // @Field: a variable of the whole script.
  // `private` and the like, which only CPS, that looks at no modifiers, takes; empty for none.
  SourceRange refused_modifier;
};

struct BlockStmt : Stmt {
  static constexpr auto kKind = StmtKind::kBlock;
  BlockStmt() : Stmt(kKind) {}
  ExprPtr monitor;  // Of synchronized (monitor) { }; or null.
  Block block;
};

struct IfStmt : Stmt {
  static constexpr auto kKind = StmtKind::kIf;
  IfStmt() : Stmt(kKind) {}
  ExprPtr condition;
  Block yes;
  std::unique_ptr<Block> no;  // Or null.
};

struct WhileStmt : Stmt {
  static constexpr auto kKind = StmtKind::kWhile;
  WhileStmt() : Stmt(kKind) {}
  ExprPtr condition;
  Block body;
};

struct ForInStmt : Stmt {
  static constexpr auto kKind = StmtKind::kForIn;
  ForInStmt() : Stmt(kKind) {}
  TypeName type;
  Name name = nullptr;
  ExprPtr items;
  Block body;
};

struct ForStmt : Stmt {
  static constexpr auto kKind = StmtKind::kFor;
  ForStmt() : Stmt(kKind) {}
  std::vector<StmtPtr> first;
  ExprPtr condition;  // Or null.
  std::vector<ExprPtr> next;
  Block body;
};

struct SwitchCase {
  ExprPtr value;  // Null for default.
  Block body;
};

struct SwitchStmt : Stmt {
  static constexpr auto kKind = StmtKind::kSwitch;
  SwitchStmt() : Stmt(kKind) {}
  ExprPtr subject;
  std::vector<SwitchCase> cases;
};

struct Catch {
  std::vector<TypeName> types;  // Empty for catch (e), which means Exception.
  Name name = nullptr;
  Block body;
};

struct TryStmt : Stmt {
  static constexpr auto kKind = StmtKind::kTry;
  TryStmt() : Stmt(kKind) {}
  Block body;
  std::vector<Catch> catches;
  std::unique_ptr<Block> finally;  // Or null.
};

struct ThrowStmt : Stmt {
  static constexpr auto kKind = StmtKind::kThrow;
  ThrowStmt() : Stmt(kKind) {}
  ExprPtr value;
};

struct ReturnStmt : Stmt {
  static constexpr auto kKind = StmtKind::kReturn;
  ReturnStmt() : Stmt(kKind) {}
  ExprPtr value;  // Or null.
};

struct BreakStmt : Stmt {
  static constexpr auto kKind = StmtKind::kBreak;
  BreakStmt() : Stmt(kKind) {}
  Name target = nullptr;  // The label of the loop that ends; null for the innermost.
};

struct ContinueStmt : Stmt {
  static constexpr auto kKind = StmtKind::kContinue;
  ContinueStmt() : Stmt(kKind) {}
  Name target = nullptr;
};

struct AssertStmt : Stmt {
  static constexpr auto kKind = StmtKind::kAssert;
  AssertStmt() : Stmt(kKind) {}
  ExprPtr condition;
  ExprPtr message;  // Or null.
};

// ---- The file

struct Annotation {
  std::string name;                 // "Library", "NonCPS", "Field".
  bool is_qualified = false;        // Written with its package.
  std::vector<Argument> arguments;  // @Library(['a', 'b']), @Grab(group = 'x') as named.
  SourceRange range;
};

struct MethodDecl {
  Name name = nullptr;  // Of a constructor: that of its class.
  TypeName type;        // What it returns; void is "void".
  std::vector<Parameter> parameters;
  std::vector<TypeName> thrown;
  Block body;
  bool is_static = false;
  bool is_abstract = false;  // No body.
  std::vector<Annotation> annotations;
  std::vector<std::string> type_parameters;  // <T>
  SourceRange range;                         // All of it.
  SourceRange name_range;
  [[nodiscard]] bool has_annotation(std::string_view wanted) const {
    return std::any_of(annotations.begin(), annotations.end(),
                       [&](const Annotation& one) { return one.name == wanted; });
  }
};

struct FieldDecl {
  Variable variable;
  bool is_static = false;
  bool is_final = false;
  bool is_property = false;  // Neither private, protected nor public: it has get... and set...
};

struct EnumConstant {
  Name name = nullptr;
  std::vector<Argument> arguments;
  SourceRange range;
};

enum class ClassForm : std::uint8_t {
  kClass,
  kAbstractClass,
  kInterface,
  kEnum,
  kScript,  // A library's file without a class: its name is one.
};

struct ClassDecl {
  Name name = nullptr;
  ClassForm form = ClassForm::kClass;
  ClassInfo info;                            // Complete once linked: see Resolver.
  std::vector<std::string> type_parameters;  // <T>
  TypeName parent;                           // After `extends`; without a name for none.
  std::vector<TypeName> interfaces;
  std::vector<EnumConstant> constants;
  std::vector<FieldDecl> fields;
  std::vector<std::unique_ptr<MethodDecl>> methods;
  std::vector<std::unique_ptr<MethodDecl>> constructors;
  std::vector<Annotation> annotations;
  const Unit* unit = nullptr;
  SourceRange range;  // All of it.
  SourceRange name_range;
  [[nodiscard]] bool has_annotation(std::string_view wanted) const {
    return std::any_of(annotations.begin(), annotations.end(),
                       [&](const Annotation& one) { return one.name == wanted; });
  }
};

struct Import {
  std::string name;  // "java.util.Map", "java.util.*"
  std::string alias;
  bool is_static = false;
  SourceRange range;
};

struct Unit {
  std::string source_name;  // As it is shown: "Jenkinsfile".
  std::string source;
  std::vector<Import> imports;
  std::vector<Annotation> annotations;  // Of imports, of `_` and of declarations: @Library('x') _.
  std::string package;                  // "org.example", or empty.
  std::vector<std::string> left_out;    // Classes that it has and runtask has not.
  std::vector<std::unique_ptr<ClassDecl>> classes;
  std::vector<std::unique_ptr<MethodDecl>> methods;
  Block body;                                   // Everything else, in order.
  std::shared_ptr<const ClassPath> class_path;  // Holds the classes of other files; or null.

  // The one pointer for this name.
  [[nodiscard]] Name intern(std::string_view name) {
    const auto found = names_by_text_.find(name);
    if (found != names_by_text_.end()) return found->second;
    names_.emplace_back(name);
    names_by_text_.emplace(names_.back(), &names_.back());
    return &names_.back();
  }

 private:
  std::deque<std::string> names_;
  std::unordered_map<std::string_view, Name> names_by_text_;
};

}  // namespace runtask::groovy
