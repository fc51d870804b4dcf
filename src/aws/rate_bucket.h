#pragma once

#include <optional>

#include "base/time.h"

namespace runtask::aws {

struct Quota {
  double burst;       // Calls that may be made at once after a pause.
  double per_second;  // And then.
};

// How often calls of one kind may be made: a token bucket that becomes smaller when the server
// throttles (others call for the same account, or its quota is less than the documented one), and
// grows again. Without a quota it holds nothing back until then. Pure.
class RateBucket {
 public:
  explicit RateBucket(std::optional<Quota> quota)
      : quota_(quota), tokens_(quota ? quota->burst : 0) {}

  // How long until `calls` may be made; 0: now. Never more than the burst can give is waited for.
  [[nodiscard]] Duration wait(Instant now, double calls);
  void take(Instant now, double calls);
  // The server refused a call because there were too many.
  void throttled(Instant now);

  [[nodiscard]] bool is_slowed() const { return is_slowed_; }

 private:
  void refill(Instant now);
  void recover(Duration passed);
  void count(Instant now, double calls);
  [[nodiscard]] double burst() const;
  [[nodiscard]] double slowest() const;

  const std::optional<Quota> quota_;
  double tokens_;
  Instant filled_{};
  bool is_slowed_ = false;
  double per_second_ = 0;  // While it is slowed.
  std::optional<Instant> slowed_at_;
  // What was called lately, in whole seconds.
  Instant second_{};
  double calls_in_second_ = 0, calls_in_last_second_ = 0;
};

// Replies to what was under way before it was slowed say nothing about the new rate.
constexpr Duration kSlowedAgainAfter{1000};
constexpr Duration kRecoversAfter{2000};
constexpr double kSlowing = 0.7;
// The quota's share that comes back each second; without a quota, the rate doubles in five.
constexpr double kRecoveryShare = 0.05;
constexpr double kDoublingSeconds = 5.0;
constexpr double kUnlimitedFrom = 1000.0;  // Calls a second.

}  // namespace runtask::aws
