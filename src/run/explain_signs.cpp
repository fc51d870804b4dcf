#include "run/explain_signs.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"

namespace runtask::run {
namespace {

// Of calls that get no answer: there is no route, or a security group is in the way.
#define RUNTASK_NO_ROUTE                                                                       \
  "i/o timeout|dial tcp|deadline exceeded|connection refused|client.timeout|awaiting headers|" \
  "network is unreachable|check your task network|connection issue between the task"

constexpr auto kImages = std::to_array<Sign>({
    {"cannotpull", "there is no image '", "the image is not known to the embedded ECS",
     "add it: runtask local image add NAME --dir DIR; or use the image `host`"},
    {"cannotpull", "toomanyrequests|rate limit|too many requests",
     "the registry limits how often images are pulled",
     "wait, log in to the registry, or keep the image in a registry of your own"},
    {"cannotpull", "no such host|server misbehaving", "the registry's name does not resolve",
     "check the host in `image`, and that the VPC has DNS resolution enabled"},
    {"cannotpull", "no space left|not enough disk", "the image does not fit on the task's disk",
     "give it more ephemeral storage, or clear the instance's disk"},
    {"cannotpull",
     "matching platform|no matching manifest|no match for platform|specified platform",
     "the image was not built for this CPU architecture or operating system",
     "build it for the platform that `runtimePlatform` names (docker buildx --platform)"},
    {"cannotpull", "x509|certificate", "the registry's certificate is not trusted",
     "check the certificate, and whether a proxy stands between"},
    {"cannotpull", RUNTASK_NO_ROUTE, "the registry cannot be reached from the task's subnet",
     "give the subnet a route to it (NAT, VPC endpoints, or --assign-public-ip)"},
    {"cannotpull", "not authorized to perform|getauthorizationtoken",
     "the execution role may not pull from the registry",
     "give it the rights of AmazonECSTaskExecutionRolePolicy"},
    {"cannotpull",
     "denied|forbidden|no basic auth|unauthorized|authorization failed|incorrect username",
     "the image may not be pulled, or is not there",
     "check its name, and that the execution role has the rights of "
     "AmazonECSTaskExecutionRolePolicy (or `repositoryCredentials` the right login)"},
    {"cannotpull", "invalid reference format|invalid image name",
     "the name of the image is malformed", "check `image` in the task definition"},
    {"cannotpull", "the table of images on this machine",
     "the embedded endpoint cannot read which images there are",
     "mend the file that the reason names, or move it away and add the images again with `runtask "
     "local image add`"},
    {"cannotpull", "not found|manifest unknown|name unknown|does not exist",
     "the image, or its tag, does not exist in the registry",
     "check `image` in the task definition, and that the tag was pushed"},
    {"cannotpull", ": eof|unexpected eof|connection reset|tls handshake|invalid argument",
     "the download of the image broke off", "run it again"},
    {"cannotpull", "", "the image could not be pulled",
     "check its name and tag, the execution role, and the subnet's route to the registry"},
});

constexpr auto kContainers = std::to_array<Sign>({
    {"", "outofmemory|out of memory|killed due to memory",
     "a container needed more memory than it may have",
     "raise the container's `memory` in the task definition, or for one run with --override-json; "
     "--memory raises the task's, which is the limit of containers without one"},
    {"cannotstartcontainererror", "exec format error|wrong architecture",
     "the program was built for another CPU architecture, or a script lacks its #! line",
     "build the image for the platform that the task runs on"},
    {"cannotstartcontainererror", "mount callback failed|error mounting|failed to mount",
     "a volume of the container could not be mounted",
     "check `mountPoints`, `volumes`, and what is in the volume"},
    {"cannotstartcontainererror|cannot enter the directory", "",
     "the working directory cannot be entered on this machine",
     "make it, or check `workingDirectory` and the image's (`runtask local image list`)",
     "cannot enter the directory "},
    {"cannotstartcontainererror", "chdir", "the working directory is not there in the image",
     "check `workingDirectory`"},
    {"cannotstartcontainererror", "unable to find user|no matching entries in passwd",
     "the user is not there in the image", "check `user`"},
    {"cannotstartcontainererror", "executable file not found|no such file|exec: not found",
     "the command is not there in the image",
     "check `command` and `entryPoint` (and --command), and the image's PATH"},
    {"cannotstartcontainererror", "permission denied|operation not permitted",
     "the command may not be executed", "check its mode (chmod +x) and `user`"},
    {"cannotstartcontainererror", "address already in use|port is already allocated",
     "a port of the host is taken", "leave `hostPort` out, or stop what uses it"},
    {"cannotcreatecontainererror", "no command",
     "neither the image nor the task definition says what to run", "give it a `command`"},
    {"", "dockertimeouterror|containerruntimetimeouterror",
     "the container runtime took too long: its host is overloaded, or the image is very large",
     "run it again; raise `startTimeout`, or use a larger instance"},
    {"", "cannotstopcontainererror|cannotinspectcontainererror",
     "the container runtime did not do what the ECS agent asked for",
     "run it again; if it stays so, replace the instance"},
});

constexpr auto kLogs = std::to_array<Sign>({
    {"log group|does not exist", "", "the log group does not exist",
     "create it, or set the log option `awslogs-create-group` to true"},
    {"", "logs:createlogstream|logs:createloggroup|logs:putlogevents",
     "the execution role may not write to the log group",
     "give it logs:CreateLogStream and logs:PutLogEvents (logs:CreateLogGroup to create groups)"},
});

#define RUNTASK_SECRET_NAME "failed to fetch secret |invalid ssm parameters: |invalid parameters: "

constexpr auto kSecrets = std::to_array<Sign>({
    {"the embedded ecs has no value for it", "", "the embedded ECS has no value for the secret",
     "give it under `secrets` in the file that the reason names", RUNTASK_SECRET_NAME},
    {"resourceinitializationerror", "ecr:getauthorizationtoken|ecr:batchgetimage",
     "the execution role may not log in to the registry",
     "give it the rights of AmazonECSTaskExecutionRolePolicy"},
    {"", "kms:decrypt|access to kms is not allowed",
     "the execution role may not decrypt the secret with its key",
     "give it kms:Decrypt for the key of the secret"},
    {"", "secretsmanager:getsecretvalue|ssm:getparameter",
     "the execution role may not read the secret",
     "give it secretsmanager:GetSecretValue or ssm:GetParameters for the secret"},
    {"retrieve secret", "accessdenied|access denied",
     "the execution role may not read the secret, or the secret is not there",
     "check its name, and secretsmanager:GetSecretValue or ssm:GetParameters of the role"},
    {"fetching secret data", "accessdenied|access denied",
     "the execution role may not fetch the secret, or the secret is not there",
     "check its name, and secretsmanager:GetSecretValue or ssm:GetParameters of the role"},
    {"", "json key", "the secret has no such JSON key",
     "check the key at the end of `valueFrom`, and what the secret holds"},
    {"secret", "marked for deletion|marked deleted|scheduled for deletion",
     "the secret is scheduled for deletion", "restore it, or name another one in `valueFrom`"},
    {"", "find the specified secret|invalid ssm parameters|parameternotfound|invalid parameters: ",
     "the secret or SSM parameter does not exist in this account and region",
     "check `valueFrom`: its name, account and region", RUNTASK_SECRET_NAME},
});

#undef RUNTASK_SECRET_NAME

constexpr auto kResources = std::to_array<Sign>({
    {"efs", "failed to resolve|mount target", "the EFS file system is not found from the subnet",
     "check its id, that it has a mount target in the subnet's zone, and the VPC's DNS"},
    {"efs", "access denied|not authorized|permission denied",
     "the EFS file system refuses the task",
     "check its policy, the access point, and elasticfilesystem:ClientMount of the task role"},
    {"efs", "connection reset|timed out|timeout", "the EFS file system does not answer",
     "allow NFS (port 2049) from the task's security group to the mount target's; then run it "
     "again"},
    {"", "efs utils|efs volume", "the EFS file system could not be mounted",
     "check the file system's mount targets, security groups, access point and directory"},
    {"", "env file|environment file", "a file of `environmentFiles` could not be fetched from S3",
     "check that it exists, and that the execution role has s3:GetObject for it"},
    {"resourceinitializationerror", RUNTASK_NO_ROUTE,
     "the AWS services cannot be reached from the task's subnet",
     "give the subnet a route to them (NAT, VPC endpoints, or --assign-public-ip), and allow HTTPS "
     "in the security group"},
    {"", "logger|logging driver|log stream", "the log driver could not be set up",
     "check the options of `logConfiguration`, and the execution role's rights"},
    {"", "retrieve secret|fetching secret data|from secrets manager|from asm|from ssm",
     "a secret could not be fetched",
     "check that it exists and that the execution role may read it"},
    {"", "cannotcreatevolumeerror|ebs volume|volume attachment",
     "a volume could not be created or attached",
     "check `volumes` in the task definition, and the rights of the infrastructure role"},
    {"unable to assume", "role", "ECS may not assume the role",
     "check that it exists; its trust policy must name ecs-tasks.amazonaws.com"},
    {"network interface", "insufficientfreeaddresses|free addresses|insufficient",
     "the subnet has no free addresses left", "use another subnet, or a larger one"},
    {"network interface", "provision|timeout|fail|error",
     "its network interface could not be set up",
     "check that the subnet has free addresses, and the limits of the account; then run it again"},
    {"", "registry auth", "the registry's login or a secret could not be fetched",
     "check the execution role's rights, and the subnet's route to ECR and Secrets Manager"},
    {"resourceinitializationerror", "",
     "what the task needs around its containers could not be set up",
     "the stopped reason names it; check network, roles and volumes"},
});

constexpr auto kEndings = std::to_array<Sign>({
    {"cannotcreatecontainererror", "", "the container could not be created",
     "its reason says why; check image, volumes and limits in the task definition"},
    {"cannotstartcontainererror", "", "the container runtime could not start the container",
     "its reason says why; check image, command, user and volumes"},
    {"", "dependencyerror|dependency cannot be resolved|dependencies could not be resolved",
     "a container that another one waits for did not get there",
     "look at that container's log and exit code"},
    {"failed container health checks", "", "its health check failed",
     "look at the container's log and its `healthCheck`"},
    {"failed elb health checks", "", "the load balancer's health check failed",
     "look at the container's log, its port, and the target group's settings"},
    {"host ec2|terminated", "", "the instance that it ran on was terminated", "run it again"},
    {"", "performing maintenance|task retirement", "AWS took the task's host away for maintenance",
     "run it again"},
    {"embedded endpoint was stopped", "",
     "somebody stopped the embedded ECS while the task ran (runtask local stop)",
     "run it again: the embedded ECS is started with it"},
    {"embedded endpoint ended", "", "the embedded ECS ended while the task ran",
     "run it again; `runtask local logs` and the machine's memory may say why it ended"},
    {"spot|interrupt", "", "AWS took the Spot capacity back",
     "run it again, with --retry-on-spot N, or without a Spot capacity provider"},
});

constexpr auto kPlacement = std::to_array<Sign>({
    {"", "rate exceeded|throttl|request limit exceeded|requestlimitexceeded|too many requests",
     "AWS allows no more calls of that kind at the moment",
     "run it again later; start fewer tasks at once (--max-parallel), or raise --retries"},
    {"iam:passrole", "", "these credentials may not hand the task's roles to ECS",
     "allow iam:PassRole for the task role and the execution role"},
    {"", "expiredtoken|token has expired|security token included in the request is invalid",
     "the credentials have expired, or AWS does not know them", "log in again, or check --profile"},
    {"", "not authorized to perform|accessdenied", "these credentials lack a permission",
     "allow the action that the message names"},
    {"capacity is unavailable", "", "ECS has no capacity there at the moment",
     "run it again later, or in subnets of other availability zones"},
    {"", "reached the limit on|provisioning tasks|vcpu limit", "a quota of the account is used up",
     "wait until other tasks end, or ask AWS for a higher quota (Service Quotas, Fargate)"},
    {"resource:", "this machine has", "the task asks for more than this machine has",
     "ask for less, with --cpu or --memory or in the task definition"},
    {"resource:cpu", "", "no container instance has that much CPU left",
     "ask for less with --cpu, wait until other tasks end, or add instances"},
    {"resource:memory", "", "no container instance has that much memory left",
     "ask for less with --memory, wait until other tasks end, or add instances"},
    {"resource:ports", "", "a `hostPort` is taken on every container instance",
     "leave `hostPort` out, wait until other tasks end, or add instances"},
    {"resource:eni", "", "no container instance has a network interface left",
     "wait until other tasks end, add instances, or turn on awsvpcTrunking"},
    {"resource:gpu", "", "no container instance has that many GPUs left",
     "wait until other tasks end, or add instances"},
    {"resource:", "", "no container instance has enough of what the task asks for",
     "ask for less, wait until other tasks end, or add instances"},
    {"\nagent", "", "the ECS agent of the container instance is not connected",
     "run it again; if it stays so, look at the agent on the instance"},
    {"\nattribute", "", "no container instance has what the task definition asks for",
     "compare its requirements and placement constraints with the cluster's instances"},
    {"\nlocation", "", "no container instance is in the right availability zone",
     "use subnets of the zones that the instances are in"},
    {"\nmissing", "", "the container instance or cluster that was asked for is not there",
     "check --cluster and the placement constraints"},
    {"\ninactive", "", "the container instance that was asked for is no longer registered",
     "check the placement constraints and the cluster's instances"},
    {"no container instances", "", "the cluster has no instances",
     "add some, or use --launch-type FARGATE"},
});

constexpr auto kRequests = std::to_array<Sign>({
    {"embedded endpoint cannot store its state", "",
     "the disk of the embedded ECS is full, or its state directory may only be read",
     "make room, or set RUNTASK_STATE_DIR to another directory"},
    {"", "cluster not found|clusternotfound", "there is no such cluster in this account and region",
     "check --cluster, --region and --profile"},
    {"cluster", "is inactive|was inactive|is not active", "the cluster has been deleted",
     "check --cluster; a deleted cluster stays visible for a while"},
    {"", "taskdefinition is inactive|task definition is inactive",
     "that revision of the task definition has been deregistered",
     "leave the revision out for the newest active one"},
    {"", "taskdefinition not found|unable to describe task definition",
     "there is no such task definition in this account and region",
     "check --task-definition, --region and --profile"},
    {"network configuration must be provided", "",
     "the task's network mode is awsvpc, and no subnet was given",
     "give --subnet, or --network-from-service SERVICE"},
    {"network configuration is not valid", "",
     "subnets were given, but the task's network mode is not awsvpc", "leave --subnet out"},
    {"", "invalidsubnetid|retrieving subnet information", "the subnet does not exist there",
     "check --subnet: its account and region"},
    {"security group", "does not exist|retrieving security group|different vpcs|different networks",
     "the security group does not exist in the subnets' VPC",
     "check --security-group: its VPC, account and region"},
    {"", "does not support launch_type|launch type is not compatible|incompatible with launch type",
     "the task definition does not support that launch type",
     "compare --launch-type with its `requiresCompatibilities`"},
    {"", "platformunknown|platform does not exist|platformtaskdefinitionincompatibility",
     "Fargate has no such platform version, or the task needs another one",
     "leave --platform-version out for LATEST"},
    {"platform version must be null", "", "only Fargate has platform versions",
     "leave --platform-version out, or give --launch-type FARGATE"},
    {"execution role arn", "", "the task definition has no execution role, and needs one",
     "give it `executionRoleArn`, or run it with --execution-role"},
    {"", "role is not valid|invalid role", "one of the roles does not exist or is no role",
     "check --task-role, --execution-role, and the roles in the task definition"},
    {"capacity provider", "not found|not associated|does not exist|not contain|inactive",
     "the cluster has no such capacity provider",
     "check --capacity-provider against the cluster's capacity providers"},
    {"", "no fargate configuration|invalid 'cpu'|invalid 'memory'|invalid cpu|invalid memory",
     "Fargate does not have that combination of CPU and memory",
     "check --cpu and --memory against Fargate's table of sizes"},
    {"overrides length must be at most", "", "the overrides are longer than ECS takes",
     "put the long values where the task can fetch them (S3, SSM), or in the task definition"},
    {"is not a container in the taskdefinition", "", "the task definition has no such container",
     "check --container against the task definition"},
    {"", "blockedexception|account is blocked|account is currently blocked",
     "AWS has blocked the account for this service", "ask AWS Support"},
});

#undef RUNTASK_NO_ROUTE

const std::vector<std::span<const Sign>>& tables_of(Evidence evidence) {
  static const std::vector<std::span<const Sign>> kOfEndings = {kImages,  kContainers, kLogs,
                                                                kSecrets, kResources,  kEndings};
  static const std::vector<std::span<const Sign>> kOfRefusals = {kPlacement, kRequests};
  return evidence == Evidence::kEnding ? kOfEndings : kOfRefusals;
}

// Whether any, or all, of the words between the bars are there.
bool says(std::string_view text, std::string_view words, bool all) {
  while (!words.empty()) {
    const auto bar = words.find('|');
    const bool found = text.find(words.substr(0, bar)) != std::string_view::npos;
    if (found != all) return found;
    words.remove_prefix(bar == std::string_view::npos ? words.size() : bar + 1);
  }
  return all;
}

}  // namespace

std::vector<Sign> signs_of(Evidence evidence) {
  std::vector<Sign> all;
  for (const auto table : tables_of(evidence))
    all.insert(all.end(), table.begin(), table.end());
  return all;
}

const Sign* find_sign(Evidence evidence, std::string_view text) {
  for (const auto table : tables_of(evidence))
    for (const auto& sign : table)
      if (says(text, sign.all_of, true) && (sign.one_of.empty() || says(text, sign.one_of, false)))
        return &sign;
  return nullptr;
}

}  // namespace runtask::run
