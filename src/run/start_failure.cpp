#include "run/start_failure.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/text.h"
#include "ecs/life_cycle.h"
#include "run/verdict.h"

namespace runtask::run {
namespace {

bool holds_any(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

// dagster-io/dagster#33439: an InvalidParameterException about subnet information that ends in
// "Rate exceeded".
bool is_throttling(const std::string& text) {
  return holds_any(text, {"throttl", "rate exceeded", "too many requests", "request limit"});
}
// "Capacity is unavailable at this time. Please try again later or in a different availability
// zone" comes as a failure, as an exception and as a stop reason.
bool is_capacity(const std::string& text) {
  return holds_any(text, {"capacity is unavailable", "capacity is not available"});
}
// ECS API: a cluster with too many provisioning tasks answers with a ClientException; so does an
// account at its quota of tasks or vCPUs that run at one time, which frees itself.
bool is_quota(const std::string& text) {
  return (holds_any(text, {"provisioning"}) && holds_any(text, {"limit"})) ||
         (holds_any(text, {"reached the limit"}) && holds_any(text, {"concurrently"}));
}

// The reasons that Dagster found to pass (dagster_aws.ecs.utils), and capacity.
bool passes(const std::string& reason) {
  if (holds_any(reason, {"timeout waiting for network interface provisioning",
                         "timeout waiting for ephemeralstorage provisioning"}))
    return true;
  if (holds_any(reason, {"cannotpullcontainererror", "cannotpullimage"}) &&
      holds_any(reason, {"i/o timeout", "eof", "invalid argument", "tls handshake timeout"}))
    return true;
  if (holds_any(reason, {"network interface", " eni"}) && holds_any(reason, {"authfailure"}))
    return true;
  return is_capacity(reason) || is_throttling(reason);
}

}  // namespace

bool may_pass(const ecs::Failure& failure) {
  const auto text = lower_case(failure.reason + " " + failure.detail);
  if (holds_any(text, {"; this machine has "})) return false;  // The embedded ECS: it never fits.
  return failure.reason.starts_with("RESOURCE:") || failure.reason == "AGENT" ||
         holds_any(text, {"capacity"}) || is_throttling(text) || is_quota(text);
}

bool may_pass(Code code, std::string_view message) {
  if (code == Code::kThrottled || code == Code::kUnavailable || code == Code::kTimeout) return true;
  if (code == Code::kDenied || code == Code::kNotFound) return false;
  const auto text = lower_case(message);
  return is_throttling(text) || is_capacity(text) || is_quota(text);
}

bool failed_to_start_for_now(const ecs::Task& stopped) {
  if (stopped.stop_code != ecs::stop_code::kTaskFailedToStart || has_run(stopped)) return false;
  if (passes(lower_case(stopped.stopped_reason))) return true;
  return std::any_of(
      stopped.containers.begin(), stopped.containers.end(),
      [](const ecs::Container& container) { return passes(lower_case(container.reason)); });
}

}  // namespace runtask::run
