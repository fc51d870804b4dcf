#include "sys/background_writer.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "sys/programs.h"
#include "sys/signals_blocked.h"

namespace runtask::sys {
namespace {

// POSIX: a write of at most PIPE_BUF bytes to a pipe happens whole or not at all; so what is left
// when a reader stalls can be told exactly.
constexpr std::size_t kPieceBytes = PIPE_BUF;
// What is written goes only when its whole chunk is, so a chunk does not grow for ever.
constexpr std::size_t kChunkBytes = 64U << 10U;

std::size_t lines_in(std::string_view bytes) {
  return static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
}

// Until a piece fits into the pipe, or the reader is gone. Whatever else keeps it from being
// written, the write will tell.
void wait_for_room(int descriptor) {
  constexpr int kForEver = -1;
  pollfd wanted{descriptor, POLLOUT, 0};
  while (::poll(&wanted, 1, kForEver) < 0 && errno == EINTR) {
  }
}

}  // namespace

struct BackgroundWriter::State : std::enable_shared_from_this<State> {
  struct Chunk {
    int descriptor;
    std::string bytes;
    std::size_t written = 0;
    std::deque<std::size_t> ends;  // Of records that count, in `bytes`.
  };
  struct Piece {
    int descriptor = -1;
    std::array<char, kPieceBytes> bytes{};
    std::size_t size = 0;
    std::size_t records = 0;  // That end in it.
    [[nodiscard]] std::string_view text() const { return {bytes.data(), size}; }
  };
  struct Descriptor {
    std::size_t queued_lines = 0;
    std::size_t lost_lines = 0;
    std::optional<std::string> failure;
  };

  // ---- On the thread

  void write_until_closed() {
    std::unique_lock lock(mutex);
    for (;;) {
      work.wait(lock, [this] { return is_closed || !chunks.empty(); });
      if (is_closed) return;
      take_piece();
      const bool is_lost = descriptors[piece.descriptor].failure.has_value();
      std::string why;
      lock.unlock();
      const bool is_written = !is_lost && write_piece(why);
      lock.lock();
      account(is_written, std::move(why));
    }
  }

  // Nothing stands between a write and its count, so that a kill hardly ever comes between them. A
  // reader that stalls is waited for before the write and not in it: a write that is held up may
  // still happen when its process has been killed already.
  bool write_piece(std::string& why) {
    const bool counts = piece.records > 0 && count_file;
    if (counts) wait_for_room(piece.descriptor);
    if (!write_all(piece.descriptor, piece.text(), why)) return false;
    if (!counts) return true;
    count += piece.records;
    count_file->set(count);
    return true;
  }

  // Where records count, it ends with one if it can: a kill then cuts none of them in two.
  void take_piece() {
    auto& chunk = chunks.front();
    piece.descriptor = chunk.descriptor;
    piece.size = std::min(kPieceBytes, chunk.bytes.size() - chunk.written);
    piece.records = 0;
    std::size_t end = 0;
    for (; !chunk.ends.empty() && chunk.ends.front() <= chunk.written + piece.size;
         chunk.ends.pop_front()) {
      ++piece.records;
      end = chunk.ends.front();
    }
    if (piece.records > 0) piece.size = end - chunk.written;
    chunk.bytes.copy(piece.bytes.data(), piece.size, chunk.written);
    chunk.written += piece.size;
    if (chunk.written == chunk.bytes.size()) chunks.pop_front();
  }

  void account(bool is_written, std::string why) {
    auto& descriptor = descriptors[piece.descriptor];
    const auto lines = lines_in(piece.text());
    queued -= piece.size;
    descriptor.queued_lines -= lines;
    if (!is_written) {
      descriptor.lost_lines += lines;
      if (!descriptor.failure) descriptor.failure = std::move(why);
    }
    if (queued == 0) all_written.notify_all();
    if (loop == nullptr || is_told) return;
    is_told = true;  // Once per turn of the loop and not once per piece.
    loop->post_from_any_thread([state = shared_from_this()] {
      {
        const std::lock_guard lock(state->mutex);
        state->is_told = false;
      }
      // Set and cleared on this thread only.
      if (state->on_progress) state->on_progress();
    });
  }

