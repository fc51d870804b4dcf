#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace runtask::local {

// Cuts a container's output into log lines, as the awslogs driver does: at '\n', and after 256 KiB
// without one (never within a character). Bytes that are not UTF-8 become \xNN, empty lines stay.
// It holds at most one unfinished line. Pure; one thread.
class LineSplitter {
 public:
  // Adds the lines that the bytes complete.
  void add(std::string_view bytes, std::vector<std::string>& lines);
  // What is left when the output has ended without a newline.
  void end(std::vector<std::string>& lines);

 private:
  std::string unfinished_;
};

}  // namespace runtask::local
