#include "cli/screen.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/text.h"
#include "sys/programs.h"

namespace runtask::cli {
namespace {

constexpr std::size_t kPendingBytesMax = 64U << 10U;
// How far a reader may lag before has_room() says no. Enough for a fast reader never to starve.
constexpr std::size_t kQueueBytesMax = 1U << 20U;
// Messages beyond this are dropped: nobody has read a page of them for a long time.
constexpr std::size_t kMessageQueueBytesMax = 8U << 20U;
// Status lines are not even drawn for a terminal that lags this much.
constexpr std::size_t kStatusQueueBytesMax = 16U << 10U;
// How long a message waits for the lines before it where the two streams go to different places:
// long for a reader who reads, and too short for anybody to notice.
constexpr Duration kOrderPatience{5};
// What is queued last, at the end of the program.
constexpr Duration kLastPatience{200};
constexpr int kOutput = 1;
constexpr int kMessages = 2;

// The length of a colour sequence at the start of the text, or 0.
std::size_t colour_length(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const auto end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

// The same line by line: what was written as several lines is shown as such, whatever their ends.
std::string lines_for_terminal(std::string_view text) {
  std::string shown;
  for (;;) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    shown += without_control_characters(line);
    if (end == std::string_view::npos) return shown;
    shown += '\n';
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string without_control_characters(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    std::size_t length = 1;
    if (const auto colour = colour_length(text); colour != 0) {
      length = colour;
      clean += text.substr(0, colour);
    } else if ((byte < 0x20 && byte != '\t') || byte == 0x7F) {
      clean += "\\x" + hex(std::span(&byte, 1));
    } else if (byte == 0xC2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xA0) {
      length = 2;  // C1 controls, U+0080 to U+009F: some terminals obey them.
      const auto second = static_cast<unsigned char>(text[1]);
      clean += "\\x" + hex(std::span(&second, 1));
    } else {
      clean += text.front();
    }
    text.remove_prefix(length);
  }
  return clean;
}

Screen::Options Screen::options_of_terminal(bool no_color, std::string_view term) {
  Options options;
  const bool able = sys::is_terminal(kMessages) && !term.empty() && term != "dumb" && !no_color;
  options.colour = able;
  options.live_status = able;
  options.escape_output = sys::is_terminal(kOutput);
  options.escape_messages = sys::is_terminal(kMessages);
  return options;
}

Screen::~Screen() {
  status_.clear();
  erase_status();
  flush();
  wait_until_written(kLastPatience);
}

void Screen::output(std::string_view line) {
  add_line(line);
  if (pending_.size() >= kPendingBytesMax) flush();
}

void Screen::output_log_line(std::string_view line) {
  add_line(line);
  pending_log_ends_.push_back(pending_.size());
  if (pending_.size() >= kPendingBytesMax) flush();
}

void Screen::add_line(std::string_view line) {
  pending_ += options_.escape_output ? lines_for_terminal(line) : std::string(line);
  pending_ += '\n';
  ++pending_lines_;
}

void Screen::output_lines(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    output(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
}

void Screen::note(std::string_view text) {
  if (!is_quiet_) message(text);
}

void Screen::warning(std::string_view text) {
  message(warning_words_ + std::string(text));
}

void Screen::output_raw(std::string_view text) {
  pending_ += text;
  ++pending_lines_;
  if (pending_.size() >= kPendingBytesMax) flush();
}

void Screen::message(std::string_view text) {
  flush();
  if (message_writer_ && message_writer_ != output_writer_)
    (void)output_writer_->wait_until_written(kOrderPatience);
  if (message_writer_ && message_writer_->queued() > kMessageQueueBytesMax) {
    ++dropped_messages_;
    return;
  }
  erase_status();
  if (const auto dropped = std::exchange(dropped_messages_, 0); dropped > 0)
    write(kMessages, "(" + std::to_string(dropped) + " messages were not shown)\n");
  write(kMessages,
        (options_.escape_messages ? lines_for_terminal(text) : std::string(text)) + "\n");
  draw_status();
}

void Screen::status(std::vector<std::string> lines) {
  if (!options_.live_status) return;
  flush();
  status_ = std::move(lines);
  if (message_writer_ && message_writer_->queued() > kStatusQueueBytesMax) return;
  erase_status();
  draw_status();
}

void Screen::flush() {
  if (pending_.empty()) return;
  const bool redraw = drawn_ != 0;
  erase_status();
  if (output_writer_) {
    output_writer_->write(kOutput, pending_, pending_log_ends_);
  } else {
    write(kOutput, pending_);
  }
  pending_.clear();
  pending_lines_ = 0;
  pending_log_ends_.clear();
  if (redraw) draw_status();
}

void Screen::erase_status() {
  if (drawn_ == 0) return;
  write(kMessages, "\x1b[" + std::to_string(drawn_) + "A\r\x1b[J");
  drawn_ = 0;
}

void Screen::draw_status() {
  if (status_.empty()) return;
  const auto width = static_cast<std::size_t>(std::max(2, sys::terminal_width(kMessages)));
  const auto height = static_cast<std::size_t>(std::max(3, sys::terminal_height(kMessages)));
  // A line that wrapped, or had left the screen at its top, could not be erased any more; and of a
  // screen that is erased whole tmux keeps a copy. The last lines say most.
  drawn_ = std::min(status_.size(), height - 2);
  std::string text;
  for (auto line = status_.end() - static_cast<std::ptrdiff_t>(drawn_); line != status_.end();
       ++line) {
    const auto shown = without_control_characters(*line);
    text += shown.substr(0, utf8_prefix(shown, width - 1)) + "\n";
  }
  write(kMessages, text);
}

void Screen::write(int descriptor, const std::string& text) {
  if (output_writer_)
    return (descriptor == kOutput ? output_writer_ : message_writer_)->write(descriptor, text);
  std::string why;
  if (sys::write_all(descriptor, text, why) || descriptor != kOutput) return;
  lost_lines_ += pending_lines_;
  lost_why_ = why;
}

void Screen::stop_waiting(sys::EventLoop& loop) {
  if (output_writer_) return;
  flush();
  const auto make = [&] {
    return std::make_shared<sys::BackgroundWriter>(loop, [this] {
      if (const auto handler = on_progress_) handler();  // A copy: it may replace itself.
    });
  };
  output_writer_ = make();
  message_writer_ = sys::is_one_place(kOutput, kMessages) ? output_writer_ : make();
}

void Screen::count_log_lines(std::unique_ptr<sys::CountFile> file, std::uint64_t from) {
  assert(output_writer_ && "only what a thread writes is counted");
  output_writer_->count_records(std::move(file), from);
}

void Screen::wait_again() {
  assert(is_all_written() && "nothing is left to a thread");
  lost_why_ = lost_why();
  lost_lines_ = lost_lines();
  output_writer_.reset();
  message_writer_.reset();
}

bool Screen::has_room() const {
  return !output_writer_ || pending_.size() + output_writer_->queued() < kQueueBytesMax;
}

bool Screen::is_all_written() const {
  return pending_.empty() &&
         (!output_writer_ || (output_writer_->queued() == 0 && message_writer_->queued() == 0));
}

void Screen::wait_until_written(Duration patience) {
  flush();
  if (!output_writer_) return;
  (void)output_writer_->wait_until_written(patience);
  if (message_writer_ != output_writer_) (void)message_writer_->wait_until_written(patience);
}

std::size_t Screen::unwritten_lines() const {
  return pending_lines_ + (output_writer_ ? output_writer_->queued_lines(kOutput) : 0);
}

std::size_t Screen::lost_lines() const {
  return lost_lines_ + (output_writer_ ? output_writer_->lost_lines(kOutput) : 0);
}

std::string Screen::lost_why() const {
  return output_writer_ && lost_why_.empty() ? output_writer_->lost_why(kOutput) : lost_why_;
}

std::string Screen::painted(std::string_view text, const char* code) const {
  if (!options_.colour) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}
std::string Screen::bold(std::string_view text) const {
  return painted(text, "1");
}
std::string Screen::red(std::string_view text) const {
  return painted(text, "31");
}

}  // namespace runtask::cli
