#include "sys/http_client.h"

#include <array>
#include <cassert>
#include <cstring>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "sys/curl_library.h"

namespace runtask::sys {
namespace {

constexpr std::size_t kReplyHeaderBytesMax = 256U << 10U;
constexpr long kIdleConnectionsMax = 16;

// "host:port" of a URL, for people, and whether it is this machine itself.
struct Place {
  std::string host;
  std::string port;
  [[nodiscard]] std::string text() const { return host + ":" + port; }
  [[nodiscard]] std::string bare_host() const {  // An IPv6 address without its brackets.
    return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
  }
  [[nodiscard]] bool is_loopback() const {
    return host == "localhost" || host.ends_with(".localhost") || host == "[::1]" ||
           (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
  }
};

Place place_of(std::string_view url) {
  const bool is_plain = lower_case(url.substr(0, 7)) == "http://";
  const auto scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const auto at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
  Place place{lower_case(url), is_plain ? "80" : "443"};
  const auto colon = url.rfind(':');
  if (colon != std::string_view::npos && url.find(']', colon) == std::string_view::npos) {
    place.host = lower_case(url.substr(0, colon));
    place.port = url.substr(colon + 1);
  }
  return place;
}

// A line of a header as curl takes it; none when it would not stay one line.
std::optional<std::string> header_line(const Header& header) {
  if (header.name.empty()) return {};
  for (const auto* part : {&header.name, &header.value}) {
    if (part->find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) return {};
  }
  // "Name:" would mean to curl that the header is not wanted.
  return header.value.empty() ? header.name + ";" : header.name + ": " + header.value;
}

std::string uncapitalised(std::string words) {
  if (!words.empty()) words[0] = lower_case(words.substr(0, 1))[0];
  return words;
}
// The other side is not who it should be, or nobody can say: that does not pass by itself.
bool is_untrusted(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_SSL_ISSUER_ERROR;
}
// "Recv failure: Connection reset by peer" without what is told already.
std::string words_after_colon(std::string_view words) {
  if (const auto colon = words.find(": "); colon != std::string_view::npos)
    words.remove_prefix(colon + 2);
  return words.empty() ? "the connection broke" : uncapitalised(std::string(words));
}

}  // namespace

// One request on its way. The caller owns it, as a Pending; the Multi knows it until it is over.
class HttpClient::Exchange final : public Pending {
 public:
  Exchange(Multi* multi, HttpRequest request, std::function<void(HttpResult)> done)
      : multi_(multi),
        request_(std::move(request)),
        place_(place_of(request_.url)),
        done_(std::move(done)) {}
  ~Exchange() override { close(); }

  // The handle with all options set, or the error.
  [[nodiscard]] Result<CURL*> open(const CurlLibrary& curl, const Options& options);
  // Gives back what curl holds for it, aborting what is under way.
  void close();
  void detach() {
    is_waiting_ = false;
    close();
    multi_ = nullptr;
  }
  [[nodiscard]] std::string place() const { return place_.text(); }
  [[nodiscard]] bool is_urgent() const { return request_.is_urgent; }
  void set_waiting(bool waits) { is_waiting_ = waits; }
  void finish(EventLoop& loop, CURLcode code);
  // Ends it when the server has been silent for too long.
  void watch_silence(EventLoop& loop);
  void fail_soon(EventLoop& loop, Error error);

 private:
  [[nodiscard]] Result<> set_headers();
  void set_method();
  void send_once();
  [[nodiscard]] HttpFailure failure(CURLcode code) const;
  [[nodiscard]] std::string reason(CURLcode code) const;
  void deliver(EventLoop& loop, HttpResult result);

  void hear() {
    if (clock_ != nullptr) heard_ = clock_->now();
  }
  static int allow_sending(void* self, char* to, char* from, int to_port, int from_port);
  static std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* self);

