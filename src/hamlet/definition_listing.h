#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// The task's definition among those that an account lists, for a CMDB that does not say which one
// it is. Pure; any thread.
//
// A family is named by CloudFormation: `<product>-<environment>[-<segment>]-<level>-<unit>-` +
// `<resource id>-<random>`, the level being `app`, `soln` or `seg`. runTask.sh took the first ARN
// in which the first words and
// `-<resource id>-` stood anywhere, which crosses products (`x-shop-dev-`) and, for the segment
// `default`, all segments of the environment, and gives the oldest revision. Here the words stand
// at the family's start, a level follows them (so that `dev-blue` and `dev-eu` are not `dev`), the
// resource id stands at its end, and the newest revision is meant.

namespace runtask::hamlet {

struct FamilyWords {
  std::string product;
  std::string environment;
  std::string segment;      // `default` and empty do not show in a family.
  std::string resource_id;  // "ecsTaskXappXwebXmigrate"
};

// Whether the family is one that hamlet gives to that task.
[[nodiscard]] bool is_family_of(std::string_view family, const FamilyWords& words);

// `arns` are active revisions, in any order. Errors: kNotFound when none matches, kConflict when
// more than one family does, with their names.
[[nodiscard]] Result<std::string> choose_definition(const std::vector<std::string>& arns,
                                                    const FamilyWords& words);

}  // namespace runtask::hamlet
