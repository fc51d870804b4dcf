#pragma once

#include <string>

#include "ecs/sts.h"
#include "local/answer.h"
#include "local/authenticator.h"
#include "local/store.h"
#include "sys/random.h"

namespace runtask::local {

// The two operations of STS: who am I, and temporary keys for a role. Any role may be assumed by
// whoever has keys of this endpoint: there is nothing here that a role would protect.
class StsService {
 public:
  StsService(Store& store, Authenticator& authenticator, sys::Random& random, std::string account);

  // The XML of the reply to a form's Action.
  Answer<std::string> answer(const ecs::FormFields& form, const Caller& caller, WallTime now,
                             const std::string& request_id);

 private:
  Answer<ecs::AssumeRoleReply> assume_role(const ecs::FormFields& form, WallTime now);

  Store& store_;
  Authenticator& authenticator_;
  sys::Random& random_;
  std::string account_;
};

}  // namespace runtask::local
