#include "run/plan.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace runtask::run {
namespace {

ecs::TaskDefinition definition() {
  ecs::TaskDefinition made;
  made.family = "manage";
  made.revision = 3;
  ecs::ContainerDefinition sidecar;
  sidecar.name = "proxy";
  sidecar.essential = false;
  ecs::ContainerDefinition main;
  main.name = "django";
  main.log_configuration.emplace();
  main.log_configuration->log_driver = "awslogs";
  main.log_configuration->options = {{"awslogs-group", "/g"}, {"awslogs-stream-prefix", "p"}};
  made.container_definitions = {sidecar, main};
  return made;
}

// The plan of one request.
Result<Plan> make_plan(const Request& request, const ecs::TaskDefinition* definition,
                       const std::string& run_id) {
  return make_plan(std::vector<DefinedRequest>{{request, definition}}, {}, run_id);
}

Request request() {
  Request made;
  made.cluster = "prod";
  made.task_definition = "manage";
  return made;
}

TEST(Plan, variables_and_command_go_to_the_first_essential_container_and_it_decides) {
  auto asked = request();
  asked.environment = {{"A", "1", false}, {"B", "2", false}, {"A", "3", false}};
  asked.command = {"run", "it"};
  const auto known = definition();
  const auto plan = make_plan(asked, &known, "r1");
  ASSERT_TRUE(plan) << plan.error().text();
  const auto& container = plan->launches.at(0).input.overrides->container_overrides.at(0);
  EXPECT_EQ(container.name, "django");
  EXPECT_EQ(container.environment, (std::vector<ecs::KeyValue>{{"A", "3"}, {"B", "2"}}));
  EXPECT_EQ(container.command, asked.command);
  EXPECT_EQ(plan->parts.at(0).deciding, std::vector<std::string>{"django"});
  EXPECT_EQ(plan->parts.at(0).essential, std::vector<std::string>{"django"});
  EXPECT_EQ(plan->title, "manage:3 on prod");
}

TEST(Plan, knows_how_long_a_stop_may_take) {
  auto known = definition();
  EXPECT_EQ(make_plan(request(), &known, "r1")->parts[0].stop_patience, std::chrono::seconds(60));
  known.container_definitions[0].stop_timeout = 2;
  known.container_definitions[1].stop_timeout = 100;
  EXPECT_EQ(make_plan(request(), &known, "r1")->parts[0].stop_patience, std::chrono::seconds(102));
  known.container_definitions[1].stop_timeout = 2'000'000'000;
  EXPECT_EQ(make_plan(request(), &known, "r1")->parts[0].stop_patience,
            std::chrono::seconds(2 + 3600));
  EXPECT_EQ(make_plan(request(), nullptr, "r1")->parts[0].stop_patience, kStopPatienceUnknown);
}

TEST(Plan, without_any_configuration_nothing_is_overridden_and_nothing_is_named) {
  const auto known = definition();
  const auto plan = make_plan(request(), &known, "r1");
  EXPECT_FALSE(plan->launches.at(0).input.overrides);
  EXPECT_TRUE(plan->parts.at(0).deciding.empty());
}

TEST(Plan, every_launch_has_a_token_of_its_own_that_ecs_takes) {
  auto asked = request();
  asked.count = 12;
  const auto known = definition();
  const auto plan = make_plan(asked, &known, "20260131-123456-0123abcd");
  ASSERT_EQ(plan->launches.size(), 12U);
  std::set<std::string> tokens;
  for (const auto& launch : plan->launches) {
    tokens.insert(launch.input.client_token);
    EXPECT_LE(launch.input.client_token.size(), 64U);
    EXPECT_EQ(launch.input.count, 1);
    EXPECT_LE(launch.input.started_by.size(), 36U);  // Older accounts take no more.
  }
  EXPECT_EQ(tokens.size(), 12U);
}

TEST(Plan, flags_win_over_a_whole_override_object) {
  auto asked = request();
  asked.base_overrides.emplace();
  asked.base_overrides->container_overrides.emplace_back().name = "django";
  asked.base_overrides->container_overrides[0].environment = {{"A", "file"}, {"B", "file"}};
  asked.base_overrides->cpu = "256";
  asked.environment = {{"A", "flag", false}};
  asked.cpu = "512";
  const auto known = definition();
  const auto plan = make_plan(asked, &known, "r1");
  const auto& overrides = *plan->launches.at(0).input.overrides;
  EXPECT_EQ(overrides.container_overrides.at(0).environment,
            (std::vector<ecs::KeyValue>{{"A", "flag"}, {"B", "file"}}));
  EXPECT_EQ(overrides.cpu, "512");
}

TEST(Plan, a_flag_replaces_every_entry_of_its_name_in_an_override_object) {
  auto asked = request();
  asked.base_overrides.emplace();
  asked.base_overrides->container_overrides.emplace_back().name = "django";
  asked.base_overrides->container_overrides[0].environment = {
      {"V", "1"}, {"W", "1"}, {"V", "2"}, {"W", "2"}, {"V", "3"}};
  asked.environment = {{"V", "flag", true}};
  const auto known = definition();
  const auto plan = make_plan(asked, &known, "r1");
  EXPECT_EQ(plan->launches.at(0).input.overrides->container_overrides.at(0).environment,
            (std::vector<ecs::KeyValue>{{"V", "flag"}, {"W", "1"}, {"W", "2"}}));
}

TEST(Plan, an_override_object_has_one_entry_for_a_container) {
  auto asked = request();
  asked.base_overrides.emplace();
  for (const auto* name : {"django", "proxy", "django"})
    asked.base_overrides->container_overrides.emplace_back().name = name;
  const auto known = definition();
  const auto plan = make_plan(asked, &known, "r1");
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, Code::kUsage);
  EXPECT_NE(plan.error().message.find("`django`"), std::string::npos);
  asked.base_overrides->container_overrides.pop_back();
  EXPECT_TRUE(make_plan(asked, &known, "r1"));
}

