#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ecs/client.h"
#include "run/ledger.h"
#include "run/log_follower.h"
#include "run/observer.h"
#include "run/plan.h"
#include "run/verdict.h"
#include "sys/loop.h"

// Reads the logs of a run: each stream of each launch by its token, hands every line to the
// observer and, together with where the reading goes on, to the history, both masked, counts them,
// and says when a launch's lines have all been shown. Which of them is read when is its own affair.
// For the loop's thread.

namespace runtask::run {

// What is known of the lines of one launch.
struct LaunchLog {
  std::uint64_t lines = 0;
  std::vector<std::string> notes;      // Why lines may be missing.
  std::deque<std::string> last_lines;  // Of the last task. Masked; at most kLastLinesMax.
};

class LogReader {
 public:
  struct Outside {  // All must outlive the reader.
    sys::Loop& loop;
    std::vector<ecs::Client*> clients;  // One per target of the plan, in its order.
    Ledger* ledger;                     // None: nothing is recorded.
    Observer& observer;
    // The client for a container's log, whose group is said to be in another region than the
    // target. Empty, or null: the target's own has it. An error: there is no such region.
    std::function<Result<ecs::Client*>(std::size_t target, const std::string& region)> logs_client;
    // Nobody answered there.
    std::function<void(std::size_t target)> on_unreachable;
    // The launch's present task has written something. Once per task, before on_drained; never from
    // inside a call.
    std::function<void(int launch)> on_first_line;
    // Every line of the launch that will be shown has been shown. Never from inside a call.
    std::function<void(int launch)> on_drained;
    // Of every attempt to write lines.
    std::function<void(const Result<>&)> on_written;
  };
  // `plan` must outlive the reader.
  LogReader(const Outside& outside, const Plan& plan, const LogPace& pace);
  ~LogReader();
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  // For a run that was begun by another process: counts and last lines go on from the history, and
  // every stream from behind the last line that is there. Before anything is followed.
  [[nodiscard]] Result<> restore();
  // Says what is known before anything starts: which containers' lines cannot be followed.
  void begin();
  // The launch has this task; its streams may begin. With another task than before, theirs are
  // left, and the counts go on.
  void follow(int launch, const std::string& task_arn);
  // Its container has this id, which may name its stream.
  void name(int launch, const std::string& container, const std::string& runtime_id);
  // The container has stopped, or, with an empty name, all of them have: the launch is drained once
  // their lines are read to the end, or given up.
  void drain(int launch, const std::string& container);
  // The observer takes lines again.
  void read_on();
  // Lines of the launch will never come, in these words.
  void lose(int launch, const std::string& words);
  // Nothing of the launch is read any more. What may be missing of its log is said, unless the
  // launch was left on purpose.
  void end(int launch, const Verdict& verdict);

  [[nodiscard]] const LaunchLog& log_of(int launch) const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace runtask::run
