#include "hamlet/cmdb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hamlet/cmdb_world.h"

namespace runtask::hamlet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Cmdb, a_deployed_task_has_everything_that_a_run_needs) {
  const auto task = CmdbWorld().find();
  EXPECT_EQ(task.tier, "application");
  EXPECT_EQ(task.resource_id.value, "ecsTaskXappXwebXmigrate");
  EXPECT_EQ(task.cluster.value, "cluster-web");
  EXPECT_EQ(task.definition.value, "arn:migrate");
  EXPECT_EQ(task.engine.value, "ec2");
  EXPECT_EQ(task.platform_version.value, "LATEST");
  EXPECT_EQ(task.network_mode.value, "");
  EXPECT_EQ(task.container.value, "web");
  EXPECT_EQ(task.log_group.value, "/shop/integration/application/web/migrate");
  EXPECT_TRUE(task.deployed);
  EXPECT_TRUE(task.mistakes.empty());
}

TEST(Layers, the_closer_directory_and_then_the_name_that_sorts_first_win) {
  CmdbWorld world;
  const auto platform = [](const std::string& value) {
    return R"({"Tiers": {"app": {"Components": {"web": {"Tasks": {"migrate": {
        "aws:FargatePlatform": ")" +
           value + "\"}}}}}}}";
  };
  const auto expect = [&](const std::string& path, const std::string& wins) {
    world.write(path, platform(path));
    EXPECT_EQ(world.find().platform_version.value, wins) << path;
  };
  // From the weakest to the strongest; each new one beats all before it.
  for (const char* path :
       {"acme/domains.json", "acct01/config/domains.json", "shop/config/profiles.json",
        "shop/config/solutionsv2/shared/solution.json",
        "shop/config/solutionsv2/shared/segment.json",
        "shop/config/solutionsv2/shared/default/profiles.json",
        "shop/config/solutionsv2/shared/default/solution_z.json",
        "shop/config/solutionsv2/shared/default/solution1.json",
        "shop/config/solutionsv2/shared/default/solution-x.json",
        "shop/config/solutionsv2/integration/domains.json",
        "shop/config/solutionsv2/integration/solution.json",
        "shop/config/solutionsv2/integration/default/solution_x.json",
        "shop/config/solutionsv2/integration/default/solution.json",
        "shop/config/solutionsv2/integration/default/solution-x.json",
        "shop/config/solutionsv2/integration/default/environment.json"})
    expect(path, path);
  // And what does not count at all.
  const std::string strongest = "shop/config/solutionsv2/integration/default/environment.json";
  for (const char* path :
       {"shop/config/solutionsv2/integration/default/other.json",
        "shop/config/solutionsv2/integration/default/deeper/solution.json",
        "shop/config/solutionsv2/production/default/segment.json",
        "shop/config/solutionsv2/integration/blue/segment.json", "acct01/config/profiles.json",
        "shop/config/solutionsv2/integration/default/segment.yaml"})
    expect(path, strongest);
}

TEST(Layers, an_account_has_no_profiles_of_its_own) {
  CmdbWorld world;
  const auto* solution = R"({"Tiers": {"app": {"Components": {"web": {"Engine": "fargate"}}}}})";
  world.write("acct01/config/profiles.json", solution);
  EXPECT_EQ(world.find().engine.value, "ec2");
  world.write("acme/profiles.json", solution);
  EXPECT_EQ(world.find().engine.value, "fargate");
}

TEST(Layers, a_null_deletes_what_is_weaker) {
  CmdbWorld world;
  world.write(world.kShared + "solution-a.json",
              R"({"Tiers": {"app": {"Components": {"web": {"Engine": "fargate"}}}}})");
  EXPECT_EQ(world.find().engine.value, "fargate");
  world.solution(R"({"Tiers": {"app": {"Components": {"web": {"Engine": null}}}}})");
  EXPECT_EQ(world.find().engine.value, "ec2");
}

