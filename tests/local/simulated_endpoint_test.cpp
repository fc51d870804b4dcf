// The endpoint with a simulated loop, processes and HTTP: hours of a container's life take no time,
// and what it does at which moment can be told exactly. Only the files are real.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "ecs/api.h"
#include "ecs/life_cycle.h"
#include "ecs/sigv4.h"
#include "local/endpoint.h"
#include "sim/sim_files.h"
#include "sim/sim_http_server.h"
#include "sim/sim_loop.h"
#include "sim/sim_processes.h"
#include "sim/sim_random.h"
#include "sys/scratch.h"

namespace runtask::local {
namespace {

using namespace std::chrono_literals;
using sim::Exit;
using sim::Hold;
using sim::IgnoreTerm;
using sim::Say;
using sim::Steps;
using sim::Wait;

class SimulatedEndpoint : public testing::Test {
 protected:
  void start(Duration idle_timeout, Limits limits = Limits::kNone) {
    Endpoint::Options options;
    options.limits = limits;
    options.state_directory = scratch_.path();
    options.idle_timeout = idle_timeout;
    auto started = Endpoint::start(loop_, {files_, random_, processes_, servers_, environment_},
                                   options, [this] { ended_at_ = loop_.now(); });
    ASSERT_TRUE(started) << started.error().text();
    endpoint_ = *std::move(started);
    auto keys = read_keys(files_, StateDirectory(scratch_.path()));
    ASSERT_TRUE(keys);
    keys_ = *std::move(keys);
  }

  // The operation, signed, with the reply as it comes; time passes only for that.
  template <class Operation>
  typename Operation::Reply call(const std::string& json) {
    const auto port = endpoint_->address().port;
    ecs::SigningRequest to_sign{
        "POST",
        "/",
        "",
        {{"Host", "127.0.0.1:" + std::to_string(port)},
         {"Content-Type", "application/x-amz-json-1.1"},
         {"X-Amz-Target",
          std::string(ecs::target_prefix(Operation::kService)) + "." + Operation::kName}},
        json};
    sys::ServerRequest request{"POST", "/", {}, json};
    for (const auto& header : to_sign.headers)
      request.headers.push_back({header.name, header.value});
    for (const auto& header : ecs::sign(to_sign, keys_, "eu-west-1",
                                        ecs::signing_name(Operation::kService), loop_.wall_now()))
      request.headers.push_back({header.name, header.value});
    std::optional<sys::ServerReply> reply;
    servers_.send(port, std::move(request),
                  [&](std::optional<sys::ServerReply> heard) { reply = std::move(heard); });
    loop_.run_for(0ms);
    last_reply_ = reply ? reply->body : "no reply";
    EXPECT_TRUE(reply && (reply->status == 200 || may_fail_)) << last_reply_;
    if (!reply || reply->status != 200) return {};
    auto read = ecs::read_reply<Operation>(reply->body);
    EXPECT_TRUE(read) << reply->body;
    return read ? *std::move(read) : typename Operation::Reply{};
  }
  void register_job(const std::string& containers) {
    (void)call<ecs::RegisterTaskDefinition>(R"({"family":"job","containerDefinitions":[)" +
                                            containers + "]}");
  }
  std::string run() {
    const auto reply = call<ecs::RunTask>(R"({"taskDefinition":"job"})");
    EXPECT_EQ(reply.tasks.size(), 1U);
    return reply.tasks.empty() ? "" : ecs::last_part(reply.tasks[0].task_arn);
  }
  ecs::Task task(const std::string& id) {
    auto reply = call<ecs::DescribeTasks>(R"({"tasks":[")" + id + R"("]})");
    return reply.tasks.empty() ? ecs::Task{} : std::move(reply.tasks[0]);
  }
  // What a program of that name does from now on.
  void program(const std::string& name, Steps steps) { programs_[name] = std::move(steps); }

  void SetUp() override {
    processes_.script([this](const sys::ProcessSpec& spec) -> Result<Steps> {
      const auto known = programs_.find(spec.argv[0]);
      if (known == programs_.end()) return fail(Code::kNotFound, spec.argv[0] + " is not there");
      return known->second;
    });
  }

