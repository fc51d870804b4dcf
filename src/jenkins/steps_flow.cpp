#include <algorithm>

#include "base/text.h"
#include "groovy/classes.h"
#include "jenkins/interruptions.h"
#include "jenkins/steps.h"

// Steps of the flow (jenkins-pipeline 2.3).

namespace runtask::jenkins {
namespace {

constexpr long long kRetryMax = 10'000;

// As hudson.Util.getTimeSpanString: two units, one if there are ten or more of the larger, and a
// part of a second when there are few.
std::string span_text(Duration span) {
  struct Unit {
    std::string_view name;
    long long milliseconds;
  };
  constexpr long long kDay = 86'400'000;
  static constexpr std::array<Unit, 6> kUnits = {{{"yr", 365 * kDay},
                                                  {"mo", 30 * kDay},
                                                  {"day", kDay},
                                                  {"hr", 3'600'000},
                                                  {"min", 60'000},
                                                  {"sec", 1'000}}};
  const auto counted = [](long long count, std::string_view name) {
    const bool is_plural = name == "day" && count != 1;
    return std::to_string(count) + " " + std::string(name) + (is_plural ? "s" : "");
  };
  long long left = span.count();
  for (std::size_t i = 0; i + 1 < kUnits.size(); ++i) {
    const auto count = left / kUnits[i].milliseconds;
    left %= kUnits[i].milliseconds;
    if (count == 0) continue;
    const auto& next = kUnits[i + 1];
    return counted(count, kUnits[i].name) +
           (count < 10 ? " " + counted(left / next.milliseconds, next.name) : "");
  }
  const auto seconds = left / 1'000;
  if (seconds >= 10) return std::to_string(seconds) + " sec";
  const auto shown = [](long long whole, long long part, int digits) {
    std::string text = std::to_string(part);
    text.insert(0, static_cast<std::size_t>(digits) - text.size(), '0');
    while (!text.empty() && text.back() == '0')
      text.pop_back();
    return std::to_string(whole) + (text.empty() ? "" : "." + text) + " sec";
  };
  const auto milliseconds = span.count();
  if (seconds >= 1) return shown(seconds, milliseconds % 1'000 / 100, 1);
  if (milliseconds >= 100) return shown(0, milliseconds / 10, 2);
  return std::to_string(milliseconds) + " ms";
}

// What the arguments `time` and `unit` say.
tl::expected<Duration, Raised> span_of(StepCall& call, const std::string& preset_unit) {
  struct Unit {
    std::string_view name;
    long long milliseconds;  // In one of them,
    long long in_one;        // or how many of them are in a millisecond.
  };
  static constexpr std::array<Unit, 7> kUnits = {{
      {"NANOSECONDS", 1, 1'000'000},
      {"MICROSECONDS", 1, 1'000},
      {"MILLISECONDS", 1, 1},
      {"SECONDS", 1'000, 1},
      {"MINUTES", 60'000, 1},
      {"HOURS", 3'600'000, 1},
      {"DAYS", 86'400'000, 1},
  }};
  constexpr long long kMillisecondsMax = 86'400'000LL * 36'500;  // The loop counts nanoseconds.
  const auto time = call.number("time", 0);
  if (!time) return tl::unexpected<Raised>(time.error());
  const auto name = call.text_or("unit", preset_unit);
  for (const auto& unit : kUnits)
    if (unit.name == name)
      return Duration(std::clamp(*time / unit.in_one, 0LL, kMillisecondsMax / unit.milliseconds) *
                      unit.milliseconds);
  return Execution::invalid(call.branch, "no such unit: " + name);
}

// How many of the scopes around the branch have been interrupted.
std::size_t interruptions_around(const Branch& branch) {
  std::size_t count = 0;
  for (auto* scope = branch.context.interrupts.get(); scope != nullptr; scope = scope->outer.get())
    if (scope->raised) ++count;
  return count;
}

}  // namespace

Outcome step_echo(Execution& execution, StepCall& call) {
  execution.say(call.branch, call.text_or("message", "null"));
  return Value();
}

Outcome step_error(Execution& execution, StepCall& call) {
  return Execution::abort(call.branch, call.text_or("message", ""));
  (void)execution;
}

Outcome step_script(Execution& execution, StepCall& call) {
  return execution.run_body(call.branch, call.body);
}

Outcome step_stage(Execution& execution, StepCall& call) {
  const ContextChange change(call.branch);
  const auto name = call.text_or("name", "");
  StageMark mark;
  mark.outer = call.branch.context.stage;
  mark.name = name;
  call.branch.context.stage = &mark;
  call.branch.context.layers = with_layer(call.branch.context.layers, {{"STAGE_NAME", name}});
  execution.say(call.branch, "Stage \"" + name + "\"");
  const auto doing = execution.doing("stage", name);
  return execution.run_body(call.branch, call.body);
}

Outcome step_node(Execution& execution, StepCall& call) {
  const ContextChange change(call.branch);
  call.branch.context.container.reset();
  if (auto error = execution.take_workspace(call.branch)) return failed(*std::move(error));
  const auto label = call.text_or("label", "");
  execution.say(call.branch, "Running on built-in" +
                                 (label.empty() ? "" : " (label " + label + ")") + " in " +
                                 call.branch.context.workspace);
  return execution.run_body(call.branch, call.body);
}

Outcome step_timestamps(Execution& execution, StepCall& call) {
  const ContextChange change(call.branch);
  call.branch.context.style.timestamps = true;
  return execution.run_body(call.branch, call.body);
}

Outcome step_unstable(Execution& execution, StepCall& call) {
  execution.say(call.branch, "WARNING: " + call.text_or("message", ""));
  execution.worsen(call.branch, BuildResult::kUnstable);
  if (call.branch.context.stage != nullptr) {
    auto& result = call.branch.context.stage->result;
    result = worse(result, BuildResult::kUnstable);
  }
  return Value();
}

namespace {

// Of an interruption without a cause there is nothing to say.
void tell(Execution& execution, const Branch& branch, const Raised& raised) {
  if (const auto words = execution.words_of(raised); !words.empty()) execution.say(branch, words);
}

Outcome catch_error(Execution& execution, StepCall& call, BuildResult build, BuildResult stage) {
  auto outcome = execution.run_body(call.branch, call.body);
  if (outcome) return Value();
  const auto& raised = outcome.error();
  if (raised.abort) return outcome;
  if (const auto interruption = interruption_in(raised)) {
    if (interruption->is_actual && !call.truth("catchInterruptions", true)) return outcome;
    build = stage = interruption->result;
  }
  if (const auto message = call.text("message"); message && !message->empty())
    execution.say(call.branch, "ERROR: " + *message);
  tell(execution, call.branch, raised);
  if (build > execution.current_result_in(call.branch)) {
    execution.say(call.branch, "Setting overall build result to " + std::string(name_of(build)));
    execution.worsen(call.branch, build);
  }
  if (auto* mark = call.branch.context.stage) mark->result = worse(mark->result, stage);
  return Value();
}

}  // namespace

Outcome step_catch_error(Execution& execution, StepCall& call) {
  // null leaves a result as it is, as SUCCESS does.
  const auto result = [&](const char* argument, const char* preset) {
    const bool is_null = call.arguments.count(argument) > 0 && !call.has(argument);
    return result_named(is_null ? "SUCCESS" : call.text_or(argument, preset));
  };
  const auto build = result("buildResult", "FAILURE");
  const auto stage = result("stageResult", "SUCCESS");
  if (!build || !stage)
    return Execution::invalid(call.branch, "buildResult and stageResult are names of results");
  return catch_error(execution, call, *build, *stage);
}

Outcome step_warn_error(Execution& execution, StepCall& call) {
  if (call.text_or("message", "").empty())
    return Execution::invalid(call.branch, "A non-empty message is required");
  return catch_error(execution, call, BuildResult::kUnstable, BuildResult::kUnstable);
}

Outcome step_retry(Execution& execution, StepCall& call) {
  const auto given = call.number("count", 1);
  if (!given) return tl::unexpected<Raised>(given.error());
  const auto count = std::clamp(*given, 1LL, kRetryMax);
  // A `post` that runs after a timeout has fired may still try again.
  const auto before = interruptions_around(call.branch);
  for (long long left = count;; --left) {
    auto outcome = execution.run_body(call.branch, call.body);
    if (outcome || left <= 1 || outcome.error().abort) return outcome;
    // What ends a scope around it is no failure of the body, whatever the body has made of it.
    if (auto stop = execution.interrupted(call.branch)) return failed(*std::move(stop));
    if (interruptions_around(call.branch) > before) return outcome;
    if (const auto what = interruption_in(outcome.error());
        what && what->is_actual && what->cause != InterruptionCause::kTimeout)
      return outcome;
    tell(execution, call.branch, outcome.error());
    execution.say(call.branch, "Retrying");
  }
}

namespace {

// The body of timeout(), inside a scope of its own.
Outcome run_timed(Execution& execution, StepCall& call, Duration span,
                  const std::shared_ptr<InterruptScope>& scope) {
  const ContextChange change(call.branch);
  scope->outer = call.branch.context.interrupts;
  call.branch.context.interrupts = scope;
  execution.say(call.branch, "Timeout set to expire in " + span_text(span));
  // With `activity` the time begins anew with every line of output.
  const bool is_activity = call.truth("activity", false);
  auto& loop = execution.outside().loop;
  std::function<void()> expire;
  sys::PendingPtr timer;
  const auto give_up = [&] {
    execution.say(call.branch,
                  "Body did not finish within grace period; terminating with extreme prejudice");
    execution.abandon(*scope);
  };
  expire = [&] {
    const auto idle = loop.now() - scope->last_output;
    if (is_activity && idle < span) {
      timer = loop.after(span - idle, expire);
      return;
    }
    execution.say(call.branch, "Cancelling nested steps due to timeout");
    execution.raise_in(
        *scope, {BuildResult::kAborted, "Timeout has been exceeded", InterruptionCause::kTimeout});
    timer = loop.after(kGracePatience, give_up);
  };
  timer = loop.after(span, expire);
  auto outcome = call.branch.invoke(call.body, {});
  if (!outcome || !scope->raised || scope->delivered.count(call.branch.id) > 0) return outcome;
  // It expired, and nothing in the body noticed.
  if (auto stop = execution.interrupted(call.branch)) return failed(*std::move(stop));
  return outcome;
}

}  // namespace

Outcome step_timeout(Execution& execution, StepCall& call) {
  const auto span = span_of(call, "MINUTES");
  if (!span) return tl::unexpected<Raised>(span.error());
  const auto scope = std::make_shared<InterruptScope>();
  auto outcome = run_timed(execution, call, *span, scope);
  // No script inside could catch that it was abandoned; those around it can.
  const bool is_cut_off =
      !outcome && outcome.error().abort && outcome.error().abort->code == Code::kCancelled;
  if (is_cut_off && scope->is_abandoned && !execution.must_end(call.branch))
    return Branch::raise(make_interruption(call.branch, *scope->raised, execution.user()));
  return outcome;
}

Outcome step_sleep(Execution& execution, StepCall& call) {
  const auto span = span_of(call, "SECONDS");
  if (!span) return tl::unexpected<Raised>(span.error());
  execution.say(call.branch, "Sleeping for " + span_text(*span));
  wait_for(execution, call.branch, *span);
  if (auto stop = execution.interrupted(call.branch)) return failed(*std::move(stop));
  return Value();
}

void wait_for(Execution& execution, Branch& branch, Duration span) {
  sys::PendingPtr timer;
  Execution::Wake wake;
  execution.await(
      branch,
      [&](const Execution::Wake& on_end) {
        if (execution.must_stop(branch)) return on_end();
        wake = on_end;
        timer = execution.outside().loop.after(span, [on_end] { on_end(); });
      },
      [&] {
        if (wake) wake();
      });
}

Outcome step_wait_until(Execution& execution, StepCall& call) {
  constexpr Duration kPauseMax{15'000};
  const auto first = call.number("initialRecurrencePeriod", 250);
  if (!first) return tl::unexpected<Raised>(first.error());
  Duration pause(std::clamp(*first, 1LL, 15'000LL));
  for (;;) {
    auto outcome = execution.run_body(call.branch, call.body);
    if (!outcome) return outcome;
    if (!outcome->is(groovy::Kind::kBool))
      return call.branch.raise(
          "java.lang.ClassCastException",
          "body return value " + call.branch.text(*outcome).value_or("") + " is not boolean");
    if (outcome->truth()) return Value();
    if (!call.truth("quiet", false))
      execution.say(call.branch, "Will try again after " + span_text(pause));
    wait_for(execution, call.branch, pause);
    if (auto stop = execution.interrupted(call.branch)) return failed(*std::move(stop));
    pause = std::clamp(pause * 6 / 5, pause + Duration(1), kPauseMax);
  }
}

Outcome step_parallel(Execution& execution, StepCall& call) {
  std::vector<Execution::Parallel> branches;
  bool fail_fast = false;
  if (!call.items.empty() && call.items[0].is(groovy::Kind::kMap)) {
    for (const auto& item : call.items[0].as<groovy::Map>().items()) {
      const auto name = call.branch.text(item.key).value_or("");
      if (name == "failFast") {
        fail_fast = call.branch.truth(item.value).value_or(false);
        continue;
      }
      if (!item.value.is(groovy::Kind::kClosure))
        return Execution::invalid(call.branch, "Expected a closure or failFast but found " + name +
                                                   "=" + call.branch.text(item.value).value_or(""));
      branches.push_back(
          {name, [body = item.value](Branch& child) { return child.invoke(body, {}); }});
    }
  }
  const auto map = call.branch.map();
  if (branches.empty()) {
    execution.say(call.branch, "No branches to run");
    return Value(map);
  }
  std::vector<std::string> names;
  names.reserve(branches.size());
  for (const auto& one : branches)
    names.push_back(one.name);
  std::vector<Value> results;
  auto outcome = execution.run_parallel(call.branch, std::move(branches), fail_fast, results);
  if (!outcome) return outcome;
  for (std::size_t i = 0; i < names.size(); ++i)
    map->put(call.branch.text_value(names[i]), results[i]);
  return Value(map);
}

}  // namespace runtask::jenkins
