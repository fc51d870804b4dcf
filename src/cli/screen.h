#pragma once

#include <string>
#include <string_view>
#include <vector>

// What a person sees: the result stream (standard output), messages (standard error), and, on a
// terminal, a few status lines below them that are rewritten in place. No colour and no cursor
// movement unless standard error is a terminal and NO_COLOR is not set. For the loop's thread.

namespace runtask::cli {

class Screen {
 public:
  struct Options {
    bool colour = false;         // Of messages; implies a terminal.
    bool live_status = false;    // The rewritten lines; implies a terminal.
    bool escape_output = false;  // Standard output is a terminal: control characters are shown.
  };
  // What fits the descriptors 1 and 2 and the value of NO_COLOR and TERM.
  [[nodiscard]] static Options options_of_terminal(bool no_color, std::string_view term);

  explicit Screen(const Options& options) : options_(options) {}
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // A line of the result. Kept until flush() or until 64 KiB have come together.
  void output(std::string_view line);
  // The same bytes without the newline that output() adds.
  void output_raw(std::string_view text);
  // A line (or several) for people. Everything before it is flushed first, so that the two streams
  // keep their order on one terminal.
  void message(std::string_view text);
  // The status lines from now on; none removes them. Ignored without live_status.
  void status(std::vector<std::string> lines);
  void flush();

  [[nodiscard]] bool shows_status() const { return options_.live_status; }
  [[nodiscard]] std::string bold(std::string_view text) const;
  [[nodiscard]] std::string red(std::string_view text) const;
  [[nodiscard]] std::string green(std::string_view text) const;
  // Lines of the result that could not be written (closed pipe, full disk), and why.
  [[nodiscard]] std::size_t lost_lines() const { return lost_lines_; }
  [[nodiscard]] const std::string& lost_why() const { return lost_why_; }

 private:
  void erase_status();
  void draw_status();
  [[nodiscard]] std::string painted(std::string_view text, const char* code) const;

  Options options_;
  std::string pending_;            // Of standard output.
  std::size_t pending_lines_ = 0;  // In pending_.
  std::vector<std::string> status_;
  std::size_t drawn_ = 0;  // Status lines that are on the terminal now.
  std::size_t lost_lines_ = 0;
  std::string lost_why_;
};

// Text that cannot move a terminal's cursor, change its title or ring: control characters become
// \xNN, but tabs and colour sequences (ESC [ ... m) stay.
[[nodiscard]] std::string without_control_characters(std::string_view text);

}  // namespace runtask::cli
