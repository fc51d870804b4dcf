#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/build_record.h"
#include "cli/commands.h"
#include "cli/drop_ins.h"
#include "cli/exit_code.h"
#include "cli/pipeline_sources.h"
#include "cli/run_session.h"
#include "hamlet/git.h"
#include "jenkins/build.h"
#include "jenkins/child_build.h"
#include "jenkins/jobs.h"
#include "jenkins/parameters.h"
#include "sys/local_time.h"
#include "sys/programs.h"
#include "sys/terminal_line.h"

// `runtask pipeline run`: the outside of a build. The job, its number and its workspace, the
// parameters, the console and the record, and what signals mean.

namespace runtask::cli {
namespace {

constexpr int kExitUnstable = 3;
constexpr int kExitAborted = 4;
constexpr Duration kTurnPatience = std::chrono::hours(24);
constexpr Duration kTurnLookEvery{200};
constexpr Duration kAnswerPatience = std::chrono::hours(1);
constexpr const char* kMasked = "****";

// { "id": "secret", "other": { "username": ..., "password": ... } }: docs/PIPELINE.md.
Result<std::map<std::string, std::string>> read_credentials(const std::string& path,
                                                            const World& world) {
  std::map<std::string, std::string> result;
  if (path.empty()) return result;
  const auto text = TRY(world.files.read(World::absolute(path)));
  const auto tree = TRY(json::parse(text, path));
  if (!tree.is_object())
    return fail(Code::kUsage, path + " is no object of credentials by their ids");
  if (!world.files.is_private(World::absolute(path)))
    world.screen.message("warning: others can read " + path + "; chmod 600 it");
  for (const auto& [id, value] : tree.items())
    result[id] = value.is_string() ? value.get<std::string>() : json::to_text(value);
  return result;
}

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}
std::string last_part(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

// The repository that a directory is in; empty if it is in none.
std::string repository_of(const std::string& directory, const World& world) {
  if (!jenkins::may_be_in_repository(world.files, directory)) return {};
  hamlet::Git git({world.loop, world.processes, world.environment}, {});
  const auto result = git.run(directory, {"rev-parse", "--show-toplevel"});
  return result && result->code == 0 ? std::string(trimmed(result->output)) : std::string();
}

// Without "." and "..": the name of a job is made of it.
std::string normal_path(const std::string& path) {
  std::vector<std::string> parts;
  for (const auto& part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty()) {
      parts.pop_back();
    }
  }
  return "/" + join(parts, "/");
}

struct Place {
  std::string file;    // Absolute.
  std::string source;  // What a checkout brings.
  std::string job;
};

Result<Place> place_of(const PipelineRun& arguments, const World& world) {
  Place place;
  place.file = normal_path(World::absolute(arguments.file));
  const auto directory = directory_of(place.file);
  const auto repository = repository_of(directory, world);
  const auto& root = repository.empty() ? directory : repository;
  place.job = arguments.job;
  if (place.job.empty())
    place.job =
        last_part(root) + (place.file.starts_with(root + "/") ? place.file.substr(root.size())
                                                              : "/" + last_part(place.file));
  place.source = root;
  if (!arguments.scm.empty()) {
    const auto given = normal_path(World::absolute(arguments.scm));
    if (!world.files.is_directory(given))
      return fail(Code::kUsage, "--scm " + arguments.scm + " is no directory");
    const auto around = repository_of(given, world);
    place.source = around.empty() ? given : around;
  }
  return place;
}

// Asks a person at the terminal; none without one.
std::optional<std::string> ask(const std::string& question, const World& world) {
  std::optional<std::string> answer;
  const auto pending =
      sys::ask_on_terminal(world.loop, question, kAnswerPatience, [&](Result<std::string> line) {
        if (line) answer = *std::move(line);
        world.loop.stop();
      });
  world.loop.run();
  return answer;
}

jenkins::AskForParameter asker(const World& world) {
  if (!sys::is_terminal(0) || !sys::is_terminal(2)) return {};
  return [&world](const jenkins::ParameterDefinition& definition) -> std::optional<std::string> {
    std::string question = definition.name;
    if (!definition.description.empty()) question += " (" + definition.description + ")";
    if (!definition.choices.empty()) question += "\n  one of: " + join(definition.choices, ", ");
    auto answer = ask(question + ": ", world);
    if (answer && answer->empty()) return std::nullopt;
    return answer;
  };
}

int exit_code_of(jenkins::BuildResult result, int signal) {
  if (signal != 0) return signal == SIGINT ? kExitInterrupted : kExitTerminated;
  switch (result) {
    case jenkins::BuildResult::kSuccess:
      return kExitSuccess;
    case jenkins::BuildResult::kUnstable:
      return kExitUnstable;
    case jenkins::BuildResult::kAborted:
      return kExitAborted;
    default:
      return kExitFailure;
  }
}

// Of the pipelines that the build may come to, the first one's that has it.
const jenkins::Call* find_option(const jenkins::Sources& sources, std::string_view name) {
  for (const auto* pipeline : sources.pipelines())
    for (const auto& option : pipeline->options)
      if (option.name == name) return &option;
  return nullptr;
}

class PipelineBuild {
 public:
  PipelineBuild(const PipelineRun& arguments, const World& world,
                std::optional<jenkins::Commission> commission,
                std::map<std::string, std::string> libraries, const jenkins::Sources& sources)
      : arguments_(arguments),
        world_(world),
        commission_(std::move(commission)),
        libraries_(std::move(libraries)),
        sources_(sources),
        console_(
            [this](WallTime at, const std::string& line) {
              if (record_ != nullptr) record_->line(at, line);
            },
            [&world] { return world.loop.wall_now(); }) {
    if (!commission_) return;
    for (const auto& secret : commission_->secrets)
      console_.mask(secret);
  }

