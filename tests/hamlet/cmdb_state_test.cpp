#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hamlet/cmdb_world.h"

namespace runtask::hamlet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kAwsvpc = R"("Engine": "fargate", "NetworkMode": "awsvpc")";

TEST(State, without_a_deployed_network_a_task_has_none) {
  CmdbWorld world(false);
  const auto task = world.find();
  EXPECT_FALSE(task.resource_id.value);
  EXPECT_FALSE(task.cluster.value);
  EXPECT_FALSE(task.log_group.value);
  EXPECT_FALSE(task.deployed);
  EXPECT_THAT(task.missing_outputs, ElementsAre("vpcXmgmtXvpc"));
  EXPECT_TRUE(task.network_missing);
  EXPECT_FALSE(CmdbWorld().find().network_missing);
  world.outputs("seg", {{"vpcXmgmtXvpc", "vpc-1"}}, "999");
  EXPECT_FALSE(world.find().resource_id.value);
  world.outputs("seg2", {{"subnetXmgmtXvpcXmgmtXb", "subnet"}});
  EXPECT_EQ(world.find().resource_id.value, "ecsTaskXappXwebXmigrate");
}

TEST(State, what_is_missing_is_said_with_the_files_that_were_searched) {
  CmdbWorld world(false);
  world.task(kAwsvpc);
  world.outputs("seg", {{"vpcXmgmtXvpc", "vpc-1"}});
  const auto task = world.find();
  EXPECT_THAT(task.missing_outputs,
              ElementsAre("ecsXappXweb", "ecsTaskXappXwebXmigrate", "securityGroupXappXwebXmigrate",
                          "subnetXmgmtXvpcXappXa"));
  EXPECT_THAT(world.load()->state_files(),
              ElementsAre("/cmdb/" + world.kState + "seg/default/seg-acct01-eu-west-1-stack.json"));
}

TEST(State, an_output_of_another_account_alone_is_said_to_be_one) {
  CmdbWorld world(false);
  world.outputs("seg", {{"vpcXmgmtXvpc", "vpc-1"}}, "999");
  EXPECT_THAT(world.find().missing_notes,
              ElementsAre("`vpcXmgmtXvpc` is there for account 999 alone, not for 111: /cmdb/" +
                          world.kState + "seg/default/seg-acct01-eu-west-1-stack.json"));
  world.outputs("seg2", {{"vpcXmgmtXvpc", "vpc-1"}});
  EXPECT_TRUE(world.find().missing_notes.empty());
  world.outputs("soln", {{"ecsXappXweb", "c"}}, "998");
  EXPECT_THAT(world.find().missing_notes,
              ElementsAre(HasSubstr("`ecsXappXweb` is there for account 998 alone")));
}

TEST(State, a_cluster_without_a_capacity_provider_of_its_own_lacks_nothing) {
  const auto task = CmdbWorld().find();
  EXPECT_EQ(task.engine.value, "ec2");
  EXPECT_FALSE(task.capacity_provider.value);
  EXPECT_TRUE(task.missing_outputs.empty());
}

TEST(State, a_fixed_name_leaves_the_arn_of_the_output_to_be_preferred) {
  CmdbWorld world;
  EXPECT_EQ(world.find().definition_output.value, "arn:migrate");
  world.task(R"("FixedName": true)");
  EXPECT_EQ(world.find().definition.value, "application-web-migrate");
  EXPECT_EQ(world.find().definition_output.value, "arn:migrate");
  world.outputs("app-web", {{"ecsTaskXappXwebXmigrateXarn", "arn:migrate"}}, "999");
  EXPECT_FALSE(world.find().definition_output.value);
}

TEST(State, without_a_single_file_the_patterns_are_said) {
  const auto cmdb = CmdbWorld(false).load();
  ASSERT_TRUE(cmdb);
  EXPECT_THAT(
      cmdb->state_files(),
      ElementsAre("/cmdb/acct01/infrastructure/*/shared/**/acc*-stack.json",
                  "/cmdb/shop/infrastructure/*/integration/default/**/*acct01*-stack.json"));
}

