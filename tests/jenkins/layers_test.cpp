#include "jenkins/layers.h"

#include <gtest/gtest.h>

#include "jenkins/console.h"

// The environment's precedence (jenkins-pipeline 0, facts 1 and 2) and what a console shows.

namespace runtask::jenkins {
namespace {

BuildVariables variables() {
  BuildVariables all;
  all.process = {{"PATH", "/bin"}, {"A", "process"}, {"P", "process"}};
  all.build = {{"A", "build"}, {"B", "build"}};
  all.written = {{"B", "written"}, {"C", ""}};
  return all;
}

TEST(Layers, go_above_what_was_written_and_that_above_the_build) {
  const auto all = variables();
  EXPECT_EQ(all.find("P", nullptr), "process");
  EXPECT_EQ(all.find("A", nullptr), "build");
  EXPECT_EQ(all.find("B", nullptr), "written");
  EXPECT_EQ(all.find("C", nullptr), "");  // Written empty is there, and empty.
  EXPECT_EQ(all.find("D", nullptr), std::nullopt);
  const auto outer = with_layer({}, {{"B", "outer"}, {"X", "outer"}});
  const auto inner = with_layer(outer, {{"B", "inner"}});
  EXPECT_EQ(all.find("B", inner.get()), "inner");
  EXPECT_EQ(all.find("B", outer.get()), "outer");
  EXPECT_EQ(all.find("X", inner.get()), "outer");
}

TEST(Layers, remove_a_variable_by_an_empty_value) {
  const auto all = variables();
  const auto layer = with_layer({}, {{"A", ""}, {"B", ""}});
  EXPECT_EQ(all.find("A", layer.get()), std::nullopt);
  const auto child = all.all(layer.get());
  EXPECT_EQ(child.at("A"), "process");  // A child has the agent's own.
  EXPECT_EQ(child.count("B"), 0U);
}

TEST(Layers, put_a_value_before_a_variable_by_a_plus) {
  const auto all = variables();
  const auto outer = with_layer({}, {{"PATH+ONE", "/one"}});
  const auto inner = with_layer(outer, {{"PATH+TWO", "/two"}});
  EXPECT_EQ(all.find("PATH", inner.get()), "/two:/one:/bin");
  EXPECT_EQ(all.all(inner.get()).at("PATH"), "/two:/one:/bin");
  EXPECT_EQ(all.all(inner.get()).count("PATH+ONE"), 0U);
}

class ConsoleTest : public testing::Test {
 protected:
  std::vector<std::string> lines_;
  Console console_{[this](WallTime, const std::string& line) { lines_.push_back(line); },
                   [] { return WallTime(Duration(1'700'000'000'123)); }};
};

TEST_F(ConsoleTest, prints_whole_lines_with_their_time_and_branch) {
  console_.print({true, "[a] "}, "one\ntwo\n");
  console_.print({}, "");
  EXPECT_EQ(lines_, (std::vector<std::string>{"[2023-11-14T22:13:20.123Z] [a] one",
                                              "[2023-11-14T22:13:20.123Z] [a] two",
                                              "[2023-11-14T22:13:20.123Z] [a] ", ""}));
}

TEST_F(ConsoleTest, masks_a_secret_its_lines_and_its_base64_form) {
  console_.mask("first line\nsecond line");
  console_.mask("pass");
  console_.mask("password");
  console_.mask("");
  console_.print({}, "x password y pass\nthe second line\ncGFzc3dvcmQ= cGFzcw==");
  EXPECT_EQ(lines_, (std::vector<std::string>{"x **** y ****", "the ****", "**** ****"}));
}

TEST_F(ConsoleTest, masks_a_secret_as_bash_quotes_it) {
  console_.mask(R"(pa$$ w'rd)");
  console_.mask("~a=~b,c#");
  console_.mask("tab\there's a \x01\\");
  // Made with bash 5.2: printf '%q\n'.
  console_.line({}, R"(pa\$\$\ w\'rd x-pa\$\$\ w\'rd)");
  console_.line({}, R"(\~a=\~b\,c# x~a=\~b\,c#)");
  console_.line({}, R"($'tab\there\'s a \001\\')");
  EXPECT_EQ(lines_, (std::vector<std::string>{"**** x-****", "**** x****", "$'****'"}));
}

TEST_F(ConsoleTest, masks_the_base64_form_of_a_secret_inside_of_a_longer_text) {
  console_.mask("s3cr3tvalue");
  for (const char* around : {"", "a", "ab", "abc"})
    console_.print({}, base64(std::string(around) + "s3cr3tvalue\n") + " " +
                           base64(std::string(around) + "s3cr3tvalue, and more"));
  ASSERT_EQ(lines_.size(), 4U);
  for (const auto& line : lines_) {
    const auto first = line.find("****");
    EXPECT_LE(first, 6U) << line;
    EXPECT_NE(line.find("****", first + 4), std::string::npos) << line;
  }
}

TEST_F(ConsoleTest, cuts_no_secret_into_two) {
  console_.mask("password");
  console_.mask("xpas");
  EXPECT_EQ(console_.whole_part("a pass"), 2U);
  EXPECT_EQ(console_.whole_part("a password"), 10U);
  EXPECT_EQ(console_.whole_part("a word"), 6U);
  EXPECT_EQ(console_.whole_part("a xpasswor"), 2U) << "before the one that ends where it began";
  EXPECT_EQ(console_.whole_part("passwor"), 7U) << "something is to be shown";
  EXPECT_EQ(console_.whole_part(""), 0U);
}

TEST_F(ConsoleTest, masks_a_secret_where_a_long_line_is_cut) {
  console_.mask("s3cr3tvalue");
  LineBuffer buffer([&](std::string_view line) { console_.line({}, line); },
                    [&](std::string_view text) { return console_.whole_part(text); });
  constexpr std::size_t kMost = 1U << 20U;
  const std::string blanks(kMost - 5, '.');
  buffer.add(blanks + "s3cr3");
  buffer.add("tvalue and more\n");
  EXPECT_EQ(lines_, (std::vector<std::string>{blanks, "**** and more"}));
}

TEST(LineBuffer, gives_lines_however_they_come) {
  std::vector<std::string> lines;
  LineBuffer buffer([&](std::string_view line) { lines.emplace_back(line); },
                    [](std::string_view text) { return text.size(); });
  for (const char* piece : {"o", "ne\n\ntw", "o", "\nthree"})
    buffer.add(piece);
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "", "two"}));
  buffer.finish();
  buffer.finish();
  EXPECT_EQ(lines.back(), "three");
  EXPECT_EQ(lines.size(), 4U);
}

}  // namespace
}  // namespace runtask::jenkins
