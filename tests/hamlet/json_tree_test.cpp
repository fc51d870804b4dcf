#include "hamlet/json_tree.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/sim_random.h"

namespace runtask::hamlet {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return nullptr;
    case Node::Kind::kBoolean:
      return node.text == "true";
    case Node::Kind::kNumber:
      return Json::parse(node.text);
    case Node::Kind::kText:
      return node.text;
    case Node::Kind::kArray: {
      auto array = Json::array();
      for (const auto& member : node.members)
        array.push_back(to_json(*member.value));
      return array;
    }
    case Node::Kind::kObject: {
      auto object = Json::object();
      for (const auto& member : node.members)
        object[member.key] = to_json(*member.value);
      return object;
    }
  }
  return {};
}

// jq's `*`, said in four lines.
Json merged(const Json& left, const Json& right) {
  if (!left.is_object() || !right.is_object()) return right;
  auto result = left;
  for (const auto& [key, value] : right.items())
    result[key] = result.contains(key) ? merged(result[key], value) : value;
  return result;
}

class JsonTree : public testing::Test {
 protected:
  const Node* parse(const std::string& text) {
    auto node = documents_.parse(text, "f" + std::to_string(count_++) + ".json");
    EXPECT_TRUE(node) << text;
    return node ? *node : nullptr;
  }
  Documents documents_;
  int count_ = 0;
};

TEST_F(JsonTree, objects_merge_and_anything_else_replaces) {
  const auto* left = parse(R"({"a": {"x": 1, "y": [1, 2]}, "b": {"c": 1}, "d": 1})");
  const auto* right = parse(R"({"a": {"y": [3], "z": null}, "b": 7, "e": {}})");
  EXPECT_EQ(to_json(*documents_.merge(left, right)),
            Json::parse(R"({"a": {"x": 1, "y": [3], "z": null}, "b": 7, "d": 1, "e": {}})"));
}

TEST_F(JsonTree, a_null_hides_the_weaker_value) {
  const auto* node = documents_.merge(parse(R"({"a": 1, "b": 2})"), parse(R"({"a": null})"));
  EXPECT_EQ(node->find("a"), nullptr);
  ASSERT_NE(node->find("b"), nullptr);
}

TEST_F(JsonTree, every_value_knows_its_file_and_place_also_after_a_merge) {
  const auto* left = parse(R"({"a": {"x~/y": [0, {"deep": 1}]}})");
  const auto* node = documents_.merge(left, parse(R"({"a": {"z": 2}, "b": 3})"));
  const auto* deep = node->at({"a", "x~/y"})->members[1].value->find("deep");
  EXPECT_EQ(documents_.place_of(*deep), "f0.json at /a/x~0~1y/1/deep");
  EXPECT_EQ(documents_.place_of(*node->at({"a", "z"})), "f1.json at /a/z");
}

TEST_F(JsonTree, a_repeated_key_has_its_last_value) {
  const auto* few = parse(R"({"a": 1, "b": 2, "a": 3})");
  EXPECT_EQ(few->text_of("a"), "3");
  EXPECT_EQ(few->members.size(), 2U);
  std::string text = "{";
  for (int i = 0; i < 60; ++i)
    text += "\"k" + std::to_string(i % 30) + "\": " + std::to_string(i) + ", ";
  const auto* many = parse(text + R"("last": {"in": 1}})");
  EXPECT_EQ(many->members.size(), 31U);
  EXPECT_EQ(many->text_of("k7"), "37");
  EXPECT_EQ(documents_.place_of(*many->at({"last", "in"})), "f1.json at /last/in");
}

TEST_F(JsonTree, what_is_no_json_says_where) {
  const auto node = documents_.parse("{\"a\": 1,\n  b}", "x.json");
  ASSERT_FALSE(node);
  EXPECT_NE(node.error().message.find("x.json:2:3"), std::string::npos) << node.error().message;
}

TEST_F(JsonTree, nesting_without_end_is_refused) {
  for (const char* open : {"[", "{\"a\":"}) {
    std::string text;
    for (int i = 0; i < 100'000; ++i)
      text += open;
    EXPECT_FALSE(documents_.parse(text, "deep.json"));
  }
}

std::string random_json(sim::SimRandom& random, int depth) {
  std::array<unsigned char, 2> bytes{};
  random.fill(bytes);
  const int kind = bytes[0] % (depth > 4 ? 5 : 8);
  if (kind == 0) return "null";
  if (kind == 1) return bytes[1] % 2 == 0 ? "true" : "false";
  if (kind == 2) return std::to_string(bytes[1]);
  if (kind <= 4) return "\"t" + std::to_string(bytes[1] % 5) + "\"";
  std::string text = kind == 5 ? "[" : "{";
  const int members = bytes[1] % (depth == 0 ? 24 : 5);
  for (int i = 0; i < members; ++i) {
    random.fill(bytes);
    if (kind != 5) text += "\"k" + std::to_string(bytes[0] % 20) + "\": ";
    text += random_json(random, depth + 1) + (i + 1 < members ? ", " : "");
  }
  return text + (kind == 5 ? "]" : "}");
}

TEST_F(JsonTree, merging_is_what_jq_does_for_any_two_trees) {
  sim::SimRandom random(20261124);
  for (int i = 0; i < 3000; ++i) {
    const auto left = random_json(random, 0);
    const auto right = random_json(random, 0);
    Documents documents;
    const auto a = documents.parse(left, "a");
    const auto b = documents.parse(right, "b");
    ASSERT_TRUE(a && b);
    EXPECT_EQ(to_json(**a), Json::parse(left));
    const auto expected = merged(Json::parse(left), Json::parse(right));
    EXPECT_EQ(to_json(*documents.merge(*a, *b)).dump(), expected.dump()) << left << "\n" << right;
  }
}

}  // namespace
}  // namespace runtask::hamlet
