#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ecs/client.h"
#include "sim/sim_loop.h"

namespace runtask::sim {

// CloudWatch Logs alone, for tests of how logs are read: the test writes the lines, and every call
// is counted. A stream is there with its first line that can be seen.
class LogCloud final : public ecs::Client {
 public:
  explicit LogCloud(SimLoop& loop) : loop_(loop) {}

  // A line that can be read `late` from now and says that it was written now.
  void write(const std::string& stream, const std::string& text, Duration late = Duration(0)) {
    write_at(stream, text, loop_.wall_now(), late);
  }
  void write_at(const std::string& stream, const std::string& text, WallTime timestamp,
                Duration late);
  [[nodiscard]] std::vector<std::string> lines_of(const std::string& stream) const;

  // ---- How it answers.
  Duration delay{20};             // From a call to its answer.
  std::size_t page_max = 10'000;  // Events in one page.
  std::set<std::string>
      empty_pages_before;         // Of these streams, each page comes after an empty one.
  std::set<std::string> endless;  // Behind their lines come empty pages, each with a new token.
  std::set<std::string> stuck;    // Their pages never have another token than the one sent.
  bool is_get_denied = false, is_filter_denied = false;
  bool is_gone = false;               // GetLogEvents gets no reply at all.
  std::string filter_fails_with;      // Empty: it does not.
  std::set<std::string> dead_tokens;  // Refused, as a token is after 24 hours.

  // ---- What was called.
  int gets = 0, filters = 0;
  std::vector<ecs::FilterLogEvents> filtered;
  std::map<std::string, int> gets_of;  // By stream.

  void call(const ecs::GetLogEvents& request, ecs::Done<ecs::GetLogEventsReply> done) override;
  void call(const ecs::FilterLogEvents& request,
            ecs::Done<ecs::FilterLogEventsReply> done) override;
  // Nobody who reads logs calls these.
  void call(const ecs::RunTask&, ecs::Done<ecs::RunTaskReply>) override { unexpected(); }
  void withdraw_start(const std::string&) override { unexpected(); }
  void call(const ecs::StopTask&, ecs::Done<ecs::StopTaskReply>) override { unexpected(); }
  void call(const ecs::DescribeTasks&, ecs::Done<ecs::DescribeTasksReply>) override {
    unexpected();
  }
  void call(const ecs::ListTasks&, ecs::Done<ecs::ListTasksReply>) override { unexpected(); }
  void call(const ecs::ListTaskDefinitions&, ecs::Done<ecs::ListTaskDefinitionsReply>) override {
    unexpected();
  }
  void call(const ecs::ListClusters&, ecs::Done<ecs::ListClustersReply>) override { unexpected(); }
  void call(const ecs::DescribeClusters&, ecs::Done<ecs::DescribeClustersReply>) override {
    unexpected();
  }
  void call(const ecs::CreateCluster&, ecs::Done<ecs::CreateClusterReply>) override {
    unexpected();
  }
  void call(const ecs::RegisterTaskDefinition&,
            ecs::Done<ecs::RegisterTaskDefinitionReply>) override {
    unexpected();
  }
  void call(const ecs::DescribeTaskDefinition&,
            ecs::Done<ecs::DescribeTaskDefinitionReply>) override {
    unexpected();
  }
  void call(const ecs::DescribeServices&, ecs::Done<ecs::DescribeServicesReply>) override {
    unexpected();
  }
  void call(const ecs::GetCallerIdentity&, ecs::Done<ecs::GetCallerIdentityReply>) override {
    unexpected();
  }

 private:
  struct Line {
    WallTime timestamp;
    Instant visible_at;
    std::string text;
    std::string id;
  };
  [[noreturn]] static void unexpected() {
    assert(false && "whoever reads logs makes no such call");
    std::abort();
  }
  [[nodiscard]] bool exists(const std::string& stream) const;
  [[nodiscard]] ecs::Called<ecs::GetLogEventsReply> page(const ecs::GetLogEvents& request) const;
  [[nodiscard]] ecs::Called<ecs::FilterLogEventsReply> page(
      const ecs::FilterLogEvents& request) const;
  template <class Request>
  void answer(const Request& request, ecs::Done<typename Request::Reply> done);

  SimLoop& loop_;
  std::map<std::string, std::vector<Line>> streams_;  // In the order in which they can be seen.
  int written_ = 0;
  // Callbacks of the loop that may come after the cloud is gone find it so.
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace runtask::sim
