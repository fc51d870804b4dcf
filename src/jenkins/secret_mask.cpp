#include "jenkins/secret_mask.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/text.h"
#include "jenkins/secret_reading.h"

namespace runtask::jenkins {
namespace {

using Span = SecretMask::Span;

constexpr std::size_t kBase64Min = 6;       // Fewer letters would be found anywhere.
constexpr std::size_t kBase64LineMin = 16;  // From the middle of a secret's.

bool is_base64_letter(char c) {
  return is_letter_or_digit(c) || c == '+' || c == '/' || c == '-' || c == '_' || c == '=';
}

// URLs have other letters for two of them.
std::string plain_base64(std::string_view text) {
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), '-', '+');
  std::replace(plain.begin(), plain.end(), '_', '/');
  return plain;
}

// What overlaps is one.
std::string covered(std::string_view text, std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end(),
            [](const Span& a, const Span& b) { return a.begin < b.begin; });
  std::string shown;
  std::size_t done = 0;
  for (const auto& span : spans) {
    if (span.begin >= done) {
      shown += text.substr(done, span.begin - done);
      shown += SecretMask::kMask;
    }
    done = std::max(done, span.end);
  }
  shown += text.substr(done);
  return shown;
}

}  // namespace

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      text += k <= count ? kDigits[group >> (18U - 6U * k) & 63U] : '=';
  }
  return text;
}

void SecretMask::add(const std::string& secret) {
  add_form(secret, false);
  // Inside a longer text its base64 form depends on where it begins; without the letters at either
  // end that its neighbours have a part in.
  for (std::size_t shift = 0; shift < 3; ++shift) {
    const auto whole = base64(std::string(shift, ' ') + secret);
    const std::size_t begin = shift == 0 ? 0 : shift + 1;
    const std::size_t end = (shift + secret.size()) * 8 / 6;
    if (end >= begin + kBase64Min) add_form(whole.substr(begin, end - begin), true);
  }
  add_form(base64(secret), true);
  // A key of several lines is printed line by line.
  if (secret.find('\n') != std::string::npos)
    for (const auto& line : split(secret, '\n'))
      add_form(std::string(trimmed(line)), false);
}

void SecretMask::add_form(std::string text, bool is_base64) {
  if (trimmed(text).empty()) return;
  if (std::any_of(forms_.begin(), forms_.end(),
                  [&](const Form& form) { return form.text == text; }))
    return;
  longest_ = std::max(longest_, text.size());
  const auto index = static_cast<std::uint32_t>(forms_.size());
  for (const char c : SecretReading::beginnings(text[0], is_base64))
    starting_[static_cast<unsigned char>(c)].push_back(index);
  forms_.push_back({std::move(text), is_base64});
}

std::vector<Span> SecretMask::spans(std::string_view text, std::size_t* cut) const {
  std::vector<Span> spans;
  if (cut != nullptr) *cut = text.size();
  // Most lines need none of them, and there may be hundreds of forms: each line of a key is one.
  std::vector<SecretReading*> readings;
  std::deque<SecretReading> made;
  const auto reading_of = [&](std::uint32_t index) -> SecretReading& {
    readings.resize(forms_.size());
    if (readings[index] == nullptr)
      readings[index] = &made.emplace_back(forms_[index].text, text, forms_[index].is_base64);
    return *readings[index];
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto& forms = starting_[static_cast<unsigned char>(text[i])];
    if (forms.empty()) continue;
    const SecretReading::Beginning beginning(text, i);
    for (const auto index : forms) {
      if (!beginning.may_be_of(forms_[index].text)) continue;
      auto& reading = reading_of(index);
      if (const auto end = reading.end_from(i); end > i) spans.push_back({i, end});
      if (cut != nullptr && reading.is_cut()) *cut = std::min(*cut, i);
    }
  }
  return spans;
}

std::string SecretMask::masked(std::string_view text) const {
  return covered(text, spans(text));
}

std::string SecretMask::masked_line(std::string_view line, Begun& begun) const {
  auto found = spans(line);
  add_pieces(line, found, begun);
  return covered(line, std::move(found));
}

// Programs cut base64 into lines, most at 76 or 64 letters. A line may end with the beginning of
// a secret's, begin with its end, or be a piece from its middle.
void SecretMask::add_pieces(std::string_view line, std::vector<Span>& spans, Begun& begun) const {
  const Begun awaited = std::exchange(begun, {});
  const auto words = trimmed(line);
  const auto not_letter = [](char c) { return !is_base64_letter(c); };
  const auto head = static_cast<std::size_t>(std::find_if(words.begin(), words.end(), not_letter) -
                                             words.begin());
  const auto tail = static_cast<std::size_t>(
      std::find_if(words.rbegin(), words.rend(), not_letter) - words.rbegin());
  if (head < kBase64Min && tail < kBase64Min && awaited.empty()) return;
  const auto begin = static_cast<std::size_t>(words.data() - line.data());
  const auto first = plain_base64(words.substr(0, head));
  const auto last = plain_base64(words.substr(words.size() - tail));
  for (const auto& rest : awaited) {
    const auto count = std::min(first.size(), rest.size());
    if (count == 0 || first.compare(0, count, rest, 0, count) != 0) continue;
    spans.push_back({begin, begin + count});
    if (count < rest.size() && head == words.size()) begun.push_back(rest.substr(count));
  }
  for (const auto& form : forms_) {
    if (!form.is_base64) continue;
    const std::string_view whole = form.text;
    if (head == words.size() && head >= kBase64LineMin)
      if (const auto place = whole.find(first); place != std::string_view::npos) {
        spans.push_back({begin, begin + head});
        if (place + head < whole.size()) begun.emplace_back(whole.substr(place + head));
        continue;
      }
    for (auto count = std::min(whole.size() - 1, first.size()); count >= kBase64Min; --count)
      if (whole.ends_with(std::string_view(first).substr(0, count))) {
        spans.push_back({begin, begin + count});
        break;
      }
    for (auto count = std::min(whole.size() - 1, last.size()); count >= kBase64Min; --count)
      if (whole.starts_with(std::string_view(last).substr(last.size() - count))) {
        const auto end = begin + words.size();
        spans.push_back({end - count, end});
        begun.emplace_back(whole.substr(count));
        break;
      }
  }
}

std::size_t SecretMask::whole_part(std::string_view text) const {
  const auto window =
      text.size() - std::min(text.size(), longest_ * SecretReading::kBytesPerByteMax);
  std::size_t cut = 0;
  auto found = spans(text.substr(window), &cut);
  std::sort(found.begin(), found.end(),
            [](const Span& a, const Span& b) { return a.begin > b.begin; });
  for (const auto& span : found)
    if (span.begin < cut && cut < span.end) cut = span.begin;
  cut += window;
  return cut == 0 ? text.size() : cut;
}

}  // namespace runtask::jenkins
