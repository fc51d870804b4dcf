#include "cli/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runtask::cli {
namespace {

using testing::ElementsAre;

hamlet::Selector selected(const Selection& selection, Absent absent,
                          std::map<std::string, std::string> variables = {}) {
  const auto selector = selector_of(selection, sys::Environment(std::move(variables)), absent);
  EXPECT_TRUE(selector) << selector.error().text();
  return selector ? *selector : hamlet::Selector{};
}

TEST(Selection, for_a_run_what_is_not_given_is_the_unnamed_one) {
  const auto any = selected({}, Absent::kAny);
  EXPECT_TRUE(any.instances.empty());
  EXPECT_FALSE(any.version);
  EXPECT_FALSE(any.component_instance);
  const auto unnamed = selected({}, Absent::kUnnamed);
  EXPECT_THAT(unnamed.instances, ElementsAre(""));
  EXPECT_EQ(unnamed.version, "");
  EXPECT_EQ(unnamed.component_instance, "");
  EXPECT_EQ(unnamed.component_version, "");
}

TEST(Selection, all_instances_are_all_their_versions_unless_one_is_asked_for) {
  Selection selection;
  selection.instances = "*";
  EXPECT_FALSE(selected(selection, Absent::kUnnamed).version);
  selection.task_version = "v1";
  EXPECT_EQ(selected(selection, Absent::kUnnamed).version, "v1");
}

TEST(Selection, comma_lists_come_apart_without_their_blanks) {
  Selection selection;
  selection.tasks = "migrate, seed,";
  selection.instances = "a, ,b";
  const auto selector = selected(selection, Absent::kUnnamed);
  EXPECT_THAT(selector.tasks, ElementsAre("migrate", "seed"));
  EXPECT_THAT(selector.instances, ElementsAre("a", "", "b"));
}

TEST(Selection, a_repeated_task_counts_once) {
  Selection selection;
  selection.tasks = "migrate,seed, migrate";
  EXPECT_THAT(selected(selection, Absent::kUnnamed).tasks, ElementsAre("migrate", "seed"));
}

TEST(Selection, the_flag_beats_the_variable_also_when_it_is_empty) {
  Selection selection;
  EXPECT_THAT(selected(selection, Absent::kAny, {{"TASK_INSTANCE", "a,b"}}).instances,
              ElementsAre("a", "b"));
  selection.instances = "";
  EXPECT_THAT(selected(selection, Absent::kAny, {{"TASK_INSTANCE", "a,b"}}).instances,
              ElementsAre(""));
}

TEST(Selection, the_text_null_is_a_parameter_that_nobody_set) {
  Selection selection;
  for (const char* instances : {"null", "a,null"}) {
    selection.instances = instances;
    const auto selector = selector_of(selection, sys::Environment({}), Absent::kAny);
    ASSERT_FALSE(selector);
    EXPECT_EQ(selector.error().code, Code::kUsage);
  }
}

}  // namespace
}  // namespace runtask::cli
