#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "groovy/baton.h"
#include "groovy/date.h"
#include "groovy/host.h"
#include "groovy/interpreter.h"
#include "jenkins/branch.h"
#include "jenkins/build.h"

// A build under way: the host of its script. Stages are in execute_*.cpp, steps in steps_*.cpp; all
// of it runs on the threads of the baton's branches, waiting through await(). Only for the files of
// this module that carry a build out.

namespace runtask::jenkins {

using groovy::Outcome;
using groovy::Raised;
using groovy::Ref;
using groovy::Value;

constexpr std::string_view kMissingContextClass =
    "org.jenkinsci.plugins.workflow.steps.MissingContextVariableException";
constexpr Duration kCleanupPatience{10'000};
constexpr Duration kGracePatience{60'000};  // For a body whose time is up (spec 2.3).
constexpr Duration kStopPatience{20'000};   // Between SIGTERM and SIGKILL of a script (spec 2.2).

// The arguments of a step, bound (jenkins-pipeline 2.1), GStrings made strings.
class StepCall {
 public:
  Branch& branch;
  std::string name;
  std::map<std::string, Value> arguments;
  Value body;            // A closure or null.
  groovy::Values items;  // As they came.

  [[nodiscard]] bool has(const std::string& argument) const;
  [[nodiscard]] Value value(const std::string& argument) const;
  // As text; null is none.
  [[nodiscard]] std::optional<std::string> text(const std::string& argument) const;
  [[nodiscard]] std::string text_or(const std::string& argument, std::string preset) const;
  [[nodiscard]] bool truth(const std::string& argument, bool preset) const;
  // A whole number as Jenkins' data-bound constructors take it: another number loses its fraction,
  // a text is read, and anything else is an error. Null is none.
  [[nodiscard]] tl::expected<long long, Raised> number(const std::string& argument,
                                                       long long preset) const;
  [[nodiscard]] std::vector<std::string> texts(const std::string& argument) const;
};

class Execution;
using Step = Outcome (*)(Execution&, StepCall&);
struct StepEntry {
  std::string_view name;
  Step step = nullptr;
  std::string_view sole;  // What a single value without a name is.
  bool needs_workspace = false;
};
// Null: there is no such step.
[[nodiscard]] const StepEntry* find_step(std::string_view name);
[[nodiscard]] std::vector<std::string> step_names();
// A step of a common plugin that is not here: a message that says so is better than a name that
// looks like another one.
[[nodiscard]] bool is_elsewhere(std::string_view name);
// A name of a plugin that stands for something in an argument: developers(), cloneOption(...).
[[nodiscard]] bool is_symbol(std::string_view name);

class Execution final : public groovy::Host {
 public:
  Execution(BuildOutside outside, BuildRequest request);
  ~Execution() override;
  [[nodiscard]] BuildEnd run();
  void interrupt(const std::string& why);
  void supersede(const std::string& why);

  // ---- groovy::Host
  [[nodiscard]] std::optional<Outcome> get(groovy::Fiber& fiber, const std::string& name) override;
  [[nodiscard]] std::optional<Outcome> call(groovy::Call& call) override;
  void print(groovy::Fiber& fiber, const std::string& text, bool ends_line) override;
  [[nodiscard]] std::optional<WallTime> now() override { return outside_.loop.wall_now(); }
  [[nodiscard]] std::optional<std::uint64_t> random() override {
    return outside_.random.below(UINT64_MAX);
  }
  [[nodiscard]] int zone_offset_minutes(WallTime time) override {
    return zone_at(time).offset_minutes;
  }
  [[nodiscard]] std::string zone_name(WallTime time) override { return zone_at(time).name; }
  [[nodiscard]] groovy::Stop should_stop() override;
  [[nodiscard]] Value interruption(groovy::Fiber& fiber) override;

  // ---- For steps and stages
  [[nodiscard]] BuildOutside& outside() { return outside_; }
  [[nodiscard]] groovy::Zone zone_at(WallTime time) const {
    if (!outside_.zone) return {};
    const auto zone = outside_.zone(time);
    return {zone.offset_minutes, zone.name};
  }
  [[nodiscard]] const BuildRequest& request() const { return request_; }
  [[nodiscard]] BuildVariables& variables() { return variables_; }
  [[nodiscard]] groovy::Interpreter& interpreter() { return interpreter_; }
  [[nodiscard]] BuildEnd& end() { return end_; }

  void say(const Branch& branch, std::string_view text);  // A line, or several, of the console.
  // currentBuild.changeSets
  [[nodiscard]] Outcome change_sets(Branch& branch);
  // For the record: it is being done while the value lives.
  [[nodiscard]] std::shared_ptr<void> doing(const std::string& kind,
                                            const std::string& what) const {
    return outside_.on_begin ? outside_.on_begin(kind, what) : nullptr;
  }
  [[nodiscard]] Outcome run_step(Branch& branch, const StepEntry& step,
                                 const groovy::Values& arguments);
  [[nodiscard]] Outcome run_body(Branch& branch, const Value& body);
  // A failure that shows as `ERROR: message`.
  [[nodiscard]] static tl::unexpected<Raised> abort(Branch& branch, const std::string& message);
  [[nodiscard]] static tl::unexpected<Raised> invalid(Branch& branch, const std::string& message);

  // Calls `start` on the loop's thread, sleeps until it calls the wake; `cancel` is called when the
  // branch is interrupted meanwhile. On the branch's thread.
  using Wake = std::function<void()>;
  void await(Branch& branch, const std::function<void(Wake)>& start,
             std::function<void()> cancel = {});
  // The interruption that has come, as an exception to throw; none if there is none.
  [[nodiscard]] std::optional<Raised> interrupted(Branch& branch);
  void raise_in(InterruptScope& scope, Interruption interruption);
  // No script of the scope goes on, whatever it has caught; only `post` still runs.
  void abandon(InterruptScope& scope);
  // Whether no script of the branch may go on.
  [[nodiscard]] bool must_end(const Branch& branch) const {
    return is_killed_ || branch.abandoned() != nullptr;
  }
  // Whether nothing may begin to wait any more.
  [[nodiscard]] bool must_stop(const Branch& branch) const {
    return must_end(branch) || branch.pending() != nullptr;
  }
  [[nodiscard]] std::string user() const;  // Who runs the build.

  // The build's result so far.
  [[nodiscard]] BuildResult current_result() const {
    return result_.value_or(BuildResult::kSuccess);
  }
  // The same as a script of the branch sees it: none, which is null, while all is well, and inside
  // a block of `post` what the block's context has come to (jenkins-pipeline 1.12).
  [[nodiscard]] std::optional<BuildResult> result_in(const Branch& branch) const {
    const auto& post = branch.context.post_result;
    return post ? worse(*post, current_result()) : result_;
  }
  [[nodiscard]] BuildResult current_result_in(const Branch& branch) const {
    return result_in(branch).value_or(BuildResult::kSuccess);
  }
  // It can only become worse than what the branch sees.
  void worsen(const Branch& branch, BuildResult result);
  [[nodiscard]] static BuildResult result_of(const Raised& raised);
  // Whether it is that a parameter's value is wrong: nothing of the build runs, not even `post`.
  [[nodiscard]] static bool is_refusal(const Raised& raised) {
    return raised.abort && raised.abort->code == Code::kUsage;
  }
  // As a console shows it: "ERROR: message", or the class, the message and the place.
  [[nodiscard]] std::string words_of(const Raised& raised) const;
  [[nodiscard]] static std::string message_of(const Raised& raised);

  // Branches of parallel code: each in a thread of its own, all at once.
  struct Parallel {
    std::string name;
    std::function<Outcome(Branch&)> body;
  };
  [[nodiscard]] Outcome run_parallel(Branch& branch, std::vector<Parallel> branches, bool fail_fast,
                                     std::vector<Value>& results);

  // Paths as steps see them: relative to the directory of the context.
  [[nodiscard]] static std::string path_in(const Branch& branch, const std::string& path);
  // A path in the temporary directory, unique: is_temporary_name() knows it. What is there is
  // removed with remove_temporary(); when this program is killed by the keepers of what it runs,
  // or by the next build in the workspace.
  [[nodiscard]] std::string new_temporary(const std::string& what, const std::string& ending = {});
  void remove_temporary(const std::string& path);
  [[nodiscard]] Result<std::string> temporary_directory();

  // Makes a workspace the branch's place, for as long as its context has it: the job's own, or the
  // next of @2, @3, ... while other branches of the build are in it. An error of the disk.
  [[nodiscard]] std::optional<Raised> take_workspace(Branch& branch);
  // Makes a directory the branch's workspace, whoever else is in it.
  [[nodiscard]] std::optional<Raised> enter_workspace(Branch& branch, const std::string& path);

  // A program run for a step, its output in lines to the console.
  struct ProgramRun {
    std::vector<std::string> argv;
    std::map<std::string, std::string> environment;
    std::string directory;
    bool is_shown = true;                                     // Else its output is kept.
    std::string output;                                       // What was kept.
    std::function<void(std::string_view line)> on_line = {};  // Of what is shown.
    bool may_linger = false;  // What it leaves in the background runs until the build ends.
    bool is_cleanup = false;  // See run_cleanup.
    // It runs a build, which ends what it has started itself when it is asked, and then its `post`.
    bool is_build = false;
    int code = 0;
  };
  // The interruption that has come meanwhile, if any. Nobody tells the branch of it again: whoever
  // does not pass it on has the build go on as if it had never come.
  [[nodiscard]] std::optional<Raised> run_program(Branch& branch, ProgramRun& program);
  // Runs it whatever happens to the build, for kCleanupPatience at most.
  void run_cleanup(Branch& branch, ProgramRun& program);
  // Whether a directory of that PATH has the program.
  [[nodiscard]] bool program_on(const std::string& path, const std::string& name) const;
  [[nodiscard]] std::map<std::string, std::string> environment_for(const Branch& branch) const;

  // scm: the source into a directory; what checkout returns.
  using Texts = std::vector<std::pair<std::string, std::string>>;
  [[nodiscard]] tl::expected<Texts, Raised> check_out_source(Branch& branch,
                                                             const std::string& directory);
  // Variables of a credential for `environment` and their masks. None: there is no such id.
  struct Credential {
    std::string kind;  // "string", "usernamePassword", "file", "sshUserPrivateKey"
    std::string text;  // The secret, or the content of the file or key.
    std::string username;
    std::string password;
  };
  [[nodiscard]] std::optional<Credential> find_credential(const std::string& id) const;
  // That there is none; says where it could be given.
  [[nodiscard]] static tl::unexpected<Raised> no_credential(Branch& branch, const std::string& id);
  [[nodiscard]] tl::expected<std::string, Raised> credential_file(Branch& branch,
                                                                  const std::string& content);
  // Secrets among the variables of the branch's context, by name, besides those there are.
  static void add_secrets(Branch& branch, Texts secrets);

  // The variables of a tool, by the directory that --tool has for its name; a warning without one.
  void add_tool(const Branch& branch, const std::string& kind, const std::string& name,
                Texts& variables);

  // ---- The declarative model (execute_*.cpp)
  [[nodiscard]] Outcome run_pipeline(Branch& branch, const Value& body);
  [[nodiscard]] Outcome run_stages(Branch& branch, const std::vector<Stage>& stages);
  [[nodiscard]] Outcome run_stage(Branch& branch, const Stage& stage, const std::string& name);
  // `environment` as layers: credentials, then variables (jenkins-pipeline 1.4).
  [[nodiscard]] std::optional<Raised> enter_environment(Branch& branch, const Environment& block);
  [[nodiscard]] tl::expected<Texts, Raised> secrets_of(Branch& branch, const Environment& block);
  [[nodiscard]] tl::expected<std::string, Raised> text_of(Branch& branch, const groovy::Expr& expr);
  [[nodiscard]] Outcome value_of(Branch& branch, const groovy::Expr& expr);
  [[nodiscard]] const std::vector<StageOutcome>& stage_outcomes() const { return end_.stages; }
  [[nodiscard]] Outcome load_script(Branch& branch, const std::string& path);
  [[nodiscard]] std::optional<Raised> load_library(Branch& branch, const std::string& name);
  // A line of whoever sits at the terminal; none when nobody answers or the branch must stop.
  [[nodiscard]] std::optional<std::string> ask_at_terminal(Branch& branch,
                                                           const std::string& question);
  // Waits for the answer of an `input`; then its values.
  [[nodiscard]] Outcome ask_input(Branch& branch, const StepCall& call);
  // The one that runs.
  [[nodiscard]] const Pipeline& pipeline() const { return *model_.pipeline; }
  [[nodiscard]] const groovy::Unit& pipeline_unit() const { return *model_.file->unit; }

  std::map<std::string, std::string> stashes;  // Name to directory.
  std::vector<std::string> secret_files;       // Removed at the end of the build.

 private:
  class ProgramEnd;
  void carry_out(Branch& branch, ProgramRun& program);
  [[nodiscard]] std::optional<Raised> agent_and(Branch& branch, const Agent& agent,
                                                const std::vector<Call>& options, bool is_root);
  [[nodiscard]] std::optional<Raised> enter_agent(Branch& branch, const Agent& agent,
                                                  const std::vector<Call>& options, bool is_root);
  [[nodiscard]] tl::expected<std::string, Raised> setting_of(Branch& branch, const Agent& agent,
                                                             const char* name);
  [[nodiscard]] std::optional<Raised> start_agent_container(Branch& branch, const Agent& agent);
  // Ends the agent's container, if it is not the one from before.
  void leave_agent(Branch& branch, const std::shared_ptr<const Container>& before);
  [[nodiscard]] Outcome with_options(Branch& branch, const std::vector<Call>& options,
                                     std::size_t from, const std::function<Outcome()>& body);
  // Makes the pipelines of a file ones that can run.
  void add_models(const std::shared_ptr<const Checked>& file);
  [[nodiscard]] std::optional<Raised> load_libraries(Branch& branch);
  [[nodiscard]] std::optional<Raised> compute_parameters(Branch& branch);
  void set_parameter_variables();
  [[nodiscard]] Outcome run_root(Branch& branch, bool& has_run_post);
  [[nodiscard]] Outcome run_inside_agent(Branch& branch, bool& has_run_post);
  void run_root_post(Branch& branch, std::optional<Raised>& error);
  void run_post(Branch& branch, const Post& post, BuildResult context_result,
                std::optional<Raised>& error);
  [[nodiscard]] bool holds(PostCondition condition, BuildResult result) const;
  [[nodiscard]] tl::expected<bool, Raised> is_true(Branch& branch, const Condition& condition);
  [[nodiscard]] tl::expected<bool, Raised> is_true(Branch& branch, const When& when);
  [[nodiscard]] tl::expected<bool, Raised> matches(Branch& branch, const Condition& condition,
                                                   const std::string& actual,
                                                   const std::string& preset_comparator);
  [[nodiscard]] tl::expected<bool, Raised> is_change_request(Branch& branch,
                                                             const Condition& condition);
  [[nodiscard]] tl::expected<bool, Raised> has_changed(Branch& branch, const Condition& condition);
  [[nodiscard]] tl::expected<bool, Raised> is_triggered_by(Branch& branch,
                                                           const Condition& condition);
  // What git says of the source; nothing when it fails or there is none.
  [[nodiscard]] tl::expected<std::string, Raised> git_output(Branch& branch,
                                                             std::vector<std::string> words);
  [[nodiscard]] tl::expected<std::vector<std::string>, Raised> git_lines(
      Branch& branch, std::vector<std::string> words);
  [[nodiscard]] Outcome stage_inside_options(Branch& branch, const Stage& stage);
  [[nodiscard]] Outcome stage_inside_agent(Branch& branch, const Stage& stage);
  [[nodiscard]] Outcome stage_body(Branch& branch, const Stage& stage);
  void enter_stage_tools(Branch& branch, const Stage& stage);
  // The outcome of steps, in Jenkins' words where they failed for `agent none`.
  [[nodiscard]] Outcome explained(Branch& branch, Outcome outcome);
  [[nodiscard]] Outcome run_matrix(Branch& branch, const Stage& stage);
  [[nodiscard]] std::optional<Raised> stage_input(Branch& branch, const Input& input);
  void skip(Branch& branch, const std::vector<Stage>& stages, const std::string& why);
  void skip_stage(Branch& branch, const Stage& stage, const std::string& name,
                  const std::string& why);
  void enter_tools(Branch& branch, const std::vector<Call>& tools);
  void set_build_variables();
  // Jenkins' warning of a secret that Groovy has put into an argument.
  void warn_of_secrets(const Branch& branch, const std::string& step, const groovy::Values& given,
                       const groovy::Values& plain);
  void finish(Outcome outcome, Branch& branch);
  void end_lingering();  // What scripts have left in the background.
  void pump();

  BuildOutside outside_;
  BuildRequest request_;
  groovy::Interpreter interpreter_;
  BuildVariables variables_;
  BuildEnd end_;
  std::optional<BuildResult> result_;
  std::shared_ptr<InterruptScope> root_interrupts_;
  std::vector<Branch*> live_;  // Branches that have not ended.
  std::vector<std::unique_ptr<sys::Process>> lingering_;
  int next_branch_ = 0;
  int next_temporary_ = 0;
  std::set<std::string> temporaries_;  // Which may be there.
  // Where stages without an agent of their own get a container each: newContainerPerStage(). Empty:
  // nowhere.
  std::string per_stage_workspace_;
  std::set<std::string> places_;  // Workspaces that branches are in.
  bool is_killed_ = false;
  bool has_failed_early_ = false;
  bool is_over_ = false;
  Branch* running_ = nullptr;                           // Who has the baton.
  Instant last_turn_{0};                                // When the loop last had a turn.
  std::map<std::string, Ref<groovy::Script>> globals_;  // vars/*.groovy by name.
  std::map<std::string, Value> objects_;                // env, params, ...
  std::optional<Value> change_sets_;                    // Once somebody has asked for them.
  struct Model {
    std::shared_ptr<const Checked> file;
    const Pipeline* pipeline = nullptr;
  };
  std::map<const groovy::ClosureExpr*, Model> models_;  // By the block of `pipeline { ... }`.
  Model model_;                                         // Of the pipeline that runs or has run.
  Ref<groovy::Scope> scope_;                            // Of its block.
  std::unique_ptr<groovy::Baton> baton_;                // Last: its branches use all of the above.
};

// `number` for getNumber and isNumber; empty if the method is no getter.
[[nodiscard]] std::string property_of_getter(const std::string& method);
// What a step returns that has named parts: result.number, result.getNumber(). A part that is not
// there is null when it `is_lenient`, else a mistake of the script.
[[nodiscard]] Value make_record(groovy::Heap& heap, std::string class_name,
                                std::vector<std::pair<std::string, Value>> parts,
                                bool is_lenient = false);

// env, params, currentBuild, scm, steps.
[[nodiscard]] std::map<std::string, Value> make_objects(Execution& execution, groovy::Heap& heap);

}  // namespace runtask::jenkins
