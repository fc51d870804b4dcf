#include "run/log_follower.h"

#include <algorithm>
#include <utility>

namespace runtask::run {

LogFollower::Step LogFollower::next(Instant now) {
  if (fetching_) return Pending{};
  if (complete_ || denied_ || at_end_) return Done{};
  if (held_since_) return Held{};
  if (is_given_up(now)) return Done{true, why_given_up()};
  if (now < next_fetch_) return Wait{next_fetch_};
  fetching_ = true;
  was_asked_ = true;
  has_news_on_the_way_ = false;
  fetch_began_ = now;
  return Fetch{token_};
}

bool LogFollower::is_given_up(Instant now) const {
  if (!stopped_) return false;
  const auto drained = *stopped_ + pace_.drain + held_after_stop_;
  return now - drained >= kDrainLongest || now - std::max(drained, last_lines_) >= kDrainSilent;
}

std::string LogFollower::why_given_up() const {
  if (!last_failure_.empty()) return last_failure_;
  if (empty_pages_ > 0)
    return "its pages had no line and no end for " + short_duration(kDrainSilent);
  return {};
}

// Only a page that was asked for then can show that no late line has come.
bool LogFollower::fetched_after_drain() const {
  return stopped_ && fetch_began_ >= *stopped_ + pace_.drain;
}

void LogFollower::page(const Page& page, Instant now) {
  fetching_ = false;
  exists_ = true;
  complete_ = page.is_complete;
  last_failure_.clear();
  // Logs API: the end, for now, is a forward token that equals the one that was sent. A page may be
  // empty without being the end.
  const bool end_for_now = page.forward_token == token_;
  token_ = page.forward_token;
  empty_pages_ = page.events > 0 || end_for_now ? 0 : empty_pages_ + 1;
  if (page.events > 0) {
    last_lines_ = now;
    interval_ = pace_.first;
  }
  const bool is_enough =
      rhythm_.is_watched && page.is_up_to_news && page.events > 0 && !fetched_after_drain();
  if (empty_pages_ > kEmptyPagesQuickMax) {
    lengthen_interval();
    next_fetch_ = now + interval_;
  } else if (!end_for_now && !is_enough) {
    next_fetch_ = page.events > 0 ? now : now + std::min<Duration>(pace_.first, kEmptyPagePause);
  } else if (fetched_after_drain()) {
    at_end_ = true;
  } else {
    wait_longer(now);
  }
  // This page may have been made before they were there.
  if (has_news_on_the_way_) next_fetch_ = now;
}

void LogFollower::failed(Code code, const std::string& why, Instant now) {
  fetching_ = false;
  if (code == Code::kDenied) {
    denied_ = true;
  } else if (code == Code::kNotFound && fetched_after_drain() && token_.empty()) {
    at_end_ = true;  // A container that printed nothing never gets a stream.
  } else {
    if (code != Code::kNotFound || !token_.empty()) last_failure_ = why;
    wait_longer(now);
  }
}

void LogFollower::rewind(Instant now) {
  fetching_ = false;
  token_.clear();
  next_fetch_ = now;
}

void LogFollower::lengthen_interval() {
  interval_ = std::min<Duration>(std::max<Duration>(interval_ + interval_ / 2, Duration(1)),
                                 rhythm_.longest);
}

void LogFollower::wait_longer(Instant now) {
  lengthen_interval();
  const bool is_draining = stopped_ && now < *stopped_ + pace_.drain;
  const bool waits_for_news = rhythm_.is_watched && (!stopped_ || is_draining);
  next_fetch_ = now + (waits_for_news ? rhythm_.unasked : interval_);
  // Not later than the read that may end it.
  if (is_draining) next_fetch_ = std::min(next_fetch_, *stopped_ + pace_.drain);
}

void LogFollower::set_rhythm(const Rhythm& rhythm, Instant now) {
  const bool was_watched = std::exchange(rhythm_, rhythm).is_watched;
  if (was_watched && !rhythm.is_watched) next_fetch_ = std::min(next_fetch_, now);
  // Whether a stream is there at all must be known before it is said that it is not.
  if (!was_watched && rhythm.is_watched && !was_asked_ && token_.empty() && !stopped_)
    next_fetch_ = begun_ + kSayNoStreamAfter;
}

void LogFollower::news(Instant now) {
  has_news_on_the_way_ = fetching_;
  next_fetch_ = std::min(next_fetch_, now);
}

void LogFollower::stopped(Instant now) {
  if (stopped_) return;
  stopped_ = now;
  interval_ = pace_.first;
  next_fetch_ = rhythm_.is_watched ? std::min(next_fetch_, now + pace_.drain) : now;
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
