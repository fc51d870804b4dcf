#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "ecs/client.h"
#include "ecs/life_cycle.h"
#include "local/model.h"
#include "sim/sim_loop.h"
#include "sim/sim_random.h"

namespace runtask::sim {

// Which faults a simulated AWS has, each with its own rate in percent. A seed switches each on or
// off, so that faults are met alone and in every company.
struct Faults {
  int lost_request = 0;        // The call never arrives; no reply.
  int lost_reply = 0;          // It arrives and takes effect; no reply.
  int throttled = 0;           // Refused, nothing happens.
  int server_error = 0;        // 500; nothing happens.
  int missing_blip = 0;        // A task that was seen is MISSING in one answer.
  int not_visible = 0;         // A new task is MISSING at first, for up to 20 s.
  int refused_start = 0;       // RunTask answers RESOURCE:MEMORY.
  int spot = 0;                // The task is interrupted.
  int never_starts = 0;        // The image cannot be pulled.
  int ignores_term = 0;        // Only SIGKILL ends it.
  Duration delay_max{50};      // Of a reply.
  Duration late_lines_max{1};  // From a line's writing until it can be read.
  bool stale_answers = false;  // DescribeTasks answers with what was true a while ago.
};

// An account of ECS and CloudWatch Logs for the run engine's tests: the embedded endpoint's own
// model behind a network that loses, delays and repeats, with containers that only pretend.
class Cloud final : public ecs::Client {
 public:
  struct Written {  // What a container really wrote.
    Instant visible_at;
    std::string text;
  };

  Cloud(SimLoop& loop, unsigned seed, const Faults& faults)
      : loop_(loop), faults_(faults), dice_(seed), ids_(seed), model_({}, ids_) {}

  void define(const std::string& family) {
    ecs::RegisterTaskDefinition request;
    request.definition.family = family;
    ecs::ContainerDefinition container;
    container.name = "main";
    container.image = "host";
    container.memory = 64;
    container.stop_timeout = 2;
    container.log_configuration.emplace();
    container.log_configuration->log_driver = "awslogs";
    container.log_configuration->options = {
        {"awslogs-group", "/g"}, {"awslogs-region", "us-east-1"}, {"awslogs-stream-prefix", "p"}};
    request.definition.container_definitions.push_back(container);
    const auto reply = model_.call(request, context());
    definition = reply->task_definition;
    (void)model_.take_effects();
  }
  ecs::TaskDefinition definition;

