#include "run/plan_record.h"

#include <gtest/gtest.h>

#include "ecs/api.h"

namespace runtask::run {
namespace {

using namespace std::chrono_literals;

constexpr const char* kRunId = "20260131-123456-4f2a9100";

Launch launch(int index, const std::string& name, std::size_t part, const std::string& value) {
  Launch launch;
  launch.index = index;
  launch.name = name;
  launch.part = part;
  launch.input.cluster = "example";
  launch.input.task_definition = "manage:3";
  launch.input.started_by = std::string("runtask/") + kRunId;
  launch.input.client_token = std::string("runtask-") + kRunId + "-" + std::to_string(index);
  ecs::ContainerOverride container;
  container.name = "django";
  container.environment = {{"TOKEN", value}, {"PIN", "7"}, {"OTHER", "7"}};
  container.command = {"sh", "-c", "login " + value + R"( {"key":")" + "a\\\"b-secret" + "\"}"};
  container.rest = {{"environmentFiles", R"([{"value":"arn","type":"s3"}])"}};
  launch.input.overrides.emplace();
  launch.input.overrides->container_overrides.push_back(container);
  return launch;
}

PlanRecord record() {
  PlanRecord record;
  auto& plan = record.plan;
  plan.run_id = kRunId;
  plan.title = "manage:3 on example";
  plan.targets = {{"shop01", "eu-west-1", "eu-west-1"}, {"", "", "the embedded ECS"}};
  for (std::size_t i = 0; i < 2; ++i) {
    Part part;
    part.place = {"dev", "migrate", "default", i};
    part.what = "manage:3";
    part.cluster = "example";
    part.deciding = {"django"};
    part.essential = {"django", "proxy"};
    part.stop_patience = 31s;
    part.logs = {{"django", "/logs", "p", "", "eu-central-1"},
                 {"proxy", "", "", "json-file is not followed", ""}};
    plan.parts.push_back(part);
  }
  plan.launches = {launch(0, "dev/1", 0, "hunter22"), launch(1, "dev/2", 0, "hunter22"),
                   launch(2, "dev/3", 1, "hunter22")};
  plan.secrets = {Secret("hunter22"), Secret("7"), Secret("a\"b-secret")};
  record.policy.order = Order::kListed;
  record.policy.after_failure = AfterFailure::kKeepGoing;
  record.policy.max_parallel = 3;
  record.policy.timeout = 90s;
  record.policy.retries = 0;
  record.policy.retry_on_spot = 2;
  record.policy.detach = true;
  record.policy.pace = {3ms, 250ms};
  record.policy.polls = Polls{30s, 120};
  record.policy.jitter_seed = (1ULL << 62U) - 1;
  record.log_pace = {5ms, 200ms, 0ms};
  record.targets.resize(2);
  record.targets[0] = {false, "", "eu-west-1", true, true, "shop01", "", "aws", "123456789012"};
  record.targets[1].is_local = true;
  record.reports = {"/tmp/report.xml"};
  record.is_script = true;
  record.only_one = true;
  return record;
}

std::vector<NamedSecret> secrets() {
  return {{"TOKEN", Secret("hunter22")}, {"PIN", Secret("7")}, {"JSON", Secret("a\"b-secret")}};
}

std::string text_of(const PlanRecord& record) {
  return write_plan(record, {}).recipe + write_plan(record, {}).values.reveal();
}

TEST(PlanRecord, a_plan_comes_back_whole) {
  const auto written = write_plan(record(), secrets());
  const auto read = read_plan(written.recipe, written.values);
  ASSERT_TRUE(read) << read.error().text();
  ASSERT_EQ(read->plan.launches.size(), 3U);
  const auto wanted = record();
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& before = wanted.plan.launches[i];
    const auto& after = read->plan.launches[i];
    EXPECT_EQ(after.index, before.index);
    EXPECT_EQ(after.name, before.name);
    EXPECT_EQ(after.part, before.part);
    EXPECT_EQ(ecs::write_request(after.input), ecs::write_request(before.input));
  }
  EXPECT_EQ(read->plan.secrets, record().plan.secrets);
  EXPECT_EQ(read->policy.order, Order::kListed);
  EXPECT_EQ(read->policy.timeout, 90s);
  EXPECT_EQ(read->policy.polls->most, 120);
  EXPECT_EQ(read->policy.jitter_seed, (1ULL << 62U) - 1);
  EXPECT_EQ(read->log_pace.drain, 0ms);
  EXPECT_EQ(read->plan.parts[1].place.target, 1U);
  EXPECT_EQ(read->plan.parts[0].stop_patience, 31s);
  EXPECT_EQ(read->targets[0].account_number, "123456789012");
  EXPECT_TRUE(read->targets[1].is_local);
  EXPECT_TRUE(read->is_script);
  // Whatever else there is: written again, it is the same.
  EXPECT_EQ(text_of(*read), text_of(record()));
}

