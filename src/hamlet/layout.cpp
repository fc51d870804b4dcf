#include "hamlet/layout.h"

#include <algorithm>

#include "base/text.h"

namespace runtask::hamlet {
namespace {

using Kind = sys::DirectoryEntry::Kind;
using Parts = std::vector<std::string_view>;

Parts parts_of(std::string_view path) {
  Parts parts;
  while (!path.empty()) {
    const auto slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return parts;
}

// `*` in one part of a path. Linear in practice: patterns have one or two stars.
bool part_matches(std::string_view pattern, std::string_view text) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  const auto rest = pattern.substr(star + 1);
  for (std::size_t skip = star; skip <= text.size(); ++skip)
    if (part_matches(rest, text.substr(skip))) return true;
  return false;
}

bool matches(const Parts& pattern, std::size_t p, const Parts& path, std::size_t t) {
  if (p == pattern.size()) return t == path.size();
  if (pattern[p] == "**") {
    for (std::size_t skip = t; skip <= path.size(); ++skip)
      if (matches(pattern, p + 1, path, skip)) return true;
    return false;
  }
  return t < path.size() && part_matches(pattern[p], path[t]) &&
         matches(pattern, p + 1, path, t + 1);
}

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Result<Tree> Tree::read(const sys::Files& files, const std::string& root) {
  return read(files, root, {});
}

Result<Tree> Tree::read(const sys::Files& files, const std::string& root,
                        const std::set<std::string>& except) {
  Tree tree;
  tree.root_ = root;
  struct Waiting {
    std::string path;
    int depth;
  };
  std::vector<Waiting> waiting{{"", 0}};
  while (!waiting.empty()) {
    const auto at = std::move(waiting.back());
    waiting.pop_back();
    const auto absolute = at.path.empty() ? root : root + "/" + at.path;
    auto listed = files.entries(absolute);
    if (!listed) {
      if (at.path.empty()) return fail(std::move(listed).error());
      continue;
    }
    for (const auto& entry : *listed) {
      // A pipe would be waited for, a device read for ever.
      if (entry.name.starts_with('.') || entry.kind == Kind::kOther) continue;
      const auto path = at.path.empty() ? entry.name : at.path + "/" + entry.name;
      auto absolute_path = root;
      absolute_path.append("/").append(path);
      if (except.contains(absolute_path)) continue;
      const bool is_directory = entry.kind == Kind::kDirectory ||
                                (entry.kind == Kind::kLink && files.is_directory(absolute_path));
      tree.entries_.push_back({path, is_directory});
      if (tree.entries_.size() > kTreeEntriesMax)
        return fail(Code::kFull, "there are more than 2,000,000 files below " + root,
                    "is that the root of the CMDB? set ROOT_DIR");
      if (entry.kind == Kind::kDirectory && at.depth < kTreeDepthMax)
        waiting.push_back({path, at.depth + 1});
    }
  }
  std::sort(tree.entries_.begin(), tree.entries_.end(),
            [](const Entry& a, const Entry& b) { return a.path < b.path; });
  for (std::size_t i = 0; i < tree.entries_.size(); ++i) {
    const auto& path = tree.entries_[i].path;
    tree.by_name_.emplace(path.substr(path.rfind('/') + 1), i);
  }
  return tree;
}

std::vector<std::string> Tree::find(std::string_view pattern) const {
  auto parts = parts_of(pattern);
  parts.insert(parts.begin(), "**");
  const auto try_one = [&](std::size_t index, std::vector<std::size_t>& found) {
    if (matches(parts, 0, parts_of(entries_[index].path), 0)) found.push_back(index);
  };
  std::vector<std::size_t> found;
  const auto& last = parts.back();
  if (last.find('*') == std::string_view::npos) {
    const auto [from, to] = by_name_.equal_range(std::string(last));
    for (auto at = from; at != to; ++at)
      try_one(at->second, found);
    std::sort(found.begin(), found.end());
  } else {
    for (std::size_t i = 0; i < entries_.size(); ++i)
      try_one(i, found);
  }
  std::vector<std::string> paths;
  paths.reserve(found.size());
  for (const auto index : found)
    paths.push_back(root_ + "/" + entries_[index].path);
  return paths;
}

std::vector<std::string> Tree::find_below(const std::string& directory,
                                          std::string_view pattern) const {
  std::vector<std::string> paths;
  const auto [from, to] = range_below(directory);
  const auto parts = parts_of(pattern);
  for (auto index = from; index != to; ++index) {
    const std::string_view path = entries_[index].path;
    const auto relative =
        directory.size() <= root_.size() ? path : path.substr(directory.size() - root_.size());
    if (matches(parts, 0, parts_of(relative), 0))
      paths.push_back(root_ + "/" + entries_[index].path);
  }
  return paths;
}

std::vector<std::string> Tree::names_in(const std::string& directory) const {
  std::vector<std::string> names;
  const auto [from, to] = range_below(directory);
  const auto skipped = directory.size() <= root_.size() ? 0 : directory.size() - root_.size();
  for (auto index = from; index != to; ++index) {
    const auto name = std::string_view(entries_[index].path).substr(skipped);
    if (name.find('/') == std::string_view::npos) names.emplace_back(name);
  }
  return names;
}

std::vector<std::string> Tree::directories_in(const std::string& directory) const {
  std::vector<std::string> names;
  const auto [from, to] = range_below(directory);
  const auto skipped = directory.size() <= root_.size() ? 0 : directory.size() - root_.size();
  for (auto index = from; index != to; ++index) {
    const auto name = std::string_view(entries_[index].path).substr(skipped);
    if (entries_[index].is_directory && name.find('/') == std::string_view::npos)
      names.emplace_back(name);
  }
  return names;
}

// Entries below a directory stand together, because "/" follows its name in all of them.
std::pair<std::size_t, std::size_t> Tree::range_below(const std::string& directory) const {
  if (directory == root_) return {0, entries_.size()};
  if (!directory.starts_with(root_ + "/")) return {0, 0};
  const auto prefix = directory.substr(root_.size() + 1) + "/";
  const auto from = std::lower_bound(
      entries_.begin(), entries_.end(), prefix,
      [](const Entry& entry, const std::string& wanted) { return entry.path < wanted; });
  const auto to = std::find_if(from, entries_.end(),
                               [&](const Entry& entry) { return !entry.path.starts_with(prefix); });
  return {static_cast<std::size_t>(from - entries_.begin()),
          static_cast<std::size_t>(to - entries_.begin())};
}

std::string Tree::first_directory(const std::vector<std::string>& patterns) const {
  for (const auto& pattern : patterns) {
    const bool wants_file = pattern.ends_with(".json");
    for (const auto& path : find(pattern)) {
      const auto relative = path.substr(root_.size() + 1);
      const auto at = std::lower_bound(
          entries_.begin(), entries_.end(), relative,
          [](const Entry& entry, const std::string& wanted) { return entry.path < wanted; });
      if (!at->is_directory) return parent_of(path);
      if (!wants_file) return path;
    }
  }
  return {};
}

Layout find_layout(const Tree& tree, const Names& names) {
  Layout layout;
  layout.root = tree.root();
  const auto operations = [&](const std::string& name) {
    return tree.first_directory(
        {name + "/operations/settings", "operations/**/" + name + "/settings",
         name + "/infrastructure/operations", "infrastructure/**/" + name + "/operations"});
  };
  const auto state = [&](const std::string& name) {
    return tree.first_directory({name + "/state", "state/**/" + name, name + "/infrastructure",
                                 "infrastructure/**/" + name});
  };
  const auto below = [&](const std::string& directory, const char* name) {
    if (directory.empty()) return std::string();
    const auto path = directory + "/" + name;
    const auto found = tree.find(path.substr(tree.root().size() + 1));
    return std::find(found.begin(), found.end(), path) != found.end() ? path : std::string();
  };
  const auto& [tenant, account, product, environment, segment] = names;
  layout.tenant = tree.first_directory(
      {tenant + "/tenant.json", tenant + "/config/tenant.json", "tenant.json"});
  layout.account =
      tree.first_directory({account + "/account.json", account + "/config/account.json"});
  layout.account_settings = below(layout.account, "settings");
  layout.account_state = state(account);
  layout.account_operations = operations(account);
  if (product.empty()) return layout;
  layout.product =
      tree.first_directory({product + "/product.json", product + "/config/product.json"});
  layout.product_settings = below(layout.product, "settings");
  layout.product_infrastructure =
      tree.first_directory({product + "/infrastructure", "infrastructure/**/" + product});
  layout.product_operations = operations(product);
  layout.product_solutions = tree.first_directory(
      {product + "/infrastructure/solutions", "infrastructure/**/" + product + "/solutions",
       product + "/config/solutionsv2", "config/**/" + product + "/solutionsv2"});
  layout.product_builds = tree.first_directory(
      {product + "/infrastructure/builds", "infrastructure/**/" + product + "/builds",
       product + "/config/settings", "config/**/" + product + "/settings"});
  layout.product_state = state(product);
  return layout;
}

std::string first_missing(const Layout& layout, bool has_product) {
  struct Row {
    const char* name;
    const std::string& directory;
    bool is_product;
  };
  for (const auto& [name, directory, is_product] :
       {Row{"TENANT", layout.tenant, false}, Row{"ACCOUNT", layout.account, false},
        Row{"ACCOUNT_SETTINGS", layout.account_settings, false},
        Row{"ACCOUNT_STATE", layout.account_state, false},
        Row{"ACCOUNT_OPERATIONS", layout.account_operations, false},
        Row{"PRODUCT", layout.product, true},
        Row{"PRODUCT_SETTINGS", layout.product_settings, true},
        Row{"PRODUCT_INFRASTRUCTURE", layout.product_infrastructure, true},
        Row{"PRODUCT_OPERATIONS", layout.product_operations, true},
        Row{"PRODUCT_SOLUTIONS", layout.product_solutions, true},
        Row{"PRODUCT_BUILDS", layout.product_builds, true},
        Row{"PRODUCT_STATE", layout.product_state, true}})
    if (directory.empty() && (has_product || !is_product)) return name;
  return {};
}

std::string find_root(const sys::Files& files, const std::string& directory) {
  std::vector<std::string> ancestors{directory};
  while (ancestors.back() != "/" && ancestors.back().find('/') != std::string::npos)
    ancestors.push_back(parent_of(ancestors.back()));
  const auto in = [](const std::string& path) { return path == "/" ? path : path + "/"; };
  for (const auto& path : ancestors)
    if (files.exists(in(path) + "root.json")) return path;
  for (const auto& path : ancestors)
    if (files.is_directory(in(path) + "config") && files.is_directory(in(path) + "infrastructure"))
      return path;
  return {};
}

}  // namespace runtask::hamlet
