#include "jenkins/charset.h"

#include <gtest/gtest.h>

namespace runtask::jenkins {
namespace {

using namespace std::string_literals;

TEST(Charset, reads_and_writes_what_java_has) {
  EXPECT_EQ(decoded("gr\xFCn", "ISO-8859-1"), "grün");
  EXPECT_EQ(encoded("grün", "latin1"), "gr\xFCn");
  EXPECT_EQ(decoded("\x80", "windows-1252"), "€");
  EXPECT_EQ(decoded("\0a\0b"s, "UTF-16"), "ab");
  EXPECT_EQ(decoded("\xFF\xFE"
                    "a\0"s,
                    "utf-16"),
            "a");
  EXPECT_EQ(encoded("a€", "UTF-16"), "\xFE\xFF\0a\x20\xAC"s);
  EXPECT_EQ(encoded("a", "UTF-16LE"), "a\0"s);
}

TEST(Charset, leaves_utf_8_as_it_is) {
  EXPECT_EQ(decoded("gr\xFCn", "UTF-8"), "gr\xFCn");
  EXPECT_EQ(decoded("grün", ""), "grün");
  EXPECT_EQ(encoded("grün", "utf8"), "grün");
}

TEST(Charset, puts_something_in_the_place_of_what_it_has_not) {
  EXPECT_EQ(decoded("a\xFC", "US-ASCII"), "a\xEF\xBF\xBD");
  EXPECT_EQ(decoded("\0a\0"s, "UTF-16BE"), "a\xEF\xBF\xBD");
  EXPECT_EQ(encoded("a€b", "US-ASCII"), "a?b");
  const std::string much(10'000, '\xFC');
  EXPECT_EQ(decoded(much, "ISO-8859-1")->size(), 20'000U);
}

TEST(Charset, knows_no_other_names) {
  for (const auto* name : {"no-such", "UTF-16//IGNORE", "ASCII//TRANSLIT", "a b"}) {
    EXPECT_EQ(decoded("a", name), std::nullopt) << name;
    EXPECT_EQ(encoded("a", name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace runtask::jenkins
