#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "sys/loop.h"

namespace runtask::sim {

// A loop whose time passes only when nothing else is to be done: an hour of waiting takes no time.
// What happens is decided by the calls alone, in one order, every time.
class SimLoop final : public sys::Loop {
 public:
  // A loop that has done so much in one run is not going to end.
  static constexpr std::size_t kTurnsMax = 10'000'000;
  // 2026-01-31T00:00:00Z.
  static constexpr WallTime kWallStart{std::chrono::seconds(1'769'817'600)};

  [[nodiscard]] Instant now() const override { return std::exchange(now_, now_ + per_look); }
  [[nodiscard]] WallTime wall_now() const override { return wall_start_ + now_; }
  // Of a machine that is slow: so much passes after each look at the clock.
  Duration per_look{0};
  // As if somebody had set the machine's clock.
  void set_wall_clock(WallTime time) { wall_start_ = time - now_; }

  void post(sys::Handler handler) override { add(now_, std::move(handler)); }
  [[nodiscard]] sys::PendingPtr after(Duration delay, sys::Handler handler) override {
    const auto place = add(now_ + std::max(delay, Duration(0)), std::move(handler));
    return std::make_unique<Timer>(queue_, place);
  }

  void run() override { (void)run_until(Instant::max()); }
  void stop() override { is_stopped_ = true; }

  // Runs what is due until then, and then it is then. Returns false when it was stopped before.
  // With nothing left to happen, run() ends where it is, and this at the deadline.
  bool run_until(Instant deadline) {
    for (std::size_t turns = 0; !is_stopped_ && !queue_->empty(); ++turns) {
      assert(turns < kTurnsMax && "the simulation comes to an end");
      const auto first = queue_->begin();
      if (first->first.first > deadline) break;
      now_ = std::max(now_, first->first.first);
      const auto handler = std::move(first->second);
      queue_->erase(first);
      handler();
    }
    if (std::exchange(is_stopped_, false)) return false;
    if (deadline != Instant::max()) now_ = std::max(now_, deadline);
    return true;
  }
  bool run_for(Duration duration) { return run_until(now_ + duration); }
  [[nodiscard]] bool is_idle() const { return queue_->empty(); }

 private:
  using Place = std::pair<Instant, std::uint64_t>;  // The time, then the order of the calls.
  using Queue = std::map<Place, sys::Handler>;

  class Timer final : public sys::Pending {
   public:
    Timer(std::weak_ptr<Queue> queue, Place place) : queue_(std::move(queue)), place_(place) {}
    ~Timer() override {
      const auto queue = queue_.lock();
      if (!queue) return;
      // Taken out before it is destroyed: what the handler holds may call off other timers.
      const auto node = queue->extract(place_);
    }

   private:
    std::weak_ptr<Queue> queue_;
    Place place_;
  };

  Place add(Instant when, sys::Handler handler) {
    const Place place{when, next_++};
    queue_->emplace(place, std::move(handler));
    return place;
  }

  mutable Instant now_{0};
  WallTime wall_start_ = kWallStart;
  std::uint64_t next_ = 0;
  bool is_stopped_ = false;
  // Shared, so that a Pending that outlives the loop does no harm.
  std::shared_ptr<Queue> queue_ = std::make_shared<Queue>();
};

}  // namespace runtask::sim
