#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "groovy/ast.h"
#include "groovy/token.h"

// The recursive descent behind parser.h, one object per text. Its shape is that of Groovy 2.4's own
// grammar (groovy.g); where that one is odd, it is odd in the same way: `println [1]` is a
// subscript, `return f 1` is an error. For the grammar_*.cpp files and parser.cpp only.

namespace runtask::groovy {

struct SyntaxError {  // Thrown to the statement that contains the place.
  Diagnostic diagnostic;
  bool is_too_deep = false;  // The expression goes on, though it is not read to its end.
};

class Grammar {
 public:
  Grammar(Unit& unit, const std::vector<Token>& tokens) : unit_(unit), tokens_(&tokens) {}
  void parse_unit();
  std::vector<Diagnostic> errors;
  std::vector<Diagnostic> unsupported;

 private:
  // Whether an expression may go on with arguments without parentheses.
  enum class Commands : std::uint8_t { kNo, kYes };
  struct Deeper {  // Counts the recursion; throws a SyntaxError beyond the limit.
    explicit Deeper(Grammar& parser);
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    ~Deeper() { --grammar.depth_; }
    Grammar& grammar;
  };

  // grammar_statements.cpp
  void parse_statements(Block& block, bool is_top);
  void parse_top_statement(Block& block);
  StmtPtr parse_statement();
  StmtPtr parse_labelled();
  StmtPtr parse_expression_statement();
  [[nodiscard]] bool at_bare_block();
  void recover(bool is_too_deep);
  [[nodiscard]] bool goes_on_after(std::size_t place) const;
  void end_statement();
  Block parse_block();
  Block parse_body();
  Block parse_branch();
  void refuse_comma();
  StmtPtr parse_if();
  StmtPtr parse_while();
  StmtPtr parse_for();
  StmtPtr parse_for_in(std::size_t begin);
  [[noreturn]] void fail_modifier_of_loop(SourceRange range) const;
  StmtPtr parse_synchronized();
  StmtPtr parse_switch();
  StmtPtr parse_try();
  Catch parse_catch();
  StmtPtr parse_jump();
  StmtPtr parse_assert();

  // grammar_declarations.cpp
  std::vector<Annotation> parse_annotations();
  void parse_import(std::vector<Annotation> annotations, bool is_first);
  [[nodiscard]] bool at_declaration() const;
  [[nodiscard]] bool at_method() const;
  [[nodiscard]] bool at_method_name(std::size_t place) const;
  [[nodiscard]] bool at_bare_method() const;
  StmtPtr parse_declaration(const std::vector<Annotation>& annotations);
  void parse_many(DeclarationStmt& declaration);
  struct Modifiers {
    bool any = false;
    bool has_def = false;
    SourceRange not_of_variables;  // Of the first that no variable may have; empty for none.
    bool is_static = false;
    bool is_final = false;
    bool is_abstract = false;
    bool has_access = false;  // private, protected, public
  };
  std::unique_ptr<MethodDecl> parse_method(const Modifiers& modifiers, std::size_t begin);
  std::vector<Parameter> parse_parameters(std::string_view close);
  Modifiers take_modifiers();
  [[nodiscard]] static bool is_modifier(const Token& token);
  std::vector<std::string> parse_type_parameters();
  TypeName parse_type();
  [[nodiscard]] std::optional<std::size_t> type_end(std::size_t from) const;
  std::string parse_dotted_name(SourceRange& range);

  // grammar_classes.cpp
  [[nodiscard]] bool at_class(std::size_t ahead = 0) const;
  void parse_class(std::vector<Annotation> annotations);
  void skip_class();
  void parse_class_head(ClassDecl& declaration);
  void parse_constants(ClassDecl& declaration);
  void parse_class_body(ClassDecl& declaration);
  void parse_class_member(ClassDecl& declaration);
  void parse_fields(ClassDecl& declaration, const Modifiers& modifiers);

