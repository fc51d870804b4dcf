#pragma once

#include <string>
#include <utility>

#include "cli/world.h"

// Files that the command's words name. What is wrong with them is wrong with the words: kUsage.

namespace runtask::cli {

template <class T>
[[nodiscard]] Result<T> as_words(Result<T> of_file) {
  if (of_file) return of_file;
  auto error = std::move(of_file).error();
  error.code = Code::kUsage;
  return fail(std::move(error));
}

[[nodiscard]] inline Result<std::string> read_named_file(const World& world,
                                                         const std::string& path) {
  if (path.empty()) return fail(Code::kUsage, "an empty name names no file");
  return as_words(world.files.read(path));
}

}  // namespace runtask::cli
