#include "sim/run_cloud.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "ecs/life_cycle.h"

namespace runtask::sim {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t kAnswersKept = 4;

ecs::ContainerDefinition container_definition(const std::string& name, bool is_essential,
                                              bool has_prefix) {
  ecs::ContainerDefinition container;
  container.name = name;
  container.image = "host";
  container.memory = 64;
  container.stop_timeout = 2;
  container.essential = is_essential;
  container.log_configuration.emplace();
  container.log_configuration->log_driver = "awslogs";
  auto& options = container.log_configuration->options;
  options = {{"awslogs-group", "/g"}, {"awslogs-region", "us-east-1"}};
  if (has_prefix) options["awslogs-stream-prefix"] = "p";
  return container;
}

tl::unexpected<ecs::CallError> call_error(std::string_view name, int status, Code code) {
  ecs::CallError error;
  error.error = {code, name.empty() ? "no reply" : std::string(name), {}, {}};
  error.name = name;
  error.http_status = status;
  error.may_have_happened = status == 0 || status >= 500;
  return tl::unexpected<ecs::CallError>(error);
}

template <class Reply>
ecs::Called<Reply> answered(local::Answer<Reply> answer) {
  if (answer) return *std::move(answer);
  const auto& error = answer.error();
  return call_error(error.name, 400, ecs::classify(error.name, 400, error.message));
}

template <class Map>
std::optional<Instant> found(const Map& map, const std::string& key) {
  const auto at = map.find(key);
  if (at == map.end()) return {};
  return at->second;
}

}  // namespace

Cloud::Cloud(SimLoop& loop, unsigned seed, const Faults& faults, const Shape& shape)
    : loop_(loop), faults_(faults), shape_(shape), dice_(seed), ids_(seed), model_({}, ids_) {
  ecs::RegisterTaskDefinition request;
  request.definition.family = "job";
  auto& containers = request.definition.container_definitions;
  if (shape.has_sidecar)
    containers.push_back(
        container_definition("sidecar", shape.sidecar_is_essential, shape.has_prefix));
  containers.push_back(container_definition("main", true, shape.has_prefix));
  const auto reply = model_.call(request, context());
  assert(reply && "the definition is good");
  definition_ = reply->task_definition;
  ecs::CreateCluster other;
  other.cluster_name = "other";
  const auto created = model_.call(other, context());
  assert(created && "the cluster is new");
  carry_out();
}
Cloud::~Cloud() = default;

bool Cloud::chance(int percent) {
  return static_cast<int>(dice_() % 100) < percent;
}
Duration Cloud::between(Duration low, Duration high) {
  return low + Duration(static_cast<long long>(dice_()) % ((high - low).count() + 1));
}
Duration Cloud::reply_delay() {
  return between(1ms, faults_.delay_max);
}
int Cloud::any_exit_code() {
  const auto kind = dice_() % 8;
  if (kind == 0) return 137;
  if (kind == 1) return 143;
  return kind < 5 ? 0 : static_cast<int>(dice_() % 256);
}
local::CallContext Cloud::context() const {
  return {moment(), "arn:aws:iam::000000000000:root"};
}
void Cloud::later(Duration delay, std::function<void()> what) {
  const auto when = loop_.now() + delay;
  // The loop has no timer that nobody holds: a chain of posts would not pass time.
  auto timer = std::make_shared<sys::PendingPtr>();
  *timer = loop_.after(when - loop_.now(),
                       [timer, alive = std::weak_ptr<int>(alive_), what = std::move(what)] {
                         if (!alive.expired()) what();
                       });
}

// ---- Calls

template <class Reply, class Body>
void Cloud::exchange(const ecs::Done<Reply>& done, Body body) {
  const auto fails = [&](std::string_view name, int status, Code code, Duration delay) {
    later(delay, [done, error = call_error(name, status, code)] { done(error); });
  };
  if (chance(faults_.throttled))
    return fails("ThrottlingException", 400, Code::kThrottled, reply_delay());
  if (chance(faults_.server_error))
    return fails("ServerException", 500, Code::kUnavailable, reply_delay());
  if (chance(faults_.lost_request)) return fails("", 0, Code::kTimeout, reply_delay() + 1000ms);
  if (chance(faults_.repeated)) later(reply_delay(), [body]() mutable { (void)body(); });
  const bool loses_reply = chance(faults_.lost_reply);
  later(reply_delay(), [this, done, body, loses_reply]() mutable {
    ecs::Called<Reply> reply = body();
    if (loses_reply) reply = call_error("", 0, Code::kUnavailable);
    later(reply_delay(), [done, reply = std::move(reply)] { done(reply); });
  });
}

