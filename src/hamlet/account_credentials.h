#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "sys/environment.h"

// Which credentials hamlet's settings choose for an account, as data: nothing is called, asked for
// or evaluated here. The rules are those of the scripts (spec: hamlet 7, "Credentials, this
// generation"); where they differ, docs/CREDENTIALS.md says so. Any thread.

namespace runtask::hamlet {

// What the CMDB's merged Account object says; empty: it does not.
struct AccountFacts {
  std::string provider;     // Account.Provider
  std::string provider_id;  // Account.ProviderId: the account's number.
  std::string aws_id;       // Account.AWSId, its name before.
  std::string azure_id;     // Account.AzureId
};

struct AccountQuestion {
  std::string account;    // ACCOUNT, in any case.
  std::string provider;   // ACCOUNT_PROVIDER; empty: the CMDB's, else "aws".
  std::string partition;  // Of ARNs in the run's region: "aws", "aws-cn", "aws-us-gov".
  AccountFacts facts;
  bool has_config_file = false;  // Whether ~/.aws/config is there.
  // Whether the user's AWS files have a profile of that name. Asked only for the source CONFIG.
  std::function<Result<bool>(const std::string& profile)> has_profile;
};

struct AccountCredentials {
  enum class Source {
    kKeys,                 // `keys`
    kContainer,            // The container's metadata.
    kInstance,             // The machine's metadata.
    kContainerOrInstance,  // The container's if there is one, else the machine's.
    kProfile,   // `profile` of the user's AWS files, whatever keys are in the environment.
    kSdkChain,  // What an AWS SDK finds by itself.
  };
  struct Keys {
    std::string access_key_id;
    Secret secret_access_key;
    Secret session_token;  // May be empty.
    std::string words;     // For people: whose.
  };

  std::string account;      // As it was asked for.
  std::string source_word;  // ENV, USER, ..., as hamlet calls the source, in upper case.
  Source source = Source::kSdkChain;
  Keys keys;
  std::string profile;
  // kSdkChain, and AWS_PROFILE and the variables that name the AWS files do not count.
  bool is_default_files_only = false;

  // The role to assume with what the source gives; empty: none.
  std::string role_arn;
  std::string mfa_serial;    // Of the device whose code assuming the role takes; may be empty.
  std::string session_name;  // Of the role's session, as STS allows it.

  // The number of the account that the credentials must belong to; empty: not known, not checked.
  std::string account_id;
  std::string account_id_source;  // "HAMLET_AWS_ACCOUNT_ID", "Account.ProviderId"
  bool is_identity_checked = true;

  std::vector<std::string> warnings;  // For people, one line each.
};

// kUsage for a source, provider or combination that makes no sense or lacks something; those of
// has_profile. No error shows a secret.
[[nodiscard]] Result<AccountCredentials> find_account_credentials(
    const sys::Environment& environment, const AccountQuestion& question);

}  // namespace runtask::hamlet
