#include <gmock/gmock.h>

#include "local/model_world.h"

namespace runtask::local {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;

std::string many(std::size_t characters) {
  return std::string(characters, 'x');
}

TEST(ModelRunTask, unknown_names_are_refused_in_the_words_of_ecs) {
  ModelWorld world;
  world.register_app();
  EXPECT_EQ(world.error_of<ecs::RunTask>(R"({"taskDefinition":""})"),
            "ClientException: TaskDefinition can not be blank.");
  EXPECT_EQ(world.error_of<ecs::RunTask>(R"({"taskDefinition":"nothing"})"),
            "ClientException: TaskDefinition not found.");
  EXPECT_EQ(world.error_of<ecs::RunTask>(R"({"taskDefinition":"job:9"})"),
            "ClientException: TaskDefinition not found.");
  EXPECT_EQ(world.error_of<ecs::RunTask>(R"({"taskDefinition":"job:abc"})"),
            "InvalidParameterException: Invalid revision number. Number: abc");
  EXPECT_EQ(world.error_of<ecs::RunTask>(R"({"taskDefinition":"job","cluster":"nowhere"})"),
            "ClusterNotFoundException: Cluster not found.");
}

TEST(ModelRunTask, a_definition_is_found_by_family_revision_and_arn) {
  ModelWorld world;
  world.register_app();
  world.register_app();
  for (const std::string name :
       {"job", "job:2", "arn:aws:ecs:us-east-1:000000000000:task-definition/job:2"}) {
    const auto reply = world.call<ecs::RunTask>(R"({"taskDefinition":")" + name + R"("})");
    ASSERT_TRUE(reply) << name;
    EXPECT_EQ(reply->tasks[0].task_definition_arn,
              "arn:aws:ecs:us-east-1:000000000000:task-definition/job:2");
  }
  (void)world.call<ecs::DeregisterTaskDefinition>(R"({"taskDefinition":"job:2"})");
  EXPECT_EQ(world.error_of<ecs::RunTask>(R"({"taskDefinition":"job:2"})"),
            "InvalidParameterException: TaskDefinition is inactive");
  EXPECT_TRUE(world.task(world.run()).task_definition_arn.ends_with("job:1"));
}

TEST(ModelRunTask, what_breaks_a_rule_starts_nothing) {
  ModelWorld world;
  world.register_app();
  const std::pair<std::string, std::string> wrong[] = {
      {R"("count":0)", "between 1 and 10"},
      {R"("count":11)", "between 1 and 10"},
      {R"("launchType":"EC2","capacityProviderStrategy":[{"capacityProvider":"FARGATE"}])",
       "Specify either Launch Type or Capacity Provider Strategy, but not both."},
      {R"("capacityProviderStrategy":[{"capacityProvider":"FARGATE"},)"
       R"({"capacityProvider":"FARGATE_SPOT","weight":0,"base":1}])",
       "weight greater than 0"},
      {R"("launchType":"FARGATE")", "Task definition does not support launch_type FARGATE."},
      {R"("launchType":"MOON")", "Launch type"},
      {R"("networkConfiguration":{"awsvpcConfiguration":{"subnets":["s"]}})",
       "Network Configuration is not valid for the given networkMode of this task definition."},
      {R"("overrides":{"containerOverrides":[{"name":"db"}]})",
       "Override for container named db is not a container in the TaskDefinition."},
      {R"("overrides":{"containerOverrides":[{"command":["x"]}]})", "name"},
      {R"("overrides":{"containerOverrides":[{"name":"app","entryPoint":["x"]}]})",
       "cannot override 'entryPoint'"},
      {R"("overrides":{"containerOverrides":[{"name":"app","command":["x"]},{"name":"app"}]})",
       "Container app has more than one entry in the container overrides."},
      {R"("overrides":{"cpu":"a lot"})", "Invalid 'cpu' setting for task."},
      {R"("overrides":{"memory":"63"})", "Its memory exceeds that of the task."},
      {R"("overrides":{"memory":"64","containerOverrides":[{"name":"app","memory":65}]})",
       "Its memory exceeds that of the task."},
      {R"("overrides":{"cpu":"128","containerOverrides":[{"name":"app","cpu":129}]})",
       "The cpu of the containers exceeds that of the task."},
      {R"("overrides":{"ephemeralStorage":{"sizeInGiB":20}})", "between 21 and 200"},
      {R"("overrides":{"ephemeralStorage":"big"})", "between 21 and 200"},
      {R"("startedBy":")" + many(129) + R"(")", "startedBy longer than 128."},
      {R"("startedBy":"a b")", "startedBy"},
      {R"("group":"service:web")", "service:"},
      {R"("propagateTags":"SERVICE")", "propagateTags"},
      {R"("clientToken":")" + many(65) + R"(")", "64"},
      {R"("clientToken":"a b")", "33 to 126"},
      {R"("tags":[{"key":"a","value":"1"},{"key":"a","value":"2"}])", "unique"},
      {R"("tags":[{"key":"aws:x","value":"1"}])", "reserved"},
      {R"("tags":[{"key":"","value":"1"}])", "1 to 128"},
      {R"("tags":[{"key":"a!","value":"1"}])", "characters other than"},
  };
  for (const auto& [more, words] : wrong) {
    const auto error = world.error_of<ecs::RunTask>(R"({"taskDefinition":"job",)" + more + "}");
    EXPECT_THAT(error, HasSubstr(words)) << more.substr(0, 80);
    EXPECT_THAT(error, HasSubstr("InvalidParameterException"));
  }
  EXPECT_EQ(world.model.tasks(), 0U);
  EXPECT_TRUE(world.actions.empty());
}

TEST(ModelRunTask, the_memory_of_a_task_may_be_overridden_down_to_its_containers) {
  ModelWorld world;
  world.register_app();
  EXPECT_FALSE(world.run(R"(,"overrides":{"memory":"64"})").empty());
  EXPECT_FALSE(world
                   .run(R"(,"overrides":{"memory":"10",
                             "containerOverrides":[{"name":"app","memory":10}]})")
                   .empty());
}

