#include "hamlet/scope.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"

namespace runtask::hamlet {
namespace {

std::string last_part(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}
std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}
std::string within(const std::string& directory, const std::string& name) {
  return directory == "/" ? "/" + name : directory + "/" + name;
}

// What `context set` writes for one of several environments: CONTEXT_<k>_<NAME>, k from 1.
class Contexts {
 public:
  explicit Contexts(const sys::Environment& environment) : environment_(environment) {
    const auto count = environment.get_non_empty("CONTEXT_COUNT");
    const auto number = count ? parse_integer(*count, 1, kEnvironmentsMax) : std::nullopt;
    for (long long k = 1; k <= number.value_or(0); ++k)
      names_.push_back(get(static_cast<std::size_t>(k), "ENVIRONMENT"));
  }

  [[nodiscard]] const std::vector<std::string>& environments() const { return names_; }
  // The context for the environment that is the `position`th of the list asked for; 0 for none.
  // One environment may be there twice, with two segments, so the place decides first.
  [[nodiscard]] std::size_t number_of(const std::string& name, std::size_t position) const {
    if (position < names_.size() && names_[position] == name) return position + 1;
    const auto found = std::find(names_.begin(), names_.end(), name);
    return found == names_.end() ? 0 : static_cast<std::size_t>(found - names_.begin()) + 1;
  }
  [[nodiscard]] std::string get(std::size_t number, const std::string& word) const {
    if (number == 0) return {};
    return environment_.get("CONTEXT_" + std::to_string(number) + "_" + word).value_or("");
  }

 private:
  const sys::Environment& environment_;
  std::vector<std::string> names_;
};

// hamlet 9: a directory among settings or operations stands for the same place among solutions.
std::string solutions_place(const sys::Files& files, const std::string& directory) {
  const auto parts = split(directory, '/');
  const auto has = [&](const char* name) {
    return std::find(parts.begin(), parts.end(), name) != parts.end();
  };
  if (has("solutions") || has("solutionsv2") || !has("settings")) return directory;
  for (const char* solutions : {"solutions", "solutionsv2"}) {
    for (const bool in_infrastructure : {true, false}) {
      auto mapped = parts;
      for (auto& part : mapped) {
        if (part == "settings") part = solutions;
        if (in_infrastructure && (part == "operations" || part == "config"))
          part = "infrastructure";
      }
      auto path = join(mapped, "/");
      if (path != directory && files.is_directory(path)) return path;
    }
  }
  return directory;
}

// NAME for every environment and ENVIRONMENT=NAME for one; the last one given counts.
Result<std::string> account_flag(const std::vector<std::string>& flags,
                                 const std::string& environment) {
  std::string for_all;
  std::string for_this;
  for (const auto& flag : flags) {
    const auto equals = flag.find('=');
    if (flag.empty() || equals == 0 || equals + 1 == flag.size())
      return fail(Code::kUsage, "--account `" + flag + "` is neither NAME nor ENVIRONMENT=NAME");
    if (equals == std::string::npos) {
      for_all = flag;
    } else if (flag.substr(0, equals) == environment) {
      for_this = flag.substr(equals + 1);
    }
  }
  return for_this.empty() ? for_all : for_this;
}

std::vector<std::string> comma_list(const std::string& text) {
  std::vector<std::string> words;
  for (const auto& part : split(text, ','))
    if (const auto word = trimmed(part); !word.empty()) words.emplace_back(word);
  return words;
}

class Resolver {
 public:
  Resolver(const ScopeRequest& request, const sys::Environment& environment,
           const sys::Files& files, const std::string& working_directory)
      : request_(request),
        environment_(environment),
        files_(files),
        working_directory_(working_directory),
        contexts_(environment),
        place_(working_directory.empty() ? Names() : names_of_place(files, working_directory)) {}

  [[nodiscard]] Result<std::vector<Scope>> all() const {
    auto environments = comma_list(request_.environments);
    if (environments.empty()) environments = comma_list(variable("ENVIRONMENT"));
    if (environments.empty()) environments = contexts_.environments();
    if (environments.empty()) environments.push_back(place_.environment);
    if (environments.size() > static_cast<std::size_t>(kEnvironmentsMax))
      return fail(Code::kUsage, "more than 1000 environments");
    std::vector<Scope> scopes;
    std::set<std::pair<std::string, std::size_t>> known;
    for (std::size_t i = 0; i < environments.size(); ++i) {
      const auto context = contexts_.number_of(environments[i], i);
      if (known.emplace(environments[i], context).second)
        scopes.push_back(TRY(one(environments[i], context)));
    }
    return scopes;
  }