  // kUsage: nothing ran.
  Result<int> run() {
    TRY(prepare());
    if (!wants_report()) say_ready();
    came_ = world_.loop.wall_now();
    auto job = jenkins::Job(world_.files, request_.home, request_.job);
    watch_signals();
    const auto turn = TRY(take_turn(job));
    jenkins::Job::Workspace workspace;
    if (signal_ == 0) workspace = TRY(take_workspace(job));
    request_.workspace = workspace.path;
    for (const auto& build : job.builds()) {
      if (!build.result) continue;
      request_.previous.push_back({build.number, *build.result, build.description});
    }
    request_.number = TRY(job.new_number());
    request_.build_directory = job.build_directory(request_.number);
    jenkins::StoredBuild stored;
    stored.number = request_.number;
    stored.display_name = "#" + std::to_string(request_.number);
    stored.run_id = request_.run_id;
    stored.started_at = world_.loop.wall_now();
    for (const auto& value : request_.parameters.values)
      stored.parameters.emplace_back(value.name, shown(value));
    TRY(job.store(stored));
    return carry_out(job, std::move(stored));
  }

 private:
  Result<> prepare() {
    const auto place = TRY(place_of(arguments_, world_));
    request_.file = sources_.file;
    request_.file_path = place.file;
    request_.source = place.source;
    request_.job = place.job;
    request_.since = arguments_.since;
    request_.home = TRY(world_.state_directory()) + "/jenkins";
    request_.run_id = new_run_id(world_);
    request_.cookie = request_.run_id;
    request_.inputs = TRY(named_values("--input", arguments_.inputs, false));
    request_.libraries = libraries_;
    request_.tools = TRY(named_values("--tool", arguments_.tools, true));
    request_.credentials = TRY(read_credentials(arguments_.credentials, world_));
    if (commission_) accept_commission();
    TRY(take_parameters());
    add_drop_ins();
    return {};
  }

  void accept_commission() {
    if (is_part_of_another()) request_.cookie = commission_->cookie;
    request_.upstream = {commission_->upstream_job, commission_->upstream_number,
                         is_part_of_another()};
    request_.inputs = commission_->inputs;
    request_.tools = commission_->tools;
    request_.credentials = commission_->credentials;
  }

  Result<> take_parameters() {
    std::vector<jenkins::GivenParameter> given;
    const auto parameters = TRY(named_values("-p", arguments_.parameters, false));
    given.reserve(parameters.size());
    for (const auto& [name, value] : parameters)
      given.push_back({name, value});
    const auto definitions = sources_.parameters();
    if (commission_) given = declared_of(commission_->parameters, definitions);
    request_.parameters = TRY(
        jenkins::resolve_parameters(definitions, given, arguments_.strict_choices, asker(world_)));
    for (const auto& warning : request_.parameters.warnings)
      world_.screen.message("warning: " + console_.masked(warning));
    for (const auto& value : request_.parameters.values)
      if (value.is_secret()) console_.mask(value.text);
    return {};
  }

