#include "local/endpoint.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "base/text.h"
#include "ecs/sts.h"
#include "local/endpoint_world.h"
#include "local/image_table.h"

namespace runtask::local {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class EndpointTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto started = world.start();
    ASSERT_TRUE(started) << started.error().text();
  }
  sys::Scratch scratch;
  EndpointWorld world{scratch.path()};
};

TEST_F(EndpointTest, a_task_runs_for_real_with_its_log_and_its_code) {
  world.register_shell("echo hello; echo; echo err >&2; printf last; exit 7");
  const auto task = world.run_whole();
  EXPECT_EQ(task.containers.at(0).exit_code, 7);
  EXPECT_EQ(task.stop_code, "EssentialContainerExited");
  EXPECT_THAT(world.lines(ecs::last_part(task.task_arn)), ElementsAre("hello", "", "err", "last"));
  EXPECT_TRUE(world.is_complete);
}

TEST_F(EndpointTest, a_log_group_is_named_by_its_identifier_too) {
  world.register_shell("echo hello");
  const auto stream = "app/" + ecs::last_part(world.run_whole().task_arn);
  const auto got = [&](const std::string& group) {
    return world.call<ecs::GetLogEvents>("{" + group + R"(,"logStreamName":")" + stream +
                                         R"(","startFromHead":true})");
  };
  const std::string logs = "arn:aws:logs:us-east-1:000000000000:log-group:";
  for (const std::string& identifier : {std::string("/runtask/job"), logs + "/runtask/job"}) {
    const auto group = R"("logGroupIdentifier":")" + identifier + R"(")";
    const auto page = got(group);
    ASSERT_TRUE(page) << page.error().error.text();
    EXPECT_EQ(page->events.at(0).message, "hello");
    const auto filtered = world.call<ecs::FilterLogEvents>("{" + group + "}");
    ASSERT_TRUE(filtered);
    EXPECT_EQ(filtered->events.size(), 1U);
    const auto streams = world.call<ecs::DescribeLogStreams>("{" + group + "}");
    ASSERT_TRUE(streams);
    EXPECT_EQ(streams->log_streams.at(0).arn, logs + "/runtask/job:log-stream:" + stream);
  }
  EXPECT_EQ(
      got(R"("logGroupName":"/runtask/job","logGroupIdentifier":"/runtask/job")").error().name,
      "InvalidParameterException");
  EXPECT_EQ(got(R"("logGroupIdentifier":")" + logs + R"(/runtask/job:*")").error().name,
            "InvalidParameterException");
  EXPECT_EQ(got(R"("logGroupIdentifier":"a b")").error().name, "InvalidParameterException");
  EXPECT_EQ(got(R"("logGroupIdentifier":1)").error().name, "SerializationException");
  for (const std::string other :
       {"arn:aws:logs:eu-west-1:000000000000:", "arn:aws:logs:us-east-1:123456789012:"})
    EXPECT_EQ(got(R"("logGroupIdentifier":")" + other + R"(log-group:/runtask/job")").error().name,
              "ResourceNotFoundException");
  // No member of that name, only its letters.
  EXPECT_TRUE(world.call<ecs::FilterLogEvents>(
      R"({"logGroupName":"/runtask/job","filterPattern":"logGroupIdentifier"})"));
}

TEST_F(EndpointTest, a_batch_may_have_a_mebibyte_of_text_however_it_is_escaped) {
  ASSERT_TRUE(world.call<ecs::CreateLogGroup>(R"({"logGroupName":"g"})"));
  ASSERT_TRUE(world.call<ecs::CreateLogStream>(R"({"logGroupName":"g","logStreamName":"s"})"));
  const auto now = std::to_string(world.loop.wall_now().time_since_epoch().count());
  const auto put = [&](const std::string& escape, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i)
      text += escape;
    const auto body = R"({"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":)" +
                      now + R"(,"message":")" + text + R"("}]})";
    return world.send(world.signed_request(ecs::Service::kLogs, "PutLogEvents", body));
  };
  constexpr std::size_t kRoom = 1'048'576 - 26;
  EXPECT_EQ(put("\\u0007", kRoom)->status, 200);
  EXPECT_EQ(put("\\u00e9", kRoom / 2)->status, 200);
  const auto too_much = put("\\u0007", kRoom + 1);
  EXPECT_EQ(too_much->status, 400);
  EXPECT_THAT(too_much->body, HasSubstr("InvalidParameterException"));
  const auto oversized = put("\\u0007", 2 * kRoom);
  EXPECT_EQ(oversized->status, 413);
  EXPECT_EQ(sys::header_value(oversized->headers, "content-type"), "application/x-amz-json-1.1");
  EXPECT_THAT(oversized->body, HasSubstr(R"("__type":"SerializationException")"));
  EXPECT_THAT(oversized->body, HasSubstr("larger than 7340032 bytes"));
  EXPECT_FALSE(sys::header_value(oversized->headers, "x-amzn-requestid").empty());
}

