#include "hamlet/tree_plan.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace runtask::hamlet {
namespace {

constexpr const char* kReferenceDefault = "master";

// The variables as one environment of the context sees them.
class Variables {
 public:
  Variables(const sys::Environment& environment, const std::string& working_directory,
            std::size_t number)
      : environment_(environment), working_directory_(working_directory), number_(number) {}

  [[nodiscard]] std::string get(const std::string& name) const {
    return context_variable(environment_, number_, name);
  }
  [[nodiscard]] const sys::Environment& environment() const { return environment_; }
  [[nodiscard]] const std::string& working_directory() const { return working_directory_; }

 private:
  const sys::Environment& environment_;
  const std::string& working_directory_;
  std::size_t number_;
};

// A path that is relative to where the user is means that place, not the workspace.
std::string absolute_path(const std::string& url, const std::string& working_directory) {
  if (!url.starts_with("./") && !url.starts_with("../")) return url;
  return working_directory + "/" + url;
}

// The pointer names the variable that holds the secret; one that names itself (a second setContext)
// or nothing means no credentials.
std::optional<GitCredentials> credentials_of(const Variables& variables,
                                             const std::string& provider) {
  const auto pointer_name = provider + "_GIT_CREDENTIALS_VAR";
  const auto pointer = variables.get(pointer_name);
  if (pointer.empty() || pointer == pointer_name) return {};
  const auto secret = variables.environment().get_non_empty(pointer);
  if (!secret) return {};
  return git_credentials(*secret);
}

// hamlet 5: `https://` + DNS + `/` + ORG + `/` + name, unless a URL is given whole. The provider's
// credentials are for its own host alone.
void fill_repository(RepositoryPlan& plan, const Variables& variables, const std::string& name,
                     const std::string& provider_variable) {
  const auto provider = upper_case(variables.get(provider_variable));
  const auto dns = provider.empty() ? std::string() : variables.get(provider + "_GIT_DNS");
  for (const auto& url_variable : {name + "_URL", std::string("REPO_URL")}) {
    const auto url = variables.get(url_variable);
    if (url.empty()) continue;
    auto& repository = plan.repository;
    repository = repository_of(absolute_path(url, variables.working_directory()));
    const auto host = lower_case(dns);
    const bool is_providers = !host.empty() && (repository.asking_origin == "https://" + host ||
                                                repository.asking_origin == "http://" + host);
    if (is_providers && !repository.credentials)
      repository.credentials = credentials_of(variables, provider);
    return;
  }
  const auto repository_name = variables.get(name);
  if (dns.empty()) plan.missing = provider + "_GIT_DNS";
  if (provider.empty()) plan.missing = provider_variable;
  if (repository_name.empty()) plan.missing = name;
  if (!plan.missing.empty()) return;
  plan.repository = {
      "https://" + dns + "/" + variables.get(provider + "_GIT_ORG") + "/" + repository_name,
      credentials_of(variables, provider), "https://" + lower_case(dns)};
}

// All variables in which the secrets of the plan can be found: the ones pointed to, and what
// Jenkins makes beside them (_USR, _PSW).
void add_secret_variables(std::set<std::string>& names, const RepositoryPlan& plan,
                          const sys::Environment& environment) {
  const auto& credentials = plan.repository.credentials;
  if (!credentials || credentials->password.empty()) return;
  const auto& password = credentials->password.reveal();
  for (const auto& [name, value] : environment.all())
    if (value == password || value.ends_with(":" + password) ||
        value.find(":" + password + "@") != std::string::npos)
      names.insert(name);
}

RepositoryPlan repository_plan(const Variables& variables, const std::string& side,
                               const std::string& kind, const std::optional<std::string>& flag) {
  RepositoryPlan plan;
  plan.label = lower_case(side) + " " + lower_case(kind);
  plan.reference_name = side + "_" + kind + "_REFERENCE";
  plan.reference = flag.value_or("");
  if (plan.reference.empty()) plan.reference = variables.get(plan.reference_name);
  if (plan.reference.empty()) plan.reference = kReferenceDefault;
  fill_repository(plan, variables, side + "_" + kind + "_REPO", side + "_GIT_PROVIDER");
  return plan;
}

Result<> check_name(const std::string& variable, const std::string& value) {
  if (value.empty())
    return fail(Code::kUsage, variable + " not defined",
                "what setContext.sh writes to context.properties has to be in the environment");
  if (value.front() != '.' && value.find('/') == std::string::npos &&
      value.find('\n') == std::string::npos)
    return {};
  return fail(Code::kUsage, variable + " `" + value + "` cannot be a directory of the tree",
              "it has to be a name without `/` that does not begin with a dot");
}

// Two contexts with the same one share a tree.
std::string key_of(const TreePlan& tree) {
  std::vector<std::string> parts{tree.account, tree.product};
  for (const auto* plan : {&tree.product_config, &tree.product_infrastructure, &tree.account_config,
                           &tree.account_infrastructure}) {
    parts.push_back(plan->repository.url);
    parts.push_back(plan->reference);
  }
  return join(parts, "\n");
}

Result<TreePlan> plan_tree(const TreeFlags& flags, const Variables& variables) {
  TreePlan tree;
  tree.account = variables.get("ACCOUNT");
  tree.product = variables.get("PRODUCT");
  const auto& environment = variables.environment();
  tree.with_account =
      !is_asked_for(flags.exclude_account, environment, "EXCLUDE_ACCOUNT_DIRECTORIES");
  tree.with_product =
      !is_asked_for(flags.exclude_product, environment, "EXCLUDE_PRODUCT_DIRECTORIES");
  TRY(check_name("ACCOUNT", tree.account));
  if (tree.with_product || !tree.product.empty()) TRY(check_name("PRODUCT", tree.product));
  tree.product_config = repository_plan(variables, "PRODUCT", "CONFIG", flags.product_config);
  tree.product_infrastructure =
      repository_plan(variables, "PRODUCT", "INFRASTRUCTURE", flags.product_infrastructure);
  tree.account_config = repository_plan(variables, "ACCOUNT", "CONFIG", flags.account_config);
  tree.account_infrastructure = repository_plan(variables, "ACCOUNT", "INFRASTRUCTURE", {});
  return tree;
}

// The account's own directory; for another tree of the same account one beside it.
Result<> place_tree(TreePlan& tree, const std::string& directory, const std::string& environment,
                    const std::vector<TreePlan>& others) {
  const auto is_taken = [&](const std::string& base) {
    return std::any_of(others.begin(), others.end(),
                       [&](const auto& other) { return other.base == base; });
  };
  tree.base = directory + "/" + tree.account;
  if (!is_taken(tree.base)) return {};
  TRY(check_name("ENVIRONMENT", environment));
  tree.base += "-" + environment;
  const auto stem = tree.base;
  for (std::size_t n = 2; is_taken(tree.base); ++n)  // Ends: there are only so many others.
    tree.base = stem + "-" + std::to_string(n);
  return {};
}

}  // namespace

