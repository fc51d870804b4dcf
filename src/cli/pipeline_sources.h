#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/world.h"
#include "jenkins/library_classes.h"
#include "jenkins/sources.h"

// What the commands of `runtask pipeline` read before anything else: the libraries that are given,
// the Jenkinsfile, and the pipelines that it leaves to them.

namespace runtask::cli {

// NAME=VALUE each, by name; directories made absolute. kUsage, with the flag's name, for a text
// that is none.
[[nodiscard]] Result<std::map<std::string, std::string>> named_values(
    const std::string& flag, const std::vector<std::string>& texts, bool are_directories);

struct GivenLibraries {
  std::map<std::string, std::string> directories;  // By name.
  jenkins::LibraryClasses classes;
};
// Says which files have classes that cannot be used.
[[nodiscard]] GivenLibraries read_libraries(std::map<std::string, std::string> directories,
                                            const World& world);

// An error of the disk; mistakes in the files are in the sources.
[[nodiscard]] Result<jenkins::Sources> read_sources(const std::string& path,
                                                    const GivenLibraries& libraries,
                                                    const World& world);

}  // namespace runtask::cli
