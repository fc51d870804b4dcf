#pragma once

#include <functional>
#include <map>
#include <memory>

#include "local/events.h"
#include "local/log_store.h"
#include "sys/loop.h"

namespace runtask::local {

// Runs the containers of the image `simulated`: no process, only their log lines, their time and
// their end (simulated_command.h). Thousands of them cost a timer each. Health checks pass. What it
// reports has the same order and meaning as a process' (process_runtime.h). For the loop's thread.
class SimulatedRuntime {
 public:
  struct Outside {  // Both must outlive the runtime.
    sys::Loop& loop;
    LogStore& logs;
  };
  // `report` may be called from inside carry_out().
  SimulatedRuntime(Outside outside, std::function<void(const Event&)> report);
  ~SimulatedRuntime();
  SimulatedRuntime(const SimulatedRuntime&) = delete;
  SimulatedRuntime& operator=(const SimulatedRuntime&) = delete;

  // Whether it is a container of this runtime, which has not ended.
  [[nodiscard]] bool has(const ContainerId& id) const { return containers_.contains(id); }
  void carry_out(const Action& action);

 private:
  struct Simulated;

  void start(const ContainerStart& start);
  void begin(Simulated& container);
  void go_on(Simulated& container);
  // Writes what is due; whether more is due at once.
  bool write_lines(Simulated& container, Instant now);
  void signal(Simulated& container);
  void give_up(Simulated& container, bool tell);
  void end(Simulated& container, int exit_code);

  Outside outside_;
  std::function<void(const Event&)> report_;
  std::map<ContainerId, std::unique_ptr<Simulated>> containers_;
};

}  // namespace runtask::local
