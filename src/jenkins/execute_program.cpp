#include <algorithm>
#include <cassert>
#include <csignal>

#include "base/text.h"
#include "jenkins/execution.h"
#include "jenkins/tree_stop.h"

// Programs that steps run, their environment and places, and how they end (jenkins-pipeline 2.2).

namespace runtask::jenkins {

std::map<std::string, std::string> Execution::environment_for(const Branch& branch) const {
  auto all = variables_.all(branch.context.layers.get());
  all["JENKINS_NODE_COOKIE"] = request_.cookie;
  all["JENKINS_SERVER_COOKIE"] = "durable-" + request_.run_id;
  if (!branch.context.workspace.empty()) {
    all.emplace("WORKSPACE", branch.context.workspace);
    all.emplace("WORKSPACE_TMP", branch.context.workspace + "@tmp");
  }
  return all;
}

// How a program is made to end: asked once, and killed with all it has started when it takes its
// time; or at once.
class Execution::ProgramEnd {
 public:
  ProgramEnd(Execution& execution, const Branch& branch, const ProgramRun& program)
      : execution_(execution),
        branch_(branch),
        program_(program),
        stop_(execution.outside_.loop, execution.outside_.files, execution.request_.cookie) {}

  void ask(sys::Process& process) {
    if (std::exchange(is_asked_, true)) return;
    // The runner of a build ends in its own time: its `post` may take as long as it needs.
    if (program_.is_build) return process.signal(SIGTERM);
    execution_.say(branch_, "Sending interrupt signal to process");
    stop_.ask(process);
    kill_after(kStopPatience, process, "After 20s process did not stop");
  }

  void force(sys::Process& process) {
    if (!program_.is_build) return process.kill_tree();
    if (std::exchange(is_forced_, true)) return;
    // Of one kind, two signals could arrive as one.
    ask(process);
    process.signal(SIGINT);
    kill_after(kStopPatience, process, "");
  }

  void kill_after(Duration patience, sys::Process& process, const std::string& words) {
    patience_ = execution_.outside_.loop.after(patience, [this, &process, words] {
      if (!words.empty()) execution_.say(branch_, words);
      process.kill_tree();
    });
  }

 private:
  Execution& execution_;
  const Branch& branch_;
  const ProgramRun& program_;
  TreeStop stop_;
  bool is_asked_ = false;
  bool is_forced_ = false;
  sys::PendingPtr patience_;
};

std::optional<Raised> Execution::run_program(Branch& branch, ProgramRun& program) {
  carry_out(branch, program);
  return interrupted(branch);
}

void Execution::run_cleanup(Branch& branch, ProgramRun& program) {
  program.is_cleanup = true;
  carry_out(branch, program);
}

void Execution::carry_out(Branch& branch, ProgramRun& program) {
  std::unique_ptr<sys::Process> process;
  ProgramEnd end(*this, branch, program);
  LineBuffer lines(
      [&](std::string_view line) {
        if (program.on_line) program.on_line(line);
        say(branch, line);
      },
      [this](std::string_view text) { return outside_.console.whole_part(text); });
  const auto start = [&](const Wake& wake) {
    if (!program.is_cleanup && must_stop(branch)) return wake();
    sys::ProcessSpec spec;
    spec.argv = program.argv;
    spec.environment = {program.environment.begin(), program.environment.end()};
    spec.working_directory = program.directory;
    spec.keep_tree = true;
    spec.may_linger = program.may_linger;
    spec.mark = kCookie + request_.cookie;
    spec.orphaned_files = {temporaries_.begin(), temporaries_.end()};
    auto spawned = outside_.processes.spawn(spec, {[&](std::string_view bytes) {
                                                     if (program.is_shown) return lines.add(bytes);
                                                     program.output += bytes;
                                                   },
                                                   [&program, wake](sys::ProcessExit exit) {
                                                     program.code = exit.shell_code();
                                                     wake();
                                                   }});
    if (spawned) {
      process = *std::move(spawned);
      if (program.is_cleanup) end.kill_after(kCleanupPatience, *process, "");
      return;
    }
    lines.add(spawned.error().message + "\n");
    program.code = spawned.error().code == Code::kNotFound ? 127 : 126;
    wake();
  };
  const auto cancel = [&] {
    if (!process || program.is_cleanup) return;
    must_end(branch) ? end.force(*process) : end.ask(*process);
  };
  await(branch, start, cancel);
  lines.finish();
  if (process && process->lingers()) {
    if (must_stop(branch)) process->kill_tree();
    lingering_.push_back(std::move(process));
  }
}

bool Execution::program_on(const std::string& path, const std::string& name) const {
  const auto directories = split(path, ':');
  return std::any_of(directories.begin(), directories.end(), [&](const std::string& directory) {
    return !directory.empty() && outside_.files.exists(directory + "/" + name);
  });
}

std::string Execution::path_in(const Branch& branch, const std::string& path) {
  if (path.starts_with('/')) return path;
  std::string rest = path;
  while (rest.starts_with("./"))
    rest.erase(0, 2);
  while (rest.size() > 1 && rest.ends_with('/'))
    rest.pop_back();
  if (rest.empty() || rest == ".") return branch.context.directory;
  return branch.context.directory + "/" + rest;
}

Result<std::string> Execution::temporary_directory() {
  const auto path = request_.workspace + "@tmp";
  if (!outside_.files.is_directory(path)) TRY(outside_.files.make_directory(path, 0700));
  return path;
}

std::string Execution::new_temporary(const std::string& what, const std::string& ending) {
  const auto name = what + "-" + std::to_string(request_.number) + "-" +
                    std::to_string(++next_temporary_) + ending;
  assert(is_temporary_name(name) && "the next build finds it");
  return *temporaries_.insert(request_.workspace + "@tmp/" + name).first;
}

void Execution::remove_temporary(const std::string& path) {
  (void)outside_.files.remove(path);
  temporaries_.erase(path);
}

}  // namespace runtask::jenkins
