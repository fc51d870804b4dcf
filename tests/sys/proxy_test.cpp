#include "sys/proxy.h"

#include <gtest/gtest.h>

namespace runtask::sys {
namespace {

Proxies of(std::map<std::string, std::string> variables) {
  return Proxies::of(Environment(std::move(variables)));
}

TEST(Proxies, small_letters_win_and_all_proxy_is_for_what_has_none) {
  const auto both = of({{"https_proxy", "http://a"}, {"HTTPS_PROXY", "http://b"}});
  EXPECT_EQ(both.for_https, "http://a");
  EXPECT_EQ(both.for_http, "");
  const auto all = of({{"ALL_PROXY", "socks5://c"}, {"HTTPS_PROXY", "http://b"}});
  EXPECT_EQ(all.for_https, "http://b");
  EXPECT_EQ(all.for_http, "socks5://c");
  EXPECT_EQ(of({{"https_proxy", ""}, {"HTTPS_PROXY", "http://b"}}).for_https, "http://b");
  EXPECT_EQ(of({{"no_proxy", "x"}, {"NO_PROXY", "y"}}).except, "x");
}

TEST(Proxies, a_request_header_of_a_cgi_program_is_no_proxy) {
  EXPECT_EQ(of({{"HTTP_PROXY", "http://a"}}).for_http, "http://a");
  EXPECT_EQ(of({{"HTTP_PROXY", "http://a"}, {"REQUEST_METHOD", "GET"}}).for_http, "");
}

TEST(Proxies, are_chosen_by_scheme_and_host) {
  const Proxies proxies{"http://s", "http://p", "inside.test"};
  EXPECT_EQ(proxies.choose(true, "ecs.eu-west-1.amazonaws.com", "443"), "http://s");
  EXPECT_EQ(proxies.choose(false, "ecs.eu-west-1.amazonaws.com", "80"), "http://p");
  EXPECT_EQ(proxies.choose(true, "ecs.inside.test", "443"), "");
}

struct Case {
  const char* no_proxy;
  const char* host;
  const char* port;
  bool is_excepted;
};

TEST(Proxies, of_one_that_refuses_no_password_is_told) {
  const std::string url = "socks9://user:pa55word@127.0.0.1:1";
  const auto unusable = refusal_of_proxy(url, "Unsupported proxy scheme for '" + url + "'");
  EXPECT_NE(unusable.find("its scheme must be"), std::string::npos);
  EXPECT_EQ(unusable.find("pa55word"), std::string::npos);
  EXPECT_NE(refusal_of_proxy("http://p:1", "CONNECT tunnel failed, response 407").find("407"),
            std::string::npos);
  EXPECT_EQ(refusal_of_proxy("http://p:1", "Failed to connect to p port 1"), "");
  EXPECT_EQ(refusal_of_proxy("", "response 407"), "");
}

TEST(NoProxy, means_hosts_domains_addresses_blocks_and_ports) {
  const std::vector<Case> cases = {
      {"", "a.test", "443", false},
      {"*", "a.test", "443", true},
      {"a.test", "a.test", "443", true},
      {"A.Test", "a.test", "443", true},
      {"a.test", "x.a.test", "443", true},
      {"a.test", "xa.test", "443", false},
      {"x.a.test", "a.test", "443", false},
      {".a.test", "x.a.test", "443", true},
      {".a.test", "a.test", "443", true},
      {"*.a.test", "x.y.a.test", "443", true},
      {"a.test.", "a.test", "443", true},
      {"b.test, a.test", "a.test", "443", true},
      {"b.test a.test", "a.test", "443", true},
      {" ,,  ", "a.test", "443", false},
      {".", "a.test", "443", false},
      {"a.test:443", "a.test", "443", true},
      {"a.test:80", "a.test", "443", false},
      {"10.0.0.1", "10.0.0.1", "443", true},
      {"10.0.0.1", "10.0.0.12", "443", false},
      {"0.1", "10.0.0.1", "443", false},
      {"10.0.0.0/8", "10.200.3.4", "443", true},
      {"10.0.0.0/8", "11.0.0.1", "443", false},
      {"10.1.2.128/25", "10.1.2.127", "443", false},
      {"10.1.2.128/25", "10.1.2.129", "443", true},
      {"0.0.0.0/0", "8.8.8.8", "443", true},
      {"10.0.0.0/8", "a.test", "443", false},
      {"10.0.0.0/33", "10.0.0.0", "443", false},
      {"10.0.0.0/", "10.0.0.0", "443", false},
      {"10.0.0.1:8443", "10.0.0.1", "8443", true},
      {"fd00::1", "[fd00::1]", "443", true},
      {"[fd00::1]", "[fd00:0:0::1]", "443", true},
      {"[fd00::1]:8443", "[fd00::1]", "443", false},
      {"fd00::/8", "[fd12::5]", "443", true},
      {"fd00::/8", "[fe12::5]", "443", false},
      {"fd00::/8", "10.0.0.1", "443", false},
  };
  for (const auto& one : cases)
    EXPECT_EQ(is_excepted(one.no_proxy, one.host, one.port), one.is_excepted)
        << one.no_proxy << " " << one.host << " " << one.port;
}

}  // namespace
}  // namespace runtask::sys
