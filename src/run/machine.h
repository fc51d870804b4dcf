#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ecs/types.h"
#include "run/journal.h"
#include "run/plan.h"
#include "run/start_failure.h"
#include "run/verdict.h"

// A run as a pure state machine: it maps (event, now) to actions, for one launch or for thousands.
// No I/O, no clock, no threads. Replies race, are late or come twice: an event that makes no sense
// in the present phase is ignored. Whoever drives it feeds it every event, carries out every action
// in order, and calls on(Tick) at wake_at(). The work of an event does not grow with the launches
// that it does not concern, but for those that concern all: an interrupt, the first failure with
// --fail-fast, the end.
//
// Tasks are started by StartCalls: one RunTask for launches that become ready together and have the
// same input. Until it is known what became of a StartCall, nothing else is started for its
// launches: the same call is sent again as long as ECS surely remembers its token and its tasks are
// wanted, and later they are looked for.

namespace runtask::run {

// ---- What can happen.
struct Begin {};
struct Interrupted {
  int exit_code;                 // kExitInterrupted or kExitTerminated.
  OurStop why = OurStop::kNone;  // None: the exit code tells.
};
struct Resume {  // Instead of Begin: goes on with a run that another process began.
  Restored restored;
  std::optional<Interrupted> interrupted = {};  // To be stopped: then nothing is started first.
};
struct Started {  // RunTask answered. Of the tasks those count that are not known yet.
  int call;
  std::vector<ecs::Task> tasks;
  std::vector<ecs::Failure> failures;
};
struct StartFailed {  // RunTask did not answer, or with an error.
  int call;
  Code code;
  std::string why;
  bool may_have_started;
};
struct StartSent {  // RunTask goes out: it may have waited for its rate.
  int call;
};
struct StartWithdrawn {  // As asked for: it was not sent this time.
  int call;
};
struct TokenTooOld {  // RunTask was not sent again: ECS may have forgotten its token.
  int call;
};
struct Found {  // The search for a StartCall's tasks has ended; these match it.
  int call;
  std::vector<ecs::Task> tasks;
  std::vector<std::string> older = {};  // See StartsFound.
};
struct FindFailed {
  int call;
  Code code;
  std::string why;
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
struct StopTaken {  // StopTask answered.
  int launch;
  std::string task_arn;
};
struct StopFailed {
  int launch;
  std::string task_arn;
  Code code;
  std::string why;
};
struct HasWritten {  // The launch's task has a line in its log.
  int launch;
};
struct LogsDrained {  // Every line of the launch's task that will be shown has been shown.
  int launch;
};
struct TargetGone {  // With all of its tasks, for good.
  std::size_t target;
  std::string words;
};
struct Tick {};
using Event = std::variant<Begin, Resume, StartSent, Started, StartFailed, StartWithdrawn,
                           TokenTooOld, Found, FindFailed, Observed, ObserveFailed, StopTaken,
                           StopFailed, HasWritten, LogsDrained, Interrupted, TargetGone, Tick>;

// ---- What it asks for.
struct CallRunTask {  // With the input of the first of its launches, but for these:
  int call;
  std::vector<int> launches;  // Whose tasks it starts; the count.
  std::string token, started_by;
  bool is_started_by_own;  // See journal::StartCall.
  bool is_first;           // To be journalled and synced before it is sent.
};
struct WithdrawStart {  // StartWithdrawn, if the RunTask under way has not gone out yet.
  int call;
};
struct CallFind {  // Look for the tasks of the StartCall by its startedBy: Found or FindFailed.
  int call;
};
struct ForgetCall {  // It is resolved: nothing more is asked of it.
  int call;
};
struct CallDescribe {
  std::vector<std::string> task_arns;  // At most 100.
  std::size_t target = 0;              // See Place.
  std::string cluster;                 // As the launches' inputs have it.
  std::size_t view = 0;                // To be given back with the answer.
};
struct CallStop {
  int launch;  // Whose task it is, or whose StartCall started it.
  std::string task_arn;
  std::string reason;
};
struct Keep {  // For the journal, which stamps it with its clock. -1: not of one launch.
  int launch;
  journal::Record record;
};
struct FollowLogs {  // The task is known: its log streams may begin. Of an earlier task of the
                     // launch nothing is read any more.
  int launch;
  std::string task_arn;
};
struct NameContainer {  // The container of the launch's task is there, and has this id.
  int launch;
  std::string container;
  std::string runtime_id;
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
using Action = std::variant<CallRunTask, WithdrawStart, CallFind, ForgetCall, CallDescribe,
                            CallStop, Keep, FollowLogs, NameContainer, DrainLogs, ShowStatus,
                            ShowLook, Say, LaunchEnded, RunEnded>;

// How often DescribeTasks is called: soon at first and after every change, then more rarely. One
// call shows up to 100 tasks, and ECS takes 20 a second of one account and region: a call every
// 1.2 s leaves room for some twenty runs at once, and the verdict is known 1.2 s after ECS at most.
struct Pace {
  Duration first{1000};
  Duration longest{1200};
};
// After a DescribeTasks that failed the pauses grow to so many times the longest.
constexpr int kPaceFailing = 5;

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
  // Of starts that were refused, or failed before anything ran, and may succeed later. A lost reply
  // is asked for again even at 0: with the same token that starts nothing twice.
  int retries = 3;
  // How long ListTasks may not show what a RunTask has started. ECS API, RunTask: what a call has
  // done may not show at once; one is to look again after a couple of seconds, then ever more
  // rarely, for up to five minutes. Tasks are seen within seconds, and other programs give ECS a
  // minute (Dagster: 51 s). Zero: the lists are never late.
  Duration lists_lag = std::chrono::seconds(60);
  // A launch whose task Spot interrupted gets another one, this often.
  int retry_on_spot = 0;
  bool detach = false;  // End once everything is started.
  bool detach_on_interrupt = false;
  // From an interrupt to the end, at most.
  Duration interrupt_patience = std::chrono::seconds(8);
  Pace pace;
  std::optional<Polls> polls;
  std::uint64_t jitter_seed = 0;
};

enum class Phase {
  kWaiting,   // Not started yet.
  kStarting,  // RunTask is under way.
  kBackoff,   // RunTask failed, or its task is gone; the next attempt has a time.
  kWatching,  // The task is known and, as far as we know, alive.
  kDraining,  // It has stopped; its log is read to the end.
  kDone,
};
constexpr std::size_t kPhases = 6;

struct LaunchState {
  Phase phase = Phase::kWaiting;
  int attempts = 0;      // Starts that came to nothing.
  int spot_retries = 0;  // Tasks that Spot took and that were replaced.
  int call = 0;          // Its StartCall, while it has one that is not resolved.
  // When its first RunTask went out, or the first one since Spot took its task; none: none has.
  std::optional<Instant> first_attempt;
  Instant next_attempt{};  // In kBackoff without a StartCall.
  std::string task_arn;
  ecs::Task task;           // As last seen, without what neither verdict nor outcome needs.
  std::string task_before;  // That Spot took, and that this one, if there is one, replaces.
  bool was_seen = false;    // By a DescribeTasks.
  bool has_run = false;     // A container of the task, as far as is known.
  Instant seen_as_of = Instant::min();  // When the last one that showed it was sent.
  int misses = 0;                       // In a row: DescribeTasks that did not show it.
  Instant missing_since{};
  Instant started{};               // When RunTask answered.
  int polls = 0;                   // With Policy::polls: looks so far,
  Instant next_poll{};             // when the next one is due,
  bool is_poll_asked = false;      // and whether the look under way is one.
  std::optional<Instant> running;  // When it was first seen RUNNING.
  OurStop our_stop = OurStop::kNone;
  bool stop_called = false;            // Before that, an end is not our doing.
  std::optional<Instant> stop_denied;  // When StopTask was refused for good,
  std::string stop_failure;            // Why the last one failed, also if it was for now.
  bool stop_taken = false;             // One was.
  Instant stop_given_up{};  // After the first StopTask: when its end is not waited for any longer.
  Instant next_stop{};      // When StopTask is sent again.
  std::set<std::string> drained_containers;
  // In kDraining: why it gets another task then. Until it has one, `verdict` tells what became of
  // the last attempt.
  enum class Again { kNo, kStartFailed, kSpot } again = Again::kNo;
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
  [[nodiscard]] std::size_t count(Phase phase) const {
    return counts_[static_cast<std::size_t>(phase)];
  }
  [[nodiscard]] bool is_done() const { return done_; }
  [[nodiscard]] int exit_code() const;
  [[nodiscard]] VerdictKind kind() const;
  // ARNs of tasks that ECS has started beyond those that were asked for and that may run: StopTask
  // was refused, or has not been answered.
  [[nodiscard]] std::vector<std::string> surplus_tasks() const;

