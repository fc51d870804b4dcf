#include "aws/metadata_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/sim_files.h"
#include "sim/sim_http.h"
#include "sim/sim_loop.h"

namespace runtask::aws {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using Variables = std::map<std::string, std::string>;

constexpr const char* kKeys =
    R"({"Code":"Success","AccessKeyId":"ASIA1","SecretAccessKey":"hushhush","Token":"tokentoken",)"
    R"("Expiration":"2026-01-31T06:00:00Z"})";
const WallTime kExpiry = sim::SimLoop::kWallStart + 6h;

class MetadataTest : public testing::Test {
 protected:
  Result<Credentials> ask(CredentialsProvider& provider) {
    std::optional<Result<Credentials>> got;
    int answers = 0;
    const auto pending = provider.get([&](Result<Credentials> result) {
      got = std::move(result);
      ++answers;
    });
    EXPECT_FALSE(got) << "answered from inside";
    loop.run();
    EXPECT_EQ(answers, 1);
    return *got;
  }
  std::string header(std::size_t request, std::string_view name) {
    return std::string(sys::header_value(http.requests().at(request).headers, name));
  }

  sim::SimLoop loop;
  sim::SimHttp http{loop};
  sim::SimFiles files;
};

// ---- Container

class ContainerTest : public MetadataTest {
 protected:
  Result<Credentials> get(const Variables& variables) {
    auto place = TRY(find_container(sys::Environment(variables)));
    if (!place) return fail(Code::kNotFound, "no container");
    ContainerCredentials provider(loop, http, files, *std::move(place));
    return ask(provider);
  }
  const Variables relative{{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/some-uuid"}};
};

TEST_F(ContainerTest, its_server_is_found_by_the_environment) {
  http.will_answer(200, kKeys);
  const auto got = get(relative);
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got->keys.access_key_id, "ASIA1");
  EXPECT_EQ(got->keys.secret_access_key.reveal(), "hushhush");
  EXPECT_EQ(got->keys.session_token.reveal(), "tokentoken");
  EXPECT_EQ(got->expiry, kExpiry);
  const auto& request = http.requests()[0];
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url, "http://169.254.170.2/v2/credentials/some-uuid");
  EXPECT_TRUE(request.is_direct) << "never by way of a proxy";
  EXPECT_EQ(request.timeout, 2s);
  EXPECT_EQ(header(0, "Authorization"), "");
  EXPECT_EQ(get({}).error().code, Code::kNotFound);
}

TEST_F(ContainerTest, only_hosts_where_such_servers_are_may_be_asked_by_plain_http) {
  struct Case {
    const char* url;
    bool is_allowed;
  };
  const std::vector<Case> cases = {
      {"http://169.254.170.2/x", true},
      {"http://169.254.170.23/v1/credentials", true},
      {"http://169.254.170.23:80/x", true},
      {"http://[fd00:ec2::23]/v1/credentials", true},
      {"http://127.0.0.1:51679/get?a=b", true},
      {"http://localhost:8080/x", true},
      {"http://[::1]:8080/x", true},
      {"https://credentials.example.com/x", true},
      {"http://credentials.example.com/x", false},
      {"http://169.254.169.254/x", false},
      {"http://169.254.170.2.example.com/x", false},
      {"http://169.254.170.20/x", false},
      {"http://127.0.0.1.example.com/x", false},
      {"http://localhost.example.com/x", false},
      {"http://127.0.0.1@example.com/x", false},
      {"http://127.0.0.1\\@example.com/x", false},
      {"ftp://127.0.0.1/x", false},
      {"file:///etc/passwd", false},
      {"http://127.0.0.1/\r\nX: y", false},
      {"x", false},
  };
  const auto found = [](const char* variable, const std::string& value) {
    return find_container(sys::Environment(Variables{{variable, value}}));
  };
  for (const auto& one : cases) {
    const auto place = found("AWS_CONTAINER_CREDENTIALS_FULL_URI", one.url);
    EXPECT_EQ(place.has_value(), one.is_allowed) << one.url;
  }
  EXPECT_EQ((*found("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:5/get?a=b"))->url,
            "http://127.0.0.1:5/get?a=b");
  for (const char* bad : {"x", "@example.com/", ".example.com/", "/a b", "/a\r\nX: y"})
    EXPECT_FALSE(found("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", bad)) << bad;
}

TEST_F(ContainerTest, the_relative_uri_is_stronger_than_the_full_one) {
  auto both = relative;
  both["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1/full";
  EXPECT_EQ((*find_container(sys::Environment(both)))->url,
            "http://169.254.170.2/v2/credentials/some-uuid");
}

TEST_F(ContainerTest, the_token_is_sent_and_the_file_is_stronger_and_read_every_time) {
  Variables variables{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/x"},
                      {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic abc"}};
  http.will_answer(200, kKeys);
  ASSERT_TRUE(get(variables));
  EXPECT_EQ(header(0, "Authorization"), "Basic abc");

  variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/token";
  ContainerCredentials provider(loop, http, files, **find_container(sys::Environment(variables)));
  for (const char* token : {"first\n", "second"}) {
    ASSERT_TRUE(files.write("/token", token, 0600));
    http.will_answer(200, kKeys);
    ASSERT_TRUE(ask(provider));
  }
  EXPECT_EQ(header(1, "Authorization"), "first");
  EXPECT_EQ(header(2, "Authorization"), "second");
}

TEST_F(ContainerTest, a_token_that_is_not_one_line_is_refused_and_not_shown) {
  Variables variables{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/x"},
                      {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "to\r\nX-Evil: ken"}};
  auto got = get(variables);
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().text(), Not(HasSubstr("Evil")));
  variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/token";
  got = get(variables);
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().text(), HasSubstr("/token")) << "the file is not there";
  ASSERT_TRUE(files.write("/token", "a\nEvil\n", 0600));
  got = get(variables);
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().text(), Not(HasSubstr("Evil")));
  EXPECT_TRUE(http.requests().empty());
}

TEST_F(ContainerTest, a_server_that_is_slow_to_come_up_is_asked_three_times) {
  http.will_fail(Code::kUnavailable, "refused", false);
  http.will_answer(500, "");
  http.will_answer(200, kKeys);
  EXPECT_TRUE(get(relative));
  EXPECT_EQ(loop.now(), 2s);
  for (int i = 0; i < 3; ++i)
    http.will_stall();
  const auto got = get(relative);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kTimeout);
  EXPECT_EQ(http.requests().size(), 6U);
  EXPECT_EQ(loop.now(), 2s + 3 * 2s + 2 * 1s);
}

