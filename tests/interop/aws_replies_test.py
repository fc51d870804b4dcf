"""Every reply of the embedded endpoint is what botocore's model of the operation says, member for member."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "cli"))

from support import *  # noqa: E402

try:
    import botocore.endpoint
    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import ClientError

    from model_check import faults
except ImportError:
    botocore = None

# Errors of every AWS JSON service, which its models do not name.
COMMON = {"AccessDeniedException", "UnknownOperationException", "SerializationException", "InvalidSignatureException",
          "UnrecognizedClientException", "MissingAuthenticationTokenException", "IncompleteSignatureException",
          "ThrottlingException", "ValidationException"}
# In the models since 2023, with the client tokens.
ADDED_LATER = {"ConflictException"}


@unittest.skipUnless(botocore, "botocore is not installed")
class AwsReplies(Sandbox):
    def setUp(self):
        super().setUp()
        self.ok("local", "start")
        exports = dict(line[len("export "):].replace("'", "").split("=", 1) for line in self.ok("local", "env").out.splitlines()
                       if line.startswith("export "))
        session = botocore.session.Session()
        session.set_credentials(exports["AWS_ACCESS_KEY_ID"], exports["AWS_SECRET_ACCESS_KEY"])
        self.clients = {name: session.create_client(name, region_name="us-east-1", endpoint_url=exports["AWS_ENDPOINT_URL_ECS"],
                                                    config=Config(retries={"max_attempts": 0}, parameter_validation=False))
                        for name in ("ecs", "logs", "sts")}
        for client in self.clients.values():
            self.addCleanup(client._endpoint.http_session.close)
        self.replies = []  # (operation's model, status, body)
        convert = botocore.endpoint.convert_to_response_dict

        def capture(response, operation):
            self.replies.append((operation, response.status_code, response.content))
            return convert(response, operation)

        botocore.endpoint.convert_to_response_dict = capture
        self.addCleanup(setattr, botocore.endpoint, "convert_to_response_dict", convert)

    def call(self, service, operation, **parameters):
        try:
            return self.clients[service]._make_api_call(operation, parameters)
        except ClientError as error:
            return error.response

    def ecs(self, operation, **parameters):
        return self.call("ecs", operation, **parameters)

    def logs(self, operation, **parameters):
        return self.call("logs", operation, **parameters)

    def use_everything(self):
        container = {"name": "main", "image": "host", "memory": 64, "cpu": 10, "environment": [{"name": "A", "value": "1"}],
                     "command": ["/bin/sh", "-c", "echo hello; exit 3"], "portMappings": [{"containerPort": 80}],
                     "healthCheck": {"command": ["CMD", "true"]}, "ulimits": [{"name": "nofile", "softLimit": 9, "hardLimit": 9}],
                     "logConfiguration": {"logDriver": "awslogs", "options": {
                         "awslogs-group": "/g", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p"}}}
        self.ecs("RegisterTaskDefinition", family="f", containerDefinitions=[container], tags=[{"key": "k", "value": "v"}])
        self.ecs("RegisterTaskDefinition", family="f", containerDefinitions=[container])
        self.ecs("DescribeTaskDefinition", taskDefinition="f", include=["TAGS"])
        self.ecs("ListTaskDefinitions", maxResults=1)
        self.ecs("CreateCluster", clusterName="c2", tags=[{"key": "k", "value": "v"}])
        self.ecs("DescribeClusters", clusters=["default", "c2", "c3"],
                 include=["ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"])
        self.ecs("ListClusters", maxResults=1)
        started = self.ecs("RunTask", taskDefinition="f", count=2, tags=[{"key": "k", "value": "v"}], startedBy="me", overrides={
            "containerOverrides": [{"name": "main", "environment": [{"name": "B", "value": "2"}]}]})
        arns = [task["taskArn"] for task in started["tasks"]]
        wait_until(lambda: all(task["lastStatus"] == "STOPPED" for task in self.ecs("DescribeTasks", tasks=arns)["tasks"]),
                   "the tasks' end")
        self.ecs("DescribeTasks", tasks=arns + ["0" * 32], include=["TAGS"])
        self.ecs("ListTasks", desiredStatus="STOPPED", maxResults=1)
        self.ecs("StopTask", task=arns[0], reason="r")
        self.ecs("DeregisterTaskDefinition", taskDefinition="f:1")
        stream = "p/main/" + arns[0].split("/")[-1]
        self.logs("CreateLogGroup", logGroupName="/own")
        self.logs("CreateLogStream", logGroupName="/own", logStreamName="s")
        self.logs("PutLogEvents", logGroupName="/own", logStreamName="s", logEvents=[
            {"timestamp": int(time.time() * 1000), "message": "now"}])
        self.logs("PutLogEvents", logGroupName="/own", logStreamName="s", logEvents=[{"timestamp": 1, "message": "too old"}])
        self.logs("GetLogEvents", logGroupName="/g", logStreamName=stream, startFromHead=True)
        self.logs("FilterLogEvents", logGroupName="/g", filterPattern="hello", limit=1)
        self.logs("DescribeLogGroups", limit=1)
        self.logs("DescribeLogStreams", logGroupName="/g", orderBy="LastEventTime", descending=True, limit=1)

    def use_wrongly(self):
        """One refusal at least of every kind."""
        self.ecs("RunTask", taskDefinition="nothing")
        self.ecs("RunTask")
        self.ecs("RunTask", taskDefinition="f", cluster="nowhere")
        self.ecs("RunTask", taskDefinition="f", count=11)
        self.ecs("DescribeTasks", tasks=[])
        self.ecs("StopTask", task="0" * 32)
        self.ecs("DescribeTaskDefinition", taskDefinition="nothing")
        self.ecs("RegisterTaskDefinition", family="f f", containerDefinitions=[])
        self.ecs("DescribeServices", services=["x"])
        self.logs("CreateLogGroup", logGroupName="/own")
        self.logs("GetLogEvents", logGroupName="/nowhere", logStreamName="s")
        self.logs("PutLogEvents", logGroupName="/own", logStreamName="nowhere", logEvents=[{"timestamp": 1, "message": "m"}])
        self.logs("DescribeLogGroups", limit=1000)

    def test_replies_have_the_members_and_types_of_the_models(self):
        self.use_everything()
        seen = set()
        for operation, status, body in self.replies:
            with self.subTest(operation=operation.name):
                self.assertEqual(status, 200, body)
                if operation.output_shape:
                    self.assertEqual(faults(json.loads(body), operation.output_shape), [])
                seen.add(operation.name)
        self.assertEqual(len(seen), 18, "every operation that the endpoint has: %s" % sorted(seen))

    def test_refusals_are_those_of_the_models(self):
        self.register("f", ("main", "true"))
        self.logs("CreateLogGroup", logGroupName="/own")
        del self.replies[:]
        self.use_wrongly()
        names = set()
        for operation, status, body in self.replies:
            with self.subTest(operation=operation.name):
                self.assertEqual(status, 400, body)
                refusal = json.loads(body)
                name = refusal["__type"].split("#")[-1]
                modelled = {shape.name for shape in operation.error_shapes}
                self.assertIn(name, modelled | COMMON | ADDED_LATER, operation.name)
                self.assertTrue(refusal.get("message"))
                names.add(name)
        self.assertTrue({"ClientException", "ClusterNotFoundException", "InvalidParameterException", "UnknownOperationException",
                         "ResourceAlreadyExistsException", "ResourceNotFoundException"} <= names, names)

    def test_sts_parses(self):
        who = self.call("sts", "GetCallerIdentity")
        self.assertEqual(who["Account"], "000000000000")
        session = self.call("sts", "AssumeRole", RoleArn="arn:aws:iam::000000000000:role/x", RoleSessionName="me")
        self.assertEqual(set(session) - {"ResponseMetadata"}, {"Credentials", "AssumedRoleUser"})
        self.assertEqual(set(session["Credentials"]), {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"})
        self.assertRegex(session["ResponseMetadata"]["RequestId"], r"^[0-9a-f-]{36}$")
        refused = self.call("sts", "AssumeRole", RoleArn="x", RoleSessionName="me")
        self.assertEqual(refused["Error"]["Code"], "ValidationError")


if __name__ == "__main__":
    main()