  // As Jenkins does with those that another build gives: what is not declared is left out.
  std::vector<jenkins::GivenParameter> declared_of(
      const std::vector<jenkins::GivenParameter>& given,
      const std::vector<jenkins::ParameterDefinition>& definitions) const {
    std::vector<jenkins::GivenParameter> declared;
    for (const auto& one : given) {
      if (std::any_of(definitions.begin(), definitions.end(),
                      [&](const auto& definition) { return definition.name == one.name; }))
        declared.push_back(one);
      else
        world_.screen.message("warning: the parameter " + one.name +
                              " is left out: the pipeline does not declare it");
    }
    return declared;
  }

  [[nodiscard]] std::string shown(const jenkins::ParameterValue& value) const {
    return value.is_secret() ? kMasked : console_.masked(value.text);
  }
  [[nodiscard]] std::string command() const {
    std::string command = "runtask pipeline run " + shell_quoted(arguments_.file);
    for (const auto& value : request_.parameters.values)
      if (value.is_given) command += " -p " + shell_quoted(value.name + "=" + shown(value));
    return command;
  }

  // What an agent of hamlet's has. Without the drop-ins a pipeline that needs them says so itself.
  void add_drop_ins() {
    const auto program = sys::own_program();
    if (!program) return;
    const auto directories = find_drop_ins(world_.files, *program);
    if (!directories) return;
    for (const auto& [name, value] : directories->variables())
      request_.exports[name] = value;
  }

  // None: it needs none, or a signal has ended the wait.
  Result<std::unique_ptr<sys::FileLock>> take_turn(jenkins::Job& job) {
    const auto* option = find_option(sources_, "disableConcurrentBuilds");
    if (option == nullptr) return std::unique_ptr<sys::FileLock>();
    auto turn = job.take_turn(Duration(0));
    if (turn || turn.error().code != Code::kConflict) return turn;
    const auto* flag = option->find("abortPrevious");
    const bool supersedes = flag != nullptr && jenkins::literal_bool(flag).value_or(false);
    world_.screen.message((supersedes ? "aborting" : "waiting for") +
                          std::string(" another build of ") + job.name() +
                          (supersedes ? "" : " to end"));
    const auto deadline = world_.loop.now() + kTurnPatience;
    while (world_.loop.now() < deadline) {
      if (supersedes) TRY(job.supersede(came_));
      const auto next_look = world_.loop.after(kTurnLookEvery, [this] { world_.loop.stop(); });
      world_.loop.run();
      if (signal_ != 0) return std::unique_ptr<sys::FileLock>();
      turn = job.take_turn(Duration(0));
      if (turn || turn.error().code != Code::kConflict) return turn;
    }
    return turn;
  }

  // Ends the build when a newer one wants its turn.
  void watch_turn(jenkins::Build& build, const jenkins::Job& job, sys::PendingPtr& watch) {
    watch = world_.loop.after(kTurnLookEvery, [&] {
      if (!job.is_superseded(came_)) return watch_turn(build, job, watch);
      build.supersede("Superseded by a newer build of " + job.name());
    });
  }

  Result<jenkins::Job::Workspace> take_workspace(jenkins::Job& job) {
    if (arguments_.workspace.empty()) return job.take_workspace();
    const auto path = normal_path(World::absolute(arguments_.workspace));
    TRY(world_.files.make_directory(path, 0755));
    return jenkins::Job::Workspace{path, nullptr};
  }

