#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "jenkins/secret_mask.h"

// The console log of a build: whole lines, secrets masked in all of them, with the time before each
// where timestamps() is in force. For whoever holds the baton.

namespace runtask::jenkins {

class Console {
 public:
  // Gets each line as it is shown, without its newline.
  using Sink = std::function<void(WallTime at, const std::string& line)>;
  using Now = std::function<WallTime()>;
  Console(Sink sink, Now now) : sink_(std::move(sink)), now_(std::move(now)) {}

  struct Style {
    bool timestamps = false;
    std::string prefix;  // "[branch] "
  };
  // The text and a newline: one that ends in a newline has an empty line after it.
  void print(const Style& style, std::string_view text);
  void line(const Style& style, std::string_view line);

  // From now on the text is shown as ****, each of its lines too, in whatever way it is written.
  void mask(const std::string& secret);
  // What mask() was called with.
  [[nodiscard]] const std::vector<std::string>& secrets() const { return secrets_; }
  [[nodiscard]] std::string masked(std::string_view text) const { return mask_.masked(text); }
  // As SecretMask::whole_part().
  [[nodiscard]] std::size_t whole_part(std::string_view text) const {
    return mask_.whole_part(text);
  }

 private:
  Sink sink_;
  Now now_;
  std::vector<std::string> secrets_;
  SecretMask mask_;
  std::map<std::string, SecretMask::Begun> begun_;  // By the prefix of the lines.
};

// Puts what a process prints into lines.
class LineBuffer {
 public:
  // `part`: where the text of a line that is too long may be cut; see Console::whole_part.
  LineBuffer(std::function<void(std::string_view line)> on_line,
             std::function<std::size_t(std::string_view text)> part)
      : on_line_(std::move(on_line)), part_(std::move(part)) {}
  void add(std::string_view bytes);
  void finish();  // A last line without a newline is a line too.

 private:
  static constexpr std::size_t kLineBytesMax = 1U << 20U;  // A longer line becomes several.
  std::function<void(std::string_view line)> on_line_;
  std::function<std::size_t(std::string_view text)> part_;
  std::string pending_;
};

}  // namespace runtask::jenkins
