#include "run/log_position.h"

#include <gtest/gtest.h>

namespace runtask::run {
namespace {

TEST(LogPosition, is_read_as_it_was_written) {
  const LogPosition position{"p/main/\"1\"", "f/36 \xc3\xa4", 12'345'678'901, 7, true};
  const auto read = read_log_position(to_json(position));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->stream, position.stream);
  EXPECT_EQ(read->token, position.token);
  EXPECT_EQ(read->lines, position.lines);
  EXPECT_EQ(read->is_cut, position.is_cut);
}

TEST(LogPosition, what_is_none_is_an_error_and_not_a_beginning) {
  for (const auto* text : {"", "null", "\"f/1\"", "[]", R"({"stream":"s"})",
                           R"({"stream":"s","token":"t","lines":-1})", R"({"stream":1})"})
    EXPECT_FALSE(read_log_position(text)) << text;
}

}  // namespace
}  // namespace runtask::run
