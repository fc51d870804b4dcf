#include "jenkins/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jenkins/check.h"

namespace runtask::jenkins {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<ParameterDefinition> defined(const std::string& parameters,
                                         const std::string& before = "",
                                         const Compute& compute = {}) {
  const auto checked = check(before + "\npipeline {\n agent any\n parameters {\n" + parameters +
                                 "\n}\nstages { stage('a') { steps { echo 'a' } } }\n}\n",
                             "f");
  EXPECT_TRUE(checked.can_run()) << checked.report();
  return parameters_of(checked.pipeline->parameters, *checked.unit, compute);
}

TEST(Parameters, have_the_defaults_of_their_kind) {
  const auto all = defined(
      "string(name: 'A')\n"
      "string(name: 'B', defaultValue: ' x ', trim: true)\n"
      "text(name: 'C', defaultValue: 'a\\nb')\n"
      "booleanParam(name: 'D')\n"
      "booleanParam(name: 'E', defaultValue: true)\n"
      "choice(name: 'F', choices: ['one', 'two'])\n"
      "choice(name: 'G', choices: 'three\\nfour')\n"
      "password(name: 'H', defaultValue: 's')\n"
      "credentials(name: 'I', defaultValue: 'id')\n"
      "file(name: 'J')\n");
  ASSERT_EQ(all.size(), 10U);
  const auto preset = [&](std::size_t index) { return all[index].preset.value_or("(none)"); };
  EXPECT_EQ(preset(0), "");
  EXPECT_EQ(preset(1), "x");
  EXPECT_EQ(preset(2), "a\nb");
  EXPECT_EQ(preset(3), "false");
  EXPECT_EQ(preset(4), "true");
  EXPECT_EQ(preset(5), "one");
  EXPECT_THAT(all[5].choices, ElementsAre("one", "two"));
  EXPECT_EQ(preset(6), "three");
  EXPECT_THAT(all[6].choices, ElementsAre("three", "four"));
  EXPECT_EQ(preset(7), "s");
  EXPECT_TRUE(all[7].is_secret());
  EXPECT_EQ(preset(8), "id");
  EXPECT_EQ(preset(9), "(none)");
}

TEST(Parameters, of_an_extended_choice_follow_its_plugin) {
  const auto all = defined(
      "extendedChoice(name: 'A', type: 'PT_SINGLE_SELECT', value: ' a , b,c', defaultValue: 'z')\n"
      "extendedChoice(name: 'B', type: 'PT_SINGLE_SELECT', value: 'a', defaultValue: ' ')\n"
      "extendedChoice(name: 'C', type: 'PT_CHECKBOX', value: 'a', defaultValue: 'a,b', "
      "multiSelectDelimiter: ';', quoteValue: true)\n"
      "extendedChoice(name: 'D', type: 'PT_JSON', defaultValue: 'x')\n"
      "extendedChoice(name: 'E', propertyFile: 'f', propertyKey: 'k', value: 'a')\n"
      "extendedChoice(name: 'F', value: 'a', multiSelectDelimiter: '')\n");
  EXPECT_THAT(all[0].choices, ElementsAre("a", "b", "c"));
  EXPECT_EQ(all[0].preset, "z");  // Not checked against the choices.
  EXPECT_FALSE(all[0].takes_several);
  EXPECT_EQ(all[1].preset, std::nullopt);  // Blank: no value at all.
  EXPECT_EQ(all[2].preset, "\"a,b\"");
  EXPECT_TRUE(all[2].takes_several);
  EXPECT_EQ(all[2].delimiter, ";");
  EXPECT_EQ(all[3].preset, std::nullopt);
  EXPECT_THAT(all[4].choices, IsEmpty());
  EXPECT_EQ(all[5].delimiter, ",");
}

TEST(Parameters, are_known_from_variables_sums_and_joins_of_literals) {
  const auto all = defined(
      "choice(name: 'A', choices: ENVS)\n"
      "choice(name: 'B', choices: ENVS.join('\\n'))\n"
      "string(name: 'C', defaultValue: \"${PREFIX}-x\" + 'y')\n"
      "string(name: 'D', defaultValue: env.HOME)\n"
      "string(name: 'E', defaultValue: LOOP)\n",
      "def ENVS = ['int', 'prod']\ndef PREFIX = 'p'\ndef LOOP = LOOP2\ndef LOOP2 = LOOP");
  EXPECT_THAT(all[0].choices, ElementsAre("int", "prod"));
  EXPECT_EQ(all[0].preset, "int");
  EXPECT_THAT(all[1].choices, ElementsAre("int", "prod"));
  EXPECT_EQ(all[2].preset, "p-xy");
  EXPECT_EQ(all[3].preset, "");
  EXPECT_EQ(all[4].preset, "");
}

TEST(Parameters, ask_the_caller_for_what_has_to_be_computed) {
  const auto all = defined("string(name: 'A', defaultValue: env.HOME)", "",
                           [](const groovy::Expr&) { return std::vector<std::string>{"/home"}; });
  EXPECT_EQ(all[0].preset, "/home");
}

TEST(Parameters, declared_twice_count_as_the_last_says_in_the_first_place) {
  const auto all = defined(
      "string(name: 'A', defaultValue: '1')\nstring(name: 'B')\n"
      "string(name: 'A', defaultValue: '2')");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "A");
  EXPECT_EQ(all[0].preset, "2");
}