 private:
  using Actions = std::vector<Action>;

  struct Facet {  // What of the plan matters for a launch.
    std::size_t part = 0;
    std::size_t view = 0;
    std::size_t environment = 0;  // Counted in the order of the plan.
    std::size_t input = 0;        // Launches with the same one may share a StartCall.
    std::uint64_t turn = 0;       // Its place in View::rotation.
  };
  // The tasks of one target and cluster, which one DescribeTasks can show together. Each has its
  // own clock, so that a target that does not answer holds up no other.
  struct View {
    std::size_t target = 0;
    std::string cluster;
    std::unordered_map<std::string, int> by_task;  // Task id to launch, earlier tasks included.
    // Those that are watched: by whose turn it is, and by when the next poll is due.
    std::set<std::pair<std::uint64_t, int>> rotation;
    std::set<std::pair<Instant, int>> polls;
    bool describing = false;
    Instant asked_at{};      // The last look.
    std::vector<int> asked;  // By the call under way.
    Instant next_describe{};
    Duration interval{};
    std::optional<Instant> unobserved_since;
    bool said_unobserved = false;
  };
  // What StartCalls are about to have in common.
  struct Input {
    std::string started_by;  // The user's own; empty: each call gets one.
  };
  struct Call {
    int number = 0;
    std::vector<int> launches;  // As it was sent.
    std::vector<int> open;      // Those that have no task by it yet.
    std::string token, started_by;
    bool is_started_by_own = true;
    enum class State { kUnderWay, kFinding, kPausing } state = State::kPausing;
    Instant next{};  // In kPausing.
    Instant first_sent{};
    Instant lists_complete{};  // From then on the lists show what it has started.
    bool is_token_unsure = false;
    int sends = 0;
    std::size_t tasks = 0;          // That are known to be by it.
    bool may_have_started = false;  // A RunTask got no answer: tasks may run.
    bool is_refused = false;        // The answer held failures: looked for, then given up.
    bool is_last = false;           // Then nothing more is tried.
    bool is_withdrawn = false;      // The RunTask that is under way, if it can be.
    int finds = 0;                  // Searches that found too little.
    Instant find_began{};           // The last search.
    std::optional<Instant> finds_fail_since;
    bool finds_denied = false;
    std::string why;                 // The last failure.
    std::vector<std::string> older;  // By the last search: see StartsFound.
  };
  // A task beyond those that a StartCall asked for: nobody wants it, so it is stopped.
  struct Surplus {
    int launch = 0;  // One of the call's.
    std::string task_arn;
    std::optional<Instant> next_stop;  // None: StopTask is under way, or nothing more is done.
    int stops = 0;
    enum class State { kStopping, kStopped, kGivenUp } state = State::kStopping;
  };
  // What waits for its time.
  enum class Kind { kLaunch, kCall, kView, kSurplus };
  using Deadline = std::tuple<Instant, Kind, int>;

