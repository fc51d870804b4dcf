#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "groovy/ast.h"
#include "jenkins/check.h"
#include "jenkins/model.h"
#include "jenkins/signatures.h"

// The work behind check.h: walks the tree of one file once, writes down every mistake and makes the
// model on the way. The depth of its recursion is that of the tree, which the parser bounds. For
// this module's check_*.cpp.

namespace runtask::jenkins {

// ---- What the tree is matched with (check_tree.cpp)

// The statement as a call, or null.
[[nodiscard]] const groovy::CallExpr* call_of(const groovy::Stmt& statement);
// Its name if it is a call on nobody (or on `this`): sh(...), "sh"(...).
[[nodiscard]] std::optional<std::string> called_name(const groovy::CallExpr& call);
// The block of code that is its last argument, or null.
[[nodiscard]] const groovy::ClosureExpr* block_of(const groovy::CallExpr& call);
// Its arguments without that block. A sole map, as in sh([script: 'x']), counts as named ones, as
// Jenkins has it, unless it has a $class.
[[nodiscard]] std::vector<Argument> arguments_of(const groovy::CallExpr& call);
// A literal: null, a truth, a number or a text.
[[nodiscard]] bool is_literal(const groovy::Expr& expr);
// `x` of a bare word or a literal text: what Jenkins takes for a key.
[[nodiscard]] std::optional<std::string> key_of(const groovy::Expr& expr);
// What a shell takes for the name of a variable.
[[nodiscard]] bool is_variable_name(std::string_view name);

// ---- Words of the messages (check_tree.cpp)

// `name`
[[nodiscard]] std::string in_backticks(std::string_view name);
// "did you mean `x`?", or empty.
[[nodiscard]] std::string suggestion(const std::string& name,
                                     const std::vector<std::string>& names);
// For `a { } b { }` on one line, which Groovy reads as a({ }).b({ }); empty: it is none.
[[nodiscard]] std::string hint_of_chain(const groovy::CallExpr& call, std::string_view source);
// a, b, c
[[nodiscard]] std::string listed(const std::vector<std::string>& names);

class Checker {
 public:
  Checker(const groovy::Unit& unit, Checked& result);
  void check_unit();

 private:
  using Seen = std::map<std::string, std::vector<SourceRange>>;  // Every place of a name.
  // How the arguments of a call are bound (jenkins-pipeline 1.3).
  enum class Binding : std::uint8_t { kStep, kDeclared };

  // ---- check.cpp
  void error(SourceRange range, std::string message, std::string label = {}, std::string hint = {});
  void warning(SourceRange range, std::string message, std::string label = {},
               std::string hint = {});
  void check_library_annotations();
  [[nodiscard]] std::string text_of(SourceRange range) const;
  [[nodiscard]] std::size_t line_of(SourceRange range) const;
  // A mistake at `place` for each name that is there more than once.
  void check_repeated(const Seen& seen, SourceRange place,
                      const std::function<std::string(const std::string& name)>& words);
  // The same for what Jenkins shows where it is there again.
  void error_again(SourceRange again, SourceRange first, const std::string& words);
  void read_library_pipelines();
  void find_nested_pipelines(const groovy::Block& block);
  void find_nested_pipelines(const groovy::Expr& expr);