TEST(ModelRunTask, awsvpc_needs_a_network_and_security_groups_are_optional) {
  ModelWorld world;
  world.register_app("", R"(,"networkMode":"awsvpc")");
  EXPECT_EQ(world.error_of<ecs::RunTask>(R"({"taskDefinition":"job"})"),
            "InvalidParameterException: Network Configuration must be provided when networkMode "
            "'awsvpc' is specified.");
  EXPECT_THAT(
      world.error_of<ecs::RunTask>(
          R"({"taskDefinition":"job","networkConfiguration":{"awsvpcConfiguration":{"subnets":[]}}})"),
      HasSubstr("subnets"));
  EXPECT_FALSE(
      world.run(R"(,"networkConfiguration":{"awsvpcConfiguration":{"subnets":["s"]}})").empty());
}

TEST(ModelRunTask, overrides_may_have_8192_characters_and_no_more) {
  ModelWorld world;
  world.register_app();
  const auto overrides = [](std::size_t value) {
    return R"({"containerOverrides":[{"name":"app","environment":[{"name":"A","value":")" +
           many(value) + R"("}]}]})";
  };
  const std::size_t frame = ecs::to_text(*ecs::read_task_override(overrides(0), "o")).size();
  EXPECT_EQ(world.error_of<ecs::RunTask>(R"({"taskDefinition":"job","overrides":)" +
                                         overrides(8192 - frame) + "}"),
            "");
  EXPECT_EQ(world.error_of<ecs::RunTask>(R"({"taskDefinition":"job","overrides":)" +
                                         overrides(8193 - frame) + "}"),
            "InvalidParameterException: Container Overrides length must be at most 8192");
}

