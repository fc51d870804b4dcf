#include "cli/commands.h"

#include <type_traits>

namespace runtask::cli {

int carry_out(const Command& command, const World& world) {
  return std::visit(
      [&](const auto& arguments) {
        using Arguments = std::decay_t<decltype(arguments)>;
        if constexpr (std::is_same_v<Arguments, RunArguments>) {
          return run(arguments, world);
        } else if constexpr (requires { runs(arguments, world); }) {
          return runs(arguments, world);
        } else {
          return local(arguments, world);
        }
      },
      command);
}

}  // namespace runtask::cli
