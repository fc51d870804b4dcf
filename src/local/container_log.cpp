#include "local/container_log.h"

#include <algorithm>

#include "ecs/life_cycle.h"
#include "local/events.h"

namespace runtask::local {
namespace {

constexpr const char* kDriver = "awslogs";
constexpr const char* kGroup = "awslogs-group";
constexpr const char* kPrefix = "awslogs-stream-prefix";

bool has_own_target(const ecs::ContainerDefinition& container) {
  const auto& log = container.log_configuration;
  return log && log->log_driver == kDriver && log->options.contains(kGroup);
}

std::string default_group(const std::string& family) {
  return "/runtask/" + family;
}

}  // namespace

LogTarget log_target(const std::string& family, const ecs::ContainerDefinition& container,
                     const std::string& task_id, const std::string& runtime_id) {
  if (!has_own_target(container))
    return {default_group(family), ecs::log_stream_name("", container.name, task_id)};
  const auto& options = container.log_configuration->options;
  const auto prefix = options.find(kPrefix);
  return {options.at(kGroup), prefix == options.end()
                                  ? runtime_id
                                  : ecs::log_stream_name(prefix->second, container.name, task_id)};
}

void name_log_targets(ecs::TaskDefinition& definition) {
  for (auto& container : definition.container_definitions) {
    if (has_own_target(container)) continue;
    auto& log = container.log_configuration.emplace();
    log.log_driver = kDriver;
    log.options = {{kGroup, default_group(definition.family)}, {kPrefix, ""}};
  }
}

LogTarget log_target(const ContainerStart& start) {
  return log_target(start.task_definition->family, start.definition(), start.id.task_id,
                    start.runtime_id);
}

Result<ContainerLog> ContainerLog::open(LogStore& store, LogTarget target, WallTime now) {
  ContainerLog log(store, std::move(target));
  const auto stream = store.open_stream(log.target_.group, log.target_.stream, now);
  if (stream) {
    log.stream_ = *stream;
  } else if (stream.error().code == Code::kInvalid) {
    return fail(stream.error());
  }
  return log;
}

void ContainerLog::write(std::string_view bytes, WallTime now) {
  std::vector<std::string> lines;
  splitter_.add(bytes, lines);
  store_lines(std::move(lines), now);
}

std::uint64_t ContainerLog::end(WallTime now) {
  std::vector<std::string> lines;
  splitter_.end(lines);
  store_lines(std::move(lines), now);
  // Should that fail, readers do not hear that the stream is complete and wait a little longer.
  if (stream_) (void)store_->mark_complete(*stream_);
  return dropped_;
}

void ContainerLog::store_lines(std::vector<std::string> lines, WallTime now) {
  if (lines.empty() && dropped_ == 0) return;
  last_ = std::max(last_, now);
  std::vector<ecs::InputLogEvent> events;
  events.reserve(lines.size() + 1);
  if (dropped_ > 0)
    events.push_back({last_, "[runtask: " + std::to_string(dropped_) +
                                 " lines are missing here: they could not be stored]"});
  for (auto& line : lines)
    events.push_back({last_, std::move(line)});
  if (!stream_)
    if (const auto stream = store_->open_stream(target_.group, target_.stream, now))
      stream_ = *stream;
  if (stream_ && store_->append(*stream_, events, now)) {
    dropped_ = 0;
    return;
  }
  dropped_ += lines.size();
}

}  // namespace runtask::local
