#include "hamlet/account_credentials.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace runtask::hamlet {
namespace {

using Source = AccountCredentials::Source;

constexpr std::size_t kSessionNameCharactersMax = 64;  // STS: RoleSessionName.

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A value with the name that it was found under.
struct Setting {
  std::string name;
  std::string value;
  [[nodiscard]] bool empty() const { return value.empty(); }
};

// What the environment says about one account.
class Settings {
 public:
  Settings(const sys::Environment& environment, std::string account)
      : environment_(environment), account_(std::move(account)) {}

  [[nodiscard]] const std::string& account() const { return account_; }

  [[nodiscard]] Setting variable(const std::string& name) const {
    // Names that a shell could not have set count as unset (hamlet 2, row 9).
    if (!is_identifier(name)) return {};
    return {name, environment_.get_non_empty(name).value_or("")};
  }
  // HAMLET_<ACCOUNT>_<name>
  [[nodiscard]] Setting of_account(const std::string& name) const {
    return account_.empty() ? Setting() : variable("HAMLET_" + account_ + "_" + name);
  }
  // The account's, else what an older variable says, else HAMLET_<name>: the scripts store the
  // older one under that last name, so that only the account's own setting is stronger.
  [[nodiscard]] Setting find(const std::string& name, const Setting& older) const {
    if (auto found = of_account(name); !found.empty()) return found;
    return older.empty() ? variable("HAMLET_" + name) : older;
  }

