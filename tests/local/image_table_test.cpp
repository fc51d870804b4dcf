#include "local/image_table.h"

#include <gmock/gmock.h>

#include "local/state_directory.h"
#include "sim/sim_files.h"
#include "sim/sim_random.h"

namespace runtask::local {
namespace {

using testing::HasSubstr;

TEST(ImageTable, it_comes_back_as_it_was_saved) {
  sim::SimFiles files;
  ImageTable table;
  ASSERT_TRUE(table.set({"shop:1", "/srv/shop", {{"A", "1"}}, {"/bin/sh", "-c"}}));
  ASSERT_TRUE(table.save(files, "/images.json"));
  EXPECT_EQ(files.mode("/images.json"), 0600U);
  const auto again = ImageTable::load(files, "/images.json");
  ASSERT_TRUE(again);
  const auto image = again->find("shop:1");
  ASSERT_TRUE(image);
  EXPECT_EQ(image->directory, "/srv/shop");
  EXPECT_EQ(image->environment.at(0).value, "1");
  EXPECT_EQ(image->entry_point.size(), 2U);
  EXPECT_EQ(again->all().at(0).name, "host");
  EXPECT_EQ(again->all().at(1).name, "simulated");
  EXPECT_EQ(again->all().size(), 3U);
}

TEST(ImageTable, a_missing_file_is_empty_and_a_broken_one_says_where) {
  sim::SimFiles files;
  EXPECT_TRUE(ImageTable::load(files, "/images.json")->find("host"));
  EXPECT_FALSE(ImageTable::load(files, "/images.json")->find("shop"));
  EXPECT_THAT(ImageTable::parse("{", "images.json").error().text(), HasSubstr("images.json:1"));
  EXPECT_THAT(ImageTable::parse(R"({"images":{"a":7}})", "images.json").error().text(),
              HasSubstr("/images/a"));
  EXPECT_FALSE(ImageTable::parse(R"({"images":{"a":{"directory":"srv"}}})", "i"));
  EXPECT_FALSE(ImageTable::parse(R"({"images":{"host":{}}})", "i"));
}

TEST(ImageTable, latest_is_what_a_name_without_a_tag_means) {
  ImageTable table;
  ASSERT_TRUE(table.set({"a", {}, {}, {}}));
  ASSERT_TRUE(table.set({"b:latest", {}, {}, {}}));
  EXPECT_TRUE(table.find("a:latest"));
  EXPECT_TRUE(table.find("b"));
  EXPECT_FALSE(table.find("a:1"));
}

TEST(ImageTable, what_always_exists_cannot_be_changed_and_what_is_not_there_cannot_go) {
  ImageTable table;
  for (const std::string name : {"host", "simulated"}) {
    EXPECT_TRUE(table.find(name));
    EXPECT_EQ(table.set({name, "/x", {}, {}}).error().code, Code::kUsage);
    EXPECT_EQ(table.remove(name).error().code, Code::kUsage);
  }
  EXPECT_EQ(table.remove("x").error().code, Code::kNotFound);
}

TEST(StateDirectory, keys_are_made_once_and_checked_when_read) {
  sim::SimFiles files;
  sim::SimRandom random(1);
  const StateDirectory directory("/state");
  EXPECT_EQ(read_keys(files, directory).error().code, Code::kNotFound);
  ASSERT_TRUE(files.make_directory(directory.root, 0700));
  const auto made = read_or_make_keys(files, random, directory);
  ASSERT_TRUE(made);
  EXPECT_EQ(files.mode(directory.keys()), 0600U);
  EXPECT_EQ(read_or_make_keys(files, random, directory)->access_key_id, made->access_key_id);
  EXPECT_EQ(read_keys(files, directory)->secret_access_key, made->secret_access_key);
  ASSERT_TRUE(
      files.write(directory.keys(), R"({"accessKeyId":"AKIA1","secretAccessKey":"x"})", 0600));
  EXPECT_EQ(read_or_make_keys(files, random, directory).error().code, Code::kInvalid);
}

TEST(StateDirectory, an_address_counts_only_while_somebody_holds_the_lock) {
  sim::SimFiles files;
  const StateDirectory directory("/state");
  ASSERT_TRUE(files.make_directory(directory.root, 0700));
  const WallTime started{std::chrono::seconds(1'769'817'600)};
  ASSERT_TRUE(write_address(files, directory, {4711, 42, "us-east-1", started, "aws"}));
  EXPECT_FALSE(find_endpoint(files, directory));
  files.lock_elsewhere(directory.lock());
  const auto found = find_endpoint(files, directory);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->url(), "http://127.0.0.1:4711");
  EXPECT_EQ(found->process_id, 42);
  EXPECT_EQ(found->started_at, started);
  EXPECT_EQ(found->limits, "aws");
  ASSERT_TRUE(files.write(directory.address(), R"({"port":0,"pid":1})", 0600));
  EXPECT_FALSE(find_endpoint(files, directory));
}

}  // namespace
}  // namespace runtask::local
