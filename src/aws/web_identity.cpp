#include "aws/web_identity.h"

#include <utility>

#include "aws/reply.h"
#include "base/text.h"

namespace runtask::aws {

Result<std::optional<WebIdentity>> find_web_identity(const sys::Environment& environment,
                                                     const SharedConfig& shared,
                                                     bool use_environment,
                                                     const std::string& default_session_name) {
  const auto find = [&](const char* variable, const char* setting) -> Result<std::string> {
    if (use_environment)
      if (const auto value = environment.get_non_empty(variable)) return *value;
    return shared.setting_of_both(setting);
  };
  WebIdentity identity;
  identity.token_file = TRY(find("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file"));
  if (identity.token_file.empty()) return std::optional<WebIdentity>();
  identity.role_arn = TRY(find("AWS_ROLE_ARN", "role_arn"));
  if (identity.role_arn.empty())
    return fail(Code::kUsage, "a role belongs to the web identity in " + identity.token_file +
                                  ": neither AWS_ROLE_ARN is set nor role_arn of the profile `" +
                                  shared.profile() + "`");
  identity.session_name = TRY(find("AWS_ROLE_SESSION_NAME", "role_session_name"));
  if (identity.session_name.empty()) identity.session_name = default_session_name;
  return std::optional(std::move(identity));
}

// The call itself cannot be called off, but it has its end; only its answer is dropped.
class WebIdentityCredentials::Fetch final : public sys::Pending {
 public:
  Fetch(WebIdentityCredentials& provider, Done done)
      : provider_(provider), done_(std::move(done)) {}

  void start() {
    const auto& identity = provider_.identity_;
    auto token = provider_.files_.read(identity.token_file);
    if (token && trimmed(*token).empty())  // As between the start of a pod and its first token.
      token = fail(Code::kInvalid, "there is no token in the file");
    if (!token) {
      step_ = provider_.loop_.after(Duration(0),
                                    [this, error = token.error()] { end(fail(Error(error))); });
      return;
    }
    token_ = Secret(std::string(trimmed(*token)));
    ecs::AssumeRoleWithWebIdentity request;
    request.role_arn = identity.role_arn;
    request.role_session_name = identity.session_name;
    request.web_identity_token = token_.reveal();
    provider_.client_->call(request, [this, alive = std::weak_ptr<bool>(alive_)](
                                         ecs::Called<ecs::AssumeRoleReply> reply) {
      if (alive.expired()) return;
      if (!reply) return end(fail(std::move(reply).error().error));
      const auto& role = provider_.identity_.role_arn;
      end(Credentials{
          {reply->access_key_id, Secret(reply->secret_access_key), Secret(reply->session_token)},
          reply->expiration,
          "the role " + role + " for a web identity"});
    });
  }

 private:
  void end(Result<Credentials> result) {
    if (!result) {
      auto error = std::move(result).error();
      mask(error, token_);
      error.context.push_back("while assuming the role " + provider_.identity_.role_arn +
                              " with the web identity in " + provider_.identity_.token_file);
      result = fail(std::move(error));
    }
    const auto done = std::move(done_);  // It may destroy this.
    done(std::move(result));
  }

  WebIdentityCredentials& provider_;
  Done done_;
  Secret token_;
  sys::PendingPtr step_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

Result<std::unique_ptr<WebIdentityCredentials>> WebIdentityCredentials::create(
    const Client::Outside& outside, ClientOptions sts, const sys::Files& files,
    WebIdentity identity) {
  auto client = TRY(Client::create(outside, std::move(sts), nullptr));
  return std::unique_ptr<WebIdentityCredentials>(
      new WebIdentityCredentials(outside.loop, files, std::move(client), std::move(identity)));
}

sys::PendingPtr WebIdentityCredentials::get(Done done) {
  auto fetch = std::make_unique<Fetch>(*this, std::move(done));
  fetch->start();
  return fetch;
}

}  // namespace runtask::aws
