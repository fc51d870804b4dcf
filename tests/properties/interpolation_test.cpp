#include "properties/interpolation.h"

#include <gtest/gtest.h>

#include "properties/reader.h"

namespace runtask::properties {
namespace {

using Entries = std::vector<Properties::Entry>;

Properties of(std::string_view text) {
  auto result = parse(text, Charset::kUtf8, "x");
  EXPECT_TRUE(result);
  return result ? *std::move(result) : Properties();
}
Entries values(std::string_view text) {
  const auto result = interpolated(of(text), {});
  EXPECT_EQ(result.log, std::vector<std::string>{});
  return result.properties.entries();
}
std::string value(std::string_view text, std::string_view name) {
  return interpolated(of(text), {}).properties.get(name).value_or("(none)");
}

// One test for each row of the table in the specification of readProperties.

TEST(Interpolation, names_stand_for_values_in_any_order_of_definition) {
  EXPECT_EQ(values("A=1\nB=${A}/x\nC=${B}${A}"),
            (Entries{{"A", "1"}, {"B", "1/x"}, {"C", "1/x1"}}));
  EXPECT_EQ(values("C=${B}${A}\nB=${A}/x\nA=1"),
            (Entries{{"C", "1/x1"}, {"B", "1/x"}, {"A", "1"}}));
}

TEST(Interpolation, what_is_not_known_is_left_literally) {
  EXPECT_EQ(values("A=${MISSING}\nB=${A}x"), (Entries{{"A", "${MISSING}"}, {"B", "${MISSING}x"}}));
}

TEST(Interpolation, a_default_stands_for_what_is_not_known_and_is_interpolated_itself) {
  EXPECT_EQ(values("A=${M:-def}\nB=${M:-${C}}\nC=c"),
            (Entries{{"A", "def"}, {"B", "c"}, {"C", "c"}}));
  EXPECT_EQ(value("A=${C:-def}\nC=c", "A"), "c");
  EXPECT_EQ(value("A=[${M:-}]", "A"), "[]");
  EXPECT_EQ(value("A=${M${N:-def}", "A"), "${M${N:-def}") << "names end the search for one";
}

TEST(Interpolation, an_empty_value_is_a_value) {
  EXPECT_EQ(values("A=\nB=[${A}]"), (Entries{{"A", ""}, {"B", "[]"}}));
}

TEST(Interpolation, doubling_the_dollar_does_not_protect_because_there_are_two_passes) {
  EXPECT_EQ(values("B=1\nA=$${B}\nD=\\${B}\nE=$$B\nC=$B"),
            (Entries{{"B", "1"}, {"A", "1"}, {"D", "1"}, {"E", "$$B"}, {"C", "$B"}}));
  EXPECT_EQ(value("B=1\nA=$$${B}", "A"), "${B}") << "three need three passes";
  EXPECT_EQ(value("A=$${B", "A"), "$${B") << "an escape of nothing stays";
}

TEST(Interpolation, a_cycle_leaves_everything_as_it_is_and_says_so) {
  const auto text = "A=${B}\nB=${A}\nOK=1\nX=${OK}";
  const auto result = interpolated(of(text), {});
  EXPECT_EQ(result.properties.entries(), of(text).entries());
  EXPECT_EQ(result.log, (std::vector<std::string>{
                            "Got exception while interpolating the variables: Infinite loop in "
                            "property interpolation of ${B}: B->A",
                            "Returning the original properties list!"}));
}

TEST(Interpolation, a_value_that_names_itself_is_a_cycle) {
  EXPECT_EQ(value("A=${A}\nB=1\nC=${B}", "C"), "${B}");
  EXPECT_EQ(value("A=x$${A}\nB=1\nC=${B}", "C"), "${B}") << "also in the second pass only";
}

TEST(Interpolation, the_same_name_twice_side_by_side_is_no_cycle) {
  EXPECT_EQ(value("A=1\nB=${A}${A}\nC=${B}${B}${A}", "C"), "11111");
}

TEST(Interpolation, there_is_no_indirection) {
  EXPECT_EQ(value("N=A\nA=x\nB=${${N}}", "B"), "${${N}}");
}

TEST(Interpolation, what_is_no_reference_is_unchanged) {
  EXPECT_EQ(values("A=1\nC=${A\nD=${}\nE=${ A }"),
            (Entries{{"A", "1"}, {"C", "${A"}, {"D", "${}"}, {"E", "${ A }"}}));
}

TEST(Interpolation, lists_are_not_split_and_dots_are_ordinary) {
  EXPECT_EQ(value("A=a,b,c\nC=x,${A}", "C"), "x,a,b,c");
  EXPECT_EQ(value("A.B=1\nC=${A.B}", "C"), "1");
}

TEST(Interpolation, the_four_coders_are_evaluated) {
  EXPECT_EQ(value("C=${base64Encoder:hi}", "C"), "aGk=");
  EXPECT_EQ(value("C=${base64Encoder:}", "C"), "");
  EXPECT_EQ(value("C=${base64Encoder:abc}${base64Encoder:a}", "C"), "YWJjYQ==");
  EXPECT_EQ(value("C=${base64Decoder:aGk=}", "C"), "hi");
  EXPECT_EQ(value("C=${base64Decoder:aGk}", "C"), "hi") << "padding may be left out";
  EXPECT_EQ(value("C=${base64Encoder:\\u00e9}", "C"), "6Q==") << "of ISO-8859-1";
  EXPECT_EQ(value("C=${base64Decoder:6Q==}", "C"), "\xC3\xA9");
  EXPECT_EQ(value("C=${urlEncoder:a b/\\u00e9~*}", "C"), "a+b%2F%C3%A9%7E*");
  EXPECT_EQ(value("C=${urlDecoder:a+b%2F%c3%A9}", "C"), "a b/\xC3\xA9");
}

TEST(Interpolation, what_cannot_be_decoded_leaves_everything_as_it_is) {
  for (const char* bad :
       {"${base64Decoder:a!b}", "${base64Decoder:a}", "${base64Decoder:aGk==}",
        "${base64Decoder:aGk=x}", "${urlDecoder:%4}", "${urlDecoder:100%}", "${urlDecoder:%zz}"}) {
    const auto result = interpolated(of(std::string("A=1\nB=${A}\nC=") + bad), {});
    EXPECT_EQ(result.log.size(), 2U) << bad;
    EXPECT_EQ(result.properties.get("B"), "${A}");
  }
}

TEST(Interpolation, an_escape_that_is_cut_short_is_said_to_be) {
  EXPECT_EQ(interpolated(of("C=${urlDecoder:%4}"), {}).log.front(),
            "Got exception while interpolating the variables: URLDecoder: Incomplete trailing "
            "escape (%) pattern");
}

TEST(Interpolation, the_date_comes_from_whoever_has_a_clock) {
  const DateFormat clock = [](std::string_view pattern) -> Result<std::string> {
    if (pattern == "bad") return fail(Code::kInvalid, "Illegal pattern");
    return "<" + std::string(pattern) + ">";
  };
  EXPECT_EQ(interpolated(of("C=${date:yyyy-MM-dd HH:mm}"), clock).properties.get("C"),
            "<yyyy-MM-dd HH:mm>");
  EXPECT_EQ(interpolated(of("C=${date:bad}"), clock).log.front(),
            "Got exception while interpolating the variables: Illegal pattern");
  EXPECT_EQ(value("C=${date:yyyy}", "C"), "${date:yyyy}") << "nobody has one";
}

TEST(Interpolation, what_reaches_outside_is_disabled) {
  for (const char* reference : {"${env:HOME}", "${sys:user.name}", "${const:java.lang.X}",
                                "${file:UTF-8:/etc/passwd}", "${script:js:1}", "${xml:x}"})
    EXPECT_EQ(value(std::string("C=") + reference, "C"), reference);
  EXPECT_EQ(value("env\\:HOME=x\nC=${env:HOME}", "C"), "x") << "unless it is a name";
}

TEST(Interpolation, names_are_not_interpolated_and_replaced_text_is_looked_at_again) {
  EXPECT_EQ(values("A=1\n${A}=x"), (Entries{{"A", "1"}, {"${A}", "x"}}));
  EXPECT_EQ(value("A=${B\nB=1\nC=${A}}", "C"), "1") << "put together in the second pass";
}

// What no specification says: that a few lines cannot fill the memory or the stack.

TEST(Interpolation, a_billion_laughs_are_not_laughed) {
  std::string text = "L0=lol\n";
  for (int i = 1; i <= 40; ++i)
    text += "L" + std::to_string(i) + "=${L" + std::to_string(i - 1) + "}${L" +
            std::to_string(i - 1) + "}\n";
  const auto result = interpolated(of(text), {});
  EXPECT_EQ(result.log.size(), 2U);
  EXPECT_EQ(result.properties.get("L1"), "${L0}${L0}");
}

TEST(Interpolation, laughs_about_nothing_end_as_well) {
  std::string text = "L0=\n";
  for (int i = 1; i <= 40; ++i)
    text += "L" + std::to_string(i) + "=${L" + std::to_string(i - 1) + "}${L" +
            std::to_string(i - 1) + "}\n";
  EXPECT_EQ(interpolated(of(text), {}).log.size(), 2U);
}

TEST(Interpolation, references_are_followed_to_the_limit_of_the_depth_and_no_further) {
  const auto chain = [](std::size_t length) {
    std::string text = "V0=end\n";
    for (std::size_t i = 1; i <= length; ++i)
      text += "V" + std::to_string(i) + "=${V" + std::to_string(i - 1) + "}\n";
    return text;
  };
  EXPECT_EQ(value(chain(kInterpolationDepthMax), "V" + std::to_string(kInterpolationDepthMax)),
            "end");
  EXPECT_EQ(interpolated(of(chain(kInterpolationDepthMax + 1)), {}).log.size(), 2U);
  EXPECT_EQ(interpolated(of(chain(20'000)), {}).log.size(), 2U);
}

}  // namespace
}  // namespace runtask::properties
