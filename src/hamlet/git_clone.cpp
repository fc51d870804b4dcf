#include "hamlet/git_clone.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace runtask::hamlet {
namespace {

// hamlet 5: what constructTree writes where a repository has no `.gitignore`.
constexpr const char* kIgnored = "temp_*\n";
// There while a clone is between two commits.
constexpr const char* kMarker = "/.git/runtask-update";
// What runtask has checked out last, so that a commit without a branch is not taken for work.
constexpr const char* kBase = "refs/runtask/base";
constexpr std::size_t kNamesShown = 10;
constexpr std::size_t kPathsShown = 3;
constexpr std::size_t kLinesShown = 20;

using Words = std::vector<std::string>;

bool is_hex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}
bool is_commit(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) && is_hex(text);
}

// git's last line that says why, without its "fatal: ".
std::string reason_of(const std::string& output) {
  std::string reason;
  for (const auto& line : split(output, '\n')) {
    for (const std::string_view begin : {"fatal: ", "error: ", "remote: ", "ERROR: "})
      if (line.starts_with(begin)) reason = line.substr(begin.size());
  }
  if (!reason.empty()) return std::string(trimmed(reason));
  const auto text = trimmed(output);
  return std::string(text.substr(text.rfind('\n') + 1));
}

bool has_any(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

bool is_refused(const std::string& output) {
  return has_any(output, {"Authentication failed", "could not read Username",
                          "could not read Password", "terminal prompts disabled"});
}

// What git says, whole: SSH and proxies put the reason before git's own last word.
std::vector<std::string> said_by_git(const std::string& output) {
  std::vector<std::string> lines;
  for (const auto& line : split(output, '\n'))
    if (const auto text = trimmed(line); !text.empty() && lines.size() < kLinesShown)
      lines.push_back("git: " + std::string(text));
  return lines;
}

Error remote_error(const Repository& repository, const std::string& output) {
  const auto& url = repository.url;
  if (is_refused(output) && repository.credentials)
    return {Code::kDenied, url + " refuses the credentials it was given", said_by_git(output),
            "check the variable that holds them"};
  if (is_refused(output))
    return {Code::kDenied, url + " asks for a password, and there is none", said_by_git(output),
            "set the provider's credentials (such as GITHUB_CREDENTIALS=user:password) for "
            "setContext.sh, or set up one of git's credential helpers"};
  if (has_any(output, {"not found", "does not appear to be a git repository", "does not exist"}))
    return {Code::kNotFound, "there is no repository " + url + ", or it may not be seen",
            said_by_git(output), "check provider, organisation, name and credentials"};
  return {
      Code::kUnavailable, "cannot read " + url + ": " + reason_of(output), said_by_git(output), {}};
}

tl::unexpected<Error> remote_failure(const Repository& repository, const std::string& output) {
  return fail(remote_error(repository, output));
}

// A git command of this machine that has to succeed.
Result<std::string> local(Git& git, const std::string& directory, Words words) {
  auto result = TRY(git.run(directory, words));
  if (result.code == 0) return std::move(result.output);
  return fail(Code::kUnavailable,
              "git " + words.front() + " failed in " + directory + ": " + reason_of(result.output));
}

// The line of the output that is a commit: warnings may stand before it.
std::string commit_in(const std::string& output) {
  for (const auto& line : split(output, '\n'))
    if (is_commit(line)) return line;
  return {};
}

std::string listed(std::vector<std::string> names, std::size_t shown) {
  const auto all = names.size();
  if (all > shown) names.resize(shown);
  auto text = join(names, ", ");
  if (all > shown) text += ", and " + std::to_string(all - shown) + " more";
  return text;
}

struct RemoteNames {
  std::vector<std::pair<std::string, std::string>> branches, tags;  // Name and commit.
};

RemoteNames names_in(const std::string& output) {
  constexpr std::string_view kHeads = "refs/heads/";
  constexpr std::string_view kTags = "refs/tags/";
  constexpr std::string_view kPeeled = "^{}";
  RemoteNames names;
  for (const auto& line : split(output, '\n')) {
    const auto tab = line.find('\t');
    if (tab == std::string::npos || !is_commit(line.substr(0, tab))) continue;
    const auto name = line.substr(tab + 1);
    if (name.starts_with(kHeads)) {
      names.branches.emplace_back(name.substr(kHeads.size()), line.substr(0, tab));
    } else if (name.starts_with(kTags) && name.ends_with(kPeeled)) {
      // Follows the tag itself: the commit that an annotated tag is about.
      const auto plain = name.substr(kTags.size(), name.size() - kTags.size() - kPeeled.size());
      if (!names.tags.empty() && names.tags.back().first == plain)
        names.tags.back().second = line.substr(0, tab);
    } else if (name.starts_with(kTags)) {
      names.tags.emplace_back(name.substr(kTags.size()), line.substr(0, tab));
    }
  }
  return names;
}

tl::unexpected<Error> unknown_reference(const Repository& repository, const std::string& name,
                                        const std::vector<std::string>& branches) {
  if (branches.empty())
    return fail(Code::kNotFound, repository.url + " is empty: it has no branch at all");
  return fail(Code::kNotFound, repository.url + " has no branch, tag or commit `" + name +
                                   "`; its branches are: " + listed(branches, kNamesShown));
}

Result<bool> is_shallow(Git& git, const std::string& directory) {
  const auto output = TRY(local(git, directory, {"rev-parse", "--is-shallow-repository"}));
  return output.find("true") != std::string::npos;
}

Result<GitResult> fetch(Git& git, const std::string& directory, const Repository& repository,
                        const Words& options, const Words& what) {
  Words words{"fetch", git.shows_progress() ? "--progress" : "--quiet", "--no-tags",
              "--no-recurse-submodules"};
  words.insert(words.end(), options.begin(), options.end());
  words.emplace_back("origin");
  words.insert(words.end(), what.begin(), what.end());
  return git.run_remote(directory, repository, std::move(words), kGitTransferMax);
}

Result<> fetch_everything(Git& git, const std::string& directory, const Repository& repository) {
  Words options;
  if (TRY(is_shallow(git, directory))) options.emplace_back("--unshallow");
  const auto fetched =
      TRY(fetch(git, directory, repository, options,
                {"+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"}));
  if (fetched.code != 0) return remote_failure(repository, fetched.output);
  return {};
}

Result<std::string> commit_of(Git& git, const std::string& directory, const std::string& name) {
  const auto result =
      TRY(git.run(directory, {"rev-parse", "--verify", "--quiet", name + "^{commit}"}));
  return result.code == 0 ? commit_in(result.output) : std::string();
}

// A commit by its number. Many servers give it out alone; from the others everything is fetched.
Result<std::string> fetch_commit(Git& git, const std::string& directory,
                                 const Repository& repository, const Reference& reference,
                                 const Words& depth) {
  const auto& wanted = reference.commit.empty() ? reference.name : reference.commit;
  if (is_commit(wanted)) {
    auto commit = TRY(commit_of(git, directory, wanted));
    if (!commit.empty()) return commit;
    const auto fetched = TRY(fetch(git, directory, repository, depth, {wanted}));
    if (fetched.code == 0) {
      commit = TRY(commit_of(git, directory, wanted));
      if (!commit.empty()) return commit;
    }
  }
  TRY(fetch_everything(git, directory, repository));
  auto commit = TRY(commit_of(git, directory, wanted));
  if (!commit.empty()) return commit;
  const auto output = TRY(local(
      git, directory, {"for-each-ref", "--format=%(refname:lstrip=3)", "refs/remotes/origin"}));
  auto branches = split(trimmed(output), '\n');
  return unknown_reference(repository, reference.name, branches);
}

// Fetches what the reference needs and says which commit it is.
Result<std::string> fetch_reference(Git& git, const std::string& directory,
                                    const Repository& repository, const Reference& reference,
                                    bool is_new) {
  Words depth;
  if (is_new || TRY(is_shallow(git, directory))) depth.emplace_back("--depth=1");
  if (reference.kind == Reference::Kind::kCommit)
    return fetch_commit(git, directory, repository, reference, depth);
  const bool is_branch = reference.kind == Reference::Kind::kBranch;
  const auto here =
      is_branch ? "refs/remotes/origin/" + reference.name : "refs/tags/" + reference.name;
  const auto there = (is_branch ? "refs/heads/" : "refs/tags/") + reference.name;
  const Words what{"+" + there + ":" + here};
  auto fetched = TRY(fetch(git, directory, repository, depth, what));
  // Some servers, and all that only give out files, cannot cut a history.
  if (fetched.code != 0 && !depth.empty() && has_any(fetched.output, {"shallow"}))
    fetched = TRY(fetch(git, directory, repository, {}, what));
  if (fetched.code != 0) return remote_failure(repository, fetched.output);
  auto commit = TRY(commit_of(git, directory, here));
  if (commit.empty())
    return fail(Code::kInvalid, there + " of " + repository.url + " is not a commit");
  return commit;
}

Result<> check_out(Git& git, const std::string& directory, const Reference& reference,
                   const std::string& commit) {
  Words words{"checkout", "--quiet", "--no-recurse-submodules"};
  if (reference.kind == Reference::Kind::kBranch) {
    words.insert(words.end(),
                 {"--track", "-B", reference.name, "refs/remotes/origin/" + reference.name, "--"});
  } else {
    words.insert(words.end(), {"--detach", commit, "--"});
  }
  TRY(local(git, directory, std::move(words)));
  TRY(local(git, directory, {"update-ref", kBase, commit}));
  return {};
}

Result<bool> is_tracked(Git& git, const std::string& directory, const std::string& path) {
  const auto result = TRY(git.run(directory, {"ls-files", "--error-unmatch", "--", path}));
  return result.code == 0;
}

// hamlet 5: only where the repository has none. git is told in its own file not to mention it.
Result<> add_ignore_file(sys::Files& files, const std::string& directory) {
  const auto path = directory + "/.gitignore";
  if (files.exists(path)) return {};
  TRY(files.write(path, kIgnored, 0644));
  const auto excludes = directory + "/.git/info/exclude";
  constexpr std::string_view kLine = "/.gitignore\n";
  auto text = files.read(excludes).value_or("");
  if (("\n" + text).find("\n" + std::string(kLine)) != std::string::npos) return {};
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  TRY(files.make_directory(directory + "/.git/info", 0755));
  return files.write(excludes, text + std::string(kLine), 0644);
}

// git says where it would go, without going there.
Result<> find_asking_origin(Git& git, const std::string& directory, Repository& repository) {
  if (!repository.credentials) return {};
  const auto output = TRY(local(git, directory, {"ls-remote", "--get-url", "--", repository.url}));
  const auto text = trimmed(output);
  repository.asking_origin = origin_of(text.substr(text.rfind('\n') + 1));
  return {};
}

}  // namespace