TEST_F(ContainerTest, what_the_server_refuses_is_told_in_its_words_without_secrets) {
  auto variables = relative;
  variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "topsecrettoken";
  http.will_answer(400, R"({"code":"InvalidIdInRequest","message":"Credentials not found"})");
  auto text = get(variables).error().text();
  EXPECT_THAT(text, AllOf(HasSubstr("InvalidIdInRequest"), HasSubstr("Credentials not found"),
                          HasSubstr("169.254.170.2"), Not(HasSubstr("some-uuid"))));
  EXPECT_EQ(http.requests().size(), 1U) << "final";
  http.will_answer(403, R"({"message":"bad topsecrettoken"})");
  EXPECT_THAT(get(variables).error().text(), Not(HasSubstr("topsecret")));
  http.will_answer(403, "<html>topsecrettoken</html>");
  EXPECT_THAT(get(variables).error().text(), Not(HasSubstr("topsecret")));
}

TEST_F(MetadataTest, an_answer_that_holds_no_keys_is_an_error_that_shows_nothing_of_it) {
  const std::vector<std::string> bodies = {
      "",
      "hushhush",
      "[]",
      "\"hushhush\"",
      R"({"AccessKeyId":"A","SecretAccessKey":"hushhush")",
      R"({"AccessKeyId":"A","SecretAccessKey":["hushhush"]})",
      R"({"AccessKeyId":7,"SecretAccessKey":"hushhush"})",
      R"({"SecretAccessKey":"hushhush"})",
      R"({"AccessKeyId":"A","SecretAccessKey":"hushhush","Expiration":"hushhush"})",
      R"({"Code":"Failed","AccessKeyId":"A","SecretAccessKey":"hushhush"})"};
  for (const auto& body : bodies) {
    http.will_answer(200, body);
    ContainerCredentials container(loop, http, files, {"http://127.0.0.1/", "127.0.0.1", "", {}});
    const auto got = ask(container);
    ASSERT_FALSE(got) << body;
    EXPECT_THAT(got.error().text(), Not(HasSubstr("hushhush"))) << body;
    http.will_answer(200, "token");
    http.will_answer(200, "role");
    http.will_answer(200, body);
    InstanceCredentials instance(http, {"http://127.0.0.1/", true});
    const auto other = ask(instance);
    ASSERT_FALSE(other) << body;
    EXPECT_THAT(other.error().text(), Not(HasSubstr("hushhush"))) << body;
  }
}

// ---- Instance

class InstanceTest : public MetadataTest {
 protected:
  Result<std::optional<InstancePlace>> find(Variables variables) {
    const sys::Environment environment(std::move(variables));
    const auto shared = TRY(SharedConfig::load(environment, files, ""));
    return find_instance(environment, shared);
  }
  Result<Credentials> get(Variables variables = {}) {
    auto place = TRY(find(std::move(variables)));
    if (!place) return fail(Code::kUsage, "switched off");
    InstanceCredentials provider(http, *std::move(place));
    return ask(provider);
  }
};