TEST(Plan, overrides_fit_at_exactly_8192_characters_and_not_at_one_more) {
  auto asked = request();
  const auto known = definition();
  asked.environment = {{"BIG", "", false}, {"SMALL", "y", false}};
  const auto empty = make_plan(asked, &known, "r1");
  const auto used = ecs::to_text(*empty->launches.at(0).input.overrides).size();
  asked.environment[0].value = std::string(8192 - used, 'x');
  EXPECT_TRUE(make_plan(asked, &known, "r1"));
  asked.environment[0].value += 'x';
  const auto too_long = make_plan(asked, &known, "r1");
  ASSERT_FALSE(too_long);
  EXPECT_NE(too_long.error().message.find("8193"), std::string::npos);
  EXPECT_NE(too_long.error().hint.find("BIG"), std::string::npos);
}

TEST(Plan, without_the_definition_the_container_must_be_named) {
  auto asked = request();
  asked.environment = {{"A", "1", false}};
  EXPECT_EQ(make_plan(asked, nullptr, "r1").error().code, Code::kUsage);
  asked.container = "django";
  EXPECT_TRUE(make_plan(asked, nullptr, "r1"));
}

TEST(Plan, secrets_are_masked_in_every_form) {
  auto asked = request();
  asked.environment = {{"PASSWORD", "pa\"ss\nword", true}};
  const auto known = definition();
  const auto plan = make_plan(asked, &known, "r1");
  const auto text = to_json(*plan);
  EXPECT_EQ(text.find("word\""), std::string::npos) << text;
  EXPECT_NE(text.find("****"), std::string::npos);
  EXPECT_EQ(masked("xpa\"ss\nwordx pa\\\"ss\\nword", plan->secrets), "x****x ****");
  // A log has its lines one by one.
  EXPECT_EQ(masked("x word", plan->secrets), "x ****");
  EXPECT_EQ(masked("pa\"ss", plan->secrets), "****");
  EXPECT_EQ(masked("{\"text\":\"pa\\\"ss\"}", plan->secrets), "{\"text\":\"****\"}");
}

TEST(Plan, logs_are_followed_where_the_definition_says_and_explained_where_not) {
  const auto known = definition();
  auto plan = make_plan(request(), &known, "r1");
  ASSERT_EQ(plan->parts.at(0).logs.size(), 2U);
  EXPECT_TRUE(plan->parts.at(0).logs[0].group.empty());
  EXPECT_NE(plan->parts.at(0).logs[0].note.find("no log configuration"), std::string::npos);
  EXPECT_EQ(plan->parts.at(0).logs[1].group, "/g");
  EXPECT_EQ(plan->parts.at(0).logs[1].prefix, "p");
  EXPECT_EQ(plan->parts.at(0).logs[1].region, "");
  auto elsewhere = known;
  elsewhere.container_definitions.at(1).log_configuration->options["awslogs-region"] =
      "eu-central-1";
  EXPECT_EQ(make_plan(request(), &elsewhere, "r1")->parts.at(0).logs[1].region, "eu-central-1");
  // Where the user says where it ends up, the options do not tell.
  auto said = request();
  said.log_group = "/other";
  EXPECT_EQ(make_plan(said, &elsewhere, "r1")->parts.at(0).logs[1].region, "");
  // Without a prefix only the task will tell.
  EXPECT_FALSE(plan->parts.at(0).logs[1].is_by_runtime_id);
  auto unnamed = known;
  unnamed.container_definitions.at(1).log_configuration->options.erase("awslogs-stream-prefix");
  const auto source = make_plan(request(), &unnamed, "r1")->parts.at(0).logs[1];
  EXPECT_TRUE(source.is_by_runtime_id);
  EXPECT_EQ(source.group, "/g");
  EXPECT_EQ(source.note, "");
  auto named = request();
  named.log_stream_prefix = "q";
  EXPECT_FALSE(make_plan(named, &unnamed, "r1")->parts.at(0).logs[1].is_by_runtime_id);
  EXPECT_EQ(make_plan(named, &unnamed, "r1")->parts.at(0).logs[1].prefix, "q");
  auto quiet = request();
  quiet.follow_logs = false;
  EXPECT_TRUE(make_plan(quiet, &known, "r1")->parts.at(0).logs.empty());
}

