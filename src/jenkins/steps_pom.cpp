#include <algorithm>

#include "base/text.h"
#include "jenkins/steps.h"
#include "jenkins/xml.h"

// readMavenPom: what a pom.xml says of its project, by the names that Maven's own model has
// (jenkins-pipeline 2.4).

namespace runtask::jenkins {
namespace {

constexpr const char* kModel = "org.apache.maven.model.Model";

// `dependencies` holds only `dependency`: a list; anything else with elements has parts by name.
Value value_of_element(Branch& branch, const XmlElement& element);

Value parts_of(Branch& branch, const XmlElement& element) {
  std::vector<std::pair<std::string, Value>> parts;
  for (const auto& child : element.children)
    parts.emplace_back(child.name, value_of_element(branch, child));
  return make_record(branch.heap(), kModel, std::move(parts), true);
}

bool is_list(const XmlElement& element) {
  if (element.name.size() < 3 || !element.name.ends_with('s')) return false;
  return std::all_of(
      element.children.begin(), element.children.end(), [&](const XmlElement& child) {
        const auto stem = child.name.substr(0, std::max<std::size_t>(child.name.size(), 1) - 1);
        return child.name == element.children[0].name && element.name.starts_with(stem);
      });
}

Value value_of_element(Branch& branch, const XmlElement& element) {
  if (element.name == "properties") {
    const auto map = branch.map();
    for (const auto& child : element.children)
      map->put(branch.text_value(child.name), branch.text_value(std::string(trimmed(child.text))));
    return Value(map);
  }
  if (element.children.empty()) return branch.text_value(std::string(trimmed(element.text)));
  if (!is_list(element)) return parts_of(branch, element);
  const auto list = branch.list();
  for (const auto& child : element.children)
    list->items.push_back(value_of_element(branch, child));
  list->changed();
  return Value(list);
}

}  // namespace

// What the file says itself, not what it inherits.
Outcome step_read_maven_pom(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  if (!call.has("file")) call.arguments["file"] = branch.text_value("pom.xml");
  call.arguments.erase("text");
  std::string text;
  if (auto outcome = input_text(execution, call, text); !outcome) return outcome;
  const auto project = read_xml(text);
  if (!project || project->name != "project")
    return branch.raise("org.codehaus.plexus.util.xml.pull.XmlPullParserException",
                        call.text_or("file", "") + " is no pom: " +
                            (project ? "its root is " + project->name : project.error().message));
  std::vector<std::pair<std::string, Value>> parts;
  for (const auto& child : project->children)
    parts.emplace_back(child.name, value_of_element(branch, child));
  // What Maven's model has for what is not there.
  for (const auto* name : {"groupId", "artifactId", "version", "name", "description", "url",
                           "inceptionYear", "modelVersion", "parent", "build"})
    if (project->find(name) == nullptr) parts.emplace_back(name, Value());
  if (project->find("packaging") == nullptr)
    parts.emplace_back("packaging", branch.text_value("jar"));
  if (project->find("properties") == nullptr) parts.emplace_back("properties", Value(branch.map()));
  for (const auto* name : {"modules", "dependencies", "profiles", "licenses", "developers"})
    if (project->find(name) == nullptr || project->find(name)->children.empty()) {
      std::erase_if(parts, [&](const auto& part) { return part.first == name; });
      parts.emplace_back(name, Value(branch.list()));
    }
  return make_record(branch.heap(), kModel, std::move(parts));
}

}  // namespace runtask::jenkins
