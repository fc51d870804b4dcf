#pragma once

#include <string>

#include "ecs/types.h"
#include "run/outcome.h"
#include "run/plan.h"

namespace runtask::run {

// Who is told what happens in a run. Called on the loop, never from inside a call to the driver.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;

  virtual void on_status(const Launch& launch, const ecs::Task& task) = 0;
  // With Policy::polls: a poll, or a look between two that saw a change. None: it was not answered.
  virtual void on_look(const Launch& /*launch*/, const ecs::Task* /*task*/) {}
  // One line, masked.
  virtual void on_log(const Launch& launch, const std::string& container,
                      const ecs::LogEvent& event) = 0;
  // Whether it keeps up with the lines. When it does not, no further page is read until
  // Driver::read_on(), so that what nobody takes is not gathered in memory.
  [[nodiscard]] virtual bool takes_lines() const { return true; }
  virtual void on_message(const std::string& text) = 0;
  virtual void on_launch_ended(const LaunchOutcome& launch) = 0;
  virtual void on_end(const Outcome& outcome) = 0;
};

}  // namespace runtask::run
