#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "groovy/text_host.h"

namespace runtask::groovy {
namespace {

// Programs of the golden tests, changed at random from a seed: the parser and the evaluator must
// come back with a result or an error, whatever they get. The sanitizers' presets look closer.

// RUNTASK_FUZZ_SEEDS=N tries N of them, for minutes or for a night.
unsigned seeds() {
  constexpr unsigned kSeeds = 1'500;
  const char* given = std::getenv("RUNTASK_FUZZ_SEEDS");
  return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : kSeeds;
}

std::vector<std::string> corpus() {
  std::vector<std::string> programs;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(RUNTASK_SOURCE_DIR "/tests/golden/groovy"))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    programs.push_back(content.str());
  }
  return programs;
}

class Mutator {
 public:
  Mutator(unsigned seed, const std::vector<std::string>& programs)
      : random_(seed), programs_(programs) {}

  std::string make() {
    std::string text = programs_[below(programs_.size())];
    // A piece of it, so that many shapes come first in turn.
    const std::size_t from = text.find('\n', below(text.size()));
    if (from != std::string::npos && below(2) == 0) text.erase(0, from + 1);
    for (std::size_t i = 0, count = 1 + below(8); i < count && !text.empty(); ++i)
      change(text);
    return text;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  void change(std::string& text) {
    static constexpr std::string_view kPieces[] = {"(",
                                                   ")",
                                                   "{",
                                                   "}",
                                                   "[",
                                                   "]",
                                                   "\"",
                                                   "'",
                                                   "\"\"\"",
                                                   "'''",
                                                   "${",
                                                   "$",
                                                   "\\",
                                                   "/",
                                                   "$/",
                                                   "\n",
                                                   "->",
                                                   "?:",
                                                   "?.",
                                                   "*.",
                                                   "..",
                                                   "*",
                                                   "**",
                                                   "==~",
                                                   "=~",
                                                   "=",
                                                   "+=",
                                                   "++",
                                                   "def ",
                                                   "return ",
                                                   "new ",
                                                   "try ",
                                                   "catch ",
                                                   "in ",
                                                   "as ",
                                                   "null",
                                                   "this",
                                                   "it",
                                                   "@",
                                                   ";",
                                                   ",",
                                                   ":",
                                                   "0x",
                                                   "1e999",
                                                   "99999999999999999999",
                                                   "\xC3",
                                                   "\0",
                                                   "\xEF\xBB\xBF",
                                                   "case ",
                                                   "class A",
                                                   "class A extends B { ",
                                                   "enum E { ",
                                                   "interface I { ",
                                                   "static ",
                                                   "super.",
                                                   "super(",
                                                   "this(",
                                                   "new A(",
                                                   "synchronized (",
                                                   "switch (",
                                                   "while (true) ",
                                                   ".each { ",
                                                   " * 99999999",
                                                   "[:]",
                                                   "-",
                                                   "!",
                                                   "~/("};
    const std::size_t at = below(text.size() + 1);
    switch (below(5)) {
      case 0:
        text.insert(at, kPieces[below(std::size(kPieces))]);
        return;
      case 1:
        text.erase(at, 1 + below(12));
        return;
      case 2:
        text.insert(at, text.substr(below(text.size()), below(80)));
        return;
      case 3:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        return;
      default: {
        const std::string& other = programs_[below(programs_.size())];
        text.insert(at, other.substr(below(other.size()), below(60)));
      }
    }
  }
  std::mt19937 random_;
  const std::vector<std::string>& programs_;
};

TEST(GroovyFuzz, mutated_programs_end_with_a_result_or_an_error) {
  const auto programs = corpus();
  Limits limits;
  limits.steps_max = 20'000;
  limits.memory_bytes_max = 4U << 20U;
  limits.text_bytes_max = 1U << 20U;
  int runs = 0;
  const unsigned count = seeds();
  for (unsigned seed = 1; seed <= count; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const std::string source = Mutator(seed, programs).make();
    const auto parsed = parse(source, "fuzz");
    for (const auto& error : parsed.errors) {
      ASSERT_LE(error.range.begin, source.size());
      ASSERT_FALSE(render(error, "fuzz", source).empty());
    }
    ASSERT_TRUE(parsed.unit != nullptr || !parsed.errors.empty());
    if (!parsed.can_run()) continue;
    ++runs;
    TextHost host;
    Interpreter interpreter(host, limits);
    const auto result = interpreter.run(parsed.unit);
    ASSERT_TRUE(result || !result.error().message.empty());
    ASSERT_LE(interpreter.steps(), limits.steps_max + 1);
  }
  EXPECT_GT(runs, 50);  // Most are broken; some must still run.
}

}  // namespace
}  // namespace runtask::groovy
