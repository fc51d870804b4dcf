#include "base/diagnostic.h"

#include <gtest/gtest.h>

#include "base/result.h"

namespace runtask {
namespace {

TEST(Diagnostic, shows_the_line_and_a_caret_under_the_place) {
  const std::string source = "{\n  \"famly\": \"manage\"\n}\n";
  const Diagnostic diagnostic{"unknown key `famly`", {4, 11}, "did you mean `family`?", "see docs"};
  EXPECT_EQ(render(diagnostic, "task.json", source),
            "error: unknown key `famly`\n"
            " --> task.json:2:3\n"
            "  |\n"
            "2 |   \"famly\": \"manage\"\n"
            "  |   ^^^^^^^ did you mean `family`?\n"
            "hint: see docs");
}

TEST(Diagnostic, a_place_past_the_end_or_in_a_long_line_is_still_shown) {
  EXPECT_NE(render({"early end", {99, 100}, "", ""}, "x", "ab").find("x:1:3"), std::string::npos);
  const std::string rendered =
      render({"here", {5000, 5003}, "", ""}, "x", std::string(10'000, 'a'));
  EXPECT_LT(rendered.size(), 600U);
  EXPECT_NE(rendered.find("^^^"), std::string::npos);
}

TEST(NearestName, suggests_what_was_probably_meant_and_nothing_far_off) {
  const std::vector<std::string> names = {"web", "worker", "migrate"};
  EXPECT_EQ(nearest_name("migrat", names), "migrate");
  EXPECT_EQ(nearest_name("wrker", names), "worker");
  EXPECT_EQ(nearest_name("wbe", names), "web");
  EXPECT_EQ(nearest_name("database", names), "");
}

TEST(Try, adds_a_line_of_context_on_the_way_up) {
  const auto inner = [](bool good) -> Result<int> {
    if (!good) return fail(Code::kInvalid, "negative", "use another");
    return 1;
  };
  const auto outer = [&](bool good) -> Result<int> {
    const int value = TRY_DURING(inner(good), "while making it");
    return value + 1;
  };
  EXPECT_EQ(*outer(true), 2);
  EXPECT_EQ(outer(false).error().text(), "error: negative\n  while making it\nhint: use another");
}

}  // namespace
}  // namespace runtask
