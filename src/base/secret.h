#pragma once

#include <string>
#include <utility>

namespace runtask {

// A value that must not be shown: it has no stream operator and no implicit conversion, so that it
// cannot end in a log by accident. Whoever really needs it says reveal(). Pure; any thread.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  [[nodiscard]] const std::string& reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }
  [[nodiscard]] static const char* masked() { return "****"; }

  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string value_;
};

}  // namespace runtask
