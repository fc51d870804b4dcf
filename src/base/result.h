#pragma once

#include <string>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>
#include <vector>

// Errors are values. Every function that can fail for a reason that is not a bug returns a Result;
// TRY hands an error on. Pure; any thread.

namespace runtask {

// What went wrong, in a form a program can branch on. The message is for people.
enum class Code {
  kUsage,        // The caller's words are off: flags, arguments, a file that the user wrote.
  kNotFound,     // The thing asked for is not there.
  kInvalid,      // It is there and makes no sense: broken JSON, a reply against its contract.
  kDenied,       // Not allowed: permissions, credentials, a signature.
  kConflict,     // Somebody else has it, or it exists already with another content.
  kThrottled,    // Too many calls; later it may work.
  kUnavailable,  // The other side, the disk or the network does not answer; later it may work.
  kFull,         // No room: disk full, quota, a limit of our own.
  kTimeout,      // A deadline of ours passed.
  kCancelled,    // Given up because somebody asked for it.
};

struct Error {
  Code code;
  std::string message;               // One fact: lower case, no full stop, no newline.
  std::vector<std::string> context;  // Innermost first, e.g. "while reading segments/dev.json".
  std::string hint;                  // The next step for the user, or empty.

  // All of it for a person: "error: message", then the context lines, then "hint: ...".
  [[nodiscard]] std::string text() const;
};

// A value or an Error. A class of its own, and not an alias, only because tl::expected may be
// dropped without a warning and a Result may not.
template <class T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

inline tl::unexpected<Error> fail(Code code, std::string message, std::string hint = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), {}, std::move(hint)});
}
inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

namespace detail {
template <class T>
T take(Result<T>&& result) {
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}
template <class T>
tl::unexpected<Error> take_error(Result<T>&& result, std::string during) {
  Error error = std::move(result).error();
  if (!during.empty()) error.context.push_back(std::move(during));
  return tl::unexpected<Error>(std::move(error));
}
}  // namespace detail

// Yields the value of a Result, or returns its error, with one more line of context, from the
// calling function. Use it as a whole initialiser or a whole statement, never inside a larger
// expression: what else has been evaluated by then is unspecified.
#define TRY(expression) TRY_DURING(expression, "")
#define TRY_DURING(expression, during)                                                    \
  __extension__({                                                                         \
    auto try_result = (expression);                                                       \
    if (!try_result) return ::runtask::detail::take_error(std::move(try_result), during); \
    ::runtask::detail::take(std::move(try_result));                                       \
  })

}  // namespace runtask
