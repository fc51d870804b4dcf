#include "cli/script_flags.h"

#include "base/text.h"

namespace runtask::cli {

std::string ScriptFlag::complaint() const {
  // A letter is a byte: half of a UTF-8 sequence must not reach a terminal.
  const auto shown = valid_utf8(std::string(1, letter));
  if (kind == Kind::kUnknown) return "Invalid option: \"-" + shown + "\"";
  if (kind == Kind::kLacksArgument) return "Option \"-" + shown + "\" requires an argument";
  return {};
}

ScriptFlags parse_script_flags(std::span<const std::string> words, std::string_view accepted) {
  using Kind = ScriptFlag::Kind;
  ScriptFlags parsed;
  std::size_t next = 0;  // The word after the one at hand.
  while (next < words.size() && words[next].size() > 1 && words[next].front() == '-') {
    const std::string& word = words[next++];
    if (word == "--") break;
    for (std::size_t i = 1; i < word.size(); ++i) {
      const char letter = word[i];
      const auto at = letter == ':' ? std::string_view::npos : accepted.find(letter);
      if (at == std::string_view::npos) {
        parsed.flags.push_back({Kind::kUnknown, letter, {}});
        continue;
      }
      const bool takes_argument = at + 1 < accepted.size() && accepted[at + 1] == ':';
      if (!takes_argument) {
        parsed.flags.push_back({Kind::kGiven, letter, {}});
        continue;
      }
      if (i + 1 < word.size()) {
        parsed.flags.push_back({Kind::kGiven, letter, word.substr(i + 1)});
      } else if (next < words.size()) {
        parsed.flags.push_back({Kind::kGiven, letter, words[next++]});
      } else {
        parsed.flags.push_back({Kind::kLacksArgument, letter, {}});
      }
      break;
    }
  }
  parsed.rest.assign(words.begin() + static_cast<std::ptrdiff_t>(next), words.end());
  return parsed;
}

}  // namespace runtask::cli
