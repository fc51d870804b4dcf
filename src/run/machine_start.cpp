#include <algorithm>
#include <utility>

#include "base/text.h"
#include "ecs/life_cycle.h"
#include "ecs/limits.h"
#include "run/machine.h"

// How the machine starts tasks: StartCalls, each resolved before its launches are given up or
// started by another one.

namespace runtask::run {
namespace {

constexpr const char* kNoTimeToRetry = "; not tried again: --start-timeout would be over";
constexpr const char* kGivenUp = "given up before it started";

Verdict verdict_of(VerdictKind kind, std::string words) {
  return {kind, kExitCouldNotRun, {}, std::move(words)};
}

std::string words_of(const ecs::Failure& failure) {
  return failure.reason + (failure.detail.empty() ? "" : ": " + failure.detail);
}

// "launch 3", "launches 3, 5, 6", "12 launches from 3 on".
std::string words_of(const std::vector<int>& launches) {
  constexpr std::size_t kNamedMax = 4;
  if (launches.size() == 1) return "launch " + std::to_string(launches.front() + 1);
  if (launches.size() > kNamedMax)
    return std::to_string(launches.size()) + " launches from " +
           std::to_string(launches.front() + 1) + " on";
  std::vector<std::string> numbers;
  numbers.reserve(launches.size());
  for (const auto launch : launches)
    numbers.push_back(std::to_string(launch + 1));
  return "launches " + join(numbers, ", ");
}

// A clock that is ahead makes the call's own tasks look older than it.
std::string words_of_older(const std::vector<std::string>& tasks) {
  if (tasks.empty()) return "";
  return "; by this machine's clock older, else just like it: " + join(tasks, ", ");
}

}  // namespace

Machine::Call* Machine::call_at(int number) {
  const auto found = calls_.find(number);
  return found == calls_.end() ? nullptr : &found->second;
}

// ---- Making them

// Together go launches of one input; and of as many attempts, so that each is counted for itself.
void Machine::make_calls() {
  constexpr auto kLaunchesMax = std::size_t{ecs::limits::kTasksPerRunTaskMax};
  std::vector<std::vector<int>> batches;
  std::map<std::pair<std::size_t, int>, std::size_t> open;  // Batches with room.
  for (const auto index : std::exchange(ready_, {})) {
    const auto key = std::pair(facet_of(index).input, at(index).attempts);
    auto [batch, is_new] = open.emplace(key, batches.size());
    if (!is_new && batches[batch->second].size() == kLaunchesMax) {
      batch->second = batches.size();
      is_new = true;
    }
    if (is_new) batches.emplace_back();
    batches[batch->second].push_back(index);
  }
  for (auto& batch : batches)
    make_call(std::move(batch));
}

void Machine::make_call(std::vector<int> launches) {
  Call call;
  call.number = ++last_call_;
  const auto& started_by = inputs_[facet_of(launches.front()).input].started_by;
  const auto number = std::to_string(call.number);
  call.token = run_id_ + "-" + number;
  call.is_started_by_own = started_by.empty();
  call.started_by = started_by.empty() ? run_id_ + "/" + number : started_by;
  call.open = launches;
  call.launches = std::move(launches);
  call.first_sent = now_;
  for (const auto index : call.launches)
    at(index).call = call.number;
  send(calls_.emplace(call.number, std::move(call)).first->second);
}

void Machine::send(Call& call) {
  call.state = Call::State::kUnderWay;
  call.is_refused = false;  // What it comes to now, only its answer tells.
  call.is_withdrawn = false;
  ++call.sends;
  for (const auto index : call.open)
    if (at(index).phase != Phase::kStarting) enter(index, Phase::kStarting);
  actions_.emplace_back(CallRunTask{call.number, call.launches, call.token, call.started_by,
                                    call.is_started_by_own, call.sends == 1});
  touch(Kind::kCall, call.number);
}

// Nobody wants it any more, or not now: it need not go out, if it has not.
void Machine::withdraw(int number) {
  auto* call = call_at(number);
  if (call == nullptr || call->state != Call::State::kUnderWay) return;
  if (is_any_wanted(*call) && !is_out_of_time(*call, Duration(0))) return;
  if (!std::exchange(call->is_withdrawn, true)) actions_.emplace_back(WithdrawStart{number});
}

void Machine::find(Call& call) {
  call.state = Call::State::kFinding;
  call.find_began = now_;
  actions_.emplace_back(CallFind{call.number});
  touch(Kind::kCall, call.number);
}

void Machine::pause(Call& call, Duration duration) {
  call.state = Call::State::kPausing;
  call.next = now_ + duration;
  for (const auto index : call.open)
    if (at(index).phase != Phase::kBackoff) enter(index, Phase::kBackoff);
  touch(Kind::kCall, call.number);
}

// The pause is over. A call that was refused is not sent again: by its token ECS may repeat the
// refusal. One whose outcome is unknown is, for it starts nothing twice; but not when its tasks are
// not wanted any more, for it may be the one that starts them.
void Machine::go_on(Call& call) {
  if (call.state == Call::State::kUnderWay) return withdraw(call.number);
  if (call.state != Call::State::kPausing || now_ < call.next) return;
  if (call.open.empty()) return close_if_resolved(call.number);
  if (now_ - call.first_sent >= kTokenSure) call.is_token_unsure = true;
  if (call.finds_denied && call.is_refused) return go_on_without_search(call);
  const bool searches = call.is_refused || call.is_token_unsure || call.is_last ||
                        !is_any_wanted(call) || is_out_of_time(call, Duration(0));
  searches ? find(call) : send(call);
}

// Whether a refused call has started something nobody may look up. Nothing known came of it: then
// the same call is the only one that cannot start anything twice.
void Machine::go_on_without_search(Call& call) {
  const auto number = call.number;
  const bool may_be_sent = call.open == call.launches && !call.is_last && !call.is_token_unsure;
  if (may_be_sent && is_any_wanted(call) && !is_out_of_time(call, Duration(0))) return send(call);
  if (call.may_have_started) {
    end_open(call, VerdictKind::kUnknown,
             "it may have been started" + (call.why.empty() ? "" : ": " + call.why) +
                 "; its tasks cannot be listed");
  } else {
    conclude_refusal(call, "; not tried again: its tasks cannot be listed");
  }
  close_if_resolved(number);
}

// ---- Answers

void Machine::handle(const StartSent& event) {
  if (const auto* call = call_at(event.call)) note_attempt(*call);
}

// The time that a start may take does not pass while it waits for its rate.
void Machine::note_attempt(const Call& call) {
  for (const auto index : call.open)
    if (!at(index).first_attempt) at(index).first_attempt = now_;
  touch(Kind::kCall, call.number);
}

void Machine::handle(const Started& event) {
  auto* call = call_at(event.call);
  if (call == nullptr) return;
  note_attempt(*call);
  call->lists_complete = now_ + policy_.lists_lag;
  assign(*call, event.tasks);
  if (!call->open.empty()) refuse(*call, event.failures);
  close_if_resolved(event.call);
}

// Those that are not known yet, to the first launches that have none. Those of launches that have
// ended meanwhile are what their outcome says may run; more than were asked for are stopped.
void Machine::assign(Call& call, const std::vector<ecs::Task>& tasks) {
  auto& known = views_[facet_of(call.launches.front()).view].by_task;
  std::vector<std::string> surplus;
  std::vector<std::pair<int, const ecs::Task*>> adopted;
  for (const auto& task : tasks) {
    if (task.task_arn.empty() || known.contains(ecs::last_part(task.task_arn))) continue;
    if (call.tasks == call.launches.size()) {
      known.emplace(ecs::last_part(task.task_arn), call.launches.front());
      surplus.push_back(task.task_arn);
      continue;
    }
    ++call.tasks;
    if (call.open.empty()) continue;
    known.emplace(ecs::last_part(task.task_arn), call.open.front());
    adopted.emplace_back(call.open.front(), &task);
    call.open.erase(call.open.begin());
  }
  // At first, because nothing else would tell of them if this process ended now.
  if (!surplus.empty()) stop_surplus(call, surplus);
  for (const auto& [index, task] : adopted)
    adopt(index, call.number, *task);
}

void Machine::stop_surplus(const Call& call, const std::vector<std::string>& tasks) {
  actions_.emplace_back(Say{"ECS has started " + std::to_string(tasks.size()) + " more than the " +
                            std::to_string(call.launches.size()) +
                            " asked for; stopping: " + join(tasks, ", ")});
  const auto launch = call.launches.front();
  for (const auto& task : tasks)
    actions_.emplace_back(Keep{launch, journal::Surplus{call.number, task}});
  for (const auto& task : tasks)
    add_surplus(launch, task);
}

void Machine::adopt(int index, int call, const ecs::Task& task) {
  auto& launch = at(index);
  launch.call = 0;
  launch.task_arn = task.task_arn;
  launch.started = now_;
  actions_.emplace_back(Keep{index, journal::Started{call, task.task_arn, {}}});
  watch(index);
  observe(index, task);
}

// A reply with failures is no proof that nothing was started (apache/airflow#16150). So before
// anything else is started for these launches, or they are given up, the call's tasks are looked
// for until the lists must show them; only for kFinalRefusalLook if it is a clean answer to the
// only call that can have started them, with a reason that will not pass.
void Machine::refuse(Call& call, const std::vector<ecs::Failure>& failures) {
  ecs::Failure failure{"", "RunTask started fewer tasks than it was asked for", ""};
  bool passes = failures.empty();
  if (!failures.empty()) {
    // One failure for each instance that was looked at: one that passes is enough.
    const auto one = std::find_if(failures.begin(), failures.end(),
                                  [](const ecs::Failure& it) { return may_pass(it); });
    passes = one != failures.end();
    failure = passes ? *one : failures.front();
  }
  call.why = words_of(failure);
  actions_.emplace_back(Keep{-1, journal::Refused{call.number, call.open, call.why}});
  for (const auto index : call.open)
    ++at(index).attempts;
  call.is_refused = true;
  const auto lag = passes || call.may_have_started
                       ? policy_.lists_lag
                       : std::min<Duration>(policy_.lists_lag, kFinalRefusalLook);
  call.lists_complete = now_ + lag;
  const auto wait = backoff(attempts_of(call));
  const bool may_retry = passes && attempts_of(call) <= policy_.retries;
  const bool lacks_time = may_retry && is_out_of_time(call, std::max(wait, policy_.lists_lag));
  call.is_last = !may_retry || lacks_time;
  if (lacks_time) call.why += kNoTimeToRetry;
  const bool goes_on = !call.is_last && is_any_wanted(call);
  if (!goes_on) {
    say_look(call);
  } else if (lag == Duration(0)) {
    say_start(call, "trying again");
  } else {
    say_start(call,
              "trying again in " + short_duration(lag) + ", unless a task of it shows until then");
  }
  pause(call, goes_on ? wait : Duration(0));
}

void Machine::handle(const StartFailed& event) {
  auto* call = call_at(event.call);
  if (call == nullptr || call->state != Call::State::kUnderWay) return;
  note_attempt(*call);
  call->lists_complete = now_ + policy_.lists_lag;
  call->may_have_started |= event.may_have_started;
  call->why = event.why;
  for (const auto index : call->open)
    ++at(index).attempts;
  const bool passes = may_pass(event.code, event.why);
  const bool wanted = is_any_wanted(*call);
  const auto wait = backoff(attempts_of(*call));
  if (call->may_have_started) {
    // Giving up would leave tasks that nobody watches. ECS says which they are when it is asked
    // again with the same token; but to a call that is refused now it says nothing, and one that
    // comes too late must not be the one that starts them. Then they are looked for.
    const bool asks = passes || (event.may_have_started && event.code != Code::kConflict);
    call->is_last = !asks || is_out_of_time(*call, wait);
    const bool goes_on = !call->is_last && wanted;
    goes_on ? say_start(*call, "trying again") : say_look(*call);
    return pause(*call, goes_on ? wait : Duration(0));
  }
  const bool may_retry = passes && attempts_of(*call) <= policy_.retries;
  if (!may_retry || !wanted || is_out_of_time(*call, wait)) {
    if (may_retry && !wanted) {
      end_open(*call, VerdictKind::kSkipped, kGivenUp + ("; " + event.why));
    } else {
      end_open(*call, VerdictKind::kNeverStarted, event.why + (may_retry ? kNoTimeToRetry : ""));
    }
    return close_if_resolved(event.call);
  }
  say_start(*call, "trying again");
  pause(*call, wait);
}

// Of an earlier time that it was sent this tells nothing.
void Machine::handle(const StartWithdrawn& event) {
  auto* call = call_at(event.call);
  if (call == nullptr || call->state != Call::State::kUnderWay) return;
  call->is_refused = call->finds_denied;
  if (call->may_have_started || call->is_refused) return pause(*call, Duration(0));
  if (is_any_wanted(*call)) {
    for (const auto index : std::vector(call->open))
      if (at(index).call == event.call) end_out_of_time(index);
  } else {
    end_open(*call, VerdictKind::kSkipped, kGivenUp);
  }
  close_if_resolved(event.call);
}

void Machine::handle(const TokenTooOld& event) {
  auto* call = call_at(event.call);
  if (call == nullptr || call->state != Call::State::kUnderWay) return;
  call->is_token_unsure = true;
  call->may_have_started = true;
  pause(*call, Duration(0));
}

// ---- Searches

void Machine::handle(const Found& event) {
  auto* call = call_at(event.call);
  if (call == nullptr || call->state != Call::State::kFinding) return;
  const auto& known = views_[facet_of(call->launches.front()).view].by_task;
  const auto news = std::count_if(
      event.tasks.begin(), event.tasks.end(),
      [&](const ecs::Task& task) { return !known.contains(ecs::last_part(task.task_arn)); });
  if (!call->is_started_by_own && static_cast<std::size_t>(news) > call->open.size()) {
    end_open(*call, VerdictKind::kUnknown,
             "it may have been started: " + std::to_string(news) +
                 " tasks look like it and have its startedBy " + call->started_by);
    return close_if_resolved(event.call);
  }
  call->finds_fail_since.reset();
  call->older = event.older;
  assign(*call, event.tasks);
  if (!call->open.empty()) found_too_little(*call);
  close_if_resolved(event.call);
}

// Lists lag: only one that was asked for after they must be complete proves anything; and of a call
// that is too old they prove nothing any more.
void Machine::found_too_little(Call& call) {
  if (call.find_began < call.lists_complete)
    return pause(call, std::clamp(call.lists_complete - now_, Duration(0), backoff(++call.finds)));
  if (call.is_refused && now_ - call.first_sent < kListsKept) return conclude_refusal(call, "");
  end_open(call, VerdictKind::kUnknown,
           "it may have been started" + (call.why.empty() ? "" : ": " + call.why) +
               "; ECS shows no task of it" + words_of_older(call.older));
}

void Machine::handle(const FindFailed& event) {
  auto* call = call_at(event.call);
  if (call == nullptr || call->state != Call::State::kFinding) return;
  // Not allowed, or a server that has no lists.
  const bool denied = !may_pass(event.code, event.why);
  if (!call->finds_fail_since) call->finds_fail_since = call->find_began;
  const bool gives_up = denied || now_ - *call->finds_fail_since >= kFindPatience;
  if (!gives_up) return pause(*call, backoff(std::max(1, attempts_of(*call))));
  if (denied && call->is_refused) {
    if (!std::exchange(call->finds_denied, true))
      actions_.emplace_back(
          Say{"start of " + words_of(call->open) +
              ": its tasks may not be looked for, so the reply is believed: " + event.why});
    return go_on_without_search(*call);
  }
  end_open(*call, VerdictKind::kUnknown,
           "it may have been started" + (call->why.empty() ? "" : ": " + call->why) +
               "; looking for its task: " + event.why);
  close_if_resolved(event.call);
}

// Nothing has come of the refused call: another one may be made. `why_not_again`: not.
void Machine::conclude_refusal(Call& call, const std::string& why_not_again) {
  const auto number = call.number;
  const bool is_last =
      call.is_last || !why_not_again.empty() || attempts_of(call) > policy_.retries;
  const bool lacks_time = !is_last && is_out_of_time(call, Duration(0));
  const auto words = call.why +
                     (lacks_time     ? kNoTimeToRetry
                      : call.is_last ? ""
                                     : why_not_again.c_str()) +
                     words_of_older(call.older);
  const bool is_over = is_last || lacks_time;
  for (const auto index : std::vector(call.open)) {
    const auto& launch = at(index);
    if (launch.call != number) continue;  // The end of another one has ended it too.
    const bool is_given_up = launch.our_stop != OurStop::kNone || interrupted_by_;
    if (is_over && !is_given_up) {
      end(index, verdict_of(VerdictKind::kNeverStarted, words));
    } else if (!is_wanted(launch)) {
      end(index, verdict_of(VerdictKind::kSkipped, kGivenUp));
    } else {
      leave_call(index);
      at(index).verdict = verdict_of(VerdictKind::kNeverStarted, words);
      enter(index, Phase::kStarting);
      ready_.push_back(index);
    }
  }
}

// Its last attempt came to nothing, and a further one would come too late.
void Machine::end_out_of_time(int index) {
  auto verdict = at(index).verdict;
  verdict.words += kNoTimeToRetry;
  end(index, std::move(verdict));
}

// The pause between two tasks of a launch is over.
void Machine::start_next(int index) {
  if (now_ >= start_deadline(at(index))) return end_out_of_time(index);
  enter(index, Phase::kStarting);
  ready_.push_back(index);
}

// ---- Shared parts

void Machine::end_open(Call& call, VerdictKind kind, const std::string& words) {
  const auto number = call.number;
  auto verdict = verdict_of(kind, words);
  verdict.may_still_run = kind == VerdictKind::kUnknown;
  for (const auto index : std::vector(call.open))
    if (at(index).call == number) end(index, verdict);
}

void Machine::leave_call(int index) {
  auto* call = call_at(std::exchange(at(index).call, 0));
  if (call != nullptr) std::erase(call->open, index);
}

void Machine::close_if_resolved(int number) {
  const auto* call = call_at(number);
  if (call == nullptr || !call->open.empty()) return;
  calls_.erase(number);
  actions_.emplace_back(ForgetCall{number});
  touch(Kind::kCall, number);
}

void Machine::say_start(const Call& call, const std::string& what) {
  actions_.emplace_back(Say{"start of " + words_of(call.open) + ", attempt " +
                            std::to_string(attempts_of(call)) + ": " + call.why + "; " + what});
}

void Machine::say_look(const Call& call) {
  const auto left = call.lists_complete - now_;
  if (left > Duration(0))
    say_start(call, "looking for up to " + short_duration(left) + " whether it has started a task");
}

bool Machine::is_any_wanted(const Call& call) const {
  return std::any_of(call.open.begin(), call.open.end(),
                     [this](int index) { return is_wanted(at(index)); });
}
// All of a call have the same.
int Machine::attempts_of(const Call& call) const {
  return call.open.empty() ? 0 : at(call.open.front()).attempts;
}
// Whether one of them will be, when the pause is over: what is started then would only be stopped.
bool Machine::is_out_of_time(const Call& call, Duration pause) const {
  return now_ + pause >= start_deadline(call);
}
Instant Machine::start_deadline(const Call& call) const {
  auto deadline = Instant::max();
  for (const auto index : call.open)
    deadline = std::min(deadline, start_deadline(at(index)));
  return deadline;
}

// Doubles per attempt, with up to half of it taken off at random, so that many launches that were
// refused together do not come back together.
Duration Machine::backoff(int attempts) {
  const auto doubled = kBackoffFirst * (1LL << std::clamp(attempts - 1, 0, 10));
  const auto longest = std::min<Duration>(doubled, kBackoffLongest);
  return longest - longest * random_per_mille() / 2000;
}

long long Machine::random_per_mille() {
  jitter_ = jitter_ * 6364136223846793005ULL + 1442695040888963407ULL;
  return static_cast<long long>((jitter_ >> 33U) % 1000);
}

}  // namespace runtask::run
