#include "groovy/letters.h"

#include <array>

#include "groovy/text_index.h"

namespace runtask::groovy {
namespace {

// Small letters of which the large ones stand at a distance.
struct Range {
  std::int64_t first;
  std::int64_t last;
  std::int64_t to_upper;
};
constexpr std::array kRanges = {
    Range{'a', 'z', -32},     Range{0xE0, 0xF6, -32},   Range{0xF8, 0xFE, -32},
    Range{0xFF, 0xFF, 121},   Range{0x3AC, 0x3AC, -38}, Range{0x3AD, 0x3AF, -37},
    Range{0x3B1, 0x3C1, -32}, Range{0x3C3, 0x3CB, -32}, Range{0x3CC, 0x3CC, -64},
    Range{0x3C2, 0x3C2, -31}, Range{0x3CD, 0x3CE, -63}, Range{0x430, 0x44F, -32},
    Range{0x450, 0x45F, -80}};

// Where large and small letters take turns: is the small one odd?
struct Turns {
  std::int64_t first;
  std::int64_t last;
  bool is_small_odd;
};
constexpr std::array kTurns = {Turns{0x100, 0x12F, true},  Turns{0x132, 0x137, true},
                               Turns{0x139, 0x148, false}, Turns{0x14A, 0x177, true},
                               Turns{0x179, 0x17E, false}, Turns{0x460, 0x481, true},
                               Turns{0x48A, 0x4BF, true},  Turns{0x4D0, 0x52F, true}};

std::int64_t changed(std::int64_t code, bool to_upper) {
  for (const auto& range : kRanges) {
    const std::int64_t small = to_upper ? code : code - range.to_upper;
    if (small >= range.first && small <= range.last)
      return to_upper ? code + range.to_upper : small;
  }
  for (const auto& turns : kTurns) {
    if (code < turns.first || code > turns.last) continue;
    const bool is_small = (code % 2 == 1) == turns.is_small_odd;
    return is_small == to_upper ? code + (to_upper ? -1 : 1) : code;
  }
  return code;
}

std::string with_letters(const std::string& text, bool to_upper) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    const auto second = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    const bool is_pair = (first & 0xE0U) == 0xC0U && (second & 0xC0U) == 0x80U;
    if (first < 0x80) {
      out += static_cast<char>(changed(first, to_upper));
    } else if (!is_pair) {  // All letters that change are of one byte or of two.
      out += text[i];
    } else {
      const std::int64_t code = ((first & 0x1FU) << 6U) | (second & 0x3FU);
      const bool is_sharp_s = to_upper && code == 0xDF;
      out += is_sharp_s ? "SS" : character_of(changed(code, to_upper));
      ++i;
    }
  }
  return out;
}

}  // namespace

std::string upper(const std::string& text) {
  return with_letters(text, true);
}

std::string lower(const std::string& text) {
  return with_letters(text, false);
}

}  // namespace runtask::groovy
