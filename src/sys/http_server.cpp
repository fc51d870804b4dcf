#include "sys/http_server.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cassert>
#include <cstring>
#include <optional>
#include <unordered_set>
#include <utility>

#include "base/text.h"
#include "base/time.h"
#include "sys/event_loop_context.h"

namespace runtask::sys {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Parser = http::request_parser<http::string_body>;

// After the last reply of a connection, what the client still sends is read and thrown away for a
// while: closing at once would reset the connection, and the reset may overtake the reply.
constexpr auto kLinger = Duration(2000);
constexpr auto kAcceptAgainAfter = Duration(100);  // When there are no descriptors left.
constexpr auto kSweepLongest = Duration(1000);
constexpr auto kSweepShortest = Duration(5);

class Server;

void close_on_exec(int descriptor) {
  (void)::fcntl(descriptor, F_SETFD, FD_CLOEXEC);  // Asio does not say it to accept().
}

// The reply up to its body. `date` is the Date header's value.
std::string head_of(const ServerReply& reply, std::string_view date, bool keep_alive) {
  std::string head;
  head.reserve(256 + 64 * reply.headers.size());
  head += "HTTP/1.1 " + std::to_string(reply.status) + " ";
  head += http::obsolete_reason(http::int_to_status(static_cast<unsigned>(reply.status)));
  head += "\r\nDate: ";
  head += date;
  head += keep_alive ? "\r\nConnection: keep-alive\r\n" : "\r\nConnection: close\r\n";
  if (reply.status != 204 && reply.status != 304)
    head += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n";
  for (const auto& header : reply.headers) {
    const auto begin = head.size();
    head.append(header.name).append(": ").append(header.value);
    // A line break inside a value would begin a header of its own.
    std::replace_if(
        head.begin() + static_cast<std::ptrdiff_t>(begin), head.end(),
        [](char c) { return c == '\r' || c == '\n'; }, ' ');
    head += "\r\n";
  }
  head += "\r\n";
  return head;
}

// One connection: read a request, have it served, write the reply, again. At any time there is at
// most one read or write under way, and its completion keeps the session alive. While a request is
// being served nothing is read, so a client that sends more than it hears is held back by TCP.
class Session final : public std::enable_shared_from_this<Session> {
 public:
  Session(Server& server, Socket socket);

  void start();
  // Closes the connection and tells the server.
  void end();
  // Closes the connection and forgets the server; whatever completes later finds that it is gone.
  void drop() {
    leave_large_body();
    server_ = nullptr;
    error_code ignored;
    socket_.close(ignored);
  }
  void close_if_late(Instant now) {
    if (deadline_ && now >= *deadline_) end();
  }

 private:
  void await_request();  // Begins the next request; some of its bytes may be here already.
  void read();
  void received(std::size_t size);
  void parse();
  void parse_failed(const error_code& error);
  [[nodiscard]] bool header_arrived();
  [[nodiscard]] bool refuse_large_body();
  void leave_large_body();
  void serve();
  void refuse(int status, const std::string& why);
  void respond(ServerReply reply);
  void written();
  void linger();

  void set_deadline(Duration from_now);

  Server* server_;  // None once ended.
  Socket socket_;
  std::vector<char> input_;  // [begin_, end_) has arrived and is not parsed yet.
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::optional<Parser> parser_;
  bool has_begun_ = false;     // The first byte of the request is here.
  bool header_seen_ = false;   // Its header was looked at: Host, Expect.
  bool is_large_ = false;      // Its body is one of Options::large_bodies_max.
  bool keep_alive_ = false;    // After the reply to it.
  bool is_head_ = false;       // It is a HEAD: the reply has no body.
  std::uint64_t serving_ = 0;  // Counts requests, so that an old Respond is recognised.
  bool awaits_reply_ = false;  // The request `serving_` is being served.
  std::string output_head_;
  std::string output_body_;
  std::optional<Instant> deadline_;
};

class Server final : public HttpServer {
 public:
  Server(EventLoop& loop, const Options& options, Serve serve)
      : loop_(loop),
        options_(options),
        serve_(std::make_shared<Serve>(std::move(serve))),
        acceptor_(loop.context().io.get_executor()) {}
  ~Server() override {
    *is_gone_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    for (const auto& session : sessions_)
      session->drop();
  }

