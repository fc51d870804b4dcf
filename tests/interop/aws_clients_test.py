"""The real AWS CLI and boto3 (Debian's) against the embedded endpoint: register, run, wait, describe, stop, logs."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "cli"))

from support import *  # noqa: E402

AWS = "/usr/bin/aws"


class ClientsSandbox(Sandbox):
    def setUp(self):
        super().setUp()
        self.ok("local", "start")
        self.aws_env = {}
        for line in self.ok("local", "env").out.splitlines():
            match = re.match(r"export (\w+)='?([^']*)'?$", line)
            if match:
                self.aws_env[match.group(1)] = match.group(2)
        self.url = self.aws_env["AWS_ENDPOINT_URL_ECS"]
        self.task_definition = {
            "family": "talk",
            "containerDefinitions": [{
                "name": "main", "image": "host", "memory": 64,
                "command": ["/bin/sh", "-c", "echo $GREETING; echo bye; exit ${CODE:-0}"],
                "environment": [{"name": "GREETING", "value": "hello"}],
                "logConfiguration": {"logDriver": "awslogs", "options": {
                    "awslogs-group": "/talk", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "t"}}}]}


@unittest.skipUnless(os.path.exists(AWS), "the AWS CLI is not installed")
class AwsCli(ClientsSandbox):
    def aws(self, *arguments, code=0):
        """Through `runtask local aws`, as a user of an AWS CLI that knows no AWS_ENDPOINT_URL does."""
        result = self.runtask("local", "aws", *arguments)
        self.assertEqual(result.code, code, result)
        return json.loads(result.out) if result.out.strip() else result

    def test_a_whole_job(self):
        path = self.write("talk.json", json.dumps(self.task_definition))
        registered = self.aws("ecs", "register-task-definition", "--cli-input-json", "file://" + path)
        self.assertEqual(registered["taskDefinition"]["revision"], 1)
        self.assertEqual(registered["taskDefinition"]["status"], "ACTIVE")
        overrides = {"containerOverrides": [{"name": "main", "environment": [
            {"name": "GREETING", "value": "salut"}, {"name": "CODE", "value": "7"}]}]}
        started = self.aws("ecs", "run-task", "--task-definition", "talk", "--overrides", json.dumps(overrides))
        self.assertEqual(started["failures"], [])
        arn = started["tasks"][0]["taskArn"]
        self.aws("ecs", "wait", "tasks-stopped", "--tasks", arn)
        task = self.aws("ecs", "describe-tasks", "--tasks", arn)["tasks"][0]
        self.assertEqual(task["lastStatus"], "STOPPED")
        self.assertEqual(task["stopCode"], "EssentialContainerExited")
        self.assertEqual(task["containers"][0]["exitCode"], 7)
        for member in ("createdAt", "startedAt", "stoppedAt", "executionStoppedAt"):
            self.assertIn(member, task)
        events = self.aws("logs", "get-log-events", "--log-group-name", "/talk", "--log-stream-name",
                          "t/main/" + arn.split("/")[-1], "--start-from-head")["events"]
        self.assertEqual([event["message"] for event in events], ["salut", "bye"])

    def test_what_is_set_for_aws_is_not_in_the_way(self):
        self.env.update({"AWS_SESSION_TOKEN": "t", "AWS_SECURITY_TOKEN": "t", "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z",
                         "AWS_PROFILE": "nobody", "AWS_DEFAULT_PROFILE": "nobody", "AWS_USE_FIPS_ENDPOINT": "true",
                         "AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
                         "HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": "example.org"})
        self.assertEqual(len(self.aws("ecs", "list-clusters")["clusterArns"]), 1)
        done = subprocess.run(["/bin/sh", "-c", 'eval "$(%s local env)"; exec %s --endpoint-url "$AWS_ENDPOINT_URL_ECS" ecs '
                               "list-clusters" % (RUNTASK, AWS)], env=self.env, cwd=self.directory, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=LONGEST, check=False)
        self.assertEqual(done.returncode, 0, done)

    def test_stop_lists_and_clusters(self):
        self.register("slow", ("main", "sleep 600"))
        self.assertIn("cluster/other", self.aws("ecs", "create-cluster", "--cluster-name", "other")["cluster"]["clusterArn"])
        arn = self.aws("ecs", "run-task", "--cluster", "other", "--task-definition", "slow")["tasks"][0]["taskArn"]
        self.assertEqual(self.aws("ecs", "list-tasks", "--cluster", "other")["taskArns"], [arn])
        self.assertEqual(self.aws("ecs", "list-tasks")["taskArns"], [])
        stopped = self.aws("ecs", "stop-task", "--cluster", "other", "--task", arn, "--reason", "enough")["task"]
        self.assertEqual(stopped["desiredStatus"], "STOPPED")
        self.aws("ecs", "wait", "tasks-stopped", "--cluster", "other", "--tasks", arn)
        task = self.aws("ecs", "describe-tasks", "--cluster", "other", "--tasks", arn)["tasks"][0]
        self.assertEqual((task["stopCode"], task["stoppedReason"]), ("UserInitiated", "enough"))
        self.assertEqual(task["containers"][0]["exitCode"], 143)
        clusters = self.aws("ecs", "list-clusters")["clusterArns"]
        self.assertEqual(sorted(c.split("/")[-1] for c in clusters), ["default", "other"])
        self.assertEqual(self.aws("sts", "get-caller-identity")["Account"], "000000000000")

    def test_errors_are_aws_own(self):
        for arguments, expected in (
                (("ecs", "run-task", "--task-definition", "nothing"), "ClientException"),
                (("ecs", "run-task", "--cluster", "no", "--task-definition", "x"), "ClusterNotFoundException"),
                (("ecs", "describe-services", "--services", "x"), "UnknownOperationException"),
                (("logs", "get-log-events", "--log-group-name", "/no", "--log-stream-name", "x"),
                 "ResourceNotFoundException")):
            result = self.runtask("local", "aws", *arguments)
            self.assertNotEqual(result.code, 0)
            self.assertIn(expected, result.err)

    def test_logs_tail_follows(self):
        self.register("talks", ("main", "for i in 1 2 3; do echo line $i; done"))
        self.assertEqual(self.run_local("talks").code, 0)
        result = self.ok("local", "aws", "logs", "tail", "/test", "--format", "short")
        self.assertEqual([line.split(" ", 1)[1] for line in result.out.splitlines()], ["line 1", "line 2", "line 3"])


BOTO = r"""
import boto3, json, sys, time
from botocore.config import Config
from botocore.exceptions import ClientError
url = sys.argv[1]
config = Config(retries={"max_attempts": 1})
ecs = boto3.client("ecs", endpoint_url=url, config=config)
logs = boto3.client("logs", endpoint_url=url, config=config)
sts = boto3.client("sts", endpoint_url=url, config=config)
"""


class Boto3(ClientsSandbox):
    def setUp(self):
        super().setUp()
        found = subprocess.run(["/usr/bin/python3", "-c", "import boto3"], stderr=subprocess.DEVNULL, check=False)
        if found.returncode != 0:
            self.skipTest("boto3 is not installed")

    def boto(self, code, env=None):
        script = self.write("script.py", BOTO + code)
        result = subprocess.run(["/usr/bin/python3", "-B", script, self.url], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**self.env, **self.aws_env, **(env or {})}, timeout=LONGEST, check=False)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        return result.stdout.decode()

    def test_a_whole_job_with_the_waiter(self):
        out = self.boto("""