TEST_F(EndpointTest, the_environment_is_clean_and_overrides_win) {
  world.register_shell("env | sort", R"("environment":[{"name":"A","value":"1"},
                                                       {"name":"B","value":"2"}])");
  const auto task = world.run_whole(R"(,"overrides":{"containerOverrides":[{"name":"app",
      "environment":[{"name":"B","value":"two words"},{"name":"LANG","value":"C"}]}]})");
  const auto lines = world.lines(ecs::last_part(task.task_arn));
  for (const char* line : {"A=1", "B=two words", "LANG=C", "HOME=/tmp",
                           "AWS_EXECUTION_ENV=AWS_ECS_EC2", "AWS_REGION=us-east-1"})
    EXPECT_THAT(lines, testing::Contains(line));
  for (const auto& line : lines)
    EXPECT_THAT(line.substr(0, line.find('=')),
                testing::AnyOf("A", "B", "LANG", "HOME", "AWS_EXECUTION_ENV", "AWS_REGION",
                               "AWS_DEFAULT_REGION", "PATH", "PWD", "HOSTNAME", "RUNTASK_TREE",
                               "OLDPWD", "_", "SHLVL"));
}

TEST_F(EndpointTest, a_private_directory_is_there_and_gone_afterwards) {
  world.register_shell("pwd; stat -c %a .; echo x > file");
  const auto task = world.run_whole();
  const auto lines = world.lines(ecs::last_part(task.task_arn));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], HasSubstr(ecs::last_part(task.task_arn) + "/app"));
  EXPECT_EQ(lines[1], "700");
  EXPECT_FALSE(world.files.exists(lines[0]));
}

TEST_F(EndpointTest, an_image_of_the_table_gives_directory_environment_and_entry_point) {
  ASSERT_TRUE(world.files.make_directory(scratch / "app", 0700));
  ImageTable table;
  ASSERT_TRUE(table.set(
      {"shop:1.0", scratch / "app", {{"WHO", "image"}, {"B", "image"}}, {"/bin/sh", "-c"}}));
  ASSERT_TRUE(table.save(world.files, StateDirectory(scratch.path()).images()));
  ASSERT_TRUE(world.call<ecs::RegisterTaskDefinition>(
      R"({"family":"job","containerDefinitions":[{"name":"app","image":"shop:1.0","memory":64,
          "command":["pwd; echo $WHO $B"],"environment":[{"name":"B","value":"definition"}]}]})"));
  const auto task = world.run_whole();
  EXPECT_THAT(world.lines(ecs::last_part(task.task_arn)),
              ElementsAre(HasSubstr("/app"), "image definition"));
}

TEST_F(EndpointTest, what_cannot_start_says_why) {
  const std::pair<std::string, std::string> cases[] = {
      {R"("image":"nginx:latest")", "CannotPullContainerError: there is no image 'nginx:latest'"},
      {R"("image":"host","command":["/no/such/program"])", "CannotStartContainerError: "},
      {R"("image":"host")", "CannotCreateContainerError: no command"},
      {R"("image":"host","command":["true"],"privileged":true)", "privileged is refused"},
      {R"("image":"host","command":["true"],"workingDirectory":"/no/such")",
       "CannotStartContainerError: "},
      {R"("image":"host","command":["true"],"secrets":[{"name":"S","valueFrom":"arn:x"}])",
       "invalid ssm parameters: arn:x (the variable S;"},
      {R"("image":"host","command":["true"],"logConfiguration":{"logDriver":"awslogs",
          "options":{"awslogs-region":"r","awslogs-group":"not a name"}})",
       "ResourceInitializationError: "},
  };
  for (const auto& [members, reason] : cases) {
    ASSERT_TRUE(world.call<ecs::RegisterTaskDefinition>(
        R"({"family":"job","containerDefinitions":[{"name":"app","memory":64,)" + members + "}]}"));
    const auto task = world.run_whole();
    EXPECT_EQ(task.stop_code, "TaskFailedToStart") << members;
    EXPECT_FALSE(task.containers.at(0).exit_code) << members;
    EXPECT_FALSE(task.started_at) << members;
    EXPECT_THAT(task.containers.at(0).reason, HasSubstr(reason)) << members;
  }
}

