#pragma once

#include <string>

#include "cli/screen.h"
#include "sys/environment.h"
#include "sys/event_loop.h"
#include "sys/files.h"
#include "sys/processes.h"
#include "sys/random.h"

namespace runtask::cli {

// Everything outside of the program, built once in main and passed down. Commands take this whole
// struct; what they build gets only the parts that it needs.
struct World {
  sys::EventLoop& loop;
  sys::Random& random;
  sys::Files& files;
  sys::Processes& processes;
  const sys::Environment& environment;
  Screen& screen;

  // $RUNTASK_STATE_DIR, else $XDG_STATE_HOME/runtask, else $HOME/.local/state/runtask; absolute.
  // kUsage when none of them is set.
  [[nodiscard]] Result<std::string> state_directory() const;
  // The path as every program would understand it.
  [[nodiscard]] static std::string absolute(const std::string& path);
};

}  // namespace runtask::cli
