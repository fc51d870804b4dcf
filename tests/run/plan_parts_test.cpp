#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "run/plan.h"

// Plans of several requests: environments, tasks, instances.

namespace runtask::run {
namespace {

ecs::TaskDefinition definition(const std::string& family, const std::string& container) {
  ecs::TaskDefinition made;
  made.family = family;
  made.revision = 3;
  ecs::ContainerDefinition main;
  main.name = container;
  main.log_configuration.emplace();
  main.log_configuration->log_driver = "awslogs";
  main.log_configuration->options = {{"awslogs-group", "/" + family},
                                     {"awslogs-stream-prefix", "p"}};
  made.container_definitions = {main};
  return made;
}

Request request(const std::string& environment, const std::string& instance,
                std::size_t target = 0) {
  Request made;
  made.place = {environment, "", instance, target};
  made.cluster = "arn:aws:ecs:eu-west-1:1:cluster/" + environment;
  made.task_definition = "manage";
  return made;
}

std::vector<std::string> names(const Plan& plan) {
  std::vector<std::string> all;
  for (const auto& launch : plan.launches)
    all.push_back(launch.name);
  return all;
}

const std::vector<TargetWords> kTargets = {{"acct01", "eu-west-1", "eu-west-1"},
                                           {"acct02", "us-east-1", "us-east-1"}};

TEST(PlanParts, launches_come_by_environment_then_as_they_are_listed_then_by_count) {
  auto twice = request("dev", "default");
  twice.count = 2;
  // The second environment's first request comes before the first one's last.
  const auto plan = make_plan(
      {{twice}, {request("test", "default", 1)}, {request("dev", "tenant2")}}, kTargets, "r1");
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(names(*plan), (std::vector<std::string>{"dev/default/1", "dev/default/2", "dev/tenant2",
                                                    "test/default"}));
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(plan->launches.at(static_cast<std::size_t>(i)).index, i);
  EXPECT_EQ(plan->title, "dev/default, dev/tenant2, test/default");
}

TEST(PlanParts, environments_keep_the_order_in_which_they_are_given) {
  const auto plan =
      make_plan({{request("zeta", "default")}, {request("alpha", "default")}}, {}, "r1");
  EXPECT_EQ(names(*plan), (std::vector<std::string>{"zeta/default", "alpha/default"}));
}

TEST(PlanParts, the_unnamed_instance_is_called_default_and_several_tasks_say_which) {
  auto migrate = request("dev", "");
  migrate.place.task = "migrate";
  auto seed = request("dev", "");
  seed.place.task = "seed";
  const auto plan = make_plan({{migrate}, {seed}}, {}, "r1");
  EXPECT_EQ(names(*plan), (std::vector<std::string>{"dev/migrate/default", "dev/seed/default"}));
}

TEST(PlanParts, each_part_has_its_own_cluster_containers_logs_and_target) {
  const auto one = definition("one", "django");
  const auto two = definition("two", "rails");
  auto first = request("dev", "default");
  first.environment = {{"A", "1", false}};
  auto second = request("test", "default", 1);
  second.environment = {{"B", "2", false}};
  const auto plan = make_plan({{first, &one}, {second, &two}}, kTargets, "r1");
  ASSERT_TRUE(plan) << plan.error().text();
  const auto& part = plan->part_of(plan->launches.at(1));
  EXPECT_EQ(part.cluster, "test");
  EXPECT_EQ(part.what, "two:3");
  EXPECT_EQ(part.deciding, std::vector<std::string>{"rails"});
  EXPECT_EQ(part.essential, std::vector<std::string>{"rails"});
  EXPECT_EQ(part.logs.at(0).group, "/two");
  EXPECT_EQ(plan->target_of(part).account, "acct02");
  EXPECT_EQ(where(*plan, part), "us-east-1, account acct02, cluster test");
  const auto& input = plan->launches.at(1).input;
  EXPECT_EQ(input.cluster, second.cluster);
  EXPECT_EQ(input.overrides->container_overrides.at(0).name, "rails");
  EXPECT_EQ(input.overrides->container_overrides.at(0).environment.size(), 1U);
  EXPECT_EQ(plan->part_of(plan->launches.at(0)).logs.at(0).group, "/one");
}

TEST(PlanParts, tokens_differ_over_all_parts_and_started_by_is_the_runs) {
  auto many = request("dev", "default");
  many.count = 7;
  const auto plan = make_plan({{many}, {request("test", "default")}}, {}, "r1");
  std::set<std::string> tokens;
  for (const auto& launch : plan->launches) {
    tokens.insert(launch.input.client_token);
    EXPECT_EQ(launch.input.started_by, "runtask/r1");
  }
  EXPECT_EQ(tokens.size(), 8U);
}

TEST(PlanParts, a_definition_that_could_not_be_read_costs_its_own_part_only) {
  const auto known = definition("one", "django");
  const auto plan = make_plan(
      {{request("dev", "default"), nullptr}, {request("test", "default"), &known}}, {}, "r1");
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_TRUE(plan->parts.at(0).essential.empty());
  EXPECT_TRUE(plan->parts.at(0).logs.empty());
  EXPECT_EQ(plan->parts.at(0).what, "manage");
  EXPECT_EQ(plan->parts.at(1).logs.size(), 1U);
}

TEST(PlanParts, one_place_twice_is_refused) {
  const auto plan = make_plan(
      {{request("dev", "")}, {request("test", "")}, {request("dev", "default")}}, {}, "r1");
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, Code::kUsage);
  EXPECT_NE(plan.error().message.find("dev/default"), std::string::npos);
}

TEST(PlanParts, what_is_wrong_says_where) {
  const auto known = definition("one", "django");
  auto wrong = request("test", "tenant2");
  wrong.environment = {{"BIG", std::string(9000, 'x'), false}};
  const auto plan = make_plan({{request("dev", "tenant2"), &known}, {wrong, &known}}, {}, "r1");
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().text().find("test/tenant2"), std::string::npos) << plan.error().text();
  EXPECT_EQ(make_plan(std::vector<DefinedRequest>(), {}, "r1").error().code, Code::kUsage);
}