  Multi* multi_;  // None once over.
  bool is_waiting_ = false;
  HttpRequest request_;
  Place place_;
  std::string proxy_;      // Empty: none.
  std::string ca_bundle_;  // For people.
  std::function<void(HttpResult)> done_;
  const CurlLibrary* curl_ = nullptr;
  CURL* easy_ = nullptr;
  curl_slist* headers_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> words_{};
  HttpReply reply_;
  std::size_t header_bytes_ = 0;
  bool is_too_large_ = false;
  bool is_sent_ = false;  // Known only of one that is sent once.
  bool is_not_sent_again_ = false;
  // Of the server's silence, if that is limited.
  const EventLoop* clock_ = nullptr;
  Instant sent_{};
  std::optional<Instant> heard_;  // When the server said something last.
  bool is_silent_ = false;
  PendingPtr silence_;
  PendingPtr delivery_;
};

// curl's multi handle on the loop: curl says which sockets and which moment it waits for, and is
// told when they come.
class HttpClient::Multi {
 public:
  Multi(EventLoop& loop, Options options) : loop_(loop), options_(std::move(options)) {}
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;
  ~Multi() {
    for (auto& [place, lane] : std::exchange(lanes_, {}))
      for (const auto* waiting : {&lane.urgent, &lane.waiting})
        for (auto* exchange : *waiting)
          exchange->detach();
    for (auto* exchange : std::exchange(exchanges_, {}))
      exchange->detach();
    if (multi_ != nullptr) curl_.multi_cleanup(multi_);
  }

  PendingPtr send(HttpRequest request, std::function<void(HttpResult)> done);
  void remove(Exchange* exchange, CURL* easy) {
    curl_.multi_remove_handle(multi_, easy);
    if (exchanges_.erase(exchange) > 0) end_turn(exchange->place());
  }
  // One that is called off before its turn came.
  void forget(Exchange* exchange) {
    const auto lane = lanes_.find(exchange->place());
    if (lane != lanes_.end()) std::erase(lane->second.queue_of(*exchange), exchange);
  }

 private:
  // The requests to one server.
  struct Lane {
    std::size_t under_way = 0;
    std::deque<Exchange*> urgent, waiting;

    [[nodiscard]] std::deque<Exchange*>& queue_of(const Exchange& exchange) {
      return exchange.is_urgent() ? urgent : waiting;
    }
    // Whose turn it is; null: nobody's.
    [[nodiscard]] Exchange* next() {
      auto& queue = urgent.empty() ? waiting : urgent;
      const auto most = urgent.empty() ? kUnderWayMax : kUnderWayMax + kUrgentMax;
      if (queue.empty() || under_way >= most) return nullptr;
      auto* const first = queue.front();
      queue.pop_front();
      return first;
    }
  };
  [[nodiscard]] Result<> load();
  void begin(Exchange& exchange, Lane& lane);
  void begin_next(Lane& lane);
  void end_turn(const std::string& place);
  void act(curl_socket_t socket, int events);
  static int watch(CURL* easy, curl_socket_t socket, int what, void* self, void* unused);
  static int set_timer(CURLM* multi, long milliseconds, void* self);

  struct Watches {
    PendingPtr readable;
    PendingPtr writable;
  };
  EventLoop& loop_;
  Options options_;
  CurlLibrary curl_;
  CURLM* multi_ = nullptr;         // None until the first send().
  std::set<Exchange*> exchanges_;  // Under way.
  std::map<std::string, Lane> lanes_;
  std::map<curl_socket_t, Watches> watches_;
  PendingPtr timer_;
};

// ---- Multi

Result<> HttpClient::Multi::load() {
  if (multi_ != nullptr) return {};
  curl_ = TRY(CurlLibrary::load(CurlLibrary::kFile));
  multi_ = curl_.multi_init();
  if (multi_ == nullptr) return fail(Code::kUnavailable, "the HTTP library has no memory left");
  curl_.multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Multi::watch);
  curl_.multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_.multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Multi::set_timer);
  curl_.multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_.multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kIdleConnectionsMax);
  return {};
}

PendingPtr HttpClient::Multi::send(HttpRequest request, std::function<void(HttpResult)> done) {
  assert(request.timeout > Duration(0) && request.connect_timeout > Duration(0) &&
         "every wait has an end");
  auto exchange = std::make_unique<Exchange>(this, std::move(request), std::move(done));
  if (const auto loaded = load(); !loaded) {
    exchange->fail_soon(loop_, loaded.error());
    return exchange;
  }
  Lane& lane = lanes_[exchange->place()];
  exchange->set_waiting(true);
  lane.queue_of(*exchange).push_back(exchange.get());
  begin_next(lane);
  return exchange;
}

void HttpClient::Multi::begin_next(Lane& lane) {
  while (auto* const next = lane.next()) {
    next->set_waiting(false);
    begin(*next, lane);
  }
}

void HttpClient::Multi::begin(Exchange& exchange, Lane& lane) {
  const auto easy = exchange.open(curl_, options_);
  if (!easy) return exchange.fail_soon(loop_, easy.error());
  exchanges_.insert(&exchange);
  lane.under_way += 1;
  // This only asks for a timer that is due at once; all the work is done on the loop.
  curl_.multi_add_handle(multi_, *easy);
  exchange.watch_silence(loop_);
}

