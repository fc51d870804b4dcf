#include "sys/event_loop.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "sys/scratch.h"

namespace runtask::sys {
namespace {

using std::chrono::milliseconds;

// Two ends of a stream, closed with the object.
struct Ends {
  Ends() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0); }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
  ~Ends() {
    ::close(ends[0]);
    if (ends[1] >= 0) ::close(ends[1]);
  }
  void say(const std::string& text) const {
    EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  [[nodiscard]] std::string hear(std::size_t bytes) const {
    std::string text(bytes, '\0');
    const auto size = ::read(ends[0], text.data(), text.size());
    return text.substr(0, size > 0 ? static_cast<std::size_t>(size) : 0);
  }
  std::array<int, 2> ends{};
};

TEST(EventLoop, runs_what_is_posted_in_order_and_after_the_present_handler) {
  EventLoop loop;
  std::string order;
  loop.post([&] {
    loop.post([&] { order += "c"; });
    order += "a";
  });
  loop.post([&] { order += "b"; });
  loop.run();
  EXPECT_EQ(order, "abc");
}

TEST(EventLoop, ends_by_itself_when_nothing_can_happen_and_runs_again) {
  EventLoop loop;
  int calls = 0;
  loop.run();
  loop.post([&] { ++calls; });
  loop.run();
  loop.post([&] { ++calls; });
  loop.run();
  EXPECT_EQ(calls, 2);
}

TEST(EventLoop, stop_leaves_the_rest_for_the_next_run) {
  EventLoop loop;
  std::string order;
  loop.post([&] {
    order += "a";
    loop.stop();
  });
  loop.post([&] { order += "b"; });
  loop.run();
  EXPECT_EQ(order, "a");
  loop.run();
  EXPECT_EQ(order, "ab");
}

TEST(EventLoop, timers_come_in_the_order_of_their_time_and_not_too_early) {
  EventLoop loop;
  std::string order;
  const auto begin = loop.now();
  const auto late = loop.after(milliseconds(20), [&] { order += "c"; });
  const auto early = loop.after(milliseconds(10), [&] { order += "b"; });
  const auto soon = loop.after(milliseconds(0), [&] { order += "a"; });
  const auto past = loop.after(milliseconds(-5), [&] { order += "a"; });
  loop.run();
  EXPECT_EQ(order, "aabc");
  EXPECT_GE(loop.now() - begin, milliseconds(20));
}

TEST(EventLoop, a_timer_called_off_is_never_called_and_keeps_nothing_running) {
  EventLoop loop;
  auto token = std::make_shared<int>(0);
  auto timer = loop.after(std::chrono::hours(1), [token] { ++*token; });
  timer.reset();
  EXPECT_EQ(token.use_count(), 1) << "what the handler held is let go at once";
  loop.run();
  EXPECT_EQ(*token, 0);
}

TEST(EventLoop, called_off_holds_even_when_the_time_has_come_already) {
  EventLoop loop;
  std::vector<PendingPtr> timers(2);
  int calls = 0;
  // Both are due at once; whichever comes first calls off the other, whose completion is queued.
  for (std::size_t i = 0; i < timers.size(); ++i) {
    timers[i] = loop.after(milliseconds(1), [&, i] {
      ++calls;
      timers[1 - i].reset();
    });
  }
  std::this_thread::sleep_for(milliseconds(5));
  loop.run();
  EXPECT_EQ(calls, 1);
  for (std::size_t i = 0; i < timers.size(); ++i) {
    timers[i] = loop.after(milliseconds(0), [&, i] {
      ++calls;
      timers[1 - i].reset();
    });
  }
  loop.run();
  EXPECT_EQ(calls, 2);
}

TEST(EventLoop, a_handler_may_destroy_its_own_pending) {
  EventLoop loop;
  PendingPtr timer;
  PendingPtr watch;
  Ends ends;
  const std::string witness(100, 'x');  // On the heap: a freed handler would show.
  std::string seen;
  timer = loop.after(milliseconds(1), [&, witness] {
    timer.reset();
    seen += witness;
  });
  watch = loop.when_readable(ends.ends[0], [&, witness] {
    watch.reset();
    seen += witness;
  });
  ends.say("x");
  loop.run();
  EXPECT_EQ(seen, witness + witness);
}

TEST(EventLoop, a_watch_is_called_as_long_as_there_is_something_to_read) {
  EventLoop loop;
  Ends ends;
  std::string heard;
  PendingPtr watch = loop.when_readable(ends.ends[0], [&] {
    heard += ends.hear(1) + ".";
    if (heard.size() == 6) watch.reset();
  });
  ends.say("abc");
  loop.run();
  EXPECT_EQ(heard, "a.b.c.");
}

TEST(EventLoop, one_descriptor_can_be_watched_for_both) {
  EventLoop loop;
  Ends ends;
  bool readable = false;
  bool writable = false;
  PendingPtr reads;
  PendingPtr writes;
  const auto both = [&] {
    if (readable && writable) loop.stop();
  };
  reads = loop.when_readable(ends.ends[0], [&] {
    readable = true;
    both();
  });
  writes = loop.when_writable(ends.ends[0], [&] {
    writable = true;
    ends.say("x");
    writes.reset();
    both();
  });
  loop.run();
  EXPECT_TRUE(readable && writable);
}

TEST(EventLoop, the_end_of_a_stream_is_readable) {
  EventLoop loop;
  Ends ends;
  int calls = 0;
  PendingPtr watch = loop.when_readable(ends.ends[0], [&] {
    ++calls;
    watch.reset();
  });
  ::close(ends.ends[1]);
  ends.ends[1] = -1;
  loop.run();
  EXPECT_EQ(calls, 1);
}

TEST(EventLoop, a_descriptor_number_can_be_closed_and_used_again_after_the_watch) {
  EventLoop loop;
  for (int round = 0; round < 3; ++round) {
    Ends ends;
    bool called = false;
    PendingPtr watch = loop.when_readable(ends.ends[0], [&] {
      called = true;
      watch.reset();
    });
    ends.say("x");
    loop.run();
    EXPECT_TRUE(called) << round;
  }
}

TEST(EventLoop, a_regular_file_is_always_ready_and_does_not_starve_the_others) {
  EventLoop loop;
  Scratch scratch;
  const int file = ::open((scratch / "file").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(file, 0);
  int calls = 0;
  PendingPtr watch = loop.when_readable(file, [&] { ++calls; });
  const auto end = loop.after(milliseconds(5), [&] { watch.reset(); });
  loop.run();
  EXPECT_GE(calls, 2);
  ::close(file);
}

TEST(EventLoop, every_delivery_of_a_signal_is_handled_until_called_off) {
  EventLoop loop;
  int calls = 0;
  PendingPtr watch = loop.on_signal(SIGUSR1, [&] {
    if (++calls < 3) {
      ::raise(SIGUSR1);
    } else {
      watch.reset();
    }
  });
  ::raise(SIGUSR1);
  loop.run();
  EXPECT_EQ(calls, 3);
  struct sigaction action {};
  ASSERT_EQ(::sigaction(SIGUSR1, nullptr, &action), 0);
  EXPECT_EQ(action.sa_handler, SIG_DFL);
}

TEST(EventLoop, another_thread_may_post) {
  EventLoop loop;
  const auto limit = loop.after(std::chrono::seconds(30), [&] { loop.stop(); });
  const auto mine = std::this_thread::get_id();
  std::thread::id seen;
  std::thread other([&] {
    loop.post_from_any_thread([&] {
      seen = std::this_thread::get_id();
      loop.stop();
    });
  });
  loop.run();
  other.join();
  EXPECT_EQ(seen, mine);
}

TEST(EventLoop, starts_near_zero_and_knows_the_wall_time) {
  EventLoop loop;
  EXPECT_LT(loop.now(), std::chrono::seconds(5));
  const auto difference = loop.wall_now() - std::chrono::system_clock::now();
  EXPECT_LT(std::chrono::abs(difference), std::chrono::seconds(5));
}

}  // namespace
}  // namespace runtask::sys
