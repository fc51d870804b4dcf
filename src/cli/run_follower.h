#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "cli/run_records.h"
#include "cli/world.h"
#include "run/observer.h"
#include "run/plan.h"

namespace runtask::cli {

// Shows a run that another process carries out, by what its history gains. Acts on nothing.
class RunFollower {
 public:
  // All must outlive the follower. `plan` is the run's.
  RunFollower(const World& world, RunRecords& records, const run::Plan& plan,
              run::Observer& observer)
      : world_(world), records_(records), plan_(plan), observer_(observer) {}

  enum class End {
    kEnded,      // The run has; the observer was told all but its end.
    kOwnerGone,  // Nobody carries it out any more.
    kLeft,       // A signal came.
  };
  // From now on, until one of these. Lines that are recorded already are not shown; states are.
  [[nodiscard]] Result<End> follow();

  // The signal that ended it, as an exit code.
  [[nodiscard]] int exit_code() const { return left_by_.value_or(0); }
  // How many lines of the run's log have been shown, here or before.
  [[nodiscard]] std::uint64_t shown() const { return shown_; }

 private:
  [[nodiscard]] Result<> begin();
  [[nodiscard]] Result<> read_on();
  [[nodiscard]] Result<> read_events();
  [[nodiscard]] Result<> read_lines();
  void look();
  void show(const history::EventRecord& event);
  [[nodiscard]] const run::Launch* launch_at(int index) const;

  const World& world_;
  RunRecords& records_;
  const run::Plan& plan_;
  run::Observer& observer_;
  sys::PendingPtr timer_;
  std::int64_t after_event_ = 0;
  std::int64_t after_line_ = 0;
  std::uint64_t shown_ = 0;
  std::optional<Error> error_;
  std::optional<int> left_by_;
  bool has_ended_ = false;
};

}  // namespace runtask::cli
