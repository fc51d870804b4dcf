#include <algorithm>

#include "base/text.h"
#include "jenkins/child_build.h"
#include "jenkins/interruptions.h"
#include "jenkins/scratch.h"
#include "jenkins/steps.h"
#include "sys/programs.h"

// `build job:` (jenkins-pipeline 2.3): another Jenkinsfile, run by a program of its own.

namespace runtask::jenkins {
namespace {

using groovy::Fiber;
using groovy::Values;

// What the step returns.
class DownstreamBuild final : public groovy::HostObject {
 public:
  DownstreamBuild(std::string job, ChildBuild build, bool is_running)
      : job_(std::move(job)), build_(std::move(build)), is_running_(is_running) {}
  [[nodiscard]] std::string class_name() const override {
    return "org.jenkinsci.plugins.workflow.support.steps.build.RunWrapper";
  }
  [[nodiscard]] std::optional<Outcome> get(Fiber& fiber, const std::string& name) override {
    const auto text = [&](const std::string& value) { return fiber.text_value(value); };
    if (name == "result" && is_running_) return Value();
    if (name == "result" || name == "currentResult") return text(std::string(name_of(so_far())));
    if (name == "number") return Value::integer(build_.number);
    if (name == "id") return text(std::to_string(build_.number));
    if (name == "displayName") return text(build_.display_name);
    if (name == "fullDisplayName") return text(job_ + " " + build_.display_name);
    if (name == "projectName") return text(job_.substr(job_.rfind('/') + 1));
    if (name == "fullProjectName") return text(job_);
    if (name == "description")
      return build_.description.empty() ? Value() : text(build_.description);
    if (name == "absoluteUrl") return text(build_.url);
    if (name == "keepLog") return Value::of(build_.is_kept);
    if (name == "duration") return Value::whole(build_.duration.count());
    if (name == "durationString") return text(short_duration(build_.duration));
    if (name == "startTimeInMillis" || name == "timeInMillis")
      return Value::whole(build_.started_at.time_since_epoch().count());
    if (name == "changeSets" || name == "upstreamBuilds") return Value(fiber.list());
    if (name == "buildVariables") return variables(fiber);
    return std::nullopt;
  }
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override {
    const bool is_better = method == "resultIsBetterOrEqualTo";
    if ((is_better || method == "resultIsWorseOrEqualTo") && arguments.size() == 1) {
      const auto other = result_named(fiber.text(arguments[0]).value_or(""));
      if (!other) return fiber.raise("java.lang.IllegalArgumentException", "no such result");
      return Value::of(is_better ? so_far() <= *other : so_far() >= *other);
    }
    return arguments.empty() ? get(fiber, property_of_getter(method)) : std::nullopt;
  }

 private:
  [[nodiscard]] BuildResult so_far() const {
    return is_running_ ? BuildResult::kSuccess : build_.result;
  }
  // What the build has written to its `env`; as in Jenkins, its parameters are not among them.
  [[nodiscard]] Value variables(Fiber& fiber) const {
    const auto map = fiber.map();
    for (const auto& [name, value] : build_.variables)
      map->put(fiber.text_value(name), fiber.text_value(value));
    return map;
  }

