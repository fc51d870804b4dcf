#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "run/log_follower.h"
#include "run/machine.h"
#include "run/plan.h"

// A run as it is kept for whoever goes on with it or repeats it: the whole plan, how it is carried
// out, and what the targets are made of. Two texts: the recipe, which holds no value of a secret
// and may stay, and the values, which are kept only while the run can be gone on with. Pure.

namespace runtask::run {

// How calls to a target are made again. No keys: they are looked up anew.
struct TargetRecipe {
  bool is_local = false;  // The embedded endpoint; nothing else matters then.
  std::string profile;    // Of the AWS files, as it was given; empty: what the environment says.
  std::string region;
  bool insecure_http = false;
  // The task was found by hamlet's names: keys come by hamlet's settings for the account, unless a
  // profile was given, and must be the account's. Else they are those that the AWS SDKs find.
  bool by_names = false;
  std::string account;         // hamlet's name of it; empty: not known.
  std::string provider;        // ACCOUNT_PROVIDER,
  std::string cmdb_provider;   // and what the CMDB says of the account,
  std::string account_number;  // whose credentials they must be.
};

// A variable of runtask's own environment that a secret's value came from.
struct NamedSecret {
  std::string name;
  Secret value;
};

struct PlanRecord {
  Plan plan;
  Policy policy;
  LogPace log_pace;
  std::vector<TargetRecipe> targets;  // One per target of the plan.
  std::vector<std::string> reports;   // Absolute paths.
  bool is_script = false;             // hamlet's runTask.sh, whose exit codes differ.
  bool only_one = false;              // Not while another task of one of its families is alive.
};

struct WrittenPlan {
  std::string recipe;  // JSON.
  Secret values;       // JSON; empty when the plan has no secrets.
};
[[nodiscard]] WrittenPlan write_plan(const PlanRecord& record,
                                     const std::vector<NamedSecret>& secrets);

// The names of the secrets that a recipe lacks the values of, in its own order; an empty one for a
// value that came from no variable. kInvalid for a text that is no recipe.
[[nodiscard]] Result<std::vector<std::string>> secret_names(const std::string& recipe);
// The recipe with the values of write_plan(), or with these, one per name. Fewer: the others are
// masked, which is enough to look at the plan. kInvalid for texts that are none of ours.
[[nodiscard]] Result<PlanRecord> read_plan(const std::string& recipe, const Secret& values);
[[nodiscard]] Result<PlanRecord> read_plan(const std::string& recipe,
                                           const std::vector<Secret>& values);

// The same work as another run: what bears the id of the old one bears the new one.
void rename_run(Plan& plan, const std::string& run_id);

}  // namespace runtask::run