TEST(Layouts, infrastructure_and_state_may_be_where_newer_products_keep_them) {
  CmdbWorld world;
  for (const char* gone : {"shop", "acct01/infrastructure"})
    world.remove(gone);
  world.write("acct01/state/cf/f", "");
  world.write("acct01/operations/settings/f", "");
  world.write("shop/config/product.json",
              R"({"Product": {"Id": "shop", "Name": "shop", "Region": "eu-west-1"}})");
  world.write("shop/config/settings/f", "");
  world.write("shop/operations/settings/f", "");
  world.write("shop/infrastructure/builds/f", "");
  const std::string solutions = "shop/infrastructure/solutions/";
  world.write(solutions + "shared/default/segment.json", R"({"Segment": {"Id": "default"}})");
  world.write(solutions + "integration/default/solution.json",
              R"({"Tiers": {"app": {"Components": {"web": {"Type": "ecs",
                  "Tasks": {"migrate": {}}}}}}})");
  world.write("shop/state/cf/integration/default/x-acct01-stack.json",
              R"({"Stacks": [{"Outputs": {"Account": "111", "Region": "r", "DeploymentUnit": "u",
                  "vpcXmgmtXvpc": "vpc", "ecsXappXweb": "new-cluster"}}]})");
  EXPECT_EQ(world.find().cluster.value, "new-cluster");
}

TEST(Checks, a_directory_that_hamlet_insists_on_is_named) {
  CmdbWorld world;
  world.remove("acct01/infrastructure/operations");
  const auto cmdb = world.load();
  ASSERT_FALSE(cmdb);
  EXPECT_EQ(cmdb.error().code, Code::kNotFound);
  EXPECT_EQ(cmdb.error().message, "there is no account operations directory of account `acct01`");
}

TEST(Checks, files_that_disagree_with_the_scope_are_an_error) {
  CmdbWorld world;
  world.write("acct01/config/account.json", R"({"Account": {"Id": "acct01", "Name": "acct02"}})");
  auto cmdb = world.load();
  ASSERT_FALSE(cmdb);
  EXPECT_EQ(cmdb.error().code, Code::kConflict);
  EXPECT_THAT(cmdb.error().message, HasSubstr("the CMDB's account is `acct02`, not `acct01`: "
                                              "/cmdb/acct01/config/account.json at "
                                              "/Account/Name"));
  world.write("acct01/config/account.json", R"({"Account": {"Name": "Account"}})");
  EXPECT_TRUE(world.load());
  world.scope.names.segment = "green";
  cmdb = world.load();
  ASSERT_FALSE(cmdb);
  EXPECT_EQ(cmdb.error().message, "the CMDB says nothing of segment `green`");
}

TEST(Checks, two_files_that_disagree_about_a_name_are_both_named) {
  CmdbWorld world;
  world.solution(R"({"Account": {"Name": "acct02"}, "Segment": {"Id": "default"}})");
  auto cmdb = world.load();
  ASSERT_FALSE(cmdb);
  EXPECT_EQ(cmdb.error().code, Code::kConflict);
  EXPECT_EQ(cmdb.error().message, "the CMDB's account is `acct02`, not `acct01`: /cmdb/" +
                                      world.kSolutions +
                                      "integration/default/solution.json at /Account/Name, which "
                                      "wins over `acct01` in /cmdb/acct01/config/account.json at "
                                      "/Account/Name");
  EXPECT_EQ(cmdb.error().hint,
            "two files disagree about `Account`: leave it to account.json, or let both say the "
            "same");
  world.solution(R"({"Product": {"Id": "shop", "Name": "bazaar"}})");
  cmdb = world.load();
  ASSERT_FALSE(cmdb);
  EXPECT_THAT(cmdb.error().message, HasSubstr("which wins over `shop` in "
                                              "/cmdb/shop/config/product.json at /Product/Name"));
}

