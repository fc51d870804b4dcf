"""run, watch and stop through moto's server, where some python3 on this machine can import it (MOTO_PYTHON names one).

moto never starts anything: it lets tasks advance with every DescribeTasks, without an exit code that says much.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "cli"))

from support import *  # noqa: E402


def moto_python():
    for python in (os.environ.get("MOTO_PYTHON"), shutil.which("python3"), "/usr/bin/python3"):
        if python and subprocess.run([python, "-c", "import moto.server, boto3"], stderr=subprocess.DEVNULL,
                                     check=False).returncode == 0:
            return python
    return None


MOTO = moto_python()
PREPARE = """
import boto3, sys
ecs = boto3.client("ecs", endpoint_url=sys.argv[1])
ecs.create_cluster(clusterName="c")
ecs.register_task_definition(family="manage", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
                             containerDefinitions=[{"name": "main", "image": "x", "memory": 64, "essential": True}])
ec2 = boto3.client("ec2", endpoint_url=sys.argv[1])
print(ec2.describe_subnets()["Subnets"][0]["SubnetId"], ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"])
"""


@unittest.skipUnless(MOTO, "moto's server is not installed")
class Moto(Sandbox):
    def setUp(self):
        super().setUp()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = "http://127.0.0.1:%d" % port
        self.env.update({"AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
                         "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"})
        server = subprocess.Popen([MOTO, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)

        def answers():
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return True
            except OSError:
                return False

        wait_until(answers, "moto's server", 60)
        prepared = subprocess.run([MOTO, "-c", PREPARE, self.url], env={**os.environ, **self.env, "HOME": self.directory},
                                  stdout=subprocess.PIPE, check=True, timeout=120)
        self.subnet, self.group = prepared.stdout.decode().split()

    def run_there(self, *arguments):
        return self.runtask("run", "--cluster", "c", "--task-definition", "manage", "--launch-type", "FARGATE", "--subnet",
                            self.subnet, "--security-group", self.group, "--drain", "0", "--json", *arguments)

    def test_who_plan_run_watch_and_stop(self):
        self.assertEqual(json.loads(self.ok("whoami", "--json").out)["account"], ACCOUNT)
        self.assertEqual(self.run_there("--plan").code, 0)
        result = self.run_there()
        outcome = json_lines(result.out)[-1]
        self.assertEqual(outcome["type"], "outcome", result)
        # Its tasks end with exit code 0 in containers that it never calls stopped.
        self.assertIn(outcome["launches"][0]["verdict"], ("succeeded", "unknown", "infrastructure"), result)
        self.assertTrue(outcome["launches"][0]["task_arn"].startswith("arn:aws:ecs:us-east-1:"), result)
        stopped = self.run_there("--timeout", "1ms")
        self.assertEqual(json_lines(stopped.out)[-1]["launches"][0]["verdict"], "timed_out", stopped)
        self.assertEqual(stopped.code, 124, stopped)

    def test_its_pages_instead_of_errors_are_told_as_such(self):
        result = self.runtask("run", "--cluster", "c", "--task-definition", "nothing", "--start-timeout", "5s",
                              env={"AWS_MAX_ATTEMPTS": "1"})
        self.assertEqual(result.code, 125, result)
        self.assertEqual(result.err.count("error:"), 1, result)


if __name__ == "__main__":
    main()
