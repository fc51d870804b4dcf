#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/screen.h"
#include "run/driver.h"
#include "sys/loop.h"

namespace runtask::cli {

// Shows a run: log lines and records on standard output, the rest on standard error. Whatever it
// prints is masked.
class RunObserver final : public run::Observer {
 public:
  struct Options {
    bool json = false;
    bool timestamps = false;
    bool quiet = false;
    bool logs = true;  // Lines of the log are shown.
  };
  RunObserver(Screen& screen, sys::Loop& loop, const run::Plan& plan, const Options& options);

  // The next so many lines of the log are passed over: they were shown before.
  void skip_log_lines(std::uint64_t count) { skipped_lines_ = count; }

  void on_status(const run::Launch& launch, const ecs::Task& task) override;
  void on_log(const run::Launch& launch, const std::string& container,
              const ecs::LogEvent& event) override;
  [[nodiscard]] bool takes_lines() const override { return screen_.has_room(); }
  void on_message(const std::string& text) override;
  void on_launch_ended(const run::LaunchOutcome& launch) override;
  void on_end(const run::Outcome& outcome) override;

  // Known from on_end() on: see run::is_left_running.
  [[nodiscard]] bool is_left_running() const { return is_left_running_; }

 private:
  struct Line {  // Of the live status.
    std::string name;
    std::string state;
    std::optional<Instant> since;
    bool is_over = false;
  };
  void redraw();
  void flush_soon();
  [[nodiscard]] std::string prefix(const run::Launch& launch, const std::string& container) const;
  [[nodiscard]] std::string json_head(const char* type, const run::Launch& launch) const;
  [[nodiscard]] std::optional<run::Verdict> verdict_by_codes(const run::Launch& launch,
                                                             const ecs::Task& task) const;
  [[nodiscard]] std::string masked(std::string text) const;

  Screen& screen_;
  sys::Loop& loop_;
  const run::Plan& plan_;
  Options options_;
  bool is_left_running_ = false;
  std::uint64_t skipped_lines_ = 0;  // Still to be passed over.
  std::vector<Line> lines_;
  sys::PendingPtr clock_;
  sys::PendingPtr flush_;
};

}  // namespace runtask::cli
