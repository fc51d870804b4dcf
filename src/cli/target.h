#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aws/assumed_role.h"
#include "cli/world.h"
#include "ecs/client.h"
#include "hamlet/account_credentials.h"
#include "run/plan_record.h"
#include "sys/http.h"

// Where calls go and who makes them: AWS as the environment and the AWS files say, AWS as hamlet's
// settings for an account say, or the embedded endpoint.

namespace runtask::cli {

// What a role's session is called when nobody named it.
constexpr const char* kRoleSession = "runtask";

struct Target {
  std::unique_ptr<sys::Http> http;
  std::unique_ptr<aws::TokenCodes> codes;           // For roles that take the code of a device.
  std::unique_ptr<ecs::Client> client;              // Uses both above.
  aws::CredentialsProvider* credentials = nullptr;  // The client's.
  // A client with the same credentials for the logs of another region; an error when it cannot be
  // one. It lives as long as this. Empty: every region is this one.
  std::function<Result<ecs::Client*>(const std::string& region)> logs_client;
  std::string words;    // "the embedded ECS", "eu-west-1".
  std::string account;  // hamlet's name of it; empty: not known.
  std::string region;
  bool is_local = false;
  run::TargetRecipe recipe;  // By which target_by() makes it again.
};

// How AWS is called, beside what the environment and the AWS files say.
struct CallChoice {
  bool insecure_http = false;
  // Being throttled costs an attempt: for who has to know how long a call may take.
  bool counts_throttling = false;
};
struct AwsChoice {
  std::string profile;
  std::string region;
  CallChoice calls;
};
[[nodiscard]] Result<Target> aws_target(const World& world, const AwsChoice& choice);

// The embedded endpoint, started if it does not run, and again when it dies.
[[nodiscard]] Result<Target> local_target(const World& world, CallChoice calls = {});

// The credentials that hamlet's settings choose for an account. `provider` is ACCOUNT_PROVIDER, or
// empty; `region` is where the run is.
[[nodiscard]] Result<hamlet::AccountCredentials> find_account(const World& world,
                                                              const std::string& account,
                                                              const std::string& provider,
                                                              const hamlet::AccountFacts& facts,
                                                              const std::string& region);
// AWS with them; says their warnings. Nothing is called yet. Errors of code kUsage are about the
// environment and the AWS files, not about the command's words.
[[nodiscard]] Result<Target> account_target(const World& world,
                                            const hamlet::AccountCredentials& account,
                                            const std::string& region, CallChoice calls);
// Asks STS whose credentials they are; before anything starts. kDenied when they belong to another
// account than the one meant, the call's own error when it fails. An account whose number nobody
// knows is not compared; then a call that fails costs a warning.
[[nodiscard]] Result<> check_account(const World& world, const Target& target,
                                     const hamlet::AccountCredentials& account);

// The target of that recipe, with credentials looked up anew; by hamlet's names they are checked to
// be those of the account. Errors as of the functions above.
[[nodiscard]] Result<Target> target_by(const World& world, const run::TargetRecipe& recipe,
                                       bool counts_throttling);

template <class Operation>
struct PlannedCall {
  ecs::Client& client;
  Operation request;
};
// Makes calls side by side and waits for all answers, for commands that do nothing else meanwhile.
// The answers are in the order of the calls.
template <class Operation>
[[nodiscard]] std::vector<ecs::Called<typename Operation::Reply>> call_and_wait(
    const World& world, const std::vector<PlannedCall<Operation>>& calls) {
  using Called = ecs::Called<typename Operation::Reply>;
  std::vector<Called> answers(
      calls.size(), tl::unexpected<ecs::CallError>(ecs::CallError{
                        {Code::kUnavailable, "no answer came", {}, {}}, {}, 0, true, {}, {}}));
  auto missing = calls.size();
  for (std::size_t i = 0; i < calls.size(); ++i)
    calls[i].client.call(calls[i].request, [&, i](Called came) {
      answers[i] = std::move(came);
      if (--missing == 0) world.loop.stop();
    });
  if (missing > 0) world.loop.run();
  return answers;
}
template <class Operation>
[[nodiscard]] ecs::Called<typename Operation::Reply> call_and_wait(const World& world,
                                                                   ecs::Client& client,
                                                                   const Operation& request) {
  return call_and_wait<Operation>(world, {{client, request}}).front();
}

}  // namespace runtask::cli