TEST(Checks, an_environment_without_a_trace_is_an_error_that_lists_the_others) {
  CmdbWorld world;
  world.write(world.kSolutions + "production/environment.json", "{}");
  world.write("shop/infrastructure/cf/state-only/default/app-acct01-stack.json", "{}");
  world.write("shop/config/solutionsv2/no-directory", "{}");
  const auto refused = [&](const std::string& environment) {
    world.scope.names.environment = environment;
    const auto cmdb = world.load();
    EXPECT_FALSE(cmdb) << environment;
    return cmdb ? Error{} : cmdb.error();
  };
  auto error = refused("produktion");
  EXPECT_EQ(error.code, Code::kNotFound);
  EXPECT_EQ(error.message, "there is no environment `produktion` of product `shop`");
  EXPECT_EQ(error.hint, "there are `production`, `integration`, `state-only`");
  EXPECT_EQ(refused("State-Only").hint, "there are `state-only`, `integration`, `production`");
  EXPECT_THAT(refused("null").message, HasSubstr("the text `null` is a parameter that nobody set"));
  EXPECT_EQ(refused("no-directory").code, Code::kNotFound);
  for (const char* known : {"integration", "production", "state-only"}) {
    world.scope.names.environment = known;
    EXPECT_TRUE(world.load()) << known;
  }
}

TEST(Names, what_exists_begins_with_what_is_nearest) {
  CmdbWorld world;
  world.task(
      R"("Instances": {"other": {}, "enant2": {}, "tenant22": {}, "tenant2": {}, "Zenit": {}})");
  Selector selector;
  selector.tasks = {"migrate"};
  const auto hint = [&](const std::string& asked) {
    selector.instances = {asked};
    return world.error_of(selector).hint;
  };
  EXPECT_EQ(hint("TENANT2"), "there are `tenant2`, `tenant22`, `enant2`, `other`, `Zenit`");
  EXPECT_EQ(hint("ten*"), "there are `tenant22`, `tenant2`, `other`, `enant2`, `Zenit`");
  EXPECT_EQ(hint("zenith"), "there are `Zenit`, `other`, `enant2`, `tenant22`, `tenant2`");
  EXPECT_EQ(hint("nothing-like-it"), "there are `other`, `enant2`, `tenant22`, `tenant2`, `Zenit`");
}

TEST(Names, a_version_that_is_not_there_lists_the_versions_and_not_the_instances) {
  CmdbWorld world;
  world.task(R"("Instances": {"default": {}, "blue": {"Versions": {"v1": {}, "v2": {}}}})");
  Selector selector;
  selector.tasks = {"migrate"};
  const auto said = [&](const std::vector<std::string>& instances, const std::string& version) {
    selector.instances = instances;
    selector.version = version;
    const auto error = world.error_of(selector);
    return error.message + "; " + error.hint;
  };
  const std::string versions = "there are `v1`, the unnamed one, `v2`";
  EXPECT_EQ(said({""}, "v1x"), "the task `migrate` has no version `v1x`; " + versions);
  EXPECT_EQ(said({"blue", "*"}, "v1x"), "the task `migrate` has no version `v1x`; " + versions);
  EXPECT_EQ(said({""}, "v1"),
            "the task `migrate` has no unnamed instance in version `v1`; there are the unnamed "
            "one, `blue/v1`, `blue/v2`");
  EXPECT_EQ(said({"blue"}, ""),
            "the task `migrate` has no instance `blue` in the unnamed version; there are "
            "`blue/v1`, `blue/v2`, the unnamed one");
  selector.tasks.clear();
  EXPECT_EQ(said({"x"}, "v9"), "no task has version `v9`; there are `v1`, `v2`, the unnamed one");
  world.task(R"("Instances": {"blue": {}})");
  EXPECT_EQ(said({""}, ""), "no task has an unnamed instance; there is only `blue`");
}

