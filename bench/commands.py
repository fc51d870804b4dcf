"""What single commands cost, beside what users have today: whole processes, medians, peak memory.

moto's server is measured too where some python3 on this machine can import it (MOTO_PYTHON names one).
"""
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time

from table import *

ENDPOINT_BENCH = os.path.join(RELEASE, "bench", "endpoint_bench")
PARTS_BENCH = os.path.join(RELEASE, "bench", "parts_bench")
AWS = "/usr/bin/aws"


def aws_cli_job():
    """The job as it is done with the AWS CLI today: run-task, wait, describe-tasks, get-log-events."""
    env = local_environment()
    aws = [AWS, "--endpoint-url", env["AWS_ENDPOINT_URL_ECS"], "--output", "json"]

    def call(*arguments):
        return json.loads(subprocess.run([*aws, *arguments], env=env, stdout=subprocess.PIPE, check=True).stdout or "{}")

    begin = time.perf_counter()
    task = call("ecs", "run-task", "--task-definition", "talk")["tasks"][0]["taskArn"]
    call("ecs", "wait", "tasks-stopped", "--tasks", task)
    assert call("ecs", "describe-tasks", "--tasks", task)["tasks"][0]["containers"][0]["exitCode"] == 0
    events = call("logs", "get-log-events", "--log-group-name", "/bench", "--log-stream-name",
                  "b/main/" + task.split("/")[-1], "--start-from-head")["events"]
    assert [event["message"] for event in events] == ["hello"]
    return time.perf_counter() - begin