  Result<> listen();
  [[nodiscard]] std::uint16_t port() const override { return port_; }
  [[nodiscard]] std::size_t connections() const override { return sessions_.size(); }

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] bool begin_large_body() {
    if (large_bodies_ == options_.large_bodies_max) return false;
    ++large_bodies_;
    return true;
  }
  void end_large_body() { --large_bodies_; }
  [[nodiscard]] EventLoop& loop() { return loop_; }
  [[nodiscard]] std::shared_ptr<const Serve> serve() const { return serve_; }
  [[nodiscard]] const std::string& date();
  void ended(const std::shared_ptr<Session>& session);

 private:
  void accept();
  void accepted(const error_code& error, Socket socket);
  void sweep_later();

  EventLoop& loop_;
  Options options_;
  // Shared, because a request may end the server while it is being served.
  std::shared_ptr<const Serve> serve_;
  Acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::size_t large_bodies_ = 0;
  std::unordered_set<std::shared_ptr<Session>> sessions_;
  bool is_accepting_ = false;
  PendingPtr accept_again_;
  PendingPtr sweep_;
  WallTime date_second_{};
  std::string date_;
  std::shared_ptr<bool> is_gone_ = std::make_shared<bool>(false);
};

// ---- Server

Result<> Server::listen() {
  const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), options_.port);
  const auto where = "127.0.0.1:" + std::to_string(options_.port);
  error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) close_on_exec(acceptor_.native_handle());
  // So that a server can start again on the port it just had. On Linux this does not let two
  // listen.
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use)
    return fail(Code::kConflict, "cannot listen on " + where + ": the port is taken");
  if (error) {
    const bool is_denied = error == asio::error::access_denied;
    return fail(is_denied ? Code::kDenied : Code::kUnavailable,
                "cannot listen on " + where + ": " + std::strerror(error.value()));
  }
  port_ = acceptor_.local_endpoint(error).port();
  accept();
  return {};
}

void Server::accept() {
  if (is_accepting_ || sessions_.size() >= options_.connections_max) return;
  is_accepting_ = true;
  acceptor_.async_accept([this, is_gone = is_gone_](const error_code& error, Socket socket) {
    if (*is_gone) return;
    is_accepting_ = false;
    accepted(error, std::move(socket));
  });
}

void Server::accepted(const error_code& error, Socket socket) {
  if (!error) {
    close_on_exec(socket.native_handle());
    error_code ignored;  // Only slower without it.
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    const auto session = std::make_shared<Session>(*this, std::move(socket));
    sessions_.insert(session);
    session->start();
    if (!sweep_) sweep_later();
  } else if (error != asio::error::connection_aborted) {
    // No descriptors or no memory: trying again at once would only burn time.
    accept_again_ = loop_.after(kAcceptAgainAfter, [this] { accept(); });
    return;
  }
  accept();
}

void Server::ended(const std::shared_ptr<Session>& session) {
  sessions_.erase(session);
  if (sessions_.empty()) sweep_.reset();
  accept();
}

// One timer for all deadlines: setting one per request would cost more than the request itself. So
// a connection may be up to an eighth of the shorter timeout late in being closed.
void Server::sweep_later() {
  const auto every = std::clamp(std::min(options_.request_timeout, options_.idle_timeout) / 8,
                                kSweepShortest, kSweepLongest);
  sweep_ = loop_.after(every, [this] {
    const auto all = std::vector(sessions_.begin(), sessions_.end());
    const auto now = loop_.now();
    for (const auto& session : all)
      session->close_if_late(now);
    sweep_.reset();
    if (!sessions_.empty()) sweep_later();
  });
}

