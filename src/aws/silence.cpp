#include "aws/silence.h"

#include <utility>

namespace runtask::aws {

Silence::Silence(sys::Loop& loop, std::string who, Say say)
    : loop_(loop), who_(std::move(who)), say_(std::move(say)) {}

void Silence::sent() {
  ++under_way_;
  wait();
}

void Silence::answered() {
  --under_way_;
  why_.clear();
  timer_.reset();
  if (std::exchange(is_said_, false)) say_(who_ + " answers again");
  if (under_way_ > 0) wait();
}

void Silence::unanswered(const std::string& why) {
  --under_way_;
  why_ = why;
}

void Silence::called_off() {
  --under_way_;
  if (under_way_ == 0 && why_.empty()) timer_.reset();
}

void Silence::wait() {
  if (!say_ || timer_ || is_said_) return;
  timer_ = loop_.after(kSayAfter, [this] { say_waiting(); });
}

void Silence::say_waiting() {
  timer_.reset();
  is_said_ = true;
  say_("waiting for " + who_ + ": " + (why_.empty() ? "no answer yet" : why_));
}

}  // namespace runtask::aws
