#pragma once

#include <gtest/gtest.h>

#include <string>

#include "hamlet/cmdb.h"
#include "sim/sim_files.h"

namespace runtask::hamlet {

// A small CMDB in memory: product `shop`, environment `integration`, segment `default`, one ecs
// component `web` in tier `app` with the task `migrate`, everything deployed. Tests add files.
class CmdbWorld {
 public:
  explicit CmdbWorld(bool with_state = true) {
    write("root.json", "{}");
    write("acme/tenant.json", R"({"Tenant": {"Id": "acme", "Name": "acme"}})");
    write("acct01/config/account.json",
          R"({"Account": {"Id": "acct01", "Name": "acct01", "ProviderId": "111"}})");
    write("acct01/config/settings/shared/settings.json", "{}");
    write("acct01/infrastructure/operations/shared/credentials.json", "{}");
    write("shop/config/product.json",
          R"({"Product": {"Id": "shop", "Name": "shop", "Region": "eu-west-1"}})");
    write("shop/config/settings/shared/settings.json", "{}");
    write("shop/infrastructure/operations/shared/credentials.json", "{}");
    write(kShared + "segment.json", R"({"Segment": {"Id": "default", "Name": "default"}})");
    write(kSolutions + "integration/environment.json", R"({"Environment": {"Id": "int"}})");
    write(kShared + "solution.json", R"({"Tiers": {"app": {"Components": {"web": {"Type": "ecs",
        "Tasks": {"migrate": {"Containers": {"web": {"MemoryReservation": 256}}}}}}}}})");
    if (!with_state) return;
    outputs("seg-vpc", {{"vpcXmgmtXvpc", "vpc-1"}, {"subnetXmgmtXvpcXappXa", "subnet-a"}});
    outputs("soln-web", {{"ecsXappXweb", "cluster-web"}});
    outputs("app-web", {{"ecsTaskXappXwebXmigrate", "arn:migrate"},
                        {"ecsTaskXappXwebXmigrateXarn", "arn:migrate"}});
  }

  void write(const std::string& path, const std::string& content) {
    const auto absolute = "/cmdb/" + path;
    EXPECT_TRUE(files_.make_directory(absolute.substr(0, absolute.rfind('/')), 0755));
    EXPECT_TRUE(files_.write(absolute, content, 0644));
  }
  void remove(const std::string& path) { EXPECT_TRUE(files_.remove("/cmdb/" + path)); }
  // Merged over the solution above: the strongest layer.
  void solution(const std::string& content) {
    write(kSolutions + "integration/default/solution.json", content);
  }
  // The task `migrate` with these members more.
  void task(const std::string& members) {
    solution(R"({"Tiers": {"app": {"Components": {"web": {"Tasks": {"migrate": {)" + members +
             "}}}}}}}");
  }
  void outputs(const std::string& unit,
               const std::vector<std::pair<std::string, std::string>>& pairs,
               const std::string& account = "111") {
    std::string text = R"({"Stacks": [{"Outputs": {"Account": ")" + account +
                       R"(", "Region": "eu-west-1", "DeploymentUnit": "u")";
    for (const auto& [key, value] : pairs)
      text += ", \"" + key + "\": \"" + value + "\"";
    write(kState + unit + "/default/" + unit + "-acct01-eu-west-1-stack.json", text + "}}]}");
  }

  [[nodiscard]] Result<Cmdb> load(LoadOptions options = {}) const {
    return Cmdb::load(files_, scope, options);
  }
  // The one task that the names pick; fails the test when it is not one.
  [[nodiscard]] Occurrence find(const std::string& task = "migrate",
                                const std::string& instance = "", LoadOptions options = {}) const {
    const auto cmdb = load(options);
    EXPECT_TRUE(cmdb) << cmdb.error().text();
    if (!cmdb) return {};
    Selector selector;
    selector.tasks = {task};
    selector.instances = {instance};
    const auto found = cmdb->find(selector);
    EXPECT_TRUE(found) << found.error().text();
    if (!found) return {};
    EXPECT_EQ(found->size(), 1U);
    return found->empty() ? Occurrence() : found->front();
  }
  [[nodiscard]] Error error_of(const Selector& selector) const {
    const auto cmdb = load();
    EXPECT_TRUE(cmdb) << cmdb.error().text();
    const auto found = cmdb->find(selector);
    EXPECT_FALSE(found);
    return found ? Error{} : found.error();
  }
  [[nodiscard]] const sim::SimFiles& files() const { return files_; }
  sim::SimFiles& files() { return files_; }

  Scope scope{"/cmdb", {"acme", "acct01", "shop", "integration", "default"}, {}, {}, {}};

  const std::string kSolutions = "shop/config/solutionsv2/";
  const std::string kShared = kSolutions + "shared/default/";
  const std::string kState = "shop/infrastructure/cf/integration/default/";

 private:
  sim::SimFiles files_;
};

}  // namespace runtask::hamlet
