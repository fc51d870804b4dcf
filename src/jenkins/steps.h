#pragma once

#include "jenkins/execution.h"

// The steps that steps.cpp lists, by where they are. Each is called on its branch's thread, with
// its arguments bound, and returns its value or what it raises.

namespace runtask::jenkins {

// Sleeps on the branch; an interruption ends it early.
void wait_for(Execution& execution, Branch& branch, Duration span);

// The text of the arguments `file` and `text`, one after the other.
[[nodiscard]] Outcome input_text(Execution& execution, StepCall& call, std::string& text);

// The variables of a session of the role that withAWS names, got with `keys` (steps_agents.cpp).
[[nodiscard]] tl::expected<Execution::Texts, Raised> assume_role(Execution& execution,
                                                                 StepCall& call,
                                                                 const Execution::Texts& keys);

// Copies files (and directories with what they hold) of one directory into another, which is made,
// under the same paths, with their modes and times; links stay links. What is there already is
// replaced, a link itself and not what it leads to (steps_files.cpp).
[[nodiscard]] Outcome copy_files(Execution& execution, Branch& branch, const std::string& from,
                                 const std::string& to, const std::vector<std::string>& paths);

#define RUNTASK_STEP(name) [[nodiscard]] Outcome name(Execution& execution, StepCall& call)
// steps_flow.cpp
RUNTASK_STEP(step_echo);
RUNTASK_STEP(step_error);
RUNTASK_STEP(step_script);
RUNTASK_STEP(step_stage);
RUNTASK_STEP(step_node);
RUNTASK_STEP(step_timestamps);
RUNTASK_STEP(step_unstable);
RUNTASK_STEP(step_catch_error);
RUNTASK_STEP(step_warn_error);
RUNTASK_STEP(step_retry);
RUNTASK_STEP(step_timeout);
RUNTASK_STEP(step_sleep);
RUNTASK_STEP(step_wait_until);
RUNTASK_STEP(step_parallel);
RUNTASK_STEP(step_input);
// steps_lock.cpp
RUNTASK_STEP(step_lock);
// steps_shell.cpp
RUNTASK_STEP(step_sh);
RUNTASK_STEP(step_dir);
RUNTASK_STEP(step_ws);
RUNTASK_STEP(step_with_env);
RUNTASK_STEP(step_pwd);
RUNTASK_STEP(step_is_unix);
RUNTASK_STEP(step_load);
RUNTASK_STEP(step_library);
RUNTASK_STEP(step_tool);
RUNTASK_STEP(step_pwsh);
RUNTASK_STEP(step_not_here);
// steps_build.cpp
RUNTASK_STEP(step_build);
// steps_files.cpp
RUNTASK_STEP(step_read_file);
RUNTASK_STEP(step_write_file);
RUNTASK_STEP(step_file_exists);
RUNTASK_STEP(step_touch);
RUNTASK_STEP(step_read_trusted);
RUNTASK_STEP(step_library_resource);
RUNTASK_STEP(step_find_files);
RUNTASK_STEP(step_delete_dir);
RUNTASK_STEP(step_clean_ws);
RUNTASK_STEP(step_stash);
RUNTASK_STEP(step_unstash);
RUNTASK_STEP(step_archive);
// steps_data.cpp
RUNTASK_STEP(step_read_properties);
RUNTASK_STEP(step_read_json);
RUNTASK_STEP(step_write_json);
RUNTASK_STEP(step_junit);
// steps_tables.cpp
RUNTASK_STEP(step_read_csv);
RUNTASK_STEP(step_write_csv);
RUNTASK_STEP(step_read_manifest);
// steps_pom.cpp
RUNTASK_STEP(step_read_maven_pom);
// steps_yaml.cpp
RUNTASK_STEP(step_read_yaml);
RUNTASK_STEP(step_write_yaml);
// steps_zip.cpp
RUNTASK_STEP(step_zip);
RUNTASK_STEP(step_unzip);
// steps_wrappers.cpp
RUNTASK_STEP(step_with_docker_container);
RUNTASK_STEP(step_with_docker_registry);
RUNTASK_STEP(step_with_tools);
RUNTASK_STEP(step_with_aws);
RUNTASK_STEP(step_with_warning);
RUNTASK_STEP(step_wrap);
RUNTASK_STEP(step_general);
// steps_agents.cpp
RUNTASK_STEP(step_ssh_agent);
RUNTASK_STEP(step_container);
RUNTASK_STEP(step_config_files);
// steps_credentials.cpp
RUNTASK_STEP(step_with_credentials);
// steps_scm.cpp
RUNTASK_STEP(step_git);
RUNTASK_STEP(step_checkout);
// steps.cpp
RUNTASK_STEP(step_notify);
RUNTASK_STEP(step_nothing);
RUNTASK_STEP(step_binding);
#undef RUNTASK_STEP

}  // namespace runtask::jenkins
