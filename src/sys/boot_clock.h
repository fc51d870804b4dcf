#pragma once

#include <string>

#include "base/time.h"
#include "sys/files.h"

// The time that nobody sets: since the machine was booted, sleep included. Comparable between
// processes of the same boot, which the kernel gives a name.

namespace runtask::sys {

struct BootTime {
  std::string boot;  // Empty where the kernel does not tell; then `up` means nothing to others.
  Duration up{};
};
[[nodiscard]] BootTime boot_time(Files& files);

}  // namespace runtask::sys
