#include "groovy/baton.h"

#include <pthread.h>

#include "groovy/limits.h"

namespace runtask::groovy {

struct Baton::Branch {
  Baton* baton = nullptr;
  std::size_t id = 0;
  std::function<void()> body;
  pthread_t thread{};
  std::condition_variable changed;  // Of whose turn it is.
  bool has_ended = false;  // Written by the branch, read by the holder of the baton after it.
  bool is_joined = false;
};

Baton::Baton() = default;

Baton::~Baton() {
  for (std::size_t id = 0; id < branches_.size(); ++id) {  // One at a time, as ever.
    {
      const std::lock_guard lock(mutex_);
      stopping_ = id;
      branches_[id]->changed.notify_one();
    }
    if (!branches_[id]->is_joined) pthread_join(branches_[id]->thread, nullptr);
  }
}

// A thread of its own making rather than std::thread, which cannot say how large the stack is:
// the evaluator's limit on recursion counts on it.
Result<> Baton::spawn(std::function<void()> body) {
  if (branches_.size() >= kBranchesMax)
    return fail(Code::kFull, "there are more than " + std::to_string(kBranchesMax) + " branches");
  auto branch = std::make_unique<Branch>();
  branch->baton = this;
  branch->id = branches_.size();
  branch->body = std::move(body);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kThreadStackBytes);
  const int failure = pthread_create(&branch->thread, &attributes, main_of, branch.get());
  pthread_attr_destroy(&attributes);
  if (failure != 0)
    return fail(Code::kFull, "the system gives no more threads", "run fewer branches at once");
  ready_.push_back(branch->id);
  branches_.push_back(std::move(branch));
  ++running_;
  return {};
}

void* Baton::main_of(void* argument) {
  auto& branch = *static_cast<Branch*>(argument);
  Baton& baton = *branch.baton;
  try {
    baton.wait_turn(branch.id, branch.changed);
    branch.body();
  } catch (const Stopped&) {  // The baton is being destroyed.
    branch.body = nullptr;
    return nullptr;
  }
  branch.body = nullptr;
  branch.has_ended = true;
  --baton.running_;
  baton.pass(kLoop);
  return nullptr;
}

void Baton::run_ready() {
  while (!ready_.empty()) {
    const std::size_t id = ready_.front();
    ready_.pop_front();
    if (branches_[id]->has_ended) continue;
    pass(id);
    wait_turn(kLoop, loop_changed_);
    Branch& branch = *branches_[id];
    if (!branch.has_ended) continue;
    pthread_join(branch.thread, nullptr);
    branch.is_joined = true;
  }
}

void Baton::wait(const std::function<void(Wake)>& start) {
  const std::size_t me = turn_;
  const auto is_woken = std::make_shared<bool>(false);
  start([this, me, is_woken] {
    if (!std::exchange(*is_woken, true)) ready_.push_back(me);
  });
  auto& changed = branches_[me]->changed;  // Others may add branches once the turn is passed on.
  pass(kLoop);
  wait_turn(me, changed);
}

void Baton::yield() {
  wait([](const Wake& wake) { wake(); });
}

void Baton::pass(std::size_t to) {
  const std::lock_guard lock(mutex_);
  turn_ = to;
  (to == kLoop ? loop_changed_ : branches_[to]->changed).notify_one();
}

void Baton::wait_turn(std::size_t me, std::condition_variable& changed) {
  std::unique_lock lock(mutex_);
  changed.wait(lock, [&] { return turn_ == me || stopping_ == me; });
  if (stopping_ == me) throw Stopped();
}

}  // namespace runtask::groovy
