#include "ecs/sigv4.h"

#include <gtest/gtest.h>

#include <span>

#include "base/text.h"

namespace runtask::ecs {
namespace {

// The credentials of the examples that AWS publishes.
const SigningKeys kKeys{"AKIDEXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                        Secret()};

SigningRequest get(std::string path, std::string query) {
  return {"GET", std::move(path), std::move(query), {{"Host", "example.amazonaws.com"}}, {}};
}

std::string line(const std::string& text, std::size_t number) {
  return split(text, '\n').at(number);
}
std::string path_of(std::string path) {
  return line(canonical_request(get(std::move(path), "")), 1);
}
std::string query_of(std::string query) {
  return line(canonical_request(get("/", std::move(query))), 2);
}

std::string value_of(const std::vector<SigningHeader>& headers, std::string_view name) {
  for (const auto& header : headers)
    if (header.name == name) return header.value;
  return {};
}

TEST(SigV4, of_the_first_published_example_agrees_at_every_step) {
  auto request = get("/", "");
  request.headers.push_back({"X-Amz-Date", "20150830T123600Z"});
  const auto canonical = canonical_request(request);
  EXPECT_EQ(canonical,
            "GET\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\n"
            "host;x-amz-date\n"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const SigningScope scope{"20150830", "us-east-1", "service"};
  const auto to_sign = string_to_sign("20150830T123600Z", scope, canonical);
  EXPECT_EQ(to_sign,
            "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\n"
            "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63");
  EXPECT_EQ(signature(signing_key(kKeys.secret_access_key, scope), to_sign),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST(SigV4, the_derived_key_is_that_of_the_published_example) {
  const auto key = signing_key(kKeys.secret_access_key, {"20150830", "us-east-1", "iam"});
  EXPECT_EQ(hex(std::span(reinterpret_cast<const unsigned char*>(key.reveal().data()),
                          key.reveal().size())),
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
}

// The signatures were computed with botocore.
TEST(SigV4, of_an_ecs_call_is_what_botocore_computes) {
  const SigningRequest request{"POST",
                               "/",
                               "",
                               {{"Content-Type", "application/x-amz-json-1.1"},
                                {"X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ListTasks"},
                                {"Host", "127.0.0.1:8000"}},
                               "{}"};
  const WallTime now(Duration(1'769'862'896'789));  // 2026-01-31T12:34:56.789Z
  const auto added = sign(request, kKeys, "eu-west-1", "ecs", now);
  ASSERT_EQ(added.size(), 2U);
  EXPECT_EQ(value_of(added, "X-Amz-Date"), "20260131T123456Z");
  EXPECT_EQ(value_of(added, "Authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260131/eu-west-1/ecs/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
            "Signature=40dd199c8d54adfec7fd7bb433b0c0a1719ed5e5feb3b9b0cf7803f7ecfc1f39");

  auto with_token = kKeys;
  with_token.session_token = Secret("TOKEN/with+=");
  const auto three = sign(request, with_token, "eu-west-1", "ecs", now);
  ASSERT_EQ(three.size(), 3U);
  EXPECT_EQ(value_of(three, "X-Amz-Security-Token"), "TOKEN/with+=");
  EXPECT_EQ(value_of(three, "Authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260131/eu-west-1/ecs/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "
            "Signature=b6b6b166bbd26ad28d7262075e3cbf0a686f0dce7c7d8c44e0297cadb2e22711");
}

TEST(CanonicalRequest, headers_are_sorted_by_name_joined_and_trimmed) {
  SigningRequest request = get("/", "");
  request.headers = {{"X-B", "  two   words\t"},
                     {"Host", "h"},
                     {"x-a-b", "1"},
                     {"X-A", "z"},
                     {"x-a", " a  "},
                     {"X-Empty", ""}};
  EXPECT_EQ(canonical_request(request),
            "GET\n/\n\nhost:h\nx-a:z,a\nx-a-b:1\nx-b:two words\nx-empty:\n\n"
            "host;x-a;x-a-b;x-b;x-empty\n" +
                sha256_hex(""));
}

TEST(CanonicalRequest, a_given_body_hash_is_taken_as_it_is_signed) {
  SigningRequest request = get("/", "");
  request.headers.push_back({"X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"});
  EXPECT_EQ(line(canonical_request(request), 7), "UNSIGNED-PAYLOAD");
}

TEST(CanonicalRequest, the_path_is_normalised_and_encoded_once_more) {
  EXPECT_EQ(path_of(""), "/");
  EXPECT_EQ(path_of("/"), "/");
  EXPECT_EQ(path_of("//a///b/"), "/a/b/");
  EXPECT_EQ(path_of("/a/./b/../c"), "/a/c");
  EXPECT_EQ(path_of("/../.."), "/");
  EXPECT_EQ(path_of("/a/.."), "/");
  EXPECT_EQ(path_of("/a%20b"), "/a%2520b");
  EXPECT_EQ(path_of("/arn:aws~_-."), "/arn%3Aaws~_-.");
  EXPECT_EQ(path_of("/\xe1\x88\xb4"), "/%E1%88%B4");
}

TEST(CanonicalRequest, the_query_is_sorted_by_name_then_value) {
  EXPECT_EQ(query_of("b=2&a=2&a=1&a-b=3"), "a=1&a=2&a-b=3&b=2");
  EXPECT_EQ(query_of("key"), "key=");
  EXPECT_EQ(query_of("k=a=b&%2f=%2F"), "%2f=%2F&k=a=b");
}

TEST(ParseAuthorization, reads_what_sign_writes) {
  const auto added = sign(get("/", ""), kKeys, "eu-west-1", "logs", WallTime(Duration(0)));
  const auto read = parse_authorization(value_of(added, "Authorization"));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->access_key_id, "AKIDEXAMPLE");
  EXPECT_EQ(read->scope.text(), "19700101/eu-west-1/logs/aws4_request");
  EXPECT_EQ(read->signed_headers, (std::vector<std::string>{"host", "x-amz-date"}));
  EXPECT_EQ(read->signature.size(), 64U);
}

TEST(ParseAuthorization, refuses_everything_else) {
  const std::string signature(64, 'a');
  const std::string credential = "Credential=A/20260131/r/ecs/aws4_request";
  const auto with = [&](const std::string& text) {
    return parse_authorization("AWS4-HMAC-SHA256 " + text);
  };
  EXPECT_TRUE(with(credential + ",SignedHeaders=host,Signature=" + signature));
  EXPECT_TRUE(with("Signature=" + signature + ", " + credential + ", SignedHeaders=a;b"));
  for (const std::string& bad :
       {std::string(), credential, credential + ",SignedHeaders=,Signature=" + signature,
        credential + ",SignedHeaders=host,Signature=" + signature + "a",
        credential + ",SignedHeaders=host,Signature=" + std::string(64, 'A'),
        credential + "," + credential + ",SignedHeaders=host,Signature=" + signature,
        "Credential=A/2026013/r/ecs/aws4_request,SignedHeaders=host,Signature=" + signature,
        "Credential=A/2026013x/r/ecs/aws4_request,SignedHeaders=host,Signature=" + signature,
        "Credential=/20260131/r/ecs/aws4_request,SignedHeaders=host,Signature=" + signature,
        "Credential=A/20260131/r/ecs/aws4,SignedHeaders=host,Signature=" + signature}) {
    const auto read = with(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, Code::kInvalid);
    EXPECT_EQ(read.error().message.find(signature), std::string::npos);
  }
  EXPECT_FALSE(parse_authorization("Basic abc"));
  EXPECT_FALSE(parse_authorization("AWS4-HMAC-SHA256"));
}

TEST(EqualInConstantTime, is_equality) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
}

}  // namespace
}  // namespace runtask::ecs
