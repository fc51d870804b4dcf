#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/world.h"
#include "hamlet/git.h"
#include "sys/programs.h"

// The one place where the real things are made. Everything else gets them passed in.
static int run(int count, char** words) {
  using namespace runtask;
  sys::fill_standard_descriptors();
  // A reader that went away (`| head`) is an error of write(), not the end of a run.
  (void)std::signal(SIGPIPE, SIG_IGN);
  // And a limit on the size of files is one like a full disk, told by an error of write() as well.
  (void)std::signal(SIGXFSZ, SIG_IGN);
  sys::forbid_core_dumps();

  const auto environment = sys::Environment::of_process();
  sys::EventLoop loop;  // Before the screen, which may report to it to the end.
  cli::Screen screen(cli::Screen::options_of_terminal(
      environment.get_non_empty("NO_COLOR").has_value(), environment.get("TERM").value_or("")));

  const int first = count > 0 ? 1 : 0;  // A caller may leave out even the program's own name.
  const std::vector<std::string> arguments(words + first, words + count);
  if (hamlet::is_asked_by_git(environment)) return cli::answer_git(arguments, environment, screen);
  auto parsed = cli::parse_invocation(first == 1 ? words[0] : "runtask", arguments);
  if (const auto* answer = std::get_if<cli::Answer>(&parsed)) return cli::give(*answer, screen);

  sys::SystemRandom random;
  sys::SystemFiles files;
  sys::SystemProcesses processes(loop);
  const cli::World world{loop, random, files, processes, environment, screen};
  return cli::carry_out(std::get<cli::Command>(std::move(parsed)), world);
}

int main(int count, char** words) {
  try {
    return run(count, words);
  } catch (const std::exception& error) {
    // The loop's library throws where the machine refuses what it cannot be without, such as a
    // descriptor for its signals. Nothing that could say it better is left.
    (void)std::fprintf(stderr,
                       "error: runtask cannot go on: %s\n"
                       "hint: `ulimit -a` shows what this shell may have, such as open files\n",
                       error.what());
    const bool is_run = count > 1 && std::string_view(words[1]) == "run";
    return is_run ? runtask::cli::kExitCouldNotRun : runtask::cli::kExitFailure;
  }
}