  // grammar_expressions.cpp
  ExprPtr parse_expression(Commands commands = Commands::kNo);
  ExprPtr parse_command(ExprPtr head);
  ExprPtr parse_chain(ExprPtr head);
  ExprPtr parse_ternary();
  ExprPtr parse_binary(int level);
  ExprPtr parse_binary_tail(ExprPtr left, Operator op, int level);
  ExprPtr parse_unary(bool takes_power = true);
  ExprPtr parse_power();
  ExprPtr parse_prefix();
  ExprPtr parse_assignment(ExprPtr target, Operator op);
  [[nodiscard]] bool at_cast() const;
  [[nodiscard]] bool at_command_argument() const;
  [[nodiscard]] bool at_chain_member() const;
  void refuse_newer_syntax();

  // grammar_literals.cpp
  ExprPtr parse_gstring(const Token& token);
  ExprPtr parse_embedded(const StringPart& part);
  ExprPtr parse_number(const Token& token);

  // grammar_primary.cpp
  ExprPtr parse_postfix();
  ExprPtr parse_member(ExprPtr object);
  ExprPtr parse_call(ExprPtr callee);
  ExprPtr parse_subscript(ExprPtr object);
  void append_closures(CallExpr& call);
  void refuse_cast(const Expr& value) const;
  void parse_arguments(std::vector<Argument>& arguments, std::string_view close);
  Argument parse_argument();
  [[nodiscard]] bool at_label() const;
  ExprPtr parse_primary();
  ExprPtr parse_parenthesised();
  ExprPtr parse_bracketed();
  ExprPtr parse_closure();
  [[nodiscard]] bool closure_has_parameters() const;
  ExprPtr parse_new();
  ExprPtr parse_new_array(std::unique_ptr<NewExpr> node, std::size_t begin);
  ExprPtr parse_keyword_value();
  ExprPtr class_or_property(std::unique_ptr<PropertyExpr> property);
  std::unique_ptr<CallExpr> call_of(ExprPtr callee);
  [[nodiscard]] static bool is_path(const Expr& expr);
  [[nodiscard]] static bool takes_command(const Expr& expr);

  // Tokens.
  [[nodiscard]] const Token& token(std::size_t ahead = 0) const {
    const std::size_t place = at_ + ahead;
    return place < tokens_->size() ? (*tokens_)[place] : tokens_->back();
  }
  const Token& take();
  bool take_operator(std::string_view text);
  bool take_keyword(std::string_view text);
  void expect(std::string_view text, std::string_view where);
  void skip_newlines();
  [[nodiscard]] std::size_t after_newlines(std::size_t from) const;
  [[nodiscard]] std::size_t last_end() const;
  [[noreturn]] void fail_at(SourceRange range, std::string message, std::string hint = {}) const;
  [[noreturn]] void fail_unexpected(std::string_view wanted = {}) const;
  void refuse(SourceRange range, std::string message, std::string hint = {});
  // Sets the place and the depth of a new node over its parts.
  template <class T>
  ExprPtr finish(std::unique_ptr<T> node, std::size_t begin,
                 std::initializer_list<const Expr*> parts);
  void check_depth(Expr& node, int depth_below);
  ExprPtr string_constant(std::string text, SourceRange range) const;

  Unit& unit_;
  const std::vector<Token>* tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  int deepest_ = 0;                // Of the nodes made since the innermost open closure began.
  bool begins_statement_ = false;  // The next value begins a statement or an initial value.
  bool is_top_ = false;            // The statement being parsed stands at the top of the file.
};

template <class T>
ExprPtr Grammar::finish(std::unique_ptr<T> node, std::size_t begin,
                        std::initializer_list<const Expr*> parts) {
  int below = 0;
  for (const Expr* part : parts)
    if (part != nullptr && part->depth > below) below = part->depth;
  node->range = {begin, last_end()};
  check_depth(*node, below);
  return node;
}

}  // namespace runtask::groovy
