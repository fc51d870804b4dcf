#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

// The text of ~/.aws/config and ~/.aws/credentials. Pure; any thread.

namespace runtask::aws {

struct ConfigSection {
  std::map<std::string, std::string> values;  // Names in lower case, as they are compared.
  // A name without a value, followed by indented names: `ecs =` in a services section.
  std::map<std::string, std::map<std::string, std::string>> nested;

  // The value, or empty when there is none.
  [[nodiscard]] std::string get(const std::string& name) const;
};

// By heading, without brackets and quotes and with one blank inside: "default", "profile x",
// "services y".
using ConfigSections = std::map<std::string, ConfigSection>;

// AWS' rules: `name = value`, `#` and `;` begin a comment at the start of a line or after a blank,
// a line that is indented further than the name above it continues its value or, below a name
// without value, is a nested `name = value`. botocore's additions: `name: value`, and all lines of
// a section may be indented alike. Nothing is expanded. A section or a name that comes twice: the
// later one wins.
// Error kUsage with source and line; never with the line's text, which may be a secret.
[[nodiscard]] Result<ConfigSections> parse_config(std::string_view text, std::string_view source);

}  // namespace runtask::aws
