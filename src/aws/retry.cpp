#include "aws/retry.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace runtask::aws {
namespace {

constexpr std::array<std::string_view, 5> kTransientNames = {
    "RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete",
    "LimitExceededException", "IDPCommunicationError"};
// As AWS' own JavaScript SDK has them.
constexpr std::array<std::string_view, 6> kSkewNames = {
    "RequestTimeTooSkewed",      "RequestExpired",        "RequestInTheFuture",
    "InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure"};
constexpr std::array<std::string_view, 2> kExpiredNames = {"ExpiredToken", "ExpiredTokenException"};
constexpr std::array<int, 4> kTransientStatuses = {500, 502, 503, 504};

template <class List, class Value>
bool is_in(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

bool is_worth_another(const ecs::CallError& error, Repeat repeat) {
  if (error.may_have_happened && repeat == Repeat::kOnlyIfNotDone) return false;
  const Code code = error.error.code;
  if (error.http_status == 0) return code == Code::kUnavailable || code == Code::kTimeout;
  return code == Code::kThrottled || is_in(kTransientNames, error.name) ||
         is_in(kTransientStatuses, error.http_status);
}

bool are_keys_expired(const ecs::CallError& error) {
  return is_in(kExpiredNames, error.name);
}

bool RetryQuota::acquire(const ecs::CallError& error, int& taken) {
  constexpr int kRetryCost = 5;
  constexpr int kTimeoutRetryCost = 10;
  const bool is_timeout = error.http_status == 0 && error.error.code == Code::kTimeout;
  const int cost = is_timeout ? kTimeoutRetryCost : kRetryCost;
  if (cost > left_) return false;
  left_ -= cost;
  taken = cost;
  return true;
}

void RetryQuota::succeeded(int taken) {
  left_ = std::min(kTokensMax, left_ + std::max(taken, 1));
}

Duration backoff(int number, double random) {
  constexpr int kDoublingsMax = 5;  // 2^5 s is above the limit already.
  const int doublings = std::clamp(number - 1, 0, kDoublingsMax);
  const Duration limit =
      std::min(Duration(std::chrono::seconds(1)) * (1 << doublings), kBackoffMax);
  return Duration(static_cast<Duration::rep>(static_cast<double>(limit.count()) * random));
}

double random_fraction(sys::Random& random) {
  constexpr std::uint64_t kSteps = 1U << 20U;
  return static_cast<double>(random.below(kSteps)) / static_cast<double>(kSteps);
}

std::optional<Duration> clock_offset(const ecs::CallError& error,
                                     const std::vector<sys::Header>& headers, WallTime sent_at,
                                     WallTime now) {
  constexpr Duration kExchangeMax = std::chrono::minutes(15);
  if (!is_in(kSkewNames, error.name)) return std::nullopt;
  // A cache's answer, or one that was long under way, tells nothing about the server's clock.
  if (!sys::header_value(headers, "Age").empty() || now - sent_at > kExchangeMax)
    return std::nullopt;
  const auto date = parse_http_date(sys::header_value(headers, "Date"));
  if (!date) return std::nullopt;
  return *date - now;
}

}  // namespace runtask::aws
