#include "hamlet/messages.h"

#include <array>
#include <optional>
#include <utility>

namespace runtask::hamlet {
namespace {

struct Level {
  const char* name;
  Severity severity;
  const char* prefix;
};
constexpr std::array kLevels{
    Level{"trace", Severity::kTrace, "(Trace) "}, Level{"debug", Severity::kDebug, "(Debug) "},
    Level{"info", Severity::kInfo, "(Info) "},    Level{"warn", Severity::kWarn, "(Warn) "},
    Level{"error", Severity::kError, "(Error) "}, Level{"fatal", Severity::kFatal, "(Fatal) "}};

std::optional<Severity> severity_named(const std::string& name) {
  for (const auto& level : kLevels)
    if (name == level.name) return level.severity;
  return std::nullopt;
}

Severity threshold(const sys::Environment& environment, const std::string& level) {
  if (const auto named = severity_named(level)) return *named;
  return environment.get_non_empty("GENERATION_DEBUG") ? Severity::kDebug : Severity::kInfo;
}

}  // namespace

std::string Message::line() const {
  return kLevels[static_cast<std::size_t>(severity)].prefix + text;
}

Severity automation_threshold(const sys::Environment& environment) {
  return threshold(environment, environment.get("AUTOMATION_LOG_LEVEL").value_or(""));
}

Severity generation_threshold(const sys::Environment& environment) {
  // The script's default is a level of its own, so that GENERATION_DEBUG alone changes nothing.
  return threshold(environment, environment.get_non_empty("GENERATION_LOG_LEVEL").value_or("info"));
}

void Messages::say(Severity severity, std::string text) {
  if (severity >= threshold_) all_.push_back({severity, std::move(text)});
}

std::vector<Message> Messages::take() {
  return std::exchange(all_, {});
}

}  // namespace runtask::hamlet
