#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "hamlet/git.h"
#include "sys/files.h"

// Clones that follow a reference: made whole or not at all, brought up to date later, and never at
// the cost of somebody's work in them. For the loop's thread.

namespace runtask::hamlet {

// A branch, a tag or a commit (whole, or at least kCommitDigitsMin digits of it) at the remote
// side.
struct Reference {
  enum class Kind { kBranch, kTag, kCommit };
  Kind kind = Kind::kBranch;
  std::string name;
  std::string commit;  // Empty: known only after everything has been fetched.
};
constexpr std::size_t kCommitDigitsMin = 7;

// Asks the remote side. A branch wins over a tag, both over a commit. kNotFound without such a
// reference (the message names the branches that are there) or without such a repository, kDenied
// when it asks for a password and none fits, kUnavailable for the rest. `directory` is any that
// exists. When the credentials fit only percent-decoded, they are so from now on.
[[nodiscard]] Result<Reference> find_reference(Git& git, const std::string& directory,
                                               Repository& repository, const std::string& name);

// Makes the clone: shallow where the reference and the server allow it, no submodules. Where it
// fails, part of it may be there; so `directory` must be a name that nobody looks at.
[[nodiscard]] Result<> make_clone(Git& git, sys::Files& files, const Repository& repository,
                                  const Reference& reference, const std::string& directory);

// Brings a clone without work in it to the reference. When it dies in the middle, was_interrupted()
// says so.
[[nodiscard]] Result<> refresh_clone(Git& git, sys::Files& files, const Repository& repository,
                                     const Reference& reference, const std::string& directory);

[[nodiscard]] bool is_clone(const sys::Files& files, const std::string& directory);
[[nodiscard]] bool was_interrupted(const sys::Files& files, const std::string& directory);

// What somebody has done in the clone that is nowhere else, for a person ("uncommitted changes
// (config/a.json, and 3 more)"), or empty. The `.gitignore` that constructTree makes is nobody's.
[[nodiscard]] Result<std::string> work_in(Git& git, const sys::Files& files,
                                          const std::string& directory);

// The URL that the clone was made from, without user and password; empty when it has none.
[[nodiscard]] Result<std::string> remote_url(Git& git, const std::string& directory);
// The commit that is checked out in the repository that a directory is in; empty when there is
// none.
[[nodiscard]] Result<std::string> head_commit(Git& git, const std::string& directory);

}  // namespace runtask::hamlet