  void handle(const Begin& event);
  void handle(const Resume& event);
  void handle(const Started& event);
  void handle(const StartFailed& event);
  void handle(const StartSent& event);
  void handle(const StartWithdrawn& event);
  void handle(const TokenTooOld& event);
  void handle(const Found& event);
  void handle(const FindFailed& event);
  void handle(const Observed& event);
  void handle(const ObserveFailed& event);
  void handle(const StopTaken& event);
  void handle(const StopFailed& event);
  void handle(const HasWritten& event);
  void handle(const LogsDrained& event);
  void handle(const Interrupted& event);
  void handle(const TargetGone& event);
  void handle(const Tick& event);

  // ---- machine.cpp: the order of things
  void enter(int launch, Phase phase);
  void touch(Kind kind, int index) { touched_.emplace_back(kind, index); }
  void settle();
  void meet(Kind kind, int index);
  void rearm(Kind kind, int index, Instant not_before);
  [[nodiscard]] std::optional<Instant> deadline_of(Kind kind, int index) const;
  void start_ready_ones();
  void end(int launch, Verdict verdict);
  void end_whatever_is_left(const std::string& words);
  void end_what_is_left_of(int launch, const std::string& words);
  void end_with_its_target(int launch, const std::string& words);
  void note_failure(VerdictKind kind);
  void stop_starting(int index, OurStop why);
  void leave_detached(std::string words);
  void leave_detached(int launch);
  void finish_if_over();
  [[nodiscard]] bool has_place() const;
  [[nodiscard]] bool will_have_place() const;
  [[nodiscard]] bool starts_no_more() const;
  [[nodiscard]] bool is_wanted(const LaunchState& launch) const;
  [[nodiscard]] int parallel_limit() const;
  [[nodiscard]] LaunchState& at(int launch) {
    return launches_.at(static_cast<std::size_t>(launch));
  }
  [[nodiscard]] const LaunchState& at(int launch) const {
    return launches_.at(static_cast<std::size_t>(launch));
  }
  [[nodiscard]] Facet& facet_of(int launch) { return facets_.at(static_cast<std::size_t>(launch)); }
  [[nodiscard]] const Facet& facet_of(int launch) const {
    return facets_.at(static_cast<std::size_t>(launch));
  }
  [[nodiscard]] View& view_of(int launch) { return views_[facet_of(launch).view]; }

