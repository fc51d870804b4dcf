"""What the black-box tests stand on: the real binary in a sandbox, and a scripted AWS.

Every test has a state directory of its own; the embedded endpoint that a test starts is stopped with it. Nothing
but loopback is talked to, and every wait has a bound.
"""
import collections
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

RUNTASK = os.environ["RUNTASK_BINARY"]
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LONGEST = 60  # Seconds that any one command may take.

Result = collections.namedtuple("Result", "code out err")


def wait_until(condition, what, seconds=60):
    """Returns the condition's first true value; fails the test when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError("waited %s s in vain for: %s" % (seconds, what))


def alive(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Sandbox(unittest.TestCase):
    """A state directory, a clean environment, and the binary."""

    maxDiff = None

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="runtask-test-")
        self.state = os.path.join(self.directory, "state")
        self.env = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": self.directory,
            "LANG": "C.UTF-8",
            "RUNTASK_STATE_DIR": self.state,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1,localhost",
        }
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        if os.path.exists(os.path.join(self.state, "local")):
            self.runtask("local", "stop")
        shutil.rmtree(self.directory, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, content):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(content)
        return self.path(name)

    def sink(self, name):
        """A file for a process to write to; closed with the test."""
        file = open(self.path(name), "wb")
        self.addCleanup(file.close)
        return file

    def text(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def start(self, *arguments, **options):
        return self.start_program(RUNTASK, *arguments, **options)

    def start_program(self, *words, env=None, **options):
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        options.setdefault("cwd", self.directory)
        process = subprocess.Popen(words, env={**self.env, **(env or {})}, stdin=subprocess.DEVNULL, **options)
        self.addCleanup(self._end, process)
        return process

    @staticmethod
    def _end(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def finish(self, process, seconds=LONGEST):
        out, err = process.communicate(timeout=seconds)
        return Result(process.returncode, (out or b"").decode("utf-8", "surrogateescape"),
                      (err or b"").decode("utf-8", "surrogateescape"))

    def runtask(self, *arguments, env=None, seconds=LONGEST, **options):
        return self.finish(self.start(*arguments, env=env, **options), seconds)

    def execute(self, *words, **options):
        """Any program, in the same environment."""
        return self.finish(self.start_program(*words, **options))

    def ok(self, *arguments, **options):
        result = self.runtask(*arguments, **options)
        self.assertEqual(result.code, 0, result)
        return result

    def run_task_script(self, *words, env=None):
        path = self.path("runTask.sh")
        if not os.path.lexists(path):
            os.symlink(RUNTASK, path)
        process = subprocess.run([path, *words], env={**self.env, **(env or {})}, cwd=self.directory,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LONGEST,
                                 check=False)
        return Result(process.returncode, process.stdout.decode(), process.stderr.decode())

    # ---- The embedded ECS

    def register(self, family, *containers, **members):
        """Registers a definition; a container is (name, shell command) or a dict of its members."""
        definitions = []
        for container in containers:
            if not isinstance(container, dict):
                name, command = container
                container = {"name": name, "command": ["/bin/sh", "-c", command]}
            definition = {
                "image": "host",
                "memory": 128,
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {"awslogs-group": "/test", "awslogs-region": "us-east-1",
                                "awslogs-stream-prefix": family},
                },
            }
            definition.update(container)
            definitions.append({k: v for k, v in definition.items() if v is not None})
        text = json.dumps({"family": family, "containerDefinitions": definitions, **members})
        return self.ok("local", "register", self.write(family + ".json", text))

    def run_local(self, family, *arguments, **options):
        return self.runtask("run", "--local", "--task-definition", family, *arguments, **options)

    def endpoint(self):
        """The running endpoint's {port, pid}."""
        with open(os.path.join(self.state, "local", "endpoint.json"), encoding="utf-8") as file:
            return json.load(file)

    def kill_endpoint(self):
        """Until it is dead: before that it may still take a connection, and answers nothing any more."""
        pid = self.endpoint()["pid"]
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not alive(pid), "the endpoint's end")

    def last_outcome(self):
        return json.loads(self.ok("runs", "show", "last", "--json").out)

    def status_of(self, outcome, index=0):
        return outcome["launches"][index]


# ---- A CMDB

EXAMPLE = os.path.join(SOURCE, "examples", "django")


