#pragma once

#include <map>
#include <string>
#include <unordered_map>

#include "ecs/api.h"
#include "ecs/sigv4.h"
#include "local/answer.h"
#include "local/store.h"
#include "sys/http_server.h"

namespace runtask::local {

// Whose keys signed a request.
struct Caller {
  std::string arn;
  std::string id;
};

// Checks AWS Signature Version 4 on every request, over whatever headers the client signed, with
// the keys of this installation or with temporary ones that AssumeRole gave. It keeps no header of
// a request and puts none into an error. The words of the errors are AWS'. No I/O; one thread.
class Authenticator {
 public:
  Authenticator(ecs::SigningKeys keys, Caller owner);

  void add(const Session& session);

  // Who signed the request for that service. Times may differ by 5 minutes, as ECS allows.
  Answer<Caller> verify(const sys::ServerRequest& request, ecs::Service service, WallTime now);

 private:
  struct Known {
    ecs::SigningKeys keys;
    Caller caller;
    std::optional<WallTime> expires_at;
  };
  Answer<const Known*> find_keys(const std::string& access_key_id) const;
  const Secret& key_for(const Known& known, const ecs::SigningScope& scope);

  std::unordered_map<std::string, Known> known_;
  // Derived keys by key id and scope; four hashes fewer a request.
  std::map<std::string, Secret> derived_;
};

}  // namespace runtask::local