TEST(State, an_output_counts_in_the_first_file_of_the_right_account) {
  CmdbWorld world;
  world.outputs("app-a", {{"ecsXappXweb", "of another account"}}, "999");
  EXPECT_EQ(world.find().cluster.value, "cluster-web");
  world.outputs("app-b", {{"ecsXappXweb", "first"}});
  EXPECT_EQ(world.find().cluster.value, "first");
  world.outputs("app-a", {{"ecsXappXweb", "Hamlet:Empty"}});
  EXPECT_EQ(world.find().cluster.value, "first");
  // The account's own files come before.
  world.write("acct01/infrastructure/cf/shared/acc-x-stack.json",
              R"({"Stacks": [{"Outputs": [
                  {"OutputKey": "Subscription", "OutputValue": "111"},
                  {"OutputKey": "Region", "OutputValue": "r"},
                  {"OutputKey": "DeploymentUnit", "OutputValue": "u"},
                  {"OutputKey": "ecsXappXweb", "OutputValue": "accounts"}]}]})");
  EXPECT_EQ(world.find().cluster.value, "accounts");
}

TEST(State, without_an_account_number_any_account_will_do) {
  CmdbWorld world;
  world.write("acct01/config/account.json", R"({"Account": {"Id": "acct01"}})");
  world.outputs("app-a", {{"ecsXappXweb", "any"}}, "999");
  EXPECT_EQ(world.find().cluster.value, "any");
}

TEST(State, a_definition_in_another_account_leaves_it_unknown) {
  CmdbWorld world(false);
  world.outputs("seg", {{"vpcXmgmtXvpc", "vpc-1"}});
  world.outputs("app", {{"ecsTaskXappXwebXmigrate", "a"}, {"ecsTaskXappXwebXmigrateXarn", "b"}},
                "999");
  const auto task = world.find();
  EXPECT_FALSE(task.definition.value);
  EXPECT_FALSE(task.deployed);
  EXPECT_THAT(task.missing_outputs, testing::Contains("ecsTaskXappXwebXmigrateXarn"));
}

TEST(State, a_fixed_name_is_the_definitions_family) {
  CmdbWorld world;
  world.task(R"("FixedName": true)");
  EXPECT_EQ(world.find().definition.value, "application-web-migrate");
}

TEST(State, the_network_counts_in_awsvpc_mode_only) {
  CmdbWorld world;
  world.outputs("sg", {{"securityGroupXappXwebXmigrate", "sg-1"}});
  EXPECT_FALSE(world.find().subnet.value);
  for (const char* mode : {"awsvpc", "aws:awsvpc"}) {
    world.task(std::string(R"("NetworkMode": ")") + mode + "\"");
    EXPECT_EQ(world.find().subnet.value, "subnet-a");
    EXPECT_EQ(world.find().security_group.value, "sg-1");
    EXPECT_EQ(world.find().public_ip.value, "false");
  }
}

TEST(State, the_first_zone_decides_even_if_only_a_later_one_is_deployed) {
  CmdbWorld world;
  const auto with_zones = [&](const std::string& order, const std::string& more = "") {
    world.solution(R"({"Segment": {"Network": {"Zones": {"Order": )" + order + "}}}" + more +
                   R"(, "Tiers": {"app": {"Components": {"web": {"Tasks": {"migrate": {)" +
                   kAwsvpc + "}}}}}}}");
    return world.find().subnet.value;
  };
  EXPECT_EQ(with_zones(R"(["a", "b"])"), "subnet-a");
  EXPECT_EQ(with_zones(R"(["b", "a"])"), std::nullopt);
  // A zone that the region does not have is passed over.
  EXPECT_EQ(with_zones(R"(["z", "spare", "a"])"), "subnet-a");
  EXPECT_EQ(with_zones(R"(["z", "a"])", R"(, "Regions": {"eu-west-1": {"Zones": {"z": {}}}})"),
            std::nullopt);
  EXPECT_EQ(with_zones(R"([])"), std::nullopt);
}

