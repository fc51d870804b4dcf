#include "jenkins/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jenkins/check.h"

namespace runtask::jenkins {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Checked good(const std::string& sections, const std::string& stages) {
  auto checked = check("pipeline {\n" + sections + "\nstages {\n" + stages + "\n}\n}\n", "f");
  EXPECT_TRUE(checked.can_run()) << checked.report();
  return checked;
}

TEST(Model, has_every_section_with_its_place) {
  const auto checked = good(
      "agent { label 'linux' }\n"
      "options { timestamps(); retry(2) }\n"
      "parameters { string(name: 'A', defaultValue: 'x') }\n"
      "environment { B = 'b'; C = \"${B}\" }\n"
      "triggers { cron('@daily') }\n"
      "tools { maven 'M3' }\n"
      "libraries { lib('x@1') }\n"
      "post { cleanup { echo 'c' }\n always { echo 'a' } }\n",
      "stage('One') { steps { echo 'x' } }");
  const auto& pipeline = *checked.pipeline;
  EXPECT_EQ(pipeline.agent.kind, Agent::Kind::kLabel);
  EXPECT_EQ(literal_text(pipeline.agent.find("label")), "linux");
  ASSERT_EQ(pipeline.options.size(), 2U);
  EXPECT_EQ(pipeline.options[0].name, "timestamps");
  EXPECT_EQ(literal_integer(pipeline.options[1].find_or_sole("count")), 2);
  ASSERT_EQ(pipeline.parameters.size(), 1U);
  EXPECT_EQ(literal_text(pipeline.parameters[0].find("defaultValue")), "x");
  ASSERT_EQ(pipeline.environment->entries.size(), 2U);
  EXPECT_EQ(pipeline.environment->entries[1].name, "C");
  EXPECT_EQ(pipeline.triggers.size(), 1U);
  EXPECT_EQ(literal_text(pipeline.tools.at(0).arguments.at(0).value), "M3");
  EXPECT_EQ(literal_text(pipeline.libraries.at(0).arguments.at(0).value), "x@1");
  EXPECT_EQ(position_of(checked.source, pipeline.stages.at(0).name_range.begin).line, 13U);
  ASSERT_NE(pipeline.stages[0].steps, nullptr);
  EXPECT_EQ(pipeline.stages[0].steps->body.statements.size(), 1U);
}

TEST(Model, has_post_blocks_in_the_order_in_which_they_run) {
  const auto checked = good(
      "agent none\n"
      "post { cleanup { echo 'a' }; failure { echo 'a' }; notBuilt { echo 'a' }; always { echo 'a' "
      "}; unsuccessful { echo 'a' }; aborted { echo 'a' }; success { echo 'a' }; unstable { echo "
      "'a' }; fixed { echo 'a' }; changed { echo 'a' }; regression { echo 'a' } }",
      "stage('One') { steps { echo 'x' } }");
  std::vector<std::string> names;
  for (const auto& block : checked.pipeline->post->blocks)
    names.emplace_back(name_of(block.condition));
  EXPECT_THAT(names, ElementsAre("always", "changed", "fixed", "regression", "aborted", "success",
                                 "unsuccessful", "unstable", "failure", "notBuilt", "cleanup"));
}

TEST(Model, has_the_parts_of_a_stage) {
  const auto checked = good("agent none",
                            "stage('P') {\n failFast true\n"
                            "when { beforeAgent true; not { branch 'x' }; expression { true } }\n"
                            "input { message 'Go?'; ok 'Yes'; parameters { string(name: 'A') } }\n"
                            "parallel { stage('a') { steps { echo 'x' } }\n"
                            "stage('b') { agent { docker { image 'i'; args 'j' } }\n"
                            "stages { stage('c') { steps { echo 'x' } } } } } }");
  const auto& stage = checked.pipeline->stages.at(0);
  EXPECT_EQ(stage.kind, Stage::Kind::kParallel);
  EXPECT_EQ(stage.fail_fast, true);
  EXPECT_TRUE(stage.when->before_agent);
  EXPECT_FALSE(stage.when->before_input);
  ASSERT_EQ(stage.when->conditions.size(), 2U);
  EXPECT_EQ(literal_text(stage.when->conditions[0].children.at(0).find_or_sole("pattern")), "x");
  EXPECT_NE(stage.when->conditions[1].body, nullptr);
  EXPECT_EQ(literal_text(stage.input->message), "Go?");
  EXPECT_EQ(stage.input->id, nullptr);
  EXPECT_EQ(stage.input->parameters.size(), 1U);
  ASSERT_EQ(stage.stages.size(), 2U);
  EXPECT_EQ(stage.stages[1].kind, Stage::Kind::kStages);
  EXPECT_EQ(stage.stages[1].agent->kind, Agent::Kind::kDocker);
  EXPECT_EQ(literal_text(stage.stages[1].agent->find("args")), "j");
  EXPECT_EQ(stage.stages[1].stages.at(0).name, "c");
}

TEST(Model, gives_an_agent_of_one_value_that_value_by_name) {
  const auto agent = [](const std::string& text) {
    auto checked = good("agent " + text, "stage('One') { steps { echo 'x' } }");
    return std::pair(checked.pipeline->agent.kind,
                     literal_text(checked.pipeline->agent.find("image")).value_or("-"));
  };
  EXPECT_EQ(agent("any"), std::pair(Agent::Kind::kAny, std::string("-")));
  EXPECT_EQ(agent("none"), std::pair(Agent::Kind::kNone, std::string("-")));
  EXPECT_EQ(agent("{ docker 'i' }"), std::pair(Agent::Kind::kDocker, std::string("i")));
  EXPECT_EQ(agent("{ dockerfile true }"), std::pair(Agent::Kind::kDockerfile, std::string("-")));
  EXPECT_EQ(agent("{ kubernetes { yaml 'x' } }"), std::pair(Agent::Kind::kOther, std::string("-")));
}

TEST(Model, of_a_sole_map_has_its_items_as_named_arguments_unless_it_is_an_object) {
  const auto checked = good("agent none\noptions { retry([count: 3]) }",
                            "stage('One') { steps { checkout([$class: 'GitSCM']) } }");
  EXPECT_EQ(literal_integer(checked.pipeline->options[0].find("count")), 3);
}

Matrix matrix_of(std::vector<Exclude> excludes) {
  Matrix matrix;
  matrix.axes = {{"OS", {"linux", "mac"}, {}}, {"JDK", {"11", "17", "21"}, {}}};
  matrix.excludes = std::move(excludes);
  return matrix;
}

TEST(Matrix, varies_its_first_axis_fastest) {
  EXPECT_THAT(
      cells_of(matrix_of({})),
      ElementsAre(ElementsAre("linux", "11"), ElementsAre("mac", "11"), ElementsAre("linux", "17"),
                  ElementsAre("mac", "17"), ElementsAre("linux", "21"), ElementsAre("mac", "21")));
  EXPECT_EQ(cell_name(matrix_of({}), {"mac", "17"}), "Matrix - OS = 'mac', JDK = '17'");
}

TEST(Matrix, leaves_a_cell_out_when_all_axes_of_an_exclude_match) {
  const Exclude mac_but_17{{{"OS", {"mac"}, false, {}}, {"JDK", {"17"}, true, {}}}, {}};
  EXPECT_THAT(cells_of(matrix_of({mac_but_17})),
              ElementsAre(ElementsAre("linux", "11"), ElementsAre("linux", "17"),
                          ElementsAre("mac", "17"), ElementsAre("linux", "21")));
  const Exclude all{{{"OS", {"linux", "mac"}, false, {}}}, {}};
  EXPECT_THAT(cells_of(matrix_of({all})), IsEmpty());
  EXPECT_THAT(cells_of(Matrix()), IsEmpty());
}

TEST(Check, reports_every_mistake_with_its_line_and_a_caret) {
  const auto checked = check(
      "pipeline {\n"
      "  agent any\n"
      "  optoins { timestamps() }\n"
      "  stages {\n"
      "    stage('a') { steps { sh scrpt: 'x' } }\n"
      "  }\n"
      "}\n",
      "dir/Jenkinsfile");
  EXPECT_FALSE(checked.can_run());
  EXPECT_FALSE(checked.pipeline.has_value());
  EXPECT_EQ(checked.report(),
            "error: unknown section `optoins` in the `pipeline` block\n"
            " --> dir/Jenkinsfile:3:3\n"
            "  |\n"
            "3 |   optoins { timestamps() }\n"
            "  |   ^^^^^^^ did you mean `options`?\n"
            "hint: the sections of `pipeline` are agent, environment, libraries, options, "
            "parameters, post, stages, tools, triggers\n"
            "error: `sh` has no argument `scrpt`\n"
            " --> dir/Jenkinsfile:5:29\n"
            "  |\n"
            "5 |     stage('a') { steps { sh scrpt: 'x' } }\n"
            "  |                             ^^^^^ did you mean `script`?\n"
            "2 errors");
}

TEST(Check, says_what_separates_blocks_on_one_line) {
  const auto hints_of = [](const std::string& stage) {
    const auto checked =
        check("pipeline { agent any; stages { stage('a') {\n" + stage + "\n} } }", "f");
    std::string hints;
    for (const auto& diagnostic : checked.errors)
      hints += diagnostic.hint;
    return hints;
  };
  EXPECT_THAT(hints_of("options { timestamps() } steps { echo 'a' }"),
              HasSubstr("`options` and `steps` need a `;` or a new line between them"));
  EXPECT_THAT(hints_of("steps { sh 'a' echo 'b' }"),
              HasSubstr("`sh` and `echo` need a `;` or a new line between them"));
  EXPECT_THAT(hints_of("steps { echo 'a' }; post { always { echo 'a' } failure { echo 'b' } }"),
              HasSubstr("`always` and `failure` need a `;` or a new line between them"));
  EXPECT_THAT(hints_of("options { timestamps() } when { branch 'a' } steps { echo 'a' }"),
              HasSubstr("`options`, `when` and `steps` need a `;` or a new line between them"));
  EXPECT_THAT(hints_of("when { branch 'a' environment name: 'A', value: 'b' tag 'v*' }"),
              HasSubstr("`branch`, `environment` and `tag` need a `;` or a new line between them"));
  EXPECT_THAT(hints_of("stages { stage('b') { } stage('c') { } stage('d') { } }"),
              HasSubstr("`stage`, `stage` and `stage` need a `;` or a new line between them"));
  EXPECT_THAT(hints_of("options { timestamps() retry(2) }"),
              HasSubstr("`timestamps` and `retry` need a `;` or a new line between them"));
  EXPECT_THAT(hints_of("steps { sh 'a' echo 'b' sleep 1 }"),
              HasSubstr("`sh`, `echo` and `sleep` need a `;` or a new line between them"));
  EXPECT_EQ(hints_of("steps { sh('a').trim() }"), "put it into `script { ... }`");
}

TEST(Check, of_text_that_is_no_groovy_reports_that) {
  for (const auto* text : {"pipeline {", "pipeline { agent 'any }", "}", "x = '\\d'",
                           "pipeline { agent any }}", "a('"}) {
    const auto checked = check(text, "f");
    EXPECT_FALSE(checked.errors.empty()) << text;
    EXPECT_FALSE(checked.pipeline.has_value());
    EXPECT_THAT(checked.report(), HasSubstr("error: "));
  }
}

TEST(Check, reads_the_pipelines_of_a_library_wherever_they_stand_in_call) {
  const std::string pipeline = "pipeline { agent any; stages { stage('a') { steps { echo x } } } }";
  const auto checked =
      check("def call(x) {\nif (x) { " + pipeline + " } else { node { " + pipeline +
                " } }\n}\ndef call() { call(1) }\ndef other() { " + pipeline + " }\n",
            "f");
  EXPECT_TRUE(checked.can_run()) << checked.report();
  EXPECT_TRUE(checked.is_scripted);
  EXPECT_FALSE(checked.pipeline);
  ASSERT_EQ(checked.pipelines_of_library.size(), 2U);
  EXPECT_EQ(checked.pipelines_of_library[1].stages.at(0).name, "a");
  EXPECT_LT(checked.pipelines_of_library[0].range.begin,
            checked.pipelines_of_library[1].range.begin);
}

TEST(Check, does_not_look_into_call_beside_a_pipeline) {
  const std::string pipeline = "pipeline { agent any; stages { stage('a') { steps { echo x } } } }";
  const auto checked =
      check("def call() { pipeline { agent wrong; stages { } } }\n" + pipeline, "f");
  EXPECT_TRUE(checked.can_run()) << checked.report();
  EXPECT_TRUE(checked.pipeline);
  EXPECT_TRUE(checked.pipelines_of_library.empty());
}

TEST(Check, takes_an_empty_file_as_a_scripted_pipeline_that_does_nothing) {
  for (const auto* text : {"", "\n", "// nothing", "#!/usr/bin/env groovy\n"}) {
    const auto checked = check(text, "f");
    EXPECT_TRUE(checked.can_run()) << checked.report();
    EXPECT_TRUE(checked.is_scripted);
  }
}

TEST(Check, reads_files_with_carriage_returns_and_a_byte_order_mark) {
  const auto checked = check(
      "\xEF\xBB\xBFpipeline {\r\n  agent any\r\n  stages {\r\n    stage('a') {\r\n      steps {\r\n"
      "        echo 'x'\r\n        ehco()\r\n        sh 1\r\n      }\r\n    }\r\n  }\r\n}\r\n",
      "f");
  ASSERT_EQ(checked.errors.size(), 1U) << checked.report();
  EXPECT_EQ(position_of(checked.source, checked.errors[0].range.begin).line, 8U);
}

}  // namespace
}  // namespace runtask::jenkins
