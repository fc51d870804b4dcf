#include "local/endpoint.h"

#include <algorithm>
#include <optional>
#include <thread>

#include "base/text.h"
#include "ecs/limits.h"
#include "local/operations.h"
#include "local/request_gate.h"
#include "local/service.h"
#include "local/sts_service.h"
#include "sys/programs.h"

namespace runtask::local {
namespace {

constexpr unsigned kOwnerOnly = 0700;
// A dead endpoint's lock may stay for a moment, until its tasks' keepers have ended.
constexpr auto kLockPatience = std::chrono::milliseconds(500);
// Logs API: what counts of a PutLogEvents is the UTF-8 of its messages, 1 MiB in all. As JSON each
// byte may be an escape of six (\u0007), and there are names and times around them.
constexpr std::size_t kBodyBytesMax = 6 * ecs::limits::kLogPutBytesMax + (1U << 20U);
constexpr std::size_t kLargeBodyBytes = 1'258'291;  // 1.2 MiB: few requests are larger than that.
constexpr std::size_t kLargeBodiesMax = 8;
constexpr std::size_t kHeaderBytesMax = 16U << 10U;
constexpr std::size_t kConnectionsMax = 256;
constexpr auto kRequestTimeout = std::chrono::seconds(10);
constexpr auto kConnectionIdleTimeout = std::chrono::seconds(60);
// A run that watches asks several times a second, until it has seen its task's end and its log's:
// so long after the last question, but not longer after the end of the last task, it is waited for.
constexpr auto kWatcherPatience = std::chrono::seconds(1);
constexpr auto kWatchersLongest = std::chrono::seconds(3);
constexpr int kCpuUnitsPerCore = 1024;
constexpr int kKiBPerMiB = 1024;

// What the kernel says the machine has; 0 when it does not say.
std::int64_t machine_memory_mib(const sys::Files& files) {
  const auto text = files.read("/proc/meminfo");
  if (!text) return 0;
  for (const auto& line : split(*text, '\n')) {
    if (!line.starts_with("MemTotal:")) continue;
    const auto words = split(trimmed(std::string_view(line).substr(9)), ' ');
    return parse_integer(words[0], 0, INT64_MAX).value_or(0) / kKiBPerMiB;
  }
  return 0;
}

class ServingEndpoint final : public Endpoint {
 public:
  ServingEndpoint(sys::Loop& loop, const Outside& outside, Options options,
                  std::function<void()> ended)
      : loop_(loop),
        outside_(outside),
        options_(std::move(options)),
        directory_(options_.state_directory),
        ended_(std::move(ended)) {}
  ~ServingEndpoint() override {
    if (server_) (void)remove_address(outside_.files, directory_);
  }

  [[nodiscard]] Result<> begin();
  void stop() override;
  [[nodiscard]] const EndpointAddress& address() const override { return address_; }

 private:
  [[nodiscard]] Result<> lock();
  [[nodiscard]] Result<> listen();
  void serve(const sys::ServerRequest& request, const sys::HttpServer::Respond& respond);
  [[nodiscard]] sys::ServerReply answer(const sys::ServerRequest& request);
  [[nodiscard]] sys::ServerReply answer_sts(const sys::ServerRequest& request, const Caller& caller,
                                            const std::string& request_id);
  void watch_idleness(Duration patience);
  void end_when_read();
  void end();

