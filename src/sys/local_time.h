#pragma once

#include <string>

#include "base/time.h"

// The time zone of this machine, or of the variable TZ.

namespace runtask::sys {

struct LocalZone {
  int offset_minutes = 0;  // East of Greenwich.
  std::string name;        // "CEST"
};

// The zone as it is in force at that time.
[[nodiscard]] LocalZone local_zone(WallTime time);

}  // namespace runtask::sys