void HttpClient::Multi::end_turn(const std::string& place) {
  const auto found = lanes_.find(place);
  if (found == lanes_.end()) return;  // The client is going away.
  Lane& lane = found->second;
  lane.under_way -= 1;
  begin_next(lane);
  if (lane.under_way == 0) lanes_.erase(found);
}

void HttpClient::Multi::act(curl_socket_t socket, int events) {
  int running = 0;
  curl_.multi_socket_action(multi_, socket, events, &running);
  int left = 0;
  while (const CURLMsg* message = curl_.multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const auto code = message->data.result;
    Exchange* exchange = nullptr;
    curl_.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
    exchange->finish(loop_, code);
  }
}

int HttpClient::Multi::watch(CURL* /*easy*/, curl_socket_t socket, int what, void* self,
                             void* /*unused*/) {
  auto& multi = *static_cast<Multi*>(self);
  if (what == CURL_POLL_REMOVE) {
    multi.watches_.erase(socket);
    return 0;
  }
  auto& watches = multi.watches_[socket];
  if ((what & CURL_POLL_IN) == 0) {
    watches.readable.reset();
  } else if (!watches.readable) {
    watches.readable =
        multi.loop_.when_readable(socket, [&multi, socket] { multi.act(socket, CURL_CSELECT_IN); });
  }
  if ((what & CURL_POLL_OUT) == 0) {
    watches.writable.reset();
  } else if (!watches.writable) {
    watches.writable = multi.loop_.when_writable(
        socket, [&multi, socket] { multi.act(socket, CURL_CSELECT_OUT); });
  }
  return 0;
}

int HttpClient::Multi::set_timer(CURLM* /*multi*/, long milliseconds, void* self) {
  auto& multi = *static_cast<Multi*>(self);
  multi.timer_.reset();
  if (milliseconds >= 0) {
    multi.timer_ =
        multi.loop_.after(Duration(milliseconds), [&multi] { multi.act(CURL_SOCKET_TIMEOUT, 0); });
  }
  return 0;
}

// ---- Exchange

Result<CURL*> HttpClient::Exchange::open(const CurlLibrary& curl, const Options& options) {
  curl_ = &curl;
  const auto scheme = lower_case(std::string_view(request_.url).substr(0, 8));
  if (!scheme.starts_with("http://") && scheme != "https://")
    return fail(Code::kUsage, "`" + request_.url + "` is not an http:// or https:// address");
  easy_ = curl.easy_init();
  if (easy_ == nullptr) return fail(Code::kUnavailable, "the HTTP library has no memory left");
  const auto set = [&](CURLoption option, auto value) { curl.easy_setopt(easy_, option, value); };
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_ERRORBUFFER, words_.data());
  set(CURLOPT_NOSIGNAL, 1L);
  // Aborting must not wait for a name server that does not answer.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_TCP_NODELAY, 1L);
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_timeout.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.count()));
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  // Always said, so that curl does not ask the environment.
  if (!place_.is_loopback() && !request_.is_direct)
    proxy_ = options.proxies.choose(scheme == "https://", place_.host, place_.port);
  set(CURLOPT_PROXY, proxy_.c_str());
  set(CURLOPT_NOPROXY, "");
  if (!options.user_agent.empty()) set(CURLOPT_USERAGENT, options.user_agent.c_str());
  if (!options.ca_bundle.empty()) {
    set(CURLOPT_CAINFO, options.ca_bundle.c_str());
    set(CURLOPT_PROXY_CAINFO, options.ca_bundle.c_str());
    // Instead of the system's authorities, not beside them.
    for (const auto directory : {CURLOPT_CAPATH, CURLOPT_PROXY_CAPATH})
      set(directory, static_cast<const char*>(nullptr));
    ca_bundle_ = options.ca_bundle;
  }
  set(CURLOPT_HEADERFUNCTION, &Exchange::take_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &Exchange::take_body);
  set(CURLOPT_WRITEDATA, this);
  if (request_.is_sent_once) send_once();
  set_method();
  TRY(set_headers());
  set(CURLOPT_HTTPHEADER, headers_);
  return easy_;
}

// curl asks before every sending, its own repetitions included. One that is too old to ask repeats
// nothing on a connection that is new.
void HttpClient::Exchange::send_once() {
  const auto known = curl_->easy_setopt(easy_, CURLOPT_PREREQFUNCTION, &Exchange::allow_sending);
  curl_->easy_setopt(easy_, CURLOPT_PREREQDATA, this);
  if (known != CURLE_OK) curl_->easy_setopt(easy_, CURLOPT_FRESH_CONNECT, 1L);
}

