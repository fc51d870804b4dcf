#include "local/model_world.h"

namespace runtask::local {
namespace {

using std::chrono::seconds;

// "init" and "app", where app depends on init by the condition.
void register_pair(ModelWorld& world, const std::string& condition,
                   const std::string& more_of_init = "") {
  const auto answer = world.call<ecs::RegisterTaskDefinition>(
      R"({"family":"job","containerDefinitions":[
           {"name":"app","image":"host","memory":64,
            "dependsOn":[{"containerName":"init","condition":")" +
      condition + R"("}]},
           {"name":"init","image":"host","memory":64,"essential":false)" +
      more_of_init + "}]}");
  ASSERT_TRUE(answer) << answer.error().message;
}

TEST(ModelDependency, start_waits_for_the_other_to_have_started) {
  ModelWorld world;
  register_pair(world, "START");
  const auto id = world.run();
  EXPECT_EQ(world.asked(), Words{"start init"});
  world.started(id, "init");
  EXPECT_EQ(world.asked(), Words{"start app"});
}

TEST(ModelDependency, complete_waits_for_any_end_and_success_for_a_good_one) {
  for (const std::string condition : {"COMPLETE", "SUCCESS"}) {
    ModelWorld world;
    register_pair(world, condition);
    const auto id = world.run();
    world.started(id, "init");
    EXPECT_EQ(world.asked(), Words{"start init"});
    EXPECT_EQ(world.status(id), "PENDING");
    world.exited(id, condition == "COMPLETE" ? 9 : 0, "init");
    EXPECT_EQ(world.asked(), Words{"start app"});
    world.started(id, "app");
    EXPECT_EQ(world.status(id), "RUNNING");
  }
}

TEST(ModelDependency, without_success_the_other_never_starts_and_the_task_stops) {
  ModelWorld world;
  register_pair(world, "SUCCESS");
  const auto id = world.run();
  world.started(id, "init");
  world.exited(id, 3, "init");
  EXPECT_EQ(world.asked(), Words{"start init"});
  EXPECT_EQ(world.status(id), "STOPPED");
  EXPECT_EQ(world.task(id).stop_code, "TaskFailedToStart");
  EXPECT_EQ(world.container(id, "app").reason,
            "DependencyError: container init exited with 3, and this one waits for its SUCCESS");
  EXPECT_FALSE(world.container(id, "app").exit_code);
  EXPECT_EQ(world.container(id, "init").exit_code, 3);
  EXPECT_FALSE(world.task(id).started_at);
}

TEST(ModelDependency, one_that_could_not_start_is_never_complete) {
  ModelWorld world;
  register_pair(world, "COMPLETE");
  const auto id = world.run();
  world.on(ContainerNotStarted{{id, "init"}, "CannotStartContainerError: no"});
  EXPECT_EQ(world.status(id), "STOPPED");
  EXPECT_EQ(world.task(id).stop_code, "TaskFailedToStart");
}

TEST(ModelDependency, healthy_waits_for_the_health_check) {
  ModelWorld world;
  register_pair(world, "HEALTHY",
                R"(,"healthCheck":{"command":["CMD-SHELL","true"],"interval":10,"retries":2})");
  const auto id = world.run();
  world.started(id, "init");
  EXPECT_EQ(world.asked(), Words{"start init"});
  world.wait(seconds(10));
  EXPECT_EQ(world.asked(), Words{"check init"});
  world.on(HealthChecked{{id, "init"}, false});
  EXPECT_EQ(world.container(id, "init").health_status, "UNKNOWN");
  world.wait(seconds(10));
  EXPECT_EQ(world.asked(), Words{"check init"});
  world.on(HealthChecked{{id, "init"}, true});
  EXPECT_EQ(world.container(id, "init").health_status, "HEALTHY");
  EXPECT_EQ(world.asked(), Words{"start app"});
}

TEST(ModelDependency, checks_that_fail_often_enough_make_it_unhealthy) {
  ModelWorld world;
  world.register_app(
      R"(,"healthCheck":{"command":["CMD","x"],"interval":5,"retries":2,"startPeriod":12})");
  const auto id = world.run();
  world.started(id);
  EXPECT_EQ(world.task(id).health_status, "UNKNOWN");
  for (int i = 0; i < 2; ++i) {  // At 5 and 10 s: within the start period.
    world.wait(seconds(5));
    world.on(HealthChecked{{id, "app"}, false});
  }
  EXPECT_EQ(world.task(id).health_status, "UNKNOWN");
  for (int i = 0; i < 2; ++i) {
    world.wait(seconds(5));
    world.on(HealthChecked{{id, "app"}, false});
  }
  EXPECT_EQ(world.task(id).health_status, "UNHEALTHY");
  EXPECT_EQ(world.status(id), "RUNNING");  // Only a service would stop it for that.
}

// Init's check, 5 s after the last one, fails.
void fail_check(ModelWorld& world, const std::string& id) {
  world.wait(seconds(5));
  world.on(HealthChecked{{id, "init"}, false});
}

TEST(ModelDependency, one_that_becomes_unhealthy_ends_the_wait_and_the_task) {
  ModelWorld world;
  register_pair(world, "HEALTHY",
                R"(,"healthCheck":{"command":["CMD","x"],"interval":5,"retries":2})");
  const auto id = world.run();
  world.started(id, "init");
  fail_check(world, id);
  EXPECT_EQ(world.status(id), "PENDING");
  EXPECT_EQ(world.task(id).desired_status, "RUNNING");
  (void)world.asked();
  fail_check(world, id);
  EXPECT_EQ(world.container(id, "init").health_status, "UNHEALTHY");
  EXPECT_EQ(world.container(id, "app").reason,
            "DependencyError: container init is UNHEALTHY (its check failed 2 times), and this one "
            "waits for its HEALTHY");
  EXPECT_EQ(world.task(id).stop_code, "TaskFailedToStart");
  EXPECT_EQ(world.asked(), (Words{"check init", "signal init"}));
  world.exited(id, 143, "init");
  EXPECT_EQ(world.status(id), "STOPPED");
  EXPECT_FALSE(world.container(id, "app").exit_code);
  EXPECT_FALSE(world.task(id).started_at);
}

TEST(ModelDependency, with_a_start_timeout_an_unhealthy_one_may_recover_until_then) {
  ModelWorld world;
  register_pair(world, "HEALTHY", R"(,"startTimeout":30,
      "healthCheck":{"command":["CMD","x"],"interval":5,"retries":1})");
  const auto recovering = world.run();
  world.started(recovering, "init");
  fail_check(world, recovering);
  EXPECT_EQ(world.container(recovering, "init").health_status, "UNHEALTHY");
  EXPECT_EQ(world.status(recovering), "PENDING");
  (void)world.asked();
  world.on(HealthChecked{{recovering, "init"}, true});
  EXPECT_EQ(world.asked(), Words{"start app"});

  const auto lost = world.run();
  world.started(lost, "init");
  for (int check = 0; check < 5; ++check)
    fail_check(world, lost);
  EXPECT_EQ(world.task(lost).desired_status, "RUNNING");
  world.wait(seconds(5));
  EXPECT_EQ(world.task(lost).stop_code, "TaskFailedToStart");
  EXPECT_NE(world.container(lost, "app").reason.find("within its startTimeout of 30s"),
            std::string::npos);
}

TEST(ModelDependency, a_start_timeout_is_nothing_to_one_that_waits_for_somebody_else) {
  ModelWorld world;
  ASSERT_TRUE(world.call<ecs::RegisterTaskDefinition>(
      R"({"family":"job","containerDefinitions":[
           {"name":"app","image":"host","memory":64,
            "dependsOn":[{"containerName":"db","condition":"HEALTHY"},
                         {"containerName":"init","condition":"COMPLETE"}]},
           {"name":"db","image":"host","memory":64,"startTimeout":10,
            "healthCheck":{"command":["CMD","x"],"interval":5}},
           {"name":"init","image":"host","memory":64,"essential":false}]})"));
  const auto id = world.run();
  world.started(id, "db");
  world.started(id, "init");
  world.on(HealthChecked{{id, "db"}, true});
  world.wait(seconds(60));  // Init takes long; db has been healthy for ages.
  EXPECT_EQ(world.task(id).desired_status, "RUNNING");
  (void)world.asked();
  world.exited(id, 0, "init");
  EXPECT_EQ(world.asked(), Words{"start app"});
}

TEST(ModelDependency, healthy_of_one_whose_check_is_off_cannot_be_registered) {
  ModelWorld world;
  EXPECT_NE(world
                .error_of<ecs::RegisterTaskDefinition>(
                    R"({"family":"job","containerDefinitions":[
           {"name":"app","image":"host","memory":64,
            "dependsOn":[{"containerName":"db","condition":"HEALTHY"}]},
           {"name":"db","image":"host","memory":64,"healthCheck":{"command":["NONE"]}}]})")
                .find("needs a health check"),
            std::string::npos);
}

