#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Hides secrets in what programs print, in whatever way they write them. A secret is not looked for
// as one text but read character by character, and each may stand in any of the forms that shells,
// JSON, URLs, XML and programming languages have for it: `"` as itself, `\"`, `\u0022`, `%22`,
// `\042`, `&quot;`, `""`. So forms that mix them, and those of one inside another, need no list.
// Base64 is a form of the whole, of which a line may have but a piece. Pure.

namespace runtask::jenkins {

class SecretMask {
 public:
  static constexpr const char* kMask = "****";
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  void add(const std::string& secret);
  [[nodiscard]] std::string masked(std::string_view text) const;

  // What the lines of one output have begun: how base64 that was cut at the end of its last line
  // goes on in the next one.
  using Begun = std::vector<std::string>;
  [[nodiscard]] std::string masked_line(std::string_view line, Begun& begun) const;

  // How much of the text can be shown before it goes on: a secret, or the beginning of one at the
  // end, is not cut into two. More than 0.
  [[nodiscard]] std::size_t whole_part(std::string_view text) const;

 private:
  struct Form {
    std::string text;
    bool is_base64 = false;
  };
  void add_form(std::string text, bool is_base64);
  // The forms in a text. `cut`: from where on the text may be one that ends behind it.
  [[nodiscard]] std::vector<Span> spans(std::string_view text, std::size_t* cut = nullptr) const;
  void add_pieces(std::string_view line, std::vector<Span>& spans, Begun& begun) const;

  std::vector<Form> forms_;
  std::array<std::vector<std::uint32_t>, 256> starting_;  // By the first byte: indexes of forms.
  std::size_t longest_ = 0;
};

[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace runtask::jenkins
