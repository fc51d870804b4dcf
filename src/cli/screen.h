#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sys/background_writer.h"

// What a person sees: the result stream (standard output), messages (standard error), and, on a
// terminal, a few status lines below them that are rewritten in place. No colour and no cursor
// movement unless standard error is a terminal and NO_COLOR is not set. For the loop's thread.
//
// A command that only prints waits for its reader, as any program does. One that has something to
// look after meanwhile calls stop_waiting(): what it prints then goes to a queue.

namespace runtask::cli {

class Screen {
 public:
  struct Options {
    bool colour = false;           // Of messages; implies a terminal.
    bool live_status = false;      // The rewritten lines; implies a terminal.
    bool escape_output = false;    // Standard output is a terminal: control characters are shown.
    bool escape_messages = false;  // The same of standard error.
  };
  // What fits the descriptors 1 and 2 and the value of NO_COLOR and TERM.
  [[nodiscard]] static Options options_of_terminal(bool no_color, std::string_view term);

  explicit Screen(const Options& options) : options_(options) {}
  // After stop_waiting() it gives a slow reader a moment more, and drops what is left then.
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // A line of the result. Kept until flush() or until 64 KiB have come together.
  void output(std::string_view line);
  // The same for a line of the log, which counts: see count_log_lines().
  void output_log_line(std::string_view line);
  // A text of several lines, each as by output().
  void output_lines(std::string_view text);
  // The same bytes without the newline that output() adds.
  void output_raw(std::string_view text);
  // A line (or several) for people. Everything before it is flushed first, so that the two streams
  // keep their order on one terminal.
  void message(std::string_view text);
  // A message of how the work goes on; none after be_quiet().
  void note(std::string_view text);
  // For -q: what is not a result, a warning or an error is not said from now on.
  void be_quiet() { is_quiet_ = true; }
  // A message that something is not as it should be, and that the work goes on: "warning: ...".
  void warning(std::string_view text);
  // What a warning begins with from now on; a hamlet script says "(Warn) ".
  void begin_warnings_with(std::string words) { warning_words_ = std::move(words); }
  // The status lines from now on; none removes them. Ignored without live_status.
  void status(std::vector<std::string> lines);
  void flush();

  // From now on nothing here waits for whoever reads standard output or standard error. The loop
  // must outlive this.
  void stop_waiting(sys::EventLoop& loop);
  // After stop_waiting(): how many lines of the log have been written is kept in that file, the
  // first one as `from` + 1.
  void count_log_lines(std::unique_ptr<sys::CountFile> file, std::uint64_t from);
  // Undoes it, once everything is written.
  void wait_again();
  // Called on the loop, soon after something was written; replaces the one before, may be empty.
  void on_progress(std::function<void()> handler) { on_progress_ = std::move(handler); }
  // False while the reader is so far behind that whoever can should hold back. A soft limit:
  // what is printed nevertheless is kept.
  [[nodiscard]] bool has_room() const;
  // Whether everything was written, or is lost.
  [[nodiscard]] bool is_all_written() const;
  // Blocks until it is, or the patience is over.
  void wait_until_written(Duration patience);
  // Lines of the result that are not written yet.
  [[nodiscard]] std::size_t unwritten_lines() const;

  [[nodiscard]] bool shows_status() const { return options_.live_status; }
  [[nodiscard]] std::string bold(std::string_view text) const;
  [[nodiscard]] std::string red(std::string_view text) const;
  // Lines of the result that could not be written (closed pipe, full disk), and why.
  [[nodiscard]] std::size_t lost_lines() const;
  [[nodiscard]] std::string lost_why() const;

 private:
  void erase_status();
  void draw_status();
  void write(int descriptor, const std::string& text);
  void add_line(std::string_view line);
  [[nodiscard]] std::string painted(std::string_view text, const char* code) const;

  Options options_;
  bool is_quiet_ = false;
  std::string warning_words_ = "warning: ";
  std::string pending_;                        // Of standard output.
  std::size_t pending_lines_ = 0;              // In pending_.
  std::vector<std::size_t> pending_log_ends_;  // Where lines of the log end in it.
  std::vector<std::string> status_;
  std::size_t drawn_ = 0;  // Status lines that are on the terminal now.
  std::size_t lost_lines_ = 0;
  std::string lost_why_;
  std::function<void()> on_progress_;
  // After stop_waiting(). One, where both streams end in one place and their order shows; else one
  // each, so that messages come through while the result's reader stalls.
  std::shared_ptr<sys::BackgroundWriter> output_writer_;
  std::shared_ptr<sys::BackgroundWriter> message_writer_;
  std::size_t dropped_messages_ = 0;
};

// Text that cannot move a terminal's cursor, change its title or ring: control characters become
// \xNN, but tabs and colour sequences (ESC [ ... m) stay.
[[nodiscard]] std::string without_control_characters(std::string_view text);

}  // namespace runtask::cli
