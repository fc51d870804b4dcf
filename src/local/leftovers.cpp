#include "local/leftovers.h"

#include <csignal>

#include "base/text.h"
#include "local/process_runtime.h"
#include "sys/programs.h"

namespace runtask::local {
namespace {

constexpr int kRoundsMax = 20;  // A process may fork while the list is read.

bool is_marked(const sys::Files& files, const std::string& process, const std::string& mark) {
  const auto environment = files.read("/proc/" + process + "/environ");
  // Each variable ends with a zero byte.
  return environment &&
         (environment->starts_with(mark) || environment->find('\0' + mark) != std::string::npos);
}

}  // namespace

void kill_leftovers(const sys::Files& files, const std::string& installation) {
  const std::string mark = std::string(kTreeVariable) + "=" + installation + "/";
  for (int round = 0; round < kRoundsMax; ++round) {
    const auto processes = files.list("/proc");
    if (!processes) return;
    bool found = false;
    for (const auto& process : *processes) {
      const auto number = parse_integer(process, 1, INT32_MAX);
      if (!number || *number == sys::own_process_id() || !is_marked(files, process, mark)) continue;
      // One that has ended meanwhile is what was wanted.
      found |= sys::signal_process(static_cast<int>(*number), SIGKILL).has_value();
    }
    if (!found) return;
  }
}

}  // namespace runtask::local
