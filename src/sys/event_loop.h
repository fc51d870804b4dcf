#pragma once

#include <memory>

#include "sys/loop.h"

namespace runtask::sys {

// The real loop: Boost.Asio's io_context on the calling thread. The other real things of `sys`
// (processes, HTTP, signals) hang on it through context(), which only they understand.
class EventLoop final : public Loop {
 public:
  EventLoop();
  ~EventLoop() override;

  [[nodiscard]] Instant now() const override;
  [[nodiscard]] WallTime wall_now() const override;
  void post(Handler handler) override;
  [[nodiscard]] PendingPtr after(Duration delay, Handler handler) override;
  void run() override;
  void stop() override;

  // Like post(), but from any thread.
  void post_from_any_thread(Handler handler);

  // Watches a descriptor, which the caller keeps and closes after the watch: the handler is called
  // each time it is readable (or writable) until the Pending is destroyed.
  [[nodiscard]] PendingPtr when_readable(int descriptor, Handler handler);
  [[nodiscard]] PendingPtr when_writable(int descriptor, Handler handler);

  // Calls the handler for every delivery of the signal, instead of the signal's default action,
  // until the Pending is destroyed.
  [[nodiscard]] PendingPtr on_signal(int signal, Handler handler);

  struct Context;  // Holds the io_context; defined in sys/event_loop_context.h, for sys only.
  [[nodiscard]] Context& context() { return *context_; }

 private:
  std::unique_ptr<Context> context_;
};

}  // namespace runtask::sys
