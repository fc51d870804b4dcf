#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/rate_bucket.h"
#include "ecs/api.h"
#include "sys/loop.h"

// Keeps the calls to one account and region below what AWS allows, so that they wait here instead
// of being refused there. Shared by all clients of that account and region. A call that waits never
// fails by it. For the loop's thread.

namespace runtask::aws {

class Rates {
 public:
  enum class Quotas {
    kDocumented,  // AWS'.
    kNone,        // The embedded endpoint's: nothing waits unless it throttles.
  };
  Rates(sys::Loop& loop, Quotas quotas);  // `loop` must outlive it.

  // A call, as far as its rate is concerned.
  struct Call {
    std::string_view operation;  // A constant.
    double fargate_tasks = 0;    // That it starts: Fargate has quotas of its own.
  };
  template <class Operation>
  [[nodiscard]] static Call call_of(const Operation&) {
    return {Operation::kName, 0};
  }
  [[nodiscard]] static Call call_of(const ecs::RunTask& request);

  // True: it may be made now, and counts as made.
  [[nodiscard]] bool admit(const Call& call);
  // Calls `go`, once, on the loop, when it may be made; it counts as made then. StopTask comes
  // before whatever else waits. Destroying the Pending takes it out of the queue.
  [[nodiscard]] sys::PendingPtr wait(const Call& call, sys::Handler go);
  // The server refused it because there were too many.
  void throttled(const Call& call);

 private:
  struct Waiting {
    Call call;
    sys::Handler go;
  };
  using Place = std::pair<int, std::uint64_t>;  // The rank, then the order of the calls.
  using Queue = std::map<Place, Waiting>;
  class Ticket;
  struct Family {
    RateBucket bucket;
    // Shared, so that a Pending that outlives the rates does no harm.
    std::shared_ptr<Queue> queue;
    sys::PendingPtr timer;
  };

  [[nodiscard]] Duration until(Family& family, const Call& call);
  void take(Family& family, const Call& call);
  void arm(Family& family);
  void let_one_go(Family& family);

  sys::Loop& loop_;
  std::vector<Family> families_;
  // RunTask's own, within its family: that it is throttled must not hold StopTask back.
  RateBucket starts_;
  RateBucket fargate_calls_, fargate_tasks_;
  std::uint64_t next_ = 0;
};

}  // namespace runtask::aws
