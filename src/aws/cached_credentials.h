#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "aws/credentials.h"

namespace runtask::aws {

constexpr Duration kRefreshBefore = std::chrono::minutes(15);  // Of the expiry; in the background.
constexpr Duration kTooLate = std::chrono::minutes(1);       // Before it; then they are waited for.
constexpr Duration kRefreshPause = std::chrono::minutes(1);  // Between two refreshes.

// Keeps what another provider gives, so that a call seldom waits for keys. Newer ones are fetched
// in the background when a quarter of their life, or 15 minutes, is left; the old ones are given
// until a minute before they end, also while the refresh fails. Keys without an expiry are kept
// until they are refused. There is never more than one fetch, for however many that wait. For the
// loop's thread.
class CachedCredentials final : public CredentialsProvider {
 public:
  // `loop` must outlive it.
  CachedCredentials(sys::Loop& loop, std::unique_ptr<CredentialsProvider> inner);

  [[nodiscard]] sys::PendingPtr get(Done done) override;
  [[nodiscard]] bool refuse(const ecs::SigningKeys& keys) override;

 private:
  using Waiters = std::map<std::uint64_t, Done>;
  class Waiter;

  [[nodiscard]] sys::PendingPtr give(Done done, Credentials credentials);
  [[nodiscard]] sys::PendingPtr wait(Done done);
  void fetch();
  void take(Result<Credentials> result);
  void deliver(const Result<Credentials>& result);

  sys::Loop& loop_;
  const std::unique_ptr<CredentialsProvider> inner_;
  std::optional<Credentials> kept_;
  WallTime refresh_at_;
  Instant next_fetch_{0};       // No fetch in the background before it.
  bool is_kept_fresh_ = false;  // The last fetch gave them; their source has none better.
  std::uint64_t next_waiter_ = 0;
  // Shared, because an answer may destroy the provider while the others wait for theirs.
  std::shared_ptr<Waiters> waiters_ = std::make_shared<Waiters>();
  sys::PendingPtr fetch_;  // Under way, until its answer has been delivered.
  sys::PendingPtr delivery_;
};

}  // namespace runtask::aws
