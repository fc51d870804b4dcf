#include "groovy/parser.h"

#include <gmock/gmock.h>

#include "groovy/limits.h"
#include "groovy/text_host.h"

namespace runtask::groovy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> errors_of(const std::string& source) {
  std::vector<std::string> lines;
  const auto parsed = parse(source, "Jenkinsfile");
  for (const auto* list : {&parsed.errors, &parsed.unsupported})
    for (const auto& one : *list) {
      const auto at = position_of(source, one.range.begin);
      lines.push_back(std::to_string(at.line) + ":" + std::to_string(at.column) + " " +
                      one.message);
    }
  return lines;
}

TEST(Parser, reports_every_mistake_of_a_file_in_its_order) {
  EXPECT_THAT(errors_of("def a = 1 +\n\ndef b = )\nfoo bar baz, }\nif (x {\n}\n"),
              testing::SizeIs(testing::Ge(2U)));
  EXPECT_THAT(
      errors_of("def a = *\nprintln 'ok'\nif (a ==) { }\nfoo(,)\n"),
      ElementsAre("1:9 unexpected `*`, expected a value", "3:9 unexpected `)`, expected a value",
                  "4:5 unexpected `,`, expected a value"));
}

TEST(Parser, keeps_mistakes_inside_nested_blocks_apart) {
  EXPECT_THAT(
      errors_of("pipeline {\n  stages {\n    a = = 1\n    stage('x') { b ] }\n  }\n  c ** \n}\n"),
      testing::SizeIs(testing::Ge(1U)));
  EXPECT_THAT(
      errors_of(
          "pipeline {\n  stages {\n    a = = 1\n    stage('x') { }\n  }\n  post { 1 + }\n}\n"),
      ElementsAre("3:9 unexpected `=`, expected a value", "6:14 unexpected `}`, expected a value"));
}

TEST(Parser, shows_the_line_and_a_caret) {
  const std::string source = "def x = 'a\\d'\n";
  const auto parsed = parse(source, "Jenkinsfile");
  ASSERT_EQ(parsed.errors.size(), 1U);
  EXPECT_EQ(render(parsed.errors[0], "Jenkinsfile", source),
            "error: unexpected char: '\\'\n"
            " --> Jenkinsfile:1:11\n"
            "  |\n"
            "1 | def x = 'a\\d'\n"
            "  |           ^^\n"
            "hint: write \\\\ for a backslash, or use a slashy string: /.../");
}

TEST(Parser, finds_the_brace_that_was_forgotten_by_the_indents) {
  const auto open =
      parse("node {\n  stage('a') {\n    sh 'x'\n  stage('b') {\n    sh 'y'\n  }\n}\n", "x");
  ASSERT_EQ(open.errors.size(), 1U);
  EXPECT_EQ(position_of("node {\n  stage('a') {\n", open.errors[0].range.begin).line, 2U);
  EXPECT_EQ(open.errors[0].message, "`{` is never closed");
  EXPECT_EQ(open.errors[0].hint, "the text ends on line 7 without it");
  const auto outermost = parse("node {\n  sh 'x'\n", "x");
  ASSERT_EQ(outermost.errors.size(), 1U);
  EXPECT_EQ(outermost.errors[0].range.begin, 5U);
}

TEST(Parser, tells_what_groovy_rejects_from_what_only_runtask_does_not_have) {
  const auto parsed = parse("trait A { }\ndef f = new File('x')\n", "x");
  EXPECT_TRUE(parsed.errors.empty());
  EXPECT_EQ(parsed.unsupported.size(), 2U);
  EXPECT_FALSE(parsed.can_run());
  EXPECT_TRUE(parsed.unit);
  EXPECT_FALSE(parse("x = (", "x").unit);
}

TEST(Parser, gives_blocks_and_named_arguments_with_their_places) {
  const std::string source =
      "pipeline {\n  agent any\n  stage('Build') { sh script: 'make', label: \"l\" }\n}\n";
  const auto parsed = parse(source, "Jenkinsfile");
  ASSERT_TRUE(parsed.unit);
  ASSERT_EQ(parsed.unit->body.statements.size(), 1U);
  const auto* statement = node_if<ExpressionStmt>(*parsed.unit->body.statements[0]);
  ASSERT_NE(statement, nullptr);
  const auto* pipeline = node_if<CallExpr>(*statement->expression);
  ASSERT_NE(pipeline, nullptr);
  EXPECT_EQ(*pipeline->name, "pipeline");
  ASSERT_EQ(pipeline->arguments.size(), 1U);
  EXPECT_TRUE(pipeline->arguments[0].is_closure_block);
  const auto* body = node_if<ClosureExpr>(*pipeline->arguments[0].value);
  ASSERT_NE(body, nullptr);
  ASSERT_EQ(body->body.statements.size(), 2U);
  const auto text = [&](SourceRange range) {
    return source.substr(range.begin, range.end - range.begin);
  };
  EXPECT_EQ(text(body->body.statements[0]->range), "agent any");
  const auto* agent =
      node_if<CallExpr>(*static_cast<const ExpressionStmt&>(*body->body.statements[0]).expression);
  ASSERT_NE(agent, nullptr);
  EXPECT_TRUE(agent->is_command);
  const auto* stage =
      node_if<CallExpr>(*static_cast<const ExpressionStmt&>(*body->body.statements[1]).expression);
  ASSERT_NE(stage, nullptr);
  ASSERT_EQ(stage->arguments.size(), 2U);
  const auto* steps = node_if<ClosureExpr>(*stage->arguments[1].value);
  const auto* sh =
      node_if<CallExpr>(*static_cast<const ExpressionStmt&>(*steps->body.statements[0]).expression);
  ASSERT_NE(sh, nullptr);
  ASSERT_EQ(sh->arguments.size(), 2U);
  EXPECT_EQ(sh->arguments[0].label, "script");
  EXPECT_EQ(text(sh->arguments[1].label_range), "label");
  EXPECT_EQ(text(sh->range), "sh script: 'make', label: \"l\"");
}

