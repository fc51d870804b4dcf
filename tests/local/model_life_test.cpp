#include "ecs/life_cycle.h"
#include "local/model_world.h"

namespace runtask::local {
namespace {

using std::chrono::seconds;

TEST(ModelLife, a_task_goes_from_pending_over_running_to_stopped_with_its_code) {
  ModelWorld world;
  world.register_app();
  const auto id = world.run();
  EXPECT_EQ(world.status(id), "PENDING");
  EXPECT_EQ(world.task(id).desired_status, "RUNNING");
  EXPECT_EQ(world.asked(), Words{"start app"});
  EXPECT_FALSE(world.task(id).started_at);

  world.wait(seconds(1));
  world.started(id);
  EXPECT_EQ(world.status(id), "RUNNING");
  EXPECT_EQ(world.container(id).last_status, "RUNNING");
  EXPECT_EQ(world.task(id).started_at, world.now.wall);
  const auto version = world.task(id).version;

  world.wait(seconds(5));
  world.exited(id, 7);
  const ecs::Task& task = world.task(id);
  EXPECT_EQ(task.last_status, "STOPPED");
  EXPECT_EQ(task.desired_status, "STOPPED");
  EXPECT_EQ(task.stop_code, "EssentialContainerExited");
  EXPECT_EQ(task.stopped_reason, "Essential container in task exited");
  EXPECT_EQ(task.containers[0].exit_code, 7);
  EXPECT_EQ(task.stopped_at, world.now.wall);
  EXPECT_EQ(task.execution_stopped_at, world.now.wall);
  EXPECT_TRUE(task.stopping_at && task.created_at && task.pull_started_at && task.pull_stopped_at);
  EXPECT_EQ(task.connectivity, "CONNECTED");
  EXPECT_GT(task.version, version);
  EXPECT_EQ(world.model.live_tasks(), 0U);
  EXPECT_FALSE(world.model.next_wake());
}

TEST(ModelLife, a_task_with_its_own_network_shows_the_steps_of_its_interface) {
  ModelWorld world;
  world.register_app("", R"(,"networkMode":"awsvpc")");
  const auto id =
      world.run(R"(,"networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-1"]}})");
  EXPECT_EQ(world.status(id), "PROVISIONING");
  EXPECT_TRUE(world.asked().empty());
  world.settle();
  EXPECT_EQ(world.status(id), "PENDING");
  EXPECT_EQ(world.asked(), Words{"start app"});
  world.started(id);
  EXPECT_EQ(world.status(id), "RUNNING");
  (void)world.call<ecs::StopTask>(R"({"task":")" + id + R"("})");
  EXPECT_EQ(world.status(id), "DEACTIVATING");
  world.settle();
  EXPECT_EQ(world.status(id), "STOPPING");
  world.exited(id, 143);
  EXPECT_EQ(world.status(id), "DEPROVISIONING");
  EXPECT_EQ(world.container(id).exit_code, 143);
  world.settle();
  EXPECT_EQ(world.status(id), "STOPPED");
}

TEST(ModelLife, one_essential_container_that_ends_takes_the_others_with_it) {
  ModelWorld world;
  (void)world.call<ecs::RegisterTaskDefinition>(
      R"({"family":"job","containerDefinitions":[
           {"name":"sidecar","image":"host","memory":64,"essential":false},
           {"name":"app","image":"host","memory":64}]})");
  const auto id = world.run();
  EXPECT_EQ(world.asked(), (Words{"start sidecar", "start app"}));
  world.started(id, "sidecar");
  EXPECT_EQ(world.status(id), "PENDING");  // Not all have started.
  world.started(id, "app");
  EXPECT_EQ(world.status(id), "RUNNING");
  world.exited(id, 0, "app");
  EXPECT_EQ(world.status(id), "STOPPING");
  EXPECT_EQ(world.container(id, "app").exit_code, 0);
  EXPECT_EQ(world.asked(), Words{"signal sidecar"});
  world.wait(seconds(29));
  EXPECT_TRUE(world.asked().empty());
  world.wait(seconds(1));  // ECS API: 30 seconds are the default of stopTimeout.
  EXPECT_EQ(world.asked(), Words{"kill sidecar"});
  world.exited(id, 137, "sidecar");
  EXPECT_EQ(world.status(id), "STOPPED");
  EXPECT_EQ(world.task(id).stop_code, "EssentialContainerExited");
}

