#include "aws/rate_bucket.h"

#include <algorithm>
#include <cmath>

namespace runtask::aws {
namespace {

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

double RateBucket::burst() const {
  if (is_slowed_) return std::max(1.0, per_second_);
  return quota_->burst;
}

// Not so slow that a single run would stand still.
double RateBucket::slowest() const {
  return quota_ ? std::min(quota_->per_second, std::max(1.0, quota_->per_second / 10)) : 1.0;
}

void RateBucket::recover(Duration passed) {
  if (quota_) {
    per_second_ += quota_->per_second * kRecoveryShare * seconds(passed);
    is_slowed_ = per_second_ < quota_->per_second;
  } else {
    per_second_ *= std::exp2(std::min(seconds(passed) / kDoublingSeconds, 100.0));
    is_slowed_ = per_second_ < kUnlimitedFrom;
  }
}

void RateBucket::refill(Instant now) {
  const auto passed = std::max<Duration>(now - filled_, Duration(0));
  if (is_slowed_ || quota_)
    tokens_ += seconds(passed) * (is_slowed_ ? per_second_ : quota_->per_second);
  if (is_slowed_) {
    const auto from = std::max(filled_, *slowed_at_ + kRecoversAfter);
    if (now > from) recover(now - from);
  }
  filled_ = std::max(filled_, now);
  if (is_slowed_ || quota_) tokens_ = std::min(tokens_, burst());
}

Duration RateBucket::wait(Instant now, double calls) {
  refill(now);
  if (!is_slowed_ && !quota_) return Duration(0);
  // More than the bucket holds are let through when it is full; it is in debt then.
  const double missing = std::min(calls, burst()) - tokens_;
  if (missing <= 0) return Duration(0);
  const double rate = is_slowed_ ? per_second_ : quota_->per_second;
  return Duration(static_cast<Duration::rep>(std::ceil(missing / rate * 1000)));
}

void RateBucket::take(Instant now, double calls) {
  refill(now);
  count(now, calls);
  if (is_slowed_ || quota_) tokens_ -= calls;
}

void RateBucket::count(Instant now, double calls) {
  constexpr Duration kSecond{1000};
  const auto second = now - now % kSecond;
  if (second != second_) {
    calls_in_last_second_ = second == second_ + kSecond ? calls_in_second_ : 0;
    calls_in_second_ = 0;
    second_ = second;
  }
  calls_in_second_ += calls;
}

void RateBucket::throttled(Instant now) {
  if (slowed_at_ && now - *slowed_at_ < kSlowedAgainAfter) return;
  refill(now);
  count(now, 0);
  double rate = std::max(calls_in_second_, calls_in_last_second_);
  if (is_slowed_) rate = std::min(rate, per_second_);
  if (quota_) rate = std::min(rate, quota_->per_second);
  per_second_ = std::max(slowest(), rate * kSlowing);
  is_slowed_ = true;
  slowed_at_ = now;
  tokens_ = std::min(tokens_, 0.0);
}

}  // namespace runtask::aws
