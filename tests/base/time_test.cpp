#include "base/time.h"

#include <gtest/gtest.h>

namespace runtask {
namespace {

using namespace std::chrono_literals;

TEST(Time, durations_are_written_with_units_or_as_seconds) {
  EXPECT_EQ(*parse_duration("90"), 90s);
  EXPECT_EQ(*parse_duration("10m"), 10min);
  EXPECT_EQ(*parse_duration("1h30m"), 90min);
  EXPECT_EQ(*parse_duration("500ms"), 500ms);
  EXPECT_EQ(*parse_duration("2d"), 48h);
  EXPECT_EQ(*parse_duration("0"), 0s);
  for (const auto* bad :
       {"", "-1", "1.5s", "1x", "m", "1h30", "99999999999999999", "40000d", "1 h"})
    EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(Time, durations_are_shown_short) {
  EXPECT_EQ(short_duration(420ms), "0.4s");
  EXPECT_EQ(short_duration(12s), "12s");
  EXPECT_EQ(short_duration(65s), "1m05s");
  EXPECT_EQ(short_duration(2h + 3min), "2h03m");
}

TEST(Time, a_moment_comes_back_from_each_of_its_forms) {
  const WallTime moment(Duration(1769862896789));
  EXPECT_EQ(iso_time(moment), "2026-01-31T12:34:56.789Z");
  EXPECT_EQ(compact_time(moment), "20260131T123456Z");
  EXPECT_EQ(http_date(moment), "Sat, 31 Jan 2026 12:34:56 GMT");
  EXPECT_EQ(*parse_iso_time("2026-01-31T12:34:56.789Z"), moment);
  EXPECT_EQ(*parse_iso_time("2026-01-31T14:34:56.789+02:00"), moment);
  EXPECT_EQ(*parse_iso_time("20260131T123456Z"), moment - 789ms);
  EXPECT_EQ(*parse_http_date("Sat, 31 Jan 2026 12:34:56 GMT"), moment - 789ms);
}

TEST(Time, what_is_no_moment_is_refused) {
  for (const auto* bad : {"", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-31",
                          "2026-01-31T25:00:00Z", "2026-01-31T12:34:56", "x"})
    EXPECT_FALSE(parse_iso_time(bad)) << bad;
  EXPECT_FALSE(parse_http_date("yesterday"));
  EXPECT_FALSE(parse_http_date("Sat, 31 Foo 2026 12:34:56 GMT"));
}

}  // namespace
}  // namespace runtask
