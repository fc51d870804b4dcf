#include <algorithm>

#include "base/text.h"
#include "jenkins/execution.h"

// Stages in their order, what wraps them, and their branches (jenkins-pipeline 1.6).

namespace runtask::jenkins {
namespace {

bool has_option(const std::vector<Call>& options, std::string_view name) {
  return std::any_of(options.begin(), options.end(),
                     [&](const Call& option) { return option.name == name; });
}

// Of the one parameter of an input.
std::string sole_name(Branch& branch, const StepCall& call) {
  const auto list = call.value("parameters");
  const auto& description = list.as<groovy::List>().items.at(0).as<groovy::Map>();
  const auto* name = description.find("name");
  return name != nullptr ? branch.text(*name).value_or("") : "";
}

std::string quoted_stage(const std::string& name) {
  return "Stage \"" + name + "\"";
}

}  // namespace

void Execution::skip_stage(Branch& branch, const Stage& stage, const std::string& name,
                           const std::string& why) {
  say(branch, quoted_stage(name) + " skipped due to " + why);
  end_.stages.push_back({name, BuildResult::kNotBuilt, true, Duration(0)});
  skip(branch, stage.stages, why);
}

void Execution::skip(Branch& branch, const std::vector<Stage>& stages, const std::string& why) {
  for (const auto& stage : stages)
    skip_stage(branch, stage, stage.name, why);
}

Outcome Execution::run_stages(Branch& branch, const std::vector<Stage>& stages) {
  std::optional<Raised> first;
  const bool stops_unstable = has_option(pipeline().options, "skipStagesAfterUnstable");
  for (const auto& stage : stages) {
    if (first) {
      skip_stage(branch, stage, stage.name, "earlier failure(s)");
      continue;
    }
    if (stops_unstable && current_result() == BuildResult::kUnstable) {
      skip_stage(branch, stage, stage.name, "earlier stage(s) marking the build as unstable");
      continue;
    }
    auto outcome = run_stage(branch, stage, stage.name);
    if (!outcome) first = std::move(outcome).error();
  }
  if (first) return failed(std::move(first));
  return Value();
}

Outcome Execution::run_stage(Branch& branch, const Stage& stage, const std::string& name) {
  if (auto stop = interrupted(branch)) return failed(std::move(stop));
  const ContextChange change(branch);
  StageMark mark;
  mark.name = name;
  mark.outer = branch.context.stage;
  branch.context.stage = &mark;
  branch.context.layers = with_layer(branch.context.layers, {{"STAGE_NAME", name}});
  say(branch, quoted_stage(name));
  const auto stage_record = doing("stage", name);
  const auto began = outside_.loop.now();
  const auto place = end_.stages.size();
  end_.stages.push_back({name, BuildResult::kSuccess, false, Duration(0)});

  auto outcome = stage_inside_options(branch, stage);

  // What has failed is for the stage around it to see in the outcome: of branches that failed fast
  // it is the first one's, not that of those which were aborted for it.
  if (mark.outer != nullptr) mark.outer->result = worse(mark.outer->result, mark.result);
  if (!outcome) mark.result = worse(mark.result, result_of(outcome.error()));
  auto& record = end_.stages[place];
  record.result = worse(record.result, mark.result);
  record.duration = outside_.loop.now() - began;
  return outcome;
}

// From `when { beforeOptions true }` to the agent.
Outcome Execution::stage_inside_options(Branch& branch, const Stage& stage) {
  const auto place = end_.stages.size() - 1;
  const auto skipped = [&]() -> Outcome {
    say(branch, quoted_stage(branch.context.stage->name) + " skipped due to when conditional");
    end_.stages[place].is_skipped = true;
    end_.stages[place].result = BuildResult::kNotBuilt;
    skip(branch, stage.stages, "when conditional");
    return Value();
  };
  bool asks = stage.when.has_value();
  const auto is_off = [&](bool now) -> tl::expected<bool, Raised> {
    if (!asks || !now) return false;
    asks = false;
    auto holds = is_true(branch, *stage.when);
    if (!holds) return tl::unexpected<Raised>(holds.error());
    return !*holds;
  };
  auto off = is_off(asks && stage.when->before_options);
  if (!off) return tl::unexpected<Raised>(off.error());
  if (*off) return skipped();
  return with_options(branch, stage.options, 0, [&]() -> Outcome {
    auto off_input = is_off(asks && (stage.when->before_input || !stage.input) &&
                            (stage.when->before_input || stage.kind == Stage::Kind::kParallel ||
                             stage.kind == Stage::Kind::kMatrix || stage.when->before_agent));
    if (!off_input) return tl::unexpected<Raised>(off_input.error());
    if (*off_input) return skipped();
    if (stage.input)
      if (auto error = stage_input(branch, *stage.input)) return failed(std::move(error));
    auto off_agent = is_off(asks && (stage.when->before_agent || !stage.agent));
    if (!off_agent) return tl::unexpected<Raised>(off_agent.error());
    if (*off_agent) return skipped();
    const auto before = branch.context.container;
    const bool has_own_container = !stage.agent && stage.kind == Stage::Kind::kSteps &&
                                   !per_stage_workspace_.empty() &&
                                   branch.context.workspace == per_stage_workspace_;
    std::optional<Raised> error;
    if (stage.agent) error = enter_agent(branch, *stage.agent, stage.options, false);
    if (has_own_container) error = start_agent_container(branch, pipeline().agent);
    if (error) {
      leave_agent(branch, before);
      return failed(std::move(error));
    }
    Outcome outcome;
    if (auto off_last = is_off(asks); !off_last) {
      outcome = tl::unexpected<Raised>(off_last.error());
    } else {
      outcome = *off_last ? skipped() : stage_inside_agent(branch, stage);
    }
    if (stage.agent || has_own_container) leave_agent(branch, before);
    return outcome;
  });
}

// Environment, tools, what the stage does, and its post.
Outcome Execution::stage_inside_agent(Branch& branch, const Stage& stage) {
  std::optional<Raised> error;
  if (stage.environment) error = enter_environment(branch, *stage.environment);
  // The post of steps and of stages is inside their environment, that of branches is not.
  const bool has_branches =
      stage.kind == Stage::Kind::kParallel || stage.kind == Stage::Kind::kMatrix;
  if (error && !has_branches) return failed(std::move(error));
  if (!error) {
    enter_stage_tools(branch, stage);
    auto outcome = stage_body(branch, stage);
    if (!outcome) error = std::move(outcome).error();
  }
  if (stage.post)
    run_post(branch, *stage.post, error ? result_of(*error) : BuildResult::kSuccess, error);
  if (error) return failed(std::move(error));
  return Value();
}

// Without an agent there are none. A root that has none leaves its tools to the stages that do.
void Execution::enter_stage_tools(Branch& branch, const Stage& stage) {
  if (branch.context.workspace.empty()) return;
  std::vector<Call> tools;
  if (stage.agent && pipeline().agent.kind == Agent::Kind::kNone) tools = pipeline().tools;
  std::erase_if(tools, [&](const Call& tool) { return has_option(stage.tools, tool.name); });
  tools.insert(tools.end(), stage.tools.begin(), stage.tools.end());
  enter_tools(branch, tools);
}

Outcome Execution::explained(Branch& branch, Outcome outcome) {
  const bool has_agent =
      !branch.context.workspace.empty() ||
      (branch.context.stage == nullptr && pipeline().agent.kind != Agent::Kind::kNone);
  if (outcome || has_agent || !outcome.error().throwable ||
      outcome.error().throwable->info.name != kMissingContextClass)
    return outcome;
  const auto& where = outcome.error().throwable->where;
  return abort(branch,
               "Attempted to execute a step that requires a node context while ‘agent none’ was "
               "specified. Be sure to specify your own ‘node { ... }’ blocks when using ‘agent "
               "none’." +
                   (where.empty() ? "" : "\n\tat " + where));
}

Outcome Execution::stage_body(Branch& branch, const Stage& stage) {
  switch (stage.kind) {
    case Stage::Kind::kSteps:
      return explained(branch, branch.execute(stage.steps->body, scope_));
    case Stage::Kind::kStages:
      return run_stages(branch, stage.stages);
    case Stage::Kind::kMatrix:
      return run_matrix(branch, stage);
    case Stage::Kind::kParallel:
      break;
  }
  std::vector<Parallel> branches;
  for (const auto& inner : stage.stages)
    branches.push_back(
        {inner.name, [&](Branch& child) { return run_stage(child, inner, inner.name); }});
  std::vector<Value> results;
  const bool fails_fast =
      stage.fail_fast.value_or(false) || has_option(pipeline().options, "parallelsAlwaysFailFast");
  return run_parallel(branch, std::move(branches), fails_fast, results);
}

Outcome Execution::run_matrix(Branch& branch, const Stage& stage) {
  const auto& matrix = *stage.matrix;
  const auto cells = cells_of(matrix);
  std::vector<Parallel> branches;
  for (const auto& cell : cells) {
    const auto name = cell_name(matrix, cell);
    branches.push_back({name, [&, name](Branch& child) -> Outcome {
                          Texts axes;
                          for (std::size_t i = 0; i < cell.size(); ++i)
                            axes.emplace_back(matrix.axes[i].name, cell[i]);
                          child.context.layers = with_layer(child.context.layers, std::move(axes));
                          return run_stage(child, *matrix.cell, name);
                        }});
  }
  std::vector<Value> results;
  const bool fails_fast =
      stage.fail_fast.value_or(false) || has_option(pipeline().options, "parallelsAlwaysFailFast");
  return run_parallel(branch, std::move(branches), fails_fast, results);
}

std::optional<Raised> Execution::stage_input(Branch& branch, const Input& input) {
  StepCall call{branch, "input", {}, {}, {}};
  const auto add = [&](const char* name, const groovy::Expr* expr) -> std::optional<Raised> {
    if (expr == nullptr) return std::nullopt;
    auto value = value_of(branch, *expr);
    if (!value) return value.error();
    call.arguments[name] = *value;
    return std::nullopt;
  };
  for (const auto& [name, expr] : {std::pair("message", input.message),
                                   {"id", input.id},
                                   {"ok", input.ok},
                                   {"submitterParameter", input.submitter_parameter}})
    if (auto error = add(name, expr)) return error;
  if (call.arguments.count("id") == 0)
    call.arguments["id"] = branch.text_value(branch.context.stage->name);
  groovy::Values parameters;
  for (const auto& parameter : input.parameters) {
    auto described = value_of(branch, *parameter.call);
    if (!described) return described.error();
    parameters.push_back(*std::move(described));
  }
  call.arguments["parameters"] = branch.list(std::move(parameters));
  const auto answer = ask_input(branch, call);
  if (!answer) return answer.error();
  Texts layer;
  const auto add_variable = [&](const std::string& name, const Value& value) {
    layer.emplace_back(name, branch.text(value).value_or(""));
  };
  if (answer->is(groovy::Kind::kMap)) {
    for (const auto& item : answer->as<groovy::Map>().items())
      add_variable(item.key.text(), item.value);
  } else if (!input.parameters.empty()) {
    add_variable(sole_name(branch, call), *answer);
  } else if (input.submitter_parameter != nullptr) {
    add_variable(call.text_or("submitterParameter", ""), *answer);
  }
  branch.context.layers = with_layer(branch.context.layers, std::move(layer));
  return std::nullopt;
}

}  // namespace runtask::jenkins
