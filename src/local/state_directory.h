#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "ecs/sigv4.h"
#include "sys/files.h"
#include "sys/random.h"

namespace runtask::local {

// Where an endpoint keeps its things, all below <state>/local/, which only the owner may enter.
struct StateDirectory {
  explicit StateDirectory(const std::string& state_directory) : root(state_directory + "/local") {}
  std::string root;
  [[nodiscard]] std::string database() const { return root + "/endpoint.db"; }
  [[nodiscard]] std::string keys() const { return root + "/keys"; }
  [[nodiscard]] std::string images() const { return root + "/images.json"; }
  [[nodiscard]] std::string lock() const { return root + "/endpoint.lock"; }
  [[nodiscard]] std::string address() const { return root + "/endpoint.json"; }
  [[nodiscard]] std::string process() const { return root + "/endpoint.pid"; }
  [[nodiscard]] std::string log_file() const { return root + "/endpoint.log"; }
  [[nodiscard]] std::string tasks() const { return root + "/tasks"; }
};

// The keys of this installation's endpoint. They are made once, at the endpoint's first start, and
// are good for nothing else. Key ids begin with kKeyPrefix, so that they cannot be taken for AWS'.
constexpr const char* kKeyPrefix = "RTLOCAL";
[[nodiscard]] ecs::SigningKeys make_keys(sys::Random& random);
// kNotFound before the first start; kInvalid when the file is damaged; kDenied when it is not the
// user's own or others may read it.
[[nodiscard]] Result<ecs::SigningKeys> read_keys(const sys::Files& files,
                                                 const StateDirectory& directory);
// Those of the file, or new ones that are then written to it, 0600. Call it under the endpoint's
// lock only.
[[nodiscard]] Result<ecs::SigningKeys> read_or_make_keys(sys::Files& files, sys::Random& random,
                                                         const StateDirectory& directory);

constexpr const char* kEndpointHost = "127.0.0.1";

// An endpoint that serves now.
struct EndpointAddress {
  std::uint16_t port = 0;
  int process_id = 0;
  std::string region;
  WallTime started_at{};
  std::string limits;  // Those it enforces, by their name (request_limits.h).
  [[nodiscard]] std::string url() const {
    return std::string("http://") + kEndpointHost + ":" + std::to_string(port);
  }
};
// None when no endpoint holds the directory, or the one that does is not ready yet.
[[nodiscard]] std::optional<EndpointAddress> find_endpoint(const sys::Files& files,
                                                           const StateDirectory& directory);
[[nodiscard]] Result<> write_address(sys::Files& files, const StateDirectory& directory,
                                     const EndpointAddress& address);
[[nodiscard]] Result<> remove_address(sys::Files& files, const StateDirectory& directory);
// The process of an endpoint that holds the directory and serves, but whose address has been lost
// or damaged. None when there is no such endpoint, or it has only just begun or is ending.
[[nodiscard]] std::optional<int> process_without_address(const sys::Files& files,
                                                         const StateDirectory& directory);

}  // namespace runtask::local
