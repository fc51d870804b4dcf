#include "jenkins/execution.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "groovy/classes.h"
#include "jenkins/interruptions.h"
#include "jenkins/signatures.h"
#include "jenkins/steps.h"

namespace runtask::jenkins {
namespace {

constexpr std::string_view kAbortClass = "hudson.AbortException";
constexpr std::string_view kMakesInterruption =
    "new org.jenkinsci.plugins.workflow.steps.FlowInterruptedException";
constexpr Duration kLookEvery{20};   // For what lingers.
constexpr Duration kScriptTurn{20};  // How long code may compute before the loop has a turn.

// What stands in properties([...]): an option, parameters([string(...)]), a trigger.
bool is_description(std::string_view name) {
  constexpr std::array kFamilies = {Family::kOption, Family::kTrigger, Family::kFunction,
                                    Family::kParameter};
  return name == "parameters" || name == "pipelineTriggers" || is_symbol(name) ||
         std::any_of(kFamilies.begin(), kFamilies.end(),
                     [&](Family family) { return is_known(family, name); });
}

// The names of arguments that the step does not have, for what Jenkins says of them.
std::string unknown_arguments(const StepCall& call) {
  const auto signature = signature_of(Family::kStep, call.name);
  if (!signature || signature->is_open) return {};
  std::vector<std::string> unknown;
  for (const auto& [name, value] : call.arguments)
    if (signature->find(name) == nullptr) unknown.push_back(name);
  return join(unknown, ",");
}

// @Library('a') and @Library(['a', 'b@1.0']).
std::vector<std::string> names_of_libraries(const groovy::Annotation& annotation) {
  std::vector<std::string> names;
  const auto add = [&](const groovy::Expr* expr) {
    if (auto name = literal_text(expr)) names.push_back(*std::move(name));
  };
  for (const auto& argument : annotation.arguments) {
    if (const auto* list = groovy::node_if<groovy::ListExpr>(*argument.value)) {
      for (const auto& item : list->items)
        add(item.get());
    } else {
      add(argument.value.get());
    }
  }
  return names;
}

Branch& branch_of(groovy::Fiber& fiber) {
  return static_cast<Branch&>(fiber);  // Every fiber of a build is one.
}

}  // namespace

Build::Build(BuildOutside outside, BuildRequest request)
    : execution_(std::make_unique<Execution>(std::move(outside), std::move(request))) {}
Build::~Build() = default;
BuildEnd Build::run() {
  return execution_->run();
}
void Build::interrupt(const std::string& why) {
  execution_->interrupt(why);
}
void Build::supersede(const std::string& why) {
  execution_->supersede(why);
}

Execution::Execution(BuildOutside outside, BuildRequest request)
    : outside_(std::move(outside)),
      request_(std::move(request)),
      interpreter_(*this),
      root_interrupts_(std::make_shared<InterruptScope>()),
      baton_(std::make_unique<groovy::Baton>()) {
  objects_ = make_objects(*this, interpreter_.heap());
  add_models(request_.file);
  end_.display_name = "#" + std::to_string(request_.number);
  set_build_variables();
}

Execution::~Execution() = default;

BuildEnd Execution::run() {
  const auto script = interpreter_.add(request_.file->unit);
  const auto spawned = baton_->spawn([this, script] {
    Context start;
    start.interrupts = root_interrupts_;
    Branch branch(interpreter_, next_branch_++, std::move(start));
    live_.push_back(&branch);
    running_ = &branch;
    Outcome outcome = [&]() -> Outcome {
      for (const auto& annotation : request_.file->unit->annotations)
        if (annotation.name == "Library")
          for (const auto& name : names_of_libraries(annotation))
            if (auto error = load_library(branch, name))
              return tl::unexpected<Raised>(*std::move(error));
      return branch.run(script);
    }();
    finish(std::move(outcome), branch);
    live_.clear();
    outside_.loop.post([this] { outside_.loop.stop(); });
  });
  if (!spawned) {
    end_.result = BuildResult::kFailure;
    end_.error = spawned.error().message;
    return end_;
  }
  outside_.loop.post([this] { pump(); });
  outside_.loop.run();
  end_lingering();
  return end_;
}

void Execution::end_lingering() {
  const auto deadline = outside_.loop.now() + kCleanupPatience;
  sys::PendingPtr next;
  const std::function<void()> look = [&] {
    std::erase_if(lingering_, [](const auto& process) { return !process->lingers(); });
    if (lingering_.empty() || outside_.loop.now() > deadline) return outside_.loop.stop();
    for (const auto& process : lingering_)
      process->kill_tree();
    next = outside_.loop.after(kLookEvery, look);
  };
  if (lingering_.empty()) return;
  outside_.loop.post(look);
  outside_.loop.run();
  lingering_.clear();
}

void Execution::finish(Outcome outcome, Branch& branch) {
  if (!outcome) {
    worsen(branch, result_of(outcome.error()));
    end_.error = message_of(outcome.error());
    end_.is_refused = is_refusal(outcome.error());
    branch.context = Context();
    branch.context.interrupts = root_interrupts_;
    // Of an interruption without a cause there is nothing to say.
    if (const auto words = words_of(outcome.error()); !words.empty()) say(branch, words);
  }
  for (const auto& path : secret_files)
    remove_temporary(path);
  end_.result = current_result();
  end_.variables = variables_.written;
  if (model_.pipeline != nullptr) end_.rotator = rotator_of(model_.pipeline->options);
  is_over_ = true;
}

void Execution::pump() {
  last_turn_ = outside_.loop.now();
  baton_->run_ready();
}

void Execution::await(Branch& branch, const std::function<void(Wake)>& start,
                      std::function<void()> cancel) {
  branch.cancel = std::move(cancel);
  baton_->wait([&](const groovy::Baton::Wake& wake) {
    outside_.loop.post([this, &start, wake] {
      start([this, wake] {
        wake();
        outside_.loop.post([this] { pump(); });
      });
    });
  });
  branch.cancel = {};
  running_ = &branch;
}

void Execution::interrupt(const std::string& why) {
  if (is_over_) return;
  if (root_interrupts_->raised) {
    is_killed_ = true;
    for (auto* branch : live_)
      if (branch->cancel) branch->cancel();
    return;
  }
  const auto cause =
      request_.upstream.waits ? InterruptionCause::kUpstream : InterruptionCause::kUser;
  raise_in(*root_interrupts_, {BuildResult::kAborted, why, cause});
}

void Execution::supersede(const std::string& why) {
  if (!is_over_)
    raise_in(*root_interrupts_, {BuildResult::kNotBuilt, why, InterruptionCause::kNewerBuild});
}

void Execution::raise_in(InterruptScope& scope, Interruption interruption) {
  if (scope.raised) return;
  scope.raised = std::move(interruption);
  for (auto* branch : live_)
    if (branch->cancel && branch->pending() != nullptr) branch->cancel();
}

void Execution::abandon(InterruptScope& scope) {
  scope.is_abandoned = true;
  for (auto* branch : live_)
    if (branch->cancel && branch->abandoned() != nullptr) branch->cancel();
}

std::optional<Raised> Execution::interrupted(Branch& branch) {
  if (must_end(branch)) return Raised{{}, Error{Code::kCancelled, "the build was stopped", {}, {}}};
  if (branch.pending() == nullptr) return std::nullopt;
  return Branch::raise(interruption(branch)).value();
}

groovy::Stop Execution::should_stop() {
  if (is_killed_) return groovy::Stop::kKill;
  Branch* me = running_;
  if (outside_.loop.now() - last_turn_ > kScriptTurn) {
    baton_->wait([&](const groovy::Baton::Wake& wake) {
      outside_.loop.post([this, wake] {
        wake();
        pump();
      });
    });
    running_ = me;
  }
  if (must_end(*me)) return groovy::Stop::kKill;
  return me->pending() != nullptr ? groovy::Stop::kInterrupt : groovy::Stop::kNo;
}

Value Execution::interruption(groovy::Fiber& fiber) {
  auto& branch = branch_of(fiber);
  auto* scope = branch.pending();
  Interruption what;
  if (scope != nullptr) {
    what = *scope->raised;
    scope->delivered.insert(branch.id);
  }
  return make_interruption(branch, what, user());
}

std::string Execution::user() const {
  for (const auto* name : {"USER", "LOGNAME"})
    if (auto value = outside_.environment.get_non_empty(name)) return *std::move(value);
  return "anonymous";
}

tl::unexpected<Raised> Execution::abort(Branch& branch, const std::string& message) {
  return branch.raise(kAbortClass, message);
}
tl::unexpected<Raised> Execution::invalid(Branch& branch, const std::string& message) {
  return branch.raise("java.lang.IllegalArgumentException", message);
}

void Execution::say(const Branch& branch, std::string_view text) {
  const auto now = outside_.loop.now();
  for (auto* scope = branch.context.interrupts.get(); scope != nullptr; scope = scope->outer.get())
    scope->last_output = now;
  outside_.console.print(branch.context.style, text);
}

void Execution::worsen(const Branch& branch, BuildResult result) {
  if (result > current_result_in(branch)) result_ = result;
}

BuildResult Execution::result_of(const Raised& raised) {
  if (is_refusal(raised)) return BuildResult::kNotBuilt;
  if (raised.abort)
    return raised.abort->code == Code::kCancelled ? BuildResult::kAborted : BuildResult::kFailure;
  if (const auto interruption = interruption_in(raised)) return interruption->result;
  return BuildResult::kFailure;
}

std::string Execution::message_of(const Raised& raised) {
  if (raised.abort) return raised.abort->message;
  if (!raised.throwable) return "the build was stopped";
  const auto& message = raised.throwable->message;
  std::string text = message.is(groovy::Kind::kString) ? message.text() : "";
  const auto& name = raised.throwable->info.name;
  if (name == kAbortClass || name == kInterruptedClass) return text;
  return name + (text.empty() ? "" : ": " + text);
}

std::string Execution::words_of(const Raised& raised) const {
  if (raised.throwable && raised.throwable->info.name == kInterruptedClass)
    return message_of(raised);
  if (raised.abort || !raised.throwable || raised.throwable->info.name == kAbortClass) {
    std::string text = "ERROR: " + message_of(raised);
    if (raised.abort && !raised.abort->hint.empty()) text += "\nhint: " + raised.abort->hint;
    if (raised.abort)
      for (const auto& line : raised.abort->context)
        text += "\n\t" + line;
    return text;
  }
  std::string text = message_of(raised);
  if (!raised.throwable->where.empty()) text += "\n\tat " + raised.throwable->where;
  return text;
}

// ---- Names and calls

std::optional<Outcome> Execution::get(groovy::Fiber& fiber, const std::string& name) {
  auto& branch = branch_of(fiber);
  if (name == "params") {
    const auto map = branch.map();
    for (const auto& parameter : request_.parameters.values)
      map->put(branch.text_value(parameter.name), parameter.kind == ParameterKind::kBoolean
                                                      ? Value::of(parameter.truth())
                                                      : branch.text_value(parameter.text));
    map->is_fixed = true;
    return Value(map);
  }
  if (const auto found = objects_.find(name); found != objects_.end()) return found->second;
  if (const auto found = globals_.find(name); found != globals_.end()) return Value(found->second);
  if (branch.sibling)
    if (auto value = branch.sibling(name)) return value;
  if (auto value = variables_.find(name, branch.context.layers.get()))
    return branch.text_value(*std::move(value));
  if (!branch.sibling) return std::nullopt;
  // Inside `environment` bare names are parameters too, and any other is null: Jenkins has
  // params.get(name) for what is no property of the script.
  const auto* parameter = request_.parameters.find(name);
  return parameter != nullptr ? branch.text_value(parameter->text) : Value();
}

std::optional<Outcome> Execution::call(groovy::Call& call) {
  auto& branch = branch_of(call.fiber);
  running_ = &branch;
  if (call.name == "pipeline" && call.arguments.size() == 1 &&
      call.arguments[0].is(groovy::Kind::kClosure))
    return run_pipeline(branch, call.arguments[0]);
  if (const auto found = globals_.find(call.name); found != globals_.end())
    return branch.invoke_method(Value(found->second), "call", std::move(call.arguments));
  if (call.name == kMakesInterruption) {
    auto made = make_interruption(branch, call.arguments);
    return made ? std::optional<Outcome>(*std::move(made)) : std::nullopt;
  }
  if (const auto* step = find_step(call.name)) return run_step(branch, *step, call.arguments);
  if (is_description(call.name) && !is_elsewhere(call.name))
    return run_step(branch, {call.name, step_binding, "value"}, call.arguments);
  // What the language itself has is looked for next.
  static constexpr std::array kBuiltin = {"println", "print", "printf",    "sprintf",
                                          "sleep",   "use",   "getBinding"};
  if (std::find(kBuiltin.begin(), kBuiltin.end(), call.name) != kBuiltin.end()) return std::nullopt;
  auto names = step_names();
  for (const auto& [name, script] : globals_)
    names.push_back(name);
  if (is_elsewhere(call.name))
    return branch.raise("java.lang.NoSuchMethodError",
                        "No such DSL method '" + call.name +
                            "' found among steps: plugins of Jenkins have it, runtask does not");
  const auto nearest = nearest_name(call.name, names);
  return branch.raise("java.lang.NoSuchMethodError",
                      "No such DSL method '" + call.name + "' found among steps" +
                          (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
}

// Jenkins makes `echo` of all of them (jenkins-pipeline 2.3).
void Execution::print(groovy::Fiber& fiber, const std::string& text, bool /*ends_line*/) {
  say(branch_of(fiber), text);
}

Outcome Execution::run_step(Branch& branch, const StepEntry& step,
                            const groovy::Values& arguments) {
  if (auto stop = interrupted(branch)) return tl::unexpected<Raised>(*std::move(stop));
  StepCall call{branch, std::string(step.name), {}, {}, {}};
  for (auto& argument : arguments) {
    auto plain = branch.without_gstrings(argument);
    if (!plain) return plain;
    call.items.push_back(*std::move(plain));
  }
  warn_of_secrets(branch, call.name, arguments, call.items);
  if (!call.items.empty() && call.items.back().is(groovy::Kind::kClosure)) {
    call.body = call.items.back();
    call.items.pop_back();
  }
  // A map is named arguments, unless it describes an object: [$class: ...], scmGit(...).
  const auto describes = [&](const groovy::Map& map) {
    return map.find("$class") != nullptr || (map.find("$kind") != nullptr && !step.sole.empty());
  };
  const bool is_map = call.items.size() == 1 && call.items[0].is(groovy::Kind::kMap);
  if (is_map && !describes(call.items[0].as<groovy::Map>())) {
    for (const auto& item : call.items[0].as<groovy::Map>().items())
      if (item.key.is(groovy::Kind::kString)) call.arguments[item.key.text()] = item.value;
    if (const auto names = unknown_arguments(call); !names.empty())
      say(branch, "WARNING: Unknown parameter(s) found for " + call.name + ": " + names);
  } else if (call.items.size() == 1 && !step.sole.empty()) {
    call.arguments[std::string(step.sole)] = call.items[0];
  } else if (!call.items.empty()) {
    const auto got = branch.text(branch.list(call.items));
    return invalid(branch, "Expected named arguments but got " + got.value_or("[...]"));
  }
  if (step.needs_workspace && branch.context.directory.empty())
    return branch.raise(kMissingContextClass,
                        "Required context class hudson.FilePath is missing\nPerhaps you forgot to "
                        "surround the " +
                            call.name + " step with a step that provides this, such as: node");
  return step.step(*this, call);
}

Outcome Execution::run_body(Branch& branch, const Value& body) {
  if (body.is_null()) return Value();
  const ContextChange change(branch);
  return branch.invoke(body, {});
}

// ---- Branches

Outcome Execution::run_parallel(Branch& branch, std::vector<Parallel> branches, bool fail_fast,
                                std::vector<Value>& results) {
  auto scope = std::make_shared<InterruptScope>();
  scope->outer = branch.context.interrupts;
  std::vector<std::optional<Raised>> errors(branches.size());
  std::optional<std::size_t> first;
  std::size_t left = branches.size();
  Wake wake;
  results.assign(branches.size(), Value());
  const auto carry_out = [&](std::size_t i) {
    Context start = branch.context;
    start.interrupts = scope;
    start.style.prefix += "[" + branches[i].name + "] ";
    Branch child(interpreter_, next_branch_++, std::move(start));
    live_.push_back(&child);
    running_ = &child;
    Outcome outcome = branches[i].body(child);
    if (outcome) {
      results[i] = *outcome;
    } else {
      say(branch, "Failed in branch " + branches[i].name);
      if (!first) first = i;
      errors[i] = std::move(outcome).error();
      if (fail_fast)
        raise_in(*scope, {BuildResult::kAborted, "Failed in another branch",
                          InterruptionCause::kOtherBranch});
    }
    live_.erase(std::find(live_.begin(), live_.end(), &child));
    // What has interrupted it comes to the branches' parent as their outcome, and not once more.
    for (auto* outer = scope->outer.get(); outer != nullptr; outer = outer->outer.get())
      if (outer->delivered.count(child.id) > 0) outer->delivered.insert(branch.id);
    if (--left == 0 && wake) wake();
  };
  for (std::size_t i = 0; i < branches.size(); ++i) {
    if (auto spawned = baton_->spawn([&carry_out, i] { carry_out(i); }); !spawned) {
      errors[i] = abort(branch, spawned.error().message).value();
      if (!first) first = i;
      --left;
    }
  }
  // Branches use this frame: nothing lets go of it before the last of them has ended.
  while (left > 0)
    await(branch, [&](Wake on_end) {
      if (left == 0) return on_end();
      wake = std::move(on_end);
    });
  if (!first) return Value();
  std::size_t chosen = *first;
  const auto severity = [](const Raised& raised) {
    if (raised.abort) return 3;
    if (raised.throwable->info.name == kInterruptedClass) return 0;
    return raised.throwable->info.name == kAbortClass ? 1 : 2;
  };
  if (!fail_fast)
    for (std::size_t i = 0; i < errors.size(); ++i)
      if (errors[i] && severity(*errors[i]) > severity(*errors[chosen])) chosen = i;
  return tl::unexpected<Raised>(*errors[chosen]);
}

}  // namespace runtask::jenkins
