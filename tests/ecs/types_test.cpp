#include "ecs/types.h"

#include <gtest/gtest.h>

#include "ecs/api.h"

namespace runtask::ecs {
namespace {

constexpr const char* kTask =
    R"({"taskArn":"arn:aws:ecs:eu-west-1:123456789012:task/example/0123","clusterArn":"c",)"
    R"("taskDefinitionArn":"d:1","lastStatus":"STOPPED","desiredStatus":"STOPPED",)"
    R"("containers":[{"containerArn":"x","taskArn":"y","name":"app","image":"i",)"
    R"("runtimeId":"r","lastStatus":"STOPPED","exitCode":137,"reason":"OutOfMemoryError: x",)"
    R"("healthStatus":"UNKNOWN","cpu":"0","memory":"64","networkBindings":[]}],)"
    R"("overrides":{"containerOverrides":[{"name":"app","command":[],)"
    R"("environment":[{"name":"EMPTY","value":""}],"cpu":256}],"cpu":"512",)"
    R"("inferenceAcceleratorOverrides":[]},"startedBy":"me","group":"family:f",)"
    R"("launchType":"FARGATE","stopCode":"EssentialContainerExited",)"
    R"("stoppedReason":"Essential container in task exited","enableExecuteCommand":false,)"
    R"("createdAt":1769817600.123,"startedAt":1769817601.0,"version":4,)"
    R"("attachments":[{"id":"1","type":"eni","status":"ATTACHED",)"
    R"("details":[{"name":"subnetId","value":"s-1"}]}],"tags":[{"key":"k","value":""}],)"
    R"("availabilityZone":"eu-west-1a","ephemeralStorage":{"sizeInGiB":20}})";

TEST(Task, comes_back_from_its_text_with_the_members_it_has_no_field_for) {
  const auto task = read_task(kTask);
  ASSERT_TRUE(task) << task.error().text();
  EXPECT_EQ(to_text(*task), kTask);
}

TEST(Task, times_are_seconds_with_a_fraction) {
  const auto task = read_task(kTask);
  ASSERT_TRUE(task) << task.error().text();
  EXPECT_EQ(task->created_at, WallTime(Duration(1'769'817'600'123)));
  EXPECT_EQ(task->started_at, WallTime(Duration(1'769'817'601'000)));
  EXPECT_FALSE(task->stopped_at);
}

TEST(Task, a_container_is_found_by_its_name) {
  const auto task = read_task(kTask);
  ASSERT_TRUE(task) << task.error().text();
  ASSERT_NE(task->container("app"), nullptr);
  EXPECT_EQ(task->container("app")->exit_code, 137);
  EXPECT_EQ(task->container("web"), nullptr);
}

TEST(Task, arrays_that_aws_always_sends_are_written_even_when_empty) {
  Task task;
  task.task_arn = "a";
  EXPECT_EQ(to_text(task),
            R"({"taskArn":"a","containers":[],"overrides":{"containerOverrides":[]},"version":0,)"
            R"("attachments":[],"tags":[]})");
}

TEST(Task, a_reply_without_the_name_of_a_task_makes_no_sense) {
  EXPECT_EQ(read_task("{}").error().message, "task: member `taskArn` is missing");
  EXPECT_EQ(read_task("[]").error().message, "task: expected object, found array");
}

TEST(Task, a_number_that_is_no_time_is_an_error) {
  EXPECT_TRUE(read_task(R"({"taskArn":"a","createdAt":253402300799})"));
  for (const char* bad : {"1e300", "-1", "253402300800", "\"now\""}) {
    const auto task = read_task(std::string(R"({"taskArn":"a","createdAt":)") + bad + "}");
    ASSERT_FALSE(task) << bad;
    EXPECT_EQ(task.error().code, Code::kInvalid);
    EXPECT_NE(task.error().message.find("createdAt"), std::string::npos) << task.error().message;
  }
}

TEST(TaskDefinition, comes_back_from_its_text) {
  const std::string text =
      R"({"taskDefinitionArn":"arn","family":"f","revision":3,"status":"ACTIVE",)"
      R"("containerDefinitions":[{"name":"app","image":"i","cpu":10,"memory":64,)"
      R"("memoryReservation":32,"essential":false,"entryPoint":["sh"],"command":["-c","x"],)"
      R"("environment":[{"name":"A","value":"b"}],)"
      R"("dependsOn":[{"containerName":"db","condition":"HEALTHY"}],"startTimeout":5,)"
      R"("stopTimeout":6,"secrets":[{"name":"S","valueFrom":"arn:s"}],"workingDirectory":"/w",)"
      R"("user":"1000","privileged":false,"logConfiguration":{"logDriver":"awslogs",)"
      R"("options":{"awslogs-group":"g"},"secretOptions":[]},"healthCheck":{)"
      R"("command":["CMD","true"],"interval":5,"timeout":2,"retries":1,"startPeriod":0},)"
      R"("ulimits":[{"name":"nofile","softLimit":1,"hardLimit":2}]}],"networkMode":"awsvpc",)"
      R"("requiresCompatibilities":["FARGATE"],"compatibilities":["EC2"],"cpu":"256",)"
      R"("memory":"512","taskRoleArn":"t","executionRoleArn":"e","pidMode":"task",)"
      R"("ipcMode":"none","registeredAt":1.5,"registeredBy":"me","volumes":[{"name":"v"}]})";
  const auto definition = read_task_definition(text, "x.json");
  ASSERT_TRUE(definition) << definition.error().text();
  EXPECT_EQ(to_text(*definition), text);
  EXPECT_EQ(definition->family_revision(), "f:3");
  ASSERT_NE(definition->container("app"), nullptr);
  EXPECT_FALSE(definition->container("app")->is_essential());
  EXPECT_EQ(definition->container("db"), nullptr);
}

TEST(TaskDefinition, one_to_register_has_no_revision) {
  TaskDefinition definition;
  definition.family = "f";
  EXPECT_EQ(to_text(definition), R"({"family":"f","containerDefinitions":[]})");
}

TEST(TaskDefinition, a_container_is_essential_unless_it_says_otherwise) {
  EXPECT_TRUE(ContainerDefinition().is_essential());
}

TEST(TaskDefinition, an_error_names_the_file_and_the_path) {
  const auto bad = read_task_definition(
      R"({"containerDefinitions":[{"environment":[{"name":"A","value":1}]}]})", "task.json");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message,
            "task.json: /containerDefinitions[0]/environment[0]/value: expected string, found "
            "number");
}

TEST(TaskOverride, an_empty_command_is_not_the_same_as_none) {
  const auto with =
      read_task_override(R"({"containerOverrides":[{"name":"a","command":[]}]})", "x");
  const auto without = read_task_override(R"({"containerOverrides":[{"name":"a"}]})", "x");
  ASSERT_TRUE(with && without);
  EXPECT_TRUE(with->container_overrides.at(0).command);
  EXPECT_FALSE(without->container_overrides.at(0).command);
}

}  // namespace
}  // namespace runtask::ecs
