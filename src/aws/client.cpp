#include "aws/client.h"

#include <algorithm>
#include <map>
#include <utility>

#include "aws/reply.h"
#include "aws/request.h"
#include "aws/silence.h"
#include "ecs/sts.h"

namespace runtask::aws {
namespace {

// A full page of log lines is a mebibyte; as JSON, with every character escaped, six times that.
constexpr std::size_t kReplyBytesMax = 16U << 20U;
// Refusals for too many calls that a call outlives beside its attempts. Somebody waits for it.
constexpr int kThrottlingsForgivenMax = 12;
constexpr int kThrottledBackoffMax = 3;  // As after so many attempts: up to 4 s.
constexpr int kServerError = 500;

std::string_view words_of(ecs::Service service) {
  switch (service) {
    case ecs::Service::kEcs:
      return "ECS";
    case ecs::Service::kLogs:
      return "CloudWatch Logs";
    case ecs::Service::kSts:
      return "STS";
  }
  return "AWS";
}

template <class Operation>
std::string body_of(const Operation& request) {
  return ecs::write_request(request);
}
std::string body_of(const ecs::GetCallerIdentity& request) {
  return ecs::write_form(ecs::to_form(request));
}
std::string body_of(const ecs::AssumeRole& request) {
  return ecs::write_form(ecs::to_form(request));
}

std::string body_of(const ecs::AssumeRoleWithWebIdentity& request) {
  return ecs::write_form(ecs::to_form(request));
}

template <class Operation>
Result<typename Operation::Reply> read_body(const std::string& body) {
  if constexpr (std::is_same_v<Operation, ecs::GetCallerIdentity>) {
    return ecs::read_caller_identity(body);
  } else if constexpr (std::is_same_v<Operation, ecs::AssumeRole> ||
                       std::is_same_v<Operation, ecs::AssumeRoleWithWebIdentity>) {
    return ecs::read_assume_role(body, Operation::kName);
  } else {
    return ecs::read_reply<Operation>(body);
  }
}

// ECS API: a token makes RunTask the same call however often it is sent. Yet whether a lost one is
// still wanted, and what a refusal means that comes after it, only the caller knows, so it is left
// to the caller. All others end in the same state when sent twice; RegisterTaskDefinition only adds
// one more revision of equal content.
template <class Operation>
constexpr Repeat kRepeatOf = Repeat::kAnyTime;
template <>
constexpr Repeat kRepeatOf<ecs::RunTask> = Repeat::kOnlyIfNotDone;

template <class Operation>
constexpr Duration kSilenceMaxOf = kSilenceMax;
template <>
constexpr Duration kSilenceMaxOf<ecs::RunTask> = kSilenceMaxOfWork;
template <>
constexpr Duration kSilenceMaxOf<ecs::GetLogEvents> = kSilenceMaxOfWork;
template <>
constexpr Duration kSilenceMaxOf<ecs::FilterLogEvents> = kSilenceMaxOfWork;

// How an operation is called.
struct Manner {
  Repeat repeat;
  Duration silence_max;
  Rates::Call rate;
};

}  // namespace

// What all calls share.
class Client::Engine {
 public:
  using BodyDone = std::function<void(tl::expected<std::string, ecs::CallError>)>;

  Engine(const Outside& outside, ClientOptions given_options,
         std::unique_ptr<CredentialsProvider> given_credentials)
      : loop(outside.loop),
        http(outside.http),
        random(outside.random),
        options(std::move(given_options)),
        credentials(std::move(given_credentials)) {}

  Silence& silence_of(ecs::Service service) {
    const auto known = silences.find(service);
    if (known != silences.end()) return known->second;
    const auto& endpoint = options.endpoints.of(service);
    auto who = std::string(words_of(service)) + " at " + endpoint.url;
    if (endpoint.path == "/") who.pop_back();
    return silences.try_emplace(service, loop, who, options.on_silence).first->second;
  }

