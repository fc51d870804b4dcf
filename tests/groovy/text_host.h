#pragma once

#include <string>

#include "groovy/fiber.h"
#include "groovy/parser.h"

namespace runtask::groovy {

// A host that keeps what a script prints and has a clock that stands and luck that repeats.
class TextHost : public Host {
 public:
  void print(Fiber& /*fiber*/, const std::string& text, bool ends_line) override {
    printed += text;
    if (ends_line) printed += '\n';
  }
  std::optional<WallTime> now() override {
    return WallTime(std::chrono::milliseconds(1'700'000'000'000));  // 2023-11-14T22:13:20Z
  }
  std::optional<std::uint64_t> random() override {
    return luck_ = luck_ * 6364136223846793005U + 1442695040888963407U;
  }
  std::string printed;

 private:
  std::uint64_t luck_ = 1;
};

// What a program prints, then "error: " and the first error, if any.
inline std::string output_of(const std::string& source, Limits limits = {}) {
  const auto parsed = parse(source, "test");
  for (const auto* diagnostics : {&parsed.errors, &parsed.unsupported})
    if (!diagnostics->empty()) {
      const auto& first = diagnostics->front();
      return "error: line " + std::to_string(position_of(source, first.range.begin).line) + ": " +
             first.message;
    }
  TextHost host;
  Interpreter interpreter(host, limits);
  const auto result = interpreter.run(parsed.unit);
  if (result) return host.printed;
  std::string line;
  for (const auto& context : result.error().context)
    if (context.starts_with("at test:"))
      line = "line " + context.substr(8, context.find(':', 8) - 8) + ": ";
  return host.printed + "error: " + line + result.error().message;
}

}  // namespace runtask::groovy
