#include "run/start_search.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "ecs/life_cycle.h"
#include "ecs/limits.h"

namespace runtask::run {
namespace {

constexpr int kPagesMax = 200;  // Of one list, 100 tasks each.

bool is_same_definition(const std::string& arn, const std::string& asked) {
  const auto shown = ecs::last_part(arn);
  const auto name = ecs::last_part(asked);
  return shown == name || (name.find(':') == std::string::npos && shown.starts_with(name + ":"));
}

// What a run may change of one container, in an order of its own.
struct Change {
  std::optional<std::vector<std::string>> command;
  std::map<std::string, std::string> environment;
  std::optional<int> cpu, memory, memory_reservation;
  friend bool operator==(const Change&, const Change&) = default;
};
// ECS shows an override without content for containers that nothing was said of.
std::map<std::string, Change> changes_of(const ecs::TaskOverride& overrides) {
  std::map<std::string, Change> changes;
  for (const auto& container : overrides.container_overrides) {
    Change change{
        container.command, {}, container.cpu, container.memory, container.memory_reservation};
    if (change.command && change.command->empty()) change.command.reset();
    for (const auto& variable : container.environment)
      change.environment[variable.name] = variable.value;
    if (!(change == Change{})) changes[container.name] = std::move(change);
  }
  return changes;
}

bool looks_like_one_of_call(const ecs::Task& task, const ecs::RunTask& input,
                            const journal::StartCall& call) {
  if (task.started_by != call.started_by) return false;
  if (call.is_started_by_own) return true;
  if (!is_same_definition(task.task_definition_arn, input.task_definition)) return false;
  const auto asked = input.overrides.value_or(ecs::TaskOverride{});
  return changes_of(task.overrides) == changes_of(asked) &&
         (asked.cpu.empty() || asked.cpu == task.overrides.cpu) &&
         (asked.memory.empty() || asked.memory == task.overrides.memory);
}
bool is_older(const ecs::Task& task, const journal::StartCall& call) {
  return !call.is_started_by_own && (!task.created_at || *task.created_at < call.clock.wall);
}

}  // namespace

bool is_of_call(const ecs::Task& task, const ecs::RunTask& input, const journal::StartCall& call) {
  return looks_like_one_of_call(task, input, call) && !is_older(task, call);
}

class StartSearch::State : public std::enable_shared_from_this<State> {
 public:
  State(ecs::Client& client, const ecs::RunTask& input, journal::StartCall call, Done done)
      : client_(client), input_(input), call_(std::move(call)), done_(std::move(done)) {}

  // Without a desired status: ECS lists what is to run.
  void list_running() {
    ecs::ListTasks request;
    request.cluster = input_.cluster;
    request.started_by = call_.started_by;
    list(request, 0, [](State& it) { it.list_stopped(); });
  }
  void look_at(std::vector<std::string> named) {
    arns_ = std::move(named);
    describe();
  }
  void call_off() { is_off_ = true; }

 private:
  using Then = std::function<void(State&)>;

  void list_stopped() {
    ecs::ListTasks request;
    request.cluster = input_.cluster;
    request.started_by = call_.started_by;
    request.desired_status = "STOPPED";
    list(request, 0, [](State& it) { it.look(); });
  }
  // By the documentation startedBy must be the only filter; where ECS insists on that, the stopped
  // tasks of the family are looked through.
  void list_stopped_of_family() {
    by_family_ = true;
    ecs::ListTasks request;
    request.cluster = input_.cluster;
    const auto name = ecs::last_part(input_.task_definition);
    request.family = name.substr(0, name.find(':'));
    request.desired_status = "STOPPED";
    list(request, 0, [](State& it) { it.look(); });
  }

  void list(ecs::ListTasks request, int pages, Then then) {
    client_.call(request, [weak = weak_from_this(), request, pages, then = std::move(then)](
                              ecs::Called<ecs::ListTasksReply> answer) mutable {
      const auto self = weak.lock();
      if (!self || self->is_off_) return;
      self->listed(std::move(request), pages, std::move(then), std::move(answer));
    });
  }