  // ---- machine_start.cpp: StartCalls
  void make_calls();
  void make_call(std::vector<int> launches);
  void send(Call& call);
  void withdraw(int number);
  void find(Call& call);
  void go_on(Call& call);
  void go_on_without_search(Call& call);
  void pause(Call& call, Duration duration);
  void assign(Call& call, const std::vector<ecs::Task>& tasks);
  void stop_surplus(const Call& call, const std::vector<std::string>& tasks);
  void adopt(int launch, int call, const ecs::Task& task);
  void refuse(Call& call, const std::vector<ecs::Failure>& failures);
  void conclude_refusal(Call& call);
  void conclude_refusal(Call& call, const std::string& why_not_again);
  void found_too_little(Call& call);
  void end_open(Call& call, VerdictKind kind, const std::string& words);
  void leave_call(int launch);
  void start_next(int launch);
  void end_out_of_time(int launch);
  void note_attempt(const Call& call);
  void close_if_resolved(int call);
  void say_start(const Call& call, const std::string& what);
  void say_look(const Call& call);
  [[nodiscard]] Call* call_at(int number);
  [[nodiscard]] bool is_any_wanted(const Call& call) const;
  [[nodiscard]] int attempts_of(const Call& call) const;
  [[nodiscard]] bool is_out_of_time(const Call& call, Duration pause) const;
  [[nodiscard]] Instant start_deadline(const Call& call) const;
  [[nodiscard]] Instant start_deadline(const LaunchState& launch) const {
    return launch.first_attempt ? *launch.first_attempt + policy_.start_timeout : Instant::max();
  }
  [[nodiscard]] Duration backoff(int attempts);
  [[nodiscard]] long long random_per_mille();

  // ---- machine_watch.cpp: tasks that are known
  void watch(int launch);
  void unwatch(int launch);
  void observe(int launch, const ecs::Task& task);
  [[nodiscard]] Verdict verdict_of_end(int launch, const ecs::Task& stopped) const;
  void judged(int launch, Verdict verdict);
  [[nodiscard]] LaunchState::Again again(int launch, const ecs::Task& stopped) const;
  void start_again(int launch);
  void name_containers(int launch, const ecs::Task& before);
  void drain_stopped_containers(int launch);
  void miss(int launch);
  void note_look(int launch, bool answered, bool changed);
  void describe_if_due(std::size_t view);
  [[nodiscard]] bool is_polled(const LaunchState& launch) const;
  [[nodiscard]] std::optional<Instant> next_look(const View& view) const;
  [[nodiscard]] Duration until_next_describe(const View& view);

  // ---- machine_stop.cpp
  void stop(int launch, OurStop why);
  void stop_start(int launch, OurStop why);
  // On its way to STOPPED, whoever brought that about.
  [[nodiscard]] static bool is_ending(const LaunchState& launch);
  [[nodiscard]] static std::string words_of_stop(const LaunchState& launch);
  void send_stop(int launch);
  void give_up_stopping(int launch);
  void end_unstopped(int launch, const std::string& words);
  void check_deadlines(int launch);
  void add_surplus(int launch, const std::string& task_arn);
  void send_stop(Surplus& surplus);
  [[nodiscard]] std::size_t count(Surplus::State state) const;
  void handle_failed_stop(Surplus& surplus, const StopFailed& event);
  [[nodiscard]] Surplus* surplus_at(const std::string& task_arn);

