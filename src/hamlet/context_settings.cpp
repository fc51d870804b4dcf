#include "hamlet/context_settings.h"

#include <algorithm>
#include <array>

#include "hamlet/context_providers.h"
#include "hamlet/context_units.h"

namespace runtask::hamlet {
namespace {

// The first entry of hamlet's own variable, else of the one that its documentation names.
std::string first_account(const ScriptVariables& settings) {
  for (const char* name : {"ACCOUNTS_LIST", "ACCOUNTS"}) {
    const auto& list = settings.get(name);
    const auto begin = list.find_first_not_of(" ,\n");
    if (begin != std::string::npos)
      return list.substr(begin, list.find_first_of(" ,\n", begin) - begin);
  }
  return {};
}

std::string non_empty(const std::string& value, const std::string& fallback) {
  return value.empty() ? fallback : value;
}

void define_scope(Script& script) {
  const auto& settings = script.settings;
  for (const char* name : {"TENANT", "PRODUCT", "ENVIRONMENT", "SEGMENT"})
    script.define(name, settings.get(name));
  script.find_and_define({"ACCOUNT", "ACCOUNT", settings.get("PRODUCT"),
                          settings.get("ENVIRONMENT"), settings.get("SEGMENT")},
                         first_account(settings));
}

void define_defaults(Script& script) {
  const auto& settings = script.settings;
  script.find_and_define({"GITHUB_GIT_DNS", ""}, "github.com");
  script.find_and_define({"GIT_USER", ""},
                         non_empty(settings.get("GIT_USER_DEFAULT"), "automation"));
  script.find_and_define({"GIT_EMAIL", ""}, settings.get("GIT_EMAIL_DEFAULT"));
  const auto& product = settings.get("PRODUCT");
  const auto& environment = settings.get("ENVIRONMENT");
  script.find_and_define({kUnitSeparators, "", product, environment}, "; ,");
  script.find_and_define({kPartSeparators, "", product, environment}, "!?&");
  script.find_and_define({kFormatSeparators, "", product, environment}, ":|");
  // The text of a name where its value is meant: a slip of the script that later steps may know.
  script.find_and_define({"DEPLOYMENT_MODE", ""},
                         non_empty(settings.get("MODE"), "DEPLOYMENT_MODE_DEFAULT"));
  script.find_and_define({"RELEASE_MODE", ""}, settings.get("RELEASE_MODE_DEFAULT"));
}

// For a release that takes over what another environment has.
void define_promotion(Script& script, Providers& providers, Messages& messages) {
  const auto& settings = script.settings;
  const auto& product = settings.get("PRODUCT");
  const auto& environment = settings.get("ENVIRONMENT");
  for (const char* suffix : {"PROMOTION_FROM_ENVIRONMENT", "PROMOTION_FROM_SEGMENT"})
    if (!script.find_and_define({"FROM_ENVIRONMENT", suffix, product, environment}, "").empty())
      break;
  const auto from = settings.get("FROM_ENVIRONMENT");
  for (const auto& place : {from, from + "_" + settings.get("SEGMENT")})
    if (!script.find_and_define({"FROM_ACCOUNT", "ACCOUNT", product, place}, "").empty()) break;
  const auto account = settings.get("FROM_ACCOUNT");
  if (from.empty() || account.empty()) {
    messages.fatal("PROMOTION environment/account not defined return 1");
    return;
  }
  const auto git = providers.define_git({"FROM_ACCOUNT", "", account}, "github");
  providers.define_git({"FROM_PRODUCT", "", product, from}, git);
  define_repository(script, {"FROM_PRODUCT_CONFIG_REPO", "CONFIG_REPO", product, from},
                    product + "-cmdb");
  providers.define_registries({"FROM_PRODUCT", product, from}, account);
}

// For a release that repairs what another environment has.
void define_hotfix(Script& script, Providers& providers, Messages& messages) {
  const auto& settings = script.settings;
  const auto& product = settings.get("PRODUCT");
  const auto& environment = settings.get("ENVIRONMENT");
  for (const char* suffix : {"HOTFIX_FROM_ENVIRONMENT", "HOTFIX_FROM_SEGMENT"})
    if (!script.find_and_define({"FROM_ENVIRONMENT", suffix, product, environment}, "").empty())
      break;
  // Not the environment that was found, as one would expect, but a variable of its own.
  const auto place = settings.get("HOTFIX_FROM_ENVIRONMENT");
  for (const auto& level : {place, place + "_" + settings.get("SEGMENT")})
    if (!script.find_and_define({"FROM_ACCOUNT", "ACCOUNT", product, level}, "").empty()) break;
  const auto from = settings.get("FROM_ENVIRONMENT");
  const auto account = settings.get("FROM_ACCOUNT");
  if (from.empty() || account.empty()) {
    messages.fatal("HOTFIX environment/account not defined return 1");
    return;
  }
  providers.define_registries({"FROM_PRODUCT", product, from}, account);
}

// A number gets a letter in front; anything else is somebody's own way of naming.
std::string identifier(const std::string& given, const std::string& job, char letter) {
  const auto& text = given.empty() ? job : given;
  const bool is_number = !text.empty() && std::all_of(text.begin(), text.end(),
                                                      [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? letter + text : text;
}

void define_tags(Script& script) {
  auto& settings = script.settings;
  const auto& job = settings.get("AUTOMATION_JOB_IDENTIFIER");
  const auto release = identifier(settings.get("RELEASE_IDENTIFIER"), job, 'r');
  const auto deployment = identifier(settings.get("DEPLOYMENT_IDENTIFIER"), job, 'd');
  settings.set("AUTOMATION_RELEASE_IDENTIFIER", release);
  settings.set("AUTOMATION_DEPLOYMENT_IDENTIFIER", deployment);
  const auto& segment = settings.get("SEGMENT");
  const auto in_segment = [&](const std::string& environment) {
    return segment == "default" ? environment : environment + "-" + segment;
  };
  const auto location = in_segment(settings.get("ENVIRONMENT"));
  script.define("RELEASE_TAG", release + "-" + location);
  script.define("DEPLOYMENT_TAG", deployment + "-" + location);
  const auto& mode = settings.get("RELEASE_MODE");
  if (mode == "continuous" || mode == "selective") {
    script.define("ACCEPTANCE_TAG", "latest");
  } else if (mode == "acceptance") {
    script.define("RELEASE_MODE_TAG", "a" + release + "-" + location);
  } else if (mode == "promotion") {
    const auto accepted = release + "-" + in_segment(settings.get("FROM_ENVIRONMENT"));
    script.define("ACCEPTANCE_TAG", accepted);
    script.define("RELEASE_MODE_TAG", "p" + accepted + "-" + location);
  } else if (mode == "hotfix") {
    script.define("RELEASE_MODE_TAG", "h" + release + "-" + location);
    script.define("ACCEPTANCE_TAG", "latest");
  }
}

std::string detail_message(const ScriptVariables& settings, const Units& units) {
  std::string message;
  for (const auto& [word, name] : {std::pair("tenant=", "TENANT"), std::pair("account=", "ACCOUNT"),
                                   std::pair("product=", "PRODUCT")})
    if (!settings.get(name).empty()) message = word + settings.get(name);
  const auto add = [&](const char* word, const std::string& value) {
    if (!value.empty()) message += std::string(", ") + word + "=" + value;
  };
  add("environment", settings.get("ENVIRONMENT"));
  const auto& segment = settings.get("SEGMENT");
  if (segment != settings.get("ENVIRONMENT") && segment != "default") add("segment", segment);
  if (!units.empty()) message += ", units=" + units.cleaned();
  add("mode", settings.get("DEPLOYMENT_MODE"));
  add("user", settings.get("GIT_USER"));
  add("comment", settings.get("COMMENT"));
  return message;
}

}  // namespace

void define_modes(Script& script) {
  for (const auto& [name, value] :
       {std::pair("DEPLOYMENT_MODE_UPDATE", "update"),
        std::pair("DEPLOYMENT_MODE_STOPSTART", "stopstart"),
        std::pair("DEPLOYMENT_MODE_STOP", "stop"), std::pair("DEPLOYMENT_MODE_DEFAULT", "update"),
        std::pair("RELEASE_MODE_CONTINUOUS", "continuous"),
        std::pair("RELEASE_MODE_SELECTIVE", "selective"),
        std::pair("RELEASE_MODE_ACCEPTANCE", "acceptance"),
        std::pair("RELEASE_MODE_PROMOTION", "promotion"),
        std::pair("RELEASE_MODE_HOTFIX", "hotfix"),
        std::pair("RELEASE_MODE_DEFAULT", "continuous")})
    script.define(name, value);
}

void define_settings(Script& script, Messages& messages) {
  const auto& settings = script.settings;
  define_scope(script);
  define_defaults(script);
  const auto account = settings.get("ACCOUNT");
  const auto product = settings.get("PRODUCT");
  const auto environment = settings.get("ENVIRONMENT");
  Providers providers(script);
  script.find_and_define({"ACCOUNT_PROVIDER", "ACCOUNT_PROVIDER", account}, "aws");
  const auto account_git = providers.define_git({"ACCOUNT", "", account}, "github");
  define_repository(script, {"ACCOUNT_CONFIG_REPO", "CONFIG_REPO", account}, "accounts-cmdb");
  define_repository(script, {"ACCOUNT_INFRASTRUCTURE_REPO", "INFRASTRUCTURE_REPO", account},
                    "accounts-cmdb");
  const auto product_git = providers.define_git({"PRODUCT", "", product, environment}, account_git);
  define_repository(script, {"PRODUCT_CONFIG_REPO", "CONFIG_REPO", product, environment},
                    product + "-cmdb");
  define_repository(script,
                    {"PRODUCT_INFRASTRUCTURE_REPO", "INFRASTRUCTURE_REPO", product, environment},
                    product + "-cmdb");
  providers.define_git({"PRODUCT", "CODE", product, environment}, product_git);
  providers.define_registries({"PRODUCT", product, environment}, account);

  const auto units = define_units(script);

  const auto& mode = settings.get("RELEASE_MODE");
  if (mode == "selective" || mode == "promotion") define_promotion(script, providers, messages);
  if (mode == "hotfix") define_hotfix(script, providers, messages);
  define_tags(script);
  script.save("DETAIL_MESSAGE", detail_message(settings, units));
  for (const char* name :
       {"AUTOMATION_PROVIDER", "AUTOMATION_DATA_DIR", "AUTOMATION_BUILD_DIR",
        "AUTOMATION_BUILD_SRC_DIR", "AUTOMATION_BUILD_DEVOPS_DIR", "AUTOMATION_JOB_IDENTIFIER",
        "AUTOMATION_RELEASE_IDENTIFIER", "AUTOMATION_DEPLOYMENT_IDENTIFIER"})
    script.save(name);
  script.save("REGISTRY_TYPES_LIST", registry_types());
}

}  // namespace runtask::hamlet
