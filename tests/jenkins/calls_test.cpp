#include "jenkins/calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "groovy/parser.h"

namespace runtask::jenkins {
namespace {

using testing::ElementsAre;

std::vector<std::string> names_in(const std::string& source, const std::string& closed = "") {
  const auto parsed = groovy::parse(source, "f", nullptr);
  EXPECT_NE(parsed.unit, nullptr);
  std::vector<std::string> names;
  if (parsed.unit)
    each_call(parsed.unit->body, [&](const groovy::CallExpr& call) {
      if (call.name != nullptr) names.push_back(*call.name);
      return names.empty() || names.back() != closed;
    });
  return names;
}

TEST(Calls, are_found_in_every_statement) {
  EXPECT_THAT(names_in("a()\n"
                       "def x = b()\n"
                       "def (y, z) = c()\n"
                       "if (d()) { e() } else { f() }\n"
                       "while (g()) { h() }\n"
                       "for (each in i()) { j() }\n"
                       "for (int n = k(); l(); m()) { n1() }\n"
                       "switch (o()) { case p(): q(); break\n default: r() }\n"
                       "try { s() } catch (e1) { t() } finally { u() }\n"
                       "assert v() : w()\n"
                       "if (x) throw x1()\n"
                       "synchronized (y1()) { z1() }\n"
                       "return z2()\n"),
              ElementsAre("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n1",
                          "o", "p", "q", "r", "s", "t", "u", "v", "w", "x1", "y1", "z1", "z2"));
}

TEST(Calls, are_found_in_every_expression) {
  EXPECT_THAT(names_in("x = \"${a()}\" + b()[c()] + (d() ? e() : f()) + [g(), *h()] + [k: i(), "
                       "(j()): 1]\n"
                       "k().l(m(), n: o()) { p() }\n"
                       "x = { q = r() -> s() }\n"
                       "x = new Date(t())\n"
                       "x = (u() as String).v1 in (w()..y())\n"
                       "(x1, x2) = z()\n"
                       "x = -a1() instanceof String\n"
                       "a2()[0]++\n"
                       "x = a3().&size\n"
                       "x = new String[a4()]\n"),
              ElementsAre("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "l", "k", "m", "o", "p",
                          "r", "s", "t", "u", "w", "y", "z", "a1", "a2", "a3", "a4"));
}

TEST(Calls, are_not_looked_into_when_the_visitor_says_so) {
  EXPECT_THAT(names_in("a { b { c() } }\nd { e() }\n", "b"), ElementsAre("a", "b", "d", "e"));
}

}  // namespace
}  // namespace runtask::jenkins
