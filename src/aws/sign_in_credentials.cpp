#include "aws/sign_in_credentials.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "aws/plain_call.h"
#include "base/json.h"
#include "base/json_text.h"
#include "ecs/sts.h"

namespace runtask::aws {
namespace {

// {"roleCredentials": {"accessKeyId", ..., "expiration": milliseconds}}
Result<Credentials> read_role_credentials(const std::string& body, std::string source) {
  const auto unreadable = [] {
    return fail(Code::kInvalid, "the answer of IAM Identity Center holds no credentials");
  };
  const auto answer = json::parse(body, "answer");
  if (!answer || !answer->is_object()) return unreadable();
  const auto keys = answer->find("roleCredentials");
  if (keys == answer->end() || !keys->is_object()) return unreadable();
  const auto text = [&](const char* name) { return json::text_of(*keys, name); };
  Credentials found;
  found.source = std::move(source);
  found.keys.access_key_id = text("accessKeyId");
  found.keys.secret_access_key = Secret(text("secretAccessKey"));
  found.keys.session_token = Secret(text("sessionToken"));
  const auto expiration = keys->find("expiration");
  if (found.keys.access_key_id.empty() || found.keys.secret_access_key.empty() ||
      expiration == keys->end() || !expiration->is_number_integer())
    return unreadable();
  found.expiry = WallTime(Duration(expiration->get<long long>()));
  return found;
}

}  // namespace

class SignInCredentials::Fetch final : public sys::Pending {
 public:
  Fetch(SignInCredentials& provider, Done done) : provider_(provider), done_(std::move(done)) {}

  void start() {
    const auto& place = provider_.place_;
    auto text = provider_.files_.read(place.token_path);
    if (!text && text.error().code == Code::kNotFound)
      return end_soon({Code::kDenied,
                       "nobody is signed in at IAM Identity Center for the profile `" +
                           place.profile + "`: there is no " + place.token_path,
                       {},
                       place.hint()});
    if (!text) return end_soon(text.error());
    file_text_ = *std::move(text);
    auto token = read_sign_in_token(file_text_, place.token_path);
    if (!token) {
      auto error = std::move(token).error();
      error.hint = place.hint();
      return end_soon(std::move(error));
    }
    token_ = *std::move(token);
    const auto now = provider_.outside_.loop.wall_now();
    const bool may_prolong = !place.session.empty() && token_.can_be_prolonged(now);
    if (may_prolong && token_.expiry - now < kProlongBefore) return prolong();
    use();
  }

 private:
  void call(const Endpoint& endpoint, PlainCall::Request request, PlainCall::Done done) {
    request.secrets = {token_.access_token, token_.refresh_token, token_.client_secret};
    auto plain = std::make_unique<PlainCall>(provider_.outside_, provider_.options_, endpoint,
                                             std::move(request), std::move(done));
    auto& started = *plain;
    step_ = std::move(plain);
    started.start();
  }

  void prolong() {
    PlainCall::Request request{"CreateToken", "POST", "token", {}, prolong_request(token_), {}};
    request.headers.push_back({"Content-Type", "application/json"});
    call(provider_.endpoints_.tokens, std::move(request),
         [this](const tl::expected<std::string, ecs::CallError>& body) {
           const auto now = provider_.outside_.loop.wall_now();
           if (body) {
             if (auto longer = read_prolonged(*body, token_, now)) keep(*std::move(longer));
           }
           use();  // Also after a failure: the old one may still be good, for a while.
         });
  }

  void keep(SignInToken token) {
    token_ = std::move(token);
    // For the AWS CLI and the next run. If that fails, this run still has its token.
    const auto& path = provider_.place_.token_path;
    (void)provider_.files_.write(path, write_sign_in_token(file_text_, token_), 0600);
  }

  void use() {
    const auto& place = provider_.place_;
    if (token_.expiry <= provider_.outside_.loop.wall_now())
      return end_soon({Code::kDenied,
                       "the sign-in at IAM Identity Center for the profile `" + place.profile +
                           "` expired at " + iso_time(token_.expiry),
                       {},
                       place.hint()});
    const auto query =
        ecs::write_form({{"role_name", place.role_name}, {"account_id", place.account_id}});
    PlainCall::Request request{
        "GetRoleCredentials", "GET", "federation/credentials?" + query, {}, {}, {}};
    request.headers.push_back({"x-amz-sso_bearer_token", token_.access_token.reveal()});
    call(provider_.endpoints_.portal, std::move(request),
         [this](tl::expected<std::string, ecs::CallError> body) { take(std::move(body)); });
  }

  void take(tl::expected<std::string, ecs::CallError> body) {
    constexpr int kUnauthorized = 401;
    const auto& place = provider_.place_;
    if (body)
      return end(read_role_credentials(*body, "IAM Identity Center: role " + place.role_name +
                                                  " in account " + place.account_id));
    auto error = std::move(body).error();
    if (error.http_status == kUnauthorized) {
      error.error.code = Code::kDenied;
      error.error.hint = place.hint();
    }
    error.error.context.push_back("while getting the role " + place.role_name + " in account " +
                                  place.account_id + " from IAM Identity Center");
    end(fail(std::move(error.error)));
  }

  void end_soon(Error error) {
    step_ = provider_.outside_.loop.after(
        Duration(0), [this, error = std::move(error)] { end(fail(Error(error))); });
  }
  void end(Result<Credentials> result) {
    const auto done = std::move(done_);  // It may destroy this.
    done(std::move(result));
  }

  SignInCredentials& provider_;
  Done done_;
  std::string file_text_;
  SignInToken token_;
  sys::PendingPtr step_;
};

Result<std::unique_ptr<SignInCredentials>> SignInCredentials::create(const Client::Outside& outside,
                                                                     ClientOptions options,
                                                                     SignInEndpoints endpoints,
                                                                     sys::Files& files,
                                                                     SignInPlace place) {
  if (!options.allow_insecure_http)
    for (const auto* endpoint : {&endpoints.portal, &endpoints.tokens})
      TRY(check_is_private(*endpoint));
  return std::unique_ptr<SignInCredentials>(new SignInCredentials(
      outside, std::move(options), std::move(endpoints), files, std::move(place)));
}

sys::PendingPtr SignInCredentials::get(Done done) {
  auto fetch = std::make_unique<Fetch>(*this, std::move(done));
  fetch->start();
  return fetch;
}

}  // namespace runtask::aws
