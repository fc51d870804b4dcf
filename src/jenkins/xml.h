#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// XML files that steps read: test reports and poms. Elements and their text; attributes mean
// nothing here.

namespace runtask::jenkins {

constexpr int kXmlDepthMax = 100;

struct XmlElement {
  std::string name;
  std::string text;  // What stands directly in it, not in its children.
  std::vector<XmlElement> children;

  // The first child of that name; owned by this.
  [[nodiscard]] const XmlElement* find(std::string_view wanted) const;
};

// The document's root. Code::kInvalid, with the line, where it is not well-formed, nests deeper
// than kXmlDepthMax, or declares entities of its own. Nothing outside the text is ever read.
[[nodiscard]] Result<XmlElement> read_xml(std::string_view text);

}  // namespace runtask::jenkins