TEST(ParameterValues, are_the_given_ones_else_the_defaults_else_absent) {
  const auto all = defined(
      "string(name: 'A', defaultValue: 'a')\nstring(name: 'B', defaultValue: 'b')\n"
      "extendedChoice(name: 'C', value: 'x', defaultValue: '')\n"
      "booleanParam(name: 'D')\npassword(name: 'E')\nstring(name: 'T', trim: true)");
  const auto values = resolve_parameters(
      all, {{"B", "1"}, {"B", "2"}, {"D", "Yes"}, {"E", "s"}, {"T", " t "}}, false, nullptr);
  ASSERT_TRUE(values) << values.error().text();
  EXPECT_EQ(values->find("A")->text, "a");
  EXPECT_FALSE(values->find("A")->is_given);
  EXPECT_EQ(values->find("B")->text, "2");
  EXPECT_TRUE(values->find("B")->is_given);
  EXPECT_EQ(values->find("C"), nullptr);
  EXPECT_TRUE(values->find("D")->truth());
  EXPECT_TRUE(values->find("E")->is_secret());
  EXPECT_EQ(values->find("T")->text, "t");
  EXPECT_THAT(values->warnings,
              ElementsAre("the parameter C has neither a value nor a default: it is null"));
}

TEST(ParameterValues, may_be_empty_texts) {
  const auto all = defined("extendedChoice(name: 'A', value: 'x', defaultValue: '')");
  const auto values = resolve_parameters(all, {{"A", ""}}, true, nullptr);
  ASSERT_TRUE(values) << values.error().text();
  ASSERT_NE(values->find("A"), nullptr);
  EXPECT_EQ(values->find("A")->text, "");
}

TEST(ParameterValues, report_all_that_is_wrong_at_once) {
  const auto all = defined(
      "string(name: 'ENVIRONMENT')\nchoice(name: 'C', choices: ['alpha', 'beta'])\n"
      "booleanParam(name: 'D')\nfile(name: 'F')\nrun(name: 'R')");
  const auto values = resolve_parameters(
      all, {{"ENVIROMENT", "x"}, {"C", "alpah"}, {"D", "perhaps"}, {"zzz", ""}}, false, nullptr);
  ASSERT_FALSE(values);
  EXPECT_EQ(values.error().code, Code::kUsage);
  const auto text = values.error().text();
  EXPECT_THAT(text, HasSubstr("the pipeline has no parameter `ENVIROMENT`; did you mean "
                              "`ENVIRONMENT`?"));
  EXPECT_THAT(text, HasSubstr("the pipeline has no parameter `zzz`\n"));
  EXPECT_THAT(text, HasSubstr("`alpah` is not among the choices of C; did you mean `alpha`?"));
  EXPECT_THAT(text, HasSubstr("`perhaps` is neither true nor false, which D is"));
  EXPECT_THAT(text, HasSubstr("no values for the parameters F, R"));
}

TEST(ParameterValues, of_an_extended_choice_are_checked_piece_by_piece) {
  const auto all = defined(
      "extendedChoice(name: 'A', type: 'PT_SINGLE_SELECT', value: 'int,prod')\n"
      "extendedChoice(name: 'B', type: 'PT_CHECKBOX', value: 'x,y', multiSelectDelimiter: '::')\n"
      "extendedChoice(name: 'C', type: 'PT_TEXTBOX', value: 'x')");
  const std::vector<GivenParameter> good = {{"A", "int,prod"}, {"B", "x::y"}, {"C", "any"}};
  const auto accepted = resolve_parameters(all, good, true, nullptr);
  ASSERT_TRUE(accepted) << accepted.error().text();
  EXPECT_THAT(accepted->warnings, IsEmpty());
  EXPECT_EQ(accepted->find("A")->text, "int,prod");

  const std::vector<GivenParameter> bad = {{"A", "int, other"}, {"B", "x,y"}, {"C", ""}};
  const auto warned = resolve_parameters(all, bad, false, nullptr);
  ASSERT_TRUE(warned) << warned.error().text();
  EXPECT_EQ(warned->find("A")->text, "int, other");
  EXPECT_THAT(warned->warnings, ElementsAre("`other` is not among the choices of A: int, prod",
                                            "`x,y` is not among the choices of B: x, y"));
  EXPECT_FALSE(resolve_parameters(all, bad, true, nullptr));
}

TEST(ParameterValues, without_a_default_are_asked_for_where_somebody_can_answer) {
  const auto all =
      defined("string(name: 'A')\nextendedChoice(name: 'B', value: 'x,y')\nfile(name: 'F')");
  std::vector<std::string> asked;
  const auto ask = [&](const ParameterDefinition& definition) -> std::optional<std::string> {
    asked.push_back(definition.name);
    if (definition.name == "F") return "path";
    return std::nullopt;
  };
  const auto values = resolve_parameters(all, {}, false, ask);
  ASSERT_TRUE(values) << values.error().text();
  EXPECT_THAT(asked, ElementsAre("B", "F"));
  EXPECT_EQ(values->find("B"), nullptr);
  EXPECT_EQ(values->find("F")->text, "path");
}

}  // namespace
}  // namespace runtask::jenkins