TEST(PlanParts, tasks_given_directly_are_numbered_where_their_names_are_the_same) {
  auto one = request("", "");
  one.cluster = "a";
  auto two = one;
  two.cluster = "b";
  auto other = one;
  other.task_definition = "seed:9";
  const auto plan = make_plan({{one}, {two}, {other}}, {}, "r1");
  EXPECT_EQ(names(*plan), (std::vector<std::string>{"manage/1", "manage/2", "seed"}));
  EXPECT_EQ(plan->title, "manage on a, manage on b, seed:9 on a");
}

TEST(PlanParts, a_long_title_names_the_first_and_counts_the_rest) {
  std::vector<DefinedRequest> requests;
  for (const auto* instance : {"a", "b", "c", "d", "e"})
    requests.push_back({request("dev", instance)});
  EXPECT_EQ(make_plan(requests, {}, "r1")->title, "dev/a, dev/b, dev/c and 2 more");
  requests.resize(1);
  EXPECT_EQ(make_plan(requests, {}, "r1")->title, "manage on dev (dev/a)");
}

TEST(PlanParts, as_json_every_launch_is_whole) {
  const auto one = definition("one", "django");
  auto first = request("dev", "default");
  first.place.task = "migrate";
  const auto plan = make_plan({{first, &one}, {request("test", "x", 1), &one}}, kTargets, "r1");
  const auto text = to_json(*plan);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_NE(
      text.find(R"("targets":[{"account":"acct01","region":"eu-west-1","words":"eu-west-1"},)"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find(R"({"name":"dev/migrate/default","environment":"dev","task":"migrate",)"
                      R"("instance":"default","target":0,"cluster":"dev","deciding":[],)"
                      R"("essential":["django"],"logs":[{"container":"django","group":"/one",)"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(R"("environment":"test","instance":"x","target":1,"cluster":"test")"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace runtask::run
