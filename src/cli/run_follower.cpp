#include "cli/run_follower.h"

#include <csignal>
#include <limits>
#include <utility>
#include <variant>
#include <vector>

#include "run/journal.h"
#include "run/verdict.h"

namespace runtask::cli {
namespace {

using namespace std::chrono_literals;
constexpr Duration kLookEvery = 100ms;

}  // namespace

Result<RunFollower::End> RunFollower::follow() {
  world_.screen.stop_waiting(world_.loop);
  std::vector<sys::PendingPtr> watches;
  for (const auto& [signal, code] : {std::pair(SIGINT, +run::kExitInterrupted),
                                     {SIGTERM, +run::kExitTerminated},
                                     {SIGHUP, +run::kExitTerminated}})
    watches.push_back(world_.loop.on_signal(signal, [this, code = code] {
      left_by_ = code;
      world_.loop.stop();
    }));
  world_.screen.note("another process carries the run out; following it");
  TRY(begin());
  timer_ = world_.loop.after(0ms, [this] { look(); });
  world_.loop.run();
  timer_.reset();
  if (error_) return fail(*error_);
  if (left_by_) return End::kLeft;
  return has_ended_ ? End::kEnded : End::kOwnerGone;
}

const run::Launch* RunFollower::launch_at(int index) const {
  if (index < 0 || static_cast<std::size_t>(index) >= plan_.launches.size()) return nullptr;
  return &plan_.launches[static_cast<std::size_t>(index)];
}

// What runs now, launch by launch, and not how it came to it.
Result<> RunFollower::begin() {
  std::map<int, history::EventRecord> last;
  TRY(records_.history.events(plan_.run_id, 0, [&](const history::EventRecord& event) {
    after_event_ = event.sequence;
    if (event.kind == "observed" || event.kind == "ended") last[event.launch] = event;
    return true;
  }));
  const auto place =
      TRY(records_.history.place_after(plan_.run_id, std::numeric_limits<std::uint64_t>::max()));
  after_line_ = place.sequence;
  shown_ = place.lines;
  for (const auto& [launch, event] : last)
    show(event);
  return {};
}

void RunFollower::look() {
  // Looked at before the history is read once more, so that nothing written before it is missed.
  const auto ended = records_.history.has_ended(plan_.run_id);
  const bool is_locked = records_.files.is_locked(plan_.run_id);
  const auto read = read_on();
  if (!ended) error_ = ended.error();
  if (!read) error_ = read.error();
  has_ended_ = ended && *ended;
  const bool is_behind = !world_.screen.has_room();
  if (error_ || (!is_behind && (has_ended_ || !is_locked))) return world_.loop.stop();
  timer_ = world_.loop.after(kLookEvery, [this] { look(); });
}

Result<> RunFollower::read_on() {
  TRY(read_events());
  return read_lines();
}

Result<> RunFollower::read_events() {
  return records_.history.events(plan_.run_id, after_event_,
                                 [&](const history::EventRecord& event) {
                                   after_event_ = event.sequence;
                                   show(event);
                                   return true;
                                 });
}

Result<> RunFollower::read_lines() {
  return records_.history.lines(plan_.run_id, after_line_, [&](const history::StoredLine& stored) {
    if (!observer_.takes_lines()) return false;
    after_line_ = stored.sequence;
    ++shown_;
    if (const auto* launch = launch_at(stored.launch))
      observer_.on_log(*launch, stored.container,
                       {stored.line.timestamp, stored.line.text, stored.line.timestamp});
    return true;
  });
}

void RunFollower::show(const history::EventRecord& event) {
  const auto* launch = launch_at(event.launch);
  const auto record = run::journal::read_event(event);
  // What cannot be understood is nothing to show; whoever carries the run out knows better.
  if (launch == nullptr || !record || !*record) return;
  if (const auto* observed = std::get_if<run::journal::Observed>(&**record)) {
    observer_.on_status(*launch, observed->task);
  } else if (const auto* ended = std::get_if<run::journal::Ended>(&**record)) {
    run::LaunchOutcome outcome;
    outcome.index = launch->index;
    outcome.name = launch->name;
    outcome.verdict = ended->verdict;
    observer_.on_launch_ended(outcome);
  }
}

}  // namespace runtask::cli
