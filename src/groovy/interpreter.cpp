#include "groovy/interpreter.h"

#include "groovy/classes.h"
#include "groovy/declared_class.h"
#include "groovy/fiber.h"

namespace runtask::groovy {

std::optional<Outcome> Host::get(Fiber& /*fiber*/, const std::string& /*name*/) {
  return std::nullopt;
}
std::optional<Outcome> Host::call(Call& /*call*/) {
  return std::nullopt;
}
Value Host::interruption(Fiber& fiber) {
  return fiber.exception("org.jenkinsci.plugins.workflow.steps.FlowInterruptedException", "");
}

Interpreter::Interpreter(Host& host, Limits limits)
    : host_(host), limits_(limits), binding_(heap_.make<Map>()) {}

Interpreter::~Interpreter() = default;

Ref<Script> Interpreter::add(std::shared_ptr<const Unit> unit) {
  units_.push_back(unit);
  auto script = heap_.make<Script>(std::move(unit));
  script->binding = binding_;
  return script;
}

Result<Value> Interpreter::run(std::shared_ptr<const Unit> unit) {
  Fiber fiber(*this);
  Outcome outcome = fiber.run(add(std::move(unit)));
  if (outcome) return *std::move(outcome);
  return fail(error_of(outcome.error()));
}

Error error_of(const Raised& raised) {
  if (raised.abort) return *raised.abort;
  if (!raised.throwable) return {Code::kCancelled, "the script was stopped", {}, {}};
  const Throwable& throwable = *raised.throwable;
  std::string message = throwable.info.name;
  if (throwable.message.is(Kind::kString)) message += ": " + throwable.message.text();
  Error error{Code::kInvalid, std::move(message), {}, {}};
  if (!throwable.where.empty()) error.context.push_back("at " + throwable.where);
  return error;
}

}  // namespace runtask::groovy
