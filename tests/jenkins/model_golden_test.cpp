#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "jenkins/check.h"

namespace runtask::jenkins {
namespace {

// tests/golden/jenkins/model/*.Jenkinsfile: a line that ends with `// error: message` has that
// mistake, and no line has any other; `// error: message -- label` says what is beside the caret
// too; `// warning:` and `// unsupported:` likewise. Several on one line stand one after the other.
std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

std::vector<std::filesystem::path> files_in(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(RUNTASK_SOURCE_DIR "/tests/golden/jenkins/" + folder))
    if (entry.path().extension() == ".Jenkinsfile") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

struct Expected {
  std::string kind;  // "error", "warning" or "unsupported"
  std::size_t line;
  std::string message;
  std::string label;
};

std::vector<Expected> expected_in(const std::string& source) {
  std::vector<Expected> all;
  std::istringstream lines(source);
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    for (std::size_t at = line.find("// "); at != std::string::npos;) {
      const std::size_t next = line.find(" // ", at + 1);
      std::string note = line.substr(at + 3, next == std::string::npos ? next : next - at - 3);
      at = next == std::string::npos ? next : next + 1;
      const auto colon = note.find(": ");
      if (colon == std::string::npos) continue;
      Expected expected{note.substr(0, colon), number, note.substr(colon + 2), {}};
      if (expected.kind != "error" && expected.kind != "warning" && expected.kind != "unsupported")
        continue;
      if (const auto dash = expected.message.find(" -- "); dash != std::string::npos) {
        expected.label = expected.message.substr(dash + 4);
        expected.message.resize(dash);
      }
      all.push_back(std::move(expected));
    }
  }
  return all;
}

std::string shown(const Expected& expected) {
  return expected.kind + " " + std::to_string(expected.line) + ": " + expected.message +
         (expected.label.empty() ? "" : " -- " + expected.label);
}

std::string of_the_file(const std::vector<Expected>& all, const std::string& kind) {
  std::string text;
  for (const auto& expected : all)
    if (expected.kind == kind) text += shown(expected) + "\n";
  return text;
}

// The same for what was found; labels where the file names one.
std::string found(const std::vector<Diagnostic>& diagnostics, const std::string& source,
                  const std::vector<Expected>& all, const std::string& kind) {
  std::string text;
  for (const auto& diagnostic : diagnostics) {
    Expected one{kind, position_of(source, diagnostic.range.begin).line, diagnostic.message, {}};
    for (const auto& expected : all)
      if (expected.line == one.line && expected.message == one.message && !expected.label.empty())
        one.label = diagnostic.label;
    text += shown(one) + "\n";
  }
  return text;
}

TEST(ModelGolden, every_file_has_the_mistakes_that_it_names_and_no_others) {
  const auto paths = files_in("model");
  ASSERT_GT(paths.size(), 40U);
  for (const auto& path : paths) {
    SCOPED_TRACE(path.filename().string());
    const std::string source = read(path);
    const auto checked = check(source, "Jenkinsfile");
    const auto expected = expected_in(source);
    EXPECT_EQ(found(checked.errors, source, expected, "error"), of_the_file(expected, "error"));
    EXPECT_EQ(found(checked.unsupported, source, expected, "unsupported"),
              of_the_file(expected, "unsupported"));
    EXPECT_EQ(found(checked.warnings, source, expected, "warning"),
              of_the_file(expected, "warning"));
    EXPECT_EQ(checked.pipeline.has_value(), checked.errors.empty() && !checked.is_scripted);
  }
}

TEST(ModelGolden, the_pipeline_of_the_documentation_is_accepted_with_and_without_placeholders) {
  for (const auto& path : files_in("")) {
    SCOPED_TRACE(path.filename().string());
    const auto checked = check(read(path), "Jenkinsfile");
    EXPECT_TRUE(checked.can_run()) << checked.report();
    EXPECT_EQ(checked.warnings_report(), "");
    ASSERT_TRUE(checked.pipeline.has_value());
    EXPECT_EQ(checked.pipeline->stages.size(), 2U);
    EXPECT_EQ(checked.pipeline->options.size(), 5U);
    EXPECT_EQ(checked.pipeline->parameters.size(), 3U);
  }
}

}  // namespace
}  // namespace runtask::jenkins
