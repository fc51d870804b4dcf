#include "sys/environment.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace runtask::sys {
namespace {

TEST(Environment, is_a_copy_that_later_changes_do_not_reach) {
  ::setenv("RUNTASK_TEST_ONE", "a=b", 1);
  ::setenv("RUNTASK_TEST_EMPTY", "", 1);
  const auto environment = Environment::of_process();
  ::setenv("RUNTASK_TEST_ONE", "later", 1);
  EXPECT_EQ(environment.get("RUNTASK_TEST_ONE").value_or("?"), "a=b");
  EXPECT_EQ(environment.get("RUNTASK_TEST_EMPTY").value_or("?"), "");
  EXPECT_FALSE(environment.get_non_empty("RUNTASK_TEST_EMPTY"));
  EXPECT_EQ(environment.get_non_empty("RUNTASK_TEST_ONE").value_or("?"), "a=b");
  EXPECT_FALSE(environment.get("RUNTASK_TEST_NONE"));
  ::unsetenv("RUNTASK_TEST_ONE");
  ::unsetenv("RUNTASK_TEST_EMPTY");
}

TEST(Environment, of_names_that_come_twice_the_first_counts_as_for_getenv) {
  char** const before = environ;
  std::string one = "NAME=first";
  std::string two = "NAME=second";
  std::string none = "=odd";
  char* entries[] = {one.data(), two.data(), none.data(), nullptr};
  environ = entries;
  const auto environment = Environment::of_process();
  environ = before;
  EXPECT_EQ(environment.all(), (std::map<std::string, std::string>{{"NAME", "first"}}));
}

}  // namespace
}  // namespace runtask::sys
