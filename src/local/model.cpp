#include "local/model.h"

#include <algorithm>
#include <cassert>

#include "base/text.h"
#include "ecs/limits.h"
#include "local/model_state.h"
#include "local/run_task_check.h"

namespace runtask::local {
namespace {

constexpr std::string_view kEndpointEnded =
    "The embedded endpoint ended while the task was running; its processes ended with it.";

// A task as a dead endpoint left it: what ran is gone, and nobody knows how it would have ended.
void terminate(ecs::Task& task, WallTime now) {
  task.last_status = ecs::name_of(ecs::Status::kStopped);
  task.desired_status = task.last_status;
  task.stop_code = ecs::stop_code::kTerminationNotice;
  task.stopped_reason = kEndpointEnded;
  if (!task.stopping_at) task.stopping_at = now;
  if (!task.execution_stopped_at) task.execution_stopped_at = now;
  task.stopped_at = now;
  task.version += 1;
  for (auto& container : task.containers)
    container.last_status = task.last_status;
}

}  // namespace

bool Changes::empty() const {
  return clusters.empty() && definitions.empty() && tasks.empty() && forgotten_tasks.empty() &&
         tokens.empty() && forgotten_tokens.empty();
}

void Changes::add(const Changes& more) {
  clusters.insert(more.clusters.begin(), more.clusters.end());
  definitions.insert(more.definitions.begin(), more.definitions.end());
  tasks.insert(more.tasks.begin(), more.tasks.end());
  forgotten_tasks.insert(more.forgotten_tasks.begin(), more.forgotten_tasks.end());
  tokens.insert(more.tokens.begin(), more.tokens.end());
  forgotten_tokens.insert(more.forgotten_tokens.begin(), more.forgotten_tokens.end());
}

Model::State::State(Options options_given, sys::Random& random_given)
    : options(std::move(options_given)), random(random_given) {
  // On AWS the default cluster exists after its first use; a local tool has it from the start.
  ecs::Cluster cluster;
  cluster.cluster_name = "default";
  cluster.cluster_arn = arn("cluster/default");
  cluster.status = "ACTIVE";
  clusters.emplace("default", std::move(cluster));
}

void Model::State::restore(Snapshot snapshot, const Moment& now) {
  for (auto& cluster : snapshot.clusters) {
    std::string name = cluster.cluster_name;
    clusters.insert_or_assign(std::move(name), std::move(cluster));
  }
  for (auto& record : snapshot.definitions) {
    Family& family = families[record.definition->family];
    const int revision = record.definition->revision;
    family.last_revision = std::max(family.last_revision, revision);
    family.revisions.insert_or_assign(revision, std::move(record));
  }
  for (auto& task : snapshot.tasks) {
    TaskState state;
    state.id = ecs::last_part(task.task_arn);
    state.sequence = ++last_sequence_;
    state.task = std::move(task);
    if (!state.is_stopped()) {
      terminate(state.task, now.wall);
      effects.changes.tasks.insert(state.id);
    }
    stopped.emplace_back(*state.task.stopped_at, state.id);
    (void)add_task(std::move(state));
  }
  std::sort(stopped.begin(), stopped.end());
  std::sort(snapshot.tokens.begin(), snapshot.tokens.end(),
            [](const auto& a, const auto& b) { return a.created_at < b.created_at; });
  for (auto& record : snapshot.tokens) {
    const std::pair key(record.cluster, record.token);
    tokens_by_age.push_back(key);
    tokens.insert_or_assign(key, std::move(record));
  }
  forget_old_tasks(now);
}

namespace {

void take_out(TaskIndex& index, const std::string& text, std::uint64_t sequence) {
  const auto entry = index.find(text);
  if (entry == index.end()) return;
  entry->second.erase(sequence);
  if (entry->second.empty()) index.erase(entry);
}

}  // namespace

std::string family_of(const ecs::Task& task) {
  const std::string name = ecs::last_part(task.task_definition_arn);
  return name.substr(0, name.rfind(':'));
}

TaskState& Model::State::add_task(TaskState state) {
  const std::uint64_t sequence = state.sequence;
  task_sequences.insert_or_assign(state.id, sequence);
  by_family[family_of(state.task)].insert(sequence);
  if (!state.task.started_by.empty()) by_started_by[state.task.started_by].insert(sequence);
  return tasks.emplace(sequence, std::move(state)).first->second;
}

void Model::State::erase_task(const std::string& id) {
  const auto sequence = task_sequences.find(id);
  assert(sequence != task_sequences.end() && "a task is known until it is erased");
  const auto found = tasks.find(sequence->second);
  take_out(by_family, family_of(found->second.task), sequence->second);
  take_out(by_started_by, found->second.task.started_by, sequence->second);
  tasks.erase(found);
  task_sequences.erase(sequence);
}

TaskState* Model::State::find_task(const std::string& id) {
  const auto sequence = task_sequences.find(id);
  return sequence == task_sequences.end() ? nullptr : &tasks.at(sequence->second);
}

TaskState* Model::State::find_task_in(const std::string& cluster, const std::string& id_or_arn) {
  TaskState* found = find_task(ecs::last_part(id_or_arn));
  if (found == nullptr || ecs::last_part(found->task.cluster_arn) != cluster) return nullptr;
  const bool is_it = id_or_arn == found->id || id_or_arn == found->task.task_arn ||
                     id_or_arn == arn("task/" + found->id);
  return is_it ? found : nullptr;
}

std::string Model::State::instance_arn() const {
  return arn("container-instance/" + std::string(kInstanceName));
}

std::string Model::State::arn(std::string_view resource) const {
  return "arn:aws:ecs:" + options.region + ":" + options.account + ":" + std::string(resource);
}

std::string Model::State::task_arn(const std::string& cluster, const std::string& id) const {
  std::string resource = "task/";
  resource.append(cluster).append("/").append(id);
  return arn(resource);
}

void Model::State::forget_old_tasks(const Moment& now) {
  while (!stopped.empty() && (stopped.size() > options.stopped_tasks_max ||
                              stopped.front().first + options.stopped_tasks_kept < now.wall)) {
    const std::string id = stopped.front().second;
    stopped.pop_front();
    erase_task(id);
    effects.changes.tasks.erase(id);
    effects.changes.forgotten_tasks.insert(id);
  }
}

// ---- What several operations need

bool is_plain_name(std::string_view text) {
  return !text.empty() && text.size() <= ecs::limits::kNameCharactersMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-';
         });
}

