#include "history/run_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "sys/count_file.h"
#include "sys/scratch.h"

namespace runtask::history {
namespace {

class RunFilesTest : public testing::Test {
 protected:
  static unsigned mode_of(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 0777U;
  }

  sys::Scratch scratch_;
  sys::SystemFiles files_;
  std::string state_ = scratch_ / "state";
  RunFiles run_files_{files_, state_};
};

TEST_F(RunFilesTest, one_at_a_time_holds_the_lock_of_a_run) {
  EXPECT_FALSE(run_files_.exist("a"));
  EXPECT_FALSE(run_files_.is_locked("a"));
  auto lock = run_files_.lock("a");
  ASSERT_TRUE(lock) << lock.error().text();
  EXPECT_TRUE(run_files_.is_locked("a"));
  EXPECT_EQ(run_files_.lock("a").error().code, Code::kConflict);
  EXPECT_TRUE(run_files_.lock("b"));
  lock->reset();
  EXPECT_FALSE(run_files_.is_locked("a"));
  EXPECT_TRUE(run_files_.exist("a"));
  EXPECT_TRUE(run_files_.lock("a"));
}

TEST_F(RunFilesTest, secrets_are_the_owner_s_alone_until_they_are_forgotten) {
  EXPECT_TRUE(run_files_.secrets("a")->empty());
  ASSERT_TRUE(run_files_.keep_secrets("a", Secret("[1]")));
  ASSERT_TRUE(run_files_.keep_secrets("b", Secret()));
  EXPECT_EQ(run_files_.secrets("a")->reveal(), "[1]");
  EXPECT_EQ(mode_of(state_ + "/runs"), 0700U);
  EXPECT_EQ(mode_of(state_ + "/runs/a.secrets"), 0600U);
  EXPECT_FALSE(files_.exists(state_ + "/runs/b.secrets"));
  ASSERT_TRUE(run_files_.forget_secrets("a"));
  ASSERT_TRUE(run_files_.forget_secrets("a"));
  EXPECT_TRUE(run_files_.secrets("a")->empty());
}

TEST_F(RunFilesTest, the_count_is_what_was_set_last_and_none_before) {
  EXPECT_FALSE(run_files_.shown("a"));
  const auto lock = run_files_.lock("a");
  EXPECT_FALSE(run_files_.shown("a")) << "the file is there, and empty";
  auto count = sys::CountFile::open(run_files_.shown_path("a"));
  ASSERT_TRUE(count) << count.error().text();
  (*count)->set(10);
  EXPECT_EQ(run_files_.shown("a"), 10U);
  (*count)->set(9);
  EXPECT_EQ(run_files_.shown("a"), 9U);
  (*count)->set(0);
  EXPECT_EQ(run_files_.shown("a"), 0U);
  EXPECT_TRUE(run_files_.is_locked("a")) << "counting lets go of nothing";
  count->reset();
  EXPECT_TRUE(run_files_.is_locked("a"));
}

TEST_F(RunFilesTest, the_runs_with_files_are_listed_until_they_are_removed) {
  EXPECT_TRUE(run_files_.runs()->empty());
  ASSERT_TRUE(run_files_.keep_secrets("b", Secret("x")));
  const auto lock = run_files_.lock("b");
  (void)run_files_.lock("a");
  EXPECT_EQ(*run_files_.runs(), (std::vector<std::string>{"a", "b"}));
  ASSERT_TRUE(run_files_.remove("b"));
  EXPECT_EQ(*run_files_.runs(), (std::vector<std::string>{"a"}));
  EXPECT_FALSE(run_files_.is_locked("b"));
}

}  // namespace
}  // namespace runtask::history
