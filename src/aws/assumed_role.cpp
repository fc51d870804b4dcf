#include "aws/assumed_role.h"

#include <algorithm>
#include <utility>

namespace runtask::aws {
namespace {

Result<std::string> checked_code(std::string code, const std::string& serial) {
  constexpr std::size_t kDigits = 6;  // STS: TokenCode.
  if (code.size() == kDigits && code.find_first_not_of("0123456789") == std::string::npos)
    return code;
  return fail(Code::kInvalid, "the code of the device " + serial + " must be 6 digits");
}

Credentials credentials_of(const ecs::AssumeRoleReply& reply, const std::string& role_arn) {
  return {{reply.access_key_id, Secret(reply.secret_access_key), Secret(reply.session_token)},
          reply.expiration,
          "the role " + role_arn};
}

}  // namespace

// One get(). The call itself cannot be called off, but it has its end; only its answer is dropped.
class AssumedRole::Assumption final : public sys::Pending {
 public:
  Assumption(AssumedRole& provider, Done done) : provider_(provider), done_(std::move(done)) {}

  void start() {
    const auto& serial = provider_.role_.mfa_serial;
    if (serial.empty()) return call({});
    step_ = provider_.codes_.ask(serial, [this](Result<std::string> code) {
      if (code) code = checked_code(*std::move(code), provider_.role_.mfa_serial);
      if (code) return call(*std::move(code));
      end(fail(code.error()));
    });
  }

 private:
  void call(std::string code) {
    const auto& role = provider_.role_;
    ecs::AssumeRole request;
    request.role_arn = role.arn;
    request.role_session_name = role.session_name;
    request.external_id = role.external_id;
    if (!code.empty()) request.serial_number = role.mfa_serial;
    request.token_code = std::move(code);
    request.duration_seconds = role.duration_seconds;
    provider_.client_->call(request, [this, alive = std::weak_ptr<bool>(alive_)](
                                         ecs::Called<ecs::AssumeRoleReply> reply) {
      if (alive.expired()) return;
      if (reply) return end(credentials_of(*reply, provider_.role_.arn));
      end(fail(std::move(reply).error().error));
    });
  }

  void end(Result<Credentials> result) {
    if (!result) {
      auto error = std::move(result).error();
      error.context.push_back("while assuming the role " + provider_.role_.arn);
      result = fail(std::move(error));
    }
    const auto done = std::move(done_);  // It may destroy this.
    done(std::move(result));
  }

  AssumedRole& provider_;
  Done done_;
  sys::PendingPtr step_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

Result<std::unique_ptr<AssumedRole>> AssumedRole::create(
    const Client::Outside& outside, ClientOptions sts, std::unique_ptr<CredentialsProvider> source,
    Role role, TokenCodes& codes) {
  auto client = TRY(Client::create(outside, std::move(sts), std::move(source)));
  return std::unique_ptr<AssumedRole>(new AssumedRole(std::move(client), std::move(role), codes));
}

AssumedRole::AssumedRole(std::unique_ptr<Client> client, Role role, TokenCodes& codes)
    : client_(std::move(client)), role_(std::move(role)), codes_(codes) {}

sys::PendingPtr AssumedRole::get(Done done) {
  auto assumption = std::make_unique<Assumption>(*this, std::move(done));
  assumption->start();
  return assumption;
}

}  // namespace runtask::aws
