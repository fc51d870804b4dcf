#include "aws/endpoint.h"

#include <gtest/gtest.h>

#include "sim/sim_files.h"

namespace runtask::aws {
namespace {

using Variables = std::map<std::string, std::string>;

Result<SharedConfig> load(const Variables& variables, std::string_view config) {
  sim::SimFiles files;
  TRY(files.write("/config", config, 0600));
  auto all = variables;
  all.emplace("AWS_CONFIG_FILE", "/config");
  return SharedConfig::load(sys::Environment(all), files, "");
}

Result<Endpoints> find(const Variables& variables, std::string_view config,
                       const std::string& region) {
  const auto shared = TRY(load(variables, config));
  return find_endpoints(sys::Environment(variables), shared, region);
}

struct Urls {
  std::string ecs, logs, sts;
  friend bool operator==(const Urls&, const Urls&) = default;
};
Urls urls(const Variables& variables, std::string_view config = "",
          const std::string& region = "eu-west-1") {
  const auto found = find(variables, config, region);
  EXPECT_TRUE(found) << found.error().text();
  return found ? Urls{found->ecs.url, found->logs.url, found->sts.url} : Urls{};
}

TEST(Endpoint, is_brought_into_one_form) {
  const auto plain = parse_endpoint("HTTP://LocalHost:08000", "x");
  ASSERT_TRUE(plain) << plain.error().text();
  EXPECT_EQ(plain->url, "http://localhost:8000/");
  EXPECT_EQ(plain->host, "localhost:8000");
  EXPECT_EQ(plain->path, "/");
  EXPECT_FALSE(plain->is_https);
  const auto usual = parse_endpoint("https://ecs.example.com:443/base/", "x");
  EXPECT_EQ(usual->host, "ecs.example.com");
  EXPECT_EQ(usual->url, "https://ecs.example.com/base/");
  EXPECT_EQ(usual->path, "/base/");
  EXPECT_EQ(parse_endpoint("http://[::1]:80", "x")->host, "[::1]");
  EXPECT_EQ(parse_endpoint("https://[::1]:80", "x")->host, "[::1]:80");
}

TEST(Endpoint, other_text_is_refused_with_where_it_comes_from) {
  for (const char* bad : {"", "localhost:8000", "ftp://x", "http://", "http:///x", "http://:80",
                          "http://x:0", "http://x:65536", "http://x:", "http://x:y", "http://a b",
                          "http://x/?q", "http://x/#f", "http://[::1", "http://[]", "http://[g]",
                          "http://x\\y", "http://x/\n", "http://ex%61mple"}) {
    const auto endpoint = parse_endpoint(bad, "AWS_ENDPOINT_URL");
    ASSERT_FALSE(endpoint) << bad;
    EXPECT_EQ(endpoint.error().code, Code::kUsage);
    EXPECT_NE(endpoint.error().message.find("AWS_ENDPOINT_URL"), std::string::npos);
  }
}

TEST(Endpoint, a_password_in_it_is_refused_and_not_shown) {
  const auto endpoint = parse_endpoint("https://me:hunter2@example.com/", "x");
  ASSERT_FALSE(endpoint);
  EXPECT_EQ(endpoint.error().text().find("hunter2"), std::string::npos);
}

TEST(Endpoint, plain_http_is_for_this_machine_only) {
  for (const char* good : {"http://127.0.0.1:1", "http://127.255.0.9", "http://localhost",
                           "http://[::1]:8", "https://192.0.2.1", "https://example.com"})
    EXPECT_TRUE(check_is_private(*parse_endpoint(good, "x"))) << good;
  for (const char* bad : {"http://192.0.2.1:1", "http://127.0.0.1.example.com", "http://0.0.0.0",
                          "http://127.example.0.1", "http://localhost.example.com", "http://[::2]",
                          "http://127.0.0.256", "http://127.1"}) {
    const auto checked = check_is_private(*parse_endpoint(bad, "x"));
    ASSERT_FALSE(checked) << bad;
    EXPECT_EQ(checked.error().code, Code::kDenied);
    EXPECT_NE(checked.error().hint.find("--insecure-http"), std::string::npos);
  }
}

TEST(Endpoints, are_aws_own_by_partition) {
  EXPECT_EQ(urls({}),
            (Urls{"https://ecs.eu-west-1.amazonaws.com/", "https://logs.eu-west-1.amazonaws.com/",
                  "https://sts.eu-west-1.amazonaws.com/"}));
  const auto ecs = [](const std::string& region) { return urls({}, "", region).ecs; };
  EXPECT_EQ(ecs("cn-north-1"), "https://ecs.cn-north-1.amazonaws.com.cn/");
  EXPECT_EQ(ecs("us-gov-west-1"), "https://ecs.us-gov-west-1.amazonaws.com/");
  EXPECT_EQ(ecs("eusc-de-east-1"), "https://ecs.eusc-de-east-1.amazonaws.eu/");
  EXPECT_EQ(ecs("us-iso-east-1"), "https://ecs.us-iso-east-1.c2s.ic.gov/");
  EXPECT_EQ(ecs("us-isob-east-1"), "https://ecs.us-isob-east-1.sc2s.sgov.gov/");
  EXPECT_EQ(ecs("mars-north-1"), "https://ecs.mars-north-1.amazonaws.com/");
}

TEST(Endpoints, arns_have_the_partition_of_the_region) {
  const std::map<std::string, std::string> partitions = {{"eu-west-1", "aws"},
                                                         {"cn-north-1", "aws-cn"},
                                                         {"us-gov-west-1", "aws-us-gov"},
                                                         {"eusc-de-east-1", "aws-eusc"},
                                                         {"us-iso-east-1", "aws-iso"},
                                                         {"us-isob-east-1", "aws-iso-b"},
                                                         {"eu-isoe-west-1", "aws-iso-e"},
                                                         {"us-isof-east-1", "aws-iso-f"},
                                                         {"mars-north-1", "aws"}};
  for (const auto& [region, partition] : partitions)
    EXPECT_EQ(partition_name(region), partition) << region;
}

TEST(Endpoints, of_fips_and_dual_stack_have_names_of_their_own) {
  EXPECT_EQ(urls({{"AWS_USE_FIPS_ENDPOINT", "true"}}).ecs,
            "https://ecs-fips.eu-west-1.amazonaws.com/");
  EXPECT_EQ(urls({{"AWS_USE_DUALSTACK_ENDPOINT", "true"}}).ecs, "https://ecs.eu-west-1.api.aws/");
  EXPECT_EQ(urls({}, "[default]\nuse_fips_endpoint=true\n", "us-gov-west-1").logs,
            "https://logs.us-gov-west-1.amazonaws.com/");
  EXPECT_FALSE(
      find({{"AWS_USE_FIPS_ENDPOINT", "true"}, {"AWS_ENDPOINT_URL", "http://x"}}, "", "eu-west-1"));
  EXPECT_EQ(find({{"AWS_USE_DUALSTACK_ENDPOINT", "true"}}, "", "us-iso-east-1")->ecs.url,
            "https://ecs.us-iso-east-1.api.aws.ic.gov/");
  const auto government = find({{"AWS_USE_FIPS_ENDPOINT", "true"}}, "", "us-gov-west-1");
  EXPECT_EQ(government->ecs.url, "https://ecs-fips.us-gov-west-1.amazonaws.com/");
  EXPECT_EQ(government->sts.url, "https://sts.us-gov-west-1.amazonaws.com/");
}

constexpr const char* kConfig =
    "[default]\nservices = mine\nendpoint_url = http://all\n"
    "[services mine]\necs =\n  endpoint_url = http://ecs\n";

TEST(Endpoints, follow_the_order_of_the_sdks) {
  EXPECT_EQ(urls({}, kConfig), (Urls{"http://ecs/", "http://all/", "http://all/"}));
  EXPECT_EQ(urls({{"AWS_ENDPOINT_URL", "http://env"}}, kConfig),
            (Urls{"http://env/", "http://env/", "http://env/"}));
  EXPECT_EQ(urls({{"AWS_ENDPOINT_URL", "http://env"},
                  {"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "http://logs"},
                  {"AWS_ENDPOINT_URL_LOGS", "http://no-such-service"}},
                 kConfig),
            (Urls{"http://env/", "http://logs/", "http://env/"}));
  EXPECT_EQ(urls({{"AWS_ENDPOINT_URL_STS", "http://sts"}}, kConfig).sts, "http://sts/");
}

TEST(Endpoints, of_ones_own_can_all_be_ignored) {
  EXPECT_EQ(urls({{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"},
                  {"AWS_ENDPOINT_URL", "http://env"},
                  {"AWS_ENDPOINT_URL_ECS", "http://env"}},
                 kConfig)
                .ecs,
            "https://ecs.eu-west-1.amazonaws.com/");
}

TEST(Endpoints, a_missing_services_section_is_an_error) {
  const auto found = find({}, "[default]\nservices = other\n[services mine]\n", "eu-west-1");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::kUsage);
  EXPECT_NE(found.error().message.find("`other`"), std::string::npos);
}

TEST(Endpoints, one_for_all_is_one_for_all) {
  const auto all = one_endpoint("http://127.0.0.1:5", "the embedded ECS");
  ASSERT_TRUE(all);
  for (const auto service : {ecs::Service::kEcs, ecs::Service::kLogs, ecs::Service::kSts})
    EXPECT_EQ(all->of(service).url, "http://127.0.0.1:5/");
}

TEST(Region, is_the_flag_the_environment_or_the_profiles) {
  const auto region = [](const Variables& variables, std::string_view config,
                         const std::string& flag) {
    const auto found = find_region(sys::Environment(variables), *load(variables, config), flag);
    return found ? *found : found.error().message;
  };
  const Variables both{{"AWS_REGION", "r-1"}, {"AWS_DEFAULT_REGION", "r-2"}};
  constexpr const char* kProfile = "[default]\nregion=r-3\n";
  EXPECT_EQ(region(both, kProfile, "r-0"), "r-0");
  EXPECT_EQ(region(both, kProfile, ""), "r-1");
  EXPECT_EQ(region({{"AWS_DEFAULT_REGION", "r-2"}}, kProfile, ""), "r-2");
  EXPECT_EQ(region({}, kProfile, ""), "r-3");
  EXPECT_NE(region({}, "", "").find("no AWS region"), std::string::npos);
}

TEST(Region, that_could_lead_to_another_host_is_refused) {
  for (const char* bad : {"x.evil.example/", "eu west", "EU-WEST-1", "-", "a-", "x@y", "x#"}) {
    const auto found = find_region(sys::Environment({}), *load({}, ""), bad);
    ASSERT_FALSE(found) << bad;
    EXPECT_EQ(found.error().code, Code::kUsage);
  }
}

}  // namespace
}  // namespace runtask::aws
