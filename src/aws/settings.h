#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aws/endpoint.h"
#include "aws/shared_config.h"
#include "base/result.h"
#include "base/time.h"
#include "sys/environment.h"
#include "sys/files.h"

// Everything that the user's flags, environment and AWS files say about how AWS is called.

namespace runtask::aws {

struct Choice {  // From the command line; empty: not said there.
  std::string profile;
  std::string region;
};

struct Settings {
  std::string region;
  Endpoints endpoints;
  SharedConfig shared;               // Of the profile.
  int attempts_max = 0;              // AWS_MAX_ATTEMPTS, the profile's max_attempts, or 3.
  bool is_attempts_max_set = false;  // By the user.
  std::string ca_bundle;             // AWS_CA_BUNDLE, or the profile's ca_bundle; may be empty.
  // RUNTASK_CONNECT_TIMEOUT and RUNTASK_READ_TIMEOUT; AWS has no variables for them.
  std::optional<Duration> connect_timeout;
  std::optional<Duration> read_timeout;
  std::vector<std::string> warnings;  // For people, one line each.
};

// Errors as those of SharedConfig::load, find_region and find_endpoints, in this order. Who calls
// is another question: aws/credentials_chain.h.
[[nodiscard]] Result<Settings> find_settings(const sys::Environment& environment,
                                             const sys::Files& files, const Choice& choice);

}  // namespace runtask::aws
