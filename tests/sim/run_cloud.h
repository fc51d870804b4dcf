#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "ecs/client.h"
#include "local/model.h"
#include "sim/sim_loop.h"
#include "sim/sim_random.h"

namespace runtask::sim {

// Which faults a simulated AWS has. Each rate is in percent; a seed switches each on or off, so
// that faults are met alone and in every company.
struct Faults {
  // Of every call.
  int lost_request = 0;  // It never arrives; no reply.
  int lost_reply = 0;    // It arrives and takes effect; no reply.
  int repeated = 0;      // It arrives twice.
  int throttled = 0;     // Refused; nothing happens.
  int server_error = 0;  // 500; nothing happens.
  Duration delay_max{50};
  // Of DescribeTasks.
  int not_visible = 0;   // A new task is MISSING at first, for up to 20 s.
  int missing_blip = 0;  // A task that was seen is MISSING in one answer.
  int forgotten = 0;     // A task becomes MISSING for good.
  bool stale_answers = false;
  // Of ListTasks: how long it may not show a new task.
  Duration list_lag_max{0};
  // Of RunTask.
  int surplus = 0;               // It starts one more than it was asked for.
  int refused_for_now = 0;       // RESOURCE:MEMORY
  int refused = 0;               // ATTRIBUTE
  int partial = 0;               // Of several tasks only some are started.
  int started_but_refused = 0;   // The reply says RESOURCE:MEMORY, and tasks run nevertheless.
  int started_but_missing = 0;   // It says MISSING.
  int started_but_conflict = 0;  // ConflictException, which names no task.
  int denied = 0;                // ExpiredTokenException; nothing happens.
  // Afterwards a token is as new. The documentation promises some bound and does not say which.
  Duration token_kept = std::chrono::hours(24);
  // Of a task.
  int spot = 0;
  int lost_host = 0;
  int stopped_by_others = 0;
  int never_starts = 0;   // A container's image cannot be pulled,
  int starts_later = 0;   // or cannot be pulled just then.
  int ignores_term = 0;   // Only SIGKILL ends a container.
  int out_of_memory = 0;  // A container is killed for its memory.
  // Of logs: from a line's writing until it can be read.
  Duration late_lines_max{1};
  // Permissions that lack.
  bool stop_denied = false, logs_denied = false, describe_denied = false, list_denied = false;
};

// An account of ECS and CloudWatch Logs for the run engine's tests: the embedded endpoint's own
// model behind a network that loses, delays and repeats, with containers that only pretend. It has
// the clusters `default` and `other`.
class Cloud final : public ecs::Client {
 public:
  struct Shape {  // Of the task definition: "sidecar", if there is one, stands before "main".
    bool has_sidecar = false;
    bool sidecar_is_essential = false;
    bool says_complete = false;  // As the embedded endpoint does of a stream.
    bool has_prefix = true;      // Otherwise a stream is named by the container's runtime id.
  };
  Cloud(SimLoop& loop, unsigned seed, const Faults& faults, const Shape& shape);
  ~Cloud() override;

  [[nodiscard]] const ecs::TaskDefinition& definition() const { return definition_; }

  void call(const ecs::RunTask& request, ecs::Done<ecs::RunTaskReply> done) override;
  void call(const ecs::StopTask& request, ecs::Done<ecs::StopTaskReply> done) override;
  void call(const ecs::DescribeTasks& request, ecs::Done<ecs::DescribeTasksReply> done) override;
  void call(const ecs::GetLogEvents& request, ecs::Done<ecs::GetLogEventsReply> done) override;
  void call(const ecs::FilterLogEvents& request,
            ecs::Done<ecs::FilterLogEventsReply> done) override;
  void call(const ecs::ListTasks& request, ecs::Done<ecs::ListTasksReply> done) override;
  void withdraw_start(const std::string&) override {}  // Here it has gone out.
  // A run has no need of these.
  void call(const ecs::ListTaskDefinitions&, ecs::Done<ecs::ListTaskDefinitionsReply>) override;
  void call(const ecs::ListClusters&, ecs::Done<ecs::ListClustersReply>) override;
  void call(const ecs::DescribeClusters&, ecs::Done<ecs::DescribeClustersReply>) override;
  void call(const ecs::DescribeServices&, ecs::Done<ecs::DescribeServicesReply>) override;
  void call(const ecs::CreateCluster&, ecs::Done<ecs::CreateClusterReply>) override;
  void call(const ecs::RegisterTaskDefinition&,
            ecs::Done<ecs::RegisterTaskDefinitionReply>) override;
  void call(const ecs::DescribeTaskDefinition&,
            ecs::Done<ecs::DescribeTaskDefinitionReply>) override;
  void call(const ecs::GetCallerIdentity&, ecs::Done<ecs::GetCallerIdentityReply>) override;

