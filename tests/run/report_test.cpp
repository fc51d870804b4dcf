#include "run/report.h"

#include <gtest/gtest.h>

#include "run/outcome.h"

namespace runtask::run {
namespace {

WallTime at(int seconds) {
  return WallTime(std::chrono::seconds(1'769'862'896 + seconds));  // 2026-01-31T12:34:56Z
}

constexpr auto kRun = "20260131-123456-0123abcd";

LaunchOutcome failed() {
  LaunchOutcome launch;
  launch.index = 1;
  launch.name = "manage/2";
  launch.verdict = {VerdictKind::kFailed, 1, "main", "exit code 300 of container main"};
  launch.task_arn = "arn:aws:ecs:eu-west-1:1:task/c/2";
  launch.stop_code = "EssentialContainerExited";
  launch.stopped_reason = "Essential container in task exited";
  launch.containers = {{"main", 300, ""}, {"proxy", {}, "never ran"}};
  launch.started_at = at(0);
  launch.ended_at = at(65);
  launch.log_lines = 2;
  launch.log_notes = {"container proxy has no log configuration: its log is not shown"};
  launch.last_lines = {"a < b & \"c\"", "```"};
  return launch;
}

Outcome outcome() {
  LaunchOutcome good;
  good.name = "manage/1";
  good.verdict = {VerdictKind::kSucceeded, 0, "main", "exit code 0 of container main"};
  good.containers = {{"main", 0, ""}};
  good.started_at = at(0);
  good.ended_at = at(1);
  LaunchOutcome skipped;
  skipped.index = 2;
  skipped.name = "manage/3";
  skipped.verdict = {VerdictKind::kSkipped, 125, "", "not started: another launch failed"};
  Outcome made;
  made.run_id = kRun;
  made.title = "manage:3 on prod";
  made.kind = VerdictKind::kFailed;
  made.exit_code = 1;
  made.started_at = at(0);
  made.ended_at = at(66);
  made.launches = {good, failed(), skipped};
  return made;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto place = text.find(part); place != std::string::npos; place = text.find(part, place + 1))
    ++found;
  return found;
}

TEST(Outcome, as_json_is_one_line_with_exact_codes_and_reads_back_the_same) {
  const auto text = to_json(outcome());
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_TRUE(text.starts_with(R"({"type":"outcome","run":"20260131-123456-0123abcd")")) << text;
  EXPECT_NE(text.find(R"("name":"main","exit_code":300)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("name":"proxy","exit_code":null)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("verdict":"skipped")"), std::string::npos);
  EXPECT_NE(text.find(R"("started_at":"2026-01-31T12:34:56.000Z")"), std::string::npos);
  const auto read = read_outcome(text);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(to_json(*read), text);
}

TEST(Outcome, says_where_each_launch_was) {
  auto placed = outcome();
  auto& launch = placed.launches[1];
  launch.environment = "dev";
  launch.task = "migrate";
  launch.instance = "tenant2";
  launch.account = "acct01";
  launch.region = "eu-west-1";
  launch.cluster = "prod";
  launch.where = "eu-west-1, account acct01, cluster prod";
  const auto text = to_json(placed);
  EXPECT_NE(text.find(R"("environment":"dev","task":"migrate","instance":"tenant2",)"
                      R"("account":"acct01","region":"eu-west-1","cluster":"prod")"),
            std::string::npos)
      << text;
  const auto read = read_outcome(text);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(to_json(*read), text);
  EXPECT_EQ(read->launches[1].instance, "tenant2");
  EXPECT_NE(failure_block(read->launches[1], kRun)
                .find("\n  where           eu-west-1, account acct01, cluster prod\n"),
            std::string::npos);
}

TEST(Outcome, of_an_older_record_is_read) {
  const auto read = read_outcome(
      R"({"type":"outcome","run":"20260131-123456-0123abcd","title":"manage:3 on prod",)"
      R"("verdict":"failed","exit_code":1,"started_at":"2026-01-31T12:34:56.000Z",)"
      R"("ended_at":"2026-01-31T12:36:02.000Z","history_incomplete":false,"launches":[)"
      R"({"launch":1,"name":"manage","verdict":"failed","exit_code":1,"decided_by":"main",)"
      R"("words":"exit code 1 of container main","task_arn":"arn:aws:ecs:eu-west-1:1:task/c/2",)"
      R"("containers":[{"name":"main","exit_code":1}],"log_lines":2}]})");
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->launches.at(0).name, "manage");
  EXPECT_EQ(read->launches.at(0).where, "");
  EXPECT_EQ(table(*read),
            "LAUNCH  STATE   CODE  TIME  REASON\n"
            "manage  failed  1     -     exit code 1 of container main");
}

TEST(Outcome, that_is_not_one_is_an_error) {
  for (const auto* text : {"", "[]", "{}", R"({"type":"outcome"})", "{\"type\":7"})
    EXPECT_FALSE(read_outcome(text)) << text;
}

TEST(Report, the_table_has_a_line_per_launch_with_the_containers_own_code) {
  EXPECT_EQ(table(outcome()),
            "LAUNCH    STATE      CODE  TIME   REASON\n"
            "manage/1  succeeded  0     1.0s\n"
            "manage/2  failed     300   1m05s  exit code 300 of container main\n"
            "manage/3  skipped    -     -      not started: another launch failed");
}

TEST(Report, names_the_other_codes_of_a_launch_that_succeeded_in_every_form) {
  auto made = outcome();
  auto& containers = made.launches[0].containers;
  containers = {{"main", 0, "", true},
                {"proxy", 143, "", true},
                {"log", 137, "OutOfMemoryError:\nkilled", false},
                {"trace", {}, "", false}};
  const std::string codes = "proxy 143, log 137 (OutOfMemoryError: killed), trace no exit code";
  EXPECT_NE(table(made).find("manage/1  succeeded  0     1.0s   " + codes + "\n"),
            std::string::npos)
      << table(made);
  EXPECT_NE(to_markdown(made).find("| 1.0s | " + codes + " |\n"), std::string::npos);
  EXPECT_NE(
      to_junit(made).find("<system-out>other exit codes: " + codes + "</system-out></testcase>"),
      std::string::npos)
      << to_junit(made);
  containers = {{"main", 0, ""}, {"proxy", 3, ""}};
  EXPECT_NE(table(made).find("proxy 3; it is not known which are essential"), std::string::npos);
}

TEST(Report, the_failure_block_says_everything_that_is_known) {
  EXPECT_EQ(failure_block(failed(), kRun),
            "manage/2: failed: exit code 300 of container main\n"
            "  task            arn:aws:ecs:eu-west-1:1:task/c/2\n"
            "  stop code       EssentialContainerExited\n"
            "  stopped reason  Essential container in task exited\n"
            "  container       main: exit code 300\n"
            "  container       proxy: no exit code, never ran\n"
            "  log             container proxy has no log configuration: its log is not shown\n"
            "  last log lines:\n"
            "    | a < b & \"c\"\n"
            "    | ```\n"
            "  likely cause    the program in container main ended with an error of its own\n"
            "  next step       its last log lines say what it was");
}

TEST(Report, there_is_no_failure_block_for_what_did_not_fail) {
  for (const auto kind : {VerdictKind::kSucceeded, VerdictKind::kSkipped, VerdictKind::kDetached}) {
    auto launch = failed();
    launch.verdict.kind = kind;
    EXPECT_EQ(failure_block(launch, kRun), "");
  }
}

TEST(Report, junit_counts_and_escapes) {
  const auto xml = to_junit(outcome());
  EXPECT_NE(xml.find("tests=\"3\" failures=\"1\" skipped=\"1\""), std::string::npos) << xml;
  EXPECT_NE(xml.find("time=\"65.000\""), std::string::npos) << xml;
  EXPECT_NE(xml.find("a &lt; b &amp; &quot;c&quot;"), std::string::npos) << xml;
  EXPECT_EQ(count(xml, "<testcase "), 3U);
  EXPECT_EQ(count(xml, "</testcase>"), 3U);
  EXPECT_EQ(count(xml, "<failure "), 1U);
}

TEST(Report, a_log_of_a_launch_that_succeeded_says_in_every_form_that_lines_may_be_missing) {
  auto made = outcome();
  made.launches[0].log_notes = {"the log of container a<b was not read to its end", "two\nlines"};
  EXPECT_EQ(log_words(made.launches[0]),
            "the log of container a<b was not read to its end\ntwo lines");
  EXPECT_NE(to_junit(made).find("<system-err>the log of container a&lt;b was not read to its "
                                "end\ntwo lines</system-err></testcase>"),
            std::string::npos)
      << to_junit(made);
  EXPECT_NE(to_markdown(made).find("\n```\nmanage/1:\nthe log of container a<b was not read to its "
                                   "end\ntwo lines\n```\n"),
            std::string::npos)
      << to_markdown(made);
  // The failure block says it.
  EXPECT_EQ(log_words(made.launches[1]), "");
}

TEST(Report, names_tasks_that_nobody_asked_for_in_every_form) {
  EXPECT_FALSE(is_left_running(outcome()));
  EXPECT_EQ(surplus_words(outcome()), "");
  auto made = outcome();
  made.surplus_tasks = {"arn/7"};
  const auto read = read_outcome(to_json(made));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_TRUE(is_left_running(*read));
  const std::string words =
      "a task that was not asked for may still run: arn/7\nto stop it: runtask runs stop " +
      made.run_id;
  EXPECT_EQ(surplus_words(*read), words);
  EXPECT_NE(to_markdown(*read).find(words), std::string::npos);
  made.is_recorded = false;  // Then no command can.
  EXPECT_TRUE(surplus_words(made).ends_with("\nstop it in the cluster"));
  EXPECT_NE(to_junit(*read).find("  <system-err>" + words + "</system-err>\n</testsuite>"),
            std::string::npos);
}

TEST(Report, junit_stays_xml_whatever_a_task_prints) {
  auto nasty = outcome();
  nasty.launches[1].last_lines = {std::string("\x1b[31mred\x1b[0m \x00 ]]> \xff", 20),
                                  "\xef\xbf\xbf\xef\xbf\xbe"};
  const auto xml = to_junit(nasty);
  for (const char c : xml)
    ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t');
  EXPECT_EQ(xml.find("\xef\xbf\xbf"), std::string::npos);
  EXPECT_EQ(xml.find("\xef\xbf\xbe"), std::string::npos);
  EXPECT_EQ(xml.find('\xff'), std::string::npos);
}

TEST(Report, markdown_survives_pipes_and_fences) {
  auto nasty = outcome();
  nasty.launches[1].verdict.words = "a | b\nc";
  const auto text = to_markdown(nasty);
  EXPECT_NE(text.find("| manage/2 | failed | 300 | 1m05s | a \\| b c |"), std::string::npos)
      << text;
  EXPECT_EQ(count(text, "\n````\n"), 2U) << text;  // Longer than the fence in the log.
}

TEST(Report, reasons_of_several_lines_stay_in_their_row_and_line) {
  auto broken = outcome();
  auto& launch = broken.launches[1];
  launch.verdict.words = "CannotPull:\nno such image";
  launch.stopped_reason = "first\nsecond";
  EXPECT_EQ(count(table(broken), "\n"), 3U) << table(broken);
  const auto block = failure_block(launch, kRun);
  EXPECT_NE(block.find("failed: CannotPull: no such image\n"), std::string::npos) << block;
  EXPECT_NE(block.find("  stopped reason  first second\n"), std::string::npos) << block;
}

}  // namespace
}  // namespace runtask::run
