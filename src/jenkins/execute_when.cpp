#include <algorithm>

#include "base/text.h"
#include "jenkins/execution.h"
#include "jenkins/glob.h"

// Conditions of `when` (jenkins-pipeline 1.11).

namespace runtask::jenkins {
namespace {

using Truth = tl::expected<bool, Raised>;

constexpr std::string_view kUserCause = "UserIdCause";
constexpr std::string_view kUpstreamCause = "BuildUpstreamCause";

}  // namespace

Truth Execution::is_true(Branch& branch, const When& when) {
  for (const auto& condition : when.conditions) {
    auto holds = is_true(branch, condition);
    if (!holds || !*holds) return holds;
  }
  return true;
}

Truth Execution::matches(Branch& branch, const Condition& condition, const std::string& actual,
                         const std::string& preset_comparator) {
  const auto* pattern = condition.find_or_sole("pattern");
  if (pattern == nullptr) return true;
  auto wanted = text_of(branch, *pattern);
  if (!wanted) return tl::unexpected<Raised>(wanted.error());
  std::string comparator = preset_comparator;
  if (const auto* given = condition.find("comparator")) {
    auto text = text_of(branch, *given);
    if (!text) return tl::unexpected<Raised>(text.error());
    comparator = *text;
  }
  if (wanted->empty() && actual.empty()) return true;
  if (wanted->empty() || actual.empty()) return false;
  comparator = upper_case(comparator);
  if (comparator == "EQUALS") return *wanted == actual;
  if (comparator == "REGEXP") {
    const Value matched = branch.text_value(actual);
    auto result = branch.invoke_method(matched, "matches", {branch.text_value(*wanted)});
    if (!result) return tl::unexpected<Raised>(result.error());
    return branch.truth(*result);
  }
  const auto* sensitive = condition.find("caseSensitive");
  return matches_glob(*wanted, actual, literal_bool(sensitive).value_or(false));
}

tl::expected<std::vector<std::string>, Raised> Execution::git_lines(
    Branch& branch, std::vector<std::string> words) {
  auto output = git_output(branch, std::move(words));
  if (!output) return tl::unexpected<Raised>(output.error());
  if (output->empty()) return std::vector<std::string>();
  return split(trimmed(*output), '\n');
}

tl::expected<std::string, Raised> Execution::git_output(Branch& branch,
                                                        std::vector<std::string> words) {
  if (request_.source.empty()) return std::string();
  ProgramRun git;
  git.argv = {"git", "-C", request_.source};
  git.argv.insert(git.argv.end(), words.begin(), words.end());
  git.environment = variables_.process;
  git.is_shown = false;
  if (auto stop = run_program(branch, git)) return tl::unexpected<Raised>(*std::move(stop));
  if (git.code != 0) return std::string();
  return std::move(git.output);
}

// Of the log every line counts, of a commit's text as of its subject.
Truth Execution::has_changed(Branch& branch, const Condition& condition) {
  const bool is_log = condition.name == "changelog";
  std::vector<std::string> changes;
  if (!request_.since.empty()) {
    const auto range = request_.since + (is_log ? "..HEAD" : "");
    auto lines = is_log ? git_lines(branch, {"log", "--format=%B", range, "--"})
                        : git_lines(branch, {"diff", "--name-only", range, "--"});
    if (!lines) return tl::unexpected<Raised>(lines.error());
    changes = *std::move(lines);
  }
  if (changes.empty()) {
    say(branch,
        "Warning, empty changelog. Did you run a checkout? (--since COMMIT says what "
        "counts as changed)");
    return false;
  }
  const bool needs_all = literal_bool(condition.find("shouldMatchAll")).value_or(false);
  for (const auto& change : changes) {
    if (is_log && change.empty()) continue;
    auto found = matches(branch, condition, change, is_log ? "REGEXP" : "GLOB");
    if (!found || *found != needs_all) return found;
  }
  return needs_all;
}

Truth Execution::is_change_request(Branch& branch, const Condition& condition) {
  const auto* layers = branch.context.layers.get();
  if (!variables_.find("CHANGE_ID", layers)) return false;
  std::string comparator = "EQUALS";
  if (const auto* given = condition.find("comparator")) {
    auto text = text_of(branch, *given);
    if (!text) return tl::unexpected<Raised>(text.error());
    comparator = *std::move(text);
  }
  static constexpr std::array kFields = {
      std::pair("id", "CHANGE_ID"),
      std::pair("target", "CHANGE_TARGET"),
      std::pair("branch", "CHANGE_BRANCH"),
      std::pair("fork", "CHANGE_FORK"),
      std::pair("url", "CHANGE_URL"),
      std::pair("title", "CHANGE_TITLE"),
      std::pair("author", "CHANGE_AUTHOR"),
      std::pair("authorEmail", "CHANGE_AUTHOR_EMAIL"),
      std::pair("authorDisplayName", "CHANGE_AUTHOR_DISPLAY_NAME")};
  for (const auto& [field, variable] : kFields) {
    const auto* wanted = condition.find(field);
    if (wanted == nullptr) continue;
    Condition one;
    one.arguments.push_back({"", wanted, {}});
    auto holds = matches(branch, one, variables_.find(variable, layers).value_or(""), comparator);
    if (!holds || !*holds) return holds;
  }
  return true;
}

// A build here has one cause: the person who started it. The exact name of its class may go with
// that person's id; any other is a pattern for a part of the name, whatever its capitals.
Truth Execution::is_triggered_by(Branch& branch, const Condition& condition) {
  const auto* cause = condition.find_or_sole("cause");
  if (cause == nullptr) return false;
  auto wanted = text_of(branch, *cause);
  if (!wanted) return tl::unexpected<Raised>(wanted.error());
  const bool is_upstream = request_.upstream.is_there();
  const std::string own(is_upstream ? kUpstreamCause : kUserCause);
  if (*wanted != own) {
    auto pattern = branch.text_value("(?i).*" + *wanted + ".*");
    auto matched = branch.invoke_method(branch.text_value(own), "matches", {std::move(pattern)});
    if (!matched) return tl::unexpected<Raised>(matched.error());
    return branch.truth(*matched);
  }
  const auto* detail = condition.find("detail");
  if (detail == nullptr) return true;
  auto id = value_of(branch, *detail);
  if (!id) return tl::unexpected<Raised>(id.error());
  return id->is_null() || branch.text(*id) == user();
}

Truth Execution::is_true(Branch& branch, const Condition& condition) {
  const auto* layers = branch.context.layers.get();
  const auto variable = [&](const char* name) {
    return variables_.find(name, layers).value_or("");
  };
  const auto& name = condition.name;
  if (name == "allOf" || name == "anyOf") {
    const bool wants = name == "anyOf";
    for (const auto& child : condition.children) {
      auto holds = is_true(branch, child);
      if (!holds || *holds == wants) return holds;
    }
    return !wants;
  }
  if (name == "not") {
    if (condition.children.empty()) return true;
    auto holds = is_true(branch, condition.children[0]);
    if (!holds) return holds;
    return !*holds;
  }
  if (name == "expression") {
    if (condition.body == nullptr) return false;
    auto value = branch.execute(condition.body->body, scope_);
    if (!value) return tl::unexpected<Raised>(value.error());
    return branch.truth(*value);
  }
  if (name == "equals") {
    const auto* expected = condition.find("expected");
    const auto* actual = condition.find("actual");
    if (expected == nullptr || actual == nullptr) return false;
    auto left = value_of(branch, *expected);
    if (!left) return tl::unexpected<Raised>(left.error());
    auto right = value_of(branch, *actual);
    if (!right) return tl::unexpected<Raised>(right.error());
    return branch.equal(*left, *right);
  }
  if (name == "environment") {
    const auto* key = condition.find("name");
    const auto* value = condition.find("value");
    if (key == nullptr || value == nullptr) return false;
    auto key_text = text_of(branch, *key);
    if (!key_text) return tl::unexpected<Raised>(key_text.error());
    auto wanted = text_of(branch, *value);
    if (!wanted) return tl::unexpected<Raised>(wanted.error());
    const auto actual = variables_.find(*key_text, layers).value_or("");
    if (literal_bool(condition.find("ignoreCase")).value_or(false))
      return lower_case(actual) == lower_case(*wanted);
    return actual == *wanted;
  }
  if (name == "branch") {
    auto actual = variable("BRANCH_NAME");
    if (actual.empty()) actual = variable("GIT_LOCAL_BRANCH");
    return matches(branch, condition, actual, "GLOB");
  }
  if (name == "tag" || name == "buildingTag") {
    const auto tag = variable("TAG_NAME");
    if (tag.empty()) return false;
    return matches(branch, condition, tag, "GLOB");
  }
  if (name == "changeRequest") return is_change_request(branch, condition);
  if (name == "changeset" || name == "changelog") return has_changed(branch, condition);
  if (name == "triggeredBy") return is_triggered_by(branch, condition);
  return false;  // isRestartedRun: nothing is ever restarted here.
}

}  // namespace runtask::jenkins