  // ---- machine_restore.cpp
  void restore(int launch, const RestoredLaunch& from);
  void restore(const UnresolvedCall& from);

  Policy policy_;
  std::string run_id_;
  std::vector<Facts> facts_;             // By part.
  std::vector<Duration> stop_patience_;  // By part.
  std::vector<Input> inputs_;
  std::vector<LaunchState> launches_;
  std::vector<Facet> facets_;  // By launch.
  std::vector<View> views_;
  std::map<int, Call> calls_;  // Those that are not resolved.
  int last_call_ = 0;
  std::vector<Surplus> surplus_;
  bool said_stop_fails_ = false;
  std::optional<Instant> all_ended_;  // All launches, for the first time.

  std::array<std::size_t, kPhases> counts_{};  // Launches by phase.
  std::size_t replacing_ = 0;                  // Of those in kDraining: they get another task.
  std::size_t unended_ = 0;                    // Of those in kDone: their tasks may still run.
  std::vector<std::size_t> left_;              // By environment: launches that are not done.
  std::size_t open_environment_ = 0;           // The first that is not over.
  int next_waiting_ = 0;                       // No launch before it is kWaiting.
  std::vector<int> ready_;                     // To be started by the next StartCalls.
  std::uint64_t last_turn_ = 0;
  std::set<Deadline> deadlines_;
  std::map<std::pair<Kind, int>, Instant> armed_;  // What is in deadlines_.
  std::vector<std::pair<Kind, int>> touched_;      // Their deadlines may have changed.

  Actions actions_;  // Of the event at hand.
  Instant now_{};
  bool begun_ = false;
  bool done_ = false;
  bool failed_ = false;                 // Some launch has: see AfterFailure.
  std::optional<int> cut_short_by_;     // Another process was told to stop starting.
  std::optional<std::string> leaving_;  // Tasks are left running, with these words.
  std::optional<int> interrupted_by_;
  Instant interrupted_at_{};
  std::uint64_t jitter_;
};

// Limits that are not the user's to set.
// A task that may not be stopped may have ended by itself: one more look, or so long for it.
constexpr Duration kStopDeniedLook = std::chrono::seconds(5);
// ECS is eventually consistent (dagster-io/dagster waits 51 s): for so long MISSING is no end.
constexpr Duration kMissingGrace = std::chrono::seconds(60);
constexpr int kMissesSeenMin = 4;  // One replica that lags answers now and then.
constexpr Duration kStopAgain = std::chrono::seconds(5);
// From the first StopTask, beyond the containers' stopTimeouts: ECS needs some of it to take the
// network away, and a task that is still not STOPPED then is not going to be.
constexpr Duration kStopOverdue = std::chrono::seconds(60);
// How long the tasks of a call are looked for whose only answer is a refusal that will not pass:
// MISSING, ATTRIBUTE. It almost always is the truth, and somebody waits for it.
constexpr Duration kFinalRefusalLook = std::chrono::seconds(5);
constexpr Duration kBackoffFirst = std::chrono::seconds(1);
constexpr Duration kBackoffLongest = std::chrono::seconds(30);
// How long ECS surely remembers a client token. The documentation says 24 hours for a bound that
// may be shorter and is not written; nobody needs more to get over a lost reply.
constexpr Duration kTokenSure = std::chrono::minutes(10);
// How long after a StartCall the lists surely still hold all of its tasks: ECS forgets stopped ones
// after about an hour.
constexpr Duration kListsKept = std::chrono::minutes(45);
// How long searches for the tasks of a StartCall may fail, one after the other.
constexpr Duration kFindPatience = std::chrono::minutes(2);
// How often StopTask is called for a task that nobody asked for, before it is left with a word.
constexpr int kSurplusStopsMax = 6;
// How long the stop of such a task is waited for when all launches have ended; the outcome says
// that it may run.
constexpr Duration kSurplusPatience = std::chrono::seconds(10);

}  // namespace runtask::run