TEST(ModelDependency, the_start_timeout_of_the_one_waited_for_ends_the_wait) {
  ModelWorld world;
  register_pair(world, "COMPLETE", R"(,"startTimeout":7)");
  const auto id = world.run();
  world.started(id, "init");
  (void)world.asked();
  world.wait(seconds(7));
  EXPECT_EQ(world.task(id).stop_code, "TaskFailedToStart");
  EXPECT_TRUE(world.container(id, "app").reason.starts_with("DependencyError: container init"));
  EXPECT_EQ(world.asked(), Words{"signal init"});
  world.exited(id, 143, "init");
  EXPECT_EQ(world.status(id), "STOPPED");
}

TEST(ModelDependency, containers_stop_in_the_reverse_order_of_their_dependencies) {
  ModelWorld world;
  (void)world.call<ecs::RegisterTaskDefinition>(
      R"({"family":"job","containerDefinitions":[
           {"name":"db","image":"host","memory":64},
           {"name":"web","image":"host","memory":64,
            "dependsOn":[{"containerName":"db","condition":"START"}]},
           {"name":"proxy","image":"host","memory":64,
            "dependsOn":[{"containerName":"web","condition":"START"}]}]})");
  const auto id = world.run();
  for (const auto* name : {"db", "web", "proxy"})
    world.started(id, name);
  EXPECT_EQ(world.asked(), (Words{"start db", "start web", "start proxy"}));
  (void)world.call<ecs::StopTask>(R"({"task":")" + id + R"("})");
  EXPECT_EQ(world.asked(), Words{"signal proxy"});
  world.exited(id, 143, "proxy");
  EXPECT_EQ(world.asked(), Words{"signal web"});
  world.exited(id, 143, "web");
  EXPECT_EQ(world.asked(), Words{"signal db"});
  world.exited(id, 143, "db");
  EXPECT_EQ(world.status(id), "STOPPED");
}

}  // namespace
}  // namespace runtask::local
