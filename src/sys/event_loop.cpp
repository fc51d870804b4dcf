#include "sys/event_loop.h"

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cassert>
#include <utility>

#include "sys/event_loop_context.h"

namespace runtask::sys {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// What Asio's completion and the Pending share. It outlives whichever of the two goes first; an
// empty handler means called off. So a completion that is already queued when the Pending is
// destroyed finds nothing to call.
struct Wait {
  Handler handler;
};

// Called once. The handler is moved out first, because it may destroy its own Pending.
void happen_once(Wait& wait) {
  if (const Handler handler = std::exchange(wait.handler, nullptr)) handler();
}
// Called again and again. The copy in `wait` may vanish while its handler runs, for the same
// reason, so it is lent and given back. Returns whether it is to go on.
bool happen(Wait& wait, const bool& is_called_off) {
  if (is_called_off) return false;
  Handler handler = std::exchange(wait.handler, nullptr);
  handler();
  if (is_called_off) return false;
  wait.handler = std::move(handler);
  return true;
}

class Soon final : public Pending {
 public:
  Soon(asio::io_context& io, Handler handler)
      : wait_(std::make_shared<Wait>(Wait{std::move(handler)})) {
    asio::post(io, [wait = wait_] { happen_once(*wait); });
  }
  ~Soon() override { wait_->handler = nullptr; }

 private:
  std::shared_ptr<Wait> wait_;
};

class Timer final : public Pending {
 public:
  Timer(asio::io_context& io, Duration delay, Handler handler)
      : wait_(std::make_shared<Wait>(Wait{std::move(handler)})), timer_(io, delay) {
    timer_.async_wait([wait = wait_](error_code) { happen_once(*wait); });
  }
  ~Timer() override { wait_->handler = nullptr; }  // The timer's destructor cancels it.

 private:
  std::shared_ptr<Wait> wait_;
  asio::steady_timer timer_;
};

class Watch final : public Pending {
 public:
  using Kind = asio::posix::stream_descriptor::wait_type;
  Watch(EventLoop::Context& context, int descriptor, Kind kind, Handler handler)
      : context_(context),
        descriptor_(descriptor),
        state_(std::make_shared<State>(
            State{{std::move(handler)}, shared(context, descriptor), kind, false})) {
    arm(context_.io, state_);
  }
  ~Watch() override {
    state_->is_called_off = true;
    state_->wait.handler = nullptr;
    // Now, and not when the queued completion lets go of it: the caller may close it next.
    const auto target = std::exchange(state_->target, nullptr);
    if (target.use_count() == 1) context_.watched.erase(descriptor_);  // The last watch on it.
  }

 private:
  struct State {
    Wait wait;
    std::shared_ptr<WatchedDescriptor> target;
    Kind kind;
    bool is_called_off;
  };

  static std::shared_ptr<WatchedDescriptor> shared(EventLoop::Context& context, int descriptor) {
    auto& known = context.watched[descriptor];
    auto target = known.lock();
    if (!target) {
      target = std::make_shared<WatchedDescriptor>(context.io, descriptor);
      known = target;
    }
    return target;
  }

  static void arm(asio::io_context& io, const std::shared_ptr<State>& state) {
    state->target->stream.async_wait(state->kind, [&io, state](error_code error) {
      if (state->is_called_off) return;
      if (!error) return turn(io, state);
      // What epoll cannot watch, a regular file for one, is always ready. Waiting has to go
      // through the queue, or nothing else would ever run.
      asio::post(io, [&io, state] { turn(io, state); });
    });
  }
  static void turn(asio::io_context& io, const std::shared_ptr<State>& state) {
    if (happen(state->wait, state->is_called_off)) arm(io, state);
  }

  EventLoop::Context& context_;
  int descriptor_;
  std::shared_ptr<State> state_;
};

class SignalWatch final : public Pending {
 public:
  SignalWatch(asio::io_context& io, int signal, Handler handler)
      : state_(std::make_shared<State>(io, std::move(handler))) {
    error_code ignored;  // Fails only for numbers that are no signals, which is a caller's bug.
    state_->signals.add(signal, ignored);
    assert(!ignored && "a signal that can be handled");
    arm(state_);
  }
  ~SignalWatch() override {
    state_->is_called_off = true;
    state_->wait.handler = nullptr;
    error_code ignored;
    state_->signals.clear(ignored);
    state_->signals.cancel(ignored);
  }

 private:
  struct State {
    State(asio::io_context& io, Handler handler) : wait{std::move(handler)}, signals(io) {}
    Wait wait;
    asio::signal_set signals;
    bool is_called_off = false;
  };
  static void arm(const std::shared_ptr<State>& state) {
    state->signals.async_wait([state](error_code error, int) {
      if (!error && happen(state->wait, state->is_called_off)) arm(state);
    });
  }
  std::shared_ptr<State> state_;
};

}  // namespace

EventLoop::EventLoop() : context_(std::make_unique<Context>()) {}
EventLoop::~EventLoop() = default;

Instant EventLoop::now() const {
  return std::chrono::duration_cast<Instant>(std::chrono::steady_clock::now() - context_->start);
}

WallTime EventLoop::wall_now() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void EventLoop::post(Handler handler) {
  asio::post(context_->io, std::move(handler));
}
void EventLoop::post_from_any_thread(Handler handler) {
  asio::post(context_->io, std::move(handler));
}

PendingPtr EventLoop::after(Duration delay, Handler handler) {
  if (delay <= Duration(0)) return std::make_unique<Soon>(context_->io, std::move(handler));
  return std::make_unique<Timer>(context_->io, delay, std::move(handler));
}

void EventLoop::run() {
  context_->io.run();
  context_->io.restart();  // So that it can run again.
}
void EventLoop::stop() {
  context_->io.stop();
}

PendingPtr EventLoop::when_readable(int descriptor, Handler handler) {
  return std::make_unique<Watch>(*context_, descriptor, asio::posix::stream_descriptor::wait_read,
                                 std::move(handler));
}
PendingPtr EventLoop::when_writable(int descriptor, Handler handler) {
  return std::make_unique<Watch>(*context_, descriptor, asio::posix::stream_descriptor::wait_write,
                                 std::move(handler));
}
PendingPtr EventLoop::on_signal(int signal, Handler handler) {
  return std::make_unique<SignalWatch>(context_->io, signal, std::move(handler));
}

}  // namespace runtask::sys