TEST(ModelRunTask, overrides_win_over_the_definition_by_name) {
  ModelWorld world;
  world.register_app(R"(,"command":["old"],"entryPoint":["e"],"cpu":1,
      "environment":[{"name":"A","value":"1"},{"name":"B","value":"2"}])");
  const auto id = world.run(R"(,"overrides":{"containerOverrides":[{"name":"app",
      "command":["new","x"],"memory":128,"cpu":5,
      "environment":[{"name":"B","value":""},{"name":"C","value":"3"}]}]})");
  (void)world.asked();
  EXPECT_THAT(world.last_start->command, ElementsAre("new", "x"));
  EXPECT_THAT(
      world.last_start->environment,
      ElementsAre(ecs::KeyValue{"A", "1"}, ecs::KeyValue{"B", ""}, ecs::KeyValue{"C", "3"}));
  EXPECT_EQ(world.last_start->memory_mib, 128U);
  EXPECT_EQ(world.last_start->definition().entry_point, std::vector<std::string>{"e"});
  EXPECT_EQ(world.container(id).cpu, "5");
  EXPECT_EQ(world.container(id).memory, "128");
  EXPECT_EQ(world.task(id).overrides.container_overrides.size(), 1U);
}

TEST(ModelRunTask, an_empty_command_in_an_override_is_an_override) {
  ModelWorld world;
  world.register_app(R"(,"command":["old"])");
  (void)world.run(R"(,"overrides":{"containerOverrides":[{"name":"app","command":[]}]})");
  (void)world.asked();
  EXPECT_TRUE(world.last_start->command.empty());
}

TEST(ModelRunTask, a_task_that_can_never_fit_is_a_failure_and_not_an_error) {
  Model::Options options;
  options.cpu_units = 2048;
  options.memory_mib = 100;
  ModelWorld world(options);
  world.register_app();
  auto reply = world.call<ecs::RunTask>(
      R"({"taskDefinition":"job","count":2,"overrides":{"memory":"101"}})");
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->tasks.empty());
  ASSERT_EQ(reply->failures.size(), 2U);
  EXPECT_EQ(reply->failures[0].reason, "RESOURCE:MEMORY");
  reply = world.call<ecs::RunTask>(R"({"taskDefinition":"job","overrides":{"cpu":"3 vCPU"}})");
  EXPECT_EQ(reply->failures.at(0).reason, "RESOURCE:CPU");
}

TEST(ModelRunTask, tags_are_propagated_and_shown_only_when_asked_for) {
  ModelWorld world;
  world.register_app("", R"(,"tags":[{"key":"a","value":"d"},{"key":"b","value":"d"}])");
  const auto id = world.run(R"(,"propagateTags":"TASK_DEFINITION","enableECSManagedTags":true,
                               "tags":[{"key":"a","value":"r"}])");
  auto reply = world.call<ecs::DescribeTasks>(R"({"tasks":[")" + id + R"("]})");
  EXPECT_TRUE(reply->tasks[0].tags.empty());
  reply = world.call<ecs::DescribeTasks>(R"({"include":["TAGS"],"tasks":[")" + id + R"("]})");
  EXPECT_THAT(reply->tasks[0].tags, ElementsAre(ecs::Tag{"a", "r"}, ecs::Tag{"b", "d"},
                                                ecs::Tag{"aws:ecs:clusterName", "default"}));
}

TEST(ModelRunTask, the_launch_type_follows_the_request_then_the_definition) {
  ModelWorld world;
  world.register_app();
  EXPECT_EQ(world.task(world.run()).launch_type, "EC2");
  EXPECT_EQ(world.task(world.run(R"(,"launchType":"EXTERNAL")")).launch_type, "EXTERNAL");
  world.register_app("", R"(,"networkMode":"awsvpc","cpu":".25 vCPU","memory":"0.5GB",
                             "requiresCompatibilities":["FARGATE"])");
  const std::string network =
      R"(,"networkConfiguration":{"awsvpcConfiguration":{"subnets":["s"]}})";
  const auto& task = world.task(world.run(network));
  EXPECT_EQ(task.launch_type, "FARGATE");
  EXPECT_EQ(task.platform_version, "1.4.0");
  EXPECT_EQ(task.cpu, "256");
  EXPECT_EQ(task.memory, "512");
  const auto& spot = world.task(world.run(
      network + R"(,"capacityProviderStrategy":[{"capacityProvider":"FARGATE_SPOT","weight":1}])"));
  EXPECT_EQ(spot.launch_type, "FARGATE");
  EXPECT_EQ(spot.capacity_provider_name, "FARGATE_SPOT");
}