class NamedSandbox(Sandbox):
    """The example's CMDB, with its definitions doing something quick: what WHAT says."""

    def setUp(self):
        super().setUp()
        self.cmdb = self.path("cmdb")
        for part in ("accounts", "library"):
            shutil.copytree(os.path.join(EXAMPLE, "cmdb", part), os.path.join(self.cmdb, part))
        self.write("cmdb/root.json", "")
        for environment in ("integration", "production"):
            self.ok("local", "cluster", "create", "library-" + environment)
            for instance in ("default", "tenant2"):
                with open(os.path.join(EXAMPLE, "task-definitions", "%s-%s.json" % (environment, instance)),
                          encoding="utf-8") as file:
                    definition = json.load(file)
                place = environment + "/" + instance
                definition["containerDefinitions"][0].update(
                    image="host", command=["/bin/sh", "-c", "echo %s $WHAT >>%s; echo here $WHAT; [ \"$WHAT\" != %s ]"
                                           % (place, self.path("trace"), place)])
                self.ok("local", "register", self.write("definition.json", json.dumps(definition)))
        self.env.update({"ROOT_DIR": self.cmdb, "PRODUCT": "library", "SEGMENT": "default", "ACCOUNT": "sandbox",
                         "RUNTASK_LOCAL": "1"})

    def trace(self):
        """Where something ran, in order; instances of one environment run side by side."""
        try:
            return [line.split()[0] for line in self.text("trace").splitlines()]
        except FileNotFoundError:
            return []

    def named(self, *words, **options):
        return self.runtask("run", "-t", "application", "-i", "host", "-w", "manage", *words, **options)


def json_lines(text):
    return [json.loads(line) for line in text.splitlines()]


# ---- A scripted AWS

ACCOUNT = "123456789012"
REGION = "eu-west-1"


def task_arn(cluster, task_id):
    return "arn:aws:ecs:%s:%s:task/%s/%s" % (REGION, ACCOUNT, cluster, task_id)


def definition(family, *containers, log_driver=None):
    """A described task definition; containers are (name, essential)."""
    described = []
    for name, essential in containers:
        container = {"name": name, "image": "x", "essential": essential, "cpu": 0, "memory": 64}
        if log_driver == "awslogs":
            container["logConfiguration"] = {
                "logDriver": "awslogs",
                "options": {"awslogs-group": "/g", "awslogs-region": REGION, "awslogs-stream-prefix": "p"}}
        elif log_driver:
            container["logConfiguration"] = {"logDriver": log_driver, "options": {}}
        described.append(container)
    return {"taskDefinition": {
        "taskDefinitionArn": "arn:aws:ecs:%s:%s:task-definition/%s:1" % (REGION, ACCOUNT, family),
        "family": family, "revision": 1, "status": "ACTIVE", "containerDefinitions": described}}


class Reply:
    """What the scripted server answers: JSON, an AWS error, or something that is neither."""

    def __init__(self, body, status=200, content_type="application/x-amz-json-1.1", fault=None):
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status = status
        self.content_type = content_type
        self.fault = fault  # None, "reset", "half", "stall"

    @staticmethod
    def error(name, message="no", status=400):
        return Reply({"__type": name, "message": message}, status)


