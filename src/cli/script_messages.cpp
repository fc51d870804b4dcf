#include "cli/script_messages.h"

namespace runtask::cli {

void show(hamlet::Messages& messages, Screen& screen) {
  for (const auto& message : messages.take()) {
    if (message.is_for_standard_error()) {
      screen.message(message.line());
    } else {
      screen.output_lines(message.line());
    }
  }
  screen.flush();
}

}  // namespace runtask::cli
