#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/time.h"
#include "groovy/closure.h"
#include "groovy/value.h"

// The world that a script sees. A script reaches nothing but what its Host gives: there are no
// files, no processes and no clock in this module. A host function is an ordinary call that
// returns when its work is done; if it has to wait it does so by the baton (baton.h), and other
// branches run meanwhile. Called by the thread that holds the baton.

namespace runtask::groovy {

// A call of a name that nothing in the script answers, such as a step.
struct Call {
  Fiber& fiber;
  std::string name;
  // As Groovy passes them: named arguments are one map, the first; a closure block is the last.
  Values arguments;
  SourceRange range;  // Of the call in the text.
  Ref<Script> script;
};

// What an endless script is asked to do, seen every kStepsPerCheck steps.
enum class Stop : std::uint8_t {
  kNo,
  kInterrupt,  // Throw what interruption() gives; a script can catch it, as in Jenkins.
  kKill,       // End the build; nothing of the script runs any more, not even `finally`.
};

class Host {
 public:
  virtual ~Host() = default;
  // A bare name that no variable, field or binding has: `env`, `params`, `WORKSPACE`. None: there
  // is no such property.
  [[nodiscard]] virtual std::optional<Outcome> get(Fiber& fiber, const std::string& name);
  // A call `name(...)` on nobody: a step; `new NAME`, of its exceptions. None: there is no such.
  [[nodiscard]] virtual std::optional<Outcome> call(Call& call);
  // `print x`, `printf`, and with `ends_line` `println x`; the text is without that line's end.
  virtual void print(Fiber& fiber, const std::string& text, bool ends_line) = 0;
  // The time for `new Date()` and System.currentTimeMillis(). None: the script may not know it.
  [[nodiscard]] virtual std::optional<WallTime> now() { return std::nullopt; }
  // Minutes east of Greenwich at a time, for Date().format without a zone.
  [[nodiscard]] virtual int zone_offset_minutes(WallTime /*time*/) { return 0; }
  [[nodiscard]] virtual std::string zone_name(WallTime /*time*/) { return "UTC"; }
  // For UUIDs and the like. None: the script has no luck.
  [[nodiscard]] virtual std::optional<std::uint64_t> random() { return std::nullopt; }
  [[nodiscard]] virtual Stop should_stop() { return Stop::kNo; }
  [[nodiscard]] virtual Value interruption(Fiber& fiber);
};

}  // namespace runtask::groovy