  template <class Operation>
  std::uint64_t call(const Operation& request, ecs::Done<typename Operation::Reply> done,
                     const std::function<void()>& on_sent = {}) {
    constexpr bool kIsSigned = !std::is_same_v<Operation, ecs::AssumeRoleWithWebIdentity>;
    CallText text{Operation::kService, Operation::kName, body_of(request), kIsSigned};
    return begin(std::move(text),
                 {kRepeatOf<Operation>, kSilenceMaxOf<Operation>, Rates::call_of(request)}, on_sent,
                 [done = std::move(done)](auto body) {
                   if (!body) return done(tl::unexpected(std::move(body).error()));
                   auto reply = read_body<Operation>(*body);
                   if (!reply)
                     return done(tl::unexpected(unreadable_reply(Operation::kName, reply.error())));
                   done(*std::move(reply));
                 });
  }
  std::uint64_t begin(CallText text, const Manner& manner, const std::function<void()>& on_sent,
                      BodyDone done);
  void start(const ecs::RunTask& request, const std::function<void()>& on_sent,
             ecs::Done<ecs::RunTaskReply> done);
  void withdraw_start(const std::string& token);
  // Forgets the exchange, which ends it, and only then answers: the answer may destroy the client.
  void end(std::uint64_t exchange, const BodyDone& done,
           tl::expected<std::string, ecs::CallError> body);

  sys::Loop& loop;
  sys::Http& http;
  sys::Random& random;
  const ClientOptions options;
  const std::unique_ptr<CredentialsProvider> credentials;
  std::map<ecs::Service, Duration> clock_offsets;
  std::map<ecs::Service, RetryQuota> quotas;
  std::map<ecs::Service, Silence> silences;

