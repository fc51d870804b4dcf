#pragma once

#include <cassert>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "groovy/fiber.h"
#include "jenkins/console.h"
#include "jenkins/layers.h"
#include "jenkins/result.h"

// Where a step is: what encloses it, in the build and not in the text. One Branch per branch of
// `parallel`, the build itself being one. For whoever holds the baton.

namespace runtask::jenkins {

// As the error of an Outcome.
[[nodiscard]] inline tl::unexpected<groovy::Raised> failed(std::optional<groovy::Raised> error) {
  assert(error && "something has failed");
  return tl::unexpected<groovy::Raised>(*std::move(error));
}

// Why something ends before its time; Jenkins has a class for each.
enum class InterruptionCause : std::uint8_t {
  kUser,
  kTimeout,
  kRejection,    // Of an `input`.
  kOtherBranch,  // failFast
  kNewerBuild,   // abortPrevious
  kUpstream,     // The build that has started this one is interrupted.
  kDownstream,   // A build that this one has started has not succeeded.
};
struct Interruption {
  BuildResult result = BuildResult::kAborted;
  std::string why;  // "Timeout has been exceeded"
  InterruptionCause cause = InterruptionCause::kUser;
  bool is_actual = true;  // Else it is a failure like any other, with a result of its own.
};

// What can be interrupted as a whole: the build, a timeout's body, the branches of a parallel.
struct InterruptScope {
  std::shared_ptr<InterruptScope> outer;
  std::optional<Interruption> raised;
  bool is_abandoned = false;  // It was raised in vain: what is inside gets no more turns.
  Instant last_output{0};     // When a branch inside last printed something.
  std::set<int> delivered;    // The branches that have had it: each gets it once.
};

// A stage that steps can mark.
struct StageMark {
  StageMark* outer = nullptr;
  std::string name;
  BuildResult result = BuildResult::kSuccess;
};

struct Container;

struct Context {
  Layers layers;
  std::string workspace;        // Empty: no agent.
  std::shared_ptr<void> place;  // While it lives, no other branch of the build is given it.
  std::string directory;        // Where steps work: the workspace, or a dir() in it.
  Console::Style style;
  std::shared_ptr<const Container> container;  // Where scripts run; null: on this machine.
  std::string registry;                        // Of the images; empty: as they are called.
  StageMark* stage = nullptr;
  std::optional<BuildResult> post_result;  // Inside a block of `post`: what it was entered with.
  std::vector<std::string> locks;          // Held around it: the files of lock().
  // Variables in force whose values are secrets. Null: none.
  std::shared_ptr<const std::vector<std::pair<std::string, std::string>>> secrets;
  std::shared_ptr<InterruptScope> interrupts;
};

class Branch : public groovy::Fiber {
 public:
  Branch(groovy::Interpreter& interpreter, int branch_id, Context start)
      : Fiber(interpreter), id(branch_id), context(std::move(start)) {}

  const int id;
  Context context;
  // Set while a step waits: makes it come back early. May be called more than once.
  std::function<void()> cancel;
  // Set while an `environment` block is entered: the value of an entry of it (spec 1.4).
  std::function<std::optional<groovy::Outcome>(const std::string& name)> sibling;

  // The interruption that this branch has yet to notice, if any; the outermost first.
  [[nodiscard]] InterruptScope* pending() const {
    InterruptScope* found = nullptr;
    for (auto* scope = context.interrupts.get(); scope != nullptr; scope = scope->outer.get())
      if (scope->raised && scope->delivered.count(id) == 0) found = scope;
    return found;
  }
  // The scope around it that has been abandoned, if any; the outermost.
  [[nodiscard]] InterruptScope* abandoned() const {
    InterruptScope* found = nullptr;
    for (auto* scope = context.interrupts.get(); scope != nullptr; scope = scope->outer.get())
      if (scope->is_abandoned) found = scope;
    return found;
  }
};

// Puts the branch's context back at the end of a block.
class ContextChange {
 public:
  explicit ContextChange(Branch& branch) : branch_(branch), before_(branch.context) {}
  ContextChange(const ContextChange&) = delete;
  ContextChange& operator=(const ContextChange&) = delete;
  ~ContextChange() { branch_.context = std::move(before_); }

 private:
  Branch& branch_;
  Context before_;
};

}  // namespace runtask::jenkins
