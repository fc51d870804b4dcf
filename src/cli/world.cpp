#include "cli/world.h"

namespace runtask::cli {

Result<std::string> World::state_directory() const {
  if (auto given = environment.get_non_empty("RUNTASK_STATE_DIR")) {
    if (given->starts_with('/')) return *std::move(given);
    return environment.get("PWD").value_or(".") + "/" + *given;
  }
  if (const auto xdg = environment.get_non_empty("XDG_STATE_HOME")) return *xdg + "/runtask";
  if (const auto home = environment.get_non_empty("HOME")) return *home + "/.local/state/runtask";
  return fail(Code::kUsage, "there is no place for runtask's state",
              "set RUNTASK_STATE_DIR, or HOME");
}

}  // namespace runtask::cli
