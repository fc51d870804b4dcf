#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "hamlet/cmdb_world.h"
#include "sim/sim_random.h"

// A CMDB that is wrong in every way: whatever the files hold, the look-up ends with an answer or an
// error that says something.

namespace runtask::hamlet {
namespace {

using Json = nlohmann::ordered_json;

class Garbage {
 public:
  explicit Garbage(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_.below(static_cast<unsigned>(bound)); }

  Json value() {
    switch (below(9)) {
      case 0:
        return nullptr;
      case 1:
        return below(2) == 0;
      case 2:
        return -7.5e300;
      case 3:
        return "";
      case 4:
        return std::string("a/b~\"\n\xc3\xa9,-_.") + std::string(below(3) * 100, '-');
      case 5:
        return Json::array({1, "x", Json::object()});
      case 6:
        return Json::object({{"default", 5}, {"Value", "v"}, {"", Json::object()}});
      case 7: {
        Json deep = "end";
        for (int i = 0; i < 50; ++i)
          deep = below(2) == 0 ? Json::array({deep}) : Json::object({{"Qualifiers", deep}});
        return deep;
      }
      default:
        return Json::object();
    }
  }

  // Replaces, adds or removes at `times` random places.
  Json mutated(Json tree, std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      Json* at = &tree;
      while (at->is_structured() && !at->empty() && below(8) != 0) {
        auto child = at->begin();
        std::advance(child, static_cast<long>(below(at->size())));
        at = &*child;
      }
      if (at->is_object() && below(3) == 0) {
        constexpr std::array kKeys = {"Qualifiers",
                                      "qualifier:Rules",
                                      "Instances",
                                      "Versions",
                                      "Configuration",
                                      "Components",
                                      "Type",
                                      "Name",
                                      "Id",
                                      "ecs",
                                      "Tasks",
                                      "Network",
                                      "Profiles",
                                      "Solutions",
                                      "Containers"};
        (*at)[kKeys[below(kKeys.size())]] = value();
      } else {
        *at = value();
      }
    }
    return tree;
  }

 private:
  sim::SimRandom random_;
};

const char* kSolution = R"({
  "DeploymentProfiles": {"d": {"Modes": {"*": {"task": {"Engine": "fargate"}}}}},
  "Segment": {"Id": "default", "Name": "default", "Profiles": {"Deployment": ["d"]},
    "Network": {"Zones": {"Order": ["a", "b"]}, "Tiers": {"Order": ["app", "mgmt"]}}},
  "Environment": {"Id": "int"},
  "Regions": {"eu-west-1": {"Zones": {"a": {}}}},
  "Solutions": {"s": {"Priority": 5, "District": {"Type": "segment",
    "Layers": {"l": {"Type": "Segment", "Id": "*"}}}, "Tiers": {"app": {"Index": 1}}}},
  "Tiers": {"app": {"Network": {"Link": {"Tier": "mgmt", "Component": "vpc"}},
    "Components": {"web": {"Type": "ecs", "Instances": {"default": {}, "blue": {"Versions":
      {"v1": {}}}}, "Tasks": {"migrate": {"aws:FargatePlatform": "__setting:X__",
        "NetworkMode": "awsvpc", "Placement": {"ComputeProvider": {"Default": {"Provider": "x"}}},
        "Containers": {"web": {"MemoryReservation": 256}}, "Instances": {"default": {}, "i": {}},
        "Qualifiers": [{"Filter": {"Any": "int"}, "Value": {"Enabled": false}}]}}},
      "typed": {"ecs": {"Tasks": {"Components": {"t": {}}, "Engine": "ec2"}}}}},
    "mgmt": {"Components": {"vpc": {"RouteTables": {"internal": {"Public": false}}}}}}})";

TEST(Fuzz, no_shape_of_the_files_breaks_the_lookup) {
  Garbage garbage(20261124);
  int answered = 0;
  for (int round = 0; round < 500; ++round) {
    CmdbWorld world;
    const auto solution = Json::parse(kSolution);
    world.solution(garbage.mutated(solution, 1 + garbage.below(4)).dump());
    if (round % 3 == 0)
      world.write(world.kState + "x/x-acct01-stack.json",
                  garbage
                      .mutated(Json::parse(R"({"Stacks": [{"Outputs": [{"OutputKey": "Account",
                      "OutputValue": "111"}, {"OutputKey": "Region", "OutputValue": "r"}]},
                      {"Outputs": {"Account": "111", "Region": "r", "DeploymentUnit": "u",
                      "ecsXappXweb": "c"}}]})"),
                               2)
                      .dump());
    if (round % 5 == 0)
      world.write("shop/config/product.json",
                  garbage.mutated(Json::parse(R"({"Product": {"Name": "shop", "Region": "r"}})"), 1)
                      .dump());
    if (round % 7 == 0)
      world.write("shop/config/settings/shared/settings.json",
                  garbage.mutated(Json::parse(R"({"X": {"Value": 1}, "Y": [1]})"), 1).dump());
    const auto cmdb = world.load({.with_sources = true});
    if (!cmdb) {
      EXPECT_FALSE(cmdb.error().message.empty());
      continue;
    }
    ++answered;
    (void)cmdb->tasks();
    (void)cmdb->mistakes();
    Selector selector;
    selector.tier = "application";
    selector.component = "web";
    selector.tasks = {"migrate"};
    selector.instances = {"", "*"};
    const auto found = cmdb->find(selector);
    if (!found) {
      EXPECT_FALSE(found.error().message.empty());
    }
  }
  EXPECT_GT(answered, 200);
}

TEST(Fuzz, no_shape_of_a_generated_blueprint_breaks_the_lookup) {
  Garbage garbage(42);
  const auto blueprint = Json::parse(R"({"Tenants": [{"Products": [{"Environments": [{"Segments": [
      {"Tiers": [{"Id": "app", "Name": "application", "Components": [{"Id": "web", "Name": "web",
      "Occurrences": [{"Core": {"Type": "ecs", "Instance": {"Name": ""}, "Version": {"Name": ""}},
      "Occurrences": [{"Core": {"Type": "task", "SubComponent": {"RawName": "m"}, "Instance":
      {"Name": ""}, "Version": {"Name": ""}}, "Configuration": {"Solution": {"Containers":
      {"a": {}}}}, "State": {"Attributes": {"ECSHOST": "c"}, "ResourceGroups": {"default":
      {"Resources": {"task": {"Id": "t"}}}}}}]}]}]}]}]}]}]}]})");
  for (int round = 0; round < 500; ++round) {
    CmdbWorld world;
    world.write("b.json", garbage.mutated(blueprint, 1 + garbage.below(3)).dump());
    const auto cmdb = Cmdb::load_blueprint(world.files(), "/cmdb/b.json", {});
    if (cmdb) (void)cmdb->tasks();
  }
}

TEST(Fuzz, cut_and_broken_text_is_an_error_with_a_place) {
  Garbage garbage(7);
  const std::string text = kSolution;
  for (int round = 0; round < 500; ++round) {
    CmdbWorld world;
    auto broken = text.substr(0, 1 + garbage.below(text.size() - 1));
    broken[garbage.below(broken.size())] = static_cast<char>(garbage.below(256));
    world.solution(broken);
    const auto cmdb = world.load();
    if (!cmdb) {
      EXPECT_NE(cmdb.error().message.find("solution.json"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace runtask::hamlet
