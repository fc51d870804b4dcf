#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "base/json.h"
#include "base/text.h"
#include "local/endpoint_world.h"

// The endpoint as a process of its own, which is then treated badly.

namespace runtask::local {
namespace {

using testing::ElementsAre;

// An endpoint in a forked copy of this program; killed at the end if it still runs.
class ForkedEndpoint {
 public:
  explicit ForkedEndpoint(const std::string& state, rlim_t file_bytes_max = RLIM_INFINITY) {
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::signal(SIGXFSZ, SIG_IGN);  // Writes beyond the limit then fail as on a full disk.
    const rlimit limit{file_bytes_max, file_bytes_max};
    if (file_bytes_max != RLIM_INFINITY) ::setrlimit(RLIMIT_FSIZE, &limit);
    auto* const world = new EndpointWorld(state);  // NOLINT: it lives as long as the process.
    if (!world->start()) ::_exit(1);
    world->loop.run();
    ::_exit(0);
  }
  ForkedEndpoint(const ForkedEndpoint&) = delete;
  ForkedEndpoint& operator=(const ForkedEndpoint&) = delete;
  ~ForkedEndpoint() { kill(); }

  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

// Whether the process runs: one that is dead but not yet waited for does not.
bool runs(EndpointWorld& world, const std::string& pid) {
  const auto state = world.files.read("/proc/" + pid + "/stat");
  return state && state->find(") Z") == std::string::npos;
}

TEST(EndpointCrash, kill_9_ends_its_tasks_and_the_next_start_says_so) {
  const sys::Scratch scratch;
  ForkedEndpoint first(scratch.path());
  EndpointWorld world(scratch.path());
  ASSERT_TRUE(world.find());
  world.register_shell("echo done; exit 3");
  const auto done = world.run_whole(R"(,"clientToken":"done")");
  // One that detaches a part of itself, which must die as well.
  world.register_shell("setsid sleep 600 & echo $$ $!; wait");
  const auto id = world.run(R"(,"clientToken":"cut-off")");
  ASSERT_TRUE(world.wait_until([&] { return !world.lines(id).empty(); }));
  const auto pids = split(world.lines(id).at(0), ' ');
  ASSERT_TRUE(runs(world, pids[0]) && runs(world, pids[1]));

  first.kill();
  EXPECT_TRUE(world.wait_until([&] { return !runs(world, pids[0]) && !runs(world, pids[1]); }));
  EXPECT_FALSE(find_endpoint(world.files, StateDirectory(scratch.path())));

  ASSERT_TRUE(world.start());
  const auto task = world.describe(id);
  EXPECT_EQ(task.last_status, "STOPPED");
  EXPECT_EQ(task.stop_code, "TerminationNotice");
  EXPECT_THAT(task.stopped_reason, testing::HasSubstr("endpoint ended"));
  EXPECT_FALSE(task.containers.at(0).exit_code);
  EXPECT_EQ(world.lines(id).size(), 1U);
  EXPECT_TRUE(world.is_complete);
  // What was finished, what was registered and what was promised is as it was.
  const auto before = ecs::last_part(done.task_arn);
  EXPECT_EQ(world.describe(before).containers.at(0).exit_code, 3);
  EXPECT_THAT(world.lines(before), ElementsAre("done"));
  EXPECT_EQ(world.call<ecs::DescribeTaskDefinition>(R"({"taskDefinition":"job"})")
                ->task_definition.revision,
            2);
  EXPECT_EQ(world.run(R"(,"clientToken":"cut-off")"), id);
  EXPECT_TRUE(world.files.list(StateDirectory(scratch.path()).tasks())->empty());
}

TEST(EndpointCrash, what_escaped_from_a_dead_endpoint_is_killed_at_the_next_start) {
  const sys::Scratch scratch;
  EndpointWorld world(scratch.path());
  ASSERT_TRUE(world.start());
  world.register_shell("echo $RUNTASK_TREE");
  const auto task = world.run_whole();
  const std::string mark = "RUNTASK_TREE=" + world.lines(ecs::last_part(task.task_arn)).at(0);
  world.endpoint.reset();
  const auto spawn = [](const std::string& variable) {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    const char* const argv[] = {"sleep", "600", nullptr};
    const char* const environment[] = {variable.c_str(), nullptr};
    ::execve("/bin/sleep", const_cast<char**>(argv), const_cast<char**>(environment));
    ::_exit(127);
  };
  const pid_t marked = spawn(mark);
  const pid_t other = spawn("RUNTASK_TREE=0000000000000000/1");
  for (const pid_t pid : {marked, other})
    ASSERT_TRUE(world.wait_until([&] {  // Until it has become the other program.
      return world.files.read("/proc/" + std::to_string(pid) + "/cmdline")
          .value_or("")
          .starts_with("sleep");
    }));
  ASSERT_TRUE(world.start());
  int status = 0;
  EXPECT_TRUE(world.wait_until([&] { return ::waitpid(marked, &status, WNOHANG) == marked; }));
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_EQ(::waitpid(other, &status, WNOHANG), 0);  // It is somebody else's.
  ::kill(other, SIGKILL);
  ::waitpid(other, &status, 0);
}

TEST(EndpointCrash, no_line_that_was_shown_is_lost_by_kill_9) {
  const sys::Scratch scratch;
  ForkedEndpoint first(scratch.path());
  EndpointWorld world(scratch.path());
  ASSERT_TRUE(world.find());
  world.register_shell(
      "i=0; while :; do i=$((i+1)); echo $i; [ $((i % 50)) = 0 ] && sleep 0.02; done");
  const auto id = world.run();
  std::vector<std::string> seen;
  ASSERT_TRUE(world.wait_until([&] {
    seen = world.lines(id);
    return seen.size() > 1'000;
  }));
  first.kill();
  ASSERT_TRUE(world.start());
  const auto kept = world.lines(id);
  ASSERT_GE(kept.size(), seen.size());
  for (std::size_t i = 0; i < kept.size(); ++i)
    ASSERT_EQ(kept[i], std::to_string(i + 1));
}

TEST(EndpointCrash, several_that_start_at_once_leave_exactly_one) {
  const sys::Scratch scratch;
  std::vector<std::unique_ptr<ForkedEndpoint>> all;
  for (int i = 0; i < 5; ++i)
    all.push_back(std::make_unique<ForkedEndpoint>(scratch.path()));
  EndpointWorld world(scratch.path());
  ASSERT_TRUE(world.find());
  int alive = 5;
  ASSERT_TRUE(world.wait_until([&] {
    alive = 0;
    for (const auto& it : all)
      alive += runs(world, std::to_string(it->pid())) ? 1 : 0;
    return alive == 1;
  }));
  EXPECT_TRUE(world.call<ecs::ListTasks>("{}"));
  EXPECT_TRUE(runs(world, std::to_string(world.address.process_id)));
}

TEST(EndpointCrash, a_full_disk_refuses_what_must_be_stored_and_serves_the_rest) {
  const sys::Scratch scratch;
  {
    EndpointWorld world(scratch.path());
    ASSERT_TRUE(world.start());
    world.register_shell("seq 1 60000; exit 4");
  }
  // Room for a little more than what is there: the task itself fits, its output does not.
  ForkedEndpoint full(scratch.path(), rlim_t{700} << 10U);
  EndpointWorld world(scratch.path());
  ASSERT_TRUE(world.find());
  const auto id = world.run();
  ecs::Task task;
  ASSERT_TRUE(world.wait_until([&] {
    task = world.describe(id);
    return task.last_status == "STOPPED";
  }));
  EXPECT_EQ(task.containers.at(0).exit_code, 4);  // Its output was drained, not blocked.
  EXPECT_LT(world.lines(id).size(), 60'000U);     // And the disk was full indeed.
  // Now nothing more can be stored: first nothing large, then nothing at all.
  std::string name;
  for (const std::size_t size : {20'000U, 1U}) {
    name.clear();
    for (int i = 0; i < 500 && name.empty(); ++i) {
      const auto made = world.call<ecs::RegisterTaskDefinition>(
          R"({"family":"big","containerDefinitions":[{"name":"app","image":"host","memory":64,
              "command":[")" +
          std::string(size, 'x') + R"("]}]})");
      if (made) continue;
      name = made.error().name;
      EXPECT_THAT(made.error().error.message, testing::HasSubstr("cannot store"));
    }
  }
  EXPECT_EQ(name, "ClientException");
  // A task that cannot be stored is not started.
  std::string marker;
  for (int i = 0; i < 500; ++i) {
    marker = scratch / ("ran-" + std::to_string(i));
    const auto made = world.call<ecs::RunTask>(
        R"({"taskDefinition":"job","overrides":{"containerOverrides":[{"name":"app","command":[)" +
        json::quoted("touch " + marker) + "]}]}}");
    name = made ? "" : made.error().name;
    if (!made) break;
  }
  EXPECT_EQ(name, "ClientException");
  world.run_for(std::chrono::milliseconds(300));
  EXPECT_FALSE(world.files.exists(marker));
  EXPECT_TRUE(world.call<ecs::ListTasks>("{}")->task_arns.empty());
  EXPECT_TRUE(world.call<ecs::ListTasks>("{}"));
  EXPECT_EQ(world.describe(id).last_status, "STOPPED");
}

}  // namespace
}  // namespace runtask::local
