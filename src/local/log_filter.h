#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "local/answer.h"

namespace runtask::local {

// The filter patterns of CloudWatch Logs for plain text: terms that must all be in the message,
// "quoted phrases", -excluded ones, and ?alternatives of which one is enough (as on AWS they count
// only when there is no plain term). Case matters. Pure; any thread.
class LogFilter {
 public:
  // InvalidParameterException for an open quote, and for the JSON, column and regular expression
  // patterns, which are not understood here.
  [[nodiscard]] static Answer<LogFilter> parse(std::string_view pattern);
  [[nodiscard]] bool matches(std::string_view message) const;

 private:
  std::vector<std::string> all_;
  std::vector<std::string> any_;
  std::vector<std::string> none_;
};

}  // namespace runtask::local
