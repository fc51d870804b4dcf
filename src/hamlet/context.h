#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hamlet/context_file.h"
#include "hamlet/messages.h"
#include "sys/environment.h"
#include "sys/files.h"

// hamlet's setContext.sh (hamlet 4): from the environment, a Jenkins job's name and a few flags to
// the properties that every later step works from. Decides and says; who calls writes them
// (hamlet/context_file.h). Any thread.

namespace runtask::hamlet {

// What the command line says; flags beat everything else. None: not given.
struct ContextFlags {
  std::optional<std::string> account, deployment_mode, environment, product, release_mode, segment,
      tenant;
};

struct ContextRequest {
  ContextFlags flags;
  // Said once the automation provider's own facts are known, as the script does.
  std::vector<std::string> complaints;
  // Only as far as the script goes when it is asked for help: the names of the modes.
  bool help = false;
};

// Where the rest comes from.
struct ContextSources {
  const sys::Environment& environment;
  const sys::Files& files;  // Asked which directories are there, and what the file says so far.
  // A value of git's own configuration ("user.name"), asked for only where the provider is
  // hamletcli and the environment says nothing; empty when it is not set.
  std::function<std::string(const std::string& key)> git_setting;
};

struct Context {
  Destination destination;
  // In the order in which the script writes them. A name may come again; the last one counts.
  std::vector<Property> properties;
};

// None when the build directories that the environment names are not there: said as the script
// does, and nothing is to be written.
//
// ENVIRONMENT may be a comma list. Every environment then gets the context that it would have
// alone. What all of them agree on is there once; what differs is there as CONTEXT_<k>_<NAME>, k
// from 1, and not under its own name; CONTEXT_<k>_ENVIRONMENT, _SEGMENT and _ACCOUNT always are, as
// is CONTEXT_COUNT, and ENVIRONMENT itself stays the list. An environment that is named twice
// counts once. What an earlier call has left in the environment or in the file under such names,
// and this one does not say, is made empty, which readers take for not there.
[[nodiscard]] std::optional<Context> set_context(const ContextRequest& request,
                                                 const ContextSources& sources, Messages& messages);

}  // namespace runtask::hamlet
