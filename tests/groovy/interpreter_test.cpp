#include "groovy/interpreter.h"

#include <gmock/gmock.h>

#include "groovy/text_host.h"

namespace runtask::groovy {
namespace {

using testing::HasSubstr;

// ---- Limits

Limits small() {
  Limits limits;
  limits.steps_max = 2'000'000;
  limits.memory_bytes_max = 8U << 20U;
  limits.text_bytes_max = 1U << 20U;
  return limits;
}

TEST(Limits, an_endless_loop_ends_with_an_error) {
  EXPECT_THAT(output_of("while (true) { }", small()),
              HasSubstr("the script took more than 2000000 steps"));
  EXPECT_THAT(output_of("for (;;) { }", small()), HasSubstr("the script took more than"));
  EXPECT_THAT(output_of("(0..2000000000).each { }", small()), HasSubstr("took more than"));
  EXPECT_THAT(output_of("2000000000.times { }", small()), HasSubstr("took more than"));
}

TEST(Limits, no_catch_and_no_finally_goes_on_after_a_limit) {
  EXPECT_EQ(output_of("try { while (true) { } } catch (Throwable t) { println 'caught' } finally { "
                      "println 'f' }",
                      small()),
            "error: line 1: the script took more than 2000000 steps");
}

TEST(Limits, an_endless_recursion_ends_with_an_error) {
  EXPECT_THAT(output_of("def f(x) { f(x + 1) }\nf(1)"), HasSubstr("calls are nested"));
  EXPECT_THAT(output_of("def c\nc = { c() }\nc()"), HasSubstr("calls are nested"));
  EXPECT_THAT(output_of("class A { A next = new A() }\nnew A()"), HasSubstr("calls are nested"));
  EXPECT_THAT(output_of("def l = [3, 1]\ndef f\nf = { l.sort { a, b -> f() } }\nf()"),
              HasSubstr("calls are nested"));
  EXPECT_THAT(output_of("def m\nm = [:].withDefault { m[it + 1] }\nm[1]"),
              HasSubstr("calls are nested"));
}

TEST(Limits, a_recursion_of_some_hundred_is_fine) {
  EXPECT_EQ(output_of("def f(n) { n == 0 ? 0 : 1 + f(n - 1) }\nprintln f(300)"), "300\n");
}

TEST(Limits, text_and_memory_bombs_end_with_an_error) {
  EXPECT_THAT(output_of("def s = 'x'\nwhile (true) { s = s + s }", small()),
              HasSubstr("a string became longer than"));
  EXPECT_THAT(output_of("def s = 'x' * 2000000000", small()),
              HasSubstr("a string became longer than"));
  EXPECT_THAT(output_of("def l = []\nwhile (true) { l << 'abcdefghij' * 10 }", small()),
              HasSubstr("MiB of memory"));
  EXPECT_THAT(output_of("def l = [1]\nwhile (true) { l += l }", small()),
              HasSubstr("MiB of memory"));
  EXPECT_THAT(output_of("def l = [1] * 2000000000", small()), HasSubstr("too large"));
  EXPECT_THAT(output_of("def l = []\nl[2000000000] = 1", small()), HasSubstr("too large"));
  EXPECT_THAT(output_of("def m = [:]\nfor (int i = 0; ; i++) m[i] = i", small()),
              HasSubstr("MiB of memory"));
  EXPECT_THAT(output_of("def l = (0..2000000000).toList()", small()), HasSubstr("too large"));
  EXPECT_THAT(
      output_of("def sb = new StringBuilder('x')\nwhile (true) sb << sb.toString()", small()),
      HasSubstr("error: "));
  EXPECT_THAT(output_of("def l = []\n50.times { l = [l, l] }\nString.valueOf(l)", small()),
              HasSubstr("a string became longer than"));
  EXPECT_THAT(output_of("println 'a'.padLeft(2000000000)", small()), HasSubstr("too long"));
  EXPECT_THAT(output_of("def l = [1] * 10000\nl[[0..9999] * 1000]", small()),
              HasSubstr("too large"));
  EXPECT_THAT(output_of("def a = new int[2000000000]", small()), HasSubstr("too large"));
  EXPECT_THAT(output_of("println String.format('%999999999d', 1).size()", small()),
              HasSubstr("10000"));
}

TEST(Limits, lists_that_hold_themselves_are_errors_when_printed_compared_or_hashed) {
  EXPECT_THAT(output_of("def l = []\nl << [l]\nprintln l"), HasSubstr("holds itself"));
  EXPECT_THAT(output_of("def l = []\nl << l\ndef k = []\nk << k\nprintln l == k"),
              HasSubstr("error: "));
  EXPECT_THAT(output_of("def l = []\nl << l\nprintln l.flatten()"), HasSubstr("holds itself"));
  EXPECT_THAT(output_of("def l = []\n100000.times { l = [l] }\nprintln 'ok'"),
              testing::StrEq("ok\n"));
}

// Forty lists, each twice in the next.
TEST(Limits, lists_in_lists_that_become_millions_are_errors_when_written) {
  const std::string lists = "def l = ['x']\n40.times { l = [l, l] }\n";
  EXPECT_THAT(output_of(lists + "println l"), HasSubstr("longer than 64 MiB"));
  EXPECT_THAT(output_of(lists + "println groovy.json.JsonOutput.toJson(l)"),
              HasSubstr("longer than 64 MiB"));
}

TEST(Limits, an_exploding_regular_expression_ends_with_an_error) {
  EXPECT_THAT(output_of("println(('a' * 40 + 'b') ==~ /(a+)+/)"), HasSubstr("takes too long"));
}

// ---- The host

class StepHost : public TextHost {
 public:
  std::optional<Outcome> get(Fiber& fiber, const std::string& name) override {
    if (name == "env") return Outcome(Value(env_for(fiber)));
    if (name == "HOME") return Outcome(fiber.text_value("/home/x"));
    return std::nullopt;
  }
  std::optional<Outcome> call(Call& call) override {
    if (call.name == "fail")
      return Outcome(call.fiber.raise("hudson.AbortException", "script returned exit code 3"));
    if (call.name == "run") return call.fiber.invoke(call.arguments.back(), {});
    if (call.name != "step") return std::nullopt;
    for (const auto& argument : call.arguments)
      printed += *call.fiber.text(*call.fiber.without_gstrings(argument)) + ";";
    printed += "\n";
    return Outcome(Value::integer(static_cast<std::int32_t>(call.arguments.size())));
  }
  Stop should_stop() override {
    return stop == Stop::kInterrupt ? std::exchange(stop, Stop::kNo) : stop;  // Interrupts once.
  }
  Stop stop = Stop::kNo;
  std::map<std::string, std::string> values;