TEST(State, a_legacy_network_has_ids_of_its_own) {
  CmdbWorld world;
  world.task(kAwsvpc);
  world.outputs("old", {{"vpcXsegmentXvpc", "vpc"}, {"subnetXappXa", "legacy"}});
  EXPECT_EQ(world.find().subnet.value, "legacy");
}

TEST(State, a_tier_may_link_to_a_network_of_its_own) {
  CmdbWorld world;
  world.outputs("own", {{"vpcXmgmtXvpc2Xblue", "vpc-2"}, {"subnetXmgmtXvpc2XblueXappXa", "s2"}});
  world.solution(R"({"Tiers": {
      "mgmt": {"Components": {"vpc2": {"Type": "network",
          "RouteTables": {"pub": {"Public": true}}}}},
      "app": {"Network": {"RouteTable": "pub", "Link": {"Component": "vpc2", "Instance": "blue"}},
              "Components": {"web": {"Tasks": {"migrate": {)" +
                 kAwsvpc + "}}}}}}}");
  const auto task = world.find();
  EXPECT_EQ(task.subnet.value, "s2");
  EXPECT_EQ(task.public_ip.value, "true");
}

TEST(State, a_tier_without_a_network_cannot_hold_a_task) {
  CmdbWorld world;
  world.solution(R"({"Tiers": {"gbl": {"Components": {"g": {"Type": "ecs",
      "Tasks": {"t": {}}}}}, "new": {"Components": {"n": {"Type": "ecs", "Tasks": {"u": {}}}}}}})");
  for (const char* task : {"t", "u"}) {
    Selector selector;
    selector.tasks = {task};
    EXPECT_THAT(world.error_of(selector).message, HasSubstr("has no network"));
  }
  EXPECT_TRUE(world.find().deployed);
}

TEST(State, the_capacity_provider_is_the_clusters_or_fargate) {
  CmdbWorld world;
  world.outputs("cp", {{"ecsCapacityProviderXappXwebXasg", "cp-web"}});
  EXPECT_EQ(world.find().capacity_provider.value, "cp-web");
  world.task(R"("Engine": "aws:fargate")");
  EXPECT_EQ(world.find().capacity_provider.value, "FARGATE");
  world.task(R"("Engine": "fargate", "Placement": {"ComputeProvider": {"Default":
      {"Provider": "aws:fargate_spot"}}})");
  EXPECT_EQ(world.find().capacity_provider.value, "FARGATE_SPOT");
}

TEST(State, a_stack_file_without_an_account_is_an_error_for_the_tasks_that_it_holds) {
  CmdbWorld world;
  const auto path = world.kState + "odd/odd-acct01-stack.json";
  world.write(path, R"({"Stacks": [{"Outputs": {"Region": "r", "DeploymentUnit": "u",
      "ecsTaskXappXwebXmigrateXarn": "x"}}]})");
  Selector selector;
  selector.tasks = {"migrate"};
  EXPECT_THAT(world.error_of(selector).message, HasSubstr("has no output `Account`"));
  world.write(path, R"({"Stacks": [{"Outputs": {"Region": "r", "DeploymentUnit": "u",
      "ecsTaskXappXwebXmigrate2": "x"}}]})");
  EXPECT_TRUE(world.find().deployed);
  EXPECT_THAT(world.load()->warnings(),
              ElementsAre(HasSubstr("odd-acct01-stack.json: the stack has no output `Account`")));
}

TEST(State, a_stack_file_that_is_no_json_warns_with_its_name) {
  CmdbWorld world;
  for (const char* text : {"{", "[]", "5", R"({"Stacks": 5})"}) {
    world.write(world.kState + "odd/odd-acct01-stack.json", text);
    EXPECT_TRUE(world.find().deployed);
    EXPECT_THAT(world.load()->warnings(), ElementsAre(HasSubstr("odd-acct01-stack.json")));
  }
}

