#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "groovy/ast.h"
#include "groovy/parser.h"

// The classes of libraries: what `import org.example.Tool` finds. Built once, then read only; the
// units that name its classes hold it.

namespace runtask::groovy {

class ClassPath {
 public:
  struct File {
    std::string source;
    std::string name;  // What messages call it.
  };
  // Reads files that may name each other's classes, and those that are there already. A file with
  // mistakes, which the results tell in the order of the files, brings no classes.
  std::vector<Parsed> add(std::vector<File> files);
  // By full name. Null if unknown.
  [[nodiscard]] const ClassInfo* find(std::string_view name) const;

 private:
  std::vector<std::shared_ptr<const Unit>> units_;
  std::map<std::string, const ClassInfo*, std::less<>> classes_;
};

}  // namespace runtask::groovy
