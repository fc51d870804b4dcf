#include "base/lines.h"

#include <algorithm>

namespace runtask {

std::string with_prefix(std::string_view prefix, std::string_view text) {
  std::string lines(prefix);
  for (const char c : text) {
    lines += c;
    if (c == '\n') lines += prefix;
  }
  return lines;
}

std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

}  // namespace runtask
