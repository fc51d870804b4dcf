#pragma once

#include "cli/world.h"
#include "run/driver.h"

namespace runtask::cli {

// How long the reader of an interrupted run's output has for what is left when the run has ended.
// Together with the run's own 8 s it stays below the 10 s after which CI systems kill.
constexpr Duration kOutputPatience = std::chrono::seconds(1);

// Between a run and whoever reads its output: the run does not wait for a reader that stalls, but
// reads no further log pages while it lags, and at the end gives it what is left. For the loop's
// thread; lives at most as long as the driver.
class RunOutput {
 public:
  RunOutput(const World& world, run::Driver& driver);
  ~RunOutput();
  RunOutput(const RunOutput&) = delete;
  RunOutput& operator=(const RunOutput&) = delete;

  // A signal has come: after the run's end the reader has no more than kOutputPatience.
  void hurry();
  // After the run's end: lets the loop run until everything is written or the reader is gone, or,
  // in a hurry, has had its time. Says how many lines of the result were not written, if any.
  void finish();

 private:
  void set_limit();

  const World& world_;
  run::Driver& driver_;
  bool is_in_hurry_ = false;
  bool is_finishing_ = false;
  bool is_over_ = false;
  sys::PendingPtr limit_;
};

}  // namespace runtask::cli
