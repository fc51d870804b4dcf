#include "hamlet/messages.h"

#include <gtest/gtest.h>

namespace runtask::hamlet {
namespace {

using Variables = std::map<std::string, std::string>;

Severity automation(Variables variables) {
  return automation_threshold(sys::Environment(std::move(variables)));
}
Severity generation(Variables variables) {
  return generation_threshold(sys::Environment(std::move(variables)));
}

TEST(Messages, a_line_begins_with_its_severity) {
  EXPECT_EQ((Message{Severity::kFatal, "no \\n such"}).line(), "(Fatal) no \\n such");
  EXPECT_EQ((Message{Severity::kTrace, "x"}).line(), "(Trace) x");
  EXPECT_EQ((Message{Severity::kDebug, "x"}).line(), "(Debug) x");
  EXPECT_EQ((Message{Severity::kInfo, ""}).line(), "(Info) ");
  EXPECT_EQ((Message{Severity::kWarn, "x"}).line(), "(Warn) x");
  EXPECT_EQ((Message{Severity::kError, "x"}).line(), "(Error) x");
}

TEST(Messages, only_errors_and_worse_are_for_standard_error) {
  EXPECT_FALSE((Message{Severity::kWarn, ""}).is_for_standard_error());
  EXPECT_TRUE((Message{Severity::kError, ""}).is_for_standard_error());
  EXPECT_TRUE((Message{Severity::kFatal, ""}).is_for_standard_error());
}

TEST(Messages, what_is_below_the_threshold_is_not_said_and_trace_is_below_debug) {
  Messages messages(Severity::kDebug);
  messages.trace("a");
  messages.debug("b");
  messages.fatal("c");
  const auto said = messages.take();
  ASSERT_EQ(said.size(), 2U);
  EXPECT_EQ(said[0].text, "b");
  EXPECT_EQ(said[1].text, "c");
  EXPECT_TRUE(messages.all().empty());
}

TEST(Messages,
     the_threshold_of_the_first_two_scripts_is_the_automation_level_then_debug_then_info) {
  EXPECT_EQ(automation({}), Severity::kInfo);
  EXPECT_EQ(automation({{"AUTOMATION_LOG_LEVEL", "warn"}}), Severity::kWarn);
  EXPECT_EQ(automation({{"AUTOMATION_LOG_LEVEL", "trace"}}), Severity::kTrace);
  EXPECT_EQ(automation({{"GENERATION_LOG_LEVEL", "warn"}}), Severity::kInfo);
  EXPECT_EQ(automation({{"GENERATION_DEBUG", "true"}}), Severity::kDebug);
  EXPECT_EQ(automation({{"GENERATION_DEBUG", ""}}), Severity::kInfo);
  EXPECT_EQ(automation({{"GENERATION_DEBUG", "1"}, {"AUTOMATION_LOG_LEVEL", "error"}}),
            Severity::kError);
  EXPECT_EQ(automation({{"AUTOMATION_LOG_LEVEL", "WARN"}}), Severity::kInfo);
  EXPECT_EQ(automation({{"AUTOMATION_LOG_LEVEL", "loud"}, {"GENERATION_DEBUG", "1"}}),
            Severity::kDebug);
}

TEST(Messages, the_threshold_of_run_task_is_the_generation_level_then_info) {
  EXPECT_EQ(generation({}), Severity::kInfo);
  EXPECT_EQ(generation({{"GENERATION_LOG_LEVEL", "fatal"}}), Severity::kFatal);
  EXPECT_EQ(generation({{"AUTOMATION_LOG_LEVEL", "fatal"}}), Severity::kInfo);
  EXPECT_EQ(generation({{"GENERATION_DEBUG", "true"}}), Severity::kInfo);
  EXPECT_EQ(generation({{"GENERATION_LOG_LEVEL", "loud"}, {"GENERATION_DEBUG", "1"}}),
            Severity::kDebug);
}

}  // namespace
}  // namespace runtask::hamlet
