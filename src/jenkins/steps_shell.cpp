#include "base/text.h"
#include "jenkins/charset.h"
#include "jenkins/containers.h"
#include "jenkins/loaded_library.h"
#include "jenkins/scratch.h"
#include "jenkins/steps.h"

// sh, and what changes where and in which environment steps run (jenkins-pipeline 2.2, 2.4, 2.5).

namespace runtask::jenkins {
namespace {

constexpr std::size_t kLabelMax = 100;

std::string first_line(const std::string& script) {
  for (const auto& line : split(script, '\n'))
    if (const auto words = trimmed(line); !words.empty() && !words.starts_with("#!"))
      return std::string(words.substr(0, utf8_prefix(words, kLabelMax)));
  return "";
}

// What the script has printed and nobody gets as a value.
void show_captured(Execution& execution, const Branch& branch, std::string_view output) {
  if (output.empty()) return;
  if (output.ends_with('\n')) output.remove_suffix(1);
  execution.say(branch, output);
}

Outcome sh_value(Execution& execution, StepCall& call, const Execution::ProgramRun& run,
                 const std::optional<std::string>& captured) {
  if (call.truth("returnStatus", false)) return Value::integer(run.code);
  if (run.code != 0) {
    if (captured) show_captured(execution, call.branch, *captured);
    return Execution::abort(call.branch, "script returned exit code " + std::to_string(run.code));
  }
  return captured ? call.branch.text_value(*captured) : Value();
}

}  // namespace

namespace {

// What runs the file of a script, and what the file is called after.
struct Shell {
  std::function<std::vector<std::string>(const std::string& file)> argv;
  std::string ending;
};

// The command that runs another one in the branch's container. Values of variables stay out of the
// command line: docker takes them from its own environment.
std::vector<std::string> in_container(Execution& execution, const Branch& branch,
                                      const std::map<std::string, std::string>& environment,
                                      std::vector<std::string> command) {
  const auto& container = branch.context.container;
  if (!container) return command;
  std::vector<std::string> words = {container->program, "exec", "-w", branch.context.directory};
  const auto& own = execution.variables().process;
  for (const auto& [name, value] : environment) {
    const auto before = own.find(name);
    if (before == own.end() || before->second != value) words.insert(words.end(), {"--env", name});
  }
  words.push_back(container->id);
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

// The program that a script's #! line names, when it is not there. Inside a container nobody looks.
std::optional<std::string> missing_interpreter(const sys::Files& files, const Branch& branch,
                                               std::string_view script) {
  if (branch.context.container || !script.starts_with("#!")) return std::nullopt;
  const auto line = trimmed(script.substr(2, script.find('\n') - 2));
  const std::string program(line.substr(0, line.find_first_of(" \t")));
  if (program.empty() || files.exists(Execution::path_in(branch, program))) return std::nullopt;
  return program;
}

// Steps that run a script: sh and those with its interface.
Outcome run_script(Execution& execution, StepCall& call, const Shell& shell) {
  auto& branch = call.branch;
  auto& files = execution.outside().files;
  const auto script = call.text_or("script", "");
  const bool returns_output = call.truth("returnStdout", false);
  const auto encoding = call.text_or("encoding", "");
  if (!decoded("", encoding)) return Execution::invalid(branch, no_charset(encoding));
  if (returns_output && call.truth("returnStatus", false))
    return Execution::invalid(branch,
                              "returnStdout and returnStatus may not be used at the same time");
  if (const auto made = execution.temporary_directory(); !made)
    return Execution::abort(branch, made.error().message);
  if (!files.is_directory(branch.context.directory))
    if (const auto made = files.make_directory(branch.context.directory, 0755); !made)
      return Execution::abort(branch, made.error().message);
  if (script.empty()) execution.say(branch, "Warning: was asked to run an empty script");
  if (const auto label = call.text("label"); label && !label->empty())
    execution.say(branch,
                  call.name + " (" + label->substr(0, utf8_prefix(*label, kLabelMax)) + ")");
  const auto doing = execution.doing(call.name, call.text_or("label", first_line(script)));

  // Not synced: nothing reads it after a crash.
  const Scratch file(execution, "script", shell.ending);
  const Scratch output(execution, "output", "");
  if (const auto written = files.append(file.path(), script, 0755); !written)
    return Execution::abort(branch, written.error().message);
  Execution::ProgramRun run;
  run.environment = execution.environment_for(branch);
  run.argv = in_container(execution, branch, run.environment, shell.argv(file.path()));
  if (returns_output)
    run.argv.insert(run.argv.begin(), {"/bin/sh", "-c", R"(exec >"$0"; exec "$@")", output.path()});
  run.directory = branch.context.directory;
  run.may_linger = true;
  std::optional<Raised> stop;
  if (const auto missing = missing_interpreter(files, branch, script)) {
    execution.say(branch, "cannot start the script: there is no `" + *missing +
                              "`, which its first line names");
    run.code = 127;  // As a shell has it.
  } else {
    stop = execution.run_program(branch, run);
  }
  std::optional<std::string> captured;
  if (returns_output) captured = decoded(files.read(output.path()).value_or(""), encoding);
  if (stop) {
    if (captured) show_captured(execution, branch, *captured);
    return failed(std::move(stop));
  }
  return sh_value(execution, call, run, captured);
}

}  // namespace

Outcome step_sh(Execution& execution, StepCall& call) {
  const bool has_interpreter = call.text_or("script", "").starts_with("#!");
  return run_script(
      execution, call,
      {[&](const std::string& file) {
         return has_interpreter ? std::vector{file} : std::vector<std::string>{"sh", "-xe", file};
       },
       ""});
}

// PowerShell's own program, where it is installed.
Outcome step_pwsh(Execution& execution, StepCall& call) {
  const auto environment = execution.environment_for(call.branch);
  const auto path = environment.find("PATH");
  if (!call.branch.context.container &&
      !execution.program_on(path != environment.end() ? path->second : "", "pwsh"))
    return Execution::abort(call.branch,
                            "pwsh is not installed here; install PowerShell, or use "
                            "sh");
  return run_script(execution, call,
                    {[](const std::string& file) {
                       return std::vector<std::string>{
                           "pwsh", "-NoLogo", "-NoProfile", "-NonInteractive", "-File", file};
                     },
                     ".ps1"});
}

Outcome step_dir(Execution& execution, StepCall& call) {
  const ContextChange change(call.branch);
  auto& context = call.branch.context;
  context.directory = Execution::path_in(call.branch, call.text_or("path", ""));
  execution.say(call.branch, "Running in " + context.directory);
  return execution.run_body(call.branch, call.body);
}

Outcome step_ws(Execution& execution, StepCall& call) {
  const ContextChange change(call.branch);
  auto path = call.text_or("dir", "");
  if (!path.starts_with('/')) path = execution.request().home + "/workspaces/" + path;
  if (auto error = execution.enter_workspace(call.branch, path)) return failed(*std::move(error));
  execution.say(call.branch, "Running in " + path);
  return execution.run_body(call.branch, call.body);
}

Outcome step_with_env(Execution& execution, StepCall& call) {
  const ContextChange change(call.branch);
  Execution::Texts variables;
  for (const auto& text : call.texts("overrides")) {
    const auto equals = text.find('=');
    if (equals == std::string::npos)
      return Execution::invalid(call.branch,
                                "withEnv needs NAME=VALUE, and '" + text + "' has no '='");
    variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  auto& layers = call.branch.context.layers;
  layers = with_layer(layers, std::move(variables));
  return execution.run_body(call.branch, call.body);
}

Outcome step_pwd(Execution& execution, StepCall& call) {
  if (!call.truth("tmp", false)) return call.branch.text_value(call.branch.context.directory);
  const auto made = execution.temporary_directory();
  if (!made) return Execution::abort(call.branch, made.error().message);
  return call.branch.text_value(*made);
}

Outcome step_is_unix(Execution& /*execution*/, StepCall& /*call*/) {
  return Value::of(true);
}

// What needs Windows, as an agent on Linux says it.
Outcome step_not_here(Execution& /*execution*/, StepCall& call) {
  return Execution::abort(call.branch,
                          call.name == "bat"
                              ? "Batch scripts can only be run on Windows nodes; use sh"
                              : call.name + " is Windows' own and not on this platform; use pwsh");
}

// ---- Other files of code

Outcome Execution::load_script(Branch& branch, const std::string& path) {
  auto text = outside_.files.read(path);
  if (!text) return branch.raise("java.nio.file.NoSuchFileException", path);
  const auto checked = std::make_shared<const Checked>(
      check(*std::move(text), path, request_.file->unit->class_path));
  if (!checked->can_run()) return abort(branch, path + " does not compile\n" + checked->report());
  add_models(checked);
  return branch.run(interpreter_.add(checked->unit));
}

// vars/*.groovy become globals: scripts that are run when first read, so that their fields are
// there.
std::optional<Raised> Execution::load_library(Branch& branch, const std::string& name) {
  const auto plain = name.substr(0, name.find('@'));
  const auto found = request_.libraries.find(plain);
  if (found == request_.libraries.end())
    return abort(branch, "no directory is known for the library " + plain + "; give it with " +
                             "--library " + shell_quoted(plain) + "=DIR")
        .value();
  const auto vars = found->second + "/vars";
  const auto names = outside_.files.list(vars);
  if (!names && outside_.files.is_directory(found->second + "/src")) return std::nullopt;
  if (!names)
    return abort(branch,
                 "the library " + plain + " has neither vars nor src: " + names.error().message)
        .value();
  for (const auto& file : *names) {
    if (!file.ends_with(".groovy")) continue;
    const auto path = vars + "/" + file;
    auto text = outside_.files.read(path);
    if (!text) return abort(branch, text.error().message).value();
    const auto checked = std::make_shared<const Checked>(
        check(*std::move(text), path, request_.file->unit->class_path));
    // One that this program does not understand is missing, as a step that nobody has.
    if (!checked->can_run()) {
      const auto& wrong = checked->errors.empty() ? checked->unsupported[0] : checked->errors[0];
      const auto line = position_of(checked->source, wrong.range.begin).line;
      say(branch,
          "WARNING: " + path + ":" + std::to_string(line) + " cannot be used: " + wrong.message);
      continue;
    }
    add_models(checked);
    const auto script = interpreter_.add(checked->unit);
    globals_[file.substr(0, file.size() - 7)] = script;
    auto outcome = branch.run(script);
    if (!outcome) return outcome.error();
  }
  return std::nullopt;
}

Outcome step_load(Execution& execution, StepCall& call) {
  return execution.load_script(call.branch,
                               Execution::path_in(call.branch, call.text_or("path", "")));
}

Outcome step_library(Execution& execution, StepCall& call) {
  if (auto error = execution.load_library(call.branch, call.text_or("identifier", "")))
    return failed(*std::move(error));
  return make_loaded_library(execution, call.branch.heap());
}

Outcome step_tool(Execution& execution, StepCall& call) {
  const auto name = call.text_or("name", "");
  const auto& tools = execution.request().tools;
  const auto found = tools.find(name);
  if (found == tools.end())
    return Execution::abort(call.branch, "no tool named " + name + " found; give it with --tool " +
                                             shell_quoted(name) + "=DIR");
  return call.branch.text_value(found->second);
}

}  // namespace runtask::jenkins
