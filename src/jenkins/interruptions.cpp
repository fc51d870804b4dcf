#include "jenkins/interruptions.h"

#include <algorithm>

#include "jenkins/execution.h"

namespace runtask::jenkins {
namespace {

using groovy::Fiber;
using groovy::HostObject;
using groovy::Values;

std::string_view class_of(InterruptionCause cause) {
  switch (cause) {
    case InterruptionCause::kUser:
      return "jenkins.model.CauseOfInterruption$UserInterruption";
    case InterruptionCause::kTimeout:
      return "org.jenkinsci.plugins.workflow.steps.TimeoutStepExecution$ExceededTimeout";
    case InterruptionCause::kRejection:
      return "org.jenkinsci.plugins.workflow.support.steps.input.Rejection";
    case InterruptionCause::kOtherBranch:
      return "org.jenkinsci.plugins.workflow.cps.steps.ParallelStep$FailFastCause";
    case InterruptionCause::kNewerBuild:
      return "org.jenkinsci.plugins.workflow.job.properties."
             "DisableConcurrentBuildsJobProperty$CancelledCause";
    case InterruptionCause::kUpstream:
      return "org.jenkinsci.plugins.workflow.support.steps.build.BuildTriggerCancelledCause";
    case InterruptionCause::kDownstream:
      return "org.jenkinsci.plugins.workflow.support.steps.build.DownstreamFailureCause";
  }
  return "";
}

// hudson.model.User
class User final : public HostObject {
 public:
  explicit User(std::string name) : name_(std::move(name)) {}
  [[nodiscard]] std::string class_name() const override { return "hudson.model.User"; }
  [[nodiscard]] std::string text() const override { return name_; }
  [[nodiscard]] std::optional<Outcome> get(Fiber& fiber, const std::string& name) override {
    if (name == "id" || name == "fullName" || name == "displayName") return fiber.text_value(name_);
    return std::nullopt;
  }
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override {
    return arguments.empty() ? get(fiber, property_of_getter(method)) : std::nullopt;
  }

 private:
  std::string name_;
};

// jenkins.model.CauseOfInterruption
class Cause final : public HostObject {
 public:
  Cause(Interruption what, std::string user) : what_(std::move(what)), user_(std::move(user)) {}
  [[nodiscard]] std::string class_name() const override {
    return std::string(class_of(what_.cause));
  }
  [[nodiscard]] std::string text() const override { return class_name() + ": " + what_.why; }
  [[nodiscard]] const Interruption& what() const { return what_; }
  [[nodiscard]] std::optional<Outcome> get(Fiber& fiber, const std::string& name) override {
    if (name == "shortDescription") return fiber.text_value(what_.why);
    if (const auto user = who(); !user.empty()) {
      if (name == "user") return Value(fiber.heap().make<User>(user));
      if (name == "userId") return fiber.text_value(user);
    }
    return std::nullopt;
  }
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override {
    return arguments.empty() ? get(fiber, property_of_getter(method)) : std::nullopt;
  }

 private:
  // By SYSTEM files tell that it was nobody, since an `input` that ran out of time had it so.
  [[nodiscard]] std::string who() const {
    if (what_.cause == InterruptionCause::kTimeout) return "SYSTEM";
    const bool is_person =
        what_.cause == InterruptionCause::kUser || what_.cause == InterruptionCause::kRejection;
    return is_person ? user_ : "";
  }

  Interruption what_;
  std::string user_;
};

// What a script sees of it beyond what every exception has.
class Details final : public HostObject {
 public:
  Details(Interruption what, Values causes) : what_(std::move(what)), causes_(std::move(causes)) {}
  void clear() override { causes_.clear(); }
  [[nodiscard]] const Interruption& what() const { return what_; }
  [[nodiscard]] std::string class_name() const override { return std::string(kInterruptedClass); }
  [[nodiscard]] std::optional<Outcome> get(Fiber& fiber, const std::string& name) override {
    if (name == "result") return fiber.text_value(std::string(name_of(what_.result)));
    if (name == "actualInterruption") return Value::of(what_.is_actual);
    if (name == "causes") return Value(fiber.list(causes_));
    return std::nullopt;
  }
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override {
    return arguments.empty() ? get(fiber, property_of_getter(method)) : std::nullopt;
  }

 private:
  Interruption what_;
  Values causes_;
};

Value exception_of(Branch& branch, const Interruption& what, Values causes) {
  Value value = branch.exception(kInterruptedClass, what.why);
  auto& throwable = value.as<groovy::Throwable>();
  if (causes.empty()) throwable.message = Value();
  throwable.payload = Value(branch.heap().make<Details>(what, std::move(causes)));
  return value;
}

// Causes one by one, or lists and arrays of them. False: something else is among them.
bool add_causes(const Value& value, Values& causes) {
  if (value.is(groovy::Kind::kList)) {
    const auto& items = value.as<groovy::List>().items;
    return std::all_of(items.begin(), items.end(),
                       [&](const Value& item) { return add_causes(item, causes); });
  }
  if (!value.is(groovy::Kind::kHost) || dynamic_cast<Cause*>(&value.as<HostObject>()) == nullptr)
    return false;
  causes.push_back(value);
  return true;
}

}  // namespace

Value make_interruption(Branch& branch, const Interruption& what, std::string_view user) {
  return exception_of(branch, what, {Value(branch.heap().make<Cause>(what, std::string(user)))});
}

std::optional<Value> make_interruption(Branch& branch, const Values& arguments) {
  if (arguments.empty() || !arguments[0].is_text()) return std::nullopt;  // Results are texts.
  const auto result = result_named(branch.text(arguments[0]).value_or(""));
  if (!result) return std::nullopt;
  Interruption what{*result, "", InterruptionCause::kUser};
  std::size_t next = 1;
  if (next < arguments.size() && arguments[next].is(groovy::Kind::kBool))
    what.is_actual = arguments[next++].truth();
  Values causes;
  for (; next < arguments.size(); ++next)
    if (!add_causes(arguments[next], causes)) return std::nullopt;
  for (const auto& cause : causes) {
    const auto& given = static_cast<const Cause&>(cause.as<HostObject>()).what();
    if (what.why.empty()) what.cause = given.cause;
    what.why += (what.why.empty() ? "" : "\n") + given.why;
  }
  return exception_of(branch, what, std::move(causes));
}

std::optional<Interruption> interruption_in(const Raised& raised) {
  if (!raised.throwable || raised.throwable->info.name != kInterruptedClass) return std::nullopt;
  const auto& payload = raised.throwable->payload;
  // A script may have a class of that name, which is another one. Nobody else has such a payload.
  if (!payload.is(groovy::Kind::kHost)) return std::nullopt;
  return static_cast<Details&>(payload.as<HostObject>()).what();
}

}  // namespace runtask::jenkins
