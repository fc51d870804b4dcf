#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/world.h"
#include "history/history.h"

// What is kept of a build while it runs: its console in the build's directory and in the history,
// the beginnings and ends of its stages and scripts as events. Everything is written a few times a
// second and at the end; an event at once, so that a killed runner leaves behind what it was doing.
// For the loop's thread and whoever holds the build's baton.

namespace runtask::cli {

// An event's kind that ends the step whose number its data has; any other begins it.
inline constexpr const char* kStepEnded = "ended";

class BuildRecord {
 public:
  // Without a history the console goes to the file alone.
  BuildRecord(const World& world, std::optional<history::History> history, std::string run_id,
              std::string log_file);
  BuildRecord(const BuildRecord&) = delete;
  BuildRecord& operator=(const BuildRecord&) = delete;

  [[nodiscard]] Result<> begin(const history::RunRecord& record);
  void line(WallTime at, const std::string& text);  // Of the console; also shown.
  // While the value lives, and not longer than this, it is being done.
  [[nodiscard]] std::shared_ptr<void> begin_step(const std::string& kind, const std::string& what);
  void end(const std::string& verdict, int exit_code, const std::string& outcome);

 private:
  static constexpr Duration kFlushEvery{100};
  static constexpr std::size_t kLinesMax = 1'000;  // Then they are written without waiting.

  void flush();
  void flush_later();
  void append(const std::string& kind, std::int64_t step);
  void complain(const Error& error);

  const World& world_;
  std::optional<history::History> history_;
  std::string run_id_;
  std::string log_file_;
  std::vector<history::LogLine> lines_;
  std::string log_text_;
  sys::PendingPtr timer_;
  std::int64_t last_step_ = 0;
  bool has_complained_ = false;
};

}  // namespace runtask::cli
