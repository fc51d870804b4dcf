#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sys/files.h"

// Ant's path patterns: `*` and `?` stop at `/`, `**` crosses it, a pattern that ends in `/` means
// all below. Pure but for find_files.

namespace runtask::jenkins {

[[nodiscard]] bool matches_glob(std::string_view pattern, std::string_view path,
                                bool is_case_sensitive = true);

// Files below a directory, relative to it, sorted, which one of the comma separated `includes`
// matches and none of `excludes`. Links to directories are not followed.
[[nodiscard]] Result<std::vector<std::string>> find_files(const sys::Files& files,
                                                          const std::string& directory,
                                                          const std::string& includes,
                                                          const std::string& excludes,
                                                          bool default_excludes = true);

}  // namespace runtask::jenkins
