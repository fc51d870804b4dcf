#include "aws/cached_credentials.h"

#include <gtest/gtest.h>

#include <deque>

#include "sim/sim_loop.h"

namespace runtask::aws {
namespace {

using namespace std::chrono_literals;

// Gives what the test put in, after a while; it is the real ones' twin.
class ScriptedCredentials final : public CredentialsProvider {
 public:
  explicit ScriptedCredentials(sys::Loop& loop) : loop_(loop) {}
  [[nodiscard]] sys::PendingPtr get(Done done) override {
    ++fetches;
    return loop_.after(delay, [this, done = std::move(done)] {
      if (answers.empty()) return done(fail(Code::kUnavailable, "out of answers"));
      const auto answer = answers.front();
      answers.pop_front();
      done(answer);
    });
  }
  [[nodiscard]] bool refuse(const ecs::SigningKeys& keys) override {
    refused = keys.access_key_id;
    return true;
  }

  std::deque<Result<Credentials>> answers;
  Duration delay = 100ms;
  int fetches = 0;
  std::string refused;

 private:
  sys::Loop& loop_;
};

class CachedCredentialsTest : public testing::Test {
 protected:
  CachedCredentialsTest() {
    auto owned = std::make_unique<ScriptedCredentials>(loop);
    inner = owned.get();
    cache = std::make_unique<CachedCredentials>(loop, std::move(owned));
  }
  void will_give(std::string id, Duration life) {
    inner->answers.emplace_back(
        Credentials{{std::move(id), Secret("s"), Secret("t")}, loop.wall_now() + life, "x"});
  }
  void will_fail() { inner->answers.emplace_back(fail(Code::kUnavailable, "no luck")); }
  // The id of the keys given, or the error's message; time passes until it is there.
  std::string get() {
    std::string got = "nothing";
    bool is_inside = true;
    const auto pending = cache->get([&](Result<Credentials> result) {
      EXPECT_FALSE(is_inside);
      EXPECT_EQ(got, "nothing") << "answered twice";
      got = result ? result->keys.access_key_id : result.error().message;
      loop.stop();
    });
    is_inside = false;
    loop.run();
    return got;
  }

