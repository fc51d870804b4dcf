#pragma once

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "run/log_follower.h"
#include "run/machine.h"
#include "run/request.h"
#include "sim/run_cloud.h"

namespace runtask::run {

// What a seed of the run engine's simulation decides.
struct Scenario {
  explicit Scenario(unsigned seed) : dice(seed), hold_dice(seed) {
    using namespace std::chrono_literals;
    const auto targets = one_in(2) ? 1 : 2 + dice() % 2;
    for (unsigned i = 0; i < targets; ++i)
      faults.push_back(any_faults());
    shape.has_sidecar = one_in(2);
    shape.sidecar_is_essential = one_in(2);
    shape.says_complete = one_in(3);
    shape.has_prefix = seed % 4 != 0;
    names_container = one_in(2);
    choose_requests();
    policy.max_parallel = 1 + static_cast<int>(dice() % 4);
    policy.after_failure = static_cast<AfterFailure>(dice() % 3);
    policy.order = one_in(2) ? Order::kByEnvironment : static_cast<Order>(dice() % 4);
    if (one_in(4)) policy.timeout = Duration(dice() % 15'000);
    if (one_in(4)) policy.start_timeout = Duration(2000 + dice() % 30'000);
    policy.retries = static_cast<int>(dice() % 4);
    policy.retry_on_spot = one_in(2) ? static_cast<int>(dice() % 3) : 0;
    policy.detach = one_in(10);
    policy.detach_on_interrupt = one_in(5);
    if (one_in(6))
      policy.polls = Polls{Duration(100 + dice() % 5'000), static_cast<int>(dice() % 15)};
    policy.jitter_seed = seed;
    if (one_in(3)) interrupt_at = Instant(dice() % 30'000);
    if (one_in(2)) interrupt_code = kExitTerminated;
    if (one_in(2)) kills = 1 + static_cast<unsigned>(dice() % 3);
    jumps = one_in(4);
    // By a startedBy of the user's own only the clock tells a call's tasks from older ones.
    // And nobody knows which of them are too many.
    const bool any_surplus =
        std::any_of(faults.begin(), faults.end(), [](const auto& one) { return one.surplus > 0; });
    if (jumps || any_surplus)
      for (auto& request : requests)
        request.started_by.clear();
    reboots = one_in(3);
    holds = hold_dice() % 3 == 0;
    // The embedded endpoint tells when a stream is complete, and shows its lines at once.
    if (!shape.says_complete) return;
    for (auto& one : faults)
      one.late_lines_max = 0ms;
    logs = {5ms, 200ms, 0ms};
  }

  std::mt19937 dice, hold_dice;
  std::vector<sim::Faults> faults;  // By target.
  sim::Cloud::Shape shape;
  Policy policy;
  LogPace logs{std::chrono::seconds(1), std::chrono::seconds(5), std::chrono::seconds(8)};
  std::vector<Request> requests;
  bool names_container = false;
  std::optional<Instant> interrupt_at;
  int interrupt_code = kExitInterrupted;
  unsigned kills = 0;
  bool jumps = false;    // The wall clock is set now and then.
  bool holds = false;    // RunTask waits for the account's rates.
  bool reboots = false;  // The machine is booted after each kill.

  // Of a process: how many writes to the journal it lives to see.
  unsigned next_life() { return 1 + static_cast<unsigned>(dice() % (one_in(2) ? 12 : 60)); }
  // From its death until another one goes on.
  Duration next_pause() {
    using namespace std::chrono_literals;
    const Duration longest[] = {1s, 30s, 9min, 2h, 48h};
    return Duration(dice() % longest[dice() % 5].count());
  }
  // How long the rates hold the next RunTask back.
  Duration next_hold() {
    return holds && hold_dice() % 3 == 0 ? Duration(hold_dice() % 20'000) : Duration(0);
  }
  Duration next_jump() { return Duration(dice() % 7'200'000) - std::chrono::hours(1); }

 private:
  bool one_in(unsigned times) { return dice() % times == 0; }

  void choose_requests() {
    const auto add = [this](const std::string& environment, int instance, std::size_t target) {
      Request request;
      request.task_definition = "job";
      if (!environment.empty()) request.place = {environment, "", std::to_string(instance), 0};
      request.place.target = target;
      if (one_in(3)) request.cluster = "other";
      if (one_in(6)) request.started_by = "somebody";
      if (names_container) request.container = "main";
      request.count = 1 + static_cast<int>(dice() % (environment.empty() ? 5 : 2));
      requests.push_back(std::move(request));
    };
    if (one_in(3)) return add("", 0, dice() % faults.size());
    for (const auto* environment : {"dev", "test", "prod"}) {
      const auto target = dice() % faults.size();
      const auto instances = 1 + static_cast<int>(dice() % 2);
      for (int instance = 0; instance < instances; ++instance)
        add(environment, instance, target);
      if (one_in(3)) break;
    }
  }

  sim::Faults any_faults() {
    using namespace std::chrono_literals;
    sim::Faults chosen;
    const auto maybe = [&](int rate) { return one_in(3) ? rate : 0; };
    chosen.lost_request = maybe(15);
    chosen.lost_reply = maybe(20);
    chosen.repeated = maybe(20);
    chosen.throttled = maybe(20);
    chosen.server_error = maybe(10);
    chosen.missing_blip = maybe(10);
    chosen.not_visible = maybe(50);
    chosen.forgotten = one_in(8) ? 20 : 0;
    chosen.stale_answers = one_in(2);
    chosen.refused_for_now = maybe(20);
    chosen.refused = one_in(8) ? 20 : 0;
    chosen.partial = maybe(60);
    chosen.list_denied = one_in(8);
    // Who may not look for its tasks can only believe the reply.
    if (!chosen.list_denied) chosen.started_but_refused = maybe(15);
    if (!chosen.list_denied) chosen.started_but_missing = maybe(15);
    chosen.started_but_conflict = maybe(15);
    chosen.denied = maybe(15);
    // A refusal for good is believed after a while, though the lists may be later.
    const auto lag = chosen.started_but_missing > 0 ? kFinalRefusalLook : Policy().lists_lag;
    if (one_in(2)) chosen.list_lag_max = lag - 1s;
    // Where the reply does not name them all, nobody counts them.
    const bool names_all = chosen.started_but_refused == 0 && chosen.started_but_missing == 0 &&
                           chosen.started_but_conflict == 0;
    if (names_all) chosen.surplus = one_in(8) ? 30 : 0;
    chosen.starts_later = maybe(15);
    if (one_in(2)) chosen.token_kept = 10min;
    chosen.spot = one_in(6) ? 20 : 0;
    chosen.lost_host = one_in(6) ? 20 : 0;
    chosen.stopped_by_others = one_in(6) ? 30 : 0;
    chosen.never_starts = maybe(10);
    chosen.ignores_term = maybe(50);
    chosen.out_of_memory = maybe(20);
    chosen.delay_max = one_in(2) ? 20ms : 2500ms;
    chosen.late_lines_max = one_in(2) ? 1ms : 4000ms;
    chosen.stop_denied = one_in(chosen.surplus > 0 ? 2 : 12);
    chosen.logs_denied = one_in(12);
    chosen.describe_denied = one_in(25);
    return chosen;
  }
};

}  // namespace runtask::run
