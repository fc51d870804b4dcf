#include "sim/log_reader_fixture.h"

namespace runtask::run {
namespace {

// The embedded endpoint may end just after it has shown the task STOPPED.
TEST_F(RunLogReader, a_server_that_is_gone_is_told_of_and_its_last_lines_are_read_when_it_is_back) {
  make_plan_of(1);
  const auto it = reader();
  it->follow(0, arn(0));
  logs_.write(stream(0), "first");
  loop_.run_for(5s);
  EXPECT_EQ(unreachable_, 0);
  logs_.is_gone = true;
  logs_.write(stream(0), "last");
  it->drain(0, "");
  loop_.run_for(5s);
  EXPECT_GT(unreachable_, 0);
  EXPECT_TRUE(drained_.empty());
  logs_.is_gone = false;
  loop_.run_for(30s);
  EXPECT_EQ(drained_.size(), 1U);
  EXPECT_EQ((notebook_.lines[{0, "main"}]), logs_.lines_of(stream(0)));
  EXPECT_TRUE(it->log_of(0).notes.empty());
}

TEST_F(RunLogReader, the_first_line_of_every_task_is_told_once_also_to_another_process) {
  make_plan_of(2);
  {
    const auto first = reader();
    first->follow(0, arn(0));
    first->follow(1, arn(1));
    loop_.run_for(5s);
    EXPECT_TRUE(first_lines_.empty());
    logs_.write(stream(0), "one");
    logs_.write(stream(0), "two");
    loop_.run_for(5s);
    logs_.write(stream(0), "three");
    loop_.run_for(5s);
    EXPECT_EQ(first_lines_, std::vector<int>{0});
    first->follow(0, arn(2));
    loop_.run_for(5s);
    EXPECT_EQ(first_lines_, std::vector<int>{0});
    logs_.write(stream(2), "of the next task");
    loop_.run_for(5s);
    EXPECT_EQ(first_lines_, (std::vector<int>{0, 0}));
  }  // It is killed.
  const auto second = reader();
  ASSERT_TRUE(second->restore());
  second->follow(0, arn(2));
  second->follow(1, arn(1));
  loop_.run_for(5s);
  EXPECT_EQ(first_lines_, (std::vector<int>{0, 0, 0}));
}

TEST_F(RunLogReader, another_process_goes_on_behind_the_last_line_and_counts_on) {
  make_plan_of(2);
  {
    const auto first = reader();
    first->follow(0, arn(0));
    first->follow(1, arn(1));
    for (int i = 0; i < 25; ++i)
      logs_.write(stream(0), "line " + std::to_string(i));
    loop_.run_for(10s);
    EXPECT_EQ(first->log_of(0).lines, 25U);
  }  // It is killed.
  logs_.write(stream(0), "between");
  logs_.write(stream(1), "the first of the other");
  loop_.run_for(1min);
  const auto second = reader();
  ASSERT_TRUE(second->restore());
  EXPECT_EQ(second->log_of(0).lines, 25U);
  ASSERT_EQ(second->log_of(0).last_lines.size(), kLastLinesMax);
  EXPECT_EQ(second->log_of(0).last_lines.front(), "line 5");
  second->follow(0, arn(0));
  second->follow(1, arn(1));
  logs_.write(stream(0), "after");
  second->drain(0, "");
  second->drain(1, "");
  loop_.run_for(1min);
  EXPECT_EQ(drained_.size(), 2U);
  EXPECT_EQ((notebook_.lines[{0, "main"}]), logs_.lines_of(stream(0)));
  EXPECT_EQ((notebook_.lines[{1, "main"}]), logs_.lines_of(stream(1)));
  EXPECT_EQ(second->log_of(0).lines, 27U);
  EXPECT_EQ(second->log_of(0).last_lines.back(), "after");
}

TEST_F(RunLogReader, a_position_that_the_server_has_forgotten_costs_no_line_and_doubles_none) {
  make_plan_of(1);
  {
    const auto first = reader();
    first->follow(0, arn(0));
    for (int i = 0; i < 7; ++i)
      logs_.write(stream(0), "line " + std::to_string(i));
    loop_.run_for(10s);
  }
  logs_.dead_tokens.insert("f/7");
  logs_.page_max = 3;
  logs_.write(stream(0), "after a day");
  const auto second = reader();
  ASSERT_TRUE(second->restore());
  second->follow(0, arn(0));
  second->drain(0, "");
  loop_.run_for(1min);
  EXPECT_EQ(drained_.size(), 1U);
  EXPECT_EQ((notebook_.lines[{0, "main"}]), logs_.lines_of(stream(0)));
  EXPECT_EQ(second->log_of(0).lines, 8U);
  EXPECT_TRUE(second->log_of(0).notes.empty());
}

TEST_F(RunLogReader, a_log_that_could_not_be_read_to_its_end_says_so_in_the_notes) {
  make_plan_of(1);
  const auto one = reader();
  one->follow(0, arn(0));
  logs_.write(stream(0), "line");
  loop_.run_for(10s);
  logs_.dead_tokens.insert("f/1");
  one->drain(0, "");
  loop_.run_for(2min);
  EXPECT_EQ(drained_.size(), 1U);
  ASSERT_EQ(one->log_of(0).notes.size(), 1U);
  EXPECT_EQ(one->log_of(0).notes[0],
            "the log of container main was not read to its end: InvalidParameterException");
  EXPECT_EQ(notebook_.messages, one->log_of(0).notes);
}

TEST_F(RunLogReader, a_log_whose_empty_pages_have_no_end_is_given_up_and_that_is_said) {
  make_plan_of(2);
  const auto one = reader();
  for (int i = 0; i < 2; ++i) {
    one->follow(i, arn(i));
    logs_.write(stream(i), "line");
  }
  logs_.endless.insert(stream(1));
  loop_.run_for(10min);
  // In a row at first, then as often as one that has nothing new, with those of the other stream.
  EXPECT_LE(logs_.gets_of[stream(1)], kEmptyPagesQuickMax + 10 + 10min / pace_.longest);
  for (int i = 0; i < 2; ++i)
    one->drain(i, "");
  loop_.run_for(pace_.drain + kDrainSilent - 1s);
  EXPECT_EQ(drained_.size(), 1U);
  EXPECT_TRUE(notebook_.messages.empty());
  loop_.run_for(2s);
  EXPECT_EQ(drained_.size(), 2U);
  EXPECT_TRUE(one->log_of(0).notes.empty());
  const std::string words =
      "the log of container main was not read to its end: its pages had no line and no end for "
      "1m00s";
  EXPECT_EQ(one->log_of(1).notes, std::vector<std::string>{words});
  EXPECT_EQ(notebook_.messages, std::vector<std::string>{"job-1: " + words});
  EXPECT_EQ(one->log_of(1).lines, 1U);
  const int gets = logs_.gets;
  loop_.run_for(1h);
  EXPECT_EQ(logs_.gets, gets);
}

TEST_F(RunLogReader, a_server_whose_tokens_stay_doubles_no_line_and_in_no_other_process) {
  make_plan_of(1);
  logs_.stuck.insert(stream(0));
  std::uint64_t lines = 0;
  for (const bool is_restored : {false, true}) {
    const auto it = reader();
    if (is_restored) {
      ASSERT_TRUE(it->restore());
    }
    it->follow(0, arn(0));
    for (const char* line : {"one", "one", "two"}) {
      logs_.write(stream(0), line);
      loop_.run_for(5s);
    }
    if (is_restored) it->drain(0, "");
    loop_.run_for(pace_.drain + 5s);
    lines = it->log_of(0).lines;
  }
  EXPECT_EQ(drained_.size(), 1U);
  EXPECT_EQ((notebook_.lines[{0, "main"}]), logs_.lines_of(stream(0)));
  EXPECT_EQ(lines, 6U);
}

TEST_F(RunLogReader, a_stream_without_prefix_is_read_once_its_container_has_a_runtime_id) {
  make_plan_of(2);
  plan_.parts[0].logs[0] = {"main", "/g", "", "", "", true};
  plan_.parts[0].logs.push_back({"side", "/g", "", "", "", true});
  const auto name_both = [](LogReader& it) {
    it.name(0, "main", "ab12");
    it.name(0, "main", "ab12");  // The same again changes nothing.
    it.name(0, "side", "cd34");
  };
  {
    const auto first = reader();
    first->begin();
    first->follow(0, arn(0));
    logs_.write("ab12", "first");
    loop_.run_for(10s);
    EXPECT_EQ(logs_.gets, 0);
    name_both(*first);
    loop_.run_for(10s);
    EXPECT_EQ((notebook_.lines[{0, "main"}]), std::vector<std::string>{"first"});
  }  // It is killed.
  const auto second = reader();
  ASSERT_TRUE(second->restore());
  second->follow(0, arn(0));
  second->follow(1, arn(1));
  name_both(*second);
  logs_.write("ab12", "last");
  logs_.write("cd34", "beside");
  for (int i = 0; i < 2; ++i)
    second->drain(i, "");
  loop_.run_for(1min);
  EXPECT_EQ(drained_.size(), 2U);
  EXPECT_EQ((notebook_.lines[{0, "main"}]), logs_.lines_of("ab12"));
  EXPECT_EQ((notebook_.lines[{0, "side"}]), logs_.lines_of("cd34"));
  EXPECT_TRUE(second->log_of(0).notes.empty());
  // The other task never came so far.
  second->end(0, {VerdictKind::kSucceeded, 0, {}, {}});
  second->end(1, {VerdictKind::kNeverStarted, kExitCouldNotRun, {}, {}});
  EXPECT_TRUE(second->log_of(0).notes.empty());
  ASSERT_EQ(second->log_of(1).notes.size(), 2U);
  EXPECT_NE(second->log_of(1).notes[0].find("the name of its log stream is not known"),
            std::string::npos);
  EXPECT_TRUE(notebook_.messages.empty());
  second->end(1, {VerdictKind::kFailed, 1, {}, {}});
  EXPECT_EQ(notebook_.messages.size(), 2U);
}

TEST_F(RunLogReader, a_container_whose_group_is_in_another_region_is_read_there) {
  make_plan_of(1);
  plan_.parts[0].logs[0].region = "eu-central-1";
  plan_.parts[0].logs.push_back({"side", "/g", "p", "", "eu-west-1", false});
  elsewhere_.write(stream(0), "there");
  logs_.write(stream(0), "another task's");
  logs_.write("p/side/0", "here");
  const auto one = reader();
  one->follow(0, arn(0));
  one->drain(0, "");
  loop_.run_for(1min);
  EXPECT_EQ(drained_.size(), 1U);
  EXPECT_EQ((notebook_.lines[{0, "main"}]), std::vector<std::string>{"there"});
  EXPECT_EQ((notebook_.lines[{0, "side"}]), std::vector<std::string>{"here"});
}

TEST_F(RunLogReader, a_region_that_is_none_is_said_once_and_the_target_s_own_is_read) {
  make_plan_of(2);
  plan_.parts[0].logs[0].region = "nowhere";
  for (int i = 0; i < 2; ++i)
    logs_.write(stream(i), "here");
  const auto one = reader();
  for (int i = 0; i < 2; ++i)
    one->follow(i, arn(i));
  one->follow(0, arn(2));  // Its next task.
  for (int i = 0; i < 2; ++i)
    one->drain(i, "");
  loop_.run_for(1min);
  const std::vector<std::string> words = {
      "the log of container main is looked for in eu-west-1: `nowhere` is no region"};
  EXPECT_EQ(notebook_.messages, words);
  EXPECT_EQ(one->log_of(0).notes, words);
  EXPECT_EQ(one->log_of(1).notes, words);
  EXPECT_EQ((notebook_.lines[{1, "main"}]), std::vector<std::string>{"here"});
}

TEST_F(RunLogReader, a_launch_with_another_task_is_read_from_its_head_and_the_counts_go_on) {
  make_plan_of(1);
  const auto one = reader();
  one->follow(0, arn(0));
  logs_.write(stream(0), "first attempt");
  one->drain(0, "");
  loop_.run_for(1min);
  EXPECT_EQ(drained_.size(), 1U);
  drained_.clear();
  one->follow(0, arn(7));
  one->follow(0, arn(7));  // The same again changes nothing.
  logs_.write(stream(0), "too late");
  logs_.write(stream(7), "second attempt");
  loop_.run_for(1min);
  EXPECT_TRUE(drained_.empty());
  one->drain(0, "");
  loop_.run_for(1min);
  EXPECT_EQ(drained_.size(), 1U);
  EXPECT_EQ((notebook_.lines[{0, "main"}]),
            (std::vector<std::string>{"first attempt", "second attempt"}));
  EXPECT_EQ(one->log_of(0).lines, 2U);
  EXPECT_EQ(one->log_of(0).last_lines, std::deque<std::string>{"second attempt"});
  // So they are for another process.
  const auto two = reader();
  ASSERT_TRUE(two->restore());
  two->follow(0, arn(7));
  EXPECT_EQ(two->log_of(0).lines, 2U);
  EXPECT_EQ(two->log_of(0).last_lines, std::deque<std::string>{"second attempt"});
}

TEST_F(RunLogReader, a_reader_that_is_gone_says_nothing_more) {
  make_plan_of(1);
  {
    const auto one = reader();
    one->follow(0, arn(0));
    logs_.write(stream(0), "line");
    one->drain(0, "");
    loop_.run_for(10ms);
  }
  loop_.run_for(1min);
  EXPECT_TRUE(drained_.empty());
  EXPECT_TRUE(notebook_.lines.empty());
}

TEST_F(RunLogReader, what_a_task_that_may_still_run_writes_later_is_said_to_be_missing) {
  make_plan_of(2);
  const auto one = reader();
  for (int i = 0; i < 2; ++i) {
    one->follow(i, arn(i));
    one->drain(i, "");
  }
  loop_.run_for(1min);
  one->end(0, {VerdictKind::kUnknown, kExitCouldNotRun, {}, {}, true});
  one->end(1, {VerdictKind::kUnknown, kExitCouldNotRun, {}, {}, false});
  ASSERT_EQ(one->log_of(0).notes.size(), 1U);
  EXPECT_NE(one->log_of(0).notes[0].find("may still run"), std::string::npos);
  EXPECT_EQ(notebook_.messages.size(), 1U);
  EXPECT_TRUE(one->log_of(1).notes.empty());
}

TEST_F(RunLogReader, of_a_launch_that_has_ended_nothing_is_read_any_more) {
  make_plan_of(1);
  const auto one = reader();
  one->follow(0, arn(0));
  loop_.run_for(10ms);
  one->end(0, {VerdictKind::kInterrupted, kExitInterrupted, {}, {}});
  EXPECT_EQ(one->log_of(0).notes.size(), 1U);
  logs_.write(stream(0), "line");
  loop_.run_for(1h);
  EXPECT_TRUE(notebook_.lines.empty());
  EXPECT_EQ(logs_.gets, 1);
}

}  // namespace
}  // namespace runtask::run
