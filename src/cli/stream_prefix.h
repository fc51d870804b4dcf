#pragma once

#include <cstddef>
#include <string>

namespace runtask::cli {

// The log streams of a launch.
struct Streams {
  std::string launch;  // Its name.
  std::size_t count = 0;
  bool is_of_an_environment = false;
};

// What stands before a line of the log, live and later: with one stream nothing, with several whose
// line it is. "proxy | ", "manage/2 django | "
[[nodiscard]] std::string stream_prefix(const Streams& streams, const std::string& container,
                                        bool many_launches);

}  // namespace runtask::cli
