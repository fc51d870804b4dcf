#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/rates.h"
#include "aws/retry.h"
#include "base/result.h"
#include "ecs/client.h"
#include "sys/http.h"
#include "sys/loop.h"
#include "sys/random.h"

namespace runtask::aws {

// How long a server may say nothing within one attempt before it counts as stalled. ECS looks most
// answers up, in well under a second; somebody waits at a terminal for the three attempts, so they
// must not take longer together than people wait: 15 s and the pauses between.
constexpr Duration kSilenceMax = std::chrono::seconds(5);
// RunTask places the task before it answers, and logs are searched. Nobody waits for these alone:
// a run goes on meanwhile, and a RunTask that was given up too soon has to be asked for again.
constexpr Duration kSilenceMaxOfWork = std::chrono::seconds(15);

struct ClientOptions {
  std::string region;  // For the signature.
  Endpoints endpoints;
  std::string user_agent;
  Duration connect_timeout = std::chrono::seconds(5);
  // Of one attempt, whole. A page of a log over a slow line may need it; see kSilenceMax.
  Duration timeout = std::chrono::seconds(30);
  // Instead of kSilenceMax and its like, when the user says so.
  std::optional<Duration> silence_max;
  int attempts_max = kAttemptsDefault;
  bool counts_throttling = false;    // As an attempt, also where there are `rates`.
  bool allow_insecure_http = false;  // Plain http to another machine.
  // Shared by all clients of the account and region. None: no call waits for its turn, and being
  // throttled counts as an attempt.
  std::shared_ptr<Rates> rates;
  // Told when a service does not answer, and when it does again (aws/silence.h). May be empty.
  std::function<void(const std::string& text)> on_silence;
};

// ECS, its logs and STS over HTTP: AWS and the embedded endpoint alike. Signs, tries again what may
// be tried again (RunTask only if it surely started nothing), corrects the clock, asks once for
// newer keys when those it had have expired, and says in plain words what went wrong;
// `may_have_happened` of an error is about all attempts together. For the loop's thread.
class Client final : public ecs::Client {
 public:
  struct Outside {  // All must outlive the client.
    sys::Loop& loop;
    sys::Http& http;
    sys::Random& random;
  };
  // kDenied when an endpoint is plain http to another machine and that was not allowed.
  [[nodiscard]] static Result<std::unique_ptr<Client>> create(
      const Outside& outside, ClientOptions options,
      std::unique_ptr<CredentialsProvider> credentials);
  ~Client() override;

  void call(const ecs::RunTask& request, ecs::Done<ecs::RunTaskReply> done) override;
  void start(const ecs::RunTask& request, const std::function<void()>& on_sent,
             ecs::Done<ecs::RunTaskReply> done) override;
  void withdraw_start(const std::string& client_token) override;
  void call(const ecs::StopTask& request, ecs::Done<ecs::StopTaskReply> done) override;
  void call(const ecs::DescribeTasks& request, ecs::Done<ecs::DescribeTasksReply> done) override;
  void call(const ecs::ListTasks& request, ecs::Done<ecs::ListTasksReply> done) override;
  void call(const ecs::ListTaskDefinitions& request,
            ecs::Done<ecs::ListTaskDefinitionsReply> done) override;
  void call(const ecs::DescribeClusters& request,
            ecs::Done<ecs::DescribeClustersReply> done) override;
  void call(const ecs::ListClusters& request, ecs::Done<ecs::ListClustersReply> done) override;
  void call(const ecs::DescribeServices& request,
            ecs::Done<ecs::DescribeServicesReply> done) override;
  void call(const ecs::CreateCluster& request, ecs::Done<ecs::CreateClusterReply> done) override;
  void call(const ecs::RegisterTaskDefinition& request,
            ecs::Done<ecs::RegisterTaskDefinitionReply> done) override;
  void call(const ecs::DescribeTaskDefinition& request,
            ecs::Done<ecs::DescribeTaskDefinitionReply> done) override;
  void call(const ecs::GetLogEvents& request, ecs::Done<ecs::GetLogEventsReply> done) override;
  void call(const ecs::FilterLogEvents& request,
            ecs::Done<ecs::FilterLogEventsReply> done) override;
  void call(const ecs::GetCallerIdentity& request,
            ecs::Done<ecs::GetCallerIdentityReply> done) override;
  // Keys for a role; not a part of ecs::Client, because only credentials are made of them.
  void call(const ecs::AssumeRole& request, ecs::Done<ecs::AssumeRoleReply> done);
  // Not signed: the token in it is the proof.
  void call(const ecs::AssumeRoleWithWebIdentity& request, ecs::Done<ecs::AssumeRoleReply> done);

 private:
  class Exchange;
  class Engine;
  explicit Client(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace runtask::aws
