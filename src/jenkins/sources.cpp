#include "jenkins/sources.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "jenkins/calls.h"
#include "jenkins/checker.h"

namespace runtask::jenkins {
namespace {

// The names that the code calls as functions of somebody else.
std::vector<std::string> names_called(const groovy::Unit& unit) {
  std::vector<std::string> names;
  const auto add = [&](const groovy::CallExpr& call) {
    if (const auto name = called_name(call); name && !call.may_be_variable && call.info == nullptr)
      names.push_back(*name);
    return true;
  };
  each_call(unit.body, add);
  for (const auto& method : unit.methods)
    each_call(method->body, add);
  std::erase_if(names, [&](const std::string& name) {
    return std::any_of(unit.methods.begin(), unit.methods.end(),
                       [&](const auto& method) { return *method->name == name; });
  });
  return names;
}

class Search {
 public:
  Search(const sys::Files& files, const std::map<std::string, std::string>& libraries,
         const LibraryClasses& classes)
      : files_(files), libraries_(libraries), classes_(classes) {}

  void follow(const groovy::Unit& unit) {
    for (const auto& name : names_called(unit)) {
      if (!seen_.insert(name).second) continue;
      auto file = read(name);
      if (!file) continue;
      const bool matters = !file->unit || !file->pipelines_of_library.empty();
      if (file->unit) follow(*file->unit);
      if (matters) found.push_back(std::move(file));
    }
  }

  std::vector<std::shared_ptr<const Checked>> found;

 private:
  // Null: no library has such a function.
  [[nodiscard]] std::shared_ptr<const Checked> read(const std::string& name) const {
    if (!is_variable_name(name)) return nullptr;
    for (const auto& [library, directory] : libraries_) {
      const auto path = directory + "/vars/" + name + ".groovy";
      if (!files_.exists(path)) continue;
      auto text = files_.read(path);
      if (text)
        return std::make_shared<const Checked>(check(*std::move(text), path, classes_.class_path));
    }
    return nullptr;
  }

  const sys::Files& files_;
  const std::map<std::string, std::string>& libraries_;
  const LibraryClasses& classes_;
  std::set<std::string> seen_;
};

template <class Report>
std::string reports_of(const Sources& sources, const Report& report) {
  std::vector<std::string> reports;
  for (const auto* file : sources.files())
    if (auto text = report(*file); !text.empty()) reports.push_back(std::move(text));
  return join(reports, "\n");
}

}  // namespace

Sources read_sources(const sys::Files& files, std::string source, std::string source_name,
                     const std::map<std::string, std::string>& libraries,
                     const LibraryClasses& classes) {
  Sources sources;
  sources.file = std::make_shared<const Checked>(
      check(std::move(source), std::move(source_name), classes.class_path));
  if (!sources.file->unit || !sources.file->is_scripted || libraries.empty()) return sources;
  Search search(files, libraries, classes);
  search.follow(*sources.file->unit);
  sources.files_of_library = std::move(search.found);
  return sources;
}

std::vector<const Checked*> Sources::files() const {
  std::vector<const Checked*> all = {file.get()};
  for (const auto& each : files_of_library)
    all.push_back(each.get());
  return all;
}

bool Sources::has_errors() const {
  const auto all = files();
  return std::any_of(all.begin(), all.end(),
                     [](const Checked* each) { return !each->errors.empty(); });
}

bool Sources::can_run() const {
  const auto all = files();
  return std::all_of(all.begin(), all.end(), [](const Checked* each) { return each->can_run(); });
}

std::string Sources::report() const {
  return reports_of(
      *this, [](const Checked& each) { return each.can_run() ? std::string() : each.report(); });
}

std::string Sources::warnings_report() const {
  return reports_of(*this, [](const Checked& each) { return each.warnings_report(); });
}

std::vector<const Pipeline*> Sources::pipelines() const {
  std::vector<const Pipeline*> all;
  for (const auto* each : files()) {
    if (each->pipeline) all.push_back(&*each->pipeline);
    for (const auto& pipeline : each->pipelines_of_library)
      all.push_back(&pipeline);
  }
  return all;
}

std::vector<ParameterDefinition> Sources::parameters() const {
  std::vector<ParameterDefinition> all;
  for (const auto* each : files()) {
    if (!each->unit) continue;
    auto declared = declared_parameters(*each->unit, each->pipeline ? &*each->pipeline : nullptr);
    for (const auto& pipeline : each->pipelines_of_library)
      declared.insert(declared.end(), pipeline.parameters.begin(), pipeline.parameters.end());
    const bool computes = each->pipeline || !each->pipelines_of_library.empty();
    for (auto& definition : parameters_of(declared, *each->unit)) {
      // Only a pipeline that starts computes something.
      if (!computes) definition.has_computed_preset = definition.has_computed_choices = false;
      put_definition(all, std::move(definition));
    }
  }
  std::erase_if(all, [](const ParameterDefinition& each) { return each.name.empty(); });
  return all;
}

}  // namespace runtask::jenkins
