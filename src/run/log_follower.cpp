#include "run/log_follower.h"

#include <algorithm>

namespace runtask::run {

LogFollower::Step LogFollower::next(Instant now) {
  if (fetching_) return Pending{};
  if (complete_ || denied_ || at_end_) return Done{};
  if (stopped_ && now - *stopped_ >= pace_.drain + kDrainLongest) return Done{true};
  if (now < next_fetch_) return Wait{next_fetch_};
  fetching_ = true;
  fetch_began_ = now;
  return Fetch{token_};
}

void LogFollower::page(const std::string& forward_token, std::size_t events, bool complete,
                       Instant now) {
  fetching_ = false;
  exists_ = true;
  complete_ = complete;
  // Logs API: the end, for now, is a forward token that equals the one that was sent. A page may be
  // empty without being the end.
  const bool end_for_now = forward_token == token_;
  token_ = forward_token;
  if (events > 0) interval_ = pace_.first;
  if (!end_for_now) {
    next_fetch_ = now;
    return;
  }
  if (stopped_ && fetch_began_ >= *stopped_ + pace_.drain) {
    at_end_ = true;
    return;
  }
  interval_ = std::min<Duration>(interval_ + interval_ / 2, pace_.longest);
  next_fetch_ = now + interval_;
  // Not later than the read that ends it.
  if (stopped_) next_fetch_ = std::min(next_fetch_, std::max(now, *stopped_ + pace_.drain));
}

void LogFollower::failed(Code code, Instant now) {
  fetching_ = false;
  if (code == Code::kDenied) {
    denied_ = true;
    return;
  }
  const bool drained = stopped_ && fetch_began_ >= *stopped_ + pace_.drain;
  // A container that printed nothing never gets a stream.
  if (code == Code::kNotFound && drained) {
    at_end_ = true;
    return;
  }
  interval_ = std::min<Duration>(interval_ + interval_ / 2, pace_.longest);
  next_fetch_ = now + interval_;
  if (stopped_ && !drained)
    next_fetch_ = std::min(next_fetch_, std::max(now, *stopped_ + pace_.drain));
}

void LogFollower::stopped(Instant now) {
  if (stopped_) return;
  stopped_ = now;
  interval_ = pace_.first;
  next_fetch_ = now;
}

std::optional<std::string> LogFollower::take_words(Instant now, const std::string& container) {
  if (denied_ && !said_denied_) {
    said_denied_ = true;
    return "the log of container " + container +
           " may not be read (logs:GetLogEvents is denied): the run goes on without it";
  }
  if (!exists_ && !said_no_stream_ && !denied_ && !stopped_ && now - begun_ >= kSayNoStreamAfter) {
    said_no_stream_ = true;
    return "container " + container + " has no log stream yet: it has not written a line";
  }
  return {};
}

}  // namespace runtask::run
