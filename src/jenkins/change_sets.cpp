#include <algorithm>
#include <array>

#include "base/text.h"
#include "jenkins/execution.h"

// currentBuild.changeSets: the commits since the one that --since names, as the git plugin of
// Jenkins has them: without merges, the oldest first, and whose work they are by their committer.

namespace runtask::jenkins {
namespace {

using groovy::Fiber;
using groovy::HostObject;
using groovy::Values;

// What has named parts, a text, and perhaps members.
class Part final : public HostObject {
 public:
  Part(std::string class_name, std::string text,
       std::vector<std::pair<std::string, Value>> properties,
       std::optional<Value> members = std::nullopt)
      : class_name_(std::move(class_name)),
        text_(std::move(text)),
        properties_(std::move(properties)),
        members_(std::move(members)) {}
  [[nodiscard]] std::string class_name() const override { return class_name_; }
  [[nodiscard]] std::string text() const override { return text_; }
  [[nodiscard]] std::optional<Outcome> get(Fiber& /*fiber*/, const std::string& name) override {
    for (const auto& [property, value] : properties_)
      if (property == name) return value;
    return std::nullopt;
  }
  [[nodiscard]] std::optional<Outcome> call(Fiber& fiber, const std::string& method,
                                            Values& arguments) override {
    static constexpr std::array<std::string_view, 10> kOfMembers = {
        "any",  "collect", "each",   "eachWithIndex", "every",
        "find", "findAll", "inject", "iterator",      "collectMany"};
    if (members_ && std::find(kOfMembers.begin(), kOfMembers.end(), method) != kOfMembers.end())
      return fiber.invoke_method(*members_, method, std::move(arguments));
    return arguments.empty() ? get(fiber, property_of_getter(method)) : std::nullopt;
  }

 private:
  std::string class_name_;
  std::string text_;
  std::vector<std::pair<std::string, Value>> properties_;
  std::optional<Value> members_;  // None: it is nothing that has them.
};

Value array_of(Branch& branch, Values items) {
  return branch.heap().make<groovy::List>(std::move(items),
                                          &groovy::known_class("java.lang.Object"));
}
Value list_of(Branch& branch, Values items) {
  return branch.heap().make<groovy::List>(std::move(items));
}

// `letter` is git's: A, M, D, T.
Value file_of(Branch& branch, char letter, const std::string& path) {
  const std::string edit = letter == 'A' ? "add" : letter == 'D' ? "delete" : "edit";
  const Value type(branch.heap().make<Part>(
      "hudson.scm.EditType", edit,
      std::vector<std::pair<std::string, Value>>{{"name", branch.text_value(edit)}}));
  return branch.heap().make<Part>("hudson.plugins.git.GitChangeSet$Path", path,
                                  std::vector<std::pair<std::string, Value>>{
                                      {"path", branch.text_value(path)}, {"editType", type}});
}

constexpr char kBegin = '\x01';  // Of a commit.
constexpr char kEnd = '\x02';    // Of what the format below says of it.
constexpr const char* kFormat = "--format=%x01%H%n%P%n%cn%n%ce%n%ct%n%ci%n%B%x02";
constexpr std::size_t kHeadLines = 6;

// A commit as git has written it: its head and message, then letters and paths.
Value commit_of(Branch& branch, std::string_view words) {
  const auto end = std::min(words.find(kEnd), words.size());
  auto lines = split(words.substr(0, end), '\n');
  if (lines.size() < kHeadLines) lines.resize(kHeadLines);
  const auto title = lines.size() > kHeadLines ? lines[kHeadLines] : "";
  std::string message;
  for (auto i = kHeadLines; i < lines.size(); ++i)
    message += lines[i] + "\n";
  Values files;
  Values paths;
  const auto changes = split(words.substr(std::min(end + 1, words.size())), '\0');
  std::string letter;
  for (const auto& change : changes) {
    if (letter.empty()) {
      letter = trimmed(change);  // With a newline before the first.
    } else {
      files.push_back(file_of(branch, letter[0], change));
      paths.push_back(branch.text_value(change));
      letter.clear();
    }
  }
  const auto text = [&](const std::string& value) { return branch.text_value(value); };
  const auto& name = lines[2];
  const Value author(branch.heap().make<Part>(
      "hudson.model.User", name,
      std::vector<std::pair<std::string, Value>>{
          {"id", text(name)}, {"fullName", text(name)}, {"displayName", text(name)}}));
  const auto seconds = parse_integer(lines[4], 0, INT64_MAX / 1'000).value_or(0);
  return branch.heap().make<Part>(
      "hudson.plugins.git.GitChangeSet", title,
      std::vector<std::pair<std::string, Value>>{
          {"commitId", text(lines[0])},
          {"id", text(lines[0])},
          {"revision", text(lines[0])},
          {"parentCommit", lines[1].empty() ? Value() : text(split(lines[1], ' ').front())},
          {"author", author},
          {"authorName", text(name)},
          {"authorEmail", text(lines[3])},
          {"timestamp", Value::whole(seconds * 1'000)},
          {"date", text(lines[5])},
          {"msg", text(title)},
          {"msgAnnotated", text(title)},
          {"comment", text(message)},
          {"commentAnnotated", text(message)},
          {"affectedFiles", list_of(branch, files)},
          {"paths", list_of(branch, files)},
          {"affectedPaths", list_of(branch, std::move(paths))}});
}

}  // namespace

Outcome Execution::change_sets(Branch& branch) {
  if (change_sets_) return *change_sets_;
  Values sets;
  if (!request_.since.empty()) {
    auto log = git_output(branch, {"log", "-z", "--reverse", "--no-merges", "--no-renames",
                                   "--name-status", kFormat, request_.since + "..HEAD", "--"});
    if (!log) return tl::unexpected<Raised>(log.error());
    Values commits;
    for (auto begin = log->find(kBegin); begin != std::string::npos;) {
      const auto next = log->find(kBegin, begin + 1);
      commits.push_back(commit_of(branch, std::string_view(*log).substr(
                                              begin + 1, std::min(next, log->size()) - begin - 1)));
      begin = next;
    }
    if (!commits.empty())
      sets.emplace_back(branch.heap().make<Part>(
          "hudson.plugins.git.GitChangeSetList", "hudson.plugins.git.GitChangeSetList",
          std::vector<std::pair<std::string, Value>>{{"kind", branch.text_value("git")},
                                                     {"emptySet", Value::of(false)},
                                                     {"logs", list_of(branch, commits)},
                                                     {"items", array_of(branch, commits)}},
          list_of(branch, commits)));
  }
  change_sets_ = list_of(branch, std::move(sets));
  return *change_sets_;
}

}  // namespace runtask::jenkins
