#include "cli/run_conflicts.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace runtask::cli {
namespace {

// What is wrong with the words behind `runtask run`; empty: nothing.
std::string complaint(const std::string& words) {
  auto arguments = *split_words("run " + words);
  const auto parsed = parse_arguments(arguments);
  if (const auto* answer = std::get_if<Answer>(&parsed)) return answer->text;
  const auto checked = check_conflicts(std::get<RunArguments>(std::get<Command>(parsed)));
  if (checked) return {};
  EXPECT_EQ(checked.error().code, Code::kUsage);
  EXPECT_FALSE(checked.error().hint.empty());
  return checked.error().text();
}
std::string direct(const std::string& words) {
  return complaint("--task-definition x " + words);
}

TEST(RunConflicts, flags_that_contradict_each_other_are_both_named) {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"--command a", "--command-json '[\"b\"]'"},
      {"--launch-type FARGATE", "--capacity-provider FARGATE_SPOT"},
      {"--subnet s", "--network-from-service web"},
      {"--launch-type EC2", "--platform-version 1.4.0"},
      {"--launch-type EXTERNAL", "--platform-version 1.4.0"},
      {"--launch-type ec2", "--assign-public-ip"},
      {"--detach", "--timeout 1m"},
      {"--detach", "--retry-on-spot 1"},
      {"--detach", "--report x.json"},
      {"--fail-fast", "--keep-going"},
      {"--no-logs", "--drain 1s"},
      {"--no-logs", "--log-group g"},
      {"--no-logs", "--log-stream-prefix p"},
      {"--no-logs", "--timestamps"},
      {"--local", "--profile p"},
      {"--local", "--insecure-http"},
      {"-e A=1", "--secret A"},
  };
  for (const auto& [one, other] : pairs) {
    for (const auto& words : {one + " " + other, other + " " + one}) {
      const auto text = direct(words);
      for (const auto& flag : {one, other})
        EXPECT_NE(text.find(flag.substr(0, flag.find(' '))), std::string::npos) << words << text;
      EXPECT_NE(text.find("contradict"), std::string::npos) << words;
    }
    EXPECT_EQ(direct(one), "");
    EXPECT_EQ(direct(other), "");
  }
}

TEST(RunConflicts, what_goes_together_is_left_alone) {
  EXPECT_EQ(direct("--detach --fail-fast --order listed"), "");
  EXPECT_EQ(direct("--detach --retry-on-spot 0"), "");
  EXPECT_EQ(direct("--launch-type FARGATE --platform-version 1.4.0 --assign-public-ip --subnet s"),
            "");
  EXPECT_EQ(direct("--network-from-service web --security-group sg --assign-public-ip"), "");
  EXPECT_EQ(direct("-e A=1 -e A=2 --secret B"), "");
  EXPECT_EQ(direct("--plan --detach --only-one --json"), "");
  EXPECT_EQ(complaint("-t app -i web -w migrate --launch-type FARGATE --region eu-west-1"), "");
}

TEST(RunConflicts, all_of_them_are_said_at_once) {
  const auto text = direct("--detach --timeout 1m --no-logs --drain 1s");
  EXPECT_NE(text.find("--timeout"), std::string::npos);
  EXPECT_NE(text.find("--drain"), std::string::npos);
}

TEST(RunConflicts, a_task_is_named_in_one_way_and_whole) {
  for (const auto* names :
       {"-t a", "-i a", "-w a", "-x a", "-y a", "-j a", "-k a", "--environment a", "--segment a",
        "--tenant a", "--product a", "--account a", "--root-dir a", "--blueprint a"}) {
    const auto text = direct(names);
    EXPECT_NE(text.find("two ways"), std::string::npos) << names;
    EXPECT_NE(text.find(std::string(names).substr(0, std::string(names).find(' '))),
              std::string::npos);
    EXPECT_NE(complaint(std::string("--cluster c ") + names).find("two ways"), std::string::npos)
        << names;
  }
  for (const auto* fine : {"--region r", "-c main"})
    EXPECT_EQ(direct(fine), "") << fine;
  for (const auto* none : {"", "--cluster c", "-x a", "-t a -i b", "-w ''", "-w ' '"})
    EXPECT_NE(complaint(none).find("which task?"), std::string::npos) << none;
}

}  // namespace
}  // namespace runtask::cli
