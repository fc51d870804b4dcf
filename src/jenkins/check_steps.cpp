#include <algorithm>

#include "jenkins/checker.h"

namespace runtask::jenkins {
namespace {

// jenkins-pipeline 1.3: steps that a declarative pipeline has its own words for.
const char* blocked_because(std::string_view name) {
  if (name == "stage") return "stages belong into `stages`, or this into `script { }`";
  if (name == "properties") return "use `options`, `parameters` and `triggers`";
  if (name == "parallel") return "it must be the only step of the stage; or use `script { }`";
  return nullptr;
}

}  // namespace

void Checker::check_steps(const groovy::ClosureExpr& block, SourceRange place) {
  const auto& statements = block.body.statements;
  if (statements.empty()) {
    error(place, "there are no steps in this block", "it needs at least one");
    return;
  }
  for (const auto& statement : statements)
    check_step(*statement);
}

// `steps { parallel(a: { ... }, b: { ... }) }`: branches of steps. False: it is something else.
bool Checker::check_legacy_parallel(const groovy::ClosureExpr& block, bool is_inside) {
  if (block.body.statements.size() != 1) return false;
  const auto* call = call_of(*block.body.statements[0]);
  if (call == nullptr || called_name(*call) != "parallel") return false;
  const auto branches =
      std::count_if(call->arguments.begin(), call->arguments.end(),
                    [](const groovy::Argument& argument) { return argument.label != "failFast"; });
  if (is_inside && branches > 1)
    error(call->name_range, "`parallel` cannot stand inside another parallel or matrix",
          "only in a stage that is in neither");
  if (call->arguments.empty()) error(call->name_range, "`parallel` has no branches");
  for (const auto& argument : call->arguments) {
    if (argument.is_named && argument.label == "failFast") {
      if (!literal_bool(argument.value.get()))
        error(argument.value->range, "`failFast` takes true or false", "as they are, not computed");
      continue;
    }
    const auto* branch = groovy::node_if<groovy::ClosureExpr>(*argument.value);
    if (!argument.is_named || branch == nullptr) {
      error(argument.value->range, "expected a branch: `name: { ... }`",
            "or put the whole into `script { }`");
      continue;
    }
    if (argument.label_value)
      error(argument.label_range, "the name of a branch must be a literal string",
            "it cannot be computed");
    if (branch->body.statements.empty())
      error(argument.label_range, "there are no steps in this branch", "it needs at least one");
    for (const auto& each : branch->body.statements)
      check_step(*each);
  }
  return true;
}

void Checker::check_step(const groovy::Stmt& statement) {
  const auto* call = call_of(statement);
  if (call == nullptr) {
    error(statement.range, "expected a step, found `" + text_of(statement.range) + "`", {},
          "Groovy code belongs into `script { ... }`");
    return;
  }
  const auto name = called_name(*call);
  if (!name) {
    const auto hint = hint_of_chain(*call, unit_.source);
    error(call->range, "a method of an object cannot be called here", {},
          hint.empty() ? "put it into `script { ... }`" : hint);
    return;
  }
  if (*name == "script") {
    if (block_of(*call) == nullptr)
      error(call->name_range, "`script` needs a block", "write `script { ... }`");
    return;
  }
  if (const char* reason = blocked_because(*name)) {
    error(call->name_range, "the step `" + *name + "` is not allowed here", reason);
    return;
  }
  check_step_call(*name, *call);
  if (const auto* block = block_of(*call))
    for (const auto& each : block->body.statements)
      check_step(*each);
}

void Checker::check_step_call(const std::string& name, const groovy::CallExpr& call) {
  const auto arguments = arguments_of(call);
  for (const auto& argument : arguments)
    check_value(*argument.value);
  if (call.info != nullptr) return;  // What an `import static` brings.
  for (const auto& method : unit_.methods)
    if (*method->name == name) return;  // A function of the file, which takes what it takes.
  const auto signature = signature_of(Family::kStep, name);
  if (!signature) return;  // Unknown steps are found when they are reached.
  // Jenkins finds these when it reaches the step.
  if (signature->takes_block && block_of(call) == nullptr)
    warning(call.name_range, "`" + name + "` needs a block of steps",
            "it fails when it is reached");
  if (!signature->takes_block && block_of(call) != nullptr)
    warning(call.name_range, "`" + name + "` takes no block", "it fails when it is reached");
  check_arguments(name, call.name_range, arguments, *signature, Binding::kStep);
}

}  // namespace runtask::jenkins
