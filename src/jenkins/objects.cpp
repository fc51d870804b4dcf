#include <algorithm>
#include <array>

#include "base/text.h"
#include "jenkins/containers.h"
#include "jenkins/execution.h"

// The global objects of a script (jenkins-pipeline 6).

namespace runtask::jenkins {
namespace {

using groovy::Fiber;
using groovy::HostObject;
using groovy::Values;

class EnvObject final : public HostObject {
 public:
  explicit EnvObject(Execution& execution) : execution_(execution) {}
  [[nodiscard]] std::string class_name() const override {
    return "org.jenkinsci.plugins.workflow.cps.EnvActionImpl";
  }
  [[nodiscard]] std::optional<Outcome> get(Fiber& fiber, const std::string& name) override {
    auto& branch = static_cast<Branch&>(fiber);
    if (branch.sibling)
      if (auto value = branch.sibling(name)) return value;
    return in_force(branch, name);
  }
  // Inside `environment` it is no entry of the same block, unlike env.NAME (spec 1.4).
  [[nodiscard]] std::optional<Outcome> at(Fiber& fiber, const Value& index) override {
    if (!index.is(groovy::Kind::kString)) return std::nullopt;
    return in_force(static_cast<Branch&>(fiber), index.text());
  }
  [[nodiscard]] std::optional<Outcome> set(Fiber& fiber, const std::string& name,
                                           const Value& value) override {
    auto text = fiber.text(value);
    if (!text) return tl::unexpected<Raised>(text.error());
    execution_.variables().written[name] = *text;
    return fiber.text_value(*std::move(text));
  }
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override {
    if (method == "getEnvironment" && arguments.empty()) {
      const auto map = fiber.map();
      for (const auto* variables : {&execution_.variables().build, &execution_.variables().written})
        for (const auto& [name, value] : *variables)
          map->put(fiber.text_value(name), fiber.text_value(value));
      return Value(map);
    }
    if ((method == "get" || method == "getProperty") && arguments.size() == 1) {
      auto name = fiber.text(arguments[0]);
      if (!name) return tl::unexpected<Raised>(name.error());
      return in_force(static_cast<Branch&>(fiber), *name);
    }
    if ((method == "put" || method == "setProperty") && arguments.size() == 2) {
      auto name = fiber.text(arguments[0]);
      if (!name) return tl::unexpected<Raised>(name.error());
      return set(fiber, *name, arguments[1]);
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] Value in_force(Branch& branch, const std::string& name) const {
    auto value = execution_.variables().find(name, branch.context.layers.get());
    return value ? branch.text_value(*std::move(value)) : Value();
  }

  Execution& execution_;
};

// currentBuild.previousBuild and its like, of the builds from that one on.
std::optional<Outcome> build_before(Execution& execution, Fiber& fiber, const std::string& name,
                                    std::size_t from);

// `steps.sh ...` is `sh ...`.
class StepsObject final : public HostObject {
 public:
  explicit StepsObject(Execution& execution) : execution_(execution) {}
  [[nodiscard]] std::string class_name() const override {
    return "org.jenkinsci.plugins.workflow.cps.DSL";
  }
  [[nodiscard]] std::optional<Outcome> get(Fiber& fiber, const std::string& name) override {
    return execution_.get(fiber, name);
  }
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override {
    groovy::Call call{fiber, method, std::move(arguments), {}, {}};
    return execution_.call(call);
  }

 private:
  Execution& execution_;
};

// One of the builds before this one, the newest being the first; from it one gets to the one before
// it.
class PreviousObject final : public HostObject {
 public:
  PreviousObject(Execution& execution, std::size_t index)
      : execution_(execution), index_(index), build_(execution.request().previous[index]) {}
  [[nodiscard]] std::string class_name() const override {
    return "org.jenkinsci.plugins.workflow.support.steps.build.RunWrapper";
  }
  [[nodiscard]] std::optional<Outcome> get(Fiber& fiber, const std::string& name) override {
    if (name == "number") return Value::integer(build_.number);
    if (name == "id") return fiber.text_value(std::to_string(build_.number));
    if (name == "displayName") return fiber.text_value("#" + std::to_string(build_.number));
    if (name == "result" || name == "currentResult")
      return fiber.text_value(std::string(name_of(build_.result)));
    if (name == "description")
      return build_.description.empty() ? Value() : fiber.text_value(build_.description);
    const auto& job = execution_.request().job;
    if (name == "fullDisplayName")
      return fiber.text_value(job + " #" + std::to_string(build_.number));
    if (name == "fullProjectName") return fiber.text_value(job);
    if (name == "absoluteUrl") return fiber.text_value("");
    if (name == "changeSets" || name == "upstreamBuilds") return Value(fiber.list());
    return build_before(execution_, fiber, name, index_ + 1);
  }
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override {
    return arguments.empty() ? get(fiber, property_of_getter(method)) : std::nullopt;
  }

