#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "groovy/class_path.h"
#include "groovy/resolver.h"

// The walk behind resolver.h, one object per unit. For the resolver*.cpp files only.

namespace runtask::groovy {

class Resolver {
 public:
  Resolver(Unit& unit, const ClassPath* class_path, std::vector<Diagnostic>& errors,
           std::vector<Diagnostic>& unsupported)
      : unit_(unit), class_path_(class_path), errors_(errors), unsupported_(unsupported) {
    for (const auto& declaration : unit.classes)
      own_.emplace(*declaration->name, &declaration->info);
  }
  void link();
  void resolve_unit();

 private:
  struct ScopeNames {
    std::vector<Name> names;
    std::vector<Name> finals;  // Of these, the final parameters.
    bool is_function = false;  // Jumps end here.
    bool in_loop = false;
    bool in_switch = false;
    Name label = nullptr;  // Of the loop.
  };
  // resolver.cpp
  void declare_fields();
  void resolve_method(MethodDecl& method);
  void find_duplicate_methods(const std::vector<std::unique_ptr<MethodDecl>>& methods);
  void resolve_parameters(std::vector<Parameter>& parameters);
  void resolve_return(const ReturnStmt& node);

  // Names.
  void declare(Name name, SourceRange range);
  void add_variable(Name name);
  [[nodiscard]] bool is_variable(Name name) const;
  void leave_scope();
  void start_over();

  // resolver_classes.cpp
  void link_parent(ClassDecl& declaration);
  void link_interface(ClassDecl& declaration, TypeName& type);
  void finish_line(ClassDecl& declaration);
  void resolve_class(ClassDecl& declaration);
  void begin_function(bool is_static);
  void check_transforms(const ClassDecl& declaration);
  void find_duplicate_fields(const ClassDecl& declaration);
  // The line of a class: itself first, then its parents, each with its interfaces.
  template <class Visit>
  static void visit_line(const ClassInfo* info, const Visit& visit) {
    for (; info != nullptr && info->declaration != nullptr; info = info->super) {
      visit(*info->declaration);
      for (const ClassInfo* interface : info->interfaces)
        if (interface->declaration != nullptr) visit(*interface->declaration);
    }
  }
  void check_abstract_methods(const ClassDecl& declaration);
  void note_static_names(const ClassDecl& declaration);
  void check_constructor_call(const CallExpr& call);
  void check_final(const Expr& target);
  void resolve_this(ThisExpr& node);
  // resolver_limits.cpp
  void check_target_name(const Expr& target);
  void check_modifier(const DeclarationStmt& node);
  void check_synchronized(const BlockStmt& node);
  void check_size(const ListExpr& node);
  void check_size(SourceRange range, const std::vector<Argument>& entries);
  void check_text(const std::string& text, SourceRange range);

  // Blocks and jumps.
  void resolve_block(Block& block, const Stmt* loop = nullptr);
  void resolve_statements(Block& block);
  [[nodiscard]] bool may_jump(bool is_continue) const;
  void check_target(Name target, SourceRange range);

  // resolver_types.cpp
  void resolve_type(TypeName& type);
  void resolve_type_arguments(TypeName& type);
  [[nodiscard]] bool is_type_parameter(const std::string& name) const;
  [[nodiscard]] const ClassInfo* find_type(const std::string& name) const;
  [[nodiscard]] const ClassInfo* find_anywhere(const std::string& name) const;
  void report_unknown(const TypeName& type);
  void refuse_class(const std::string& name, SourceRange range);
  [[nodiscard]] bool is_left_out(const std::string& name) const;
  [[nodiscard]] bool may_come_from_outside(const std::string& name) const;
  void note_imported_class(const ExprPtr& object);
  void note_missing_class(const std::string& name, std::string_view root, SourceRange range);
  void refuse_missing_classes();

  // resolver_imports.cpp
  struct StaticMember {
    const ClassInfo* info = nullptr;  // Null: no `import static` has the name.
    Name member = nullptr;
  };
  // "java.util" and "Map" of "java.util.Map.Entry".
  struct Parts {
    std::string package;
    std::string class_name;
  };
  [[nodiscard]] static Parts parts_of(const std::string& name);
  void check_imports();
  void check_annotations();
  void check_annotations(const std::vector<Annotation>& annotations);
  void read_static_imports();
  void report_unknown_member(const Import& import, const ClassInfo& info,
                             const std::string& member);
  [[nodiscard]] StaticMember find_static(const std::string& name);

  // Statements.
  void resolve_stmt(Stmt& stmt);
  void resolve_declaration(DeclarationStmt& node);
  void resolve_for_in(ForInStmt& node);
  void resolve_for(ForStmt& node);
  void resolve_switch(SwitchStmt& node);
  void resolve_try(TryStmt& node);
  [[nodiscard]] const ClassInfo* find_class_anywhere_imported(const std::string& name) const;

  // Expressions.
  void resolve_arguments(std::vector<Argument>& arguments);
  void check_labels(const std::vector<Argument>& arguments);
  void resolve_closure(ClosureExpr& node);
  void resolve_name(NameExpr& node);
  [[nodiscard]] bool is_later_parameter(Name name) const;
  [[nodiscard]] std::string dotted_name(const PropertyExpr& node) const;
  void resolve_optional(const ExprPtr& expr);
  void resolve_expr(Expr& expr);
  void resolve_operation(Expr& expr);
  void resolve_new(NewExpr& node);

  // What is wrong.
  void refuse(SourceRange range, std::string message, std::string hint = {});
  void complain(SourceRange range, std::string message, std::string hint = {});

  Unit& unit_;
  const ClassPath* class_path_;
  std::vector<Diagnostic>& errors_;
  std::vector<Diagnostic>& unsupported_;
  std::unordered_map<std::string_view, const ClassInfo*> own_;    // Classes of the unit.
  std::unordered_map<std::string, StaticMember> static_imports_;  // By the name in this unit.
  std::vector<const ClassInfo*> static_classes_;                  // import static a.B.*
  std::vector<std::string> type_parameters_;  // Of the class and the method around.
  std::vector<Name> fields_;
  // Classes of Java and Jenkins that are not there, as the text names them without `new`, and what
  // must be no variable of the script for that.
  struct MissingClass {
    std::string name;
    std::string root;
    SourceRange range;
  };
  std::vector<MissingClass> missing_classes_;
  std::unordered_set<std::string_view> assigned_;  // Without a declaration.
  std::vector<ScopeNames> scopes_;
  std::unordered_map<Name, int> active_;  // How often each name is declared around here.
  const ClassDecl* class_ = nullptr;      // Whose text this is.
  const MethodDecl* constructor_ = nullptr;
  std::unordered_set<std::string_view> static_names_;   // Of the class and its line.
  const std::vector<Parameter>* parameters_ = nullptr;  // Those of whose presets this is one.
  int closures_ = 0;                                    // Around here.
  bool is_void_ = false;  // In a method that returns nothing, and in no closure of it.
  // In text that Jenkins turns into continuations before Groovy's last checks, which see nothing of
  // it: all but constructors, values of fields, presets, and what is @NonCPS.
  bool is_cps_ = true;
  bool is_static_ = false;  // In a static method or field, and in no closure of it.
};

}  // namespace runtask::groovy