  // ---- check_sections.cpp
  [[nodiscard]] std::optional<Pipeline> read_pipeline(const groovy::CallExpr& call);
  void pipeline_section(Pipeline& pipeline, const groovy::CallExpr& call, const std::string& name);
  void check_sections_once(const Seen& seen, SourceRange place, const std::string& where);
  void check_required(const Seen& seen, SourceRange place,
                      std::initializer_list<const char*> required, const std::string& of);
  // The call and its name if the statement is a section; an error otherwise.
  struct Section {
    const groovy::CallExpr* call = nullptr;
    std::string name;
  };
  [[nodiscard]] std::optional<Section> section_of(const groovy::Stmt& statement, Seen& seen,
                                                  std::string_view where);
  void unknown_section(const Section& section, std::string_view where,
                       const std::vector<std::string>& allowed);
  // The block of a section, or null after an error.
  const groovy::ClosureExpr* need_block(const groovy::CallExpr& call, std::string_view name);
  [[nodiscard]] std::vector<Stage> read_stages(const groovy::CallExpr& call, std::string_view name,
                                               bool is_inside);
  [[nodiscard]] std::optional<Stage> read_stage(const groovy::Stmt& statement, bool is_inside);
  void stage_section(Stage& stage, const Section& section, bool is_inside);
  // A section that stages, matrices and the pipeline have alike. False: it is none.
  bool common_section(Stage& stage, const Section& section);
  void check_stage_body(const Stage& stage, const Seen& seen, bool is_inside);
  [[nodiscard]] Matrix read_matrix(const groovy::CallExpr& call);
  [[nodiscard]] std::vector<Axis> read_axes(const groovy::CallExpr& call);
  [[nodiscard]] ExcludedAxis read_axis_block(const groovy::CallExpr& call, Seen& seen,
                                             const std::vector<std::string>& sections);
  void check_axes_once(const Seen& names);
  [[nodiscard]] Axis read_axis(const groovy::CallExpr& call);
  [[nodiscard]] std::vector<Exclude> read_excludes(const groovy::CallExpr& call);
  [[nodiscard]] ExcludedAxis read_excluded_axis(const groovy::CallExpr& call);
  [[nodiscard]] std::vector<std::string> literal_words(const groovy::CallExpr& call,
                                                       std::string_view name);
  void check_matrix_names(const Matrix& matrix);
  [[nodiscard]] std::optional<bool> read_truth(const groovy::CallExpr& call, std::string_view name);

  // ---- check_blocks.cpp
  [[nodiscard]] Agent read_agent(const groovy::CallExpr& call);
  void read_agent_block(Agent& agent, const groovy::ClosureExpr& block);
  [[nodiscard]] bool read_agent_settings(Agent& agent, const groovy::CallExpr& call);
  void check_agent_settings(const Agent& agent, SourceRange place);
  [[nodiscard]] Environment read_environment(const groovy::CallExpr& call);
  [[nodiscard]] std::optional<EnvironmentEntry> read_entry(const groovy::Stmt& statement);
  void check_environment_value(const groovy::Expr& value);
  void check_environment_circles(const Environment& environment);  // check_environment.cpp
  void check_concatenation(const groovy::Expr& value);
  [[nodiscard]] When read_when(const groovy::CallExpr& call);
  [[nodiscard]] std::optional<Condition> read_condition(const groovy::Stmt& statement);
  void check_condition(Condition& condition, const groovy::CallExpr& call);
  [[nodiscard]] Post read_post(const groovy::CallExpr& call);
  [[nodiscard]] std::optional<PostBlock> read_post_block(const groovy::Stmt& statement, Seen& seen);
  [[nodiscard]] Input read_input(const groovy::CallExpr& call);

  // ---- check_calls.cpp
  [[nodiscard]] std::vector<Call> read_calls(const groovy::CallExpr& section, Family family,
                                             std::string_view name, bool is_stage = false);
  [[nodiscard]] std::optional<Call> read_call(const groovy::Stmt& statement, Family family);
  void check_name(const Call& call, Family family, bool is_stage);
  void check_plugin_name(const Call& call, Family family);
  void check_schedule(const Call& call);
  void check_option_name(const Call& call, bool is_stage);
  void check_option_value(const Call& call);
  void check_nested_call(const groovy::CallExpr& call);
  [[nodiscard]] std::vector<Call> read_tools(const groovy::CallExpr& section);
  [[nodiscard]] std::vector<Call> read_libraries(const groovy::CallExpr& section);
  // All of section 1.3 for one call.
  void check_arguments(const std::string& name, SourceRange place,
                       const std::vector<Argument>& arguments, const Signature& signature,
                       Binding binding);
  void check_named(const std::string& name, SourceRange place,
                   const std::vector<Argument>& arguments, const Signature& signature);
  void check_positional(const std::string& name, SourceRange place,
                        const std::vector<Argument>& arguments, const Signature& signature,
                        Binding binding);
  void check_type(const groovy::Expr& value, const Field& field, std::string_view of);
  void check_value(const groovy::Expr& value);

  // ---- check_steps.cpp
  // What `steps`, a post condition and a branch hold: at least one step.
  void check_steps(const groovy::ClosureExpr& block, SourceRange place);
  [[nodiscard]] bool check_legacy_parallel(const groovy::ClosureExpr& block, bool is_inside);
  void check_step(const groovy::Stmt& statement);
  void check_step_call(const std::string& name, const groovy::CallExpr& call);

  const groovy::Unit& unit_;
  Checked& result_;
};

}  // namespace runtask::jenkins