def moto_rate():
    """Signed DescribeTasks a second that moto's server answers, by the same load generator."""
    for python in [os.environ.get("MOTO_PYTHON"), shutil.which("python3"), "/usr/bin/python3"]:
        if python and subprocess.run([python, "-c", "import moto.server"], stderr=subprocess.DEVNULL,
                                     check=False).returncode == 0:
            break
    else:
        return None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([python, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        env = {**ENV, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
        # It loads a service's code at the first call of it, which may take longer than a client waits.
        for attempt in range(5):
            try:
                return endpoint_bench("http://127.0.0.1:%d" % port, env)
            except subprocess.CalledProcessError:
                time.sleep(2 + attempt)
        return None
    finally:
        server.kill()
        server.wait()


def endpoint_bench(url, env):
    out = subprocess.run([ENDPOINT_BENCH, url], env=env, stdout=subprocess.PIPE, check=True).stdout.decode()
    return float(re.search(r"([\d.]+) requests/s", out).group(1))


def find_in_cmdbs():
    """The look-up of tasks: the largest golden CMDB, and a generated one of 16,000 tasks in four environments."""
    scope = ["--product", "shop", "--account", "acct01"]
    golden = os.path.join(ROOT, "tests", "golden", "hamlet", "engine", "03-instances-versions", "cmdb")
    median("find, largest golden CMDB", [RUNTASK, "find", "--root-dir", golden, "--environment", "integration"] + scope,
           "30 ms", 0.030)
    large = os.path.join(directory, "cmdb")
    subprocess.run([sys.executable, os.path.join(HERE, "generate_cmdb.py"), large], check=True)
    find = [RUNTASK, "find", "--root-dir", large] + scope
    median("find of one task among 4000 (200 x 20, 4 environments)",
           find + ["--environment", "production", "-i", "c7", "-w", "manage", "-x", "tenant3"], "150 ms, 100 MB", 0.150)
    median("find of all 4000", find + ["--environment", "production"], "150 ms, 100 MB", 0.150)
    median("find of all 16,000 in four environments",
           find + ["--environment", "integration,staging,preproduction,production"])


def set_context():
    """The 115 lines of a Jenkins build; into a file that is there already, as for all but the first script."""
    workspace = os.path.join(directory, "workspace")
    os.mkdir(workspace)
    script = os.path.join(directory, "setContext.sh")
    os.symlink(RUNTASK, script)
    env = {**ENV, "JENKINS_HOME": directory, "WORKSPACE": workspace, "BUILD_NUMBER": "42", "PRODUCT": "shop",
           "ENVIRONMENT": "dev", "SEGMENT": "default", "ACCOUNTS_LIST": "nonprod", "GITHUB_ORG": "org"}
    median("setContext.sh", [script], "15 ms", 0.015, env=env)


def run_task_script(plain):
    """runTask.sh by hamlet's names, besides the same task given directly."""
    cmdb = os.path.join(directory, "example")
    shutil.copytree(os.path.join(ROOT, "examples", "django", "cmdb"), cmdb)
    open(os.path.join(cmdb, "root.json"), "w", encoding="utf-8").close()
    runtask("local", "cluster", "create", "library-integration")
    register("library-integration-app-manage-ecsTaskXappXhostXmanage-1EXAMPLE", "host", ["/bin/true"])
    script = os.path.join(directory, "runTask.sh")
    os.symlink(RUNTASK, script)
    env = {**ENV, "RUNTASK_LOCAL": "1", "ROOT_DIR": cmdb, "PRODUCT": "library", "ENVIRONMENT": "integration",
           "SEGMENT": "default", "ACCOUNT": "sandbox"}
    words = ["-t", "application", "-i", "host", "-w", "manage", "-x", "", "-y", "", "-c", "main", "-e", "A", "-v", "1"]
    wall = median("runTask.sh of /bin/true, endpoint running", [script] + words, env=env)
    row("what it adds to run --local", "%.0f ms" % (1000 * (wall - plain)), "", "50 ms", wall - plain <= 0.050)


def parts():
    """Parts alone, without a program around them."""
    out = subprocess.run([PARTS_BENCH, directory], env=ENV, stdout=subprocess.PIPE, check=True).stdout.decode()
    tree, append, record = re.search(r"tree ([\d.]+) ms\nappend ([\d.]+) ms\nrecord ([\d.]+) ms", out).groups()
    row("a container's process tree, started and ended", "%s ms" % tree, "median of 50, without memory group", "30 ms",
        float(tree) <= 30)
    row("100,000 lines into the log store, 1,000 a batch", "%s ms" % append, "in a file", "1 s", float(append) <= 1000)
    row("100,000 lines into a run's history, 1,000 a batch", "%s ms" % record, "in a file", "1 s", float(record) <= 1000)


def first_request():
    """How soon `run --plan` says its first word to AWS, with keys of the environment; the process' start included."""
    server = socket.create_server(("127.0.0.1", 0))
    env = {**ENV, "AWS_ENDPOINT_URL": "http://127.0.0.1:%d" % server.getsockname()[1], "AWS_ACCESS_KEY_ID": "A",
           "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1"}
    walls = []
    for _ in range(RUNS + 1):
        begin = time.perf_counter()
        process = subprocess.Popen([RUNTASK, "run", "--plan", "--cluster", "c", "--task-definition", "x"], env=env,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        connection, _ = server.accept()
        connection.recv(1)
        walls.append(time.perf_counter() - begin)
        connection.close()
        process.wait()
    server.close()
    middle = statistics.median(walls[1:])
    row("run --plan on AWS, to its first request", "%.1f ms" % (1000 * middle),
        "%.1f to %.1f ms" % (1000 * min(walls[1:]), 1000 * max(walls[1:])), "10 ms", middle <= 0.010)


def commands():
    heading("Commands")
    median("runtask --version", [RUNTASK, "--version"], "10 ms", 0.010)
    first_request()
    find_in_cmdbs()
    set_context()
    register("true", "host", ["/bin/true"])
    register("talk", "host", ["/bin/echo", "hello"])
    register("burst", "host", ["/usr/bin/python3", "-c",
                       "import sys; sys.stdout.write(''.join('line %06d of a long burst\\n' % i for i in range(100000)))"])
    job = median("run --local of /bin/true, endpoint running", [RUNTASK, "run", "--local", "--task-definition", "true"],
                 "60 ms, 25 MB", 0.060)
    run_task_script(job)
    median("run --local, endpoint to be started", [RUNTASK, "run", "--local", "--task-definition", "true"], "200 ms", 0.200,
           before=lambda: runtask("local", "stop"))
    median("run --plan, endpoint running", [RUNTASK, "run", "--local", "--task-definition", "true", "--plan"])
    median("run --local that prints 100,000 lines", [RUNTASK, "run", "--local", "--task-definition", "burst"],
           "64 MB", runs=3)
    cli = statistics.median(aws_cli_job() for _ in range(3))
    row("the /bin/echo job by the AWS CLI (4 calls, waiter of 6 s)", "%.0f ms" % (1000 * cli), "",
        "%.0f times run --local" % (cli / job))
    env = local_environment()
    ours = endpoint_bench(env["AWS_ENDPOINT_URL_ECS"], env)
    row("DescribeTasks, signed, 4 connections, embedded endpoint", "%.0f /s" % ours, "", "5000 /s", ours >= 5000)
    moto = moto_rate()
    if moto:
        row("the same requests against moto's server", "%.0f /s" % moto, "", "%.0f times slower" % (ours / moto))
    else:
        print("moto's server cannot be imported here: not compared")
    stop_endpoint()
    parts()
