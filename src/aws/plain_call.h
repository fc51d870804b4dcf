#pragma once

#include <functional>
#include <string>
#include <vector>

#include "aws/client.h"
#include "aws/endpoint.h"
#include "base/secret.h"
#include "ecs/errors.h"
#include "sys/http.h"

namespace runtask::aws {

// One call of AWS that carries its own proof of who calls, and so is not signed: of IAM Identity
// Center. With the standard mode's attempts and limits. Destroying it calls it off. For the loop's
// thread.
class PlainCall final : public sys::Pending {
 public:
  using Done = std::function<void(tl::expected<std::string, ecs::CallError>)>;
  struct Request {
    std::string operation;  // For people.
    std::string method;
    std::string path;  // Behind the endpoint's own, without a slash at its start.
    std::vector<sys::Header> headers;
    std::string body;
    std::vector<Secret> secrets;  // What must be in no error, even if the server sends it back.
  };

  // `outside` and `options` must outlive it, as far as they are the client's. Answers once, on the
  // loop, never from inside, with the body of a good reply.
  PlainCall(const Client::Outside& outside, const ClientOptions& options, Endpoint endpoint,
            Request request, Done done);
  void start() { attempt(); }

 private:
  void attempt();
  void receive(const sys::HttpResult& result);
  void decide(ecs::CallError error);
  void end(tl::expected<std::string, ecs::CallError> result);

  const Client::Outside outside_;
  const ClientOptions& options_;
  const Endpoint endpoint_;
  const Request request_;
  Done done_;
  int attempts_ = 0;
  sys::PendingPtr step_;
};

}  // namespace runtask::aws