  // ---- What is really true
  [[nodiscard]] const ecs::Task* task(const std::string& arn) const;
  [[nodiscard]] std::size_t tasks() const { return model_.tasks(); }
  [[nodiscard]] std::size_t live_tasks() const { return model_.live_tasks(); }
  // Called whenever live_tasks() may have changed.
  void watch_live_tasks(std::function<void()> watch) { watch_ = std::move(watch); }
  // Of all tasks that there ever were.
  [[nodiscard]] std::vector<std::string> arns() const;
  [[nodiscard]] std::vector<std::string> lines_of(const std::string& arn,
                                                  const std::string& container) const;
  [[nodiscard]] bool has_forgotten(const std::string& arn) const;
  // Whether a StopTask with a reason that holds `words` has reached ECS.
  [[nodiscard]] bool was_asked_to_stop(const std::string& arn, const std::string& words) const;
  // When StopTask was first called for it, whether it arrived or not.
  [[nodiscard]] std::optional<Instant> stop_called_at(const std::string& arn) const;
  [[nodiscard]] const std::set<std::string>& tokens() const { return tokens_; }

 private:
  struct Line {
    Instant visible_at;
    WallTime written_at;
    std::string text;
  };
  struct Pretender {  // A container.
    bool has_ended = false;
    bool ignores_term = false;
  };

  [[nodiscard]] bool chance(int percent);
  [[nodiscard]] Duration between(Duration low, Duration high);
  [[nodiscard]] Duration reply_delay();
  [[nodiscard]] int any_exit_code();
  // AWS has clocks of its own, which nobody sets.
  [[nodiscard]] WallTime wall_now() const { return SimLoop::kWallStart + loop_.now(); }
  [[nodiscard]] local::Moment moment() const { return {loop_.now(), wall_now()}; }
  [[nodiscard]] local::CallContext context() const;
  void later(Duration delay, std::function<void()> what);
  template <class Reply, class Body>
  void exchange(const ecs::Done<Reply>& done, Body body);

  ecs::DescribeTasksReply describe(const ecs::DescribeTasks& request);
  [[nodiscard]] bool is_hidden(const std::string& arn);
  [[nodiscard]] bool remembers(const std::string& token) const;
  [[nodiscard]] bool is_expired(const std::string& arn) const;
  ecs::Called<ecs::RunTaskReply> start(ecs::RunTask request);
  ecs::Called<ecs::ListTasksReply> list(const ecs::ListTasks& request);
  ecs::Called<ecs::GetLogEventsReply> log_page(const ecs::GetLogEvents& request);
  ecs::Called<ecs::FilterLogEventsReply> search(const ecs::FilterLogEvents& request);
  void tell(const local::Event& event);
  void carry_out();
  void wake_model();
  void meet_fate(const std::string& task_id);
  void begin(const local::ContainerId& id);
  void write(const local::ContainerId& id, const std::string& text);
  [[nodiscard]] std::string stream_of(const local::ContainerId& id) const;
  void finish(const local::ContainerId& id, Duration in, int code, bool out_of_memory);

  SimLoop& loop_;
  const Faults faults_;
  const Shape shape_;
  std::mt19937 dice_;
  SimRandom ids_;
  local::Model model_;
  ecs::TaskDefinition definition_;
  std::set<std::string> tokens_;
  struct TokenUse {
    Instant first;
    int renewals = 0;
    int count = 0;  // Of the tasks that it may start.
    int surplus = 0;
  };
  std::map<std::string, TokenUse> token_uses_;
  std::map<std::string, Instant> visible_at_;  // By task id, as all below.
  std::map<std::string, Instant> listed_at_;
  std::map<std::string, Instant> forgotten_at_;
  std::map<std::string, std::vector<std::string>> stop_reasons_;
  std::map<std::string, Instant> stop_called_at_;
  std::map<std::string, std::vector<Line>> streams_;
  std::map<std::string, local::ContainerId> writers_;  // By stream.
  std::map<local::ContainerId, Pretender> containers_;
  std::deque<ecs::DescribeTasksReply> last_answers_;
  std::optional<Instant> next_wake_;
  std::function<void()> watch_;
  // Callbacks of the loop that may come after the cloud is gone find it so.
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace runtask::sim