TEST(ModelLife, a_container_that_is_not_essential_just_ends) {
  ModelWorld world;
  (void)world.call<ecs::RegisterTaskDefinition>(
      R"({"family":"job","containerDefinitions":[
           {"name":"helper","image":"host","memory":64,"essential":false},
           {"name":"app","image":"host","memory":64}]})");
  const auto id = world.run();
  world.started(id, "helper");
  world.started(id, "app");
  world.exited(id, 3, "helper");
  EXPECT_EQ(world.status(id), "RUNNING");
  EXPECT_EQ(world.container(id, "helper").exit_code, 3);
  EXPECT_EQ(world.container(id, "helper").last_status, "STOPPED");
}

TEST(ModelLife, out_of_memory_is_code_137_with_its_reason) {
  ModelWorld world;
  world.register_app();
  const auto id = world.run();
  world.started(id);
  world.on(ContainerExited{{id, "app"}, 137, true});
  EXPECT_EQ(world.container(id).exit_code, 137);
  EXPECT_EQ(world.container(id).reason, "OutOfMemoryError: Container killed due to memory usage");
  EXPECT_EQ(world.task(id).stop_code, "EssentialContainerExited");
}

TEST(ModelLife, a_container_that_cannot_start_has_a_reason_and_no_code) {
  ModelWorld world;
  world.register_app();
  const auto id = world.run();
  world.on(ContainerNotStarted{{id, "app"}, "CannotPullContainerError: no such image"});
  const ecs::Task& task = world.task(id);
  EXPECT_EQ(task.last_status, "STOPPED");
  EXPECT_EQ(task.stop_code, "TaskFailedToStart");
  EXPECT_EQ(task.stopped_reason, "Task failed to start");
  EXPECT_FALSE(task.started_at);
  EXPECT_FALSE(task.execution_stopped_at);
  EXPECT_FALSE(task.containers[0].exit_code);
  EXPECT_EQ(task.containers[0].reason, "CannotPullContainerError: no such image");
}

TEST(ModelLife, on_fargate_the_task_repeats_the_reason_of_a_failed_pull) {
  ModelWorld world;
  world.register_app("", R"(,"networkMode":"awsvpc","cpu":"256","memory":"512",
                             "requiresCompatibilities":["FARGATE"])");
  const auto id =
      world.run(R"(,"networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-1"]}})");
  world.settle();
  world.on(ContainerNotStarted{{id, "app"}, "CannotPullContainerError: no such image"});
  world.settle();
  EXPECT_EQ(world.task(id).launch_type, "FARGATE");
  EXPECT_EQ(world.task(id).stopped_reason, "CannotPullContainerError: no such image");
  EXPECT_EQ(world.status(id), "STOPPED");
}

TEST(ModelLife, secrets_that_cannot_be_had_are_the_reason_of_the_task) {
  ModelWorld world;
  world.register_app();
  const auto id = world.run();
  world.on(ContainerNotStarted{{id, "app"}, "ResourceInitializationError: no secret"});
  EXPECT_EQ(world.task(id).stop_code, "TaskFailedToStart");
  EXPECT_EQ(world.task(id).stopped_reason, "ResourceInitializationError: no secret");
}

TEST(ModelLife, a_container_that_takes_too_long_to_start_is_given_up) {
  ModelWorld world;
  world.register_app();
  const auto id = world.run();
  EXPECT_EQ(world.asked(), Words{"start app"});
  world.wait(seconds(180));
  EXPECT_EQ(world.status(id), "STOPPED");
  EXPECT_EQ(world.container(id).reason,
            "DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s");
  EXPECT_EQ(world.asked(), Words{"kill app"});
  world.started(id);  // Too late to matter.
  EXPECT_EQ(world.status(id), "STOPPED");
}

