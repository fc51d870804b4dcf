#pragma once

#include <functional>
#include <memory>

#include "base/time.h"

// The one loop that owns all state. Everything that happens outside (a timer, a reply, a child's
// end, a signal) is reported to a handler that runs on the loop's thread, one at a time; so nothing
// above `sys` needs a lock. A handler returns quickly: it computes for at most about 10 ms and
// never blocks. All functions are for the loop's thread, except where one says otherwise.

namespace runtask::sys {

using Handler = std::function<void()>;

// Something that was asked for and has not happened yet. Destroying it calls it off: its handler
// will not be called any more. After it has happened, destroying it does nothing.
class Pending {
 public:
  Pending() = default;
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  virtual ~Pending() = default;
};
using PendingPtr = std::unique_ptr<Pending>;

class Loop {
 public:
  Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  virtual ~Loop() = default;

  // Monotonic. Starts near 0 when the loop is made.
  [[nodiscard]] virtual Instant now() const = 0;
  // For what other machines must understand, signatures and records; it may jump.
  [[nodiscard]] virtual WallTime wall_now() const = 0;

  // Calls the handler soon, after the present one has returned; in the order of the calls.
  virtual void post(Handler handler) = 0;
  // Calls the handler once, `delay` from now; a delay of 0 or less means soon.
  [[nodiscard]] virtual PendingPtr after(Duration delay, Handler handler) = 0;

  // Hands events to handlers until stop() or until nothing is left that could happen. A stop()
  // before it ends it at once. It may be called again and goes on where it stopped.
  virtual void run() = 0;
  virtual void stop() = 0;
};

}  // namespace runtask::sys
