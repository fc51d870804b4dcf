#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "groovy/text_host.h"

namespace runtask::groovy {
namespace {

// tests/golden/groovy/*.groovy: every line `// expect: text` is printed, in order;
// `// expect error: text` ends the program, and names its own line unless the text does.
struct Program {
  std::string source;
  std::string expected;
};

Program read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  Program program{content.str(), {}};
  std::istringstream lines(program.source);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (const auto at = line.find("// expect: "); at != std::string::npos)
      program.expected += line.substr(at + 11) + "\n";
    if (line.ends_with("// expect:")) program.expected += "\n";
    if (const auto at = line.find("// expect error: "); at != std::string::npos) {
      const std::string text = line.substr(at + 17);
      program.expected +=
          "error: " +
          (text.starts_with("line ") ? text : "line " + std::to_string(number) + ": " + text);
    }
  }
  return program;
}

std::vector<std::filesystem::path> programs() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(RUNTASK_SOURCE_DIR "/tests/golden/groovy"))
    if (entry.path().extension() == ".groovy") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST(GoldenPrograms, print_what_they_say) {
  const auto paths = programs();
  ASSERT_GT(paths.size(), 20U);
  for (const auto& path : paths) {
    SCOPED_TRACE(path.filename().string());
    const auto program = read(path);
    EXPECT_EQ(output_of(program.source), program.expected);
  }
}

}  // namespace
}  // namespace runtask::groovy
