#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace runtask::local {

// What a container of the image `simulated` does, as its command says it: words of the form
// NAME=VALUE, the last one of a name counts, `print` may stand there more than once.
//
//   start=DURATION   from the start of the task until it runs, as an image pull would take (0s)
//   run=DURATION     how long it runs (0s)
//   print=TEXT       a line as soon as it runs
//   lines=N          "line 1 of N" to "line N of N", spread evenly: the first at once, the last at
//                    the very end
//   exit=N           its exit code, 0 to 255 (0)
//   stop=DURATION    how long it goes on after the stop signal, then code 143 (0s); `never` leaves
//                    it to the kill after the stopTimeout, code 137
//
// Values; any thread.
struct SimulatedCommand {
  static constexpr std::size_t kLinesMax = 1'000'000;

  Duration start{0};
  Duration run{0};
  std::vector<std::string> prints;
  std::size_t lines = 0;
  int exit_code = 0;
  std::optional<Duration> stop = Duration(0);  // None: never.

  // kUsage for words of another form, with the form in the message.
  [[nodiscard]] static Result<SimulatedCommand> parse(const std::vector<std::string>& words);
  // When line `number`, from 0, is written, counted from the moment it runs.
  [[nodiscard]] Duration line_at(std::size_t number) const;
  // "line 3 of 10"; number from 0.
  [[nodiscard]] std::string line(std::size_t number) const;
};

}  // namespace runtask::local
