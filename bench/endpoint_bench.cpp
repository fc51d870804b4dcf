// How many signed DescribeTasks an ECS endpoint answers a second: four keep-alive connections from
// one thread, one request at a time on each, every reply read whole. The request is signed once,
// because the clients' own work is not what is measured; the server verifies it every time.
//
//   endpoint_bench http://127.0.0.1:PORT [SECONDS]
//
// The keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. It makes its own task.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "ecs/api.h"
#include "ecs/sigv4.h"

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int kConnections = 4;
constexpr auto kWarmUp = 500ms;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "endpoint_bench: %s\n", why.c_str());
  std::exit(1);
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) give_up(std::string(name) + " is not set");
  return value;
}

// A whole HTTP request, signed.
std::string signed_request(int port, const std::string& operation, const std::string& body) {
  const std::string host = "127.0.0.1:" + std::to_string(port);
  runtask::ecs::SigningRequest to_sign{
      "POST",
      "/",
      "",
      {{"Host", host},
       {"Content-Type", "application/x-amz-json-1.1"},
       {"X-Amz-Target",
        std::string(runtask::ecs::target_prefix(runtask::ecs::Service::kEcs)) + "." + operation}},
      body};
  const runtask::ecs::SigningKeys keys{variable("AWS_ACCESS_KEY_ID"),
                                       runtask::Secret(variable("AWS_SECRET_ACCESS_KEY")),
                                       runtask::Secret()};
  const auto now =
      std::chrono::time_point_cast<runtask::Duration>(std::chrono::system_clock::now());
  std::string text = "POST / HTTP/1.1\r\n";
  for (const auto& header : to_sign.headers)
    text += header.name + ": " + header.value + "\r\n";
  for (const auto& header : runtask::ecs::sign(to_sign, keys, "us-east-1", "ecs", now))
    text += header.name + ": " + header.value + "\r\n";
  return text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class Connection {
 public:
  explicit Connection(int port) : port_(port) { connect(); }
  void connect() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      give_up("cannot connect to port " + std::to_string(port_));
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  Connection(Connection&& other) noexcept
      : port_(other.port_), socket_(std::exchange(other.socket_, -1)) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection& operator=(Connection&&) = delete;
  ~Connection() {
    if (socket_ >= 0) ::close(socket_);
  }
  [[nodiscard]] int descriptor() const { return socket_; }

  void send(std::string_view request) {
    while (!request.empty()) {
      const auto size = ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
      if (size <= 0) give_up("the server closed a connection");
      request.remove_prefix(static_cast<std::size_t>(size));
    }
  }
  // Reads what is there; whether the reply is whole by now.
  bool receive() {
    std::array<char, 16384> buffer{};
    const auto size = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (size <= 0) give_up("the server closed a connection");
    reply_.append(buffer.data(), static_cast<std::size_t>(size));
    const auto head = reply_.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const std::string fields = runtask::lower_case(std::string_view(reply_).substr(0, head));
    const auto length = fields.find("content-length: ");
    if (length == std::string::npos) give_up("a reply has no Content-Length");
    return reply_.size() >= head + 4 + std::strtoul(fields.c_str() + length + 16, nullptr, 10);
  }
  std::string take_reply() { return std::exchange(reply_, {}); }

 private:
  int port_;
  int socket_ = -1;
  std::string reply_;
};

bool is_ok(const std::string& reply) {
  return reply.starts_with("HTTP/1.1 200");
}

// One call on a connection of its own.
std::string call(int port, const std::string& operation, const std::string& body) {
  Connection connection(port);
  connection.send(signed_request(port, operation, body));
  while (!connection.receive()) {
  }
  return connection.take_reply();
}

// The ARN of a task that was made for this.
std::string make_task(int port) {
  (void)call(port, "CreateCluster", R"({"clusterName":"default"})");
  const std::string registered =
      call(port, "RegisterTaskDefinition",
           R"({"family":"bench","containerDefinitions":[{"name":"app","image":"host","memory":64,
               "command":["/bin/true"]}]})");
  if (!is_ok(registered)) give_up(registered);
  // moto has no container instance; it takes what says FARGATE.
  for (const std::string launch : {"EC2", "FARGATE"}) {
    const std::string reply =
        call(port, "RunTask",
             R"({"cluster":"default","taskDefinition":"bench","launchType":")" + launch + "\"}");
    const auto tasks =
        runtask::ecs::read_reply<runtask::ecs::RunTask>(reply.substr(reply.find("\r\n\r\n") + 4));
    if (is_ok(reply) && tasks && !tasks->tasks.empty()) return tasks->tasks[0].task_arn;
  }
  give_up("no task could be started");
}

// Requests that were answered until the deadline.
long drive(std::vector<Connection>& connections, const std::string& request,
           Clock::time_point deadline) {
  std::vector<pollfd> watched;
  for (auto& connection : connections) {
    connection.send(request);
    watched.push_back({connection.descriptor(), POLLIN, 0});
  }
  long answered = 0;
  std::size_t open = connections.size();
  while (open > 0) {
    if (::poll(watched.data(), watched.size(), 10'000) <= 0) give_up("the server does not answer");
    for (std::size_t i = 0; i < connections.size(); ++i) {
      if (watched[i].revents == 0 || !connections[i].receive()) continue;
      const std::string reply = connections[i].take_reply();
      if (!is_ok(reply)) give_up(reply);
      answered += 1;
      // A server that closes after every reply, as moto's does, gets a new connection each time.
      const auto head = runtask::lower_case(reply.substr(0, reply.find("\r\n\r\n")));
      if (head.find("connection: close") != std::string::npos) {
        connections[i].connect();
        watched[i].fd = connections[i].descriptor();
      }
      if (Clock::now() < deadline) {
        connections[i].send(request);
      } else {
        watched[i].fd = -1;
        open -= 1;
      }
    }
  }
  return answered;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string url = argc > 1 ? argv[1] : "";
  const auto colon = url.rfind(':');
  const int port = colon == std::string::npos ? 0 : std::atoi(url.c_str() + colon + 1);
  if (port <= 0) give_up("usage: endpoint_bench http://127.0.0.1:PORT [SECONDS]");
  const auto patience = std::chrono::seconds(argc > 2 ? std::atoi(argv[2]) : 3);

  const std::string body = R"({"cluster":"default","tasks":[")" + make_task(port) + "\"]}";
  const std::string request = signed_request(port, "DescribeTasks", body);
  std::vector<Connection> connections;
  for (int i = 0; i < kConnections; ++i)
    connections.emplace_back(port);
  (void)drive(connections, request, Clock::now() + kWarmUp);
  const auto begin = Clock::now();
  const long answered = drive(connections, request, begin + patience);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::printf("%.0f requests/s (%ld DescribeTasks on %d connections in %.1f s)\n",
              static_cast<double>(answered) / seconds, answered, kConnections, seconds);
  return 0;
}
