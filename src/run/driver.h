#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ecs/client.h"
#include "history/history.h"
#include "run/journal.h"
#include "run/ledger.h"
#include "run/log_follower.h"
#include "run/machine.h"
#include "run/observer.h"
#include "run/outcome.h"
#include "run/plan.h"
#include "sys/loop.h"

// Carries a run out: feeds the machine, makes its calls, follows the logs, writes the journal, and
// tells an observer what happens. All of it on the loop; nothing blocks but the journal.

namespace runtask::run {

class Driver {
 public:
  struct Outside {  // All must outlive the driver.
    sys::Loop& loop;
    std::vector<ecs::Client*> clients;  // One per target of the plan, in its order.
    history::History* history;          // None: nothing is recorded.
    Observer& observer;
    // Called, at most once a second, while DescribeTasks finds nobody at that target: the embedded
    // endpoint may have died, and only its next start can say what became of the tasks. Words: it
    // is gone for good, with all of its tasks. May be empty.
    std::function<std::optional<std::string>(std::size_t target)> on_unreachable;
    // For the journal: sys::boot_time() and the wall clock. Empty: only the loop's wall clock.
    std::function<ClockReading()> clock = {};
    Ledger* ledger = nullptr;  // Instead of the history.
    // See LogReader::Outside.
    std::function<Result<ecs::Client*>(std::size_t target, const std::string& region)> logs_client =
        {};
  };
  Driver(const Outside& outside, const Plan& plan, const Policy& policy, const LogPace& log_pace);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // Begins. `record` is journalled first; if that fails, nothing is started and the error says so.
  [[nodiscard]] Result<> start(const history::RunRecord& record);
  // Goes on instead with a run that another process began: what its journal, still the one of
  // Outside, tells (run/journal.h). Nothing is started twice, and reading the logs goes on where it
  // was. The policy may differ from the first one's.
  // `interrupted`: the run is to be stopped, and nothing is started first.
  [[nodiscard]] Result<> resume(const Restored& restored,
                                const std::optional<Interrupted>& interrupted = {});
  // Ctrl-C, SIGTERM or a hang-up: kExitInterrupted or kExitTerminated, and which it was.
  void interrupt(int exit_code, OurStop why);
  // The observer takes lines again.
  void read_on();

  [[nodiscard]] const Machine& machine() const;
  // None until the run has ended; there when the observer is told of it.
  [[nodiscard]] const std::optional<Outcome>& outcome() const;
  // The credentials have expired: the outcome is what is known, and the journal is left as if the
  // process had died before that, so that whoever has new ones can go on with the run.
  [[nodiscard]] bool is_left_unfinished() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace runtask::run