TEST(ModelLife, stop_task_signals_and_kills_after_the_stop_timeout) {
  ModelWorld world;
  world.register_app(R"(,"stopTimeout":5)");
  const auto id = world.run(R"(,"tags":[{"key":"a","value":"b"}])");
  world.started(id);
  (void)world.asked();
  const auto reply = world.call<ecs::StopTask>(R"({"task":")" + id + R"(","reason":"enough"})");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->task.desired_status, "STOPPED");
  EXPECT_EQ(reply->task.stop_code, "UserInitiated");
  EXPECT_EQ(reply->task.stopped_reason, "enough");
  EXPECT_TRUE(reply->task.tags.empty());
  EXPECT_EQ(world.asked(), Words{"signal app"});
  // Asking again changes nothing.
  EXPECT_TRUE(world.call<ecs::StopTask>(R"({"task":")" + id + R"(","reason":"more"})"));
  EXPECT_EQ(world.task(id).stopped_reason, "enough");
  EXPECT_TRUE(world.asked().empty());
  world.wait(seconds(5));
  EXPECT_EQ(world.asked(), Words{"kill app"});
  world.exited(id, 137);
  EXPECT_EQ(world.status(id), "STOPPED");
  EXPECT_EQ(world.task(id).stop_code, "UserInitiated");
  EXPECT_TRUE(world.call<ecs::StopTask>(R"({"task":")" + id + R"("})"));
}

TEST(ModelLife, a_stop_while_a_container_starts_keeps_it_from_starting) {
  ModelWorld world;
  world.register_app();
  const auto id = world.run();
  (void)world.asked();
  EXPECT_TRUE(world.call<ecs::StopTask>(R"({"task":")" + id + R"("})"));
  EXPECT_EQ(world.asked(), Words{"cancel app"});
  EXPECT_TRUE(world.call<ecs::StopTask>(R"({"task":")" + id + R"("})"));
  EXPECT_TRUE(world.asked().empty());  // Once.
  world.on(ContainerNotStarted{{id, "app"}, ""});
  EXPECT_EQ(world.status(id), "STOPPED");
  EXPECT_EQ(world.task(id).stop_code, "UserInitiated");
  EXPECT_FALSE(world.task(id).started_at);
  EXPECT_FALSE(world.container(id).exit_code);
  EXPECT_EQ(world.container(id).reason, "");
}

TEST(ModelLife, a_stop_while_a_container_starts_signals_it_if_it_has_begun_nevertheless) {
  ModelWorld world;
  world.register_app();
  const auto id = world.run();
  (void)world.asked();
  const auto reply = world.call<ecs::StopTask>(R"({"task":")" + id + R"("})");
  EXPECT_EQ(reply->task.stopped_reason, "Task stopped by user");
  EXPECT_EQ(world.status(id), "STOPPING");
  EXPECT_EQ(world.asked(), Words{"cancel app"});
  world.started(id);
  EXPECT_EQ(world.asked(), Words{"signal app"});
  EXPECT_EQ(world.status(id), "STOPPING");  // Never back to RUNNING.
  EXPECT_FALSE(world.task(id).started_at);
  world.exited(id, 143);
  EXPECT_EQ(world.status(id), "STOPPED");
}

TEST(ModelLife, late_and_doubled_events_change_nothing) {
  ModelWorld world;
  world.register_app();
  const auto id = world.run();
  world.exited(id, 1);  // It has not started.
  EXPECT_EQ(world.status(id), "PENDING");
  world.started(id);
  const auto running = world.task(id).version;
  world.started(id);
  EXPECT_EQ(world.task(id).version, running);
  world.exited(id, 0);
  world.started(id);
  EXPECT_EQ(world.status(id), "STOPPED");
  const auto version = world.task(id).version;
  world.exited(id, 5);
  world.on(ContainerNotStarted{{id, "app"}, "late"});
  world.on(ContainerStarted{{id, "other"}});
  world.on(ContainerStarted{{"0123", "app"}});
  EXPECT_EQ(world.task(id).version, version);
  EXPECT_EQ(world.container(id).exit_code, 0);
}

TEST(ModelLife, stopping_everything_is_a_termination_with_a_shorter_timeout) {
  ModelWorld world;
  world.register_app(R"(,"stopTimeout":120)");
  const auto id = world.run();
  world.started(id);
  (void)world.asked();
  world.model.stop_all("going away", seconds(2), world.now);
  world.take();
  EXPECT_EQ(world.asked(), Words{"signal app"});
  EXPECT_EQ(world.task(id).stop_code, "TerminationNotice");
  EXPECT_EQ(world.task(id).stopped_reason, "going away");
  world.wait(seconds(2));
  EXPECT_EQ(world.asked(), Words{"kill app"});
}

TEST(ModelLife, a_second_stop_of_everything_shortens_the_wait_that_runs) {
  ModelWorld world;
  world.register_app();
  const auto id = world.run();
  world.started(id);
  world.model.stop_all("going away", seconds(20), world.now);
  world.take();
  (void)world.asked();
  world.model.stop_all("now", Duration(0), world.now);
  world.take();
  world.settle();
  EXPECT_EQ(world.asked(), Words{"kill app"});
}

