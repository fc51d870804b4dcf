#pragma once

#include <string>
#include <vector>

#include "run/plan.h"
#include "run/plan_check.h"

// What --plan shows: the requests, what they change of the task definitions, and what is known of
// how ECS will take them. Values of secrets are masked in all of it. Pure.

namespace runtask::run {

struct PlanView {
  const Plan& plan;
  const Definitions& definitions;
  const std::vector<PlanCheck>& checks;
};

// For people: a table of the launches where there are several; each set of changes once, with the
// launches that it is for and the complete request of the first of them; the checks.
[[nodiscard]] std::string to_text(const PlanView& view);
// One line: what to_json(Plan) has, each launch with its `changes` and `overrides_characters`, and
// `checks` and `could_run` beside the launches.
[[nodiscard]] std::string to_json(const PlanView& view);

}  // namespace runtask::run
