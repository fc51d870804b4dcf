#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ecs/types.h"
#include "local/answer.h"

namespace runtask::local {

// A task definition as RegisterTaskDefinition takes it: refused (ClientException) with ECS' words
// when a rule is broken, else normalised and with the defaults that ECS adds to a stored definition
// ("1 vCPU" is "1024", essential is true, empty lists are there, compatibilities are computed).
// Number, status and times are left to the caller. Pure; any thread.
[[nodiscard]] Answer<ecs::TaskDefinition> checked_definition(ecs::TaskDefinition definition);

// What is wrong with the memory and the processors of its containers together, or of one beside the
// task's, in ECS' words. With an override's sizes in their places it tells whether that fits.
[[nodiscard]] std::optional<std::string> wrong_totals(const ecs::TaskDefinition& definition);

// The names of the members that it sets, each once, and that a plain process does not obey:
// `ulimits`, `user`. What is empty or false asks for nothing.
[[nodiscard]] std::vector<std::string> members_without_effect(
    const ecs::TaskDefinition& definition);

}  // namespace runtask::local
