#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "ecs/api.h"
#include "run/request.h"

// The request resolved: one launch per task to start, each with its complete RunTask input. Pure
// data; made before anything is started, so that all that can be known is reported first.

namespace runtask::run {

// Where the lines of one container are, as far as its log configuration says.
struct LogSource {
  std::string container;
  std::string group;   // Empty: they cannot be followed; `note` says why.
  std::string prefix;  // Of the stream's name.
  std::string note;
};

struct Launch {
  int index = 0;
  std::string name;    // As it is shown: the family, with a number when there are several.
  ecs::RunTask input;  // Complete, with its client token.
};

struct Plan {
  std::string run_id;
  std::string title;  // "django-manage:3 on example"
  std::string cluster;
  std::vector<Launch> launches;
  // Whose exit codes decide: the containers that the overrides or --container name; may be empty.
  std::vector<std::string> deciding;
  // Essential containers in the order of the definition; empty when the definition is not known.
  std::vector<std::string> essential;
  std::vector<LogSource> logs;
  std::vector<Secret> secrets;  // To be masked in whatever is shown.
};

// `definition` may be null when it could not be read: then names are not checked, and logs are
// followed only where the request says so. Errors, all before anything is started: kUsage for
// requests that contradict themselves or ECS' limits, kNotFound for a container that is not there.
[[nodiscard]] Result<Plan> make_plan(const Request& request, const ecs::TaskDefinition* definition,
                                     const std::string& run_id);

// For people, and as one line of JSON. Values of secrets are masked.
[[nodiscard]] std::string to_text(const Plan& plan);
[[nodiscard]] std::string to_json(const Plan& plan);

// The text with every value of a secret replaced by ****. Values shorter than 4 characters are left
// alone: masking them would make every text unreadable and hide nothing.
[[nodiscard]] std::string masked(std::string text, const std::vector<Secret>& secrets);
// The same for JSON text: only inside of its strings, so that it stays JSON. One line.
[[nodiscard]] std::string masked_json(std::string text, const std::vector<Secret>& secrets);

}  // namespace runtask::run