 private:
  std::map<std::uint64_t, std::unique_ptr<Exchange>> exchanges_;
  std::map<std::string, std::uint64_t> starts_;  // RunTask, by token.
  std::uint64_t next_exchange_ = 0;
};

// One call with all its attempts. Whatever it waits for is its step; destroying it calls that off.
class Client::Exchange {
 public:
  Exchange(Engine& engine, std::uint64_t id, CallText text, const Manner& manner,
           const std::function<void()>& on_sent, Engine::BodyDone done)
      : engine_(engine),
        id_(id),
        text_(std::move(text)),
        endpoint_(engine.options.endpoints.of(text_.service)),
        manner_(manner),
        on_sent_(on_sent),
        done_(std::move(done)),
        silence_(engine.silence_of(text_.service)),
        invocation_id_(engine.random.uuid()) {}
  ~Exchange() {
    if (is_under_way_) silence_.called_off();
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  void attempt() {
    if (is_withdrawn_) return give_up(withdrawn());
    auto* const rates = engine_.options.rates.get();
    if (rates == nullptr || rates->admit(manner_.rate)) return get_keys();
    is_held_back_ = true;
    step_ = rates->wait(manner_.rate, [this] { get_keys(); });
  }
  // Gives up; if an attempt is under way, when that has come to nothing.
  void withdraw() {
    is_withdrawn_ = true;
    if (is_held_back_) step_ = engine_.loop.after(Duration(0), [this] { give_up(withdrawn()); });
  }

 private:
  [[nodiscard]] ecs::CallError withdrawn() const {
    if (last_failure_) return *last_failure_;
    ecs::CallError error;
    error.error = {Code::kCancelled, text_.operation + ": given up before it was sent", {}, {}};
    return error;
  }

  void get_keys() {
    is_held_back_ = false;
    ++attempts_;
    if (!text_.is_signed) return send({});
    step_ = engine_.credentials->get([this](Result<Credentials> credentials) {
      if (credentials) return send(*std::move(credentials));
      ecs::CallError error;
      error.error = credentials.error();
      error.error.context.push_back("while calling " + text_.operation);
      give_up(std::move(error));
    });
  }

  void send(Credentials credentials) {
    if (is_withdrawn_) return give_up(withdrawn());
    const auto& options = engine_.options;
    keys_ = std::move(credentials.keys);
    sent_at_ = engine_.loop.wall_now();
    auto request = make_request(text_, endpoint_);
    const Attempt attempt{attempts_, std::max(attempts_, options.attempts_max), invocation_id_,
                          sent_at_ + engine_.clock_offsets[text_.service]};
    if (text_.is_signed) sign_request(request, text_, endpoint_, attempt, keys_, options.region);
    number_request(request, attempt);
    if (!options.user_agent.empty()) request.headers.push_back({"User-Agent", options.user_agent});
    request.connect_timeout = options.connect_timeout;
    request.timeout = options.timeout;
    request.silence_max = options.silence_max.value_or(manner_.silence_max);
    request.reply_bytes_max = kReplyBytesMax;
    request.is_sent_once = manner_.repeat == Repeat::kOnlyIfNotDone;
    silence_.sent();
    is_under_way_ = true;
    if (on_sent_) std::exchange(on_sent_, nullptr)();
    step_ = engine_.http.send(std::move(request),
                              [this](sys::HttpResult result) { receive(std::move(result)); });
  }

  void receive(sys::HttpResult result) {
    is_under_way_ = false;
    if (!result) {
      auto error = no_reply(text_, endpoint_, result.error());
      silence_.unanswered(error.error.message);
      return decide(std::move(error));
    }
    auto body = read_http_reply(text_, *result, keys_);
    if (!body && result->status >= kServerError) {
      silence_.unanswered(body.error().error.message);
    } else {
      silence_.answered();
    }
    if (body) {
      engine_.quotas[text_.service].succeeded(quota_taken_);
      return engine_.end(id_, Engine::BodyDone(std::move(done_)), *std::move(body));
    }
    if (correct_clock(body.error(), result->headers) || renew_keys(body.error())) return attempt();
    decide(std::move(body).error());
  }

  // True when the signature was refused for our clock and has not yet been tried with the server's.
  bool correct_clock(const ecs::CallError& error, const std::vector<sys::Header>& headers) {
    const auto offset = clock_offset(error, headers, sent_at_, engine_.loop.wall_now());
    auto& known = engine_.clock_offsets[text_.service];
    if (!offset || is_clock_corrected_ || std::chrono::abs(*offset - known) < kSkewMin)
      return false;
    is_clock_corrected_ = true;
    known = *offset;
    return true;
  }

  // True when the keys had expired and there may be newer ones. Nothing was done with the old ones,
  // so that this is safe for every call.
  bool renew_keys(const ecs::CallError& error) {
    // Without a signature it is the token in the call that has expired.
    if (!text_.is_signed || are_keys_renewed_ || !are_keys_expired(error)) return false;
    are_keys_renewed_ = true;
    return engine_.credentials->refuse(keys_);
  }

  void decide(ecs::CallError error) {
    const bool is_worth_it = is_worth_another(error, manner_.repeat);
    may_have_happened_ = may_have_happened_ || error.may_have_happened;
    if (is_withdrawn_) return give_up(std::move(error));
    last_failure_ = error;
    const bool is_forgiven = is_throttling_forgiven(error);
    if (!is_worth_it || counted_attempts() >= engine_.options.attempts_max ||
        (!is_forgiven && !engine_.quotas[text_.service].acquire(error, quota_taken_)))
      return give_up(std::move(error));
    const int number = is_forgiven ? std::min(attempts_, kThrottledBackoffMax) : attempts_;
    is_held_back_ = true;
    step_ =
        engine_.loop.after(backoff(number, random_fraction(engine_.random)), [this] { attempt(); });
  }

  // Where rates are kept, a refusal for too many calls makes them slower, and the call waits: it
  // costs none of its attempts.
  bool is_throttling_forgiven(const ecs::CallError& error) {
    auto* const rates = engine_.options.rates.get();
    if (rates == nullptr || error.error.code != Code::kThrottled) return false;
    rates->throttled(manner_.rate);
    if (engine_.options.counts_throttling || forgiven_ >= kThrottlingsForgivenMax) return false;
    ++forgiven_;
    return true;
  }
  [[nodiscard]] int counted_attempts() const { return attempts_ - forgiven_; }

  void give_up(ecs::CallError error) {
    // A later attempt that was refused says nothing about an earlier one whose answer was lost.
    error.may_have_happened = error.may_have_happened || may_have_happened_;
    if (attempts_ > 1)
      error.error.context.push_back("after " + std::to_string(attempts_) + " attempts");
    engine_.end(id_, Engine::BodyDone(std::move(done_)), tl::unexpected(std::move(error)));
  }

  Engine& engine_;
  const std::uint64_t id_;
  const CallText text_;
  const Endpoint& endpoint_;
  const Manner manner_;
  std::function<void()> on_sent_;  // Until the first attempt.
  Engine::BodyDone done_;
  Silence& silence_;
  bool is_under_way_ = false;
  bool is_held_back_ = false;  // By its rate, or between two attempts.
  const std::string invocation_id_;
  int attempts_ = 0;
  int forgiven_ = 0;     // Of them.
  int quota_taken_ = 0;  // By the last attempt that was another one.
  bool may_have_happened_ = false;
  bool is_withdrawn_ = false;
  std::optional<ecs::CallError> last_failure_;  // Of an attempt that another one follows.
  bool is_clock_corrected_ = false;
  bool are_keys_renewed_ = false;
  ecs::SigningKeys keys_;  // Of the attempt under way, to keep them out of what the server says.
  WallTime sent_at_;
  sys::PendingPtr step_;
};

std::uint64_t Client::Engine::begin(CallText text, const Manner& manner,
                                    const std::function<void()>& on_sent, BodyDone done) {
  const auto id = next_exchange_++;
  auto& exchange = exchanges_[id];
  exchange =
      std::make_unique<Exchange>(*this, id, std::move(text), manner, on_sent, std::move(done));
  exchange->attempt();
  return id;
}

void Client::Engine::start(const ecs::RunTask& request, const std::function<void()>& on_sent,
                           ecs::Done<ecs::RunTaskReply> done) {
  const auto token = request.client_token;
  auto ended = [this, token, done = std::move(done)](auto reply) {
    starts_.erase(token);
    done(std::move(reply));
  };
  starts_[token] = call(request, std::move(ended), on_sent);
}

void Client::Engine::withdraw_start(const std::string& token) {
  const auto start = starts_.find(token);
  if (start == starts_.end()) return;
  const auto exchange = exchanges_.find(start->second);
  if (exchange != exchanges_.end()) exchange->second->withdraw();
}

void Client::Engine::end(std::uint64_t exchange, const BodyDone& done,
                         tl::expected<std::string, ecs::CallError> body) {
  exchanges_.erase(exchange);
  done(std::move(body));
}

Client::Client(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::create(const Outside& outside, ClientOptions options,
                                               std::unique_ptr<CredentialsProvider> credentials) {
  for (const auto service : {ecs::Service::kEcs, ecs::Service::kLogs, ecs::Service::kSts})
    if (!options.allow_insecure_http) TRY(check_is_private(options.endpoints.of(service)));
  auto engine = std::make_unique<Engine>(outside, std::move(options), std::move(credentials));
  return std::unique_ptr<Client>(new Client(std::move(engine)));
}

void Client::call(const ecs::RunTask& request, ecs::Done<ecs::RunTaskReply> done) {
  engine_->start(request, {}, std::move(done));
}
void Client::start(const ecs::RunTask& request, const std::function<void()>& on_sent,
                   ecs::Done<ecs::RunTaskReply> done) {
  engine_->start(request, on_sent, std::move(done));
}
void Client::withdraw_start(const std::string& client_token) {
  engine_->withdraw_start(client_token);
}
void Client::call(const ecs::StopTask& request, ecs::Done<ecs::StopTaskReply> done) {
  engine_->call(request, std::move(done));
}
void Client::call(const ecs::DescribeTasks& request, ecs::Done<ecs::DescribeTasksReply> done) {
  engine_->call(request, std::move(done));
}
void Client::call(const ecs::ListTasks& request, ecs::Done<ecs::ListTasksReply> done) {
  engine_->call(request, std::move(done));
}
void Client::call(const ecs::ListTaskDefinitions& request,
                  ecs::Done<ecs::ListTaskDefinitionsReply> done) {
  engine_->call(request, std::move(done));
}
void Client::call(const ecs::DescribeClusters& request,
                  ecs::Done<ecs::DescribeClustersReply> done) {
  engine_->call(request, std::move(done));
}
void Client::call(const ecs::ListClusters& request, ecs::Done<ecs::ListClustersReply> done) {
  engine_->call(request, std::move(done));
}
void Client::call(const ecs::DescribeServices& request,
                  ecs::Done<ecs::DescribeServicesReply> done) {
  engine_->call(request, std::move(done));
}
void Client::call(const ecs::CreateCluster& request, ecs::Done<ecs::CreateClusterReply> done) {
  engine_->call(request, std::move(done));
}
void Client::call(const ecs::RegisterTaskDefinition& request,
                  ecs::Done<ecs::RegisterTaskDefinitionReply> done) {
  engine_->call(request, std::move(done));
}
void Client::call(const ecs::DescribeTaskDefinition& request,
                  ecs::Done<ecs::DescribeTaskDefinitionReply> done) {
  engine_->call(request, std::move(done));
}
void Client::call(const ecs::GetLogEvents& request, ecs::Done<ecs::GetLogEventsReply> done) {
  engine_->call(request, std::move(done));
}
void Client::call(const ecs::FilterLogEvents& request, ecs::Done<ecs::FilterLogEventsReply> done) {
  engine_->call(request, std::move(done));
}
void Client::call(const ecs::GetCallerIdentity& request,
                  ecs::Done<ecs::GetCallerIdentityReply> done) {
  engine_->call(request, std::move(done));
}
void Client::call(const ecs::AssumeRole& request, ecs::Done<ecs::AssumeRoleReply> done) {
  engine_->call(request, std::move(done));
}
void Client::call(const ecs::AssumeRoleWithWebIdentity& request,
                  ecs::Done<ecs::AssumeRoleReply> done) {
  engine_->call(request, std::move(done));
}

}  // namespace runtask::aws