void HttpClient::Exchange::set_method() {
  const auto set = [&](CURLoption option, auto value) { curl_->easy_setopt(easy_, option, value); };
  if (request_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
    return;
  }
  if (request_.method == "POST" || !request_.body.empty()) {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_POSTFIELDS, request_.body.c_str());  // Not copied; it lives as long as the handle.
  }
  if (request_.method != "GET" || !request_.body.empty())
    set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

Result<> HttpClient::Exchange::set_headers() {
  const auto append = [&](const std::string& line) {
    if (auto* const longer = curl_->slist_append(headers_, line.c_str())) headers_ = longer;
  };
  for (const auto& header : request_.headers) {
    const auto line = header_line(header);
    if (!line)
      return fail(Code::kUsage, "the value of the header `" + valid_utf8(header.name) +
                                    "` must be one line without NUL characters");
    append(*line);
  }
  // What curl would add by itself and nobody asked for. Without `Expect`, a large body is sent at
  // once instead of after an answer or a second of waiting.
  for (const std::string name : {"Expect", "Accept", "Content-Type"}) {
    if (header_value(request_.headers, name).empty()) append(name + ":");
  }
  return {};
}

void HttpClient::Exchange::watch_silence(EventLoop& loop) {
  if (!request_.silence_max) return;
  if (clock_ == nullptr) sent_ = loop.now();
  clock_ = &loop;
  // How long it took to connect, 0 as long as that goes on; until then the other limits count.
  curl_off_t connecting_us = 0;
  curl_->easy_getinfo(easy_, CURLINFO_PRETRANSFER_TIME_T, &connecting_us);
  const auto connected = sent_ + Duration(connecting_us / 1000);
  const auto since = connecting_us == 0 ? loop.now() : heard_.value_or(connected);
  const auto left = since + *request_.silence_max - loop.now();
  if (left <= Duration(0)) {
    is_silent_ = true;
    return finish(loop, CURLE_OPERATION_TIMEDOUT);
  }
  silence_ = loop.after(left, [this, &loop] { watch_silence(loop); });
}

void HttpClient::Exchange::close() {
  silence_.reset();
  if (multi_ != nullptr && std::exchange(is_waiting_, false)) multi_->forget(this);
  if (easy_ != nullptr) {
    if (multi_ != nullptr) multi_->remove(this, easy_);
    curl_->easy_cleanup(std::exchange(easy_, nullptr));
  }
  if (headers_ != nullptr) curl_->slist_free_all(std::exchange(headers_, nullptr));
}

void HttpClient::Exchange::finish(EventLoop& loop, CURLcode code) {
  if (code != CURLE_OK) {
    auto broken = failure(code);
    close();
    return deliver(loop, tl::unexpected(std::move(broken)));
  }
  long status = 0;
  curl_->easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  reply_.status = static_cast<int>(status);
  close();
  deliver(loop, std::move(reply_));
}

void HttpClient::Exchange::fail_soon(EventLoop& loop, Error error) {
  close();
  deliver(loop, tl::unexpected(HttpFailure{std::move(error), false}));
}

// Not called from where curl reports, because `done` may send, abort or destroy the client.
void HttpClient::Exchange::deliver(EventLoop& loop, HttpResult result) {
  auto call = [done = std::move(done_), result = std::move(result)]() mutable {
    done(std::move(result));
  };
  delivery_ = loop.after(Duration(0), std::move(call));
}

