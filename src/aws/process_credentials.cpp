#include "aws/process_credentials.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/json.h"
#include "base/json_text.h"
#include "base/text.h"

namespace runtask::aws {
Result<Credentials> read_process_output(const std::string& output, WallTime now,
                                        const std::string& words) {
  const auto answer = json::parse(output, "output");
  if (!answer || !answer->is_object())
    return fail(Code::kInvalid, words + " printed something that is not one JSON object");
  const auto version = answer->find("Version");
  if (version == answer->end() || !version->is_number_integer() || *version != 1)
    return fail(Code::kInvalid, words + " printed credentials whose Version is not 1");
  Credentials found;
  found.source = words;
  found.keys.access_key_id = json::text_of(*answer, "AccessKeyId");
  found.keys.secret_access_key = Secret(json::text_of(*answer, "SecretAccessKey"));
  found.keys.session_token = Secret(json::text_of(*answer, "SessionToken"));
  for (const auto& [name, is_missing] :
       {std::pair("AccessKeyId", found.keys.access_key_id.empty()),
        std::pair("SecretAccessKey", found.keys.secret_access_key.empty())})
    if (is_missing) return fail(Code::kInvalid, words + " printed credentials without " + name);
  const auto expiration = json::text_of(*answer, "Expiration");
  if (expiration.empty()) return found;
  const auto expiry = parse_iso_time(expiration);
  if (!expiry)
    return fail(Code::kInvalid, words + " printed credentials whose Expiration is not a time");
  if (*expiry <= now)
    return fail(Code::kDenied, words + " printed credentials that expired at " + iso_time(*expiry));
  found.expiry = *expiry;
  return found;
}

class ProcessCredentials::Fetch final : public sys::Pending {
 public:
  Fetch(ProcessCredentials& provider, Done done) : provider_(provider), done_(std::move(done)) {}

  void start() {
    auto process = provider_.processes_.spawn(
        provider_.spec_, {[this](std::string_view bytes) { hear(bytes); },
                          [this](const sys::ProcessExit& exit) { take(exit); }});
    if (!process)
      return end_soon({process.error().code,
                       provider_.words_ + " cannot be started: " + process.error().message,
                       {},
                       process.error().hint});
    process_ = *std::move(process);
    timer_ = provider_.loop_.after(kPatience, [this] {
      end(fail(Code::kTimeout,
               provider_.words_ + " did not end within " + short_duration(kPatience)));
    });
  }

 private:
  void hear(std::string_view bytes) {
    if (output_.size() + bytes.size() <= kOutputBytesMax) {
      output_.append(bytes);
      return;
    }
    end(fail(Code::kFull, provider_.words_ + " printed more than " +
                              std::to_string(kOutputBytesMax) + " bytes"));
  }

  void take(const sys::ProcessExit& exit) {
    if (exit.code == 0)
      return end(read_process_output(output_, provider_.loop_.wall_now(), provider_.words_));
    end(fail(Code::kDenied,
             provider_.words_ + " ended with code " + std::to_string(exit.shell_code()),
             "what it said is above; run it by hand to see more"));
  }

  void end_soon(Error error) {
    timer_ = provider_.loop_.after(Duration(0),
                                   [this, error = std::move(error)] { end(fail(Error(error))); });
  }

  void end(Result<Credentials> result) {
    timer_.reset();
    const auto process = std::move(process_);  // Of which nothing more is to be heard.
    const auto done = std::move(done_);        // It may destroy this.
    done(std::move(result));
  }

  ProcessCredentials& provider_;
  Done done_;
  std::string output_;
  std::unique_ptr<sys::Process> process_;
  sys::PendingPtr timer_;
};

Result<std::unique_ptr<ProcessCredentials>> ProcessCredentials::create(
    sys::Loop& loop, sys::Processes& processes, const std::string& command,
    const std::map<std::string, std::string>& environment, const std::string& profile) {
  const auto during = "while reading credential_process of the profile `" + profile + "`";
  sys::ProcessSpec spec;
  spec.argv = TRY_DURING(split_words(command), during);
  if (spec.argv.empty())
    return fail(Code::kUsage, "credential_process of the profile `" + profile + "` is empty");
  for (const auto& [name, value] : environment)
    spec.environment.emplace_back(name, value);
  spec.is_attended = true;
  auto program = "the program `" + valid_utf8(spec.argv.front()) + "`";
  return std::unique_ptr<ProcessCredentials>(new ProcessCredentials(
      loop, processes, std::move(spec), std::move(program) + " of the profile `" + profile + "`"));
}

sys::PendingPtr ProcessCredentials::get(Done done) {
  auto fetch = std::make_unique<Fetch>(*this, std::move(done));
  fetch->start();
  return fetch;
}

}  // namespace runtask::aws
