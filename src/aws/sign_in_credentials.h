#pragma once

#include <memory>

#include "aws/client.h"
#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/sign_in.h"
#include "sys/files.h"

namespace runtask::aws {

// Keys for a role that a person's sign-in at IAM Identity Center allows. The token comes from the
// AWS CLI's cache; one with a session is prolonged when less than 15 minutes of it are left, and
// put back. Nobody is signed in here: the error says how. Keep them in CachedCredentials. For the
// loop's thread.
class SignInCredentials final : public CredentialsProvider {
 public:
  static constexpr Duration kProlongBefore = std::chrono::minutes(15);

  // How the services are called is as in `options`, but for its endpoints. `outside` and `files`
  // must outlive it. kDenied when an endpoint is plain http to another machine and that was not
  // allowed.
  [[nodiscard]] static Result<std::unique_ptr<SignInCredentials>> create(
      const Client::Outside& outside, ClientOptions options, SignInEndpoints endpoints,
      sys::Files& files, SignInPlace place);

  [[nodiscard]] sys::PendingPtr get(Done done) override;

 private:
  class Fetch;
  SignInCredentials(const Client::Outside& outside, ClientOptions options,
                    SignInEndpoints endpoints, sys::Files& files, SignInPlace place)
      : outside_(outside),
        options_(std::move(options)),
        endpoints_(std::move(endpoints)),
        files_(files),
        place_(std::move(place)) {}

  const Client::Outside outside_;
  const ClientOptions options_;
  const SignInEndpoints endpoints_;
  sys::Files& files_;
  const SignInPlace place_;
};

}  // namespace runtask::aws
