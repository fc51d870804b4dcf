#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ecs/api.h"
#include "local/answer.h"
#include "sys/database.h"

namespace runtask::local {

// The part of CloudWatch Logs that a task needs, over a SQLite database (a file, or in memory for
// the simulation). Lines survive the death of the process that wrote them. One thread.
class LogStore {
 public:
  struct Options {
    std::string region = "us-east-1";
    std::string account = "000000000000";
  };
  // Makes the tables that are missing. The database must outlive the store.
  [[nodiscard]] static Result<LogStore> open(sys::Database& database, Options options);

  Answer<ecs::EmptyReply> call(const ecs::CreateLogGroup& request, const CallContext& context);
  Answer<ecs::EmptyReply> call(const ecs::CreateLogStream& request, const CallContext& context);
  Answer<ecs::PutLogEventsReply> call(const ecs::PutLogEvents& request, const CallContext& context);
  Answer<ecs::GetLogEventsReply> call(const ecs::GetLogEvents& request, const CallContext& context);
  Answer<ecs::FilterLogEventsReply> call(const ecs::FilterLogEvents& request,
                                         const CallContext& context);
  Answer<ecs::DescribeLogGroupsReply> call(const ecs::DescribeLogGroups& request,
                                           const CallContext& context);
  Answer<ecs::DescribeLogStreamsReply> call(const ecs::DescribeLogStreams& request,
                                            const CallContext& context);

  // ---- The side of the containers' log driver, without the API's limits.

  using StreamId = std::int64_t;
  // The stream, made with its group when missing. kInvalid when a name is not allowed.
  [[nodiscard]] Result<StreamId> open_stream(std::string_view group, std::string_view stream,
                                             WallTime now);
  // Adds lines; all or none. Timestamps must not go back. An empty message is kept as such.
  [[nodiscard]] Result<> append(StreamId stream, std::span<const ecs::InputLogEvent> events,
                                WallTime now);
  // Says that nothing will be added any more, which GetLogEvents then tells (`runtaskComplete`).
  [[nodiscard]] Result<> mark_complete(StreamId stream);
  // The same for every stream: after the death of an endpoint no container is left to write.
  [[nodiscard]] Result<> mark_all_complete();

 private:
  LogStore(sys::Database& database, Options options)
      : database_(&database), options_(std::move(options)) {}

  sys::Database* database_;
  Options options_;
};

}  // namespace runtask::local
