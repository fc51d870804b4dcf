#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "sys/files.h"
#include "sys/process_run.h"
#include "sys/process_tree.h"
#include "sys/scratch.h"

namespace runtask::sys {
namespace {

// Ways to get out of sight; each writes the pid of who hides. `sleep` alone does not ignore
// SIGTERM.
constexpr const char* kEscapes =
    "sleep 1000 & echo $!; "
    "setsid sh -c 'trap \"\" TERM HUP INT; echo $$; while :; do sleep 100; done' & "
    "(setsid sh -c '(sleep 1000 & echo $!); exit 0' &) ; "
    "(sh -c 'nohup setsid sh -c \"echo \\$\\$; exec sleep 1000\" </dev/null 2>&1 &' ) ; ";
constexpr std::size_t kEscaped = 4;

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

class KeptTree : public testing::Test {
 protected:
  // Starts a child with all its hidden descendants; it then does `end`.
  void start_escapes(ProcessRun& run, const std::string& end) {
    run.start(kept_shell(std::string(kEscapes) + "" + end));
    run.run_until([&] { return lines_in(run.output) == kEscaped; });
    pids_ = numbers_in(run.output);
    ASSERT_EQ(pids_.size(), kEscaped) << run.output;
  }
  // Nothing tells when one that lingers is gone.
  static void run_until_gone(ProcessRun& run) {
    constexpr int kLooksMax = 2'000;
    for (int look = 0; look < kLooksMax && run.process->lingers(); ++look)
      run.run_for(Duration(10));
    EXPECT_FALSE(run.process->lingers());
  }
  void expect_all_gone_now() const {
    for (const int pid : pids_)
      EXPECT_FALSE(is_alive(pid)) << pid;
  }
  void expect_all_gone_soon() const {
    for (const int pid : pids_)
      EXPECT_TRUE(is_gone_soon(pid)) << pid;
  }
  std::vector<int> pids_;
};

// Waits for a file, so that the test decides when the child ends.
std::string until_there(const std::string& path) {
  return "while [ ! -e " + path + " ]; do sleep 0.01; done; ";
}

TEST_F(KeptTree, nobody_outlives_the_child) {
  const Scratch scratch;
  ProcessRun run;
  start_escapes(run, until_there(scratch / "end") + "exit 5");
  for (const int pid : pids_)
    ASSERT_TRUE(is_alive(pid)) << pid;
  ASSERT_TRUE(SystemFiles().write(scratch / "end", "", 0600));
  EXPECT_EQ(run.wait().code, 5);
  expect_all_gone_now();
}

TEST_F(KeptTree, one_that_may_linger_outlives_the_child_until_it_is_killed) {
  const Scratch scratch;
  ProcessRun run;
  auto spec = kept_shell(std::string(kEscapes) + until_there(scratch / "end") + "exit 5");
  spec.may_linger = true;
  run.start(spec);
  run.run_until([&] { return lines_in(run.output) == kEscaped; });
  pids_ = numbers_in(run.output);
  EXPECT_FALSE(run.process->lingers());
  ASSERT_TRUE(SystemFiles().write(scratch / "end", "", 0600));
  EXPECT_EQ(run.wait().code, 5);
  EXPECT_TRUE(run.process->lingers());
  for (const int pid : pids_)
    EXPECT_TRUE(is_alive(pid)) << pid;
  run.process->signal(SIGTERM);  // The child is gone, and nobody has its number.
  run.process->kill_tree();
  run_until_gone(run);
  expect_all_gone_now();
}

TEST_F(KeptTree, one_that_lingers_ends_when_it_is_destroyed) {
  ProcessRun run;
  auto spec = kept_shell("sleep 1000 & echo $!");
  spec.may_linger = true;
  run.start(spec);
  EXPECT_EQ(run.wait().code, 0);
  pids_ = numbers_in(run.output);
  ASSERT_EQ(pids_.size(), 1U);
  EXPECT_TRUE(is_alive(pids_[0]));
  run.process.reset();
  expect_all_gone_soon();
}

TEST_F(KeptTree, one_that_may_linger_and_leaves_nobody_does_not) {
  ProcessRun run;
  auto spec = kept_shell("exit 3");
  spec.may_linger = true;
  run.start(spec);
  EXPECT_EQ(run.wait().code, 3);
  EXPECT_FALSE(run.process->lingers());
}

TEST_F(KeptTree, spares_those_with_another_mark_and_nobody_else) {
  ProcessRun run;
  auto spec = kept_shell(
      "MARK=other sleep 1000 >/dev/null 2>&1 & echo $!; sleep 1001 & echo $!; MARKED=x sleep 1002 "
      "& echo $!; "
      "env -i /bin/sleep 1003 & echo $!; MARK=mine sleep 1004 & echo $!; MARK=min sleep 1005 & "
      "echo $!");
  spec.environment.emplace_back("MARK", "mine");
  spec.may_linger = true;
  spec.mark = "MARK=mine";
  run.start(spec);
  EXPECT_EQ(run.wait().code, 0);
  pids_ = numbers_in(run.output);
  ASSERT_EQ(pids_.size(), 6U);
  for (const int pid : pids_)  // Each has to become its program first.
    ASSERT_TRUE(wait_for(kPatience, [&] {
      std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
      std::string command;
      std::getline(file, command);
      return command.find("sleep") < 6;
    }));
  run.process->kill_tree();
  run_until_gone(run);
  for (std::size_t i = 0; i < pids_.size(); ++i)
    EXPECT_EQ(is_alive(pids_[i]), i == 0 || i == 5) << i;
  for (const std::size_t i : {0U, 5U})
    (void)::kill(pids_[i], SIGKILL);
}

TEST_F(KeptTree, spares_those_with_another_mark_in_the_middle_of_an_exec_too) {
  // At many a moment nothing can be read of their environment, or only its start: it is larger
  // than what is read of it at once, and the mark follows behind.
  const Scratch scratch;
  const auto program = scratch / "again";
  std::ofstream(program) << "#!/bin/sh\nexec \"$0\"\n";
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  constexpr int kProcesses = 4;
  constexpr std::size_t kReadAtOnce = 4'096;
  ProcessRun run;
  auto spec = kept_shell("export P1=$(printf %0100000d 0); for i in 1 2 3 4; do MARK=other " +
                         program + " >/dev/null 2>&1 & echo $!; done");
  spec.may_linger = true;
  spec.mark = "MARK=mine";
  run.start(spec);
  EXPECT_EQ(run.wait().code, 0);
  pids_ = numbers_in(run.output);
  ASSERT_EQ(pids_.size(), kProcesses);
  for (const int pid : pids_)  // Each has to become the program first.
    ASSERT_TRUE(wait_for(kPatience, [&] {
      std::ifstream file("/proc/" + std::to_string(pid) + "/environ");
      std::string environment;
      std::getline(file, environment);
      const auto at = environment.find("MARK=other");
      return at != std::string::npos && at > kReadAtOnce;
    }));
  const TreeMemory memory;
  const pid_t keeper = look_at(pids_[0])->parent;
  constexpr int kLooks = 300;
  for (int look = 0; look < kLooks; ++look)
    (void)kill_marked_descendants(keeper, memory.pids(), "MARK=mine");
  // A look that could not tell who they are has left them standing for the next one.
  EXPECT_TRUE(wait_for(
      kPatience, [&] { return kill_marked_descendants(keeper, memory.pids(), "MARK=mine") == 0; }));
  for (const int pid : pids_) {
    ASSERT_TRUE(is_alive(pid));
    EXPECT_NE(look_at(pid)->state, 'T');
    (void)::kill(pid, SIGKILL);
  }
}

TEST_F(KeptTree, a_child_that_dies_of_a_signal_takes_all_along) {
  ProcessRun run;
  start_escapes(run, "while :; do sleep 1; done");
  run.process->signal(SIGTERM);
  EXPECT_EQ(run.wait().signal, SIGTERM);
  expect_all_gone_now();
}

TEST_F(KeptTree, is_killed_whole_on_command) {
  ProcessRun run;
  start_escapes(run, "trap '' TERM; while :; do sleep 1; done");
  run.process->kill_tree();
  EXPECT_EQ(run.wait().signal, SIGKILL);
  EXPECT_FALSE(run.exit->out_of_memory);
  expect_all_gone_now();
}

TEST_F(KeptTree, is_killed_whole_when_its_process_is_destroyed) {
  ProcessRun run;
  start_escapes(run, "while :; do sleep 1; done");
  run.process.reset();
  run.loop.run();
  expect_all_gone_now();
}

TEST_F(KeptTree, is_gone_when_the_processes_are_destroyed_after_it) {
  {
    ProcessRun run;
    start_escapes(run, "while :; do sleep 1; done");
  }
  expect_all_gone_now();
}

TEST_F(KeptTree, a_fork_bomb_ends) {
  ProcessRun run;
  // Each one starts two for ever, at most 150 at a time, so that the machine can be used.
  run.start(
      kept_shell("ulimit -u 200 2>/dev/null; echo begun; "
                 "bomb() { if [ $1 -gt 0 ]; then bomb $(($1-1)) & bomb $(($1-1)) & fi; "
                 "while :; do setsid sleep 0.01 & wait $!; done; }; bomb 5"));
  run.run_until([&] { return !run.output.empty(); });
  run.run_for(std::chrono::milliseconds(200));
  const int keeper = look_at(run.process->pid())->parent;
  run.process->kill_tree();
  EXPECT_EQ(run.wait().signal, SIGKILL);
  EXPECT_FALSE(look_at(keeper)) << "the keeper leaves only when nobody is left";
}

TEST_F(KeptTree, orphans_that_end_meanwhile_leave_no_zombies) {
  ProcessRun run;
  run.start(
      kept_shell("for i in 1 2 3 4 5; do (setsid sh -c 'sleep 0.02; echo x' &); done; sleep 1000"));
  run.run_until([&] { return lines_in(run.output) == 5; });
  const int keeper = look_at(run.process->pid())->parent;
  const auto children_of_keeper = [&] {
    std::ifstream file("/proc/" + std::to_string(keeper) + "/task/" + std::to_string(keeper) +
                       "/children");
    std::string pids;
    std::getline(file, pids);
    return numbers_in(pids).size();
  };
  EXPECT_TRUE(wait_for(kPatience, [&] { return children_of_keeper() == 1; }));
}

TEST_F(KeptTree, dies_with_the_program_even_if_that_is_killed) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t owner = ::fork();
  if (owner == 0) {
    ProcessRun run;
    run.start(kept_shell(std::string(kEscapes) + "echo $$; while :; do sleep 1; done"));
    run.run_until([&] { return lines_in(run.output) == kEscaped + 1; });
    const auto text = run.output + std::to_string(look_at(run.process->pid())->parent) + "\n";
    (void)!::write(pipe[1], text.data(), text.size());
    for (;;)
      ::pause();
  }
  ::close(pipe[1]);
  std::string text;
  while (lines_in(text) < kEscaped + 2) {
    std::array<char, 256> buffer{};
    const auto size = ::read(pipe[0], buffer.data(), buffer.size());
    ASSERT_GT(size, 0);
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  ::close(pipe[0]);
  pids_ = numbers_in(text);
  for (const int pid : pids_)
    EXPECT_TRUE(is_alive(pid));
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  expect_all_gone_soon();
  ::waitpid(pids_.back(), nullptr, 0);  // The keeper, if an earlier test made us adopt it.
}

TEST_F(KeptTree, dies_when_its_keeper_is_killed_and_the_end_is_unknown) {
  ProcessRun run;
  start_escapes(run, "while :; do sleep 1; done");
  ProcessRun other;
  other.start(kept_shell("echo here; exec sleep 1000"));
  other.run_until([&] { return !other.output.empty(); });

  const int child = run.process->pid();
  ::kill(look_at(child)->parent, SIGKILL);
  const auto exit = run.wait();
  EXPECT_FALSE(exit.code);
  EXPECT_FALSE(exit.signal);
  EXPECT_EQ(exit.shell_code(), 137);
  pids_.push_back(child);
  expect_all_gone_now();
  EXPECT_TRUE(is_alive(other.process->pid())) << "another tree is not touched";
}

TEST_F(KeptTree, a_keeper_that_its_child_has_stopped_takes_orders) {
  for (const bool is_killed : {false, true}) {
    ProcessRun run;
    run.start(kept_shell("kill -STOP $PPID; echo here; exec sleep 1000"));
    run.run_until([&] { return !run.output.empty(); });
    is_killed ? run.process->kill_tree() : run.process->signal(SIGTERM);
    const auto exit = run.wait();
    ASSERT_TRUE(exit.signal);
    EXPECT_EQ(*exit.signal, is_killed ? SIGKILL : SIGTERM);
  }
}

TEST_F(KeptTree, a_keeper_holds_nothing_of_its_program_open) {
  ProcessRun run;
  const Scratch scratch;
  SystemFiles files;
  const auto lock = files.lock(scratch / "lock", Duration(0));
  ASSERT_TRUE(lock);
  run.start(kept_shell("echo x; sleep 1000"));
  run.run_until([&] { return !run.output.empty(); });
  const int keeper = look_at(run.process->pid())->parent;
  std::size_t others = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(keeper) + "/fd")) {
    const auto target = std::filesystem::read_symlink(entry.path()).string();
    const bool is_own = target == "/dev/null" || target.starts_with("socket:") ||
                        target.starts_with("anon_inode:[signalfd]");
    EXPECT_TRUE(is_own) << entry.path() << " -> " << target;
    ++others;
  }
  EXPECT_EQ(others, 5U);
}

