#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sys/files.h"

// Where the directories of a CMDB are. hamlet finds them by patterns anywhere below the root, so
// that all three generations of layout work alike. Shared by the tree (constructTree.sh) and by the
// look-up of a task. Any thread.

namespace runtask::hamlet {

// The words of a scope, as directories are called: hamlet's context.
struct Names {
  std::string tenant;
  std::string account;
  std::string product;
  std::string environment;
  std::string segment;
};

// Everything below a root, read once. Hidden directories and links to directories are not entered,
// as bash's `**` does not; so a loop of links ends. Pipes, sockets and devices count as not there.
class Tree {
 public:
  // kNotFound or kDenied for the root; a directory below that may not be read is taken as empty.
  // kFull for more than kTreeEntriesMax entries.
  [[nodiscard]] static Result<Tree> read(const sys::Files& files, const std::string& root);
  // The same as if nothing were at the absolute paths of `except`.
  [[nodiscard]] static Result<Tree> read(const sys::Files& files, const std::string& root,
                                         const std::set<std::string>& except);

  [[nodiscard]] const std::string& root() const { return root_; }
  // Paths, absolute, in byte order, of what the pattern matches at any depth. Parts of a pattern
  // are separated by '/'; `**` stands for any number of directories, `*` in a part for any
  // characters; everything else is literal.
  [[nodiscard]] std::vector<std::string> find(std::string_view pattern) const;
  // The same, but only below that directory, which the pattern is relative to.
  [[nodiscard]] std::vector<std::string> find_below(const std::string& directory,
                                                    std::string_view pattern) const;
  // Names of what is right in that directory (absolute, below the root), in byte order.
  [[nodiscard]] std::vector<std::string> names_in(const std::string& directory) const;
  // The same, but of directories and of links to them alone.
  [[nodiscard]] std::vector<std::string> directories_in(const std::string& directory) const;
  // The first match of the first pattern that has one, or empty. A file yields its directory; a
  // directory does not match a pattern that ends in `.json`.
  [[nodiscard]] std::string first_directory(const std::vector<std::string>& patterns) const;

 private:
  struct Entry {
    std::string path;  // Relative to the root.
    bool is_directory = false;
  };
  // Of entries_, first and one past the last.
  [[nodiscard]] std::pair<std::size_t, std::size_t> range_below(const std::string& directory) const;

  std::string root_;
  std::vector<Entry> entries_;                       // In byte order of the path.
  std::multimap<std::string, std::size_t> by_name_;  // Last part of the path to entry.
};
constexpr std::size_t kTreeEntriesMax = 2'000'000;
constexpr int kTreeDepthMax = 100;

// hamlet 9: the table of directories. What was not found is empty.
struct Layout {
  std::string root;
  std::string tenant;
  std::string account, account_settings, account_state, account_operations;
  std::string product, product_settings, product_infrastructure, product_operations;
  std::string product_solutions, product_builds, product_state;
};
[[nodiscard]] Layout find_layout(const Tree& tree, const Names& names);

// The first one that hamlet insists on and that is not there ("ACCOUNT_STATE", in the order and
// with the names that its message uses), or empty. Product rows count only when `has_product`.
[[nodiscard]] std::string first_missing(const Layout& layout, bool has_product);

// The root of the CMDB that a directory is in: the nearest one (itself included) with `root.json`,
// else the nearest one with both `config` and `infrastructure`. Empty when there is none.
[[nodiscard]] std::string find_root(const sys::Files& files, const std::string& directory);

}  // namespace runtask::hamlet