TEST(PlanRecord, the_recipe_holds_no_value_of_a_secret) {
  const auto recipe = write_plan(record(), secrets()).recipe;
  EXPECT_EQ(recipe.find("hunter22"), std::string::npos);
  EXPECT_EQ(recipe.find("b-secret"), std::string::npos);
  EXPECT_EQ(recipe.find(R"(\"PIN\",\"value\":\"7)"), std::string::npos) << "however short";
  EXPECT_NE(recipe.find(R"(\"OTHER\",\"value\":\"7)"), std::string::npos);
  EXPECT_EQ(*secret_names(recipe), (std::vector<std::string>{"TOKEN", "PIN", "JSON"}));
}

TEST(PlanRecord, without_the_values_they_are_masked_and_with_others_they_are_those) {
  const auto recipe = write_plan(record(), secrets()).recipe;
  const auto masked = read_plan(recipe, Secret());
  ASSERT_TRUE(masked);
  const auto value = [](const PlanRecord& read, std::size_t variable) {
    return read.plan.launches[0]
        .input.overrides->container_overrides[0]
        .environment[variable]
        .value;
  };
  EXPECT_EQ(value(*masked, 0), "****");
  const auto other = read_plan(
      recipe, std::vector{Secret("<<secret of x: 0>>"), Secret("88"), Secret("c\nd-secret")});
  ASSERT_TRUE(other);
  EXPECT_EQ(value(*other, 0), "<<secret of x: 0>>");
  EXPECT_EQ(value(*other, 1), "88");
  EXPECT_EQ(value(*other, 2), "7");
  EXPECT_EQ(other->plan.launches[0].input.overrides->container_overrides[0].command->back(),
            R"(login <<secret of x: 0>> {"key":"c\nd-secret"})");
}

TEST(PlanRecord, a_value_that_holds_another_one_or_the_marker_s_own_words_comes_back) {
  auto wanted = record();
  wanted.plan.secrets = {Secret("secret"), Secret("secret of"), Secret(kRunId)};
  wanted.plan.launches[0].input.overrides->container_overrides[0].command = {
      "secret of secret secretsecret of"};
  const auto written = write_plan(wanted, {});
  EXPECT_EQ(*secret_names(written.recipe), (std::vector<std::string>{"", "", ""}));
  const auto read = read_plan(written.recipe, written.values);
  ASSERT_TRUE(read) << read.error().text();
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(ecs::write_request(read->plan.launches[i].input),
              ecs::write_request(wanted.plan.launches[i].input));
}

TEST(PlanRecord, launches_that_are_alike_share_their_request) {
  auto wanted = record();
  const auto& first = wanted.plan.launches.front();
  const auto size_of_one = ecs::write_request(first.input).size();
  const auto before = write_plan(wanted, secrets()).recipe.size();
  for (int i = 3; i < 1003; ++i)
    wanted.plan.launches.push_back(launch(i, "dev/" + std::to_string(i + 1), 1, "hunter22"));
  const auto after = write_plan(wanted, secrets()).recipe.size();
  EXPECT_LT(after - before, 1000 * size_of_one / 3);
}

TEST(PlanRecord, damaged_texts_are_refused) {
  const auto written = write_plan(record(), secrets());
  EXPECT_EQ(read_plan("", Secret()).error().code, Code::kInvalid);
  EXPECT_EQ(read_plan("{}", Secret()).error().code, Code::kInvalid);
  EXPECT_EQ(read_plan(written.recipe, Secret("{}")).error().code, Code::kInvalid);
  const auto changed = [&](const std::string& from, const std::string& to) {
    auto text = written.recipe;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    return read_plan(text, written.values);
  };
  EXPECT_FALSE(changed(R"("target":1)", R"("target":2)"));
  EXPECT_FALSE(changed(R"("part":1)", R"("part":2)"));
  EXPECT_FALSE(changed(R"("request":0)", R"("request":9)"));
  for (std::size_t size = 0; size < written.recipe.size(); size += 7)
    EXPECT_FALSE(read_plan(written.recipe.substr(0, size), written.values));
}

TEST(PlanRecord, another_run_of_the_same_bears_its_own_id_everywhere) {
  auto plan = record().plan;
  plan.launches[1].input.started_by = "nightly";
  rename_run(plan, "20260201-000000-00000000");
  EXPECT_EQ(plan.run_id, "20260201-000000-00000000");
  EXPECT_EQ(plan.launches[0].input.client_token, "runtask-20260201-000000-00000000-0");
  EXPECT_EQ(plan.launches[0].input.started_by, "runtask/20260201-000000-00000000");
  EXPECT_EQ(plan.launches[1].input.started_by, "nightly");
}

}  // namespace
}  // namespace runtask::run