TEST(Names, a_cluster_in_the_wrong_version_lists_its_versions) {
  CmdbWorld world;
  world.solution(R"({"Tiers": {"app": {"Components": {"web": {"Instances": {
      "blue": {"Versions": {"v1": {}}}, "green": {}}}}}}})");
  Selector selector;
  selector.component = "web";
  selector.component_instance = "";
  EXPECT_EQ(world.error_of(selector).message, "component `web` has no unnamed instance");
  selector.component_version = "v9";
  EXPECT_EQ(world.error_of(selector).message, "component `web` has no version `v9`");
  EXPECT_EQ(world.error_of(selector).hint, "there are `v1`, the unnamed one");
  selector.component_version = "v1";
  EXPECT_EQ(world.error_of(selector).message,
            "component `web` has no unnamed instance in version `v1`");
  selector.component.reset();
  EXPECT_EQ(world.error_of(selector).message,
            "no component has an unnamed instance in version `v1`");
}

TEST(Checks, the_region_comes_from_the_first_that_gives_one) {
  CmdbWorld world;
  const auto region = [&] {
    const auto cmdb = world.load();
    return cmdb ? cmdb->facts().region.value.value_or("") : cmdb.error().message;
  };
  EXPECT_EQ(region(), "eu-west-1");
  world.scope.product_region = "eu-west-2";
  EXPECT_EQ(region(), "eu-west-2");
  world.write("shop/config/product.json",
              R"({"Product": {"Name": "shop", "unit": {"Region": "eu-west-3"}}})");
  world.scope.deployment_unit = "unit";
  EXPECT_EQ(region(), "eu-west-3");
  world.scope.region = "eu-north-1";
  EXPECT_EQ(region(), "eu-north-1");
  world.scope.region = world.scope.deployment_unit = world.scope.product_region = "";
  EXPECT_EQ(region(), "no region is known for product `shop`");
}

TEST(Components, the_type_is_said_or_is_the_last_key_that_can_be_one) {
  CmdbWorld world;
  const auto tasks = R"({"t": {}})";
  world.solution(std::string(R"({"Tiers": {"app": {"Components": {
      "upper": {"Type": "ECS", "Tasks": )") +
                 tasks + R"(},
      "implied": {"Title": "x", "ECS": {"Tasks": {"i": {}}}, "MultiAZ": true},
      "hidden": {"ecs": {"Tasks": {"h": {}}}, "other": {}},
      "named": {"Name": "called", "Type": "ecs", "Tasks": {"n": {}}},
      "text": "no component"}}}})");
  EXPECT_EQ(world.find("t").component, "upper");
  EXPECT_EQ(world.find("i").component, "implied");
  EXPECT_EQ(world.find("n").component, "called");
  EXPECT_EQ(world.find("n").resource_id.value, "ecsTaskXappXnamedXn");
  Selector selector;
  selector.tasks = {"h"};
  EXPECT_EQ(world.error_of(selector).message, "there is no task `h`");
}

TEST(Components, ids_and_names_are_cut_at_the_first_dash) {
  CmdbWorld world;
  world.solution(R"({"Tiers": {"app": {"Components": {"ci-agents-x": {"Type": "ecs",
      "Tasks": {"build-job": {}}}}}}})");
  const auto task = world.find("build-job");
  EXPECT_EQ(task.component, "ci-agents-x");
  EXPECT_EQ(task.resource_id.value, "ecsTaskXappXciXbuildXjob");
  EXPECT_EQ(task.log_group.value, "/shop/integration/application/ci/build/job");
}

TEST(Components, attributes_and_tasks_come_from_both_but_instances_from_the_type_object) {
  CmdbWorld world;
  world.solution(R"({"Tiers": {"app": {"Components": {"both": {"Type": "ecs", "Engine": "ec2",
      "Instances": {"ignored": {}}, "Tasks": {"outer": {}},
      "ecs": {"Engine": "fargate", "Instances": {"blue": {}}, "Tasks": {"inner": {}}}}}}}})");
  EXPECT_EQ(world.find("outer", "blue").engine.value, "fargate");
  EXPECT_EQ(world.find("inner", "blue").component_instance, "blue");
}

