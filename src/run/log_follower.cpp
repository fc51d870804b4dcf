#include "run/log_follower.h"

#include <algorithm>

namespace runtask::run {

LogFollower::Step LogFollower::next(Instant now) {
  if (fetching_) return Pending{};
  if (complete_ || denied_ || at_end_) return Done{};
  if (held_since_) return Held{};
  if (is_given_up(now)) return Done{true, last_failure_};
  if (now < next_fetch_) return Wait{next_fetch_};
  fetching_ = true;
  fetch_began_ = now;
  return Fetch{token_};
}

bool LogFollower::is_given_up(Instant now) const {
  if (!stopped_) return false;
  const auto drained = *stopped_ + pace_.drain + held_after_stop_;
  return now - drained >= kDrainLongest || now - std::max(drained, last_page_) >= kDrainSilent;
}

// Only a page that was asked for then can show that no late line has come.
bool LogFollower::fetched_after_drain() const {
  return stopped_ && fetch_began_ >= *stopped_ + pace_.drain;
}

void LogFollower::page(const std::string& forward_token, std::size_t events, bool complete,
                       Instant now) {
  fetching_ = false;
  exists_ = true;
  complete_ = complete;
  last_page_ = now;
  last_failure_.clear();
  // Logs API: the end, for now, is a forward token that equals the one that was sent. A page may be
  // empty without being the end.
  const bool end_for_now = forward_token == token_;
  token_ = forward_token;
  if (events > 0) interval_ = pace_.first;
  if (!end_for_now) {
    next_fetch_ = events > 0 ? now : now + std::min<Duration>(pace_.first, kEmptyPagePause);
  } else if (fetched_after_drain()) {
    at_end_ = true;
  } else {
    wait_longer(now);
  }
}

void LogFollower::failed(Code code, const std::string& why, Instant now) {
  fetching_ = false;
  if (code == Code::kDenied) {
    denied_ = true;
  } else if (code == Code::kNotFound && fetched_after_drain() && token_.empty()) {
    at_end_ = true;  // A container that printed nothing never gets a stream.
  } else {
    if (code != Code::kNotFound) last_failure_ = why;
    wait_longer(now);
  }
}

void LogFollower::wait_longer(Instant now) {
  interval_ =
      std::min<Duration>(std::max<Duration>(interval_ + interval_ / 2, Duration(1)), pace_.longest);
  next_fetch_ = now + interval_;
  // Not later than the read that may end it.
  if (stopped_ && now < *stopped_ + pace_.drain)
    next_fetch_ = std::min(next_fetch_, *stopped_ + pace_.drain);
}

void LogFollower::stopped(Instant now) {
  if (stopped_) return;
  stopped_ = now;
  interval_ = pace_.first;
  next_fetch_ = now;
}

void LogFollower::hold(Instant now) {
  if (!held_since_) held_since_ = now;
}

void LogFollower::release(Instant now) {
  if (!held_since_) return;
  if (stopped_) held_after_stop_ += now - std::max(*held_since_, *stopped_);
  held_since_.reset();
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
