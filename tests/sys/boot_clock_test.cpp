#include "sys/boot_clock.h"

#include <gtest/gtest.h>

namespace runtask::sys {
namespace {

TEST(BootClock, has_one_name_for_a_boot_and_does_not_go_back) {
  SystemFiles files;
  const auto before = boot_time(files);
  const auto after = boot_time(files);
  EXPECT_FALSE(before.boot.empty());
  EXPECT_EQ(before.boot.find('\n'), std::string::npos);
  EXPECT_EQ(after.boot, before.boot);
  EXPECT_GT(before.up, Duration(0));
  EXPECT_GE(after.up, before.up);
}

}  // namespace
}  // namespace runtask::sys