  sys::Scratch scratch_;
  sys::SystemFiles files_;
  sim::SimLoop loop_;
  sim::SimRandom random_{7};
  sim::SimProcesses processes_{loop_};
  sim::SimHttpServers servers_{loop_};
  sys::Environment environment_{std::map<std::string, std::string>{}};
  std::map<std::string, Steps> programs_;
  std::unique_ptr<Endpoint> endpoint_;
  ecs::SigningKeys keys_;
  std::optional<Instant> ended_at_;
  std::string last_reply_;
  bool may_fail_ = false;
};

TEST_F(SimulatedEndpoint, says_what_to_do_about_a_directory_that_it_may_not_write) {
  sim::SimFiles files;
  const StateDirectory directory("/state");
  ASSERT_TRUE(files.make_directory(directory.root, 0700));
  ASSERT_TRUE(files.write(directory.address(), "of a dead one", 0600));
  files.break_writes(directory.address(), Code::kDenied);
  Endpoint::Options options;
  options.state_directory = "/state";
  const auto started =
      Endpoint::start(loop_, {files, random_, processes_, servers_, environment_}, options, [] {});
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message,
              testing::HasSubstr("cannot remove /state/local/endpoint.json"));
  EXPECT_THAT(started.error().hint, testing::HasSubstr("RUNTASK_STATE_DIR"));
}

TEST_F(SimulatedEndpoint, is_idle_from_the_end_of_its_last_task_on) {
  start(1h);
  program("long", {Wait{3h}, Exit{0}});
  register_job(R"({"name":"app","image":"host","memory":64,"command":["long"]})");
  const auto id = run();
  loop_.run_for(2h);
  EXPECT_EQ(processes_.alive(), 1U);
  EXPECT_FALSE(ended_at_);
  loop_.run_until(24h);
  ASSERT_TRUE(ended_at_);
  EXPECT_GE(*ended_at_, 4h);
  EXPECT_LE(*ended_at_, 5h);
}

TEST_F(SimulatedEndpoint, a_request_keeps_it_awake) {
  start(1h);
  loop_.run_for(50min);
  (void)call<ecs::ListClusters>("{}");
  loop_.run_for(50min);
  EXPECT_FALSE(ended_at_);
  loop_.run_for(11min);
  ASSERT_TRUE(ended_at_);
  EXPECT_EQ(*ended_at_, 50min + 1h);
}

TEST_F(SimulatedEndpoint, a_container_that_ignores_its_signal_is_killed_after_its_stop_timeout) {
  start(0ms);
  program("stubborn", {IgnoreTerm{}, Hold{}});
  register_job(
      R"({"name":"app","image":"host","memory":64,"command":["stubborn"],"stopTimeout":90})");
  const auto id = run();
  loop_.run_for(1s);
  EXPECT_EQ(task(id).last_status, "RUNNING");
  (void)call<ecs::StopTask>(R"({"task":")" + id + R"("})");
  loop_.run_for(90s - 1ms);
  EXPECT_NE(task(id).last_status, "STOPPED");
  EXPECT_EQ(processes_.alive(), 1U);
  loop_.run_for(1ms);
  EXPECT_EQ(task(id).last_status, "STOPPED");
  EXPECT_EQ(task(id).containers.at(0).exit_code, 137);
  EXPECT_EQ(processes_.alive(), 0U);
}

TEST_F(SimulatedEndpoint, checks_at_the_interval_until_the_retries_are_over) {
  start(0ms);
  program("db", {Hold{}});
  program("check", {Wait{1s}, Exit{1}});
  program("app", {Exit{0}});
  register_job(R"({"name":"db","image":"host","memory":64,"command":["db"],
                   "healthCheck":{"command":["CMD","check"],"interval":30,"retries":3}},
                  {"name":"app","image":"host","memory":64,"command":["app"],
                   "dependsOn":[{"containerName":"db","condition":"HEALTHY"}]})");
  const auto id = run();
  loop_.run_for(92s);  // The third check begins some 30 s after the second has ended.
  EXPECT_EQ(task(id).last_status, "PENDING");
  loop_.run_for(2s);
  const auto stopped = task(id);
  EXPECT_EQ(stopped.last_status, "STOPPED");
  EXPECT_EQ(stopped.stop_code, "TaskFailedToStart");
  std::vector<std::string> started;
  for (const auto& spec : processes_.started())
    started.push_back(spec.argv[0]);
  EXPECT_THAT(started, testing::ElementsAre("db", "check", "check", "check"));
}