TEST(ModelRunTask, only_fargate_has_platform_versions_and_not_any) {
  ModelWorld world;
  world.register_app();
  for (const auto* const version : {"1.4.0", "LATEST", "9.9"})
    EXPECT_EQ(world.error_of<ecs::RunTask>(R"({"taskDefinition":"job","platformVersion":")" +
                                           std::string(version) + R"("})"),
              "InvalidParameterException: The platform version must be null when specifying an EC2 "
              "launch type.");
  world.register_app("", R"(,"networkMode":"awsvpc","cpu":"256","memory":"512",
                             "requiresCompatibilities":["FARGATE"])");
  const auto with = [](const std::string& version) {
    return R"(,"networkConfiguration":{"awsvpcConfiguration":{"subnets":["s"]}},)"
           R"("platformVersion":")" +
           version + R"(")";
  };
  for (const auto* const unknown : {"9.9", "1.4", "1.5.0"})
    EXPECT_EQ(world.error_of<ecs::RunTask>(R"({"taskDefinition":"job")" + with(unknown) + "}"),
              "PlatformUnknownException: The specified platform does not exist.");
  EXPECT_EQ(world.task(world.run(with("1.3.0"))).platform_version, "1.3.0");
  EXPECT_EQ(world.task(world.run(with("LATEST"))).platform_version, "1.4.0");
}

TEST(ModelToken, the_same_request_brings_the_same_tasks_as_they_are_now) {
  ModelWorld world;
  world.register_app();
  const auto id = world.run(R"(,"clientToken":"once")");
  world.started(id);
  (void)world.asked();
  // Also when a default is written out.
  const auto again = world.call<ecs::RunTask>(
      R"({"count":1,"cluster":"default","taskDefinition":"job","clientToken":"once"})");
  ASSERT_TRUE(again);
  ASSERT_EQ(again->tasks.size(), 1U);
  EXPECT_EQ(ecs::last_part(again->tasks[0].task_arn), id);
  EXPECT_EQ(again->tasks[0].last_status, "RUNNING");
  EXPECT_TRUE(world.asked().empty());
  EXPECT_EQ(world.model.tasks(), 1U);
}

TEST(ModelToken, another_request_with_it_is_a_conflict_that_names_the_tasks) {
  ModelWorld world;
  world.register_app();
  const auto id = world.run(R"(,"clientToken":"once")");
  const auto other =
      world.call<ecs::RunTask>(R"({"taskDefinition":"job","count":2,"clientToken":"once"})");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().name, "ConflictException");
  EXPECT_THAT(other.error().resource_ids, ElementsAre(world.task(id).task_arn));
}

TEST(ModelToken, it_belongs_to_its_cluster_and_is_forgotten_after_a_day) {
  ModelWorld world;
  world.register_app();
  (void)world.call<ecs::CreateCluster>(R"({"clusterName":"other"})");
  const auto id = world.run(R"(,"clientToken":"once")");
  EXPECT_NE(world.run(R"(,"clientToken":"once","cluster":"other")"), id);
  world.wait(hours(24) - Duration(1));
  EXPECT_EQ(world.run(R"(,"clientToken":"once")"), id);
  world.wait(Duration(1));
  EXPECT_NE(world.run(R"(,"clientToken":"once")"), id);
  EXPECT_TRUE(world.changes.forgotten_tokens.contains({"default", "once"}));
}

