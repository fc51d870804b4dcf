#include "cli/run_conflicts.h"

#include <string_view>
#include <vector>

#include "base/text.h"

namespace runtask::cli {
namespace {

// Two flags that cannot both be meant.
struct Conflict {
  std::string_view one;
  bool has_one;
  std::string_view other;
  bool has_other;
  std::string_view why;
};

std::vector<Conflict> placement_conflicts(const RunArguments& run) {
  const bool has_providers = !run.capacity_providers.empty();
  const bool has_hosts = run.launch_type == "EC2" || run.launch_type == "EXTERNAL";
  const std::string_view hosts =
      run.launch_type == "EC2" ? "--launch-type EC2" : "--launch-type EXTERNAL";
  return {
      {"--command", run.command_words.has_value(), "--command-json", run.command_json.has_value(),
       "the command is one of the two"},
      {"--launch-type", !run.launch_type.empty(), "--capacity-provider", has_providers,
       "ECS takes a launch type or capacity providers"},
      {"--subnet", !run.subnets.empty(), "--network-from-service",
       !run.network_from_service.empty(), "the subnets are the service's or the ones given"},
      {hosts, has_hosts, "--platform-version", !run.platform_version.empty(),
       "only Fargate has platform versions"},
      {hosts, has_hosts, "--assign-public-ip", run.assign_public_ip,
       "only Fargate gives a task a public address"},
  };
}

std::vector<Conflict> watching_conflicts(const RunArguments& run) {
  const bool has_no_logs = !run.logs;
  return {
      {"--detach", run.detach, "--timeout", run.timeout.has_value(),
       "nobody is there to stop the task when runtask has left"},
      {"--detach", run.detach, "--retry-on-spot", run.retry_on_spot.value_or(0) > 0,
       "nobody is there to start it again when runtask has left"},
      {"--detach", run.detach, "--report", !run.reports.empty(),
       "a report says how the run ended, and runtask leaves before it does"},
      {"--fail-fast", run.fail_fast, "--keep-going", run.keep_going,
       "after a failure the others are stopped or go on"},
      {"--no-logs", has_no_logs, "--drain", run.drain.has_value(), "no log is read"},
      {"--no-logs", has_no_logs, "--log-group", !run.log_group.empty(), "no log is read"},
      {"--no-logs", has_no_logs, "--log-stream-prefix", !run.log_stream_prefix.empty(),
       "no log is read"},
      {"--no-logs", has_no_logs, "--timestamps", run.timestamps, "no log is read"},
      {"--local", run.local, "--profile", !run.profile.empty(),
       "the embedded ECS has keys of its own"},
      {"--local", run.local, "--insecure-http", run.insecure_http,
       "the embedded ECS is on this machine"},
  };
}

// A variable that is set twice in different ways has no value that everybody would expect. (The
// same way twice is a list whose last entry wins, as docker has it.)
std::vector<std::string> variable_conflicts(const RunArguments& run) {
  std::vector<std::string> complaints;
  for (const auto& flag : run.environment)
    for (const auto& secret : run.secrets)
      if (flag.name == secret)
        complaints.push_back("-e " + flag.name + " and --secret " + secret +
                             ": the variable has one value");
  return complaints;
}

// hamlet's names and scope, as far as they are given.
std::vector<std::string> names_given(const Selection& selection) {
  std::vector<std::string> flags;
  const auto add = [&](const char* flag, bool is_given) {
    if (is_given) flags.emplace_back(flag);
  };
  add("-t", selection.tier.has_value());
  add("-i", selection.component.has_value());
  add("-w", selection.tasks.has_value());
  add("-x", selection.instances.has_value());
  add("-y", selection.task_version.has_value());
  add("-j", selection.component_instance.has_value());
  add("-k", selection.component_version.has_value());
  add("--environment", !selection.environments.empty());
  add("--segment", !selection.segment.empty());
  add("--tenant", !selection.tenant.empty());
  add("--product", !selection.product.empty());
  add("--account", !selection.accounts.empty());
  add("--root-dir", !selection.root_dir.empty());
  add("--blueprint", !selection.blueprint.empty());
  return flags;
}

// One way of saying which task, and that one whole.
Result<> check_which(const RunArguments& run) {
  const bool is_direct = !run.task_definition.empty();
  const auto names = names_given(run.selection);
  if (!names.empty() && (is_direct || !run.cluster.empty()))
    return fail(Code::kUsage,
                std::string(is_direct ? "--task-definition" : "--cluster") +
                    " and hamlet's names (" + join(names, ", ") +
                    ") are two ways of saying which task",
                "by hamlet's names the CMDB says cluster and definition");
  if (is_by_names(run.selection)) {
    if (run.selection.tasks && !trimmed(*run.selection.tasks).empty()) return {};
    return fail(Code::kUsage, "which task? -w is required beside -t and -i",
                "runtask find shows what the CMDB defines");
  }
  if (is_direct) return {};
  return fail(Code::kUsage, "which task? --task-definition is required, or -w with -t and -i",
              "--task-definition names it directly; -t, -i and -w find it in a hamlet CMDB");
}

}  // namespace

bool is_by_names(const Selection& selection) {
  return selection.tier || selection.component || selection.tasks;
}

Result<> check_conflicts(const RunArguments& arguments) {
  TRY(check_which(arguments));
  auto complaints = variable_conflicts(arguments);
  for (const auto& conflicts : {placement_conflicts(arguments), watching_conflicts(arguments)})
    for (const auto& it : conflicts)
      if (it.has_one && it.has_other)
        complaints.push_back(std::string(it.one) + " and " + std::string(it.other) + ": " +
                             std::string(it.why));
  if (complaints.empty()) return {};
  Error error{Code::kUsage, "flags contradict each other: " + complaints.front(), {}, {}};
  error.context.assign(complaints.begin() + 1, complaints.end());
  error.hint = "leave one of the two out";
  return fail(std::move(error));
}

}  // namespace runtask::cli