TEST_F(SimulatedEndpoint, a_check_that_takes_too_long_is_killed_and_has_failed) {
  start(0ms);
  program("db", {Hold{}});
  program("check", {Hold{}});
  register_job(R"({"name":"db","image":"host","memory":64,"command":["db"],
      "healthCheck":{"command":["CMD","check"],"interval":10,"timeout":4,"retries":1}})");
  const auto id = run();
  loop_.run_for(13s);
  EXPECT_EQ(processes_.alive(), 2U);
  EXPECT_EQ(task(id).health_status, "UNKNOWN");
  loop_.run_for(2s);
  EXPECT_EQ(processes_.alive(), 1U);
  EXPECT_EQ(task(id).health_status, "UNHEALTHY");
}

TEST_F(SimulatedEndpoint, every_line_is_stored_before_the_end_is_shown) {
  start(0ms);
  std::string text;
  for (int i = 0; i < 5000; ++i)
    text += "line " + std::to_string(i) + "\n";
  program("talks", {Say{text}, Exit{3}});
  register_job(R"({"name":"app","image":"host","memory":64,"command":["talks"]})");
  const auto id = run();
  // Step by step: whenever it is shown STOPPED, the last line is there.
  for (int step = 0; step < 100 && task(id).last_status != "STOPPED"; ++step)
    loop_.run_for(1ms);
  const auto page = call<ecs::GetLogEvents>(
      R"({"logGroupName":"/runtask/job","logStreamName":"app/)" + id + R"("})");
  ASSERT_FALSE(page.events.empty());
  EXPECT_EQ(page.events.back().message, "line 4999");
  EXPECT_EQ(page.complete, true);
  EXPECT_EQ(task(id).containers.at(0).exit_code, 3);
}

TEST_F(SimulatedEndpoint, the_image_simulated_starts_no_process_and_takes_no_memory) {
  start(0ms);
  // Ten times more than any machine has.
  register_job(R"({"name":"app","image":"simulated","memory":100000000,
                   "command":["run=10s","lines=2","exit=3"]})");
  const auto id = run();
  EXPECT_EQ(task(id).last_status, "RUNNING");
  loop_.run_for(10s);
  EXPECT_EQ(task(id).last_status, "STOPPED");
  EXPECT_EQ(task(id).containers.at(0).exit_code, 3);
  EXPECT_TRUE(processes_.started().empty());
  const auto page = call<ecs::GetLogEvents>(
      R"({"logGroupName":"/runtask/job","logStreamName":"app/)" + id + R"("})");
  EXPECT_EQ(page.events.size(), 2U);
  EXPECT_EQ(page.complete, true);
}

TEST_F(SimulatedEndpoint, one_task_may_have_both_processes_and_simulated_containers) {
  start(0ms);
  program("real", {IgnoreTerm{}, Hold{}});
  register_job(R"({"name":"app","image":"simulated","memory":64,"command":["run=5s","exit=4"]},
                  {"name":"side","image":"host","memory":64,"command":["real"],"stopTimeout":2})");
  const auto id = run();
  loop_.run_for(4s);
  EXPECT_EQ(processes_.alive(), 1U);
  loop_.run_for(4s);  // The essential one has ended, and the other was signalled, then killed.
  EXPECT_EQ(task(id).last_status, "STOPPED");
  EXPECT_EQ(task(id).containers.at(0).exit_code, 4);
  EXPECT_EQ(task(id).containers.at(1).exit_code, 137);
}

TEST_F(SimulatedEndpoint, a_simulated_container_is_stopped_like_any_other) {
  start(0ms);
  register_job(R"({"name":"app","image":"simulated","memory":64,"command":["run=1h","stop=never"],
                   "stopTimeout":20})");
  const auto id = run();
  loop_.run_for(1s);
  (void)call<ecs::StopTask>(R"({"task":")" + id + R"("})");
  loop_.run_for(19s);
  EXPECT_NE(task(id).last_status, "STOPPED");
  loop_.run_for(2s);
  EXPECT_EQ(task(id).last_status, "STOPPED");
  EXPECT_EQ(task(id).containers.at(0).exit_code, 137);
  EXPECT_EQ(task(id).stop_code, "UserInitiated");
}

