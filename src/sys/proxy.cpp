#include "sys/proxy.h"

#include <arpa/inet.h>

#include <array>
#include <optional>

#include "base/text.h"

namespace runtask::sys {
namespace {

std::string first_set(const Environment& environment, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (auto value = environment.get_non_empty(name)) return *std::move(value);
  return {};
}

struct Address {
  std::array<unsigned char, 16> bytes{};
  std::size_t size = 0;  // 4 or 16.
};
std::optional<Address> parse_address(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  const std::string word(text);
  Address address;
  if (::inet_pton(AF_INET, word.c_str(), address.bytes.data()) == 1) {
    address.size = 4;
  } else if (::inet_pton(AF_INET6, word.c_str(), address.bytes.data()) == 1) {
    address.size = 16;
  } else {
    return std::nullopt;
  }
  return address;
}

// Whether the first `bits` of both are the same.
bool is_in_block(const Address& address, const Address& block, long long bits) {
  if (address.size != block.size) return false;
  for (std::size_t i = 0; i < address.size && bits > 0; ++i, bits -= 8) {
    const unsigned mask = bits >= 8 ? 0xFFU : 0xFFU << static_cast<unsigned>(8 - bits);
    if (((address.bytes.at(i) ^ block.bytes.at(i)) & mask & 0xFFU) != 0) return false;
  }
  return true;
}

// Cuts the port off an entry; none: it has none.
std::optional<std::string_view> take_port(std::string_view& entry) {
  const auto colon = entry.rfind(':');
  if (colon == std::string_view::npos || !parse_integer(entry.substr(colon + 1), 1, 65535))
    return std::nullopt;
  const auto before = entry.substr(0, colon);
  // "fd00::1" is an address; "[fd00::1]:80" has a port.
  if (before.find(':') != std::string_view::npos && !before.ends_with(']')) return std::nullopt;
  const auto port = entry.substr(colon + 1);
  entry = before;
  return port;
}

bool means(std::string_view entry, std::string_view host, std::string_view port) {
  if (entry == "*") return true;
  const auto address = parse_address(host);
  if (const auto slash = entry.find('/'); slash != std::string_view::npos) {
    const auto block = parse_address(entry.substr(0, slash));
    if (!block || !address) return false;
    const auto bits =
        parse_integer(entry.substr(slash + 1), 0, static_cast<long long>(block->size) * 8);
    return bits && is_in_block(*address, *block, *bits);
  }
  if (const auto only = take_port(entry); only && *only != port) return false;
  if (const auto one = parse_address(entry); one || address)
    return one && address && is_in_block(*address, *one, static_cast<long long>(one->size) * 8);
  if (entry.starts_with("*.")) entry.remove_prefix(1);
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.empty()) return false;
  if (host.ends_with('.')) host.remove_suffix(1);
  if (entry.ends_with('.')) entry.remove_suffix(1);
  if (!host.ends_with(entry)) return false;
  return host.size() == entry.size() || host[host.size() - entry.size() - 1] == '.';
}

}  // namespace

Proxies Proxies::of(const Environment& environment) {
  const bool is_cgi = environment.get("REQUEST_METHOD").has_value();
  const auto for_all = first_set(environment, {"all_proxy", "ALL_PROXY"});
  Proxies proxies;
  proxies.for_https = first_set(environment, {"https_proxy", "HTTPS_PROXY"});
  proxies.for_http = first_set(environment, {"http_proxy"});
  if (proxies.for_http.empty() && !is_cgi)
    proxies.for_http = first_set(environment, {"HTTP_PROXY"});
  for (auto* proxy : {&proxies.for_https, &proxies.for_http})
    if (proxy->empty()) *proxy = for_all;
  proxies.except = first_set(environment, {"no_proxy", "NO_PROXY"});
  return proxies;
}

std::string Proxies::choose(bool is_https, std::string_view host, std::string_view port) const {
  const auto& proxy = is_https ? for_https : for_http;
  return proxy.empty() || is_excepted(except, host, port) ? std::string() : proxy;
}

bool is_excepted(std::string_view no_proxy, std::string_view host, std::string_view port) {
  const std::string list = lower_case(no_proxy);
  std::string_view rest = list;
  while (!rest.empty()) {
    const auto end = std::min(rest.find_first_of(", \t"), rest.size());
    const auto entry = rest.substr(0, end);
    if (!entry.empty() && means(entry, host, port)) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

std::string refusal_of_proxy(std::string_view proxy, std::string_view words) {
  const auto says = [words](std::string_view part) { return words.find(part) != words.npos; };
  if (proxy.empty()) return {};
  const bool is_quoted = proxy.find("://") != proxy.npos && says(proxy);
  if (is_quoted || says("proxy scheme"))
    return "the proxy's URL cannot be used: its scheme must be http, https, socks4 or socks5";
  if (says("response 407"))
    return "the proxy wants a user and a password (407): http://USER:PASSWORD@HOST:PORT";
  return {};
}

}  // namespace runtask::sys
