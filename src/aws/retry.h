#pragma once

#include <optional>
#include <vector>

#include "base/time.h"
#include "ecs/errors.h"
#include "sys/http.h"
#include "sys/random.h"

// Whether and when a call is tried again: the SDKs' standard mode, with one more status that is
// throttling (429, as in the JavaScript SDK), and without one that does not pass: a certificate
// that is not to be trusted (as in the Go and JavaScript SDKs). Any thread; no state but the
// quota's.

namespace runtask::aws {

constexpr int kAttemptsDefault = 3;
constexpr int kAttemptsLimit = 100;  // What a user may ask for.
constexpr Duration kBackoffMax = std::chrono::seconds(20);
constexpr Duration kSkewMin = std::chrono::minutes(4);  // AWS tolerates five.

// Whether a call that may have taken effect may be sent once more.
enum class Repeat { kAnyTime, kOnlyIfNotDone };

// Whether an attempt that ended with this error should be followed by another one. Not counted
// here: how many there have been.
[[nodiscard]] bool is_worth_another(const ecs::CallError& error, Repeat repeat);

// Whether the keys were refused because they have expired: nothing was done, and with newer keys it
// may work.
[[nodiscard]] bool are_keys_expired(const ecs::CallError& error);

// What all calls of a client may spend together on trying again, so that a service in trouble is
// not asked three times as much: 500 tokens, 5 for another attempt, 10 for one after a timeout. An
// attempt that succeeds gives back what the last one took, or 1 when it was the first.
class RetryQuota {
 public:
  static constexpr int kTokensMax = 500;

  // Whether there may be another attempt after this error; takes its tokens. `taken` becomes what
  // it took.
  [[nodiscard]] bool acquire(const ecs::CallError& error, int& taken);
  // A call succeeded; `taken` is what its last attempt had taken, 0 for the first.
  void succeeded(int taken);
  [[nodiscard]] int left() const { return left_; }

 private:
  int left_ = kTokensMax;
};

// How long to wait after attempt `number` (from 1): random() in [0, 1) of 1 s, 2 s, 4 s, ... 20 s.
[[nodiscard]] Duration backoff(int number, double random);

// One of a million steps in [0, 1), for backoff().
[[nodiscard]] double random_fraction(sys::Random& random);

// How far the server's clock is ahead of ours, if that is why it refused the signature. `sent_at`
// is our time when the request was sent, `now` when the answer came.
[[nodiscard]] std::optional<Duration> clock_offset(const ecs::CallError& error,
                                                   const std::vector<sys::Header>& headers,
                                                   WallTime sent_at, WallTime now);

}  // namespace runtask::aws