  void listed(ecs::ListTasks request, int pages, Then then,
              ecs::Called<ecs::ListTasksReply> answer) {
    if (!answer) {
      const bool insists = !request.desired_status.empty() && !by_family_ &&
                           answer.error().name == ecs::error_name::kInvalidParameter;
      if (insists) return list_stopped_of_family();
      return done_(tl::unexpected(answer.error()));
    }
    for (auto& arn : answer->task_arns)
      if (std::find(arns_.begin(), arns_.end(), arn) == arns_.end())
        arns_.push_back(std::move(arn));
    if (answer->next_token.empty() || pages + 1 >= kPagesMax) return then(*this);
    request.next_token = answer->next_token;
    list(std::move(request), pages + 1, std::move(then));
  }

  // Nothing else needs to be known of tasks that were listed by a startedBy of the call's own,
  // unless there are more than it asked for: a server that does not heed startedBy lists those of
  // others.
  void look() {
    const bool is_too_much = arns_.size() > call_.launches.size();
    if (!call_.is_started_by_own || by_family_ || is_too_much) return describe();
    for (auto& arn : arns_)
      found_.tasks.emplace_back().task_arn = std::move(arn);
    done_(std::move(found_));
  }

  void describe() {
    if (described_ >= arns_.size()) return done_(std::move(found_));
    const auto from = arns_.begin() + static_cast<std::ptrdiff_t>(described_);
    const auto size = std::min(arns_.size() - described_, ecs::limits::kTasksPerDescribeMax);
    ecs::DescribeTasks request;
    request.cluster = input_.cluster;
    request.tasks.assign(from, from + static_cast<std::ptrdiff_t>(size));
    described_ += size;
    client_.call(request, [weak = weak_from_this(),
                           asked = request.tasks](ecs::Called<ecs::DescribeTasksReply> answer) {
      const auto self = weak.lock();
      if (!self || self->is_off_) return;
      if (!answer) {
        // There are tasks, and whose they are cannot be seen: that is not as if none were listed.
        auto error = std::move(answer).error();
        error.error.code = Code::kUnavailable;
        return self->done_(tl::unexpected(std::move(error)));
      }
      std::set<std::string> shown;
      for (auto& task : answer->tasks) {
        shown.insert(ecs::last_part(task.task_arn));
        self->note(std::move(task));
      }
      // Not yet, or not any more: then it may be the call's, and nobody can say.
      for (const auto& arn : asked)
        if (!shown.contains(ecs::last_part(arn))) return self->done_(not_shown(arn));
      self->describe();
    });
  }

  void note(ecs::Task task) {
    if (!looks_like_one_of_call(task, input_, call_)) return;
    if (is_older(task, call_)) return found_.older.push_back(std::move(task.task_arn));
    found_.tasks.push_back(std::move(task));
  }

  static tl::unexpected<ecs::CallError> not_shown(const std::string& arn) {
    ecs::CallError error;
    error.error = {
        Code::kUnavailable, "DescribeTasks does not show the listed task " + arn, {}, {}};
    return tl::unexpected(std::move(error));
  }

  ecs::Client& client_;
  const ecs::RunTask input_;
  const journal::StartCall call_;
  Done done_;
  bool is_off_ = false;
  bool by_family_ = false;
  std::vector<std::string> arns_;
  std::size_t described_ = 0;
  StartsFound found_;
};

StartSearch::StartSearch(ecs::Client& client, const ecs::RunTask& input,
                         const journal::StartCall& call, Done done, std::vector<std::string> named)
    : state_(std::make_shared<State>(client, input, call, std::move(done))) {
  named.empty() ? state_->list_running() : state_->look_at(std::move(named));
}
StartSearch::~StartSearch() {
  state_->call_off();
}

}  // namespace runtask::run
