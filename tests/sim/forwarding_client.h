#pragma once

#include <string>
#include <utility>

#include "ecs/client.h"

namespace runtask::sim {

// Hands every call on to another client. To be derived from, where a test wants to see or change
// one of them; a derived class says `using ForwardingClient::call`.
class ForwardingClient : public ecs::Client {
 public:
  // `inner` must outlive it.
  explicit ForwardingClient(ecs::Client& inner) : inner_(inner) {}

  void call(const ecs::RunTask& request, ecs::Done<ecs::RunTaskReply> done) override {
    inner_.call(request, std::move(done));
  }
  void call(const ecs::StopTask& request, ecs::Done<ecs::StopTaskReply> done) override {
    inner_.call(request, std::move(done));
  }
  void call(const ecs::DescribeTasks& request, ecs::Done<ecs::DescribeTasksReply> done) override {
    inner_.call(request, std::move(done));
  }
  void call(const ecs::ListTasks& request, ecs::Done<ecs::ListTasksReply> done) override {
    inner_.call(request, std::move(done));
  }
  void call(const ecs::ListTaskDefinitions& request,
            ecs::Done<ecs::ListTaskDefinitionsReply> done) override {
    inner_.call(request, std::move(done));
  }
  void call(const ecs::DescribeClusters& request,
            ecs::Done<ecs::DescribeClustersReply> done) override {
    inner_.call(request, std::move(done));
  }
  void call(const ecs::ListClusters& request, ecs::Done<ecs::ListClustersReply> done) override {
    inner_.call(request, std::move(done));
  }
  void call(const ecs::DescribeServices& request,
            ecs::Done<ecs::DescribeServicesReply> done) override {
    inner_.call(request, std::move(done));
  }
  void call(const ecs::CreateCluster& request, ecs::Done<ecs::CreateClusterReply> done) override {
    inner_.call(request, std::move(done));
  }
  void call(const ecs::RegisterTaskDefinition& request,
            ecs::Done<ecs::RegisterTaskDefinitionReply> done) override {
    inner_.call(request, std::move(done));
  }
  void call(const ecs::DescribeTaskDefinition& request,
            ecs::Done<ecs::DescribeTaskDefinitionReply> done) override {
    inner_.call(request, std::move(done));
  }
  void call(const ecs::GetLogEvents& request, ecs::Done<ecs::GetLogEventsReply> done) override {
    inner_.call(request, std::move(done));
  }
  void call(const ecs::FilterLogEvents& request,
            ecs::Done<ecs::FilterLogEventsReply> done) override {
    inner_.call(request, std::move(done));
  }
  void call(const ecs::GetCallerIdentity& request,
            ecs::Done<ecs::GetCallerIdentityReply> done) override {
    inner_.call(request, std::move(done));
  }
  void withdraw_start(const std::string& client_token) override {
    inner_.withdraw_start(client_token);
  }

 private:
  ecs::Client& inner_;
};

}  // namespace runtask::sim
