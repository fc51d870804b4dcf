// The simulated twins must keep the same promises as the real things, or what is tested with them
// proves nothing. Each promise here is checked on both.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/sim_files.h"
#include "sim/sim_http.h"
#include "sim/sim_loop.h"
#include "sim/sim_random.h"
#include "sys/event_loop.h"
#include "sys/files.h"
#include "sys/scratch.h"

namespace runtask::sys {
namespace {

template <class LoopType>
class LoopTwins : public ::testing::Test {
 protected:
  LoopType loop_;
};
using Loops = ::testing::Types<EventLoop, sim::SimLoop>;
TYPED_TEST_SUITE(LoopTwins, Loops);

TYPED_TEST(LoopTwins, posts_run_in_order_and_timers_by_their_time) {
  Loop& loop = this->loop_;
  std::string order;
  const auto late = loop.after(Duration(6), [&] { order += "d"; });
  const auto early = loop.after(Duration(3), [&] { order += "c"; });
  loop.post([&] {
    order += "a";
    loop.post([&] { order += "b"; });
  });
  loop.run();
  EXPECT_EQ(order, "abcd");
  EXPECT_GE(loop.now(), Duration(6));
}

TYPED_TEST(LoopTwins, a_timer_called_off_is_never_called_not_even_when_due) {
  Loop& loop = this->loop_;
  std::vector<PendingPtr> timers(2);
  int calls = 0;
  for (std::size_t i = 0; i < timers.size(); ++i) {
    timers[i] = loop.after(Duration(0), [&, i] {
      ++calls;
      timers[1 - i].reset();
      timers[i].reset();
    });
  }
  loop.run();
  EXPECT_EQ(calls, 1);
}

TYPED_TEST(LoopTwins, stop_leaves_the_rest_for_the_next_run) {
  Loop& loop = this->loop_;
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

TYPED_TEST(LoopTwins, a_stop_before_the_run_ends_that_run) {
  Loop& loop = this->loop_;
  bool is_called = false;
  loop.post([&] { is_called = true; });
  loop.stop();
  loop.run();
  EXPECT_FALSE(is_called);
  loop.run();
  EXPECT_TRUE(is_called);
}

TEST(SimLoop, hours_pass_in_no_time_and_wall_time_with_them) {
  sim::SimLoop loop;
  const auto begin = loop.wall_now();
  std::vector<Instant> seen;
  PendingPtr timer;
  const std::function<void()> tick = [&] {
    seen.push_back(loop.now());
    if (seen.size() < 3) timer = loop.after(std::chrono::hours(1), tick);
  };
  loop.post(tick);
  EXPECT_TRUE(loop.run_until(std::chrono::hours(1)));
  EXPECT_EQ(seen.size(), 2U);
  EXPECT_FALSE(loop.is_idle());
  loop.run();
  EXPECT_EQ(seen.back(), std::chrono::hours(2));
  EXPECT_EQ(loop.wall_now() - begin, std::chrono::hours(2));
  EXPECT_TRUE(loop.run_for(Duration(5)));
  EXPECT_EQ(loop.now(), std::chrono::hours(2) + Duration(5));
  EXPECT_TRUE(loop.is_idle());
}

// The two kinds of Files, each with a directory to work in.
struct RealFiles {
  Scratch scratch;
  SystemFiles files;
  std::string root = scratch.path();
};
struct SimulatedFiles {
  sim::SimFiles files;
  std::string root = "/root";
  SimulatedFiles() { EXPECT_TRUE(files.make_directory(root, 0700)); }
};
template <class Kind>
class FilesTwins : public ::testing::Test {
 protected:
  Kind kind_;
};
using FileKinds = ::testing::Types<RealFiles, SimulatedFiles>;
TYPED_TEST_SUITE(FilesTwins, FileKinds);

TYPED_TEST(FilesTwins, what_is_written_is_there_until_removed) {
  Files& files = this->kind_.files;
  const auto& root = this->kind_.root;
  ASSERT_TRUE(files.make_directory(root + "/a/b/", 0700));
  ASSERT_TRUE(files.write(root + "/a/b/file", "one", 0600));
  ASSERT_TRUE(files.write(root + "/a/b/file", "two", 0600));
  ASSERT_TRUE(files.write(root + "/a/other", "x", 0600));
  EXPECT_EQ(files.read(root + "/a/b/file").value_or("?"), "two");
  EXPECT_EQ(files.list(root + "/a").value_or(std::vector<std::string>{}),
            (std::vector<std::string>{"b", "other"}));
  EXPECT_TRUE(files.is_directory(root + "/a/b"));
  EXPECT_FALSE(files.is_directory(root + "/a/other"));
  ASSERT_TRUE(files.remove(root + "/a"));
  EXPECT_FALSE(files.exists(root + "/a/b/file"));
  EXPECT_TRUE(files.remove(root + "/a"));
  EXPECT_TRUE(files.is_directory(root));
}

TYPED_TEST(FilesTwins, entries_say_what_they_are_and_a_link_is_replaced_but_no_file) {
  using Kind = DirectoryEntry::Kind;
  Files& files = this->kind_.files;
  const auto& root = this->kind_.root;
  ASSERT_TRUE(files.make_directory(root + "/d", 0700));
  ASSERT_TRUE(files.write(root + "/f", "x", 0600));
  ASSERT_TRUE(files.make_link("d", root + "/l"));
  ASSERT_TRUE(files.make_link("f", root + "/l"));
  const auto entries = files.entries(root);
  ASSERT_TRUE(entries);
  std::vector<std::pair<std::string, Kind>> seen;
  for (const auto& entry : *entries)
    seen.emplace_back(entry.name, entry.kind);
  EXPECT_EQ(seen, (std::vector<std::pair<std::string, Kind>>{
                      {"d", Kind::kDirectory}, {"f", Kind::kFile}, {"l", Kind::kLink}}));
  const auto over_a_file = files.make_link("d", root + "/f");
  ASSERT_FALSE(over_a_file);
  EXPECT_EQ(over_a_file.error().code, Code::kConflict);
  EXPECT_EQ(files.read(root + "/f").value_or("?"), "x");
  EXPECT_FALSE(files.entries(root + "/none"));
}

TYPED_TEST(FilesTwins, a_rename_takes_all_that_is_below_and_replaces_nothing) {
  Files& files = this->kind_.files;
  const auto& root = this->kind_.root;
  ASSERT_TRUE(files.make_directory(root + "/a/b", 0700));
  ASSERT_TRUE(files.write(root + "/a/b/file", "one", 0600));
  ASSERT_TRUE(files.make_directory(root + "/taken", 0700));
  const auto onto = files.rename(root + "/a", root + "/taken");
  ASSERT_FALSE(onto);
  EXPECT_EQ(onto.error().code, Code::kConflict);
  EXPECT_EQ(onto.error().message,
            "cannot rename " + root + "/a: " + root + "/taken is there already");
  ASSERT_TRUE(files.rename(root + "/a", root + "/taken/c"));
  EXPECT_FALSE(files.exists(root + "/a"));
  EXPECT_EQ(files.read(root + "/taken/c/b/file").value_or("?"), "one");
  const auto missing = files.rename(root + "/a", root + "/d");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  EXPECT_EQ(files.rename(root + "/taken", root + "/none/d").error().code, Code::kNotFound);
}

TYPED_TEST(FilesTwins, what_is_appended_stands_behind_the_rest) {
  Files& files = this->kind_.files;
  const auto path = this->kind_.root + "/file";
  ASSERT_TRUE(files.append(path, "one\n", 0600));
  ASSERT_TRUE(files.append(path, "two\n", 0600));
  EXPECT_EQ(files.read(path).value_or("?"), "one\ntwo\n");
  EXPECT_EQ(files.append(this->kind_.root, "x", 0600).error().code, Code::kUnavailable);
  EXPECT_EQ(files.append(path + "/x", "x", 0600).has_value(), false);
  EXPECT_EQ(files.append(this->kind_.root + "/none/x", "x", 0600).error().code, Code::kNotFound);
}

TYPED_TEST(FilesTwins, errors_are_the_same) {
  Files& files = this->kind_.files;
  const auto& root = this->kind_.root;
  EXPECT_EQ(files.read(root + "/none").error().message,
            "cannot read " + root + "/none: No such file or directory");
  EXPECT_EQ(files.read(root).error().code, Code::kUnavailable);
  EXPECT_EQ(files.write(root + "/none/x", "", 0600).error().code, Code::kNotFound);
  EXPECT_EQ(files.list(root + "/none").error().code, Code::kNotFound);
  ASSERT_TRUE(files.write(root + "/file", "", 0600));
  EXPECT_EQ(files.make_directory(root + "/file", 0700).error().code, Code::kUnavailable);
}

TYPED_TEST(FilesTwins, a_lock_is_held_by_one) {
  Files& files = this->kind_.files;
  const auto path = this->kind_.root + "/lock";
  EXPECT_FALSE(files.is_locked(path));
  auto lock = files.lock(path, Duration(0));
  ASSERT_TRUE(lock);
  EXPECT_TRUE(files.exists(path));
  EXPECT_TRUE(files.is_locked(path));
  EXPECT_EQ(files.lock(path, Duration(0)).error().code, Code::kConflict);
  lock->reset();
  EXPECT_FALSE(files.is_locked(path));
  EXPECT_TRUE(files.lock(path, Duration(0)));
}

TEST(SimFiles, a_broken_disk_takes_nothing_but_is_read) {
  sim::SimFiles files;
  ASSERT_TRUE(files.make_directory("/state/a", 0750));
  ASSERT_TRUE(files.write("/state/a/file", "old", 0640));
  EXPECT_EQ(files.mode("/state/a/file"), 0640U);
  files.break_writes("/state", Code::kFull);
  EXPECT_EQ(files.write("/state/a/file", "new", 0600).error().message,
            "cannot write /state/a/file: No space left on device");
  EXPECT_EQ(files.read("/state/a/file").value_or("?"), "old");
  EXPECT_TRUE(files.write("/statement", "x", 0600)) << "another directory";
  files.break_writes("/state", Code::kDenied);
  EXPECT_EQ(files.make_directory("/state/b", 0700).error().code, Code::kDenied);
  EXPECT_EQ(files.lock("/state/lock", Duration(0)).error().code, Code::kDenied);
  files.repair_writes("/state");
  EXPECT_TRUE(files.write("/state/a/file", "new", 0600));
  files.lock_elsewhere("/state/lock");
  EXPECT_EQ(files.lock("/state/lock", Duration(0)).error().code, Code::kConflict);
}

TEST(SimRandom, is_the_same_for_the_same_seed_only) {
  sim::SimRandom one(7);
  sim::SimRandom same(7);
  sim::SimRandom other(8);
  const auto uuid = one.uuid();
  EXPECT_EQ(uuid, same.uuid());
  EXPECT_NE(uuid, other.uuid());
  EXPECT_NE(uuid, one.uuid());
}

TEST(SimHttp, answers_as_it_was_told_and_remembers) {
  sim::SimLoop loop;
  sim::SimHttp http(loop);
  http.will_answer(200, "first");
  http.will_fail(Code::kUnavailable, "reset", true);
  http.will_stall();
  HttpRequest request;
  request.body = "asked";
  request.timeout = std::chrono::seconds(30);
  std::vector<std::string> heard;
  const auto hear = [&](const HttpResult& got) {
    heard.push_back(got ? got->body : got.error().error.message);
  };
  std::vector<PendingPtr> pending;
  for (int i = 0; i < 4; ++i)
    pending.push_back(http.send(request, hear));
  auto aborted = http.send(request, hear);
  aborted.reset();
  EXPECT_TRUE(heard.empty()) << "never from inside send()";
  loop.run();
  EXPECT_EQ(heard, (std::vector<std::string>{"first", "reset", "nobody answers here",
                                             "no whole answer within the time"}));
  EXPECT_EQ(loop.now(), std::chrono::seconds(30));
  EXPECT_EQ(http.requests().size(), 5U);
  EXPECT_EQ(http.requests()[0].body, "asked");

  http.script([](const HttpRequest& asked) {
    return sim::SimHttp::Answer{HttpReply{201, {}, asked.body}, std::chrono::seconds(5)};
  });
  const auto scripted = http.send(request, hear);
  loop.run();
  EXPECT_EQ(heard.back(), "asked");
  EXPECT_EQ(loop.now(), std::chrono::seconds(35));

  request.silence_max = std::chrono::seconds(5);
  const auto silent = http.send(request, hear);
  loop.run();
  EXPECT_EQ(heard.back(), "no whole answer within the time");
  EXPECT_EQ(loop.now(), std::chrono::seconds(40));
}

}  // namespace
}  // namespace runtask::sys
