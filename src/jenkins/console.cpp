#include "jenkins/console.h"

#include <algorithm>

namespace runtask::jenkins {
void Console::print(const Style& style, std::string_view text) {
  std::size_t begin = 0;
  for (;;) {
    const auto end = text.find('\n', begin);
    line(style, text.substr(begin, end == std::string_view::npos ? end : end - begin));
    if (end == std::string_view::npos) return;
    begin = end + 1;
  }
}

void Console::line(const Style& style, std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  const auto at = now_();
  std::string shown;
  if (style.timestamps) shown = "[" + iso_time(at) + "] ";
  shown += masked(style.prefix);
  shown += mask_.masked_line(line, begun_[style.prefix]);
  sink_(at, shown);
}

void Console::mask(const std::string& secret) {
  if (std::find(secrets_.begin(), secrets_.end(), secret) != secrets_.end()) return;
  secrets_.push_back(secret);
  mask_.add(secret);
}

void LineBuffer::add(std::string_view bytes) {
  for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    pending_ += bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    on_line_(pending_);
    pending_.clear();
  }
  pending_ += bytes;
  if (pending_.size() < kLineBytesMax) return;
  const auto part = part_(pending_);
  on_line_(std::string_view(pending_).substr(0, part));
  pending_.erase(0, part);
}

void LineBuffer::finish() {
  if (!pending_.empty()) on_line_(pending_);
  pending_.clear();
}

}  // namespace runtask::jenkins
