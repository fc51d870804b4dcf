#pragma once

#include <functional>
#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "ecs/api.h"
#include "ecs/errors.h"

namespace runtask::ecs {

template <class Reply>
using Called = tl::expected<Reply, CallError>;
template <class Reply>
using Done = std::function<void(Called<Reply>)>;

// One account and region of ECS with its logs, as a run sees it: over HTTPS (aws::Client), or
// simulated in tests. Every call answers exactly once, on the loop, never from inside the call.
// Waiting, retrying and signing happen behind it; a deadline always ends in an answer. Destroying
// the client calls off what is under way, without answers. For the loop's thread.
class Client {
 public:
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  virtual void call(const RunTask& request, Done<RunTaskReply> done) = 0;
  // The same; `on_sent` is called once, perhaps at once, when it first goes out: it may have to
  // wait for its rate.
  virtual void start(const RunTask& request, const std::function<void()>& on_sent,
                     Done<RunTaskReply> done) {
    on_sent();
    call(request, std::move(done));
  }
  virtual void call(const StopTask& request, Done<StopTaskReply> done) = 0;
  virtual void call(const DescribeTasks& request, Done<DescribeTasksReply> done) = 0;
  virtual void call(const ListTasks& request, Done<ListTasksReply> done) = 0;
  virtual void call(const ListTaskDefinitions& request, Done<ListTaskDefinitionsReply> done) = 0;
  virtual void call(const DescribeClusters& request, Done<DescribeClustersReply> done) = 0;
  virtual void call(const ListClusters& request, Done<ListClustersReply> done) = 0;
  virtual void call(const DescribeServices& request, Done<DescribeServicesReply> done) = 0;
  virtual void call(const CreateCluster& request, Done<CreateClusterReply> done) = 0;
  virtual void call(const RegisterTaskDefinition& request,
                    Done<RegisterTaskDefinitionReply> done) = 0;
  virtual void call(const DescribeTaskDefinition& request,
                    Done<DescribeTaskDefinitionReply> done) = 0;
  virtual void call(const GetLogEvents& request, Done<GetLogEventsReply> done) = 0;
  virtual void call(const FilterLogEvents& request, Done<FilterLogEventsReply> done) = 0;
  virtual void call(const GetCallerIdentity& request, Done<GetCallerIdentityReply> done) = 0;

  // The RunTask of that token is not wanted any more: nothing is sent from now on. If nothing has
  // been, it is answered with kCancelled; else its last answer comes, also of a failure that would
  // have been tried again.
  virtual void withdraw_start(const std::string& client_token) = 0;
};

}  // namespace runtask::ecs
