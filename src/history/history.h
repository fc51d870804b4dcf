#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sys/database.h"
#include "sys/files.h"

// What ran, where, with which parameters and how it ended: runs, their events and their log lines,
// in one SQLite file (`history.db` in the state directory, 0600 in a 0700 directory; the format has
// a page of its own: docs/formats/history.md). A run's process writes; any number of others read
// meanwhile, and several runs may write side by side. What a call has written survives a kill -9 of
// the writer; half a call is never seen. The content of plans, events and outcomes is JSON that
// `run` writes and reads; this module knows only what it must find things by.
//
// Blocking, for the loop's thread; a write takes well under 10 ms (1,000 lines about 5) but for
// synced ones, which wait for the disk. Errors: kFull and kDenied when the disk is full or may only
// be read, kInvalid for a damaged file, kConflict when others kept it busy for 5 s, kNotFound for a
// run that was never begun. After an error the history can be used again.

namespace runtask::history {

struct RunRecord {
  std::string id;  // "20260131-123456-4f2a91": sorts by time; unique.
  WallTime started_at;
  std::string command;  // The command line as typed, secrets masked.
  std::string title;    // What ran, in a few words: "django-manage on example".
  std::string plan;     // JSON.
  int launches = 0;
  int process_id = 0;  // Of the process that carries it out.
  // JSON by which the run can be gone on with, or repeated; no secrets. Empty: it cannot. Not read
  // back with the rest: recipe() does.
  std::string recipe = {};
};

struct RunSummary {
  RunRecord record;
  std::optional<WallTime> ended_at;  // None: still under way, or its process died.
  std::string verdict;               // "succeeded", "failed", ...; empty while none.
  std::optional<int> exit_code;
  std::string outcome;  // JSON, empty while none.
};

struct EventRecord {
  std::int64_t sequence = 0;  // Given by append(); rises within a run.
  WallTime at;
  int launch = -1;   // Its index in the plan; -1: the run as a whole.
  std::string kind;  // "start_call", "started", "observed", "stopped", ...
  std::string data;  // JSON.
};

struct LogLine {
  WallTime timestamp;
  std::string text;
};
struct StoredLine {
  std::int64_t sequence = 0;  // The order of arrival over the whole run.
  int launch = 0;
  std::string container;
  LogLine line;
};

class History {
 public:
  enum class Access { kWrite, kRead };
  // Creates the directory and creates or migrates the file when writing. A newer format than this
  // program knows: kInvalid. Reading where nothing was ever written gives an empty history, which
  // stays empty.
  [[nodiscard]] static Result<History> open(sys::Files& files, const std::string& state_directory,
                                            Access access);

  // ---- Writing.
  // kConflict when the id is taken. Written, and on disk with the first synced event at the latest,
  // because the journal is one file.
  [[nodiscard]] Result<> begin(const RunRecord& run);
  // `synced`: on disk, and not only written, when this returns.
  enum class Durability { kWritten, kSynced };
  [[nodiscard]] Result<> append(const std::string& run, EventRecord event, Durability durability);
  // The lines of one container together with where its reading goes on: both or neither.
  // `position` is JSON of `run`'s.
  [[nodiscard]] Result<> append_lines(const std::string& run, int launch,
                                      const std::string& container, std::span<const LogLine> lines,
                                      std::string_view position);
  struct Ending {
    WallTime at;
    std::string verdict;
    int exit_code = 0;
    std::string outcome;  // JSON.
  };
  [[nodiscard]] Result<> end(const std::string& run, const Ending& ending);  // Synced.
  // Another process carries the run out from now on. If it had ended (because its first process
  // left the tasks running), it has not any more.
  [[nodiscard]] Result<> take_over(const std::string& run, int process_id);
  // Takes the run out with all that belongs to it, a piece at a time, so that others can write in
  // between; when it fails or is killed half-way, the rest can be removed by another call.
  [[nodiscard]] Result<> remove(const std::string& run);
  // Gives the room of what was removed back to the disk. Others cannot write meanwhile, which takes
  // as long as copying what is left.
  [[nodiscard]] Result<> compact();

  // ---- Reading.
  // Newest first, which is the last begun, whatever the clock said.
  [[nodiscard]] Result<std::vector<RunSummary>> list(int count_max);
  // An id, a unique prefix of one, or "last" (the newest). kNotFound; kUsage when several begin
  // like that.
  [[nodiscard]] Result<RunSummary> find(std::string_view reference);
  [[nodiscard]] Result<bool> has_ended(const std::string& run);
  // Empty when the run has none.
  [[nodiscard]] Result<std::string> recipe(const std::string& run);
  [[nodiscard]] Result<std::vector<EventRecord>> events(const std::string& run);
  // Events with a sequence above `after`, in their order, until `each` returns false.
  [[nodiscard]] Result<> events(const std::string& run, std::int64_t after,
                                const std::function<bool(const EventRecord&)>& each);
  // Lines with a sequence above `after`, in their order, until `each` returns false.
  [[nodiscard]] Result<> lines(const std::string& run, std::int64_t after,
                               const std::function<bool(const StoredLine&)>& each);
  // Where the first `count` lines of the run end, or all of them if there are not as many.
  struct LinePlace {
    std::int64_t sequence = 0;  // Of the last of them; 0: there is none.
    std::uint64_t lines = 0;    // How many they are.
  };
  [[nodiscard]] Result<LinePlace> place_after(const std::string& run, std::uint64_t count);
  // The ids of runs whose last sign of life (the end, else the last event, else the start) is
  // before that time; oldest first.
  struct OldRun {
    std::string id;
    bool has_ended = false;
    int process_id = 0;
    WallTime last_sign{};
  };
  [[nodiscard]] Result<std::vector<OldRun>> older_than(WallTime time);
  // What append_lines() was given last for this container; empty when there was none.
  [[nodiscard]] Result<std::string> position(const std::string& run, int launch,
                                             const std::string& container);

 private:
  explicit History(sys::Database database) : database_(std::move(database)) {}
  [[nodiscard]] Result<> synced(const std::function<Result<>()>& body);
  [[nodiscard]] Result<std::int64_t> number_of(const std::string& run);

  sys::Database database_;
};

}  // namespace runtask::history
