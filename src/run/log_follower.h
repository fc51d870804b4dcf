#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/result.h"
#include "base/time.h"

// Reads one log stream to its end, page by page with GetLogEvents: a pure machine that decides when
// the next page is asked for and when the stream has been read. Pages go on by their forward token
// and never by time, so that no line is lost or doubled, whatever its timestamp.
//
// CloudWatch Logs has no end mark: after the container's stop a stream counts as read when a page
// that was asked for after the drain window brings nothing new. The embedded endpoint does say when
// a stream is complete.

namespace runtask::run {

struct LogPace {
  Duration first{1000};    // Between two reads that bring nothing, at first ...
  Duration longest{5000};  // ... and at most.
  Duration drain{6000};    // From the container's stop: how long late lines are waited for.
};

constexpr Duration kDrainLongest = std::chrono::minutes(10);  // A stream that never ends.
// After the drain window, a stream that brings no page at all is given up sooner.
constexpr Duration kDrainSilent = std::chrono::seconds(60);
constexpr Duration kEmptyPagePause{100};  // Before the page behind an empty one, at most.
constexpr Duration kSayNoStreamAfter = std::chrono::seconds(30);

class LogFollower {
 public:
  // `token`: where the reading goes on; empty: from the head.
  LogFollower(const LogPace& pace, Instant now, std::string token)
      : pace_(pace),
        begun_(now),
        interval_(pace.first),
        token_(std::move(token)),
        exists_(!token_.empty()) {}

  // What to do now.
  struct Fetch {  // Ask for the page behind `token` (empty: from the head), then call page/failed.
    std::string token;
  };
  struct Wait {  // Call next() again then, or after an event.
    Instant until;
  };
  struct Pending {};  // A page is under way.
  struct Held {};     // See hold().
  struct Done {
    bool is_capped = false;  // Given up: there may be more.
    std::string why;         // Then the last failure, if that was the reason.
  };
  using Step = std::variant<Fetch, Wait, Pending, Held, Done>;
  [[nodiscard]] Step next(Instant now);

  // The page that was asked for has come.
  void page(const std::string& forward_token, std::size_t events, bool complete, Instant now);
  // It has not. kNotFound: the stream is not there (yet), a normal state. kDenied: it never will
  // be.
  void failed(Code code, const std::string& why, Instant now);
  // The container has stopped.
  void stopped(Instant now);
  // Whoever shows the lines is behind: no further page is asked for until release(). The time
  // between does not count against the stream. Either may come twice.
  void hold(Instant now);
  void release(Instant now);

  // A sentence for the user that became true, once each; none: nothing to say.
  [[nodiscard]] std::optional<std::string> take_words(Instant now, const std::string& container);

 private:
  [[nodiscard]] bool is_given_up(Instant now) const;
  [[nodiscard]] bool fetched_after_drain() const;
  void wait_longer(Instant now);

  LogPace pace_;
  Instant begun_;
  Duration interval_;
  Instant next_fetch_{};
  std::optional<Instant> stopped_;
  std::optional<Instant> held_since_;
  Duration held_after_stop_{};  // In all, up to the last release().
  std::string token_;
  bool fetching_ = false;
  Instant fetch_began_{};
  Instant last_page_{};
  std::string last_failure_;
  bool exists_;
  bool said_no_stream_ = false;
  bool at_end_ = false;  // The last page, asked for after the drain window, brought nothing.
  bool complete_ = false;
  bool denied_ = false;
  bool said_denied_ = false;
};

}  // namespace runtask::run
