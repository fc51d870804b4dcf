#include "jenkins/xml.h"

#include <expat.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

namespace runtask::jenkins {
namespace {

// expat's callbacks; `data` is the one that is passed to XML_SetUserData.
class TreeBuilder {
 public:
  TreeBuilder() : parser_(XML_ParserCreate(nullptr)) {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), begin, end);
    XML_SetCharacterDataHandler(parser_.get(), append);
    XML_SetEntityDeclHandler(parser_.get(),
                             [](void* data, auto...) { of(data).refuse("declares an entity"); });
  }

  Result<XmlElement> read(std::string_view text) {
    // expat counts in int; XML_Parse may be called with one piece after the other.
    constexpr std::size_t kPieceMax = 1U << 20U;
    do {
      const auto piece = text.substr(0, kPieceMax);
      text.remove_prefix(piece.size());
      if (XML_Parse(parser_.get(), piece.data(), static_cast<int>(piece.size()),
                    text.empty() ? XML_TRUE : XML_FALSE) == XML_STATUS_OK)
        continue;
      const auto why =
          why_.empty() ? std::string(XML_ErrorString(XML_GetErrorCode(parser_.get()))) : why_;
      return fail(Code::kInvalid,
                  "line " + std::to_string(XML_GetCurrentLineNumber(parser_.get())) + ": " + why);
    } while (!text.empty());
    return std::move(open_[0].children[0]);
  }

 private:
  static TreeBuilder& of(void* data) { return *static_cast<TreeBuilder*>(data); }

  static void begin(void* data, const XML_Char* name, const XML_Char** /*attributes*/) {
    auto& it = of(data);
    if (it.open_.size() > kXmlDepthMax) return it.refuse("nests too deep");
    it.open_.push_back({name, {}, {}});
  }
  static void end(void* data, const XML_Char* /*name*/) {
    auto& open = of(data).open_;
    auto element = std::move(open.back());
    open.pop_back();
    open.back().children.push_back(std::move(element));
  }
  static void append(void* data, const XML_Char* text, int length) {
    of(data).open_.back().text.append(text, static_cast<std::size_t>(length));
  }

  void refuse(const char* why) {
    why_ = why;
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  struct Free {
    void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
  };
  std::unique_ptr<std::remove_pointer_t<XML_Parser>, Free> parser_;
  std::vector<XmlElement> open_{1};  // The document, then one in the other.
  std::string why_;
};

}  // namespace

const XmlElement* XmlElement::find(std::string_view wanted) const {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [&](const XmlElement& it) { return it.name == wanted; });
  return found == children.end() ? nullptr : &*found;
}

Result<XmlElement> read_xml(std::string_view text) {
  return TreeBuilder().read(text);
}

}  // namespace runtask::jenkins