  std::string job_;  // As the step names it.
  ChildBuild build_;
  bool is_running_;  // Then more of it is not known here.
};

// Job names are paths beside the build's own file.
tl::expected<std::string, Raised> file_of(Execution& execution, Branch& branch,
                                          const std::string& job) {
  const auto& own = execution.request().file_path;
  const auto& files = execution.outside().files;
  auto path = own.substr(0, own.rfind('/')) + "/" + job;
  if (files.is_directory(path)) path += "/Jenkinsfile";
  if (!files.exists(path))
    return Execution::abort(branch, "No item named " + job + " found: there is no file " + path);
  return path;
}

// What string(name: ..., value: ...) and its like have made of them.
void add_parameters(Branch& branch, const Value& parameters, Commission& commission) {
  if (!parameters.is(groovy::Kind::kList)) return;
  const auto member = [&](const groovy::Map& map, std::string_view name) {
    const auto* value = map.find(name);
    return value != nullptr ? std::optional(branch.text(*value).value_or("")) : std::nullopt;
  };
  for (const auto& item : parameters.as<groovy::List>().items) {
    if (!item.is(groovy::Kind::kMap)) continue;
    const auto& map = item.as<groovy::Map>();
    auto name = member(map, "name");
    auto value = member(map, "value");
    if (!name || !value) continue;
    const auto kind = member(map, "$kind").value_or(member(map, "$class").value_or(""));
    if (kind == "password" || kind.ends_with("PasswordParameterValue"))
      commission.secrets.push_back(*value);
    commission.parameters.push_back({*std::move(name), *std::move(value)});
  }
}

// How far the step goes with the build.
enum class Way : std::uint8_t { kToItsEnd, kToItsStart, kApart };

Way way_of(const StepCall& call) {
  if (call.truth("waitForStart", false)) return Way::kToItsStart;
  return call.truth("wait", true) ? Way::kToItsEnd : Way::kApart;
}

Commission commission_of(Execution& execution, StepCall& call, Way way) {
  const auto& request = execution.request();
  Commission commission;
  commission.upstream_job = request.job;
  commission.upstream_number = request.number;
  if (way == Way::kToItsEnd) commission.cookie = request.cookie;
  commission.is_for_background = way != Way::kToItsEnd;
  commission.secrets = execution.outside().console.secrets();
  commission.inputs = request.inputs;
  commission.libraries = request.libraries;
  commission.tools = request.tools;
  commission.credentials = request.credentials;
  add_parameters(call.branch, call.value("parameters"), commission);
  return commission;
}

// Runs the build; apart nothing is known of it. Raises an interruption of this build, or that the
// other one could not begin.
tl::expected<ChildBuild, Raised> run_build(Execution& execution, StepCall& call,
                                           const std::string& file, Way way) {
  auto& branch = call.branch;
  auto& files = execution.outside().files;
  const auto job = call.text_or("job", "");
  const auto program = sys::own_program();
  if (!program) return Execution::abort(branch, program.error().message);
  if (const auto made = execution.temporary_directory(); !made)
    return Execution::abort(branch, made.error().message);
  const Scratch order(execution, "build", "");
  const Scratch report(execution, "report", "");
  auto commission = commission_of(execution, call, way);
  if (way != Way::kApart) commission.report_file = report.path();
  if (const auto done = hand_over(files, order.path(), commission); !done)
    return Execution::abort(branch, done.error().message);
  Execution::ProgramRun run;
  run.argv = {*program, "pipeline", "run", file, "--commission", order.path()};
  run.environment = execution.variables().process;
  run.environment["JENKINS_NODE_COOKIE"] = execution.request().cookie;
  run.directory = file.substr(0, file.rfind('/'));
  run.is_build = true;
  run.may_linger = true;  // What has another cookie is to outlive it.
  if (auto stop = execution.run_program(branch, run)) return tl::unexpected<Raised>(*stop);
  if (way == Way::kApart && run.code == 0) return ChildBuild();
  auto build = read_report(files, report.path());
  if (!build) return Execution::abort(branch, "the build of " + job + " could not be started");
  return *std::move(build);
}

}  // namespace

Outcome step_build(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  const auto job = call.text_or("job", "");
  const auto file = file_of(execution, branch, job);
  if (!file) return tl::unexpected<Raised>(file.error());
  const auto way = way_of(call);
  const auto doing = execution.doing("build", job);
  execution.say(branch,
                (way == Way::kToItsEnd ? "Starting building: " : "Scheduling project: ") + job);
  auto build = run_build(execution, call, *file, way);
  if (!build) return tl::unexpected<Raised>(build.error());
  if (way == Way::kApart) return Value();
  const auto name = job + " #" + std::to_string(build->number);
  if (way == Way::kToItsStart) {
    execution.say(branch, "Starting building: " + name);
    return Value(branch.heap().make<DownstreamBuild>(job, *std::move(build), true));
  }
  const std::string result(name_of(build->result));
  execution.say(branch, "Build " + name + " completed: " + result);
  if (build->result == BuildResult::kSuccess || !call.truth("propagate", true))
    return Value(branch.heap().make<DownstreamBuild>(job, *std::move(build), false));
  return Branch::raise(make_interruption(
      branch,
      {build->result, name + " completed with status " + result + " (propagate: false to ignore)",
       InterruptionCause::kDownstream, false},
      ""));
}

}  // namespace runtask::jenkins
