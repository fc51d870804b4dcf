#include <algorithm>

#include "base/text.h"
#include "groovy/classes.h"
#include "jenkins/charset.h"
#include "jenkins/glob.h"
#include "jenkins/steps.h"

// Files of the workspace (jenkins-pipeline 2.4).

namespace runtask::jenkins {
namespace {

constexpr std::size_t kWordsAtOnce = 500;  // Of one command line.

Result<> make_parents(sys::Files& files, const std::string& directory,
                      const std::vector<std::string>& paths) {
  std::string parent;
  for (const auto& path : paths) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos || path.compare(0, slash, parent) == 0) continue;
    parent = path.substr(0, slash);
    TRY(files.make_directory(directory + "/" + parent, 0755));
  }
  return {};
}

Outcome find(Execution& execution, StepCall& call, const std::string& includes,
             std::vector<std::string>& found, bool default_excludes) {
  auto files = find_files(execution.outside().files, call.branch.context.directory, includes,
                          call.text_or("excludes", ""), default_excludes);
  if (!files) return Execution::abort(call.branch, files.error().message);
  found = *std::move(files);
  return Value();
}

}  // namespace

// The program that copies is the system's own. It takes every file for a new one once it has made a
// directory, and fails at the next that is there already: it gets no directory to make.
Outcome copy_files(Execution& execution, Branch& branch, const std::string& from,
                   const std::string& to, const std::vector<std::string>& paths) {
  auto& files = execution.outside().files;
  if (auto made = files.make_directory(to, 0755); !made)
    return Execution::abort(branch, made.error().message);
  if (auto made = make_parents(files, to, paths); !made)
    return Execution::abort(branch, made.error().message);
  for (std::size_t i = 0; i < paths.size(); i += kWordsAtOnce) {
    Execution::ProgramRun copy;
    copy.argv = {"cp", "-dpR", "--parents", "--reflink=auto", "--remove-destination",
                 "-t", to,     "--"};
    copy.argv.insert(
        copy.argv.end(), paths.begin() + static_cast<std::ptrdiff_t>(i),
        paths.begin() + static_cast<std::ptrdiff_t>(std::min(i + kWordsAtOnce, paths.size())));
    copy.environment = execution.variables().process;
    copy.directory = from;
    if (auto stop = execution.run_program(branch, copy)) return tl::unexpected<Raised>(*stop);
    if (copy.code != 0) return Execution::abort(branch, "files could not be copied to " + to);
  }
  return Value();
}

Outcome step_read_file(Execution& execution, StepCall& call) {
  const auto path = Execution::path_in(call.branch, call.text_or("file", ""));
  auto text = execution.outside().files.read(path);
  if (!text) {
    if (text.error().code == Code::kNotFound)
      return call.branch.raise("java.nio.file.NoSuchFileException", path);
    return Execution::abort(call.branch, text.error().message);
  }
  const auto encoding = call.text_or("encoding", "");
  if (encoding == "Base64") return call.branch.text_value(base64(*text));
  auto characters = decoded(*text, encoding);
  if (!characters) return Execution::invalid(call.branch, no_charset(encoding));
  return call.branch.text_value(*std::move(characters));
}

Outcome step_write_file(Execution& execution, StepCall& call) {
  auto& files = execution.outside().files;
  const auto path = Execution::path_in(call.branch, call.text_or("file", ""));
  if (auto made = files.make_directory(path.substr(0, path.rfind('/')), 0755); !made)
    return Execution::abort(call.branch, made.error().message);
  if (files.is_directory(path)) return Execution::abort(call.branch, path + " is a directory");
  auto text = call.text_or("text", "");
  const auto encoding = call.text_or("encoding", "");
  if (encoding == "Base64") {  // The text stands for bytes.
    auto bytes = call.branch.invoke_method(call.branch.text_value(text), "decodeBase64", {});
    if (!bytes) return bytes;
    text.clear();
    for (const auto& byte : bytes->as<groovy::List>().items)
      text += static_cast<char>(byte.number());
  } else if (auto bytes = encoded(text, encoding)) {
    text = *std::move(bytes);
  } else {
    return Execution::invalid(call.branch, no_charset(encoding));
  }
  auto written = files.write(path, text, 0644);
  if (!written) return Execution::abort(call.branch, written.error().message);
  return Value();
}

Outcome step_file_exists(Execution& execution, StepCall& call) {
  const auto file = call.text_or("file", "");
  if (file.empty())
    execution.say(call.branch,
                  "The fileExists step has been called with a null or empty string, "
                  "so the current directory will be checked instead.");
  return Value::of(execution.outside().files.exists(Execution::path_in(call.branch, file)));
}

Outcome step_touch(Execution& execution, StepCall& call) {
  auto& files = execution.outside().files;
  const auto path = Execution::path_in(call.branch, call.text_or("file", ""));
  if (auto made = files.make_directory(path.substr(0, path.rfind('/')), 0755); !made)
    return Execution::abort(call.branch, made.error().message);
  if (auto added = files.append(path, "", 0644); !added)
    return Execution::abort(call.branch, added.error().message);
  return Value();
}

