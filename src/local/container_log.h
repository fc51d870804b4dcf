#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "local/line_splitter.h"
#include "local/log_store.h"

namespace runtask::local {

// Where a container's output goes: its awslogs group and stream; without awslogs, the group
// "/runtask/<family>" and the stream "<container>/<task id>". Without awslogs-stream-prefix the
// stream has the name of the runtime id, which a container gets when it starts.
struct LogTarget {
  std::string group;
  std::string stream;
};
[[nodiscard]] LogTarget log_target(const std::string& family,
                                   const ecs::ContainerDefinition& container,
                                   const std::string& task_id, const std::string& runtime_id);
// Puts it where clients look: into the log configuration of every container that has no awslogs.
void name_log_targets(ecs::TaskDefinition& definition);
struct ContainerStart;
[[nodiscard]] LogTarget log_target(const ContainerStart& start);

// The log driver of one container. Every piece of output is stored before the next one is read, so
// what it holds is bounded and a slow disk slows the container down. A disk that is full never
// does: lines are then dropped and counted, and a line says so as soon as there is room. One
// thread.
class ContainerLog {
 public:
  // Makes the stream. kInvalid when its name is not allowed; a store that cannot write now is fine.
  [[nodiscard]] static Result<ContainerLog> open(LogStore& store, LogTarget target, WallTime now);

  void write(std::string_view bytes, WallTime now);
  // Stores what is left and marks the stream as complete. Returns how many lines were dropped of
  // which no line could tell.
  std::uint64_t end(WallTime now);

 private:
  ContainerLog(LogStore& store, LogTarget target) : store_(&store), target_(std::move(target)) {}
  void store_lines(std::vector<std::string> lines, WallTime now);

  LogStore* store_;
  LogTarget target_;
  std::optional<LogStore::StreamId> stream_;
  LineSplitter splitter_;
  WallTime last_{};            // Timestamps never go back, whatever the clock does.
  std::uint64_t dropped_ = 0;  // Since lines were stored last.
};

}  // namespace runtask::local