void Cloud::call(const ecs::RunTask& request, ecs::Done<ecs::RunTaskReply> done) {
  tokens_.insert(request.client_token);
  const bool for_now = chance(faults_.refused_for_now);
  if (chance(faults_.denied))
    return later(reply_delay(),
                 [done] { done(call_error("ExpiredTokenException", 400, Code::kDenied)); });
  // Where a token has started something, that is the answer.
  if (!remembers(request.client_token) && (for_now || chance(faults_.refused))) {
    ecs::RunTaskReply refusal;
    refusal.failures.push_back({"arn", for_now ? "RESOURCE:MEMORY" : "ATTRIBUTE", ""});
    return later(reply_delay(), [done, refusal] { done(refusal); });
  }
  const bool says_refused = chance(faults_.started_but_refused);
  const bool says_missing = chance(faults_.started_but_missing);
  const bool says_conflict = chance(faults_.started_but_conflict);
  exchange<ecs::RunTaskReply>(done, [=, this]() -> ecs::Called<ecs::RunTaskReply> {
    auto reply = start(request);
    if (reply && says_conflict) return call_error("ConflictException", 400, Code::kConflict);
    if (reply && (says_refused || says_missing)) {
      reply->tasks.clear();
      reply->failures = {{"arn", says_missing ? "MISSING" : "RESOURCE:MEMORY", ""}};
    }
    return reply;
  });
}

bool Cloud::remembers(const std::string& token) const {
  const auto use = token_uses_.find(token);
  return use != token_uses_.end() && loop_.now() - use->second.first < faults_.token_kept;
}

ecs::Called<ecs::RunTaskReply> Cloud::start(ecs::RunTask request) {
  const int asked = request.count.value_or(1);
  const bool is_new = !remembers(request.client_token);
  const auto [use, is_first] =
      token_uses_.try_emplace(request.client_token, TokenUse{loop_.now(), 0, 0, 0});
  if (is_new && !is_first) use->second = {loop_.now(), use->second.renewals + 1, 0, 0};
  if (is_new)
    use->second.count =
        asked > 1 && chance(faults_.partial) ? 1 + static_cast<int>(dice_()) % (asked - 1) : asked;
  use->second.count = std::clamp(use->second.count, 1, asked);
  if (is_new && faults_.surplus > 0 && chance(faults_.surplus)) use->second.surplus = 1;
  request.count = use->second.count + use->second.surplus;
  request.client_token += "~" + std::to_string(use->second.renewals);
  auto reply = model_.call(request, context());
  carry_out();
  for (const auto& task : reply ? reply->tasks : std::vector<ecs::Task>()) {
    const auto id = ecs::last_part(task.task_arn);
    const auto delay = chance(faults_.not_visible) ? between(0ms, 20s) : 0ms;
    if (!visible_at_.try_emplace(id, loop_.now() + delay).second) continue;
    if (faults_.list_lag_max > 0ms)
      listed_at_[id] = loop_.now() + between(0ms, faults_.list_lag_max);
    meet_fate(id);
  }
  if (reply && use->second.count < asked && chance(70))
    reply->failures.push_back({"arn", "RESOURCE:MEMORY", ""});
  return answered(std::move(reply));
}

void Cloud::call(const ecs::ListTasks& request, ecs::Done<ecs::ListTasksReply> done) {
  if (faults_.list_denied)
    return later(reply_delay(),
                 [done] { done(call_error("AccessDeniedException", 400, Code::kDenied)); });
  exchange<ecs::ListTasksReply>(done, [this, request] { return list(request); });
}

ecs::Called<ecs::ListTasksReply> Cloud::list(const ecs::ListTasks& request) {
  auto asked = request;
  asked.max_results = 1 + static_cast<int>(dice_() % 5);
  auto reply = model_.call(asked, context());
  if (reply)
    std::erase_if(reply->task_arns, [&](const std::string& arn) {
      return is_expired(arn) || listed_at_[ecs::last_part(arn)] > loop_.now();
    });
  return answered(std::move(reply));
}

