#include "local/authenticator.h"

#include <gmock/gmock.h>

#include "base/text.h"
#include "local/request_gate.h"

namespace runtask::local {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

const WallTime kNow{seconds(1'769'817'600)};
const char* const kTarget = "AmazonEC2ContainerServiceV20141113.ListTasks";

ecs::SigningKeys keys() {
  return {"RTLOCALABCDEFGHIJKLM", Secret("the secret"), Secret()};
}

sys::ServerRequest request(const std::string& body = "{}") {
  return {"POST",
          "/",
          {{"Host", "127.0.0.1:4711"},
           {"Content-Type", "application/x-amz-json-1.1"},
           {"X-Amz-Target", kTarget}},
          body};
}

// The request signed as a client does it, over the headers that it has.
sys::ServerRequest signed_request(sys::ServerRequest request, const ecs::SigningKeys& with = keys(),
                                  WallTime at = kNow, const std::string& service = "ecs") {
  ecs::SigningRequest to_sign{request.method, "/", "", {}, request.body};
  for (const auto& header : request.headers)
    to_sign.headers.push_back({header.name, header.value});
  for (const auto& header : ecs::sign(to_sign, with, "eu-west-1", service, at))
    request.headers.push_back({header.name, header.value});
  return request;
}

void set_header(sys::ServerRequest& request, const std::string& name, const std::string& value) {
  for (auto& header : request.headers)
    if (lower_case(header.name) == lower_case(name)) header.value = value;
}
void remove_header(sys::ServerRequest& request, const std::string& name) {
  std::erase_if(request.headers,
                [&](const auto& header) { return lower_case(header.name) == name; });
}

class AuthenticatorTest : public testing::Test {
 protected:
  std::string verify(const sys::ServerRequest& request, ecs::Service service = ecs::Service::kEcs,
                     WallTime now = kNow) {
    const auto caller = authenticator.verify(request, service, now);
    return caller ? caller->arn : caller.error().name + ": " + caller.error().message;
  }
  Authenticator authenticator{keys(), {"arn:owner", "owner"}};
};

TEST_F(AuthenticatorTest, a_good_signature_names_its_owner_for_any_region) {
  EXPECT_EQ(verify(signed_request(request())), "arn:owner");
  EXPECT_EQ(verify(signed_request(request(std::string(100'000, 'x')))), "arn:owner");
  for (int i = 0; i < 3; ++i)  // The same poll twice in a second is the same bytes, and is fine.
    EXPECT_EQ(verify(signed_request(request())), "arn:owner");
}

TEST_F(AuthenticatorTest, whatever_is_changed_afterwards_breaks_it) {
  auto changed = signed_request(request());
  changed.body = R"({"cluster":"x"})";
  EXPECT_THAT(verify(changed), HasSubstr("InvalidSignatureException: The request signature we "));
  changed = signed_request(request());
  set_header(changed, "x-amz-target", "AmazonEC2ContainerServiceV20141113.RunTask");
  EXPECT_THAT(verify(changed), HasSubstr("InvalidSignatureException"));
  changed = signed_request(request());
  set_header(changed, "host", "localhost:4711");
  EXPECT_THAT(verify(changed), HasSubstr("InvalidSignatureException"));
  changed = signed_request(request());
  changed.method = "PUT";
  EXPECT_THAT(verify(changed), HasSubstr("InvalidSignatureException"));
}

TEST_F(AuthenticatorTest, keys_that_are_not_its_own_are_unknown) {
  EXPECT_THAT(verify(signed_request(request(), {"AKIAIOSFODNN7EXAMPLE", Secret("x"), Secret()})),
              testing::AllOf(HasSubstr("UnrecognizedClientException: The security token included "
                                       "in the request is invalid."),
                             HasSubstr("unknown to it")));
  EXPECT_THAT(verify(signed_request(request(), {keys().access_key_id, Secret("wrong"), Secret()})),
              HasSubstr("InvalidSignatureException"));
}

TEST_F(AuthenticatorTest, without_a_signature_there_is_no_answer) {
  EXPECT_THAT(verify(request()), HasSubstr("MissingAuthenticationTokenException"));
  auto broken = signed_request(request());
  set_header(broken, "authorization", "Basic dXNlcjpwYXNz");
  EXPECT_THAT(verify(broken), HasSubstr("IncompleteSignatureException"));
  auto presigned = request();
  presigned.target = "/?X-Amz-Signature=abc";
  EXPECT_THAT(verify(presigned), HasSubstr("query"));
  auto undated = signed_request(request());
  remove_header(undated, "x-amz-date");
  EXPECT_THAT(verify(undated), HasSubstr("IncompleteSignatureException"));
}

TEST_F(AuthenticatorTest, a_signature_is_good_for_five_minutes_around_its_time) {
  EXPECT_EQ(verify(signed_request(request(), keys(), kNow - minutes(5))), "arn:owner");
  EXPECT_EQ(verify(signed_request(request(), keys(), kNow + minutes(5))), "arn:owner");
  EXPECT_EQ(verify(signed_request(request(), keys(), kNow - minutes(5) - seconds(1))),
            "InvalidSignatureException: Signature expired: 20260130T235459Z is now earlier than "
            "20260130T235500Z (20260131T000000Z - 5 min.)");
  EXPECT_THAT(verify(signed_request(request(), keys(), kNow + minutes(6))),
              HasSubstr("Signature not yet current"));
}

TEST_F(AuthenticatorTest, the_scope_must_fit_the_service) {
  EXPECT_THAT(verify(signed_request(request(), keys(), kNow, "logs")),
              HasSubstr("correct service: 'ecs'"));
}

TEST_F(AuthenticatorTest, what_decides_must_be_signed) {
  for (const std::string name : {"x-amz-target", "content-type", "host"}) {
    auto part = request();
    const std::string value(sys::header_value(part.headers, name));
    remove_header(part, name);
    auto with = signed_request(part);
    with.headers.push_back({name, value});
    EXPECT_THAT(verify(with), HasSubstr("'" + name + "' must be a 'SignedHeader'"));
  }
}

TEST_F(AuthenticatorTest, a_given_body_hash_must_be_that_of_the_body) {
  auto good = request();
  good.headers.push_back({"X-Amz-Content-Sha256", ecs::sha256_hex("{}")});
  EXPECT_EQ(verify(signed_request(good)), "arn:owner");
  for (const std::string value : {"UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}) {
    auto bad = request();
    bad.headers.push_back({"X-Amz-Content-Sha256", value});
    EXPECT_THAT(verify(signed_request(bad)), HasSubstr("not the hash of the body"));
  }
}

TEST_F(AuthenticatorTest, temporary_keys_need_their_token_and_end) {
  const Session session{"RTLOCALSESSION", "s3cret", "token",
                        "arn:role",       "role",   kNow + minutes(60)};
  authenticator.add(session);
  const ecs::SigningKeys with{session.access_key_id, Secret("s3cret"), Secret("token")};
  EXPECT_EQ(verify(signed_request(request(), with)), "arn:role");
  const ecs::SigningKeys without{session.access_key_id, Secret("s3cret"), Secret()};
  EXPECT_THAT(verify(signed_request(request(), without)), HasSubstr("UnrecognizedClientException"));
  const auto later = kNow + minutes(60);
  EXPECT_THAT(verify(signed_request(request(), with, later), ecs::Service::kEcs, later),
              HasSubstr("ExpiredTokenException"));
}

TEST(RequestGate, a_request_is_routed_by_its_target) {
  const auto route = route_of(request(), 4711);
  ASSERT_TRUE(route);
  EXPECT_EQ(route->operation, "ListTasks");
  auto logs = request();
  set_header(logs, "x-amz-target", "Logs_20140328.GetLogEvents");
  EXPECT_EQ(route_of(logs, 4711)->service, ecs::Service::kLogs);
  sys::ServerRequest sts{"POST",
                         "/",
                         {{"Host", "localhost:4711"},
                          {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
                         "Action=GetCallerIdentity"};
  EXPECT_EQ(route_of(sts, 4711)->service, ecs::Service::kSts);
}

TEST(RequestGate, what_a_browser_could_send_is_refused) {
  const auto error_of = [](const sys::ServerRequest& it) {
    const auto route = route_of(it, 4711);
    return route ? std::string() : route.error().name;
  };
  for (const std::string host : {"evil.example:4711", "127.0.0.1", "127.0.0.1:80", ""}) {
    auto foreign = request();
    set_header(foreign, "host", host);
    EXPECT_EQ(error_of(foreign), "AccessDeniedException") << host;
  }
  auto cross = request();
  cross.headers.push_back({"Origin", "http://evil.example"});
  EXPECT_EQ(error_of(cross), "AccessDeniedException");
  cross = request();
  cross.headers.push_back({"Sec-Fetch-Site", "cross-site"});
  EXPECT_EQ(error_of(cross), "AccessDeniedException");
  auto text = request();
  set_header(text, "content-type", "text/plain");
  EXPECT_EQ(error_of(text), "SerializationException");
}

TEST(RequestGate, headers_that_decide_must_not_be_doubled) {
  for (const char* name : {"Authorization", "Host", "X-Amz-Date", "X-Amz-Target"}) {
    auto doubled = request();
    doubled.headers.push_back({name, "x"});
    doubled.headers.push_back({name, "x"});
    EXPECT_FALSE(route_of(doubled, 4711)) << name;
  }
}

TEST(RequestGate, unknown_things_get_proper_errors) {
  auto unknown = request();
  set_header(unknown, "x-amz-target", "DynamoDB_20120810.ListTables");
  EXPECT_EQ(route_of(unknown, 4711).error().name, "UnknownOperationException");
  auto path = request();
  path.target = "/index.html";
  EXPECT_EQ(route_of(path, 4711).error().name, "UnknownOperationException");
  EXPECT_EQ(route_of({"GET", "/", {{"Host", "127.0.0.1:4711"}}, ""}, 4711).error().name,
            "UnknownOperationException");
  auto large = request(std::string((1U << 20U) + 1, ' '));
  EXPECT_EQ(route_of(large, 4711).error().name, "SerializationException");
}

TEST(RequestGate, errors_speak_the_protocol_of_their_service) {
  const auto json = error_reply(ecs::Service::kEcs, {"ConflictException", "m", {"arn:x"}}, "id-1");
  EXPECT_EQ(json.status, 400);
  EXPECT_THAT(json.body, HasSubstr("ConflictException"));
  EXPECT_THAT(json.body, HasSubstr("arn:x"));
  EXPECT_EQ(sys::header_value(json.headers, "x-amzn-requestid"), "id-1");
  EXPECT_EQ(error_reply(ecs::Service::kEcs, {"ServerException", "m", {}}, "i").status, 500);
  const auto xml =
      error_reply(ecs::Service::kSts, {"InvalidSignatureException", "a<b", {}}, "id-2");
  EXPECT_EQ(xml.status, 403);
  EXPECT_THAT(xml.body, HasSubstr("<Code>SignatureDoesNotMatch</Code>"));
  EXPECT_THAT(xml.body, HasSubstr("a&lt;b"));
}

}  // namespace
}  // namespace runtask::local
