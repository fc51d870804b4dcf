#include "hamlet/git.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace runtask::hamlet {
namespace {

// Private between Git and git_answer().
constexpr const char* kAskUrl = "RUNTASK_GIT_ASKPASS_URL";
constexpr const char* kAskUser = "RUNTASK_GIT_ASKPASS_USER";
constexpr const char* kAskPassword = "RUNTASK_GIT_ASKPASS_PASSWORD";

// What GitHub calls the user of a token. GitLab, Gitea and Azure take any name.
constexpr const char* kTokenUser = "x-access-token";
constexpr const char* kNoPassword = "x-oauth-basic";

// Variables that tie git to one repository: set when runtask itself is started by a hook.
constexpr std::array kRepositoryVariables = {
    "GIT_DIR",          "GIT_WORK_TREE",    "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",   "GIT_NAMESPACE",    "GIT_PREFIX",     "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE",   "GIT_CONFIG",     "GIT_QUARANTINE_PATH",
    "GIT_TRACE_REDACT", "GIT_REFLOG_ACTION"};

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

int hex_value(char c) {
  if (c <= '9') return c - '0';
  return (c | 0x20) - 'a' + 10;
}

std::string percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2])) {
      plain += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kDigits[byte >> 4U];
    encoded += kDigits[byte & 15U];
  }
  return encoded;
}

void replace_all(std::string& text, const std::string& what, std::string_view by) {
  if (what.empty()) return;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
}

// Collects git's output and hands on what can be shown: whole pieces up to a line's end or a
// carriage return, so that no secret is cut in two before it is masked.
class Output {
 public:
  Output(const Repository* repository, const std::function<void(std::string_view)>& progress)
      : repository_(repository), progress_(progress) {}

  void take(std::string_view bytes) {
    all_ += bytes;
    if (all_.size() > 2 * kGitOutputMax) all_.erase(0, all_.size() - kGitOutputMax);
    if (!progress_) return;
    waiting_ += bytes;
    const auto end = waiting_.find_last_of("\r\n");
    if (end == std::string::npos) return;
    progress_(shown(waiting_.substr(0, end + 1)));
    waiting_.erase(0, end + 1);
  }
  [[nodiscard]] std::string finish() {
    if (progress_ && !waiting_.empty()) progress_(shown(waiting_) + "\n");
    return shown(all_.size() > kGitOutputMax ? all_.substr(all_.size() - kGitOutputMax) : all_);
  }

 private:
  [[nodiscard]] std::string shown(const std::string& text) const {
    return repository_ == nullptr ? text : masked(text, repository_->credentials);
  }

  const Repository* repository_;
  const std::function<void(std::string_view)>& progress_;
  std::string all_;
  std::string waiting_;
};

}  // namespace

std::string origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  auto host = url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const auto at = host.rfind('@'); at != std::string_view::npos) host = host.substr(at + 1);
  return lower_case(url.substr(0, scheme)) + "://" + lower_case(host);
}

GitCredentials git_credentials(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return {kTokenUser, Secret(std::string(text))};
  return {std::string(text.substr(0, colon)), Secret(std::string(text.substr(colon + 1)))};
}

Repository repository_of(const std::string& url) {
  Repository repository{url, {}, origin_of(url)};
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return repository;
  const auto name = lower_case(std::string_view(url).substr(0, scheme));
  if (name != "https" && name != "http") return repository;
  const auto begin = scheme + 3;
  const auto at = url.substr(begin, url.find_first_of("/?#", begin) - begin).rfind('@');
  if (at == std::string::npos) return repository;
  const auto user_information = url.substr(begin, at);
  repository.url = url.substr(0, begin) + url.substr(begin + at + 1);
  if (user_information.empty()) return repository;
  repository.credentials = git_credentials(user_information);
  if (auto plain = decoded(*repository.credentials)) repository.credentials = std::move(plain);
  return repository;
}

std::optional<GitCredentials> decoded(const GitCredentials& credentials) {
  GitCredentials plain{percent_decoded(credentials.user),
                       Secret(percent_decoded(credentials.password.reveal()))};
  if (plain.user == credentials.user && plain.password == credentials.password) return {};
  return plain;
}

std::string masked(std::string text, const std::optional<GitCredentials>& credentials) {
  if (!credentials) return text;
  const auto hide = [&](const std::string& secret) {
    replace_all(text, secret, Secret::masked());
    replace_all(text, percent_encoded(secret), Secret::masked());
  };
  const auto& password = credentials->password.reveal();
  // GitHub's old way: the token is the user.
  if (password.empty() || password == kNoPassword) {
    hide(credentials->user);
  } else {
    hide(password);
  }
  return text;
}

