#include <algorithm>
#include <set>

#include "jenkins/checker.h"

namespace runtask::jenkins {
namespace {

// jenkins-pipeline 1.2, the nesting table.
const std::vector<std::string> kPipelineSections = {"agent",   "environment", "libraries",
                                                    "options", "parameters",  "post",
                                                    "stages",  "tools",       "triggers"};
const std::vector<std::string> kStageSections = {"agent",  "environment", "failFast", "input",
                                                 "matrix", "options",     "parallel", "post",
                                                 "stages", "steps",       "tools",    "when"};
const std::vector<std::string> kMatrixSections = {"agent", "axes",    "environment", "excludes",
                                                  "input", "options", "post",        "stages",
                                                  "tools", "when"};

// What the sections of older versions are called now.
std::string renamed_hint(std::string_view name) {
  if (name == "properties" || name == "jobProperties" || name == "wrappers")
    return "`" + std::string(name) + "` is called `options` now";
  if (name == "notifications" || name == "postBuild")
    return "`" + std::string(name) + "` is called `post` now";
  return {};
}

// Numbers and truths count as what they look like: `values 8, 11`.
std::optional<std::string> literal_word(const groovy::Expr& value) {
  if (auto text = literal_text(&value)) return text;
  if (const auto number = literal_integer(&value)) return std::to_string(*number);
  if (const auto truth = literal_bool(&value)) return *truth ? "true" : "false";
  return std::nullopt;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

// ---- The pipeline

std::optional<Pipeline> Checker::read_pipeline(const groovy::CallExpr& call) {
  const auto* block = block_of(call);
  if (block == nullptr) {
    error(call.name_range, "`pipeline` needs a block", "write `pipeline { ... }`");
    return std::nullopt;
  }
  Pipeline pipeline;
  pipeline.range = call.range;
  pipeline.body = block;
  pipeline.call = &call;
  Seen seen;
  for (const auto& statement : block->body.statements)
    if (const auto section = section_of(*statement, seen, "pipeline"))
      pipeline_section(pipeline, *section->call, section->name);
  for (const auto& [name, ranges] : seen)
    for (std::size_t i = 1; i < ranges.size(); ++i)
      error_again(ranges[i], ranges[0],
                  "there is more than one " + in_backticks(name) + " in the `pipeline` block");
  check_required(seen, call.name_range, {"agent", "stages"}, "pipeline");
  return pipeline;
}

void Checker::pipeline_section(Pipeline& pipeline, const groovy::CallExpr& call,
                               const std::string& name) {
  if (name == "agent") {
    pipeline.agent = read_agent(call);
  } else if (name == "stages") {
    pipeline.stages = read_stages(call, name, false);
  } else if (name == "environment") {
    pipeline.environment = read_environment(call);
  } else if (name == "post") {
    pipeline.post = read_post(call);
  } else if (name == "tools") {
    pipeline.tools = read_tools(call);
  } else if (name == "libraries") {
    pipeline.libraries = read_libraries(call);
  } else if (name == "options") {
    pipeline.options = read_calls(call, Family::kOption, name);
  } else if (name == "parameters") {
    pipeline.parameters = read_calls(call, Family::kParameter, name);
  } else if (name == "triggers") {
    pipeline.triggers = read_calls(call, Family::kTrigger, name);
    for (const auto& trigger : pipeline.triggers)
      warning(trigger.name_range, "the trigger `" + trigger.name + "` is ignored",
              "nothing starts this pipeline but you");
  } else {
    unknown_section({&call, name}, "pipeline", kPipelineSections);
  }
}

std::optional<Checker::Section> Checker::section_of(const groovy::Stmt& statement, Seen& seen,
                                                    std::string_view where) {
  const auto* call = call_of(statement);
  const std::string place = "`" + std::string(where) + "` block";
  if (call == nullptr) {
    error(statement.range, "`" + text_of(statement.range) + "` is no section of the " + place,
          "expected a name with a value or a block");
    return std::nullopt;
  }
  const auto name = called_name(*call);
  if (!name) {
    const auto hint = hint_of_chain(*call, unit_.source);
    error(call->range, "a method of an object cannot be called in the " + place,
          hint.empty() ? "only inside `script { }`" : "", hint);
    return std::nullopt;
  }
  seen[*name].push_back(call->name_range);
  return Section{call, *name};
}

// Jenkins shows it where the block begins.
void Checker::check_sections_once(const Seen& seen, SourceRange place, const std::string& where) {
  check_repeated(seen, place, [&](const std::string& name) {
    return "there is more than one " + in_backticks(name) + " in the " + in_backticks(where) +
           " block";
  });
}

void Checker::unknown_section(const Section& section, std::string_view where,
                              const std::vector<std::string>& allowed) {
  const auto range = section.call->name_range;
  std::string label = renamed_hint(section.name);
  std::string hint;
  if (label.empty()) {
    const auto near = nearest_name(section.name, allowed);
    if (!near.empty()) label = "did you mean " + in_backticks(near) + "?";
    hint = "the sections of " + in_backticks(where) + " are " + listed(allowed);
  }
  if (where == "stage" && !contains(kPipelineSections, section.name) && label.empty()) {
    label = "steps must be in a `steps` block";
  } else if (where == "stage" && contains(kPipelineSections, section.name)) {
    label = "this belongs into `pipeline`";
  } else if (where == "pipeline" && section.name == "stage") {
    label = "stages must be in a `stages` block";
  } else if (where == "pipeline" && contains(kStageSections, section.name)) {
    label = "this belongs into a `stage`";
  }
  error(
      range,
      "unknown section " + in_backticks(section.name) + " in the " + in_backticks(where) + " block",
      std::move(label), std::move(hint));
}

void Checker::check_required(const Seen& seen, SourceRange place,
                             std::initializer_list<const char*> required, const std::string& of) {
  for (const auto* name : required) {
    if (seen.count(name) == 0)
      error(place, in_backticks(of) + " has no " + in_backticks(name), {},
            name == std::string("agent")
                ? "add `agent any`, or `agent none` if each stage has its own"
                : "");
  }
}

const groovy::ClosureExpr* Checker::need_block(const groovy::CallExpr& call,
                                               std::string_view name) {
  const auto* block = block_of(call);
  if (block == nullptr)
    error(call.name_range, in_backticks(name) + " needs a block",
          "write `" + std::string(name) + " { ... }`");
  return block;
}

std::optional<bool> Checker::read_truth(const groovy::CallExpr& call, std::string_view name) {
  const auto arguments = arguments_of(call);
  const auto truth = arguments.size() == 1 && arguments[0].name.empty()
                         ? literal_bool(arguments[0].value)
                         : std::nullopt;
  if (!truth || block_of(call) != nullptr)
    error(call.range, in_backticks(name) + " takes true or false", "as they are, not computed");
  return truth;
}

// ---- Stages

std::vector<Stage> Checker::read_stages(const groovy::CallExpr& call, std::string_view name,
                                        bool is_inside) {
  std::vector<Stage> stages;
  const auto* block = need_block(call, name);
  if (block == nullptr) return stages;
  if (block->body.statements.empty())
    error(call.name_range, in_backticks(name) + " is empty", "it needs at least one stage");
  Seen names;
  for (const auto& statement : block->body.statements) {
    auto stage = read_stage(*statement, is_inside);
    if (!stage) continue;
    names[stage->name].push_back(stage->name_range);
    stages.push_back(*std::move(stage));
  }
  check_repeated(names, call.name_range, [](const std::string& each) {
    return "there is more than one stage " + in_backticks(each) + " here";
  });
  return stages;
}

std::optional<Stage> Checker::read_stage(const groovy::Stmt& statement, bool is_inside) {
  const auto* call = call_of(statement);
  const auto called = call != nullptr ? called_name(*call) : std::nullopt;
  if (called != "stage") {
    const auto range = called ? call->name_range : statement.range;
    const auto near = called ? nearest_name(*called, std::vector<std::string>{"stage"}) : "";
    error(range, "expected a stage, found `" + text_of(range) + "`",
          near.empty() ? "" : "did you mean `stage`?",
          call != nullptr ? hint_of_chain(*call, unit_.source) : "");
    return std::nullopt;
  }
  const auto arguments = arguments_of(*call);
  if (arguments.empty()) {
    error(call->name_range, "this stage has no name", "write `stage('name') { ... }`");
    return std::nullopt;
  }
  Stage stage;
  stage.range = call->range;
  stage.name_range = arguments[0].value->range;
  const auto name = arguments[0].name.empty() ? key_of(*arguments[0].value) : std::nullopt;
  if (name) {
    stage.name = *name;
  } else {
    error(arguments[0].range, "the name of a stage must be a literal string",
          "it cannot be computed");
    stage.name = text_of(arguments[0].range);
  }
  const auto* block = block_of(*call);
  if (arguments.size() > 1 || block == nullptr) {
    error(call->name_range, "the stage `" + stage.name + "` has no block",
          "write `stage('name') { ... }`");
    return std::nullopt;
  }
  Seen seen;
  for (const auto& each : block->body.statements)
    if (const auto section = section_of(*each, seen, "stage"))
      stage_section(stage, *section, is_inside);
  check_sections_once(seen, stage.name_range, "stage");
  check_stage_body(stage, seen, is_inside);
  return stage;
}

void Checker::stage_section(Stage& stage, const Section& section, bool is_inside) {
  const auto& [call, name] = section;
  if (common_section(stage, section)) return;
  if (name == "steps") {
    stage.steps = need_block(*call, name);
    if (stage.steps != nullptr && !check_legacy_parallel(*stage.steps, is_inside))
      check_steps(*stage.steps, call->name_range);
  } else if (name == "stages") {
    stage.kind = Stage::Kind::kStages;
    stage.stages = read_stages(*call, name, is_inside);
  } else if (name == "parallel") {
    stage.kind = Stage::Kind::kParallel;
    stage.stages = read_stages(*call, name, true);
  } else if (name == "matrix") {
    stage.kind = Stage::Kind::kMatrix;
    stage.matrix = read_matrix(*call);
  } else if (name == "failFast") {
    stage.fail_fast = read_truth(*call, name);
  } else {
    unknown_section(section, "stage", kStageSections);
  }
}

bool Checker::common_section(Stage& stage, const Section& section) {
  const auto& [call, name] = section;
  if (name == "agent") {
    stage.agent = read_agent(*call);
  } else if (name == "environment") {
    stage.environment = read_environment(*call);
  } else if (name == "when") {
    stage.when = read_when(*call);
  } else if (name == "input") {
    stage.input = read_input(*call);
  } else if (name == "options") {
    stage.options = read_calls(*call, Family::kOption, name, true);
  } else if (name == "tools") {
    stage.tools = read_tools(*call);
  } else if (name == "post") {
    stage.post = read_post(*call);
  } else {
    return false;
  }
  return true;
}

void Checker::check_stage_body(const Stage& stage, const Seen& seen, bool is_inside) {
  std::vector<std::string> bodies;
  for (const auto* name : {"steps", "stages", "parallel", "matrix"})
    if (seen.count(name) != 0) bodies.emplace_back(name);
  const std::string place = "the stage `" + stage.name + "`";
  if (bodies.empty())
    error(stage.name_range, place + " has nothing to do",
          "it needs `steps`, `stages`, `parallel` or `matrix`");
  if (bodies.size() > 1)
    error(stage.name_range,
          place + " has both " + in_backticks(bodies[0]) + " and " + in_backticks(bodies.back()),
          "only one of `steps`, `stages`, `parallel` and `matrix`");
  for (const auto* name : {"parallel", "matrix"}) {
    if (seen.count(name) == 0) continue;
    if (is_inside)
      error(seen.at(name).front(),
            in_backticks(name) + " cannot stand inside another parallel or matrix",
            "only in a stage that is in neither");
    for (const auto* section : {"agent", "tools"})
      if (seen.count(section) != 0)
        error(seen.at(section).front(), in_backticks(section) + " is not allowed in " + place,
              "it holds " + in_backticks(name) + "; give it to the stages inside");
  }
}

// ---- Matrix

Matrix Checker::read_matrix(const groovy::CallExpr& call) {
  Matrix matrix;
  matrix.range = call.range;
  matrix.cell = std::make_unique<Stage>();
  matrix.cell->kind = Stage::Kind::kStages;
  matrix.cell->range = call.range;
  matrix.cell->name_range = call.name_range;
  const auto* block = need_block(call, "matrix");
  if (block == nullptr) return matrix;
  Seen seen;
  for (const auto& statement : block->body.statements) {
    const auto section = section_of(*statement, seen, "matrix");
    if (!section || common_section(*matrix.cell, *section)) continue;
    if (section->name == "axes") {
      matrix.axes = read_axes(*section->call);
    } else if (section->name == "excludes") {
      matrix.excludes = read_excludes(*section->call);
    } else if (section->name == "stages") {
      matrix.cell->stages = read_stages(*section->call, section->name, true);
    } else {
      unknown_section(*section, "matrix", kMatrixSections);
    }
  }
  check_sections_once(seen, call.name_range, "matrix");
  check_required(seen, call.name_range, {"axes", "stages"}, "matrix");
  check_matrix_names(matrix);
  return matrix;
}

void Checker::check_matrix_names(const Matrix& matrix) {
  std::vector<std::string> names;
  std::size_t cells = 1;
  for (const auto& axis : matrix.axes) {
    names.push_back(axis.name);
    cells = std::min(cells * std::max<std::size_t>(axis.values.size(), 1), kCellsMax + 1);
  }
  if (cells > kCellsMax)
    error(matrix.cell->name_range,
          "this matrix has more than " + std::to_string(kCellsMax) + " cells");
  for (const auto& exclude : matrix.excludes) {
    for (const auto& axis : exclude.axes) {
      if (axis.name.empty() || contains(names, axis.name)) continue;
      // Jenkins takes it: no cell has that axis, so the `exclude` leaves none out.
      const auto near = nearest_name(axis.name, names);
      warning(axis.range, "the matrix has no axis " + in_backticks(axis.name),
              near.empty() ? "nothing is excluded" : "did you mean " + in_backticks(near) + "?");
    }
  }
}

std::vector<Axis> Checker::read_axes(const groovy::CallExpr& call) {
  std::vector<Axis> axes;
  const auto* block = need_block(call, "axes");
  if (block == nullptr) return axes;
  if (block->body.statements.empty())
    error(call.name_range, "`axes` is empty", "it needs at least one `axis { ... }`");
  Seen names;
  for (const auto& statement : block->body.statements) {
    const auto* axis_call = call_of(*statement);
    if (axis_call == nullptr || called_name(*axis_call) != "axis") {
      error(statement->range, "expected `axis { ... }`");
      continue;
    }
    auto axis = read_axis(*axis_call);
    if (!axis.name.empty()) names[axis.name].push_back(axis.range);
    axes.push_back(std::move(axis));
  }
  check_axes_once(names);
  return axes;
}

// Jenkins shows it at the first of them.
void Checker::check_axes_once(const Seen& names) {
  for (const auto& [name, ranges] : names)
    check_repeated({{name, ranges}}, ranges.front(), [](const std::string& each) {
      return "there is more than one axis " + in_backticks(each);
    });
}

// The name and the values of an axis, in `axes` and in an `exclude`.
ExcludedAxis Checker::read_axis_block(const groovy::CallExpr& call, Seen& seen,
                                      const std::vector<std::string>& sections) {
  ExcludedAxis axis;
  axis.range = call.name_range;
  const auto* block = need_block(call, "axis");
  if (block == nullptr) return axis;
  for (const auto& statement : block->body.statements) {
    const auto section = section_of(*statement, seen, "axis");
    if (!section) continue;
    if (!contains(sections, section->name)) {
      unknown_section(*section, "axis", sections);
    } else if (section->name == "name") {
      const auto words = literal_words(*section->call, "name");
      if (words.size() == 1) {
        axis.name = words[0];
        if (!is_variable_name(axis.name))
          error(section->call->arguments[0].value->range,
                in_backticks(axis.name) + " cannot be the name of an axis",
                "it becomes a variable: only letters, digits and _, not a digit first");
      }
      if (words.size() > 1) error(section->call->range, "an axis has one name");
    } else {
      axis.is_negated = section->name == "notValues";
      axis.values = literal_words(*section->call, section->name);
    }
  }
  check_sections_once(seen, call.name_range, "axis");
  return axis;
}

Axis Checker::read_axis(const groovy::CallExpr& call) {
  Seen seen;
  auto read = read_axis_block(call, seen, {"name", "values"});
  if (block_of(call) != nullptr) check_required(seen, call.name_range, {"name", "values"}, "axis");
  return {std::move(read.name), std::move(read.values), read.range};
}

std::vector<Exclude> Checker::read_excludes(const groovy::CallExpr& call) {
  std::vector<Exclude> excludes;
  const auto* block = need_block(call, "excludes");
  if (block == nullptr) return excludes;
  if (block->body.statements.empty())
    error(call.name_range, "`excludes` is empty", "it needs at least one `exclude { ... }`");
  for (const auto& statement : block->body.statements) {
    const auto* each = call_of(*statement);
    if (each == nullptr || called_name(*each) != "exclude") {
      error(statement->range, "expected `exclude { ... }`");
      continue;
    }
    Exclude exclude;
    exclude.range = each->range;
    const auto* inner = need_block(*each, "exclude");
    if (inner == nullptr) continue;
    if (inner->body.statements.empty())
      error(each->name_range, "`exclude` is empty", "it needs at least one `axis { ... }`");
    Seen names;
    for (const auto& axis : inner->body.statements) {
      const auto* axis_call = call_of(*axis);
      if (axis_call == nullptr || called_name(*axis_call) != "axis") {
        error(axis->range, "expected `axis { ... }`");
        continue;
      }
      auto excluded = read_excluded_axis(*axis_call);
      if (!excluded.name.empty()) names[excluded.name].push_back(excluded.range);
      exclude.axes.push_back(std::move(excluded));
    }
    check_axes_once(names);
    excludes.push_back(std::move(exclude));
  }
  return excludes;
}

ExcludedAxis Checker::read_excluded_axis(const groovy::CallExpr& call) {
  Seen seen;
  auto axis = read_axis_block(call, seen, {"name", "notValues", "values"});
  if (block_of(call) == nullptr) return axis;
  check_required(seen, call.name_range, {"name"}, "axis");
  if (seen.count("values") + seen.count("notValues") != 1)
    error(call.name_range, "an excluded axis has either `values` or `notValues`");
  return axis;
}

std::vector<std::string> Checker::literal_words(const groovy::CallExpr& call,
                                                std::string_view name) {
  std::vector<std::string> words;
  const auto arguments = arguments_of(call);
  if (arguments.empty()) error(call.name_range, in_backticks(name) + " needs a value");
  for (const auto& argument : arguments) {
    const auto word = argument.name.empty() ? literal_word(*argument.value) : std::nullopt;
    if (!word) {
      error(argument.range, "expected a literal string", "it cannot be computed");
      continue;
    }
    if (contains(words, *word)) error(argument.range, "`" + *word + "` is there twice");
    words.push_back(*word);
  }
  return words;
}

}  // namespace runtask::jenkins
