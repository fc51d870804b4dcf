#include "aws/silence.h"

#include <gtest/gtest.h>

#include <vector>

#include "sim/sim_loop.h"

namespace runtask::aws {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

class SilenceTest : public testing::Test {
 protected:
  void pass(Duration duration) { loop.run_until(loop.now() + duration); }

  sim::SimLoop loop;
  Lines said;
  Silence silence{loop, "ECS at x", [this](const std::string& text) { said.push_back(text); }};
};

TEST_F(SilenceTest, says_once_what_is_waited_for_and_once_that_it_answers_again) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    silence.sent();
    pass(1s);
    silence.unanswered("connection refused");
    pass(1s);
  }
  EXPECT_EQ(said, Lines{"waiting for ECS at x: connection refused"});
  silence.sent();
  silence.answered();
  EXPECT_EQ(said.back(), "ECS at x answers again");
  pass(1min);
  EXPECT_EQ(said.size(), 2U);
}

TEST_F(SilenceTest, is_told_before_the_first_attempt_has_failed) {
  silence.sent();
  pass(Silence::kSayAfter - 1ms);
  EXPECT_TRUE(said.empty());
  pass(1ms);
  EXPECT_EQ(said, Lines{"waiting for ECS at x: no answer yet"});
}

TEST_F(SilenceTest, whatever_answers_in_time_says_nothing) {
  for (int call = 0; call < 100; ++call) {
    silence.sent();
    pass(3s);
    silence.unanswered("reset");
    silence.sent();
    silence.answered();
  }
  pass(1min);
  EXPECT_TRUE(said.empty());
}

TEST_F(SilenceTest, one_that_is_called_off_is_not_waited_for_and_others_are) {
  silence.sent();
  silence.called_off();
  pass(1min);
  EXPECT_TRUE(said.empty());
  silence.sent();
  silence.sent();
  silence.called_off();
  pass(1min);
  EXPECT_EQ(said.size(), 1U);
}

TEST_F(SilenceTest, an_answer_to_one_call_begins_the_wait_for_the_others_anew) {
  silence.sent();
  silence.sent();
  pass(3s);
  silence.answered();
  pass(3s);
  EXPECT_TRUE(said.empty());
  pass(1s);
  EXPECT_EQ(said.size(), 1U);
}

TEST(Silence, without_anybody_to_tell_is_idle) {
  sim::SimLoop loop;
  Silence silence(loop, "ECS", {});
  silence.sent();
  loop.run_until(loop.now() + 1min);
  silence.unanswered("x");
}

}  // namespace
}  // namespace runtask::aws