void Cloud::call(const ecs::StopTask& request, ecs::Done<ecs::StopTaskReply> done) {
  const auto id = ecs::last_part(request.task);
  stop_called_at_.try_emplace(id, loop_.now());
  if (faults_.stop_denied)
    return later(reply_delay(),
                 [done] { done(call_error("AccessDeniedException", 400, Code::kDenied)); });
  exchange<ecs::StopTaskReply>(done, [this, id, request] {
    stop_reasons_[id].push_back(request.reason);
    auto reply = model_.call(request, context());
    carry_out();
    return answered(std::move(reply));
  });
}

void Cloud::call(const ecs::DescribeTasks& request, ecs::Done<ecs::DescribeTasksReply> done) {
  if (faults_.describe_denied && chance(10))
    return later(reply_delay(),
                 [done] { done(call_error("AccessDeniedException", 400, Code::kDenied)); });
  exchange<ecs::DescribeTasksReply>(done, [this, request] {
    last_answers_.push_back(describe(request));
    if (last_answers_.size() > kAnswersKept) last_answers_.pop_front();
    if (!faults_.stale_answers || !chance(20))
      return ecs::Called<ecs::DescribeTasksReply>(last_answers_.back());
    // A replica that lags answers with what was true a while ago.
    auto stale = last_answers_[dice_() % last_answers_.size()];
    std::erase_if(stale.tasks, [&](const ecs::Task& task) {
      return std::find(request.tasks.begin(), request.tasks.end(), task.task_arn) ==
             request.tasks.end();
    });
    return ecs::Called<ecs::DescribeTasksReply>(stale);
  });
}

bool Cloud::is_hidden(const std::string& arn) {
  return visible_at_[ecs::last_part(arn)] > loop_.now() || has_forgotten(arn) ||
         chance(faults_.missing_blip);
}

ecs::DescribeTasksReply Cloud::describe(const ecs::DescribeTasks& request) {
  auto visible = request;
  std::vector<std::string> missing;
  std::erase_if(visible.tasks, [&](const std::string& arn) {
    const bool hides = is_hidden(arn);
    if (hides) missing.push_back(arn);
    return hides;
  });
  ecs::DescribeTasksReply reply;
  if (!visible.tasks.empty()) reply = *model_.call(visible, context());
  for (const auto& arn : missing)
    if (chance(80)) reply.failures.push_back({arn, "MISSING", ""});  // Or without a word.
  return reply;
}

void Cloud::call(const ecs::GetLogEvents& request, ecs::Done<ecs::GetLogEventsReply> done) {
  if (faults_.logs_denied)
    return later(reply_delay(),
                 [done] { done(call_error("AccessDeniedException", 400, Code::kDenied)); });
  exchange<ecs::GetLogEventsReply>(done, [this, request] { return log_page(request); });
}

ecs::Called<ecs::GetLogEventsReply> Cloud::log_page(const ecs::GetLogEvents& request) {
  const auto at = streams_.find(request.log_stream_name);
  if (at == streams_.end() || at->second.front().visible_at > loop_.now())
    return call_error("ResourceNotFoundException", 400, Code::kNotFound);
  const auto& stream = at->second;
  // A token says where to go on; a tail makes it another one, as behind an empty page in between.
  const auto& token = request.next_token;
  std::size_t index = token.empty() ? 0 : std::stoul(token.substr(2));
  ecs::GetLogEventsReply reply;
  const bool comes_empty = !token.empty() && !token.ends_with("x") && chance(20);
  const auto page_max = comes_empty ? 0 : 1 + dice_() % 8;
  for (; index < stream.size() && stream[index].visible_at <= loop_.now(); ++index) {
    if (reply.events.size() == page_max) break;
    reply.events.push_back({stream[index].written_at, stream[index].text, wall_now()});
  }
  const bool is_same = reply.events.empty() && !token.empty() && !comes_empty;
  reply.next_forward_token =
      is_same ? token : "f/" + std::to_string(index) + (comes_empty ? "x" : "");
  const bool has_ended = containers_[writers_.at(request.log_stream_name)].has_ended;
  if (shape_.says_complete && has_ended && index == stream.size()) reply.complete = true;
  return reply;
}

void Cloud::call(const ecs::FilterLogEvents& request, ecs::Done<ecs::FilterLogEventsReply> done) {
  if (faults_.logs_denied)
    return later(reply_delay(),
                 [done] { done(call_error("AccessDeniedException", 400, Code::kDenied)); });
  exchange<ecs::FilterLogEventsReply>(done, [this, request] { return search(request); });
}

