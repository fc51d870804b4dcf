#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "hamlet/git.h"
#include "hamlet/layout.h"
#include "sys/environment.h"

// What constructTree.sh was asked for: from its flags and the variables that setContext.sh has
// left, which repositories at which reference go where, for one environment or for several. Pure;
// any thread.

namespace runtask::hamlet {

// The flags of constructTree.sh; each has a variable that counts when the flag was not given.
struct TreeFlags {
  bool exclude_account = false;                       // -a, EXCLUDE_ACCOUNT_DIRECTORIES
  bool exclude_product = false;                       // -r, EXCLUDE_PRODUCT_DIRECTORIES
  bool use_existing = false;                          // -e, USE_EXISTING_TREE
  std::optional<std::string> product_config;          // -c, PRODUCT_CONFIG_REFERENCE
  std::optional<std::string> product_infrastructure;  // -i, PRODUCT_INFRASTRUCTURE_REFERENCE
  std::optional<std::string> account_config;          // -x, ACCOUNT_CONFIG_REFERENCE
};

struct RepositoryPlan {
  std::string label;      // "product config", as messages say it.
  Repository repository;  // No URL: it cannot be told, and `missing` says which variable lacks.
  std::string missing;
  std::string reference;
  std::string reference_name;  // PRODUCT_CONFIG_REFERENCE
};

// One CMDB in the workspace: a directory with the clones that make it up.
struct TreePlan {
  std::string base;  // Absolute.
  std::string account;
  std::string product;
  bool with_account = true;
  bool with_product = true;
  RepositoryPlan product_config, product_infrastructure, account_config, account_infrastructure;
};

// One environment of the context, and the tree that it is looked up in.
struct ContextPlan {
  Names names;
  std::size_t tree = 0;  // Into TreesPlan::trees.
};

struct TreesPlan {
  std::vector<ContextPlan> contexts;       // One, or CONTEXT_COUNT.
  std::vector<TreePlan> trees;             // One per distinct account and repositories.
  std::set<std::string> secret_variables;  // Those of the environment that hold git's credentials.
};
constexpr std::size_t kContextsMax = 1000;

// How many environments there are to tell apart; 0 for a context of one. The list in ENVIRONMENT
// decides: a file that was only ever added to may still have the CONTEXT_<k>_* of another build.
// kUsage when CONTEXT_COUNT does not fit it.
[[nodiscard]] Result<std::size_t> context_count(const sys::Environment& environment);
// A variable as the environment number `number` (from 1) sees it: CONTEXT_<number>_NAME, else NAME;
// for 0 always NAME.
[[nodiscard]] std::string context_variable(const sys::Environment& environment, std::size_t number,
                                           const std::string& name);

struct Workspace {
  std::string data_directory;     // Where the trees go: AUTOMATION_DATA_DIR. Absolute.
  std::string working_directory;  // What a REPO_URL that begins with `./` is relative to.
};

// hamlet 5: one environment, or several, where CONTEXT_<k>_NAME goes before NAME. kUsage with what
// lacks.
[[nodiscard]] Result<TreesPlan> plan_trees(const TreeFlags& flags,
                                           const sys::Environment& environment,
                                           const Workspace& workspace);

// Whether a flag or its variable asks for it: hamlet knows only the word `true`.
[[nodiscard]] bool is_asked_for(bool flag, const sys::Environment& environment,
                                const std::string& variable);

using Property = std::pair<std::string, std::string>;

// hamlet 5.6: what is saved of a layout, in order.
[[nodiscard]] std::vector<Property> directory_properties(const Layout& layout, const Names& names);

// The properties of several environments as one list: a name for which all agree once, any other,
// and ROOT_DIR always, as CONTEXT_<k>_NAME. A list alone stays as it is.
[[nodiscard]] std::vector<Property> merged_properties(
    const std::vector<std::vector<Property>>& contexts);

}  // namespace runtask::hamlet
