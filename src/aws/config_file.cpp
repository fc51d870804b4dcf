#include "aws/config_file.h"

#include <optional>
#include <utility>

#include "base/text.h"

namespace runtask::aws {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// The line up to a comment, trimmed at its end.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool may_begin = i == 0 || is_blank(line[i - 1]);
    if (may_begin && (line[i] == '#' || line[i] == ';')) {
      line = line.substr(0, i);
      break;
    }
  }
  while (!line.empty() && (is_blank(line.back()) || line.back() == '\r'))
    line.remove_suffix(1);
  return line;
}

using Assignment = std::pair<std::string, std::string>;
std::optional<Assignment> assignment(std::string_view line, std::string_view separators) {
  const auto end = line.find_first_of(separators);
  if (end == std::string_view::npos) return std::nullopt;
  auto name = lower_case(trimmed(line.substr(0, end)));
  if (name.empty()) return std::nullopt;
  return Assignment{std::move(name), std::string(trimmed(line.substr(end + 1)))};
}

class Parser {
 public:
  explicit Parser(std::string_view source) : source_(source) {}

  Result<> take(std::string_view raw) {
    ++number_;
    const auto whole = without_comment(raw);
    const auto line = trimmed(whole);
    if (line.empty()) return {};
    const auto indentation = static_cast<std::size_t>(line.data() - whole.data());
    if (!last_name_.empty() && indentation > indentation_) return continued(line);
    indentation_ = indentation;
    if (line.front() == '[') return heading(line);
    const auto pair = assignment(line, "=:");
    if (!pair) return complain("expected `name = value` or `[section]`");
    if (section_ == nullptr) return complain("there is no `[section]` above this line");
    section_->values[pair->first] = pair->second;
    section_->nested.erase(pair->first);
    last_name_ = pair->first;
    return {};
  }
  ConfigSections sections;

 private:
  Result<> heading(std::string_view line) {
    if (line.back() != ']') return complain("the section's heading has no closing `]`");
    std::string name;
    for (const char c : trimmed(line.substr(1, line.size() - 2))) {
      if (!is_blank(c)) name += c;
      if (is_blank(c) && !name.ends_with(' ')) name += ' ';
    }
    for (const char quote : {'"', '\''}) {
      const auto open = name.find(quote);
      if (open == std::string::npos || open + 1 >= name.size() || name.back() != quote) continue;
      name.pop_back();
      name.erase(open, 1);
    }
    if (name.empty()) return complain("the section has no name");
    section_ = &sections[name];
    last_name_.clear();
    return {};
  }
  Result<> continued(std::string_view line) {
    auto& value = section_->values[last_name_];
    if (!value.empty()) {
      value.append("\n").append(line);
      return {};
    }
    const auto pair = assignment(line, "=");
    if (!pair) return complain("expected `name = value`");
    section_->nested[last_name_][pair->first] = pair->second;
    return {};
  }
  [[nodiscard]] tl::unexpected<Error> complain(const std::string& what) const {
    return fail(Code::kUsage, source_ + ":" + std::to_string(number_) + ": " + what);
  }

  std::string source_;
  int number_ = 0;
  ConfigSection* section_ = nullptr;  // In `sections`, whose elements stay where they are.
  std::string last_name_;             // Empty: none yet in this section.
  std::size_t indentation_ = 0;       // Of the last heading or name.
};

}  // namespace

std::string ConfigSection::get(const std::string& name) const {
  const auto found = values.find(name);
  return found == values.end() ? std::string() : found->second;
}

Result<ConfigSections> parse_config(std::string_view text, std::string_view source) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Parser parser(source);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    TRY(parser.take(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::move(parser.sections);
}

}  // namespace runtask::aws
