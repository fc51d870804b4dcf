#pragma once

#include <functional>
#include <string>

#include "sys/loop.h"

// Tells somebody who waits that a service does not answer: one line when it has been silent for a
// while, however many calls and attempts that were, and one when it answers again. A refusal is an
// answer; an error of the server (5xx) is none. For the loop's thread.

namespace runtask::aws {

class Silence {
 public:
  using Say = std::function<void(const std::string& text)>;
  // So long nothing is said: most answers come within a second, and a pause before another attempt
  // has at most 4 s.
  static constexpr Duration kSayAfter = std::chrono::seconds(4);

  // `who` as in "ECS at https://...". The loop must outlive it. Without `say` it is idle.
  Silence(sys::Loop& loop, std::string who, Say say);

  void sent();
  // What became of one that was sent, once for each.
  void answered();
  void unanswered(const std::string& why);
  void called_off();

 private:
  void wait();
  void say_waiting();

  sys::Loop& loop_;
  const std::string who_;
  const Say say_;
  std::size_t under_way_ = 0;
  std::string why_;  // The last one had no answer; until one has.
  bool is_said_ = false;
  sys::PendingPtr timer_;
};

}  // namespace runtask::aws
