#pragma once

#include <cstddef>
#include <cstdint>

// Every bound of the language in one place. A script that meets one ends with an error that names
// it; none of them can be caught by the script.

namespace runtask::groovy {

// Text.
constexpr std::size_t kSourceBytesMax = 1U
                                        << 20U;  // Of one file. The JVM refuses far smaller ones.
constexpr std::size_t kDiagnosticsMax = 100;     // Of one file; then the parser stops.
constexpr int kNestingMax = 200;  // Of brackets, blocks and ${} in the text: the parser recurses.
constexpr int kInheritanceMax = 50;  // Of classes: parents above one.
constexpr int kTreeDepthMax = 1000;  // Of an expression: a + b + c + ... is deep without brackets.

// A build.
struct Limits {
  std::uint64_t steps_max = 2'000'000'000;     // Statements and calls of all branches.
  std::size_t memory_bytes_max = 512U << 20U;  // Of live values.
  std::size_t text_bytes_max = 64U << 20U;     // Of one string.
  int call_depth_max = 2'000;                  // Of closures and methods that call each other.
  std::size_t stack_bytes_max = 5U << 20U;     // Of the machine's stack in one branch.
};

constexpr std::uint64_t kStepsPerCheck = 4'096;       // Between two looks at Host::should_stop().
constexpr std::size_t kThreadStackBytes = 8U << 20U;  // Of a branch's thread.
constexpr std::size_t kBranchesMax = 10'000;          // Of one baton, ended ones included.
constexpr int kPrintedDepthMax = 100;  // Of lists in lists, when printed, compared or hashed.
constexpr int kJsonDepthMax = 100;     // Of JSON that a script reads or writes.
constexpr std::uint32_t kRegexStepsMax = 10'000'000;     // Of backtracking in one match.
constexpr std::uint32_t kRegexHeapKibMax = 64U * 1024U;  // Of memory in one match.

}  // namespace runtask::groovy