// Pages of a few events, which may be empty without being the last.
ecs::Called<ecs::FilterLogEventsReply> Cloud::search(const ecs::FilterLogEvents& request) {
  const auto& names = request.log_stream_names;
  for (const auto& name : names) {
    const auto at = streams_.find(name);
    if (at == streams_.end() || at->second.front().visible_at > loop_.now())
      return call_error("ResourceNotFoundException", 400, Code::kNotFound);
  }
  std::vector<ecs::FilteredLogEvent> events;
  for (const auto& [stream, lines] : streams_) {
    const bool is_wanted = names.empty()
                               ? stream.starts_with(request.log_stream_name_prefix)
                               : std::find(names.begin(), names.end(), stream) != names.end();
    for (std::size_t i = 0; is_wanted && i < lines.size(); ++i)
      if (lines[i].visible_at <= loop_.now() && lines[i].written_at >= *request.start_time)
        events.push_back({stream, lines[i].written_at, lines[i].text, wall_now(),
                          stream + "#" + std::to_string(i)});
  }
  std::stable_sort(events.begin(), events.end(),
                   [](const auto& a, const auto& b) { return a.timestamp < b.timestamp; });
  std::size_t index = request.next_token.empty() ? 0 : std::stoul(request.next_token);
  ecs::FilterLogEventsReply reply;
  const auto page_max = chance(20) ? 0 : 1 + dice_() % 64;
  for (; index < events.size() && reply.events.size() < page_max; ++index)
    reply.events.push_back(events[index]);
  if (index < events.size()) reply.next_token = std::to_string(index);
  return reply;
}

namespace {
[[noreturn]] void unexpected_call() {
  assert(false && "a run makes no such call");
  std::abort();
}
}  // namespace
void Cloud::call(const ecs::ListTaskDefinitions&, ecs::Done<ecs::ListTaskDefinitionsReply>) {
  unexpected_call();
}
void Cloud::call(const ecs::ListClusters&, ecs::Done<ecs::ListClustersReply>) {
  unexpected_call();
}
void Cloud::call(const ecs::DescribeClusters&, ecs::Done<ecs::DescribeClustersReply>) {
  unexpected_call();
}
void Cloud::call(const ecs::DescribeServices&, ecs::Done<ecs::DescribeServicesReply>) {
  unexpected_call();
}
void Cloud::call(const ecs::CreateCluster&, ecs::Done<ecs::CreateClusterReply>) {
  unexpected_call();
}
void Cloud::call(const ecs::RegisterTaskDefinition&, ecs::Done<ecs::RegisterTaskDefinitionReply>) {
  unexpected_call();
}
void Cloud::call(const ecs::DescribeTaskDefinition&, ecs::Done<ecs::DescribeTaskDefinitionReply>) {
  unexpected_call();
}
void Cloud::call(const ecs::GetCallerIdentity&, ecs::Done<ecs::GetCallerIdentityReply>) {
  unexpected_call();
}

// ---- Truth

const ecs::Task* Cloud::task(const std::string& arn) const {
  return model_.task(ecs::last_part(arn));
}
std::vector<std::string> Cloud::lines_of(const std::string& arn,
                                         const std::string& container) const {
  std::vector<std::string> lines;
  const auto at = streams_.find(stream_of({ecs::last_part(arn), container}));
  if (at == streams_.end()) return lines;
  for (const auto& line : at->second)
    lines.push_back(line.text);
  return lines;
}
std::vector<std::string> Cloud::arns() const {
  std::vector<std::string> all;
  for (const auto& [id, when] : visible_at_)
    if (const auto* known = model_.task(id)) all.push_back(known->task_arn);
  return all;
}
bool Cloud::has_forgotten(const std::string& arn) const {
  const auto id = ecs::last_part(arn);
  const auto forgotten = found(forgotten_at_, id);
  return (forgotten && *forgotten <= loop_.now()) || is_expired(arn);
}
// ECS keeps stopped tasks for about an hour.
bool Cloud::is_expired(const std::string& arn) const {
  const auto* known = model_.task(ecs::last_part(arn));
  return known != nullptr && known->stopped_at && wall_now() - *known->stopped_at >= 1h;
}
bool Cloud::was_asked_to_stop(const std::string& arn, const std::string& words) const {
  const auto at = stop_reasons_.find(ecs::last_part(arn));
  return at != stop_reasons_.end() &&
         std::any_of(at->second.begin(), at->second.end(), [&](const std::string& reason) {
           return reason.find(words) != std::string::npos;
         });
}
std::optional<Instant> Cloud::stop_called_at(const std::string& arn) const {
  return found(stop_called_at_, ecs::last_part(arn));
}

