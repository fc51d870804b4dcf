#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sys/http.h"
#include "sys/loop.h"

namespace runtask::sim {

// An Http that answers as a script says and remembers what it was asked. Timeouts are kept, in the
// loop's time.
class SimHttp final : public sys::Http {
 public:
  struct Answer {
    sys::HttpResult result;
    Duration delay{};
  };
  // What comes of a request; none: nothing ever comes, until the request's
  // timeout or the longest silence that it allows.
  using Script = std::function<std::optional<Answer>(const sys::HttpRequest&)>;

  explicit SimHttp(sys::Loop& loop) : loop_(loop) {}

  // Answers every request from now on, instead of the answers in the queue.
  void script(Script script) { script_ = std::move(script); }
  // The answers to the next requests, in order. A request when none is left is refused.
  void will_answer(int status, std::string body) {
    will_answer(Answer{sys::HttpReply{status, {}, std::move(body)}});
  }
  void will_answer(Answer answer) { answers_.emplace_back(std::move(answer)); }
  void will_fail(Code code, std::string message, bool may_have_arrived) {
    will_answer(Answer{failure(code, std::move(message), may_have_arrived)});
  }
  void will_stall() { answers_.emplace_back(std::nullopt); }
  // Nobody takes the connection, until the request has waited long enough for it.
  [[nodiscard]] static Answer no_connection() {
    return {failure(Code::kTimeout, "no answer to the connection", false), Duration::max()};
  }

  // All requests so far, those that were aborted as well.
  [[nodiscard]] const std::vector<sys::HttpRequest>& requests() const { return requests_; }
  [[nodiscard]] std::size_t answers_left() const { return answers_.size(); }

  [[nodiscard]] sys::PendingPtr send(sys::HttpRequest request,
                                     std::function<void(sys::HttpResult)> done) override {
    requests_.push_back(request);
    auto answer = answer_to(request);
    if (answer && answer->delay == Duration::max())
      answer->delay = std::min(request.timeout, request.connect_timeout);
    const auto patience = std::min(request.timeout, request.silence_max.value_or(request.timeout));
    const bool is_connected = !answer || answer->result || answer->result.error().may_have_arrived;
    const bool is_late = is_connected && (!answer || answer->delay >= patience);
    const auto delay = is_late ? patience : answer->delay;
    auto result = is_late ? failure(Code::kTimeout, "no whole answer within the time", true)
                          : std::move(answer->result);
    return loop_.after(delay,
                       [done = std::move(done), result = std::move(result)] { done(result); });
  }

 private:
  static sys::HttpResult failure(Code code, std::string message, bool may_have_arrived) {
    return tl::unexpected(
        sys::HttpFailure{Error{code, std::move(message), {}, {}}, may_have_arrived});
  }
  std::optional<Answer> answer_to(const sys::HttpRequest& request) {
    if (script_) return script_(request);
    if (answers_.empty()) return Answer{failure(Code::kUnavailable, "nobody answers here", false)};
    auto answer = std::move(answers_.front());
    answers_.pop_front();
    return answer;
  }

  sys::Loop& loop_;
  Script script_;
  std::deque<std::optional<Answer>> answers_;
  std::vector<sys::HttpRequest> requests_;
};

}  // namespace runtask::sim
