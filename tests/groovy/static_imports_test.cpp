#include <gtest/gtest.h>

#include "groovy/class_path.h"
#include "groovy/text_host.h"

namespace runtask::groovy {
namespace {

constexpr const char* kTool =
    "package o\n"
    "class Tool extends Base {\n"
    "  static int runs = 5\n"
    "  static final String NAME = 'tool'\n"
    "  static twice(x) { x + x }\n"
    "  static getSize() { 7 }\n"
    "  static each = { it * 3 }\n"
    "  def of_object() { 1 }\n"
    "}\n"
    "class Base { static inherited() { 'of base' } }\n"
    "enum Color { RED, GREEN }\n";

std::string output_with_tool(const std::string& source) {
  auto class_path = std::make_shared<ClassPath>();
  const auto files = class_path->add({{kTool, "o/Tool.groovy"}});
  EXPECT_TRUE(files[0].can_run());
  const auto parsed = parse(source, "test", class_path);
  for (const auto* diagnostics : {&parsed.errors, &parsed.unsupported})
    if (!diagnostics->empty()) return "error: " + diagnostics->front().message;
  TextHost host;
  Interpreter interpreter(host);
  const auto result = interpreter.run(parsed.unit);
  return host.printed + (result ? "" : "error: " + result.error().message);
}

TEST(StaticImports, bring_methods_fields_and_constants_of_a_librarys_classes) {
  EXPECT_EQ(output_with_tool("import static o.Tool.twice\nimport static o.Tool.twice as again\n"
                             "import static o.Tool.runs\nimport static o.Tool.getSize\n"
                             "import static o.Tool.each as thrice\nimport static o.Color.RED\n"
                             "println twice(2) + again('x') + thrice(3)\n"
                             "println \"$runs $size ${getSize()} $RED\"\n"
                             "runs = 9\nruns++\nprintln o.Tool.runs\n"
                             "def f() { [1].collect { twice(it) } }\nprintln f()"),
            "4xx9\n5 7 7 RED\n10\n[2]\n");
}

TEST(StaticImports, with_a_star_bring_all_inherited_ones_too) {
  EXPECT_EQ(output_with_tool("import static o.Tool.*\nimport static o.Color.*\n"
                             "println twice(2) + NAME + inherited() + size\nprintln values()\n"
                             "class Own { static x() { twice(NAME) } }\nprintln Own.x()"),
            "4toolof base7\n[RED, GREEN]\ntooltool\n");
}

TEST(StaticImports, stand_behind_variables_and_methods_of_the_file) {
  EXPECT_EQ(output_with_tool("import static o.Tool.*\ndef twice = { 'variable' }\n"
                             "println twice(1)\ndef inherited() { 'own' }\nprintln inherited()\n"
                             "try { of_object() } catch (MissingMethodException e) { println 'not "
                             "static' }"),
            "variable\nown\nnot static\n");
}

TEST(StaticImports, of_what_is_not_there_are_errors_before_anything_runs) {
  EXPECT_EQ(output_with_tool("println 1\nimport static o.Tool.nope"),
            "error: the class o.Tool has no static member `nope`");
  EXPECT_EQ(output_with_tool("import static o.Tool.of_object\nprintln 1"),
            "error: the class o.Tool has no static member `of_object`");
  EXPECT_EQ(output_with_tool("import static o.Other.nope\nprintln 1"),
            "error: the class o.Other is not supported");
  EXPECT_EQ(output_with_tool("import static o.Other.*\nprintln 1"),
            "error: the class o.Other is not supported");
  EXPECT_EQ(output_with_tool("import static java.lang.Math.nope\nprintln 1"),
            "error: the static member java.lang.Math.nope is not supported");
}

}  // namespace
}  // namespace runtask::groovy