  sys::Loop& loop_;
  Outside outside_;
  Options options_;
  StateDirectory directory_;
  std::function<void()> ended_;
  EndpointAddress address_;
  std::unique_ptr<sys::FileLock> lock_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<StsService> sts_;
  std::unique_ptr<sys::HttpServer> server_;
  Instant last_use_{};
  sys::PendingPtr idle_;
  std::optional<Instant> last_request_;
  std::optional<Instant> tasks_ended_;  // By stop().
  sys::PendingPtr reading_;             // What they left is still asked for.
  bool is_stopping_ = false;
  bool is_in_hurry_ = false;
  bool has_ended_ = false;
};

Result<> ServingEndpoint::begin() {
  TRY(outside_.files.make_directory(directory_.root, kOwnerOnly));
  if (!outside_.files.is_private(directory_.root))
    return fail(Code::kDenied, directory_.root + " is not private: others can read or change it",
                "it must belong to you: chmod 700 " + directory_.root);
  TRY(lock());
  const auto keys = TRY(read_or_make_keys(outside_.files, outside_.random, directory_));
  Service::Options service;
  service.directory = directory_;
  service.region = options_.region;
  service.account = options_.account;
  service.home = outside_.environment.get("HOME").value_or("");
  service.cpu_units = std::int64_t{std::thread::hardware_concurrency()} * kCpuUnitsPerCore;
  service.memory_mib = machine_memory_mib(outside_.files);
  service.limits = options_.limits;
  service_ =
      TRY(Service::open({loop_, outside_.files, outside_.random, outside_.processes}, service));
  authenticator_ = std::make_unique<Authenticator>(
      keys, Caller{"arn:aws:iam::" + options_.account + ":user/runtask", "AIDARUNTASKLOCALUSER"});
  for (const auto& session : TRY(service_->store().sessions(loop_.wall_now())))
    authenticator_->add(session);
  sts_ = std::make_unique<StsService>(service_->store(), *authenticator_, outside_.random,
                                      options_.account);
  TRY(listen());
  service_->on_change = [this] {
    last_use_ = loop_.now();
    if (is_stopping_ && service_->live_tasks() == 0) end_when_read();
  };
  last_use_ = loop_.now();
  if (options_.idle_timeout > Duration(0)) watch_idleness(options_.idle_timeout);
  return {};
}

Result<> ServingEndpoint::lock() {
  auto lock = outside_.files.lock(directory_.lock(), kLockPatience);
  if (lock) {
    lock_ = *std::move(lock);
    auto removed = remove_address(outside_.files, directory_);  // That of a dead one.
    if (removed) return {};
    auto error = std::move(removed).error();
    error.hint = "the embedded ECS keeps its state in " + directory_.root +
                 ": make it writable, or set RUNTASK_STATE_DIR";
    return fail(std::move(error));
  }
  if (lock.error().code != Code::kConflict) return fail(lock.error());
  const auto other = find_endpoint(outside_.files, directory_);
  return fail(
      Code::kConflict,
      "another embedded endpoint uses " + directory_.root +
          (other ? " (process " + std::to_string(other->process_id) + ", " + other->url() + ")"
                 : std::string()),
      "`runtask local stop` ends it; RUNTASK_STATE_DIR names another state directory");
}

Result<> ServingEndpoint::listen() {
  sys::HttpServer::Options http;
  http.port = options_.port;
  http.header_bytes_max = kHeaderBytesMax;
  http.body_bytes_max = kBodyBytesMax;
  http.large_body_bytes = kLargeBodyBytes;
  http.large_bodies_max = kLargeBodiesMax;
  http.refusal = [this](int status, const std::string& why) {
    return refusal_reply(status, why, outside_.random.uuid());
  };
  http.connections_max = kConnectionsMax;
  http.request_timeout = kRequestTimeout;
  http.idle_timeout = kConnectionIdleTimeout;
  server_ =
      TRY(outside_.servers.listen(http, [this](const sys::ServerRequest& request,
                                               const auto& respond) { serve(request, respond); }));
  address_ = {server_->port(), sys::own_process_id(), options_.region, loop_.wall_now(),
              std::string(name_of(options_.limits))};
  return write_address(outside_.files, directory_, address_);
}

void ServingEndpoint::serve(const sys::ServerRequest& request,
                            const sys::HttpServer::Respond& respond) {
  last_request_ = last_use_ = loop_.now();
  respond(answer(request));
  service_->pump();  // The caller need not wait for what it has set going.
}

sys::ServerReply ServingEndpoint::answer(const sys::ServerRequest& request) {
  const std::string request_id = outside_.random.uuid();
  const auto route = route_of(request, server_->port());
  if (!route) return error_reply(ecs::Service::kEcs, route.error(), request_id);
  const auto caller = authenticator_->verify(request, route->service, loop_.wall_now());
  if (!caller) return error_reply(route->service, caller.error(), request_id);
  if (route->service == ecs::Service::kSts) return answer_sts(request, *caller, request_id);
  auto body = answer_json(*service_, route->service, route->operation, request.body, caller->arn);
  if (!body) return error_reply(route->service, body.error(), request_id);
  return json_reply(*std::move(body), request_id);
}

sys::ServerReply ServingEndpoint::answer_sts(const sys::ServerRequest& request,
                                             const Caller& caller, const std::string& request_id) {
  const auto question = request.target.find('?');
  const std::string query =
      question == std::string::npos ? std::string() : request.target.substr(question + 1);
  const auto form = ecs::read_form(request.method == "GET" ? query : request.body);
  if (!form)
    return error_reply(ecs::Service::kSts, {"ValidationError", form.error().message, {}},
                       request_id);
  auto body = sts_->answer(*form, caller, loop_.wall_now(), request_id);
  if (!body) return error_reply(ecs::Service::kSts, body.error(), request_id);
  return xml_reply(*std::move(body), request_id);
}

void ServingEndpoint::watch_idleness(Duration patience) {
  idle_ = loop_.after(patience, [this] {
    if (service_->live_tasks() > 0) last_use_ = loop_.now();
    const Duration idle_for = loop_.now() - last_use_;
    if (idle_for >= options_.idle_timeout) return stop();
    watch_idleness(options_.idle_timeout - idle_for);
  });
}

void ServingEndpoint::stop() {
  is_in_hurry_ |= is_stopping_;
  is_stopping_ = true;
  const bool ends_tasks = service_->live_tasks() > 0;
  service_->stop_tasks(is_in_hurry_ ? Duration(0) : options_.stop_timeout_max);
  if (service_->live_tasks() > 0) return;
  if (ends_tasks) {
    end_when_read();
  } else {
    end();
  }
}

// Whoever watches a task has not been told of its end yet, nor has read its last lines.
void ServingEndpoint::end_when_read() {
  if (has_ended_) return;
  const auto now = loop_.now();
  if (!tasks_ended_) tasks_ended_ = now;
  const auto longest = *tasks_ended_ + kWatchersLongest;
  const auto until = last_request_ ? std::min(*last_request_ + kWatcherPatience, longest) : now;
  if (is_in_hurry_ || until <= now) return end();
  reading_ = loop_.after(until - now, [this] { end_when_read(); });
}

void ServingEndpoint::end() {
  if (has_ended_) return;
  has_ended_ = true;
  idle_.reset();
  reading_.reset();
  // Not from inside: a reply may be under way, and the owner may destroy this object.
  loop_.post([this] {
    (void)remove_address(outside_.files, directory_);
    server_.reset();
    const auto ended = std::move(ended_);
    ended();
  });
}

}  // namespace

Result<std::unique_ptr<Endpoint>> Endpoint::start(sys::Loop& loop, const Outside& outside,
                                                  const Options& options,
                                                  std::function<void()> ended) {
  auto endpoint = std::make_unique<ServingEndpoint>(loop, outside, options, std::move(ended));
  TRY(endpoint->begin());
  return endpoint;
}

}  // namespace runtask::local
