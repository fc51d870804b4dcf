#include "sys/background_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <csignal>
#include <string>
#include <thread>

#include "sys/files.h"
#include "sys/scratch.h"

namespace runtask::sys {
namespace {

using std::chrono::seconds;

constexpr Duration kPatience = seconds(20);

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }
  ~Pipe() {
    close_reader();
    ::close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] int writer() const { return ends_[1]; }
  void close_reader() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }
  // Reads exactly that much, however long it takes to come.
  [[nodiscard]] std::string read(std::size_t bytes) const {
    std::string text;
    std::array<char, 4096> buffer{};
    while (text.size() < bytes) {
      const auto size =
          ::read(ends_[0], buffer.data(), std::min(buffer.size(), bytes - text.size()));
      if (size <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return text;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

// More than any pipe holds by default.
std::string many_lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += "line " + std::to_string(i) + " of many, none of them short enough to be free\n";
  return text;
}
std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(BackgroundWriter, writes_everything_in_order_and_tells_the_loop) {
  EventLoop loop;
  Scratch scratch;
  const int file = ::open((scratch / "file").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const int same = ::dup(file);  // As 1 and 2 of `> file 2>&1`.
  BackgroundWriter* writing = nullptr;
  BackgroundWriter writer(loop, [&] {
    if (writing->queued() == 0) loop.stop();
  });
  writing = &writer;
  std::string expected;
  for (int i = 0; i < 2000; ++i) {
    const auto line = std::to_string(i) + "\n";
    writer.write(i % 3 == 0 ? same : file, line);
    expected += line;
  }
  const auto limit = loop.after(kPatience, [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(writer.queued(), 0U);
  EXPECT_EQ(writer.queued_lines(file), 0U);
  std::string found(expected.size() + 1, '\0');
  EXPECT_EQ(::pread(file, found.data(), found.size(), 0), static_cast<ssize_t>(expected.size()));
  found.pop_back();
  EXPECT_EQ(found, expected);
  ::close(file);
  ::close(same);
}

TEST(BackgroundWriter, a_reader_that_stalls_holds_up_nobody_and_gets_everything_later) {
  EventLoop loop;
  Pipe pipe;
  BackgroundWriter writer(loop, {});
  const auto text = many_lines(20'000);
  for (std::size_t at = 0; at < text.size(); at += 1000)
    writer.write(pipe.writer(), std::string_view(text).substr(at, 1000));
  EXPECT_FALSE(writer.wait_until_written(Duration(1)));
  EXPECT_GT(writer.queued(), 0U);
  EXPECT_EQ(pipe.read(text.size()), text);
  EXPECT_TRUE(writer.wait_until_written(kPatience));
  EXPECT_EQ(writer.queued_lines(pipe.writer()), 0U);
  EXPECT_EQ(writer.lost_lines(pipe.writer()), 0U);
}

// Until the pipe is full and nothing changes any more.
std::size_t fill(const BackgroundWriter& writer, const Pipe& pipe, const std::string& text) {
  const auto capacity = static_cast<std::size_t>(::fcntl(pipe.writer(), F_GETPIPE_SZ));
  while (text.size() - writer.queued() < capacity)
    std::this_thread::yield();
  return capacity;
}

TEST(BackgroundWriter, knows_exactly_how_many_lines_a_stalled_reader_has_not_got) {
  EventLoop loop;
  Pipe pipe;
  const auto text = many_lines(20'000);
  BackgroundWriter writer(loop, {});
  writer.write(pipe.writer(), text);
  const auto size = fill(writer, pipe, text);
  const auto left = writer.queued_lines(pipe.writer());
  const auto got = pipe.read(size);
  EXPECT_EQ(lines_in(got) + left, 20'000U);
  // Room again: the rest follows.
  EXPECT_EQ(got + pipe.read(text.size() - got.size()), text);
  EXPECT_TRUE(writer.wait_until_written(kPatience));
}

TEST(BackgroundWriter, destroyed_while_a_reader_stalls_it_waits_for_nothing) {
  EventLoop loop;
  Pipe pipe;
  int calls = 0;
  const auto text = many_lines(20'000);
  std::size_t size = 0;
  {
    BackgroundWriter writer(loop, [&] { ++calls; });
    writer.write(pipe.writer(), text);
    size = fill(writer, pipe, text);
  }
  // The write that was held up is the last one.
  EXPECT_EQ(pipe.read(size + PIPE_BUF), text.substr(0, size + PIPE_BUF));
  const auto soon = loop.after(Duration(1), [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(calls, 0);  // Nobody is told any more.
}

TEST(BackgroundWriter, counts_what_is_lost_when_the_reader_goes_away_and_says_why) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  EventLoop loop;
  Pipe gone, other;
  gone.close_reader();
  BackgroundWriter writer(loop, {});
  writer.write(gone.writer(), "one\ntwo\n");
  writer.write(other.writer(), "here\n");
  writer.write(gone.writer(), "three\n");
  EXPECT_TRUE(writer.wait_until_written(kPatience));
  EXPECT_EQ(writer.lost_lines(gone.writer()), 3U);
  EXPECT_EQ(writer.lost_why(gone.writer()), "Broken pipe");
  EXPECT_EQ(writer.queued_lines(gone.writer()), 0U);
  EXPECT_EQ(writer.lost_lines(other.writer()), 0U);
  EXPECT_EQ(other.read(5), "here\n");
}

TEST(BackgroundWriter, leaves_the_flags_of_the_open_file_alone) {
  EventLoop loop;
  Pipe pipe;
  const int before = ::fcntl(pipe.writer(), F_GETFL);
  BackgroundWriter writer(loop, {});
  const auto text = many_lines(20'000);
  writer.write(pipe.writer(), text);
  (void)fill(writer, pipe, text);
  EXPECT_EQ(::fcntl(pipe.writer(), F_GETFL), before);
  EXPECT_EQ(pipe.read(text.size()), text);
  EXPECT_TRUE(writer.wait_until_written(kPatience));
}

TEST(BackgroundWriter, a_pipe_that_another_program_made_non_blocking_loses_nothing) {
  EventLoop loop;
  Pipe pipe;
  ASSERT_EQ(::fcntl(pipe.writer(), F_SETFL, ::fcntl(pipe.writer(), F_GETFL) | O_NONBLOCK), 0);
  BackgroundWriter writer(loop, {});
  const auto text = many_lines(20'000);
  writer.write(pipe.writer(), text);
  EXPECT_EQ(pipe.read(text.size()), text);
  EXPECT_TRUE(writer.wait_until_written(kPatience));
}

TEST(OnePlace, is_told_by_the_file_and_not_by_the_descriptor) {
  Pipe one, other;
  const int same = ::dup(one.writer());
  EXPECT_TRUE(is_one_place(one.writer(), same));
  EXPECT_FALSE(is_one_place(one.writer(), other.writer()));
  EXPECT_FALSE(is_one_place(one.writer(), -1));
  ::close(same);
}

TEST(BackgroundWriter, counts_the_records_that_are_written_and_no_other) {
  EventLoop loop;
  Scratch scratch;
  const auto path = scratch / "count";
  const auto count = [&] { return std::stoull(SystemFiles().read(path).value_or("0")); };
  Pipe pipe;
  BackgroundWriter writer(loop, {});
  auto file = CountFile::open(path);
  ASSERT_TRUE(file) << file.error().text();
  writer.count_records(*std::move(file), 100);
  writer.write(pipe.writer(), "no record\n");
  writer.write(pipe.writer(), "one\nnone\ntwo\nnone\n", {4, 13});
  ASSERT_TRUE(writer.wait_until_written(kPatience));
  EXPECT_EQ(count(), 102U);
  const std::string begin = "no record\none\nnone\ntwo\nnone\n";
  EXPECT_EQ(pipe.read(begin.size()), begin);

  // Of more than the pipe holds, what the reader has not got is not counted, and no record is cut.
  const std::string record = std::string(999, 'x') + "\n";
  for (int i = 0; i < 500; ++i)
    writer.write(pipe.writer(), record, {record.size()});
  for (int i = 0; i < 500; ++i) {
    EXPECT_EQ(pipe.read(record.size()), record);
    EXPECT_LE(count(), 102U + static_cast<unsigned>(i) + 1 + 64 + 4) << "what the pipe holds";
  }
  ASSERT_TRUE(writer.wait_until_written(kPatience));
  EXPECT_EQ(count(), 602U);

  const std::string large = std::string(10'000, 'y') + "\n";
  writer.write(pipe.writer(), large, {large.size()});
  EXPECT_EQ(pipe.read(large.size()), large) << "a record may be longer than a piece";
  ASSERT_TRUE(writer.wait_until_written(kPatience));
  EXPECT_EQ(count(), 603U);

  pipe.close_reader();
  (void)std::signal(SIGPIPE, SIG_IGN);
  writer.write(pipe.writer(), record, {record.size()});
  ASSERT_TRUE(writer.wait_until_written(kPatience));
  EXPECT_EQ(count(), 603U) << "what is lost is not written";
}

}  // namespace
}  // namespace runtask::sys
