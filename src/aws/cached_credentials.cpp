#include "aws/cached_credentials.h"

#include <algorithm>
#include <utility>

namespace runtask::aws {

class CachedCredentials::Waiter final : public sys::Pending {
 public:
  Waiter(std::weak_ptr<Waiters> waiters, std::uint64_t id)
      : waiters_(std::move(waiters)), id_(id) {}
  ~Waiter() override {
    // Taken out before it is destroyed: what the handler holds may call off others.
    if (const auto waiters = waiters_.lock()) const auto node = waiters->extract(id_);
  }

 private:
  const std::weak_ptr<Waiters> waiters_;
  const std::uint64_t id_;
};

CachedCredentials::CachedCredentials(sys::Loop& loop, std::unique_ptr<CredentialsProvider> inner)
    : loop_(loop), inner_(std::move(inner)) {}

sys::PendingPtr CachedCredentials::get(Done done) {
  if (!kept_) return wait(std::move(done));
  const auto now = loop_.wall_now();
  if (!kept_->expiry || now < refresh_at_) return give(std::move(done), *kept_);
  const bool may_fetch = !fetch_ && loop_.now() >= next_fetch_;
  if (now + kTooLate < *kept_->expiry) {
    if (may_fetch) fetch();
    return give(std::move(done), *kept_);
  }
  // A machine's metadata that cannot be renewed gives old keys again, and they may still be good.
  if (!may_fetch && !fetch_ && is_kept_fresh_) return give(std::move(done), *kept_);
  return wait(std::move(done));
}

bool CachedCredentials::refuse(const ecs::SigningKeys& keys) {
  if (kept_ && kept_->keys.access_key_id == keys.access_key_id &&
      kept_->keys.session_token == keys.session_token)
    kept_.reset();
  return inner_->refuse(keys);
}

sys::PendingPtr CachedCredentials::give(Done done, Credentials credentials) {
  return loop_.after(Duration(0), [done = std::move(done), credentials = std::move(credentials)] {
    done(credentials);
  });
}

sys::PendingPtr CachedCredentials::wait(Done done) {
  const auto id = next_waiter_++;
  waiters_->emplace(id, std::move(done));
  if (!fetch_) fetch();
  return std::make_unique<Waiter>(waiters_, id);
}

void CachedCredentials::fetch() {
  fetch_ = inner_->get([this](Result<Credentials> result) {
    // In a turn of its own: this one belongs to the inner provider.
    delivery_ =
        loop_.after(Duration(0), [this, result = std::move(result)]() mutable { take(result); });
  });
}

void CachedCredentials::take(Result<Credentials> result) {
  fetch_.reset();
  next_fetch_ = loop_.now() + kRefreshPause;
  is_kept_fresh_ = result.has_value();
  if (result) {
    kept_ = *result;
    if (kept_->expiry) {
      const auto now = loop_.wall_now();
      const Duration life = std::max(*kept_->expiry - now, Duration(0));
      refresh_at_ = *kept_->expiry - std::min(kRefreshBefore, life / 4);
    }
  }
  deliver(result);
}

void CachedCredentials::deliver(const Result<Credentials>& given) {
  const auto waiters = waiters_;
  // A copy: what is given may be ours, and an answer may destroy us.
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization)
  const auto result = given;
  // Whoever asks again from inside its answer waits for the next fetch.
  const auto end = next_waiter_;
  while (!waiters->empty() && waiters->begin()->first < end) {
    const auto node = waiters->extract(waiters->begin());
    node.mapped()(result);
  }
}

}  // namespace runtask::aws