  Result<int> carry_out(jenkins::Job& job, jenkins::StoredBuild stored) {
    auto history = history::History::open(world_.files, TRY(world_.state_directory()),
                                          history::History::Access::kWrite);
    if (!history)
      world_.screen.message("warning: the build is not recorded: " + history.error().text());
    BuildRecord record(world_, history ? std::optional(*std::move(history)) : std::nullopt,
                       request_.run_id, request_.build_directory + "/log");
    TRY(record.begin(run_record(stored)));
    TRY(report(stored, {}));
    if (wants_report()) say_ready();
    record_ = &record;
    const auto started = world_.loop.now();
    console_.line({}, "Started build #" + std::to_string(request_.number) + " of " + request_.job);
    if (request_.upstream.is_there())
      console_.line({}, "Started by upstream project \"" + request_.upstream.job +
                            "\" build number " + std::to_string(request_.upstream.number));
    const auto end = signal_ == 0 ? run_build(record, job) : ended_while_waiting();
    if (!end.description.empty()) console_.line({}, "Description: " + end.description);
    console_.line({}, "Finished: " + std::string(name_of(end.result)));
    const int code =
        end.is_refused ? kExitUsage : exit_code_of(end.result, is_part_of_another() ? 0 : signal_);
    record.end(lower_case(name_of(end.result)), code, outcome_of(end));
    record_ = nullptr;
    stored.result = end.result;
    stored.description = console_.masked(end.description);
    stored.display_name = console_.masked(end.display_name);
    stored.is_kept = end.is_kept;
    stored.duration = world_.loop.now() - started;
    TRY(job.store(stored));
    if (is_part_of_another()) TRY(report(stored, end.variables));
    if (end.rotator) (void)TRY(job.prune(*end.rotator, world_.loop.wall_now()));
    return code;
  }

  // Whether the build that has started this one waits for its end.
  [[nodiscard]] bool is_part_of_another() const {
    return commission_ && !commission_->is_in_background;
  }
  [[nodiscard]] bool wants_report() const {
    return commission_ && !commission_->report_file.empty();
  }
  // In the background: to who has started this program, once.
  void say_ready() const {
    if (commission_ && commission_->is_in_background) sys::say_ready("");
  }

  // To the build that has started this one.
  Result<> report(const jenkins::StoredBuild& stored,
                  const std::map<std::string, std::string>& variables) {
    if (!wants_report()) return {};
    jenkins::ChildBuild build;
    build.job = request_.job;
    build.number = stored.number;
    build.result = stored.result.value_or(jenkins::BuildResult::kFailure);
    build.description = stored.description;
    build.display_name = stored.display_name;
    build.url = "file://" + request_.build_directory + "/";
    build.is_kept = stored.is_kept;
    build.started_at = stored.started_at;
    build.duration = stored.duration;
    build.variables = variables;
    return jenkins::report(world_.files, commission_->report_file, build);
  }

  // For `runtask runs show`.
  [[nodiscard]] std::string outcome_of(const jenkins::BuildEnd& end) const {
    const auto shown = [&](const std::string& text) { return valid_utf8(console_.masked(text)); };
    auto object = json::Value::object();
    object["pipeline"] = valid_utf8(request_.file_path);
    object["job"] = valid_utf8(request_.job);
    object["number"] = request_.number;
    if (request_.upstream.is_there()) object["upstream"] = valid_utf8(request_.upstream.text());
    object["result"] = std::string(name_of(end.result));
    object["description"] = shown(end.description);
    object["error"] = shown(end.error);
    auto stages = json::Value::array();
    for (const auto& stage : end.stages) {
      auto one = json::Value::object();
      one["name"] = shown(stage.name);
      one["result"] = stage.is_skipped ? "skipped" : std::string(name_of(stage.result));
      one["milliseconds"] = stage.duration.count();
      stages.push_back(std::move(one));
    }
    object["stages"] = std::move(stages);
    const auto artifacts = request_.build_directory + "/artifacts";
    if (world_.files.exists(artifacts)) object["artifacts"] = artifacts;
    return json::to_text(object);
  }

  history::RunRecord run_record(const jenkins::StoredBuild& stored) {
    history::RunRecord record;
    record.id = request_.run_id;
    record.started_at = stored.started_at;
    record.command = command();
    record.title = request_.job + " #" + std::to_string(request_.number);
    record.plan = R"({"pipeline":)" + json::quoted(request_.file_path) + "}";
    record.launches = 1;
    record.process_id = sys::own_process_id();
    return record;
  }

  jenkins::BuildEnd run_build(BuildRecord& record, const jenkins::Job& job) {
    jenkins::BuildOutside outside{world_.loop,
                                  world_.files,
                                  world_.processes,
                                  world_.random,
                                  world_.environment,
                                  console_,
                                  [&](const std::string& kind, const std::string& what) {
                                    return record.begin_step(kind, console_.masked(what));
                                  },
                                  {},
                                  sys::local_zone};
    if (sys::is_terminal(0) && sys::is_terminal(2))
      outside.ask = [&](const std::string& question, auto done) {
        world_.screen.flush();
        return sys::ask_on_terminal(world_.loop, question, kAnswerPatience,
                                    [done](Result<std::string> line) {
                                      done(line ? std::optional(*std::move(line)) : std::nullopt);
                                    });
      };
    jenkins::Build build(outside, request_);
    build_ = &build;
    sys::PendingPtr turn_watch;
    if (find_option(sources_, "disableConcurrentBuilds") != nullptr)
      watch_turn(build, job, turn_watch);
    auto end = build.run();
    build_ = nullptr;
    return end;
  }

