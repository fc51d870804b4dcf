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
// a stream is complete. A stream that comes to no such end is given up, and that is said: whatever
// the server answers, a run whose task has ended ends too.

namespace runtask::run {

struct LogPace {
  Duration first{1000};    // Between two reads that bring nothing, at first ...
  Duration longest{1000};  // ... and at most, while few streams are read.
  Duration drain{6000};    // From the container's stop: how long late lines are waited for.
  Duration detect{750};    // Between two searches for what is new in many streams.
};

constexpr Duration kDrainLongest = std::chrono::minutes(10);  // A stream that never ends.
// After the drain window, a stream that brings no line is given up sooner, be it that there are no
// pages or that they are empty and each has another token.
constexpr Duration kDrainSilent = std::chrono::seconds(60);
constexpr Duration kEmptyPagePause{100};  // Before the page behind an empty one, at most.
constexpr int kEmptyPagesQuickMax = 20;   // In a row; after more there is no hurry either.
constexpr Duration kSayNoStreamAfter = std::chrono::seconds(30);
// A stream whose news are told is still read now and then, in case one was missed: each so often,
// and more rarely the more there are.
constexpr Duration kReadUnaskedEvery = std::chrono::seconds(30);

class LogFollower {
 public:
  // `token`: where the reading goes on; empty: from the head.
  LogFollower(const LogPace& pace, Instant now, std::string token)
      : pace_(pace),
        begun_(now),
        interval_(pace.first),
        rhythm_{pace.longest, false, {}},
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
    std::string why;         // Then the reason, if one is known.
  };
  using Step = std::variant<Fetch, Wait, Pending, Held, Done>;
  [[nodiscard]] Step next(Instant now);

  // The page that was asked for has come.
  struct Page {
    std::string forward_token;
    std::size_t events = 0;
    bool is_complete = false;    // Nothing will ever come behind it.
    bool is_up_to_news = false;  // It goes as far as what news() told of.
  };
  void page(const Page& page, Instant now);
  // It has not. kNotFound: the stream is not there (yet), a normal state. kDenied: it never will
  // be.
  void failed(Code code, const std::string& why, Instant now);
  // The token is not known any more: the stream is read from its head again.
  void rewind(Instant now);
  // The container has stopped.
  void stopped(Instant now);
  // How often it is read when nothing comes.
  struct Rhythm {
    Duration longest;         // At most this long between two reads; see LogPace.
    bool is_watched = false;  // Whether somebody else finds out when there is something new: then
    Duration unasked{};       // it is read when news() says so, and otherwise only so often.
  };
  void set_rhythm(const Rhythm& rhythm, Instant now);
  // There is something new in the stream.
  void news(Instant now);
  // Whoever shows the lines is behind: no further page is asked for until release(). The time
  // between does not count against the stream. Either may come twice.
  void hold(Instant now);
  void release(Instant now);

  // A sentence for the user that became true, once each; none: nothing to say.
  [[nodiscard]] std::optional<std::string> take_words(Instant now, const std::string& container);

 private:
  [[nodiscard]] bool is_given_up(Instant now) const;
  [[nodiscard]] std::string why_given_up() const;
  [[nodiscard]] bool fetched_after_drain() const;
  void lengthen_interval();
  void wait_longer(Instant now);

  LogPace pace_;
  Instant begun_;
  Duration interval_;
  Rhythm rhythm_;
  Instant next_fetch_{};
  bool was_asked_ = false;            // At least one page.
  bool has_news_on_the_way_ = false;  // They came while a page was under way.
  std::optional<Instant> stopped_;
  std::optional<Instant> held_since_;
  Duration held_after_stop_{};  // In all, up to the last release().
  std::string token_;
  bool fetching_ = false;
  Instant fetch_began_{};
  Instant last_lines_{};  // When a page brought some.
  int empty_pages_ = 0;   // In a row, each with a new token.
  std::string last_failure_;
  bool exists_;
  bool said_no_stream_ = false;
  bool at_end_ = false;  // The last page, asked for after the drain window, brought nothing.
  bool complete_ = false;
  bool denied_ = false;
  bool said_denied_ = false;
};

}  // namespace runtask::run