 private:
  [[nodiscard]] std::string variable(const std::string& name) const {
    return environment_.get(name).value_or("");
  }
  // The first that is not empty.
  static std::string first(std::initializer_list<std::string> candidates) {
    for (const auto& candidate : candidates)
      if (!candidate.empty()) return candidate;
    return {};
  }

  [[nodiscard]] Result<Scope> one(const std::string& environment, std::size_t context) const {
    const auto word = [&](const char* name) {
      return first({contexts_.get(context, name), variable(name)});
    };
    Scope scope;
    scope.root_dir = first({request_.root_dir, word("ROOT_DIR")});
    if (!scope.root_dir.empty() && scope.root_dir.front() != '/')
      scope.root_dir = within(working_directory_, scope.root_dir);
    while (scope.root_dir.size() > 1 && scope.root_dir.back() == '/')
      scope.root_dir.pop_back();
    if (scope.root_dir.empty()) scope.root_dir = find_root(files_, working_directory_);

    auto& names = scope.names;
    names.environment = environment;
    names.tenant = first({request_.tenant, word("TENANT")});
    names.product = first({request_.product, word("PRODUCT"), place_.product});
    names.segment = first({request_.segment, word("SEGMENT"), place_.segment, "default"});
    const auto account = TRY(account_flag(request_.accounts, environment));
    names.account = first({account, word("ACCOUNT"), place_.account,
                           scope.root_dir.empty() ? "" : last_part(scope.root_dir)});
    scope.region = first({request_.region, word("REGION"), word("DEPLOYMENTUNIT_REGION"),
                          word("ACCOUNT_DEPLOYMENTUNIT_REGION")});
    scope.deployment_unit = word("DEPLOYMENT_UNIT");
    scope.product_region = word("PRODUCT_REGION");
    if (request_.blueprint.empty()) TRY(check(scope));
    return scope;
  }

  [[nodiscard]] Result<> check(const Scope& scope) const {
    if (scope.root_dir.empty())
      return fail(Code::kNotFound,
                  "no CMDB here: neither " + working_directory_ +
                      " nor a directory above it has `root.json`, or `config` and `infrastructure`",
                  "give --root-dir, set ROOT_DIR, or go into the CMDB");
    // They are names of directories, which hamlet's patterns are made of.
    const auto& names = scope.names;
    for (const auto& name :
         {names.tenant, names.account, names.product, names.environment, names.segment})
      if (name.find_first_of("*/") != std::string::npos)
        return fail(Code::kUsage, "`" + name + "` cannot be a name: it has a `*` or a `/` in it");
    std::vector<std::string> missing;
    if (scope.names.product.empty()) missing.emplace_back("product");
    if (scope.names.environment.empty()) missing.emplace_back("environment");
    if (missing.empty()) return {};
    std::vector<std::string> flags;
    std::vector<std::string> variables;
    for (const auto& word : missing) {
      flags.push_back("--" + word);
      variables.push_back(word == "product" ? "PRODUCT" : "ENVIRONMENT");
    }
    return fail(Code::kUsage, "the scope is not whole: " + join(missing, " and ") + " missing",
                "give " + join(flags, " and ") + ", or set " + join(variables, " and "));
  }

  const ScopeRequest& request_;
  const sys::Environment& environment_;
  const sys::Files& files_;
  const std::string& working_directory_;
  Contexts contexts_;
  Names place_;
};

}  // namespace

Names names_of_place(const sys::Files& files, const std::string& working_directory) {
  Names names;
  auto at = solutions_place(files, working_directory);
  if (files.exists(within(at, "segment.json"))) {
    names.segment = last_part(at);
    if (files.exists(within(parent_of(at), "environment.json"))) {
      at = parent_of(at);
    } else {
      names.environment = names.segment;
      names.segment = "default";
    }
  }
  std::string product;
  if (files.exists(within(at, "environment.json"))) {
    names.environment = last_part(at);
    product = within(parent_of(parent_of(parent_of(at))), "config");
  }
  if (product.empty() || !files.exists(within(product, "product.json"))) {
    product = at;
    while (product != "/" && !files.exists(within(product, "product.json")))
      product = parent_of(product);
  }
  if (product != "/")
    names.product =
        last_part(product) == "config" ? last_part(parent_of(product)) : last_part(product);
  const auto& account = working_directory;
  if (files.exists(within(account, "account.json")))
    names.account =
        last_part(account) == "config" ? last_part(parent_of(account)) : last_part(account);
  return names;
}

Result<std::vector<Scope>> resolve_scopes(const ScopeRequest& request,
                                          const sys::Environment& environment,
                                          const sys::Files& files,
                                          const std::string& working_directory) {
  return Resolver(request, environment, files, working_directory).all();
}

}  // namespace runtask::hamlet
