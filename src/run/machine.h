#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ecs/types.h"
#include "run/plan.h"
#include "run/verdict.h"

// A run as a pure state machine: it maps (event, now) to actions, for one launch or for thousands.
// No I/O, no clock, no threads. Replies race, are late or come twice: an event that makes no sense
// in the present phase is ignored. Whoever drives it feeds it every event, carries out every action
// in order, and calls on(Tick) at wake_at().

namespace runtask::run {

// ---- What can happen.
struct Begin {};
struct Started {  // RunTask answered with a task.
  int launch;
  ecs::Task task;
};
struct StartRefused {  // RunTask answered with failures and without a task.
  int launch;
  ecs::Failure failure;
};
struct StartFailed {  // RunTask did not answer, or with an error.
  int launch;
  Code code;
  std::string why;
  bool may_have_started;
};
struct Observed {  // One DescribeTasks answered. `asked` are the tasks it was for.
  std::vector<std::string> asked;
  std::vector<ecs::Task> tasks;
  std::vector<ecs::Failure> failures;
  std::size_t view = 0;  // The call's.
};
struct ObserveFailed {
  Code code;
  std::string why;
  std::size_t view = 0;  // The call's.
};
struct StopFailed {
  int launch;
  Code code;
  std::string why;
};
struct LogsDrained {  // Every line of the launch that will be shown has been shown.
  int launch;
};
struct Interrupted {
  int exit_code;  // kExitInterrupted or kExitTerminated.
};
struct Tick {};
using Event = std::variant<Begin, Started, StartRefused, StartFailed, Observed, ObserveFailed,
                           StopFailed, LogsDrained, Interrupted, Tick>;

// ---- What it asks for.
struct CallRunTask {  // With the launch's input, whose token is the same on every attempt.
  int launch;
};
struct CallDescribe {
  std::vector<std::string> task_arns;  // At most 100.
  std::size_t target = 0;              // See Place.
  std::string cluster;                 // As the launches' inputs have it.
  std::size_t view = 0;                // To be given back with the answer.
};
struct CallStop {
  int launch;
  std::string task_arn;
  std::string reason;
};
struct FollowLogs {  // The task is known: its log streams may begin.
  int launch;
  std::string task_arn;
};
struct DrainLogs {  // This container has stopped; what it wrote is still to come.
  int launch;
  std::string container;
};
struct ShowStatus {  // The launch's lastStatus has changed.
  int launch;
  ecs::Task task;
};
struct ShowLook {  // With Policy::polls: a poll, or a look between two that saw a change.
  int launch;
  bool answered;  // False: DescribeTasks failed, or did not show the task.
};
struct Say {  // One fact for the user.
  std::string text;
};
struct LaunchEnded {
  int launch;
};
struct RunEnded {
  int exit_code;
};
using Action = std::variant<CallRunTask, CallDescribe, CallStop, FollowLogs, DrainLogs, ShowStatus,
                            ShowLook, Say, LaunchEnded, RunEnded>;

// How often DescribeTasks is called: soon at first and after every change, then ever more rarely.
struct Pace {
  Duration first{1000};
  Duration longest{6000};
};

// Each launch is polled at once when it is started and then after every pause of this length, and
// when so many polls, failed ones included, have not shown it STOPPED, it is given up: its task
// runs on, the exit code is kExitGivenUp. So does hamlet (8, step 11: DELAY, RETRY_COUNT). Between
// the polls the pace goes on, so that an end is seen soon; those looks do not count. A launch that
// is being stopped is not polled any more.
struct Polls {
  Duration every{30'000};
  int most = 0;  // 0: no limit.
};

struct Policy {
  Order order = Order::kByEnvironment;
  AfterFailure after_failure = AfterFailure::kFinishRunning;
  int max_parallel = 10;
  std::optional<Duration> timeout;                    // From RUNNING.
  Duration start_timeout = std::chrono::minutes(10);  // From the first RunTask to RUNNING.
  // Of starts that were refused and may succeed later. A lost reply is asked for again even at 0:
  // with the same token that starts nothing twice.
  int retries = 3;
  // A launch whose task Spot interrupted gets another one, this often.
  int retry_on_spot = 0;
  bool detach = false;  // End once everything is started.
  bool detach_on_interrupt = false;
  Pace pace;
  std::optional<Polls> polls;
  std::uint64_t jitter_seed = 0;
};

enum class Phase {
  kWaiting,   // Not started yet.
  kStarting,  // RunTask is under way.
  kBackoff,   // RunTask failed; the next attempt has a time.
  kWatching,  // The task is known and, as far as we know, alive.
  kDraining,  // It has stopped; its log is read to the end.
  kDone,
};

struct LaunchState {
  Phase phase = Phase::kWaiting;
  int attempts = 0;
  bool may_have_started = false;  // A RunTask got no answer: a task may run.
  Instant first_attempt{};
  Instant next_attempt{};
  std::string task_arn;
  ecs::Task task;         // As last seen.
  bool was_seen = false;  // By a DescribeTasks.
  int misses = 0;         // In a row: DescribeTasks that did not show it.
  Instant missing_since{};
  Instant started{};               // When RunTask answered.
  int polls = 0;                   // With Policy::polls: looks so far,
  Instant next_poll{};             // when the next one is due,
  bool is_poll_asked = false;      // and whether the look under way is one.
  std::optional<Instant> running;  // When it was first seen RUNNING.
  OurStop our_stop = OurStop::kNone;
  bool stop_called = false;  // Before that, an end is not our doing.
  bool stop_denied = false;
  Instant stop_given_up{};  // After the first StopTask: when its end is not waited for any longer.
  Instant next_stop{};      // When StopTask is sent again.
  std::set<std::string> drained_containers;
  Verdict verdict;
  Instant ended{};
};

class Machine {
 public:
  Machine(const Plan& plan, const Policy& policy);