Result<Reference> find_reference(Git& git, const std::string& directory, Repository& repository,
                                 const std::string& name) {
  TRY(find_asking_origin(git, directory, repository));
  const auto look = [&] {
    return git.run_remote(directory, repository,
                          {"ls-remote", "--quiet", "--heads", "--tags", "--", repository.url},
                          kGitLookMax);
  };
  auto result = TRY(look());
  if (result.code != 0 && repository.credentials && is_refused(result.output)) {
    if (auto plain = decoded(*repository.credentials)) {
      const auto as_given = std::exchange(repository.credentials, std::move(plain));
      result = TRY(look());
      if (result.code != 0) repository.credentials = as_given;
    }
  }
  if (result.code != 0) return remote_failure(repository, result.output);
  const auto names = names_in(result.output);
  for (const auto& [branch, commit] : names.branches)
    if (branch == name) return Reference{Reference::Kind::kBranch, name, commit};
  for (const auto& [tag, commit] : names.tags)
    if (tag == name) return Reference{Reference::Kind::kTag, name, commit};
  const auto digits = lower_case(name);
  if (is_hex(digits) && digits.size() >= kCommitDigitsMin && digits.size() <= 64 &&
      !names.branches.empty())
    return Reference{Reference::Kind::kCommit, digits, is_commit(digits) ? digits : ""};
  std::vector<std::string> branches;
  for (const auto& branch : names.branches)
    branches.push_back(branch.first);
  return unknown_reference(repository, name, branches);
}

