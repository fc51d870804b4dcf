#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "sys/environment.h"
#include "sys/files.h"

// Where the links with hamlet's script names are, and what an agent must export so that a pipeline
// finds them. Blocking; any thread.

namespace runtask::cli {

// The four directories that hamlet's pipelines expect (hamlet 1: "the agent must provide").
struct AgentDirectories {
  std::string automation_base;  // AUTOMATION_BASE_DIR
  std::string automation;       // AUTOMATION_DIR
  std::string generation_base;  // GENERATION_BASE_DIR
  std::string generation;       // GENERATION_DIR

  // Name and value of each, in that order.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> variables() const;
};

// The drop-ins of the program at that path: below share/ of its installation, or beside a built
// binary. kNotFound with what to do.
[[nodiscard]] Result<AgentDirectories> find_drop_ins(const sys::Files& files,
                                                     const std::string& program);

// Builds, at `directory`, the bash executor that the environment names (the same four variables)
// with the drop-ins in the places of its scripts: links to everything else that it has. What an
// earlier call has built there is replaced; kConflict for a directory with anything else in it.
[[nodiscard]] Result<AgentDirectories> build_overlay(sys::Files& files,
                                                     const AgentDirectories& drop_ins,
                                                     const sys::Environment& environment,
                                                     const std::string& directory);

}  // namespace runtask::cli
