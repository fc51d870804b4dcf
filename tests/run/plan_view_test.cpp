#include "run/plan_view.h"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "run/plan_changes.h"

namespace runtask::run {
namespace {

ecs::TaskDefinition definition(const std::string& family = "manage") {
  ecs::TaskDefinition made;
  made.family = family;
  made.revision = 3;
  made.task_definition_arn = "arn:aws:ecs:eu-west-1:1:task-definition/" + family + ":3";
  made.status = "ACTIVE";
  made.cpu = "256";
  ecs::ContainerDefinition main;
  main.name = "django";
  main.command = {"/run.sh", "all of it"};
  main.environment = {{"DEBUG", "1"}, {"SAME", "same"}};
  main.secrets = {{"PASSWORD", "arn:secret"}};
  main.memory = 64;
  main.log_configuration.emplace();
  main.log_configuration->log_driver = "awslogs";
  main.log_configuration->options = {{"awslogs-group", "/g"}, {"awslogs-stream-prefix", "p"}};
  ecs::ContainerDefinition proxy;
  proxy.name = "proxy";
  proxy.essential = false;
  made.container_definitions = {main, proxy};
  return made;
}

Request request(const std::string& instance = "") {
  Request made;
  if (!instance.empty()) made.place = {"dev", "", instance, 0};
  made.cluster = "prod";
  made.task_definition = "manage";
  return made;
}

struct Shown {
  Plan plan;
  std::vector<PlanCheck> checks;
  std::string text, json;
};
Shown show(const std::vector<DefinedRequest>& requests) {
  auto plan = make_plan(requests, {{"", "eu-west-1", "eu-west-1"}}, "r1");
  EXPECT_TRUE(plan) << plan.error().text();
  const Definitions definitions(requests);
  auto checks = check_plan(*plan, definitions);
  const PlanView view{*plan, definitions, checks};
  auto text = to_text(view);
  auto json = to_json(view);
  return {*std::move(plan), std::move(checks), std::move(text), std::move(json)};
}
bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

TEST(PlanChanges, say_what_was_there_before) {
  const auto known = definition();
  ecs::RunTask input;
  input.overrides.emplace();
  input.overrides->cpu = "512";
  input.overrides->task_role_arn = "arn:role";
  auto& container = input.overrides->container_overrides.emplace_back();
  container.name = "django";
  container.environment = {{"DEBUG", "0"}, {"NEW", ""}, {"SAME", "same"}, {"PASSWORD", "x"}};
  container.command = {"echo", "a b"};
  container.memory = 128;
  container.rest = {{"environmentFiles", "[]"}};
  std::vector<std::string> lines;
  for (const auto& change : changes_of(input, &known))
    lines.push_back(change.container + "|" + change.what + "|" + change.name + "|" +
                    change.before.value_or("none") + "|" + change.after);
  EXPECT_EQ(lines, (std::vector<std::string>{
                       "django|environment|DEBUG|1|0", "django|environment|NEW|none|",
                       "django|environment|SAME|same|same",
                       "django|environment|PASSWORD|the secret arn:secret|x",
                       "django|command||/run.sh 'all of it'|echo 'a b'", "django|memory||64|128",
                       "django|environmentFiles||none|[]", "|cpu||256|512",
                       "|taskRoleArn||none|arn:role"}));
  EXPECT_EQ(changes_of(input, nullptr).front().before, std::nullopt);
  EXPECT_TRUE(changes_of({}, &known).empty());
}

TEST(PlanView, one_launch_shows_its_request_its_changes_and_its_size) {
  const auto known = definition();
  auto asked = request();
  asked.environment = {{"DEBUG", "0", false}, {"NEW", "n", false}, {"SAME", "same", false}};
  asked.command = {"migrate"};
  const auto shown = show({{asked, &known}});
  EXPECT_TRUE(
      shown.text.starts_with("run r1: manage:3 on prod, 1 launch\n\n"
                             "manage (manage:3 on eu-west-1, cluster prod)\n"
                             "  decided by: django\n"
                             "  log of django: /g p/...\n"
                             "  log of proxy: container proxy has no log configuration"))
      << shown.text;
  EXPECT_TRUE(says(shown.text,
                   "  changes to the task definition:\n"
                   "    ~ django: DEBUG=0 (was 1)\n"
                   "    + django: NEW=n\n"
                   "    = django: SAME=same (as in the definition)\n"
                   "    ~ django: command migrate (was /run.sh 'all of it')\n"))
      << shown.text;
  const auto size = std::to_string(characters_of(*shown.plan.launches[0].input.overrides));
  EXPECT_TRUE(
      says(shown.text, "  overrides: " + size + " of 8192 characters\n  request:\n    {\n"));
  EXPECT_TRUE(says(shown.text, R"("startedBy": "r1/1")"));
  EXPECT_TRUE(says(shown.text, R"("clientToken": "r1-1")"));
}

TEST(PlanView, two_hundred_launches_are_a_table_and_one_request) {
  const auto known = definition();
  std::vector<DefinedRequest> requests;
  for (int i = 0; i < 200; ++i) {
    requests.push_back({request("i" + std::to_string(i)), &known});
    requests.back().request.environment = {{"A", "1", false}};
    requests.back().request.cluster = i == 7 ? "other" : "prod";
  }
  const auto shown = show(requests);
  EXPECT_LT(split(shown.text, '\n').size(), 260U);
  EXPECT_TRUE(says(shown.text, "\ndev/i199  manage:3"));
  EXPECT_TRUE(says(shown.text, "\n200 launches: dev/i0, dev/i1, dev/i2 and 197 more\n"));
  EXPECT_TRUE(says(shown.text,
                   "  request of dev/i0 (those of the others differ in cluster, "
                   "startedBy, clientToken):\n"))
      << shown.text.substr(shown.text.find("request of"), 100);
}

TEST(PlanView, what_differs_is_told_apart_and_many_requests_are_left_to_json) {
  const auto known = definition();
  std::vector<DefinedRequest> requests;
  const auto add = [&] {
    const auto number = std::to_string(requests.size());
    requests.push_back({request("i" + number), &known});
    requests.back().request.environment = {{"A", number, false}};
  };
  for (int i = 0; i < 10; ++i)
    add();
  EXPECT_TRUE(says(show(requests).text, "  request:\n"));
  add();
  const auto shown = show(requests);
  EXPECT_FALSE(says(shown.text, "  request"));
  EXPECT_TRUE(says(shown.text, "--json shows the requests whole"));
  EXPECT_TRUE(says(shown.text, "    + django: A=10\n"));
}

TEST(PlanView, secrets_are_masked_however_short) {
  const auto known = definition();
  auto asked = request();
  asked.environment = {
      {"PIN", "42", true}, {"LONG", "long-secret", true}, {"URL", "x/long-secret", false}};
  const auto shown = show({{asked, &known}});
  for (const auto& text : {shown.text, shown.json}) {
    EXPECT_FALSE(says(text, "long-secret")) << text;
    EXPECT_FALSE(says(text, "\"42\"")) << text;
    EXPECT_FALSE(says(text, "=42")) << text;
    EXPECT_TRUE(says(text, "****"));
  }
  EXPECT_TRUE(says(shown.text, "PIN=****"));
}

TEST(PlanView, as_json_it_has_changes_and_checks_beside_the_launches) {
  const auto known = definition();
  auto asked = request();
  asked.environment = {{"DEBUG", "0", false}};
  asked.launch_type = "FARGATE";
  auto fits = known;
  fits.requires_compatibilities = {"EC2"};
  const auto shown = show({{asked, &fits}});
  EXPECT_EQ(shown.json.find('\n'), std::string::npos);
  const auto tree = nlohmann::json::parse(shown.json);
  EXPECT_EQ(tree.at("type"), "plan");
  EXPECT_EQ(tree.at("could_run"), false);
  const auto& launch = tree.at("launches").at(0);
  EXPECT_EQ(
      launch.at("changes").dump(),
      R"([{"after":"0","before":"1","container":"django","name":"DEBUG","what":"environment"}])");
  EXPECT_EQ(launch.at("overrides_characters"),
            characters_of(*shown.plan.launches[0].input.overrides));
  EXPECT_EQ(tree.at("checks").at(0).at("finding"), "bad");
  EXPECT_EQ(tree.at("checks").at(0).at("launches").dump(), R"(["manage"])");
}

// ---- Checks

// The first bad or unknown words about a request and a definition; empty: all is fine.
std::string complaint(const std::function<void(Request&, ecs::TaskDefinition&)>& change,
                      Finding finding = Finding::kBad) {
  auto known = definition();
  known.container_definitions.resize(1);
  auto asked = request();
  change(asked, known);
  for (const auto& check : show({{asked, &known}}).checks)
    if (check.finding == finding) return check.words;
  return {};
}

TEST(PlanCheck, a_request_that_ecs_would_take_is_fine) {
  EXPECT_EQ(complaint([](auto&, auto&) {}), "");
  EXPECT_EQ(complaint([](auto&, auto&) {}, Finding::kUnknown), "");
}

TEST(PlanCheck, a_definition_must_be_active) {
  EXPECT_TRUE(says(complaint([](auto&, auto& it) { it.status = "INACTIVE"; }), "INACTIVE"));
  EXPECT_EQ(complaint([](auto&, auto& it) { it.status = ""; }), "");
}

TEST(PlanCheck, every_container_that_is_named_must_be_in_the_definition) {
  const auto wrong = "manage:3 has no container `jango`";
  EXPECT_EQ(complaint([](auto& asked, auto&) { asked.container = "jango"; }), wrong);
  EXPECT_EQ(complaint([](auto& asked, auto&) {
              asked.container = "django";
              asked.base_overrides.emplace().container_overrides.emplace_back().name = "jango";
            }),
            wrong);
  const auto known = definition();
  auto asked = request();
  asked.container = "jango";
  const auto near = refuse_bad(show({{asked, &known}}).checks);
  ASSERT_FALSE(near);
  EXPECT_EQ(near.error().hint, "did you mean `django`?");
  asked.container = "database";
  EXPECT_EQ(refuse_bad(show({{asked, &known}}).checks).error().hint, "it has django, proxy");
}

TEST(PlanCheck, subnets_and_network_mode_must_fit) {
  EXPECT_TRUE(says(complaint([](auto&, auto& it) { it.network_mode = "awsvpc"; }), "no subnet"));
  EXPECT_EQ(complaint([](auto& asked, auto& it) {
              it.network_mode = "awsvpc";
              asked.subnets = {"s"};
            }),
            "");
  for (const auto* mode : {"", "bridge", "host", "none"})
    EXPECT_TRUE(says(complaint([&](auto& asked, auto& it) {
                       it.network_mode = mode;
                       asked.subnets = {"s"};
                     }),
                     "not awsvpc"))
        << mode;
}

TEST(PlanCheck, the_launch_type_must_be_one_that_the_definition_supports) {
  const auto asks = [](const std::string& type, const std::vector<std::string>& required,
                       const std::vector<std::string>& compatible) {
    return complaint([&](Request& asked, ecs::TaskDefinition& it) {
      if (type == "FARGATE_SPOT") {
        asked.capacity_providers = {{type, {}, {}}};
      } else {
        asked.launch_type = type;
      }
      it.requires_compatibilities = required;
      it.compatibilities = compatible;
    });
  };
  EXPECT_TRUE(says(asks("FARGATE", {"EC2"}, {"EC2"}), "FARGATE"));
  EXPECT_TRUE(says(asks("FARGATE_SPOT", {}, {"EC2", "EXTERNAL"}), "FARGATE"));
  EXPECT_TRUE(says(asks("EC2", {"FARGATE"}, {"FARGATE"}), "EC2"));
  EXPECT_EQ(asks("FARGATE", {"FARGATE"}, {"EC2", "FARGATE"}), "");
  EXPECT_EQ(asks("EC2", {"FARGATE"}, {"EC2", "FARGATE"}), "");
  EXPECT_EQ(asks("FARGATE", {}, {}), "");
  EXPECT_EQ(asks("", {"FARGATE"}, {"EC2", "FARGATE"}), "");
}

TEST(PlanCheck, fargate_must_have_the_size) {
  bool is_by_provider = false;
  const auto asks = [&](const std::string& cpu, const std::string& memory) {
    return complaint([&](Request& asked, ecs::TaskDefinition& it) {
      asked.launch_type = is_by_provider ? "" : "FARGATE";
      if (is_by_provider) asked.capacity_providers = {{"FARGATE_SPOT", {}, {}}};
      it.requires_compatibilities = {"FARGATE"};
      it.cpu = "256";
      it.memory = "512";
      asked.cpu = cpu;
      asked.memory = memory;
    });
  };
  EXPECT_EQ(asks("", ""), "");
  EXPECT_EQ(asks("1 vCPU", "2 GB"), "");
  EXPECT_TRUE(says(asks("1024", ""), "no size of 1024 CPU units and 512 MiB"));
  EXPECT_TRUE(says(asks("", "4096"), "no size of 256 CPU units and 4096 MiB"));
  is_by_provider = true;
  EXPECT_TRUE(says(asks("", "4096"), "no size of 256 CPU units and 4096 MiB"));
}

TEST(PlanCheck, what_nobody_can_say_is_said_and_stops_nothing) {
  EXPECT_TRUE(says(
      complaint([](auto& asked, auto&) { asked.enable_execute_command = true; }, Finding::kUnknown),
      "task role"));
  EXPECT_EQ(complaint(
                [](auto& asked, auto&) {
                  asked.enable_execute_command = true;
                  asked.task_role = "role";
                },
                Finding::kUnknown),
            "");
  EXPECT_TRUE(says(complaint(
                       [](auto& asked, auto&) {
                         asked.environment = {{"PASSWORD", "x", {}}};
                       },
                       Finding::kUnknown),
                   "PASSWORD"));
  EXPECT_TRUE(says(complaint([](auto&, auto& it) { it.requires_compatibilities = {"FARGATE"}; },
                             Finding::kUnknown),
                   "Fargate alone"));
  const auto shown = show({{request(), nullptr}});
  EXPECT_EQ(shown.checks.size(), 1U);
  EXPECT_TRUE(says(shown.text, "unknown  the task definition could not be read"));
  EXPECT_TRUE(refuse_bad(shown.checks));
}

TEST(PlanCheck, equal_facts_are_one_and_the_bad_ones_come_first) {
  const auto good = definition();
  auto bad = definition("other");
  bad.network_mode = "awsvpc";
  const auto shown = show({{request("a"), &good}, {request("b"), &bad}, {request("c"), &bad}});
  ASSERT_EQ(shown.checks.front().finding, Finding::kBad);
  EXPECT_EQ(shown.checks.front().launches, (std::vector<std::string>{"dev/b", "dev/c"}));
  EXPECT_EQ(shown.checks.back().finding, Finding::kFine);
  EXPECT_TRUE(says(shown.text,
                   "  WRONG    the network mode is awsvpc, and there is no subnet "
                   "(2 launches: dev/b, dev/c)\n           hint: "))
      << shown.text;
  EXPECT_TRUE(says(shown.text, "  fine     the task definition is ACTIVE\n"));
  const auto refused = refuse_bad(shown.checks);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.starts_with("2 launches: dev/b, dev/c: the network mode"));
}

TEST(PlanCheck, all_that_is_wrong_is_said_at_once) {
  std::vector<PlanCheck> checks;
  add_check({Finding::kBad, "one", "hint of one", {"a"}}, checks);
  add_check({Finding::kFine, "fine", "", {"a"}}, checks);
  add_check({Finding::kBad, "two", "", {"b"}}, checks);
  const auto refused = refuse_bad(checks);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text(), "error: a: one\n  b: two\nhint: hint of one");
}

}  // namespace
}  // namespace runtask::run
