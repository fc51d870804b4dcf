#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

// Plain blocking sockets on the loopback, for tests that have to be rude: they say exactly the
// bytes they are told, stop in the middle, reset, or say nothing. No wait lasts over 20 seconds.

namespace runtask::sys {

constexpr int kSocketPatienceSeconds = 20;

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

// One end of a connection.
class Line {
 public:
  explicit Line(int descriptor) : descriptor_(descriptor) {
    const timeval patience{kSocketPatienceSeconds, 0};
    (void)::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    (void)::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  }
  static Line to(std::uint16_t port) {
    Line line(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = loopback(port);
    EXPECT_EQ(
        ::connect(line.descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
        0)
        << std::strerror(errno);
    return line;
  }
  Line(Line&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  Line& operator=(Line&&) = delete;
  ~Line() { close(); }

  // Whether all of it could be sent.
  bool say(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto size = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }
  // What comes until the other side closes, breaks or has said `enough`.
  std::string hear(const std::function<bool(const std::string&)>& enough) const {
    std::string heard;
    std::array<char, 65536> buffer{};
    while (!enough(heard)) {
      const auto size = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
      if (size <= 0) break;
      heard.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return heard;
  }
  std::string hear_all() const {
    return hear([](const std::string&) { return false; });
  }
  std::string hear_until(const std::string& words) const {
    return hear([&](const std::string& heard) { return heard.find(words) != std::string::npos; });
  }
  // Whether the other side has closed, in order or not; waits for it.
  bool is_closed_by_other() const {
    char byte = 0;
    const auto size = ::recv(descriptor_, &byte, 1, 0);
    return size == 0 || (size < 0 && errno == ECONNRESET);
  }
  bool has_something_to_hear(int within_ms) const {
    pollfd wait{descriptor_, POLLIN, 0};
    return ::poll(&wait, 1, within_ms) == 1;
  }
  void say_no_more() const { ::shutdown(descriptor_, SHUT_WR); }
  void reset() {
    const linger none{1, 0};
    (void)::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
    close();
  }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// A listening socket on a free port.
class Ear {
 public:
  explicit Ear(int backlog) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto address = loopback(0);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(descriptor_, any, size), 0);
    EXPECT_EQ(::listen(descriptor_, backlog), 0);
    EXPECT_EQ(::getsockname(descriptor_, any, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  Ear(const Ear&) = delete;
  Ear& operator=(const Ear&) = delete;
  ~Ear() { ::close(descriptor_); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Line accept() const {
    pollfd wait{descriptor_, POLLIN, 0};
    EXPECT_EQ(::poll(&wait, 1, kSocketPatienceSeconds * 1000), 1);
    return Line(::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC));
  }

 private:
  int descriptor_;
  std::uint16_t port_ = 0;
};

// A server that does with its first connection what it is told, on a thread.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::function<void(Line&)> script)
      : ear_(8), thread_([this, script = std::move(script)] {
          Line line = ear_.accept();
          script(line);
        }) {}
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() { thread_.join(); }
  [[nodiscard]] std::uint16_t port() const { return ear_.port(); }

 private:
  Ear ear_;
  std::thread thread_;
};

// A port where nobody listens.
inline std::uint16_t closed_port() {
  const Ear ear(1);
  return ear.port();
}

}  // namespace runtask::sys
