#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

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
  // A client with the same credentials for the logs of another region; none when it cannot be one.
  // It lives as long as this. Empty: every region is this one.
  std::function<ecs::Client*(const std::string& region)> logs_client;
  std::string words;    // "the embedded ECS", "eu-west-1".
  std::string account;  // hamlet's name of it; empty: not known.
  std::string region;
  bool is_local = false;
  run::TargetRecipe recipe;  // By which target_by() makes it again.
};

// The embedded endpoint, started if it does not run.
[[nodiscard]] Result<Target> local_target(const World& world);

struct AwsChoice {
  std::string profile;
  std::string region;
  bool insecure_http = false;
};
[[nodiscard]] Result<Target> aws_target(const World& world, const AwsChoice& choice);

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
                                            const std::string& region, bool insecure_http);
// Asks STS whose credentials they are; before anything starts. kDenied when they belong to another
// account than the one meant, the call's own error when it fails. An account whose number nobody
// knows is not compared; then a call that fails costs a warning.
[[nodiscard]] Result<> check_account(const World& world, const Target& target,
                                     const hamlet::AccountCredentials& account);

// The target of that recipe, with credentials looked up anew; by hamlet's names they are checked to
// be those of the account. Errors as of the functions above.
[[nodiscard]] Result<Target> target_by(const World& world, const run::TargetRecipe& recipe);

// Makes one call and waits for its answer, for commands that do nothing else meanwhile.
template <class Operation>
[[nodiscard]] ecs::Called<typename Operation::Reply> call_and_wait(const World& world,
                                                                   ecs::Client& client,
                                                                   const Operation& request) {
  std::optional<ecs::Called<typename Operation::Reply>> answer;
  client.call(request, [&](ecs::Called<typename Operation::Reply> came) {
    answer = std::move(came);
    world.loop.stop();
  });
  world.loop.run();
  if (answer) return *std::move(answer);
  return tl::unexpected<ecs::CallError>(
      ecs::CallError{{Code::kUnavailable, "no answer came", {}, {}}, {}, 0, true, {}, {}});
}

}  // namespace runtask::cli
