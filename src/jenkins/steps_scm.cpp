#include <algorithm>
#include <set>

#include "base/text.h"
#include "jenkins/glob.h"
#include "jenkins/jobs.h"
#include "jenkins/steps.h"

// Checkouts (jenkins-pipeline 2.4). The job's own repository comes as its working tree is: what is
// not committed too, what is ignored not.

namespace runtask::jenkins {
namespace {

struct GitRun {
  Execution& execution;
  Branch& branch;
  std::string directory;

  // What it says; none: it failed. Raises an interruption.
  [[nodiscard]] tl::expected<std::optional<std::string>, Raised> output(
      std::vector<std::string> words) const {
    Execution::ProgramRun git;
    git.argv = {"git", "-C", directory};
    git.argv.insert(git.argv.end(), words.begin(), words.end());
    git.environment = execution.variables().process;
    git.environment["GIT_OPTIONAL_LOCKS"] = "0";
    git.directory = "/";
    git.is_shown = false;
    if (auto stop = execution.run_program(branch, git)) return failed(*std::move(stop));
    if (git.code != 0) return std::nullopt;
    return git.output;
  }
};

Value map_of(Branch& branch, const Execution::Texts& texts) {
  const auto map = branch.map();
  for (const auto& [name, value] : texts)
    map->put(branch.text_value(name), branch.text_value(value));
  return map;
}

// What a checkout brings. `local` is the branch that it is to be on: none, the HEAD is detached;
// empty, one of the name of the remote branch.
struct Wish {
  std::string url;
  std::string reference;
  std::optional<std::string> local;
};

// Brings a remote repository into the working directory, at the head of a branch or at a commit.
Outcome clone(Execution& execution, Branch& branch, const Wish& wish) {
  const auto& [url, reference, local] = wish;
  auto& files = execution.outside().files;
  const auto& directory = branch.context.directory;
  if (auto made = files.make_directory(directory, 0755); !made)
    return Execution::abort(branch, made.error().message);
  const auto run = [&](std::vector<std::string> words) -> Outcome {
    Execution::ProgramRun git;
    git.argv = {"git", "-c", "advice.detachedHead=false"};
    git.argv.insert(git.argv.end(), words.begin(), words.end());
    git.environment = execution.environment_for(branch);
    git.environment["GIT_TERMINAL_PROMPT"] = "0";
    git.directory = directory;
    execution.say(branch, " > git " + join(words, " "));
    if (auto stop = execution.run_program(branch, git)) return failed(*std::move(stop));
    if (git.code != 0)
      return Execution::abort(branch,
                              "git " + words[0] + " ended with " + std::to_string(git.code));
    return Value();
  };
  const GitRun git{execution, branch, directory};
  if (!files.exists(directory + "/.git"))
    if (auto outcome = run({"init", "-q"}); !outcome) return outcome;
  for (const auto& [name, value] : {std::pair<std::string, std::string>{"url", url},
                                    {"fetch", "+refs/heads/*:refs/remotes/origin/*"}})
    if (const auto set = git.output({"config", "remote.origin." + name, value}); !set)
      return failed(set.error());
  if (auto outcome = run(
          {"fetch", "-q", "--tags", "--force", "--", url, "+refs/heads/*:refs/remotes/origin/*"});
      !outcome)
    return outcome;
  auto wanted = reference;
  if (wanted.starts_with("*/")) wanted.erase(0, 2);
  if (wanted.starts_with("refs/heads/")) wanted.erase(0, 11);
  auto commit =
      git.output({"rev-parse", "-q", "--verify", "refs/remotes/origin/" + wanted + "^{commit}"});
  const bool is_branch = commit && *commit;
  if (commit && !*commit)
    commit = git.output({"rev-parse", "-q", "--verify", wanted + "^{commit}"});
  if (!commit) return failed(commit.error());
  if (!*commit)
    return Execution::abort(
        branch, "Couldn't find any revision to build: there is no " + wanted + " in " + url);
  const std::string hash(trimmed(**commit));
  Execution::Texts texts = {
      {"GIT_BRANCH", "origin/" + wanted}, {"GIT_COMMIT", hash}, {"GIT_URL", url}};
  std::vector<std::string> checkout = {"checkout", "-q", "-f"};
  if (local && (is_branch || !local->empty())) {
    texts.emplace_back("GIT_LOCAL_BRANCH", local->empty() ? wanted : *local);
    checkout.insert(checkout.end(), {"--no-track", "-B", texts.back().second, hash});
  } else {
    checkout.insert(checkout.end(), {"--detach", hash});
  }
  if (auto outcome = run(std::move(checkout)); !outcome) return outcome;
  return map_of(branch, texts);
}

// The history beside the files, for steps that ask git. Its objects are those of the source, only
// read; its remote is that of the source, so that no step can push into the user's own repository.
// Without it (a source of another user, one without commits) the files are there all the same.
std::optional<Raised> bring_history(const GitRun& source, const std::string& directory,
                                    const std::string& temporary) {
  auto& files = source.execution.outside().files;
  const auto url = source.output({"config", "--get", "remote.origin.url"});
  if (!url) return url.error();
  const auto clone = temporary + "/clone";
  if (!files.remove(clone)) return std::nullopt;
  const auto cloned = source.output({"clone", "-q", "--no-checkout", "--shared", "--", ".", clone});
  if (!cloned) return cloned.error();
  if (!*cloned) return std::nullopt;
  const bool is_moved = files.remove(directory + "/.git").has_value() &&
                        files.rename(clone + "/.git", directory + "/.git").has_value();
  (void)files.remove(clone);
  if (!is_moved) return std::nullopt;
  const GitRun copy{source.execution, source.branch, directory};
  const auto done = *url ? copy.output({"remote", "set-url", "origin", std::string(trimmed(**url))})
                         : copy.output({"remote", "remove", "origin"});
  if (!done) return done.error();
  const auto reset = copy.output({"reset", "-q"});
  return reset ? std::nullopt : std::optional(reset.error());
}

// What git knows of the source, as Jenkins names it.
tl::expected<Execution::Texts, Raised> texts_of(const GitRun& git) {
  Execution::Texts texts;
  for (const auto& [name, words] :
       std::initializer_list<std::pair<const char*, std::vector<std::string>>>{
           {"GIT_COMMIT", {"rev-parse", "-q", "--verify", "HEAD"}},
           {"GIT_LOCAL_BRANCH", {"symbolic-ref", "-q", "--short", "HEAD"}},
           {"GIT_URL", {"config", "--get", "remote.origin.url"}}}) {
    const auto text = git.output(words);
    if (!text) return failed(text.error());
    if (*text && !trimmed(**text).empty()) texts.emplace_back(name, trimmed(**text));
  }
  return texts;
}

// Files that an earlier checkout brought and that are gone now are removed.
void remove_what_is_gone(sys::Files& files, const std::string& manifest,
                         const std::string& directory, const std::vector<std::string>& paths) {
  const std::set<std::string> now(paths.begin(), paths.end());
  for (const auto& old : split(files.read(manifest).value_or(""), '\0'))
    if (!old.empty() && now.count(old) == 0) (void)files.remove(directory + "/" + old);
  std::string list;
  for (const auto& path : paths)
    list.append(path).push_back('\0');
  (void)files.remove(manifest);
  (void)files.append(manifest, list, 0600);
}

}  // namespace

tl::expected<Execution::Texts, Raised> Execution::check_out_source(Branch& branch,
                                                                   const std::string& directory) {
  auto& files = outside_.files;
  const GitRun git{*this, branch, request_.source};
  std::optional<std::string> listed;
  if (may_be_in_repository(files, request_.source) || variables_.process.count("GIT_DIR") > 0) {
    auto output = git.output(
        {"ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"});
    if (!output) return failed(output.error());
    listed = *std::move(output);
  }
  std::vector<std::string> paths;
  if (listed) {
    for (auto& path : split(*listed, '\0'))
      if (!path.empty() && files.exists(request_.source + "/" + path)) paths.push_back(path);
  } else {
    auto found = find_files(files, request_.source, "**", "", true);
    if (!found) return failed(abort(branch, found.error().message).value());
    paths = *std::move(found);
  }
  if (auto made = files.make_directory(directory, 0755); !made)
    return failed(abort(branch, made.error().message).value());
  const auto temporary = temporary_directory();
  if (!temporary) return failed(abort(branch, temporary.error().message).value());
  std::string key = directory;
  std::replace(key.begin(), key.end(), '/', '%');
  remove_what_is_gone(files, *temporary + "/checkout" + key, directory, paths);
  if (auto copied = copy_files(*this, branch, request_.source, directory, paths); !copied)
    return failed(copied.error());
  say(branch, "Checked out " + std::to_string(paths.size()) + " file(s) of " + request_.source);
  if (!listed) return Texts();
  if (auto stop = bring_history(git, directory, *temporary)) return failed(*std::move(stop));
  auto texts = texts_of(git);
  if (texts && texts->size() > 1 && (*texts)[1].first == "GIT_LOCAL_BRANCH") {
    const auto name = (*texts)[1].second;
    texts->emplace_back("GIT_BRANCH", "origin/" + name);
    if (variables_.build.count("BRANCH_NAME") == 0 && variables_.process.count("BRANCH_NAME") == 0)
      variables_.build["BRANCH_NAME"] = name;
  }
  return texts;
}

Outcome step_git(Execution& execution, StepCall& call) {
  return clone(execution, call.branch,
               {call.text_or("url", ""), call.text_or("branch", "master"), ""});
}

namespace {

// That of the extension LocalBranch; `**` is the name of the remote one.
std::optional<std::string> local_branch(Branch& branch, const groovy::Map& scm) {
  const auto* extensions = scm.find("extensions");
  if (extensions == nullptr || !extensions->is(groovy::Kind::kList)) return std::nullopt;
  for (const auto& one : extensions->as<groovy::List>().items) {
    if (!one.is(groovy::Kind::kMap)) continue;
    const auto& map = one.as<groovy::Map>();
    const auto text = [&](const char* key) {
      const auto* value = map.find(key);
      return value != nullptr && !value->is_null() ? branch.text(*value).value_or("")
                                                   : std::string();
    };
    if (text("$class") != "LocalBranch" && text("$kind") != "localBranch") continue;
    const auto name = text("localBranch");
    return name == "**" ? "" : name;
  }
  return std::nullopt;
}

}  // namespace

Outcome step_checkout(Execution& execution, StepCall& call) {
  auto& branch = call.branch;
  const auto scm = call.value("scm");
  if (scm.is(groovy::Kind::kMap)) {
    const auto& map = scm.as<groovy::Map>();
    const auto first = [&](const char* list_name, const char* key) -> std::string {
      const auto* list = map.find(list_name);
      if (list == nullptr || !list->is(groovy::Kind::kList)) return {};
      const auto& items = list->as<groovy::List>().items;
      if (items.empty() || !items[0].is(groovy::Kind::kMap)) return {};
      const auto* value = items[0].as<groovy::Map>().find(key);
      return value != nullptr ? branch.text(*value).value_or("") : std::string();
    };
    const auto url = first("userRemoteConfigs", "url");
    auto reference = first("branches", "name");
    if (reference.empty()) reference = "master";
    if (!url.empty()) return clone(execution, branch, {url, reference, local_branch(branch, map)});
  }
  if (execution.request().source.empty())
    return Execution::abort(branch,
                            "‘checkout scm’ is only available when a source is known; give "
                            "one with --scm DIR");
  auto texts = execution.check_out_source(branch, branch.context.directory);
  if (!texts) return failed(texts.error());
  return map_of(branch, *texts);
}

}  // namespace runtask::jenkins