TEST(Plan, requests_that_contradict_themselves_are_refused) {
  const auto known = definition();
  auto both = request();
  both.launch_type = "FARGATE";
  both.capacity_providers = {{"FARGATE_SPOT", {}, {}}};
  EXPECT_EQ(make_plan(both, &known, "r1").error().code, Code::kUsage);
  auto no_subnet = request();
  no_subnet.assign_public_ip = true;
  EXPECT_EQ(make_plan(no_subnet, &known, "r1").error().code, Code::kUsage);
}

TEST(Plan, the_revision_that_was_looked_at_is_the_one_that_is_started) {
  auto known = definition();
  known.task_definition_arn = "arn:aws:ecs:eu-west-1:1:task-definition/manage:3";
  EXPECT_EQ(make_plan(request(), &known, "r1")->launches.at(0).input.task_definition,
            known.task_definition_arn);
  auto asked = request();
  EXPECT_EQ(make_plan(asked, nullptr, "r1")->launches.at(0).input.task_definition, "manage");
}

TEST(Plan, what_ecs_would_refuse_is_refused_before_anything_starts) {
  const auto refused = [](const std::function<void(Request&)>& change) {
    auto asked = request();
    change(asked);
    const auto known = definition();
    const auto plan = make_plan(asked, &known, "r1");
    return !plan && plan.error().code == Code::kUsage;
  };
  EXPECT_TRUE(refused([](Request& it) { it.tags.push_back({"", "v"}); }));
  EXPECT_TRUE(refused([](Request& it) { it.tags.push_back({std::string(129, 'k'), ""}); }));
  EXPECT_TRUE(refused([](Request& it) { it.tags.push_back({"k", std::string(257, 'v')}); }));
  EXPECT_TRUE(refused([](Request& it) { it.tags.assign(51, {"k", "v"}); }));
  EXPECT_TRUE(refused([](Request& it) { it.capacity_providers.resize(21); }));
  EXPECT_TRUE(refused([](Request& it) { it.environment.push_back({"", "v", false}); }));
  EXPECT_TRUE(refused([](Request& it) { it.environment.push_back({"A=B", "v", false}); }));
  EXPECT_TRUE(refused([](Request& it) { it.count = 0; }));
  EXPECT_TRUE(refused([](Request& it) { it.tags = {{"k", "v"}, {"k", "w"}}; }));
  EXPECT_TRUE(refused([](Request& it) { it.tags = {{"AWS:x", "v"}}; }));
  EXPECT_TRUE(refused([](Request& it) { it.capacity_providers = {{"A", 1, {}}, {"A", 2, {}}}; }));
  EXPECT_TRUE(refused([](Request& it) { it.capacity_providers = {{"A", 1, 1}, {"B", 1, 1}}; }));
  EXPECT_FALSE(refused([](Request& it) { it.capacity_providers = {{"A", 1, 1}, {"B", 1, 0}}; }));
  EXPECT_TRUE(refused([](Request& it) { it.capacity_providers = {{"A", 0, 1}, {"B", {}, {}}}; }));
  EXPECT_FALSE(refused([](Request& it) { it.capacity_providers = {{"A", 0, 1}, {"B", 1, {}}}; }));
  EXPECT_FALSE(refused([](Request& it) { it.capacity_providers = {{"A", 0, {}}}; }));
  for (const auto* bad : {"0", "-1", "127", "196609", "x", "1.5", "99999999999999999999"})
    EXPECT_TRUE(refused([&](Request& it) { it.cpu = bad; })) << bad;
  for (const auto* bad : {"0", "-1", "3", "x", "2 TB", "99999999999999999999"})
    EXPECT_TRUE(refused([&](Request& it) { it.memory = bad; })) << bad;
  EXPECT_FALSE(refused([](Request& it) {
    it.cpu = ".5 vCPU";
    it.memory = "2GB";
  }));
  EXPECT_TRUE(refused([](Request& it) { it.started_by = "me@home"; }));
  EXPECT_TRUE(refused([](Request& it) { it.started_by = std::string(129, 'a'); }));
  EXPECT_FALSE(refused([](Request& it) { it.started_by = "ci/job_1-2"; }));
  EXPECT_TRUE(refused([](Request& it) { it.group = "service:web"; }));
  EXPECT_FALSE(refused([](Request& it) {
    for (int i = 0; i < 50; ++i)
      it.tags.push_back({"k" + std::to_string(i), "v"});
  }));
}