  sim::SimLoop loop;
  ScriptedCredentials* inner = nullptr;
  std::unique_ptr<CachedCredentials> cache;
};

TEST_F(CachedCredentialsTest, keys_are_fetched_once_and_then_kept) {
  will_give("A", 1h);
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(loop.now(), 100ms);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(get(), "A");
  EXPECT_EQ(loop.now(), 100ms) << "no more waiting";
  EXPECT_EQ(inner->fetches, 1);
}

TEST_F(CachedCredentialsTest, keys_without_an_end_are_kept_for_ever) {
  inner->answers.emplace_back(Credentials{{"A", Secret("s"), {}}, {}, "x"});
  EXPECT_EQ(get(), "A");
  loop.run_for(1000h);
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(inner->fetches, 1);
}

TEST_F(CachedCredentialsTest, many_that_wait_share_one_fetch) {
  will_give("A", 1h);
  std::vector<std::string> got;
  std::vector<sys::PendingPtr> pending;
  for (int i = 0; i < 3; ++i)
    pending.push_back(cache->get([&, i](Result<Credentials> keys) {
      got.push_back(keys->keys.access_key_id + std::to_string(i));
    }));
  pending[1].reset();
  loop.run();
  EXPECT_EQ(got, (std::vector<std::string>{"A0", "A2"})) << "one was called off";
  EXPECT_EQ(inner->fetches, 1);
}

TEST_F(CachedCredentialsTest, newer_keys_are_fetched_in_the_background_before_the_old_ones_end) {
  will_give("A", 1h);
  EXPECT_EQ(get(), "A");
  loop.run_for(44min);
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(inner->fetches, 1) << "early enough";
  loop.run_for(2min);
  will_give("B", 1h);
  const auto before = loop.now();
  EXPECT_EQ(get(), "A") << "the old ones are still good";
  EXPECT_EQ(loop.now(), before) << "nobody waits";
  EXPECT_EQ(inner->fetches, 2);
  loop.run_for(1s);
  EXPECT_EQ(get(), "B");
  EXPECT_EQ(inner->fetches, 2);
}

TEST_F(CachedCredentialsTest, short_lives_are_not_refreshed_all_the_time) {
  will_give("A", 15min);
  EXPECT_EQ(get(), "A");
  loop.run_for(11min);
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(inner->fetches, 1);
}

TEST_F(CachedCredentialsTest, while_the_refresh_fails_the_old_keys_are_given_until_they_end) {
  will_give("A", 1h);
  EXPECT_EQ(get(), "A");
  loop.run_for(50min);
  will_fail();
  EXPECT_EQ(get(), "A");
  loop.run_for(1s);
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(get(), "A");
  EXPECT_EQ(inner->fetches, 2) << "not more often than once a minute";
  loop.run_for(1min);
  will_fail();
  EXPECT_EQ(get(), "A");
  loop.run_for(1s);
  EXPECT_EQ(inner->fetches, 3);
  loop.run_for(10min);
  will_fail();
  EXPECT_EQ(get(), "no luck") << "they have ended";
  will_give("B", 1h);
  EXPECT_EQ(get(), "B") << "at once";
}

TEST_F(CachedCredentialsTest, keys_that_end_within_a_minute_are_waited_for) {
  will_give("A", 1h);
  EXPECT_EQ(get(), "A");
  loop.run_for(59min + 10s);
  will_give("B", 1h);
  EXPECT_EQ(get(), "B");
}

TEST_F(CachedCredentialsTest, a_failure_reaches_all_that_wait_and_is_not_kept) {
  will_fail();
  EXPECT_EQ(get(), "no luck");
  will_give("A", 1h);
  EXPECT_EQ(get(), "A");
}

TEST_F(CachedCredentialsTest, refused_keys_are_never_given_again) {
  will_give("A", 1h);
  EXPECT_EQ(get(), "A");
  EXPECT_TRUE(cache->refuse({"A", Secret("s"), Secret("t")}));
  EXPECT_EQ(inner->refused, "A");
  will_give("B", 1h);
  EXPECT_EQ(get(), "B");
  EXPECT_TRUE(cache->refuse({"A", Secret("s"), Secret("t")}));
  EXPECT_EQ(get(), "B") << "the newer ones were not meant";
  EXPECT_EQ(inner->fetches, 2);
}

TEST_F(CachedCredentialsTest, a_source_that_gives_old_keys_is_asked_once_a_minute) {
  // EC2: while its own refresh fails, the metadata service goes on giving keys that have ended.
  for (int i = 0; i < 2; ++i)
    will_give("A", -5min);
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(inner->fetches, 1);
  loop.run_for(61s);
  EXPECT_EQ(get(), "A");
  EXPECT_EQ(inner->fetches, 2);
}

TEST_F(CachedCredentialsTest, an_answer_may_destroy_the_provider) {
  will_give("A", 1h);
  std::vector<sys::PendingPtr> pending(3);
  int answers = 0;
  for (auto& one : pending)
    one = cache->get([&](const Result<Credentials>&) {
      ++answers;
      for (auto& other : pending)
        other.reset();
      cache.reset();
    });
  loop.run();
  EXPECT_EQ(answers, 1);
}

TEST_F(CachedCredentialsTest, whoever_asks_from_inside_an_answer_waits_for_the_next_fetch) {
  will_fail();
  will_give("A", 1h);
  std::string second;
  sys::PendingPtr again;
  const auto first = cache->get([&](const Result<Credentials>& result) {
    EXPECT_FALSE(result);
    again = cache->get([&](const Result<Credentials>& other) {
      second = other ? other->keys.access_key_id : "failed";
    });
    EXPECT_EQ(second, "");
  });
  loop.run();
  EXPECT_EQ(second, "A");
}

}  // namespace
}  // namespace runtask::aws
