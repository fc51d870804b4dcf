#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "run/ledger.h"
#include "run/observer.h"
#include "sim/forwarding_client.h"
#include "sys/loop.h"

// A process that carries a run out and may be killed at any write to its journal, which is in
// memory and outlives it. What it does after its death has no effect, whoever it does it to.

namespace runtask::sim {

struct Life {
  bool is_dead = false;
  // The write that it dies of, counted down; 0: none. Whether that is still written.
  unsigned writes_left = 0;
  bool is_last_written = false;
  std::function<void()> on_death;

  // Whether a write takes effect.
  bool writes() {
    if (is_dead) return false;
    if (writes_left == 0 || --writes_left > 0) return true;
    const bool is_written = is_last_written;
    is_dead = true;
    on_death();
    return is_written;
  }
};

// What is on disk.
struct Book {
  std::optional<history::RunRecord> run;
  std::vector<history::EventRecord> events;
  std::vector<history::StoredLine> lines;
  std::map<std::pair<int, std::string>, std::string> positions;
  std::optional<history::History::Ending> ending;
};

class MortalLedger final : public run::Ledger {
 public:
  MortalLedger(Book& book, std::shared_ptr<Life> life) : book_(book), life_(std::move(life)) {}

  Result<> begin(const history::RunRecord& run) override {
    if (life_->writes()) book_.run = run;
    return {};
  }
  Result<> append(history::EventRecord event, history::History::Durability) override {
    event.sequence = static_cast<std::int64_t>(book_.events.size()) + 1;
    if (life_->writes()) book_.events.push_back(std::move(event));
    return {};
  }
  Result<> append_lines(int launch, const std::string& container,
                        std::span<const history::LogLine> lines,
                        std::string_view position) override {
    if (!life_->writes()) return {};
    for (const auto& line : lines)
      book_.lines.push_back(
          {static_cast<std::int64_t>(book_.lines.size()) + 1, launch, container, line});
    book_.positions[{launch, container}] = position;
    return {};
  }
  Result<> end(const history::History::Ending& ending) override {
    if (life_->writes()) book_.ending = ending;
    return {};
  }
  Result<> lines(const std::function<bool(const history::StoredLine&)>& each) override {
    for (const auto& line : book_.lines)
      if (!each(line)) break;
    return {};
  }
  Result<std::string> position(int launch, const std::string& container) override {
    const auto found = book_.positions.find({launch, container});
    return found == book_.positions.end() ? std::string() : found->second;
  }

 private:
  Book& book_;
  std::shared_ptr<Life> life_;
};

class MortalObserver final : public run::Observer {
 public:
  MortalObserver(run::Observer& inner, std::shared_ptr<Life> life)
      : inner_(inner), life_(std::move(life)) {}

  void on_status(const run::Launch& launch, const ecs::Task& task) override {
    if (!life_->is_dead) inner_.on_status(launch, task);
  }
  void on_log(const run::Launch& launch, const std::string& container,
              const ecs::LogEvent& event) override {
    if (!life_->is_dead) inner_.on_log(launch, container, event);
  }
  void on_message(const std::string& text) override {
    if (!life_->is_dead) inner_.on_message(text);
  }
  void on_launch_ended(const run::LaunchOutcome& launch) override {
    if (!life_->is_dead) inner_.on_launch_ended(launch);
  }
  void on_end(const run::Outcome& outcome) override {
    if (!life_->is_dead) inner_.on_end(outcome);
  }

 private:
  run::Observer& inner_;
  std::shared_ptr<Life> life_;
};

// Tells of every RunTask before it goes out, and holds it back for as long as it is told to, as the
// rates of an account do. The dead make no calls; answers to what they had asked before may still
// come and find nobody.
class MortalClient final : public ForwardingClient {
 public:
  struct Starts {
    sys::Loop& loop;
    std::function<Duration()> next_hold;  // 0: it goes out at once.
    std::function<void(const ecs::RunTask&)> tell;
  };
  MortalClient(ecs::Client& inner, std::shared_ptr<Life> life, Starts starts)
      : ForwardingClient(inner), life_(std::move(life)), starts_(std::move(starts)) {}

  using ForwardingClient::call;
  void start(const ecs::RunTask& request, const std::function<void()>& on_sent,
             ecs::Done<ecs::RunTaskReply> done) override {
    const auto hold = starts_.next_hold();
    if (hold == Duration(0)) return go_out(request, on_sent, std::move(done));
    auto& place = held_[request.client_token];
    place.done = std::move(done);
    place.timer = starts_.loop.after(hold, [this, request, on_sent] {
      auto held = take(request.client_token);
      go_out(request, on_sent, std::move(held.done));
    });
  }
  void withdraw_start(const std::string& client_token) override {
    if (!held_.contains(client_token)) return;
    ecs::CallError error;
    error.error = {Code::kCancelled, "withdrawn", {}, {}};
    starts_.loop.post([done = take(client_token).done, error = std::move(error)] {
      done(tl::unexpected(error));
    });
  }
  void call(const ecs::StopTask& request, ecs::Done<ecs::StopTaskReply> done) override {
    if (!life_->is_dead) ForwardingClient::call(request, std::move(done));
  }
  void call(const ecs::DescribeTasks& request, ecs::Done<ecs::DescribeTasksReply> done) override {
    if (!life_->is_dead) ForwardingClient::call(request, std::move(done));
  }
  void call(const ecs::ListTasks& request, ecs::Done<ecs::ListTasksReply> done) override {
    if (!life_->is_dead) ForwardingClient::call(request, std::move(done));
  }
  void call(const ecs::GetLogEvents& request, ecs::Done<ecs::GetLogEventsReply> done) override {
    if (!life_->is_dead) ForwardingClient::call(request, std::move(done));
  }
  void call(const ecs::FilterLogEvents& request,
            ecs::Done<ecs::FilterLogEventsReply> done) override {
    if (!life_->is_dead) ForwardingClient::call(request, std::move(done));
  }

 private:
  struct Held {
    ecs::Done<ecs::RunTaskReply> done;
    sys::PendingPtr timer;
  };
  Held take(const std::string& client_token) {
    return std::move(held_.extract(client_token).mapped());
  }
  void go_out(const ecs::RunTask& request, const std::function<void()>& on_sent,
              ecs::Done<ecs::RunTaskReply> done) {
    if (life_->is_dead) return;
    starts_.tell(request);
    on_sent();
    ForwardingClient::call(request, std::move(done));
  }

  std::shared_ptr<Life> life_;
  Starts starts_;
  std::map<std::string, Held> held_;  // By token.
};

}  // namespace runtask::sim