TEST(ModelLife, tasks_that_do_not_fit_together_wait_for_memory_in_their_order) {
  Model::Options options;
  options.memory_mib = 100;
  ModelWorld world(options);
  world.register_app();  // 64 MiB each.
  const auto first = world.run();
  const auto second = world.run();
  const auto third = world.run();
  EXPECT_EQ(world.asked(), Words{"start app"});
  EXPECT_EQ(world.status(second), "PENDING");
  (void)world.call<ecs::StopTask>(R"({"task":")" + second + R"("})");
  EXPECT_EQ(world.status(second), "STOPPED");  // It had nothing to stop.
  EXPECT_FALSE(world.container(second).exit_code);
  world.started(first);
  world.exited(first, 0);
  EXPECT_EQ(world.asked(), Words{"start app"});
  world.started(third);
  EXPECT_EQ(world.status(third), "RUNNING");
}

TEST(ModelLife, getting_room_is_a_change_that_is_stored) {
  Model::Options options;
  options.memory_mib = 100;
  ModelWorld world(options);
  world.register_app("", R"(,"networkMode":"awsvpc")");
  const std::string network =
      R"(,"networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-1"]}})";
  const auto first = world.run(network);
  const auto second = world.run(network);
  EXPECT_TRUE(world.task(second).connectivity.empty());
  const auto version = world.task(second).version;
  world.changes = {};
  (void)world.call<ecs::StopTask>(R"({"task":")" + first + R"("})");
  while (world.task(second).connectivity.empty()) {  // Until the first one's last step.
    ASSERT_TRUE(world.model.next_wake());
    world.model.on_time(world.now);
    world.take();
  }
  EXPECT_GT(world.task(second).version, version);
  EXPECT_TRUE(world.changes.tasks.contains(second));
}

TEST(ModelLife, old_stopped_tasks_are_forgotten_at_last) {
  Model::Options options;
  options.stopped_tasks_max = 2;
  ModelWorld world(options);
  world.register_app();
  std::vector<std::string> ids;
  for (int i = 0; i < 4; ++i) {
    ids.push_back(world.run());
    world.started(ids.back());
    world.exited(ids.back(), 0);
  }
  EXPECT_EQ(world.model.task(ids[0]), nullptr);
  EXPECT_EQ(world.model.task(ids[1]), nullptr);
  EXPECT_NE(world.model.task(ids[3]), nullptr);
  EXPECT_TRUE(world.changes.forgotten_tasks.contains(ids[0]));
}

TEST(ModelLife, what_a_dead_endpoint_left_running_was_terminated) {
  ModelWorld before;
  before.register_app();
  const auto running = before.run(R"(,"clientToken":"t1")");
  before.started(running);
  const auto done = before.run();
  before.started(done);
  before.exited(done, 4);
  Snapshot snapshot;
  snapshot.definitions.push_back(*before.model.definition("job", 1));
  snapshot.tasks = {before.task(running), before.task(done)};
  snapshot.tokens.push_back(*before.model.token("default", "t1"));

  ModelWorld after;
  after.model.restore(snapshot, after.now);
  after.take();
  EXPECT_TRUE(after.actions.empty());
  EXPECT_EQ(after.status(running), "STOPPED");
  EXPECT_EQ(after.task(running).stop_code, "TerminationNotice");
  EXPECT_NE(after.task(running).stopped_reason.find("endpoint ended"), std::string::npos);
  EXPECT_FALSE(after.container(running).exit_code);
  EXPECT_EQ(after.container(running).last_status, "STOPPED");
  EXPECT_TRUE(after.changes.tasks.contains(running));
  EXPECT_FALSE(after.changes.tasks.contains(done));
  EXPECT_EQ(after.container(done).exit_code, 4);
  EXPECT_EQ(after.model.live_tasks(), 0U);
  // The token still stands for its task, and numbers go on.
  EXPECT_EQ(after.run(R"(,"clientToken":"t1")"), running);
  EXPECT_EQ(after
                .call<ecs::RegisterTaskDefinition>(
                    R"({"family":"job","containerDefinitions":[
                        {"name":"a","image":"host","memory":64}]})")
                ->task_definition.revision,
            2);
}

}  // namespace
}  // namespace runtask::local
