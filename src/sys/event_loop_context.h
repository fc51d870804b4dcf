#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <map>
#include <memory>

#include "sys/event_loop.h"

// What hangs on the real loop and how; for the .cpp files of sys only, because Asio is slow to
// compile and nobody else's business.

namespace runtask::sys {

// A descriptor that is watched, shared by the watches on it: epoll takes a descriptor only once.
// The descriptor itself stays the caller's.
struct WatchedDescriptor {
  WatchedDescriptor(boost::asio::io_context& io, int descriptor) : stream(io) {
    // On failure the waits fail as well, and the watch then counts it as always ready.
    boost::system::error_code ignored;
    stream.assign(descriptor, ignored);
  }
  WatchedDescriptor(const WatchedDescriptor&) = delete;
  WatchedDescriptor& operator=(const WatchedDescriptor&) = delete;
  ~WatchedDescriptor() {
    if (stream.is_open()) stream.release();
  }
  boost::asio::posix::stream_descriptor stream;
};

struct EventLoop::Context {
  // One thread runs it; posts may come from others, so the locks stay.
  boost::asio::io_context io{1};
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  std::map<int, std::weak_ptr<WatchedDescriptor>> watched;
};

}  // namespace runtask::sys
