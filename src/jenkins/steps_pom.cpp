#include <algorithm>
#include <array>

#include "base/text.h"
#include "jenkins/steps.h"

// readMavenPom: what a pom.xml says of its project, by the names that Maven's own model has
// (jenkins-pipeline 2.4). The XML that there is in such files is read here: elements, text,
// comments and CDATA. Attributes and document types mean nothing in a pom.

namespace runtask::jenkins {
namespace {

constexpr int kDepthMax = 100;
constexpr std::size_t kElementsMax = 100'000;

struct Element {
  std::string name;
  std::string text;
  std::vector<Element> children;

  [[nodiscard]] const Element* find(std::string_view wanted) const {
    for (const auto& child : children)
      if (child.name == wanted) return &child;
    return nullptr;
  }
};

class XmlReader {
 public:
  explicit XmlReader(std::string_view text) : text_(text) {}

  // None: it is no XML that this understands; see where().
  [[nodiscard]] std::optional<Element> read() {
    Element outside;
    if (!content(outside, 0) || outside.children.size() != 1) return std::nullopt;
    return std::move(outside.children[0]);
  }
  [[nodiscard]] std::size_t where() const { return at_; }

 private:
  // Goes behind `end`, from where it is. False: it is not there.
  bool skip(std::string_view end) {
    const auto found = text_.find(end, at_);
    if (found == std::string_view::npos) return false;
    at_ = found + end.size();
    return true;
  }

  // Up to the end tag of `element`, or to the end of the text at depth 0.
  bool content(Element& element, int depth) {
    while (at_ < text_.size()) {
      const auto next = std::min(text_.find('<', at_), text_.size());
      append_text(element.text, text_.substr(at_, next - at_));
      at_ = next;
      const auto rest = text_.substr(at_);
      if (rest.empty()) break;
      if (rest.starts_with("<!--")) {
        if (!skip("-->")) return false;
      } else if (rest.starts_with("<![CDATA[")) {
        const auto begin = at_ + 9;
        if (!skip("]]>")) return false;
        element.text += text_.substr(begin, at_ - 3 - begin);
      } else if (rest.starts_with("<?") || rest.starts_with("<!")) {
        if (!skip(">")) return false;
      } else if (rest.starts_with("</")) {
        const auto begin = at_ + 2;
        if (depth == 0 || !skip(">")) return false;
        return trimmed(text_.substr(begin, at_ - 1 - begin)) == element.name;
      } else if (!child(element, depth)) {
        return false;
      }
    }
    return depth == 0;
  }

  bool child(Element& element, int depth) {
    const auto begin = at_ + 1;
    if (depth >= kDepthMax || ++elements_ > kElementsMax || !skip(">")) return false;
    auto tag = text_.substr(begin, at_ - 1 - begin);
    const bool is_empty = tag.ends_with('/');
    if (is_empty) tag.remove_suffix(1);
    Element inner;
    inner.name = std::string(tag.substr(0, tag.find_first_of(" \t\r\n")));
    if (inner.name.empty()) return false;
    if (!is_empty && !content(inner, depth + 1)) return false;
    element.children.push_back(std::move(inner));
    return true;
  }

  static void append_text(std::string& to, std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, char>, 5> kEntities = {{
        {"&lt;", '<'},
        {"&gt;", '>'},
        {"&amp;", '&'},
        {"&quot;", '"'},
        {"&apos;", '\''},
    }};
    for (std::size_t i = 0; i < text.size();) {
      const auto found = std::find_if(kEntities.begin(), kEntities.end(), [&](const auto& entity) {
        return text.substr(i).starts_with(entity.first);
      });
      to += found != kEntities.end() ? found->second : text[i];
      i += found != kEntities.end() ? found->first.size() : 1;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t elements_ = 0;
};

constexpr const char* kModel = "org.apache.maven.model.Model";

// `dependencies` holds only `dependency`: a list; anything else with elements has parts by name.
Value value_of_element(Branch& branch, const Element& element);

Value parts_of(Branch& branch, const Element& element) {
  std::vector<std::pair<std::string, Value>> parts;
  for (const auto& child : element.children)
    parts.emplace_back(child.name, value_of_element(branch, child));
  return make_record(branch.heap(), kModel, std::move(parts), true);
}

bool is_list(const Element& element) {
  if (element.name.size() < 3 || !element.name.ends_with('s')) return false;
  return std::all_of(element.children.begin(), element.children.end(), [&](const Element& child) {
    const auto stem = child.name.substr(0, std::max<std::size_t>(child.name.size(), 1) - 1);
    return child.name == element.children[0].name && element.name.starts_with(stem);
  });
}

Value value_of_element(Branch& branch, const Element& element) {
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
  XmlReader reader(text);
  const auto project = reader.read();
  if (!project || project->name != "project") {
    const auto line =
        1 +
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(reader.where()), '\n');
    return branch.raise("org.codehaus.plexus.util.xml.pull.XmlPullParserException",
                        call.text_or("file", "") + " is no pom: line " + std::to_string(line));
  }
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
