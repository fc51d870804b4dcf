#include "jenkins/interruptions.h"

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
  Details(Interruption what, std::string user) : what_(std::move(what)), user_(std::move(user)) {}
  [[nodiscard]] const Interruption& what() const { return what_; }
  [[nodiscard]] std::string class_name() const override { return std::string(kInterruptedClass); }
  [[nodiscard]] std::optional<Outcome> get(Fiber& fiber, const std::string& name) override {
    if (name == "result") return fiber.text_value(std::string(name_of(what_.result)));
    if (name == "actualInterruption") return Value::of(what_.is_actual());
    if (name == "causes") return Value(fiber.list({Value(fiber.heap().make<Cause>(what_, user_))}));
    return std::nullopt;
  }
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override {
    return arguments.empty() ? get(fiber, property_of_getter(method)) : std::nullopt;
  }

 private:
  Interruption what_;
  std::string user_;
};

}  // namespace

Value make_interruption(Branch& branch, const Interruption& what, std::string_view user) {
  Value value = branch.exception(kInterruptedClass, what.why);
  value.as<groovy::Throwable>().payload =
      Value(branch.heap().make<Details>(what, std::string(user)));
  return value;
}

std::optional<Interruption> interruption_in(const Raised& raised) {
  if (!raised.throwable || raised.throwable->info.name != kInterruptedClass) return std::nullopt;
  const auto& payload = raised.throwable->payload;
  // Nobody else gives an exception of this class one.
  if (payload.is(groovy::Kind::kHost))
    return static_cast<Details&>(payload.as<HostObject>()).what();
  const auto message = Execution::message_of(raised);
  return Interruption{result_named(message).value_or(BuildResult::kAborted), message,
                      InterruptionCause::kUser};
}

}  // namespace runtask::jenkins