TEST_F(EndpointTest, secrets_of_the_image_file_are_given) {
  ASSERT_TRUE(world.files.write(StateDirectory(scratch.path()).images(),
                                R"({"images":{},"secrets":{"arn:x":"hush"}})", 0600));
  world.register_shell("echo $S", R"("secrets":[{"name":"S","valueFrom":"arn:x"}])");
  EXPECT_THAT(world.lines(ecs::last_part(world.run_whole().task_arn)), ElementsAre("hush"));
}

TEST_F(EndpointTest, stop_task_sends_sigterm_and_then_kills_the_whole_tree) {
  world.register_shell("trap 'echo term; exit 3' TERM; echo up; while :; do sleep 0.01; done");
  auto id = world.run();
  ASSERT_TRUE(world.wait_until([&] { return !world.lines(id).empty(); }));
  ASSERT_TRUE(world.call<ecs::StopTask>(R"({"task":")" + id + R"("})"));
  auto task = world.wait_for(id, "STOPPED");
  EXPECT_EQ(task.containers.at(0).exit_code, 3);
  EXPECT_EQ(task.stop_code, "UserInitiated");
  EXPECT_THAT(world.lines(id), ElementsAre("up", "term"));

  world.register_shell("trap '' TERM; setsid sleep 600 & echo $!; wait; sleep 600",
                       R"("stopTimeout":1)");
  id = world.run();
  ASSERT_TRUE(world.wait_until([&] { return !world.lines(id).empty(); }));
  const auto grandchild = world.lines(id).at(0);
  ASSERT_TRUE(world.call<ecs::StopTask>(R"({"task":")" + id + R"("})"));
  task = world.wait_for(id, "STOPPED");
  EXPECT_EQ(task.containers.at(0).exit_code, 137);
  EXPECT_FALSE(world.files.exists("/proc/" + grandchild));
}

TEST_F(EndpointTest, memory_over_the_limit_is_out_of_memory) {
  ASSERT_TRUE(world.call<ecs::RegisterTaskDefinition>(
      R"({"family":"job","containerDefinitions":[{"name":"app","image":"host","memory":32,
          "command":["/usr/bin/perl","-e","my $x = 'x' x (200<<20); sleep 20"]}]})"));
  const auto task = world.run_whole();
  EXPECT_EQ(task.containers.at(0).exit_code, 137);
  EXPECT_EQ(task.containers.at(0).reason, "OutOfMemoryError: Container killed due to memory usage");
}

TEST_F(EndpointTest, health_checks_are_really_run) {
  ASSERT_TRUE(world.call<ecs::RegisterTaskDefinition>(
      R"({"family":"job","containerDefinitions":[
          {"name":"app","image":"host","memory":64,"command":["/bin/echo","ready"],
           "dependsOn":[{"containerName":"db","condition":"HEALTHY"}]},
          {"name":"db","image":"host","memory":64,"essential":false,
           "command":["/bin/sh","-c","echo 1 > up; sleep 60"],
           "healthCheck":{"command":["CMD-SHELL","test -f up"],"interval":5}}]})"));
  const auto task = world.run_whole();
  EXPECT_EQ(task.container("app")->exit_code, 0);
  EXPECT_EQ(task.container("db")->health_status, "HEALTHY");
}

TEST_F(EndpointTest, a_burst_of_lines_arrives_whole_and_in_order) {
  world.register_shell("seq 1 100000");
  const auto task = world.run_whole();
  const auto lines = world.lines(ecs::last_part(task.task_arn));
  ASSERT_EQ(lines.size(), 100'000U);
  for (std::size_t i = 0; i < lines.size(); ++i)
    ASSERT_EQ(lines[i], std::to_string(i + 1));
  EXPECT_TRUE(world.is_complete);
}

TEST_F(EndpointTest, the_awslogs_options_name_group_and_stream) {
  world.register_shell("echo x", R"("logConfiguration":{"logDriver":"awslogs","options":{
      "awslogs-group":"/ecs/job","awslogs-region":"us-east-1","awslogs-stream-prefix":"p"}})");
  const auto id = ecs::last_part(world.run_whole().task_arn);
  const auto page = world.call<ecs::GetLogEvents>(
      R"({"logGroupName":"/ecs/job","logStreamName":"p/app/)" + id + R"("})");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->events.at(0).message, "x");
  EXPECT_EQ(page->complete, true);
}

