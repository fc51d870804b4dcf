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

// Keys that are there already: AWS_ACCESS_KEY_ID and its like; none when neither half of a pair is
// set, kUsage when only one is.
[[nodiscard]] Result<std::optional<Credentials>> keys_of_environment(
    const sys::Environment& environment);
// The profile's, in the one file or the other. kUsage for half a pair.
[[nodiscard]] Result<std::optional<Credentials>> keys_of_credentials_file(
    const SharedConfig& shared);
[[nodiscard]] Result<std::optional<Credentials>> keys_of_config_file(const SharedConfig& shared);

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
  // These keys were refused because they have expired: they must not be given again. True when
  // get() may give others, as where it fetches them anew.
  [[nodiscard]] virtual bool refuse(const ecs::SigningKeys& keys);
};

// Always the same keys; kDenied after their expiry.
class StaticCredentials final : public CredentialsProvider {
 public:
  StaticCredentials(sys::Loop& loop, Credentials credentials)
      : loop_(loop), credentials_(std::move(credentials)) {}
  [[nodiscard]] sys::PendingPtr get(Done done) override;
  [[nodiscard]] bool refuse(const ecs::SigningKeys& keys) override;

 private:
  sys::Loop& loop_;
  Credentials credentials_;
};

}  // namespace runtask::aws