definition = json.loads(%r)
print(ecs.register_task_definition(**definition)["taskDefinition"]["taskDefinitionArn"].split("/")[-1])
task = ecs.run_task(taskDefinition="talk", count=2)["tasks"]
arns = [t["taskArn"] for t in task]
ecs.get_waiter("tasks_stopped").wait(tasks=arns, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
print(sorted(t["containers"][0]["exitCode"] for t in ecs.describe_tasks(tasks=arns)["tasks"]))
for arn in arns:
    events = logs.get_log_events(logGroupName="/talk", logStreamName="t/main/" + arn.split("/")[-1], startFromHead=True)
    print([e["message"] for e in events["events"]])
found = logs.filter_log_events(logGroupName="/talk", filterPattern="bye")["events"]
print(len(found), len({e["eventId"] for e in found}))
""" % json.dumps(self.task_definition))
        self.assertEqual(out.splitlines(), ["talk:1", "[0, 0]", "['hello', 'bye']", "['hello', 'bye']", "2 2"])

    def test_client_tokens_are_honoured(self):
        self.register("slow", ("main", "sleep 600"))
        out = self.boto("""
from botocore.awsrequest import AWSRequest
from botocore.auth import SigV4Auth
import urllib.request
def run(token, **more):  # Debian's model has no clientToken: the request is made by hand and signed by botocore.
    body = json.dumps({"taskDefinition": "slow", "clientToken": token, **more}).encode()
    request = AWSRequest("POST", url + "/", data=body, headers={
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "AmazonEC2ContainerServiceV20141113.RunTask"})
    SigV4Auth(boto3.Session().get_credentials(), "ecs", "us-east-1").add_auth(request)
    try:
        return json.load(urllib.request.urlopen(urllib.request.Request(url + "/", body, dict(request.headers))))
    except urllib.error.HTTPError as error:
        return json.load(error)
first, second = run("t1")["tasks"][0]["taskArn"], run("t1")["tasks"][0]["taskArn"]
other = run("t2")["tasks"][0]["taskArn"]
conflict = run("t1", startedBy="me")
print(first == second, first == other, conflict["__type"].split("#")[-1], conflict["resourceIds"] == [first])
print(len(ecs.list_tasks()["taskArns"]))
""")
        self.assertEqual(out.splitlines(), ["True False ConflictException True", "2"])

    def test_a_wrong_key_and_a_wrong_secret_are_refused(self):
        for env, expected in (({"AWS_SECRET_ACCESS_KEY": "wrong"}, "InvalidSignatureException"),
                              ({"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}, "UnrecognizedClientException")):
            out = self.boto("""
try:
    ecs.list_clusters()
    print("let in")
except ClientError as error:
    print(error.response["Error"]["Code"])
""", env)
            self.assertEqual(out.strip(), expected)

    def test_an_assumed_role_can_call(self):
        out = self.boto("""
got = sts.assume_role(RoleArn="arn:aws:iam::000000000000:role/any", RoleSessionName="me")["Credentials"]
session = boto3.Session(got["AccessKeyId"], got["SecretAccessKey"], got["SessionToken"])
print(session.client("ecs", endpoint_url=url).list_clusters()["clusterArns"][0].split("/")[-1])
try:
    boto3.Session(got["AccessKeyId"], got["SecretAccessKey"], "x").client("ecs", endpoint_url=url).list_clusters()
except ClientError as error:
    print("refused")
""")
        self.assertEqual(out.splitlines(), ["default", "refused"])

    def test_paginators_see_everything_once(self):
        for i in range(7):
            self.register("family%d" % i, ("main", "true"))
        out = self.boto("""
pages = ecs.get_paginator("list_task_definitions").paginate(PaginationConfig={"PageSize": 3})
names = [arn.split("/")[-1] for page in pages for arn in page["taskDefinitionArns"]]
print(len(names), len(set(names)))
""")
        self.assertEqual(out.strip(), "7 7")


if __name__ == "__main__":
    main()