TEST(Sources, every_value_says_where_it_was_written) {
  CmdbWorld world;
  world.task(R"("Engine": "fargate")");
  const auto task = world.find("migrate", "", {.with_sources = true});
  EXPECT_EQ(task.engine.source.file,
            "/cmdb/" + world.kSolutions + "integration/default/solution.json");
  EXPECT_EQ(task.engine.source.pointer, "/Tiers/app/Components/web/Tasks/migrate/Engine");
  EXPECT_EQ(task.cluster.source.file,
            "/cmdb/" + world.kState + "soln-web/default/soln-web-acct01-eu-west-1-stack.json");
  EXPECT_EQ(task.cluster.source.pointer, "/Stacks/0/Outputs/ecsXappXweb");
  EXPECT_EQ(task.platform_version.source.rule, "hamlet's default");
}

TEST(Sources, names_come_from_their_keys_or_from_what_names_them) {
  CmdbWorld world;
  world.solution(R"({"Tiers": {"app": {"Components": {"web": {"Instances": {"blue": {}}, "Tasks": {
      "migrate": {"Name": "move", "Instances": {"default": {"Versions": {"v1": {}}}}}}}}}}})");
  auto task = world.find("move", "blue", {.with_sources = true});
  const auto& sources = task.name_sources;
  const std::string web = "/Tiers/app/Components/web";
  EXPECT_EQ(sources.tier.rule, "hamlet's own data");
  EXPECT_EQ(sources.component.pointer, web);
  EXPECT_EQ(sources.component.rule, "its key");
  EXPECT_EQ(sources.component_instance.pointer, web + "/Instances/blue");
  EXPECT_EQ(sources.component_version.rule, "unnamed, as nothing is said");
  EXPECT_EQ(sources.task.pointer, web + "/Tasks/migrate/Name");
  EXPECT_EQ(sources.task.rule, "");
  EXPECT_EQ(sources.instance.pointer, web + "/Instances/blue");
  EXPECT_EQ(sources.version.pointer, web + "/Tasks/migrate/Instances/default/Versions/v1");
  EXPECT_EQ(sources.task.file, "/cmdb/" + world.kSolutions + "integration/default/solution.json");
  world.solution("{}");
  EXPECT_EQ(world.find("migrate", "", {.with_sources = true}).name_sources.deployed.pointer,
            "/Stacks/0/Outputs/ecsTaskXappXwebXmigrate");
  EXPECT_EQ(world.find().name_sources.component.pointer, "");
}

TEST(Sources, the_scopes_words_come_from_a_directory_and_from_the_account) {
  CmdbWorld world;
  const auto cmdb = world.load({.with_sources = true});
  ASSERT_TRUE(cmdb);
  EXPECT_EQ(cmdb->facts().environment_source.file, "/cmdb/" + world.kSolutions + "integration");
  EXPECT_EQ(cmdb->facts().account_source.file, "/cmdb/acct01/config/account.json");
  EXPECT_EQ(cmdb->facts().account_source.pointer, "/Account/Name");
}

TEST(Sources, what_is_unknown_says_why) {
  CmdbWorld world;
  auto task = world.find("migrate", "", {.with_sources = true});
  EXPECT_EQ(task.subnet.source.rule, "in network mode awsvpc alone");
  EXPECT_EQ(task.security_group.source.rule, "in network mode awsvpc alone");
  world.remove(world.kState + "seg-vpc");
  task = world.find("migrate", "", {.with_sources = true});
  for (const auto* field : {&task.subnet, &task.security_group, &task.cluster, &task.definition})
    EXPECT_THAT(field->source.rule, HasSubstr("stack output vpcXmgmtXvpc"));
}

}  // namespace
}  // namespace runtask::hamlet