Result<> make_clone(Git& git, sys::Files& files, const Repository& repository,
                    const Reference& reference, const std::string& directory) {
  TRY(files.make_directory(directory, 0755));
  TRY(local(git, directory, {"init", "--quiet"}));
  TRY(local(git, directory, {"remote", "add", "--", "origin", repository.url}));
  const auto commit = TRY(fetch_reference(git, directory, repository, reference, true));
  TRY(check_out(git, directory, reference, commit));
  return add_ignore_file(files, directory);
}

Result<> refresh_clone(Git& git, sys::Files& files, const Repository& repository,
                       const Reference& reference, const std::string& directory) {
  const auto marker = directory + kMarker;
  TRY(files.write(marker, "", 0644));
  // One that the bash scripts made has the password in its URL.
  TRY(local(git, directory, {"config", "remote.origin.url", repository.url}));
  const auto commit = TRY(fetch_reference(git, directory, repository, reference, false));
  const auto ignore_file = directory + "/.gitignore";
  if (files.read(ignore_file).value_or("") == kIgnored &&
      !TRY(is_tracked(git, directory, ".gitignore")))
    TRY(files.remove(ignore_file));  // The new commit may bring its own.
  TRY(check_out(git, directory, reference, commit));
  TRY(add_ignore_file(files, directory));
  return files.remove(marker);
}

