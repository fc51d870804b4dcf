#pragma once

#include <string>

#include "jenkins/execution.h"

namespace runtask::jenkins {

// A path below the temporary directory of a build, unique; what is there goes with the object.
class Scratch {
 public:
  Scratch(Execution& execution, const char* what, const std::string& ending)
      : execution_(execution), path_(execution.new_temporary(what, ending)) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { execution_.remove_temporary(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  Execution& execution_;
  std::string path_;
};

}  // namespace runtask::jenkins
