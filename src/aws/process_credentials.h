#pragma once

#include <map>
#include <string>
#include <vector>

#include "aws/credentials.h"
#include "sys/processes.h"

namespace runtask::aws {

// Keys that a program of the user's prints (credential_process). It runs without a shell, and may
// talk with the user by the terminal; what it says on its standard error the user sees, and nobody
// else: no error and no record holds any of it. A new program by every get(). Keep them in
// CachedCredentials. For the loop's thread.
class ProcessCredentials final : public CredentialsProvider {
 public:
  static constexpr Duration kPatience = std::chrono::minutes(2);  // It may ask somebody.
  static constexpr std::size_t kOutputBytesMax = 64U << 10U;

  // kUsage for a command with an open quote or without words. All but `command` and `environment`
  // must outlive it.
  [[nodiscard]] static Result<std::unique_ptr<ProcessCredentials>> create(
      sys::Loop& loop, sys::Processes& processes, const std::string& command,
      const std::map<std::string, std::string>& environment, const std::string& profile);

  [[nodiscard]] sys::PendingPtr get(Done done) override;

 private:
  class Fetch;
  ProcessCredentials(sys::Loop& loop, sys::Processes& processes, sys::ProcessSpec spec,
                     std::string words)
      : loop_(loop), processes_(processes), spec_(std::move(spec)), words_(std::move(words)) {}

  sys::Loop& loop_;
  sys::Processes& processes_;
  const sys::ProcessSpec spec_;
  const std::string words_;  // For people; the program without its arguments.
};

// The keys in such a program's output, {"Version": 1, "AccessKeyId": ...}. Errors never show it.
[[nodiscard]] Result<Credentials> read_process_output(const std::string& output, WallTime now,
                                                      const std::string& words);

}  // namespace runtask::aws