namespace {

// ECS API: letters, blanks and digits of any script, and _.:/=+-@.
bool is_tag_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') ||
           std::string_view(" _.:/=+-@").find(c) != std::string_view::npos;
  });
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

}  // namespace

std::optional<std::string> wrong_tags(const std::vector<ecs::Tag>& tags) {
  if (tags.size() > ecs::limits::kTagsMax)
    return "The number of tags must not exceed " + std::to_string(ecs::limits::kTagsMax) + ".";
  std::set<std::string_view> keys;
  for (const auto& tag : tags) {
    const std::size_t length = characters(tag.key);
    if (length < 1 || length > ecs::limits::kTagKeyCharactersMax)
      return "Tag keys must have 1 to 128 characters.";
    if (characters(tag.value) > ecs::limits::kTagValueCharactersMax)
      return "The value of tag '" + tag.key + "' is longer than 256 characters.";
    if (!is_tag_text(tag.key) || !is_tag_text(tag.value))
      return "The tag '" + tag.key +
             "' has characters other than letters, digits, blanks and _.:/=+-@.";
    if (lower_case(tag.key).starts_with("aws:"))
      return "The tag prefix 'aws:' is reserved: '" + tag.key + "'.";
    if (!keys.insert(tag.key).second) return "Tag keys must be unique: '" + tag.key + "'.";
  }
  return std::nullopt;
}

Answer<void> check_include(const std::vector<std::string>& include,
                           std::initializer_list<std::string_view> known) {
  for (const auto& word : include)
    if (std::find(known.begin(), known.end(), word) == known.end())
      return invalid_parameter("Invalid value for include: " + word);
  return {};
}

Answer<std::size_t> page_length(const std::optional<int>& max_results) {
  if (!max_results) return static_cast<std::size_t>(ecs::limits::kListPageMax);
  if (*max_results < 1 || *max_results > ecs::limits::kListPageMax)
    return invalid_parameter("maxResults must be between 1 and 100.");
  return static_cast<std::size_t>(*max_results);
}

std::string to_page_token(std::string_view position) {
  if (position.empty()) return {};
  return hex({reinterpret_cast<const unsigned char*>(position.data()), position.size()});
}

Answer<std::string> from_page_token(const std::string& token) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string position;
  for (std::size_t i = 0; i + 1 < token.size(); i += 2) {
    const auto high = kDigits.find(token[i]);
    const auto low = kDigits.find(token[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos)
      return invalid_parameter("Invalid token.");
    position += static_cast<char>(high * 16 + low);
  }
  if (token.size() % 2 != 0) return invalid_parameter("Invalid token.");
  return position;
}

// ---- The model's face

Model::Model(Options options, sys::Random& random)
    : state_(std::make_unique<State>(std::move(options), random)) {}
Model::~Model() = default;

void Model::restore(Snapshot snapshot, const Moment& now) {
  state_->restore(std::move(snapshot), now);
}

