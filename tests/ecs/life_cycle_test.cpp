#include "ecs/life_cycle.h"

#include <gtest/gtest.h>

namespace runtask::ecs {
namespace {

TEST(Status, names_come_back) {
  for (int i = 0; i <= static_cast<int>(Status::kDeleted); ++i) {
    const auto status = static_cast<Status>(i);
    EXPECT_EQ(status_of(name_of(status)), status);
  }
  EXPECT_EQ(name_of(Status::kDeprovisioning), "DEPROVISIONING");
}

TEST(Status, an_unknown_name_counts_as_alive_and_not_yet_running) {
  EXPECT_EQ(status_of("LATER"), Status::kPending);
  EXPECT_EQ(status_of(""), Status::kPending);
}

TEST(Arn, is_taken_apart_and_the_resource_may_hold_colons) {
  const auto arn = parse_arn("arn:aws-cn:ecs:cn-north-1:123456789012:task-definition/f:3");
  ASSERT_TRUE(arn);
  EXPECT_EQ(arn->partition, "aws-cn");
  EXPECT_EQ(arn->service, "ecs");
  EXPECT_EQ(arn->region, "cn-north-1");
  EXPECT_EQ(arn->account, "123456789012");
  EXPECT_EQ(arn->resource, "task-definition/f:3");
}

TEST(Arn, other_text_is_none) {
  for (const char* text : {"", "example", "arn:aws:ecs:eu-west-1",
                           "arn:aws:ecs:r:a:", "urn:aws:ecs:r:a:x", "arn::ecs:r:a:x"})
    EXPECT_FALSE(parse_arn(text)) << text;
}

TEST(LastPart, is_what_stands_behind_the_last_slash) {
  EXPECT_EQ(last_part("arn:aws:ecs:r:a:task/example/0123"), "0123");
  EXPECT_EQ(last_part("arn:aws:ecs:r:a:task/0123"), "0123");
  EXPECT_EQ(last_part("example"), "example");
}

TEST(LogStreamName, is_prefix_container_and_task) {
  EXPECT_EQ(log_stream_name("p", "app", "0123"), "p/app/0123");
  EXPECT_EQ(log_stream_name("", "app", "0123"), "app/0123");
}

}  // namespace
}  // namespace runtask::ecs
