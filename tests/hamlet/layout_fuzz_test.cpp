#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <regex>
#include <set>

#include "hamlet/layout.h"
#include "sim/sim_files.h"
#include "sim/sim_random.h"

// The layout of random trees, against the patterns said in another way: as regular expressions over
// the list of all paths.

namespace runtask::hamlet {
namespace {

constexpr std::array kNames = {
    "config", "infrastructure", "state", "operations", "settings", "solutions", "solutionsv2",
    "builds", "acct",           "shop",  "acme",       "cf",       "a-b",       "zz"};

std::string expression_of(const std::string& pattern) {
  std::string text = "(.*/)?";
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern.compare(i, 3, "**/") == 0) {
      text += "(.*/)?";
      i += 2;
    } else if (pattern[i] == '*') {
      text += "[^/]*";
    } else {
      text += std::string("\\") + pattern[i];
      if (std::isalnum(static_cast<unsigned char>(pattern[i])) != 0) text.erase(text.size() - 2, 1);
    }
  }
  return text;
}

struct World {
  sim::SimFiles files;
  std::set<std::string> paths;  // Relative, of files and directories.
  std::set<std::string> directories;
};

void fill(World& world, sim::SimRandom& random) {
  const auto below = [&](std::size_t bound) { return random.below(static_cast<unsigned>(bound)); };
  constexpr std::array kFiles = {"tenant.json", "account.json", "product.json", "f"};
  for (unsigned i = 0; i < 12 + below(40); ++i) {
    std::string directory = "/r";
    for (unsigned depth = 0; depth < 1 + below(5); ++depth) {
      directory += std::string("/") + kNames[below(kNames.size())];
      world.paths.insert(directory.substr(3));
      world.directories.insert(directory.substr(3));
    }
    ASSERT_TRUE(world.files.make_directory(directory, 0755));
    const auto file = directory + "/" + kFiles[below(kFiles.size())];
    ASSERT_TRUE(world.files.write(file, "{}", 0644));
    world.paths.insert(file.substr(3));
  }
}

std::string first_by_expression(const World& world, const std::vector<std::string>& patterns) {
  for (const auto& pattern : patterns) {
    const std::regex expression(expression_of(pattern));
    for (const auto& path : world.paths) {
      if (!std::regex_match(path, expression)) continue;
      if (world.directories.contains(path)) return "/r/" + path;
      const auto slash = path.rfind('/');
      return slash == std::string::npos ? "/r" : "/r/" + path.substr(0, slash);
    }
  }
  return {};
}

TEST(LayoutFuzz, every_directory_is_where_the_patterns_say) {
  sim::SimRandom random(20261124);
  const std::string p = "shop";
  const std::string a = "acct";
  for (int round = 0; round < 100; ++round) {
    World world;
    fill(world, random);
    const auto tree = Tree::read(world.files, "/r");
    ASSERT_TRUE(tree);
    const auto layout = find_layout(*tree, {"acme", a, p, "e", "s"});
    const auto expect = [&](const std::string& found, const std::vector<std::string>& patterns) {
      EXPECT_EQ(found, first_by_expression(world, patterns)) << "round " << round;
    };
    expect(layout.tenant, {"acme/tenant.json", "acme/config/tenant.json", "tenant.json"});
    expect(layout.account, {a + "/account.json", a + "/config/account.json"});
    expect(layout.product, {p + "/product.json", p + "/config/product.json"});
    for (const auto& [name, state, operations] :
         {std::tuple{a, layout.account_state, layout.account_operations},
          {p, layout.product_state, layout.product_operations}}) {
      expect(state, {name + "/state", "state/**/" + name, name + "/infrastructure",
                     "infrastructure/**/" + name});
      expect(operations,
             {name + "/operations/settings", "operations/**/" + name + "/settings",
              name + "/infrastructure/operations", "infrastructure/**/" + name + "/operations"});
    }
    expect(layout.product_infrastructure, {p + "/infrastructure", "infrastructure/**/" + p});
    expect(layout.product_solutions,
           {p + "/infrastructure/solutions", "infrastructure/**/" + p + "/solutions",
            p + "/config/solutionsv2", "config/**/" + p + "/solutionsv2"});
    expect(layout.product_builds,
           {p + "/infrastructure/builds", "infrastructure/**/" + p + "/builds",
            p + "/config/settings", "config/**/" + p + "/settings"});
  }
}

TEST(LayoutFuzz, what_is_below_a_directory_is_found_as_in_the_whole_tree) {
  sim::SimRandom random(7);
  for (int round = 0; round < 100; ++round) {
    World world;
    fill(world, random);
    const auto tree = Tree::read(world.files, "/r");
    ASSERT_TRUE(tree);
    for (const auto& directory : world.directories) {
      std::vector<std::string> files;
      std::vector<std::string> names;
      for (const auto& path : world.paths) {
        if (!path.starts_with(directory + "/")) continue;
        const auto relative = path.substr(directory.size() + 1);
        if (relative.ends_with(".json")) files.push_back("/r/" + path);
        if (relative.find('/') == std::string::npos) names.push_back(relative);
      }
      EXPECT_EQ(tree->find_below("/r/" + directory, "**/*.json"), files);
      EXPECT_EQ(tree->names_in("/r/" + directory), names);
    }
  }
}

}  // namespace
}  // namespace runtask::hamlet
