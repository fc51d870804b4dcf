#include "aws/settings.h"

#include "aws/retry.h"
#include "base/text.h"

namespace runtask::aws {
namespace {

Result<int> find_attempts(const sys::Environment& environment, const SharedConfig& shared) {
  const auto words =
      environment.get_non_empty("AWS_MAX_ATTEMPTS").value_or(shared.setting("max_attempts"));
  if (words.empty()) return kAttemptsDefault;
  if (const auto number = parse_integer(words, 1, kAttemptsLimit)) return static_cast<int>(*number);
  return fail(Code::kUsage, "AWS_MAX_ATTEMPTS (or max_attempts) is `" + valid_utf8(words) +
                                "`, not a number from 1 to " + std::to_string(kAttemptsLimit));
}

Result<std::optional<Duration>> find_timeout(const sys::Environment& environment,
                                             const std::string& variable) {
  const auto words = environment.get_non_empty(variable);
  if (!words) return std::optional<Duration>();
  const auto duration = parse_duration(*words);
  constexpr Duration kLongest = std::chrono::hours(1);
  if (duration && *duration > Duration(0) && *duration <= kLongest) return std::optional(*duration);
  return fail(Code::kUsage, variable + " is `" + valid_utf8(*words) +
                                "`, not a time of at most an hour, as in `5s` or `500ms`");
}

}  // namespace

Result<Settings> find_settings(const sys::Environment& environment, const sys::Files& files,
                               const Choice& choice) {
  auto shared = TRY(SharedConfig::load(environment, files, choice.profile));
  Settings settings;
  settings.region = TRY(find_region(environment, shared, choice.region));
  settings.endpoints = TRY(find_endpoints(environment, shared, settings.region));
  settings.attempts_max = TRY(find_attempts(environment, shared));
  settings.is_attempts_max_set = environment.get_non_empty("AWS_MAX_ATTEMPTS").has_value() ||
                                 !shared.setting("max_attempts").empty();
  settings.ca_bundle =
      environment.get_non_empty("AWS_CA_BUNDLE").value_or(shared.setting("ca_bundle"));
  settings.connect_timeout = TRY(find_timeout(environment, "RUNTASK_CONNECT_TIMEOUT"));
  settings.read_timeout = TRY(find_timeout(environment, "RUNTASK_READ_TIMEOUT"));
  if (!shared.is_explicit() && environment.get_non_empty("AWS_PROFILE") &&
      environment.get_non_empty("AWS_ACCESS_KEY_ID")) {
    // The SDKs do not agree here: botocore takes the keys, the JavaScript SDK the profile.
    settings.warnings.push_back(
        "both AWS_PROFILE and AWS_ACCESS_KEY_ID are set: the keys are used, not the profile's");
  }
  settings.shared = std::move(shared);
  return settings;
}

}  // namespace runtask::aws
