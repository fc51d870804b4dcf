#include "cli/world.h"

#include "sys/programs.h"

namespace runtask::cli {

Result<std::string> World::state_directory() const {
  if (const auto given = environment.get_non_empty("RUNTASK_STATE_DIR")) return absolute(*given);
  if (const auto xdg = environment.get_non_empty("XDG_STATE_HOME")) return *xdg + "/runtask";
  if (const auto home = environment.get_non_empty("HOME")) return *home + "/.local/state/runtask";
  return fail(Code::kUsage, "there is no place for runtask's state",
              "set RUNTASK_STATE_DIR, or HOME");
}

std::string World::absolute(const std::string& path) {
  return path.starts_with('/') ? path : sys::working_directory() + "/" + path;
}

}  // namespace runtask::cli
