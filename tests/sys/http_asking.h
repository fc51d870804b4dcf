#pragma once

#include <string>
#include <utility>

#include "sys/http.h"

// What the tests of the HTTP client ask, and whom.

namespace runtask::sys {

constexpr auto kForever = Duration(20'000);

inline std::string url_of(std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port) + "/";
}
inline std::string place_of(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

inline HttpRequest request_to(std::string url) {
  HttpRequest request;
  request.method = "POST";
  request.url = std::move(url);
  request.headers = {{"Content-Type", "application/x-amz-json-1.1"}};
  request.body = "{}";
  request.connect_timeout = kForever;
  request.timeout = kForever;
  request.reply_bytes_max = 1 << 20;
  return request;
}

}  // namespace runtask::sys
