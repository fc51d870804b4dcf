#include "properties/properties.h"

#include <gtest/gtest.h>

namespace runtask::properties {
namespace {

TEST(Properties, a_name_that_comes_again_keeps_its_place_and_gets_the_new_value) {
  Properties all;
  all.set("A", "1");
  all.set("B", "2");
  all.set("A", "3");
  EXPECT_EQ(all.entries(), (std::vector<Properties::Entry>{{"A", "3"}, {"B", "2"}}));
  EXPECT_EQ(all.get("A"), "3");
  EXPECT_EQ(all.get("C"), std::nullopt);
}

}  // namespace
}  // namespace runtask::properties
