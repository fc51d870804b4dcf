#include <gmock/gmock.h>

#include "local/definition_check.h"
#include "local/model_world.h"

namespace runtask::local {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A definition with one container "app" that has these members besides image and memory.
std::string with_app(const std::string& members, const std::string& more = "") {
  return R"({"family":"job","containerDefinitions":[{"name":"app","image":"host","memory":64)" +
         (members.empty() ? "" : "," + members) + "}]" + (more.empty() ? "" : "," + more) + "}";
}

TEST(Definition, defaults_are_added_and_sizes_normalised) {
  ModelWorld world;
  const auto reply = world.call<ecs::RegisterTaskDefinition>(
      with_app("", R"("cpu":"1 vCPU","memory":"2 GB","networkMode":"awsvpc",
                      "tags":[{"key":"a","value":"b"}],"runtimePlatform":{"x":1})"));
  ASSERT_TRUE(reply) << reply.error().message;
  const ecs::TaskDefinition& definition = reply->task_definition;
  EXPECT_EQ(definition.task_definition_arn,
            "arn:aws:ecs:us-east-1:000000000000:task-definition/job:1");
  EXPECT_EQ(definition.status, "ACTIVE");
  EXPECT_EQ(definition.cpu, "1024");
  EXPECT_EQ(definition.memory, "2048");
  EXPECT_EQ(definition.registered_at, world.now.wall);
  EXPECT_EQ(definition.registered_by, "arn:aws:iam::000000000000:user/test");
  EXPECT_THAT(definition.compatibilities, ElementsAre("EC2", "MANAGED_INSTANCES", "FARGATE"));
  EXPECT_EQ(reply->tags.size(), 1U);
  const std::string text = ecs::to_text(definition);
  for (const char* part : {R"("essential":true)", R"("cpu":0)", R"("environment":[])",
                           R"("mountPoints":[])", R"("volumesFrom":[])", R"("portMappings":[])",
                           R"("systemControls":[])", R"("runtimePlatform":{"x":1})"})
    EXPECT_THAT(text, HasSubstr(part));
}

TEST(Definition, members_without_effect_are_those_that_ask_a_plain_process_for_something) {
  ModelWorld world;
  const auto idle = [&](const std::string& text) {
    const auto reply = world.call<ecs::RegisterTaskDefinition>(text);
    EXPECT_TRUE(reply) << reply.error().message;
    return members_without_effect(reply->task_definition);
  };
  EXPECT_THAT(idle(with_app("")), ElementsAre());
  EXPECT_THAT(idle(with_app(R"("user":"1000","ulimits":[{"name":"core",
                               "softLimit":0,"hardLimit":0}],"hostname":"h",
                               "readonlyRootFilesystem":true,"workingDirectory":"/")",
                            R"("ephemeralStorage":{"sizeInGiB":30},"tags":[])")),
              testing::UnorderedElementsAre("user", "ulimits", "hostname", "readonlyRootFilesystem",
                                            "ephemeralStorage"));
  // What the AWS CLI's skeleton has in it asks for nothing.
  EXPECT_THAT(idle(with_app(R"("user":"","links":[],"linuxParameters":{},"hostname":"",
                               "pseudoTerminal":false,"restartPolicy":null)")),
              ElementsAre());
  EXPECT_THAT(idle(R"({"family":"f","containerDefinitions":[
             {"name":"a","image":"host","memory":64,"user":"1","links":["b"]},
             {"name":"b","image":"host","memory":64,"user":"2","links":["a"]}]})"),
              ElementsAre("user", "links"));
}

