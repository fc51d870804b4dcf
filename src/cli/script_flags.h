#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

// The flags of hamlet's scripts (setContext.sh, constructTree.sh, runTask.sh), read as the shell's
// getopts reads them, because drop-ins must take the words that the scripts took: letters in
// clusters (-ab), values in the same word or the next one (-xVALUE, -x VALUE, also when that next
// word looks like a flag), and an end at the first word that is no flag or at `--`. A flag that is
// not known, or that lacks its value, is a complaint and not an end. Pure; any thread.

namespace runtask::cli {

struct ScriptFlag {
  enum class Kind {
    kGiven,         // The letter is known, and has its value if it takes one.
    kUnknown,       // There is no such letter.
    kLacksArgument  // The last word is a flag that takes a value.
  };
  Kind kind = Kind::kGiven;
  char letter = 0;
  std::string argument;  // Empty for flags without one; may be empty for flags with one (-x "").

  // What hamlet says about it, without the severity, which is Fatal; empty for kGiven.
  [[nodiscard]] std::string complaint() const;
};

struct ScriptFlags {
  std::vector<ScriptFlag> flags;  // In the order given; a letter may come again.
  std::vector<std::string> rest;  // The words after the flags, which the scripts ignore.
};

// `accepted` is what getopts takes: letters, each with a `:` behind it if it takes a value.
// ScriptFlags flags = parse_script_flags(words, "a:d:e:hp:r:s:t:");
[[nodiscard]] ScriptFlags parse_script_flags(std::span<const std::string> words,
                                             std::string_view accepted);

}  // namespace runtask::cli
