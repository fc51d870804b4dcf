#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "base/time.h"
#include "ecs/errors.h"

// How the embedded ECS and its logs answer a call: the operation's reply, or an error as AWS words
// it. Pure; any thread.

namespace runtask::local {

struct ApiError {
  std::string name;  // "ClientException"
  std::string message;
  std::vector<std::string> resource_ids;  // ECS API: only of ConflictException.
};

// Dropping one is fine: the caller of an API may not care how it went.
template <class Reply>
using Answer = tl::expected<Reply, ApiError>;

inline tl::unexpected<ApiError> refuse(std::string_view name, std::string message) {
  return tl::unexpected<ApiError>(ApiError{std::string(name), std::move(message), {}});
}
inline tl::unexpected<ApiError> invalid_parameter(std::string message) {
  return refuse(ecs::error_name::kInvalidParameter, std::move(message));
}
inline tl::unexpected<ApiError> client_error(std::string message) {
  return refuse(ecs::error_name::kClient, std::move(message));
}

// TRY for answers, by the same rules (base/result.h).
#define TRY_ANSWER(expression)                                                          \
  __extension__({                                                                       \
    auto try_answer = (expression);                                                     \
    if (!try_answer)                                                                    \
      return tl::unexpected<::runtask::local::ApiError>(std::move(try_answer).error()); \
    ::runtask::local::detail::take(std::move(try_answer));                              \
  })

namespace detail {
template <class T>
T take(Answer<T>&& answer) {
  if constexpr (!std::is_void_v<T>) return *std::move(answer);
}
}  // namespace detail

// One moment on both clocks: deadlines are kept on the one that nobody sets, stamps are taken from
// the one that others understand.
struct Moment {
  Instant instant{};
  WallTime wall{};
};

// Who asks, and when.
struct CallContext {
  Moment now;
  std::string caller_arn;
};

}  // namespace runtask::local
