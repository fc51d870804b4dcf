#include "sys/processes.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "sys/descriptor.h"
#include "sys/process_run.h"
#include "sys/scratch.h"

namespace runtask::sys {
namespace {

// Every claim here holds with a keeper and without one.
class ProcessesTest : public testing::TestWithParam<bool> {
 protected:
  static ProcessSpec script(const std::string& text) {
    auto spec = shell(text);
    spec.keep_tree = GetParam();
    return spec;
  }
  Error refusal(const ProcessSpec& spec) {
    auto spawned = run_.processes.spawn(
        spec, {[](std::string_view) {}, [](ProcessExit) { ADD_FAILURE() << "it never began"; }});
    EXPECT_FALSE(spawned);
    return spawned ? Error{} : spawned.error();
  }
  ProcessRun run_;
};
INSTANTIATE_TEST_SUITE_P(WithoutAndWithKeeper, ProcessesTest, testing::Bool());

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST_P(ProcessesTest, every_exit_code_is_passed_on) {
  for (int code = 0; code <= 255; ++code) {
    ProcessRun run;
    const auto exit = run.run(script("exit " + std::to_string(code)));
    ASSERT_EQ(exit.code, code);
    ASSERT_FALSE(exit.signal);
    ASSERT_FALSE(exit.out_of_memory);
    ASSERT_EQ(exit.shell_code(), code);
  }
}

TEST_P(ProcessesTest, the_signal_that_ended_it_is_told) {
  for (const int number : {SIGTERM, SIGKILL, SIGSEGV, SIGPIPE}) {
    ProcessRun run;
    const auto exit = run.run(script("kill -" + std::to_string(number) + " $$"));
    EXPECT_EQ(exit.signal, number);
    EXPECT_FALSE(exit.code);
    EXPECT_EQ(exit.shell_code(), 128 + number);
  }
}

TEST_P(ProcessesTest, a_signal_reaches_the_child_itself) {
  run_.start(script("trap 'echo got it; exit 3' TERM; echo ready; while :; do sleep 0.01; done"));
  run_.run_until([&] { return run_.output == "ready\n"; });
  EXPECT_TRUE(is_alive(run_.process->pid()));
  run_.process->signal(SIGTERM);
  EXPECT_EQ(run_.wait().code, 3);
  EXPECT_EQ(run_.output, "ready\ngot it\n");
  run_.process->signal(SIGTERM);  // Too late, and harmless.
  run_.process->kill_tree();
}

TEST_P(ProcessesTest, what_cannot_be_started_says_why) {
  auto spec = script("");
  spec.argv = {"/nowhere/program"};
  EXPECT_EQ(refusal(spec).code, Code::kNotFound);
  EXPECT_NE(refusal(spec).message.find("/nowhere/program"), std::string::npos);
  spec.argv = {"no-such-program"};
  EXPECT_EQ(refusal(spec).code, Code::kNotFound);
  spec.argv = {"/etc/passwd"};
  EXPECT_EQ(refusal(spec).code, Code::kDenied);
  spec.argv = {"/tmp"};
  EXPECT_EQ(refusal(spec).code, Code::kDenied);

  spec = script("exit 0");
  spec.working_directory = "/nowhere/at/all";
  const auto error = refusal(spec);
  EXPECT_EQ(error.code, Code::kNotFound);
  EXPECT_NE(error.message.find("directory /nowhere/at/all"), std::string::npos) << error.message;

  const Scratch scratch;
  { std::ofstream(scratch / "noise") << "neither a program nor a script\n"; }
  ::chmod((scratch / "noise").c_str(), 0755);
  spec = script("");
  spec.argv = {scratch / "noise"};
  EXPECT_EQ(refusal(spec).code, Code::kInvalid) << "no shell guesses what it is";
}

TEST_P(ProcessesTest, what_no_program_can_be_given_is_refused) {
  auto spec = script("exit 0");
  spec.argv = {};
  EXPECT_EQ(refusal(spec).code, Code::kUsage);
  spec.argv = {"/bin/echo", std::string("a\0b", 3)};
  EXPECT_EQ(refusal(spec).code, Code::kUsage);
  for (const auto& name : {std::string(), std::string("A=B"), std::string("a\0", 2)}) {
    spec = script("exit 0");
    spec.environment = {{name, "value"}};
    EXPECT_EQ(refusal(spec).code, Code::kUsage);
  }
  spec = script("exit 0");
  spec.argv.emplace_back(20U << 20U, 'x');
  EXPECT_EQ(refusal(spec).code, Code::kInvalid);
}

TEST_P(ProcessesTest, the_environment_is_exactly_what_was_given) {
  auto spec = script("");
  spec.argv = {"env"};  // Looked up on the PATH that it is given.
  spec.environment = {{"PATH", "/nowhere:/usr/bin:/bin"}, {"A", "1 = 2\nthree"}, {"EMPTY", ""}};
  EXPECT_EQ(run_.run(spec).code, 0);
  EXPECT_EQ(run_.output, "PATH=/nowhere:/usr/bin:/bin\nA=1 = 2\nthree\nEMPTY=\n");
}

TEST_P(ProcessesTest, it_begins_in_its_directory_in_a_session_of_its_own_without_input) {
  const Scratch scratch;
  auto spec = script(
      "pwd; wc -c; cut -d' ' -f6 /proc/$$/stat; ulimit -c; "
      "grep -E '^Sig(Blk|Ign)' /proc/self/status");
  spec.working_directory = scratch.path();
  const auto pipe_action = ::signal(SIGPIPE, SIG_IGN);  // Not to be inherited.
  EXPECT_EQ(run_.run(spec).code, 0);
  ::signal(SIGPIPE, pipe_action);
  const std::string none = "\t0000000000000000\n";
  EXPECT_EQ(run_.output, scratch.path() + "\n0\n" + std::to_string(run_.process->pid()) +
                             "\n0\nSigBlk:" + none + "SigIgn:" + none);
}

TEST_P(ProcessesTest, no_descriptor_but_the_standard_ones_reaches_it) {
  const Descriptor leak(::open("/etc/passwd", O_RDONLY));  // NOLINT: without O_CLOEXEC on purpose.
  ASSERT_GE(leak.get(), 3);
  EXPECT_EQ(run_.run(script("ls /proc/$$/fd")).code, 0);
  EXPECT_EQ(run_.output, "0\n1\n2\n");
}

TEST_P(ProcessesTest, both_outputs_arrive_whole_in_the_order_of_writing) {
  constexpr std::size_t kBytes = 10'000'000;
  const auto spec = script("echo out; echo err >&2; echo out again; seq -w 1 1250000");
  EXPECT_EQ(run_.run(spec).code, 0);
  const std::string start = "out\nerr\nout again\n";
  ASSERT_EQ(run_.output.size(), start.size() + kBytes);
  EXPECT_TRUE(run_.output.starts_with(start));
  for (std::size_t line = 0; line < kBytes / 8; ++line) {
    const auto text = std::to_string(line + 1);
    const auto expected = std::string(7 - text.size(), '0') + text + "\n";
    ASSERT_EQ(run_.output.compare(start.size() + line * 8, 8, expected), 0) << line;
  }
}

TEST_P(ProcessesTest, paused_output_makes_the_writer_wait_and_loses_nothing) {
  const Scratch scratch;
  run_.start(script("head -c 1000000 /dev/zero; echo > " + (scratch / "written")));
  run_.process->pause_output(true);
  run_.run_for(std::chrono::milliseconds(100));
  EXPECT_EQ(run_.output, "");
  EXPECT_FALSE(std::filesystem::exists(scratch / "written"));
  run_.process->pause_output(false);
  EXPECT_EQ(run_.wait().code, 0);
  EXPECT_EQ(run_.output.size(), 1'000'000U);
}

TEST_P(ProcessesTest, the_end_of_one_that_is_paused_comes_after_its_output) {
  run_.start(script("echo all of it"));
  run_.process->pause_output(true);
  run_.run_for(std::chrono::milliseconds(1300));  // Longer than the grace for a pipe that is held.
  EXPECT_FALSE(run_.exit);
  run_.process->pause_output(false);
  EXPECT_EQ(run_.wait().code, 0);
  EXPECT_EQ(run_.output, "all of it\n");
}

TEST_P(ProcessesTest, a_handler_may_destroy_the_process) {
  for (const bool at_the_end : {false, true}) {
    EventLoop loop;
    SystemProcesses processes(loop);
    std::unique_ptr<Process> process;
    int calls = 0;
    auto spawned = processes.spawn(script("echo x; sleep 0.05; echo y"),
                                   {[&](std::string_view) {
                                      ++calls;
                                      if (!at_the_end) process.reset();
                                    },
                                    [&](ProcessExit) { process.reset(); }});
    ASSERT_TRUE(spawned);
    process = *std::move(spawned);
    loop.run();  // Until nothing is left.
    EXPECT_EQ(process, nullptr);
    EXPECT_EQ(calls, at_the_end ? 2 : 1);
  }
}

TEST_P(ProcessesTest, destroying_it_kills_it_and_leaves_no_zombie) {
  run_.start(script("trap '' TERM; echo $$; while :; do sleep 1; done"));
  run_.run_until([&] { return run_.output.ends_with("\n"); });
  const int pid = run_.process->pid();
  EXPECT_EQ(run_.output, std::to_string(pid) + "\n");
  run_.process.reset();
  run_.loop.run();  // Until it is collected.
  EXPECT_FALSE(look_at(pid));
  EXPECT_FALSE(run_.exit) << "no handler is called any more";
}

TEST_P(ProcessesTest, killing_the_tree_ends_those_it_has_started) {
  run_.start(script("sleep 1000 & setsid sleep 1000 & echo $! $$; wait"));
  run_.run_until([&] { return run_.output.ends_with("\n"); });
  run_.process->kill_tree();
  EXPECT_EQ(run_.wait().signal, SIGKILL);
  for (const int pid : numbers_in(run_.output))
    EXPECT_TRUE(is_gone_soon(pid)) << pid;
}

TEST_P(ProcessesTest, five_hundred_leave_no_zombie_and_no_descriptor) {
  EventLoop loop;
  SystemProcesses processes(loop);
  const auto run_one = [&] {
    auto spawned = processes.spawn(script("exit 0"), {});
    ASSERT_TRUE(spawned) << spawned.error().text();
    const auto process = *std::move(spawned);
    loop.run();
  };
  run_one();
  auto broken = script("");
  broken.argv = {"/nowhere"};
  const auto before = open_descriptors();
  for (int i = 0; i < 500; ++i) {
    run_one();
    if (i % 10 == 0) {
      EXPECT_FALSE(processes.spawn(broken, {}));
    }
  }
  EXPECT_EQ(open_descriptors(), before);
  std::ifstream children("/proc/thread-self/children");
  std::string pids;
  std::getline(children, pids);
  EXPECT_EQ(pids, "");
}

TEST(Processes, somebody_left_behind_does_not_delay_the_end_for_more_than_a_second) {
  ProcessRun run;
  const auto start = std::chrono::steady_clock::now();
  run.start(shell("sleep 1000 & echo $!; exit 4"));
  EXPECT_EQ(run.wait().code, 4);
  const auto taken = std::chrono::steady_clock::now() - start;
  EXPECT_LT(taken, std::chrono::seconds(3));
  const auto pids = numbers_in(run.output);
  ASSERT_EQ(pids.size(), 1U);
  EXPECT_TRUE(is_alive(pids[0])) << "without a keeper it may go on";
  ::kill(pids[0], SIGKILL);
}

TEST(Processes, starting_works_where_the_standard_descriptors_are_closed) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (int standard = 0; standard <= 2; ++standard)
      ::close(standard);
    ProcessRun run;
    auto exit = run.run(kept_shell("echo out; echo err >&2; ls /proc/$$/fd"));
    const bool is_fine = exit.code == 0 && run.output == "out\nerr\n0\n1\n2\n";
    ::_exit(is_fine ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(Processes, an_attended_child_has_this_programs_input_error_output_and_session) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const Descriptor heard(ends[0]);
  const Descriptor before(::dup(2));
  ::dup2(ends[1], 2);
  ::close(ends[1]);
  ProcessRun run;
  std::array<int, 2> typed{};
  ASSERT_EQ(::pipe2(typed.data(), O_CLOEXEC), 0);
  ASSERT_EQ(::write(typed[1], "typed\n", 6), 6);
  ::close(typed[1]);
  const Descriptor input_before(::dup(0));
  ::dup2(typed[0], 0);
  ::close(typed[0]);
  auto spec = shell("read line; echo $line; cut -d' ' -f5,6 /proc/$$/stat; echo err >&2");
  spec.is_attended = true;
  const auto exit = run.run(spec);
  ::dup2(before.get(), 2);
  ::dup2(input_before.get(), 0);
  EXPECT_EQ(exit.code, 0);
  EXPECT_EQ(run.output,
            "typed\n" + std::to_string(::getpgrp()) + " " + std::to_string(::getsid(0)) + "\n");
  std::array<char, 16> bytes{};
  EXPECT_EQ(::read(heard.get(), bytes.data(), bytes.size()), 4);
  EXPECT_STREQ(bytes.data(), "err\n");
}

TEST(Programs, a_process_has_open_what_it_has_opened_under_any_name) {
  const Scratch scratch;
  const auto file = scratch / "file";
  std::ofstream(file) << "x";
  EXPECT_FALSE(has_open(own_process_id(), file));
  const Descriptor open(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_TRUE(has_open(own_process_id(), file));
  EXPECT_FALSE(has_open(own_process_id(), scratch / "missing"));
  std::filesystem::rename(file, scratch / "other");
  EXPECT_TRUE(has_open(own_process_id(), scratch / "other"));
  EXPECT_FALSE(has_open(0, scratch / "other"));
}

}  // namespace
}  // namespace runtask::sys
