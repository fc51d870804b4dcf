#pragma once

#include <string>
#include <vector>

#include "sys/environment.h"

// What hamlet's scripts say while they work: lines with a severity in brackets, of which those
// below a threshold are not said. Collected as values, so that whoever has the streams prints them
// in order (cli/script_messages.h). Pure; any thread.

namespace runtask::hamlet {

// hamlet 1: trace is lower than debug.
enum class Severity { kTrace, kDebug, kInfo, kWarn, kError, kFatal };

struct Message {
  Severity severity = Severity::kInfo;
  std::string text;

  // As it is printed: "(Fatal) Can't clone product config repo".
  [[nodiscard]] std::string line() const;
  // Errors and worse go to standard error, everything else to standard output.
  [[nodiscard]] bool is_for_standard_error() const { return severity >= Severity::kError; }
};

// The least severity that is said. The first is that of setContext.sh and constructTree.sh:
// AUTOMATION_LOG_LEVEL, else debug if GENERATION_DEBUG is not empty, else info. The second is that
// of runTask.sh: GENERATION_LOG_LEVEL, else info. A level that is no level counts as not set (for
// runTask.sh GENERATION_DEBUG counts then, too); levels are lower case.
[[nodiscard]] Severity automation_threshold(const sys::Environment& environment);
[[nodiscard]] Severity generation_threshold(const sys::Environment& environment);

// In contrast to the scripts' `echo -e`, backslashes in a text are ordinary characters: names that
// users chose are shown as they are.
class Messages {
 public:
  explicit Messages(Severity threshold) : threshold_(threshold) {}

  void trace(std::string text) { say(Severity::kTrace, std::move(text)); }
  void debug(std::string text) { say(Severity::kDebug, std::move(text)); }
  void info(std::string text) { say(Severity::kInfo, std::move(text)); }
  void warn(std::string text) { say(Severity::kWarn, std::move(text)); }
  void error(std::string text) { say(Severity::kError, std::move(text)); }
  void fatal(std::string text) { say(Severity::kFatal, std::move(text)); }
  void say(Severity severity, std::string text);

  // Those that reach the threshold, oldest first.
  [[nodiscard]] const std::vector<Message>& all() const { return all_; }
  // The same, which are forgotten here; for who prints as it goes.
  [[nodiscard]] std::vector<Message> take();

 private:
  Severity threshold_;
  std::vector<Message> all_;
};

}  // namespace runtask::hamlet
