#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "local/answer.h"
#include "local/log_store.h"

// The inside of the log store, shared by the log_store*.cpp files and nobody else.

namespace runtask::local {

[[nodiscard]] inline std::int64_t millis(WallTime time) {
  return time.time_since_epoch().count();
}
[[nodiscard]] inline WallTime wall_time(std::int64_t millis) {
  return WallTime(Duration(millis));
}

struct StreamRow {
  std::int64_t id = 0;
  bool is_complete = false;
};

[[nodiscard]] tl::unexpected<ApiError> cannot_store(const Error& error);
[[nodiscard]] Answer<std::optional<std::int64_t>> find_log_group(sys::Database& database,
                                                                 std::string_view name);
// InvalidParameterException for an impossible name, ResourceNotFoundException for an unknown one.
[[nodiscard]] Answer<std::int64_t> known_log_group(sys::Database& database, std::string_view name);
[[nodiscard]] Answer<std::optional<StreamRow>> find_log_stream(sys::Database& database,
                                                               std::int64_t group,
                                                               std::string_view name);
[[nodiscard]] Answer<StreamRow> known_log_stream(sys::Database& database, std::string_view group,
                                                 std::string_view name);

}  // namespace runtask::local
