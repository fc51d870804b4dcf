#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"

// The command line as values. Parsing is pure: it reads no file and no environment; what a flag
// means beyond its form (a NAME taken from the environment, an override file) is resolved by the
// command. CLI11 lives behind this header.

namespace runtask::cli {

struct EnvironmentFlag {
  std::string name;
  std::optional<std::string> value;  // None: taken from runtask's own environment.
};

// Which task by hamlet's names: the flags that `find` and `run` share. None: the flag was not
// given; an empty text is a value (the unnamed instance).
struct Selection {
  std::optional<std::string> tier, component;
  std::optional<std::string> tasks;      // A comma list.
  std::optional<std::string> instances;  // A comma list; `*` is all.
  std::optional<std::string> task_version;
  std::optional<std::string> component_instance, component_version;
  std::string container;
  // The scope.
  std::string environments;  // A comma list.
  std::string segment, tenant, product;
  std::vector<std::string> accounts;  // NAME, or ENVIRONMENT=NAME.
  std::string region;
  std::string root_dir;
  std::string blueprint;  // A blueprint-config.json that is read instead of the CMDB.
};

// `runtask find`.
struct FindArguments {
  Selection selection;
  bool json = false;
  bool explain = false;
};

struct RunArguments {
  std::vector<std::string> typed;  // The words themselves, for the record.
  // Which task.
  Selection selection;  // By hamlet's names; its container and region count in any case.
  std::string cluster;  // Or directly.
  std::string task_definition;
  int count = 1;
  // How ECS places it.
  std::string launch_type;
  std::vector<std::string> capacity_providers;  // name[:weight[:base]]
  std::string platform_version;
  std::vector<std::string> subnets;
  std::vector<std::string> security_groups;
  bool assign_public_ip = false;
  std::string network_from_service;  // A service of the cluster, whose network the task gets.
  // The configuration of this run.
  std::vector<EnvironmentFlag> environment;
  std::vector<std::string> environment_files;
  std::vector<std::string> secrets;  // Names; values from runtask's own environment.
  std::optional<std::string> command_words;
  std::optional<std::string> command_json;
  std::string cpu, memory;
  std::string task_role, execution_role;
  std::optional<std::string> override_json;  // A path, or "-" for standard input.
  std::vector<std::string> tags;
  std::string started_by, group;
  bool enable_execute_command = false;
  // How to run.
  std::string order;  // Empty: the default.
  int max_parallel = 10;
  bool fail_fast = false;
  bool keep_going = false;
  std::optional<Duration> timeout;
  std::optional<Duration> start_timeout;
  std::optional<int> retries;
  std::optional<int> retry_on_spot;
  bool detach_on_interrupt = false;
  bool detach = false;
  bool only_one = false;
  bool yes = false;
  bool logs = true;
  std::optional<Duration> drain;
  std::string log_group, log_stream_prefix;
  bool plan = false;
  std::vector<std::string> reports;
  bool timestamps = false;
  bool quiet = false;
  bool history = true;
  bool json = false;
  // Where.
  bool local = false;
  std::string profile;
  bool insecure_http = false;
};

// `runtask whoami`.
struct WhoamiArguments {
  std::string profile, region;
  bool local = false;
  bool insecure_http = false;
  bool json = false;
};

struct RunsList {
  int count = 20;
  bool json = false;
};
struct RunsShow {
  std::string run;
  bool json = false;
};
struct RunsLogs {
  std::string run;
  bool follow = false;
  std::optional<int> launch;  // From 1, as they are shown.
  bool timestamps = false;
  bool json = false;
};

struct RunsAttach {
  std::string run;
  bool json = false;
  bool timestamps = false;
  bool quiet = false;
};
struct RunsStop {
  std::string run;
  bool json = false;
};
struct RunsAgain {
  std::string run;
  bool detach = false;
  bool yes = false;
  bool plan = false;
  bool json = false;
  bool timestamps = false;
  bool quiet = false;
};
struct RunsPrune {
  int keep_days = 0;
  bool json = false;
};

struct LocalStart {
  int port = 0;
  bool foreground = false;
  std::string runtime = "auto";
  std::string limits;  // Empty: whichever a running one has, else none.
  std::optional<Duration> idle_timeout;
  bool background_child = false;  // Internal: started by `local start` or `run --local`.
};
struct LocalStop {};
struct LocalStatus {
  bool json = false;
};
struct LocalEnv {
  bool json = false;
};
struct LocalAws {
  std::vector<std::string> arguments;
};
struct LocalRegister {
  std::vector<std::string> files;
  bool json = false;
};
struct LocalLogs {
  std::string task;  // An id, an ARN, or "last".
  bool follow = false;
  bool timestamps = false;
  bool json = false;
};
struct LocalImageAdd {
  std::string name;
  std::string directory;
  std::vector<std::string> environment;  // K=V
  std::vector<std::string> entry_point;
};
struct LocalImageList {
  bool json = false;
};
struct LocalImageRemove {
  std::string name;
};
struct LocalClusterCreate {
  std::string name;
};

// `runtask pipeline run`. Each list as typed.
struct PipelineRun {
  std::string file;
  std::vector<std::string> parameters;                  // NAME=VALUE
  std::vector<std::string> inputs;                      // ID=VALUE
  std::vector<std::string> libraries;                   // NAME=DIR
  std::vector<std::string> tools;                       // NAME=DIR
  std::string workspace, scm, job, credentials, since;  // Empty: not given.
  std::string commission;  // From the build that starts this one; jenkins/child_build.h.
  bool strict_choices = false;
};
// `runtask pipeline lint` and `runtask pipeline params`.
struct PipelineLint {
  std::vector<std::string> files;
  std::vector<std::string> libraries;  // NAME=DIR
};
struct PipelineParams {
  std::string file;
  std::vector<std::string> libraries;  // NAME=DIR
  bool json = false;
};

struct AgentEnvironment {
  std::string overlay;  // Empty: the drop-ins alone.
};

// `runtask context set`, or the program under the name setContext.sh.
struct SetContext {
  std::vector<std::string> words;  // As the script takes them: cli/script_flags.h.
  bool is_script = false;          // It is to end as the script does.
};

// `runtask context tree`, or the program under the name constructTree.sh.
struct ConstructTree {
  std::vector<std::string> words;  // As the script takes them: cli/script_flags.h.
};

// The program under the name runTask.sh.
struct RunTaskScript {
  std::vector<std::string> words;  // As the script takes them: cli/script_flags.h.
};

using Command =
    std::variant<RunArguments, FindArguments, WhoamiArguments, AgentEnvironment, SetContext,
                 ConstructTree, RunTaskScript, RunsList, RunsShow, RunsLogs, RunsAttach, RunsStop,
                 RunsAgain, RunsPrune, LocalStart, LocalStop, LocalStatus, LocalEnv, LocalAws,
                 LocalRegister, LocalLogs, LocalImageAdd, LocalImageList, LocalImageRemove,
                 LocalClusterCreate, PipelineRun, PipelineLint, PipelineParams>;

// Something to print instead of a command: help, the version, or what is wrong with the words.
struct Answer {
  int exit_code = 0;
  std::string text;       // Without a newline at the end.
  bool is_error = false;  // To standard error.
  std::string record;     // A line for standard output beside that; empty: none.
};

[[nodiscard]] std::variant<Command, Answer> parse_arguments(
    const std::vector<std::string>& arguments);

// The same for the whole line. By one of hamlet's script names, which links to the program have,
// it is that script, whatever directory the name is in; by any other name it is runtask.
//
// A further script needs: its struct with `words` in Command, a row in kScripts (arguments.cpp), a
// `context(...)` or another overload that commands.cpp dispatches to; and, if `runtask context` has
// it too, its flags in command_line_context.cpp, which hands on words in the script's own form.
[[nodiscard]] std::variant<Command, Answer> parse_invocation(
    const std::string& called_as, const std::vector<std::string>& arguments);

}  // namespace runtask::cli
