#pragma once

namespace runtask::cli {

// runtask's own exit codes; every other one is a container's. They are part of the contract with
// users (docs/RUN.md).
enum ExitCode : int {
  kExitSuccess = 0,
  kExitFailure = 1,  // A command other than `run` could not do what it was asked for.
  kExitUsage = 2,
  kExitTimedOut = 124,
  kExitCouldNotRun = 125,
  kExitInterrupted = 130,
  kExitTerminated = 143,
};

}  // namespace runtask::cli
