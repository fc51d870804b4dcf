#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "groovy/ast.h"
#include "jenkins/model.h"

// From the text of a Jenkinsfile to its model, with everything that is wrong with it: the mistakes
// of the Groovy and the rules of section 1 of the model, found before anything runs and reported
// together. Pure; any thread.

namespace runtask::jenkins {

struct Checked {
  // Null if the text is not Groovy. Kept even if the model has mistakes, for messages.
  std::shared_ptr<const groovy::Unit> unit;
  // None if there are errors, and for a scripted pipeline, which has no `pipeline { ... }`.
  std::optional<Pipeline> pipeline;
  bool is_scripted = false;
  // Those within methods `call` of a file without one of its own: how a shared library's
  // vars/*.groovy hold them, of which a build runs at most one (jenkins-pipeline 1.1). In the order
  // of the text; whole only without errors.
  std::vector<Pipeline> pipelines_of_library;
  std::string source_name;
  std::string source;
  std::vector<Diagnostic> errors;    // In the order of the text. With any of them nothing runs.
  std::vector<Diagnostic> warnings;  // What is accepted and has no effect here, and the like.
  // Valid Groovy that this program does not have: the file cannot run here, though Jenkins may take
  // it.
  std::vector<Diagnostic> unsupported;

  [[nodiscard]] bool can_run() const { return errors.empty() && unsupported.empty(); }
  // All errors (and what is unsupported) for a person, each with its line and a caret, and how
  // many there are.
  [[nodiscard]] std::string report() const;
  [[nodiscard]] std::string warnings_report() const;
  // What is unsupported, as warnings: what `lint` says of a file that Jenkins takes.
  [[nodiscard]] std::string unsupported_report() const;
};

// `class_path` has the classes of shared libraries, if there are any.
[[nodiscard]] Checked check(std::string source, std::string source_name,
                            std::shared_ptr<const groovy::ClassPath> class_path = nullptr);

}  // namespace runtask::jenkins