TEST(Occurrences, an_unnamed_task_takes_the_clusters_names_but_not_its_ids_twice) {
  CmdbWorld world;
  world.solution(R"({"Tiers": {"app": {"Components": {"web": {"Instances": {
      "blue": {"Versions": {"v1": {}}}}, "Tasks": {"two-part": {"Instances": {
      "default": {}, "x": {"Id": "ex"}}}}}}}}})");
  const auto plain = world.find("migrate", "blue");
  EXPECT_EQ(plain.version, "v1");
  EXPECT_EQ(plain.resource_id.value, "ecsTaskXappXwebXblueXv1Xmigrate");
  const auto named = world.find("two-part", "x");
  EXPECT_EQ(named.version, "v1");
  EXPECT_EQ(named.resource_id.value, "ecsTaskXappXwebXblueXv1XtwoXpartXex");
  EXPECT_EQ(named.log_group.value, "/shop/integration/application/web/blue/v1/two/part/x");
}

TEST(Occurrences, an_empty_list_of_instances_leaves_none) {
  CmdbWorld world;
  world.task(R"("Instances": {})");
  Selector selector;
  selector.tasks = {"migrate"};
  EXPECT_EQ(world.error_of(selector).code, Code::kNotFound);
}

TEST(Occurrences, an_instance_of_the_cluster_may_add_tasks) {
  CmdbWorld world;
  world.solution(R"({"Tiers": {"app": {"Components": {"web": {"Instances": {
      "default": {}, "blue": {"Tasks": {"extra": {}}}}}}}}})");
  EXPECT_EQ(world.find("extra", "blue").component_instance, "blue");
  EXPECT_EQ(world.find("migrate", "").component_instance, "");
}

TEST(Occurrences, shared_attributes_stand_beside_the_tasks_or_in_a_configuration) {
  CmdbWorld world;
  world.solution(R"({"Tiers": {"app": {"Components": {
      "one": {"Type": "ecs", "Engine": "ec2", "Tasks": {
        "Components": {"a": {}, "b": {"aws:FargatePlatform": "own"}},
        "Engine": "fargate", "aws:FargatePlatform": "shared"}},
      "two": {"Type": "ecs", "Tasks": {
        "Configuration": {"Engine": "fargate"}, "Enabled": true, "c": {}, "text": "x"}}}}}})");
  EXPECT_EQ(world.find("a").platform_version.value, "shared");
  EXPECT_EQ(world.find("a").engine.value, "fargate");
  EXPECT_EQ(world.find("b").platform_version.value, "own");
  EXPECT_EQ(world.find("c").engine.value, "fargate");
  Selector selector;
  selector.component = "two";
  const auto cmdb = world.load();
  ASSERT_TRUE(cmdb);
  EXPECT_EQ(cmdb->find(selector)->size(), 1U);
}

TEST(Attributes, the_stronger_context_wins_from_profile_to_policy) {
  CmdbWorld world;
  const auto with = [&](const std::string& component, const std::string& task) {
    world.solution(R"({
        "DeploymentProfiles": {"d": {"Modes": {"*": {"*": {"aws:FargatePlatform": "any",
            "Engine": "fargate"}, "task": {"aws:FargatePlatform": "deployment"}}}}},
        "PolicyProfiles": {"p": {"Modes": {"update": {"task":
            {"aws:FargatePlatform": "policy"}}}}},
        "Tiers": {"app": {"Components": {"web": {)" +
                   component + R"("Tasks": {"migrate": {)" + task + R"(}}}}}}})");
    return world.find();
  };
  EXPECT_EQ(with("", "").platform_version.value, "LATEST");
  const std::string d = R"("Profiles": {"Deployment": ["d"]})";
  EXPECT_EQ(with(d + ", ", "").platform_version.value, "deployment");
  EXPECT_EQ(with(d + ", ", "").engine.value, "fargate");
  EXPECT_EQ(with(d + R"(, "aws:FargatePlatform": "component", )", "").platform_version.value,
            "component");
  const std::string own = R"("aws:FargatePlatform": "task")";
  EXPECT_EQ(with("", own).platform_version.value, "task");
  EXPECT_EQ(with("", own + R"(, "Profiles": {"Policy": "p"})").platform_version.value, "policy");
}

TEST(Attributes, containers_of_all_contexts_come_together) {
  CmdbWorld world;
  world.solution(R"({"Tiers": {"app": {"Components": {"web": {
      "Containers": {"Configuration": {"MemoryReservation": 64}, "zz": {}},
      "Tasks": {"migrate": {"Containers": {"a-b-c": {}, "web": {"MemoryReservation": 1}}}}}}}}})");
  const auto task = world.find();
  EXPECT_THAT(*task.containers.value, ElementsAre("a-b-c", "web", "zz"));
  EXPECT_EQ(task.container.value, "a-b");
  EXPECT_TRUE(task.mistakes.empty());
}

