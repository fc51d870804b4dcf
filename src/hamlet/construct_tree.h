#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "hamlet/git_clone.h"
#include "hamlet/layout.h"
#include "hamlet/messages.h"
#include "hamlet/tree_plan.h"
#include "sys/files.h"

// constructTree.sh's work: the clones that make up a CMDB, each at its place below the tree's base
// directory, at the reference asked for, also when an earlier call has left a tree there. What is
// done to a clone is done under a hidden name and put in its place when it is whole; a lock keeps
// two calls apart; what a dead one has left is cleared away. For the loop's thread.

namespace runtask::hamlet {

// How long a call waits for another one that works on the same tree.
constexpr Duration kTreeLockPatience = std::chrono::minutes(10);

class TreeBuilder {
 public:
  struct Outside {
    Git& git;
    sys::Files& files;
    Messages& messages;
    std::function<void()> show;  // Prints what `messages` has, so that it goes before git's output.
  };
  // `plan` outlives it, and is changed where a secret turns out to be meant differently.
  TreeBuilder(Outside outside, TreePlan& plan) : outside_(std::move(outside)), plan_(plan) {}

  // All clones. On failure the messages have been said, and what was there before is still there.
  [[nodiscard]] Result<> build();
  // PRODUCT_CONFIG_COMMIT and so on, as far as they are known: also after a failure.
  [[nodiscard]] const std::vector<Property>& commits() const { return commits_; }

 private:
  struct Places {
    std::string beside;  // Where it goes when something named `infrastructure` is in it,
    std::string below;   // and else; the same for infrastructure itself.
  };
  [[nodiscard]] Result<std::unique_ptr<sys::FileLock>> lock_base();
  [[nodiscard]] Result<> clear_leftovers();
  [[nodiscard]] Result<> build_product();
  [[nodiscard]] Result<> build_account();
  [[nodiscard]] Result<> remove_unused();
  [[nodiscard]] Result<std::string> search(const std::vector<std::string>& patterns) const;
  [[nodiscard]] Places own(const Places& places) const;
  [[nodiscard]] Result<std::string> put(RepositoryPlan& wanted, const Places& places);
  [[nodiscard]] Result<std::string> put_at(RepositoryPlan& wanted, const Places& places);
  [[nodiscard]] Result<bool> bring_up_to_date(const RepositoryPlan& wanted,
                                              const Reference& reference, const std::string& place);
  [[nodiscard]] Result<std::string> place_of(const std::string& clone, const Places& places) const;
  [[nodiscard]] Result<> refuse_work(const std::string& clone);
  [[nodiscard]] Result<> set_aside(const std::string& clone);
  [[nodiscard]] Result<> remove_scripts_leftover(const std::string& directory,
                                                 const std::string& url);
  [[nodiscard]] Result<> save_commit(const std::string& name, const std::string& directory);

  Outside outside_;
  TreePlan& plan_;
  std::set<std::string> places_;  // Where earlier calls may have put clones.
  std::set<std::string> fresh_;   // Those of them that this call has dealt with.
  std::vector<Property> commits_;
};

// hamlet 5.5: the directories of the tree, all that hamlet insists on. kNotFound names the first
// one that is missing, in the script's words; for a tree from before 1.1.0 it says that.
[[nodiscard]] Result<Layout> find_directories(const sys::Files& files, const std::string& root,
                                              const Names& names);

}  // namespace runtask::hamlet
