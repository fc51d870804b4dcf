#pragma once

#include <string>
#include <vector>

#include "run/plan.h"

// What can be known of a plan before anything starts, without asking ECS again: whether it would
// take the requests. Pure.

namespace runtask::run {

enum class Finding {
  kFine,
  kUnknown,  // Nobody can say, or it is unusual; it does not stop a run.
  kBad,      // ECS would refuse it.
};
[[nodiscard]] std::string_view name_of(Finding finding);  // As in --json: "fine".

struct PlanCheck {
  Finding finding = Finding::kFine;
  std::string words;                  // One fact, that may hold for several launches.
  std::string hint;                   // The next step, or empty.
  std::vector<std::string> launches;  // Their names.
};

// The definitions that the plan's requests were made with.
class Definitions {
 public:
  // Null ones are passed over. All must outlive the object.
  explicit Definitions(const std::vector<DefinedRequest>& requests);
  // Null when it could not be read.
  [[nodiscard]] const ecs::TaskDefinition* of(const Launch& launch) const;

 private:
  std::vector<const ecs::TaskDefinition*> all_;
};

// Equal facts about several launches are one check; the bad ones come first.
[[nodiscard]] std::vector<PlanCheck> check_plan(const Plan& plan, const Definitions& definitions);
// Puts one more among them.
void add_check(PlanCheck check, std::vector<PlanCheck>& checks);

// Refuses, kInvalid, when one of them is bad: says the first, and all others as its context.
[[nodiscard]] Result<> refuse_bad(const std::vector<PlanCheck>& checks);

// "integration/default", "3 launches: a, b, c", "200 launches: a, b, c and 197 more".
[[nodiscard]] std::string named(const std::vector<std::string>& launches);

}  // namespace runtask::run
