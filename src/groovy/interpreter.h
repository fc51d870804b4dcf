#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "groovy/ast.h"
#include "groovy/closure.h"
#include "groovy/host.h"
#include "groovy/limits.h"
#include "groovy/value.h"

// The evaluator. One Interpreter per build owns the values, the binding and the limits; one Fiber
// per branch of `parallel` owns a stack. All of it is used by whoever holds the baton, and nothing
// here is global. The tree of what runs must outlive the Interpreter, which sees to that by holding
// the units of its scripts.
//
//   Interpreter interpreter(host, limits);
//   const auto script = interpreter.add(parsed.unit);
//   Fiber fiber(interpreter);
//   const Outcome outcome = fiber.run(script);
//
// No exception leaves a public function here.

namespace runtask::groovy {

struct DeclaredClass;

class Interpreter {
 public:
  explicit Interpreter(Host& host, Limits limits = {});
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  // A script over the unit, its fields not yet computed: Fiber::run does that. Scripts of one build
  // share the binding.
  [[nodiscard]] Ref<Script> add(std::shared_ptr<const Unit> unit);
  // Runs a unit from its beginning and turns every way in which it can end into one result.
  [[nodiscard]] Result<Value> run(std::shared_ptr<const Unit> unit);

  [[nodiscard]] Heap& heap() { return heap_; }
  [[nodiscard]] Host& host() { return host_; }
  [[nodiscard]] const Limits& limits() const { return limits_; }
  [[nodiscard]] Map& binding() { return *binding_; }
  // The steps of all branches so far.
  [[nodiscard]] std::uint64_t steps() const { return steps_; }

 private:
  friend class Fiber;
  Host& host_;
  Limits limits_;
  Heap heap_;
  Ref<Map> binding_;
  Value json_null_;  // Null until one is needed.
  std::vector<std::shared_ptr<const Unit>> units_;
  std::unordered_map<const ClassInfo*, std::unique_ptr<DeclaredClass>> classes_;
  std::uint64_t steps_ = 0;
};

// The message of an outcome's error as a console shows it: "java.lang.Exception: x" and the place.
[[nodiscard]] Error error_of(const Raised& raised);

}  // namespace runtask::groovy
