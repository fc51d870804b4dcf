#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "groovy/ast.h"

// A declarative pipeline as data: what `pipeline { ... }` says, checked, before anything runs.
// Every expression and every block of code is a pointer into the Groovy tree, which the model keeps
// alive; nothing here is evaluated. What only a run can know (a GString, a call) stays an
// expression. Immutable once made; used on the thread that uses the tree.

namespace runtask::jenkins {

// One argument of an option, a condition, an agent, a step. Points into the tree; never null.
struct Argument {
  std::string name;  // Empty: positional.
  const groovy::Expr* value = nullptr;
  SourceRange range;  // Of the name and the value.
};

// `name args` in a section: an option, a trigger, a tool, a parameter.
struct Call {
  std::string name;
  SourceRange range;  // All of it.
  SourceRange name_range;
  std::vector<Argument> arguments;
  const groovy::CallExpr* call = nullptr;

  // The argument of that name, or null.
  [[nodiscard]] const groovy::Expr* find(std::string_view argument) const;
  // The same; else the only positional argument, which is what a sole required one may be.
  [[nodiscard]] const groovy::Expr* find_or_sole(std::string_view argument) const;
};

// jenkins-pipeline 1.5. At the root and in stages.
struct Agent {
  enum class Kind : std::uint8_t { kAny, kNone, kLabel, kNode, kDocker, kDockerfile, kOther };
  Kind kind = Kind::kAny;
  std::string type;  // As written: "label", "docker"; for kOther "kubernetes", "ecs", ...
  SourceRange range;
  // Of the block form by name (label, customWorkspace, image, args, filename, ...). `label 'x'` has
  // one named label, `docker 'x'` one named image; `dockerfile true` has none.
  std::vector<Argument> settings;

  [[nodiscard]] const groovy::Expr* find(std::string_view setting) const;
};

// One `NAME = value`, in the order of the text.
struct EnvironmentEntry {
  std::string name;
  SourceRange name_range;
  const groovy::Expr* value = nullptr;
  SourceRange range;
};
struct Environment {
  std::vector<EnvironmentEntry> entries;
  SourceRange range;
};

// jenkins-pipeline 1.11.
struct Condition {
  std::string name;  // "branch", "allOf", ...
  SourceRange range;
  std::vector<Argument> arguments;            // A sole positional one stays unnamed.
  std::vector<Condition> children;            // Of allOf, anyOf, not.
  const groovy::ClosureExpr* body = nullptr;  // Of expression.

  [[nodiscard]] const groovy::Expr* find(std::string_view argument) const;
  [[nodiscard]] const groovy::Expr* find_or_sole(std::string_view argument) const;
};
struct When {
  std::vector<Condition> conditions;  // All must hold; asked in this order.
  bool before_agent = false;
  bool before_input = false;
  bool before_options = false;
  SourceRange range;
};

// jenkins-pipeline 1.12, in the order in which they run.
enum class PostCondition : std::uint8_t {
  kAlways,
  kChanged,
  kFixed,
  kRegression,
  kAborted,
  kSuccess,
  kUnsuccessful,
  kUnstable,
  kFailure,
  kNotBuilt,
  kCleanup,
};
[[nodiscard]] std::string_view name_of(PostCondition condition);

struct PostBlock {
  PostCondition condition = PostCondition::kAlways;
  const groovy::ClosureExpr* body = nullptr;  // Step calls, like Stage::steps.
  SourceRange range;
};
struct Post {
  std::vector<PostBlock> blocks;  // In the order in which they run, not that of the text.
  SourceRange range;
};

// A stage's `input { ... }`. The expressions may be null but for message.
struct Input {
  const groovy::Expr* message = nullptr;
  const groovy::Expr* id = nullptr;
  const groovy::Expr* ok = nullptr;
  const groovy::Expr* submitter = nullptr;
  const groovy::Expr* submitter_parameter = nullptr;
  std::vector<Call> parameters;
  SourceRange range;
};

struct Axis {
  std::string name;
  std::vector<std::string> values;
  SourceRange range;
};
struct ExcludedAxis {
  std::string name;
  std::vector<std::string> values;
  bool is_negated = false;  // notValues
  SourceRange range;
};
struct Exclude {
  std::vector<ExcludedAxis> axes;  // A cell is left out when all of them match.
  SourceRange range;
};

struct Stage;

// The sections that a matrix has for each of its cells are in `cell`, whose `stages` are the
// matrix's; its name is empty and its kind is kStages.
struct Matrix {
  std::vector<Axis> axes;
  std::vector<Exclude> excludes;
  std::unique_ptr<Stage> cell;
  SourceRange range;
};

struct Stage {
  enum class Kind : std::uint8_t { kSteps, kStages, kParallel, kMatrix };
  std::string name;
  SourceRange range;
  SourceRange name_range;
  Kind kind = Kind::kSteps;
  std::optional<Agent> agent;
  std::optional<Environment> environment;
  std::optional<When> when;
  std::optional<Input> input;
  std::vector<Call> options;  // In the order of the text, which is that of the wrappers.
  std::vector<Call> tools;
  std::optional<Post> post;
  std::optional<bool> fail_fast;
  // By kind. `steps { parallel(a: {...}) }` is kSteps: the one call in it is the step of that name.
  const groovy::ClosureExpr* steps = nullptr;
  std::vector<Stage> stages;  // Of kStages and kParallel.
  std::optional<Matrix> matrix;
};

struct Pipeline {
  SourceRange range;
  Agent agent;
  std::vector<Call> options;
  std::vector<Call> parameters;  // See parameters.h for what they mean.
  std::optional<Environment> environment;
  std::vector<Call> triggers;
  std::vector<Call> tools;
  std::vector<Call> libraries;  // `lib('name@version')`, each with its one argument.
  std::vector<Stage> stages;
  std::optional<Post> post;
  // The closure of `pipeline { ... }`: the scope of everything in it is that of this closure.
  const groovy::ClosureExpr* body = nullptr;
  const groovy::CallExpr* call = nullptr;
};

// The cells of a matrix that are left after its excludes, as axis values in the order of the axes;
// the first axis varies fastest. At most kCellsMax, which the checks see to.
constexpr std::size_t kCellsMax = 10'000;
[[nodiscard]] std::vector<std::vector<std::string>> cells_of(const Matrix& matrix);
// `Matrix - A = 'x', B = 'y'`.
[[nodiscard]] std::string cell_name(const Matrix& matrix, const std::vector<std::string>& cell);

// The text of a literal string (a GString without values counts), or none.
[[nodiscard]] std::optional<std::string> literal_text(const groovy::Expr* expr);
[[nodiscard]] std::optional<bool> literal_bool(const groovy::Expr* expr);
[[nodiscard]] std::optional<std::int64_t> literal_integer(const groovy::Expr* expr);

}  // namespace runtask::jenkins
