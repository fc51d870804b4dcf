#include "sys/files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <thread>

#include "sys/scratch.h"

namespace runtask::sys {
namespace {

unsigned mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777U;
}

class FilesTest : public ::testing::Test {
 protected:
  void TearDown() override { ::umask(before_); }
  mode_t before_ = ::umask(0027);
  Scratch scratch_;
  SystemFiles files_;
};

TEST_F(FilesTest, what_was_written_is_read_back_whole) {
  const std::string content = std::string("a\0b\n", 4) + std::string(300'000, 'x');
  ASSERT_TRUE(files_.write(scratch_ / "file", content, 0640));
  EXPECT_EQ(files_.read(scratch_ / "file").value_or("?"), content);
  ASSERT_TRUE(files_.write(scratch_ / "file", "", 0640));
  EXPECT_EQ(files_.read(scratch_ / "file").value_or("?"), "");
  EXPECT_EQ(files_.list(scratch_.path()).value_or(std::vector<std::string>{}),
            std::vector<std::string>{"file"})
      << "no temporary file stays";
}

TEST_F(FilesTest, modes_are_exact_whatever_the_umask_is) {
  ASSERT_TRUE(files_.write(scratch_ / "file", "x", 0666));
  EXPECT_EQ(mode_of(scratch_ / "file"), 0666U);
  ASSERT_TRUE(files_.write(scratch_ / "file", "y", 0600));
  EXPECT_EQ(mode_of(scratch_ / "file"), 0600U);
  ASSERT_TRUE(files_.make_directory(scratch_ / "a/b", 0777));
  EXPECT_EQ(mode_of(scratch_ / "a"), 0777U);
  EXPECT_EQ(mode_of(scratch_ / "a/b"), 0777U);
  ASSERT_TRUE(files_.make_directory(scratch_ / "a/b", 0700));
  EXPECT_EQ(mode_of(scratch_ / "a/b"), 0777U) << "an existing directory keeps its mode";
}

TEST_F(FilesTest, errors_say_the_path_and_the_systems_words) {
  const auto missing = files_.read(scratch_ / "none");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  EXPECT_EQ(missing.error().message,
            "cannot read " + (scratch_ / "none") + ": No such file or directory");
  EXPECT_EQ(files_.write(scratch_ / "no/file", "x", 0600).error().message,
            "cannot write " + (scratch_ / "no/file") + ": No such file or directory");
  EXPECT_EQ(files_.list(scratch_ / "none").error().code, Code::kNotFound);
  EXPECT_EQ(files_.read(scratch_.path()).error().message,
            "cannot read " + scratch_.path() + ": Is a directory");
  ASSERT_TRUE(files_.write(scratch_ / "file", "x", 0600));
  EXPECT_EQ(files_.make_directory(scratch_ / "file/below", 0700).error().code, Code::kUnavailable);
  EXPECT_EQ(files_.read("/proc/self/mem/x").error().code, Code::kNotFound);
}

TEST_F(FilesTest, a_full_disk_is_said_to_be_full_and_a_device_is_never_replaced) {
  EXPECT_EQ(files_.write("/dev/full", "x", 0600).error().code, Code::kFull);
  EXPECT_EQ(mode_of("/dev/full") & 0666U, 0666U);
}

TEST_F(FilesTest, a_failed_write_leaves_no_temporary_file_and_the_old_content) {
  ASSERT_TRUE(files_.make_directory(scratch_ / "target/inside", 0700));
  EXPECT_FALSE(files_.write(scratch_ / "target", "x", 0600)) << "a directory is in the way";
  EXPECT_EQ(files_.list(scratch_.path()).value_or(std::vector<std::string>{}),
            std::vector<std::string>{"target"});
}

TEST_F(FilesTest, a_file_made_by_appending_has_its_mode_less_the_umask) {
  ASSERT_TRUE(files_.append(scratch_ / "file", "x", 0666));
  EXPECT_EQ(mode_of(scratch_ / "file"), 0640U);
  ASSERT_TRUE(files_.append(scratch_ / "file", "y", 0600));
  EXPECT_EQ(mode_of(scratch_ / "file"), 0640U) << "one that is there keeps its own";
}

TEST_F(FilesTest, what_cannot_be_appended_whole_is_taken_away_again) {
  ASSERT_TRUE(files_.append(scratch_ / "file", "whole\n", 0600));
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  struct rlimit small = before;
  small.rlim_cur = 10;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_FALSE(files_.append(scratch_ / "file", "too much for it\n", 0600));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  (void)std::signal(SIGXFSZ, handler);
  EXPECT_EQ(files_.read(scratch_ / "file").value_or("?"), "whole\n");
}

TEST_F(FilesTest, a_link_is_kept_and_its_file_replaced) {
  ASSERT_TRUE(files_.write(scratch_ / "real", "old", 0600));
  std::filesystem::create_symlink(scratch_ / "real", scratch_ / "link");
  ASSERT_TRUE(files_.write(scratch_ / "link", "new", 0600));
  EXPECT_TRUE(std::filesystem::is_symlink(scratch_ / "link"));
  EXPECT_EQ(files_.read(scratch_ / "real").value_or("?"), "new");
}

TEST_F(FilesTest, a_file_that_is_too_large_is_refused) {
  ASSERT_TRUE(files_.write(scratch_ / "large", "", 0600));
  ASSERT_EQ(::truncate((scratch_ / "large").c_str(), kFileBytesMax), 0);
  EXPECT_TRUE(files_.read(scratch_ / "large"));
  ASSERT_EQ(::truncate((scratch_ / "large").c_str(), kFileBytesMax + 1), 0);
  const auto content = files_.read(scratch_ / "large");
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().message,
            "cannot read " + (scratch_ / "large") + ": it is larger than 64 MiB");
}

TEST_F(FilesTest, files_whose_size_is_not_known_are_read_too) {
  const auto text = files_.read("/proc/self/status");
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("VmRSS"), std::string::npos);
}

