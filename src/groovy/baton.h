#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "base/result.h"

// Lets plain recursive code (the evaluator) wait without owning any state. Each branch of
// `parallel` has a thread, but only the holder of the baton runs: the loop, or one branch. So
// branches are concurrent in meaning and sequential in fact, in an order that the loop decides, and
// what they share needs no lock: handing the baton over is one.
//
// A host function that has to wait calls wait() on its branch's thread; the loop side calls
// run_ready() whenever wakes may have come. All of it is called by the holder of the baton.

namespace runtask::groovy {

class Baton {
 public:
  using Wake = std::function<void()>;
  // Thrown out of wait() when the baton is destroyed: a branch unwinds and ends. The evaluator lets
  // it pass, since it is neither a Groovy exception nor an abort; branch bodies must do the same.
  struct Stopped : std::runtime_error {
    Stopped() : std::runtime_error("branch stopped") {}
  };

  Baton();
  Baton(const Baton&) = delete;
  Baton& operator=(const Baton&) = delete;
  // Stops the branches that are left, one after another.
  ~Baton();

  // Adds a branch with a stack of kThreadStackBytes; it first runs in the next run_ready(). May be
  // called by a branch too. Error kFull if there are kBranchesMax, or if the system gives no
  // thread.
  [[nodiscard]] Result<> spawn(std::function<void()> body);
  // Loop side. Runs ready branches, oldest first, until each has ended or waits.
  void run_ready();
  // Branch side. Calls `start` on the branch's own turn, which arranges that the wake is called
  // once, later, by the holder of the baton; then sleeps until its turn comes again. A second call
  // of the same wake does nothing. No wake may be called once the baton is gone: whoever keeps them
  // goes first.
  void wait(const std::function<void(Wake)>& start);
  // Branch side. Lets the loop and the other ready branches have a turn.
  void yield();

  [[nodiscard]] std::size_t running() const { return running_; }  // Branches that have not ended.

 private:
  struct Branch;
  static constexpr auto kLoop = static_cast<std::size_t>(-1);
  static constexpr auto kNobody = static_cast<std::size_t>(-2);

  static void* main_of(void* branch);
  void pass(std::size_t to);
  void wait_turn(std::size_t me, std::condition_variable& changed);

  std::mutex mutex_;
  std::condition_variable loop_changed_;  // Each waits on one of its own: nobody is woken in vain.
  std::size_t turn_ = kLoop;              // Who holds the baton. Guarded by mutex_.
  std::size_t stopping_ = kNobody;        // Guarded by mutex_.
  std::deque<std::size_t> ready_;         // Touched only by the holder of the baton, as all below.
  std::vector<std::unique_ptr<Branch>> branches_;
  std::size_t running_ = 0;
};

}  // namespace runtask::groovy
