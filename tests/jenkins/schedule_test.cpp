#include "jenkins/schedule.h"

#include <gtest/gtest.h>

namespace runtask::jenkins {
namespace {

TEST(Schedule, takes_what_jenkins_takes) {
  for (const auto* text :
       {"", "* * * * *", "H 4 * * *", "H/15 * * * *", "H(0-29)/10 * * * *", "0 0 1,15 * 1-5",
        "45 9-16/2 * * 1-5", "@daily", "@midnight", "  H  4\t* * 7 ", "# none\n\nH 1 * * *",
        "TZ=Europe/London\nH 4 * * *", "*/5 * * * *", "H H(0-7) 1-28/5 * *"})
    EXPECT_TRUE(is_schedule(text)) << text;
}

TEST(Schedule, refuses_wrong_fields_numbers_and_words) {
  for (const auto* text :
       {"x", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *",
        "* * * * 8", "5-1 * * * *", "*/0 * * * *", "H(5) * * * *", "H(0-99) * * * *", "1, * * * *",
        "@often", "H 4 * * MON", "5/2 * * * *", "* * * * *\nTZ=UTC", "-1 * * * *"})
    EXPECT_FALSE(is_schedule(text)) << text;
}

}  // namespace
}  // namespace runtask::jenkins