TEST_F(KeptTree, one_loop_starts_and_ends_many_one_after_the_other) {
  EventLoop loop;
  SystemProcesses processes(loop);
  ProcessSpec spec;
  spec.argv = {"/bin/true"};
  spec.keep_tree = true;
  int ended = 0;
  for (int i = 0; i < 10; ++i) {
    auto process = processes.spawn(spec, {[](std::string_view) {},
                                          [&](const ProcessExit& exit) {
                                            EXPECT_EQ(exit.code, 0);
                                            ++ended;
                                          }});
    ASSERT_TRUE(process);
    loop.run();
    EXPECT_EQ(ended, i + 1);
  }
}

// The memory limit, by cgroup where this machine has one to give, and by watching.
class MemoryLimit : public testing::TestWithParam<bool> {
 protected:
  static ProcessSpec limited(const std::string& script, std::uint64_t megabytes) {
    auto spec = kept_shell(script);
    spec.memory_bytes_max = megabytes << 20U;
    return spec;
  }
  ProcessRun run_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(WatchedAndByCgroup, MemoryLimit, testing::Bool());

TEST_P(MemoryLimit, a_tree_that_takes_too_much_is_killed_whole) {
  // tail keeps what has no end of line.
  run_.start(
      limited("setsid sleep 1000 & echo $!; "
              "(head -c 400000000 /dev/zero; sleep 100) | tail -n 1 | wc -c; sleep 1000",
              48));
  const auto exit = run_.wait();
  EXPECT_TRUE(exit.out_of_memory);
  EXPECT_EQ(exit.signal, SIGKILL);
  const auto pids = numbers_in(run_.output);
  ASSERT_GE(pids.size(), 1U);
  EXPECT_FALSE(is_alive(pids[0]));
}

TEST_P(MemoryLimit, what_stays_below_ends_as_it_likes) {
  const auto exit = run_.run(limited("head -c 1000000 /dev/zero | tail -n 1 | wc -c; exit 3", 200));
  EXPECT_EQ(exit.code, 3);
  EXPECT_FALSE(exit.out_of_memory);
  EXPECT_EQ(run_.output, "1000000\n");
}

TEST_P(MemoryLimit, address_space_is_not_memory) {
  EXPECT_EQ(run_.run(limited("ulimit -v; ulimit -d; ulimit -m", 32)).code, 0);
  EXPECT_EQ(run_.output, "unlimited\nunlimited\nunlimited\n");
}

TEST_P(MemoryLimit, killing_a_tree_below_its_limit_is_no_lack_of_memory) {
  run_.start(limited("echo x; sleep 1000", 100));
  run_.run_until([&] { return !run_.output.empty(); });
  run_.process->kill_tree();
  EXPECT_EQ(run_.wait().signal, SIGKILL);
  EXPECT_FALSE(run_.exit->out_of_memory);
}

}  // namespace
}  // namespace runtask::sys