TEST_F(FilesTest, names_are_listed_sorted) {
  for (const std::string name : {"b", "a", ".hidden", "c"})
    ASSERT_TRUE(files_.write(scratch_ / name, "", 0600));
  EXPECT_EQ(files_.list(scratch_.path()).value_or(std::vector<std::string>{}),
            (std::vector<std::string>{".hidden", "a", "b", "c"}));
  EXPECT_TRUE(files_.exists(scratch_ / "a"));
  EXPECT_FALSE(files_.is_directory(scratch_ / "a"));
  EXPECT_TRUE(files_.is_directory(scratch_.path()));
  EXPECT_FALSE(files_.exists(scratch_ / "z"));
}

TEST_F(FilesTest, a_link_to_a_pipe_is_no_more_a_file_than_the_pipe) {
  using Kind = DirectoryEntry::Kind;
  ASSERT_EQ(::mkfifo((scratch_ / "pipe").c_str(), 0600), 0);
  ASSERT_TRUE(files_.write(scratch_ / "file", "", 0600));
  for (const char* target : {"file", ".", "nowhere", "pipe"})
    ASSERT_TRUE(files_.make_link(target, scratch_ / (std::string("to-") + target)));
  std::map<std::string, Kind> kinds;
  const auto entries = files_.entries(scratch_.path());
  ASSERT_TRUE(entries);
  for (const auto& entry : *entries)
    kinds[entry.name] = entry.kind;
  EXPECT_EQ(kinds, (std::map<std::string, Kind>{{"file", Kind::kFile},
                                                {"pipe", Kind::kOther},
                                                {"to-.", Kind::kLink},
                                                {"to-file", Kind::kLink},
                                                {"to-nowhere", Kind::kLink},
                                                {"to-pipe", Kind::kOther}}));
}

TEST_F(FilesTest, remove_takes_whole_trees_but_follows_no_link) {
  ASSERT_TRUE(files_.make_directory(scratch_ / "kept", 0700));
  ASSERT_TRUE(files_.write(scratch_ / "kept/file", "x", 0600));
  ASSERT_TRUE(files_.make_directory(scratch_ / "tree/deep/deeper", 0700));
  ASSERT_TRUE(files_.write(scratch_ / "tree/deep/file", "x", 0600));
  std::filesystem::create_directory_symlink(scratch_ / "kept", scratch_ / "tree/deep/link");
  ASSERT_TRUE(files_.remove(scratch_ / "tree"));
  EXPECT_FALSE(files_.exists(scratch_ / "tree"));
  EXPECT_TRUE(files_.exists(scratch_ / "kept/file"));
  EXPECT_TRUE(files_.remove(scratch_ / "tree")) << "absent is fine";
}

TEST_F(FilesTest, a_lock_is_held_until_the_object_ends) {
  const auto path = scratch_ / "lock";
  EXPECT_FALSE(files_.is_locked(path));
  auto lock = files_.lock(path, Duration(0));
  ASSERT_TRUE(lock);
  EXPECT_TRUE(files_.is_locked(path));
  const auto second = files_.lock(path, Duration(20));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kConflict);
  EXPECT_EQ(second.error().message, path + " is locked by another process");
  lock->reset();
  EXPECT_FALSE(files_.is_locked(path));
  EXPECT_TRUE(files_.lock(path, Duration(0)));
  EXPECT_EQ(files_.lock(scratch_ / "no/lock", Duration(0)).error().code, Code::kNotFound);
}

TEST_F(FilesTest, whoever_waits_patiently_gets_the_lock_when_it_is_let_go) {
  const auto path = scratch_ / "lock";
  auto lock = files_.lock(path, Duration(0));
  ASSERT_TRUE(lock);
  std::thread other([&] {
    std::this_thread::sleep_for(Duration(20));
    lock->reset();
  });
  EXPECT_TRUE(files_.lock(path, std::chrono::seconds(30)));
  other.join();
}

TEST_F(FilesTest, a_lock_ends_with_its_process_even_when_that_is_killed) {
  const auto path = scratch_ / "lock";
  std::array<int, 2> ready{};
  ASSERT_EQ(::pipe(ready.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = files_.lock(path, Duration(0));
    (void)!::write(ready[1], lock ? "y" : "n", 1);
    for (;;)
      ::pause();
  }
  char answer = 0;
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  EXPECT_TRUE(files_.is_locked(path));
  EXPECT_FALSE(files_.lock(path, Duration(0)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(files_.is_locked(path));
  EXPECT_TRUE(files_.lock(path, Duration(0)));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(FilesTest, a_forked_child_that_lives_on_does_not_keep_a_lock_that_was_let_go) {
  const auto path = scratch_ / "lock";
  auto lock = files_.lock(path, Duration(0));
  ASSERT_TRUE(lock);
  const pid_t child = ::fork();
  if (child == 0) {
    for (;;)
      ::pause();
  }
  lock->reset();
  EXPECT_FALSE(files_.is_locked(path));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace runtask::sys
