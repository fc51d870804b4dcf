#include <algorithm>

#include "base/text.h"
#include "jenkins/glob.h"
#include "jenkins/steps.h"

// zip and unzip of the pipeline utility steps, carried out by the programs of these names.

namespace runtask::jenkins {
namespace {

constexpr std::size_t kWordsAtOnce = 500;  // Of one command line.

struct Archiver {
  Execution& execution;
  StepCall& call;
  std::string directory;

  // None: it failed, with the reason in `error`.
  std::optional<std::string> run(std::vector<std::string> argv) {
    Execution::ProgramRun program;
    const auto name = argv[0];
    program.argv = std::move(argv);
    program.environment = execution.environment_for(call.branch);
    program.directory = directory;
    program.is_shown = false;
    error = execution.run_program(call.branch, program);
    if (error) return std::nullopt;
    if (program.code == 0) return std::move(program.output);
    const std::string words = program.code == 127
                                  ? name + " is not installed; install the package of that name"
                                  : name + " ended with " + std::to_string(program.code) + ": " +
                                        std::string(trimmed(program.output));
    error = Execution::abort(call.branch, words).value();
    return std::nullopt;
  }
  std::optional<Raised> error;

  [[nodiscard]] Outcome failed() const { return tl::unexpected<Raised>(*error); }
};

// unzip's own wildcards in names that are to be taken as they are.
std::string plain_name(const std::string& name) {
  std::string result;
  for (const char c : name) {
    if (c == '*' || c == '?' || c == '[' || c == ']' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

}  // namespace

Outcome step_zip(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  auto& files = execution.outside().files;
  if (call.text_or("zipFile", "").empty()) return Execution::invalid(branch, "zip needs a zipFile");
  const auto file = Execution::path_in(branch, call.text_or("zipFile", ""));
  const auto source = Execution::path_in(branch, call.text_or("dir", ""));
  if (files.exists(file)) {
    if (!call.truth("overwrite", false)) return Execution::abort(branch, file + " exists.");
    if (auto removed = files.remove(file); !removed)
      return Execution::abort(branch, removed.error().message);
  }
  auto glob = call.text_or("glob", "");
  if (glob.empty()) glob = "**";
  auto found = find_files(files, source, glob, call.text_or("exclude", ""),
                          call.truth("defaultExcludes", true));
  if (!found) return Execution::abort(branch, found.error().message);
  if (auto made = files.make_directory(file.substr(0, file.rfind('/')), 0755); !made)
    return Execution::abort(branch, made.error().message);
  execution.say(branch, "Writing zip file of " + source + " to " + file);
  Archiver archiver{execution, call, source, {}};
  for (std::size_t i = 0; i < found->size(); i += kWordsAtOnce) {
    std::vector<std::string> argv = {"zip", "-q", file, "--"};
    argv.insert(
        argv.end(), found->begin() + static_cast<std::ptrdiff_t>(i),
        found->begin() + static_cast<std::ptrdiff_t>(std::min(i + kWordsAtOnce, found->size())));
    if (!archiver.run(std::move(argv))) return archiver.failed();
  }
  execution.say(branch, "Compressed " + std::to_string(found->size()) + " entries.");
  if (!call.truth("archive", false)) return Value();
  call.arguments["artifacts"] = branch.text_value(call.text_or("zipFile", ""));
  return step_archive(execution, call);
}

Outcome step_unzip(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  auto& files = execution.outside().files;
  const auto file = Execution::path_in(branch, call.text_or("zipFile", ""));
  if (!files.exists(file))
    return branch.raise("java.io.FileNotFoundException", file + " does not exist.");
  const auto target = Execution::path_in(branch, call.text_or("dir", ""));
  if (auto made = files.make_directory(target, 0755); !made)
    return Execution::abort(branch, made.error().message);
  Archiver archiver{execution, call, target, {}};
  if (call.truth("test", false)) {
    const bool is_good = archiver.run({"unzip", "-tqq", file}).has_value();
    if (!is_good && archiver.error->throwable &&
        Execution::result_of(*archiver.error) == BuildResult::kAborted)
      return archiver.failed();
    return Value::of(is_good);
  }
  const auto listed = archiver.run({"unzip", "-Z1", file});
  if (!listed) return archiver.failed();
  const auto glob = call.text_or("glob", "");
  std::vector<std::string> names;
  for (const auto& name : split(*listed, '\n'))
    if (!name.empty() && !name.ends_with('/') && (glob.empty() || matches_glob(glob, name)))
      names.push_back(name);
  if (call.truth("read", false)) {
    const auto map = branch.map();
    for (const auto& name : names) {
      auto text = archiver.run({"unzip", "-p", file, plain_name(name)});
      if (!text) return archiver.failed();
      map->put(branch.text_value(name), branch.text_value(*std::move(text)));
    }
    return Value(map);
  }
  if (!call.truth("quiet", false)) execution.say(branch, "Extracting from " + file);
  const auto list = branch.list();
  for (std::size_t i = 0; i < names.size(); i += kWordsAtOnce) {
    std::vector<std::string> argv = {"unzip", "-o", "-q", file};
    const auto end = std::min(i + kWordsAtOnce, names.size());
    for (std::size_t k = i; k < end; ++k) {
      argv.push_back(plain_name(names[k]));
      list->items.push_back(branch.text_value(names[k]));
    }
    if (!archiver.run(std::move(argv))) return archiver.failed();
  }
  list->changed();
  if (!call.truth("quiet", false))
    execution.say(branch, "Extracted: " + std::to_string(names.size()) + " files");
  return Value(list);
}

}  // namespace runtask::jenkins
