#include "hamlet/context_providers.h"

#include <array>

#include "base/text.h"

namespace runtask::hamlet {
namespace {

constexpr std::array kRegistryTypes{"dataset", "docker",  "lambda", "lambda_jar",  "scripts",
                                    "swagger", "openapi", "spa",    "contentnode", "rdssnapshot"};

}  // namespace

std::string Providers::define_git(const GitUse& use, const std::string& fallback) {
  // The two underscores are the script's: CODE__GIT_PROVIDER.
  auto provider = script_.find_and_define(
      {use.use + "_" + (use.subuse.empty() ? "" : use.subuse + "_") + "GIT_PROVIDER",
       (use.subuse.empty() ? "" : use.subuse + "__") + std::string("GIT_PROVIDER"), use.level1,
       use.level2},
      fallback);
  if (!git_.insert(lower_case(provider)).second) return provider;
  const auto own = [&](const std::string& setting) { return provider + "_GIT_" + setting; };
  script_.define(
      own("CREDENTIALS_VAR"),
      script_.settings.variable({own("CREDENTIALS_VAR"), "CREDENTIALS", provider, "GIT"}));
  script_.find_and_define({own("ORG"), "ORG", provider, "GIT"}, "");
  const auto host = script_.find_and_define({own("DNS"), "DNS", provider, "GIT"}, "");
  script_.find_and_define({own("API_DNS"), "API_DNS", provider, "GIT"}, "api." + host);
  return provider;
}

void Providers::define_registries(const RegistryUse& use, const std::string& fallback) {
  for (const char* type : kRegistryTypes)
    define_registry(use, upper_case(type), fallback);
}

void Providers::define_registry(const RegistryUse& use, const std::string& type,
                                const std::string& fallback) {
  const auto provider = script_.find_and_define(
      {use.use + "_" + type + "_PROVIDER", type + "_PROVIDER", use.level1, use.level2}, fallback);
  if (!registries_.insert(type + "," + lower_case(provider)).second) return;
  const auto own = [&](const std::string& setting) {
    return provider + "_" + type + "_" + setting;
  };
  for (const std::string setting : {"USER", "PASSWORD"}) {
    const auto name = own(setting + "_VAR");
    script_.define(name, script_.settings.variable({name, setting, provider, type}));
  }
  script_.find_and_define({own("REGION"), "REGION", provider, type}, "");
  const auto host = script_.find_and_define({own("DNS"), "DNS", provider, type}, "");
  script_.find_and_define({own("API_DNS"), "API_DNS", provider, type}, host);
}

void define_repository(Script& script, const Lookup& lookup, const std::string& fallback) {
  const auto value = script.settings.value(lookup, fallback);
  script.define(lookup.name, value.substr(value.rfind('/') + 1));
}

std::string registry_types() {
  return join(std::vector<std::string>(kRegistryTypes.begin(), kRegistryTypes.end()), ",");
}

}  // namespace runtask::hamlet