namespace {

Outcome text_below(Execution& execution, StepCall& call, const std::vector<std::string>& roots,
                   const std::string& path) {
  if (path.starts_with('/') || ("/" + path + "/").find("/../") != std::string::npos)
    return Execution::abort(call.branch, path + " is no path inside");
  for (const auto& root : roots)
    if (auto text = execution.outside().files.read(root + "/" + path))
      return call.branch.text_value(*std::move(text));
  return Execution::abort(call.branch, "there is no file " + path);
}

}  // namespace

// From the repository itself, without a workspace.
Outcome step_read_trusted(Execution& execution, StepCall& call) {
  return text_below(execution, call, {execution.request().source}, call.text_or("path", ""));
}

Outcome step_library_resource(Execution& execution, StepCall& call) {
  std::vector<std::string> roots;
  for (const auto& [name, directory] : execution.request().libraries)
    roots.push_back(directory + "/resources");
  return text_below(execution, call, roots, call.text_or("resource", ""));
}

namespace {

// What findFiles returns of each file.
class FoundFile final : public groovy::HostObject {
 public:
  FoundFile(std::string path, long long length, long long modified)
      : path_(std::move(path)), length_(length), modified_(modified) {}
  [[nodiscard]] std::string class_name() const override {
    return "org.jenkinsci.plugins.pipeline.utility.steps.fs.FileWrapper";
  }
  [[nodiscard]] std::optional<Outcome> get(groovy::Fiber& fiber, const std::string& name) override {
    if (name == "name") return fiber.text_value(path_.substr(path_.rfind('/') + 1));
    if (name == "path") return fiber.text_value(path_);
    if (name == "directory") return Value::of(false);
    if (name == "length") return Value::whole(length_);
    if (name == "lastModified") return Value::whole(modified_);
    return std::nullopt;
  }
  [[nodiscard]] std::optional<Outcome> call(groovy::Fiber& fiber, const std::string& method,
                                            groovy::Values& arguments) override {
    if (!arguments.empty()) return std::nullopt;
    return get(fiber, property_of_getter(method));
  }
  [[nodiscard]] std::string text() const override { return path_; }

 private:
  std::string path_;
  long long length_;    // Bytes.
  long long modified_;  // Milliseconds since 1970.
};

}  // namespace

