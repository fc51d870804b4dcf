#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hamlet/layout.h"
#include "sys/environment.h"
#include "sys/files.h"

// Which part of which CMDB is meant: hamlet's context, and how it is put together from flags, the
// environment and the working directory. Any thread.

namespace runtask::hamlet {

struct Scope {
  std::string root_dir;  // Absolute. Empty only where a generated blueprint takes its place.
  Names names;           // All five set, but for a generated blueprint.
  // The region by flag or by the variables that beat the CMDB's own (REGION,
  // DEPLOYMENTUNIT_REGION, ACCOUNT_DEPLOYMENTUNIT_REGION); usually empty.
  std::string region;
  std::string deployment_unit;  // DEPLOYMENT_UNIT: selects Account.<unit>.Region in the CMDB.
  std::string product_region;   // PRODUCT_REGION: beats Product.Region.
};

// What was asked for by flags; empty where there was none.
struct ScopeRequest {
  std::string root_dir;
  std::string tenant;
  std::string product;
  std::string environments;  // Comma list.
  std::string segment;
  std::vector<std::string> accounts;  // NAME, or ENVIRONMENT=NAME.
  std::string region;
  std::string blueprint;  // A generated blueprint-config.json: then nothing else need resolve.
};
constexpr int kEnvironmentsMax = 1000;

// One scope per environment, in the order given; one that is repeated counts once, unless
// CONTEXT_<k>_* tell its places apart. Per word: flag, else CONTEXT_<k>_* of the
// environment concerned (cli.md: `context set` writes them), else hamlet's variable, else what the
// working directory says. hamlet 9: a directory with `segment.json` sets SEGMENT and ENVIRONMENT,
// one with `environment.json` ENVIRONMENT, the product further up PRODUCT, `account.json` ACCOUNT;
// an account still missing is the root directory's name, a segment still missing `default`.
// A scope that does not resolve whole is a kUsage error that names the words that are missing;
// kNotFound when there is no CMDB.
[[nodiscard]] Result<std::vector<Scope>> resolve_scopes(const ScopeRequest& request,
                                                        const sys::Environment& environment,
                                                        const sys::Files& files,
                                                        const std::string& working_directory);

// What the working directory alone says; empty where it says nothing.
[[nodiscard]] Names names_of_place(const sys::Files& files, const std::string& working_directory);

}  // namespace runtask::hamlet
