#include "run/explain_signs.h"

#include <gtest/gtest.h>

#include <set>

#include "base/text.h"
#include "run/explained.h"

namespace runtask::run {
namespace {

LaunchOutcome refused(const std::string& words) {
  LaunchOutcome launch;
  launch.verdict = {VerdictKind::kNeverStarted, 125, "", words};
  return launch;
}

struct Case {
  const char* reason;  // In AWS' own words, as they are reported in public.
  const char* cause;
};

// Of tasks that stopped, or never started.
const std::vector<Case>& endings() {
  static const std::vector<Case> kCases = {
      // Images.
      {"CannotPullContainerError: there is no image 'manage' on this machine; `runtask local image "
       "add` makes one, and 'host' is always there",
       "the image is not known to the embedded ECS"},
      {"CannotPullContainerError: the table of images on this machine, "
       "/s/local/images.json, is damaged or cannot be read",
       "the embedded endpoint cannot read which images there are"},
      {"CannotPullContainerError: Error response from daemon: manifest for x/y:1 not found: "
       "manifest unknown",
       "the image, or its tag, does not exist in the registry"},
      {"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to "
       "resolve ref docker.io/library/nope:1: docker.io/library/nope:1: not found",
       "the image, or its tag, does not exist in the registry"},
      {"CannotPullContainerError: The task can't pull the image "
       "'123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:x' because it does not exist",
       "the image, or its tag, does not exist in the registry"},
      {"CannotPullContainerError: Error response from daemon: pull access denied for nope, "
       "repository does not exist or may require 'docker login': denied: requested access to the "
       "resource is denied",
       "the image may not be pulled, or is not there"},
      {"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to "
       "resolve "
       "ref registry.gitlab.com/x/y:1: pulling from host registry.gitlab.com failed with status "
       "code [manifests 1]: 403 Forbidden",
       "the image may not be pulled, or is not there"},
      {"CannotPullECRContainerError: AccessDeniedException: User: "
       "arn:aws:sts::1:assumed-role/task-execution/1 is not authorized to perform: "
       "ecr:GetAuthorizationToken on resource: *",
       "the execution role may not pull from the registry"},
      {"CannotPullContainerError: inspect image has been retried 1 time(s): httpReadSeeker: failed "
       "open: unexpected status code https://registry-1.docker.io/v2/x/manifests/sha256: 429 Too "
       "Many Requests - Server message: toomanyrequests: You have reached your pull rate limit",
       "the registry limits how often images are pulled"},
      {"CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to "
       "resolve "
       "ref docker.io/library/x:1: failed to do request: Head "
       "\"https://registry-1.docker.io/v2/library/x/manifests/1\": dial tcp 3.94.224.37:443: i/o "
       "timeout",
       "the registry cannot be reached from the task's subnet"},
      {"CannotPullContainerError: Error response from daemon: Get "
       "https://registry-1.docker.io/v2/: "
       "net/http: request canceled while waiting for connection (Client.Timeout exceeded while "
       "awaiting headers)",
       "the registry cannot be reached from the task's subnet"},
      {"CannotPullContainerError: failed to resolve ref registry.exmaple.com/x:1: failed to do "
       "request: Head \"https://registry.exmaple.com/v2/x/manifests/1\": dial tcp: lookup "
       "registry.exmaple.com on 10.0.0.2:53: no such host",
       "the registry's name does not resolve"},
      {"CannotPullContainerError: failed to register layer: write /usr/lib/x.so: no space left on "
       "device",
       "the image does not fit on the task's disk"},
      {"CannotPullContainerError: image Manifest does not contain descriptor matching platform "
       "'linux/amd64'",
       "the image was not built for this CPU architecture or operating system"},
      {"CannotPullContainerError: no matching manifest for linux/arm64/v8 in the manifest list "
       "entries",
       "the image was not built for this CPU architecture or operating system"},
      {"CannotPullContainerError: invalid reference format: repository name must be lowercase",
       "the name of the image is malformed"},
      {"CannotPullContainerError: Get https://registry.local/v2/: x509: certificate signed by "
       "unknown authority",
       "the registry's certificate is not trusted"},
      {"CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: read tcp "
       "10.0.1.2:3->4.5.6.7:443: read: connection reset by peer",
       "the download of the image broke off"},
      {"CannotPullImageManifestError: something new", "the image could not be pulled"},
      // Containers.
      {"OutOfMemoryError: Container killed due to memory usage",
       "a container needed more memory than it may have"},
      {"CannotStartContainerError: exec: \"nope\": executable file not found in $PATH",
       "the command is not there in the image"},
      {"CannotStartContainerError: ResourceInitializationError: failed to create new container "
       "runtime task: failed to create shim: OCI runtime create failed: container_linux.go:380: "
       "starting container process caused: exec: \"-url\": executable file not found in $PATH",
       "the command is not there in the image"},
      {"CannotStartContainerError: ResourceInitializationError: failed to create new container "
       "runtime task: OCI runtime create failed: starting container process caused: exec: "
       "\"/opt/run.sh\": stat /opt/run.sh: no such file or directory",
       "the command is not there in the image"},
      {"CannotStartContainerError: exec /run.sh: permission denied",
       "the command may not be executed"},
      {"CannotStartContainerError: Error response from daemon: OCI runtime create failed: "
       "standard_init_linux.go:228: exec user process caused: exec format error",
       "the program was built for another CPU architecture, or a script lacks its #! line"},
      {"CannotStartContainerError: ResourceInitializationError: unable to create new container: "
       "mount callback failed on /tmp/containerd-mount916692511: open "
       "/tmp/containerd-mount916692511/etc/passwd: no such file or directory",
       "a volume of the container could not be mounted"},
      {"CannotStartContainerError: OCI runtime create failed: runc create failed: chdir to cwd "
       "(\"/nope\") set in config.json failed: no such file or directory",
       "the working directory is not there in the image"},
      {"CannotStartContainerError: cannot start `manage.py`: cannot enter the directory /srv/nope: "
       "No such file or directory",
       "the working directory cannot be entered on this machine: /srv/nope"},
      {"CannotStartContainerError: Error response from daemon: unable to find user app: no "
       "matching "
       "entries in passwd file",
       "the user is not there in the image"},
      {"CannotStartContainerError: Error response from daemon: driver failed programming external "
       "connectivity on endpoint: Bind for 0.0.0.0:80 failed: port is already allocated",
       "a port of the host is taken"},
      {"CannotStartContainerError: something new",
       "the container runtime could not start the container"},
      {"CannotCreateContainerError: Error response from daemon: No command specified",
       "neither the image nor the task definition says what to run"},
      {"CannotCreateContainerError: API error (500): devmapper: Thin Pool has free data blocks",
       "the container could not be created"},
      {"DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s",
       "the container runtime took too long: its host is overloaded, or the image is very large"},
      {"CannotInspectContainerError: Could not transition to inspecting; timed out after waiting "
       "30s",
       "the container runtime did not do what the ECS agent asked for"},
      {"DependencyError: container proxy exited with 1, and this one waits for its SUCCESS",
       "a container that another one waits for did not get there"},
      // Logs.
      {"ResourceInitializationError: failed to validate logger args: create stream has been "
       "retried "
       "1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified "
       "log group does not exist. : exit status 1",
       "the log group does not exist"},
      {"CannotStartContainerError: Error response from daemon: failed to initialize logging "
       "driver: "
       "failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group "
       "does not exist.",
       "the log group does not exist"},
      {"ResourceInitializationError: failed to validate logger args: create stream has been "
       "retried "
       "1 times: failed to create Cloudwatch log stream: AccessDeniedException: User: "
       "arn:aws:sts::1:assumed-role/e/1 is not authorized to perform: logs:CreateLogStream on "
       "resource: arn:aws:logs:eu-west-1:1:log-group:/x",
       "the execution role may not write to the log group"},
      {"ResourceInitializationError: failed to validate logger args: signal: killed",
       "the log driver could not be set up"},
      // Secrets.
      {"ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
       "retrieval failed: unable to retrieve secret from asm: service call has been retried 1 "
       "time(s): failed to fetch secret arn:... from secrets manager: AccessDeniedException: User: "
       "x is not authorized to perform: secretsmanager:GetSecretValue on resource: y because no "
       "identity-based policy allows the action",
       "the execution role may not read the secret"},
      {"Fetching secret data from SSM Parameter Store in eu-west-1: AccessDeniedException: User: x "
       "is not authorized to perform: ssm:GetParameters on resource: y",
       "the execution role may not read the secret"},
      {"ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
       "retrieval failed: unable to retrieve secret from asm: service call has been retried 1 "
       "time(s): failed to fetch secret arn:... from secrets manager: AccessDeniedException",
       "the execution role may not read the secret, or the secret is not there"},
      {"Fetching secret data from AWS Secrets Manager in region eu-west-1: secret x: "
       "AccessDeniedException",
       "the execution role may not fetch the secret, or the secret is not there"},
      {"ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve "
       "secret from asm: AccessDeniedException: Access to KMS is not allowed",
       "the execution role may not decrypt the secret with its key"},
      {"ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
       "retrieval failed: unable to retrieve secret from asm: service call has been retried 1 "
       "time(s): failed to fetch secret x from secrets manager: ResourceNotFoundException: Secrets "
       "Manager can't find the specified secret.",
       "the secret or SSM parameter does not exist in this account and region: x"},
      {"ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
       "retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 "
       "time(s): invalid ssm parameters: /App/Password, /app/other",
       "the secret or SSM parameter does not exist in this account and region: /App/Password"},
      {"ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
       "retrieval failed: unable to retrieve secrets from ssm: invalid ssm parameters: /app/db "
       "(the "
       "variable DB; the embedded ECS has no value for it in /home/me/images.json)",
       "the embedded ECS has no value for the secret: /app/db"},
      {"ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
       "retrieval failed: unable to retrieve secret from asm: retrieved secret from Secrets "
       "Manager "
       "did not contain json key password",
       "the secret has no such JSON key"},
      {"ResourceInitializationError: unable to retrieve secret from asm: InvalidRequestException: "
       "You can't perform this operation on the secret because it was marked for deletion.",
       "the secret is scheduled for deletion"},
      {"Fetching secret data from AWS Secrets Manager in region eu-west-1: secret x: "
       "InternalServiceError",
       "a secret could not be fetched"},
      {"ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
       "retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 "
       "time(s): AccessDeniedException: User: x is not authorized to perform: "
       "ecr:GetAuthorizationToken on resource: *",
       "the execution role may not log in to the registry"},
      {"ResourceInitializationError: unable to pull secrets or registry auth: something new",
       "the registry's login or a secret could not be fetched"},
      // The network.
      {"ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
       "retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 "
       "time(s): RequestError: send request failed caused by: Post \"https://api.ecr\": dial tcp "
       "1.2.3.4:443: i/o timeout. Please check your task network configuration.",
       "the AWS services cannot be reached from the task's subnet"},
      {"ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull "
       "registry auth from Amazon ECR: There is a connection issue between the task and Amazon "
       "ECR. "
       "Check your task network configuration.",
       "the AWS services cannot be reached from the task's subnet"},
      {"Timeout waiting for network interface provisioning to complete.",
       "its network interface could not be set up"},
      {"Unexpected EC2 error while attempting to Create Network Interface with public IP "
       "assignment "
       "disabled in subnet 'subnet-1': InsufficientFreeAddressesInSubnet",
       "the subnet has no free addresses left"},
      // Volumes and files.
      {"ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: "
       "stderr: Failed to resolve \"fs-1.efs.us-east-1.amazonaws.com\" - check that your file "
       "system ID is correct : unsuccessful EFS utils command execution; code: 1",
       "the EFS file system is not found from the subnet"},
      {"ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: "
       "stderr: b'mount.nfs4: access denied by server while mounting 127.0.0.1:/' : unsuccessful "
       "EFS utils command execution; code: 32",
       "the EFS file system refuses the task"},
      {"ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: "
       "stderr: mount.nfs4: Connection reset by peer : unsuccessful EFS utils command execution; "
       "code: 32",
       "the EFS file system does not answer"},
      {"ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: "
       "stderr: b'mount.nfs4: mounting fs-1:/grafana failed, reason given by server: No such file "
       "or directory' : unsuccessful EFS utils command execution; code: 32",
       "the EFS file system could not be mounted"},
      {"CannotCreateVolumeError: create volume: driver not found",
       "a volume could not be created or attached"},
      {"ResourceInitializationError: failed to download env files: file download command: non "
       "empty "
       "error stream: service call has been retried 1 time(s): AccessDenied: Access Denied",
       "a file of `environmentFiles` could not be fetched from S3"},
      {"ResourceInitializationError: something new",
       "what the task needs around its containers could not be set up"},
      // Roles.
      {"ECS was unable to assume the role 'arn:aws:iam::1:role/x' that was provided for this task. "
       "Please verify that the role being passed has the proper trust relationship and permissions "
       "and that your IAM user has permissions to pass this role.",
       "ECS may not assume the role"},
      // What ended it.
      {"Task failed container health checks", "its health check failed"},
      {"Task failed ELB health checks in (target-group "
       "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/x/1)",
       "the load balancer's health check failed"},
      {"Host EC2 (instance i-0abc) terminated.", "the instance that it ran on was terminated"},
      {"ECS is performing maintenance on the underlying infrastructure hosting the task.",
       "AWS took the task's host away for maintenance"},
      {"The embedded endpoint was stopped.",
       "somebody stopped the embedded ECS while the task ran (runtask local stop)"},
      {"The embedded endpoint ended while the task was running; its processes ended with it.",
       "the embedded ECS ended while the task ran"},
      {"Your Spot Task was interrupted.", "AWS took the Spot capacity back"},
  };
  return kCases;
}

// Of RunTask.
const std::vector<Case>& refusals() {
  static const std::vector<Case> kCases = {
      {"RunTask: Rate exceeded (ThrottlingException)",
       "AWS allows no more calls of that kind at the moment"},
      {"RunTask: Error retrieving security group information for [sg-1]: Request limit exceeded. "
       "(ErrorCode: RequestLimitExceeded) (InvalidParameterException)",
       "AWS allows no more calls of that kind at the moment"},
      {"RunTask: User: arn:aws:iam::1:user/x is not authorized to perform: iam:PassRole on "
       "resource: arn",
       "these credentials may not hand the task's roles to ECS"},
      {"RunTask: User: arn:aws:iam::1:user/x is not authorized to perform: ecs:RunTask on "
       "resource: "
       "arn",
       "these credentials lack a permission"},
      {"RunTask: The security token included in the request is invalid. "
       "(UnrecognizedClientException)",
       "the credentials have expired, or AWS does not know them"},
      {"Capacity is unavailable at this time. Please try again later or in a different "
       "availability "
       "zone",
       "ECS has no capacity there at the moment"},
      {"You've reached the limit on the number of vCPUs you can run concurrently",
       "a quota of the account is used up"},
      {"RESOURCE:CPU: 1024 units", "no container instance has that much CPU left"},
      {"RESOURCE:MEMORY: the task needs 9999999 MiB; this machine has 24105",
       "the task asks for more than this machine has"},
      {"RESOURCE:MEMORY", "no container instance has that much memory left"},
      {"RESOURCE:PORTS", "a `hostPort` is taken on every container instance"},
      {"RESOURCE:ENI", "no container instance has a network interface left"},
      {"RESOURCE:GPU", "no container instance has that many GPUs left"},
      {"RESOURCE:FPGA", "no container instance has enough of what the task asks for"},
      {"AGENT", "the ECS agent of the container instance is not connected"},
      {"ATTRIBUTE", "no container instance has what the task definition asks for"},
      {"LOCATION", "no container instance is in the right availability zone"},
      {"MISSING", "the container instance or cluster that was asked for is not there"},
      {"INACTIVE", "the container instance that was asked for is no longer registered"},
      {"RunTask: No Container Instances were found in your cluster. (InvalidParameterException)",
       "the cluster has no instances"},
      {"RunTask: Cluster not found. (ClusterNotFoundException)",
       "there is no such cluster in this account and region"},
      {"RunTask: The referenced cluster was inactive. (InvalidParameterException)",
       "the cluster has been deleted"},
      {"RunTask: TaskDefinition is inactive (InvalidParameterException)",
       "that revision of the task definition has been deregistered"},
      {"RunTask: TaskDefinition not found. (ClientException)",
       "there is no such task definition in this account and region"},
      {"RunTask: Network Configuration must be provided when networkMode 'awsvpc' is specified.",
       "the task's network mode is awsvpc, and no subnet was given"},
      {"RunTask: Network Configuration is not valid for the given networkMode of this task "
       "definition.",
       "subnets were given, but the task's network mode is not awsvpc"},
      {"RunTask: The platform version must be null when specifying an EC2 launch type. "
       "(InvalidParameterException)",
       "only Fargate has platform versions"},
      {"RunTask: Error retrieving subnet information for [subnet-1]: The subnet ID 'subnet-1' does "
       "not exist (ErrorCode: InvalidSubnetID.NotFound)",
       "the subnet does not exist there"},
      {"RunTask: Error retrieving security group information for [sg-1]: The security group 'sg-1' "
       "does not exist (ErrorCode: InvalidGroup.NotFound)",
       "the security group does not exist in the subnets' VPC"},
      {"RunTask: Task definition does not support launch_type FARGATE.",
       "the task definition does not support that launch type"},
      {"RunTask: The specified platform does not exist. (PlatformUnknownException)",
       "Fargate has no such platform version, or the task needs another one"},
      {"RunTask: Fargate requires task definition to have execution role ARN to support ECR "
       "images.",
       "the task definition has no execution role, and needs one"},
      {"RunTask: Role is not valid (ClientException)",
       "one of the roles does not exist or is no role"},
      {"RunTask: The specified capacity provider strategy cannot contain a capacity provider that "
       "is not associated with the cluster.",
       "the cluster has no such capacity provider"},
      {"RunTask: No Fargate configuration exists for given values.",
       "Fargate does not have that combination of CPU and memory"},
      {"RunTask: Container Overrides length must be at most 8192",
       "the overrides are longer than ECS takes"},
      {"RunTask: Override for container named x is not a container in the TaskDefinition.",
       "the task definition has no such container"},
      {"RunTask: Your account is currently blocked. Contact AWS Support. (BlockedException)",
       "AWS has blocked the account for this service"},
      {"RunTask: The embedded endpoint cannot store its state, so nothing was done: database "
       "/s/local/endpoint.db: database or disk is full (ClientException)",
       "the disk of the embedded ECS is full, or its state directory may only be read"},
  };
  return kCases;
}

TEST(Explain, why_a_task_ended_in_the_words_of_its_stopped_reason_or_of_a_container) {
  for (const auto& [reason, expected] : endings()) {
    EXPECT_EQ(cause(ended(VerdictKind::kNeverStarted, reason)), expected) << reason;
    EXPECT_EQ(cause(ended(VerdictKind::kNeverStarted, "Task failed to start", reason)), expected)
        << reason;
  }
}

TEST(Explain, why_run_task_started_nothing) {
  for (const auto& [reason, expected] : refusals())
    EXPECT_EQ(cause(refused(reason)), expected) << reason;
  EXPECT_EQ(cause(refused("RunTask: ECS was unable to assume the role 'x' that was provided for "
                          "this task. (ClientException)")),
            "ECS may not assume the role");
  EXPECT_EQ(cause(refused("something that nobody has seen before")), "");
}

// Every rule is there for a text of the tables above: none is dead, and none is untested.
TEST(Explain, every_rule_is_the_first_for_some_real_text) {
  for (const auto evidence : {Evidence::kEnding, Evidence::kRefusal}) {
    const auto& cases = evidence == Evidence::kEnding ? endings() : refusals();
    std::set<std::string_view> found;
    for (const auto& [reason, unused] : cases)
      if (const auto* sign = find_sign(evidence, "\n" + lower_case(reason)))
        found.insert(sign->cause);
    for (const auto& sign : signs_of(evidence))
      EXPECT_TRUE(found.contains(sign.cause)) << sign.cause;
  }
}

// A rule fits the shortest texts that fulfil it, one for each of its alternatives: no rule before
// it takes any of them away.
TEST(Explain, no_rule_shadows_another) {
  for (const auto evidence : {Evidence::kEnding, Evidence::kRefusal}) {
    for (const auto& sign : signs_of(evidence)) {
      const auto always = join(split(std::string(sign.all_of), '|'), " ");
      for (const auto& one : split(std::string(sign.one_of), '|')) {
        const auto text = always + " " + one;
        const auto* found = find_sign(evidence, text);
        ASSERT_NE(found, nullptr) << text;
        EXPECT_EQ(found->cause, sign.cause) << text;
      }
      for (const auto word : {sign.all_of, sign.one_of})
        EXPECT_EQ(lower_case(word), word) << "would never be found";
    }
  }
}

}  // namespace
}  // namespace runtask::run