Outcome step_find_files(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  std::vector<std::string> found;
  auto outcome = find(execution, call, call.text_or("glob", "*"), found, true);
  if (!outcome) return outcome;
  const auto list =
      branch.heap().make<groovy::List>(groovy::Values(), &groovy::known_class("java.lang.Object"));
  constexpr std::size_t kAtOnce = 500;  // Words of one command line.
  for (std::size_t i = 0; i < found.size(); i += kAtOnce) {
    const auto end = std::min(i + kAtOnce, found.size());
    Execution::ProgramRun look;
    look.argv = {"stat", "-c", "%s %Y", "--"};
    look.argv.insert(look.argv.end(), found.begin() + static_cast<std::ptrdiff_t>(i),
                     found.begin() + static_cast<std::ptrdiff_t>(end));
    look.environment = execution.variables().process;
    look.directory = branch.context.directory;
    look.is_shown = false;
    if (auto stop = execution.run_program(branch, look)) return tl::unexpected<Raised>(*stop);
    const auto lines = split(look.output, '\n');
    for (std::size_t k = i; k < end; ++k) {
      const auto words = split(k - i < lines.size() ? lines[k - i] : "", ' ');
      const auto number = [&](std::size_t word) {
        return word < words.size() ? parse_integer(words[word], 0, INT64_MAX).value_or(0) : 0;
      };
      list->items.emplace_back(
          branch.heap().make<FoundFile>(found[k], number(0), number(1) * 1'000));
    }
  }
  list->changed();
  return Value(list);
}

namespace {

// A directory that a build may empty: not one that holds the job's own place, nor the user's tree.
// A slip such as dir('/') { deleteDir() } would otherwise be the end of both.
bool may_empty(const Execution& execution, const std::string& directory) {
  std::string path = directory;
  while (path.ends_with('/'))
    path.pop_back();
  if (path.empty() || path.find("/..") != std::string::npos) return false;
  const auto is_around = [&](const std::string& inner) {
    return inner == path || inner.starts_with(path + "/");
  };
  const auto& request = execution.request();
  if (is_around(request.home) || is_around(request.file_path)) return false;
  return request.source.empty() || !is_around(request.source);
}

tl::unexpected<Raised> not_emptied(Branch& branch) {
  return Execution::abort(branch, "refusing to empty " + branch.context.directory +
                                      ": it is no place of this build's own");
}

}  // namespace

Outcome step_delete_dir(Execution& execution, StepCall& call) {
  if (!may_empty(execution, call.branch.context.directory)) return not_emptied(call.branch);
  auto removed = execution.outside().files.remove(call.branch.context.directory);
  if (!removed) return Execution::abort(call.branch, removed.error().message);
  return Value();
}

Outcome step_clean_ws(Execution& execution, StepCall& call) {
  auto& files = execution.outside().files;
  const auto& workspace = call.branch.context.directory;
  if (!may_empty(execution, workspace)) return not_emptied(call.branch);
  execution.say(call.branch, "[WS-CLEANUP] Deleting project workspace...");
  const auto result = execution.current_result_in(call.branch);
  const auto* condition = result == BuildResult::kSuccess    ? "cleanWhenSuccess"
                          : result == BuildResult::kUnstable ? "cleanWhenUnstable"
                          : result == BuildResult::kFailure  ? "cleanWhenFailure"
                          : result == BuildResult::kNotBuilt ? "cleanWhenNotBuilt"
                                                             : "cleanWhenAborted";
  if (!call.truth(condition, true)) {
    execution.say(call.branch,
                  "[WS-CLEANUP] Skipped based on build state " + std::string(name_of(result)));
    return Value();
  }
  const auto patterns = call.value("patterns");
  if (patterns.is(groovy::Kind::kList) && !patterns.as<groovy::List>().items.empty()) {
    std::string includes;
    std::string excludes;
    for (const auto& item : patterns.as<groovy::List>().items) {
      if (!item.is(groovy::Kind::kMap)) continue;
      const auto& map = item.as<groovy::Map>();
      const auto* pattern = map.find("pattern");
      const auto* type = map.find("type");
      if (pattern == nullptr) continue;
      const bool is_out = type != nullptr && call.branch.text(*type).value_or("") == "EXCLUDE";
      (is_out ? excludes : includes) += call.branch.text(*pattern).value_or("") + ",";
    }
    auto found = find_files(files, workspace, includes.empty() ? "**" : includes, excludes, false);
    if (!found) return Execution::abort(call.branch, found.error().message);
    for (const auto& path : *found)
      (void)files.remove(workspace + "/" + path);
  } else if (files.is_directory(workspace)) {
    for (const auto& name : files.list(workspace).value_or(std::vector<std::string>()))
      if (auto removed = files.remove(workspace + "/" + name); !removed)
        return Execution::abort(call.branch, removed.error().message);
  }
  execution.say(call.branch, "[WS-CLEANUP] done");
  return Value();
}

Outcome step_stash(Execution& execution, StepCall& call) {
  const auto name = call.text_or("name", "");
  std::vector<std::string> found;
  auto outcome = find(execution, call, call.text_or("includes", "**"), found,
                      call.truth("useDefaultExcludes", true));
  if (!outcome) return outcome;
  if (found.empty() && !call.truth("allowEmpty", false))
    return Execution::abort(call.branch, "No files included in stash ‘" + name + "’");
  const auto directory = execution.request().build_directory + "/stashes/" +
                         std::to_string(execution.stashes.size() + 1);
  outcome = copy_files(execution, call.branch, call.branch.context.directory, directory, found);
  if (!outcome) return outcome;
  execution.stashes[name] = directory;
  execution.say(call.branch, "Stashed " + std::to_string(found.size()) + " file(s)");
  return Value();
}

Outcome step_unstash(Execution& execution, StepCall& call) {
  const auto name = call.text_or("name", "");
  const auto stash = execution.stashes.find(name);
  if (stash == execution.stashes.end())
    return Execution::abort(call.branch, "No such saved stash ‘" + name + "’");
  auto found = find_files(execution.outside().files, stash->second, "**", "", false);
  if (!found) return Execution::abort(call.branch, found.error().message);
  return copy_files(execution, call.branch, stash->second, call.branch.context.directory, *found);
}

Outcome step_archive(Execution& execution, StepCall& call) {
  execution.say(call.branch, "Archiving artifacts");
  if (call.truth("onlyIfSuccessful", false) &&
      execution.current_result_in(call.branch) != BuildResult::kSuccess) {
    execution.say(call.branch, "Skipping archiving because build is not successful");
    return Value();
  }
  const auto patterns = call.text_or(call.name == "archive" ? "includes" : "artifacts", "");
  std::vector<std::string> found;
  auto outcome = find(execution, call, patterns, found, call.truth("defaultExcludes", true));
  if (!outcome) return outcome;
  if (found.empty()) {
    const auto words =
        "No artifacts found that match the file pattern \"" + patterns + "\". Configuration error?";
    if (!call.truth("allowEmptyArchive", false)) return Execution::abort(call.branch, words);
    execution.say(call.branch, words);
    return Value();
  }
  return copy_files(execution, call.branch, call.branch.context.directory,
                    execution.request().build_directory + "/artifacts", found);
}

}  // namespace runtask::jenkins