TEST_F(InstanceTest, the_second_version_is_asked_for_a_token_the_role_and_its_keys) {
  http.will_answer(200, "METATOKEN");
  http.will_answer(200, "my-role\nother\n");
  http.will_answer(200, kKeys);
  const auto got = get();
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got->keys.access_key_id, "ASIA1");
  EXPECT_EQ(got->expiry, kExpiry);
  EXPECT_THAT(got->source, HasSubstr("my-role"));
  ASSERT_EQ(http.requests().size(), 3U);
  const std::string base = "http://169.254.169.254/latest/";
  EXPECT_EQ(http.requests()[0].method, "PUT");
  EXPECT_EQ(http.requests()[0].url, base + "api/token");
  EXPECT_EQ(header(0, "x-aws-ec2-metadata-token-ttl-seconds"), "21600");
  EXPECT_EQ(http.requests()[1].url, base + "meta-data/iam/security-credentials/");
  EXPECT_EQ(http.requests()[2].url, base + "meta-data/iam/security-credentials/my-role");
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(header(i, "x-aws-ec2-metadata-token"), i == 0 ? "" : "METATOKEN");
    EXPECT_TRUE(http.requests()[i].is_direct);
    EXPECT_EQ(http.requests()[i].timeout, 1s);
  }
}

TEST_F(InstanceTest, elsewhere_it_takes_a_second_to_know_that_there_is_none) {
  http.will_answer(sim::SimHttp::no_connection());
  const auto got = get();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kNotFound);
  EXPECT_EQ(loop.now(), 1s);
  EXPECT_EQ(http.requests().size(), 1U);
}

// In a container to which the token may not hop, the second version takes the connection only.
TEST_F(InstanceTest, a_silent_second_version_gives_way_to_the_first_unless_that_is_forbidden) {
  http.will_stall();
  http.will_answer(200, "my-role");
  http.will_answer(200, kKeys);
  const auto got = get();
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got->keys.access_key_id, "ASIA1");
  EXPECT_EQ(loop.now(), 1s);
  EXPECT_EQ(header(1, "x-aws-ec2-metadata-token"), "");

  http.will_stall();
  EXPECT_EQ(get({{"AWS_EC2_METADATA_V1_DISABLED", "true"}}).error().code, Code::kNotFound);
  EXPECT_EQ(http.requests().size(), 4U);
  http.will_stall();
  http.will_stall();
  EXPECT_EQ(get().error().code, Code::kNotFound) << "silence everywhere ends";
  EXPECT_EQ(http.requests().size(), 6U);
}

