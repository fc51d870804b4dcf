#pragma once

#include <deque>
#include <memory>
#include <string>

#include "local/authenticator.h"
#include "local/log_store.h"
#include "local/model.h"
#include "local/process_runtime.h"
#include "local/request_limits.h"
#include "local/simulated_runtime.h"
#include "local/store.h"
#include "sys/database.h"

namespace runtask::local {

// The embedded ECS without its HTTP: the model, what it remembers, and the runtime that does what
// it says. What an operation changed is stored before the caller hears of it, and before anything
// is started for it. For the loop's thread.
class Service {
 public:
  struct Outside {  // All must outlive the service.
    sys::Loop& loop;
    sys::Files& files;
    sys::Random& random;
    sys::Processes& processes;
  };
  struct Options {
    StateDirectory directory{std::string()};
    std::string region;
    std::string account;
    std::string home;
    std::int64_t cpu_units = 0;  // Of this machine; 0: no limit.
    std::int64_t memory_mib = 0;
    Limits limits = Limits::kNone;
  };
  // Opens the state and puts right what a dead endpoint left. The caller holds the lock.
  [[nodiscard]] static Result<std::unique_ptr<Service>> open(const Outside& outside,
                                                             const Options& options);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Answers any operation of api.h. What is to be done for it waits for pump().
  template <class Operation>
  Answer<typename Operation::Reply> call(const Operation& request, const std::string& caller_arn);

  // Carries out what calls and events have brought; call it after the reply has been handed over.
  void pump();

  // Stops every task; with a second call at once. RunTask is refused from now on.
  void stop_tasks(Duration stop_timeout_max);
  [[nodiscard]] std::size_t live_tasks() const { return model_.live_tasks(); }
  // Called after pump() has done something.
  std::function<void()> on_change;

  [[nodiscard]] std::string log_group_arn(const std::string& group) const;
  [[nodiscard]] Store& store() { return store_; }
  [[nodiscard]] const std::string& installation() const { return installation_; }

 private:
  Service(const Outside& outside, const Options& options, std::unique_ptr<sys::Database> database,
          Store store, LogStore logs);
  [[nodiscard]] static Result<std::unique_ptr<Service>> open_state(const Outside& outside,
                                                                   const Options& options);
  [[nodiscard]] Result<> recover();
  [[nodiscard]] CallContext context(const std::string& caller_arn) const;
  [[nodiscard]] Moment now() const;
  template <class Operation>
  Answer<typename Operation::Reply> call_model(const Operation& request,
                                               const CallContext& context);
  [[nodiscard]] Result<> keep_changes();
  void carry_out(const Action& action);
  void retry_keeping_later();
  void arm();

  Outside outside_;
  Options options_;
  std::unique_ptr<sys::Database> database_;
  Store store_;
  LogStore logs_;
  Model model_;
  std::string installation_;
  RequestLimits limits_;
  std::unique_ptr<ProcessRuntime> processes_;
  std::unique_ptr<SimulatedRuntime> simulated_;
  Changes unsaved_;
  std::deque<Action> actions_;
  std::vector<Event> events_;
  bool is_pumping_ = false;
  bool is_stopping_ = false;
  sys::PendingPtr soon_;
  sys::PendingPtr wake_;
  std::optional<Instant> wake_at_;
  sys::PendingPtr retry_;
};

}  // namespace runtask::local
