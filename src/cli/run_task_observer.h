#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/screen.h"
#include "run/driver.h"

namespace runtask::cli {

// Shows a run as hamlet's runTask.sh did: `...STATUS` lines while it watches, then the tasks as
// JSON. Lines of the log, which the script did not show, stand between. Masked as everywhere.
class RunTaskObserver final : public run::Observer {
 public:
  // `limit` is how long the task is watched for, in seconds, for the words when that is over.
  RunTaskObserver(Screen& screen, sys::Loop& loop, const run::Plan& plan, std::string limit);

  void on_status(const run::Launch& launch, const ecs::Task& task) override;
  void on_look(const run::Launch& launch, const ecs::Task* task) override;
  void on_log(const run::Launch& launch, const std::string& container,
              const ecs::LogEvent& event) override;
  [[nodiscard]] bool takes_lines() const override { return screen_.has_room(); }
  void on_message(const std::string& text) override;
  void on_launch_ended(const run::LaunchOutcome& launch) override;
  void on_end(const run::Outcome& outcome) override;

 private:
  void announce();
  void show(const run::Launch& launch, const std::string& status);
  void show_results(const run::Outcome& outcome);
  [[nodiscard]] std::string masked(std::string text) const;

  Screen& screen_;
  sys::Loop& loop_;
  const run::Plan& plan_;
  std::string limit_;
  sys::PendingPtr flush_;
  bool is_watching_ = false;            // The words before the first status have been said.
  std::map<int, ecs::Task> last_seen_;  // By launch.
};

}  // namespace runtask::cli