  // ---- ecs::Client
  void call(const ecs::RunTask& request, ecs::Done<ecs::RunTaskReply> done) override {
    ++run_task_calls;
    tokens_seen.push_back(request.client_token);
    if (chance(faults_.refused_start)) {
      ecs::RunTaskReply refusal;
      refusal.failures.push_back({"arn", "RESOURCE:MEMORY", ""});
      return later(reply_delay(), [done, refusal] { done(refusal); });
    }
    exchange<ecs::RunTaskReply>("RunTask", done, [this, request] {
      auto reply = model_.call(request, context());
      carry_out();
      if (reply)
        for (const auto& task : reply->tasks)
          visible_at_.try_emplace(
              ecs::last_part(task.task_arn),
              loop_.now() + (chance(faults_.not_visible) ? between(0, 20'000) : Duration(0)));
      return answered(std::move(reply));
    });
  }
  void call(const ecs::StopTask& request, ecs::Done<ecs::StopTaskReply> done) override {
    exchange<ecs::StopTaskReply>("StopTask", done, [this, request] {
      auto reply = model_.call(request, context());
      carry_out();
      return answered(std::move(reply));
    });
  }
  void call(const ecs::DescribeTasks& request, ecs::Done<ecs::DescribeTasksReply> done) override {
    ++describe_calls;
    // Answers are made now and come later: overtaken by others, they are stale.
    exchange<ecs::DescribeTasksReply>("DescribeTasks", done, [this, request] {
      auto visible = request;
      std::vector<std::string> missing;
      std::erase_if(visible.tasks, [&](const std::string& arn) {
        const bool hidden =
            visible_at_[ecs::last_part(arn)] > loop_.now() || chance(faults_.missing_blip);
        if (hidden) missing.push_back(arn);
        return hidden;
      });
      ecs::DescribeTasksReply reply;
      if (!visible.tasks.empty()) reply = *model_.call(visible, context());
      for (const auto& arn : missing)
        reply.failures.push_back({arn, "MISSING", ""});
      if (faults_.stale_answers && !last_answer_.tasks.empty() && chance(20)) {
        std::erase_if(last_answer_.tasks, [&](const ecs::Task& task) {
          return std::find(request.tasks.begin(), request.tasks.end(), task.task_arn) ==
                 request.tasks.end();
        });
        std::swap(reply, last_answer_);
        return ecs::Called<ecs::DescribeTasksReply>(reply);
      }
      last_answer_ = reply;
      return ecs::Called<ecs::DescribeTasksReply>(reply);
    });
  }
  void call(const ecs::GetLogEvents& request, ecs::Done<ecs::GetLogEventsReply> done) override {
    exchange<ecs::GetLogEventsReply>("GetLogEvents", done,
                                     [this, request] { return log_page(request); });
  }

  void call(const ecs::ListTasks&, ecs::Done<ecs::ListTasksReply>) override { unused(); }
  void call(const ecs::ListClusters&, ecs::Done<ecs::ListClustersReply>) override { unused(); }
  void call(const ecs::DescribeClusters&, ecs::Done<ecs::DescribeClustersReply>) override {
    unused();
  }
  void call(const ecs::CreateCluster&, ecs::Done<ecs::CreateClusterReply>) override { unused(); }
  void call(const ecs::RegisterTaskDefinition&,
            ecs::Done<ecs::RegisterTaskDefinitionReply>) override {
    unused();
  }
  void call(const ecs::DescribeTaskDefinition&,
            ecs::Done<ecs::DescribeTaskDefinitionReply>) override {
    unused();
  }
  void call(const ecs::FilterLogEvents&, ecs::Done<ecs::FilterLogEventsReply>) override {
    unused();
  }
  void call(const ecs::GetCallerIdentity&, ecs::Done<ecs::GetCallerIdentityReply>) override {
    unused();
  }

  // ---- What is really true
  [[nodiscard]] const ecs::Task* task(const std::string& arn) const {
    return model_.task(ecs::last_part(arn));
  }
  [[nodiscard]] std::size_t tasks() const { return model_.tasks(); }
  [[nodiscard]] std::size_t live_tasks() const { return model_.live_tasks(); }
  [[nodiscard]] std::vector<std::string> lines_of(const std::string& arn) const {
    std::vector<std::string> lines;
    const auto at = streams_.find("p/main/" + ecs::last_part(arn));
    if (at != streams_.end())
      for (const auto& line : at->second)
        lines.push_back(line.text);
    return lines;
  }
  std::map<std::string, bool> live_by_arn;
  std::vector<std::string> tokens_seen;
  int run_task_calls = 0;
  int describe_calls = 0;
  std::size_t most_alive = 0;

 private:
  [[nodiscard]] bool chance(int percent) { return static_cast<int>(dice_() % 100) < percent; }
  [[nodiscard]] Duration between(int low, int high) {
    return Duration(low + static_cast<int>(dice_() % static_cast<unsigned>(high - low + 1)));
  }
  [[nodiscard]] Duration reply_delay() {
    return between(1, static_cast<int>(faults_.delay_max.count()));
  }
  void later(Duration delay, std::function<void()> what) {
    pending_.push_back(loop_.after(delay, std::move(what)));
  }
  [[nodiscard]] local::CallContext context() const {
    return {{loop_.now(), loop_.wall_now()}, "arn:aws:iam::000000000000:root"};
  }
  static void unused() { std::abort(); }

  template <class Reply>
  static ecs::Called<Reply> answered(local::Answer<Reply> answer) {
    if (answer) return *std::move(answer);
    return error<Reply>(answer.error().name, 400, false,
                        ecs::classify(answer.error().name, 400, answer.error().message));
  }
  template <class Reply>
  static ecs::Called<Reply> error(const std::string& name, int status, bool may_have_happened,
                                  Code code) {
    ecs::CallError error;
    error.error = {code, name.empty() ? "no reply" : name, {}, {}};
    error.name = name;
    error.http_status = status;
    error.may_have_happened = may_have_happened;
    return tl::unexpected<ecs::CallError>(error);
  }

  template <class Reply, class Body>
  void exchange(const char*, const ecs::Done<Reply>& done, Body body) {
    if (chance(faults_.throttled))
      return later(reply_delay(), [done] {
        done(error<Reply>("ThrottlingException", 400, false, Code::kThrottled));
      });
    if (chance(faults_.server_error))
      return later(reply_delay(), [done] {
        done(error<Reply>("ServerException", 500, true, Code::kUnavailable));
      });
    if (chance(faults_.lost_request))
      return later(reply_delay() + Duration(1000),
                   [done] { done(error<Reply>("", 0, true, Code::kTimeout)); });
    const bool loses_reply = chance(faults_.lost_reply);
    later(reply_delay(), [this, done, body, loses_reply]() mutable {
      auto reply = body();
      later(reply_delay(), [done, reply = std::move(reply), loses_reply] {
        done(loses_reply ? error<Reply>("", 0, true, Code::kUnavailable) : reply);
      });
    });
  }

  // ---- Containers that pretend
  void carry_out() {
    for (const auto& action : model_.take_effects().actions) {
      if (const auto* start = std::get_if<local::StartContainer>(&action)) begin(start->start->id);
      if (const auto* signal = std::get_if<local::SignalContainer>(&action))
        if (!ignores_term_[signal->id]) finish(signal->id, between(0, 800), 143);
      if (const auto* kill = std::get_if<local::KillContainer>(&action))
        finish(kill->id, Duration(0), 137);
    }
    most_alive = std::max(most_alive, model_.live_tasks());
    wake();
  }
  void wake() {
    const auto at = model_.next_wake();
    if (!at) return;
    later(std::max(Duration(0), *at - loop_.now()), [this] {
      model_.on_time({loop_.now(), loop_.wall_now()});
      carry_out();
    });
  }
  void tell(const local::Event& event) {
    model_.on(event, {loop_.now(), loop_.wall_now()});
    carry_out();
  }
  void begin(const local::ContainerId& id) {
    if (chance(faults_.never_starts))
      return later(between(0, 500), [this, id] {
        tell(local::ContainerNotStarted{id, "CannotPullContainerError: not found"});
      });
    ignores_term_[id] = chance(faults_.ignores_term);
    later(between(0, 3000), [this, id] {
      tell(local::ContainerStarted{id});
      const auto lines = dice_() % 30;
      for (unsigned i = 0; i < lines; ++i)
        later(between(0, 9000), [this, id, i] { write(id, "line " + std::to_string(i)); });
      finish(id, between(0, 20'000), static_cast<int>(dice_() % 2 == 0 ? 0 : dice_() % 256));
      if (chance(faults_.spot))
        later(between(0, 5000), [this, id] {
          model_.interrupt(id.task_id, ecs::stop_code::kSpotInterruption,
                           "Your Spot Task was interrupted.", {loop_.now(), loop_.wall_now()});
          carry_out();
        });
    });
  }
  void write(const local::ContainerId& id, const std::string& text) {
    if (ended_[id]) return;
    auto& stream = streams_["p/main/" + id.task_id];
    const auto late = between(0, static_cast<int>(faults_.late_lines_max.count()));
    const auto after = stream.empty() ? Instant(0) : stream.back().visible_at;
    stream.push_back({std::max(after, loop_.now() + late), text});
  }
  void finish(const local::ContainerId& id, Duration in, int code) {
    later(in, [this, id, code] {
      if (ended_[id]) return;
      write(id, "the end");
      ended_[id] = true;
      tell(local::ContainerExited{id, code, false});
    });
  }

  ecs::Called<ecs::GetLogEventsReply> log_page(const ecs::GetLogEvents& request) {
    const auto at = streams_.find(request.log_stream_name);
    const bool exists = at != streams_.end() && at->second.front().visible_at <= loop_.now();
    if (!exists)
      return error<ecs::GetLogEventsReply>("ResourceNotFoundException", 400, false,
                                           Code::kNotFound);
    // A token is where to go on; its tail only makes it another one, as pages without events do.
    const auto token = request.next_token;
    std::size_t index = token.empty() ? 0 : std::stoul(token.substr(2));
    ecs::GetLogEventsReply reply;
    const auto page_max = 1 + dice_() % 8;
    while (index < at->second.size() && at->second[index].visible_at <= loop_.now() &&
           reply.events.size() < page_max) {
      reply.events.push_back({loop_.wall_now(), at->second[index].text, loop_.wall_now()});
      ++index;
    }
    reply.next_forward_token = "f/" + std::to_string(index);
    if (reply.events.empty() && !token.empty()) {
      reply.next_forward_token = token;
      if (chance(20)) reply.next_forward_token += "x";
    }
    return reply;
  }

  SimLoop& loop_;
  Faults faults_;
  std::mt19937 dice_;
  SimRandom ids_;
  local::Model model_;
  std::map<std::string, Instant> visible_at_;
  std::map<std::string, std::vector<Written>> streams_;
  std::map<local::ContainerId, bool> ended_, ignores_term_;
  ecs::DescribeTasksReply last_answer_;
  std::vector<sys::PendingPtr> pending_;
};

}  // namespace runtask::sim
