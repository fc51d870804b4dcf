#pragma once

#include <map>
#include <memory>
#include <string>

#include "groovy/class_path.h"
#include "jenkins/check.h"
#include "sys/files.h"

// The classes of shared libraries: what `import org.example.Tool` finds in a file.

namespace runtask::jenkins {

struct LibraryClasses {
  std::shared_ptr<const groovy::ClassPath> class_path;  // Null without a library.
  std::string warnings;  // For a person: files that cannot be used; empty if all can.
};

// Reads src/**/*.groovy of each directory, given by the libraries' names.
[[nodiscard]] LibraryClasses read_library_classes(
    const sys::Files& files, const std::map<std::string, std::string>& libraries);

}  // namespace runtask::jenkins
