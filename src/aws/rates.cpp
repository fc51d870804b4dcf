#include "aws/rates.h"

#include <algorithm>
#include <array>

namespace runtask::aws {
namespace {

// ECS API: "Request throttling", per account and region. Logs API: the quotas of reading, which
// know no burst.
constexpr std::array<Quota, 7> kQuotas{
    {{100, 40}, {100, 20}, {20, 1}, {50, 20}, {100, 20}, {10, 10}, {5, 5}}};
constexpr Quota kFargateCalls{20, 20};
constexpr Quota kFargateTasks{100, 20};

struct Member {
  std::string_view operation;
  std::size_t family;
};
constexpr std::array<Member, 10> kMembers{{{"RunTask", 0},
                                           {"StopTask", 0},
                                           {"DescribeTasks", 1},
                                           {"ListTasks", 1},
                                           {"RegisterTaskDefinition", 2},
                                           {"DescribeTaskDefinition", 3},
                                           {"ListTaskDefinitions", 3},
                                           {"DescribeServices", 4},
                                           {"GetLogEvents", 5},
                                           {"FilterLogEvents", 6}}};

// What has no family is called rarely, and never waits.
const Member* member_of(std::string_view operation) {
  const auto* const found = std::find_if(kMembers.begin(), kMembers.end(), [&](const Member& it) {
    return it.operation == operation;
  });
  return found == kMembers.end() ? nullptr : found;
}

bool is_start(const Rates::Call& call) {
  return call.operation == ecs::RunTask::kName;
}

int rank_of(std::string_view operation) {
  if (operation == ecs::StopTask::kName) return 0;
  return operation == ecs::RunTask::kName ? 1 : 2;
}

}  // namespace

class Rates::Ticket final : public sys::Pending {
 public:
  Ticket(std::weak_ptr<Queue> queue, Place place) : queue_(std::move(queue)), place_(place) {}
  ~Ticket() override {
    const auto queue = queue_.lock();
    if (!queue) return;
    // Taken out before it is destroyed: what the handler holds may take out others.
    const auto node = queue->extract(place_);
  }

 private:
  std::weak_ptr<Queue> queue_;
  Place place_;
};

Rates::Rates(sys::Loop& loop, Quotas quotas)
    : loop_(loop),
      starts_(quotas == Quotas::kNone ? std::nullopt : std::optional(kQuotas.front())),
      fargate_calls_(quotas == Quotas::kNone ? std::nullopt : std::optional(kFargateCalls)),
      fargate_tasks_(quotas == Quotas::kNone ? std::nullopt : std::optional(kFargateTasks)) {
  for (const auto& quota : kQuotas)
    families_.push_back({RateBucket(quotas == Quotas::kNone ? std::nullopt : std::optional(quota)),
                         std::make_shared<Queue>(), nullptr});
}

Rates::Call Rates::call_of(const ecs::RunTask& request) {
  const auto& providers = request.capacity_provider_strategy;
  const bool is_fargate = request.launch_type == "FARGATE" ||
                          std::any_of(providers.begin(), providers.end(), [](const auto& provider) {
                            return provider.capacity_provider.starts_with("FARGATE");
                          });
  return {ecs::RunTask::kName, is_fargate ? std::max(1, request.count.value_or(1)) : 0.0};
}

Duration Rates::until(Family& family, const Call& call) {
  const auto now = loop_.now();
  auto own = family.bucket.wait(now, 1);
  if (is_start(call)) own = std::max(own, starts_.wait(now, 1));
  if (call.fargate_tasks == 0) return own;
  return std::max({own, fargate_calls_.wait(now, 1), fargate_tasks_.wait(now, call.fargate_tasks)});
}

void Rates::take(Family& family, const Call& call) {
  const auto now = loop_.now();
  family.bucket.take(now, 1);
  if (is_start(call)) starts_.take(now, 1);
  if (call.fargate_tasks == 0) return;
  fargate_calls_.take(now, 1);
  fargate_tasks_.take(now, call.fargate_tasks);
}

bool Rates::admit(const Call& call) {
  const auto* const member = member_of(call.operation);
  if (member == nullptr) return true;
  auto& family = families_[member->family];
  const auto& queue = *family.queue;
  const bool is_next = queue.empty() || rank_of(call.operation) < queue.begin()->first.first;
  if (!is_next || until(family, call) > Duration(0)) return false;
  take(family, call);
  return true;
}

sys::PendingPtr Rates::wait(const Call& call, sys::Handler go) {
  const auto* const member = member_of(call.operation);
  if (member == nullptr) return loop_.after(Duration(0), std::move(go));
  auto& family = families_[member->family];
  const Place place{rank_of(call.operation), next_++};
  family.queue->emplace(place, Waiting{call, std::move(go)});
  arm(family);
  return std::make_unique<Ticket>(family.queue, place);
}

void Rates::arm(Family& family) {
  family.timer.reset();
  if (family.queue->empty()) return;
  family.timer = loop_.after(until(family, family.queue->begin()->second.call),
                             [this, &family] { let_one_go(family); });
}

// One at a time: it may take others out of the queue, or destroy all of this.
void Rates::let_one_go(Family& family) {
  if (family.queue->empty()) return;
  const auto first = family.queue->begin();
  if (until(family, first->second.call) > Duration(0)) return arm(family);
  take(family, first->second.call);
  const auto go = std::move(first->second.go);
  family.queue->erase(first);
  arm(family);
  go();
}

void Rates::throttled(const Call& call) {
  const auto* const member = member_of(call.operation);
  if (member == nullptr) return;
  auto& family = families_[member->family];
  (is_start(call) ? starts_ : family.bucket).throttled(loop_.now());
  arm(family);
}

}  // namespace runtask::aws