  // A build whose turn never came.
  jenkins::BuildEnd ended_while_waiting() {
    jenkins::BuildEnd end;
    end.result = jenkins::BuildResult::kAborted;
    end.error = why_it_stops();
    console_.line({}, end.error);
    return end;
  }

  // From before the build waits or has a number, so that none is left behind without an end. They
  // are told by the loop, which runs while the build waits for its turn and when it runs.
  void watch_signals() {
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
      watches_.push_back(world_.loop.on_signal(number, [this, number] { stop(number); }));
  }
  void stop(int number) {
    const bool is_first = std::exchange(signal_, number) == 0;
    if (build_ == nullptr) return world_.loop.stop();
    const auto why = why_it_stops();
    if (is_first && !is_part_of_another())
      world_.screen.message("stopping the build; once more to leave at once");
    if (is_first) console_.line({}, why);
    build_->interrupt(why);
  }

  [[nodiscard]] std::string why_it_stops() const {
    return is_part_of_another() ? "Calling Pipeline was cancelled" : "Aborted by a signal";
  }

  const PipelineRun& arguments_;
  const World& world_;
  const std::optional<jenkins::Commission> commission_;
  std::map<std::string, std::string> libraries_;  // Directories by name.
  const jenkins::Sources& sources_;
  BuildRecord* record_ = nullptr;  // Once there is one.
  jenkins::Console console_;
  jenkins::Build* build_ = nullptr;  // While it runs.
  int signal_ = 0;                   // The last that came.
  std::vector<sys::PendingPtr> watches_;
  jenkins::BuildRequest request_;
  WallTime came_;  // When this build began to wait for its turn.
};

// For `wait: false`: another program, which goes on by itself.
Result<> start_in_background(const PipelineRun& arguments, jenkins::Commission commission,
                             const World& world) {
  commission.is_for_background = false;
  commission.is_in_background = true;
  TRY(jenkins::hand_over(world.files, arguments.commission, commission));
  const auto directory = TRY(world.state_directory()) + "/jenkins";
  TRY(world.files.make_directory(directory, 0700));
  sys::Program program{{TRY(sys::own_program()), "pipeline", "run", arguments.file, "--commission",
                        arguments.commission},
                       world.environment.all()};
  // By which it is spared when the tree of the build that wants it is ended.
  program.environment["JENKINS_NODE_COOKIE"] = new_run_id(world);
  (void)TRY(sys::start_in_background(program, directory + "/background.log", kTurnPatience));
  return {};
}

}  // namespace

int pipeline(const PipelineRun& arguments, const World& world) {
  auto directories = named_values("--library", arguments.libraries, true);
  if (!directories) {
    world.screen.message(directories.error().text());
    return kExitUsage;
  }
  std::optional<jenkins::Commission> commission;
  if (!arguments.commission.empty()) {
    auto taken = jenkins::take_over(world.files, arguments.commission);
    if (!taken) {
      world.screen.message(taken.error().text());
      return kExitUsage;
    }
    commission = *std::move(taken);
    directories = commission->libraries;
    if (commission->is_for_background) {
      const auto started = start_in_background(arguments, *std::move(commission), world);
      if (!started) world.screen.message(started.error().text());
      return started ? kExitSuccess : kExitUsage;
    }
  }
  auto libraries = read_libraries(*std::move(directories), world);
  const auto sources = read_sources(arguments.file, libraries, world);
  if (!sources) {
    world.screen.message(sources.error().text());
    return kExitUsage;
  }
  if (const auto warnings = sources->warnings_report(); !warnings.empty())
    world.screen.message(warnings);
  if (!sources->can_run()) {
    world.screen.message(sources->report());
    return kExitUsage;
  }
  PipelineBuild build(arguments, world, std::move(commission), std::move(libraries.directories),
                      *sources);
  const auto code = build.run();
  if (code) return *code;
  world.screen.message(code.error().text());
  return code.error().code == Code::kUsage ? kExitUsage : kExitFailure;
}

}  // namespace runtask::cli
