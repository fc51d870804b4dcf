#pragma once

#include <string>
#include <vector>

// What exec takes: argv and environ.

namespace runtask::sys {

// Pointers to the words, with the null that ends them. The text stays with `words`, which must
// outlive the pointers and not change.
inline std::vector<char*> exec_words(const std::vector<std::string>& words) {
  std::vector<char*> all;
  all.reserve(words.size() + 1);
  for (const auto& word : words)
    all.push_back(const_cast<char*>(word.c_str()));  // NOLINT: exec wants it so, and reads only.
  all.push_back(nullptr);
  return all;
}

}  // namespace runtask::sys
