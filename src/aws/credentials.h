#pragma once

#include <functional>
#include <optional>
#include <string>

#include "aws/shared_config.h"
#include "base/result.h"
#include "base/time.h"
#include "ecs/sigv4.h"
#include "sys/environment.h"
#include "sys/loop.h"

// Who calls AWS.

namespace runtask::aws {

struct Credentials {
  ecs::SigningKeys keys;
  std::optional<WallTime> expiry;
  std::string source;  // For people: "the environment", "profile `x` in /home/me/.aws/credentials".
};

// Keys that are there already, in the order of the AWS SDKs: the environment (unless a profile was
// given explicitly), then the profile's in the credentials file, then those in the config file.
// kUsage when there are none, when only half of a pair is there, and when the profile gets its keys
// in a way that is not supported yet (role, SSO, process, ...): the error says which.
[[nodiscard]] Result<Credentials> find_credentials(const sys::Environment& environment,
                                                   const SharedConfig& shared);

// Where a client gets keys from, before each attempt to call. For the loop's thread.
class CredentialsProvider {
 public:
  CredentialsProvider() = default;
  CredentialsProvider(const CredentialsProvider&) = delete;
  CredentialsProvider& operator=(const CredentialsProvider&) = delete;
  virtual ~CredentialsProvider() = default;

  using Done = std::function<void(Result<Credentials>)>;
  // Answers once, on the loop, never from inside get(), with keys that are good now. Destroying
  // the Pending calls it off; it must not outlive the provider.
  [[nodiscard]] virtual sys::PendingPtr get(Done done) = 0;
};

// Always the same keys; kDenied after their expiry.
class StaticCredentials final : public CredentialsProvider {
 public:
  StaticCredentials(sys::Loop& loop, Credentials credentials)
      : loop_(loop), credentials_(std::move(credentials)) {}
  [[nodiscard]] sys::PendingPtr get(Done done) override;

 private:
  sys::Loop& loop_;
  Credentials credentials_;
};

}  // namespace runtask::aws