TEST(Definition, what_breaks_a_rule_is_a_client_exception) {
  const std::pair<std::string, std::string> wrong[] = {
      {R"({"containerDefinitions":[{"name":"a","image":"host","memory":64}]})", "Family"},
      {R"({"family":"a b","containerDefinitions":[{"name":"a","image":"i","memory":64}]})",
       "Family contains invalid characters."},
      {R"({"family":"f","containerDefinitions":[]})", "Container list cannot be empty."},
      {R"({"family":"f","containerDefinitions":[{"image":"i","memory":64}]})",
       "Container.name should not be null or empty."},
      {R"({"family":"f","containerDefinitions":[{"name":"a","memory":64}]})",
       "Container.image should not be null or empty."},
      {R"({"family":"f","containerDefinitions":[{"name":"a","image":"i"}]})",
       "Invalid setting for container 'a'. At least one of 'memory' or 'memoryReservation' must "
       "be specified."},
      {R"({"family":"f","containerDefinitions":[{"name":"a","image":"i","memory":5}]})", "6 MiB"},
      {R"({"family":"f","containerDefinitions":[{"name":"a","image":"i","memory":64},
          {"name":"a","image":"i","memory":64}]})",
       "unique"},
      {with_app(R"("essential":false)"), "essential"},
      {with_app(R"("memoryReservation":64)"), "greater than"},
      {with_app("", R"("networkMode":"moon")"), "network mode"},
      {with_app("", R"("cpu":"0.3 vCPU")"), "Invalid 'cpu' setting for task."},
      {with_app("", R"("memory":"32")"), "exceeds"},
      {with_app(R"("secrets":[{"name":"S","valueFrom":"a"},{"name":"S","valueFrom":"b"}])"),
       "Duplicate secret names found: S. Each secret name must be unique."},
      {with_app(R"("environment":[{"name":"S","value":"1"}],
                   "secrets":[{"name":"S","valueFrom":"a"}])"),
       "The secret name must be unique and not shared with any new or existing environment "
       "variables set on the container, such as 'S'."},
      {with_app(R"("environment":[{"name":"A=B","value":"1"}])"), "valid name"},
      {with_app(R"("healthCheck":{"command":["true"]})"), "CMD"},
      {with_app(R"("healthCheck":{"command":["CMD","true"],"interval":4})"), "between 5 and 300"},
      {with_app(R"("logConfiguration":{"logDriver":"pigeon"})"), "pigeon"},
      {with_app(R"("logConfiguration":{"logDriver":"awslogs"})"),
       "Log driver awslogs requires options: awslogs-group, awslogs-region"},
      {with_app(R"("logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/g"}})"),
       "Log driver awslogs requires options: awslogs-region"},
      {with_app(R"("logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/g",
                   "awslogs-region":"r","awslogs-foo":"1","tag":"t"}})"),
       "Log driver awslogs disallows options: awslogs-foo, tag"},
      {with_app(R"("logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/g",
                   "awslogs-region":"r"}})",
                R"("requiresCompatibilities":["FARGATE"],"networkMode":"awsvpc","cpu":"256",
                   "memory":"512")"),
       "Fargate requires log configuration options to include awslogs-stream-prefix to support log "
       "driver awslogs."},
      {with_app(R"("portMappings":[{"containerPort":65536}])"),
       "'containerPort' must be between 0 and 65535."},
      {with_app(R"("portMappings":[{"containerPort":80},{"containerPort":1,"hostPort":-1}])"),
       "'hostPort' must be between 0 and 65535."},
      {with_app(R"("portMappings":80)"), "'portMappings' must be a list."},
      {with_app(R"("ulimits":[{"name":"hope","softLimit":1,"hardLimit":1}])"), "ulimit"},
      {with_app(R"("ulimits":[7])"), "ulimit"},
      {with_app(R"("restartPolicy":{"enabled":true,"restartAttemptPeriod":5})"), "60 and 1800"},
      {with_app(R"("environmentFiles":[{"value":"x.txt","type":"s3"}])"), ".env"},
      {with_app(R"("mountPoints":[{"sourceVolume":"v","containerPath":"/v"}])"),
       "Unknown volume 'v'."},
      {with_app("", R"("volumes":[{"name":7}])"), "Volume.name"},
      {with_app(R"("dependsOn":[{"containerName":"x","condition":"START"}])"), "not a container"},
      {with_app(R"("dependsOn":[{"containerName":"app","condition":"START"}])"), "cycle"},
      {with_app(R"("dependsOn":[{"containerName":"app","condition":"SUCCESS"}])"), "essential"},
      {with_app(R"("dependsOn":[{"containerName":"app","condition":"SOON"}])"), "SOON"},
      {with_app("", R"("requiresCompatibilities":["FARGATE"])"), "awsvpc"},
      {with_app("", R"("requiresCompatibilities":["FARGATE"],"networkMode":"awsvpc",
                       "cpu":"256","memory":"4096")"),
       "No Fargate configuration exists for given values."},
      {with_app("", R"("requiresCompatibilities":["FARGATE"],"networkMode":"awsvpc",
                       "cpu":"300","memory":"512")"),
       "Invalid 'cpu' setting for task."},
      {with_app("", R"("requiresCompatibilities":["FARGATE"],"networkMode":"awsvpc",
                       "cpu":"256","memory":"512","pidMode":"host")"),
       "pidMode 'host'"},
      {with_app(R"("command":[")" + std::string(70'000, 'x') + R"("])"), "64 KiB"},
  };
  for (const auto& [json, words] : wrong) {
    ModelWorld world;
    const auto error = world.error_of<ecs::RegisterTaskDefinition>(json);
    EXPECT_THAT(error, HasSubstr(words)) << json.substr(0, 200);
    EXPECT_THAT(error, HasSubstr("ClientException")) << json.substr(0, 200);
  }
}

TEST(Definition, all_options_of_awslogs_and_all_ports_are_taken) {
  ModelWorld world;
  EXPECT_EQ(world.error_of<ecs::RegisterTaskDefinition>(
                with_app(R"("portMappings":[{"containerPort":65535,"hostPort":0},
                              {"containerPortRange":"1-5"}],
                            "logConfiguration":{"logDriver":"awslogs","options":{
                              "awslogs-group":"/g","awslogs-region":"r","awslogs-stream-prefix":"p",
                              "awslogs-create-group":"true","awslogs-datetime-format":"%H",
                              "mode":"non-blocking","max-buffer-size":"10m"}})")),
            "");
}