TEST(Attributes, a_mistake_is_an_error_for_the_task_asked_for_and_a_warning_for_others) {
  CmdbWorld world;
  world.solution(R"({"Tiers": {"app": {"Components": {"bad": {"Type": "ecs", "Tasks": {"x": {
      "Engine": "fargat", "FixedName": "yes", "Containers": {"c": {}, "d": 5}}}}}}}})");
  Selector selector;
  selector.tasks = {"x"};
  const auto error = world.error_of(selector);
  EXPECT_EQ(error.code, Code::kInvalid);
  EXPECT_THAT(error.text(), HasSubstr("true nor false"));
  const auto cmdb = world.load();
  ASSERT_TRUE(cmdb);
  selector.tasks = {"migrate"};
  EXPECT_TRUE(cmdb->find(selector));
  const auto mistakes = cmdb->mistakes();
  ASSERT_EQ(mistakes.size(), 4U);
  EXPECT_THAT(testing::PrintToString(mistakes),
              testing::AllOf(HasSubstr("did you mean `fargate`?"),
                             HasSubstr("`c` has no `MemoryReservation`"),
                             HasSubstr("container `d` is not an object"),
                             HasSubstr("/Tiers/app/Components/bad/Tasks/x/Engine")));
}

TEST(Attributes, a_cluster_without_instances_takes_tasks_in_awsvpc_mode_alone) {
  CmdbWorld world;
  const auto with = [&](const std::string& providers, const std::string& task) {
    world.solution(R"({"ComputeProviders": {"p": {"Containers": {"Providers": [)" + providers +
                   R"(]}}}, "Tiers": {"app": {"Components": {"web": {
                   "Profiles": {"ComputeProvider": "p"}, "Tasks": {"migrate": {)" +
                   task + "}}}}}}}");
    return world.load()->mistakes().size();
  };
  EXPECT_EQ(with(R"("aws:fargate")", ""), 1U);
  EXPECT_EQ(with(R"("aws:fargate")", R"("NetworkMode": "awsvpc")"), 0U);
  EXPECT_EQ(with(R"("aws:fargate", "_autoscalegroup")", ""), 0U);
}

TEST(Attributes, a_setting_in_a_text_comes_from_the_nearest_namespace) {
  CmdbWorld world;
  world.task(R"("aws:FargatePlatform": "v__setting:PLATFORM_VERSION__")");
  world.write("shop/config/settings/shared/settings.json", R"({"PLATFORM": {"VERSION": "1"}})");
  EXPECT_EQ(world.find().platform_version.value, "v1");
  // Not a whole word of the task's name.
  world.write("shop/config/settings/integration/default/app-we/settings.json",
              R"({"PLATFORM_VERSION": "0"})");
  EXPECT_EQ(world.find().platform_version.value, "v1");
  world.write("shop/config/settings/integration/default/app-web/settings.json",
              R"({"PLATFORM_VERSION": {"Value": "2"}})");
  world.write("shop/config/settings/integration/default/app-webby/settings.json",
              R"({"PLATFORM_VERSION": "3"})");
  EXPECT_EQ(world.find().platform_version.value, "v2");
  world.write("shop/config/settings/integration/default/app-web/migrate/settings.json",
              R"({"PLATFORM_VERSION": "4"})");
  EXPECT_EQ(world.find().platform_version.value, "v4");
  world.task(R"("aws:FargatePlatform": "__setting:TIER__/__setting:ENVIRONMENT__")");
  EXPECT_EQ(world.find().platform_version.value, "application/integration");
  world.task(R"("aws:FargatePlatform": "__setting:NOWHERE__")");
  Selector selector;
  selector.tasks = {"migrate"};
  EXPECT_THAT(world.error_of(selector).message, HasSubstr("there is no setting `NOWHERE`"));
}

TEST(Names, a_named_segment_is_part_of_the_path_and_a_default_one_is_not) {
  CmdbWorld world;
  EXPECT_EQ(world.find().log_group.value, "/shop/integration/application/web/migrate");
  world.solution(
      R"({"Segment": {"Id": "x", "Name": "default"}, "Environment": {"Name": "named"}})");
  EXPECT_EQ(world.find().log_group.value, "/shop/named/application/web/migrate");
  world.solution(R"({"Environment": null})");
  world.scope.names.environment = "integration";
  EXPECT_EQ(world.find().log_group.value, "/shop/integration/application/web/migrate");
  world.scope.names.segment = "blue";
  world.solution("{}");
  world.write("shop/config/solutionsv2/shared/blue/segment.json", R"({"Segment": {"Id": "blue"}})");
  world.write("shop/config/solutionsv2/shared/solution.json", R"({"Tiers": {"app": {"Components":
      {"web": {"Type": "ecs", "Tasks": {"migrate": {}}}}}}})");
  world.write("shop/infrastructure/cf/integration/blue/seg-acct01-stack.json",
              R"({"Stacks": [{"Outputs": {"Account": "111", "Region": "r", "DeploymentUnit": "u",
                  "vpcXmgmtXvpc": "vpc"}}]})");
  EXPECT_EQ(world.find().log_group.value, "/shop/integration/blue/application/web/migrate");
}

