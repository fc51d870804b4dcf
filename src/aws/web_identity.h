#pragma once

#include <memory>
#include <optional>
#include <string>

#include "aws/client.h"
#include "aws/credentials.h"
#include "sys/files.h"

namespace runtask::aws {

struct WebIdentity {
  std::string token_file;  // Read again for every session, because it is renewed.
  std::string role_arn;
  std::string session_name;
};

// AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN and AWS_ROLE_SESSION_NAME if `use_environment`, and for
// what is not set there the profile's web_identity_token_file, role_arn and role_session_name; none
// without a token file. kUsage without a role.
[[nodiscard]] Result<std::optional<WebIdentity>> find_web_identity(
    const sys::Environment& environment, const SharedConfig& shared, bool use_environment,
    const std::string& default_session_name);

// Keys for a role, from STS for the token of another identity provider (Kubernetes, a CI service);
// a new session by every get(). Keep them in CachedCredentials. For the loop's thread.
class WebIdentityCredentials final : public CredentialsProvider {
 public:
  // `sts` is how STS is called; `outside` and `files` must outlive it. Errors of Client::create.
  [[nodiscard]] static Result<std::unique_ptr<WebIdentityCredentials>> create(
      const Client::Outside& outside, ClientOptions sts, const sys::Files& files,
      WebIdentity identity);

  [[nodiscard]] sys::PendingPtr get(Done done) override;

 private:
  class Fetch;
  WebIdentityCredentials(sys::Loop& loop, const sys::Files& files, std::unique_ptr<Client> client,
                         WebIdentity identity)
      : loop_(loop), files_(files), client_(std::move(client)), identity_(std::move(identity)) {}

  sys::Loop& loop_;
  const sys::Files& files_;
  const std::unique_ptr<Client> client_;
  const WebIdentity identity_;
};

}  // namespace runtask::aws