bool is_asked_for(bool flag, const sys::Environment& environment, const std::string& variable) {
  return flag || environment.get(variable) == "true";
}

Result<std::size_t> context_count(const sys::Environment& environment) {
  std::vector<std::string> listed;
  for (const auto& part : split(environment.get("ENVIRONMENT").value_or(""), ',')) {
    const std::string name(trimmed(part));
    if (!name.empty() && std::find(listed.begin(), listed.end(), name) == listed.end())
      listed.push_back(name);
  }
  if (listed.size() < 2) return 0U;
  const auto count = environment.get("CONTEXT_COUNT").value_or("");
  bool fits = listed.size() <= kContextsMax && count == std::to_string(listed.size());
  for (std::size_t k = 1; fits && k <= listed.size(); ++k)
    fits = context_variable(environment, k, "ENVIRONMENT") == listed[k - 1];
  if (fits) return listed.size();
  return fail(Code::kUsage,
              "CONTEXT_COUNT and CONTEXT_<k>_ENVIRONMENT do not fit the list in ENVIRONMENT, `" +
                  environment.get("ENVIRONMENT").value_or("") + "`",
              "setContext.sh writes them: load its context.properties first");
}

std::string context_variable(const sys::Environment& environment, std::size_t number,
                             const std::string& name) {
  if (number != 0)
    if (auto own = environment.get_non_empty("CONTEXT_" + std::to_string(number) + "_" + name))
      return *std::move(own);
  return environment.get(name).value_or("");
}