// ---- Containers that pretend

std::string Cloud::stream_of(const local::ContainerId& id) const {
  if (shape_.has_prefix) return ecs::log_stream_name("p", id.container, id.task_id);
  const auto* task = model_.task(id.task_id);
  const auto* container = task == nullptr ? nullptr : task->container(id.container);
  return container == nullptr ? std::string() : container->runtime_id;
}

void Cloud::tell(const local::Event& event) {
  model_.on(event, moment());
  carry_out();
}

void Cloud::carry_out() {
  for (const auto& action : model_.take_effects().actions) {
    if (const auto* start = std::get_if<local::StartContainer>(&action)) begin(start->start->id);
    if (const auto* signal = std::get_if<local::SignalContainer>(&action))
      if (!containers_[signal->id].ignores_term)
        finish(signal->id, between(0ms, 800ms), 143, false);
    if (const auto* kill = std::get_if<local::KillContainer>(&action))
      finish(kill->id, 0ms, 137, false);
  }
  if (watch_) watch_();
  wake_model();
}

void Cloud::wake_model() {
  const auto at = model_.next_wake();
  if (!at || (next_wake_ && *next_wake_ <= *at && *next_wake_ > loop_.now())) return;
  next_wake_ = std::max(*at, loop_.now());
  later(*next_wake_ - loop_.now(), [this] {
    next_wake_.reset();
    model_.on_time(moment());
    carry_out();
  });
}

void Cloud::meet_fate(const std::string& task_id) {
  const auto interrupted = [&](std::string_view code, const char* reason) {
    later(between(0ms, 20s), [this, task_id, code, reason] {
      model_.interrupt(task_id, code, reason, moment());
      carry_out();
    });
  };
  if (chance(faults_.spot))
    interrupted(ecs::stop_code::kSpotInterruption, "Your Spot Task was interrupted.");
  if (chance(faults_.lost_host))
    interrupted(ecs::stop_code::kTerminationNotice, "Host EC2 (instance i-1) terminated.");
  if (chance(faults_.stopped_by_others))
    interrupted(ecs::stop_code::kUserInitiated, "Task stopped by somebody");
  if (chance(faults_.forgotten)) forgotten_at_[task_id] = loop_.now() + between(0ms, 30s);
}

void Cloud::begin(const local::ContainerId& id) {
  if (chance(faults_.never_starts))
    return later(between(0ms, 500ms), [this, id] {
      tell(local::ContainerNotStarted{id, "CannotPullContainerError: not found"});
    });
  if (chance(faults_.starts_later))
    return later(between(0ms, 500ms), [this, id] {
      tell(local::ContainerNotStarted{id, "CannotPullContainerError: dial tcp: i/o timeout"});
    });
  containers_[id].ignores_term = chance(faults_.ignores_term);
  later(between(0ms, 3s), [this, id] {
    tell(local::ContainerStarted{id});
    const auto lines = dice_() % 3 == 0 ? 0 : dice_() % 30;
    for (unsigned i = 0; i < lines; ++i)
      later(between(0ms, 9s), [this, id, i] { write(id, "line " + std::to_string(i)); });
    const bool lacks_memory = chance(faults_.out_of_memory);
    const auto life = dice_() % 4 == 0 ? between(0ms, 500ms) : between(0ms, 20s);
    finish(id, life, lacks_memory ? 137 : any_exit_code(), lacks_memory);
  });
}

void Cloud::write(const local::ContainerId& id, const std::string& text) {
  if (containers_[id].has_ended) return;
  const auto name = stream_of(id);
  writers_[name] = id;
  auto& stream = streams_[name];
  const auto after = stream.empty() ? Instant(0) : stream.back().visible_at;
  stream.push_back(
      {std::max(after, loop_.now() + between(0ms, faults_.late_lines_max)), wall_now(), text});
}

void Cloud::finish(const local::ContainerId& id, Duration in, int code, bool out_of_memory) {
  later(in, [this, id, code, out_of_memory] {
    if (containers_[id].has_ended) return;
    if (dice_() % 4 != 0) write(id, "the end");
    containers_[id].has_ended = true;
    tell(local::ContainerExited{id, code, out_of_memory});
  });
}

}  // namespace runtask::sim