TEST(ModelToken, no_more_than_so_many_are_remembered) {
  Model::Options options;
  options.tokens_max = 3;
  ModelWorld world(options);
  world.register_app();
  const auto run = [&](int token) {
    return world.run(R"(,"clientToken":")" + std::to_string(token) + R"(")");
  };
  const auto first = run(1);
  const auto second = run(2);
  (void)run(3);
  EXPECT_EQ(run(1), first);
  (void)run(4);
  EXPECT_EQ(world.model.token("default", "1"), nullptr);
  EXPECT_TRUE(world.changes.forgotten_tokens.contains({"default", "1"}));
  EXPECT_EQ(run(2), second);
}

TEST(ModelToken, a_placement_failure_does_not_use_it_up) {
  Model::Options options;
  options.memory_mib = 10;
  ModelWorld world(options);
  world.register_app();
  const auto first = world.call<ecs::RunTask>(R"({"taskDefinition":"job","clientToken":"t"})");
  EXPECT_EQ(first->failures.size(), 1U);
  EXPECT_EQ(world.model.token("default", "t"), nullptr);
}

TEST(ModelUndo, a_run_task_that_could_not_be_stored_has_not_happened) {
  ModelWorld world;
  world.register_app();
  const ecs::RunTask request =
      *ecs::read_request<ecs::RunTask>(R"({"taskDefinition":"job","count":3,"clientToken":"t"})");
  ASSERT_TRUE(world.model.call(request, {world.now, ""}));
  (void)world.model.take_effects();
  EXPECT_TRUE(world.model.undo());
  EXPECT_EQ(world.model.tasks(), 0U);
  EXPECT_EQ(world.model.live_tasks(), 0U);
  EXPECT_FALSE(world.model.next_wake());
  EXPECT_EQ(world.model.token("default", "t"), nullptr);
  EXPECT_FALSE(world.model.undo());
}

TEST(ModelUndo, registering_and_deregistering_can_be_taken_back) {
  ModelWorld world;
  world.register_app();
  EXPECT_TRUE(world.model.undo());
  EXPECT_EQ(world.model.definition("job", 1), nullptr);
  world.register_app();
  EXPECT_NE(world.model.definition("job", 1), nullptr);
  (void)world.call<ecs::DeregisterTaskDefinition>(R"({"taskDefinition":"job:1"})");
  EXPECT_TRUE(world.model.undo());
  EXPECT_EQ(world.model.definition("job", 1)->definition->status, "ACTIVE");
  (void)world.call<ecs::CreateCluster>(R"({"clusterName":"new"})");
  EXPECT_TRUE(world.model.undo());
  EXPECT_EQ(world.model.cluster("new"), nullptr);
}

TEST(ModelUndo, only_the_last_call_can_be_taken_back) {
  ModelWorld world;
  world.register_app();
  const auto id = world.run();
  const auto asked = [&](auto&& ask) {
    ask();
    return world.model.undo();
  };
  const auto named = R"({"tasks":[")" + id + R"("]})";
  EXPECT_FALSE(asked([&] { (void)world.call<ecs::DescribeTasks>(named); }));
  (void)world.run();
  EXPECT_FALSE(asked([&] { (void)world.call<ecs::ListTasks>("{}"); }));
  (void)world.call<ecs::CreateCluster>(R"({"clusterName":"new"})");
  EXPECT_FALSE(asked([&] { (void)world.call<ecs::ListClusters>("{}"); }));
  (void)world.call<ecs::CreateCluster>(R"({"clusterName":"newer"})");
  EXPECT_FALSE(asked([&] { (void)world.call<ecs::DescribeClusters>("{}"); }));
  world.register_app();
  EXPECT_FALSE(asked([&] { (void)world.call<ecs::ListTaskDefinitions>("{}"); }));
  world.register_app();
  EXPECT_FALSE(
      asked([&] { (void)world.call<ecs::DescribeTaskDefinition>(R"({"taskDefinition":"job"})"); }));
  EXPECT_EQ(world.model.tasks(), 2U);
  EXPECT_NE(world.model.cluster("newer"), nullptr);
  EXPECT_NE(world.model.definition("job", 3), nullptr);
}

