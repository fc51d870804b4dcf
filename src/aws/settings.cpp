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

}  // namespace

Result<Settings> find_settings(const sys::Environment& environment, const sys::Files& files,
                               const Choice& choice) {
  auto shared = TRY(SharedConfig::load(environment, files, choice.profile));
  Settings settings;
  settings.region = TRY(find_region(environment, shared, choice.region));
  settings.endpoints = TRY(find_endpoints(environment, shared, settings.region));
  settings.attempts_max = TRY(find_attempts(environment, shared));
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
