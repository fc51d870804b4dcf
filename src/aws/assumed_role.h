#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "aws/client.h"
#include "aws/credentials.h"

namespace runtask::aws {

// Where the codes of a device for multi-factor authentication come from. For the loop's thread.
class TokenCodes {
 public:
  TokenCodes() = default;
  TokenCodes(const TokenCodes&) = delete;
  TokenCodes& operator=(const TokenCodes&) = delete;
  virtual ~TokenCodes() = default;

  // Answers once, on the loop, never from inside ask(), within a time of its own; with an error
  // that says why when nobody can be asked. Destroying the Pending calls it off.
  [[nodiscard]] virtual sys::PendingPtr ask(const std::string& serial,
                                            std::function<void(Result<std::string>)> done) = 0;
};

struct Role {
  std::string arn;
  std::string session_name;
  std::string external_id;              // May be empty.
  std::string mfa_serial;               // Empty: no code is asked for.
  std::optional<int> duration_seconds;  // STS' default is an hour.
};

// Keys for a role, from STS with the keys of another provider; a new session by every get(). Keep
// them in CachedCredentials. For the loop's thread.
class AssumedRole final : public CredentialsProvider {
 public:
  // `sts` is how STS is called; `outside` and `codes` must outlive it. Errors of Client::create.
  [[nodiscard]] static Result<std::unique_ptr<AssumedRole>> create(
      const Client::Outside& outside, ClientOptions sts,
      std::unique_ptr<CredentialsProvider> source, Role role, TokenCodes& codes);

  [[nodiscard]] sys::PendingPtr get(Done done) override;

 private:
  class Assumption;
  AssumedRole(std::unique_ptr<Client> client, Role role, TokenCodes& codes);

  const std::unique_ptr<Client> client_;
  const Role role_;
  TokenCodes& codes_;
};

}  // namespace runtask::aws