 private:
  Execution& execution_;
  std::size_t index_;
  PreviousBuild build_;
};

std::optional<Outcome> build_before(Execution& execution, Fiber& fiber, const std::string& name,
                                    std::size_t from) {
  static constexpr std::array<std::string_view, 6> kNames = {
      "previousBuild",      "previousSuccessfulBuild", "previousCompletedBuild",
      "previousBuiltBuild", "previousFailedBuild",     "previousNotFailedBuild"};
  if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) return std::nullopt;
  const auto& builds = execution.request().previous;
  for (std::size_t i = from; i < builds.size(); ++i) {
    const auto result = builds[i].result;
    if (name == "previousSuccessfulBuild" && result > BuildResult::kUnstable) continue;
    if (name == "previousFailedBuild" && result != BuildResult::kFailure) continue;
    if (name == "previousNotFailedBuild" && result == BuildResult::kFailure) continue;
    return Value(fiber.heap().make<PreviousObject>(execution, i));
  }
  return Value();
}

// What a step returns that has named parts.
class Record final : public HostObject {
 public:
  Record(std::string class_name, std::vector<std::pair<std::string, Value>> parts, bool is_lenient)
      : class_name_(std::move(class_name)), parts_(std::move(parts)), is_lenient_(is_lenient) {}
  [[nodiscard]] std::string class_name() const override { return class_name_; }
  [[nodiscard]] std::optional<Outcome> get(Fiber& /*fiber*/, const std::string& name) override {
    for (const auto& [part, value] : parts_)
      if (part == name) return value;
    if (is_lenient_ && !name.empty() && name != "class") return Value();
    return std::nullopt;
  }
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override {
    return arguments.empty() ? get(fiber, property_of_getter(method)) : std::nullopt;
  }

