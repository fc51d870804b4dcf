#include "hamlet/layout.h"

#include <gtest/gtest.h>

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