Result<TreesPlan> plan_trees(const TreeFlags& flags, const sys::Environment& environment,
                             const Workspace& workspace) {
  const auto count = TRY(context_count(environment));
  TreesPlan plan;
  std::map<std::string, std::size_t> known;
  for (std::size_t k = count == 0 ? 0 : 1; k <= count; ++k) {
    const Variables variables(environment, workspace.working_directory, k);
    auto tree = TRY(plan_tree(flags, variables));
    ContextPlan context;
    context.names = {variables.get("TENANT"), tree.account, tree.product,
                     variables.get("ENVIRONMENT"), variables.get("SEGMENT")};
    const auto [at, is_new] = known.emplace(key_of(tree), plan.trees.size());
    context.tree = at->second;
    plan.contexts.push_back(context);
    if (!is_new) continue;
    TRY(place_tree(tree, workspace.data_directory, context.names.environment, plan.trees));
    for (const auto* one : {&tree.product_config, &tree.product_infrastructure,
                            &tree.account_config, &tree.account_infrastructure})
      add_secret_variables(plan.secret_variables, *one, environment);
    plan.trees.push_back(std::move(tree));
  }
  return plan;
}

std::vector<Property> directory_properties(const Layout& layout, const Names& names) {
  const auto below = [](const std::string& directory, const std::string& one,
                        const std::string& two) {
    return directory.empty() ? std::string() : directory + "/" + one + "/" + two;
  };
  const auto& [tenant, account, product, environment, segment] = names;
  return {{"ROOT_DIR", layout.root},
          {"TENANT_DIR", layout.tenant},
          {"TENANT_INFRASTRUCTURE_DIR", ""},
          {"ACCOUNT_DIR", layout.account},
          {"ACCOUNT_STATE_DIR", layout.account_state},
          {"ACCOUNT_SETTINGS_DIR", layout.account_settings},
          {"ACCOUNT_OPERATIONS_DIR", layout.account_operations},
          {"PRODUCT_DIR", layout.product},
          {"PRODUCT_INFRASTRUCTURE_DIR", layout.product_infrastructure},
          {"PRODUCT_SETTINGS_DIR", layout.product_settings},
          {"PRODUCT_SOLUTIONS_DIR", layout.product_solutions},
          {"PRODUCT_OPERATIONS_DIR", layout.product_operations},
          {"SEGMENT_SETTINGS_DIR", below(layout.product_settings, environment, segment)},
          {"SEGMENT_BUILDS_DIR", below(layout.product_builds, environment, segment)},
          {"SEGMENT_SHARED_BUILDS_DIR", below(layout.product_builds, "shared", segment)},
          {"SEGMENT_SOLUTIONS_DIR", below(layout.product_solutions, environment, segment)}};
}

std::vector<Property> merged_properties(const std::vector<std::vector<Property>>& contexts) {
  if (contexts.size() == 1) return contexts.front();
  std::vector<std::string> names;  // In the order in which they first come.
  std::vector<std::map<std::string, std::string>> values;
  for (const auto& context : contexts) {
    values.emplace_back(context.begin(), context.end());
    for (const auto& property : context)
      if (std::find(names.begin(), names.end(), property.first) == names.end())
        names.push_back(property.first);
  }
  std::vector<Property> merged;
  for (const auto& name : names) {
    const auto first = values.front().find(name);
    const bool all_agree = std::all_of(values.begin(), values.end(), [&](const auto& context) {
      const auto here = context.find(name);
      return first != values.front().end() && here != context.end() &&
             here->second == first->second;
    });
    if (all_agree) merged.emplace_back(name, first->second);
    if (all_agree && name != "ROOT_DIR") continue;
    for (std::size_t k = 0; k < values.size(); ++k)
      if (const auto here = values[k].find(name); here != values[k].end())
        merged.emplace_back("CONTEXT_" + std::to_string(k + 1) + "_" + name, here->second);
  }
  return merged;
}

}  // namespace runtask::hamlet