TEST_F(EndpointTest, hostile_requests_get_errors_and_do_no_harm) {
  const auto name_of = [&](const sys::HttpRequest& request) {
    const auto result = world.send(request);
    EXPECT_TRUE(result);
    if (!result) return std::string();
    EXPECT_FALSE(sys::header_value(result->headers, "x-amzn-requestid").empty());
    EXPECT_FALSE(sys::header_value(result->headers, "date").empty());
    return ecs::read_error("test", result->status,
                           sys::header_value(result->headers, "content-type"), result->body)
        .name;
  };
  const auto good = [&] { return world.signed_request(ecs::Service::kEcs, "ListTasks", "{}"); };
  auto unsigned_request = good();
  std::erase_if(unsigned_request.headers,
                [](const auto& header) { return header.name == "Authorization"; });
  EXPECT_EQ(name_of(unsigned_request), "MissingAuthenticationTokenException");
  auto changed = good();
  changed.body = "{ }";
  EXPECT_EQ(name_of(changed), "InvalidSignatureException");
  auto origin = good();
  origin.headers.push_back({"Origin", "http://evil.example"});
  EXPECT_EQ(name_of(origin), "AccessDeniedException");
  EXPECT_EQ(name_of(world.signed_request(ecs::Service::kEcs, "ListTasks", "{")),
            "SerializationException");
  EXPECT_EQ(name_of(world.signed_request(ecs::Service::kEcs, "ListTasks", R"({"maxResults":"1"})")),
            "SerializationException");
  EXPECT_EQ(name_of(world.signed_request(ecs::Service::kEcs, "ListTasks",
                                         std::string(100, '[') + std::string(100, ']'))),
            "SerializationException");
  EXPECT_EQ(name_of(world.signed_request(ecs::Service::kEcs, "ExecuteCommand", "{}")),
            "UnknownOperationException");
  EXPECT_EQ(name_of(world.signed_request(ecs::Service::kLogs, "RunTask", "{}")),
            "UnknownOperationException");
  auto real = good();
  world.keys.access_key_id = "AKIAIOSFODNN7EXAMPLE";
  EXPECT_EQ(name_of(good()), "UnrecognizedClientException");
}

TEST_F(EndpointTest, sts_tells_who_and_gives_keys_that_work) {
  auto reply = world.send(
      world.signed_request(ecs::Service::kSts, "", "Action=GetCallerIdentity&Version=2011-06-15"));
  ASSERT_TRUE(reply);
  EXPECT_EQ(ecs::read_caller_identity(reply->body)->account, "000000000000");
  reply =
      world.send(world.signed_request(ecs::Service::kSts, "",
                                      "Action=AssumeRole&Version=2011-06-15&RoleSessionName=me&"
                                      "RoleArn=arn%3Aaws%3Aiam%3A%3A000000000000%3Arole%2Fdeploy"));
  ASSERT_TRUE(reply);
  const auto role = ecs::read_assume_role(reply->body);
  ASSERT_TRUE(role) << reply->body;
  world.keys = {role->access_key_id, Secret(role->secret_access_key), Secret(role->session_token)};
  reply = world.send(
      world.signed_request(ecs::Service::kSts, "", "Action=GetCallerIdentity&Version=2011-06-15"));
  EXPECT_EQ(ecs::read_caller_identity(reply->body)->arn,
            "arn:aws:sts::000000000000:assumed-role/deploy/me");
  EXPECT_TRUE(world.call<ecs::ListTasks>("{}"));
  reply = world.send(world.signed_request(ecs::Service::kSts, "", "Action=Dance"));
  EXPECT_EQ(ecs::xml_text(reply->body, "Code"), "InvalidAction");
}

TEST_F(EndpointTest, a_second_endpoint_on_the_directory_is_refused) {
  EndpointWorld second(scratch.path());
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Code::kConflict);
  EXPECT_THAT(started.error().text(), HasSubstr(world.address.url()));
  EXPECT_TRUE(world.call<ecs::ListTasks>("{}"));
}

TEST_F(EndpointTest, whoever_watches_a_task_that_its_stop_ends_is_told_and_gets_its_last_line) {
  world.register_shell(
      "trap 'sleep 0.2; echo bye; exit 5' TERM; echo up; while :; do sleep 0.01; done");
  const auto id = world.run();
  ASSERT_TRUE(world.wait_until([&] { return !world.lines(id).empty(); }));
  world.endpoint->stop();
  EXPECT_EQ(world.wait_for(id, "STOPPED").containers.at(0).exit_code, 5);
  EXPECT_EQ(world.lines(id), (std::vector<std::string>{"up", "bye"}));
  EXPECT_TRUE(world.is_complete);
  EXPECT_TRUE(world.wait_until([&] { return world.has_ended; }));
}

