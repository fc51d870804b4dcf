#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "jenkins/check.h"
#include "jenkins/parameters.h"
#include "sim/sim_random.h"

// Jenkinsfiles with bytes, lines and pieces of each other lost, doubled and swapped: whatever comes
// out, the checks end, and every mistake lies within the text.

namespace runtask::jenkins {
namespace {

constexpr unsigned kRounds = 1'500;

std::vector<std::string> corpus() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           RUNTASK_SOURCE_DIR "/tests/golden/jenkins/model")) {
    if (entry.path().extension() != ".Jenkinsfile") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    files.push_back(content.str());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::size_t below(sim::SimRandom& random, std::size_t bound) {
  return bound == 0 ? 0 : random.below(static_cast<unsigned>(bound));
}

std::string mutated(std::string text, const std::vector<std::string>& files,
                    sim::SimRandom& random) {
  static const std::string kBytes("{}()[]'\"`$,;:=.\\/\n\r\0 \xff", 23);
  const std::size_t changes = 1 + below(random, 6);
  for (std::size_t i = 0; i < changes; ++i) {
    const std::size_t at = below(random, text.size());
    const std::size_t length = below(random, 30);
    switch (below(random, 6)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, 1, kBytes[below(random, kBytes.size())]);
        break;
      case 2:
        text.insert(at, text.substr(below(random, text.size()), length));
        break;
      case 3: {
        const auto& other = files[below(random, files.size())];
        text.insert(at, other.substr(below(random, other.size()), length * 4));
        break;
      }
      case 4: {  // A line less.
        const std::size_t begin = text.find('\n', at);
        if (begin == std::string::npos) break;
        text.erase(begin, text.find('\n', begin + 1) - begin);
        break;
      }
      default:
        if (!text.empty()) text[at] = kBytes[below(random, kBytes.size())];
        break;
    }
  }
  return text;
}

TEST(ModelFuzz, a_damaged_file_gets_mistakes_within_its_text_and_never_a_crash) {
  const auto files = corpus();
  ASSERT_FALSE(files.empty());
  sim::SimRandom random(20261124);
  unsigned accepted = 0;
  for (unsigned round = 0; round < kRounds; ++round) {
    const auto text = mutated(files[below(random, files.size())], files, random);
    const auto checked = check(text, "Jenkinsfile");
    for (const auto* list : {&checked.errors, &checked.warnings, &checked.unsupported})
      for (const auto& each : *list) {
        EXPECT_LE(each.range.begin, each.range.end);
        EXPECT_LE(each.range.end, text.size() + 1) << each.message;
        EXPECT_FALSE(each.message.empty());
        EXPECT_EQ(each.message.find('\n'), std::string::npos) << each.message;
      }
    EXPECT_EQ(checked.errors.empty() || !checked.pipeline, true);
    (void)checked.report();
    if (!checked.pipeline) continue;
    ++accepted;
    const auto definitions = parameters_of(checked.pipeline->parameters, *checked.unit);
    (void)resolve_parameters(definitions, {{"A", "x"}}, true, nullptr);
  }
  EXPECT_GT(accepted, 0U);
}

TEST(ModelFuzz, a_file_nested_deeper_than_the_parser_goes_is_a_mistake) {
  std::string text = "pipeline { agent any\n stages { stage('a') { steps { ";
  for (int i = 0; i < 10'000; ++i)
    text += "dir('a') { ";
  EXPECT_FALSE(check(text, "Jenkinsfile").can_run());
  std::string when = "pipeline { agent any\n stages { stage('a') { when { ";
  for (int i = 0; i < 60; ++i)
    when += "not { ";
  when += "branch 'x' " + std::string(60, '}') + "}; steps { echo 'x' } } } }";
  EXPECT_TRUE(check(when, "Jenkinsfile").can_run()) << check(when, "Jenkinsfile").report();
}

}  // namespace
}  // namespace runtask::jenkins
