#include "groovy/java_methods.h"

#include <gtest/gtest.h>

#include "groovy/text_host.h"

namespace runtask::groovy {
namespace {

// What becomes of a script that would go on with something else where the call fails.
std::string guarded(const std::string& call) {
  return output_of("try { " + call + "; println 'done' } catch (e) { println 'caught' }");
}

TEST(JavaMethods, that_are_not_here_end_the_script_and_no_catch_stops_it) {
  const std::pair<std::string, std::string> kCalls[] = {
      {"'abc'.chars()", "java.lang.String.chars()"},
      {"'abc'.regionMatches(0, 'ab', 0, 2)",
       "java.lang.String.regionMatches(java.lang.Integer, java.lang.String, java.lang.Integer, "
       "java.lang.Integer)"},
      {"\"${1}\".chars()", "org.codehaus.groovy.runtime.GStringImpl.chars()"},
      {"5.25.unscaledValue()", "java.math.BigDecimal.unscaledValue()"},
      {"5G.bitLength()", "java.math.BigInteger.bitLength()"},
      {"true.implies(false)", "java.lang.Boolean.implies(java.lang.Boolean)"},
      {"[1, 2].withEagerDefault { }", "java.util.ArrayList.withEagerDefault(groovy.lang.Closure)"},
      {"[1, 2].listIterator()", "java.util.ArrayList.listIterator()"},
      {"(1..2).listIterator()", "groovy.lang.IntRange.listIterator()"},
      {"([1] as Set).spliterator()", "java.util.LinkedHashSet.spliterator()"},
      {"([1] as int[]).hashCode()", "[Ljava.lang.Integer;.hashCode()"},
      {"[a: 1].toSpreadMap()", "java.util.LinkedHashMap.toSpreadMap()"},
      {"({ it }).trampoline()", "groovy.lang.Closure.trampoline()"},
      {"(~/a/).splitAsStream('a')", "java.util.regex.Pattern.splitAsStream(java.lang.String)"},
      {"('a' =~ /a/).hitEnd()", "java.util.regex.Matcher.hitEnd()"},
      {"new Date(0).clearTime()", "java.util.Date.clearTime()"},
      {"new Date(0).year", "java.util.Date.getYear()"},
      {"new Date(0).time = 5", "java.util.Date.setTime(java.lang.Integer)"},
      {"new StringBuilder('a').capacity()", "java.lang.StringBuilder.capacity()"},
      {"new Exception('a').fillInStackTrace()", "java.lang.Exception.fillInStackTrace()"},
      {"Integer.bitCount(5)", "java.lang.Integer.bitCount(java.lang.Integer)"},
      {"5.bitCount(5)", "java.lang.Integer.bitCount(java.lang.Integer)"},
      {"Integer.SIZE", "java.lang.Integer.SIZE"},
      {"5.SIZE", "java.lang.Integer.SIZE"},
      {"Math.hypot(3, 4)", "java.lang.Math.hypot(java.lang.Integer, java.lang.Integer)"},
      {"String.classLoader", "java.lang.String.getClassLoader()"},
      {"Collections.nCopies(3, 'a')",
       "java.util.Collections.nCopies(java.lang.Integer, java.lang.String)"},
      {"Collections.EMPTY_LIST", "java.util.Collections.EMPTY_LIST"},
      {"Calendar.getInstance()", "java.util.Calendar.getInstance()"},
      {"Calendar.instance", "java.util.Calendar.instance"},
      {"'abc'.with { chars() }", "java.lang.String.chars()"},
      {"java.util.regex.Pattern.LITERAL", "java.util.regex.Pattern.LITERAL"},
      {"java.util.regex.Pattern.compile('a', 16)",
       "java.util.regex.Pattern.compile(java.lang.String, java.lang.Integer)"},
      {"'abc'.metaClass", "java.lang.String.getMetaClass()"}};
  for (const auto& [call, name] : kCalls) {
    SCOPED_TRACE(call);
    const auto output = guarded(call);
    EXPECT_EQ(output, "error: line 1: " + name + " is not supported");
  }
}

TEST(JavaMethods, that_nobody_has_are_exceptions) {
  for (const std::string call :
       {"'abc'.foo()", "5.foo", "2.345.round(2)", "5.signum()", "[1].navigableKeySet()",
        "String.toString(5)", "Math.foo()", "Integer.FOO", "[a: 1].toListString()",
        "'abc'.chars(1, 2, 3)", "new Date(0).year(5)", "({ a, b -> }).call(1)", "1 + null"}) {
    SCOPED_TRACE(call);
    EXPECT_EQ(guarded(call), "caught\n");
  }
}

TEST(JavaMethods, do_not_hide_what_a_map_or_a_class_has_of_that_name) {
  EXPECT_EQ(
      output_of("println([print: { x, y -> x + y }].print(1, 2))\n"
                "println([chars: { 'own' }].chars())\n"
                "class A {\n  def chars() { 'A' }\n  def methodMissing(String n, a) { n }\n}\n"
                "println new A().chars() + new A().clearTime()\n"),
      "3\nown\nAclearTime\n");
}

TEST(JavaMethods, do_not_keep_a_closure_with_a_delegate_from_the_step_sleep) {
  const auto missing = output_of(
      "def body = { sleep 5 }\nbody.delegate = [a: 1]\nbody.resolveStrategy = 1\n"
      "try { body() } catch (MissingMethodException e) { println e.method }\n");
  EXPECT_EQ(missing, "sleep\n");  // Of the script: this host has no steps.
}

TEST(JavaMethods, are_told_by_the_kinds_and_the_number_of_their_arguments) {
  const Value one = Value::integer(1);
  const Value truth = Value::of(true);
  EXPECT_TRUE(java_has_method(one, "step", {one, one, Value()}));
  EXPECT_FALSE(java_has_method(one, "step", {one, one}));
  EXPECT_TRUE(java_has_method(one, "power", {Value::whole(1)}));
  EXPECT_FALSE(java_has_method(one, "power", {truth}));
  EXPECT_TRUE(java_has_method(one, "rotateLeft", {one, one}));  // Static.
  EXPECT_FALSE(java_has_method(one, "rotateLeft", {one, Value::real(1)}));
  // The members of an array at the end may stand alone, or be none.
  EXPECT_TRUE(java_has_method(one, "use", {one, truth}));
  EXPECT_TRUE(java_has_method(one, "use", {}));
  EXPECT_FALSE(java_has_method(one, "identity", {}));
}

}  // namespace
}  // namespace runtask::groovy
