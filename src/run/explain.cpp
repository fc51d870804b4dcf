#include "run/explain.h"

#include <array>

#include "base/text.h"

namespace runtask::run {
namespace {

// One known ending: words that ECS uses for it, all of which must occur in the reasons.
struct Sign {
  std::array<std::string_view, 2> words;  // Lower case; the second may be empty.
  Explanation explanation;
};

const std::array<Sign, 18>& signs() {
  static const std::array<Sign, 18> kSigns = {{
      {{"cannotpullcontainererror", "no such image"},
       {"the image is not known here", "add it: runtask local image add NAME --dir DIR"}},
      {{"cannotpull", "not found"},
       {"the image, or its tag, does not exist in the registry",
        "check `image` in the task definition, and that the tag was pushed"}},
      {{"cannotpull", "timeout"},
       {"the registry cannot be reached from the task's subnet",
        "give the subnet a route to it (NAT, VPC endpoints, or --assign-public-ip)"}},
      {{"cannotpull", "authoriz"},
       {"the execution role may not pull the image",
        "give it the rights of AmazonECSTaskExecutionRolePolicy"}},
      {{"cannotpull", ""},
       {"the image could not be pulled",
        "check its name and tag, the execution role, and the subnet's route to the registry"}},
      {{"outofmemory", ""},
       {"a container needed more memory than it may have",
        "raise `memory` in the task definition, or run it with --memory"}},
      {{"resourceinitializationerror", "secret"},
       {"a secret could not be fetched",
        "check that it exists and that the execution role may read it"}},
      {{"resourceinitializationerror", "log"},
       {"the log group could not be used",
        "create it, or give the execution role logs:CreateLogStream and logs:PutLogEvents"}},
      {{"resourceinitializationerror", ""},
       {"ECS could not prepare the task: secrets, logs or network",
        "check the execution role, and the subnet's route to the AWS services"}},
      {{"unable to assume", "role"},
       {"ECS may not assume the role", "its trust policy must name ecs-tasks.amazonaws.com"}},
      {{"cannotstartcontainererror", "no such file"},
       {"the command is not there in the image", "check `command` and `entryPoint`"}},
      {{"cannotstartcontainererror", "permission"},
       {"the command may not be executed", "check its mode and `user`"}},
      {{"cannotstartcontainererror", ""},
       {"the container's command could not be started",
        "check `command`, `entryPoint` and `user`"}},
      {{"spot", "interrupt"},
       {"AWS took the Spot capacity back", "run it again; or without a Spot capacity provider"}},
      {{"host ec2", "terminated"}, {"the instance that it ran on was terminated", "run it again"}},
      {{"capacity is unavailable", ""},
       {"ECS has no capacity there at the moment",
        "run it again later, or in subnets of other availability zones"}},
      {{"failed container health checks", ""},
       {"its health check failed", "look at the container's log and its `healthCheck`"}},
      {{"networkinterface", ""},
       {"its network interface could not be set up",
        "check that the subnet has free addresses, and the limits of the account"}},
  }};
  return kSigns;
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
    case VerdictKind::kFailed:
      if (!launch.verdict.container.empty() && launch.verdict.words.starts_with("exit code"))
        return by_code(launch.verdict);
      return {};
    default:
      return {};
  }
}

}  // namespace

Explanation explain(const LaunchOutcome& launch) {
  if (launch.verdict.kind == VerdictKind::kSucceeded) return {};
  std::string reasons = launch.stopped_reason + "\n" + launch.verdict.words;
  for (const auto& container : launch.containers)
    reasons += "\n" + container.reason;
  reasons = lower_case(reasons);
  for (const auto& sign : signs()) {
    const bool fits = reasons.find(sign.words[0]) != std::string::npos &&
                      reasons.find(sign.words[1]) != std::string::npos;
    if (fits) return sign.explanation;
  }
  return by_kind(launch);
}

}  // namespace runtask::run
