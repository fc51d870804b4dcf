#include "groovy/baton.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "groovy/text_host.h"

namespace runtask::groovy {
namespace {

// Three branches that sleep 10, 20 and 30 ms, three times each, and one that is never woken. Time
// is virtual: it moves only when no branch can run.
std::string play() {
  std::string log;
  std::multimap<int, Baton::Wake> timers;
  int now = 0;
  Baton baton;
  const auto sleep_three_times = [&](int branch) {
    for (int step = 0; step < 3; ++step) {
      log += std::to_string(branch) + "@" + std::to_string(now) + " ";
      baton.wait([&](Baton::Wake wake) { timers.emplace(now + 10 * branch, std::move(wake)); });
    }
  };
  for (int branch = 1; branch <= 3; ++branch)
    EXPECT_TRUE(baton.spawn([&, branch] { sleep_three_times(branch); }));
  EXPECT_TRUE(baton.spawn([&] { baton.wait([](const Baton::Wake&) {}); }));
  for (baton.run_ready(); !timers.empty(); baton.run_ready()) {
    const auto next = timers.begin();
    now = next->first;
    const auto wake = next->second;
    timers.erase(next);
    wake();
  }
  EXPECT_EQ(baton.running(), 1U);
  return log;
}

TEST(Baton, runs_branches_one_at_a_time_in_an_order_that_repeats) {
  const std::string first = play();
  EXPECT_EQ(first, "1@0 2@0 3@0 1@10 2@20 1@20 3@30 2@40 3@60 ");
  for (int i = 0; i < 20; ++i)
    ASSERT_EQ(play(), first);
}

TEST(Baton, stops_a_branch_that_nobody_wakes) {
  bool unwound = false;
  {
    Baton baton;
    ASSERT_TRUE(baton.spawn([&] {
      const auto on_unwind = std::shared_ptr<void>(nullptr, [&](void*) { unwound = true; });
      baton.wait([](const Baton::Wake&) {});
    }));
    baton.run_ready();
    EXPECT_FALSE(unwound);
  }
  EXPECT_TRUE(unwound);
}

TEST(Baton, a_wake_that_comes_twice_counts_once) {
  Baton baton;
  Baton::Wake late;
  int turns = 0;
  ASSERT_TRUE(baton.spawn([&] {
    baton.wait([&](Baton::Wake wake) { late = std::move(wake); });
    ++turns;
    baton.wait([](const Baton::Wake&) {});
    ++turns;
  }));
  baton.run_ready();
  late();
  late();
  baton.run_ready();
  EXPECT_EQ(turns, 1);
}

// Two branches of one build: each has a fiber of its own, and steps that wait.
TEST(Baton, branches_of_a_script_wait_inside_host_functions) {
  struct Waiter : TextHost {
    std::optional<Outcome> call(Call& call) override {
      if (call.name != "pause") return std::nullopt;
      baton.yield();
      return Outcome(Value());
    }
    Baton baton;
  } host;
  const auto parsed = parse(
      "def shared = []\nreturn [{ 3.times { shared << \"a$it\"; pause() } }, "
      "{ 3.times { shared << \"b$it\"; pause() } }, { shared.join(' ') }]",
      "test");
  ASSERT_TRUE(parsed.can_run());
  Interpreter interpreter(host);
  Fiber fiber(interpreter);
  const auto closures = fiber.run(interpreter.add(parsed.unit));
  ASSERT_TRUE(closures);
  const Values items = closures->as<List>().items;
  for (int branch = 0; branch < 2; ++branch)
    ASSERT_TRUE(host.baton.spawn([&interpreter, &items, branch] {
      Fiber own(interpreter);
      EXPECT_TRUE(own.invoke(items[static_cast<std::size_t>(branch)], {}));
    }));
  host.baton.run_ready();
  EXPECT_EQ(host.baton.running(), 0U);
  EXPECT_EQ(*fiber.text(*fiber.invoke(items[2], {})), "a0 b0 a1 b1 a2 b2");
}

TEST(Baton, a_recursion_without_end_in_a_branch_is_an_error_there) {
  TextHost host;
  const auto parsed = parse("def f(x) { 1 + f([x].collect { it }[0]) }\nreturn { f(1) }", "test");
  Limits limits;
  limits.call_depth_max = 1'000'000;  // So that the stack is what ends it.
  Interpreter interpreter(host, limits);
  Fiber fiber(interpreter);
  const auto closure = fiber.run(interpreter.add(parsed.unit));
  ASSERT_TRUE(closure);
  Baton baton;
  ASSERT_TRUE(baton.spawn([&] {
    Fiber own(interpreter);
    const auto outcome = own.invoke(*closure, {});
    ASSERT_FALSE(outcome);
    ASSERT_TRUE(outcome.error().abort);
    EXPECT_EQ(outcome.error().abort->message, "calls are nested too deeply");
  }));
  baton.run_ready();
  EXPECT_EQ(baton.running(), 0U);
}

}  // namespace
}  // namespace runtask::groovy
