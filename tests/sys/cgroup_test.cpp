#include "sys/cgroup.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "sys/files.h"
#include "sys/process_run.h"
#include "sys/scratch.h"

namespace runtask::sys {
namespace {

namespace fs = std::filesystem;

// Directories that look like the system's groups.
class Cgroup : public testing::Test {
 protected:
  Cgroup() {
    roots_ = {scratch_ / "membership", scratch_ / "v1", scratch_ / "v2"};
    fs::create_directories(roots_.version_1);
    fs::create_directories(roots_.version_2);
  }
  void write(const std::string& path, const std::string& text) {
    fs::create_directories(fs::path(path).parent_path());
    ASSERT_TRUE(files_.write(path, text, 0600));
  }
  std::string read(const std::string& path) const { return files_.read(path).value_or("none"); }

  Scratch scratch_;
  SystemFiles files_;
  CgroupRoots roots_;
};

std::string own_start_time() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  std::istringstream rest(text.substr(text.rfind(')') + 2));
  std::string field;
  for (int i = 3; i <= 22; ++i)
    rest >> field;
  return field;
}
std::string pid_namespace() {
  const auto link = fs::read_symlink("/proc/self/ns/pid").string();  // "pid:[4026531836]"
  return link.substr(5, link.size() - 6);
}

TEST_F(Cgroup, version_2_is_made_beneath_the_nearest_group_that_hands_memory_down) {
  write(roots_.membership, "5:cpu,cpuacct:/x\n0::/user/app/run\n");
  write(roots_.version_2 + "/cgroup.subtree_control", "cpu memory pids\n");
  write(roots_.version_2 + "/user/cgroup.subtree_control", "cpu memory\n");
  write(roots_.version_2 + "/user/app/cgroup.subtree_control", "cpu\n");
  write(roots_.version_2 + "/user/app/run/cgroup.subtree_control", "\n");
  const auto group = MemoryCgroup::create(roots_, 1000, 7);
  ASSERT_TRUE(group);
  EXPECT_EQ(group->directory(), roots_.version_2 + "/user/runtask-" + pid_namespace() + "-" +
                                    std::to_string(::getpid()) + "-" + own_start_time() + "-7");
  EXPECT_EQ(group->procs_file(), group->directory() + "/cgroup.procs");
  EXPECT_EQ(read(group->directory() + "/memory.max"), "1000");
  EXPECT_EQ(read(group->directory() + "/memory.swap.max"), "0");
  EXPECT_EQ(read(group->directory() + "/memory.oom.group"), "1");
}

TEST_F(Cgroup, version_2_is_out_of_memory_when_the_kernel_has_killed) {
  write(roots_.membership, "0::/\n");
  write(roots_.version_2 + "/cgroup.subtree_control", "memory\n");
  const auto group = MemoryCgroup::create(roots_, 1000, 0);
  ASSERT_TRUE(group);
  EXPECT_EQ(group->poll_for(), POLLPRI) << "its file is always readable";
  const auto count = [&](const std::string& text) {
    std::ofstream(group->directory() + "/memory.events") << text;
  };
  EXPECT_FALSE(group->was_out_of_memory());
  count("low 0\nhigh 0\nmax 17\noom 1\noom_kill 0\noom_group_kill 3\n");
  EXPECT_FALSE(group->was_out_of_memory());
  count("low 0\nhigh 0\nmax 17\noom 1\noom_kill 12\noom_group_kill 0\n");
  EXPECT_TRUE(group->was_out_of_memory());
}

TEST_F(Cgroup, is_none_where_the_system_has_none) {
  EXPECT_FALSE(MemoryCgroup::create(roots_, 1000, 0)) << "no membership";
  write(roots_.membership, "0::/\n");
  EXPECT_FALSE(MemoryCgroup::create(roots_, 1000, 0)) << "memory is not handed down";
  write(roots_.membership, "4:memory:/a\n0::/\n");
  fs::remove(roots_.version_1);
  EXPECT_FALSE(MemoryCgroup::create(roots_, 1000, 0)) << "version 1 is not there";
}

TEST_F(Cgroup, leftovers_of_dead_programs_are_removed_with_those_in_them) {
  write(roots_.membership, "4:memory:/a\n");
  const auto parent = roots_.version_1 + "/a/";
  const auto space = pid_namespace();
  const auto self = std::to_string(::getpid());
  const auto start = own_start_time();
  const auto dead = parent + "runtask-" + space + "-999999999-5-0";
  const auto reused = parent + "runtask-" + space + "-" + self + "-1" + start + "-0";
  const auto alive = parent + "runtask-" + space + "-" + self + "-" + start + "-0";
  const auto elsewhere = parent + "runtask-1" + space + "-999999999-5-0";
  const auto foreign = parent + "runtask-other";
  for (const auto& directory : {dead, reused, alive, elsewhere, foreign})
    fs::create_directories(directory);
  MemoryCgroup::remove_leftovers(roots_);
  EXPECT_FALSE(fs::exists(dead));
  EXPECT_FALSE(fs::exists(reused)) << "another process has its number now";
  EXPECT_TRUE(fs::exists(alive));
  EXPECT_TRUE(fs::exists(elsewhere)) << "numbers of another namespace mean nothing";
  EXPECT_TRUE(fs::exists(foreign));

  const pid_t survivor = ::fork();
  if (survivor == 0) {
    for (;;)
      ::pause();
  }
  write(dead + "/cgroup.procs", "0\n1\n" + std::to_string(survivor) + "\n");
  MemoryCgroup::remove_leftovers(roots_);
  int status = 0;
  EXPECT_EQ(::waitpid(survivor, &status, 0), survivor);
  EXPECT_EQ(status, SIGKILL);
}

// With the real groups, where this user may make some.
class RealCgroup : public testing::Test {
 protected:
  void SetUp() override {
    auto group = MemoryCgroup::create({}, 64U << 20U, 1'000'000);
    if (!group) GTEST_SKIP() << "no memory cgroup can be made here";
    group->remove();
    EXPECT_FALSE(fs::exists(group->directory()));
  }
};

TEST_F(RealCgroup, the_child_is_in_it_and_it_is_gone_afterwards) {
  ProcessRun run;
  auto spec = kept_shell("cat /proc/self/cgroup; sleep 1000");
  spec.memory_bytes_max = 64U << 20U;
  run.start(spec);
  run.run_until([&] { return run.output.find("runtask-") != std::string::npos; });
  const auto start = run.output.find("runtask-");
  ASSERT_NE(start, std::string::npos);
  const auto name = run.output.substr(start, run.output.find('\n', start) - start);
  const auto exists = [&] {
    const fs::recursive_directory_iterator all("/sys/fs/cgroup",
                                               fs::directory_options::skip_permission_denied);
    return std::any_of(begin(all), end(all),
                       [&](const auto& entry) { return entry.path().filename() == name; });
  };
  EXPECT_TRUE(exists());
  run.process->kill_tree();
  run.wait();
  EXPECT_FALSE(exists());
}

TEST_F(RealCgroup, it_is_removed_when_the_keeper_is_killed_and_when_the_program_cannot_be_found) {
  ProcessRun run;
  auto spec = kept_shell("cat /proc/self/cgroup; sleep 1000");
  spec.memory_bytes_max = 64U << 20U;
  run.start(spec);
  run.run_until([&] { return run.output.find("runtask-") != std::string::npos; });
  ::kill(look_at(run.process->pid())->parent, SIGKILL);
  run.wait();
  auto group = MemoryCgroup::create({}, 64U << 20U, 0);
  ASSERT_TRUE(group) << "its name is free again";
  group->remove();

  auto missing = spec;
  missing.argv = {"/nowhere"};
  EXPECT_FALSE(run.processes.spawn(missing, {}));
  group = MemoryCgroup::create({}, 64U << 20U, 1);
  ASSERT_TRUE(group);
  group->remove();
}

}  // namespace
}  // namespace runtask::sys