// Whatever is asked, what was done before it is no longer the last.
Model::State& Model::new_call() {
  state_->undo_last = nullptr;
  return *state_;
}

Answer<ecs::RunTaskReply> Model::call(const ecs::RunTask& request, const CallContext& context) {
  return new_call().run_task(request, context);
}
Answer<ecs::StopTaskReply> Model::call(const ecs::StopTask& request, const CallContext& context) {
  return new_call().stop_task(request, context);
}
Answer<ecs::DescribeTasksReply> Model::call(const ecs::DescribeTasks& request,
                                            const CallContext& context) {
  auto& state = new_call();
  state.forget_old_tasks(context.now);
  return state.describe_tasks(request);
}
Answer<ecs::ListTasksReply> Model::call(const ecs::ListTasks& request, const CallContext& context) {
  auto& state = new_call();
  state.forget_old_tasks(context.now);
  return state.list_tasks(request);
}
Answer<ecs::CreateClusterReply> Model::call(const ecs::CreateCluster& request, const CallContext&) {
  return new_call().create_cluster(request);
}
Answer<ecs::DescribeClustersReply> Model::call(const ecs::DescribeClusters& request,
                                               const CallContext&) {
  return new_call().describe_clusters(request);
}
Answer<ecs::ListClustersReply> Model::call(const ecs::ListClusters& request, const CallContext&) {
  return new_call().list_clusters(request);
}
Answer<ecs::RegisterTaskDefinitionReply> Model::call(const ecs::RegisterTaskDefinition& request,
                                                     const CallContext& context) {
  return new_call().register_definition(request, context);
}
Answer<ecs::DescribeTaskDefinitionReply> Model::call(const ecs::DescribeTaskDefinition& request,
                                                     const CallContext&) {
  return new_call().describe_definition(request);
}
Answer<ecs::ListTaskDefinitionsReply> Model::call(const ecs::ListTaskDefinitions& request,
                                                  const CallContext&) {
  return new_call().list_definitions(request);
}
Answer<ecs::DeregisterTaskDefinitionReply> Model::call(const ecs::DeregisterTaskDefinition& request,
                                                       const CallContext& context) {
  return new_call().deregister_definition(request, context);
}

bool Model::undo() {
  const auto undo_last = std::exchange(state_->undo_last, nullptr);
  if (undo_last) undo_last();
  return undo_last != nullptr;
}

void Model::on(const Event& event, const Moment& now) {
  state_->on(event, now);
}
void Model::on_time(const Moment& now) {
  state_->on_time(now);
}
std::optional<Instant> Model::next_wake() const {
  return state_->next_wake();
}

void Model::stop_all(std::string_view reason, Duration stop_timeout_max, const Moment& now) {
  const std::set<std::uint64_t> live = state_->live;  // Tasks leave it while they are stopped.
  for (const std::uint64_t sequence : live) {
    TaskState& task = state_->tasks.at(sequence);
    state_->begin_stop(task, ecs::stop_code::kTerminationNotice, reason, now);
    state_->shorten_stop(task, stop_timeout_max, now);
    state_->advance(task, now);
  }
}

void Model::interrupt(const std::string& task_id, std::string_view stop_code,
                      std::string_view reason, const Moment& now) {
  TaskState* task = state_->find_task(task_id);
  if (task == nullptr || task->is_stopped()) return;
  state_->begin_stop(*task, stop_code, reason, now);
  state_->advance(*task, now);
}

Effects Model::take_effects() {
  return std::exchange(state_->effects, {});
}

const ecs::Task* Model::task(const std::string& task_id) const {
  const TaskState* task = state_->find_task(task_id);
  return task == nullptr ? nullptr : &task->task;
}

const ecs::Cluster* Model::cluster(const std::string& name) const {
  const auto found = state_->clusters.find(name);
  return found == state_->clusters.end() ? nullptr : &found->second;
}

const DefinitionRecord* Model::definition(const std::string& family, int revision) const {
  return state_->find_definition({family, revision});
}

const TokenRecord* Model::token(const std::string& cluster, const std::string& token) const {
  const auto found = state_->tokens.find({cluster, token});
  return found == state_->tokens.end() ? nullptr : &found->second;
}

std::string Model::launch_type_of(const ecs::RunTask& request) const {
  const auto name = state_->definition_name(request.task_definition);
  const auto* record = name ? state_->find_definition(*name) : nullptr;
  return record == nullptr ? std::string() : placement_of(request, *record->definition).launch_type;
}

std::size_t Model::live_tasks() const {
  return state_->live.size();
}
std::size_t Model::tasks() const {
  return state_->tasks.size();
}

}  // namespace runtask::local
