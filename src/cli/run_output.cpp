#include "cli/run_output.h"

namespace runtask::cli {

RunOutput::RunOutput(const World& world, run::Driver& driver) : world_(world), driver_(driver) {
  world.screen.stop_waiting(world.loop);
  world.screen.on_progress([this] {
    if (!is_finishing_) return driver_.read_on();
    if (world_.screen.is_all_written()) world_.loop.stop();
  });
}

RunOutput::~RunOutput() {
  world_.screen.on_progress({});
  if (world_.screen.is_all_written()) world_.screen.wait_again();
}

void RunOutput::hurry() {
  is_in_hurry_ = true;
  if (is_finishing_) set_limit();
}

void RunOutput::set_limit() {
  if (limit_) return;
  limit_ = world_.loop.after(kOutputPatience, [this] {
    is_over_ = true;
    world_.loop.stop();
  });
}

void RunOutput::finish() {
  is_finishing_ = true;
  world_.screen.flush();
  if (is_in_hurry_) set_limit();
  while (!world_.screen.is_all_written() && !is_over_)
    world_.loop.run();
  limit_.reset();
  if (const auto lost = world_.screen.lost_lines(); lost > 0)
    world_.screen.message(
        "warning: " + std::to_string(lost) +
        " lines could not be written to standard output: " + world_.screen.lost_why());
  if (const auto left = world_.screen.unwritten_lines(); left > 0)
    world_.screen.warning(std::to_string(left) +
                          " lines were not written: whoever reads standard output has stalled");
}

}  // namespace runtask::cli