Git::Variables Git::variables() const {
  auto all = outside_.environment.all();
  for (const auto* name : kRepositoryVariables)
    all.erase(name);
  for (const auto* name : {kAskUrl, kAskUser, kAskPassword})
    all.erase(name);
  for (const auto& name : options_.withheld)
    all.erase(name);
  // Messages that are understood below are English ones.
  all["LC_ALL"] = "C.UTF-8";
  all["LANGUAGE"] = "";
  all["GIT_CEILING_DIRECTORIES"] = options_.ceiling;
  // git has no terminal here: it would wait for an answer that nobody can give.
  all["GIT_TERMINAL_PROMPT"] = "0";
  return all;
}

Result<GitResult> Git::run(const std::string& directory, std::vector<std::string> words) {
  sys::ProcessSpec spec;
  spec.argv = {"git", "-c", "advice.detachedHead=false"};
  spec.argv.insert(spec.argv.end(), words.begin(), words.end());
  for (auto& [name, value] : variables())
    spec.environment.emplace_back(name, value);
  spec.working_directory = directory;
  spec.keep_tree = true;
  return wait_for(spec, nullptr, kGitLocalMax);
}

Result<GitResult> Git::run_remote(const std::string& directory, const Repository& repository,
                                  std::vector<std::string> words, Duration patience) {
  sys::ProcessSpec spec;
  // No maintenance in the background, and no hook that would find the secret in its environment.
  spec.argv = {
      "git", "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "core.hooksPath=/dev/null"};
  auto all = variables();
  if (repository.credentials) {
    // Without the user's helpers: they would be asked first, and told to keep the secret after.
    spec.argv.insert(spec.argv.end(), {"-c", "credential.helper="});
    all["GIT_ASKPASS"] = options_.askpass;
    all[kAskUrl] = repository.asking_origin;
    all[kAskUser] = repository.credentials->user;
    all[kAskPassword] = repository.credentials->password.reveal();
  }
  spec.argv.insert(spec.argv.end(), words.begin(), words.end());
  for (auto& [name, value] : all)
    spec.environment.emplace_back(name, value);
  spec.working_directory = directory;
  spec.keep_tree = true;
  return wait_for(spec, &repository, patience);
}

Result<GitResult> Git::wait_for(const sys::ProcessSpec& spec, const Repository* repository,
                                Duration patience) {
  if (is_cancelled_) return fail(Code::kCancelled, "git was interrupted");
  const auto& words = spec.argv;
  const auto what = "git " + *std::find_if(words.begin() + 1, words.end(), [](const auto& word) {
                      return !word.starts_with('-') && word.find('=') == std::string::npos;
                    });
  static const std::function<void(std::string_view)> nowhere;
  const bool is_told = std::find(words.begin(), words.end(), "--progress") != words.end();
  Output output(repository, is_told ? options_.progress : nowhere);
  std::optional<sys::ProcessExit> exit;
  bool is_late = false;
  auto started =
      outside_.processes.spawn(spec, {[&](std::string_view bytes) { output.take(bytes); },
                                      [&](sys::ProcessExit ended) {
                                        exit = ended;
                                        outside_.loop.stop();
                                      }});
  if (!started) {
    auto error = std::move(started).error();
    if (error.code == Code::kNotFound) error.hint = "install it: apt-get install git";
    return fail(std::move(error));
  }
  const auto deadline = outside_.loop.after(patience, [&] {
    is_late = true;
    outside_.loop.stop();
  });
  is_waiting_ = true;
  while (!exit && !is_late && !is_cancelled_)
    outside_.loop.run();
  is_waiting_ = false;
  started->reset();
  if (is_cancelled_) return fail(Code::kCancelled, "`" + what + "` was interrupted");
  if (!exit)
    return fail(Code::kTimeout, "`" + what + "` has not ended within " + short_duration(patience));
  return GitResult{exit->shell_code(), output.finish()};
}

bool Git::pause(Duration duration) {
  bool is_over = false;
  const auto end = outside_.loop.after(duration, [&] {
    is_over = true;
    outside_.loop.stop();
  });
  is_waiting_ = true;
  while (!is_over && !is_cancelled_)
    outside_.loop.run();
  is_waiting_ = false;
  return !is_cancelled_;
}

void Git::cancel() {
  is_cancelled_ = true;
  if (is_waiting_) outside_.loop.stop();
}

bool is_asked_by_git(const sys::Environment& environment) {
  return environment.get(kAskUrl).has_value();
}

std::optional<Secret> git_answer(std::string_view question, const sys::Environment& environment) {
  const auto wanted = environment.get(kAskUrl).value_or("");
  const auto quote = question.find('\'');
  if (quote == std::string_view::npos || wanted.empty()) return {};
  auto asked = question.substr(quote + 1);
  asked = asked.substr(0, asked.rfind('\''));
  if (origin_of(asked) != wanted) return {};
  if (question.starts_with("Username")) return Secret(environment.get(kAskUser).value_or(""));
  if (question.starts_with("Password")) return Secret(environment.get(kAskPassword).value_or(""));
  return {};
}

}  // namespace runtask::hamlet