TEST_F(InstanceTest, how_long_and_how_often_it_is_asked_can_be_said) {
  const Variables patient{{"AWS_METADATA_SERVICE_TIMEOUT", "5"},
                          {"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "3"}};
  for (int i = 0; i < 3; ++i)
    http.will_answer(sim::SimHttp::no_connection());
  EXPECT_EQ(get(patient).error().code, Code::kNotFound);
  EXPECT_EQ(http.requests().size(), 3U);
  EXPECT_EQ(loop.now(), 15s);

  // Each of the three requests has as many attempts.
  const auto busy = [&](int times) {
    for (int i = 0; i < times; ++i)
      i % 2 == 0 ? http.will_answer(503, "") : http.will_answer(429, "");
  };
  busy(2);
  http.will_answer(200, "t");
  busy(2);
  http.will_answer(200, "r");
  busy(2);
  http.will_answer(200, kKeys);
  EXPECT_TRUE(get(patient));
  EXPECT_EQ(header(11, "x-aws-ec2-metadata-token"), "t");
  http.will_answer(200, "t");
  busy(3);
  EXPECT_EQ(get(patient).error().code, Code::kUnavailable);
  http.will_answer(200, "t");
  http.will_answer(404, "");
  EXPECT_EQ(get(patient).error().code, Code::kNotFound) << "an answer is final";
  EXPECT_EQ(http.answers_left(), 0U);

  for (const char* bad : {"0", "-1", "x", "1.5"}) {
    EXPECT_FALSE(find({{"AWS_METADATA_SERVICE_TIMEOUT", bad}})) << bad;
    EXPECT_FALSE(find({{"AWS_METADATA_SERVICE_NUM_ATTEMPTS", bad}})) << bad;
  }
}

TEST_F(InstanceTest, where_the_second_version_is_refused_the_first_one_is_asked) {
  for (const int status : {403, 404, 405}) {
    http.will_answer(status, "no");
    http.will_answer(200, "my-role");
    http.will_answer(200, kKeys);
    EXPECT_TRUE(get()) << status;
  }
  EXPECT_EQ(header(1, "x-aws-ec2-metadata-token"), "");
  const auto before = http.requests().size();
  http.will_answer(404, "no");
  EXPECT_FALSE(get({{"AWS_EC2_METADATA_V1_DISABLED", "true"}}));
  http.will_answer(400, "no");
  EXPECT_FALSE(get());
  EXPECT_EQ(http.requests().size(), before + 2) << "and nothing was asked without a token";
}

TEST_F(InstanceTest, a_machine_without_a_role_is_not_found) {
  http.will_answer(200, "t");
  http.will_answer(404, "");
  const auto got = get();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kNotFound);
  EXPECT_THAT(got.error().message, HasSubstr("no role"));
}

TEST_F(InstanceTest, odd_answers_are_errors_and_go_into_no_address) {
  for (const char* role : {"", "a/../../b", "a?b", "a#b", "a b", "a%2fb"}) {
    http.will_answer(200, "t");
    http.will_answer(200, role);
    EXPECT_FALSE(get()) << role;
    EXPECT_THAT(http.requests().back().url, testing::EndsWith("-credentials/")) << role;
  }
  for (const char* token : {"", "a\r\nX: y", "a b"}) {
    http.will_answer(200, token);
    EXPECT_FALSE(get()) << token;
  }
  http.will_answer(200, "t");
  http.will_answer(500, "");
  EXPECT_EQ(get().error().code, Code::kUnavailable);
  http.will_answer(200, "t");
  http.will_answer(200, "r");
  http.will_answer(401, "");
  EXPECT_EQ(get().error().code, Code::kUnavailable);
  EXPECT_EQ(http.answers_left(), 0U);
}

TEST_F(InstanceTest, a_token_that_the_server_repeats_is_not_shown) {
  http.will_answer(200, "METATOKEN");
  http.will_answer(200, "role");
  http.will_answer(200, R"({"Code":"Refused","Message":"no METATOKEN"})");
  const auto text = get().error().text();
  EXPECT_THAT(text, AllOf(HasSubstr("gives no credentials"), Not(HasSubstr("METATOKEN"))));
  http.will_answer(200, "METATOKEN");
  http.will_answer(200, "role");
  http.will_answer(200, R"({"Code":"Refused","Message":"no\nerror: another\u001b[31m"})");
  EXPECT_THAT(get().error().text(), HasSubstr("no error: another [31m"));
}

TEST_F(InstanceTest, where_it_is_can_be_said) {
  const auto url = [&](Variables variables) { return (**find(std::move(variables))).url; };
  const std::string prefix = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
  EXPECT_EQ(url({}), "http://169.254.169.254/");
  EXPECT_EQ(url({{prefix + "_MODE", "IPv6"}}), "http://[fd00:ec2::254]/");
  EXPECT_EQ(url({{"AWS_IMDS_USE_IPV6", "true"}}), "http://[fd00:ec2::254]/");
  EXPECT_EQ(url({{"AWS_IMDS_USE_IPV6", "true"}, {prefix + "_MODE", "ipv4"}}),
            "http://169.254.169.254/");
  EXPECT_EQ(url({{prefix, "http://127.0.0.1:1338"}}), "http://127.0.0.1:1338/");
  EXPECT_EQ(url({{prefix, "http://127.0.0.1:1338/base"}}), "http://127.0.0.1:1338/base/");
  EXPECT_FALSE(find({{prefix, "nowhere"}}));
  EXPECT_FALSE(find({{prefix + "_MODE", "5"}}));
  EXPECT_FALSE(*find({{"AWS_EC2_METADATA_DISABLED", "True"}}));
  EXPECT_TRUE(*find({{"AWS_EC2_METADATA_DISABLED", "false"}}));

  ASSERT_TRUE(files.write("/config",
                          "[default]\nec2_metadata_service_endpoint = http://127.0.0.1:2\n"
                          "ec2_metadata_v1_disabled = true\nmetadata_service_timeout = 7\n"
                          "metadata_service_num_attempts = 4\n",
                          0600));
  const Variables config{{"AWS_CONFIG_FILE", "/config"}};
  EXPECT_EQ(url(config), "http://127.0.0.1:2/");
  EXPECT_FALSE((**find(config)).is_first_version_allowed);
  EXPECT_EQ((**find(config)).timeout, 7s);
  EXPECT_EQ((**find(config)).attempts_max, 4);
}

TEST_F(InstanceTest, it_can_be_called_off_at_every_step) {
  http.script([](const sys::HttpRequest&) -> std::optional<sim::SimHttp::Answer> {
    return sim::SimHttp::Answer{sys::HttpReply{200, {}, "x"}, 100ms};
  });
  InstanceCredentials provider(http, {"http://127.0.0.1/", true});
  for (const Duration when : {0ms, 50ms, 150ms, 250ms}) {
    auto pending = provider.get([](const Result<Credentials>&) { FAIL(); });
    loop.run_for(when);
    pending.reset();
    loop.run();
  }
}

}  // namespace
}  // namespace runtask::aws