 private:
  const sys::Environment& environment_;
  const std::string account_;
};

Result<> check_provider(const AccountQuestion& question, const std::string& account) {
  std::string provider = question.provider.empty() ? question.facts.provider : question.provider;
  if (provider.empty() || provider == "aws") return {};
  if (provider == "azure")
    return fail(Code::kUsage, "the account `" + account + "` is one of Azure, which has no ECS",
                "check ACCOUNT and ACCOUNT_PROVIDER");
  return fail(
      Code::kUsage,
      "unknown account provider `" + valid_utf8(provider) + "` of the account `" + account + "`",
      "hamlet knows aws and azure; ECS tasks run on aws (ACCOUNT_PROVIDER, or Provider in "
      "account.json)");
}

void find_account_id(const Settings& settings, const AccountFacts& facts,
                     AccountCredentials& found) {
  const std::array<Setting, 7> places = {
      {settings.find("AWS_ACCOUNT_ID", {}),
       settings.account().empty() ? Setting()
                                  : settings.variable(settings.account() + "_AWS_ACCOUNT_ID"),
       settings.variable("AWS_ACCOUNT_ID"), settings.variable("PROVIDERID"),
       Setting{"Account.ProviderId", facts.provider_id}, Setting{"Account.AWSId", facts.aws_id},
       Setting{"Account.AzureId", facts.azure_id}}};
  const auto* const place = std::find_if(places.begin(), places.end(),
                                         [](const Setting& setting) { return !setting.empty(); });
  if (place == places.end()) return;
  found.account_id = place->value;
  found.account_id_source = place->name;
}

Setting find_source(const Settings& settings, bool has_config_file) {
  Setting older;
  if (const auto user = settings.variable("AWS_AUTOMATION_USER"); !user.empty())
    older = {user.name, user.value == "ROLE" ? "INSTANCE" : "USER"};
  if (older.empty()) older = settings.variable("HAMLET_AWS_AUTH_SOURCE");
  if (const auto file = settings.variable("AWS_CONFIG_FILE");
      older.empty() && (has_config_file || !file.empty()))
    older = {file.empty() ? "~/.aws/config" : file.name, "CONFIG"};
  auto found = settings.find("AWS_AUTH_SOURCE", older);
  return found.empty() ? Setting{"", "ENV"} : found;
}

// An account's role may be given as a name, or whole.
Result<std::string> role_arn(const Setting& role, const std::string& account_id,
                             const std::string& partition) {
  constexpr std::string_view kArn = "arn:";
  if (role.value.starts_with(kArn) && role.value.find(':', kArn.size()) != std::string::npos)
    return role.value;
  if (account_id.empty())
    return fail(Code::kUsage,
                "the role `" + valid_utf8(role.value) + "` (" + role.name +
                    ") cannot be assumed: the number of its account is not known",
                "set HAMLET_AWS_ACCOUNT_ID, ProviderId in account.json, or give the role's ARN");
  return "arn:" + (partition.empty() ? "aws" : partition) + ":iam::" + account_id + ":role/" +
         role.value;
}

Result<> choose_environment(const Settings& settings, AccountCredentials& found) {
  const auto id = settings.variable("AWS_ACCESS_KEY_ID");
  const auto secret = settings.variable("AWS_SECRET_ACCESS_KEY");
  // Without keys an agent's own role is what is left (hamlet, R91: the scripts failed here).
  if (id.empty() || secret.empty()) return {};
  found.source = Source::kKeys;
  found.keys = {id.value, Secret(secret.value),
                Secret(settings.variable("AWS_SESSION_TOKEN").value), "the environment"};
  return {};
}

Result<> choose_user(const Settings& settings, AccountCredentials& found) {
  Setting older = settings.variable("AWS_AUTOMATION_USER");
  if (older.value == "ROLE") older = {};
  const auto user = settings.find("AWS_AUTH_USER", older);
  if (user.empty())
    return fail(Code::kUsage, "the source USER is chosen, but no user is named",
                "set HAMLET_AWS_AUTH_USER, for example to ADMIN for keys in "
                "ADMIN_AWS_ACCESS_KEY_ID and ADMIN_AWS_SECRET_ACCESS_KEY");
  const auto prefix = upper_case(user.value) + "_AWS_";
  const auto id = settings.variable(prefix + "ACCESS_KEY_ID");
  const auto secret = settings.variable(prefix + "SECRET_ACCESS_KEY");
  if (id.empty() || secret.empty()) {
    const auto missing = valid_utf8(prefix) + (id.empty() ? "ACCESS_KEY_ID" : "SECRET_ACCESS_KEY");
    return fail(Code::kUsage,
                "the user `" + valid_utf8(user.value) + "` (" + user.name +
                    ") has no keys: " + missing + " is not set",
                is_identifier(prefix)
                    ? "set it, and its secret, in the environment"
                    : "the user's name becomes a part of a variable's name: use letters, digits "
                      "and `_`");
  }
  found.source = Source::kKeys;
  // The scripts stored the access key as session token, under a name that nobody reads (R81).
  found.keys = {id.value, Secret(secret.value),
                Secret(settings.variable(prefix + "SESSION_TOKEN").value),
                prefix + "ACCESS_KEY_ID"};
  return {};
}

Result<> choose_profile(const Settings& settings, const AccountQuestion& question,
                        AccountCredentials& found) {
  const auto expected = found.account_id.empty() ? settings.account() : found.account_id;
  const bool is_there = !expected.empty() && TRY(question.has_profile(expected));
  if (is_there) {
    found.profile = expected;
  } else {
    const auto own = settings.variable("AWS_PROFILE");
    found.warnings.push_back(
        "the AWS files have no profile `" + valid_utf8(expected) + "` for the account `" +
        valid_utf8(found.account) +
        (own.empty() ? "`: what the AWS SDKs find by default is used" : "`: AWS_PROFILE is used"));
    found.profile = own.value;
  }
  found.source = found.profile.empty() ? Source::kSdkChain : Source::kProfile;
  return {};
}

Result<> choose_source(const Settings& settings, const AccountQuestion& question,
                       const Setting& source, AccountCredentials& found) {
  const auto& word = found.source_word;
  if (word == "ENV") return choose_environment(settings, found);
  if (word == "USER") return choose_user(settings, found);
  if (word == "CONFIG") return choose_profile(settings, question, found);
  if (word == "INSTANCE") {
    found.source = Source::kContainerOrInstance;
  } else if (word == "INSTANCE:ECS") {
    found.source = Source::kContainer;
  } else if (word == "INSTANCE:EC2") {
    found.source = Source::kInstance;
  } else if (word == "NONE") {
    found.is_default_files_only = true;
    found.is_identity_checked = false;
    found.warnings.push_back("no login to AWS for the account `" + valid_utf8(found.account) +
                             "` (" + source.name +
                             " is NONE): nothing checks whose credentials will be used");
  } else {
    return fail(
        Code::kUsage,
        "invalid credentials source `" + valid_utf8(source.value) + "` (" + source.name + ")",
        "possible are ENV, USER, INSTANCE, INSTANCE:ECS, INSTANCE:EC2, CONFIG, NONE");
  }
  return {};
}

Result<> find_role(const Settings& settings, const AccountQuestion& question,
                   AccountCredentials& found) {
  const auto role = settings.find("AWS_AUTH_ROLE", settings.variable("AWS_AUTOMATION_ROLE"));
  if (role.empty() || found.source_word == "NONE") return {};
  if (found.source_word == "CONFIG") {
    found.warnings.push_back(role.name +
                             " is not used with the source CONFIG: the profile names the role");
    return {};
  }
  found.role_arn = TRY(role_arn(role, found.account_id, question.partition));
  // A machine has no device that shows codes; the scripts set none there either.
  if (found.source_word == "ENV" || found.source_word == "USER")
    found.mfa_serial = settings.find("AWS_AUTH_MFA_SERIAL", {}).value;
  return {};
}

std::string session_name(const Settings& settings) {
  const auto user = settings.variable("GIT_USER");
  std::string name = "hamlet_" + (user.empty() ? settings.account() : user.value);
  constexpr std::string_view kSigns = "_+=,.@-";
  for (char& c : name)
    if (!is_letter(c) && !is_digit(c) && kSigns.find(c) == std::string_view::npos) c = '-';
  return name.substr(0, kSessionNameCharactersMax);
}

}  // namespace

Result<AccountCredentials> find_account_credentials(const sys::Environment& environment,
                                                    const AccountQuestion& question) {
  const Settings settings(environment, upper_case(question.account));
  TRY(check_provider(question, valid_utf8(question.account)));

  AccountCredentials found;
  found.account = question.account;
  found.session_name = session_name(settings);
  find_account_id(settings, question.facts, found);
  const auto source = find_source(settings, question.has_config_file);
  found.source_word = upper_case(source.value);
  const auto during =
      "while choosing the credentials of the account `" + valid_utf8(question.account) + "`";
  TRY_DURING(choose_source(settings, question, source, found), during);
  TRY_DURING(find_role(settings, question, found), during);
  return found;
}

}  // namespace runtask::hamlet