TEST(Tiers, they_come_in_the_order_of_the_files) {
  CmdbWorld world;
  world.solution(R"({"Tiers": {"new": {"Name": "first", "Network": {"Link": {"Tier": "mgmt",
      "Component": "vpc"}}, "Components": {"n": {"Type": "ecs", "Tasks": {"t": {}}}}},
      "web": {"Components": {"w": {"Type": "ecs", "Tasks": {"t": {}}}}}}})");
  const auto cmdb = world.load();
  ASSERT_TRUE(cmdb);
  std::vector<std::string> tiers;
  for (const auto& task : cmdb->tasks())
    tiers.push_back(task.tier);
  EXPECT_THAT(tiers, ElementsAre("application", "first", "web"));
}

TEST(Tiers, solutions_add_to_the_tiers_and_rename_them) {
  CmdbWorld world;
  world.solution(R"({"Solutions": {
      "weak": {"Priority": 950, "District": {"Layers": {"l": {"Type": "Segment"}}}, "Tiers":
        {"app": {"Index": 2, "Components": {"web": {"Tasks": {"migrate":
          {"Engine": "fargate"}}}}}}},
      "other": {"District": {"Layers": {"l": {"Type": "Segment", "Id": "blue"}}}, "Tiers":
        {"app": {"Index": 2, "Components": {"hidden": {"Type": "ecs", "Tasks": {"no": {}}}}}}}}})");
  // Weaker than the tiers: their names stay.
  EXPECT_EQ(world.find().tier, "application");
  EXPECT_EQ(world.find().engine.value, "fargate");
  Selector selector;
  selector.tasks = {"no"};
  EXPECT_EQ(world.error_of(selector).code, Code::kNotFound);
  world.solution(R"({"Solutions": {"strong": {"Priority": 10, "District": {"Layers": {"l":
      {"Type": "Environment", "Id": "int"}}}, "Tiers": {"app": {"Index": 2}}}}})");
  EXPECT_EQ(world.find().tier, "app");
}

}  // namespace
}  // namespace runtask::hamlet