  [[nodiscard]] std::vector<Action> on(const Event& event, Instant now);
  // When a Tick is due; none: only another event can change anything.
  [[nodiscard]] std::optional<Instant> wake_at() const;

  [[nodiscard]] const std::vector<LaunchState>& launches() const { return launches_; }
  [[nodiscard]] bool is_done() const { return done_; }
  [[nodiscard]] int exit_code() const;
  [[nodiscard]] VerdictKind kind() const;

 private:
  using Actions = std::vector<Action>;

  struct Facet {  // What of the plan matters for a launch.
    std::size_t part = 0;
    std::size_t view = 0;
    std::size_t environment = 0;  // Counted in the order of the plan.
  };
  // The tasks of one target and cluster, which one DescribeTasks can show together. Each has its
  // own clock, so that a target that does not answer holds up no other.
  struct View {
    std::size_t target = 0;
    std::string cluster;
    std::vector<int> launches;
    std::map<std::string, int> by_task;  // Task id to launch.
    bool describing = false;
    std::vector<int> asked;  // By the call under way.
    Instant next_describe{};
    Duration interval{};
    std::size_t from = 0;  // Round robin over more than 100 tasks.
    std::optional<Instant> unobserved_since;
    bool said_unobserved = false;
  };

  void handle(const Begin& event);
  void handle(const Started& event);
  void handle(const StartRefused& event);
  void handle(const StartFailed& event);
  void handle(const Observed& event);
  void handle(const ObserveFailed& event);
  void handle(const StopFailed& event);
  void handle(const LogsDrained& event);
  void handle(const Interrupted& event);
  void handle(const Tick& event);

  void start(int launch);
  void start_ready_ones();
  void retry_or_end(int launch, bool may_pass, const std::string& why);
  void observe(int launch, const ecs::Task& task);
  void judged(int launch, Verdict verdict);
  void note_failure(VerdictKind kind);
  void drain_stopped_containers(int launch);
  void miss(int launch);
  void stop(int launch, OurStop why);
  void send_stop(int launch);
  void give_up_stopping(int launch);
  void end(int launch, Verdict verdict);
  void end_whatever_is_left(const std::string& words);
  void end_what_is_left_of(int launch, const std::string& words);
  void check_deadlines();
  void check_deadlines(int launch);
  void leave_detached(const std::string& words);
  void note_look(int launch, bool answered, bool changed);
  void describe_if_due(std::size_t view);
  void finish_if_over();
  [[nodiscard]] LaunchState& at(int launch) {
    return launches_.at(static_cast<std::size_t>(launch));
  }
  [[nodiscard]] View& view_of(int launch) {
    return views_[facets_.at(static_cast<std::size_t>(launch)).view];
  }
  [[nodiscard]] int parallel_limit() const;
  [[nodiscard]] std::size_t last_open_environment() const;
  [[nodiscard]] bool takes_a_place(const LaunchState& launch) const;
  [[nodiscard]] bool is_polled(const LaunchState& launch) const;
  [[nodiscard]] bool is_due(const View& view, const LaunchState& launch) const;
  [[nodiscard]] std::optional<Instant> next_look(const View& view) const;
  [[nodiscard]] Duration backoff(int attempts);
  [[nodiscard]] Duration until_next_describe(const View& view);
  [[nodiscard]] long long random_per_mille();

  Policy policy_;
  std::vector<Facts> facts_;             // By part.
  std::vector<Duration> stop_patience_;  // By part.
  std::vector<LaunchState> launches_;
  std::vector<Facet> facets_;  // By launch.
  std::vector<View> views_;
  Actions actions_;  // Of the event at hand.
  Instant now_{};
  bool begun_ = false;
  bool done_ = false;
  bool failed_ = false;  // Some launch has: see AfterFailure.
  std::optional<int> interrupted_by_;
  Instant interrupted_at_{};
  std::uint64_t jitter_;
};

// Limits that are not the user's to set.
constexpr Duration kInterruptPatience = std::chrono::seconds(8);  // From the signal to the end.
constexpr Duration kMissingGraceUnseen = std::chrono::seconds(60);
constexpr Duration kMissingGraceSeen = std::chrono::seconds(10);
constexpr int kMissesSeenMin = 4;  // One replica that lags answers now and then.
constexpr Duration kStopAgain = std::chrono::seconds(5);
// From the first StopTask, beyond the containers' stopTimeouts: ECS needs some of it to take the
// network away, and a task that is still not STOPPED then is not going to be.
constexpr Duration kStopOverdue = std::chrono::seconds(60);
constexpr int kLearnAttemptsMin = 4;  // After a lost RunTask reply, whatever --retries says.
constexpr Duration kBackoffFirst = std::chrono::seconds(1);
constexpr Duration kBackoffLongest = std::chrono::seconds(30);

// Whether a failure in RunTask's reply may be gone at the next attempt (RESOURCE:*, AGENT,
// capacity, throttling) or not (ATTRIBUTE, LOCATION, MISSING, INACTIVE, ...).
[[nodiscard]] bool may_pass(const ecs::Failure& failure);

}  // namespace runtask::run