 private:
  class Env : public HostObject {
   public:
    explicit Env(StepHost& host) : host_(host) {}
    std::string class_name() const override { return "EnvActionImpl"; }
    std::optional<Outcome> get(Fiber& fiber, const std::string& name) override {
      const auto found = host_.values.find(name);
      return Outcome(found == host_.values.end() ? Value() : fiber.text_value(found->second));
    }
    std::optional<Outcome> set(Fiber& fiber, const std::string& name, const Value& value) override {
      host_.values[name] = *fiber.text(value);
      return Outcome(value);
    }

   private:
    StepHost& host_;
  };
  Value env_for(Fiber& fiber) { return fiber.heap().make<Env>(*this); }
};

std::string run(StepHost& host, const std::string& source) {
  const auto parsed = parse(source, "test");
  EXPECT_TRUE(parsed.can_run());
  Interpreter interpreter(host);
  const auto result = interpreter.run(parsed.unit);
  return host.printed + (result ? "" : "error: " + result.error().message);
}

TEST(Host, gets_named_arguments_as_a_map_and_blocks_as_the_last) {
  StepHost host;
  EXPECT_EQ(run(host,
                "def n = step script: \"a${1}\", flag: true\nprintln n\nstep 'x', 2\nstep('y') { "
                "}\nprintln HOME"),
            "[script:a1, flag:true];\n1\nx;2;\ny;closure;\n/home/x\n");
}

TEST(Host, env_reads_and_writes_by_property_and_by_computed_name) {
  StepHost host;
  EXPECT_EQ(run(host,
                "def m = [A: 1, B: null]\nm.each{ k, v -> env[\"${k}\"] =\"${v}\" }\nenv.C = 'x'\n"
                "println \"${env.A} ${env['B']} $env.C ${env.MISSING}\""),
            "1 null x null\n");
  EXPECT_EQ(host.values.at("B"), "null");
}

TEST(Host, what_it_raises_is_a_groovy_exception) {
  StepHost host;
  EXPECT_EQ(
      run(host, "try { fail() } catch (e) { println e.message }\nfail()"),
      "script returned exit code 3\nerror: hudson.AbortException: script returned exit code 3");
}

TEST(Host, an_exception_passes_through_a_block_step) {
  StepHost host;
  EXPECT_EQ(run(host,
                "try { run { throw new Exception('inside') } } catch (e) { println e.message "
                "}\nprintln run { 5 }"),
            "inside\n5\n");
}

TEST(Host, an_interrupt_can_be_caught_and_a_kill_cannot) {
  StepHost host;
  host.stop = Stop::kInterrupt;
  EXPECT_THAT(run(host, "try { while (true) { } } catch (e) { println e.class.simpleName }"),
              testing::StrEq("FlowInterruptedException\n"));
  StepHost killer;
  killer.stop = Stop::kKill;
  EXPECT_EQ(
      run(killer,
          "try { while (true) { } } catch (Throwable e) { println 'no' } finally { println 'no' }"),
      "error: the script was stopped");
}

TEST(Host, evaluates_single_expressions_in_the_scope_of_a_block) {
  const std::string source =
      "def top = 'T'\nblock { inner { value \"${top}-${env.X}-${EXTRA}\" } }";
  const auto parsed = parse(source, "test");
  ASSERT_TRUE(parsed.can_run());
  struct BlockHost : StepHost {
    std::optional<Outcome> call(Call& call) override {
      if (call.name != "block") return std::nullopt;
      const auto& closure = call.arguments[0].as<Closure>();
      // The inner block and its value, without calling anything.
      const auto& inner = static_cast<const CallExpr&>(
          *static_cast<const ExpressionStmt&>(*closure.code->body.statements[0]).expression);
      const auto& code = *node_if<ClosureExpr>(*inner.arguments[0].value);
      const auto& value = static_cast<const CallExpr&>(
          *static_cast<const ExpressionStmt&>(*code.body.statements[0]).expression);
      const auto extra = call.fiber.map();
      extra->put(call.fiber.text_value("EXTRA"), call.fiber.text_value("E"));
      extra->put(call.fiber.text_value("env"), call.fiber.map());
      const auto scope = call.fiber.scope_with_delegate(closure.scope, extra);
      auto outcome = call.fiber.evaluate(*value.arguments[0].value, scope);
      printed = *call.fiber.text(*outcome);
      return outcome;
    }
  } host;
  Interpreter interpreter(host);
  ASSERT_TRUE(interpreter.run(parsed.unit));
  EXPECT_EQ(host.printed, "T-null-E");
}

TEST(Interpreter, scripts_share_the_binding_and_keep_their_methods) {
  const auto library = parse("def greet(x) { shared = x; \"hi $x\" }\nreturn this", "lib");
  const auto main = parse("println lib.greet('you')\nprintln shared", "main");
  StepHost host;
  Interpreter interpreter(host);
  Fiber fiber(interpreter);
  const auto script = fiber.run(interpreter.add(library.unit));
  ASSERT_TRUE(script);
  interpreter.binding().put(fiber.text_value("lib"), *script);
  ASSERT_TRUE(fiber.run(interpreter.add(main.unit)));
  EXPECT_EQ(host.printed, "hi you\nyou\n");
}

TEST(Interpreter, forgets_circles_when_it_ends) {
  // LeakSanitizer is the judge of what is left.
  EXPECT_EQ(output_of("def m = [:]\nm.self = m\ndef c\nc = { c }\nprintln 'ok'"), "ok\n");
}

TEST(Interpreter, values_that_the_host_keeps_outlive_it_as_shells) {
  Value kept;
  {
    StepHost host;
    Interpreter interpreter(host);
    Fiber fiber(interpreter);
    kept = fiber.list({Value::integer(1)});
  }
  EXPECT_TRUE(kept.as<List>().items.empty());
}

TEST(Interpreter, dates_use_the_hosts_clock) {
  EXPECT_EQ(output_of("println new Date().format('yyyy-MM-dd HH:mm:ss')\nprintln new Date()"),
            "2023-11-14 22:13:20\nTue Nov 14 22:13:20 UTC 2023\n");
}

}  // namespace
}  // namespace runtask::groovy