TEST(ModelTasks, describe_checks_its_list_and_tells_what_is_missing) {
  ModelWorld world;
  world.register_app();
  const auto id = world.run();
  EXPECT_EQ(world.error_of<ecs::DescribeTasks>(R"({"tasks":[]})"),
            "InvalidParameterException: Tasks cannot be empty.");
  EXPECT_EQ(world.error_of<ecs::DescribeTasks>(R"({"tasks":["abc"]})"),
            "InvalidParameterException: taskId length should be one of [32,36]");
  EXPECT_EQ(world.error_of<ecs::DescribeTasks>(R"({"cluster":"x","tasks":["abc"]})"),
            "ClusterNotFoundException: Cluster not found.");
  std::string list;
  for (int i = 0; i < 101; ++i)
    list += (i ? ",\"" : "\"") + id + "\"";
  EXPECT_THAT(world.error_of<ecs::DescribeTasks>(R"({"tasks":[)" + list + "]}"), HasSubstr("100"));
  const std::string unknown(32, '0');
  const auto reply = world.call<ecs::DescribeTasks>(R"({"tasks":[")" + world.task(id).task_arn +
                                                    R"(",")" + unknown + R"("]})");
  ASSERT_EQ(reply->tasks.size(), 1U);
  ASSERT_EQ(reply->failures.size(), 1U);
  EXPECT_EQ(reply->failures[0].reason, "MISSING");
  EXPECT_EQ(reply->failures[0].arn, "arn:aws:ecs:us-east-1:000000000000:task/default/" + unknown);
}

TEST(ModelTasks, what_is_to_be_described_too_is_a_word_that_ecs_knows) {
  ModelWorld world;
  world.register_app();
  const auto task = R"("tasks":[")" + world.run() + R"("])";
  const auto definition = std::string(R"("taskDefinition":"job")");
  for (const auto* const wrong : {"X", "tags", "TAGS\",\"STATISTICS\",\"X"}) {
    const auto include = R"({"include":[")" + std::string(wrong) + R"("])";
    for (const auto& error :
         {world.error_of<ecs::DescribeTasks>(include + "," + task + "}"),
          world.error_of<ecs::DescribeTaskDefinition>(include + "," + definition + "}"),
          world.error_of<ecs::DescribeClusters>(include + "}")})
      EXPECT_THAT(error, HasSubstr("InvalidParameterException: Invalid value for include: "));
  }
  EXPECT_EQ(world.error_of<ecs::DescribeTasks>(R"({"include":["TAGS"],)" + task + "}"), "");
  EXPECT_EQ(
      world.error_of<ecs::DescribeTaskDefinition>(R"({"include":["TAGS"],)" + definition + "}"),
      "");
  EXPECT_EQ(world.error_of<ecs::DescribeClusters>(
                R"({"include":["ATTACHMENTS","CONFIGURATIONS","SETTINGS","STATISTICS","TAGS"]})"),
            "");
}

