#include "cli/screen.h"

#include "base/text.h"
#include "sys/programs.h"

namespace runtask::cli {
namespace {

constexpr std::size_t kPendingBytesMax = 64U << 10U;
constexpr int kOutput = 1;
constexpr int kMessages = 2;

// The length of a colour sequence at the start of the text, or 0.
std::size_t colour_length(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const auto end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
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
  return options;
}

Screen::~Screen() {
  status_.clear();
  erase_status();
  flush();
}

void Screen::output(std::string_view line) {
  if (options_.escape_output) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    pending_ += without_control_characters(line);
  } else {
    pending_ += line;
  }
  pending_ += '\n';
  ++pending_lines_;
  if (pending_.size() >= kPendingBytesMax) flush();
}

void Screen::output_raw(std::string_view text) {
  pending_ += text;
  ++pending_lines_;
  if (pending_.size() >= kPendingBytesMax) flush();
}

void Screen::message(std::string_view text) {
  flush();
  erase_status();
  std::string why;
  (void)sys::write_all(kMessages, std::string(text) + "\n", why);  // Nowhere left to say it.
  draw_status();
}

void Screen::status(std::vector<std::string> lines) {
  if (!options_.live_status) return;
  flush();
  erase_status();
  status_ = std::move(lines);
  draw_status();
}

void Screen::flush() {
  if (pending_.empty()) return;
  const bool redraw = drawn_ != 0;
  erase_status();
  std::string why;
  if (!sys::write_all(kOutput, pending_, why)) {
    lost_lines_ += pending_lines_;
    lost_why_ = why;
  }
  pending_.clear();
  pending_lines_ = 0;
  if (redraw) draw_status();
}

void Screen::erase_status() {
  if (drawn_ == 0) return;
  std::string why;
  (void)sys::write_all(kMessages, "\x1b[" + std::to_string(drawn_) + "A\r\x1b[J", why);
  drawn_ = 0;
}

void Screen::draw_status() {
  if (status_.empty()) return;
  const auto width = static_cast<std::size_t>(sys::terminal_width(kMessages));
  std::string text;
  for (const auto& line : status_)
    text += line.substr(0, utf8_prefix(line, width > 1 ? width - 1 : 1)) + "\n";
  std::string why;
  (void)sys::write_all(kMessages, text, why);
  drawn_ = status_.size();
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
std::string Screen::green(std::string_view text) const {
  return painted(text, "32");
}

}  // namespace runtask::cli