  mutable std::mutex mutex;
  std::condition_variable work;
  mutable std::condition_variable all_written;
  std::deque<Chunk> chunks;
  std::map<int, Descriptor> descriptors;
  std::size_t queued = 0;  // With the piece that is being written.
  bool is_closed = false;
  bool is_told = false;  // The loop will call on_progress.
  bool has_thread = false;
  EventLoop* loop = nullptr;
  Piece piece;  // Of the thread alone while `mutex` is free, as are the next two.
  std::unique_ptr<CountFile> count_file;
  std::uint64_t count = 0;
  std::function<void()> on_progress;
};

BackgroundWriter::BackgroundWriter(EventLoop& loop, std::function<void()> on_progress)
    : state_(std::make_shared<State>()) {
  state_->loop = &loop;
  state_->on_progress = std::move(on_progress);
}

BackgroundWriter::~BackgroundWriter() {
  state_->on_progress = nullptr;
  const std::lock_guard lock(state_->mutex);
  state_->is_closed = true;
  state_->loop = nullptr;
  state_->work.notify_all();
}

void BackgroundWriter::count_records(std::unique_ptr<CountFile> file, std::uint64_t from) {
  const std::lock_guard lock(state_->mutex);
  state_->count_file = std::move(file);
  state_->count = from;
}

void BackgroundWriter::write(int descriptor, std::string_view bytes) {
  write(descriptor, bytes, {});
}

void BackgroundWriter::write(int descriptor, std::string_view bytes,
                             const std::vector<std::size_t>& ends) {
  if (bytes.empty()) return;
  const std::lock_guard lock(state_->mutex);
  auto& chunks = state_->chunks;
  if (chunks.empty() || chunks.back().descriptor != descriptor ||
      chunks.back().bytes.size() >= kChunkBytes)
    chunks.push_back({descriptor, {}, 0, {}});
  auto& chunk = chunks.back();
  for (const auto end : ends)
    chunk.ends.push_back(chunk.bytes.size() + end);
  chunk.bytes += bytes;
  state_->queued += bytes.size();
  state_->descriptors[descriptor].queued_lines += lines_in(bytes);
  if (!state_->has_thread) {
    const SignalsBlocked blocked;  // Every signal stays with the thread of the loop.
    try {
      std::thread([state = state_] { state->write_until_closed(); }).detach();
      state_->has_thread = true;
    } catch (const std::system_error&) {
      // No thread to be had: then it has to be written here, whoever waits.
      while (!chunks.empty()) {
        state_->take_piece();
        std::string why;
        const bool is_written = state_->write_piece(why);
        state_->account(is_written, std::move(why));
      }
    }
  }
  state_->work.notify_all();
}

std::size_t BackgroundWriter::queued() const {
  const std::lock_guard lock(state_->mutex);
  return state_->queued;
}

std::size_t BackgroundWriter::queued_lines(int descriptor) const {
  const std::lock_guard lock(state_->mutex);
  return state_->descriptors[descriptor].queued_lines;
}

bool BackgroundWriter::wait_until_written(Duration patience) const {
  std::unique_lock lock(state_->mutex);
  return state_->all_written.wait_for(lock, patience, [this] { return state_->queued == 0; });
}

std::size_t BackgroundWriter::lost_lines(int descriptor) const {
  const std::lock_guard lock(state_->mutex);
  return state_->descriptors[descriptor].lost_lines;
}

std::string BackgroundWriter::lost_why(int descriptor) const {
  const std::lock_guard lock(state_->mutex);
  return state_->descriptors[descriptor].failure.value_or("");
}

bool is_one_place(int descriptor, int other) {
  if (is_terminal(descriptor) && is_terminal(other)) return true;
  struct stat first {};
  struct stat second {};
  return ::fstat(descriptor, &first) == 0 && ::fstat(other, &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

}  // namespace runtask::sys
