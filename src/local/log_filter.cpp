#include "local/log_filter.h"

#include <algorithm>

#include "base/text.h"

namespace runtask::local {
namespace {

constexpr std::string_view kBlanks = " \t\n\r";

// Takes the next term, quoted or plain, off the front of the pattern.
Answer<std::string> take_term(std::string_view& rest) {
  if (!rest.starts_with('"')) {
    const auto end = std::min(rest.find_first_of(kBlanks), rest.size());
    std::string term(rest.substr(0, end));
    rest.remove_prefix(end);
    return term;
  }
  std::string term;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return term;
    }
    const bool is_escape = rest[i] == '\\' && i + 1 < rest.size();
    term += is_escape ? rest[++i] : rest[i];
  }
  return invalid_parameter("Invalid filter pattern: a quotation mark is not closed.");
}

}  // namespace

Answer<LogFilter> LogFilter::parse(std::string_view pattern) {
  LogFilter filter;
  std::string_view rest = trimmed(pattern);
  if (rest.starts_with('{') || rest.starts_with('[') || rest.starts_with('%'))
    return invalid_parameter(
        "The embedded endpoint understands terms, \"phrases\", -exclusions and ?alternatives, not "
        "JSON, column or regular expression patterns.");
  while (!rest.empty()) {
    auto* list = &filter.all_;
    if (rest[0] == '?') list = &filter.any_;
    if (rest[0] == '-') list = &filter.none_;
    if (list != &filter.all_) rest.remove_prefix(1);
    std::string term = TRY_ANSWER(take_term(rest));
    if (!term.empty()) list->push_back(std::move(term));
    rest = trimmed(rest);
  }
  return filter;
}

bool LogFilter::matches(std::string_view message) const {
  const auto is_in = [message](const std::string& term) {
    return message.find(term) != std::string_view::npos;
  };
  if (std::any_of(none_.begin(), none_.end(), is_in)) return false;
  if (!all_.empty()) return std::all_of(all_.begin(), all_.end(), is_in);
  return any_.empty() || std::any_of(any_.begin(), any_.end(), is_in);
}

}  // namespace runtask::local