bool is_clone(const sys::Files& files, const std::string& directory) {
  return files.is_directory(directory + "/.git");
}

bool was_interrupted(const sys::Files& files, const std::string& directory) {
  return files.exists(directory + kMarker);
}

Result<std::string> work_in(Git& git, const sys::Files& files, const std::string& directory) {
  const auto status = TRY(local(git, directory, {"--no-optional-locks", "status", "--porcelain"}));
  std::vector<std::string> paths;
  for (const auto& line : split(status, '\n')) {
    if (line.size() < 4 || line.starts_with("warning:") || line.starts_with("hint:")) continue;
    if (line == "?? .gitignore") continue;
    paths.push_back(line.substr(3));
  }
  // Ignored, hence not in that list; so ours is told from somebody's by what is in it.
  const auto ignore_file = files.read(directory + "/.gitignore");
  if (ignore_file && *ignore_file != kIgnored && !TRY(is_tracked(git, directory, ".gitignore")))
    paths.emplace_back(".gitignore");
  if (!paths.empty()) return "uncommitted changes (" + listed(paths, kPathsShown) + ")";
  const auto ahead = TRY(local(git, directory,
                               {"rev-list", "--max-count=1", "HEAD", "--branches", "--not",
                                "--remotes", "--tags", "--glob=refs/runtask/"}));
  const auto commit = commit_in(ahead);
  if (!commit.empty()) return "commits that were not pushed (" + commit.substr(0, 12) + ")";
  return std::string();
}

Result<std::string> remote_url(Git& git, const std::string& directory) {
  const auto result = TRY(git.run(directory, {"config", "--get", "remote.origin.url"}));
  if (result.code != 0) return std::string();
  return repository_of(std::string(trimmed(result.output))).url;
}

Result<std::string> head_commit(Git& git, const std::string& directory) {
  const auto result = TRY(git.run(directory, {"rev-parse", "--verify", "--quiet", "HEAD"}));
  return result.code == 0 ? commit_in(result.output) : std::string();
}

}  // namespace runtask::hamlet