 private:
  std::string class_name_;
  std::vector<std::pair<std::string, Value>> parts_;
  bool is_lenient_;
};

class CurrentBuild final : public HostObject {
 public:
  explicit CurrentBuild(Execution& execution)
      : execution_(execution),
        started_(execution.outside().loop.now()),
        started_at_(execution.outside().loop.wall_now()) {}
  [[nodiscard]] std::string class_name() const override {
    return "org.jenkinsci.plugins.workflow.support.steps.build.RunWrapper";
  }
  [[nodiscard]] std::optional<Outcome> get(Fiber& fiber, const std::string& name) override {
    const auto text = [&](std::string value) { return fiber.text_value(std::move(value)); };
    const auto& request = execution_.request();
    const auto number = std::to_string(request.number);
    if (name == "number") return Value::integer(request.number);
    if (name == "id") return text(number);
    if (name == "result") {
      const auto result = execution_.result_in(static_cast<Branch&>(fiber));
      return result ? text(std::string(name_of(*result))) : Value();
    }
    if (name == "currentResult")
      return text(std::string(name_of(execution_.current_result_in(static_cast<Branch&>(fiber)))));
    if (name == "description") {
      const auto& description = execution_.end().description;
      return description.empty() ? Value() : text(description);
    }
    if (name == "displayName") return text(execution_.end().display_name);
    if (name == "fullDisplayName") return text(request.job + " " + execution_.end().display_name);
    if (name == "fullProjectName") return text(request.job);
    if (name == "projectName") return text(request.job.substr(request.job.rfind('/') + 1));
    if (name == "keepLog") return Value::of(execution_.end().is_kept);
    if (name == "duration") return Value::whole(elapsed().count());
    if (name == "durationString") return text(short_duration(elapsed()) + " and counting");
    if (name == "startTimeInMillis" || name == "timeInMillis")
      return Value::whole(started_at_.time_since_epoch().count());
    if (name == "absoluteUrl") return text("");
    if (name == "nextBuild") return Value();
    if (name == "changeSets") return execution_.change_sets(static_cast<Branch&>(fiber));
    if (name == "upstreamBuilds") return Value(fiber.list());
    if (name == "buildCauses") return causes(fiber);
    if (name == "buildVariables") return variables(fiber);
    return build_before(execution_, fiber, name, 0);
  }
  [[nodiscard]] std::optional<Outcome> set(Fiber& fiber, const std::string& name,
                                           const Value& value) override {
    auto text = fiber.text(value);
    if (!text) return tl::unexpected<Raised>(text.error());
    if (name == "result") {
      const auto result = result_named(*text);
      if (!result)
        return fiber.raise("java.lang.IllegalArgumentException",
                           "no such result: " + *text +
                               "; there are SUCCESS, UNSTABLE, FAILURE, NOT_BUILT, ABORTED");
      execution_.worsen(static_cast<Branch&>(fiber), *result);
      return value;
    }
    if (name == "description") {
      execution_.end().description = value.is_null() ? "" : *text;
      return value;
    }
    if (name == "displayName") {
      execution_.end().display_name = *text;
      return value;
    }
    if (name == "keepLog") {
      execution_.end().is_kept = *text == "true";
      return value;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override {
    if (method == "getBuildCauses") {
      if (arguments.empty()) return causes(fiber);
      const auto wanted = fiber.text(arguments[0]).value_or("");
      const auto* own = execution_.request().upstream.is_there() ? "UpstreamCause" : "UserIdCause";
      return wanted.ends_with(own) ? causes(fiber) : Value(fiber.list());
    }
    const bool is_better = method == "resultIsBetterOrEqualTo";
    if ((is_better || method == "resultIsWorseOrEqualTo") && arguments.size() == 1) {
      const auto other = result_named(fiber.text(arguments[0]).value_or(""));
      if (!other) return fiber.raise("java.lang.IllegalArgumentException", "no such result");
      const auto own = execution_.current_result_in(static_cast<Branch&>(fiber));
      return Value::of(is_better ? own <= *other : own >= *other);
    }
    return arguments.empty() ? get(fiber, property_of_getter(method)) : std::nullopt;
  }

 private:
  [[nodiscard]] Duration elapsed() const { return execution_.outside().loop.now() - started_; }
  [[nodiscard]] Value causes(Fiber& fiber) const {
    const auto map = fiber.map();
    const auto put = [&](const char* key, const std::string& value) {
      map->put(fiber.text_value(key), fiber.text_value(value));
    };
    const auto& upstream = execution_.request().upstream;
    if (upstream.is_there()) {
      put("_class", "org.jenkinsci.plugins.workflow.support.steps.build.BuildUpstreamCause");
      put("shortDescription", "Started by upstream project \"" + upstream.job + "\" build number " +
                                  std::to_string(upstream.number));
      put("upstreamProject", upstream.job);
      map->put(fiber.text_value("upstreamBuild"), Value::integer(upstream.number));
    } else {
      put("_class", "hudson.model.Cause$UserIdCause");
      put("shortDescription", "Started from the command line");
      put("userId", execution_.user());
      put("userName", execution_.user());
    }
    return fiber.list({Value(map)});
  }
  [[nodiscard]] Value variables(Fiber& fiber) const {
    const auto map = fiber.map();
    for (const auto* some : {&execution_.variables().build, &execution_.variables().written})
      for (const auto& [name, value] : *some)
        map->put(fiber.text_value(name), fiber.text_value(value));
    return map;
  }
  Execution& execution_;
  Instant started_;
  WallTime started_at_;
};

// The job's own repository: `checkout scm`, scm.userRemoteConfigs[0].url.
class ScmObject final : public HostObject {
 public:
  explicit ScmObject(Execution& execution) : execution_(execution) {}
  [[nodiscard]] std::string class_name() const override { return "hudson.plugins.git.GitSCM"; }
  [[nodiscard]] std::optional<Outcome> get(Fiber& fiber, const std::string& name) override {
    const auto entry = [&](const char* key, std::string value) {
      const auto map = fiber.map();
      map->put(fiber.text_value(key), fiber.text_value(std::move(value)));
      return Value(fiber.list({Value(map)}));
    };
    if (name == "branches") {
      const auto branch = execution_.variables().find("BRANCH_NAME", nullptr);
      return entry("name", branch.value_or("*/master"));
    }
    if (name == "userRemoteConfigs") return entry("url", execution_.request().source);
    if (name == "extensions") return Value(fiber.list());
    return std::nullopt;
  }

 private:
  Execution& execution_;
};

}  // namespace

std::string property_of_getter(const std::string& method) {
  const std::size_t prefix = method.starts_with("get") ? 3 : method.starts_with("is") ? 2 : 0;
  if (prefix == 0 || method.size() <= prefix) return "";
  std::string name = method.substr(prefix);
  if (name[0] >= 'A' && name[0] <= 'Z') name[0] = static_cast<char>(name[0] - 'A' + 'a');
  return name;
}

Value make_record(groovy::Heap& heap, std::string class_name,
                  std::vector<std::pair<std::string, Value>> parts, bool is_lenient) {
  return heap.make<Record>(std::move(class_name), std::move(parts), is_lenient);
}

std::map<std::string, Value> make_objects(Execution& execution, groovy::Heap& heap) {
  return {{"env", heap.make<EnvObject>(execution)},
          {"steps", heap.make<StepsObject>(execution)},
          {"currentBuild", heap.make<CurrentBuild>(execution)},
          {"docker", make_docker(execution, heap)},
          {"scm", heap.make<ScmObject>(execution)}};
}

}  // namespace runtask::jenkins