const std::string& Server::date() {
  const auto second = std::chrono::floor<std::chrono::seconds>(loop_.wall_now());
  if (date_.empty() || second != date_second_) {
    date_second_ = second;
    date_ = http_date(second);
  }
  return date_;
}

// ---- Session

Session::Session(Server& server, Socket socket)
    : server_(&server), socket_(std::move(socket)), input_(server.options().header_bytes_max) {}

void Session::start() {
  await_request();
}

void Session::end() {
  Server* const server = server_;
  if (server == nullptr) return;
  drop();
  server->ended(shared_from_this());
}

void Session::set_deadline(Duration from_now) {
  deadline_ = server_->loop().now() + from_now;
}

void Session::await_request() {
  leave_large_body();
  parser_.emplace();
  parser_->eager(false);  // The header first: what it says decides about the body.
  // The buffer ends where the header has to: one that fills it without an end is too large.
  parser_->header_limit(static_cast<std::uint32_t>(input_.size()));
  parser_->body_limit(server_->options().body_bytes_max);
  has_begun_ = false;
  header_seen_ = false;
  set_deadline(server_->options().idle_timeout);
  parse();
}

void Session::read() {
  if (begin_ == end_) {
    begin_ = end_ = 0;
  } else if (end_ == input_.size()) {
    std::copy(input_.begin() + static_cast<std::ptrdiff_t>(begin_), input_.end(), input_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  assert(end_ < input_.size() && "room to read into");
  socket_.async_read_some(asio::buffer(input_.data() + end_, input_.size() - end_),
                          [self = shared_from_this()](const error_code& error, std::size_t size) {
                            if (self->server_ == nullptr) return;
                            if (error) return self->end();
                            self->received(size);
                          });
}

void Session::received(std::size_t size) {
  end_ += size;
  parse();
}

void Session::parse() {
  // Empty lines before a request are to be ignored (RFC 9112, 2.2).
  while (!has_begun_ && begin_ < end_ && (input_[begin_] == '\r' || input_[begin_] == '\n'))
    ++begin_;
  if (begin_ < end_ && !has_begun_) {
    has_begun_ = true;
    set_deadline(server_->options().request_timeout);
  }
  bool is_stuck = false;
  while (begin_ < end_ && !parser_->is_done() && !is_stuck) {
    error_code error;
    const auto used = parser_->put(asio::buffer(input_.data() + begin_, end_ - begin_), error);
    begin_ += used;
    if (error && error != http::error::need_more) return parse_failed(error);
    is_stuck = used == 0;
    if (!parser_->is_header_done() || header_seen_) continue;
    if (header_arrived()) return;
    parser_->eager(true);
  }
  if (parser_->is_done()) return serve();
  if (begin_ == 0 && end_ == input_.size())
    return refuse(400, "a line of the request's chunked body is too long");
  read();
}

void Session::parse_failed(const error_code& error) {
  if (error == http::error::header_limit) {
    return refuse(431, "the header of the request is larger than " +
                           std::to_string(server_->options().header_bytes_max) + " bytes");
  }
  if (error == http::error::body_limit) {
    const auto& options = server_->options();
    const bool is_chunked = parser_->is_header_done() && !parser_->content_length();
    const auto most = is_chunked && options.large_body_bytes > 0 ? options.large_body_bytes
                                                                 : options.body_bytes_max;
    return refuse(413, "the body of the request is larger than " + std::to_string(most) + " bytes");
  }
  refuse(400, "this is not an HTTP/1.1 request: " + error.message());
}

// Looks at the header once it is whole. Returns whether it went on from there by itself.
bool Session::header_arrived() {
  header_seen_ = true;
  const auto& request = parser_->get();
  if (request.version() >= 11 && request.count(http::field::host) != 1) {
    refuse(400, "the request has no Host header, or more than one");
    return true;
  }
  if (refuse_large_body()) return true;
  const auto expect = request[http::field::expect];
  if (expect.empty() || request.version() < 11) return false;
  if (lower_case({expect.data(), expect.size()}) != "100-continue") {
    refuse(417, "the only expectation that can be met is 100-continue");
    return true;
  }
  if (parser_->is_done() || begin_ < end_) return false;  // It did not wait for an answer.
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(socket_, asio::buffer(kContinue),
                    [self = shared_from_this()](const error_code& error, std::size_t) {
                      if (self->server_ == nullptr) return;
                      if (error) return self->end();
                      self->read();
                    });
  return true;
}

// Whether its body is one that may not be read now.
bool Session::refuse_large_body() {
  const auto usual = server_->options().large_body_bytes;
  if (usual == 0) return false;
  const auto length = parser_->content_length();
  if (!length) {
    parser_->body_limit(usual);
  } else if (*length > usual) {
    is_large_ = server_->begin_large_body();
    if (!is_large_) refuse(503, "too many large requests at a time");
    return !is_large_;
  }
  return false;
}

void Session::leave_large_body() {
  if (std::exchange(is_large_, false) && server_ != nullptr) server_->end_large_body();
}

void Session::serve() {
  auto message = parser_->release();
  ServerRequest request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  request.headers.reserve(16);
  for (const auto& field : message)
    request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  request.body = std::move(message.body());
  keep_alive_ = message.keep_alive();
  is_head_ = message.method() == http::verb::head;
  deadline_.reset();  // What takes time now is not the client's fault.
  awaits_reply_ = true;
  const auto number = ++serving_;
  const auto call = server_->serve();
  (*call)(std::move(request), [weak = weak_from_this(), number](ServerReply reply) {
    const auto self = weak.lock();
    if (!self || self->server_ == nullptr) return;  // Nobody is there to hear it any more.
    if (self->serving_ != number || !self->awaits_reply_) return;
    self->respond(std::move(reply));
  });
}

void Session::refuse(int status, const std::string& why) {
  keep_alive_ = false;  // Where the next request would begin is not known.
  is_head_ = false;
  const auto& refusal = server_->options().refusal;
  respond(refusal
              ? refusal(status, why)
              : ServerReply{status, {{"Content-Type", "text/plain; charset=utf-8"}}, why + "\n"});
}

void Session::respond(ServerReply reply) {
  awaits_reply_ = false;
  set_deadline(server_->options().request_timeout);  // A client that does not read is slow, too.
  output_head_ = head_of(reply, server_->date(), keep_alive_);
  output_body_ = std::move(reply.body);
  if (is_head_ || reply.status == 204 || reply.status == 304) output_body_.clear();
  const std::array buffers{asio::buffer(std::as_const(output_head_)),
                           asio::buffer(std::as_const(output_body_))};
  asio::async_write(socket_, buffers,
                    [self = shared_from_this()](const error_code& error, std::size_t) {
                      if (self->server_ == nullptr) return;
                      if (error) return self->end();
                      self->written();
                    });
}

void Session::written() {
  if (keep_alive_) return await_request();
  error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  set_deadline(kLinger);
  linger();
}

void Session::linger() {
  socket_.async_read_some(asio::buffer(input_),
                          [self = shared_from_this()](const error_code& error, std::size_t) {
                            if (self->server_ == nullptr) return;
                            if (error) return self->end();
                            self->linger();
                          });
}

}  // namespace

Result<std::unique_ptr<HttpServer>> SystemHttpServers::listen(const HttpServer::Options& options,
                                                              HttpServer::Serve serve) {
  assert(options.request_timeout > Duration(0) && options.idle_timeout > Duration(0) &&
         "every wait has an end");
  auto server = std::make_unique<Server>(loop_, options, std::move(serve));
  TRY(server->listen());
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace runtask::sys
