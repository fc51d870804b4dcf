#include "sys/local_time.h"

#include <ctime>

namespace runtask::sys {

LocalZone local_zone(WallTime time) {
  const auto seconds = static_cast<std::time_t>(
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
  std::tm there{};
  if (localtime_r(&seconds, &there) == nullptr) return {0, "UTC"};
  constexpr long kSecondsPerMinute = 60;
  return {static_cast<int>(there.tm_gmtoff / kSecondsPerMinute), there.tm_zone};
}

}  // namespace runtask::sys