TEST(ModelTasks, lists_by_family_and_by_who_started_them_are_complete_over_pages) {
  ModelWorld world;
  world.register_app();
  (void)world.call<ecs::RegisterTaskDefinition>(
      R"({"family":"job2","containerDefinitions":[{"name":"app","image":"host","memory":64}]})");
  std::vector<std::string> ids;
  for (int i = 0; i < 300; ++i) {
    const std::string who = i % 3 == 0 ? R"(,"startedBy":"a/1")" : R"(,"startedBy":"a/10")";
    ids.push_back(world.run(who));
    (void)world.call<ecs::RunTask>(R"({"taskDefinition":"job2","startedBy":"a/1"})");
  }
  for (int i = 0; i < 300; i += 2) {
    world.started(ids[static_cast<std::size_t>(i)]);
    world.exited(ids[static_cast<std::size_t>(i)], 0);
  }
  const auto listed = [&](const std::string& filter, std::size_t page_max) {
    std::vector<std::string> found;
    std::string token;
    for (int page = 0; page < 100; ++page) {
      const auto reply = world.call<ecs::ListTasks>(
          "{" + filter + (token.empty() ? "" : R"(,"nextToken":")" + token + R"(")") + "}");
      EXPECT_LE(reply->task_arns.size(), page_max);
      found.insert(found.end(), reply->task_arns.begin(), reply->task_arns.end());
      token = reply->next_token;
      if (token.empty()) break;
    }
    EXPECT_EQ(std::set<std::string>(found.begin(), found.end()).size(), found.size());
    return found.size();
  };
  EXPECT_EQ(listed(R"("startedBy":"a/1","desiredStatus":"STOPPED")", 100), 50U);
  EXPECT_EQ(listed(R"("startedBy":"a/1","desiredStatus":"RUNNING")", 100), 50U + 300U);
  EXPECT_EQ(listed(R"("startedBy":"a/10","desiredStatus":"STOPPED","maxResults":7)", 7), 100U);
  EXPECT_EQ(listed(R"("startedBy":"a")", 100), 0U);
  EXPECT_EQ(listed(R"("family":"job")", 100), 150U);
  EXPECT_EQ(listed(R"("family":"job","desiredStatus":"STOPPED")", 100), 150U);
  EXPECT_EQ(listed(R"("family":"job2","desiredStatus":"STOPPED")", 100), 0U);
  EXPECT_EQ(listed(R"("desiredStatus":"STOPPED")", 100), 150U);
  EXPECT_EQ(listed(R"("desiredStatus":"RUNNING")", 100), 450U);
}

TEST(ModelTasks, what_is_forgotten_is_in_no_list) {
  Model::Options options;
  options.stopped_tasks_kept = hours(1);
  ModelWorld world(options);
  world.register_app();
  const auto id = world.run(R"(,"startedBy":"me")");
  world.started(id);
  world.exited(id, 0);
  const auto listed = [&](const std::string& filter) {
    return world.call<ecs::ListTasks>("{" + filter + R"("desiredStatus":"STOPPED"})")
        ->task_arns.size();
  };
  world.wait(hours(1));
  for (const std::string filter : {R"("startedBy":"me",)", R"("family":"job",)", ""})
    EXPECT_EQ(listed(filter), 1U) << filter;
  world.wait(Duration(1));
  for (const std::string filter : {R"("startedBy":"me",)", R"("family":"job",)", ""})
    EXPECT_EQ(listed(filter), 0U) << filter;
  EXPECT_EQ(world.model.task(id), nullptr);
  EXPECT_TRUE(world.changes.forgotten_tasks.contains(id));
}

TEST(ModelTasks, a_task_belongs_to_its_cluster) {
  ModelWorld world;
  world.register_app();
  (void)world.call<ecs::CreateCluster>(R"({"clusterName":"other"})");
  const auto id = world.run();
  EXPECT_EQ(world.call<ecs::DescribeTasks>(R"({"cluster":"other","tasks":[")" + id + R"("]})")
                ->failures.size(),
            1U);
  EXPECT_EQ(world.error_of<ecs::StopTask>(R"({"cluster":"other","task":")" + id + R"("})"),
            "InvalidParameterException: The referenced task was not found.");
}

TEST(ModelTasks, list_shows_what_runs_unless_stopped_ones_are_asked_for) {
  ModelWorld world;
  world.register_app();
  const auto running = world.run(R"(,"startedBy":"me")");
  const auto done = world.run(R"(,"startedBy":"me")");
  (void)world.run(R"(,"startedBy":"you")");
  world.started(done);
  world.exited(done, 0);
  const auto list = [&](const std::string& json) {
    std::vector<std::string> ids;
    const auto reply = world.call<ecs::ListTasks>(json);
    for (const auto& arn : reply->task_arns)
      ids.push_back(ecs::last_part(arn));
    return ids;
  };
  EXPECT_THAT(list(R"({"startedBy":"me"})"), ElementsAre(running));
  EXPECT_THAT(list(R"({"startedBy":"me","desiredStatus":"STOPPED"})"), ElementsAre(done));
  EXPECT_TRUE(list(R"({"desiredStatus":"PENDING"})").empty());
  EXPECT_EQ(list(R"({"family":"job"})").size(), 2U);
  EXPECT_TRUE(list(R"({"family":"jo"})").empty());
  EXPECT_TRUE(list(R"({"serviceName":"web"})").empty());
  EXPECT_THAT(world.error_of<ecs::ListTasks>(R"({"startedBy":"me","family":"job"})"),
              HasSubstr("only filter"));
  EXPECT_THAT(world.error_of<ecs::ListTasks>(R"({"maxResults":101})"), HasSubstr("maxResults"));
  EXPECT_THAT(world.error_of<ecs::ListTasks>(R"({"nextToken":"zz"})"), HasSubstr("token"));
}

