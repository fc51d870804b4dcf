#pragma once

#include <optional>
#include <string>

#include "aws/shared_config.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "sys/environment.h"

// A person's sign-in at IAM Identity Center ("SSO"), as the AWS CLI leaves it in its token cache.
// Pure; any thread.

namespace runtask::aws {

// What a profile says of it.
struct SignInPlace {
  std::string profile;
  std::string session;  // The name of its section; empty in the older form, without one.
  std::string start_url, region, account_id, role_name;
  std::string token_path;

  // How to sign in again.
  [[nodiscard]] std::string hint() const;
};
// By sso_account_id or sso_role_name; none without either. kUsage when something is missing, or
// when profile and session contradict each other.
[[nodiscard]] Result<std::optional<SignInPlace>> find_sign_in(const sys::Environment& environment,
                                                              const SharedConfig& shared);

struct SignInToken {
  Secret access_token;
  WallTime expiry;
  // What prolonging takes; all of it, or it cannot be prolonged.
  Secret refresh_token;
  std::string client_id;
  Secret client_secret;
  std::optional<WallTime> registration_expiry;

  [[nodiscard]] bool can_be_prolonged(WallTime now) const;
};
// kInvalid without the token's text. The error shows none of it.
[[nodiscard]] Result<SignInToken> read_sign_in_token(const std::string& file_text,
                                                     const std::string& path);
// The file's text with another token in it; all else in it is kept.
[[nodiscard]] std::string write_sign_in_token(const std::string& file_text,
                                              const SignInToken& token);

// The request to prolong it, JSON, and the answer. `now` is when it came.
[[nodiscard]] std::string prolong_request(const SignInToken& token);
[[nodiscard]] Result<SignInToken> read_prolonged(const std::string& reply, SignInToken token,
                                                 WallTime now);

}  // namespace runtask::aws