class ScriptedAws:
    """An HTTP server whose operations are Python functions: request dict -> dict or Reply."""

    def __init__(self):
        self.operations = {}
        self.calls = []  # (operation, request), in order.
        self.keys = []  # Whose key signed each of them.
        self.regions = []  # For which region.
        self.lock = threading.Lock()
        self.released = threading.Event()  # Ends every stall.
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def log_message(self, *_):
                pass

            def do_GET(self):
                # Credentials of a container or machine: asked for by path.
                with outer.lock:
                    operation = outer.operations.get("GET")
                    answer = operation(self.path) if operation else Reply({}, 404)
                outer.send(self, answer if isinstance(answer, Reply) else Reply(answer))

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                name = self.headers.get("X-Amz-Target", "x.Sts").split(".")[-1]
                try:
                    request = json.loads(body)
                except ValueError:
                    request = {"form": body.decode()}
                with outer.lock:
                    outer.calls.append((name, request))
                    authorization = self.headers.get("Authorization", "")
                    scope = (authorization.partition("Credential=")[2] + "///").split("/")
                    outer.keys.append(scope[0])
                    outer.regions.append(scope[2])
                    operation = outer.operations.get(name)
                    answer = operation(request) if operation else Reply.error("UnknownOperationException", name)
                outer.send(self, answer if isinstance(answer, Reply) else Reply(answer))

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def send(self, handler, reply):
        if reply.fault == "stall":
            self.released.wait(LONGEST)
            handler.close_connection = True
            return
        if reply.fault == "reset":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            handler.close_connection = True
            handler.connection.close()
            return
        handler.send_response(reply.status)
        handler.send_header("Content-Type", reply.content_type)
        handler.send_header("x-amzn-RequestId", "11111111-2222-3333-4444-555555555555")
        handler.send_header("Content-Length", str(len(reply.body)))
        handler.end_headers()
        if reply.fault == "half":
            handler.wfile.write(reply.body[:len(reply.body) // 2])
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        handler.wfile.write(reply.body)

    def count(self, name):
        with self.lock:
            return sum(1 for call, _ in self.calls if call == name)

    def requests(self, name):
        with self.lock:
            return [request for call, request in self.calls if call == name]

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


class AwsSandbox(Sandbox):
    """A sandbox whose AWS is scripted. `self.task` is what DescribeTasks answers; a test changes it."""

    def setUp(self):
        super().setUp()
        self.aws = ScriptedAws()
        self.addCleanup(self.aws.close)
        self.env.update({
            "AWS_ENDPOINT_URL": "http://127.0.0.1:%d" % self.aws.port,
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "AWS_REGION": REGION,
        })
        self.id = "0" * 31 + "1"
        self.arn = task_arn("c", self.id)
        self.describes = 0
        self.stopped = None  # The StopTask request, once it came.
        self.aws.operations.update({
            "DescribeTaskDefinition": lambda _: definition("manage", ("main", True)),
            "RunTask": lambda _: {"tasks": [self.task_now("PENDING")], "failures": []},
            "DescribeTasks": self.describe,
            "StopTask": self.stop,
            "GetLogEvents": lambda _: Reply.error("ResourceNotFoundException",
                                                  "The specified log stream does not exist."),
        })
        # What DescribeTasks answers, one after the other; the last one stays.
        self.script = [self.task_now("STOPPED", stopCode="EssentialContainerExited", exit_codes={"main": 0})]

    def task_now(self, status, exit_codes=None, reasons=None, containers=("main",), **members):
        described = []
        for name in containers:
            container = {"name": name, "containerArn": self.arn + "/" + name, "taskArn": self.arn,
                         "lastStatus": "STOPPED" if status == "STOPPED" else status}
            if exit_codes and name in exit_codes:
                container["exitCode"] = exit_codes[name]
            if reasons and name in reasons:
                container["reason"] = reasons[name]
            described.append(container)
        task = {"taskArn": self.arn, "clusterArn": "arn:aws:ecs:%s:%s:cluster/c" % (REGION, ACCOUNT),
                "taskDefinitionArn": "arn:aws:ecs:%s:%s:task-definition/manage:1" % (REGION, ACCOUNT),
                "lastStatus": status, "desiredStatus": "STOPPED" if status == "STOPPED" else "RUNNING",
                "containers": described, "createdAt": time.time() - 1}
        if status in ("RUNNING", "STOPPED"):
            task["startedAt"] = time.time() - 0.5
        if status == "STOPPED":
            task["stoppedAt"] = time.time()
            task.setdefault("stoppedReason", members.pop("stoppedReason", "Essential container in task exited"))
        task.update(members)
        return {k: v for k, v in task.items() if v is not None}

    def describe(self, _):
        answer = self.script[min(self.describes, len(self.script) - 1)]
        self.describes += 1
        if isinstance(answer, Reply):
            return answer
        if answer == "MISSING":
            return {"tasks": [], "failures": [{"arn": self.arn, "reason": "MISSING"}]}
        return {"tasks": [answer], "failures": []}

    def stop(self, request):
        self.stopped = request
        return {"task": self.task_now("RUNNING")}

    def run_aws(self, *arguments, **options):
        return self.runtask("run", "--cluster", "c", "--task-definition", "manage", "--drain", "0", *arguments,
                            **options)


def main():
    unittest.main(verbosity=2)


__all__ = [name for name in dir() if not name.startswith("_")] + ["signal"]