TEST(Parser, accepts_what_stands_before_a_pipeline) {
  EXPECT_THAT(
      errors_of(
          "#!groovy\n@Library('a@b') _\n@Library(['x', 'y'])\nimport hudson.model.*\n"
          "import com.x.Y as Z\nimport static java.lang.Math.max\nimport groovy.transform.Field\n"
          "@Field def f = 1\n@NonCPS\ndef g(String a = 'x', Map<String, List<Integer>> m) { a }\n"
          "pipeline { agent any }\n"),
      ElementsAre());
}

TEST(Parser, reads_a_byte_order_mark_and_windows_line_ends) {
  EXPECT_EQ(output_of("\xEF\xBB\xBFprintln '''a\r\nb'''\r\nprintln 'c'\r\n"), "a\nb\nc\n");
}

TEST(Parser, names_bytes_that_are_no_text) {
  EXPECT_THAT(errors_of(std::string("x = 1\ny = \0 2\n", 14)),
              testing::Contains(HasSubstr("2:5 unexpected a control character with the code 0")));
}

TEST(Parser, ends_deep_nesting_with_an_error) {
  const std::string deep(10'000, '(');
  EXPECT_THAT(errors_of("x = " + deep),
              testing::Contains(HasSubstr("brackets are nested deeper than")));
  EXPECT_THAT(errors_of("x = " + std::string(10'000, '[') + std::string(10'000, ']')),
              testing::Contains(HasSubstr("nested deeper than")));
  EXPECT_THAT(errors_of("x = " + std::string(20'000, '!') + "y"),
              testing::Contains(HasSubstr("nested too deeply")));
  EXPECT_THAT(errors_of("x = " + std::string(20'000, '-') + "y"), testing::Not(testing::IsEmpty()));
  std::string sum = "x = 1";
  std::string chain = "x = a";
  std::string elses = "if (a) b()";
  std::string ternary = "x = ";
  for (int i = 0; i < 20'000; ++i) {
    sum += " + 1";
    chain += ".b()";
    elses += " else if (a) b()";
    ternary += "a ? b : ";
  }
  EXPECT_THAT(errors_of(sum), ElementsAre(HasSubstr("nested too deeply")));
  EXPECT_THAT(errors_of(chain), ElementsAre(HasSubstr("nested too deeply")));
  EXPECT_THAT(errors_of(elses), testing::Contains(HasSubstr("nested too deeply")));
  EXPECT_THAT(errors_of(ternary + "c"), testing::Contains(HasSubstr("nested too deeply")));
  std::string strings = "x";
  for (int i = 0; i < 300; ++i)
    strings = "\"${" + strings + "}\"";
  EXPECT_THAT(errors_of("y = " + strings), testing::Contains(HasSubstr("nested deeper than")));
}

TEST(Parser, says_once_that_an_expression_is_too_deep) {
  for (const std::string joint : {" + ", " +\n  "}) {
    std::string source = "node {\n  stage('a') {\n    echo 'a'";
    for (int i = 0; i < 5000; ++i)
      source += joint + "'b'";
    source += "\n  }\n}\n";
    const auto parsed = parse(source, "x");
    ASSERT_EQ(parsed.errors.size(), 1U);
    EXPECT_EQ(parsed.errors[0].message, "this expression is nested too deeply");
    EXPECT_EQ(position_of(source, parsed.errors[0].range.begin).line, 3U);
  }
}

TEST(Parser, names_a_file_in_utf_16_once) {
  using namespace std::string_literals;
  for (const auto& source : {"\xFF\xFEp\0r\0"s, "\xFE\xFF\0p\0r"s, "p\0r\0i\0"s, "\0p\0r\0i"s}) {
    const auto parsed = parse(source, "x");
    ASSERT_EQ(parsed.errors.size(), 1U);
    EXPECT_EQ(parsed.errors[0].message, "the file is UTF-16, not UTF-8");
  }
  EXPECT_EQ(parse("a\0\0\0\0b"s, "x").errors.size(), 1U);  // A row of zeros is one mistake.
}

TEST(Parser, accepts_the_depth_that_people_write) {
  std::string sum = "println('a'";
  for (int i = 0; i < 500; ++i)
    sum += " + 'a'";
  EXPECT_EQ(output_of(sum + ")"), std::string(501, 'a') + "\n");
  EXPECT_EQ(output_of("println(" + std::string(100, '(') + "1" + std::string(100, ')') + ")"),
            "1\n");
}

TEST(Parser, refuses_a_file_that_is_too_large) {
  EXPECT_THAT(errors_of("x = '" + std::string(10U << 20U, 'a') + "'"),
              ElementsAre("1:1 the file is larger than 1024 KiB"));
  EXPECT_THAT(errors_of("//" + std::string(kSourceBytesMax - 2, 'a')), ElementsAre());
}

TEST(Parser, stops_after_so_many_mistakes) {
  std::string source;
  for (int i = 0; i < 1'000; ++i)
    source += "x = *\n";
  EXPECT_EQ(errors_of(source).size(), kDiagnosticsMax);
}

}  // namespace
}  // namespace runtask::groovy
