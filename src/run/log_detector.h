#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ecs/api.h"

// Finds out which of many streams of one log group have something new, with few FilterLogEvents. It
// only detects: the streams themselves are read by token, because a search by time has no position
// to go on from, and loses or doubles lines that share a millisecond or come late. What it misses
// is therefore late on the screen and never lost. A pure machine.
//
// The streams of one container are searched by the prefix of their names, also those that are not
// there yet: one call however many there are. Where others write so much behind the same prefix
// that this costs more than it saves, and where there are many prefixes, streams that are known to
// exist are searched by their names, 100 at a time. With few streams, and when FilterLogEvents is
// denied or keeps failing, nothing is watched, and whoever reads the streams polls them.

namespace runtask::run {

// So many streams are cheaper polled each than searched.
constexpr std::size_t kStreamsPolledMax = 3;
// How far back each search goes, for events that come late, ...
constexpr Duration kSearchWindow = std::chrono::seconds(60);
// ... but over no more events than these that were seen before.
constexpr std::size_t kSearchOverlapMax = 1000;
// Before anything was seen nobody knows the server's clock.
constexpr Duration kClockDoubt = std::chrono::seconds(60);
// Pages of one search before another one has its turn.
constexpr int kSearchPagesMax = 3;
constexpr std::size_t kSearchPrefixesMax = 3;
constexpr std::size_t kSearchSeenMax = 20'000;  // Event ids; a millisecond may have any number.
// What the account's quota of 5 calls a second leaves to one group.
constexpr Duration kSearchSpacing{220};
constexpr int kSearchFailuresMax = 3;  // In a row; then, for a while, nothing is watched.
constexpr Duration kSearchPause = std::chrono::seconds(30);

class LogDetector {
 public:
  // `every`: from the beginning of one round of searches to that of the next.
  LogDetector(Duration every, Instant now, WallTime wall_now);

  void add(const std::string& stream, bool exists);
  void exists(const std::string& stream);  // A read has shown it.
  void remove(const std::string& stream);
  // The server's clock showed at least this when a read's answer came.
  void saw(WallTime ingested, Instant now);

  // Whether news of the stream will be told; if not, it must be polled.
  [[nodiscard]] bool watches(const std::string& stream) const;
  // Changes whenever watches() may answer otherwise than before, for whichever stream.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

  // The search to be made now, if one is due; then page() or failed() must be called.
  struct Search {
    std::string prefix;              // Either this
    std::vector<std::string> names;  // or these.
    WallTime from;
    std::string token;
  };
  [[nodiscard]] std::optional<Search> next(Instant now);
  [[nodiscard]] std::optional<Instant> wake_at() const;  // None: a search is under way, or none is.

  struct News {
    std::string stream;
    WallTime newest;  // The last timestamp among them.
  };
  [[nodiscard]] std::vector<News> page(const ecs::FilterLogEventsReply& reply, Instant now);
  void failed(Code code, Instant now);

 private:
  struct Stream {
    std::string prefix;
    std::optional<int> sweep;  // That searches it.
  };
  // One search, again and again.
  struct Sweep {
    std::string prefix;           // Either
    std::set<std::string> names;  // or.
    std::size_t streams = 0;
    std::set<std::pair<WallTime, std::string>> seen;  // Event ids by their timestamps.
    WallTime floor{};                                 // What is older is not looked for any more.
    WallTime from{};                                  // Of the search under way.
    std::string token;                                // Where it goes on.
    int pages = 0;
    std::size_t own = 0, foreign = 0;  // New events in this search.
  };

  [[nodiscard]] bool is_on() const;
  void assign(const std::string& name, Stream& stream, bool exists);
  void give_up_prefix(const std::string& prefix);
  void begin_round(Instant now);
  void pause(Instant now);
  [[nodiscard]] WallTime oldest_wanted(const Sweep& sweep, Instant now) const;
  static void trim(Sweep& sweep);

  const Duration every_;
  std::map<std::string, Stream> streams_;
  std::set<std::string> existing_;               // Of them.
  std::map<std::string, std::size_t> prefixes_;  // How many streams each has.
  std::set<std::string> not_by_prefix_;
  std::map<int, Sweep> sweeps_;
  int next_sweep_ = 0;
  std::vector<int> round_;  // Sweeps whose turn is still to come, the next one last.
  int searching_ = kNone;   // The sweep whose search is under way.
  Instant next_round_{};
  bool is_denied_ = false, is_paused_ = false;
  int failures_ = 0;
  // The server's clock shows at least this at that time.
  WallTime server_time_;
  Instant server_at_;
  bool is_clock_known_ = false;
  std::uint64_t generation_ = 0;

  static constexpr int kNone = -1;
};

}  // namespace runtask::run
