#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sys/count_file.h"
#include "sys/event_loop.h"

// Writes to descriptors on a thread of its own, in the order of the calls, so that a reader who
// stalls (a full pipe, a terminal after Ctrl-S) holds up that thread and nobody else.
//
// Why a thread: O_NONBLOCK belongs to the open file, which the shell and other programs share, and
// would change it for them too. Writing on the loop when poll() says so would still block: poll()
// promises a terminal room for one byte, and a pipe that others write to as well nothing at all.
// Blocking writes on a thread are right for every kind of file.

namespace runtask::sys {

class BackgroundWriter {
 public:
  // `on_progress` is called on the loop, soon after something was written (or given up); may be
  // empty. It does not keep the loop running. The loop must outlive the writer.
  BackgroundWriter(EventLoop& loop, std::function<void()> on_progress);
  // Waits for nothing: what is not written yet is dropped. A thread that is held up in a write is
  // left behind; it touches nothing of ours any more.
  ~BackgroundWriter();
  BackgroundWriter(const BackgroundWriter&) = delete;
  BackgroundWriter& operator=(const BackgroundWriter&) = delete;

  // Takes the bytes, never waits. There is no limit here: whoever writes much looks at queued().
  // After a failure (closed pipe, full disk) whatever is written to that descriptor is lost.
  void write(int descriptor, std::string_view bytes);
  // The same for bytes some of whose records count: `ends` are where they end, rising. As soon as a
  // record is written, and before anything else is, the count says so.
  void write(int descriptor, std::string_view bytes, const std::vector<std::size_t>& ends);
  // Where records are counted from now on, the first one as `from` + 1. Before any is written.
  void count_records(std::unique_ptr<CountFile> file, std::uint64_t from);

  // Bytes that are not written yet.
  [[nodiscard]] std::size_t queued() const;
  // Lines (newlines) of that descriptor that are not written yet. Exact for pipes and files.
  [[nodiscard]] std::size_t queued_lines(int descriptor) const;
  // Blocks until everything is written or lost, or the patience is over: false.
  [[nodiscard]] bool wait_until_written(Duration patience) const;

  // Lines of that descriptor that could not be written, and why.
  [[nodiscard]] std::size_t lost_lines(int descriptor) const;
  [[nodiscard]] std::string lost_why(int descriptor) const;

 private:
  struct State;
  // Shared with the thread, which may outlive the writer.
  std::shared_ptr<State> state_;
};

// Whether what is written to both ends up in one place: the same file or pipe, or two terminals.
[[nodiscard]] bool is_one_place(int descriptor, int other);

}  // namespace runtask::sys
