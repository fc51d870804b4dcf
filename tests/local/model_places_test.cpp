#include <gmock/gmock.h>

#include "local/model_world.h"

// Where a task is: its account, region, cluster, container instance and capacity provider.

namespace runtask::local {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ModelPlaces, an_arn_of_another_place_names_no_task) {
  ModelWorld world;
  world.register_app();
  (void)world.call<ecs::CreateCluster>(R"({"clusterName":"c2"})");
  const auto id = world.run();
  const std::string ecs = "arn:aws:ecs:us-east-1:000000000000:";
  for (const std::string& wrong :
       {ecs + "task/c2/" + id, "arn:aws:ecs:us-east-1:123456789012:task/default/" + id,
        "arn:aws:ecs:eu-west-1:000000000000:task/default/" + id, ecs + "service/default/" + id,
        "arn:aws:ecs:us-east-1:123456789012:task/" + id, "foo/bar/" + id, "default/" + id}) {
    const auto reply = world.call<ecs::DescribeTasks>(R"({"tasks":[")" + wrong + R"("]})");
    ASSERT_TRUE(reply) << wrong;
    EXPECT_TRUE(reply->tasks.empty()) << wrong;
    ASSERT_EQ(reply->failures.size(), 1U) << wrong;
    EXPECT_EQ(reply->failures[0].reason, "MISSING");
    EXPECT_EQ(world.error_of<ecs::StopTask>(R"({"task":")" + wrong + R"("})"),
              "InvalidParameterException: The referenced task was not found.")
        << wrong;
  }
  EXPECT_EQ(world.task(id).desired_status, "RUNNING");
  // The last is the form of older accounts.
  for (const std::string& right : {id, ecs + "task/default/" + id, ecs + "task/" + id}) {
    EXPECT_EQ(world.call<ecs::DescribeTasks>(R"({"tasks":[")" + right + R"("]})")->tasks.size(),
              1U);
    EXPECT_EQ(world.error_of<ecs::StopTask>(R"({"task":")" + right + R"("})"), "");
  }
}

TEST(ModelPlaces, an_arn_of_another_place_names_no_cluster_and_no_definition) {
  ModelWorld world;
  world.register_app();
  for (const std::string place : {"us-east-1:123456789012", "eu-west-1:000000000000"}) {
    const auto arn = "arn:aws:ecs:" + place + ":";
    EXPECT_EQ(world.error_of<ecs::ListTasks>(R"({"cluster":")" + arn + R"(cluster/default"})"),
              "ClusterNotFoundException: Cluster not found.");
    const auto described =
        world.call<ecs::DescribeClusters>(R"({"clusters":[")" + arn + R"(cluster/default"]})");
    EXPECT_EQ(described->failures.at(0).reason, "MISSING");
    const auto named = R"({"taskDefinition":")" + arn + R"(task-definition/job:1"})";
    EXPECT_EQ(world.error_of<ecs::RunTask>(named), "ClientException: TaskDefinition not found.");
    EXPECT_EQ(world.error_of<ecs::DescribeTaskDefinition>(named),
              "ClientException: Unable to describe task definition.");
    EXPECT_THAT(world.error_of<ecs::DeregisterTaskDefinition>(named), HasSubstr("does not exist"));
  }
  EXPECT_EQ(world.error_of<ecs::ListTasks>(R"({"cluster":"x/default"})"),
            "ClusterNotFoundException: Cluster not found.");
  const std::string own = "arn:aws:ecs:us-east-1:000000000000:";
  EXPECT_EQ(world.error_of<ecs::RunTask>(R"({"cluster":")" + own +
                                         R"(cluster/default","taskDefinition":")" + own +
                                         R"(task-definition/job"})"),
            "");
}

TEST(ModelPlaces, a_list_is_of_the_container_instance_that_is_asked_for) {
  ModelWorld world;
  world.register_app("", R"(,"networkMode":"awsvpc","cpu":"256","memory":"512",
      "requiresCompatibilities":["EC2","FARGATE"])");
  const std::string network =
      R"(,"networkConfiguration":{"awsvpcConfiguration":{"subnets":["s"]}})";
  const auto on_instance = world.run(network + R"(,"launchType":"EC2")");
  (void)world.run(network + R"(,"launchType":"FARGATE")");
  const auto listed = [&](const std::string& instance) {
    return world.call<ecs::ListTasks>(R"({"containerInstance":")" + instance + R"("})")->task_arns;
  };
  const std::string arn = "arn:aws:ecs:us-east-1:000000000000:container-instance/local";
  EXPECT_TRUE(listed("nosuch").empty());
  EXPECT_THAT(listed("local"), ElementsAre(HasSubstr(on_instance)));
  EXPECT_THAT(listed(arn), ElementsAre(HasSubstr(on_instance)));
  EXPECT_EQ(listed("").size(), 2U);
}

TEST(ModelPlaces, statistics_and_settings_are_shown_only_when_asked_for) {
  ModelWorld world;
  world.register_app();
  const auto running = world.run();
  world.started(running);
  (void)world.run();
  const auto described = [&](const std::string& include) {
    const auto reply = world.call<ecs::DescribeClusters>(R"({"include":[)" + include + "]}");
    return ecs::write_reply<ecs::DescribeClusters>(*reply);
  };
  EXPECT_THAT(described(""), HasSubstr(R"("statistics":[],"settings":[])"));
  const auto all = described(R"("STATISTICS","SETTINGS")");
  EXPECT_THAT(all, HasSubstr(R"({"name":"runningEC2TasksCount","value":"1"})"));
  EXPECT_THAT(all, HasSubstr(R"({"name":"pendingEC2TasksCount","value":"1"})"));
  EXPECT_THAT(all, HasSubstr(R"({"name":"runningFargateTasksCount","value":"0"})"));
  EXPECT_THAT(all, HasSubstr(R"({"name":"activeEC2ServiceCount","value":"0"})"));
  EXPECT_THAT(all, HasSubstr(R"({"name":"containerInsights","value":"disabled"})"));
  EXPECT_THAT(all, HasSubstr(R"("runningTasksCount":1,"pendingTasksCount":1)"));
}

TEST(ModelPlaces, only_a_capacity_provider_of_the_cluster_is_taken) {
  ModelWorld world;
  world.register_app();
  (void)world.call<ecs::CreateCluster>(R"({"clusterName":"own","capacityProviders":["machines"]})");
  const auto run_on = [&](const std::string& cluster) {
    return world.error_of<ecs::RunTask>(
        R"({"taskDefinition":"job","cluster":")" + cluster +
        R"(","capacityProviderStrategy":[{"capacityProvider":"machines"}]})");
  };
  EXPECT_EQ(run_on("default"),
            "InvalidParameterException: The specified capacity provider 'machines' was not found. "
            "Specify a valid name or ARN and try again.");
  EXPECT_EQ(run_on("own"), "");
  const auto reply = world.call<ecs::DescribeClusters>(R"({"clusters":["default","own"]})");
  const auto text = ecs::write_reply<ecs::DescribeClusters>(*reply);
  EXPECT_THAT(text, HasSubstr(R"("capacityProviders":["FARGATE","FARGATE_SPOT"])"));
  EXPECT_THAT(text, HasSubstr(R"("capacityProviders":["FARGATE","FARGATE_SPOT","machines"])"));
}

}  // namespace
}  // namespace runtask::local
