#include "run/explain.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace runtask::run {
namespace {

// One known ending: the word that ECS always uses for it, and other words of which one must be
// there too. Lower case. The first sign that fits counts, so that the general ones come last.
struct Sign {
  std::string_view word;
  std::vector<std::string_view> one_of;  // Empty: the word is enough.
  Explanation explanation;
};

const std::vector<Sign>& signs_of_images() {
  static const std::vector<Sign> known_signs = {
      {"cannotpull",
       {"there is no image '"},
       {"the image is not known to the embedded ECS",
        "add it: runtask local image add NAME --dir DIR; or use the image `host`"}},
      {"cannotpull",
       {"timeout", "dial tcp", "deadline exceeded", "connection refused"},
       {"the registry cannot be reached from the task's subnet",
        "give the subnet a route to it (NAT, VPC endpoints, or --assign-public-ip)"}},
      {"cannotpull",
       {"toomanyrequests", "rate limit"},
       {"the registry limits how often images are pulled",
        "wait, log in to the registry, or keep the image in a registry of your own"}},
      {"cannotpull",
       {"no space left"},
       {"the image does not fit on the host's disk", "give it more ephemeral storage"}},
      {"cannotpull",
       {"authoriz", "denied", "forbidden", "no basic auth"},
       {"the image may not be pulled, or is not there",
        "check its name, and that the execution role has the rights of "
        "AmazonECSTaskExecutionRolePolicy"}},
      {"cannotpull",
       {"not found", "manifest unknown", "does not exist"},
       {"the image, or its tag, does not exist in the registry",
        "check `image` in the task definition, and that the tag was pushed"}},
      {"cannotpull",
       {},
       {"the image could not be pulled",
        "check its name and tag, the execution role, and the subnet's route to the registry"}},
  };
  return known_signs;
}

const std::vector<Sign>& signs_of_tasks() {
  static const std::vector<Sign> known_signs = {
      {"outofmemory",
       {},
       {"a container needed more memory than it may have",
        "raise `memory` in the task definition, or run it with --memory"}},
      {"resourceinitializationerror",
       {"timeout", "dial tcp", "deadline exceeded", "check your task network"},
       {"the AWS services cannot be reached from the task's subnet",
        "give the subnet a route to them (NAT, VPC endpoints, or --assign-public-ip)"}},
      {"resourceinitializationerror",
       {"log group", "log stream", "logger"},
       {"the log group could not be used",
        "create it, or give the execution role logs:CreateLogStream and logs:PutLogEvents"}},
      {"resourceinitializationerror",
       {"from asm", "secretsmanager", "secrets manager", "from ssm", "ssm parameter",
        "getparameters"},
       {"a secret could not be fetched",
        "check that it exists and that the execution role may read it"}},
      {"resourceinitializationerror",
       {"registry auth"},
       {"the registry's login could not be fetched",
        "check the execution role's rights for ECR, and the subnet's route to it"}},
      {"resourceinitializationerror",
       {"efs", "mount"},
       {"a volume could not be mounted",
        "check the file system's mount targets, security groups and access point"}},
      {"unable to assume",
       {"role"},
       {"ECS may not assume the role", "its trust policy must name ecs-tasks.amazonaws.com"}},
      {"cannotstartcontainererror",
       {"no such file", "not found"},
       {"the command is not there in the image", "check `command` and `entryPoint`"}},
      {"cannotstartcontainererror",
       {"permission denied"},
       {"the command may not be executed", "check its mode and `user`"}},
      {"cannotcreatecontainererror",
       {"no command"},
       {"neither the image nor the task definition says what to run", "give it a `command`"}},
      {"dependencyerror",
       {},
       {"a container that another one waits for did not get there",
        "look at that container's log and exit code"}},
      {"failed container health checks",
       {},
       {"its health check failed", "look at the container's log and its `healthCheck`"}},
      {"host ec2", {"terminated"}, {"the instance that it ran on was terminated", "run it again"}},
      {"spot",
       {"interrupt"},
       {"AWS took the Spot capacity back", "run it again; or without a Spot capacity provider"}},
      {"network interface",
       {"provision", "timeout", "fail", "error"},
       {"its network interface could not be set up",
        "check that the subnet has free addresses, and the limits of the account; then run it "
        "again"}},
  };
  return known_signs;
}

// What RunTask answers when it starts nothing.
const std::vector<Sign>& signs_of_refusals() {
  static const std::vector<Sign> known_signs = {
      {"iam:passrole",
       {},
       {"these credentials may not hand the task's roles to ECS",
        "allow iam:PassRole for the task role and the execution role"}},
      {"not authorized to perform",
       {},
       {"these credentials lack a permission", "allow the action that the message names"}},
      {"capacity is unavailable",
       {},
       {"ECS has no capacity there at the moment",
        "run it again later, or in subnets of other availability zones"}},
      {"resource:",
       {"memory", "cpu", "ports", "eni", "gpu"},
       {"no container instance has that much room left",
        "ask for less with --cpu and --memory, wait until other tasks end, or add instances"}},
      {"attribute",
       {},
       {"no container instance has what the task definition asks for",
        "compare its requirements and placement constraints with the cluster's instances"}},
      {"no container instances",
       {},
       {"the cluster has no instances", "add some, or use --launch-type FARGATE"}},
      {"cluster not found",
       {},
       {"there is no such cluster in this account and region",
        "check --cluster, --region and --profile"}},
  };
  return known_signs;
}

Explanation by_code(const Verdict& verdict) {
  switch (verdict.exit_code) {
    case 126:
      return {"the command was found but could not be executed (126 is the shell's word for it)",
              "check that it is executable and for this machine"};
    case 127:
      return {"the command was not found (127 is the shell's word for it)",
              "check its name and the image's PATH"};
    case 137:
      return {"it was killed by SIGKILL: by the memory limit of its host, or by somebody",
              "look at the memory it uses"};
    case 139:
      return {"it crashed with a segmentation fault", "look for the fault in the program"};
    case 143:
      return {"it ended on SIGTERM", "look for who stopped it"};
    default:
      return {"the program in container " + verdict.container + " ended with an error of its own",
              "its last log lines say what it was"};
  }
}

Explanation by_kind(const LaunchOutcome& launch) {
  switch (launch.verdict.kind) {
    case VerdictKind::kTimedOut:
      return {"it ran longer than --timeout allows", "raise --timeout, or look where it hangs"};
    case VerdictKind::kStopped:
      return {"somebody or something else stopped it", "its stopped reason may say who"};
    case VerdictKind::kInfrastructure:
      return {"what it ran on went away", "run it again"};
    case VerdictKind::kNeverStarted:
      if (launch.verdict.words != verdict_of_stop(OurStop::kStartTimeout).words) return {};
      return {"it was not RUNNING within --start-timeout",
              "look at the cluster's capacity and at the size of the image; or raise it"};
    case VerdictKind::kFailed:
      if (!launch.verdict.container.empty() && launch.verdict.words.starts_with("exit code"))
        return by_code(launch.verdict);
      return {};
    default:
      return {};
  }
}

const Sign* find_sign(const std::vector<Sign>& signs, std::string_view reasons) {
  const auto says = [&](std::string_view word) {
    return reasons.find(word) != std::string_view::npos;
  };
  const auto found = std::find_if(signs.begin(), signs.end(), [&](const Sign& sign) {
    return says(sign.word) &&
           (sign.one_of.empty() || std::any_of(sign.one_of.begin(), sign.one_of.end(), says));
  });
  return found == signs.end() ? nullptr : &*found;
}

}  // namespace

Explanation explain(const LaunchOutcome& launch) {
  const auto kind = launch.verdict.kind;
  if (kind == VerdictKind::kSucceeded || kind == VerdictKind::kSkipped ||
      kind == VerdictKind::kDetached || kind == VerdictKind::kCancelled ||
      kind == VerdictKind::kInterrupted)
    return {};
  std::string reasons = launch.stopped_reason;
  for (const auto& container : launch.containers)
    reasons += "\n" + container.reason;
  // Our own words quote RunTask only where nothing was started.
  const bool was_refused = kind == VerdictKind::kNeverStarted && launch.task_arn.empty();
  if (was_refused) reasons += "\n" + launch.verdict.words;
  reasons = lower_case(reasons);
  if (const auto* sign = find_sign(signs_of_images(), reasons)) return sign->explanation;
  if (const auto* sign = find_sign(signs_of_tasks(), reasons)) return sign->explanation;
  if (was_refused)
    if (const auto* sign = find_sign(signs_of_refusals(), reasons)) return sign->explanation;
  return by_kind(launch);
}

}  // namespace runtask::run
