#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "sys/environment.h"
#include "sys/loop.h"
#include "sys/processes.h"

// git's own command, so that everything a user has set up (credential helpers, SSH, proxies,
// insteadOf) works as it does by hand. No shell. A secret is in no word of a command and in no
// file: git asks for it through its askpass program, which is runtask itself, and only a command
// that talks to the remote side has it, in its environment. For the loop's thread.

namespace runtask::hamlet {

struct GitCredentials {
  std::string user;
  Secret password;
};

// Where a repository is, and what its server is told when it asks.
struct Repository {
  std::string url;  // As git gets it; never with a password.
  std::optional<GitCredentials> credentials;
  // Who may ask for them, "https://host:port": where the URL leads after insteadOf of the user's
  // configuration. A redirect does not lead there.
  std::string asking_origin;
};

// "https://host:port" of a URL, in lower case; empty for what is no URL.
[[nodiscard]] std::string origin_of(std::string_view url);

// "user:password", or a token alone: the forms of hamlet's credentials variables. Servers take a
// token as the password of a user whose name does not matter to them.
[[nodiscard]] GitCredentials git_credentials(std::string_view text);

// Takes user and password out of an http(s) URL and into the credentials; percent-encoded ones are
// decoded. Other URLs and paths stay as they are: what stands before an `@` of SSH is no secret.
[[nodiscard]] Repository repository_of(const std::string& url);

// Other readings of what a secret may have been meant to be, because the bash scripts pasted it
// into a URL as it was: percent-decoded. None when that changes nothing.
[[nodiscard]] std::optional<GitCredentials> decoded(const GitCredentials& credentials);

struct GitResult {
  int code = 0;
  std::string
      output;  // Both streams, in order, masked; at most kGitOutputMax bytes, the last ones.
};
constexpr std::size_t kGitOutputMax = 16U << 20U;

class Git {
 public:
  struct Outside {
    sys::Loop& loop;
    sys::Processes& processes;
    const sys::Environment& environment;
  };
  struct Options {
    std::string askpass;             // The program of git_answer(): absolute.
    std::string ceiling;             // git looks for no repository in this directory or above it.
    std::set<std::string> withheld;  // Variables that hold secrets: git gets none of them.
    // Where progress goes as it comes, masked; none: git is told to be quiet.
    std::function<void(std::string_view)> progress;
  };
  Git(const Outside& outside, Options options) : outside_(outside), options_(std::move(options)) {}

  // `git <words>`, in that directory, without a remote side. Runs the loop until git has ended.
  // kNotFound when there is no git, kTimeout after kGitLocalMax, kCancelled after cancel().
  [[nodiscard]] Result<GitResult> run(const std::string& directory, std::vector<std::string> words);
  // The same with the remote side; `patience` bounds it.
  [[nodiscard]] Result<GitResult> run_remote(const std::string& directory,
                                             const Repository& repository,
                                             std::vector<std::string> words, Duration patience);
  // Waits without git; false when cancel() came meanwhile, or before.
  [[nodiscard]] bool pause(Duration duration);
  // Ends the git that runs now, and with it all later calls. Called on the loop.
  void cancel();
  [[nodiscard]] bool is_cancelled() const { return is_cancelled_; }
  [[nodiscard]] bool shows_progress() const { return options_.progress != nullptr; }

 private:
  using Variables = std::map<std::string, std::string>;
  [[nodiscard]] Variables variables() const;
  [[nodiscard]] Result<GitResult> wait_for(const sys::ProcessSpec& spec,
                                           const Repository* repository, Duration patience);

  Outside outside_;
  Options options_;
  bool is_cancelled_ = false;
  bool is_waiting_ = false;
};
constexpr Duration kGitLocalMax = std::chrono::minutes(10);
constexpr Duration kGitLookMax = std::chrono::minutes(2);
constexpr Duration kGitTransferMax = std::chrono::hours(1);

// The text with every form in which the password may stand in it replaced.
[[nodiscard]] std::string masked(std::string text,
                                 const std::optional<GitCredentials>& credentials);

// runtask as git's askpass program: what it answers to git's question ("Username for
// 'https://host': "), by the variables that Git has set; none when the question is about another
// host, so that no redirect gets the secret elsewhere.
[[nodiscard]] std::optional<Secret> git_answer(std::string_view question,
                                               const sys::Environment& environment);
// Whether this process was started as that program.
[[nodiscard]] bool is_asked_by_git(const sys::Environment& environment);

}  // namespace runtask::hamlet
