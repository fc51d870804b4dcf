#include "sys/boot_clock.h"

#include <ctime>

namespace runtask::sys {

BootTime boot_time(Files& files) {
  BootTime time;
  if (auto id = files.read("/proc/sys/kernel/random/boot_id"))
    time.boot = id->substr(0, id->find('\n'));
  timespec since_boot{};
  if (clock_gettime(CLOCK_BOOTTIME, &since_boot) == 0)
    time.up = std::chrono::duration_cast<Duration>(std::chrono::seconds(since_boot.tv_sec) +
                                                   std::chrono::nanoseconds(since_boot.tv_nsec));
  return time;
}

}  // namespace runtask::sys