HttpFailure HttpClient::Exchange::failure(CURLcode code) const {
  const auto where = place_.text();
  // Known once the connection, TLS included, stands and the request begins to go out.
  curl_off_t begun = 0;
  curl_->easy_getinfo(easy_, CURLINFO_PRETRANSFER_TIME_T, &begun);
  const auto failed = [](Code kind, std::string message, bool may_have_arrived) {
    Error error{kind, std::move(message), {}, {}};
    return HttpFailure{std::move(error), may_have_arrived};
  };
  if (is_too_large_) {
    return failed(Code::kFull,
                  "the answer of " + where + " is larger than " +
                      std::to_string(request_.reply_bytes_max) + " bytes",
                  true);
  }
  if (is_not_sent_again_) {
    return failed(
        Code::kUnavailable,
        "no whole answer from " + where + ": the connection was closed before an answer came",
        true);
  }
  if (is_silent_) {
    return failed(Code::kTimeout,
                  (heard_ ? "no whole answer from " + where + ": nothing came for "
                          : "no answer from " + where + " within ") +
                      short_duration(*request_.silence_max),
                  true);
  }
  if (code == CURLE_OPERATION_TIMEDOUT && begun > 0) {
    return failed(Code::kTimeout,
                  "no whole answer from " + where + " within " + short_duration(request_.timeout),
                  true);
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    const auto limit = std::min(request_.connect_timeout, request_.timeout);
    return failed(Code::kTimeout,
                  "cannot connect to " + where + ": no answer within " + short_duration(limit),
                  false);
  }
  if (is_untrusted(code)) {
    auto untrusted =
        failed(Code::kDenied, "cannot connect to " + where + ": " + reason(code), false);
    untrusted.error.hint =
        "is that the right address? AWS_CA_BUNDLE names the certificates of an authority of your "
        "own; TLS is always verified";
    return untrusted;
  }
  if (begun == 0)
    return failed(Code::kUnavailable, "cannot connect to " + where + ": " + reason(code), false);
  return failed(Code::kUnavailable, "no whole answer from " + where + ": " + reason(code), true);
}

std::string HttpClient::Exchange::reason(CURLcode code) const {
  if (header_bytes_ > kReplyHeaderBytesMax)
    return "its header is larger than " + std::to_string(kReplyHeaderBytesMax) + " bytes";
  if (auto refusal = refusal_of_proxy(proxy_, words_.data()); !refusal.empty()) return refusal;
  long number = 0;
  curl_->easy_getinfo(easy_, CURLINFO_OS_ERRNO, &number);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "the name cannot be resolved";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "the name of the proxy cannot be resolved";
    case CURLE_COULDNT_CONNECT: {
      // With a proxy it is the proxy's address that curl names, and the user should see that.
      const std::string words = words_.data();
      if (!proxy_.empty() && !words.empty() && words.find(place_.bare_host()) == std::string::npos)
        return "the proxy does not answer (" + uncapitalised(words) + ")";
      return number != 0 ? uncapitalised(std::strerror(static_cast<int>(number)))
                         : "nothing answers there";
    }
    case CURLE_SSL_CACERT_BADFILE:
      return "the certificates in " + (ca_bundle_.empty() ? "the system's file" : ca_bundle_) +
             " cannot be read";
    case CURLE_GOT_NOTHING:
      return "the connection was closed before an answer came";
    case CURLE_PARTIAL_FILE:
      return "the connection was closed in the middle of it";
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return "what came is not HTTP";
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return words_after_colon(words_.data());
    default:
      break;
  }
  if (words_[0] != '\0') return words_.data();
  return curl_->easy_strerror(code);
}

int HttpClient::Exchange::allow_sending(void* self, char*, char*, int, int) {
  auto& exchange = *static_cast<Exchange*>(self);
  exchange.is_not_sent_again_ = std::exchange(exchange.is_sent_, true);
  return exchange.is_not_sent_again_ ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

std::size_t HttpClient::Exchange::take_header(char* bytes, std::size_t size, std::size_t count,
                                              void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  const std::string_view line(bytes, size * count);
  exchange.hear();
  exchange.header_bytes_ += line.size();
  if (exchange.header_bytes_ > kReplyHeaderBytesMax) return 0;
  if (line.starts_with("HTTP/")) {
    exchange.reply_.headers.clear();  // Those of a `100 Continue` before it do not count.
    return line.size();
  }
  if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    exchange.reply_.headers.push_back({std::string(trimmed(line.substr(0, colon))),
                                       std::string(trimmed(line.substr(colon + 1)))});
  }
  return line.size();
}

std::size_t HttpClient::Exchange::take_body(char* bytes, std::size_t size, std::size_t count,
                                            void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  exchange.hear();
  auto& body = exchange.reply_.body;
  const auto length = size * count;
  if (length > exchange.request_.reply_bytes_max - body.size()) {
    exchange.is_too_large_ = true;
    return length == 0 ? 1 : 0;  // Anything but the length makes curl give up.
  }
  body.append(bytes, length);
  return length;
}

// ---- HttpClient

HttpClient::HttpClient(EventLoop& loop, Options options)
    : multi_(std::make_unique<Multi>(loop, std::move(options))) {}
HttpClient::~HttpClient() = default;

PendingPtr HttpClient::send(HttpRequest request, std::function<void(HttpResult)> done) {
  return multi_->send(std::move(request), std::move(done));
}

}  // namespace runtask::sys