TEST(Definition, eleven_containers_are_too_many) {
  std::string containers;
  for (int i = 0; i < 11; ++i)
    containers += std::string(i ? "," : "") + R"({"name":"c)" + std::to_string(i) +
                  R"(","image":"host","memory":8})";
  ModelWorld world;
  EXPECT_EQ(world.error_of<ecs::RegisterTaskDefinition>(
                R"({"family":"f","containerDefinitions":[)" + containers + "]}"),
            "ClientException: Too many containers.");
}

TEST(Definition, fargate_sizes_are_those_of_the_table) {
  const std::pair<std::string, std::string> good[] = {
      {"256", "512"}, {"256", "2048"}, {"512", "3072"}, {"1024", "8192"}, {"16384", "122880"}};
  for (const auto& [cpu, memory] : good) {
    ModelWorld world;
    EXPECT_EQ(world.error_of<ecs::RegisterTaskDefinition>(
                  with_app("", R"("requiresCompatibilities":["FARGATE"],"networkMode":"awsvpc",
                                  "cpu":")" +
                                   cpu + R"(","memory":")" + memory + R"(")")),
              "");
  }
}

TEST(Definition, revisions_count_up_and_stay_readable) {
  ModelWorld world;
  for (int i = 1; i <= 3; ++i)
    EXPECT_EQ(world.call<ecs::RegisterTaskDefinition>(with_app(""))->task_definition.revision, i);
  const auto gone = world.call<ecs::DeregisterTaskDefinition>(R"({"taskDefinition":"job:3"})");
  EXPECT_EQ(gone->task_definition.status, "INACTIVE");
  EXPECT_TRUE(gone->task_definition.deregistered_at);
  EXPECT_EQ(world.call<ecs::DescribeTaskDefinition>(R"({"taskDefinition":"job"})")
                ->task_definition.revision,
            2);
  EXPECT_EQ(world.call<ecs::DescribeTaskDefinition>(R"({"taskDefinition":"job:3"})")
                ->task_definition.status,
            "INACTIVE");
  EXPECT_EQ(world.call<ecs::RegisterTaskDefinition>(with_app(""))->task_definition.revision, 4);
  EXPECT_EQ(world.error_of<ecs::DescribeTaskDefinition>(R"({"taskDefinition":"none"})"),
            "ClientException: Unable to describe task definition.");
  EXPECT_THAT(world.error_of<ecs::DeregisterTaskDefinition>(R"({"taskDefinition":"job"})"),
              HasSubstr("revision"));
  EXPECT_THAT(world.error_of<ecs::DeregisterTaskDefinition>(R"({"taskDefinition":"job:9"})"),
              HasSubstr("does not exist"));
}

TEST(Definition, lists_are_sorted_and_paged) {
  ModelWorld world;
  for (const std::string family : {"b", "a", "b"})
    (void)world.call<ecs::RegisterTaskDefinition>(
        R"({"family":")" + family +
        R"(","containerDefinitions":[{"name":"app","image":"host","memory":64}]})");
  const auto names = [&](const std::string& json, std::string* token = nullptr) {
    const auto reply = world.call<ecs::ListTaskDefinitions>(json);
    if (token != nullptr) *token = reply->next_token;
    std::vector<std::string> list;
    for (const auto& arn : reply->task_definition_arns)
      list.push_back(ecs::last_part(arn));
    return list;
  };
  EXPECT_THAT(names("{}"), ElementsAre("a:1", "b:1", "b:2"));
  EXPECT_THAT(names(R"({"sort":"DESC"})"), ElementsAre("b:2", "b:1", "a:1"));
  EXPECT_THAT(names(R"({"familyPrefix":"b"})"), ElementsAre("b:1", "b:2"));
  for (const std::string sort : {"ASC", "DESC"}) {
    std::string token;
    auto seen = names(R"({"maxResults":2,"sort":")" + sort + R"("})", &token);
    EXPECT_EQ(seen.size(), 2U);
    const auto rest = names(R"({"sort":")" + sort + R"(","nextToken":")" + token + R"("})", &token);
    seen.insert(seen.end(), rest.begin(), rest.end());
    EXPECT_EQ(seen, names(R"({"sort":")" + sort + R"("})"));
    EXPECT_EQ(token, "");
  }
  (void)world.call<ecs::DeregisterTaskDefinition>(R"({"taskDefinition":"b:1"})");
  EXPECT_THAT(names("{}"), ElementsAre("a:1", "b:2"));
  EXPECT_THAT(names(R"({"status":"INACTIVE"})"), ElementsAre("b:1"));
  EXPECT_THAT(world.error_of<ecs::ListTaskDefinitions>(R"({"status":"GONE"})"),
              HasSubstr("status"));
}

}  // namespace
}  // namespace runtask::local
