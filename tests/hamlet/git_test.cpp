#include "hamlet/git.h"

#include <gtest/gtest.h>

namespace runtask::hamlet {
namespace {

std::string user_and_password(const std::optional<GitCredentials>& credentials) {
  if (!credentials) return "none";
  return credentials->user + " " + credentials->password.reveal();
}

sys::Environment asked(const std::string& url) {
  return sys::Environment({{"RUNTASK_GIT_ASKPASS_URL", url},
                           {"RUNTASK_GIT_ASKPASS_USER", "bob"},
                           {"RUNTASK_GIT_ASKPASS_PASSWORD", "p@ss"}});
}

TEST(GitCredentials, a_value_is_user_and_password_or_a_token_alone) {
  EXPECT_EQ(user_and_password(git_credentials("bob:p:a@s/s%20")), "bob p:a@s/s%20");
  EXPECT_EQ(user_and_password(git_credentials("ghp_1")), "x-access-token ghp_1");
  EXPECT_EQ(user_and_password(git_credentials("token:")), "token ");
}

TEST(GitRepository, a_password_in_a_url_leaves_it) {
  const auto repository = repository_of("https://bob:p%40ss%2Fw@Example.org:8443/a/b@c");
  EXPECT_EQ(repository.url, "https://Example.org:8443/a/b@c");
  EXPECT_EQ(user_and_password(repository.credentials), "bob p@ss/w");
  EXPECT_EQ(repository.asking_origin, "https://example.org:8443");
  EXPECT_EQ(user_and_password(repository_of("HTTP://t0ken@h/x").credentials),
            "x-access-token t0ken");
}

TEST(GitRepository, what_has_no_password_stays_as_it_is) {
  for (const std::string url :
       {"git@github.com:org/cmdb.git", "ssh://git@host/x", "/srv/git/x", "file:///a@b", "",
        "https://github.com/org/cmdb", "https://github.com/org/c@db", "://", "https://"}) {
    EXPECT_EQ(repository_of(url).url, url);
    EXPECT_FALSE(repository_of(url).credentials) << url;
  }
}

TEST(GitMask, hides_a_password_in_both_its_forms_and_a_token_that_is_the_user) {
  const auto shown = [](const std::string& credentials, const std::string& text) {
    return masked(text, git_credentials(credentials));
  };
  EXPECT_EQ(shown("bob:p@s", "at p@s and bob:p%40s@h p@"), "at **** and bob:****@h p@");
  EXPECT_EQ(shown("t0k:x-oauth-basic", "https://t0k@h x-oauth-basic"),
            "https://****@h x-oauth-basic");
  EXPECT_EQ(shown("t0k:", "t0k"), "****");
  EXPECT_EQ(masked("p@s", {}), "p@s");
}

TEST(GitAnswer, is_for_the_host_alone_that_was_meant) {
  const auto environment = asked("https://github.com");
  const auto answer = [&](const std::string& question) {
    const auto secret = git_answer(question, environment);
    return secret ? secret->reveal() : "none";
  };
  EXPECT_EQ(answer("Username for 'https://github.com': "), "bob");
  EXPECT_EQ(answer("Password for 'https://bob@github.com': "), "p@ss");
  EXPECT_EQ(answer("Password for 'https://bob%40x@GitHub.com/org/x': "), "p@ss");
  for (const std::string question :
       {"Password for 'https://bob@evil.com': ", "Password for 'http://bob@github.com': ",
        "Password for 'https://github.com.evil.com': ", "Password for 'https://github.com:1': ",
        "Password for 'https://evil.com/https://github.com': ", "Enter passphrase for key '/k': ",
        "Password: ", "", "'", "Are you sure 'https://github.com'? "})
    EXPECT_EQ(answer(question), "none") << question;
}

TEST(GitAnswer, nobody_else_is_taken_for_git) {
  EXPECT_TRUE(is_asked_by_git(asked("https://github.com")));
  EXPECT_FALSE(is_asked_by_git(sys::Environment(std::map<std::string, std::string>{})));
  EXPECT_FALSE(git_answer("Password for '': ", asked("")));
}

}  // namespace
}  // namespace runtask::hamlet
