#include "jenkins/tree_stop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "sim/sim_files.h"
#include "sim/sim_loop.h"

namespace runtask::jenkins {
namespace {

using testing::ElementsAre;

constexpr Duration kLong = std::chrono::seconds(10);

// This process plays the script: its children are real, its state is what a file says.
class Script final : public sys::Process {
 public:
  [[nodiscard]] int pid() const override { return ::getpid(); }
  void signal(int number) override { signals.push_back(number); }
  void kill_tree() override {}
  void pause_output(bool /*paused*/) override {}
  std::vector<int> signals;
};

class TreeStopTest : public testing::Test {
 protected:
  void be_in_state(char state) {
    ASSERT_TRUE(files_.make_directory(directory_, 0755));
    ASSERT_TRUE(files_.write(directory_ + "/stat", std::string("1 (a ) b) ") + state + " 0", 0644));
  }
  static pid_t start_child() {
    const pid_t child = ::fork();
    if (child == 0) ::alarm(10);  // Whom nobody asks.
    while (child == 0)
      ::pause();
    return child;
  }
  static int signal_that_ended(pid_t child) {
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }
  const std::string directory_ = "/proc/" + std::to_string(::getpid());
  sim::SimLoop loop_;
  sim::SimFiles files_;
  Script script_;
  TreeStop stop_{loop_, files_, "of-the-build"};
};

TEST_F(TreeStopTest, asks_what_a_script_has_started_before_it_stood_still) {
  be_in_state('R');
  stop_.ask(script_);
  loop_.run_for(kLong);
  EXPECT_THAT(script_.signals, ElementsAre(SIGSTOP));
  const pid_t late = start_child();
  ASSERT_GT(late, 0);
  be_in_state('T');
  loop_.run_for(kLong);
  EXPECT_EQ(signal_that_ended(late), SIGTERM);
  EXPECT_THAT(script_.signals, ElementsAre(SIGSTOP, SIGTERM, SIGCONT));
  EXPECT_TRUE(loop_.is_idle());
}

TEST_F(TreeStopTest, lets_a_script_go_that_has_nobody_to_wait_for) {
  be_in_state('T');
  stop_.ask(script_);
  EXPECT_THAT(script_.signals, ElementsAre(SIGSTOP, SIGTERM, SIGCONT));
}

}  // namespace
}  // namespace runtask::jenkins
