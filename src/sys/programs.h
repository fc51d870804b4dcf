#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

// Other programs that this one does not keep: one that goes on in the background by itself, and one
// that takes this one's place. Blocking; before the loop runs.

namespace runtask::sys {

struct Program {
  std::vector<std::string> argv;  // argv[0] with a '/' is a path, else looked up on PATH.
  std::map<std::string, std::string> environment;
};

// The path of the running program itself.
[[nodiscard]] Result<std::string> own_program();

// The directory that this program works in, absolute; "/" when it has none any more.
[[nodiscard]] std::string working_directory();

// Starts a program that outlives this one: a session of its own, working directory "/", standard
// error added to `log_file` (0600), no other descriptor. Waits until the program says that it is
// ready by writing one line to its standard output, and returns that line. kUnavailable with the
// last words of the log file when it ends before; kTimeout when it says nothing within `patience`;
// kDenied, kFull or another code of sys::Files when the log file cannot be written.
[[nodiscard]] Result<std::string> start_in_background(const Program& program,
                                                      const std::string& log_file,
                                                      Duration patience);
// The other side of it: writes the line and lets go of standard output, which becomes /dev/null.
void say_ready(const std::string& line);

// Becomes the other program; returns only when that is not possible.
[[nodiscard]] Error replace_by(const Program& program);

// Sends a signal. kNotFound when there is no such process.
[[nodiscard]] Result<> signal_process(int process_id, int signal);
[[nodiscard]] int own_process_id();
[[nodiscard]] bool process_exists(int process_id);
// Whether the process has the file of that path open; false also when that may not be looked at.
[[nodiscard]] bool has_open(int process_id, const std::string& path);

// Waits for what another process does, by looking every few milliseconds. False when it has not
// come about within `patience`.
[[nodiscard]] bool wait_for(Duration patience, const std::function<bool()>& condition);

// Ends the process at once, without destroying anything.
[[noreturn]] void leave(int exit_code);

// Opens /dev/null on each of the descriptors 0, 1 and 2 that is closed. First thing in main: else a
// socket or a database could land there, and what is printed in it. Standard output cannot be
// written to then: a result that nobody gets must not look like one that somebody has.
void fill_standard_descriptors();

// No core dump of this process, ever: its memory holds keys.
void forbid_core_dumps();

// Whether somebody takes connections on that port of this machine's loopback.
[[nodiscard]] bool is_listened_on(std::uint16_t port);

// Whether a descriptor is a terminal, and how wide; 80 when it does not say.
[[nodiscard]] bool is_terminal(int descriptor);
[[nodiscard]] int terminal_width(int descriptor);
[[nodiscard]] int terminal_height(int descriptor);

// Writes everything, waiting as long as it takes; false when it cannot (closed pipe, full disk),
// with the reason in `why`.
[[nodiscard]] bool write_all(int descriptor, std::string_view bytes, std::string& why);

}  // namespace runtask::sys
