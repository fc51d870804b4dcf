#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "hamlet/messages.h"
#include "sys/files.h"

// Where the properties of a context go (hamlet 3): setContext.sh, constructTree.sh and runTask.sh
// all add theirs through here. For the providers `jenkins` and `hamletcli` they are appended to
// context.properties in the data directory; for `azurepipelines` they are commands on standard
// output. Any thread.

namespace runtask::hamlet {

using Property = std::pair<std::string, std::string>;  // Name, value.

struct Destination {
  std::string provider;        // AUTOMATION_PROVIDER, lower case.
  std::string data_directory;  // AUTOMATION_DATA_DIR.
};
[[nodiscard]] std::string context_file_of(const Destination& destination);

struct Saved {
  bool somewhere = false;  // False: there is no place for them, and `messages` has said so.
  std::string output;      // To print to standard output as it is.
};
// All in the order given, in one go; names may come again, and then the last one counts. Says (as a
// warning) where nothing is written and which values an interpolating reader would change. The
// error is that of the file.
[[nodiscard]] Result<Saved> save_properties(sys::Files& files, const Destination& destination,
                                            std::span<const Property> properties,
                                            Messages& messages);

}  // namespace runtask::hamlet
