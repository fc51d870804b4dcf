#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "jenkins/check.h"
#include "jenkins/library_classes.h"
#include "jenkins/parameters.h"
#include "sys/files.h"

// What a build is made of, checked before it runs: a Jenkinsfile, and the files of shared libraries
// that it leaves the pipeline to. `myPipeline(name: 'x')` of a Jenkinsfile may be all of it: the
// `pipeline { ... }` is then in the method `call` of vars/myPipeline.groovy (jenkins-pipeline 1.1).

namespace runtask::jenkins {

struct Sources {
  std::shared_ptr<const Checked> file;
  // Of vars/, those that the Jenkinsfile's calls lead to, directly or through others, and that hold
  // a pipeline or do not compile. Empty if the Jenkinsfile has a pipeline itself.
  std::vector<std::shared_ptr<const Checked>> files_of_library;

  // All of them, the Jenkinsfile first.
  [[nodiscard]] std::vector<const Checked*> files() const;
  [[nodiscard]] bool has_errors() const;
  [[nodiscard]] bool can_run() const;  // Nor anything unsupported.
  // Of all files, for a person.
  [[nodiscard]] std::string report() const;
  [[nodiscard]] std::string warnings_report() const;
  // The Jenkinsfile's own, or those of which a build runs one.
  [[nodiscard]] std::vector<const Pipeline*> pipelines() const;
  // As parameters_of(): what the Jenkinsfile declares, then its libraries' files. Those whose name
  // only a build knows are left out.
  [[nodiscard]] std::vector<ParameterDefinition> parameters() const;
};

// Checks the text of a Jenkinsfile and reads what it needs of the libraries, which are directories
// by name.
[[nodiscard]] Sources read_sources(const sys::Files& files, std::string source,
                                   std::string source_name,
                                   const std::map<std::string, std::string>& libraries,
                                   const LibraryClasses& classes);

}  // namespace runtask::jenkins