TEST_F(SimulatedEndpoint, a_simulated_container_that_is_stopped_while_it_is_pending_never_runs) {
  start(0ms);
  register_job(R"({"name":"app","image":"simulated","memory":64,
                   "command":["start=1h","print=hello"]})");
  const auto id = run();
  loop_.run_for(1s);
  EXPECT_EQ(task(id).last_status, "PENDING");
  (void)call<ecs::StopTask>(R"({"task":")" + id + R"("})");
  const auto stopped = task(id);
  EXPECT_EQ(stopped.last_status, "STOPPED");
  EXPECT_EQ(stopped.stop_code, "UserInitiated");
  EXPECT_FALSE(stopped.started_at);
  EXPECT_FALSE(stopped.containers.at(0).exit_code);
  loop_.run_for(2h);
  const auto page = call<ecs::GetLogEvents>(
      R"({"logGroupName":"/runtask/job","logStreamName":"app/)" + id + R"("})");
  EXPECT_TRUE(page.events.empty());
}

TEST_F(SimulatedEndpoint, with_the_limits_of_aws_it_throttles_and_forgets_after_an_hour) {
  start(0ms, Limits::kAws);
  register_job(R"({"name":"app","image":"simulated","memory":64})");
  const auto id = run();
  loop_.run_for(1s);
  for (int i = 0; i < 100; ++i)
    (void)call<ecs::ListTasks>("{}");
  may_fail_ = true;
  (void)call<ecs::ListTasks>("{}");
  EXPECT_THAT(last_reply_, testing::HasSubstr("ThrottlingException"));
  EXPECT_THAT(last_reply_, testing::HasSubstr("Rate exceeded"));
  loop_.run_for(50min);
  EXPECT_EQ(task(id).last_status, "STOPPED");
  loop_.run_for(11min);
  EXPECT_EQ(task(id).last_status, "");
  EXPECT_THAT(last_reply_, testing::HasSubstr("MISSING"));
}

TEST_F(SimulatedEndpoint, with_the_limits_of_aws_fargate_has_its_own) {
  start(0ms, Limits::kAws);
  register_job(R"({"name":"app","image":"simulated","memory":64})");
  (void)call<ecs::RegisterTaskDefinition>(
      R"({"family":"far","requiresCompatibilities":["FARGATE"],"networkMode":"awsvpc","cpu":"256",
          "memory":"512","containerDefinitions":[{"name":"app","image":"simulated"}]})");
  const auto run_ten = [&](const std::string& family) {
    (void)call<ecs::RunTask>(
        R"({"count":10,"taskDefinition":")" + family +
        R"(","networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-1"]}}})");
    return last_reply_;
  };
  may_fail_ = true;
  for (int i = 0; i < 10; ++i)
    EXPECT_THAT(run_ten("far"), testing::HasSubstr("taskArn"));
  EXPECT_THAT(run_ten("far"), testing::HasSubstr("ThrottlingException"));
  const auto other = call<ecs::RunTask>(R"({"count":10,"taskDefinition":"job"})");
  EXPECT_EQ(other.tasks.size(), 10U);
}

TEST_F(SimulatedEndpoint, stopped_it_gives_its_tasks_ten_seconds_and_a_second_time_none) {
  start(0ms);
  program("stubborn", {IgnoreTerm{}, Hold{}});
  register_job(
      R"({"name":"app","image":"host","memory":64,"command":["stubborn"],"stopTimeout":90})");
  (void)run();
  loop_.run_for(1s);
  endpoint_->stop();
  loop_.run_for(5s);
  EXPECT_FALSE(ended_at_);
  endpoint_->stop();
  loop_.run_for(0ms);
  ASSERT_TRUE(ended_at_);
  EXPECT_EQ(*ended_at_, 6s);
}

}  // namespace
}  // namespace runtask::local