TEST(ModelTasks, pages_of_lists_meet_without_gap_or_repetition) {
  for (const std::string desired : {"RUNNING", "STOPPED"}) {
    ModelWorld world;
    world.register_app();
    for (int i = 0; i < 7; ++i) {
      const auto id = world.run();
      world.started(id);
      if (desired == "STOPPED") world.exited(id, 0);
    }
    std::vector<std::string> seen;
    std::string token;
    int pages = 0;
    do {
      const auto page =
          world.call<ecs::ListTasks>(R"({"maxResults":3,"desiredStatus":")" + desired +
                                     R"(","nextToken":")" + token + R"("})");
      seen.insert(seen.end(), page->task_arns.begin(), page->task_arns.end());
      token = page->next_token;
    } while (!token.empty() && ++pages < 5);
    EXPECT_EQ(pages, 2);
    EXPECT_EQ(seen.size(), 7U);
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 7U);
  }
}

TEST(ModelClusters, the_default_one_is_there_and_others_are_made_once) {
  ModelWorld world;
  world.register_app();
  (void)world.run();
  auto reply = world.call<ecs::DescribeClusters>("{}");
  ASSERT_EQ(reply->clusters.size(), 1U);
  EXPECT_EQ(reply->clusters[0].cluster_name, "default");
  EXPECT_EQ(reply->clusters[0].pending_tasks_count, 1);
  EXPECT_EQ(reply->clusters[0].status, "ACTIVE");
  for (int i = 0; i < 2; ++i) {
    const auto made = world.call<ecs::CreateCluster>(R"({"clusterName":"b"})");
    EXPECT_EQ(made->cluster.cluster_arn, "arn:aws:ecs:us-east-1:000000000000:cluster/b");
  }
  EXPECT_THAT(world.error_of<ecs::CreateCluster>(R"({"clusterName":"a b"})"),
              HasSubstr("InvalidParameterException"));
  reply = world.call<ecs::DescribeClusters>(R"({"clusters":["b","nowhere"]})");
  EXPECT_EQ(reply->clusters.size(), 1U);
  EXPECT_EQ(reply->failures.at(0).reason, "MISSING");
  const auto page = world.call<ecs::ListClusters>(R"({"maxResults":1})");
  EXPECT_THAT(page->cluster_arns, ElementsAre(HasSubstr("cluster/b")));
  const auto next = world.call<ecs::ListClusters>(R"({"nextToken":")" + page->next_token + R"("})");
  EXPECT_THAT(next->cluster_arns, ElementsAre(HasSubstr("cluster/default")));
  EXPECT_TRUE(next->next_token.empty());
}

TEST(ModelScale, ten_thousand_tasks_stay_quick) {
  ModelWorld world;
  world.register_app();
  std::vector<std::string> ids;
  for (int i = 0; i < 10'000; ++i) {
    ids.push_back(world.run());
    world.started(ids.back());
    if (i % 2 == 0) world.exited(ids.back(), 0);
  }
  // Each of these would take minutes if it looked at every task for every task.
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_EQ(world.call<ecs::ListTasks>("{}")->task_arns.size(), 100U);
    std::string list = "\"" + ids[static_cast<std::size_t>(i)] + "\"";
    EXPECT_EQ(world.call<ecs::DescribeTasks>(R"({"tasks":[)" + list + "]}")->tasks.size(), 1U);
  }
}

}  // namespace
}  // namespace runtask::local
