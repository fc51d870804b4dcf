#include "hamlet/layout.h"

#include <gtest/gtest.h>

#include <random>

#include "sim/sim_files.h"

namespace runtask::hamlet {
namespace {

std::unique_ptr<sim::SimFiles> tree_of(const std::vector<std::string>& paths) {
  auto files = std::make_unique<sim::SimFiles>();
  for (const auto& path : paths) {
    const auto absolute = "/cmdb/" + path;
    EXPECT_TRUE(files->make_directory(absolute.substr(0, absolute.rfind('/')), 0755));
    EXPECT_TRUE(files->write(absolute, "{}", 0644));
  }
  return files;
}

TEST(Tree, the_first_match_in_byte_order_of_the_first_pattern_with_one_is_taken) {
  const auto files = tree_of({"b/x/account.json", "a/x/account.json", "x/config/account.json"});
  const auto tree = Tree::read(*files, "/cmdb");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->first_directory({"x/none.json", "x/account.json", "x/config/account.json"}),
            "/cmdb/a/x");
}

TEST(Tree, two_stars_stand_for_no_directory_as_well_as_for_many) {
  const auto files = tree_of({"infrastructure/p/f", "infrastructure/a/b/q/f"});
  const auto tree = Tree::read(*files, "/cmdb");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->first_directory({"infrastructure/**/p"}), "/cmdb/infrastructure/p");
  EXPECT_EQ(tree->first_directory({"infrastructure/**/q"}), "/cmdb/infrastructure/a/b/q");
}

TEST(Tree, hidden_directories_are_not_entered) {
  const auto files = tree_of({".git/x/account.json", "y/f"});
  const auto tree = Tree::read(*files, "/cmdb");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->first_directory({"x/account.json"}), "");
}

TEST(Tree, a_directory_is_no_match_where_a_file_is_meant) {
  const auto files = tree_of({"a/x/account.json/f", "b/x/account.json", "b/x/f"});
  const auto tree = Tree::read(*files, "/cmdb");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->first_directory({"x/account.json"}), "/cmdb/b/x");
}

TEST(Tree, what_is_left_out_is_not_found_and_nothing_else_is_missed) {
  const auto files = tree_of({"a/x/account.json", "ab/x/account.json"});
  const auto tree = Tree::read(*files, "/cmdb", {"/cmdb/a", "/cmdb/none"});
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->find("x/account.json"), std::vector<std::string>{"/cmdb/ab/x/account.json"});
}

// A tree of the words that the patterns are made of, in any order and depth.
std::vector<std::string> random_paths(unsigned seed) {
  const std::vector<std::string> words{
      "acct",  "shop",    "config",      "infrastructure", "operations",   "settings",
      "state", "builds",  "solutions",   "solutionsv2",    "account.json", "product.json",
      "*",     "a b[x]*", "tenant.json", ".hidden",        "root.json",    "\xff"};
  std::mt19937 random(seed);
  std::vector<std::string> paths;
  const auto count = random() % 40;
  for (unsigned i = 0; i < count; ++i) {
    std::string path = "f" + std::to_string(i);
    const auto depth = random() % 9;
    for (unsigned d = 0; d < depth; ++d)
      path = words[random() % words.size()] + "/" + path;
    paths.push_back(path);
  }
  return paths;
}

TEST(Layout, of_any_tree_names_only_directories_that_are_in_it) {
  for (unsigned seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto files = tree_of(random_paths(seed));
    ASSERT_TRUE(files->make_directory("/cmdb", 0755));
    const auto tree = Tree::read(*files, "/cmdb");
    ASSERT_TRUE(tree);
    const auto names = seed % 3 == 0 ? Names{"", "*", "a b[x]*", "", ""}
                                     : Names{"acct", "acct", "shop", "dev", "default"};
    const auto layout = find_layout(*tree, names);
    for (const auto& directory :
         {layout.tenant, layout.account, layout.account_settings, layout.account_state,
          layout.account_operations, layout.product, layout.product_settings,
          layout.product_infrastructure, layout.product_operations, layout.product_solutions,
          layout.product_builds, layout.product_state}) {
      if (directory.empty()) continue;
      ASSERT_TRUE(files->is_directory(directory)) << directory;
      ASSERT_EQ(directory.find("/."), std::string::npos) << directory;
    }
    ASSERT_EQ(find_layout(*tree, names).product, layout.product);
    (void)first_missing(layout, true);
  }
}

TEST(Layout, the_first_missing_directory_is_named_as_hamlet_names_it) {
  const auto files = tree_of({"acct/account.json", "acct/settings/f", "tenant.json"});
  const auto tree = Tree::read(*files, "/cmdb");
  ASSERT_TRUE(tree);
  const auto layout = find_layout(*tree, {"", "acct", "", "", ""});
  EXPECT_EQ(layout.account_settings, "/cmdb/acct/settings");
  EXPECT_EQ(first_missing(layout, false), "ACCOUNT_STATE");
}

TEST(Root, root_json_further_up_beats_config_and_infrastructure_nearby) {
  const auto files = tree_of({"root.json", "p/config/f", "p/infrastructure/f", "p/config/deep/f"});
  EXPECT_EQ(find_root(*files, "/cmdb/p/config/deep"), "/cmdb");
  EXPECT_EQ(find_root(*files, "/"), "");
}

}  // namespace
}  // namespace runtask::hamlet
