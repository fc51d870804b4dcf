"""Every request that the real runtask sends is what botocore's model of the operation allows."""
import io
import os
import sqlite3
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "cli"))

from support import *  # noqa: E402

try:
    from model_check import Models, request_faults
except ImportError:
    Models = None

# Each way of running that puts other members into a request.
RUNS = (
    ("--count", "3"),
    ("--count", "25"),
    ("-e", "A=1", "-e", "B=", "--command", "one 'two words'", "-c", "main"),
    ("--cpu", "512", "--memory", "1024", "--task-role", "arn:aws:iam::1:role/t", "--execution-role", "arn:aws:iam::1:role/e"),
    ("--launch-type", "fargate", "--platform-version", "1.4.0", "--subnet", "subnet-1", "--subnet", "subnet-2",
     "--security-group", "sg-1", "--assign-public-ip"),
    ("--capacity-provider", "FARGATE_SPOT:2:1", "--capacity-provider", "FARGATE"),
    ("--tag", "team=a b", "--tag", "empty=", "--started-by", "me-and_you", "--group", "g", "--enable-execute-command"),
    ("--log-group", "/g", "--log-stream-prefix", "p"),
    ("--override-json", "override.json"),
)


@unittest.skipUnless(Models, "botocore is not installed")
class AwsRequests(AwsSandbox):
    def setUp(self):
        super().setUp()
        self.sent = []  # (headers, body)
        handler = self.aws.server.RequestHandlerClass
        answer = handler.do_POST

        def do_post(this):
            body = this.rfile.read(int(this.headers["Content-Length"]))
            self.sent.append((dict(this.headers), body))
            this.rfile = io.BytesIO(body)
            answer(this)

        handler.do_POST = do_post
        self.write("override.json", json.dumps({"containerOverrides": [
            {"name": "main", "environment": [{"name": "X", "value": "1"}], "cpu": 1, "memory": 16, "memoryReservation": 8,
             "command": ["a"]}], "ephemeralStorage": {"sizeInGiB": 30}}))

    def with_arn(self, task, arn):
        return json.loads(json.dumps(task).replace(self.arn, arn))

    def start_tasks(self, request):
        self.started += request.get("count", 1)
        return {"failures": [], "tasks": [self.with_arn(self.task_now("PENDING"), task_arn("c", "%032x" % i))
                                          for i in range(self.started - request.get("count", 1), self.started)]}

    def describe_each(self, request):
        answer = self.describe(request)
        answer["tasks"] = [self.with_arn(answer["tasks"][0], arn) for arn in request["tasks"]]
        return answer

    def described(self, network_mode):
        described = definition("manage", ("main", True), log_driver="awslogs")
        described["taskDefinition"].update({"networkMode": network_mode, "requiresCompatibilities": ["EC2", "FARGATE"]})
        return described

    def run_all(self):
        self.started = 0
        self.aws.operations.update({
            "RunTask": self.start_tasks,
            "DescribeTasks": self.describe_each,
            "DescribeClusters": lambda _: {"clusters": [{"clusterName": "c", "status": "ACTIVE"}], "failures": []},
            "GetLogEvents": lambda _: {"events": [{"timestamp": 1, "message": "m", "ingestionTime": 1}],
                                       "nextForwardToken": "f/1", "nextBackwardToken": "b/1"},
        })
        for flags in RUNS:
            self.describes = 0
            mode = "awsvpc" if "--subnet" in flags else "bridge"
            self.aws.operations["DescribeTaskDefinition"] = lambda _, m=mode: self.described(m)
            self.run_aws(*flags)
        self.run_aws("--plan")
        self.describes = 0
        self.aws.operations["ListTasks"] = lambda _: {"taskArns": []}
        self.run_aws("--only-one")
        self.aws.operations["DescribeServices"] = lambda _: {"failures": [], "services": [{
            "serviceName": "web", "status": "ACTIVE", "networkConfiguration": {"awsvpcConfiguration": {
                "subnets": ["subnet-1"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"}}}]}
        self.aws.operations["DescribeTaskDefinition"] = lambda _: self.described("awsvpc")
        self.describes = 0
        self.run_aws("--network-from-service", "web")
        self.aws.operations["DescribeTaskDefinition"] = lambda _: self.described("bridge")
        self.script, self.describes = [self.task_now("RUNNING")], 0

        def stop(_):
            self.script, self.describes = [self.task_now("STOPPED", exit_codes={"main": 143}, stopCode="UserInitiated")], 0
            return {"task": self.task_now("RUNNING")}

        self.aws.operations["StopTask"] = stop
        self.assertEqual(self.run_aws("--timeout", "200ms").code, 124)
        self.run_and_attach()

    def run_and_attach(self):
        """The answer to a start is lost with the program and the machine, so that attach has to look for the task."""
        self.aws.operations["RunTask"] = lambda _: Reply({}, fault="stall")
        process = self.start("run", "--cluster", "c", "--task-definition", "manage", env={"RUNTASK_READ_TIMEOUT": "1h"})
        wait_until(lambda: [1 for headers, _ in self.sent[-1:] if headers.get("X-Amz-Target", "").endswith(".RunTask")],
                   "the start")
        process.kill()
        process.wait()
        with sqlite3.connect(os.path.join(self.state, "history.db")) as database:
            database.execute("UPDATE events SET data = replace(data, '\"boot\":\"', '\"boot\":\"another-')")
        self.describes, before = 0, len(self.sent)
        self.aws.operations["ListTasks"] = lambda request: {"taskArns": [] if "desiredStatus" in request else [self.arn]}
        self.runtask("runs", "attach", "last")
        lists = [json.loads(body) for headers, body in self.sent[before:] if headers["X-Amz-Target"].endswith(".ListTasks")]
        self.assertTrue(lists and all("startedBy" in request for request in lists), lists)

    def check_requests(self, key, region):
        """All that were sent, by their operation."""
        models, seen = Models(), {}
        for headers, body in self.sent:
            operation = models.operation_of(headers["X-Amz-Target"])
            service = operation.service_model.metadata
            self.assertEqual(headers["Content-Type"], "application/x-amz-json-" + service["jsonVersion"])
            self.assertRegex(headers["Authorization"], r"^AWS4-HMAC-SHA256 Credential=%s/\d{8}/%s/%s/aws4_request, "
                             r"SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=[0-9a-f]{64}$"
                             % (key, region, service.get("signingName", service["endpointPrefix"])))
            request = json.loads(body)
            with self.subTest(operation=operation.name, request=request):
                self.assertEqual(request_faults(request, operation.input_shape), [])
            seen.setdefault(operation.name, []).append(request)
        return seen

    def test_what_local_commands_send_validates(self):
        self.ok("local", "start")
        path = os.path.join(self.state, "local", "endpoint.json")
        with open(path, encoding="utf-8") as file:
            real = file.read()

        def write(text):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)

        self.addCleanup(write, real)
        write(json.dumps({**json.loads(real), "port": self.aws.port}))
        cluster = "arn:aws:ecs:us-east-1:%s:cluster/c" % ACCOUNT
        self.aws.operations.update({
            "RegisterTaskDefinition": lambda request: {"taskDefinition": {**request, "revision": 1}},
            "CreateCluster": lambda request: {"cluster": {"clusterArn": cluster, "clusterName": request["clusterName"]}},
            "ListClusters": lambda _: {"clusterArns": [cluster]},
            "DescribeClusters": lambda _: {"clusters": [{"clusterArn": cluster, "status": "ACTIVE"}], "failures": []},
            "GetLogEvents": lambda _: {"events": [], "nextForwardToken": "f/1", "runtaskComplete": True},
            "DescribeTaskDefinition": lambda _: definition("manage", ("main", True), log_driver="awslogs"),
        })
        registration = self.write("definition.json", json.dumps({
            "family": "manage", "networkMode": "awsvpc", "cpu": "256", "memory": "512", "requiresCompatibilities": ["FARGATE"],
            "tags": [{"key": "k", "value": "v"}], "taskRoleArn": "arn:aws:iam::1:role/r", "containerDefinitions": [
                {"name": "main", "image": "host", "essential": True, "command": ["true"], "environment": [{"name": "A", "value": "1"}],
                 "secrets": [{"name": "S", "valueFrom": "arn"}], "dependsOn": [{"containerName": "x", "condition": "START"}],
                 "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/g", "awslogs-region": "us-east-1"}}}]}))
        self.ok("local", "register", registration)
        self.ok("local", "cluster", "create", "c")
        self.ok("local", "status")
        self.ok("local", "logs", self.id)
        seen = self.check_requests("RTLOCAL[0-9A-Z]+", "us-east-1")
        self.assertEqual(set(seen), {"RegisterTaskDefinition", "CreateCluster", "ListClusters", "DescribeClusters", "DescribeTasks",
                                     "DescribeTaskDefinition", "GetLogEvents"})

    def test_what_runs_send_validates(self):
        self.run_all()
        seen = self.check_requests("AKIDEXAMPLE", "eu-west-1")
        for operation in ("DescribeTaskDefinition", "DescribeClusters", "RunTask", "DescribeTasks", "StopTask", "ListTasks",
                          "DescribeServices"):
            self.assertIn(operation, seen)
        self.assertTrue({"GetLogEvents", "FilterLogEvents"} & set(seen), seen.keys())
        starts = seen["RunTask"]
        for member in ("clientToken", "overrides", "networkConfiguration", "capacityProviderStrategy", "launchType", "tags",
                       "platformVersion", "startedBy", "group", "enableExecuteCommand", "count"):
            self.assertTrue([start for start in starts if start.get(member)], "no run has sent " + member)
        self.assertEqual(len({start["clientToken"] for start in starts}), len(starts))
        self.assertLessEqual(max(start.get("count", 1) for start in starts), 10)

    def test_what_sts_is_asked_validates(self):
        models = Models()
        self.aws.operations["Sts"] = lambda request: Reply(
            (("<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
              "<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
              "</AssumeRoleResponse>") if "Action=AssumeRole&" in request["form"] else
             ("<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>a</Arn><UserId>u</UserId><Account>1</Account>"
              "</GetCallerIdentityResult></GetCallerIdentityResponse>")).encode(), content_type="text/xml")
        os.makedirs(self.path(".aws"))
        self.write(".aws/config", "[profile p]\nrole_arn = arn:aws:iam::123456789012:role/r\ncredential_source = Environment\n"
                   "external_id = ext\nduration_seconds = 900\n")
        self.ok("whoami", "--profile", "p")
        actions = set()
        for headers, body in self.sent:
            form = {name: values[0] for name, values in urllib.parse.parse_qs(body.decode(), strict_parsing=True).items()}
            operation = models.services["sts"].operation_model(form.pop("Action"))
            self.assertEqual(form.pop("Version"), models.services["sts"].api_version)
            self.assertEqual(headers["Content-Type"], "application/x-www-form-urlencoded; charset=utf-8")
            shape = operation.input_shape
            typed = {name: int(value) if name in shape.members and shape.members[name].type_name == "integer" else value
                     for name, value in form.items()}
            self.assertEqual(request_faults(typed, shape), [])
            actions.add(operation.name)
        self.assertEqual(actions, {"AssumeRole", "GetCallerIdentity"})


if __name__ == "__main__":
    main()
