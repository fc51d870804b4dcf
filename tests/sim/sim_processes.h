#pragma once

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sys/loop.h"
#include "sys/processes.h"

namespace runtask::sim {

// What a simulated process does, one step after the other; after the last one it exits with 0.
struct Say {
  std::string text;
};
struct Wait {
  Duration duration;
};
struct Hold {};  // Until a signal ends it.
struct IgnoreTerm {};
struct Exit {
  int code;
};
struct RunOutOfMemory {};
using Step = std::variant<Say, Wait, Hold, IgnoreTerm, Exit, RunOutOfMemory>;
using Steps = std::vector<Step>;

// Child processes that only pretend, in the loop's time. They keep the order of the real ones:
// nothing is called from inside a call, the end comes after the last output, an output that is
// paused holds up the end, and a Process that is destroyed is never heard of again.
class SimProcesses final : public sys::Processes {
 public:
  // What a process will do, or why it cannot be started.
  using Script = std::function<Result<Steps>(const sys::ProcessSpec&)>;

  explicit SimProcesses(sys::Loop& loop) : loop_(loop) {}

  void script(Script script) { script_ = std::move(script); }
  // All that were started, in order.
  [[nodiscard]] const std::vector<sys::ProcessSpec>& started() const { return started_; }
  // Those that have not ended.
  [[nodiscard]] std::size_t alive() const { return *alive_; }

  [[nodiscard]] Result<std::unique_ptr<sys::Process>> spawn(const sys::ProcessSpec& spec,
                                                            Handlers handlers) override {
    if (spec.argv.empty()) return fail(Code::kUsage, "there is no program to run");
    auto steps = TRY(script_ ? script_(spec) : Result<Steps>(Steps{}));
    started_.push_back(spec);
    const int pid = kPidFirst + static_cast<int>(started_.size());
    return std::unique_ptr<sys::Process>(
        std::make_unique<Child>(loop_, pid, std::move(steps), std::move(handlers), alive_));
  }

 private:
  static constexpr int kPidFirst = 1000;
  static constexpr std::size_t kOutputBytesMax = 64U << 10U;  // See Handlers::on_output.

  class Child final : public sys::Process {
   public:
    Child(sys::Loop& loop, int pid, Steps steps, Handlers handlers,
          std::shared_ptr<std::size_t> alive)
        : loop_(loop),
          pid_(pid),
          steps_(std::move(steps)),
          handlers_(std::make_shared<Handlers>(std::move(handlers))),
          alive_(std::move(alive)) {
      ++*alive_;
      go_on(Duration(0));
    }
    ~Child() override { die({}); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] int pid() const override { return pid_; }
    void signal(int number) override {
      if (exit_ || number <= 0 || (number == SIGTERM && ignores_term_)) return;
      kill(number, false);
    }
    void kill_tree() override {
      if (!exit_) kill(SIGKILL, false);
    }
    void pause_output(bool paused) override {
      is_paused_ = paused;
      if (!paused) speak_soon();
    }

   private:
    void go_on(Duration in) {
      next_ = loop_.after(in, [this] { step(); });
    }
    void step() {
      if (at_ == steps_.size()) return end({0, {}, false});
      const auto& now = steps_[at_++];
      if (const auto* wait = std::get_if<Wait>(&now)) return go_on(wait->duration);
      if (std::holds_alternative<Hold>(now)) return next_.reset();
      if (const auto* exit = std::get_if<Exit>(&now)) return end({exit->code, {}, false});
      if (std::holds_alternative<RunOutOfMemory>(now)) return kill(SIGKILL, true);
      if (const auto* say = std::get_if<Say>(&now)) {
        unread_ += say->text;
        speak_soon();
      } else {
        ignores_term_ = true;
      }
      go_on(Duration(0));
    }
    void kill(int number, bool out_of_memory) { end({{}, number, out_of_memory}); }
    void end(sys::ProcessExit exit) {
      die(exit);
      speak_soon();
    }
    void die(const sys::ProcessExit& exit) {
      if (exit_) return;
      exit_ = exit;
      next_.reset();
      --*alive_;
    }

    void speak_soon() {
      if (!speech_) speech_ = loop_.after(Duration(0), [this] { speak(); });
    }
    // One piece of output, or the end.
    void speak() {
      speech_.reset();
      if (is_paused_ && !unread_.empty()) return;
      const auto handlers = handlers_;  // A handler may destroy this process.
      if (unread_.empty()) {
        if (!exit_ || !handlers->on_exit) return;
        const auto on_exit = std::exchange(handlers->on_exit, nullptr);
        return on_exit(*exit_);
      }
      const auto piece = unread_.substr(0, kOutputBytesMax);
      unread_.erase(0, piece.size());
      if (exit_ || !unread_.empty()) speak_soon();
      if (handlers->on_output) handlers->on_output(piece);
    }

    sys::Loop& loop_;
    const int pid_;
    const Steps steps_;
    std::size_t at_ = 0;
    std::shared_ptr<Handlers> handlers_;
    std::shared_ptr<std::size_t> alive_;
    std::string unread_;
    bool is_paused_ = false;
    bool ignores_term_ = false;
    std::optional<sys::ProcessExit> exit_;
    sys::PendingPtr next_;
    sys::PendingPtr speech_;
  };

  sys::Loop& loop_;
  Script script_;
  std::vector<sys::ProcessSpec> started_;
  std::shared_ptr<std::size_t> alive_ = std::make_shared<std::size_t>(0);
};

}  // namespace runtask::sim
