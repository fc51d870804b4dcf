#include "local/line_splitter.h"

#include "base/text.h"
#include "ecs/limits.h"

namespace runtask::local {

void LineSplitter::add(std::string_view bytes, std::vector<std::string>& lines) {
  while (!bytes.empty()) {
    const auto newline = bytes.find('\n');
    const bool is_whole = newline != std::string_view::npos;
    unfinished_ += bytes.substr(0, newline);
    bytes.remove_prefix(is_whole ? newline + 1 : bytes.size());
    while (unfinished_.size() > ecs::limits::kLogLineBytesMax) {
      const std::size_t cut = utf8_prefix(unfinished_, ecs::limits::kLogLineBytesMax);
      lines.push_back(valid_utf8(std::string_view(unfinished_).substr(0, cut)));
      unfinished_.erase(0, cut);
    }
    if (is_whole) {
      lines.push_back(valid_utf8(unfinished_));
      unfinished_.clear();
    }
  }
}

void LineSplitter::end(std::vector<std::string>& lines) {
  if (!unfinished_.empty()) lines.push_back(valid_utf8(unfinished_));
  unfinished_.clear();
}

}  // namespace runtask::local