TEST(Plan, masking_a_record_touches_its_strings_only) {
  const std::vector<Secret> secrets = {Secret("8192"), Secret("true")};
  EXPECT_EQ(masked_json(R"({"a":8192,"b":true,"c":["x8192y","true"]})", secrets),
            R"({"a":8192,"b":true,"c":["x****y","****"]})");
  EXPECT_EQ(masked_json("{}", {}), "{}");
}

TEST(Plan, a_string_that_is_a_short_secret_whole_is_masked_and_one_that_holds_it_is_not) {
  EXPECT_EQ(masked_json(R"({"PIN":"42","port":"4242","none":""})", {Secret("42"), Secret("")}),
            R"({"PIN":"****","port":"4242","none":""})");
}

TEST(Plan, a_secret_that_is_part_of_another_leaves_nothing_of_it) {
  auto asked = request();
  asked.environment = {{"A", "abcd", true}, {"B", "abcdefgh", true}};
  const auto known = definition();
  const auto plan = make_plan(asked, &known, "r1");
  EXPECT_EQ(masked("x abcdefgh abcd", plan->secrets), "x **** ****");
}

TEST(Plan, a_secret_that_the_cut_of_a_long_line_falls_into_is_masked_on_both_sides) {
  const std::vector<Secret> secrets = {Secret("ghp_0123456789"), Secret("two\"words")};
  const std::string filling(kCutLineBytesMin, 'x');
  for (const std::string value : {"ghp_0123456789", "two\"words", "two\\\"words"})
    for (std::size_t cut = 1; cut < value.size(); ++cut) {
      SCOPED_TRACE(value + " is cut at " + std::to_string(cut));
      LineMask mask(secrets, false);
      const auto first = mask.masked(filling + value.substr(0, cut));
      EXPECT_TRUE(mask.is_cut());
      const auto second = mask.masked(value.substr(cut) + ", and ghp_0123456789");
      EXPECT_FALSE(mask.is_cut());
      // What is shorter hides nothing.
      EXPECT_EQ(first, filling + (cut < 4 ? value.substr(0, cut) : "****"));
      EXPECT_EQ(second, (value.size() - cut < 4 ? value.substr(cut) : "****") + ", and ****");
    }
}

TEST(Plan, of_a_short_secret_that_was_cut_the_longer_part_is_masked) {
  const std::string filling(kCutLineBytesMin, 'x');
  for (const std::string value : {"abcd", "abcde", "abcdef"})
    for (std::size_t cut = 1; cut < value.size(); ++cut) {
      LineMask mask({Secret(value)}, false);
      auto shown = mask.masked(filling + value.substr(0, cut));
      shown += mask.masked(value.substr(cut));
      EXPECT_NE(shown.find("****"), std::string::npos) << value << " at " << cut;
    }
}

TEST(Plan, the_parts_of_a_secret_stand_as_they_are_where_no_line_was_cut) {
  const std::vector<Secret> secrets = {Secret("password-of-test")};
  LineMask mask(secrets, false);
  EXPECT_EQ(mask.masked("a password"), "a password");
  EXPECT_EQ(mask.masked("test"), "test");
  LineMask after_cut(secrets, true);  // Of the line that another process has read.
  EXPECT_EQ(after_cut.masked("test"), "****");
  EXPECT_EQ(after_cut.masked("test"), "test");
}

TEST(Plan, overrides_that_are_too_long_say_by_how_much_and_what_is_long) {
  auto asked = request();
  const auto known = definition();
  asked.environment = {{"SMALL", "y", false}, {"QUOTES", std::string(4000, '"'), false}};
  asked.command = {"echo", std::string(3000, 'x')};
  const auto error = make_plan(asked, &known, "r1").error();
  EXPECT_EQ(error.code, Code::kUsage);
  // As they count: a quote is two characters of JSON.
  EXPECT_NE(error.hint.find("QUOTES (8000), the command (3008), SMALL (1)"), std::string::npos)
      << error.hint;
  const auto size = std::stoul(error.message.substr(error.message.find("have ") + 5));
  EXPECT_NE(error.message.find(std::to_string(size - 8192) + " more than the 8192"),
            std::string::npos)
      << error.message;
}

TEST(Plan, overrides_count_characters_and_not_bytes) {
  auto asked = request();
  const auto known = definition();
  std::string value;
  for (int i = 0; i < 8000; ++i)
    value += "\xC3\xA9";
  asked.environment = {{"A", value, false}};
  EXPECT_TRUE(make_plan(asked, &known, "r1"));
}

}  // namespace
}  // namespace runtask::run