TEST_F(EndpointTest, stopping_it_stops_its_tasks_and_a_new_one_remembers_everything) {
  world.register_shell("trap 'exit 5' TERM; echo up; while :; do sleep 0.01; done");
  const auto id = world.run(R"(,"clientToken":"once")");
  ASSERT_TRUE(world.wait_until([&] { return !world.lines(id).empty(); }));
  world.endpoint->stop();
  ASSERT_TRUE(world.wait_until([&] { return world.has_ended; }));
  EXPECT_FALSE(find_endpoint(world.files, StateDirectory(scratch.path())));
  EXPECT_FALSE(world.files.exists(StateDirectory(scratch.path()).address()));
  world.endpoint.reset();
  const std::string key = world.keys.access_key_id;
  ASSERT_TRUE(world.start());
  EXPECT_EQ(world.keys.access_key_id, key);
  const auto task = world.describe(id);
  EXPECT_EQ(task.last_status, "STOPPED");
  EXPECT_EQ(task.stop_code, "TerminationNotice");
  EXPECT_EQ(task.containers.at(0).exit_code, 5);
  EXPECT_EQ(world.run(R"(,"clientToken":"once")"), id);
  EXPECT_THAT(world.lines(id), ElementsAre("up"));
  EXPECT_TRUE(world.is_complete);
}

TEST_F(EndpointTest, the_key_file_is_for_its_owner_only) {
  EXPECT_TRUE(world.keys.access_key_id.starts_with("RTLOCAL"));
  EXPECT_EQ(world.keys.access_key_id.size(), 20U);
  EXPECT_EQ(world.keys.secret_access_key.reveal().size(), 40U);
  const auto mode = std::filesystem::status(StateDirectory(scratch.path()).keys()).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(std::filesystem::status(StateDirectory(scratch.path()).root).permissions(),
            std::filesystem::perms::owner_all);
}

TEST(EndpointIdle, it_ends_by_itself_but_not_while_a_task_runs) {
  const sys::Scratch scratch;
  EndpointWorld world(scratch.path());
  // As long as a slow machine may take from one call to the next.
  constexpr auto kIdle = std::chrono::seconds(2);
  ASSERT_TRUE(world.start(kIdle));
  world.register_shell("while [ ! -e " + (scratch / "go") + " ]; do sleep 0.02; done");
  (void)world.run();
  world.run_for(kIdle + kIdle / 2);
  EXPECT_FALSE(world.has_ended);
  ASSERT_TRUE(world.files.write(scratch / "go", "", 0600));
  EXPECT_TRUE(world.wait_until([&] { return world.has_ended; }));
}

TEST(EndpointState, a_directory_that_cannot_be_used_is_a_clear_error) {
  const sys::Scratch scratch;
  EndpointWorld world(scratch / "file");
  ASSERT_TRUE(world.files.write(scratch / "file", "x", 0600));
  const auto started = world.start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().text(), HasSubstr(scratch / "file"));
}

TEST(EndpointState, what_others_can_read_or_change_is_not_trusted) {
  using std::filesystem::permissions;
  using std::filesystem::perms;
  const sys::Scratch scratch;
  const StateDirectory directory(scratch.path());
  EndpointWorld world(scratch.path());
  ASSERT_TRUE(world.start());
  world.endpoint.reset();
  permissions(directory.keys(), perms::group_read, std::filesystem::perm_options::add);
  auto started = world.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Code::kDenied);
  EXPECT_THAT(started.error().text(), HasSubstr("keys is not private"));
  permissions(directory.root, perms::others_exec, std::filesystem::perm_options::add);
  started = world.start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().text(), HasSubstr("chmod 700"));
}

TEST(EndpointState, a_damaged_database_is_a_clear_error) {
  const sys::Scratch scratch;
  const StateDirectory directory(scratch.path());
  EndpointWorld world(scratch.path());
  ASSERT_TRUE(world.files.make_directory(directory.root, 0700));
  ASSERT_TRUE(world.files.write(directory.database(), std::string(9'000, 'x'), 0600));
  const auto started = world.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Code::kInvalid);
  EXPECT_THAT(started.error().text(), HasSubstr("endpoint.db"));
  EXPECT_THAT(started.error().hint, HasSubstr("move it away"));
}

}  // namespace
}  // namespace runtask::local
