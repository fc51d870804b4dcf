#include "run/report.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/lines.h"
#include "base/text.h"
#include "run/explain.h"

namespace runtask::run {
namespace {

std::string code_of(const LaunchOutcome& launch) {
  const auto kind = launch.verdict.kind;
  if (kind == VerdictKind::kSkipped || kind == VerdictKind::kDetached) return "-";
  for (const auto& container : launch.containers)
    if (container.name == launch.verdict.container && container.exit_code)
      return std::to_string(*container.exit_code);
  return kind == VerdictKind::kSucceeded ? "0" : "-";
}

std::string time_of(const LaunchOutcome& launch) {
  if (!launch.started_at || !launch.ended_at) return "-";
  return short_duration(*launch.ended_at - *launch.started_at);
}

std::string code_words(const ContainerOutcome& container) {
  return container.exit_code ? std::to_string(*container.exit_code) : "no exit code";
}

// All codes are always printed: of a launch that succeeded, those that did not keep it from that,
// with what ECS says of them. "proxy 143, log 137 (OutOfMemoryError: ...)"
std::string other_codes(const LaunchOutcome& launch) {
  if (launch.verdict.kind != VerdictKind::kSucceeded) return {};
  std::vector<std::string> words;
  bool is_known = true;
  for (const auto& container : launch.containers) {
    if (container.exit_code == 0) continue;
    is_known = is_known && container.is_essential.has_value();
    words.push_back(container.name + " " + code_words(container) +
                    (container.reason.empty() ? "" : " (" + container.reason + ")"));
  }
  return one_line(join(words, ", ")) + (is_known ? "" : "; it is not known which are essential");
}

std::string reason_of(const LaunchOutcome& launch) {
  if (launch.verdict.kind == VerdictKind::kSucceeded) return other_codes(launch);
  return launch.verdict.words.empty() ? launch.stopped_reason : launch.verdict.words;
}

// The reason is other people's text.
std::vector<std::string> row_of(const LaunchOutcome& launch) {
  return {launch.name, std::string(name_of(launch.verdict.kind)), code_of(launch), time_of(launch),
          one_line(reason_of(launch))};
}

bool has_failure_block(const LaunchOutcome& launch) {
  const auto kind = launch.verdict.kind;
  return kind != VerdictKind::kSucceeded && kind != VerdictKind::kSkipped &&
         kind != VerdictKind::kDetached;
}

// XML 1.0 has no way to write U+FFFE and U+FFFF.
std::string without_noncharacters(std::string text) {
  for (const std::string_view one : {"\xef\xbf\xbe", "\xef\xbf\xbf"})
    for (auto at = text.find(one); at != std::string::npos; at = text.find(one, at))
      text.replace(at, one.size(), "?");
  return text;
}

std::string escaped_xml(std::string_view text) {
  std::string escaped;
  for (const char c : without_noncharacters(valid_utf8(text))) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\n':
      case '\t':
        escaped += c;
        break;
      default:
        // Nor has it for the other control characters.
        escaped += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return escaped;
}

// Nothing where there is no text.
std::string element(const std::string& name, const std::string& text) {
  return text.empty() ? text : "<" + name + ">" + escaped_xml(text) + "</" + name + ">";
}

std::string seconds_of(const LaunchOutcome& launch) {
  const auto ms =
      launch.started_at && launch.ended_at ? (*launch.ended_at - *launch.started_at).count() : 0;
  const auto rest = std::to_string(ms % 1000);
  return std::to_string(ms / 1000) + "." + std::string(3 - rest.size(), '0') + rest;
}

// Longer than any run of backticks in the text, which may be a log that prints Markdown itself.
std::string fence_for(std::string_view text) {
  std::size_t longest = 2;
  std::size_t length = 0;
  for (const char c : text) {
    length = c == '`' ? length + 1 : 0;
    longest = std::max(longest, length);
  }
  return std::string(longest + 1, '`');
}

std::string escaped_markdown(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

}  // namespace

std::string table(const Outcome& outcome) {
  std::vector<std::vector<std::string>> rows = {{"LAUNCH", "STATE", "CODE", "TIME", "REASON"}};
  for (const auto& launch : outcome.launches)
    rows.push_back(row_of(launch));
  std::array<std::size_t, 5> widths{};
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths.at(i) = std::max(widths.at(i), row[i].size());
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(widths.at(i) - row[i].size() + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  text.pop_back();
  return text;
}

std::string failure_block(const LaunchOutcome& launch, const std::string& run_id) {
  if (!has_failure_block(launch)) return {};
  std::string text = launch.name + ": " + std::string(name_of(launch.verdict.kind)) +
                     (launch.verdict.words.empty() ? "" : ": " + one_line(launch.verdict.words)) +
                     "\n";
  const auto line = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += "  " + std::string(name) + one_line(value) + "\n";
  };
  line("where           ", launch.where);
  line("task            ", launch.task_arn);
  line("stop code       ", launch.stop_code);
  line("stopped reason  ", launch.stopped_reason);
  for (const auto& container : launch.containers)
    line("container       ", container.name + ": " + (container.exit_code ? "exit code " : "") +
                                 code_words(container) +
                                 (container.reason.empty() ? "" : ", " + container.reason));
  for (const auto& note : launch.log_notes)
    line("log             ", note);
  if (!launch.last_lines.empty()) {
    text += "  last log lines:\n";
    for (const auto& last : launch.last_lines)
      text += with_prefix("    | ", last) + "\n";
  }
  const auto explanation = explain(launch, run_id);
  line("likely cause    ", explanation.cause);
  line("next step       ", explanation.next_step);
  text.pop_back();
  return text;
}

std::string log_words(const LaunchOutcome& launch) {
  std::string text;
  if (has_failure_block(launch)) return text;
  for (const auto& note : launch.log_notes)
    text += (text.empty() ? "" : "\n") + one_line(note);
  return text;
}

std::string surplus_words(const Outcome& outcome) {
  std::string text;
  for (const auto& task : outcome.surplus_tasks)
    text += "a task that was not asked for may still run: " + one_line(task) + "\n";
  if (text.empty()) return text;
  const auto run = recorded_id(outcome);
  return text + (run.empty() ? "stop it in the cluster" : "to stop it: runtask runs stop " + run);
}

std::string to_junit(const Outcome& outcome) {
  int failures = 0;
  int skipped = 0;
  std::string cases;
  for (const auto& launch : outcome.launches) {
    cases += "  <testcase classname=\"" + escaped_xml(outcome.title) + "\" name=\"" +
             escaped_xml(launch.name) + "\" time=\"" + seconds_of(launch) + "\">";
    if (launch.verdict.kind == VerdictKind::kSkipped) {
      ++skipped;
      cases += "<skipped/>";
    } else if (const auto block = failure_block(launch, recorded_id(outcome)); !block.empty()) {
      ++failures;
      cases += "<failure message=\"" + escaped_xml(launch.verdict.words) + "\" type=\"" +
               std::string(name_of(launch.verdict.kind)) + "\">" + escaped_xml(block) +
               "</failure>";
    } else {
      const auto codes = other_codes(launch);
      cases += element("system-out", codes.empty() ? codes : "other exit codes: " + codes);
      cases += element("system-err", log_words(launch));
    }
    cases += "</testcase>\n";
  }
  const auto surplus = surplus_words(outcome);
  const auto rest = surplus.empty() ? surplus : "  " + element("system-err", surplus) + "\n";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"" +
         escaped_xml(outcome.title) + "\" tests=\"" + std::to_string(outcome.launches.size()) +
         "\" failures=\"" + std::to_string(failures) + "\" skipped=\"" + std::to_string(skipped) +
         "\" timestamp=\"" + iso_time(outcome.started_at) + "\">\n" + cases + rest +
         "</testsuite>\n";
}

std::string to_markdown(const Outcome& outcome) {
  std::string text = "## " + escaped_markdown(outcome.title) + ": " +
                     std::string(name_of(outcome.kind)) + " (exit code " +
                     std::to_string(outcome.exit_code) + ")\n\n" +
                     "| launch | state | code | time | reason |\n|---|---|---|---|---|\n";
  for (const auto& launch : outcome.launches) {
    text += "|";
    for (const auto& cell : row_of(launch))
      text += " " + escaped_markdown(cell) + " |";
    text += "\n";
  }
  for (const auto& launch : outcome.launches) {
    auto block = failure_block(launch, recorded_id(outcome));
    if (const auto words = log_words(launch); !words.empty()) block = launch.name + ":\n" + words;
    if (!block.empty())
      text += "\n" + fence_for(block) + "\n" + block + "\n" + fence_for(block) + "\n";
  }
  if (const auto surplus = surplus_words(outcome); !surplus.empty())
    text += "\n```\n" + surplus + "\n```\n";
  return text + "\nrun " + outcome.run_id + "\n";
}

}  // namespace runtask::run
