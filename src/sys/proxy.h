#pragma once

#include <string>
#include <string_view>

#include "sys/environment.h"

// By way of which proxy a server is reached. Pure; any thread.

namespace runtask::sys {

struct Proxies {
  std::string for_https;  // URLs; may hold a password. Empty: none.
  std::string for_http;
  std::string except;  // The hosts of NO_PROXY.

  // HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, each also in small letters, which win. As
  // everywhere since CVE-2016-5385, HTTP_PROXY in capitals does not count in a CGI program
  // (REQUEST_METHOD), where it is a header of the request.
  [[nodiscard]] static Proxies of(const Environment& environment);

  // Empty: directly. `host` in small letters, an IPv6 address in brackets.
  [[nodiscard]] std::string choose(bool is_https, std::string_view host,
                                   std::string_view port) const;
};

// What curl's words say of the proxy itself; empty: nothing. They may quote its whole URL, with the
// password that is in it.
[[nodiscard]] std::string refusal_of_proxy(std::string_view proxy, std::string_view words);

// Whether NO_PROXY means this host. A comma or a blank separates its entries: `*`; a name, which
// also means all names below it, with or without a dot or `*.` before it; an address; a block of
// addresses (10.0.0.0/8, fd00::/8). An entry may end with a port, and then means that port only.
[[nodiscard]] bool is_excepted(std::string_view no_proxy, std::string_view host,
                               std::string_view port);

}  // namespace runtask::sys
