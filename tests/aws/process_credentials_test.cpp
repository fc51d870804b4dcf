#include "aws/process_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/sim_loop.h"
#include "sim/sim_processes.h"

namespace runtask::aws {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

class ProcessCredentialsTest : public testing::Test {
 protected:
  Result<Credentials> get(const std::string& command, sim::Steps steps) {
    processes.script([steps = std::move(steps)](const sys::ProcessSpec&) -> Result<sim::Steps> {
      return steps;
    });
    return ask(command);
  }
  Result<Credentials> ask(const std::string& command) {
    auto provider =
        TRY(ProcessCredentials::create(loop, processes, command, {{"PATH", "/bin"}}, "p"));
    std::optional<Result<Credentials>> got;
    int answers = 0;
    const auto pending = provider->get([&](Result<Credentials> result) {
      got = std::move(result);
      ++answers;
    });
    EXPECT_FALSE(got) << "answered from inside";
    loop.run();
    EXPECT_EQ(answers, 1);
    return *got;
  }
  std::string error(const std::string& output, int code = 0) {
    const auto got = get("/bin/p", {sim::Say{output}, sim::Exit{code}});
    EXPECT_FALSE(got);
    return got ? "" : got.error().text();
  }

  sim::SimLoop loop;
  sim::SimProcesses processes{loop};
};

TEST_F(ProcessCredentialsTest, the_programs_output_is_read) {
  const auto got =
      get("/bin/p 'two words' --x=\"y\"",
          {sim::Say{R"({"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "S", )"},
           sim::Say{R"("SessionToken": "T", "Expiration": "2026-01-31T01:00:00Z", "More": 1})"}});
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got->keys.access_key_id, "A");
  EXPECT_EQ(got->keys.secret_access_key.reveal(), "S");
  EXPECT_EQ(got->keys.session_token.reveal(), "T");
  EXPECT_EQ(got->expiry, sim::SimLoop::kWallStart + std::chrono::hours(1));
  EXPECT_EQ(got->source, "the program `/bin/p` of the profile `p`");
  const auto& spec = processes.started().at(0);
  EXPECT_EQ(spec.argv, (std::vector<std::string>{"/bin/p", "two words", "--x=y"}));
  EXPECT_TRUE(spec.is_attended) << "what it says is no part of its output";
  ASSERT_EQ(spec.environment.size(), 1U);
}

TEST_F(ProcessCredentialsTest, what_is_optional_may_be_missing) {
  const auto got = get("p", {sim::Say{R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"S"})"}});
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_TRUE(got->keys.session_token.empty());
  EXPECT_FALSE(got->expiry);
}

TEST_F(ProcessCredentialsTest, an_output_that_makes_no_sense_is_never_shown) {
  const std::string secret = std::string(R"("SecretAccessKey":")") + kSecret + "\"";
  const std::map<std::string, std::string> cases = {
      {"", "not one JSON object"},
      {secret, "not one JSON object"},
      {"[" + secret.substr(18) + "]", "not one JSON object"},
      {"{" + secret + R"(,"AccessKeyId":"A"})", "Version is not 1"},
      {R"({"Version":2,"AccessKeyId":"A",)" + secret + "}", "Version is not 1"},
      {R"({"Version":"1","AccessKeyId":"A",)" + secret + "}", "Version is not 1"},
      {R"({"Version":1,)" + secret + "}", "without AccessKeyId"},
      {R"({"Version":1,"AccessKeyId":"A"})", "without SecretAccessKey"},
      {R"({"Version":1,"AccessKeyId":"A","Expiration":"soon",)" + secret + "}", "not a time"},
      {R"({"Version":1,"AccessKeyId":"A","Expiration":"2026-01-30T00:00:00Z",)" + secret + "}",
       "expired at 2026-01-30"},
  };
  for (const auto& [output, words] : cases)
    EXPECT_THAT(error(output), AllOf(HasSubstr(words), Not(HasSubstr(kSecret)))) << output;
}

TEST_F(ProcessCredentialsTest, a_program_that_fails_is_an_error_without_its_output) {
  const auto text = error(kSecret, 7);
  EXPECT_THAT(text, AllOf(HasSubstr("`/bin/p`"), HasSubstr("code 7"), Not(HasSubstr(kSecret))));
  const auto killed = get("/bin/p", {sim::RunOutOfMemory{}});
  ASSERT_FALSE(killed);
  EXPECT_EQ(killed.error().code, Code::kDenied);
}

TEST_F(ProcessCredentialsTest, a_program_that_cannot_be_started_is_told_later) {
  processes.script([](const sys::ProcessSpec&) -> Result<sim::Steps> {
    return fail(Code::kNotFound, "there is no program `nowhere`");
  });
  const auto got = ask("nowhere");
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().text(), HasSubstr("cannot be started: there is no program"));
}

TEST_F(ProcessCredentialsTest, one_that_goes_on_for_ever_is_ended) {
  const auto slow = get("/bin/p", {sim::Hold{}});
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code, Code::kTimeout);
  EXPECT_EQ(loop.now(), ProcessCredentials::kPatience);
  EXPECT_EQ(processes.alive(), 0U);
  const auto long_text = std::string(ProcessCredentials::kOutputBytesMax + 1, ' ');
  const auto loud = get("/bin/p", {sim::Say{long_text}, sim::Hold{}});
  ASSERT_FALSE(loud);
  EXPECT_EQ(loud.error().code, Code::kFull);
  EXPECT_EQ(processes.alive(), 0U);
}

TEST_F(ProcessCredentialsTest, calling_it_off_ends_the_program) {
  processes.script(
      [](const sys::ProcessSpec&) -> Result<sim::Steps> { return sim::Steps{sim::Hold{}}; });
  auto provider = *ProcessCredentials::create(loop, processes, "p", {}, "p");
  auto pending = provider->get([](const Result<Credentials>&) { ADD_FAILURE(); });
  EXPECT_EQ(processes.alive(), 1U);
  pending.reset();
  loop.run();
  EXPECT_EQ(processes.alive(), 0U);
}

TEST_F(ProcessCredentialsTest, a_command_that_is_none_is_known_before_anything_starts) {
  for (const char* command : {"   ", "a 'b"}) {
    const auto made = ProcessCredentials::create(loop, processes, command, {}, "p");
    ASSERT_FALSE(made) << command;
    EXPECT_EQ(made.error().code, Code::kUsage);
    EXPECT_THAT(made.error().text(), HasSubstr("profile `p`"));
  }
}

}  // namespace
}  // namespace runtask::aws
